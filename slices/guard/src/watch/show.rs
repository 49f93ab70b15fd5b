//! The page of the watch: what looks wrong, what is cut off, what was tried.

use hojo_access::{Permission, allow};
use hojo_db::Tx;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::page;
use super::rules::{self, Rule};
use crate::common::done;

#[derive(Clone, Debug)]
pub struct Detection {
    pub public_id: PublicId,
    pub label: String,
    pub advice: String,
    pub severity: String,
    pub kind: String,
    /// A login, an address, or the name of a person.
    pub subject: String,
    pub n: i32,
    pub first_at: OffsetDateTime,
    pub last_at: OffsetDateTime,
    pub responses: Vec<String>,
    pub acknowledged_by: Option<String>,
    pub acknowledged_at: Option<OffsetDateTime>,
    pub closed_by: Option<String>,
    pub closed_at: Option<OffsetDateTime>,
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct Cut {
    pub public_id: PublicId,
    pub kind: String,
    pub whom: String,
    pub reason: String,
    pub made_by: Option<String>,
    pub made_at: OffsetDateTime,
    pub until: Option<OffsetDateTime>,
    pub lifted_by: Option<String>,
    pub lifted_at: Option<OffsetDateTime>,
    pub lift_reason: Option<String>,
}

impl Cut {
    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        self.lifted_at.is_none() && self.until.is_none_or(|until| until > now)
    }
}

/// Refused sign-ins of a day, by login and address.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub login: String,
    pub address: String,
    pub n: i64,
    pub last: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub struct Contact {
    pub name: String,
    pub phone: String,
    pub email: String,
}

pub struct Page {
    pub detections: Vec<Detection>,
    pub cuts: Vec<Cut>,
    pub attempts: Vec<Attempt>,
    pub people: Vec<(Uuid, String)>,
    pub gateways: Vec<(Uuid, String)>,
    pub contacts: Vec<Contact>,
    pub rules: Vec<Rule>,
    pub typed: Posted,
    pub may_cut: bool,
    pub now: OffsetDateTime,
    pub csrf: String,
}

pub async fn load<A: hojo_access::Access>(cx: &Cx<A>, tx: &mut Tx, typed: Posted) -> Result<Page, Fault> {
    let now = tx.now().await?.utc();
    let detections = sqlx::query_as!(
        Detection,
        r#"select d.public_id, r.label, r.advice, r.severity, d.subject_kind as kind,
                  coalesce(p.name, d.subject) as "subject!", d.n, d.first_at, d.last_at, d.responses,
                  a.name as "acknowledged_by?", d.acknowledged_at, c.name as "closed_by?", d.closed_at, d.note
           from detections d join detection_rules r on r.code = d.rule
           left join staff p on d.subject_kind = 'person' and p.id::text = d.subject
           left join staff a on a.id = d.acknowledged_by left join staff c on c.id = d.closed_by
           order by (d.closed_at is null) desc, d.raised_at desc limit 100"#
    )
    .fetch_all(tx.sql())
    .await?;
    let cuts = sqlx::query_as!(
        Cut,
        r#"select c.public_id, c.kind, coalesce(p.name, host(c.address), g.name, b.name || '（' || a.display_name || '）', '') as "whom!", c.reason, m.name as "made_by?", c.made_at,
                  c.until_at as "until", l.name as "lifted_by?", c.lifted_at, c.lift_reason
           from cuts c left join staff p on p.id = c.staff_id left join staff m on m.id = c.made_by left join staff l on l.id = c.lifted_by
           left join vpn_gateways g on g.id = c.gateway_id
           left join accounts a on a.id = c.account_id left join applicants b on b.id = a.applicant_id
           order by (c.lifted_at is null) desc, c.made_at desc limit 100"#
    )
    .fetch_all(tx.sql())
    .await?;
    let attempts = sqlx::query_as!(
        Attempt,
        r#"select object as login, address, count(*) as "n!", max(at) as "last!" from operation_log
           where at > $1 and outcome = 'refused' and detail ->> 'what' = 'sign-in'
           group by object, address order by max(at) desc limit 50"#,
        now - Duration::days(1)
    )
    .fetch_all(tx.sql())
    .await?;
    let people = sqlx::query!("select public_id, name, login from staff where disabled_at is null order by login")
        .fetch_all(tx.sql())
        .await?;
    let gateways = sqlx::query!("select public_id, name from vpn_gateways where withdrawn_at is null order by name")
        .fetch_all(tx.sql())
        .await?;
    let contacts = sqlx::query_as!(
        Contact,
        "select name, phone, email from duty_contacts where withdrawn_at is null order by turn, set_at"
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(Page {
        detections,
        cuts,
        attempts,
        people: people.into_iter().map(|p| (p.public_id, format!("{}（{}）", p.name, p.login))).collect(),
        gateways: gateways.into_iter().map(|g| (g.public_id, g.name)).collect(),
        contacts,
        rules: rules::load(tx).await?,
        typed,
        may_cut: cx.actor().holds(Permission::CutAccess),
        now,
        csrf: cx.csrf(),
    })
}

pub fn shell<A: hojo_access::Access>(cx: &Cx<A>, page: &Page) -> Shell {
    cx.page("見張り", page::page(page))
}

/// GET
pub async fn show(cx: Cx<allow::WatchSecurity>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&cx, &mut tx, Posted::default()).await?;
    tx.commit().await?;
    let mut shell = shell(&cx, &page);
    if let Some(banner) = done(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}
