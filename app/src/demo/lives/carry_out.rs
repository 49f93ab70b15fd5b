//! The tales carried out: every deed through the page a person would use for it.

use std::collections::HashMap;

use anyhow::{Context, ensure};
use hojo_access::Actor;
use hojo_db::Mode;
use hojo_gbizid::{CorpKind, Identity};
use hojo_programme::{Answers, Procedure, StepKind};
use hojo_words::ids::PublicId;
use hojo_words::jst;
use time::{Date, Duration};

use super::answers::{Mover, example, put};
use super::era::{Era, Opened};
use super::tale::{Day, Deed, Opening, Scene, Step, Tale};
use crate::demo::answers::{APPLICATION, company, unknown};
use crate::demo::browser::{Browser, Page};
use crate::demo::dice::Dice;
use crate::demo::draft;
use crate::demo::people::Companies;
use crate::demo::steps::{self, Result1};
use crate::demo::town::Town;

/// What the companies of the tales want to do: one trade, several plans.
const PLANS: [&str; 5] = [
    "高精度加工による医療機器部品の開発",
    "複合加工機による半導体製造装置部品の一貫加工",
    "手術用器具の短納期生産体制の構築",
    "航空機部品の一体加工による新製品の開発",
    "精密治具の内製化による試作サービスの開発",
];

/// A run of a procedure.
#[derive(Clone, Copy)]
struct Run {
    filing: PublicId,
    case: PublicId,
    is_ours: bool,
}

/// A tale as far as it got.
struct Cast {
    login: String,
    case: Option<PublicId>,
    runs: HashMap<&'static str, Run>,
}

/// The tales, and who plays in them.
pub struct Lives {
    today: Date,
    tales: Vec<Tale>,
    casts: Vec<Cast>,
    rounds: Vec<Opened>,
    successor: (String, Identity),
    seed: u64,
}

impl Lives {
    /// Companies from the end of the stand-in's list, `last` being its last one.
    pub fn new(
        tales: Vec<Tale>,
        rounds: Vec<Opened>,
        companies: &Companies,
        last: u32,
        seed: u64,
        today: Date,
    ) -> anyhow::Result<Self> {
        let mut fitting = (1..=last).rev().map(hojo_standin::synthetic_login).filter(|login| {
            companies.identity(login).is_ok_and(|who| {
                who.corp == Some(CorpKind::Corporation) && who.name.is_some_and(|name| name.contains("株式会社"))
            })
        });
        let successor = fitting.next().context("the stand-in has no company for a successor")?;
        let who = companies.identity(&successor)?;
        let mut casts = Vec::new();
        for _ in &tales {
            let login = fitting.next().context("the stand-in has too few companies for the tales")?;
            casts.push(Cast { login, case: None, runs: HashMap::new() });
        }
        Ok(Self { today, tales, casts, rounds, successor: (successor, who), seed })
    }

    /// Everything that happens, in minutes from today's midnight.
    #[must_use]
    pub fn scenes(&self) -> Vec<(i64, Scene)> {
        let minute =
            |day: Date, nth: usize| (day - self.today).whole_days() * 1_440 + 30 + i64::try_from(nth).unwrap_or(0) * 3;
        let mut all = Vec::new();
        for era in Era::ALL {
            for (day, scene) in [
                ("2026-11-20", Scene::Assign(era)),
                ("2026-12-10", Scene::Score(era)),
                ("2027-02-26", Scene::Adopt(era)),
            ] {
                all.push((minute(Day::from(day).real(era, self.today), 0), scene));
            }
        }
        for (tale, told) in self.tales.iter().enumerate() {
            for (step, what) in told.steps.iter().enumerate() {
                all.push((minute(what.day.real(told.era, self.today), step), Scene::Step { tale, step }));
            }
        }
        all
    }

    /// Who can be signed in as, and what is there to see.
    #[must_use]
    pub fn worth_trying(&self) -> Vec<(String, String)> {
        self.casts.iter().zip(&self.tales).map(|(cast, tale)| (cast.login.clone(), tale.why.to_owned())).collect()
    }

    fn round(&self, era: Era) -> anyhow::Result<Opened> {
        self.rounds.iter().find(|r| r.era == era).copied().context("the round of an era is not there")
    }

    /// Does one scene.
    pub async fn play(&mut self, town: &mut Town<'_>, scene: &Scene) -> anyhow::Result<()> {
        match *scene {
            Scene::Assign(era) => {
                let round = self.round(era)?.public_id;
                steps::assign_reviewers(town.insider("manager1")?, round).await.map(drop)
            }
            Scene::Score(_) => score(town).await,
            Scene::Adopt(era) => {
                let round = self.round(era)?.public_id;
                let run = steps::make_run(town.insider("manager1")?, round, "採択案", None).await?;
                steps::commit_run(town.insider("manager2")?, run).await
            }
            Scene::Step { tale, step } => {
                let told = self.tales.get(tale).and_then(|t| Some((t.era, t.steps.get(step)?.clone())));
                let (era, what) = told.context("there is no such step")?;
                let login = self.casts.get(tale).map(|c| c.login.clone()).unwrap_or_default();
                self.step(town, tale, era, &what).await.with_context(|| {
                    format!(
                        "{login} in {era:?}, {} on {:?}: {:?}",
                        what.procedure,
                        what.day.real(era, self.today),
                        what.deed
                    )
                })
            }
        }
    }

    async fn step(&mut self, town: &mut Town<'_>, tale: usize, era: Era, what: &Step) -> anyhow::Result<()> {
        let procedure = what.procedure;
        match &what.deed {
            Deed::Apply => self.apply(town, tale, era).await,
            Deed::Ask => self.ask(town, tale, procedure).await,
            Deed::Open(by, name, set) => {
                let run = self.begin(town, tale, procedure, *by).await?;
                self.type_in(town, tale, era, what.day, run, procedure, name, set).await
            }
            Deed::File => {
                let run = self.run(tale, procedure)?;
                let (browser, base) = if run.is_ours {
                    (self.operator(town, tale, 0)?, format!("/intake/filings/{}", run.filing))
                } else {
                    (self.browser(town, tale).await?, format!("/filings/{}", run.filing))
                };
                steps::submit(&browser, &base).await.map(drop)
            }
            Deed::FirstCheck => {
                let run = self.run(tale, procedure)?;
                steps::first_check(&self.operator(town, tale, 0)?, run.case, Result1::Passed).await
            }
            Deed::SecondCheck => {
                let (run, other) = (self.run(tale, procedure)?, self.operator(town, tale, 1)?);
                let flow = town.edition.procedure(procedure).map(|p| &p.flow);
                if flow.and_then(|f| f.step(StepKind::Check)).is_some_and(|check| check.eyes >= 2) {
                    steps::second_check(&other, run.case, None).await?;
                }
                Ok(())
            }
            Deed::Return(field, wording) => {
                let (run, operator) = (self.run(tale, procedure)?, self.operator(town, tale, 0)?);
                steps::remark(&operator, run.case, field, wording).await?;
                steps::send_back(&operator, run.case).await
            }
            Deed::Mend(field, value) => self.mend(town, tale, procedure, field, value).await,
            Deed::Draft(outcome, amount, conditions) => {
                let run = self.run(tale, procedure)?;
                rule(&self.manager(town, tale, 0)?, run.case, outcome, *amount, conditions).await
            }
            Deed::Approve => {
                let (run, manager) = (self.run(tale, procedure)?, self.manager(town, tale, 1)?);
                press(&manager, &format!("/cases/{}/approve", run.case), "/approve", "決裁する").await
            }
            Deed::Agency => {
                let (run, agency) = (self.run(tale, procedure)?, town.insider("supervisor")?);
                let page = agency.go(&format!("/cases/{}/agency", run.case)).await?;
                let Ok(form) = page.form("/agency") else { return Ok(()) };
                agency.press(&form, "承認する").await?.ok().map(drop)
            }
            Deed::HandOver => {
                let login = self.successor.0.clone();
                self.casts.get_mut(tale).context("there is no such tale")?.login = login;
                Ok(())
            }
        }
    }

    fn run(&self, tale: usize, procedure: &str) -> anyhow::Result<Run> {
        let run = self.casts.get(tale).and_then(|c| c.runs.get(procedure));
        run.copied().with_context(|| format!("{procedure} has not begun"))
    }

    fn case(&self, tale: usize) -> anyhow::Result<PublicId> {
        self.casts.get(tale).and_then(|c| c.case).context("nobody has applied yet")
    }

    fn keep(&mut self, tale: usize, procedure: &'static str, run: Run) -> anyhow::Result<()> {
        let cast = self.casts.get_mut(tale).context("there is no such tale")?;
        cast.runs.insert(procedure, run);
        cast.case.get_or_insert(run.case);
        Ok(())
    }

    fn operator(&self, town: &Town<'_>, tale: usize, nth: usize) -> anyhow::Result<Browser> {
        town.operator(tale + nth).cloned()
    }

    /// Drafters and approvers take turns.
    fn manager(&self, town: &Town<'_>, tale: usize, nth: usize) -> anyhow::Result<Browser> {
        town.insider(if (tale + nth).is_multiple_of(2) { "manager1" } else { "manager2" }).cloned()
    }

    async fn browser(&self, town: &mut Town<'_>, tale: usize) -> anyhow::Result<Browser> {
        let login = self.casts.get(tale).map(|c| c.login.clone()).context("there is no such tale")?;
        Ok(town.company_of(&login).await?.browser)
    }

    async fn apply(&mut self, town: &mut Town<'_>, tale: usize, era: Era) -> anyhow::Result<()> {
        let login = self.casts.get(tale).map(|c| c.login.clone()).context("there is no such tale")?;
        let (us, round) = (town.company_of(&login).await?, self.round(era)?);
        let filing = steps::start(&us.browser, round.public_id).await?;
        let mut tx = town.house.portal_db.begin(&us.actor, Mode::Read).await?;
        let facts = tx.facts(round.id, us.applicant).await?;
        tx.commit().await?;
        let procedure = town.edition.procedure(APPLICATION).cloned().context("the edition has no application")?;
        let mover = Mover { months: era.shift(self.today), who: &us.who };
        let mut answers = mover.answers(&procedure, example(&procedure, "")?);
        let mut dice = Dice::new(self.seed, "lives", u64::try_from(tale).unwrap_or(0));
        company(&mut answers, &us.who, false, &mut dice);
        unknown(&mut answers, &us.who, &facts);
        put(&mut answers, "plan_title", PLANS.get(tale % PLANS.len()).copied().unwrap_or_default());
        put(&mut answers, "capital", "30000000");
        type_all(town, &us.actor, false, filing, &procedure, &answers).await?;
        steps::submit(&us.browser, &format!("/filings/{filing}")).await?;
        let case = town.house.case_of(filing).await?;
        self.keep(tale, APPLICATION, Run { filing, case, is_ours: false })
    }

    /// 求め: the draft waits at the company's.
    async fn ask(&mut self, town: &mut Town<'_>, tale: usize, procedure: &'static str) -> anyhow::Result<()> {
        let (case, operator) = (self.case(tale)?, self.operator(town, tale, 0)?);
        let address = format!("/cases/{case}/begin?procedure={procedure}&by=demand");
        let mut form = operator.get(&address).await?.form("/begin")?;
        let due = jst::jst_date(town.house.now().await?) + Duration::days(14);
        form.set("due", &due.to_string())?;
        operator.press(&form, "提出を求める").await?.ok()?;
        let page = self.browser(town, tale).await?.get(&format!("/cases/{case}/procedures")).await?;
        let filing = filing_in(&page.link("/filings/")?)?;
        let case = town.house.case_of(filing).await?;
        self.keep(tale, procedure, Run { filing, case, is_ours: false })
    }

    async fn begin(
        &mut self,
        town: &mut Town<'_>,
        tale: usize,
        procedure: &'static str,
        by: Opening,
    ) -> anyhow::Result<Run> {
        let case = self.case(tale)?;
        let page: Page = match by {
            Opening::Answer => return self.run(tale, procedure),
            Opening::Company => {
                let browser = self.browser(town, tale).await?;
                let page = browser.get(&format!("/cases/{case}/procedures")).await?;
                let form = page.form(&format!("/procedures/{procedure}"))?;
                let label = form.buttons.first().context("the procedure has no button")?.label.clone();
                browser.press(&form, &label).await?.ok()?
            }
            Opening::Office => {
                let operator = self.operator(town, tale, 0)?;
                let address = format!("/cases/{case}/begin?procedure={procedure}&by=office");
                let form = operator.get(&address).await?.form("/begin")?;
                operator.press(&form, "始めて入力する").await?.ok()?
            }
        };
        let filing = filing_in(&page.at)?;
        let run = Run { filing, case: town.house.case_of(filing).await?, is_ours: by == Opening::Office };
        self.keep(tale, procedure, run)?;
        Ok(run)
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a tale, taken apart")]
    async fn type_in(
        &self,
        town: &mut Town<'_>,
        tale: usize,
        era: Era,
        day: Day,
        run: Run,
        procedure: &str,
        name: &str,
        set: &[(&str, &str)],
    ) -> anyhow::Result<()> {
        let login = self.casts.get(tale).map(|c| c.login.clone()).context("there is no such tale")?;
        let us = town.company_of(&login).await?;
        let procedure = town.edition.procedure(procedure).cloned().context("the edition has no such procedure")?;
        let example = example(&procedure, name)?;
        let told = example.now.map(jst::jst_date).context("the example has no day")?;
        let months = era.shift(self.today) + full_months(era.moved(self.today, told), day.real(era, self.today));
        let mut answers = Mover { months, who: &us.who }.answers(&procedure, example);
        for (path, value) in set {
            put(&mut answers, path, &self.value(era, day.real(era, self.today), value));
        }
        let who = if run.is_ours { town.staff_actor(operator_login(tale)).await? } else { us.actor.clone() };
        type_all(town, &who, run.is_ours, run.filing, &procedure, &answers).await
    }

    /// `@2027-05-10` is a day of the tale, `+30` as many days from now; what stands in braces is of the successor.
    fn value(&self, era: Era, today: Date, value: &str) -> String {
        if let Some(days) = value.strip_prefix('+').and_then(|days| days.parse().ok()) {
            return (today + Duration::days(days)).to_string();
        }
        if let Some(day) = value.strip_prefix('@').and_then(jst::read_date) {
            return era.moved(self.today, day).to_string();
        }
        let who = &self.successor.1;
        let number = who.corporate_number.as_ref().map(ToString::to_string).unwrap_or_default();
        value
            .replace("{successor.number}", &number)
            .replace("{successor.name}", who.name.as_deref().unwrap_or_default())
    }

    async fn mend(
        &self,
        town: &mut Town<'_>,
        tale: usize,
        procedure: &str,
        field: &str,
        value: &str,
    ) -> anyhow::Result<()> {
        let (run, browser) = (self.run(tale, procedure)?, self.browser(town, tale).await?);
        let base = format!("/filings/{}", run.filing);
        if !field.is_empty() {
            let form = &town.edition.procedure(procedure).context("the edition has no such procedure")?.form;
            let holds = |slots: &[usize]| slots.iter().filter_map(|s| form.fields.get(*s)).any(|f| f.id == field);
            let section = form.sections.iter().find(|s| holds(&s.fields)).context("no section asks that")?.id.clone();
            steps::change(&browser, &base, &section, field, value).await?;
        }
        steps::submit(&browser, &base).await.map(drop)
    }
}

fn operator_login(tale: usize) -> &'static str {
    crate::demo::town::OPERATORS.get(tale % crate::demo::town::OPERATORS.len()).copied().unwrap_or("operator1")
}

/// The id in `/filings/…` or `/intake/filings/…`.
fn filing_in(address: &str) -> anyhow::Result<PublicId> {
    let rest = address.split("filings/").nth(1).with_context(|| format!("{address} is no filing"))?;
    let id = rest.split(['/', '?', '#']).next().unwrap_or_default();
    id.parse().map_err(|_| anyhow::anyhow!("{address} holds no id"))
}

/// Months from one day to another, never past it.
pub fn full_months(from: Date, to: Date) -> i32 {
    let months = jst::months_between(from, to);
    if jst::add_months(from, months).is_some_and(|day| day > to) { months - 1 } else { months }
}

async fn type_all(
    town: &Town<'_>,
    who: &Actor,
    is_ours: bool,
    filing: PublicId,
    procedure: &Procedure,
    answers: &Answers,
) -> anyhow::Result<()> {
    let db = if is_ours { &town.house.office_db } else { &town.house.portal_db };
    draft::type_in(db, &town.house.vault, who, filing, &procedure.form, answers, &[]).await
}

/// Every reviewer thinks well of every plan.
async fn score(town: &Town<'_>) -> anyhow::Result<()> {
    for n in 1..=9u32 {
        let reviewer = town.insider(&format!("reviewer{n}"))?;
        for assignment in steps::my_reviews(reviewer).await? {
            // The list keeps what was finished in earlier rounds.
            if reviewer.go(&format!("/review/{assignment}")).await?.form("/declare").is_err() {
                continue;
            }
            let mut dice = Dice::new(1, "points", u64::from(n));
            steps::declare(reviewer, assignment, None).await?;
            steps::score(reviewer, assignment, 2, true, &mut dice).await?;
            steps::finalise(reviewer, assignment).await?;
        }
    }
    Ok(())
}

/// 起案: filled in, looked at, drafted.
async fn rule(
    manager: &Browser,
    case: PublicId,
    outcome: &str,
    amount: Option<i64>,
    conditions: &str,
) -> anyhow::Result<()> {
    let mut form = manager.get(&format!("/cases/{case}/ruling")).await?.form("/ruling")?;
    form.set("outcome", outcome)?;
    if let Some(amount) = amount {
        form.set("amount", &amount.to_string())?;
    }
    if !conditions.is_empty() {
        form.set("conditions", conditions)?;
    }
    form.set("reason", reason(outcome))?;
    let preview = manager.press(&form, "確認へ進む").await?.ok()?;
    let form = preview.form("/ruling")?;
    ensure!(form.button("起案する").is_ok(), "the preview does not draft: {}", preview.words());
    manager.press(&form, "起案する").await?.ok()?;
    Ok(())
}

fn reason(outcome: &str) -> &'static str {
    match outcome {
        "cancelled_refund" => "承認を受けずに財産を処分した事実が認められるため",
        "ordered" => "交付決定を取り消したため",
        "received" => "納付を確認したため",
        "paid" | "approved_payment" => "額と書類を確認したため",
        "corrected" => "指摘した事項の是正を確認したため",
        _ => "内容を審査し、適正と認められるため",
    }
}

async fn press(b: &Browser, address: &str, action: &str, label: &str) -> anyhow::Result<()> {
    let form = b.get(address).await?.form(action)?;
    b.press(&form, label).await?.ok()?;
    Ok(())
}
