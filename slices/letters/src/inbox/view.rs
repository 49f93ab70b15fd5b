//! How an applicant's letters look.

use hojo_web::ui::{self, Holds, Tone, column, data_table};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;
use time::{Date, OffsetDateTime};

use super::{Line, Other};
use crate::twin::twin;

pub fn list(lines: &[Line], most: i64) -> Markup {
    let head = vec![
        column("通知書"),
        column("文書番号"),
        column("交付日時").holds(Holds::Date),
        column("対象の申請"),
        column("状態"),
    ];
    let mut table = data_table("届いた通知書", head).quiet_caption().stacks().empty(html! {
        p { "届いた通知書はまだありません。届いたときは、登録されているメールアドレスにお知らせします。" }
    });
    for l in lines {
        table = table.row(vec![
            html! { a href={ "/letters/" (l.id) } { (l.title) } },
            html! { (l.number.as_deref().unwrap_or("―")) },
            html! { (ui::date_time(l.delivered_at)) },
            html! { (l.case_number) " " (l.case_title) },
            state(l),
        ]);
        if !l.read {
            table = table.marked();
        }
    }
    html! {
        (table)
        @if i64::try_from(lines.len()).unwrap_or(0) >= most {
            p { "新しい順に" (ui::number(most)) "件を表示しています。それより前の通知書は、各申請の画面から開けます。" }
        }
    }
}

fn state(l: &Line) -> Markup {
    html! {
        @if l.read { (ui::plain_chip("既読")) } @else { (ui::chip(Tone::Info, "未読")) }
        @if l.replaced { " " (ui::plain_chip("訂正済み")) }
    }
}

/// What stands around a letter.
pub struct Facts {
    pub id: PublicId,
    pub case: PublicId,
    pub case_number: String,
    pub number: String,
    pub delivered_at: OffsetDateTime,
    pub size: u64,
    pub pages: i32,
    pub sha256: String,
    pub issued_on: Option<Date>,
    pub read_at: Option<OffsetDateTime>,
    pub before: Option<Other>,
    pub after: Option<Other>,
}

pub fn letter(f: &Facts, model: &LetterModel) -> Markup {
    let mut facts = vec![("交付日時", html! { (ui::date_time(f.delivered_at)) })];
    if !f.number.is_empty() {
        facts.insert(0, ("文書番号", html! { (f.number) }));
    }
    if let Some(day) = f.issued_on {
        facts.push(("通知書の日付", html! { (ui::date(day)) }));
    }
    if let Some(at) = f.read_at {
        facts.push(("初めて開いた日時", html! { (ui::date_time(at)) }));
    }
    if let Some(before) = &f.before {
        facts.push(("訂正前の通知書", html! { a href={ "/letters/" (before.id) } { (before.number) } }));
    }
    facts.push(("対象の申請", html! { a href={ "/cases/" (f.case) } { (f.case_number) } }));
    html! {
        @if let Some(after) = &f.after {
            (ui::banner(Tone::Warn, "この通知書は訂正されています").body(html! {
                p { "代わりの通知書：" a href={ "/letters/" (after.id) } { (after.number) } }
            }))
        }
        (ui::facts(&facts))
        (ui::buttons(&[
            ui::link_button(format!("PDFを開く（{}ページ、{}）", f.pages, ui::file_size(f.size)), format!("/letters/{}/pdf", f.id)),
            ui::link_button("申請の状況を見る", format!("/cases/{}", f.case)).outline(),
        ]))
        (ui::panel("通知書の内容", &twin(model)))
        (ui::disclosure("このPDFが交付されたものであることの確認", &html! {
            p { "交付したPDFの照合番号（SHA-256）です。手元のファイルの値と同じであれば、交付後に変わっていません。" }
            p { code { (f.sha256) } }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn unread_letters_say_so_and_link_to_themselves() {
        let id = PublicId::from_bits(3);
        let line = Line {
            id,
            title: "採択通知書".into(),
            number: Some("新も第1号".into()),
            delivered_at: datetime!(2027-02-26 6:00 UTC),
            read: false,
            replaced: false,
            case_number: "R1-1".into(),
            case_title: "計画".into(),
        };
        let html = list(std::slice::from_ref(&line), 200).into_string();
        assert!(
            html.contains(&format!("/letters/{id}")) && html.contains("未読") && html.contains("2027/02/26 15:00"),
            "{html}"
        );
        assert!(list(&[], 200).into_string().contains("まだありません"));
        assert!(list(&[line], 1).into_string().contains("1件を表示しています"));
    }

    #[test]
    fn a_letter_without_number_shows_none() {
        let f = Facts {
            id: PublicId::from_bits(1),
            case: PublicId::from_bits(2),
            case_number: "R1-1".into(),
            number: String::new(),
            delivered_at: datetime!(2026-11-22 0:00 UTC),
            size: 2048,
            pages: 2,
            sha256: "ab".repeat(32),
            issued_on: None,
            read_at: None,
            before: None,
            after: None,
        };
        let html = letter(&f, &LetterModel::default()).into_string();
        assert!(!html.contains("文書番号") && html.contains("2ページ") && html.contains(&"ab".repeat(32)), "{html}");
        assert!(html.contains(&format!("/letters/{}/pdf", f.id)));
    }
}
