//! 締切の変更: one person proposes, another approves; in force with the next request, on every node.

mod decide;
mod list;
mod propose;
mod view;

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::{Mode, Tx};
use hojo_web::ui::{Problem, Shell};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{ApplicantId, PublicId, RoundId, StaffId};
use time::OffsetDateTime;

pub use decide::decide;
pub use list::list;
pub use propose::{moment, propose};

use crate::common::{flash, me};

/// The round a page is about.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: RoundId,
    pub public_id: PublicId,
    pub programme: String,
    pub title: String,
    pub opens_at: OffsetDateTime,
    /// As first announced.
    pub announced: OffsetDateTime,
    /// In force for everybody now.
    pub closes_at: OffsetDateTime,
}

/// A change, proposed or settled.
#[derive(Clone, Debug)]
pub struct Moved {
    pub public_id: PublicId,
    pub applicant: Option<(ApplicantId, String)>,
    pub closes_at: OffsetDateTime,
    pub reason: String,
    pub proposed_by: StaffId,
    pub proposer: String,
    pub proposed_at: OffsetDateTime,
    pub approver: Option<String>,
    pub approved_at: Option<OffsetDateTime>,
    pub refused_at: Option<OffsetDateTime>,
}

impl Moved {
    pub fn is_open(&self) -> bool {
        self.approved_at.is_none() && self.refused_at.is_none()
    }
}

/// An applicant found by name or number.
#[derive(Clone, Debug)]
pub struct Candidate {
    pub public_id: PublicId,
    pub name: String,
    pub number: Option<String>,
    /// Their deadline now.
    pub closes_at: OffsetDateTime,
}

/// Everything the page shows.
pub struct Page {
    pub round: Round,
    pub history: Vec<Moved>,
    pub candidates: Vec<Candidate>,
    pub search: String,
    pub typed: Posted,
    pub me: StaffId,
    pub now: OffsetDateTime,
    pub csrf: String,
}

/// The round of the address, with the deadline in force.
pub async fn round(tx: &mut Tx, id: PublicId, mode: Mode) -> Result<Round, Fault> {
    if mode == Mode::Write {
        // Two proposals for one round wait for each other.
        sqlx::query!("select pg_advisory_xact_lock(hashtextextended($1, 0))", format!("deadline:{id}"))
            .fetch_one(tx.sql())
            .await?;
    }
    let r =
        sqlx::query!("select id, programme_id, title, opens_at, closes_at from rounds where public_id = $1", id.uuid())
            .fetch_optional(tx.sql())
            .await?
            .ok_or(Fault::NotFound)?;
    tx.check_round(RoundId(r.id))?;
    let (_, closes_at) = tx.window(RoundId(r.id), None).await?;
    Ok(Round {
        id: RoundId(r.id),
        public_id: id,
        programme: r.programme_id,
        title: r.title,
        opens_at: r.opens_at,
        announced: r.closes_at,
        closes_at,
    })
}

async fn history(tx: &mut Tx, round: RoundId) -> Result<Vec<Moved>, Fault> {
    let rows = sqlx::query!(
        r#"select d.public_id, d.applicant_id, a.name as "applicant?", d.closes_at, d.reason, d.proposed_by,
                  p.name as proposer, d.proposed_at, s.name as "approver?", d.approved_at, d.refused_at
           from deadline_moves d
           join staff p on p.id = d.proposed_by
           left join staff s on s.id = d.approved_by
           left join applicants a on a.id = d.applicant_id
           where d.round_id = $1 order by d.proposed_at desc limit 200"#,
        round.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Moved {
            public_id: PublicId::from_uuid(r.public_id),
            applicant: r.applicant_id.map(|id| (ApplicantId(id), r.applicant.unwrap_or_default())),
            closes_at: r.closes_at,
            reason: r.reason,
            proposed_by: StaffId(r.proposed_by),
            proposer: r.proposer,
            proposed_at: r.proposed_at,
            approver: r.approver,
            approved_at: r.approved_at,
            refused_at: r.refused_at,
        })
        .collect())
}

/// Applicants whose name holds the text, or whose 法人番号 or 受付番号 it is.
async fn candidates(tx: &mut Tx, round: &Round, text: &str) -> Result<Vec<Candidate>, Fault> {
    let words = hojo_words::text::fold_width(text.trim());
    if words.is_empty() {
        return Ok(Vec::new());
    }
    let like = format!("%{}%", words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
    let rows = sqlx::query!(
        r#"select a.id, a.public_id, a.name, c.number as "number?"
           from applicants a left join cases c on c.applicant_id = a.id and c.round_id = $1
                and c.position not in ('withdrawn', 'discarded')
           where a.name like $2 or a.corporate_number = $3 or c.number = $3
           order by a.name, a.id limit 20"#,
        round.id.0,
        like,
        words
    )
    .fetch_all(tx.sql())
    .await?;
    let mut found = Vec::new();
    for r in rows {
        let (_, closes_at) = tx.window(round.id, Some(ApplicantId(r.id))).await?;
        found.push(Candidate {
            public_id: PublicId::from_uuid(r.public_id),
            name: r.name,
            number: r.number,
            closes_at,
        });
    }
    Ok(found)
}

async fn load(
    cx: &Cx<allow::MoveDeadline>,
    tx: &mut Tx,
    round: Round,
    search: &str,
    typed: Posted,
) -> Result<Page, Fault> {
    Ok(Page {
        history: history(tx, round.id).await?,
        candidates: candidates(tx, &round, search).await?,
        search: search.to_owned(),
        typed,
        me: me(cx.actor())?,
        now: tx.now().await?.utc(),
        csrf: cx.csrf(),
        round,
    })
}

fn shell(cx: &Cx<allow::MoveDeadline>, page: &Page) -> Shell {
    cx.page(format!("締切の変更 {}", page.round.title), view::page(page))
        .breadcrumb(vec![("公募回".into(), "/rounds".into())])
}

fn refused(cx: &Cx<allow::MoveDeadline>, page: &Page, refusal: &Refusal) -> Reply {
    Reply::refused(&shell(cx, page).problems(vec![Problem::general(format!("{} {}", refusal.message, refusal.advice))]))
}

/// GET: the deadline in force, the form, what waits for approval, the history.
pub async fn show(cx: Cx<allow::MoveDeadline>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let round = round(&mut tx, cx.param("round")?, Mode::Read).await?;
    let asked = ["applicant", "search"];
    let typed = Posted(asked.iter().map(|n| ((*n).to_owned(), cx.query(n).to_owned())).collect());
    let page = load(&cx, &mut tx, round, cx.query("search"), typed).await?;
    tx.commit().await?;
    let mut shell = shell(&cx, &page);
    if let Some(banner) = flash::banner(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}
