//! Purpose: a stand-in for GビズID: an OpenID provider with chosen accounts and every way to fail, for development and tests.
//! Never: part of a production site, a place for real people's data, a keeper of anything but its signing key.
//! Start reading: `accounts.rs` (who can sign in), `authorize.rs` (the page), `trouble.rs` (the ways to fail).
//! Kept honest by: the tests here and the gate's `tests/contract`, which drive it over real HTTP.

mod accounts;
mod authorize;
mod discovery;
mod keys;
mod page;
mod store;
mod synthetic;
mod token;
mod trouble;
mod userinfo;

pub use accounts::{Account, Accounts, AccountsProblem};
pub use keys::{KeyProblem, Keys};
pub use synthetic::{synthetic_account, synthetic_login};
pub use trouble::Trouble;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use time::OffsetDateTime;

/// The moment, as the caller's clock shows it.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// A site that may send people here.
#[derive(Debug, Clone)]
pub struct Client {
    pub id: String,
    pub secret: String,
    /// Compared exactly.
    pub redirect_uris: Vec<String>,
}

/// How the stand-in is set up.
pub struct Config {
    /// With trailing slash, e.g. `http://127.0.0.1:8090/oauth/`; the paths are served below its path.
    pub issuer: String,
    pub clients: Vec<Client>,
    pub accounts: Accounts,
    pub keys: Keys,
    pub clock: Clock,
    /// How long the "slow" trouble makes the token endpoint wait; longer than the portal's time-out.
    pub slow_answer: Duration,
}

/// Why the stand-in cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeProblem {
    #[error("the issuer {0:?} is no address ending in a slash")]
    Issuer(String),
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

pub(crate) struct StandIn {
    pub(crate) config: Config,
    pub(crate) store: Store,
}

pub(crate) type Shared = Arc<StandIn>;

impl StandIn {
    pub(crate) fn now(&self) -> OffsetDateTime {
        (self.config.clock)()
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.config.issuer)
    }
}

/// All pages and endpoints below the path of the issuer, and a list of the accounts at `/`.
///
/// # Errors
/// When the issuer is no address or lacks its trailing slash.
pub fn router(config: Config) -> Result<Router, ServeProblem> {
    let base = url::Url::parse(&config.issuer).ok().map(|url| url.path().to_owned());
    let base = base.filter(|path| path.ends_with('/') && config.issuer.ends_with('/'));
    let base = base.ok_or_else(|| ServeProblem::Issuer(config.issuer.clone()))?;
    let shared: Shared = Arc::new(StandIn { config, store: Store::default() });
    let mut router = Router::new();
    if base != "/" {
        router = router.route("/", get(page::front));
    }
    Ok(router
        .route(&format!("{base}.well-known/openid-configuration"), get(discovery::configuration))
        .route(&format!("{base}jwks"), get(discovery::keys))
        .route(&format!("{base}authorize"), get(authorize::ask))
        .route(&format!("{base}choose"), post(authorize::chosen))
        .route(&format!("{base}token"), post(token::exchange))
        .route(&format!("{base}userinfo"), get(userinfo::attributes))
        .layer(axum::middleware::map_response(never_stored))
        .with_state(shared))
}

async fn never_stored(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
        ),
    );
    answer
}

/// Serves until `shutdown` resolves.
///
/// # Errors
/// A wrong issuer, or the listener failing.
pub async fn serve(
    config: Config,
    listener: tokio::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeProblem> {
    let router = router(config)?;
    axum::serve(listener, router).with_graceful_shutdown(shutdown).await?;
    Ok(())
}

/// Random letters and digits from the operating system, as GビズID's codes look. Six bits choose a sign; the two values
/// that have none are skipped, so that every sign is equally likely.
pub(crate) fn random_text(length: usize) -> Result<String, getrandom::Error> {
    const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes)?;
        let signs = bytes.iter().filter_map(|byte| SIGNS.get(usize::from(byte & 63)));
        text.extend(signs.take(length - text.len()).map(|sign| char::from(*sign)));
    }
    Ok(text)
}
