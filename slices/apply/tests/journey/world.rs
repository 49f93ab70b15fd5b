//! A small world for one test: a database of its own, the real edition, one round, people with sessions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hojo_access::{Permission, Site};
use hojo_db::{Clock, Db, DbConfig, Mode, PoolSize, migrate, random};
use hojo_programme::{Edition, SourceFiles, load_dir};
use hojo_vault::Vault;
use hojo_web::{Kernel, Routes, Settings, server};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::client::Client;

pub const OPENS: OffsetDateTime = datetime!(2026-09-30 17:00 +9);
pub const CLOSES: OffsetDateTime = datetime!(2026-10-30 18:00 +9);

pub struct World {
    pub owner: String,
    pub clock: Clock,
    pub office: Db,
    portal: Db,
    pub edition: Edition,
    pub round: hojo_words::ids::PublicId,
    pub vault_dir: tempfile::TempDir,
    portal_app: axum::Router,
    office_app: axum::Router,
    setup: Db,
    admin: String,
    name: String,
}

fn database_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL names a server on which the owner may make databases")
}

fn real_now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn source() -> SourceFiles {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri/2026-r1");
    let mut files = SourceFiles::default();
    files.insert("programme.yaml", &std::fs::read_to_string(dir.join("../programme.yaml")).unwrap());
    collect(&dir, &dir, &mut files);
    files
}

fn collect(root: &Path, dir: &Path, files: &mut SourceFiles) {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "yaml") {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            files.insert(name, &std::fs::read_to_string(&path).unwrap());
        }
    }
}

impl World {
    /// In the middle of the round.
    pub async fn new() -> Self {
        Self::at(datetime!(2026-10-15 10:00 +9)).await
    }

    /// A world whose clock starts at a moment; from there it only goes forward.
    pub async fn at(start: OffsetDateTime) -> Self {
        drop(tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_test_writer().try_init());
        let admin = database_url();
        let name = format!("hojo_apply_{}", random::key().simple());
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await.unwrap();
        let owner = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        migrate::run(&owner).await.unwrap();
        let clock = Clock::with_offset((start - real_now()).whole_seconds());
        let config = DbConfig { url: owner.clone(), pool: PoolSize(12), wait: Duration::from_secs(20) };
        let login = owner.split("://").nth(1).unwrap().split('@').next().unwrap().split(':').next().unwrap().to_owned();
        let small = DbConfig { url: owner.clone(), pool: PoolSize(2), wait: Duration::from_secs(20) };
        let setup = Db::connect_setup(&small, &login, clock.clone()).await.unwrap();
        let portal = Db::connect_site(&config, Site::Portal, clock.clone()).await.unwrap();
        let office = Db::connect_site(&config, Site::Office, clock.clone()).await.unwrap();
        let vault_dir = tempfile::tempdir().unwrap();
        let vault = Vault::local(vault_dir.path()).unwrap();
        let source = source();
        let edition = load_dir(&source).unwrap_or_else(|p| panic!("{}", p[0]));
        let round = publish(&setup, &source, &edition).await;
        let portal_app = app(Site::Portal, portal.clone(), vault.clone(), hojo_apply::portal_routes());
        let office_app = app(Site::Office, office.clone(), vault, hojo_apply::intake_routes());
        Self { owner, clock, office, portal, edition, round, vault_dir, portal_app, office_app, setup, admin, name }
    }

    /// Moves the world's clock forward to a moment.
    pub fn set_clock(&self, to: OffsetDateTime) {
        let ahead = (to - real_now()).whole_seconds() - self.clock.offset_seconds();
        self.clock.advance(Duration::from_secs(u64::try_from(ahead).expect("time goes forward")));
    }

    /// A signed-in company whose facts are those of the example.
    pub async fn company(&self, name: &str, number: Option<&str>, kind: &str) -> Client {
        let (applicant, account) = (random::key(), random::key());
        let claims = serde_json::json!({
            "name": name, "representative": "見本 太郎", "prefecture": "13", "address": "東京都千代田区霞が関一丁目3番1号",
        });
        let mut tx = self.setup.begin_setup().await.unwrap();
        let form = if number.is_some() { "corporation" } else { "sole_proprietor" };
        sqlx::query("insert into applicants (id, public_id, kind, corporate_number, name) values ($1, $2, $3, $4, $5)")
            .bind(applicant)
            .bind(random::public_id().uuid())
            .bind(form)
            .bind(number)
            .bind(name)
            .execute(tx.sql())
            .await
            .unwrap();
        sqlx::query("insert into accounts (id, issuer, sub, applicant_id, kind, display_name, claims) values ($1, 'test', $2, $3, $4, $5, $6)")
            .bind(account).bind(account.to_string()).bind(applicant).bind(kind).bind(format!("{name} 担当")).bind(claims)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        let cookie = self.session(Site::Portal, Some(account), None).await;
        Client::new(self.portal_app.clone(), "https://portal.example", format!("__Host-hojo-portal={cookie}"))
    }

    /// A colleague of the office with these permissions.
    pub async fn staff(&self, permissions: &[Permission]) -> (Uuid, Client) {
        let id = random::key();
        let mut tx = self.setup.begin_setup().await.unwrap();
        let role = format!("r{}", id.simple());
        sqlx::query("insert into staff (id, public_id, login, name, kind, password_hash, totp_secret) values ($1, $2, $3, '受付 次郎', 'staff', 'x', 'x')")
            .bind(id).bind(random::public_id().uuid()).bind(id.to_string()).execute(tx.sql()).await.unwrap();
        sqlx::query("insert into roles (code, label) values ($1, $1)").bind(&role).execute(tx.sql()).await.unwrap();
        for p in permissions {
            sqlx::query("insert into role_permissions (role, permission) values ($1, $2)")
                .bind(&role)
                .bind(p.code())
                .execute(tx.sql())
                .await
                .unwrap();
        }
        sqlx::query("insert into staff_roles (staff_id, role) values ($1, $2)")
            .bind(id)
            .bind(&role)
            .execute(tx.sql())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let cookie = self.session(Site::Office, None, Some(id)).await;
        (id, Client::new(self.office_app.clone(), "https://office.example", format!("__Host-hojo-office={cookie}")))
    }

    async fn session(&self, site: Site, account: Option<Uuid>, staff: Option<Uuid>) -> String {
        use sha2::Digest;
        let token = random::token();
        let mut tx = self.office.gate().begin(Mode::Write).await.unwrap();
        sqlx::query(
            "insert into sessions (id, token_hash, site, account_id, staff_id, idle_seconds, expires_at)
             values ($1, $2, $3, $4, $5, 3600, clock_timestamp() + interval '1 day')",
        )
        .bind(random::key())
        .bind(sha2::Sha256::digest(token.as_bytes()).to_vec())
        .bind(site.code())
        .bind(account)
        .bind(staff)
        .execute(tx.sql())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// What a worker sees: counts over all cases.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut conn = PgConnection::connect(&self.owner.replacen("hojo_owner@", "hojo_work@", 1)).await.unwrap();
        sqlx::raw_sql("set role hojo_worker").execute(&mut conn).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("select ({sql})::bigint as n"))).fetch_one(&mut conn).await.unwrap().get("n")
    }

    /// Takes the world down. A test that failed leaves its database for a look.
    pub async fn end(self) {
        let Self { admin, name, setup, office, portal, portal_app, office_app, .. } = self;
        drop((portal_app, office_app));
        setup.close().await;
        office.close().await;
        portal.close().await;
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {name}"))).execute(&mut conn).await.unwrap();
    }
}

fn app(site: Site, db: Db, vault: Vault, routes: Routes) -> axum::Router {
    let settings = Settings {
        site,
        base_url: format!("https://{}.example", site.code()),
        secret: vec![7; 32],
        demo: None,
        brand: None,
        form_targets: vec![],
        files_url: "https://files.example".into(),
        framers: vec![],
        max_upload: 20 * 1024 * 1024,
        max_in_flight: 200,
        proxies: Default::default(),
    };
    let kernel: Arc<Kernel> = Kernel::new(settings, db, vault, routes.menu_items());
    server::service(&kernel, routes)
}

async fn publish(setup: &Db, source: &SourceFiles, edition: &Edition) -> hojo_words::ids::PublicId {
    let mut tx = setup.begin_setup().await.unwrap();
    let key = format!("{}@{}", edition.id, edition.version);
    sqlx::query(
        "insert into editions (id, programme_id, code, version, hash, source, published_by, approved_by, effective_at)
         values ($1, 'p', '2026-r1', $2, $3, $4, '甲', '乙', now())",
    )
    .bind(&key)
    .bind(&edition.version)
    .bind(&edition.hash)
    .bind(serde_json::to_value(source).unwrap())
    .execute(tx.sql())
    .await
    .unwrap();
    let round = random::public_id();
    sqlx::query("insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at) values ($1, $2, 'p', '2026-r1', '第1回公募', $3, $4, $5)")
        .bind(random::key()).bind(round.uuid()).bind(&key).bind(OPENS).bind(CLOSES)
        .execute(tx.sql()).await.unwrap();
    sqlx::query("insert into postal_codes (code, prefecture, city, town, kana) values ('1050001', '東京都', '港区', '虎ノ門', 'トラノモン')")
        .execute(tx.sql()).await.unwrap();
    sqlx::query("insert into banks (code, name, kana, half, key) values ('0001', 'みほん銀行', 'ミホンギンコウ', 'ﾐﾎﾝ', 'ミホン銀行ミホンギンコウ')")
        .execute(tx.sql()).await.unwrap();
    tx.commit().await.unwrap();
    round
}
