//! The rounds and editions of a demonstration world: what is open, what is decided, what ran years ago, and what only lies
//! ready on the rules desk.

use std::path::{Path, PathBuf};

use hojo_db::Db;
use hojo_words::ids::{PublicId, RoundId};
use hojo_words::jst;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use super::lives::{Era, Opened};
use super::plan::Which;
use super::seed::BY;
use crate::config::Config;
use crate::publish;

/// Who approves what the world publishes.
const APPROVED_BY: &str = "三浦 恵子";
/// The round of the city's programme.
const CITY: &str = "2026";

/// A round of the world.
#[derive(Clone, Copy, Debug)]
pub struct Round {
    pub which: Which,
    pub public_id: PublicId,
    pub id: RoundId,
    pub closes: Date,
}

/// What is published, and when.
pub struct Shelf<'c> {
    pub config: &'c Config,
    /// The folder of the edition the rounds run on.
    pub edition: &'c Path,
    pub midnight: OffsetDateTime,
    pub now: OffsetDateTime,
}

/// A round to open: days counted from today.
struct Announced {
    code: String,
    title: String,
    opens: i64,
    closes: i64,
}

impl Shelf<'_> {
    /// Oldest rounds first, then the city's; the next round's edition lies ready.
    ///
    /// # Errors
    /// When an edition cannot be published.
    pub async fn open_all(&self) -> anyhow::Result<()> {
        let today = self.midnight.date();
        for era in Era::ALL {
            let (code, title, opens, closes) = era.round(today);
            let days = |day: Date| (day - today).whole_days();
            self.open(self.edition, Announced { code, title, opens: days(opens), closes: days(closes) }).await?;
        }
        for which in Which::ALL {
            let (code, title, opens, closes) = which.dates();
            self.open(self.edition, Announced { code: code.into(), title: title.into(), opens, closes }).await?;
        }
        if let Some(city) = self.beside("../akitenpo-shoreikin/2026-a") {
            let title = "見本市商店街空き店舗活用奨励金".to_owned();
            self.open(&city, Announced { code: CITY.into(), title, opens: -40, closes: 80 }).await?;
        }
        match self.beside("2026-r2") {
            Some(edition) => {
                let args = publish::StoreArgs { edition, by: BY.into(), approved_by: APPROVED_BY.into() };
                publish::store(self.config, args).await
            }
            None => Ok(()),
        }
    }

    /// A folder that is shipped beside the edition's; worlds of tests may be made without it.
    fn beside(&self, name: &str) -> Option<PathBuf> {
        let folder = self.edition.parent()?.join(name);
        folder.is_dir().then_some(folder)
    }

    async fn open(&self, edition: &Path, round: Announced) -> anyhow::Result<()> {
        // From 10:00 to 18:00 in Japan.
        let opens = self.midnight + time::Duration::days(round.opens) + time::Duration::hours(1);
        let closes = self.midnight + time::Duration::days(round.closes) + time::Duration::hours(9);
        let mut then = self.config.clone();
        then.clock_file = None;
        then.clock_offset = (opens - time::Duration::days(10) - self.now).whole_seconds();
        let args = publish::Args {
            edition: edition.to_owned(),
            by: BY.into(),
            approved_by: APPROVED_BY.into(),
            round: Some(round.code),
            title: Some(round.title),
            opens: Some(opens.format(&Rfc3339)?),
            closes: Some(closes.format(&Rfc3339)?),
            dates: Vec::new(),
        };
        publish::run(&then, args).await
    }
}

/// A round as the database holds it.
struct Kept {
    public_id: PublicId,
    id: RoundId,
    closes: Date,
}

async fn kept(db: &Db, code: &str) -> anyhow::Result<Option<Kept>> {
    let mut tx = db.begin_setup().await?;
    let row = sqlx::query!("select id, public_id, closes_at from rounds where code = $1", code)
        .fetch_optional(tx.sql())
        .await?;
    tx.commit().await?;
    Ok(row.map(|r| Kept {
        public_id: PublicId::from_uuid(r.public_id),
        id: RoundId(r.id),
        closes: jst::jst_date(r.closes_at),
    }))
}

/// The rounds of the applicants.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &Db) -> anyhow::Result<Vec<Round>> {
    let mut found = Vec::new();
    for which in Which::ALL {
        let (code, ..) = which.dates();
        if let Some(r) = kept(db, code).await? {
            found.push(Round { which, public_id: r.public_id, id: r.id, closes: r.closes });
        }
    }
    Ok(found)
}

/// The rounds of the older cases.
///
/// # Errors
/// When the database does not answer.
pub async fn eras(db: &Db, today: Date) -> anyhow::Result<Vec<Opened>> {
    let mut found = Vec::new();
    for era in Era::ALL {
        let (code, ..) = era.round(today);
        if let Some(r) = kept(db, &code).await? {
            found.push(Opened { era, public_id: r.public_id, id: r.id });
        }
    }
    Ok(found)
}

/// The round of the city's programme, where it is shipped.
///
/// # Errors
/// When the database does not answer.
pub async fn city(db: &Db) -> anyhow::Result<Option<PublicId>> {
    Ok(kept(db, CITY).await?.map(|r| r.public_id))
}
