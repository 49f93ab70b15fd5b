//! Runs as stored. Nothing of a run changes after it was made, except who committed it.

use hojo_case::Position;
use hojo_db::{Tx, random};
use hojo_selection::{RunInput, RunParameters, RunResult};
use hojo_web::Fault;
use hojo_words::ids::{PublicId, RoundId, RunId, StaffId};
use time::OffsetDateTime;

use crate::common::Round;
use crate::ranking::{Scored, scored};

/// A run with everything in it.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: RunId,
    pub public_id: PublicId,
    pub round: RoundId,
    pub name: String,
    pub parameters: RunParameters,
    pub input: RunInput,
    pub input_hash: String,
    pub result: RunResult,
    pub made_by: StaffId,
    pub maker: String,
    pub made_at: OffsetDateTime,
    pub committed_by: Option<StaffId>,
    pub committer: Option<String>,
    pub committed_at: Option<OffsetDateTime>,
}

/// A line of the list of runs.
#[derive(Clone, Debug)]
pub struct Head {
    pub public_id: PublicId,
    pub name: String,
    pub maker: String,
    pub made_at: OffsetDateTime,
    pub cases: i64,
    pub adopted: i64,
    pub spent: i64,
    pub is_committed: bool,
}

/// What a run of this round would be made from now: every case that waits for a decision.
pub async fn input(tx: &mut Tx, round: RoundId) -> Result<RunInput, Fault> {
    let cases = scored(tx, round, &[Position::Decide]).await?;
    Ok(RunInput { cases: cases.iter().map(Scored::as_run_case).collect() })
}

/// Cases of the round that are still under review and would be left out.
pub async fn still_open(tx: &mut Tx, round: RoundId) -> Result<i64, Fault> {
    let found = sqlx::query!(
        r#"select count(*) as "n!" from cases
           where round_id = $1 and root_id is null and position in ('check', 'second_check', 'returned', 'examine')"#,
        round.0
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(found.n)
}

pub async fn insert(
    tx: &mut Tx,
    round: &Round,
    name: &str,
    parameters: &RunParameters,
    input: &RunInput,
    result: &RunResult,
    by: StaffId,
) -> Result<PublicId, Fault> {
    let public_id = random::public_id();
    let at = tx.now().await?.utc();
    sqlx::query!(
        "insert into runs (id, public_id, programme_id, round_id, name, parameters, input, input_hash, result, made_by, made_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        random::key(),
        public_id.uuid(),
        round.programme,
        round.id.0,
        name,
        serde_json::to_value(parameters)?,
        serde_json::to_value(input)?,
        hojo_selection::hash(input, parameters)?,
        serde_json::to_value(result)?,
        by.0,
        at
    )
    .execute(tx.sql())
    .await?;
    Ok(public_id)
}

pub async fn heads(tx: &mut Tx, round: RoundId) -> Result<Vec<Head>, Fault> {
    let rows = sqlx::query!(
        r#"select r.public_id, r.name, s.name as maker, r.made_at, r.committed_at is not null as "committed!",
                  jsonb_array_length(r.input -> 'cases') as "cases!", (r.result ->> 'adopted')::bigint as "adopted!",
                  (r.result ->> 'spent')::bigint as "spent!"
           from runs r join staff s on s.id = r.made_by where r.round_id = $1 order by r.made_at desc, r.id desc limit 200"#,
        round.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Head {
            public_id: PublicId::from_uuid(r.public_id),
            name: r.name,
            maker: r.maker,
            made_at: r.made_at,
            cases: i64::from(r.cases),
            adopted: r.adopted,
            spent: r.spent,
            is_committed: r.committed,
        })
        .collect())
}

/// A run by its public id.
///
/// # Errors
/// [`Fault::NotFound`] when there is none.
pub async fn load(tx: &mut Tx, id: PublicId) -> Result<Run, Fault> {
    let r = sqlx::query!(
        r#"select r.id, r.public_id, r.round_id, r.name, r.parameters, r.input, r.input_hash, r.result, r.made_by, m.name as maker,
                  r.made_at, r.committed_by, c.name as "committer?", r.committed_at
           from runs r join staff m on m.id = r.made_by left join staff c on c.id = r.committed_by where r.public_id = $1"#,
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    tx.check_round(RoundId(r.round_id))?;
    Ok(Run {
        id: RunId(r.id),
        public_id: PublicId::from_uuid(r.public_id),
        round: RoundId(r.round_id),
        name: r.name,
        parameters: serde_json::from_value(r.parameters)?,
        input: serde_json::from_value(r.input)?,
        input_hash: r.input_hash,
        result: serde_json::from_value(r.result)?,
        made_by: StaffId(r.made_by),
        maker: r.maker,
        made_at: r.made_at,
        committed_by: r.committed_by.map(StaffId),
        committer: r.committer,
        committed_at: r.committed_at,
    })
}

/// The run of the same round that was made before this one: its name, number and result.
pub async fn before(tx: &mut Tx, run: &Run) -> Result<Option<(PublicId, String, RunResult)>, Fault> {
    let found = sqlx::query!(
        "select public_id, name, result from runs where round_id = $1 and (made_at, id) < ($2, $3)
         order by made_at desc, id desc limit 1",
        run.round.0,
        run.made_at,
        run.id.0
    )
    .fetch_optional(tx.sql())
    .await?;
    found.map(|r| Ok((PublicId::from_uuid(r.public_id), r.name, serde_json::from_value(r.result)?))).transpose()
}

/// How far a committed run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Cases to be decided by the run.
    pub total: i64,
    pub decided: i64,
    /// Cases that left the position in another way (withdrawn in between).
    pub elsewhere: i64,
    pub letters: i64,
    pub stuck: i64,
}

pub async fn progress(tx: &mut Tx, run: &Run) -> Result<Progress, Fault> {
    let ids: Vec<uuid::Uuid> =
        run.decided_keys().filter_map(|k| k.parse::<PublicId>().ok()).map(PublicId::uuid).collect();
    let r = sqlx::query!(
        r#"select count(*) as "total!", count(*) filter (where c.outcome is not null) as "decided!",
                  count(*) filter (where c.outcome is null and c.position <> 'decide') as "elsewhere!",
                  count(l.id) filter (where l.state = 'delivered') as "letters!",
                  count(l.id) filter (where l.state = 'stuck') as "stuck!"
           from cases c left join letters l on l.case_id = c.id and l.cause = 'outcome'
           where c.public_id = any($1)"#,
        &ids
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(Progress { total: r.total, decided: r.decided, elsewhere: r.elsewhere, letters: r.letters, stuck: r.stuck })
}

impl Run {
    /// Keys of the cases a commit decides. What the run could not judge is left for people.
    pub fn decided_keys(&self) -> impl Iterator<Item = &str> {
        let judged = |l: &&hojo_selection::Ranked| !matches!(l.reason, hojo_selection::Reason::Barred { .. });
        self.result.lines.iter().filter(judged).map(|l| l.key.as_str())
    }
}
