//! Who may do what, from where and when: changed on pages and asked again in the same breath.

mod boundaries;
mod permissions;
mod radius;
mod teams;
mod watch;

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::ConnectInfo;
use hojo_access::Site;
use hojo_db::Db;
use hojo_testkit::World;
use hojo_testkit::browser::{Browser, Page};
use hojo_web::{Kernel, server};

/// A node of a site. What arrives there comes from `peer`.
pub async fn node(world: &World, site: Site, db: &Db, peer: &str, proxies: &str) -> axum::Router {
    let routes = hojo_app::wiring::site_routes(site, Arc::clone(&world.house.gbizid) as _);
    let mut settings = world.config.settings(site).unwrap();
    settings.proxies = proxies.parse().unwrap();
    let kernel = Kernel::new(settings, db.clone(), world.house.vault.clone(), routes.menu_items());
    let peer = SocketAddr::new(peer.parse().unwrap(), 40_000);
    server::service(&kernel, routes).layer(Extension(ConnectInfo(peer)))
}

/// Login roles of a site for another node.
pub async fn db(world: &World, site: Site) -> Db {
    Db::connect_site(&world.config.db(), site, world.clock.clone()).await.unwrap()
}

/// Posts fields with the token this person's pages carry.
pub async fn post(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Page {
    let token = token(browser).await;
    let mut all = vec![("_csrf", token.as_str())];
    all.extend(fields);
    browser.post_fields(path, &all).await.unwrap()
}

/// The token of the sign-out form, which stands on every page, fault pages included.
pub async fn token(browser: &Browser) -> String {
    let html = browser.go("/sign-in").await.unwrap().html();
    let at = html.find("name=\"_csrf\" value=\"").expect("a page of a signed-in person carries the token");
    html[at..].split('"').nth(3).unwrap().to_owned()
}
