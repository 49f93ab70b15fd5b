//! 案件の状態 and 手続 on the office's case desk.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_case::{Change, Event, Obligation, ObligationState, Position};
use hojo_db::{CaseRow, Difference, Tx};
use hojo_programme::Opener;
use hojo_web::ui::{self, Happened, Holds, Tone};
use hojo_web::{CasePanel, Fault, Markup, html};

use time::Date;

use super::decisions;
use crate::common::{Known, staircase, state_word};

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
        let today = tx.now().await?.date();
        if row.root.is_some() {
            return Ok(Some(belongs(&known, today)));
        }
        let owed = tx.obligations(&known.view).await?;
        let owed: Vec<Obligation> = owed.into_iter().filter(|due| due.state != ObligationState::Met).collect();
        let decided = decisions::all(tx, &known).await?;
        let told = told(tx, &known).await?;
        let otherwise = tx.told_otherwise(known.view.root.applicant).await?;
        let may_begin = tx.actor().holds_in(Permission::BeginProcedure, row.round);
        Ok(Some(html! {
            (ui::halves(&[
                ("いまの状態", html! { (facts(&known, today)) (differences(&otherwise)) }),
                ("金額", staircase(&known.amounts())),
                ("提出を待つもの", waiting(&known, &owed)),
                ("できること", doing(&known, may_begin)),
            ]))
            h3 { "決定" }
            (decisions::draw(&decided))
            @if !told.is_empty() { (ui::disclosure(&format!("決定によって変わったこと（{}件）", told.len()), &ui::timeline(&told))) }
        }))
    })
}

/// A decided change and GビズID say two things of the holder: the change is used.
fn differences(list: &[Difference]) -> Markup {
    html! {
        @if !list.is_empty() {
            p { (ui::chip(Tone::Warn, "GビズIDの登録との違い")) " 受理した変更の届出の内容を、様式と通知書に使っています。" }
            ul { @for d in list { li { (d.label) "：届出「" (d.told) "」、GビズID「" (d.claimed) "」" } } }
        }
    }
}

/// On the desk of a procedure: the case it belongs to, and where that stands.
fn belongs(known: &Known, today: Date) -> Markup {
    let root = &known.view.root;
    html! {
        p { "この手続が属する案件：" a href={ "/cases/" (root.public_id) } { (root.number.as_deref().unwrap_or("案件")) " " (root.title) } }
        (facts(known, today))
    }
}

fn facts(known: &Known, today: Date) -> Markup {
    let root = &known.view.root;
    let mut facts = vec![
        ("状態", html! { strong { (known.standing()) } }),
        ("補助事業者", html! { (root.applicant_name) }),
        ("事業計画名", html! { (root.title) }),
    ];
    let dates: Vec<String> = known.dates().iter().map(|(label, day)| format!("{label} {}", ui::date(*day))).collect();
    if !dates.is_empty() {
        facts.push(("日付", html! { (dates.join("、")) }));
    }
    for claim in &known.view.life.claims {
        facts.push(("請求", html! { (ui::yen(claim.amount)) "（" (claim.receipt) "、期限 " @match claim.due { Some(day) => (ui::date(day)), None => "なし" } "）" }));
    }
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
    ui::facts(&facts)
}

/// What is owed by when, the most urgent first; a later period of the same thing is only counted.
fn waiting(known: &Known, owed: &[Obligation]) -> Markup {
    let now: Vec<&Obligation> = owed.iter().filter(|due| due.state != ObligationState::Upcoming).collect();
    let later: Vec<&Obligation> = owed.iter().filter(|due| due.state == ObligationState::Upcoming).collect();
    let under_way =
        |due: &Obligation| known.view.runs.iter().any(|run| run.procedure == due.procedure && !run.is_over());
    let title =
        |due: &Obligation| format!("{}{}", due.title, due.period.map(|n| format!("（第{n}回）")).unwrap_or_default());
    html! {
        @if owed.is_empty() { p { "ありません。" } }
        @if !now.is_empty() {
            ul {
                @for due in now {
                    li {
                        (title(due)) "：期限 " (ui::date(due.due)) " "
                        @if due.state == ObligationState::Overdue { (ui::chip(Tone::Error, "期限超過")) } @else { (ui::chip(Tone::Warn, "提出を待っています")) }
                        @if under_way(due) { " " span class="quiet" { "（下書き・審査中のものがあります）" } }
                    }
                }
            }
        }
        @if let Some(first) = later.first() {
            p class="quiet" { "次は" (title(first)) "（期限 " (ui::date(first.due)) "）。" @if later.len() > 1 { "ほかに" (later.len() - 1) "件が先の期間にあります。" } }
        }
    }
}

/// What the office is asked to begin, what is under way, and the way to begin another procedure.
fn doing(known: &Known, may_begin: bool) -> Markup {
    let base = format!("/cases/{}", known.view.root.public_id);
    let open: Vec<_> = known.view.runs.iter().filter(|run| !run.is_over()).collect();
    html! {
        @if !known.view.life.asked.is_empty() {
            p { (ui::chip(Tone::Warn, "始める必要のある手続")) @for code in &known.view.life.asked { " " (known.title(code)) } }
        }
        @if open.is_empty() { p { "進行中の手続はありません。" } }
        @else {
            ul { @for run in open { li { a href={ "/cases/" (run.public_id) } { (known.title(&run.procedure)) } "：" (state_word(known, run, true)) } } }
        }
        @if may_begin { (ui::buttons(&[ui::link_button("手続を始める", format!("{base}/begin")).outline().small()])) }
    }
}

/// What decisions changed of the case, newest first.
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
    html! { (table) }
}
