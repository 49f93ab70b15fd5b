//! What several of the office's pages share.

pub mod dossier;
pub mod flash;
pub mod people;
pub mod places;
pub mod query;

use hojo_access::Actor;
use hojo_case::{Party, Refusal};
use hojo_db::DbError;
use hojo_web::{Fault, Markup, html, ui};
use hojo_words::ids::StaffId;

/// A posted form with its token.
pub fn post_form(action: &str, csrf: &str, body: &Markup) -> Markup {
    html! { form class="form" method="post" action=(action) novalidate { (ui::csrf_field(csrf)) (body) } }
}

/// A refusal as the page's error summary shows it.
pub fn problem(refusal: &Refusal) -> ui::Problem {
    ui::Problem::general(format!("{} {}", refusal.message, refusal.advice))
}

/// The acting member of the office.
///
/// # Errors
/// [`Fault::NotFound`] for anybody else; the route table keeps them out before.
pub fn me(actor: &Actor) -> Result<StaffId, Fault> {
    match actor {
        Actor::Staff(s) => Ok(s.staff),
        _ => Err(Fault::NotFound),
    }
}

/// The acting member of the office as a party to a case.
///
/// # Errors
/// [`Fault::NotFound`] for anybody else.
pub fn party(actor: &Actor) -> Result<Party, Fault> {
    me(actor).map(Party::Staff)
}

/// A change that found something else there than it was made for.
pub fn meanwhile(what: &str) -> Fault {
    DbError::Conflict(what.to_owned()).into()
}

/// The reason typed into a form: trimmed, at most `limit` characters, never empty.
///
/// # Errors
/// [`Refusal`] in words for the person.
pub fn reason(text: &str, limit: usize) -> Result<String, Refusal> {
    let text = hojo_words::text::unify_line_breaks(text.trim());
    if text.is_empty() {
        return Err(Refusal::new("REASON-MISSING", "理由が入力されていません。", "理由を入力してください。"));
    }
    printable("理由", &text, limit)?;
    Ok(text)
}

/// Text that fits and that every letter could print.
///
/// # Errors
/// [`Refusal`] in words for the person.
pub fn printable(label: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    if hojo_words::text::count_chars(text) > limit {
        return Err(Refusal::new(
            "TEXT-TOO-LONG",
            format!("{label}が長すぎます（{}文字）。", hojo_words::text::count_chars(text)),
            format!("{limit}文字以内にしてください。"),
        ));
    }
    if let Err((place, what)) = hojo_words::text::check_printable(text) {
        return Err(Refusal::new(
            "TEXT-UNPRINTABLE",
            format!("{label}の{place}文字目に、使えない文字{}があります。", what.name()),
            "別の文字に置き換えてください。",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_checked() {
        assert_eq!(reason("  ", 10).expect_err("empty").code, "REASON-MISSING");
        assert_eq!(reason("あいうえお", 4).expect_err("long").code, "TEXT-TOO-LONG");
        assert_eq!(reason("あ\u{0}い", 9).expect_err("NUL").code, "TEXT-UNPRINTABLE");
        assert_eq!(reason(" 誤記\r\nのため ", 9).expect("fine"), "誤記\nのため");
    }
}
