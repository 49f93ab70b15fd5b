//! Reading reviewers with their ties, limits and work.

use hojo_db::Tx;
use hojo_programme::DecisionTable;
use hojo_selection::{Reviewer, Tie, TieKind};
use hojo_web::Fault;
use hojo_words::ids::{PublicId, StaffId};

/// An external reviewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: StaffId,
    pub public_id: PublicId,
    pub name: String,
    pub organisation: String,
    /// Where mails about cases go.
    pub email: Option<String>,
    pub is_active: bool,
    pub capacity: Option<u32>,
    /// Cases held and not finished.
    pub load: u32,
    pub finalised: u32,
    pub ties: Vec<Tie>,
}

impl Person {
    /// As the assignment sees a reviewer. The employer of the register is a tie too.
    pub fn as_reviewer(&self) -> Reviewer {
        Reviewer { key: self.public_id.to_string(), capacity: self.capacity, load: self.load, ties: self.all_ties() }
    }

    pub fn all_ties(&self) -> Vec<Tie> {
        let mut ties = self.ties.clone();
        let employer = Tie { kind: TieKind::Employer, value: self.organisation.clone() };
        if !employer.value.is_empty() && !ties.contains(&employer) {
            ties.push(employer);
        }
        ties
    }
}

/// All reviewers by name, those whose account is closed last.
pub async fn reviewers(tx: &mut Tx) -> Result<Vec<Person>, Fault> {
    let rows = sqlx::query!(
        r#"select s.id, s.public_id, s.name, coalesce(s.organisation, '') as "organisation!", s.email,
                  s.disabled_at is null as "active!", l.capacity as "capacity?",
                  (select count(*) from assignments a where a.reviewer_id = s.id and a.state in ('assigned', 'declared')) as "load!",
                  (select count(*) from assignments a where a.reviewer_id = s.id and a.state = 'finalised') as "finalised!",
                  (select coalesce(jsonb_agg(jsonb_build_object('kind', t.kind, 'value', t.value) order by t.kind, t.value), '[]')
                   from reviewer_ties t where t.reviewer_id = s.id) as "ties!"
           from staff s left join reviewer_limits l on l.reviewer_id = s.id
           where s.kind = 'reviewer'
           order by s.disabled_at is not null, s.name, s.id limit 2000"#
    )
    .fetch_all(tx.sql())
    .await?;
    rows.into_iter()
        .map(|r| {
            Ok(Person {
                id: StaffId(r.id),
                public_id: PublicId::from_uuid(r.public_id),
                name: r.name,
                organisation: r.organisation,
                email: r.email,
                is_active: r.active,
                capacity: r.capacity.and_then(|c| u32::try_from(c).ok()),
                load: u32::try_from(r.load).unwrap_or(u32::MAX),
                finalised: u32::try_from(r.finalised).unwrap_or(u32::MAX),
                ties: serde_json::from_value(r.ties)?,
            })
        })
        .collect()
}

/// One line of a reviewer's work.
#[derive(Clone, Debug)]
pub struct Work {
    pub case: PublicId,
    pub number: String,
    pub title: String,
    pub state: String,
    pub due_on: Option<time::Date>,
}

/// What the reviewer holds or finished, unfinished first.
pub async fn work(tx: &mut Tx, reviewer: StaffId) -> Result<Vec<Work>, Fault> {
    let rows = sqlx::query!(
        r#"select c.public_id, coalesce(c.number, '') as "number!", c.title, a.state, a.due_on
           from assignments a join cases c on c.id = a.case_id
           where a.reviewer_id = $1 and a.state <> 'withdrawn'
           order by a.state = 'finalised', a.due_on nulls last, c.number limit 500"#,
        reviewer.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Work {
            case: PublicId::from_uuid(r.public_id),
            number: r.number,
            title: r.title,
            state: r.state,
            due_on: r.due_on,
        })
        .collect())
}

/// Prefectures (code, name) as the newest edition lists them.
pub async fn prefectures(tx: &mut Tx) -> Result<Vec<(String, String)>, Fault> {
    let rounds = crate::common::pick(tx, "").await?;
    let Some(round) = rounds.chosen else { return Ok(Vec::new()) };
    let edition = tx.edition(&round.edition).await?;
    let Some(procedure) = crate::common::selecting(&edition) else { return Ok(Vec::new()) };
    let meaning = crate::meaning::Meaning::of(&edition, procedure)?;
    let tables = crate::meaning::FormTables::of(&meaning, &procedure.form);
    let table = tables.prefecture.as_ref().and_then(|t| edition.tables.get(t));
    let codes = |t: &DecisionTable| t.codes().map(|(code, name)| (code.to_owned(), name.to_owned())).collect();
    Ok(table.map(|t| codes(t)).unwrap_or_default())
}
