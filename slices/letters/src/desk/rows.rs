//! The list's SQL. Letters that wait for a person come on the first page whatever their age.

use hojo_db::Tx;
use hojo_web::Fault;
use hojo_words::ids::PublicId;
use hojo_words::letter::Layout;
use time::OffsetDateTime;
use uuid::Uuid;

use super::filter::{Cursor, Filter};
use crate::record::State;

pub const PAGE: usize = 50;
/// More stuck letters than this are one mistake, not many.
const MOST_STUCK: i64 = 200;

/// A kind of letter the editions in force define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    pub code: String,
    pub name: String,
    pub copy: bool,
}

/// One letter of the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub public_id: Uuid,
    pub title: String,
    pub number: Option<String>,
    pub state: String,
    pub problem: Option<String>,
    pub created_at: OffsetDateTime,
    pub delivered_at: Option<OffsetDateTime>,
    pub read_at: Option<OffsetDateTime>,
    pub case_id: Uuid,
    pub case_number: Option<String>,
    pub applicant_name: String,
    /// Another letter stands in its place.
    pub replaced: bool,
}

/// A page of the list.
#[derive(Clone, Debug, Default)]
pub struct Found {
    pub stuck: Vec<Line>,
    pub lines: Vec<Line>,
    pub next: Option<Filter>,
    pub counts: Counts,
}

/// How many wait, at which step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub stuck: i64,
    pub held: i64,
    pub due: i64,
    pub sealed: i64,
}

/// Every kind of letter of the rounds' editions.
pub async fn kinds(tx: &mut Tx) -> Result<Vec<Kind>, Fault> {
    let rounds = sqlx::query!("select distinct edition_id from rounds order by 1").fetch_all(tx.sql()).await?;
    let mut all: Vec<Kind> = Vec::new();
    for round in rounds {
        let edition = tx.edition(&round.edition_id).await?;
        for letter in edition.procedures.values().flat_map(|p| p.letters.values()) {
            if !all.iter().any(|k| k.code == letter.id) {
                let copy = letter.layout == Layout::ApplicationCopy;
                all.push(Kind { code: letter.id.clone(), name: letter.name.clone(), copy });
            }
        }
    }
    Ok(all)
}

pub async fn page(tx: &mut Tx, filter: &Filter, kinds: &[Kind]) -> Result<Found, Fault> {
    let first = filter.after.is_none() && filter.read.is_none();
    let stuck_wanted = first && matches!(filter.state, None | Some(State::Stuck));
    let stuck = match stuck_wanted {
        true => select(tx, filter, kinds, State::Stuck.code(), true, MOST_STUCK).await?,
        false => Vec::new(),
    };
    let mut lines = Vec::new();
    if filter.state != Some(State::Stuck) {
        let state = filter.state.map_or("", State::code);
        lines = select(tx, filter, kinds, state, false, i64::try_from(PAGE + 1).unwrap_or(i64::MAX)).await?;
    }
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let last = lines.last().filter(|_| more);
    let next = last.map(|l| filter.from(Some(Cursor::of(l.created_at, PublicId::from_uuid(l.public_id)))));
    Ok(Found { stuck, next, lines, counts: counts(tx).await? })
}

async fn select(
    tx: &mut Tx,
    filter: &Filter,
    kinds: &[Kind],
    state: &str,
    stuck: bool,
    limit: i64,
) -> Result<Vec<Line>, Fault> {
    let copies: Vec<String> = kinds.iter().filter(|k| k.copy).map(|k| k.code.clone()).collect();
    let lines = sqlx::query_as!(
        Line,
        r#"select l.public_id, l.title, l.number, l.state, l.problem, l.created_at, l.delivered_at, l.read_at,
                  c.public_id as case_id, c.number as case_number, c.applicant_name,
                  exists (select 1 from letters n where n.replaces_id = l.id and n.state = 'delivered') as "replaced!"
           from letters l join cases c on c.id = l.case_id
           where (l.state = 'stuck') = $1
             and ($2 = '' or l.state = $2)
             and (case when $3 = '' then l.state = 'stuck' or l.kind <> all($4::text[]) else l.kind = $3 end)
             and ($5::bool is null or (l.state = 'delivered' and (l.read_at is not null) = $5))
             and ($6 = '' or c.number = $6 or position($6 in coalesce(l.number, '')) > 0 or position($6 in c.applicant_name) > 0)
             and ($7::timestamptz is null or (l.created_at, l.public_id) < ($7, $8))
           order by l.created_at desc, l.public_id desc limit $9"#,
        stuck,
        state,
        filter.kind,
        &copies,
        filter.read,
        filter.text,
        filter.after.and_then(Cursor::moment),
        filter.after.map(|c| c.letter.uuid()),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(lines)
}

async fn counts(tx: &mut Tx) -> Result<Counts, Fault> {
    let r = sqlx::query!(
        r#"select count(*) filter (where state = 'stuck') as "stuck!", count(*) filter (where state = 'held') as "held!", count(*) filter (where state = 'due') as "due!",
                  count(*) filter (where state = 'sealed') as "sealed!"
           from letters where state in ('stuck', 'held', 'due', 'sealed')"#
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Counts { stuck: r.stuck, held: r.held, due: r.due, sealed: r.sealed })
}
