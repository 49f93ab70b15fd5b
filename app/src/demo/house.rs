//! The whole system in one process: both sites as services, a worker, gates that are fakes. What
//! `hojo demo` builds its world in, and what tests are run in.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, ensure};
use hojo_access::{Actor, Site};
use hojo_db::{Clock, Db, Mode};
use hojo_gbizid::{FakeGbizId, GbizId, Identity};
use hojo_jobs::{Lane, Runner};
use hojo_letters::Printer;
use hojo_mail::Mail;
use hojo_people::staff::Totp;
use hojo_vault::Vault;
use hojo_web::{Kernel, server};
use hojo_words::ids::PublicId;
use object_store::local::LocalFileSystem;
use time::OffsetDateTime;

use super::browser::{Browser, Page};
use crate::config::Config;
use crate::wiring;

/// The same database, whose commits do not wait for the disk.
fn without_waiting(url: &str) -> String {
    let sign = if url.contains('?') { '&' } else { '?' };
    format!("{url}{sign}options[synchronous_commit]=off")
}

/// Both sites and the worker, on one clock that can be moved.
pub struct House {
    pub clock: Clock,
    pub portal_db: Db,
    pub office_db: Db,
    pub worker_db: Db,
    pub setup_db: Db,
    pub vault: Vault,
    pub gbizid: Arc<FakeGbizId>,
    portal: Browser,
    office: Browser,
    runner: Runner,
}

impl House {
    /// Opens the house over the database of `config`. Jobs print with `press` and send with `mail`.
    ///
    /// Nothing waits for the disk: a house that falls with its machine is built again.
    pub async fn open(
        config: &Config,
        clock: Clock,
        press: Arc<dyn Printer>,
        mail: Arc<dyn Mail>,
    ) -> anyhow::Result<Self> {
        let mut pool = config.db();
        pool.url = without_waiting(&pool.url);
        let portal_db = Db::connect_site(&pool, Site::Portal, clock.clone()).await?;
        let office_db = Db::connect_site(&pool, Site::Office, clock.clone()).await?;
        let worker_db = Db::connect_worker(&pool, clock.clone()).await?;
        let setup_db = Db::connect_setup(&pool, &config.owner, clock.clone()).await?;
        std::fs::create_dir_all(&config.vault)?;
        let vault = Vault::on(Arc::new(LocalFileSystem::new_with_prefix(&config.vault)?));
        let gbizid = Arc::new(FakeGbizId::default());
        let site = |site, db: &Db| -> anyhow::Result<Browser> {
            let provider: Arc<dyn GbizId> = Arc::<FakeGbizId>::clone(&gbizid);
            let routes = wiring::site_routes_with(site, provider, None, Arc::clone(&press));
            let kernel = Kernel::new(config.settings(site)?, db.clone(), vault.clone(), routes.menu_items());
            Ok(Browser::in_process(server::service(&kernel, routes), config.url(site)))
        };
        let (portal, office) = (site(Site::Portal, &portal_db)?, site(Site::Office, &office_db)?);
        let deps = hojo_letters::Deps {
            db: worker_db.clone(),
            vault: vault.clone(),
            press,
            mail,
            portal_url: config.portal_url.clone(),
            office_url: config.office_url.clone(),
        };
        let runner = wiring::handlers(Runner::new(worker_db.clone(), "demo".into()), deps, &config.office_url);
        Ok(Self { clock, portal_db, office_db, worker_db, setup_db, vault, gbizid, portal, office, runner })
    }

    /// A browser nobody has signed in with, at the portal.
    #[must_use]
    pub fn portal(&self) -> Browser {
        self.portal.stranger()
    }

    /// A browser nobody has signed in with, at the office site.
    #[must_use]
    pub fn office(&self) -> Browser {
        self.office.stranger()
    }

    /// The moment as the house's clock shows it.
    pub async fn now(&self) -> anyhow::Result<OffsetDateTime> {
        let mut tx = self.portal_db.begin(&Actor::Anyone, Mode::Read).await?;
        let now = tx.now().await?.utc();
        tx.commit().await?;
        Ok(now)
    }

    /// Signs an applicant in the way everybody does: to GビズID and back. `whose` comes back from there.
    pub async fn sign_in_applicant(&self, whose: Identity) -> anyhow::Result<Browser> {
        let browser = self.portal();
        let page = self.try_sign_in(&browser, whose).await?;
        ensure!(page.at.starts_with("/me"), "signing in ended at {}: {}", page.at, page.words());
        Ok(browser)
    }

    /// As [`House::sign_in_applicant`], for people who may be turned away: the page they end at.
    pub async fn try_sign_in(&self, browser: &Browser, whose: Identity) -> anyhow::Result<Page> {
        let form = browser.get("/sign-in").await?.form("/sign-in")?;
        let left = browser.post(&form, None).await?;
        let away = left.location().with_context(|| format!("nobody was sent to GビズID: {}", left.words()))?;
        let (_, state) = away.split_once("state=").context("GビズID was asked without a state")?;
        let code = format!("code-{}", whose.sub);
        self.gbizid.expect(&code, Ok(whose));
        let page = browser.go(&format!("/sign-in/callback?code={code}&state={state}")).await?;
        Self::take_over(browser, page).await
    }

    /// Signed in elsewhere as well: goes on here.
    async fn take_over(browser: &Browser, page: Page) -> anyhow::Result<Page> {
        if !page.at.starts_with("/sign-in/other") {
            return Ok(page);
        }
        let form = page.form("/sign-in")?;
        browser.press(&form, "もう一方を終了して、こちらで続ける").await
    }

    /// Signs a member of staff or a reviewer in with password and one-time code.
    pub async fn sign_in_staff(&self, login: &str, password: &str, secret: &str) -> anyhow::Result<Browser> {
        let browser = self.office();
        let code =
            Totp::from_base32(secret).context("the secret is no base 32")?.code(self.now().await?.unix_timestamp());
        let mut form = browser.get("/sign-in").await?.form("/sign-in")?;
        form.set("login", login)?;
        form.set("password", password)?;
        form.set("code", &code)?;
        let page = browser.press(&form, "ログイン").await?;
        let page = Self::take_over(&browser, page).await?;
        ensure!(page.status.is_success(), "{login} was not let in: {}", page.words());
        Ok(browser)
    }

    /// Works off what is due on these lanes until nothing is. Returns how many jobs there were.
    pub async fn work(&self, lanes: &[Lane]) -> anyhow::Result<usize> {
        let mut all = 0;
        loop {
            let mut n = 0;
            for lane in lanes {
                n += self.runner.turn(*lane).await?;
            }
            if n == 0 {
                return Ok(all);
            }
            all += n;
        }
    }

    /// Jobs by state that are not done: waiting, running or given up, with the last error of each kind.
    pub async fn left_jobs(&self) -> anyhow::Result<BTreeMap<String, i64>> {
        let mut tx = self.worker_db.begin(&Actor::Worker, Mode::Read).await?;
        let rows = sqlx::query!(
            r#"select kind || ' ' || state || coalesce(': ' || max(last_error), '') as "what!", count(*) as "n!"
               from jobs where state <> 'done' group by kind, state"#
        )
        .fetch_all(tx.sql())
        .await?;
        tx.commit().await?;
        Ok(rows.into_iter().map(|r| (r.what, r.n)).collect())
    }

    /// The case a filing belongs to.
    pub async fn case_of(&self, filing: PublicId) -> anyhow::Result<PublicId> {
        let mut tx = self.worker_db.begin(&Actor::Worker, Mode::Read).await?;
        let row = sqlx::query!(
            "select c.public_id from cases c join filings f on f.case_id = c.id where f.public_id = $1",
            filing.uuid()
        )
        .fetch_one(tx.sql())
        .await?;
        tx.commit().await?;
        Ok(PublicId::from_uuid(row.public_id))
    }

    /// Lets go of every connection.
    pub async fn close(&self) {
        for db in [&self.portal_db, &self.office_db, &self.worker_db, &self.setup_db] {
            db.close().await;
        }
    }
}
