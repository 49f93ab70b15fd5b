//! 案件の状態: what a case is worth, owes and may do, for its holder and on the office's desk.

mod decisions;
mod panels;
mod view;

use hojo_access::{Access, allow};
use hojo_case::{Obligation, ObligationState, Position, Refusal};
use hojo_db::{CaseRow, Mode, RunRow, Tx};
use hojo_programme::Opener;
use hojo_web::{Cx, Fault, Reply, ui};
use hojo_words::ids::PublicId;
use time::Date;

use crate::common::{Known, basis, problem, state_word};

pub(crate) use panels::panels;

/// A procedure that may begin, or not yet.
pub(crate) struct Offer {
    pub code: String,
    pub title: String,
    pub description: String,
    pub basis: String,
    /// Why not now; none when it may begin.
    pub why_not: Option<String>,
}

/// One line of the runs.
pub(crate) struct Line {
    pub title: String,
    pub href: String,
    pub hint: Option<String>,
    pub word: String,
    pub position: Position,
    pub over: bool,
}

/// The page of a case after its adoption.
pub(crate) struct Page {
    pub case: PublicId,
    pub number: String,
    pub title: String,
    pub holder: String,
    /// None while a notice is on its way: nothing is told before its letter.
    pub standing: Option<String>,
    pub dates: Vec<(String, Date)>,
    pub amounts: Vec<(String, Option<i64>)>,
    pub owed: Vec<(Obligation, Option<String>)>,
    pub runs: Vec<Line>,
    pub offers: Vec<Offer>,
    pub csrf: String,
}

pub(crate) async fn show(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::BeApplicant>(id, Mode::Read).await?;
    if row.root.is_some() {
        let root = tx.root_of(&row).await?.public_id;
        return Ok(Reply::see_other(&format!("/cases/{root}/procedures")));
    }
    let page = load(&cx, &mut tx, &row).await?;
    tx.commit().await?;
    Ok(Reply::page(&shell(&cx, &page)))
}

/// The page again, with why a procedure did not begin.
pub(crate) async fn refused<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    row: &CaseRow,
    refusal: &Refusal,
) -> Result<Reply, Fault> {
    let page = load(cx, tx, row).await?;
    Ok(Reply::refused(&shell(cx, &page).problems(vec![problem(refusal)])))
}

fn shell<A: Access>(cx: &Cx<A>, page: &Page) -> ui::Shell {
    let way =
        vec![("マイページ".to_owned(), "/me".to_owned()), ("申請の状況".to_owned(), format!("/cases/{}", page.case))];
    cx.page("案件の状態と手続", view::page(page)).breadcrumb(way)
}

/// Has the applicant been told of the adoption, and of everything decided since?
pub(crate) fn is_told(known: &Known) -> bool {
    let on_its_way = |run: &RunRow| run.position == Position::Notify.code();
    known.view.root.position() == Position::Closed && !known.view.runs.iter().any(on_its_way)
}

async fn load<A: Access>(cx: &Cx<A>, tx: &mut Tx, row: &CaseRow) -> Result<Page, Fault> {
    let known = Known::of(tx, row).await?;
    let told = is_told(&known);
    let owed = if told { tx.obligations(&known.view).await? } else { Vec::new() };
    let owed = owed.into_iter().filter(|due| due.state != ObligationState::Met);
    let owed = owed.map(|due| {
        let href = place(&known, &due.procedure);
        (due, href)
    });
    Ok(Page {
        case: row.public_id,
        number: row.number.clone().unwrap_or_default(),
        title: row.title.clone(),
        holder: row.applicant_name.clone(),
        standing: told.then(|| known.standing()),
        dates: if told { known.dates() } else { Vec::new() },
        amounts: if told { known.amounts() } else { Vec::new() },
        owed: owed.collect(),
        runs: known.view.runs.iter().map(|run| line(&known, run)).collect(),
        offers: offers(&known, told),
        csrf: cx.csrf(),
    })
}

/// Where what is owed is met: its draft, what was handed in, or the button that begins it.
fn place(known: &Known, procedure: &str) -> Option<String> {
    let run = known.view.runs.iter().find(|run| run.procedure == procedure && !run.is_over());
    if let Some(run) = run {
        return Some(address(run));
    }
    let starts = known.view.edition.procedure(procedure)?;
    known.may_apply(starts).ok().map(|()| format!("#begin-{procedure}"))
}

fn address(run: &RunRow) -> String {
    let editable = matches!(Position::from_code(&run.position), Some(Position::Draft | Position::Returned));
    if editable { format!("/filings/{}", run.filing) } else { format!("/cases/{}", run.public_id) }
}

fn line(known: &Known, run: &RunRow) -> Line {
    let position = Position::from_code(&run.position).unwrap_or(Position::Draft);
    let due = run.due_on.filter(|_| matches!(position, Position::Draft | Position::Returned));
    let hint = match (due, run.filed_at) {
        (Some(day), _) => Some(format!("期限：{}", ui::date(day))),
        (None, Some(at)) => {
            Some(format!("受付番号 {}（{}）", run.number.as_deref().unwrap_or_default(), ui::date_time(at)))
        }
        (None, None) => Some(format!("{}から作成中", ui::date_time(run.created_at))),
    };
    Line {
        title: known.title(&run.procedure),
        href: address(run),
        hint,
        word: state_word(known, run, false),
        position,
        over: run.is_over(),
    }
}

/// What the applicant may begin. What only the office begins is not shown: the applicant could do nothing with it.
fn offers(known: &Known, told: bool) -> Vec<Offer> {
    if !told {
        return Vec::new();
    }
    let own = known.procedures().filter(|(_, by)| by.contains(&Opener::Applicant));
    let own = own.filter(|(procedure, _)| known.draft(&procedure.code).is_none());
    own.map(|(procedure, _)| Offer {
        code: procedure.code.clone(),
        title: procedure.title.clone(),
        description: procedure.description.clone(),
        basis: basis(procedure),
        why_not: known.may_apply(procedure).err().map(|r| r.message),
    })
    .collect()
}
