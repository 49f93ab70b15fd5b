//! ホーム: what there is to do, for me and for the team; every count leads to its list.

mod view;

use hojo_access::{Actor, Permission, allow};
use hojo_case::Position;
use hojo_db::Tx;
use hojo_web::{Cx, Fault, Reply, ui};
use hojo_words::ids::{PublicId, StaffId};
use time::{Date, Duration};

use crate::common::people;
use crate::examining::afterthought;
use crate::queue::PAGE;
use view::{Board, Load};

/// The steps at which somebody of the office has something in hand.
const STEPS: [Position; 5] =
    [Position::Check, Position::SecondCheck, Position::Returned, Position::Examine, Position::Decide];

pub async fn show(cx: Cx<allow::BeInsider>) -> Result<Reply, Fault> {
    // Reviewers see their own list and nothing of the office's.
    let Actor::Staff(me) = cx.actor() else { return Ok(Reply::see_other("/review")) };
    if !cx.actor().holds(Permission::ViewCase) {
        let body = ui::empty(
            "この画面に表示する仕事はありません",
            &hojo_web::html! {
                p { "メニューから、使う機能を選んでください。" }
            },
        );
        return Ok(Reply::page(&cx.page("ホーム", body)));
    }
    let me = me.staff;
    let mut tx = cx.tx().await?;
    let today = tx.now().await?.date();
    let loads = loads(&mut tx, today).await?;
    let people = people::operators(&mut tx).await?;
    let waiting = waiting(&mut tx, &cx, me).await?;
    let board = Board { me, loads, people, waiting, held_up: held_up(&mut tx, today).await? };
    tx.commit().await?;
    Ok(Reply::page(&cx.page("ホーム", view::page(&board)).wide()))
}

async fn loads(tx: &mut Tx, today: Date) -> Result<Vec<Load>, Fault> {
    let codes: Vec<String> = STEPS.iter().map(|p| p.code().to_owned()).collect();
    let soon = today + Duration::days(crate::queue::SOON_DAYS);
    let rows = sqlx::query!(
        r#"select c.position, s.id as "person?", s.public_id as "person_public?", s.name as "name?",
                  count(*) as "all!", count(*) filter (where c.due_on < $2) as "over!",
                  count(*) filter (where c.due_on between $2 and $3) as "soon!"
           from cases c left join staff s on s.id = c.assigned_to
           where c.position = any($1) and c.filed_at is not null
           group by 1, 2, 3, 4"#,
        &codes,
        today,
        soon
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .filter_map(|r| {
            Some(Load {
                step: Position::from_code(&r.position)?,
                person: r.person.map(StaffId),
                person_public: r.person_public.map(PublicId::from_uuid),
                name: r.name.unwrap_or_default(),
                all: r.all,
                over: r.over,
                soon: r.soon,
            })
        })
        .collect())
}

/// Changes decided for a day that is past (効力発生日) and not in force: each waits for somebody to look.
async fn held_up(tx: &mut Tx, today: Date) -> Result<i64, Fault> {
    let row =
        sqlx::query!(r#"select count(*) as "n!" from cases where awaits_on < $1"#, today).fetch_one(tx.sql()).await?;
    Ok(row.n)
}

/// Proposals that wait for a second person, where this person may be the second.
async fn waiting(tx: &mut Tx, cx: &Cx<allow::BeInsider>, me: StaffId) -> Result<Vec<(String, String)>, Fault> {
    let mut list = Vec::new();
    if cx.actor().holds(Permission::MoveDeadline) {
        let rows = sqlx::query!(
            "select r.public_id, r.title from deadline_moves d join rounds r on r.id = d.round_id
             where d.approved_at is null and d.refused_at is null and d.proposed_by <> $1
             order by d.proposed_at limit 20",
            me.0
        )
        .fetch_all(tx.sql())
        .await?;
        for r in rows {
            let url = format!("/rounds/{}/deadline", PublicId::from_uuid(r.public_id));
            list.push((format!("締切の変更（{}）の承認", r.title), url));
        }
    }
    if cx.actor().holds(Permission::LowerRule) {
        let rows = sqlx::query!(
            "select l.procedure, l.rule, r.public_id from rule_lowerings l join rounds r on r.edition_id = l.edition_id
             where l.approved_at is null and l.refused_at is null and l.proposed_by <> $1
             order by l.proposed_at limit 20",
            me.0
        )
        .fetch_all(tx.sql())
        .await?;
        for r in rows {
            let url = format!("/rules/{}/{}/{}", PublicId::from_uuid(r.public_id), r.procedure, r.rule);
            list.push((format!("規則 {} の引下げの承認", r.rule), url));
        }
    }
    if cx.actor().holds(Permission::AllowAfterthought) {
        list.extend(afterthought::waiting(tx, me).await?);
    }
    list.truncate(PAGE);
    Ok(list)
}
