//! 時間帯 of one person, for the office site and for the VPN.

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::Tx;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

use super::step::{LOCKED_OUT, Step, carry_out, propose};
use super::typed::{clock, days, minute, validity};
use super::view;
use crate::common::{done, problem};

#[derive(Clone, Debug)]
pub struct Window {
    pub id: Uuid,
    pub public_id: PublicId,
    pub staff: Uuid,
    pub purpose: String,
    pub days: i32,
    pub start: i32,
    pub end: i32,
    pub from: OffsetDateTime,
    pub to: Option<OffsetDateTime>,
    pub set_by: String,
    pub set_at: OffsetDateTime,
    pub withdrawn_by: Option<String>,
    pub withdrawn_at: Option<OffsetDateTime>,
}

impl Window {
    pub fn words(&self) -> String {
        format!("{} {}〜{}", days(self.days), clock(self.start), clock(self.end))
    }

    pub fn is_live(&self, now: OffsetDateTime) -> bool {
        self.withdrawn_at.is_none() && self.to.is_none_or(|to| to > now)
    }
}

#[derive(Clone, Debug)]
pub struct Somebody {
    pub id: Uuid,
    pub public_id: PublicId,
    pub name: String,
    pub login: String,
    pub windows: Vec<Window>,
}

pub struct Page {
    pub who: Somebody,
    pub typed: Posted,
    pub locked_out: bool,
    pub now: OffsetDateTime,
    pub csrf: String,
}

async fn everybody(tx: &mut Tx) -> Result<Vec<Somebody>, Fault> {
    let people = sqlx::query!("select id, public_id, name, login from staff where disabled_at is null order by login")
        .fetch_all(tx.sql())
        .await?;
    let windows = sqlx::query_as!(
        Window,
        r#"select w.id, w.public_id, w.staff_id as staff, w.purpose, w.days, w.from_minute as start, w.to_minute as "end",
                  w.valid_from as "from", w.valid_until as "to", s.name as set_by, w.set_at, g.name as "withdrawn_by?", w.withdrawn_at
           from work_windows w join staff s on s.id = w.set_by left join staff g on g.id = w.withdrawn_by
           order by w.set_at desc"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(people
        .into_iter()
        .map(|p| Somebody {
            id: p.id,
            public_id: PublicId::from_uuid(p.public_id),
            name: p.name,
            login: p.login,
            windows: windows.iter().filter(|w| w.staff == p.id).cloned().collect(),
        })
        .collect())
}

async fn load(cx: &Cx<allow::ManageBoundaries>, tx: &mut Tx, typed: Posted) -> Result<Page, Fault> {
    let id: PublicId = cx.param("person")?;
    let who = everybody(tx).await?.into_iter().find(|p| p.public_id == id).ok_or(Fault::NotFound)?;
    Ok(Page { who, typed, locked_out: false, now: tx.now().await?.utc(), csrf: cx.csrf() })
}

fn shell(cx: &Cx<allow::ManageBoundaries>, page: &Page) -> Shell {
    let way = [("接続元と時間帯", "/boundaries"), ("人ごとの時間帯", "/boundaries/people")];
    cx.page(format!("{}の時間帯", page.who.name), view::windows(page))
        .breadcrumb(way.map(|(l, h)| (l.to_owned(), h.to_owned())).to_vec())
}

/// GET: everybody with their windows.
pub async fn list(cx: Cx<allow::ManageBoundaries>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let people = everybody(&mut tx).await?;
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let way = vec![("接続元と時間帯".to_owned(), "/boundaries".to_owned())];
    Ok(Reply::page(&cx.page("人ごとの時間帯", view::people(&people, now)).breadcrumb(way)))
}

/// GET: one person.
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

fn read(page: &Page) -> Result<Step, Refusal> {
    let t = &page.typed;
    let purpose = t.get("purpose");
    if !matches!(purpose, "office" | "vpn") {
        return Err(Refusal::new(
            "WINDOW-PURPOSE",
            "何の時間帯かが選ばれていません。",
            "事務局サイトかVPNかを選んでください。",
        ));
    }
    let bits =
        t.all("day").into_iter().filter_map(|d| d.parse::<u32>().ok()).filter(|d| *d < 7).fold(0, |b, d| b | (1 << d));
    if bits == 0 {
        return Err(Refusal::new("WINDOW-DAYS", "曜日が選ばれていません。", "使える曜日を一つ以上選んでください。"));
    }
    let (start, end) = (minute(t.get("start")), minute(t.get("end")));
    let (Some(start), Some(end)) = (start.filter(|m| *m < 1_440), end.filter(|m| *m > 0)) else {
        return Err(Refusal::new(
            "WINDOW-TIME",
            "時刻を読み取れません。",
            "「9:00」「18:00」のように24時間で入力してください。",
        ));
    };
    if start == end {
        return Err(Refusal::new(
            "WINDOW-TIME",
            "始まりと終わりが同じ時刻です。",
            "一日中のときは「0:00」から「24:00」としてください。",
        ));
    }
    let (from, to) = validity(t, page.now)?;
    Ok(Step::WindowAdd {
        staff: page.who.id,
        person: page.who.name.clone(),
        purpose: purpose.to_owned(),
        days: bits,
        start,
        end,
        from,
        to,
    })
}

/// POST: adds or ends a window.
pub async fn save(cx: Cx<allow::ManageBoundaries>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&cx, &mut tx, posted).await?;
    let step = match page.typed.action("end-") {
        Some(id) => {
            let found = page.who.windows.iter().find(|w| w.public_id.to_string() == id && w.withdrawn_at.is_none());
            let end = |w: &Window| Step::WindowEnd { id: w.id, person: page.who.name.clone(), about: w.words() };
            found.map(end).ok_or(Fault::NotFound)?
        }
        None => match read(&page) {
            Ok(step) => step,
            Err(refusal) => return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)]))),
        },
    };
    let here = format!("/boundaries/people/{}", page.who.public_id);
    if page.typed.get("second") == "yes" {
        propose(&cx, &mut tx, &step).await?;
        tx.commit().await?;
        return Ok(Reply::see_other(&format!("{here}?done=proposed")));
    }
    match carry_out(&cx, &mut tx, &step).await? {
        Ok(()) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("{here}?done=narrowed")))
        }
        Err(refusal) => {
            let page = Page { locked_out: refusal.code == LOCKED_OUT, ..page };
            Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)])))
        }
    }
}
