//! Which slices, gates and panels there are. The one place where they meet.

use std::sync::Arc;
use std::time::Duration;

use hojo_access::Site;
use hojo_clamav::{Clamd, Place, Scanner};
use hojo_db::Db;
use hojo_gbizid::{GbizId, OfficeSignIn, OpenIdGbizId};
use hojo_jobs::Runner;
use hojo_letters::{NoPress, Printer};
use hojo_mail::{Mail, Security, SmtpConfig, SmtpMail};
use hojo_press_client::{PressClient, PressSettings};
use hojo_web::{CasePanel, MenuGroup, RouteInfo, Routes, handover, server};

use crate::config::{Config, STANDIN_SECRET};

/// The routes of a site, with the real gates behind them.
pub fn routes(config: &Config, site: Site) -> anyhow::Result<Routes> {
    Ok(site_routes_with(site, gbizid(config)?, office_sign_in(config)?, press(config)))
}

/// The whole table of all sites. The gates are not asked anything.
pub fn table() -> Vec<RouteInfo> {
    let provider: Arc<dyn GbizId> = Arc::new(hojo_gbizid::FakeGbizId::default());
    [Site::Portal, Site::Office, Site::Api, Site::Files]
        .into_iter()
        .flat_map(|site| site_routes(site, Arc::clone(&provider)).table())
        .collect()
}

pub fn site_routes(site: Site, provider: Arc<dyn GbizId>) -> Routes {
    site_routes_with(site, provider, None, Arc::new(NoPress))
}

/// As [`site_routes`], with the provider of the office's own organisation and a press.
pub fn site_routes_with(
    site: Site,
    provider: Arc<dyn GbizId>,
    office: Option<OfficeSignIn>,
    press: Arc<dyn Printer>,
) -> Routes {
    let common = server::common(site);
    match site {
        Site::Portal => common
            .with(hojo_welcome::routes())
            .with(hojo_people::portal_routes(provider))
            .with(hojo_apply::portal_routes())
            .with(hojo_procedures::portal_routes())
            .with(hojo_letters::portal_routes(press)),
        Site::Office => common
            .with(hojo_people::office_routes(office))
            .with(hojo_office::routes(panels(), Arc::new(hojo_preview::Drawn::default())))
            .with(hojo_apply::intake_routes())
            .with(hojo_review::office_routes())
            .with(hojo_review::reviewer_routes())
            .with(hojo_procedures::office_routes())
            .with(hojo_letters::office_routes(press))
            .with(hojo_guard::office_routes())
            .with(hojo_operations::routes())
            .grouped(OFFICE_MENU),
        Site::Api => common.with(hojo_welcome::api_routes()).with(hojo_guard::api_routes()),
        Site::Files => common.with(handover::routes()),
    }
}

/// The menu of the office. What a person may not open is left out, and with it a group that has nothing else.
const OFFICE_MENU: &[MenuGroup] = &[
    MenuGroup { label: None, entries: &["/"] },
    MenuGroup { label: Some("仕事"), entries: &["/queue", "/intake", "/approvals", "/obligations", "/progress"] },
    MenuGroup { label: Some("審査"), entries: &["/review", "/reviewers", "/assignments", "/ranking", "/runs"] },
    MenuGroup {
        label: Some("公募回とルール"),
        entries: &["/rounds", "/rules", "/editions", "/returns/causes", "/definitions"],
    },
    MenuGroup { label: Some("通知"), entries: &["/letters"] },
    MenuGroup {
        label: Some("人と権限"),
        entries: &["/people", "/permissions", "/sessions", "/boundaries", "/database-access"],
    },
    MenuGroup { label: Some("見守りと記録"), entries: &["/watch", "/log", "/jobs", "/health"] },
    MenuGroup { label: None, entries: &["/account"] },
];

/// What the case desk shows, in order.
fn panels() -> Vec<CasePanel> {
    let mut all = Vec::new();
    all.extend(hojo_apply::panels());
    all.extend(hojo_review::panels());
    all.extend(hojo_procedures::panels());
    all.extend(hojo_letters::panels());
    all.sort_by_key(|p: &CasePanel| p.order);
    all
}

fn gbizid(config: &Config) -> anyhow::Result<Arc<dyn GbizId>> {
    anyhow::ensure!(
        config.gbizid_secret != STANDIN_SECRET || is_here(&config.gbizid_issuer),
        "HOJO_GBIZID_SECRET is still that of the stand-in: {} has issued another one",
        config.gbizid_issuer
    );
    let redirect = format!("{}/sign-in/callback", config.portal_url.trim_end_matches('/'));
    let mut settings =
        hojo_gbizid::Config::new(&config.gbizid_issuer, &config.gbizid_client, &config.gbizid_secret, &redirect);
    settings.plain_http_on_loopback = config.demo.is_some();
    Ok(Arc::new(OpenIdGbizId::new(settings)?))
}

/// A provider on this machine, which only the stand-in is.
fn is_here(issuer: &str) -> bool {
    let host = issuer.split_once("://").map_or(issuer, |(_, rest)| rest).split(['/', ':']).next().unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1")
}

/// Sign-in by the office's own organisation: off while no issuer is named.
fn office_sign_in(config: &Config) -> anyhow::Result<Option<OfficeSignIn>> {
    if config.office_openid_issuer.is_empty() {
        return Ok(None);
    }
    let second_factor: Vec<String> =
        config.office_openid_second_factor.split(',').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
    anyhow::ensure!(
        !second_factor.is_empty(),
        "HOJO_OFFICE_OPENID_SECOND_FACTOR must name what the provider calls a second factor (values of acr or amr)"
    );
    let redirect = format!("{}/sign-in/openid/callback", config.office_url.trim_end_matches('/'));
    let mut settings = hojo_gbizid::Config::new(
        &config.office_openid_issuer,
        &config.office_openid_client,
        &config.office_openid_secret,
        &redirect,
    );
    settings.scopes = vec![];
    settings.acr_values = config.office_openid_acr.split_whitespace().map(str::to_owned).collect();
    settings.plain_http_on_loopback = config.demo.is_some();
    Ok(Some(OfficeSignIn { provider: Arc::new(OpenIdGbizId::new(settings)?), second_factor }))
}

/// Every job handler, with the real gates behind them.
pub fn jobs(config: &Config, db: Db, runner: Runner) -> anyhow::Result<Runner> {
    Ok(handlers(
        runner,
        hojo_letters::Deps {
            db,
            vault: config.vault()?,
            press: press(config),
            mail: mail(config)?,
            portal_url: config.portal_url.trim_end_matches('/').to_owned(),
            office_url: config.office_url.trim_end_matches('/').to_owned(),
        },
        &config.office_url,
    ))
}

/// Every job handler over given gates: for the worker, for demonstrations and for tests.
pub fn handlers(runner: Runner, deps: hojo_letters::Deps, office_url: &str) -> Runner {
    let runner = hojo_guard::jobs(runner, deps.db.clone(), Arc::clone(&deps.mail));
    let runner = hojo_people::jobs(runner, deps.db.clone(), Arc::clone(&deps.mail), office_url);
    let runner = hojo_procedures::jobs(hojo_review::jobs(hojo_office::jobs(runner)));
    hojo_letters::jobs(runner, deps)
}

/// The press starts with the first letter and stays warm.
pub fn press(config: &Config) -> Arc<dyn Printer> {
    Arc::new(PressClient::new(PressSettings::new(&config.press, &config.fonts)))
}

/// For one file of the largest size on a busy scanner.
const SCAN_STEP: Duration = Duration::from_secs(60);

/// The virus scanner, when one is set up.
pub fn scanner(config: &Config) -> Option<Arc<dyn Scanner>> {
    let place = Some(config.clamd.as_str()).filter(|c| !c.is_empty())?;
    Some(Arc::new(Clamd::new(Place::read(place), SCAN_STEP)))
}

const MAIL_STEP: Duration = Duration::from_secs(10);

fn mail(config: &Config) -> anyhow::Result<Arc<dyn Mail>> {
    let settings = SmtpConfig {
        host: config.smtp_host.clone(),
        port: config.smtp_port,
        security: Security::None,
        credentials: None,
        from_name: "補助金事務局".into(),
        from_address: config.mail_from.clone(),
        reply_to: None,
        time_out: MAIL_STEP,
    };
    Ok(Arc::new(SmtpMail::new(&settings)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::config::tests::config;

    #[test]
    fn the_secret_of_the_stand_in_opens_no_other_provider() {
        let here = ["--gbizid-issuer", "http://localhost:8083/oauth/", "--gbizid-secret", STANDIN_SECRET];
        assert!(is_here(&config(&here).gbizid_issuer));
        let there = ["--gbizid-issuer", "https://localhost.example.jp/oauth/", "--gbizid-secret", STANDIN_SECRET];
        let refused = gbizid(&config(&there)).err().unwrap().to_string();
        assert!(refused.contains("HOJO_GBIZID_SECRET"), "{refused}");
        let issued = ["--gbizid-issuer", "https://localhost.example.jp/oauth/", "--gbizid-secret", "issued to us"];
        assert!(gbizid(&config(&issued)).is_ok());
    }

    #[test]
    fn every_entry_of_the_offices_menu_has_one_place_and_every_place_an_entry() {
        let entries: Vec<&str> = OFFICE_MENU.iter().flat_map(|g| g.entries).copied().collect();
        let named: BTreeSet<&str> = entries.iter().copied().collect();
        assert_eq!(named.len(), entries.len(), "twice in the table");
        let routes = site_routes(Site::Office, Arc::new(hojo_gbizid::FakeGbizId::default()));
        let shown: BTreeSet<&str> = routes.menu_items().iter().map(|m| m.href).collect();
        assert_eq!(named, shown);
    }
}
