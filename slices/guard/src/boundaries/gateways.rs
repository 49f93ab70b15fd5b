//! VPN gateways and their keys. A key is shown once and kept as its hash.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx, random};
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::OffsetDateTime;

use super::view;
use super::vpn::hash;
use crate::common::{me, problem, short};

#[derive(Clone, Debug)]
pub struct Gateway {
    pub public_id: PublicId,
    pub name: String,
    pub made_by: String,
    pub made_at: OffsetDateTime,
    pub withdrawn_at: Option<OffsetDateTime>,
}

pub struct Page {
    pub gateways: Vec<Gateway>,
    /// A key just made, shown this once.
    pub key: Option<(String, String)>,
    pub typed: String,
    pub csrf: String,
}

async fn load(cx: &Cx<allow::ManageBoundaries>, tx: &mut Tx) -> Result<Page, Fault> {
    let gateways = sqlx::query_as!(
        Gateway,
        r#"select g.public_id, g.name, s.name as made_by, g.made_at, g.withdrawn_at
           from vpn_gateways g join staff s on s.id = g.made_by order by (g.withdrawn_at is null) desc, g.made_at desc"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(Page { gateways, key: None, typed: String::new(), csrf: cx.csrf() })
}

fn shell(cx: &Cx<allow::ManageBoundaries>, page: &Page) -> Shell {
    let way = vec![("接続元と時間帯".to_owned(), "/boundaries".to_owned())];
    cx.page("VPN装置の鍵", view::gateways(page)).breadcrumb(way)
}

/// GET
pub async fn show(cx: Cx<allow::ManageBoundaries>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&cx, &mut tx).await?;
    tx.commit().await?;
    Ok(Reply::page(&shell(&cx, &page)))
}

/// POST: makes a key, or withdraws one. A withdrawn key is refused with the next question.
pub async fn save(cx: Cx<allow::ManageBoundaries>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    if let Some(id) = posted.action("end-").and_then(|id| id.parse::<PublicId>().ok()) {
        let gone = sqlx::query!(
            "update vpn_gateways set withdrawn_at = $2 where public_id = $1 and withdrawn_at is null returning name",
            id.uuid(),
            now
        );
        let gone = gone.fetch_optional(tx.sql()).await?.ok_or(Fault::NotFound)?;
        let what = json!({ "withdrawn": gone.name });
        tx.log_operation(&cx.audit(), Permission::ManageBoundaries, "vpn", Outcome::Done, what).await?;
        tx.commit().await?;
        return Ok(Reply::see_other("/vpn"));
    }
    let name = posted.get("name").trim();
    let fits = short("装置の名前", name, 60).and_then(|()| {
        let empty =
            || Refusal::new("GATEWAY-NAME", "装置の名前が入力されていません。", "装置の名前を入力してください。");
        if name.is_empty() { Err(empty()) } else { Ok(()) }
    });
    if let Err(refusal) = fits {
        let mut page = load(&cx, &mut tx).await?;
        name.clone_into(&mut page.typed);
        return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])));
    }
    let key = random::token();
    sqlx::query!(
        "insert into vpn_gateways (id, public_id, name, key_hash, made_by, made_at) values ($1, $2, $3, $4, $5, $6)",
        random::key(),
        random::public_id().uuid(),
        name,
        hash(&key),
        me(cx.actor())?.0,
        now
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "added": name });
    tx.log_operation(&cx.audit(), Permission::ManageBoundaries, "vpn", Outcome::Done, what).await?;
    let mut page = load(&cx, &mut tx).await?;
    tx.commit().await?;
    page.key = Some((name.to_owned(), key));
    // Not a redirect: the key must be shown, and it is nowhere to be read again.
    Ok(Reply::page(&shell(&cx, &page)))
}
