//! One letter at the office: what it says, where it stands, what happened to it.

use hojo_access::allow;
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::ui::{self, Happened, Tone};
use hojo_web::{Cx, Fault, Handed, Markup, Reply, html};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;
use time::OffsetDateTime;

use super::{history, is_copy, state_chip};
use crate::record::State;
use crate::twin::twin;

/// A letter as the office sees it.
#[derive(Clone, Debug)]
pub struct Letter {
    pub id: PublicId,
    pub kind: String,
    pub title: String,
    pub number: Option<String>,
    pub state: State,
    pub problem: Option<String>,
    pub model: Option<LetterModel>,
    pub sha256: Option<String>,
    pub size: Option<i64>,
    pub pages: Option<i32>,
    pub cause: String,
    pub created_at: OffsetDateTime,
    pub sealed_at: Option<OffsetDateTime>,
    pub delivered_at: Option<OffsetDateTime>,
    pub read_at: Option<OffsetDateTime>,
    pub case: PublicId,
}

/// The letter of an address and its case, checked and, in a writing transaction, locked.
pub async fn open(tx: &mut Tx, id: PublicId, mode: Mode) -> Result<(Letter, CaseRow), Fault> {
    let found = sqlx::query!(
        "select c.public_id from letters l join cases c on c.id = l.case_id where l.public_id = $1",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let (permit, row) = tx.case::<allow::IssueLetter>(PublicId::from_uuid(found.public_id), mode).await?;
    let l = sqlx::query!(
        "select kind, title, number, state, problem, model, sha256, size, pages, cause, created_at, sealed_at,
                delivered_at, read_at
         from letters where public_id = $1 and case_id = $2",
        id.uuid(),
        permit.case().0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let letter = Letter {
        id,
        kind: l.kind,
        title: l.title,
        number: l.number,
        state: State::from_code(&l.state).ok_or_else(|| Fault::Internal(format!("letter state {}", l.state)))?,
        problem: l.problem,
        model: l.model.map(serde_json::from_value).transpose()?,
        sha256: l.sha256,
        size: l.size,
        pages: l.pages,
        cause: l.cause,
        created_at: l.created_at,
        sealed_at: l.sealed_at,
        delivered_at: l.delivered_at,
        read_at: l.read_at,
        case: row.public_id,
    };
    Ok((letter, row))
}

pub(crate) async fn show(cx: Cx<allow::IssueLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (letter, row) = open(&mut tx, cx.param("letter")?, Mode::Read).await?;
    let mut history = history::of(&mut tx, letter.id).await?;
    history.extend(opened(letter.read_at, &row.applicant_name));
    let copy = is_copy(&tx.edition(&row.edition).await?, &letter.kind);
    tx.commit().await?;
    cx.log_access(&row).await?;
    let body = view(&letter, &row, &history, copy, &cx.csrf());
    let way = vec![("通知書".to_owned(), "/letters".to_owned())];
    let mut page = cx.page(letter.title.clone(), body).breadcrumb(way);
    if let Some(banner) = super::flash(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

pub(crate) async fn pdf(cx: Cx<allow::IssueLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (letter, row) = open(&mut tx, cx.param("letter")?, Mode::Read).await?;
    let reply = cx.hand_over(&mut tx, Handed::Letter(letter.id)).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    if letter.sha256.is_some() { Ok(reply) } else { Err(Fault::NotFound) }
}

/// Reading is kept on the letter itself, not in the operation log.
fn opened(at: Option<OffsetDateTime>, by: &str) -> Option<Happened> {
    at.map(|at| Happened { at, what: html! { "申請者が開封しました。" }, who: Some(by.to_owned()) })
}

fn view(l: &Letter, row: &CaseRow, history: &[Happened], copy: bool, csrf: &str) -> Markup {
    html! {
        @if l.state == State::Stuck { (stuck(l, csrf)) }
        (facts(l, row))
        (actions(l, copy, csrf))
        @match &l.model {
            Some(model) => (ui::panel("内容", &twin(model))),
            None => { p { "まだ文面がありません。" } }
        }
        (ui::panel("経過", &ui::timeline(history)))
    }
}

fn stuck(l: &Letter, csrf: &str) -> Markup {
    let words = l.problem.as_deref().unwrap_or("理由の記録がありません。");
    html! {
        (ui::banner(Tone::Error, "この通知書は作成できていません").body(html! {
            p class="prewrap" { (words) }
            form method="post" action={ "/letters/" (l.id) "/retry" } {
                (ui::csrf_field(csrf))
                (ui::buttons(&[ui::button("もう一度作成する")]))
            }
        }))
    }
}

fn facts(l: &Letter, row: &CaseRow) -> Markup {
    let moment = |at: Option<OffsetDateTime>| html! { (at.map_or_else(|| "―".to_owned(), ui::date_time_seconds)) };
    let mut facts = vec![
        ("状態", state_chip(l.state)),
        ("文書番号", html! { (l.number.as_deref().unwrap_or("―")) }),
        (
            "案件",
            html! { a href={ "/cases/" (l.case) } { (row.number.as_deref().unwrap_or("（番号なし）")) " " (row.applicant_name) } },
        ),
        ("作成の開始", moment(Some(l.created_at))),
        ("確定", moment(l.sealed_at)),
        ("交付", moment(l.delivered_at)),
        ("開封", moment(l.read_at)),
    ];
    if let (Some(sha256), Some(size), Some(pages)) = (&l.sha256, l.size, l.pages) {
        let size = ui::file_size(u64::try_from(size).unwrap_or(0));
        facts.push(("PDF", html! { (pages) "ページ、" (size) }));
        facts.push(("照合番号（SHA-256）", html! { code { (sha256) } }));
    }
    ui::facts(&facts)
}

fn actions(l: &Letter, copy: bool, csrf: &str) -> Markup {
    html! {
        @if l.sha256.is_some() { (ui::buttons(&[ui::link_button("PDFを開く", format!("/letters/{}/pdf", l.id)).outline()])) }
        @if l.state == State::Delivered && !copy {
            form method="post" action={ "/letters/" (l.id) "/notify" } {
                (ui::csrf_field(csrf))
                p { "申請者に、通知書が届いていることをメールでもう一度お知らせできます。通知書の内容は変わりません。" }
                (ui::buttons(&[ui::button("お知らせのメールをもう一度送る").outline()]))
            }
        }
    }
}
