//! 案件の状態 and 手続 on the office's case desk.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_case::{Change, Event, Position};
use hojo_db::{CaseRow, Tx};
use hojo_programme::Opener;
use hojo_web::ui::{self, Happened, Holds, Tone};
use hojo_web::{CasePanel, Fault, Markup, html};

use crate::common::{Known, state_word};

type Drawn<'a> = Pin<Box<dyn Future<Output = Result<Option<Markup>, Fault>> + Send + 'a>>;

pub(crate) fn panels() -> Vec<CasePanel> {
    let panel = |id, title, order, render| CasePanel { id, title, permission: Permission::ViewCase, order, render };
    vec![panel("life", "案件の状態", 10, life), panel("procedures", "手続", 12, procedures)]
}

/// Is there a life to show? An application that was not decided has none yet.
fn lives(known: &Known) -> bool {
    !known.view.root.case.life.standing.is_empty()
}

fn life<'a>(tx: &'a mut Tx, row: &'a CaseRow) -> Drawn<'a> {
    Box::pin(async move {
        let known = Known::of(tx, row).await?;
        if !lives(&known) {
            return Ok(None);
        }
        let told = told(tx, &known).await?;
        let root = &known.view.root;
        let mut facts =
            vec![("状態", html! { strong { (known.standing()) } }), ("補助事業者", html! { (root.applicant_name) })];
        let dates = known.dates();
        facts.extend(dates.iter().map(|(label, day)| (label.as_str(), html! { (ui::date(*day)) })));
        for claim in &known.view.life.claims {
            facts.push(("請求", html! { (ui::yen(claim.amount)) "（" (claim.receipt) "、期限 " @match claim.due { Some(day) => (ui::date(day)), None => "なし" } "）" }));
        }
        let today = tx.now().await?.date();
        for awaited in &known.view.life.awaited {
            let what: Vec<String> = awaited.changes.iter().map(Change::sentence).collect();
            facts.push((
                "効力発生日を待つ変更",
                html! {
                    (ui::date(awaited.on)) "から：" (what.join("。")) "（" (awaited.receipt) "）"
                    @if awaited.on < today { " " (ui::chip(Tone::Error, "日を過ぎても反映できていません")) }
                },
            ));
        }
        Ok(Some(html! {
            @if row.root.is_some() {
                p { "この手続が属する案件：" a href={ "/cases/" (root.public_id) } { (root.number.as_deref().unwrap_or("案件")) " " (root.title) } }
            }
            (ui::facts(&facts))
            @if row.root.is_none() {
                h3 { "決定によって変わったこと" }
                @if told.is_empty() { p { "まだありません。" } } @else { (ui::timeline(&told)) }
            }
        }))
    })
}

/// What was decided by whom, on which ground, newest first.
async fn told(tx: &mut Tx, known: &Known) -> Result<Vec<Happened>, Fault> {
    let rows = sqlx::query!(
        "select at, actor_name, body from events where case_id = $1 and kind in ('took_effect', 'came_true', 'due_moved') order by seq desc",
        known.view.root.id.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let event: Event = serde_json::from_value(r.body)?;
        let receipt = match &event {
            Event::TookEffect { receipt, .. } | Event::CameTrue { receipt, .. } => receipt.clone(),
            _ => String::new(),
        };
        let run = known.view.runs.iter().find(|run| !receipt.is_empty() && run.number.as_ref() == Some(&receipt));
        let what = html! {
            p { (event.sentence()) }
            @if let Some(run) = run { p { "根拠：" a href={ "/cases/" (run.public_id) } { (known.title(&run.procedure)) "（" (receipt) "）" } } }
        };
        all.push(Happened { at: r.at, what, who: (!r.actor_name.is_empty()).then_some(r.actor_name) });
    }
    Ok(all)
}

fn procedures<'a>(tx: &'a mut Tx, row: &'a CaseRow) -> Drawn<'a> {
    Box::pin(async move {
        if row.root.is_some() {
            return Ok(None);
        }
        let known = Known::of(tx, row).await?;
        if !lives(&known) {
            return Ok(None);
        }
        Ok(Some(list(&known)))
    })
}

fn list(known: &Known) -> Markup {
    let columns = vec![
        ui::column("手続"),
        ui::column("受付番号"),
        ui::column("始めた人"),
        ui::column("状態"),
        ui::column("期限").holds(Holds::Date),
        ui::column("更新日時").holds(Holds::Date),
    ];
    let mut table = ui::data_table("この案件の手続", columns)
        .quiet_caption()
        .empty(html! { p { "採択後の手続はまだありません。" } });
    for run in known.view.runs.iter().rev().filter(|run| run.position != Position::Discarded.code()) {
        let opener = Opener::parse(&run.opener).map_or_else(|| run.opener.clone(), |opener| opener.label().to_owned());
        table = table.row(vec![
            html! { a href={ "/cases/" (run.public_id) } { (known.title(&run.procedure)) } },
            html! { (run.number.as_deref().unwrap_or("―")) },
            html! { (opener) },
            html! { (state_word(known, run, true)) },
            html! { @match run.due_on { Some(day) => (ui::date(day)), None => "―" } },
            html! { (ui::date_time(run.changed_at)) },
        ]);
    }
    let base = format!("/cases/{}", known.view.root.public_id);
    html! {
        @if !known.view.life.asked.is_empty() {
            (ui::banner(Tone::Warn, "始める必要のある手続があります").body(html! {
                ul { @for code in &known.view.life.asked { li { (known.title(code)) } } }
            }))
        }
        (table)
        (ui::buttons(&[ui::link_button("手続を始める", format!("{base}/begin")).outline()]))
    }
}
