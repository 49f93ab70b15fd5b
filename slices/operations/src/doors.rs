//! Links to what a log or a job is about: only for those who may open it; others read the words.

use hojo_access::{Actor, Permission};
use hojo_web::{Markup, html};

/// Which pages behind a line the reader may open.
#[derive(Clone, Copy, Debug)]
pub struct Doors {
    cases: bool,
    letters: bool,
}

impl Doors {
    pub fn of(reader: &Actor) -> Self {
        Self { cases: reader.holds(Permission::ViewCase), letters: reader.holds(Permission::IssueLetter) }
    }

    pub fn case(self, id: &str, words: &str) -> Markup {
        door(self.cases, "/cases/", id, words)
    }

    pub fn letter(self, id: &str, words: &str) -> Markup {
        door(self.letters, "/letters/", id, words)
    }

    /// The letters that wait for a person.
    pub fn stuck_letters(self, words: &str) -> Markup {
        door(self.letters, "/letters", "?state=stuck", words)
    }

    #[cfg(test)]
    pub const ALL: Self = Self { cases: true, letters: true };
    #[cfg(test)]
    pub const NONE: Self = Self { cases: false, letters: false };
}

fn door(open: bool, to: &str, id: &str, words: &str) -> Markup {
    html! { @if open { a href={ (to) (id) } { (words) } } @else { (words) } }
}

#[cfg(test)]
mod tests {
    use super::Doors;

    #[test]
    fn a_closed_door_is_words_alone() {
        assert_eq!(Doors::NONE.case("x", "R1-00001").into_string(), "R1-00001");
        assert!(Doors::ALL.letter("x", "通知書").into_string().contains("href=\"/letters/x\""));
    }
}
