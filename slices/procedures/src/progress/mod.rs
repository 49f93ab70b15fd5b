//! 進捗と金額: how many cases stand where and what money they mean, by round, frame and procedure. No names: whoever
//! may see more follows a number into the list.

mod view;

use hojo_access::{Permission, Site, allow};
use hojo_web::{Cx, Fault, Reply, Routes};
use hojo_words::ids::PublicId;
use uuid::Uuid;

/// Pages of the office and of those who supervise it.
pub(crate) fn routes() -> Routes {
    Routes::on(Site::Office).get("/progress", show).menu("進捗と金額", 28)
}

/// Cases of one round and frame in one standing.
#[derive(Clone, Debug)]
pub struct Stand {
    pub round: String,
    pub round_id: Uuid,
    pub frame: String,
    /// 状態, or the step of the application before the first decision.
    pub standing: String,
    /// It is a step: both have codes of their own, and some are alike.
    pub is_step: bool,
    pub cases: i64,
    /// 申請額, in yen.
    pub requested: i64,
}

/// What a step of the staircase or a sum comes to for one [`Stand`], in yen.
#[derive(Clone, Debug)]
pub struct Money {
    pub round_id: Uuid,
    pub frame: String,
    pub standing: String,
    pub name: String,
    pub yen: i64,
}

/// Runs of one procedure at one step.
#[derive(Clone, Debug)]
pub struct Step {
    pub round_id: Uuid,
    pub procedure: String,
    pub position: String,
    pub runs: i64,
    pub overdue: i64,
}

/// The chosen round, and the words of its edition.
pub struct Board {
    pub rounds: Vec<(PublicId, String)>,
    pub chosen: Option<PublicId>,
    pub stands: Vec<Stand>,
    pub money: Vec<Money>,
    pub steps: Vec<Step>,
    pub words: view::Words,
    /// May the numbers lead into the list of cases?
    pub may_look: bool,
}

async fn show(cx: Cx<allow::ViewProgress>) -> Result<Reply, Fault> {
    let chosen: Option<PublicId> = cx.query("round").parse().ok();
    let round = chosen.map(PublicId::uuid);
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let rounds = sqlx::query!("select public_id, title, edition_id from rounds order by opens_at desc limit 50")
        .fetch_all(tx.sql())
        .await?;
    let stands = sqlx::query_as!(
        Stand,
        r#"select r.title as round, r.public_id as round_id, c.frame,
                  case when c.standing = '' then c.position else c.standing end as "standing!", c.standing = '' as "is_step!",
                  count(*) as "cases!",
                  coalesce(sum(c.requested), 0)::bigint as "requested!"
           from cases c join rounds r on r.id = c.round_id
           where c.root_id is null and c.filed_at is not null and ($1::uuid is null or r.public_id = $1)
           group by 1, 2, 3, 4, 5 order by max(r.opens_at) desc, 3, 5 desc, 4"#,
        round
    )
    .fetch_all(tx.sql())
    .await?;
    let money = sqlx::query_as!(
        Money,
        r#"select r.public_id as round_id, c.frame, case when c.standing = '' then c.position else c.standing end as "standing!",
                  m.key as "name!", sum(m.value::bigint)::bigint as "yen!"
           from cases c join rounds r on r.id = c.round_id cross join jsonb_each(c.money) m
           where c.root_id is null and c.filed_at is not null and ($1::uuid is null or r.public_id = $1)
           group by 1, 2, 3, 4"#,
        round
    )
    .fetch_all(tx.sql())
    .await?;
    let steps = sqlx::query_as!(
        Step,
        r#"select r.public_id as round_id, c.procedure, c.position, count(*) as "runs!",
                  count(*) filter (where c.due_on < $2) as "overdue!"
           from cases c join rounds r on r.id = c.round_id
           where c.filed_at is not null and ($1::uuid is null or r.public_id = $1)
             and (c.root_id is not null or c.standing = '')
           group by 1, 2, 3 order by 1, 2, 3"#,
        round,
        today
    )
    .fetch_all(tx.sql())
    .await?;
    let mut words = view::Words::default();
    for r in &rounds {
        words.learn(tx.edition(&r.edition_id).await?.as_ref());
    }
    tx.commit().await?;
    let board = Board {
        rounds: rounds.into_iter().map(|r| (PublicId::from_uuid(r.public_id), r.title)).collect(),
        chosen,
        stands,
        money,
        steps,
        words,
        may_look: cx.actor().holds(Permission::ViewCase),
    };
    Ok(Reply::page(&cx.page("進捗と金額", view::page(&board)).wide()))
}
