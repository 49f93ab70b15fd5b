//! One person: roles, and additions that end by themselves.

use std::collections::{BTreeMap, BTreeSet};

use hojo_access::{Audience, Permission, allow};
use hojo_case::Refusal;
use hojo_db::Tx;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::{jst, text};
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, Month, OffsetDateTime};
use uuid::Uuid;

use super::book::{Book, Person, givable};
use super::change;
use super::matrix::{check, word};
use super::step::Step;
use super::view;
use crate::common::{done, problem};

/// Nobody gets an addition for longer.
const LONGEST_DAYS: i64 = 366;

/// What the page shows.
pub struct Page {
    pub book: Book,
    pub person: Person,
    pub typed: Posted,
    pub steps: Vec<Step>,
    pub csrf: String,
}

impl Page {
    /// Roles that are limited, with the public id of their team.
    pub fn reaches(&self) -> Vec<(String, String)> {
        let public = |team| self.book.team(team).map(|t| t.public_id.to_string());
        self.person.limits.iter().filter_map(|(role, team)| Some((role.clone(), public(*team)?))).collect()
    }
}

/// GET: everybody at the office site with roles and additions.
pub async fn list(cx: Cx<allow::ManagePermissions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let book = Book::load(&mut tx).await?;
    tx.commit().await?;
    let way = vec![("権限".to_owned(), "/permissions".to_owned())];
    Ok(Reply::page(&cx.page("人ごとの権限", view::people(&book)).breadcrumb(way)))
}

fn shell(cx: &Cx<allow::ManagePermissions>, page: &Page) -> Shell {
    let way = [("権限", "/permissions"), ("人ごとの権限", "/permissions/people")];
    cx.page(format!("{}の権限", page.person.name), view::person(page))
        .breadcrumb(way.map(|(l, h)| (l.to_owned(), h.to_owned())).to_vec())
}

async fn load(cx: &Cx<allow::ManagePermissions>, tx: &mut Tx, typed: Posted) -> Result<Page, Fault> {
    let book = Book::load(tx).await?;
    let person = book.person(cx.param("person")?)?.clone();
    Ok(Page { book, person, typed, steps: vec![], csrf: cx.csrf() })
}

/// GET: one person.
pub async fn show(cx: Cx<allow::ManagePermissions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let mut page = load(&cx, &mut tx, Posted::default()).await?;
    tx.commit().await?;
    let held = page.person.roles.iter().map(|r| ("role".to_owned(), r.clone()));
    let reach = page.reaches().into_iter().map(|(role, team)| (reach_field(&role), team));
    page.typed = Posted(held.chain(reach).collect());
    let mut shell = shell(&cx, &page);
    if let Some(banner) = done(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

/// The permissions this person could use at all: reviewers and staff have different ones.
pub fn fitting(person: &Person) -> impl Iterator<Item = Permission> {
    let audience = if person.reviewer { Audience::Reviewer } else { Audience::Staff };
    givable().filter(move |p| p.audience() == audience)
}

/// `2026/11/22`, also in full width, as the last day of an addition.
fn day(typed: &str) -> Option<Date> {
    let folded = text::fold_width(typed.trim());
    let mut parts = folded.split(['/', '-', '.', '年', '月', '日']).filter(|p| !p.trim().is_empty());
    let mut next = || parts.next()?.trim().parse::<i32>().ok();
    let (y, m, d) = (next()?, next()?, next()?);
    Date::from_calendar_date(y, Month::try_from(u8::try_from(m).ok()?).ok()?, u8::try_from(d).ok()?).ok()
}

fn steps(page: &Page, posted: &Posted, now: OffsetDateTime) -> Result<Vec<Step>, Refusal> {
    let staff = page.person.id;
    let was: BTreeSet<String> = posted.get("was").split(' ').filter(|m| !m.is_empty()).map(str::to_owned).collect();
    let ticked: BTreeSet<String> = posted.all("role").into_iter().map(str::to_owned).collect();
    let mut steps = Vec::new();
    for role in was.difference(&ticked).filter(|r| page.person.roles.contains(*r)) {
        steps.push(Step::Member { staff, role: role.clone(), give: false, team: None });
    }
    for role in ticked.difference(&was).filter(|r| page.book.has_role(r) && !page.person.roles.contains(*r)) {
        let team = team(&page.book, posted.get(&reach_field(role)))?;
        steps.push(Step::Member { staff, role: role.clone(), give: true, team });
    }
    let shown: BTreeMap<&str, &str> = posted.get("was_reach").split(' ').filter_map(|m| m.split_once('=')).collect();
    for role in page.person.roles.iter().filter(|r| ticked.contains(*r) && posted.has(&reach_field(r))) {
        let typed = posted.get(&reach_field(role));
        let (was, to) = (page.person.limits.get(role).copied(), team(&page.book, typed)?);
        // A form opened before another change takes nothing back.
        if shown.get(role.as_str()).copied().unwrap_or_default() != typed && was != to {
            let give = !(was.is_none() && to.is_some());
            steps.push(Step::Limit { staff, role: role.clone(), was, team: to, give });
        }
    }
    for code in posted.all("end") {
        if page.person.grants.iter().any(|g| g.permission == code) {
            steps.push(Step::Grant { staff, permission: code.to_owned(), until: None, give: false, team: None });
        }
    }
    let code = posted.get("grant");
    if !code.is_empty() {
        if !fitting(&page.person).any(|p| p.code() == code) {
            return Err(Refusal::new(
                "GRANT-UNFIT",
                "この人が使えない権限が選ばれています。",
                "一覧から選び直してください。",
            ));
        }
        let team = team(&page.book, posted.get("grant_reach"))?;
        if team.is_some() && !Permission::from_code(code).is_some_and(Permission::has_rounds) {
            return Err(Refusal::new(
                "GRANT-NO-ROUNDS",
                "この権限は公募回に属さないので、担当班に限れません。",
                "範囲を「すべての公募回」にするか、別の権限を選んでください。",
            ));
        }
        steps.push(Step::Grant {
            staff,
            permission: code.to_owned(),
            until: Some(end(posted.get("until"), now)?),
            give: true,
            team,
        });
    }
    Ok(steps)
}

/// The field that says how far a role reaches.
pub fn reach_field(role: &str) -> String {
    format!("reach-{role}")
}

/// The team a form names; nothing is every round.
fn team(book: &Book, typed: &str) -> Result<Option<Uuid>, Refusal> {
    if typed.is_empty() {
        return Ok(None);
    }
    let unknown =
        || Refusal::new("TEAM-UNKNOWN", "選ばれた担当班は、登録されていません。", "一覧から選び直してください。");
    book.team_named(typed).map(|t| Some(t.id)).ok_or_else(unknown)
}

/// The end of the last day, in Japan.
fn end(typed: &str, now: OffsetDateTime) -> Result<String, Refusal> {
    let last = day(typed).ok_or_else(|| {
        Refusal::new("GRANT-DATE", "追加の権限の最後の日を読み取れません。", "「2026/11/22」のように入力してください。")
    })?;
    let until = jst::start_of_day(last.next_day().unwrap_or(last));
    if until <= now || until - now > Duration::days(LONGEST_DAYS) {
        return Err(Refusal::new(
            "GRANT-RANGE",
            "追加の権限の最後の日は、今日から1年以内の日にしてください。",
            "長く必要なときは、役割に加えることを検討してください。",
        ));
    }
    until.format(&Rfc3339).map_err(|_| {
        Refusal::new("GRANT-DATE", "追加の権限の最後の日を読み取れません。", "「2026/11/22」のように入力してください。")
    })
}

/// POST: the difference, then the change.
pub async fn save(cx: Cx<allow::ManagePermissions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let mut page = load(&cx, &mut tx, posted).await?;
    let read = steps(&page, &page.typed, now);
    let read = read.and_then(|steps| check(&steps, page.typed.get("reason")).map(|why| (steps, why)));
    let made = match read {
        Err(refusal) => Err(refusal),
        Ok((steps, _)) if page.typed.get("stage") != "confirm" => {
            page.steps = steps;
            return Ok(Reply::page(&shell(&cx, &page)));
        }
        Ok((steps, why)) => change::make(&cx, &mut tx, &page.book, &steps, &why).await?,
    };
    match made {
        Ok(made) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/permissions/people/{}?done={}", page.person.public_id, word(&made))))
        }
        Err(refusal) => Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_addition_ends_with_its_last_day_in_japan() {
        let now = datetime!(2026-11-22 03:00 UTC);
        assert_eq!(end("2026/11/22", now).expect("today"), "2026-11-23T00:00:00+09:00");
        assert_eq!(end("２０２６年１２月１日", now).expect("wide"), "2026-12-02T00:00:00+09:00");
        assert_eq!(end("あした", now).expect_err("words").code, "GRANT-DATE");
        for typed in ["2026/11/21", "2028/1/1"] {
            assert_eq!(end(typed, now).expect_err(typed).code, "GRANT-RANGE", "{typed}");
        }
    }
}
