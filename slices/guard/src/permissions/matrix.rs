//! The page of roles × functions: look, tick, see the difference, propose.

use std::collections::BTreeSet;

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::Tx;
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};

use super::book::{Book, givable};
use super::change::{self, Change, Made};
use super::step::Step;
use super::view;
use crate::common::{done, problem, reason};

/// What the page shows.
pub struct Page {
    pub book: Book,
    pub changes: Vec<Change>,
    /// Ticked in the form: `role:permission`.
    pub ticked: BTreeSet<String>,
    /// What was ticked when the form was opened.
    pub was: BTreeSet<String>,
    pub reason: String,
    /// The difference to be confirmed; empty when none is shown.
    pub steps: Vec<Step>,
    pub me: uuid::Uuid,
    pub csrf: String,
}

fn marks(book: &Book) -> BTreeSet<String> {
    let all: BTreeSet<&str> = givable().map(Permission::code).collect();
    book.held.iter().filter(|(_, p)| all.contains(p.as_str())).map(|(r, p)| format!("{r}:{p}")).collect()
}

async fn load(cx: &Cx<allow::ManagePermissions>, tx: &mut Tx) -> Result<Page, Fault> {
    let book = Book::load(tx).await?;
    let ticked = marks(&book);
    Ok(Page {
        changes: change::recent(tx).await?,
        was: ticked.clone(),
        ticked,
        reason: String::new(),
        steps: vec![],
        me: crate::common::me(cx.actor())?.0,
        csrf: cx.csrf(),
        book,
    })
}

fn shell(cx: &Cx<allow::ManagePermissions>, page: &Page) -> Shell {
    cx.page("権限", view::matrix(page)).wide()
}

/// GET: the matrix, what waits, what was.
pub async fn show(cx: Cx<allow::ManagePermissions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let page = load(&cx, &mut tx).await?;
    tx.commit().await?;
    let mut shell = shell(&cx, &page);
    if let Some(banner) = done(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

/// What was ticked against what the form had shown, so that a form opened before another change takes nothing back.
fn steps(was: &BTreeSet<String>, ticked: &BTreeSet<String>, book: &Book) -> Vec<Step> {
    let known: BTreeSet<&str> = givable().map(Permission::code).collect();
    let step = |mark: &String, give: bool| {
        let (role, permission) = mark.split_once(':')?;
        let real = book.has_role(role) && known.contains(permission);
        real.then(|| Step::Hold { role: role.to_owned(), permission: permission.to_owned(), give })
    };
    let held = |mark: &&String| mark.split_once(':').is_some_and(|(r, p)| book.held.contains(&(r.into(), p.into())));
    let lost = was.difference(ticked).filter(held).filter_map(|m| step(m, false));
    let won = ticked.difference(was).filter(|m| !held(m)).filter_map(|m| step(m, true));
    lost.chain(won).collect()
}

/// POST: the difference, then the change.
pub async fn save(cx: Cx<allow::ManagePermissions>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let mut page = load(&cx, &mut tx).await?;
    page.ticked = posted.all("hold").into_iter().map(str::to_owned).collect();
    page.was = posted.get("was").split(' ').filter(|m| !m.is_empty()).map(str::to_owned).collect();
    posted.get("reason").clone_into(&mut page.reason);
    let steps = steps(&page.was, &page.ticked, &page.book);
    let made = match check(&steps, &page.reason) {
        Err(refusal) => Err(refusal),
        Ok(_) if posted.get("stage") != "confirm" => {
            page.steps = steps;
            return Ok(Reply::page(&shell(&cx, &page)));
        }
        Ok(why) => change::make(&cx, &mut tx, &page.book, &steps, &why).await?,
    };
    match made {
        Ok(made) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/permissions?done={}", word(&made))))
        }
        Err(refusal) => Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)]))),
    }
}

/// What was done, as the banner knows it.
pub fn word(made: &Made) -> &'static str {
    match made {
        Made::Narrowed => "narrowed",
        Made::Proposed => "proposed",
        Made::Both => "both",
    }
}

/// Something must change, and for a reason.
pub fn check(steps: &[Step], why: &str) -> Result<String, Refusal> {
    if steps.is_empty() {
        return Err(Refusal::new(
            "PERMISSION-SAME",
            "変更されたところがありません。",
            "変更する項目のチェックを付けるか外してから、進んでください。",
        ));
    }
    reason(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(marks: &[&str]) -> BTreeSet<String> {
        marks.iter().map(|m| (*m).to_owned()).collect()
    }

    #[test]
    fn the_difference_is_against_what_the_form_had_shown() {
        let mut book = Book { roles: vec![("a".into(), "甲".into())], ..Book::default() };
        book.held.insert(("a".into(), "case.view".into()));
        // Meanwhile somebody gave case.export, which this form never showed as ticked.
        book.held.insert(("a".into(), "case.export".into()));
        let was = set(&["a:case.view"]);
        let steps_of = |ticked: &[&str]| steps(&was, &set(ticked), &book);
        assert!(steps_of(&["a:case.view"]).is_empty(), "what was given meanwhile stays");
        let lost = steps_of(&[]);
        assert_eq!(lost.len(), 1);
        assert!(!lost[0].widens());
        let won = steps_of(&["a:case.view", "a:filing.check", "a:nothing", "b:case.view", "a:applicant"]);
        assert_eq!(won.len(), 1, "unknown roles and permissions are not steps: {won:?}");
        assert!(won[0].widens());
        assert_eq!(check(&[], "理由").expect_err("same").code, "PERMISSION-SAME");
    }
}
