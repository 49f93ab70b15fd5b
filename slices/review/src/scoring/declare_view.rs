//! The declaration page: just enough of the case to know whether one is tied to it.

use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice};
use hojo_web::{Markup, html};

use super::seat::Seat;
use crate::meaning::About;

pub fn declaration(seat: &Seat, about: &About, frame: &str, reason: &str, csrf: &str) -> Markup {
    let supporters: Vec<String> = about.supporters.iter().map(|s| s.names.join(" ")).collect();
    html! {
        p { "審査を始める前に、この申請者や事業計画書作成支援者と利害関係がないかを確認してください。申告するまで、申請の内容は表示されません。" }
        (ui::facts(&[
            ("受付番号", html! { (seat.row.number.as_deref().unwrap_or_default()) }),
            ("申請者", html! { (seat.row.applicant_name) }),
            ("代表者など", html! { (others(about, &seat.row.applicant_name)) }),
            ("都道府県", html! { (about.prefecture.1) }),
            ("事業計画名", html! { (seat.row.title) }),
            ("申請枠", html! { (frame) }),
            ("計画書作成支援者", html! { @if supporters.is_empty() { "なし" } @else { (supporters.join("、")) } }),
        ]))
        (form(seat, reason, csrf))
    }
}

fn others(about: &About, name: &str) -> String {
    let names: Vec<&str> = about.names.iter().map(String::as_str).filter(|n| *n != name).collect();
    names.join("、")
}

fn form(seat: &Seat, reason: &str, csrf: &str) -> Markup {
    let choices = vec![
        Choice {
            hint: Some("勤務先、顧問先、取引先、親族などの関係がない場合".into()),
            ..Choice::new("none", "利益相反はない")
        },
        Choice {
            hint: Some("担当から外れます。理由は事務局だけが見ます".into()),
            ..Choice::new("conflict", "利益相反がある")
        },
    ];
    let chosen = if reason.is_empty() { "" } else { "conflict" };
    html! {
        form method="post" action={ (seat.path()) "/declare" } novalidate {
            (csrf_field(csrf))
            (ui::radios("conflict", "利益相反の有無", choices).required().value(chosen))
            (ui::textarea("reason", "利益相反の内容（ある場合）", 500).value(reason))
            (ui::buttons(&[ui::button("申告する"), ui::link_button("一覧へ戻る", "/review").outline()]))
        }
    }
}

/// For a reviewer who notices a conflict later.
pub fn later(seat: &Seat, csrf: &str) -> Markup {
    ui::disclosure(
        "利益相反に気づいたとき",
        &html! {
            p { "理由を書いて申告すると、この案件の担当から外れます。入力した採点は使われません。" }
            form method="post" action={ (seat.path()) "/declare" } novalidate {
                (csrf_field(csrf))
                input type="hidden" name="conflict" value="conflict";
                (ui::textarea("reason", "利益相反の内容", 500).required())
                (ui::buttons(&[ui::button("申告して担当から外れる").danger()]))
            }
        },
    )
}
