//! Which slices, gates and panels there are. The one place where they meet.

use std::sync::Arc;

use hojo_access::Site;
use hojo_db::Db;
use hojo_gbizid::{GbizId, OpenIdGbizId};
use hojo_jobs::Runner;
use hojo_web::{CasePanel, RouteInfo, Routes, server};

use crate::config::Config;

/// The routes of a site, with the real gates behind them.
pub fn routes(config: &Config, site: Site) -> anyhow::Result<Routes> {
    Ok(site_routes(site, gbizid(config)?))
}

/// The whole table of all sites. The gates are not asked anything.
pub fn table() -> Vec<RouteInfo> {
    let provider: Arc<dyn GbizId> = Arc::new(hojo_gbizid::FakeGbizId::default());
    [Site::Portal, Site::Office, Site::Api]
        .into_iter()
        .flat_map(|site| site_routes(site, Arc::clone(&provider)).table())
        .collect()
}

pub fn site_routes(site: Site, provider: Arc<dyn GbizId>) -> Routes {
    let common = server::common(site);
    match site {
        Site::Portal => common
            .with(hojo_welcome::routes())
            .with(hojo_people::portal_routes(provider))
            .with(hojo_apply::portal_routes())
            .with(hojo_letters::portal_routes()),
        Site::Office => common
            .with(hojo_people::office_routes())
            .with(hojo_office::routes(panels()))
            .with(hojo_apply::intake_routes())
            .with(hojo_review::office_routes())
            .with(hojo_review::reviewer_routes())
            .with(hojo_letters::office_routes())
            .with(hojo_operations::routes()),
        Site::Api => common,
    }
}

/// What the case desk shows, in order.
fn panels() -> Vec<CasePanel> {
    let mut all = Vec::new();
    all.extend(hojo_apply::panels());
    all.extend(hojo_review::panels());
    all.extend(hojo_letters::panels());
    all.sort_by_key(|p: &CasePanel| p.order);
    all
}

fn gbizid(config: &Config) -> anyhow::Result<Arc<dyn GbizId>> {
    let redirect = format!("{}/sign-in/callback", config.portal_url.trim_end_matches('/'));
    let mut settings =
        hojo_gbizid::Config::new(&config.gbizid_issuer, &config.gbizid_client, &config.gbizid_secret, &redirect);
    settings.plain_http_on_loopback = config.demo.is_some();
    Ok(Arc::new(OpenIdGbizId::new(settings)?))
}

/// Every job handler.
pub fn jobs(config: &Config, db: Db, runner: Runner) -> anyhow::Result<Runner> {
    let _ = (config, db);
    Ok(runner)
}
