//! The list of places, whom to call, and what waits for a second person.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx, random};
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use super::step::{LOCKED_OUT, Step, Waiting, carry_out, propose, waiting};
use super::typed::{range, validity};
use super::view;
use crate::common::{done, me, problem, short};

#[derive(Clone, Debug)]
pub struct Network {
    pub id: Uuid,
    pub public_id: PublicId,
    pub kind: String,
    pub name: String,
    pub range: String,
    pub vpn: bool,
    pub environment: String,
    pub place: String,
    pub from: OffsetDateTime,
    pub to: Option<OffsetDateTime>,
    pub set_by: String,
    pub set_at: OffsetDateTime,
    pub withdrawn_by: Option<String>,
    pub withdrawn_at: Option<OffsetDateTime>,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub public_id: PublicId,
    pub name: String,
    pub phone: String,
    pub email: String,
}

pub struct Page {
    pub networks: Vec<Network>,
    pub contacts: Vec<Contact>,
    pub waiting: Vec<Waiting>,
    pub typed: Posted,
    /// The change would shut out its author: offer the second person.
    pub locked_out: bool,
    pub address: String,
    pub me: Uuid,
    pub csrf: String,
}

async fn load(cx: &Cx<allow::ManageBoundaries>, tx: &mut Tx, typed: Posted) -> Result<Page, Fault> {
    let networks = sqlx::query_as!(
        Network,
        r#"select n.id, n.public_id, n.kind, n.name, n.range::text as "range!", n.vpn, n.environment, n.place,
                  n.valid_from as "from", n.valid_until as "to", s.name as set_by, n.set_at, w.name as "withdrawn_by?", n.withdrawn_at
           from allowed_networks n join staff s on s.id = n.set_by left join staff w on w.id = n.withdrawn_by
           order by (n.withdrawn_at is null) desc, n.kind desc, n.set_at desc limit 300"#
    );
    let networks = networks.fetch_all(tx.sql()).await?;
    let contacts = sqlx::query_as!(
        Contact,
        r#"select public_id, name, phone, email from duty_contacts where withdrawn_at is null order by turn, set_at"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(Page {
        networks,
        contacts,
        waiting: waiting(tx).await?,
        typed,
        locked_out: false,
        address: cx.request().address.clone(),
        me: me(cx.actor())?.0,
        csrf: cx.csrf(),
    })
}

fn shell(cx: &Cx<allow::ManageBoundaries>, page: &Page) -> Shell {
    cx.page("接続元と時間帯", view::networks(page))
}

/// GET
pub async fn show(cx: Cx<allow::ManageBoundaries>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&cx, &mut tx, Posted::default()).await?;
    tx.commit().await?;
    let mut shell = shell(&cx, &page);
    if let Some(banner) = done(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

fn read_network(posted: &Posted, now: OffsetDateTime) -> Result<Step, Refusal> {
    let kind = posted.get("kind");
    if !matches!(kind, "staff" | "reviewer") {
        return Err(Refusal::new("NETWORK-KIND", "対象の人が選ばれていません。", "事務局か審査員かを選んでください。"));
    }
    let name = posted.get("name").trim();
    if name.is_empty() {
        return Err(Refusal::new("NETWORK-NAME", "場所の名前が入力されていません。", "場所の名前を入力してください。"));
    }
    short("場所の名前", name, 60)?;
    let (environment, place) = (posted.get("environment").trim(), posted.get("place").trim());
    short("環境", environment, 60)?;
    short("拠点", place, 60)?;
    let (from, to) = validity(posted, now)?;
    Ok(Step::NetworkAdd {
        kind: kind.to_owned(),
        name: name.to_owned(),
        range: range(posted.get("range"))?,
        vpn: posted.get("vpn") == "yes",
        environment: environment.to_owned(),
        place: place.to_owned(),
        from,
        to,
    })
}

/// POST: adds or ends a place, or somebody to call.
pub async fn save(cx: Cx<allow::ManageBoundaries>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    if posted.get("what").starts_with("contact") {
        return contact(&cx, tx, posted, now).await;
    }
    let step = match posted.action("end-") {
        Some(id) => {
            let page = load(&cx, &mut tx, Posted::default()).await?;
            let found = page.networks.into_iter().find(|n| n.public_id.to_string() == id && n.withdrawn_at.is_none());
            found.map(|n| Step::NetworkEnd { id: n.id, name: n.name }).ok_or(Fault::NotFound)?
        }
        None => match read_network(&posted, now) {
            Ok(step) => step,
            Err(refusal) => {
                let page = load(&cx, &mut tx, posted).await?;
                return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])));
            }
        },
    };
    if posted.get("second") == "yes" {
        propose(&cx, &mut tx, &step).await?;
        tx.commit().await?;
        return Ok(Reply::see_other("/boundaries?done=proposed"));
    }
    match carry_out(&cx, &mut tx, &step).await? {
        Ok(()) => {
            tx.commit().await?;
            Ok(Reply::see_other("/boundaries?done=narrowed"))
        }
        Err(refusal) => {
            drop(tx);
            let mut tx = cx.tx().await?;
            let mut page = load(&cx, &mut tx, posted).await?;
            page.locked_out = refusal.code == LOCKED_OUT;
            Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])))
        }
    }
}

async fn contact(
    cx: &Cx<allow::ManageBoundaries>,
    mut tx: Tx,
    posted: Posted,
    now: OffsetDateTime,
) -> Result<Reply, Fault> {
    let (name, phone, email) = (posted.get("name").trim(), posted.get("phone").trim(), posted.get("email").trim());
    let what = if let Some(id) = posted.action("drop-").and_then(|id| id.parse::<PublicId>().ok()) {
        let gone = sqlx::query!(
            "update duty_contacts set withdrawn_at = $2 where public_id = $1 and withdrawn_at is null returning name",
            id.uuid(),
            now
        );
        let gone = gone.fetch_optional(tx.sql()).await?.ok_or(Fault::NotFound)?;
        json!({ "withdrawn": gone.name })
    } else {
        let fits = short("名前", name, 60).and(short("電話番号", phone, 40)).and(short("メールアドレス", email, 200));
        let fits = fits.and_then(|()| {
            let reachable = !phone.is_empty() || email.contains('@');
            if !name.is_empty() && reachable && (email.is_empty() || email.contains('@')) {
                return Ok(());
            }
            Err(Refusal::new(
                "CONTACT-INCOMPLETE",
                "連絡先の名前と、電話番号かメールアドレスが必要です。",
                "名前と、少なくとも一つの連絡の方法を入力してください。",
            ))
        });
        if let Err(refusal) = fits {
            let page = load(cx, &mut tx, posted).await?;
            return Ok(Reply::refused(&shell(cx, &page).problems(vec![problem(&refusal)])));
        }
        sqlx::query!(
            "insert into duty_contacts (id, public_id, name, phone, email, turn, set_by, set_at)
             select $1, $2, $3, $4, $5, coalesce(max(turn), 0) + 1, $6, $7 from duty_contacts where withdrawn_at is null",
            random::key(),
            random::public_id().uuid(),
            name,
            phone,
            email,
            me(cx.actor())?.0,
            now
        )
        .execute(tx.sql())
        .await?;
        json!({ "added": name })
    };
    tx.log_operation(&cx.audit(), Permission::ManageBoundaries, "contacts", Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other("/boundaries?done=narrowed"))
}
