//! The buttons of the watch: take a detection on, close it, cut off, let in again.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx, random};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::text;
use serde_json::json;
use std::net::IpAddr;

use super::show::{load, shell};
use crate::common::{me, problem, reason};

/// POST: 「対応します」 and 「終わりにする」.
pub async fn detection(cx: Cx<allow::WatchSecurity>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("detection")?;
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let me = me(cx.actor())?.0;
    let close = posted.get("what") == "close";
    let changed = if close {
        match reason(posted.get("note")) {
            Ok(note) => sqlx::query!(
                "update detections set closed_by = $2, closed_at = $3, note = $4 where public_id = $1 and closed_at is null",
                id.uuid(), me, now, note
            )
            .execute(tx.sql())
            .await?,
            Err(refusal) => {
                let page = load(&cx, &mut tx, posted).await?;
                return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])));
            }
        }
    } else {
        sqlx::query!(
            "update detections set acknowledged_by = $2, acknowledged_at = $3 where public_id = $1 and acknowledged_at is null and closed_at is null",
            id.uuid(), me, now
        )
        .execute(tx.sql())
        .await?
    };
    if changed.rows_affected() == 0 {
        return Err(Fault::NotFound);
    }
    let what = if close {
        json!({ "decision": "close", "reason": posted.get("note") })
    } else {
        json!({ "decision": "acknowledge" })
    };
    tx.log_operation(&cx.audit(), Permission::WatchSecurity, &format!("detection:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(if close { "/watch?done=closed" } else { "/watch?done=taken" }))
}

enum Whom {
    Person(uuid::Uuid, String),
    Address(IpAddr),
    /// Every account of an applicant.
    Accounts(Vec<uuid::Uuid>, String),
    Gateway(uuid::Uuid, String),
}

impl Whom {
    fn name(&self) -> String {
        match self {
            Self::Person(_, name) | Self::Accounts(_, name) | Self::Gateway(_, name) => name.clone(),
            Self::Address(ip) => ip.to_string(),
        }
    }

    /// The rows that keep it: kind, person, address, account, gateway.
    fn rows(&self) -> Vec<Row> {
        let row = |kind| Row { kind, ..Row::default() };
        match self {
            Self::Person(id, _) => vec![Row { staff: Some(*id), ..row("person") }],
            Self::Address(ip) => vec![Row { address: Some(ip.to_string()), ..row("address") }],
            Self::Accounts(ids, _) => ids.iter().map(|id| Row { account: Some(*id), ..row("account") }).collect(),
            Self::Gateway(id, _) => vec![Row { gateway: Some(*id), ..row("gateway") }],
        }
    }
}

#[derive(Default)]
struct Row {
    kind: &'static str,
    staff: Option<uuid::Uuid>,
    address: Option<String>,
    account: Option<uuid::Uuid>,
    gateway: Option<uuid::Uuid>,
}

/// The accounts of the applicant with this 法人番号, or of the case with this 受付番号.
async fn accounts(tx: &mut Tx, typed: &str) -> Result<Result<Whom, Refusal>, Fault> {
    let typed = text::fold_width(typed.trim());
    let rows = sqlx::query!(
        r#"select a.id, p.name from applicants p join accounts a on a.applicant_id = p.id
           where a.closed_at is null
             and (p.corporate_number = $1 or p.id in (select c.applicant_id from cases c where c.number = $1))"#,
        typed
    )
    .fetch_all(tx.sql())
    .await?;
    let Some(name) = rows.first().map(|r| r.name.clone()) else {
        return Ok(Err(Refusal::new(
            "CUT-APPLICANT",
            "この番号の事業者のアカウントが見つかりません。",
            "法人番号（13桁）か、案件の受付番号を入力してください。",
        )));
    };
    Ok(Ok(Whom::Accounts(rows.into_iter().map(|r| r.id).collect(), name)))
}

async fn gateway(tx: &mut Tx, id: &str) -> Result<Whom, Fault> {
    let id: PublicId = id.parse().map_err(|_| Fault::NotFound)?;
    let row =
        sqlx::query!("select id, name from vpn_gateways where public_id = $1 and withdrawn_at is null", id.uuid())
            .fetch_optional(tx.sql())
            .await?;
    row.map(|r| Whom::Gateway(r.id, r.name)).ok_or(Fault::NotFound)
}

async fn whom(cx: &Cx<allow::CutAccess>, tx: &mut Tx, posted: &Posted) -> Result<Result<Whom, Refusal>, Fault> {
    let own = || {
        Refusal::new(
            "CUT-SELF",
            "あなた自身や、あなたの今の接続元は止められません。",
            "別の人に操作を依頼してください。",
        )
    };
    match posted.get("kind") {
        "account" => return accounts(tx, posted.get("account")).await,
        "gateway" if !posted.get("gateway").is_empty() => return Ok(Ok(gateway(tx, posted.get("gateway")).await?)),
        _ => {}
    }
    if posted.get("kind") == "address" {
        let typed = text::fold_width(posted.get("address").trim());
        let Ok(ip) = typed.parse::<IpAddr>() else {
            return Ok(Err(Refusal::new(
                "CUT-ADDRESS",
                "接続元のアドレスを読み取れません。",
                "「203.0.113.9」「2001:db8::9」のように入力してください。",
            )));
        };
        let ip = ip.to_canonical();
        return Ok(if ip.to_string() == cx.request().address { Err(own()) } else { Ok(Whom::Address(ip)) });
    }
    let Ok(id) = posted.get("person").parse::<PublicId>() else {
        return Ok(Err(Refusal::new(
            "CUT-WHO",
            "止める人が選ばれていません。",
            "人か機器を選ぶか、接続元または事業者の番号を入力してください。",
        )));
    };
    let row =
        sqlx::query!("select id, name from staff where public_id = $1", id.uuid()).fetch_optional(tx.sql()).await?;
    let row = row.ok_or(Fault::NotFound)?;
    Ok(if row.id == me(cx.actor())?.0 { Err(own()) } else { Ok(Whom::Person(row.id, row.name)) })
}

/// POST: cuts a person or an address off, with the next request on every node.
pub async fn cut(cx: Cx<allow::CutAccess>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let read = whom(&cx, &mut tx, &posted).await?.and_then(|w| reason(posted.get("reason")).map(|why| (w, why)));
    let (whom, why) = match read {
        Ok(read) => read,
        Err(refusal) => {
            let page = load(&cx, &mut tx, posted).await?;
            return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])));
        }
    };
    let made_by = me(cx.actor())?.0;
    for row in whom.rows() {
        let public_id = random::public_id();
        sqlx::query!(
            "insert into cuts (id, public_id, kind, staff_id, address, account_id, gateway_id, reason, made_by, made_at)
             values ($1, $2, $3, $4, $5::text::inet, $6, $7, $8, $9, $10)",
            random::key(),
            public_id.uuid(),
            row.kind,
            row.staff,
            row.address,
            row.account,
            row.gateway,
            why,
            made_by,
            now
        )
        .execute(tx.sql())
        .await?;
        let what = json!({ "what": "cut", "kind": row.kind, "to": whom.name(), "account": row.account, "reason": why });
        tx.log_operation(&cx.audit(), Permission::CutAccess, &format!("cut:{public_id}"), Outcome::Done, what).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other("/watch?done=cut"))
}

/// POST: lets in again, with a reason.
pub async fn lift(cx: Cx<allow::CutAccess>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("cut")?;
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let why = match reason(posted.get("reason")) {
        Ok(why) => why,
        Err(refusal) => {
            let page = load(&cx, &mut tx, posted).await?;
            return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])));
        }
    };
    let done = sqlx::query!(
        "update cuts set lifted_by = $2, lifted_at = $3, lift_reason = $4 where public_id = $1 and lifted_at is null",
        id.uuid(),
        me(cx.actor())?.0,
        now,
        why
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        return Err(Fault::NotFound);
    }
    let what = json!({ "what": "lift", "reason": why });
    tx.log_operation(&cx.audit(), Permission::CutAccess, &format!("cut:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other("/watch?done=lifted"))
}
