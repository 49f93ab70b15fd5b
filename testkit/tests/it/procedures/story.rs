//! One run of a procedure as people walk it over HTTP, told in their words. What to type, whom to ask and what must stand
//! afterwards come from an example of the edition, so that a journey says only what is special about it.

use hojo_programme::{CourseDecision, CourseStep, Example, Opener, Procedure};
use hojo_testkit::browser::{Browser, Page};
use hojo_testkit::steps::{self, Result1};
use hojo_words::ids::PublicId;
use sqlx::{Connection, Row};
use std::sync::Arc;

use super::ground::{begin, filing_of, insist, post};
use super::stage::{Stage, example, opener};
use super::typed::type_answers;

/// A run that was begun.
pub struct Story<'s, 'w> {
    pub stage: &'s Stage<'w>,
    pub procedure: Arc<Procedure>,
    pub example: Example,
    pub opener: Opener,
    pub filing: PublicId,
    pub run: PublicId,
}

impl<'w> Stage<'w> {
    /// Sets the stage by an example, finds the procedure offered and begins it the way the example says.
    pub async fn begin(&self, code: &str, name: &str) -> Story<'_, 'w> {
        let (_, example) = example(self.world, code, name);
        self.set(&example).await;
        self.go_on(code, name).await
    }

    /// Sets the stage by an example.
    pub async fn set_by(&self, code: &str, name: &str) {
        let (_, example) = example(self.world, code, name);
        self.set(&example).await;
    }

    /// As [`Stage::begin`], on the case as it is now.
    pub async fn go_on(&self, code: &str, name: &str) -> Story<'_, 'w> {
        let (procedure, example) = example(self.world, code, name);
        let opener = opener(&procedure, &example);
        let filing = match opener {
            Opener::Applicant => filing_of(&begin(&self.company(), self.case(), code).await),
            Opener::OfficeOnBehalf => {
                let today = self.world.today().await.unwrap();
                let extra = [("channel", "paper"), ("received_on", today.as_str())];
                self.office_begins(code, opener, &extra).await
            }
            Opener::Office => self.office_begins(code, opener, &[]).await,
            Opener::Demand => self.office_begins(code, opener, &[("due", "2099/01/01")]).await,
        };
        let run = self.world.case_of(filing).await.unwrap();
        Story { stage: self, procedure, example, opener, filing, run }
    }

    async fn office_begins(&self, code: &str, opener: Opener, extra: &[(&str, &str)]) -> PublicId {
        let operator = self.world.staff("operator1").await.unwrap();
        let address = format!("/cases/{}/begin", self.case());
        let page = operator.get(&address).await.unwrap();
        let offer = format!("?procedure={code}&by={}", opener.as_str());
        assert!(page.links().iter().any(|link| link.ends_with(&offer)), "{code} is not offered: {}", page.words());
        let mut fields = vec![("procedure", code), ("by", opener.as_str())];
        fields.extend(extra);
        let begun = post(&operator, &address, &fields).await;
        let to = begun.location().unwrap_or_else(|| panic!("{code}: {}", begun.words()));
        match to.strip_prefix("/intake/filings/") {
            Some(filing) => filing.parse().unwrap(),
            // A demand leads to the run; its draft is the company's.
            None => {
                let run: PublicId = to.trim_start_matches("/cases/").parse().unwrap();
                let mut db = self.world.superuser().await.unwrap();
                let sql = "select f.public_id from filings f join cases c on c.id = f.case_id where c.public_id = $1";
                let row = sqlx::query(sql).bind(run.uuid()).fetch_one(&mut db).await.unwrap();
                db.close().await.unwrap();
                PublicId::from_uuid(row.get(0))
            }
        }
    }

    /// Sets the stage by an example whose beginning is refused: the page says why, and asking all the same says it again.
    pub async fn may_not_begin(&self, code: &str, name: &str, why: &str) {
        let (procedure, example) = example(self.world, code, name);
        assert!(example.expect.course.refused.is_some(), "{name} is not refused");
        self.set(&example).await;
        if opener(&procedure, &example) == Opener::Applicant {
            let page = self.page().await;
            // What the applicant never begins is not spoken of.
            let theirs = procedure.starts.as_ref().unwrap().by.contains(&Opener::Applicant);
            assert!(page.form(&format!("/procedures/{code}")).is_err(), "{}", page.words());
            assert!(!theirs || page.has(why), "{why}: {}", page.words());
            let refused = insist(&self.company(), self.case(), code).await;
            assert!(refused.status == 422 && refused.has(why), "{why}: {}", refused.words());
            return;
        }
        let operator = self.world.staff("operator1").await.unwrap();
        let address = format!("/cases/{}/begin", self.case());
        let page = operator.get(&address).await.unwrap();
        assert!(page.has(why), "{why}: {}", page.words());
        let by = opener(&procedure, &example).as_str();
        let refused = post(&operator, &address, &[("procedure", code), ("by", by), ("due", "2099/01/01")]).await;
        assert!(refused.status == 422 && refused.has(why), "{why}: {}", refused.words());
    }
}

impl Story<'_, '_> {
    fn world(&self) -> &hojo_testkit::World {
        self.stage.world
    }

    /// Is it the office that types?
    fn office_types(&self) -> bool {
        matches!(self.opener, Opener::Office | Opener::OfficeOnBehalf)
    }

    /// Who types, and where.
    async fn hand(&self) -> (Browser, String) {
        if self.office_types() {
            return (self.world().staff("operator1").await.unwrap(), format!("/intake/filings/{}", self.filing));
        }
        (self.stage.company(), format!("/filings/{}", self.filing))
    }

    /// Types what the example says and hands it in.
    pub async fn file(&self) -> &Self {
        self.fill().await;
        let (who, base) = self.hand().await;
        let receipt = steps::submit(&who, &base).await.unwrap_or_else(|e| panic!("{}: {e:#}", self.procedure.code));
        assert!(receipt.has(&self.procedure.title), "{}", receipt.words());
        self.world().drain().await.unwrap();
        assert_eq!(self.position().await, if self.checked() { "check" } else { "decide" });
        self
    }

    /// Types what the example says.
    pub async fn fill(&self) -> &Self {
        let (who, base) = self.hand().await;
        type_answers(&who, &base, &self.procedure, &self.example.answers).await;
        self
    }

    fn checked(&self) -> bool {
        self.procedure.flow.step(hojo_programme::StepKind::Check).is_some()
    }

    /// Sent back with a wording of the edition, told by its letter where there is one, and handed in again.
    pub async fn returned(&self, wording: &str) -> &Self {
        let remarks: Remarks =
            self.world().edition.data(&format!("procedures/{}/remarks.yaml", self.procedure.code)).unwrap().unwrap();
        let remark = remarks.remarks.into_iter().find(|remark| remark.id == wording);
        let remark = remark.unwrap_or_else(|| panic!("{} has no wording {wording}", self.procedure.code));
        let operator = self.world().staff("operator1").await.unwrap();
        steps::remark(&operator, self.run, &remark.fields[0], wording)
            .await
            .unwrap_or_else(|e| panic!("{wording}: {e:#}"));
        steps::send_back(&operator, self.run).await.unwrap();
        self.world().drain().await.unwrap();
        assert_eq!(self.position().await, "returned");
        // Whoever began it: it is the company that answers, and finds it on its page.
        let home = self.stage.company().get("/me").await.unwrap();
        assert!(home.has(&self.procedure.title), "{}", home.words());
        self
    }

    /// The company answers what it was asked.
    pub async fn answered(&self, field: &str, words: &str) -> &Self {
        let form = &self.procedure.form;
        let slot = form.slots[field];
        let section = form.sections.iter().find(|section| section.fields.contains(&slot)).unwrap();
        let base = format!("/filings/{}", self.filing);
        steps::change(&self.stage.company(), &base, &section.id, field, words).await.unwrap();
        self
    }

    /// A manager moves what is not decided yet back to the check, with a reason.
    pub async fn moved_back_to_the_check(&self) -> &Self {
        let manager = self.world().staff("manager1").await.unwrap();
        let mut form = manager.get(&format!("/cases/{}/move", self.run)).await.unwrap().form("/move").unwrap();
        form.set("to", "check").unwrap();
        form.set("reason", "弁明を聴くため").unwrap();
        let preview = manager.press(&form, "確認へ進む").await.unwrap().ok().unwrap();
        manager.press(&preview.form("/move").unwrap(), "動かす").await.unwrap().ok().unwrap();
        assert_eq!(self.position().await, "check");
        self
    }

    /// The company hands in again what was sent back.
    pub async fn refiled(&self) -> &Self {
        let base = format!("/filings/{}", self.filing);
        steps::submit(&self.stage.company(), &base).await.unwrap_or_else(|e| panic!("{}: {e:#}", self.procedure.code));
        self.world().drain().await.unwrap();
        assert_eq!(self.position().await, "check");
        self
    }

    /// One checks, and another where the flow wants two.
    pub async fn checked_by_the_office(&self) -> &Self {
        if !self.checked() {
            return self;
        }
        let (one, two) =
            (self.world().staff("operator1").await.unwrap(), self.world().staff("operator2").await.unwrap());
        steps::first_check(&one, self.run, Result1::Passed).await.unwrap();
        if self.position().await == "second_check" {
            steps::second_check(&two, self.run, None).await.unwrap();
        }
        assert_eq!(self.position().await, "decide");
        self
    }

    /// From here on it goes as another example says.
    pub fn goes_like(&mut self, name: &str) {
        let (_, other) = example(self.world(), &self.procedure.code, name);
        self.example.course = other.course;
        self.example.expect = other.expect;
    }

    /// The decision of the example.
    pub fn decision(&self) -> &CourseDecision {
        let mut decisions = self.example.course.iter().filter_map(|step| match step {
            CourseStep::Decide(decision) => Some(decision),
            _ => None,
        });
        decisions.next_back().unwrap_or_else(|| panic!("{} decides nothing", self.example.name))
    }

    /// 起案 of the example's decision by a manager: the page with what it would change, or the refusal.
    pub async fn proposed(&self) -> Page {
        let decision = self.decision();
        let drafter = self.world().staff("manager1").await.unwrap();
        let mut form = drafter.get(&format!("/cases/{}/ruling", self.run)).await.unwrap().form("/ruling").unwrap();
        form.set("outcome", &decision.outcome).unwrap();
        if let Some(amount) = decision.amount {
            form.set("amount", &amount.to_string()).unwrap();
        }
        if !decision.conditions.is_empty() {
            form.set("conditions", &decision.conditions.join("\n")).unwrap();
        }
        form.set("reason", &decision.reason).unwrap();
        drafter.press(&form, "確認へ進む").await.unwrap()
    }

    /// Drafted: waits for another person.
    pub async fn drafted(&self) -> &Self {
        let drafter = self.world().staff("manager1").await.unwrap();
        let preview = self.proposed().await.ok().unwrap_or_else(|e| panic!("{}: {e:#}", self.procedure.code));
        drafter.press(&preview.form("/ruling").unwrap(), "起案する").await.unwrap().ok().unwrap();
        assert_eq!(self.position().await, "approve");
        self
    }

    /// 決裁 by another manager than the one who drafted.
    pub async fn approved(&self) -> &Self {
        let second = self.world().staff("manager2").await.unwrap();
        let form = second.get(&format!("/cases/{}/approve", self.run)).await.unwrap().form("/approve").unwrap();
        second.press(&form, "決裁する").await.unwrap().ok().unwrap();
        self.world().drain().await.unwrap();
        self
    }

    /// 中小機構 approves what waits for it.
    pub async fn agreed_by_the_agency(&self) -> &Self {
        assert_eq!(self.position().await, "consult");
        let agency = self.world().staff("supervisor").await.unwrap();
        assert!(agency.get("/approvals").await.unwrap().links().contains(&format!("/cases/{}/agency", self.run)));
        let form = agency.get(&format!("/cases/{}/agency", self.run)).await.unwrap().form("/agency").unwrap();
        agency.press(&form, "承認する").await.unwrap().ok().unwrap();
        self.world().drain().await.unwrap();
        self
    }

    /// Checked, drafted, approved, by 中小機構 too where the flow says so; then everything the example expects is there.
    pub async fn decided(&self) -> &Self {
        self.checked_by_the_office().await.drafted().await.approved().await;
        let decide = self.procedure.flow.step(hojo_programme::StepKind::Decide).unwrap();
        if decide.agency.is_some() {
            self.agreed_by_the_agency().await;
        }
        self.as_expected().await
    }

    /// As [`Story::as_expected`], where more letters were sent than the example knows of.
    pub async fn as_expected_but_letters(&self) -> &Self {
        let expected = self.example.expect.course.clone();
        let mut own = Story { example: self.example.clone(), procedure: self.procedure.clone(), ..*self };
        own.example.expect.course.letters = None;
        own.as_expected().await;
        assert!(self.letters().await.ends_with(&expected.letters.unwrap_or_default()[1..]));
        self
    }

    /// What the example expects: standing, amounts, dates, what is owed, and the letters, delivered.
    pub async fn as_expected(&self) -> &Self {
        let code = &self.procedure.code;
        let (life, expect) = (self.stage.life().await, &self.example.expect.course);
        assert_eq!(self.position().await, expect.position.as_deref().unwrap_or("closed"), "{code}");
        if let Some(standing) = &expect.standing {
            assert_eq!(&life.standing, standing, "{code}");
        }
        for (name, yen) in &expect.amounts {
            assert_eq!(life.amounts.get(name).or_else(|| life.sums.get(name)), Some(yen), "{code}: {name}");
        }
        for (name, day) in &expect.dates {
            assert_eq!(life.dates.get(name), Some(day), "{code}: {name}");
        }
        if let Some(letters) = &expect.letters {
            assert_eq!(&self.letters().await, letters, "{code}");
        }
        if let Some(owes) = &expect.owes {
            let mut owes = owes.clone();
            owes.sort();
            assert_eq!(self.stage.owes().await, owes, "{code}");
        }
        self
    }

    /// The letters of this run that were delivered to the company, in their order; copies of what it filed apart.
    pub async fn letters(&self) -> Vec<String> {
        let mut db = self.world().superuser().await.unwrap();
        let ours: Vec<String> = self.asked_of_the_agency().into_iter().chain(["filing-copy".to_owned()]).collect();
        let rows = sqlx::query(
            "select l.kind from letters l join cases c on c.id = l.case_id
             where c.public_id = $1 and l.state = 'delivered' and l.kind <> all ($2) order by l.created_at, l.id",
        )
        .bind(self.run.uuid())
        .bind(ours)
        .fetch_all(&mut db)
        .await
        .unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    fn asked_of_the_agency(&self) -> Vec<String> {
        let decide = self.procedure.flow.step(hojo_programme::StepKind::Decide);
        decide.and_then(|step| step.agency.clone()).into_iter().collect()
    }

    pub async fn position(&self) -> String {
        self.world().position(self.run).await.unwrap()
    }
}

#[derive(serde::Deserialize)]
struct Remarks {
    remarks: Vec<Remark>,
}

#[derive(serde::Deserialize)]
struct Remark {
    id: String,
    fields: Vec<String>,
}
