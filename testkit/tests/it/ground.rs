//! The ground for attacks and bad days: a database of its own (copied from a template), both sites and
//! the API as services, people whose sessions were put there, and a superuser who looks from outside.
//! Stories of ordinary days live in `hojo_testkit`'s world; here tests need what no person may do.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hojo_access::Site;
use hojo_app::definitions::{load, read_source};
use hojo_app::wiring;
use hojo_db::{Clock, Db, DbConfig, PoolSize, migrate, random};
use hojo_gbizid::{FakeGbizId, GbizId};
use hojo_programme::Edition;
use hojo_vault::Vault;
use hojo_web::{Kernel, Routes, Settings, server};
use hojo_words::ids::PublicId;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::client::{Answer, Client};
use crate::sql::{Sql, quote};

pub const OPENS: OffsetDateTime = datetime!(2026-09-30 17:00 +9);
pub const CLOSES: OffsetDateTime = datetime!(2026-10-30 18:00 +9);
const TODAY: OffsetDateTime = datetime!(2026-10-15 10:00 +9);
pub const SECRET: &[u8] = &[7; 32];

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub fn edition_dir() -> PathBuf {
    root().join("programmes/shinjigyo-monodukuri/2026-r1")
}

#[expect(clippy::disallowed_methods, reason = "tests are told where the database is by the environment")]
pub fn server_url() -> String {
    std::env::var("HOJO_TEST_DATABASE_URL").expect("HOJO_TEST_DATABASE_URL names a server and its superuser")
}

#[expect(clippy::disallowed_methods, reason = "tests place their clock relative to the real one")]
pub fn real_now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// The same server, another database, another login.
pub fn url_of(server: &str, login: &str, database: &str) -> String {
    let (scheme, rest) = server.split_once("://").unwrap();
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    // As a parameter: a URL without a host (a Unix socket) may not carry a user.
    let query = path.split_once('?').map(|(_, q)| format!("&{q}")).unwrap_or_default();
    format!("{scheme}://{host}/{database}?user={login}{query}")
}

/// A migrated database of its own with the edition, one open round and the roles.
pub struct Ground {
    pub server: String,
    pub name: String,
    pub round: PublicId,
    pub clock: Clock,
    pub vault_dir: tempfile::TempDir,
    /// Do files wait for a virus scanner?
    pub quarantine: bool,
}

impl Ground {
    pub async fn new() -> Self {
        Self::on(&server_url()).await
    }

    /// On a given server: the shared one, or one that this test may kill.
    pub async fn on(server: &str) -> Self {
        let mut admin = Sql::connect(&url_of(server, "postgres", "postgres")).await;
        let template = template(server, &mut admin).await;
        let name = format!("hojo_g_{}", random::key().simple());
        admin.run(&format!("create database {name} template {template} owner hojo_owner")).await;
        let mut own = Sql::connect(&url_of(server, "postgres", &name)).await;
        let round = own.one("select public_id from rounds").await.parse::<Uuid>().unwrap();
        let clock = Clock::with_offset((TODAY - real_now()).whole_seconds());
        let vault_dir = tempfile::tempdir().unwrap();
        Self { server: server.to_owned(), name, round: PublicId::from_uuid(round), clock, vault_dir, quarantine: false }
    }

    /// Somebody who no policy holds.
    pub async fn superuser(&self) -> Sql {
        Sql::connect(&url_of(&self.server, "postgres", &self.name)).await
    }

    pub fn url(&self) -> String {
        url_of(&self.server, "hojo_owner", &self.name)
    }

    pub fn config(&self, pool: u32) -> DbConfig {
        DbConfig { url: self.url(), pool: PoolSize(pool), wait: Duration::from_secs(10) }
    }

    pub async fn worker(&self) -> Db {
        Db::connect_worker(&self.config(4), self.clock.clone()).await.unwrap()
    }

    pub fn vault(&self) -> Vault {
        Vault::local(self.vault_dir.path()).unwrap().with_quarantine(self.quarantine)
    }

    /// Moves the clock so that it shows `to` now.
    pub fn set_clock(&self, to: OffsetDateTime) {
        let ahead = (to - real_now()).whole_seconds() - self.clock.offset_seconds();
        self.clock.advance(Duration::from_secs(u64::try_from(ahead).expect("time goes forward")));
    }

    /// A site as it is served: kernel, routes and their pool.
    pub async fn site(&self, site: Site, provider: Arc<dyn GbizId>) -> (Arc<Kernel>, Routes) {
        self.site_with(site, provider, 8, Duration::from_secs(10)).await
    }

    pub async fn site_with(
        &self,
        site: Site,
        provider: Arc<dyn GbizId>,
        pool: u32,
        wait: Duration,
    ) -> (Arc<Kernel>, Routes) {
        let config = DbConfig { wait, ..self.config(pool) };
        let db = Db::connect_site(&config, site, self.clock.clone()).await.unwrap();
        let routes = wiring::site_routes(site, provider);
        let settings = Settings {
            site,
            base_url: origin(site),
            secret: SECRET.to_vec(),
            demo: None,
            brand: None,
            form_targets: vec![],
            files_url: origin(Site::Files),
            framers: vec![origin(Site::Portal), origin(Site::Office)],
            max_upload: 20 * 1024 * 1024,
            max_in_flight: 200,
            proxies: Default::default(),
        };
        (Kernel::new(settings, db, self.vault(), routes.menu_items()), routes)
    }

    /// All four sites as services without a socket.
    pub async fn house(&self) -> House {
        let gbizid = Arc::new(FakeGbizId::default());
        let mut routers = Vec::new();
        let mut dbs = Vec::new();
        for site in [Site::Portal, Site::Office, Site::Api, Site::Files] {
            let (kernel, routes) = self.site(site, Arc::<FakeGbizId>::clone(&gbizid)).await;
            dbs.push(kernel.db().clone());
            routers.push(server::service(&kernel, routes));
        }
        let [portal, office, api, files] = <[axum::Router; 4]>::try_from(routers).ok().unwrap();
        House { portal, office, api, files, gbizid, dbs }
    }

    /// Gives the database back. A test that failed leaves it for a look.
    pub async fn end(self) {
        let mut admin = Sql::connect(&url_of(&self.server, "postgres", "postgres")).await;
        admin.run(&format!("drop database {} with (force)", self.name)).await;
    }
}

/// What a site calls itself.
pub fn origin(site: Site) -> String {
    format!("https://{}.example", site.code())
}

/// The four sites in this process.
#[derive(Clone)]
pub struct House {
    pub portal: axum::Router,
    pub office: axum::Router,
    pub api: axum::Router,
    pub files: axum::Router,
    pub gbizid: Arc<FakeGbizId>,
    pub dbs: Vec<Db>,
}

impl House {
    pub fn at(&self, site: Site) -> axum::Router {
        match site {
            Site::Portal => self.portal.clone(),
            Site::Office => self.office.clone(),
            Site::Api => self.api.clone(),
            Site::Files => self.files.clone(),
        }
    }

    /// What a page's link to a file leads to, at the files site, as a browser follows it: without cookies.
    pub async fn handed(&self, sent: &Answer) -> Answer {
        assert_eq!(sent.status, 303, "{}", sent.said());
        let link = sent.header("location").strip_prefix(&origin(Site::Files)).unwrap().to_owned();
        self.client(Site::Files, &Session::default()).get(&link).await
    }

    pub fn client(&self, site: Site, session: &Session) -> Client {
        Client::new(self.at(site), site, session)
    }
}

/// A session token and the person it stands for.
#[derive(Clone, Debug, Default)]
pub struct Session {
    pub token: String,
    pub person: Uuid,
}

impl Session {
    /// The token this person's pages carry at a site.
    pub fn csrf(&self, site: Site) -> String {
        self.csrf_by(site, SECRET)
    }

    pub fn csrf_by(&self, site: Site, secret: &[u8]) -> String {
        use hmac::{Hmac, Mac};
        let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
        mac.update(site.code().as_bytes());
        mac.update(b"\0csrf\0");
        mac.update(self.person.to_string().as_bytes());
        mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// A company with one account; gives back the applicant's key and the account's session.
pub async fn company(sql: &mut Sql, name: &str, number: Option<&str>, kind: &str) -> (Uuid, Session) {
    let (applicant, account) = (random::key(), random::key());
    let claims = serde_json::json!({
        "name": name, "representative": "見本 太郎", "prefecture": "13", "address": "東京都千代田区霞が関一丁目3番1号",
    });
    let form = if number.is_some() { "corporation" } else { "sole_proprietor" };
    let number = number.map_or("null".to_owned(), quote);
    sql.run(&format!(
        "insert into applicants (id, public_id, kind, corporate_number, name) values ('{applicant}', gen_random_uuid(), '{form}', {number}, {n});
         insert into accounts (id, issuer, sub, applicant_id, kind, display_name, email, claims)
         values ('{account}', 'test', '{account}', '{applicant}', '{kind}', {d}, {e}, {c})",
        n = quote(name),
        d = quote(&format!("{name} 担当")),
        e = quote("tantou@example.jp"),
        c = quote(&claims.to_string()),
    ))
    .await;
    (applicant, session(sql, Site::Portal, account).await)
}

/// Somebody at the office or a reviewer, by role of db/roles.toml.
pub async fn colleague(sql: &mut Sql, name: &str, role: &str) -> (Uuid, Session) {
    let id = random::key();
    let kind = if role == "reviewer" { "reviewer" } else { "staff" };
    sql.run(&format!(
        "insert into staff (id, public_id, login, name, kind, password_hash, totp_secret)
         values ('{id}', gen_random_uuid(), '{id}', {n}, '{kind}', 'x', 'x');
         insert into staff_roles (staff_id, role) values ('{id}', '{role}')",
        n = quote(name)
    ))
    .await;
    (id, session(sql, Site::Office, id).await)
}

pub async fn session(sql: &mut Sql, site: Site, person: Uuid) -> Session {
    let token = random::token();
    let hash: String = Sha256::digest(token.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
    let column = if site == Site::Portal { "account_id" } else { "staff_id" };
    sql.run(&format!(
        "insert into sessions (id, token_hash, site, {column}, idle_seconds, expires_at)
         values (gen_random_uuid(), '\\x{hash}', '{}', '{person}', 3600, clock_timestamp() + interval '1 day')",
        site.code()
    ))
    .await;
    Session { token, person }
}

/// The edition of the first round.
pub fn edition() -> Edition {
    load(&edition_dir()).unwrap_or_else(|e| panic!("{e}"))
}

/// The database every ground is a copy of; made once for each state of migrations, policies and edition.
async fn template(server: &str, admin: &mut Sql) -> String {
    let source = read_source(&edition_dir()).unwrap();
    let mut hash = Sha256::new();
    for dir in ["db/migrations", "db/policies"] {
        let mut paths: Vec<_> = std::fs::read_dir(root().join(dir)).unwrap().map(|e| e.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            hash.update(std::fs::read(path).unwrap());
        }
    }
    hash.update(std::fs::read(root().join("db/roles.toml")).unwrap());
    hash.update(serde_json::to_vec(&source).unwrap());
    let key: String = hash.finalize().iter().take(6).map(|b| format!("{b:02x}")).collect();
    let name = format!("hojo_template_{key}");
    // Several test processes start at once; one makes it, the others wait.
    admin.run("select pg_advisory_lock(72150)").await;
    if admin.count(&format!("select count(*) from pg_database where datname = '{name}'")).await == 0 {
        let raw = format!("{name}_raw");
        admin.run(&format!("drop database if exists {raw} with (force)")).await;
        admin.run(&format!("create database {raw} owner hojo_owner")).await;
        fill(server, &raw, &serde_json::to_string(&source).unwrap()).await;
        admin.run(&format!("alter database {raw} rename to {name}")).await;
    }
    admin.run("select pg_advisory_unlock(72150)").await;
    name
}

async fn fill(server: &str, database: &str, source: &str) {
    let url = url_of(server, "hojo_owner", database);
    migrate::run(&url).await.unwrap();
    let edition = edition();
    let (programme, code) = edition.id.split_once('/').unwrap();
    let key = format!("{}@{}", edition.id, edition.version);
    let mut sql = Sql::connect(&url_of(server, "postgres", database)).await;
    sql.run(&format!(
        "insert into editions (id, programme_id, code, version, hash, source, published_by, approved_by, effective_at)
         values ({k}, {p}, {c}, {v}, {h}, {s}, '甲', '乙', now());
         insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at)
         values (gen_random_uuid(), gen_random_uuid(), {p}, {c}, '第1回公募', {k}, '{OPENS}', '{CLOSES}')",
        k = quote(&key),
        p = quote(programme),
        c = quote(code),
        v = quote(&edition.version),
        h = quote(&edition.hash),
        s = quote(source),
    ))
    .await;
    let clock = Clock::default();
    let config = DbConfig { url, pool: PoolSize(1), wait: Duration::from_secs(10) };
    let db = Db::connect_setup(&config, "hojo_owner", clock).await.unwrap();
    let mut tx = db.begin_setup().await.unwrap();
    hojo_app::staff::set_roles(&mut tx, &root().join("db/roles.toml")).await.unwrap();
    tx.commit().await.unwrap();
    db.close().await;
}
