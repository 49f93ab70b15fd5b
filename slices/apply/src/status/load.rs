//! What the status page needs, read in one transaction.

use hojo_access::allow;
use hojo_case::{Event, Position};
use hojo_db::{CaseRow, DbError, Mode, Tx};
use hojo_programme::{Flow, State, StepKind};
use hojo_web::ui::{Happened, Step, StepState};
use hojo_web::{Cx, Fault, html};
use hojo_words::ids::{CaseId, FilingId, PublicId};
use time::OffsetDateTime;

use super::history::told;
use crate::fill::end_of_day;
use crate::submissions::{self, Submitted};
use crate::submit::copy_of;
use crate::way::{Way, procedures};

/// A letter as the list shows it.
pub(crate) struct Letter {
    pub id: PublicId,
    pub title: String,
    pub number: String,
    pub at: OffsetDateTime,
    pub read: bool,
}

/// The status of a case for its applicant.
pub(crate) struct Status {
    pub way: Way,
    pub procedure: String,
    /// Where the case goes on after its adoption.
    pub goes_on: Option<String>,
    pub may_withdraw: bool,
    pub row: CaseRow,
    pub word: String,
    pub steps: Vec<Step>,
    /// What is owed: until when, seen from when.
    pub due: Option<(OffsetDateTime, OffsetDateTime)>,
    /// After the due date of a return the flow takes nothing more from this page.
    pub refuses_late: bool,
    pub pending_remarks: i64,
    pub history: Vec<Happened>,
    pub submissions: Vec<(Submitted, Option<PublicId>)>,
    pub letters: Vec<Letter>,
}

pub(crate) async fn status(cx: &Cx<allow::BeApplicant>, tx: &mut Tx) -> Result<Status, Fault> {
    let id: PublicId = cx.param("case")?;
    let (_, row) = tx.case::<allow::BeApplicant>(id, Mode::Read).await?;
    let filing = filing(tx, row.id).await?;
    let edition = tx.edition(&filing.edition).await?;
    let procedure = edition.procedure(&filing.procedure).cloned().ok_or(Fault::NotFound)?;
    let now = tx.now().await?.utc();
    let root = tx.root_of(&row).await?;
    let terms = tx.terms(&procedure, row.round, row.applicant).await?;
    let due = match row.position() {
        Position::Draft if terms.in_round => Some(terms.closes),
        Position::Draft => row.case.file_due.and_then(end_of_day),
        Position::Returned => row.case.return_due.and_then(end_of_day),
        _ => None,
    };
    let mut sent = Vec::new();
    for submitted in submissions::all(tx, filing.id).await? {
        let copy = copy_of(tx, row.id, submitted.n).await?;
        sent.push((submitted, copy));
    }
    let pending = sqlx::query!(
        r#"select count(*) as "count!" from remarks where filing_id = $1 and state = 'sent'"#,
        filing.id.0
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Status {
        way: Way {
            site: cx.site(),
            filing: filing.public_id,
            case: row.public_id,
            root: row.root.is_some().then_some(root.public_id),
        },
        goes_on: (root.position() == Position::Closed && !root.case.life.standing.is_empty())
            .then(|| procedures(root.public_id)),
        may_withdraw: procedure
            .flow
            .step(StepKind::Withdraw)
            .is_some_and(|step| step.by.iter().any(|role| role == "applicant")),
        procedure: procedure.title.clone(),
        word: word(&procedure.flow, row.position()),
        steps: steps(&procedure.flow, row.position()),
        due: due.map(|d| (d, now)),
        refuses_late: procedure.flow.refuses_late(),
        pending_remarks: pending.count,
        history: history(tx, row.id, cx.actor().id()).await?,
        letters: letters(tx, row.id).await?,
        submissions: sent,
        row,
    })
}

/// The filing of a case as its pages need it.
pub(crate) struct FilingOf {
    pub id: FilingId,
    pub public_id: PublicId,
    pub procedure: String,
    pub edition: String,
}

/// The filing a case began with.
pub(crate) async fn filing(tx: &mut Tx, case: CaseId) -> Result<FilingOf, Fault> {
    let r = sqlx::query!(
        "select id, public_id, procedure, edition_id from filings where case_id = $1 order by created_at limit 1",
        case.0
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(DbError::NotFound)?;
    Ok(FilingOf {
        id: FilingId(r.id),
        public_id: PublicId::from_uuid(r.public_id),
        procedure: r.procedure,
        edition: r.edition_id,
    })
}

fn word(flow: &Flow, position: Position) -> String {
    if position == Position::Discarded {
        return "破棄した下書き".to_owned();
    }
    flow.applicant_word(position.flow_state()).to_owned()
}

/// The way of an application in four steps, in the words of the flow's data.
pub(crate) fn steps(flow: &Flow, position: Position) -> Vec<Step> {
    let here = match position {
        Position::Draft => 0,
        Position::Check | Position::SecondCheck | Position::Returned => 1,
        Position::Examine | Position::Decide | Position::Approve | Position::Consult | Position::Notify => 2,
        Position::Closed => 3,
        Position::Withdrawn | Position::Discarded => return Vec::new(),
    };
    let third = if flow.step(StepKind::Examine).is_some() { State::Examine } else { State::Decide };
    let states = [State::Draft, State::Check, third, State::Notified];
    let step = |(at, state): (usize, &State)| Step {
        title: if at == here { word(flow, position) } else { flow.applicant_word(*state).to_owned() },
        state: match at.cmp(&here) {
            std::cmp::Ordering::Less => StepState::Done,
            std::cmp::Ordering::Equal if position == Position::Closed => StepState::Done,
            std::cmp::Ordering::Equal => StepState::Current,
            std::cmp::Ordering::Greater => StepState::Ahead,
        },
        href: None,
    };
    states.iter().enumerate().map(step).collect()
}

async fn history(tx: &mut Tx, case: CaseId, me: Option<uuid::Uuid>) -> Result<Vec<Happened>, Fault> {
    let rows = sqlx::query!(
        "select at, actor_kind, actor_id, actor_name, body from events where case_id = $1 order by seq desc",
        case.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let event: Event = serde_json::from_value(r.body)?;
        let Some(sentence) = told(&event) else { continue };
        let who = match r.actor_kind.as_str() {
            "applicant" if r.actor_id == me => "あなた".to_owned(),
            "applicant" => r.actor_name,
            "worker" => "自動処理".to_owned(),
            _ => "事務局".to_owned(),
        };
        all.push(Happened { at: r.at, what: html! { (sentence) }, who: Some(who) });
    }
    Ok(all)
}

async fn letters(tx: &mut Tx, case: CaseId) -> Result<Vec<Letter>, Fault> {
    let rows = sqlx::query!(
        "select public_id, title, number, coalesce(delivered_at, created_at) as \"at!\", read_at from letters
         where case_id = $1 and state = 'delivered' and kind not in ('application-copy', 'filing-copy') order by created_at desc",
        case.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Letter {
            id: PublicId::from_uuid(r.public_id),
            title: r.title,
            number: r.number.unwrap_or_default(),
            at: r.at,
            read: r.read_at.is_some(),
        })
        .collect())
}
