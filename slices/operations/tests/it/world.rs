//! A database of its own for one test, with one colleague of office IT.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hojo_access::{Actor, Permission, Site};
use hojo_db::{Clock, Db, DbConfig, Mode, PoolSize, migrate, random};
use hojo_vault::Vault;
use hojo_web::{Kernel, Settings, server};
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use tower::ServiceExt;
use uuid::Uuid;

pub struct World {
    pub worker: Db,
    office: Db,
    setup: Db,
    vault: Vault,
    staff: Uuid,
    admin: String,
    name: String,
    _dir: tempfile::TempDir,
}

pub struct Answer {
    pub status: u16,
    pub text: String,
    pub location: String,
}

fn database_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL names a server on which the owner may make databases")
}

impl World {
    pub async fn new(permissions: &[Permission]) -> Self {
        let admin = database_url();
        let name = format!("hojo_operations_{}", random::key().simple());
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await.unwrap();
        let owner = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        migrate::run(&owner).await.unwrap();
        let config = DbConfig { url: owner.clone(), pool: PoolSize(3), wait: Duration::from_secs(20) };
        let login = owner.split("://").nth(1).unwrap().split(['@', ':']).next().unwrap().to_owned();
        let setup = Db::connect_setup(&config, &login, Clock::default()).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        Self {
            worker: Db::connect_worker(&config, Clock::default()).await.unwrap(),
            office: Db::connect_site(&config, Site::Office, Clock::default()).await.unwrap(),
            staff: colleague(&setup, permissions).await,
            setup,
            vault: Vault::local(dir.path()).unwrap(),
            admin,
            name,
            _dir: dir,
        }
    }

    /// Statements of the worker.
    pub async fn work(&self, sql: &'static str) {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Write).await.unwrap();
        sqlx::raw_sql(sql).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A file that waits for the scanner.
    pub async fn queue_scan(&self, sha256: &str) {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Write).await.unwrap();
        let sql = format!("insert into file_scans (sha256, state) values ('{sha256}', 'waiting')");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Statements of the sign-in.
    pub async fn gate(&self, sql: &str) {
        let mut tx = self.office.gate().begin(Mode::Write).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn staff(&self) -> Uuid {
        self.staff
    }

    pub async fn text(&self, sql: &str) -> String {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Read).await.unwrap();
        let row = sqlx::query(AssertSqlSafe(format!("select ({sql})::text as t"))).fetch_one(tx.sql()).await.unwrap();
        row.get::<Option<String>, _>("t").unwrap_or_default()
    }

    pub async fn get(&self, path: &str) -> Answer {
        let (app, cookie) = self.site().await;
        send(app, Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        let (app, cookie) = self.site().await;
        let page =
            send(app.clone(), Request::builder().uri("/jobs").header("cookie", &cookie).body(Body::empty()).unwrap())
                .await;
        let start = "name=\"csrf-token\" content=\"";
        let at = page.text.find(start).expect("a page for somebody signed in") + start.len();
        let token = page.text[at..].split('"').next().unwrap().to_owned();
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("cookie", cookie)
            .header("origin", "https://office.example")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(format!("_csrf={token}&{body}")))
            .unwrap();
        send(app, request).await
    }

    async fn site(&self) -> (axum::Router, String) {
        use sha2::Digest;
        let token = random::token();
        let hash: String = sha2::Sha256::digest(token.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        self.gate(&format!(
            "insert into sessions (id, token_hash, site, staff_id, idle_seconds, expires_at)
             values ('{}', '\\x{hash}', 'office', '{}', 3600, clock_timestamp() + interval '1 day')",
            random::key(),
            self.staff
        ))
        .await;
        let settings = Settings {
            site: Site::Office,
            base_url: "https://office.example".into(),
            secret: vec![7; 32],
            demo: None,
            brand: None,
            form_targets: vec![],
            files_url: "https://files.example".into(),
            framers: vec![],
            max_upload: 1024,
            max_in_flight: 20,
            proxies: Default::default(),
        };
        let routes = hojo_operations::routes();
        let kernel = Kernel::new(settings, self.office.clone(), self.vault.clone(), routes.menu_items());
        (server::service(&kernel, routes), format!("__Host-hojo-office={token}"))
    }

    pub async fn end(self) {
        for db in [&self.worker, &self.office, &self.setup] {
            db.close().await;
        }
        let mut conn = PgConnection::connect(&self.admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {}", self.name))).execute(&mut conn).await.unwrap();
    }
}

async fn send(app: axum::Router, request: Request<Body>) -> Answer {
    let response = app.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let location = parts.headers.get("location").map_or("", |v| v.to_str().unwrap()).to_owned();
    Answer { status: parts.status.as_u16(), text: String::from_utf8_lossy(&bytes).into_owned(), location }
}

async fn colleague(setup: &Db, permissions: &[Permission]) -> Uuid {
    let id = random::key();
    let mut tx = setup.begin_setup().await.unwrap();
    sqlx::query("insert into staff (id, public_id, login, name, kind, password_hash, totp_secret) values ($1, $2, 'it', '運用 花子', 'staff', 'x', 'x')")
        .bind(id).bind(random::public_id().uuid()).execute(tx.sql()).await.unwrap();
    sqlx::query("insert into roles (code, label) values ('it', 'it')").execute(tx.sql()).await.unwrap();
    for p in permissions {
        sqlx::query("insert into role_permissions (role, permission) values ('it', $1)")
            .bind(p.code())
            .execute(tx.sql())
            .await
            .unwrap();
    }
    sqlx::query("insert into staff_roles (staff_id, role) values ($1, 'it')").bind(id).execute(tx.sql()).await.unwrap();
    tx.commit().await.unwrap();
    id
}
