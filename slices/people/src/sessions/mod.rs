//! ログイン中の利用者: who is signed in now; end the sessions of a person, an address or a role at once;
//! how long sessions live. What is ended here opens nothing from the next request on, on every node.

mod view;

use hojo_access::{Permission, Site, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::{Cx, Fault, Posted, Reply, Routes, ui};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::OffsetDateTime;

pub(crate) fn routes() -> Routes {
    Routes::on(Site::Office)
        .get("/sessions", show)
        .menu("ログイン中の利用者", 93)
        .post("/sessions/end", end)
        .post("/sessions/rules", change_rule)
}

/// Somebody who is signed in.
struct Live {
    /// Of a member of staff or a reviewer; applicants are ended by address.
    person: Option<PublicId>,
    name: String,
    site: String,
    user_agent: String,
    address: String,
    created_at: OffsetDateTime,
    seen_at: OffsetDateTime,
}

struct Rule {
    who: String,
    label: String,
    idle_minutes: i32,
    absolute_minutes: i32,
    fresh_minutes: i32,
    watch_network: bool,
}

struct State {
    live: Vec<Live>,
    more: bool,
    roles: Vec<(String, String)>,
    rules: Vec<Rule>,
    csrf: String,
}

const MOST: usize = 200;

async fn show(cx: Cx<allow::EndSessions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let state = state(&cx, &mut tx).await?;
    tx.commit().await?;
    let mut page = cx.page("ログイン中の利用者", view::page(&state)).wide();
    if let Some(done) = view::done(cx.query("done")) {
        page = page.banner(&done);
    }
    Ok(Reply::page(&page))
}

async fn state(cx: &Cx<allow::EndSessions>, tx: &mut Tx) -> Result<State, Fault> {
    let rows = sqlx::query!(
        r#"select f.public_id as "person?", coalesce(f.name, p.name, '') as "name!", s.site, s.user_agent, s.address,
                  s.created_at, s.seen_at
           from sessions s
           left join staff f on f.id = s.staff_id
           left join accounts a on a.id = s.account_id left join applicants p on p.id = a.applicant_id
           where s.ended_at is null and not s.held and s.expires_at > clock_timestamp()
             and s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
           order by s.site, s.seen_at desc limit $1"#,
        i64::try_from(MOST + 1).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.sql())
    .await?;
    let more = rows.len() > MOST;
    let live = rows.into_iter().take(MOST).map(|r| Live {
        person: r.person.map(PublicId::from_uuid),
        name: r.name,
        site: r.site,
        user_agent: r.user_agent,
        address: r.address,
        created_at: r.created_at,
        seen_at: r.seen_at,
    });
    let roles = sqlx::query!("select code, label from roles order by code").fetch_all(tx.sql()).await?;
    let rules = sqlx::query_as!(
        Rule,
        "select who, label, idle_minutes, absolute_minutes, fresh_minutes, watch_network from session_rules order by who"
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(State {
        live: live.collect(),
        more,
        roles: roles.into_iter().map(|r| (r.code, r.label)).collect(),
        rules,
        csrf: cx.csrf(),
    })
}

async fn refused(cx: &Cx<allow::EndSessions>, mut tx: Tx, problem: ui::Problem) -> Result<Reply, Fault> {
    let state = state(cx, &mut tx).await?;
    tx.commit().await?;
    Ok(Reply::refused(&cx.page("ログイン中の利用者", view::page(&state)).wide().problems(vec![problem])))
}

async fn end(cx: Cx<allow::EndSessions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let value = posted.get("value").trim().to_owned();
    let reason = posted.get("reason").trim().chars().take(500).collect::<String>();
    if reason.is_empty() {
        return refused(&cx, tx, ui::Problem::at("reason", "理由を入力してください。操作ログに残ります。")).await;
    }
    let by = posted.get("by");
    let ended = match (by, value.as_str()) {
        (_, "") => return refused(&cx, tx, ui::Problem::general("だれを終了するかを選んでください。")).await,
        ("person", id) => {
            let Ok(id) = id.parse::<PublicId>() else { return Err(Fault::NotFound) };
            sqlx::query!(
                "update sessions set ended_at = clock_timestamp(), end_reason = 'ended by the office'
                 where ended_at is null and staff_id = (select id from staff where public_id = $1)",
                id.uuid()
            )
            .execute(tx.sql())
            .await?
        }
        ("address", address) => {
            sqlx::query!(
                "update sessions set ended_at = clock_timestamp(), end_reason = 'ended by the office'
                 where ended_at is null and address = $1",
                address
            )
            .execute(tx.sql())
            .await?
        }
        ("role", role) => {
            sqlx::query!(
                "update sessions set ended_at = clock_timestamp(), end_reason = 'ended by the office'
                 where ended_at is null and staff_id in (select staff_id from staff_roles where role = $1)",
                role
            )
            .execute(tx.sql())
            .await?
        }
        _ => return Err(Fault::NotFound),
    };
    let n = ended.rows_affected();
    let detail = json!({ "what": "end-sessions", "by": by, "value": value, "sessions": n, "reason": reason });
    tx.log_operation(&cx.audit(), Permission::EndSessions, "sessions", Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/sessions?done=ended-{n}")))
}

/// A shorter time counts for sessions under way as well; a longer one from the next sign-in on.
async fn change_rule(cx: Cx<allow::EndSessions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let number = |name: &str, from: i32, to: i32| {
        let typed = hojo_words::text::fold_width(posted.get(name).trim());
        typed.parse::<i32>().ok().filter(|n| (from..=to).contains(n))
    };
    let (idle, absolute, fresh) = (number("idle", 5, 720), number("absolute", 15, 1_440), number("fresh", 1, 240));
    let (Some(idle), Some(absolute), Some(fresh)) = (idle, absolute, fresh) else {
        let words = "時間は分で入力してください（操作がないとき5〜720分、最長15〜1,440分、本人確認1〜240分）。";
        return refused(&cx, tx, ui::Problem::general(words)).await;
    };
    if idle > absolute {
        let words = "操作がないときの時間は、最長の時間以下にしてください。";
        return refused(&cx, tx, ui::Problem::general(words)).await;
    }
    let watch = posted.get("watch") == "yes";
    let who = posted.get("who");
    let changed = sqlx::query!(
        "update session_rules set idle_minutes = $2, absolute_minutes = $3, fresh_minutes = $4, watch_network = $5 where who = $1",
        who,
        idle,
        absolute,
        fresh,
        watch
    )
    .execute(tx.sql())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Fault::NotFound);
    }
    sqlx::query!(
        "update sessions s set idle_seconds = least(s.idle_seconds, $2 * 60), fresh_seconds = least(s.fresh_seconds, $3 * 60),
                watch_network = s.watch_network or $4
         where s.ended_at is null and case when $1 = 'applicant' then s.account_id is not null
               else s.staff_id in (select f.id from staff f where f.kind = $1 union all select r.staff_id from staff_roles r where r.role = $1) end",
        who,
        idle,
        fresh,
        watch
    )
    .execute(tx.sql())
    .await?;
    let detail = json!({ "what": "session-rule", "who": who, "idle": idle, "absolute": absolute, "fresh": fresh, "watch": watch });
    tx.log_operation(&cx.audit(), Permission::EndSessions, "session_rules", Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other("/sessions?done=rule"))
}
