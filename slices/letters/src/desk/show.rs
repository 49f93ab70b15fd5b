//! One letter at the office: what it says, where it stands, what happened to it.

use hojo_access::{Access, Permission, allow};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::ui::{self, Happened, Tone};
use hojo_web::{Cx, Fault, Handed, Markup, Reply, html};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;
use time::{Date, OffsetDateTime};

use super::{history, is_copy, state_chip};
use crate::payload::{HAND, Owed};
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
    pub issued_on: Option<Date>,
    /// What the case owes, when the letter reminds of it.
    pub owed: Option<Owed>,
    /// Why it stands in place of another one.
    pub reason: Option<String>,
    pub before: Option<Other>,
    pub after: Option<Other>,
}

/// The letter before or after a correction.
#[derive(Clone, Debug)]
pub struct Other {
    pub id: PublicId,
    pub number: String,
    pub state: State,
}

/// The letter of an address and its case, checked and, in a writing transaction, locked.
pub async fn open<A: Access>(tx: &mut Tx, id: PublicId, mode: Mode) -> Result<(Letter, CaseRow), Fault> {
    let found = sqlx::query!(
        "select c.public_id from letters l join cases c on c.id = l.case_id where l.public_id = $1",
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let (permit, row) = tx.case::<A>(PublicId::from_uuid(found.public_id), mode).await?;
    let l = sqlx::query!(
        "select kind, title, number, state, problem, model, sha256, size, pages, cause, created_at, sealed_at,
                delivered_at, read_at, issued_on, reason, owed
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
        issued_on: l.issued_on,
        reason: l.reason,
        owed: l.owed.map(serde_json::from_value).transpose()?,
        before: other(tx, id, false).await?,
        after: other(tx, id, true).await?,
    };
    Ok((letter, row))
}

/// The letter this one replaces, or the newest one that replaces it.
async fn other(tx: &mut Tx, id: PublicId, after: bool) -> Result<Option<Other>, Fault> {
    let found = sqlx::query!(
        r#"select o.public_id, o.number, o.state from letters l
           join letters o on case when $2 then o.replaces_id = l.id else o.id = l.replaces_id end
           where l.public_id = $1 order by o.created_at desc limit 1"#,
        id.uuid(),
        after
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(found.map(|r| Other {
        id: PublicId::from_uuid(r.public_id),
        number: r.number.unwrap_or_else(|| "（付番前）".to_owned()),
        state: State::from_code(&r.state).unwrap_or(State::Due),
    }))
}

pub(crate) async fn show(cx: Cx<allow::IssueLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (letter, row) = open::<allow::IssueLetter>(&mut tx, cx.param("letter")?, Mode::Read).await?;
    let mut history = history::of(&mut tx, letter.id).await?;
    history.extend(opened(letter.read_at, &row.applicant_name));
    let copy = is_copy(&tx.edition(&row.edition).await?, &letter.kind);
    tx.commit().await?;
    cx.log_access(&row).await?;
    let mends = !copy && cx.actor().holds(Permission::SendLetters);
    let body = html! {
        (view(&letter, &row, &history, copy, &cx.csrf()))
        @if mends { (correction(&letter, &cx.csrf())) }
    };
    let way = vec![("通知書".to_owned(), "/letters".to_owned())];
    let mut page = cx.page(letter.title.clone(), body).breadcrumb(way);
    if let Some(banner) = super::flash(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

pub(crate) async fn pdf(cx: Cx<allow::IssueLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (letter, row) = open::<allow::IssueLetter>(&mut tx, cx.param("letter")?, Mode::Read).await?;
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
        ("日付", html! { @match l.issued_on { Some(day) => (ui::date(day)), None => "―" } }),
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
    if let Some(reason) = l.reason.as_deref().filter(|_| l.cause.starts_with(HAND)) {
        facts.push(("発行の理由", html! { span class="prewrap" { (reason) } }));
    }
    if let Some(before) = &l.before {
        facts.push(("訂正前の通知書", html! { a href={ "/letters/" (before.id) } { (before.number) } }));
        facts.push(("訂正の理由", html! { (l.reason.as_deref().unwrap_or_default()) }));
    }
    if let Some(after) = &l.after {
        facts.push((
            "訂正後の通知書",
            html! { a href={ "/letters/" (after.id) } { (after.number) } " " (state_chip(after.state)) },
        ));
    }
    ui::facts(&facts)
}

/// 訂正・再交付: the old letter stays in the history under its number.
fn correction(l: &Letter, csrf: &str) -> Markup {
    html! {
        @if l.state == State::Delivered && l.number.is_some() && l.after.is_none() {
            (ui::disclosure("この通知書を訂正して再交付する", &html! {
                p { "先に案件の内容や登録された名称を直してください。新しい文書番号の通知書を作り、元の通知書に代えて交付します。元の通知書と番号は履歴に残ります。" }
                form class="form" method="post" action={ "/letters/" (l.id) "/reissue" } {
                    (ui::csrf_field(csrf))
                    (ui::textarea("reason", "訂正の理由", 1_000).required())
                    (ui::buttons(&[ui::button("訂正して再交付する")]))
                }
            }))
        }
    }
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
