//! 決裁・承認: what waits for this person, each list only for who may do it. The agency's people see theirs alone.

use hojo_access::{Permission, allow};
use hojo_case::{Drafted, Position};
use hojo_db::Tx;
use hojo_programme::StepKind;
use hojo_web::ui::{self, Holds, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::PublicId;
use serde::Deserialize;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::common::me;

/// Longer lists than this nobody works through on one page.
const MOST: i64 = 200;

/// One decision that waits.
struct Line {
    id: PublicId,
    number: String,
    name: String,
    title: String,
    procedure: String,
    proposal: String,
    drafted_by: Option<Uuid>,
    changed_at: OffsetDateTime,
}

/// One list of the page.
struct List {
    title: &'static str,
    page: &'static str,
    words: &'static str,
    lines: Vec<Line>,
}

pub(crate) async fn show(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let me = me(cx.actor())?.0;
    let holds = |permission| cx.actor().holds(permission);
    let mut tx = cx.tx().await?;
    let mut lists = Vec::new();
    let kinds = [
        (Permission::ApproveDecision, Position::Approve, "決裁を待つ決定", "approve", "見て決裁する"),
        (Permission::ApproveForAgency, Position::Consult, "中小機構の承認を待つ決定", "agency", "見て承認する"),
        (Permission::DraftDecision, Position::Decide, "起案を待つ手続", "ruling", "起案する"),
    ];
    for (permission, position, title, page, words) in kinds {
        if holds(permission) {
            lists.push(List { title, page, words, lines: lines(&mut tx, position).await? });
        }
    }
    let asked = if holds(Permission::BeginProcedure) { Some(asked(&mut tx).await?) } else { None };
    tx.commit().await?;
    let body = html! {
        @for list in &lists { (table(list, me)) }
        @if let Some(asked) = &asked { (to_begin(asked)) }
        @if lists.is_empty() && asked.is_none() { p { "起案、決裁、承認の権限がないため、表示するものはありません。" } }
    };
    Ok(Reply::page(&cx.page("決裁・承認", body).wide()))
}

/// What is needed of a case's state.
#[derive(Deserialize)]
struct State {
    #[serde(default)]
    drafted: Option<Drafted>,
}

/// Editions whose applications are decided one by one, and not by an adoption run.
async fn decided_directly(tx: &mut Tx) -> Result<Vec<String>, Fault> {
    let known = sqlx::query!("select id from editions").fetch_all(tx.sql()).await?;
    let mut direct = Vec::new();
    for edition in known {
        let through_run = tx
            .edition(&edition.id)
            .await?
            .opening()
            .is_none_or(|opening| opening.flow.step(StepKind::Decide).is_none_or(|step| step.through_simulation));
        if !through_run {
            direct.push(edition.id);
        }
    }
    Ok(direct)
}

async fn lines(tx: &mut Tx, position: Position) -> Result<Vec<Line>, Fault> {
    let direct = decided_directly(tx).await?;
    let rows = sqlx::query!(
        r#"select public_id, number, applicant_name, title, procedure, edition_id, state, changed_at from cases
           where (root_id is not null or edition_id = any($3)) and filed_at is not null and position = $1
             and position in ('check', 'second_check', 'returned', 'examine', 'decide', 'approve', 'consult')
           order by filed_at, public_id limit $2"#,
        position.code(),
        MOST,
        &direct
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let edition = tx.edition(&r.edition_id).await?;
        let procedure = edition.procedure(&r.procedure);
        let state: State = serde_json::from_value(r.state)?;
        let proposal = state.drafted.as_ref().map(|drafted| {
            let code = drafted.proposal.outcome.code();
            let label =
                procedure.and_then(|p| p.flow.outcomes.get(code)).map_or(code, |outcome| outcome.label.as_str());
            let amount = drafted.proposal.amount.map(|yen| format!("　{}", ui::yen(yen))).unwrap_or_default();
            format!("{label}{amount}")
        });
        all.push(Line {
            id: PublicId::from_uuid(r.public_id),
            number: r.number.unwrap_or_default(),
            name: r.applicant_name,
            title: r.title,
            procedure: procedure.map_or(r.procedure, |p| p.title.clone()),
            proposal: proposal.unwrap_or_default(),
            drafted_by: state.drafted.map(|drafted| drafted.by.0),
            changed_at: r.changed_at,
        });
    }
    Ok(all)
}

fn table(list: &List, me: Uuid) -> Markup {
    let columns = vec![
        ui::column("受付番号"),
        ui::column("手続"),
        ui::column("事業者・計画名"),
        ui::column("決定の案"),
        ui::column("更新日時").holds(Holds::Date),
        ui::column("操作"),
    ];
    let mut table =
        ui::data_table(list.title, columns).quiet_caption().stacks().empty(html! { p { "今はありません。" } });
    for line in &list.lines {
        table = table.row(vec![
            html! { a href={ "/cases/" (line.id) } { (line.number) } },
            html! { (line.procedure) },
            html! { (ui::shortened(&line.name)) br; span class="quiet" { (ui::shortened(&line.title)) } },
            html! { @if line.proposal.is_empty() { "―" } @else { (line.proposal) } },
            html! { (ui::date_time(line.changed_at)) },
            html! {
                @if line.drafted_by == Some(me) && list.page == "approve" { (ui::plain_chip("自分の起案")) }
                @else { a href={ "/cases/" (line.id) "/" (list.page) } { (list.words) span class="visually-hidden" { "（" (line.number) "）" } } }
            },
        ]);
    }
    html! { section { h2 { (list.title) "（" (list.lines.len()) "件）" } (table) } }
}

/// A case in which the office was asked to begin something.
struct Asked {
    id: PublicId,
    number: String,
    name: String,
    procedures: Vec<String>,
}

async fn asked(tx: &mut Tx) -> Result<Vec<Asked>, Fault> {
    let rows = sqlx::query!(
        r#"select public_id, number, applicant_name, edition_id, state #> '{life,asked}' as "asked!" from cases
           where root_id is null and standing <> '' and jsonb_array_length(coalesce(state #> '{life,asked}', '[]')) > 0
           order by changed_at limit $1"#,
        MOST
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let edition = tx.edition(&r.edition_id).await?;
        let codes: Vec<String> = serde_json::from_value(r.asked)?;
        let title = |code: String| edition.procedure(&code).map_or(code, |p| p.title.clone());
        all.push(Asked {
            id: PublicId::from_uuid(r.public_id),
            number: r.number.unwrap_or_default(),
            name: r.applicant_name,
            procedures: codes.into_iter().map(title).collect(),
        });
    }
    Ok(all)
}

fn to_begin(asked: &[Asked]) -> Markup {
    let tasks: Vec<ui::Task> = asked
        .iter()
        .map(|case| ui::Task {
            title: format!("{} {}：{}", case.number, case.name, case.procedures.join("、")),
            href: Some(format!("/cases/{}/begin", case.id)),
            hint: None,
            state: ui::chip(Tone::Warn, "始める必要があります"),
        })
        .collect();
    html! {
        section {
            h2 { "始めるよう求められている手続（" (tasks.len()) "件）" }
            @if tasks.is_empty() { p { "今はありません。" } } @else { (ui::task_list(&tasks)) }
        }
    }
}
