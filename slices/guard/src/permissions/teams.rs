//! 担当班: teams, the rounds each works on, and the people who have something limited to it.

use std::collections::BTreeSet;

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::{Tx, random};
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use uuid::Uuid;

use super::book::{Book, Person, Team};
use super::change::{self, taken};
use super::matrix::{check, word};
use super::step::Step;
use super::team_view;
use crate::common::{done, problem, reason, short};

/// Longest name of a team, in characters.
pub const NAME: u32 = 40;

/// The page of all teams.
pub struct All {
    pub book: Book,
    pub typed: Posted,
    pub csrf: String,
}

/// The page of one team.
pub struct One {
    pub book: Book,
    pub team: Team,
    pub typed: Posted,
    pub steps: Vec<Step>,
    pub csrf: String,
}

fn listing(cx: &Cx<allow::ManagePermissions>, page: &All) -> Shell {
    let way = vec![("権限".to_owned(), "/permissions".to_owned())];
    cx.page("担当班", team_view::all(page)).breadcrumb(way)
}

/// GET: the teams, and a form for a new one.
pub async fn list(cx: Cx<allow::ManagePermissions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = All { book: Book::load(&mut tx).await?, typed: Posted::default(), csrf: cx.csrf() };
    tx.commit().await?;
    Ok(Reply::page(&listing(&cx, &page)))
}

/// POST: founds a team. Without rounds and people it gives nothing to anybody, so one person is enough.
pub async fn found(cx: Cx<allow::ManagePermissions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = All { book: Book::load(&mut tx).await?, typed: posted, csrf: cx.csrf() };
    let id = random::public_id();
    let made = match named(&page) {
        Err(refusal) => Err(refusal),
        Ok((name, why)) => {
            let step = Step::Team { team: random::key(), public_id: id.uuid(), name };
            change::make(&cx, &mut tx, &page.book, &[step], &why).await?
        }
    };
    match made {
        Ok(_) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/permissions/teams/{id}?done=founded")))
        }
        Err(refusal) => Ok(Reply::refused(&listing(&cx, &page).problems(vec![problem(&refusal)]))),
    }
}

fn named(page: &All) -> Result<(String, String), Refusal> {
    let name = page.typed.get("name").trim();
    if name.is_empty() {
        return Err(Refusal::new(
            "TEAM-NAME-MISSING",
            "担当班の名前が入力されていません。",
            "名前を入力してください。",
        ));
    }
    short("担当班の名前", name, NAME as usize)?;
    if page.book.teams.iter().any(|t| t.name == name) {
        return Err(taken());
    }
    Ok((name.to_owned(), reason(page.typed.get("reason"))?))
}

async fn load(cx: &Cx<allow::ManagePermissions>, tx: &mut Tx, typed: Posted) -> Result<One, Fault> {
    let book = Book::load(tx).await?;
    let team = book.team_named(&cx.param::<hojo_words::ids::PublicId>("team")?.to_string()).ok_or(Fault::NotFound)?;
    Ok(One { team: team.clone(), book, typed, steps: vec![], csrf: cx.csrf() })
}

fn shell(cx: &Cx<allow::ManagePermissions>, page: &One) -> Shell {
    let way = [("権限", "/permissions"), ("担当班", "/permissions/teams")];
    cx.page(format!("担当班「{}」", page.team.name), team_view::one(page))
        .breadcrumb(way.map(|(l, h)| (l.to_owned(), h.to_owned())).to_vec())
}

/// GET: one team.
pub async fn show(cx: Cx<allow::ManagePermissions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let mut page = load(&cx, &mut tx, Posted::default()).await?;
    tx.commit().await?;
    page.typed = Posted(page.rounds().into_iter().map(|r| ("round".to_owned(), r)).collect());
    let mut shell = shell(&cx, &page);
    if let Some(banner) = done(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

impl One {
    /// Public ids of the rounds the team has.
    pub fn rounds(&self) -> Vec<String> {
        let has = self.book.rounds.iter().filter(|r| self.team.rounds.contains(&r.id));
        has.map(|r| r.public_id.to_string()).collect()
    }

    /// People with a role limited to the team; the mark is what the form sends.
    pub fn members(&self) -> Vec<(String, &Person, &str)> {
        let of = |p: &&Person| !p.disabled && p.limits.values().any(|t| *t == self.team.id);
        let people = self.book.in_order().into_iter().filter(of);
        people
            .flat_map(|p| {
                let roles = p.limits.iter().filter(|(_, t)| **t == self.team.id);
                roles.map(move |(role, _)| (format!("{}:{role}", p.public_id), p, role.as_str()))
            })
            .collect()
    }
}

fn steps(page: &One, posted: &Posted) -> Result<Vec<Step>, Refusal> {
    let team = page.team.id;
    let was: BTreeSet<&str> = posted.get("was").split(' ').filter(|m| !m.is_empty()).collect();
    let ticked: BTreeSet<&str> = posted.all("round").into_iter().collect();
    let mut steps = Vec::new();
    // Against what the form had shown: one opened before another change takes nothing back.
    for r in &page.book.rounds {
        let mark = r.public_id.to_string();
        let (shown, wanted, has) =
            (was.contains(mark.as_str()), ticked.contains(mark.as_str()), page.team.rounds.contains(&r.id));
        if shown != wanted && wanted != has {
            steps.push(Step::Round { team, round: r.id, give: wanted });
        }
    }
    let leaving = posted.all("leave");
    for (mark, person, role) in page.members() {
        if leaving.contains(&mark.as_str()) {
            steps.push(Step::Member { staff: person.id, role: role.to_owned(), give: false, team: None });
        }
    }
    steps.extend(joining(page, posted)?);
    Ok(steps)
}

/// Somebody joins: with a role they did not have, or with one they have, limited from now on.
fn joining(page: &One, posted: &Posted) -> Result<Option<Step>, Refusal> {
    let (person, role) = (posted.get("person"), posted.get("role"));
    if person.is_empty() && role.is_empty() {
        return Ok(None);
    }
    let person = page.book.people.values().find(|p| !p.reviewer && !p.disabled && p.public_id.to_string() == person);
    let Some(person) = person.filter(|_| page.book.has_role(role)) else {
        return Err(Refusal::new(
            "TEAM-MEMBER",
            "加える人と役割の両方が選ばれていません。",
            "人と役割を、それぞれ一覧から選んでください。",
        ));
    };
    let (staff, role, team) = (person.id, role.to_owned(), Some(page.team.id));
    if !person.roles.contains(&role) {
        return Ok(Some(Step::Member { staff, role, give: true, team }));
    }
    let was: Option<Uuid> = person.limits.get(&role).copied();
    let give = was.is_some();
    Ok((was != team).then_some(Step::Limit { staff, role, was, team, give }))
}

/// POST: the difference, then the change.
pub async fn save(cx: Cx<allow::ManagePermissions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let mut page = load(&cx, &mut tx, posted).await?;
    let read = steps(&page, &page.typed);
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
            Ok(Reply::see_other(&format!("/permissions/teams/{}?done={}", page.team.public_id, word(&made))))
        }
        Err(refusal) => Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)]))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::book::Round;
    use super::*;
    use hojo_words::ids::PublicId;

    fn page() -> One {
        let id = |n| Uuid::from_u128(n);
        let round = |n: u128| Round { id: id(n), public_id: PublicId::from_bits(n), title: format!("第{n}回") };
        let team =
            Team { id: id(50), public_id: PublicId::from_bits(50), name: "甲".into(), rounds: [id(1), id(3)].into() };
        let person = |n: u128, roles: &[&str], limited: Option<u128>| Person {
            id: id(n),
            public_id: PublicId::from_bits(n),
            name: format!("人{n}"),
            login: format!("p{n}"),
            reviewer: n == 14,
            disabled: false,
            roles: roles.iter().map(|r| (*r).to_owned()).collect(),
            limits: limited.into_iter().map(|t| ("operator".to_owned(), id(t))).collect(),
            grants: vec![],
        };
        let people = [
            person(11, &["operator"], None),
            person(12, &["operator"], Some(50)),
            person(13, &["operator"], Some(60)),
            person(14, &[], None),
            person(15, &[], None),
        ];
        let book = Book {
            roles: vec![("operator".into(), "担当".into())],
            people: people.into_iter().map(|p| (p.id, p)).collect(),
            teams: vec![team.clone()],
            rounds: vec![round(1), round(2), round(3)],
            ..Book::default()
        };
        One { book, team, typed: Posted::default(), steps: vec![], csrf: String::new() }
    }

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn rounds_are_compared_with_what_the_form_had_shown() {
        let page = page();
        let id = |n| PublicId::from_bits(n).to_string();
        // The form knew of round 1 alone; round 3 was added meanwhile and stays.
        let form = posted(&[("was", &id(1)), ("round", &id(2))]);
        let made = steps(&page, &form).expect("steps");
        let expected = [
            Step::Round { team: page.team.id, round: Uuid::from_u128(1), give: false },
            Step::Round { team: page.team.id, round: Uuid::from_u128(2), give: true },
        ];
        assert_eq!(made, expected);
    }

    #[test]
    fn joining_widens_unless_somebody_had_the_role_everywhere() {
        let page = page();
        let join = |n: u128| {
            let id = PublicId::from_bits(n).to_string();
            joining(&page, &posted(&[("person", &id), ("role", "operator")]))
        };
        assert!(matches!(join(11), Ok(Some(Step::Limit { give: false, was: None, .. }))), "less than before");
        assert!(matches!(join(12), Ok(None)), "is a member");
        assert!(matches!(join(13), Ok(Some(Step::Limit { give: true, was: Some(_), .. }))), "other rounds than before");
        assert!(matches!(join(15), Ok(Some(Step::Member { give: true, team: Some(_), .. }))));
        assert_eq!(join(14).expect_err("a reviewer").code, "TEAM-MEMBER");
        assert_eq!(joining(&page, &posted(&[("role", "operator")])).expect_err("nobody").code, "TEAM-MEMBER");
        let mark = format!("{}:operator", PublicId::from_bits(12));
        let left = steps(&page, &posted(&[("was", &page.rounds().join(" ")), ("leave", &mark)])).expect("steps");
        // The rounds' boxes were not sent ticked: both go, and the member leaves.
        assert_eq!(left.len(), 3);
        assert!(left.iter().all(|s| !s.widens()));
    }
}
