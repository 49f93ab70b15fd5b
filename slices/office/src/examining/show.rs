//! The examination page: loads everything once, for GET and for every post that must show it again.

use hojo_access::{Actor, Permission, allow};
use hojo_case::{CheckResult, Command, Position, Refusal, Step, decide};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_programme::{Answers, read};
use hojo_web::ui::{self, Compared, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::{PublicId, StaffId};

use super::afterthought;
use super::checklist::{Line, Ticks, lines};
use super::compare::{Side, changed};
use super::library::{self, Wording};
use super::remarking::Chosen;
use super::remarks::{self, Remark};
use super::sheet::{self, Sheet};
use super::{pane, tools};
use crate::common::dossier::{self, Dossier};
use crate::common::{flash, me, party, people, problem};

/// What was typed in a post that could not be taken: shown again, nothing lost.
#[derive(Default)]
pub struct Typed {
    pub remark: Option<Posted>,
    pub ticks: Option<(Ticks, String)>,
}

/// What this person may do on the page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Can {
    First,
    Second,
    /// Only look, for this reason.
    Look(String),
}

/// Everything the page shows.
pub struct Bench<'a> {
    pub row: &'a CaseRow,
    pub dossier: &'a Dossier,
    pub can: Can,
    pub lines: Vec<Line<'a>>,
    pub sheet: Sheet,
    pub note: String,
    pub earlier_note: Option<(i32, String)>,
    pub remarks: Vec<Remark>,
    pub wordings: Vec<Wording>,
    pub chosen: Option<Chosen>,
    pub compared: Vec<Compared>,
    /// The place being remarked on passed an earlier check.
    pub late: bool,
    /// Whoever looks may allow afterthoughts of others.
    pub allows: Option<StaffId>,
    /// The file in the viewer: (id, name).
    pub file: Option<(String, String)>,
    pub examiner: Option<String>,
    pub assignee: Option<String>,
    pub csrf: String,
}

impl Bench<'_> {
    /// Remarks may be written now.
    pub fn writes(&self) -> bool {
        !matches!(self.can, Can::Look(_))
    }

    /// The page, with the file that is being looked at.
    pub fn address(&self) -> crate::common::query::Address {
        let file = self.file.as_ref().map_or("", |(id, _)| id.as_str());
        crate::common::query::Address::new(format!("/cases/{}/examine", self.row.public_id)).with("file", file)
    }
}

/// GET: the page.
pub async fn show(cx: Cx<allow::CheckFiling>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(id, Mode::Read).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let mut shell = page(&cx, &mut tx, &row, dossier, Typed::default()).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    if let Some(banner) = flash::banner(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

/// The same page with a refusal above it.
pub fn refused(shell: Shell, refusal: &Refusal) -> Reply {
    Reply::refused(&shell.problems(vec![problem(refusal)]))
}

/// Draws the page from the case as it stands.
pub async fn page(
    cx: &Cx<allow::CheckFiling>,
    tx: &mut Tx,
    row: &CaseRow,
    dossier: Dossier,
    typed: Typed,
) -> Result<Shell, Fault> {
    let now = tx.now().await?;
    let first = sheet::load(tx, &dossier, Step::First).await?;
    let (ticks, note) = typed.ticks.unwrap_or_else(|| (first.ticks.clone(), first.note.clone()));
    let mut who: Vec<StaffId> = first.examiner.into_iter().collect();
    who.extend(row.case.assigned_to);
    let names = people::names(tx, &who).await?;
    let wordings = library::wordings(&dossier.edition, &dossier.procedure.code)?;
    let chosen = match &typed.remark {
        Some(posted) => Some(Chosen::posted(posted)),
        None => Chosen::asked(|name| cx.query(name).to_owned(), &wordings, dossier.procedure.checklist.as_ref()),
    };
    let empty = hojo_programme::Checklist::default();
    let checklist = dossier.procedure.checklist.as_ref().unwrap_or(&empty);
    let file = chosen_file(&dossier, typed.remark.as_ref().map_or_else(|| cx.query("file"), |p| p.get("file")));
    let can = can(row, cx.actor(), &dossier, now)?;
    let before = afterthought::before(tx, &dossier).await?;
    let remarks = remarks::of_filing(tx, dossier.filing.id).await?;
    let late =
        chosen.as_ref().is_some_and(|c| afterthought::passed_earlier(&dossier, before.as_ref(), &remarks, &c.target));
    let allows = cx.actor().holds_in(Permission::AllowAfterthought, row.round).then(|| me(cx.actor())).transpose()?;
    let bench = Bench {
        row,
        can,
        lines: lines(checklist, &dossier.reading, &ticks),
        note,
        earlier_note: sheet::earlier_note(tx, &dossier).await?,
        remarks,
        compared: before.map_or_else(Vec::new, |before| compared(&before, &dossier)),
        late,
        allows,
        examiner: first.examiner.and_then(|s| names.get(&s).cloned()),
        assignee: row.case.assigned_to.filter(|s| Some(s.0) != cx.actor().id()).and_then(|s| names.get(&s).cloned()),
        sheet: first,
        dossier: &dossier,
        wordings,
        chosen,
        file,
        csrf: cx.csrf(),
    };
    Ok(shell(cx, &bench))
}

fn shell(cx: &Cx<allow::CheckFiling>, bench: &Bench<'_>) -> Shell {
    let number = bench.row.number.clone().unwrap_or_default();
    let mut shell =
        cx.page(format!("形式確認 {number} {}", bench.row.applicant_name), body(bench)).wide().breadcrumb(vec![
            ("案件一覧".into(), "/queue".into()),
            (format!("案件 {number}"), format!("/cases/{}", bench.row.public_id)),
        ]);
    if let Can::Look(why) = &bench.can {
        shell = shell.banner(&ui::banner(Tone::Info, "この画面では見るだけです").body(html! { p { (why) } }));
    }
    if let (Some(name), true) = (&bench.assignee, bench.writes()) {
        let words = format!("この案件の担当は{name}さんです");
        shell = shell.banner(
            &ui::banner(Tone::Warn, words).body(html! { p { "続けて確認するときは、担当の人に伝えてください。" } }),
        );
    }
    shell
}

fn body(bench: &Bench<'_>) -> Markup {
    ui::desk("申請内容", &pane::answers(bench), "確認票・指摘・添付書類", &tools::tools(bench))
}

/// Asked of `decide` itself, so that the page and the law of the case never differ.
fn can(row: &CaseRow, actor: &Actor, dossier: &Dossier, now: hojo_words::Now) -> Result<Can, Fault> {
    let n = row.case.submissions;
    let (command, may) = if row.position() == Position::SecondCheck {
        (Command::FinishSecondCheck { submission: n, agrees: true, reason: String::new() }, Can::Second)
    } else {
        let result = CheckResult::Passed;
        (Command::FinishFirstCheck { submission: n, result, open_items: 0, reason: String::new() }, Can::First)
    };
    Ok(match decide(&row.case, party(actor)?, command, &dossier.terms, now) {
        Ok(_) => may,
        Err(refusal) => Can::Look(format!("{} {}", refusal.message, refusal.advice)),
    })
}

fn chosen_file(dossier: &Dossier, id: &str) -> Option<(String, String)> {
    dossier.submitted.answers.files().find(|(_, f)| f.file == id).map(|(_, f)| (f.file.clone(), f.name.clone()))
}

/// What changed since the submission before this one.
fn compared(before: &Answers, dossier: &Dossier) -> Vec<Compared> {
    let facts = dossier::facts_then(&dossier.procedure.form, before, dossier.facts.clone());
    let (reading, _) = read(&dossier.edition, &dossier.procedure, before, &facts);
    changed(
        Side { answers: before, reading: &reading },
        Side { answers: &dossier.submitted.answers, reading: &dossier.reading },
    )
}

#[cfg(test)]
pub mod tests {
    use std::sync::Arc;

    use hojo_programme::{Raw, judge};
    use hojo_words::ids::FilingId;
    use time::macros::datetime;

    use super::*;
    use crate::common::dossier::{Filing, Submitted};
    use crate::desk::tests::{row, staff, terms};
    use crate::examining::tests::{edition, facts};

    pub fn dossier() -> Dossier {
        let edition = edition();
        let procedure = Arc::clone(edition.procedure("application").expect("application"));
        let mut answers = Answers::default();
        answers.set("plan_title", Raw::from("医療機器部品への進出"));
        answers.set("employees", Raw::from("20"));
        answers.set(
            "att_employee_count",
            serde_json::from_str::<Raw>(
                r#"[{"file":"01","name":"概況説明書.pdf","size":1000,"sha256":"ab","media_type":"application/pdf"}]"#,
            )
            .expect("files"),
        );
        let facts = facts();
        let (reading, slips) = read(&edition, &procedure, &answers, &facts);
        let findings = judge(&edition, &procedure, &reading, &facts);
        Dossier {
            terms: terms(),
            filing: Filing {
                id: FilingId(uuid::Uuid::from_u128(1)),
                procedure: "application".into(),
                state: "filed".into(),
            },
            submitted: Submitted { n: 1, answers },
            edition,
            procedure,
            facts,
            reading,
            slips,
            findings,
            outgrown: vec![],
        }
    }

    pub fn bench<'a>(row: &'a CaseRow, dossier: &'a Dossier, can: Can) -> Bench<'a> {
        let wordings = library::wordings(&dossier.edition, "application").expect("a library");
        let query = |name: &str| if name == "remark" { "employees".to_owned() } else { String::new() };
        Bench {
            row,
            lines: lines(dossier.procedure.checklist.as_ref().expect("a checklist"), &dossier.reading, &Ticks::new()),
            chosen: Chosen::asked(query, &wordings, dossier.procedure.checklist.as_ref()),
            dossier,
            can,
            sheet: Sheet::default(),
            note: String::new(),
            earlier_note: Some((1, "株主の確認が残っています".into())),
            remarks: vec![],
            wordings,
            compared: vec![Compared {
                label: "事業計画名".into(),
                before: Some("旧".into()),
                after: Some("新".into()),
            }],
            late: false,
            allows: None,
            file: Some(("01".into(), "概況説明書.pdf".into())),
            examiner: None,
            assignee: None,
            csrf: "token".into(),
        }
    }

    #[test]
    fn answers_tools_file_and_wordings_stand_on_one_page() {
        let (row, dossier) = (row(Position::Check), dossier());
        let html = body(&bench(&row, &dossier, Can::First)).into_string();
        for part in [
            "医療機器部品への進出",
            "概況説明書.pdf",
            "<iframe",
            "/files/01",
            "name=\"item_sme\"",
            "従業員数の根拠",
            "data-autosave",
            "指摘する",
            "前回の提出",
            "株主の確認が残っています",
            "/examine/finish",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }

    #[test]
    fn whoever_may_only_look_finds_no_form() {
        let (row, dossier) = (row(Position::Closed), dossier());
        let now = hojo_words::Now::new(datetime!(2026-11-01 00:00 UTC));
        let can = can(&row, &staff(1, &[hojo_access::Permission::CheckFiling]), &dossier, now).expect("staff");
        assert!(matches!(can, Can::Look(_)));
        let mut bench = bench(&row, &dossier, can);
        bench.chosen = None;
        let html = body(&bench).into_string();
        assert!(!html.contains("<form"), "{html}");
        assert!(html.contains("医療機器部品への進出"));
    }
}
