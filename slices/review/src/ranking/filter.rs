//! What of the ranking is shown.

use crate::common::Address;

use super::rows::Scored;

/// Lines on one page.
pub const PAGE: usize = 100;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub round: String,
    pub frame: String,
    pub prefecture: String,
    /// `wide`, `open` or empty.
    pub only: String,
    /// From 0.
    pub page: usize,
}

impl Filter {
    pub fn read(get: impl Fn(&str) -> String) -> Self {
        Self {
            round: get("round"),
            frame: get("frame"),
            prefecture: get("prefecture"),
            only: get("only"),
            page: get("page").parse().unwrap_or(0),
        }
    }

    pub fn admits(&self, c: &Scored) -> bool {
        (self.frame.is_empty() || self.frame == c.frame)
            && (self.prefecture.is_empty() || self.prefecture == c.prefecture)
            && match self.only.as_str() {
                "wide" => c.is_wide,
                "open" => c.sheets < c.wanted,
                _ => true,
            }
    }

    pub fn address(&self, page: usize) -> String {
        let number = if page == 0 { String::new() } else { page.to_string() };
        Address::new("/ranking")
            .with("round", &self.round)
            .with("frame", &self.frame)
            .with("prefecture", &self.prefecture)
            .with("only", &self.only)
            .with("page", &number)
            .text()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::case;
    use super::*;

    #[test]
    fn every_filter_filters() {
        let c = case(1, "50", 1);
        assert!(Filter::default().admits(&c));
        assert!(Filter { only: "wide".into(), frame: "枠".into(), ..Filter::default() }.admits(&c));
        assert!(!Filter { only: "open".into(), ..Filter::default() }.admits(&c));
        assert!(!Filter { prefecture: "大阪府".into(), ..Filter::default() }.admits(&c));
        let f = Filter::read(|n| if n == "page" { "x".into() } else { String::new() });
        assert_eq!(f.address(0), "/ranking");
    }
}
