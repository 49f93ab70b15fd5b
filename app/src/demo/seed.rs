//! `hojo demo seed`: plays a plan in the house, from the first round's opening to today.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, ensure};
use clap::Args as ClapArgs;
use hojo_db::Clock;
use hojo_jobs::Lane;
use hojo_letters::Printer;
use hojo_mail::FakeMail;
use hojo_words::jst;
use time::{OffsetDateTime, Time};

use super::city;
use super::house::House;
use super::lives::{self, Lives, Scene};
use super::mark;
use super::people::{COLLEAGUES, Companies, add_colleagues};
use super::plan::{Act, Plan, plan};
use super::rounds::{self, Shelf};
use super::town::Town;
use crate::config::Config;
use crate::publish::setup_db;
use crate::{masters, wiring};

/// Who publishes the editions of demonstration worlds; the mark by which one is known.
pub const BY: &str = "hojo demo seed";

/// Synthetic companies of the stand-in behind those that apply now; the older cases are theirs. Nobody is both: an older
/// case may have closed the account of its company.
const ELDERS: u32 = 100;
/// Fewer companies than this the stand-in never has, however small the world is.
const YOUNG: u32 = 300;

/// The last synthetic company a world with so many applicants needs; `./start` and `e2e/run` give the stand-in as many.
fn last(applicants: u32) -> u32 {
    applicants.max(YOUNG).saturating_add(ELDERS)
}

#[derive(ClapArgs)]
pub struct Args {
    /// Synthetic companies, besides a few of the stand-in's named ones.
    #[arg(long, default_value_t = 300)]
    pub applicants: u32,
    /// The same number gives the same names, amounts and words.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// The edition's folder.
    #[arg(long)]
    pub edition: PathBuf,
    /// Who may what.
    #[arg(long)]
    pub roles: PathBuf,
    /// What `scripts/fetch-masters.sh` fetched; left out when it is not there.
    #[arg(long)]
    pub masters: Option<PathBuf>,
    /// Where to write who can sign in.
    #[arg(long)]
    pub mark: Option<PathBuf>,
}

pub async fn run(config: &Config, args: Args) -> anyhow::Result<()> {
    build(config, &args, wiring::press(config), &lanes(config)).await
}

/// Makes the world. Letters are printed with `press`; of the jobs only those of `lanes` are worked off.
///
/// # Errors
/// When the database is not empty, or a page does not do what it is asked.
pub async fn build(config: &Config, args: &Args, press: Arc<dyn Printer>, lanes: &[Lane]) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    let rounds = sqlx::query!("select count(*) as n from rounds").fetch_one(tx.sql()).await?;
    ensure!(rounds.n == Some(0), "this database holds rounds already; a world is made in an empty one");
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let midnight = OffsetDateTime::new_utc(jst::jst_date(now), Time::MIDNIGHT);

    say("publishing the rounds");
    let today = midnight.date();
    let shelf = Shelf { config, edition: &args.edition, midnight, now };
    shelf.open_all().await?;
    if let Some(dir) = args.masters.as_ref().filter(|d| d.is_dir()) {
        say("importing postal codes, banks, holidays");
        masters::run(config, masters::Command::Import { dir: dir.clone() }).await?;
    }
    say("adding staff and reviewers");
    add_colleagues(&db, &args.roles, COLLEAGUES).await?;
    let rounds = rounds::of(&db).await?;

    let last = last(args.applicants);
    let companies = Companies::new(&config.gbizid_issuer, last, args.seed)?;
    // Nothing goes on after a decision before its letter is there, and letters need the press.
    let told = if lanes.len() == Lane::ALL.len() { lives::tales() } else { Vec::new() };
    let mut lives = Lives::new(told, rounds::eras(&db, today).await?, &companies, last, args.seed, today)?;
    let scenes = lives.scenes();
    let mut plan = plan(args.applicants, args.seed);
    plan.acts.extend(scenes.iter().enumerate().map(|(n, (minute, _))| (*minute, Act::Live(n))));
    plan.acts.sort_by_key(|(minute, _)| *minute);
    let clock = Clock::with_offset(first_moment(&plan, midnight) - now.unix_timestamp());
    let mail = Arc::new(FakeMail::default());
    let house = House::open(config, clock, press, mail).await?;
    let mut town = Town::open(&house, companies, &plan, rounds, args.seed).await?;
    town.set_capacities(capacity_factor(args.applicants)).await?;
    let mut stage = Stage { house: &house, town: &mut town, lives: &mut lives, scenes: &scenes, lanes };
    stage.play(&plan, midnight).await?;
    city::drafts(&mut town, &rounds::city(&db).await?).await?;
    if let Some(file) = &args.mark {
        mark::write(&db, file, &lives.worth_trying()).await?;
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

/// Everything a plan is played with.
struct Stage<'s, 'h> {
    house: &'s House,
    town: &'s mut Town<'h>,
    lives: &'s mut Lives,
    scenes: &'s [(i64, Scene)],
    lanes: &'s [Lane],
}

impl Stage<'_, '_> {
    /// Does one thing after the other, each at its moment.
    async fn play(&mut self, plan: &Plan, midnight: OffsetDateTime) -> anyhow::Result<()> {
        let all = plan.acts.len();
        let mut days_said = 0;
        for (done, (minute, act)) in plan.acts.iter().enumerate() {
            let moment = midnight + time::Duration::minutes(*minute);
            wait_until(self.house, moment).await?;
            self.act(act).await?;
            let day = done * 10 / all.max(1);
            if day > days_said {
                days_said = day;
                say(&format!("{}: {}0%", jst::date_text(jst::jst_date(moment)), day));
            }
        }
        self.house.work(self.lanes).await?;
        let behind = -self.house.clock.offset_seconds();
        self.house.clock.advance(Duration::from_secs(u64::try_from(behind).unwrap_or(0)));
        Ok(())
    }

    async fn act(&mut self, act: &Act) -> anyhow::Result<()> {
        match act {
            Act::Work => drop(self.house.work(self.lanes).await?),
            Act::Decide(_) => {
                self.house.work(&[Lane::Cases]).await?;
                self.town.act(act).await.with_context(|| format!("{act:?}"))?;
                self.house.work(self.lanes).await?;
            }
            Act::Live(n) => {
                let (_, scene) = self.scenes.get(*n).context("there is no such scene")?;
                // As the worker does each day: what was decided for a later day comes true before anything else.
                hojo_procedures::take_hold(&self.house.worker_db, jst::jst_date(self.house.now().await?)).await?;
                self.lives.play(self.town, scene).await?;
                self.house.work(self.lanes).await?;
            }
            _ => {
                self.town.act(act).await.with_context(|| format!("{act:?}"))?;
                if matches!(act, Act::Return(_)) {
                    // The mail tells what is to be mended while it still is.
                    self.house.work(self.lanes).await?;
                }
            }
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use hojo_standin::synthetic_login;
    use time::macros::date;

    use super::*;

    #[test]
    fn who_applies_now_has_no_older_case() {
        for (applicants, seed) in [(24, 7), (300, 1), (1_000, 3)] {
            let last = last(applicants);
            let companies = Companies::new("http://localhost:8083/oauth/", last, seed).unwrap();
            let lives = Lives::new(lives::tales(), vec![], &companies, last, seed, date!(2026 - 11 - 23)).unwrap();
            let elders = lives.worth_trying();
            assert!(elders.len() > 20);
            let young: Vec<String> = (1..=applicants).map(synthetic_login).collect();
            for (login, tale) in elders {
                assert!(!young.contains(&login), "{login}: {tale}");
            }
        }
    }
}
