//! What every request of one site shares.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hojo_access::{Actor, Site};
use hojo_db::{Db, DbError, Mode};
use hojo_vault::Vault;

use crate::proxies::Proxies;
use crate::route::MenuItem;
use crate::ui;

/// Settings of one site, read once at start.
#[derive(Clone, Debug)]
pub struct Settings {
    pub site: Site,
    /// Where people reach the site, without trailing slash: `https://portal.example`.
    pub base_url: String,
    /// 32 bytes or more; makes the anti-forgery tokens. The same on all nodes of a site.
    pub secret: Vec<u8>,
    /// Shown on every page of a demonstration.
    pub demo: Option<String>,
    /// Name of the service in the header.
    pub brand: Option<String>,
    /// Other origins our forms may lead to: the GビズID provider.
    pub form_targets: Vec<String>,
    /// Where the files site is reached, without trailing slash: `https://files.example`.
    pub files_url: String,
    /// The origins whose pages may show a file in a frame; the files site alone has any.
    pub framers: Vec<String>,
    /// Hard limit for one uploaded file, bytes. Slots have their own, lower limits.
    pub max_upload: u64,
    /// Requests worked on at once; more are told to come back.
    pub max_in_flight: usize,
    /// Proxies in front of this site, which are believed about the address of whom they pass on.
    pub proxies: Proxies,
}

/// The site: settings, data, files, menu.
pub struct Kernel {
    pub(crate) settings: Settings,
    pub(crate) db: Db,
    pub(crate) vault: Vault,
    pub(crate) menu: Vec<MenuItem>,
    notices: Mutex<(Option<Instant>, Arc<Vec<Notice>>)>,
}

/// お知らせ shown above every page.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub level: String,
    pub title: String,
    pub body: String,
}

const NOTICES_FRESH: Duration = Duration::from_secs(5);

impl Kernel {
    #[must_use]
    pub fn new(settings: Settings, db: Db, vault: Vault, menu: Vec<MenuItem>) -> Arc<Self> {
        Arc::new(Self { settings, db, vault, menu, notices: Mutex::new((None, Arc::default())) })
    }

    #[must_use]
    pub fn site(&self) -> Site {
        self.settings.site
    }

    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn ui_site(&self) -> ui::Site {
        match self.settings.site {
            Site::Office => ui::Site::Office,
            Site::Portal | Site::Api | Site::Files => ui::Site::Portal,
        }
    }

    /// Notices in force, at most five seconds old. A database that does not answer shows the last ones.
    pub(crate) async fn notices(&self) -> Arc<Vec<Notice>> {
        {
            let held = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
            if held.0.is_some_and(|at| at.elapsed() < NOTICES_FRESH) {
                return Arc::clone(&held.1);
            }
        }
        let loaded = self.load_notices().await;
        let mut held = self.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(list) = loaded {
            held.1 = Arc::new(list);
        }
        held.0 = Some(Instant::now());
        Arc::clone(&held.1)
    }

    async fn load_notices(&self) -> Result<Vec<Notice>, DbError> {
        let mut tx = self.db.begin(&Actor::Anyone, Mode::Read).await?;
        let now = tx.now().await?.utc();
        let rows = sqlx::query!(
            "select level, title, body from notices
             where site in ($1, 'all') and shown_from <= $2 and (shown_to is null or shown_to > $2)
             order by shown_from desc limit 5",
            self.settings.site.code(),
            now
        )
        .fetch_all(tx.sql())
        .await?;
        tx.commit().await?;
        Ok(rows.into_iter().map(|r| Notice { level: r.level, title: r.title, body: r.body }).collect())
    }
}
