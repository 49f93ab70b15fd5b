//! The people of a demonstration world at work: each act of the plan, done through the pages.

use std::collections::HashMap;

use anyhow::{Context, bail};
use hojo_access::{Actor, Staff};
use hojo_db::Mode;
use hojo_gbizid::Identity;
use hojo_programme::{Answers, Edition, Facts};
use hojo_words::ids::{ApplicantId, PublicId, StaffId};
use hojo_words::jst;
use std::sync::Arc;

use super::answers::Writer;
use super::browser::Browser;
use super::dice::Dice;
use super::draft;
use super::house::House;
use super::people::{COLLEAGUES, Companies, actor_of, password_of, secret_of};
use super::plan::{Act, Application, Fate, Plan, Which};
use super::rounds::Round;
use super::steps::{self, Result1};
use super::texts::{EXCLUSIONS, REMARKS, WITHDRAWALS};

/// An applicant who has signed in.
#[derive(Clone)]
pub(super) struct Company {
    pub browser: Browser,
    pub actor: Actor,
    pub applicant: ApplicantId,
    pub who: Identity,
}

/// An application as far as it got.
#[derive(Clone)]
struct Held {
    filing: PublicId,
    case: PublicId,
    title: String,
}

/// Everybody, and what they have in hand.
pub(super) struct Town<'h> {
    pub house: &'h House,
    companies: Companies,
    plan: &'h Plan,
    rounds: Vec<Round>,
    seed: u64,
    pub edition: Arc<Edition>,
    signed_in: HashMap<String, Company>,
    insiders: HashMap<&'static str, Browser>,
    held: HashMap<usize, Held>,
}

pub(super) const OPERATORS: [&str; 4] = ["operator1", "operator2", "operator3", "operator4"];

impl<'h> Town<'h> {
    pub async fn open(
        house: &'h House,
        companies: Companies,
        plan: &'h Plan,
        rounds: Vec<Round>,
        seed: u64,
    ) -> anyhow::Result<Self> {
        let mut insiders = HashMap::new();
        for c in COLLEAGUES {
            let secret = secret_of(&house.setup_db, c.login).await?;
            insiders.insert(c.login, house.sign_in_staff(c.login, &password_of(c.login), &secret).await?);
        }
        let mut tx = house.setup_db.begin_setup().await?;
        let first = rounds.first().context("a world has rounds")?.id;
        let row = sqlx::query!("select edition_id from rounds where id = $1", first.0).fetch_one(tx.sql()).await?;
        let edition = tx.edition(&row.edition_id).await?;
        tx.commit().await?;
        let (signed_in, held) = (HashMap::new(), HashMap::new());
        Ok(Self { house, companies, plan, rounds, seed, edition, signed_in, insiders, held })
    }

    pub fn insider(&self, login: &str) -> anyhow::Result<&Browser> {
        self.insiders.get(login).with_context(|| format!("{login} has not signed in"))
    }

    pub fn operator(&self, n: usize) -> anyhow::Result<&Browser> {
        self.insider(OPERATORS.get(n % OPERATORS.len()).copied().unwrap_or("operator1"))
    }

    fn round(&self, which: Which) -> anyhow::Result<Round> {
        self.rounds.iter().find(|r| r.which == which).copied().context("the round is not there")
    }

    fn application(&self, n: usize) -> anyhow::Result<&'h Application> {
        self.plan.applications.get(n).context("the plan has no such application")
    }

    fn held(&self, n: usize) -> anyhow::Result<Held> {
        self.held.get(&n).cloned().with_context(|| format!("application {n} has not begun"))
    }

    fn dice(&self, what: &str, n: usize) -> Dice {
        Dice::new(self.seed, what, u64::try_from(n).unwrap_or(0))
    }

    /// Reviewers take as many cases as the register of colleagues says, times a factor for large worlds.
    pub async fn set_capacities(&self, factor: u32) -> anyhow::Result<()> {
        let manager = self.insider("manager1")?;
        let mut tx = self.house.setup_db.begin_setup().await?;
        let rows =
            sqlx::query!("select login, public_id from staff where kind = 'reviewer'").fetch_all(tx.sql()).await?;
        tx.commit().await?;
        for row in rows {
            let colleague = COLLEAGUES.iter().find(|c| c.login == row.login);
            if let Some(capacity) = colleague.and_then(|c| c.capacity) {
                steps::set_capacity(manager, PublicId::from_uuid(row.public_id), capacity * factor).await?;
            }
        }
        Ok(())
    }

    /// Does one act of the plan.
    pub async fn act(&mut self, act: &Act) -> anyhow::Result<()> {
        match *act {
            Act::Begin(n) => self.begin(n).await,
            Act::Paper(n) => self.paper(n).await,
            Act::Discard(n) => self.discard(n).await,
            Act::File(n) => {
                let (company, held) = (self.company(n).await?, self.held(n)?);
                steps::submit(&company.browser, &format!("/filings/{}", held.filing)).await.map(drop)
            }
            Act::Withdraw(n) => {
                let (company, held) = (self.company(n).await?, self.held(n)?);
                steps::withdraw(&company.browser, held.filing, self.dice("withdraw", n).pick(WITHDRAWALS)).await
            }
            Act::Resubmit(n) => self.resubmit(n).await,
            Act::Read(n) => self.read(n).await,
            Act::Claim(n) => {
                let (operator, held) = (self.operator(n)?, self.held(n)?);
                steps::claim(operator, held.case).await?;
                steps::tick(operator, held.case, Some(8), None, "経営状況表まで確認済み。株主の資料を確認中。").await
            }
            Act::FirstCheck(n) => self.first_check(n).await,
            Act::Exclude(n) => {
                let (manager, held) = (self.insider("manager1")?, self.held(n)?);
                let reason = self.dice("exclude", n).pick(EXCLUSIONS);
                steps::first_check(manager, held.case, Result1::Excluded { reason }).await
            }
            Act::SecondCheck(n) => {
                let excluded = self.application(n)?.fate == Fate::Excluded;
                let second = if excluded { self.insider("manager2")? } else { self.operator(n + 1)? };
                steps::second_check(second, self.held(n)?.case, None).await
            }
            Act::Return(n) => self.send_back(n).await,
            Act::Assign(which) => {
                let round = self.round(which)?;
                steps::assign_reviewers(self.insider("manager1")?, round.public_id).await.map(drop)
            }
            Act::Score { reviewer, finalise } => self.score(reviewer, finalise).await,
            Act::Decide(which) => self.decide(which).await,
            Act::Work | Act::Live(_) => Ok(()),
        }
    }

    async fn company(&mut self, n: usize) -> anyhow::Result<Company> {
        let login = self.application(n)?.login.clone();
        self.company_of(&login).await
    }

    /// The company of a login, signed in.
    pub async fn company_of(&mut self, login: &str) -> anyhow::Result<Company> {
        if let Some(company) = self.signed_in.get(login) {
            return Ok(company.clone());
        }
        let who = self.companies.identity(login)?;
        let browser = self.house.sign_in_applicant(who.clone()).await?;
        let (actor, applicant) = actor_of(&self.house.setup_db, &who).await?;
        let company = Company { browser, actor, applicant, who };
        self.signed_in.insert(login.to_owned(), company.clone());
        Ok(company)
    }

    fn write(&self, n: usize, who: &Identity, facts: &Facts, round: Round) -> anyhow::Result<Answers> {
        let mut dice = self.dice("answers", n);
        let frame = self.application(n)?.frame;
        Writer::new(&self.edition)?.complete(who, facts, round.closes, frame, &mut dice)
    }

    async fn begin(&mut self, n: usize) -> anyhow::Result<()> {
        let application = self.application(n)?;
        let company = self.company(n).await?;
        let round = self.round(application.round)?;
        let filing = steps::start(&company.browser, round.public_id).await?;
        let mut tx = self.house.portal_db.begin(&company.actor, Mode::Read).await?;
        let facts = tx.facts(round.id, company.applicant).await?;
        tx.commit().await?;
        let answers = self.write(n, &company.who, &facts, round)?;
        let form = Arc::clone(&Writer::new(&self.edition)?.procedure().form);
        let tenths = match application.fate {
            Fate::Draft(tenths) => usize::from(tenths),
            Fate::Discarded => 3,
            _ => 10,
        };
        let many = form.sections.len() * tenths / 10;
        let sections: Vec<&str> = form.sections.iter().take(many.max(1)).map(|s| s.id.as_str()).collect();
        draft::type_in(&self.house.portal_db, &self.house.vault, &company.actor, filing, &form, &answers, &sections)
            .await?;
        self.hold(n, filing, &answers).await
    }

    async fn hold(&mut self, n: usize, filing: PublicId, answers: &Answers) -> anyhow::Result<()> {
        let case = self.house.case_of(filing).await?;
        self.held.insert(n, Held { filing, case, title: answers.text("plan_title").to_owned() });
        Ok(())
    }

    async fn discard(&mut self, n: usize) -> anyhow::Result<()> {
        let (company, held) = (self.company(n).await?, self.held(n)?);
        let form = company.browser.get(&format!("/filings/{}/discard", held.filing)).await?.form("/discard")?;
        company.browser.press(&form, "下書きを破棄する").await?.ok()?;
        Ok(())
    }

    /// Paper came by post; an operator types it in under the same rules.
    async fn paper(&mut self, n: usize) -> anyhow::Result<()> {
        const CLERK: &str = "operator4";
        let application = self.application(n)?;
        let round = self.round(application.round)?;
        let who = self.companies.identity(&application.login)?;
        let received = jst::jst_date(self.house.now().await?);
        let number = who.corporate_number.as_ref().map(ToString::to_string);
        let name = who.name.clone().unwrap_or_default();
        let browser = self.insider(CLERK)?.clone();
        let filing = steps::take_in(&browser, round.public_id, number.as_deref(), &name, received).await?;
        let actor = self.staff_actor(CLERK).await?;
        let mut tx = self.house.office_db.begin(&actor, Mode::Read).await?;
        let row = sqlx::query!("select applicant_id from filings where public_id = $1", filing.uuid())
            .fetch_one(tx.sql())
            .await?;
        let facts = tx.facts(round.id, ApplicantId(row.applicant_id)).await?;
        tx.commit().await?;
        let answers = self.write(n, &who, &facts, round)?;
        let form = Arc::clone(&Writer::new(&self.edition)?.procedure().form);
        draft::type_in(&self.house.office_db, &self.house.vault, &actor, filing, &form, &answers, &[]).await?;
        steps::submit(&browser, &format!("/intake/filings/{filing}")).await?;
        self.hold(n, filing, &answers).await
    }

    pub async fn staff_actor(&self, login: &str) -> anyhow::Result<Actor> {
        let mut tx = self.house.setup_db.begin_setup().await?;
        let row = sqlx::query!("select id, name from staff where login = $1", login).fetch_one(tx.sql()).await?;
        tx.commit().await?;
        Ok(Actor::Staff(Staff {
            staff: StaffId(row.id),
            name: row.name,
            permissions: [].into(),
            limits: Default::default(),
        }))
    }

    async fn first_check(&mut self, n: usize) -> anyhow::Result<()> {
        let (operator, held) = (self.operator(n)?, self.held(n)?);
        if self.application(n)?.fate != Fate::ReviewAfterReturn {
            steps::claim(operator, held.case).await?;
        }
        steps::first_check(operator, held.case, Result1::Passed).await
    }

    async fn send_back(&mut self, n: usize) -> anyhow::Result<()> {
        let (operator, held) = (self.operator(n)?, self.held(n)?);
        steps::claim(operator, held.case).await?;
        // The title can be mended by anybody; those who do not answer yet get a second remark.
        steps::remark(operator, held.case, "plan_title", "title_error").await?;
        if self.application(n)?.fate == Fate::Returned {
            let others = REMARKS.get(1..).unwrap_or_default();
            let (field, wording) = self.dice("remark", n).pick(others);
            steps::remark(operator, held.case, field, wording).await?;
        }
        steps::send_back(operator, held.case).await
    }

    async fn resubmit(&mut self, n: usize) -> anyhow::Result<()> {
        let (company, held) = (self.company(n).await?, self.held(n)?);
        let base = format!("/filings/{}", held.filing);
        let form = &Writer::new(&self.edition)?.procedure().form;
        let holds = |slots: &[usize]| slots.iter().filter_map(|s| form.fields.get(*s)).any(|f| f.id == "plan_title");
        let section = form.sections.iter().find(|s| holds(&s.fields)).context("no section asks the title")?.id.clone();
        steps::change(&company.browser, &base, &section, "plan_title", &format!("{}（修正）", held.title)).await?;
        steps::submit(&company.browser, &base).await.map(drop)
    }

    async fn read(&mut self, n: usize) -> anyhow::Result<()> {
        let browser = self.company(n).await?.browser;
        let page = browser.get("/letters").await?;
        for link in page.links().into_iter().filter(|l| l.starts_with("/letters/")) {
            browser.get(&link).await?;
        }
        Ok(())
    }

    /// (assignment, application) a reviewer has not answered yet, in the order of the list.
    async fn waiting(&self, login: &str) -> anyhow::Result<Vec<(PublicId, usize)>> {
        let mut tx = self.house.worker_db.begin(&hojo_access::Actor::Worker, Mode::Read).await?;
        let rows = sqlx::query!(
            "select a.public_id, c.public_id as case_id from assignments a
             join cases c on c.id = a.case_id join staff s on s.id = a.reviewer_id
             where s.login = $1 and a.state = 'assigned' order by c.number",
            login
        )
        .fetch_all(tx.sql())
        .await?;
        tx.commit().await?;
        let number = |case: PublicId| self.held.iter().find(|(_, h)| h.case == case).map_or(0, |(n, _)| *n);
        Ok(rows
            .into_iter()
            .map(|r| (PublicId::from_uuid(r.public_id), number(PublicId::from_uuid(r.case_id))))
            .collect())
    }

    async fn score(&mut self, reviewer: u32, finalise: u64) -> anyhow::Result<()> {
        let login = format!("reviewer{reviewer}");
        let browser = self.insider(&login)?;
        for (assignment, n) in self.waiting(&login).await? {
            let mut dice = Dice::new(self.seed, &login, u64::try_from(n).unwrap_or(0));
            let mut quality = self.dice("quality", n);
            // Reviewers mostly agree on a plan, and sometimes one does not.
            let level = usize::try_from(quality.pick(&[0u64, 1, 1, 1, 2, 2])).unwrap_or(1);
            let level = if dice.chance(15) { usize::try_from(dice.below(3)).unwrap_or(1) } else { level };
            if finalise < 100 && dice.chance(4) {
                steps::declare(browser, assignment, Some("申請者の顧問先と取引があるため。")).await?;
                continue;
            }
            let done = dice.chance(finalise);
            if !done && dice.chance(40) {
                continue;
            }
            steps::declare(browser, assignment, None).await?;
            steps::score(browser, assignment, level, done, &mut dice).await?;
            if done {
                steps::finalise(browser, assignment).await?;
            }
        }
        Ok(())
    }

    /// Two proposals by one manager; the other commits the one within the budget.
    async fn decide(&mut self, which: Which) -> anyhow::Result<()> {
        let round = self.round(which)?;
        let mut tx = self.house.worker_db.begin(&Actor::Worker, Mode::Read).await?;
        let row = sqlx::query!(
            r#"select coalesce(sum(requested), 0)::bigint as "requested!" from cases where round_id = $1 and position = 'decide'"#,
            round.id.0
        )
        .fetch_one(tx.sql())
        .await?;
        tx.commit().await?;
        if row.requested == 0 {
            bail!("no case of the round waits for a decision");
        }
        let budget = row.requested / 10 * 6 / 1_000_000 * 1_000_000;
        let (maker, other) = (self.insider("manager1")?, self.insider("manager2")?);
        steps::make_run(maker, round.public_id, "予算の上限なし（比較用）", None).await?;
        let run = steps::make_run(maker, round.public_id, "予算の6割", Some(budget)).await?;
        steps::commit_run(other, run).await
    }
}
