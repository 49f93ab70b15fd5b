//! One test's world and the people in it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use hojo_access::Actor;
use hojo_app::config::Config;
use hojo_app::demo::answers::Writer;
use hojo_app::demo::browser::Browser;
use hojo_app::demo::dice::Dice;
use hojo_app::demo::house::House;
use hojo_app::demo::people::{Companies, actor_of, password_of, secret_of};
use hojo_app::demo::{draft, steps};
use hojo_db::{Clock, Mode, random};
use hojo_gbizid::Identity;
use hojo_jobs::Lane;
use hojo_mail::FakeMail;
use hojo_programme::{Answers, Edition};
use hojo_words::ids::{ApplicantId, PublicId, RoundId};
use hojo_words::jst;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tempfile::TempDir;
use time::OffsetDateTime;
use tokio::sync::Mutex;

use crate::press::FakePress;
use crate::template::{OWNER, connect, ready, run, server_url, url_of};

/// Companies of the stand-in a world knows.
const COMPANIES: u32 = 500;

/// A database of its own, both sites, a worker, a clock. End it with [`World::end`].
pub struct World {
    pub house: House,
    pub clock: Clock,
    pub mail: Arc<FakeMail>,
    pub press: Arc<FakePress>,
    /// The round that is open.
    pub round: PublicId,
    pub round_id: RoundId,
    pub edition: Arc<Edition>,
    pub config: Config,
    companies: Companies,
    insiders: Mutex<BTreeMap<String, Browser>>,
    server: String,
    database: String,
    ended: bool,
    _folder: TempDir,
}

/// An applicant who has signed in.
#[derive(Clone)]
pub struct Applicant {
    pub browser: Browser,
    pub who: Identity,
    pub actor: Actor,
    pub id: ApplicantId,
}

/// An application and the person it belongs to.
#[derive(Clone)]
pub struct Filed {
    pub applicant: Applicant,
    pub filing: PublicId,
    pub case: PublicId,
    pub answers: Answers,
}

/// Settings of a test: nothing comes from the environment.
pub(crate) fn config(database_url: &str, folder: &Path) -> Config {
    let text = |t: &str| t.to_owned();
    Config {
        database_url: text(database_url),
        owner: OWNER.into(),
        pool: 6,
        vault: folder.join("vault"),
        clamd: String::new(),
        secret_file: folder.join("secret"),
        audit_key: folder.join("audit-key"),
        audit_copy: folder.join("checkpoints"),
        database_log: String::new(),
        clock_offset: 0,
        clock_file: None,
        demo: None,
        portal_listen: String::new(),
        portal_url: text("http://portal.test"),
        office_listen: String::new(),
        office_url: text("http://office.test"),
        api_listen: String::new(),
        api_url: text("http://api.test"),
        files_listen: String::new(),
        files_url: text("http://files.test"),
        metrics_listen: String::new(),
        trusted_proxies: Default::default(),
        gbizid_issuer: text("https://gbizid.invalid/oauth/"),
        gbizid_client: text("hojo"),
        gbizid_secret: text("hojo-test"),
        office_openid_issuer: String::new(),
        office_openid_client: String::new(),
        office_openid_secret: String::new(),
        office_openid_second_factor: String::new(),
        office_openid_acr: String::new(),
        smtp_host: String::new(),
        smtp_port: 0,
        mail_from: text("hojo@example.jp"),
        press: "nowhere".into(),
        fonts: "nowhere".into(),
    }
}

impl World {
    /// A fresh world: the round is open for ten more days, everybody is on staff, nobody has applied.
    ///
    /// # Panics
    /// When it cannot be made; the test could not run either.
    pub async fn new() -> Self {
        match Self::make().await {
            Ok(world) => world,
            Err(e) => {
                let words = format!("no world for this test: {e:#}");
                std::panic::panic_any(words)
            }
        }
    }

    async fn make() -> anyhow::Result<Self> {
        let server = server_url()?;
        let folder = tempfile::tempdir()?;
        std::fs::write(folder.path().join("secret"), random::token())?;
        let template = ready(&server, folder.path()).await?;
        let database = format!("hojo_t_{}", random::token().get(..12).unwrap_or("x"));
        let mut admin = connect(&server, "postgres", OWNER).await?;
        run(&mut admin, format!("create database {database} template {template}")).await?;
        admin.close().await?;
        let config = config(&url_of(&server, &database)?, folder.path());
        let clock = Clock::default();
        let (mail, press) = (Arc::new(FakeMail::default()), Arc::new(FakePress::default()));
        let house =
            House::open(&config, clock.clone(), Arc::<FakePress>::clone(&press), Arc::<FakeMail>::clone(&mail)).await?;
        let mut tx = house.setup_db.begin_setup().await?;
        let row = sqlx::query!("select id, public_id, edition_id from rounds").fetch_one(tx.sql()).await?;
        let edition = tx.edition(&row.edition_id).await?;
        tx.commit().await?;
        let companies = Companies::new(&config.gbizid_issuer, COMPANIES, 1)?;
        Ok(Self {
            house,
            clock,
            mail,
            press,
            round: PublicId::from_uuid(row.public_id),
            round_id: RoundId(row.id),
            edition,
            config,
            companies,
            insiders: Mutex::default(),
            server,
            database,
            ended: false,
            _folder: folder,
        })
    }

    /// What GビズID says about a login of the stand-in (`aozora`, `demo-00001`).
    pub fn identity(&self, login: &str) -> anyhow::Result<Identity> {
        self.companies.identity(login)
    }

    /// The n-th company, signed in at the portal.
    pub async fn applicant(&self, n: u32) -> anyhow::Result<Applicant> {
        self.applicant_as(&format!("demo-{n:05}")).await
    }

    /// A login of the stand-in, signed in at the portal.
    pub async fn applicant_as(&self, login: &str) -> anyhow::Result<Applicant> {
        let who = self.identity(login)?;
        let browser = self.house.sign_in_applicant(who.clone()).await?;
        let (actor, id) = actor_of(&self.house.setup_db, &who).await?;
        Ok(Applicant { browser, who, actor, id })
    }

    /// A member of staff or a reviewer, signed in once for the whole test.
    pub async fn staff(&self, login: &str) -> anyhow::Result<Browser> {
        let mut known = self.insiders.lock().await;
        if let Some(browser) = known.get(login) {
            return Ok(browser.clone());
        }
        let secret = secret_of(&self.house.setup_db, login).await?;
        let browser = self.house.sign_in_staff(login, &password_of(login), &secret).await?;
        known.insert(login.to_owned(), browser.clone());
        Ok(browser)
    }

    /// A reviewer, signed in: `reviewer1` for 1.
    pub async fn reviewer(&self, n: u32) -> anyhow::Result<Browser> {
        self.staff(&format!("reviewer{n}")).await
    }

    /// Works off every job that is due; gives their number.
    pub async fn drain(&self) -> anyhow::Result<usize> {
        self.house.work(&Lane::ALL).await
    }

    /// Complete answers of an applicant for the open round.
    pub async fn answers(&self, applicant: &Applicant, frame: &str) -> anyhow::Result<Answers> {
        let mut tx = self.house.portal_db.begin(&applicant.actor, Mode::Read).await?;
        let facts = tx.facts(self.round_id, applicant.id).await?;
        let (_, closes) = tx.window(self.round_id, Some(applicant.id)).await?;
        tx.commit().await?;
        let mut dice = Dice::new(1, &applicant.who.sub, 0);
        Writer::new(&self.edition)?.complete(&applicant.who, &facts, jst::jst_date(closes), frame, &mut dice)
    }

    /// An application filled in completely and not submitted.
    pub async fn drafted(&self, n: u32) -> anyhow::Result<Filed> {
        self.drafted_by(self.applicant(n).await?, "innovation").await
    }

    /// As [`World::drafted`], for a certain applicant and frame.
    pub async fn drafted_by(&self, applicant: Applicant, frame: &str) -> anyhow::Result<Filed> {
        let filing = steps::start(&applicant.browser, self.round).await?;
        let answers = self.answers(&applicant, frame).await?;
        self.type_in(&applicant.actor, filing, &answers).await?;
        let case = self.case_of(filing).await?;
        Ok(Filed { applicant, filing, case, answers })
    }

    /// Types answers into a draft at once.
    pub async fn type_in(&self, actor: &Actor, filing: PublicId, answers: &Answers) -> anyhow::Result<()> {
        let form = &Writer::new(&self.edition)?.procedure().form;
        let db = if matches!(actor, Actor::Applicant(_)) { &self.house.portal_db } else { &self.house.office_db };
        draft::type_in(db, &self.house.vault, actor, filing, form, answers, &[]).await
    }

    /// A submitted application, its jobs worked off.
    pub async fn submitted(&self, n: u32) -> anyhow::Result<Filed> {
        let filed = self.drafted(n).await?;
        steps::submit(&filed.applicant.browser, &format!("/filings/{}", filed.filing)).await?;
        self.drain().await?;
        Ok(filed)
    }

    /// An application two operators found to be in order: it waits for reviewers.
    pub async fn checked(&self, n: u32) -> anyhow::Result<Filed> {
        let filed = self.submitted(n).await?;
        let (one, two) = (self.staff("operator1").await?, self.staff("operator2").await?);
        steps::first_check(&one, filed.case, steps::Result1::Passed).await?;
        steps::second_check(&two, filed.case, None).await?;
        self.drain().await?;
        Ok(filed)
    }

    /// The case of a filing.
    pub async fn case_of(&self, filing: PublicId) -> anyhow::Result<PublicId> {
        self.house.case_of(filing).await
    }

    /// The section a field of the application stands in.
    pub fn section_of(&self, field: &str) -> anyhow::Result<String> {
        let form = &Writer::new(&self.edition)?.procedure().form;
        let holds = |slots: &[usize]| slots.iter().filter_map(|slot| form.fields.get(*slot)).any(|f| f.id == field);
        let section = form.sections.iter().find(|s| holds(&s.fields));
        Ok(section.with_context(|| format!("no section asks {field}"))?.id.clone())
    }

    /// Where a case stands: `check`, `returned`, `examine`, …
    pub async fn position(&self, case: PublicId) -> anyhow::Result<String> {
        let mut tx = self.house.worker_db.begin(&Actor::Worker, Mode::Read).await?;
        let row =
            sqlx::query!("select position from cases where public_id = $1", case.uuid()).fetch_one(tx.sql()).await?;
        tx.commit().await?;
        Ok(row.position)
    }

    /// Puts the clock to a moment, whichever way. Whoever was signed in has to sign in anew.
    pub async fn go_to(&self, at: OffsetDateTime) -> anyhow::Result<()> {
        let ahead = at - self.house.now().await?;
        // Not a moment before it.
        let ahead = ahead.whole_seconds().saturating_add(1);
        self.clock.set(self.clock.offset_seconds().saturating_add(ahead));
        self.insiders.lock().await.clear();
        // Time may have gone back: the numbers of the authenticators begin anew.
        let mut db = self.superuser().await?;
        run(&mut db, "update staff set totp_last_step = 0".to_owned()).await?;
        db.close().await?;
        Ok(())
    }

    /// The day it is in this world, as forms read it.
    pub async fn today(&self) -> anyhow::Result<String> {
        let mut tx = self.house.worker_db.begin(&Actor::Worker, Mode::Read).await?;
        let today = tx.now().await?.date().to_string();
        tx.commit().await?;
        Ok(today)
    }

    /// A connection that no policy binds, to look at what is really stored.
    pub async fn superuser(&self) -> anyhow::Result<PgConnection> {
        connect(&self.server, &self.database, "postgres").await
    }

    /// Ends the test: no job may be left, then the database goes.
    pub async fn end(self) -> anyhow::Result<()> {
        let left = self.house.left_jobs().await?;
        ensure!(left.is_empty(), "jobs were left behind: {left:?}");
        self.end_with_jobs_left().await
    }

    /// Ends a test that leaves jobs behind on purpose.
    pub async fn end_with_jobs_left(mut self) -> anyhow::Result<()> {
        self.house.close().await;
        let mut admin = connect(&self.server, "postgres", OWNER).await?;
        // Connections need a moment to be gone on the server's side too.
        for attempt in 0u64.. {
            match run(&mut admin, format!("drop database {}", self.database)).await {
                Ok(()) => break,
                Err(e) if attempt > 40 => bail!("{} cannot be dropped: {e:#}", self.database),
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
            }
        }
        admin.close().await.context("the server went away")?;
        self.ended = true;
        Ok(())
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if !self.ended {
            eprintln!("the database {} was kept", self.database);
        }
    }
}
