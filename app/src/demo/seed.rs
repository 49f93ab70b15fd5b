//! `hojo demo seed`: plays a plan in the house, from the first round's opening to today.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args as ClapArgs;
use hojo_db::{Clock, Db};
use hojo_jobs::Lane;
use hojo_mail::FakeMail;
use hojo_words::ids::{PublicId, RoundId};
use hojo_words::jst;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime, Time};

use super::house::House;
use super::mark;
use super::people::{COLLEAGUES, Companies, add_colleagues};
use super::plan::{Act, Plan, Which, plan};
use super::town::Town;
use crate::config::Config;
use crate::publish::{self, setup_db};
use crate::{masters, wiring};

/// Who publishes the editions of demonstration worlds; the mark by which one is known.
pub const BY: &str = "hojo demo seed";

#[derive(ClapArgs)]
pub struct Args {
    /// Synthetic companies, besides a few of the stand-in's named ones.
    #[arg(long, default_value_t = 300)]
    applicants: u32,
    /// The same number gives the same names, amounts and words.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The edition's folder.
    #[arg(long)]
    edition: PathBuf,
    /// Who may what.
    #[arg(long)]
    roles: PathBuf,
    /// What `scripts/fetch-masters.sh` fetched; left out when it is not there.
    #[arg(long)]
    masters: Option<PathBuf>,
    /// Where to write who can sign in.
    #[arg(long)]
    mark: Option<PathBuf>,
}

/// A round of the world.
#[derive(Clone, Copy, Debug)]
pub(super) struct Round {
    pub which: Which,
    pub public_id: PublicId,
    pub id: RoundId,
    pub closes: Date,
}

pub async fn run(config: &Config, args: Args) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let rounds = sqlx::query!("select count(*) as n from rounds").fetch_one(tx.sql()).await?;
    ensure!(rounds.n == Some(0), "this database holds rounds already; a world is made in an empty one");
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let midnight = OffsetDateTime::new_utc(jst::jst_date(now), Time::MIDNIGHT);

    say("publishing the rounds");
    for which in Which::ALL {
        open(config, &args.edition, which, midnight, now).await?;
    }
    if let Some(dir) = args.masters.as_ref().filter(|d| d.is_dir()) {
        say("importing postal codes, banks, holidays");
        masters::run(config, masters::Command::Import { dir: dir.clone() }).await?;
    }
    say("adding staff and reviewers");
    add_colleagues(&db, &args.roles, COLLEAGUES).await?;
    let rounds = rounds_of(&db).await?;

    let plan = plan(args.applicants, args.seed);
    let clock = Clock::with_offset(first_moment(&plan, midnight) - now.unix_timestamp());
    let mail = std::sync::Arc::new(FakeMail::default());
    let house = House::open(config, clock, wiring::press(config), mail).await?;
    let companies = Companies::new(&config.gbizid_issuer, args.applicants, args.seed)?;
    let mut town = Town::open(&house, companies, &plan, rounds, args.seed).await?;
    town.set_capacities(capacity_factor(args.applicants)).await?;
    play(&house, &mut town, &plan, midnight, &lanes(config)).await?;
    if let Some(file) = &args.mark {
        mark::write(&db, file).await?;
    }
    house.close().await;
    Ok(())
}

/// Letters and mail need the press; without it they wait for the worker.
fn lanes(config: &Config) -> Vec<Lane> {
    if config.press.is_file() && config.fonts.is_dir() {
        Lane::ALL.to_vec()
    } else {
        say("no press here: letters and mail wait for the worker");
        vec![Lane::Cases]
    }
}

fn capacity_factor(applicants: u32) -> u32 {
    applicants.div_ceil(300).max(1)
}

/// A day before anything happens.
fn first_moment(plan: &Plan, midnight: OffsetDateTime) -> i64 {
    let (first, _) = plan.acts.first().cloned().unwrap_or((0, Act::Work));
    midnight.unix_timestamp() + first * 60 - 86_400
}

async fn open(
    config: &Config,
    edition: &Path,
    which: Which,
    midnight: OffsetDateTime,
    now: OffsetDateTime,
) -> anyhow::Result<()> {
    let (code, title, opens, closes) = which.dates();
    // From 10:00 to 18:00 in Japan.
    let opens = midnight + time::Duration::days(opens) + time::Duration::hours(1);
    let closes = midnight + time::Duration::days(closes) + time::Duration::hours(9);
    let mut then = config.clone();
    let (_, _, first, _) = Which::First.dates();
    then.clock_offset = (midnight + time::Duration::days(first - 10) - now).whole_seconds();
    let args = publish::Args {
        edition: edition.to_owned(),
        by: BY.into(),
        approved_by: "三浦 恵子".into(),
        round: Some(code.into()),
        title: Some(title.into()),
        opens: Some(opens.format(&Rfc3339)?),
        closes: Some(closes.format(&Rfc3339)?),
    };
    publish::run(&then, args).await
}

async fn rounds_of(db: &Db) -> anyhow::Result<Vec<Round>> {
    let mut tx = db.begin_setup().await?;
    let mut found = Vec::new();
    for which in Which::ALL {
        let (code, ..) = which.dates();
        let r = sqlx::query!("select id, public_id, closes_at from rounds where code = $1", code)
            .fetch_one(tx.sql())
            .await?;
        let closes = jst::jst_date(r.closes_at);
        found.push(Round { which, public_id: PublicId::from_uuid(r.public_id), id: RoundId(r.id), closes });
    }
    tx.commit().await?;
    Ok(found)
}

/// Does one thing after the other, each at its moment.
async fn play(
    house: &House,
    town: &mut Town<'_>,
    plan: &Plan,
    midnight: OffsetDateTime,
    lanes: &[Lane],
) -> anyhow::Result<()> {
    let all = plan.acts.len();
    let mut days_said = 0;
    for (done, (minute, act)) in plan.acts.iter().enumerate() {
        let moment = midnight + time::Duration::minutes(*minute);
        wait_until(house, moment).await?;
        match act {
            Act::Work => drop(house.work(lanes).await?),
            Act::Decide(_) => {
                house.work(&[Lane::Cases]).await?;
                town.act(act).await.with_context(|| format!("{act:?}"))?;
                house.work(lanes).await?;
            }
            _ => {
                town.act(act).await.with_context(|| format!("{act:?}"))?;
                if matches!(act, Act::Return(_)) {
                    // The mail tells what is to be mended while it still is.
                    house.work(lanes).await?;
                }
            }
        }
        let day = done * 10 / all.max(1);
        if day > days_said {
            days_said = day;
            say(&format!("{}: {}0%", jst::date_text(jst::jst_date(moment)), day));
        }
    }
    house.work(lanes).await?;
    let behind = -house.clock.offset_seconds();
    house.clock.advance(Duration::from_secs(u64::try_from(behind).unwrap_or(0)));
    Ok(())
}

async fn wait_until(house: &House, moment: OffsetDateTime) -> anyhow::Result<()> {
    let ahead = (moment - house.now().await?).whole_seconds();
    if let Ok(seconds) = u64::try_from(ahead) {
        // Never past today: the demonstration's clock ends where the machine's is.
        let left = u64::try_from(-house.clock.offset_seconds()).unwrap_or(0);
        house.clock.advance(Duration::from_secs(seconds.min(left)));
    }
    Ok(())
}

fn say(words: &str) {
    eprintln!("  demo: {words}");
}
