//! What several of these pages share.

use hojo_access::Actor;
use hojo_case::Refusal;
use hojo_web::ui::{self, Banner, Tone};
use hojo_web::{Fault, Markup, html};
use hojo_words::ids::StaffId;

/// Longest reason, in characters.
pub const REASON: u32 = 500;

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

/// The reason typed into a form: trimmed, not too long, never empty.
///
/// # Errors
/// [`Refusal`] in words for the person.
pub fn reason(text: &str) -> Result<String, Refusal> {
    let text = hojo_words::text::unify_line_breaks(text.trim());
    if text.is_empty() {
        return Err(Refusal::new("REASON-MISSING", "理由が入力されていません。", "理由を入力してください。"));
    }
    short("理由", &text, REASON as usize)?;
    Ok(text)
}

/// Text that fits and can be shown.
///
/// # Errors
/// [`Refusal`] in words for the person.
pub fn short(label: &str, text: &str, limit: usize) -> Result<(), Refusal> {
    let length = hojo_words::text::count_chars(text);
    if length > limit {
        return Err(Refusal::new(
            "TEXT-TOO-LONG",
            format!("{label}が長すぎます（{length}文字）。"),
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

/// The banner for `?done=word`; nothing for words nobody knows.
pub fn done(word: &str) -> Option<Banner> {
    let words = match word {
        "narrowed" => "変更しました。次の操作から有効です",
        "proposed" => "起案しました。別の人の承認を待っています",
        "both" => "狭める変更はすぐに有効にしました。広げる変更は、別の人の承認を待っています",
        "founded" => "担当班を作りました。担当する公募回と、加える人を選んでください",
        "approved" => "承認しました。次の操作から有効です",
        "refused" => "起案を取り下げました",
        "closed" => "終わりにしました",
        "taken" => "対応する人として記録しました",
        "cut" => "止めました。次の操作から利用できません",
        "lifted" => "解除しました",
        _ => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_checked_and_only_known_words_are_said() {
        assert_eq!(reason("  ").expect_err("empty").code, "REASON-MISSING");
        assert_eq!(reason(&"あ".repeat(501)).expect_err("long").code, "TEXT-TOO-LONG");
        assert_eq!(reason("あ\u{0}い").expect_err("NUL").code, "TEXT-UNPRINTABLE");
        assert!(done("<script>").is_none() && done("proposed").is_some());
    }
}
