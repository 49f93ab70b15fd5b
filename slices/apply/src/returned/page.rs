//! 前回の提出との違い, before submitting again.

use hojo_access::Access;
use hojo_db::Mode;
use hojo_web::ui;
use hojo_web::{Cx, Fault, Reply, html};

use super::compare::{Version, compare};
use crate::desk;
use crate::frame;
use crate::judged::Judged;
use crate::submissions;

pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let Some(before) = &desk.before else { return Ok(Reply::see_other(&desk.way.base())) };
    desk::seen(&cx, tx, &desk).await?;
    let form = desk.form();
    let facts = submissions::facts_then(form, &before.answers, &desk.facts);
    let then = Judged::of(&desk.edition, &desk.procedure, &before.answers, &facts, &desk.lowered);
    let old = Version { answers: &before.answers, reading: &then.reading };
    let new = Version { answers: &desk.answers, reading: &desk.judged.reading };
    let changed = compare(form, old, new);
    let body = html! {
        @if changed.is_empty() {
            (ui::empty("前回の提出から変わったところはありません", &html! { p { "指摘のあった項目を直してから、再提出してください。" } }))
        } @else {
            p { "前回（" (ui::date_time(before.filed_at)) "）の提出から、次の" (changed.len()) "か所が変わっています。" }
            (ui::comparison("前回の提出", "今の内容", &changed))
        }
        (ui::buttons(&[
            ui::link_button("入力内容を確認して再提出へ", desk.way.check()),
            ui::link_button("一覧に戻る", desk.way.base()).outline(),
        ]))
    };
    let page = frame::page(&cx, &desk, "前回の提出との違い".to_owned(), body, &[frame::list_step(&desk)]);
    Ok(Reply::page(&page))
}
