//! A small world in review: a database of its own, the real edition, one round, managers, reviewers
//! and filed cases in position examine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use hojo_access::{Actor, Permission, Site, Staff};
use hojo_case::{Case, Channel, Position};
use hojo_db::{Clock, Db, DbConfig, Mode, PoolSize, migrate, random};
use hojo_jobs::{Lane, Runner};
use hojo_programme::{Edition, Raw, SourceFiles, load_dir};
use hojo_vault::Vault;
use hojo_web::{Kernel, Settings, server};
use hojo_words::ids::{PublicId, StaffId};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use time::macros::datetime;
use uuid::Uuid;

use crate::client::Client;

pub struct World {
    pub round: PublicId,
    pub office: Db,
    app: axum::Router,
    work: Db,
    setup: Db,
    edition: Edition,
    round_key: Uuid,
    owner: String,
    admin: String,
    name: String,
    _vault: tempfile::TempDir,
}

/// A reviewer or colleague, signed in.
pub struct Person {
    pub id: Uuid,
    pub public_id: PublicId,
    pub client: Client,
}

#[expect(clippy::disallowed_methods, reason = "tests are told where the database is by the environment")]
fn database_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL names a server on which the owner may make databases")
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
    pub async fn new() -> Self {
        let admin = database_url();
        let name = format!("hojo_review_{}", random::key().simple());
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await.unwrap();
        let owner = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        migrate::run(&owner).await.unwrap();
        let config = DbConfig { url: owner.clone(), pool: PoolSize(6), wait: Duration::from_secs(20) };
        let login = owner.split("://").nth(1).unwrap().split('@').next().unwrap().split(':').next().unwrap().to_owned();
        let setup = Db::connect_setup(&config, &login, Clock::default()).await.unwrap();
        let office = Db::connect_site(&config, Site::Office, Clock::default()).await.unwrap();
        let work = Db::connect_worker(&config, Clock::default()).await.unwrap();
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri/2026-r1");
        let mut source = SourceFiles::default();
        source.insert("programme.yaml", &std::fs::read_to_string(dir.join("../programme.yaml")).unwrap());
        collect(&dir, &dir, &mut source);
        let edition = load_dir(&source).unwrap_or_else(|p| panic!("{}", p[0]));
        let (round_key, round) = publish(&setup, &source, &edition).await;
        let vault_dir = tempfile::tempdir().unwrap();
        let routes = hojo_review::office_routes().with(hojo_review::reviewer_routes());
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
            max_in_flight: 100,
            proxies: Default::default(),
        };
        let vault = Vault::local(vault_dir.path()).unwrap();
        let kernel = Kernel::new(settings, office.clone(), vault, routes.menu_items());
        let app = server::service(&kernel, routes);
        Self { round, office, app, work, setup, edition, round_key, owner, admin, name, _vault: vault_dir }
    }

    pub async fn manager(&self, name: &str) -> Person {
        self.person("staff", name, "", Permission::ALL).await
    }

    pub async fn reviewer(&self, name: &str, organisation: &str) -> Person {
        self.person("reviewer", name, organisation, &[Permission::ReviewCase]).await
    }

    async fn person(&self, kind: &str, name: &str, organisation: &str, permissions: &[Permission]) -> Person {
        let (id, public_id) = (random::key(), random::public_id());
        let role = format!("r{}", id.simple());
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("insert into staff (id, public_id, login, name, kind, organisation, password_hash, totp_secret) values ($1, $2, $3, $4, $5, $6, 'x', 'x')")
            .bind(id).bind(public_id.uuid()).bind(id.to_string()).bind(name).bind(kind).bind(organisation)
            .execute(tx.sql()).await.unwrap();
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
        let session = self.session(id).await;
        Person { id, public_id, client: Client::new(self.app.clone(), &session).await }
    }

    async fn session(&self, staff: Uuid) -> String {
        use sha2::Digest;
        let token = random::token();
        let mut tx = self.office.gate().begin(Mode::Write).await.unwrap();
        sqlx::query(
            "insert into sessions (id, token_hash, site, staff_id, idle_seconds, expires_at)
             values ($1, $2, 'office', $3, 3600, clock_timestamp() + interval '1 day')",
        )
        .bind(random::key())
        .bind(sha2::Sha256::digest(token.as_bytes()).to_vec())
        .bind(staff)
        .execute(tx.sql())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// A filed application that passed the formal check, as the other slices leave it.
    pub async fn case(&self, n: u32, name: &str, requested: i64) -> PublicId {
        let procedure = self.edition.procedure("application").unwrap();
        let example =
            procedure.examples.iter().find(|e| e.name.contains("製造業・従業員22人・革新枠（不備なし）")).unwrap();
        let mut answers = example.answers.clone();
        answers.set("name", Raw::from(name));
        answers.set("representative", Raw::from("見本 太郎"));
        answers.set("prefecture", Raw::from("13"));
        // What the filing says is what is asked for, and decided.
        answers.set("request_less", Raw::from(requested.to_string().as_str()));
        let (applicant, case, filing, public_id) = (random::key(), random::key(), random::key(), random::public_id());
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("insert into applicants (id, public_id, kind, corporate_number, name) values ($1, $2, 'corporation', $3, $4)")
            .bind(applicant).bind(random::public_id().uuid()).bind(format!("7{n:012}")).bind(name)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        let state = Case {
            position: Position::Examine,
            submissions: 1,
            seq: 5,
            requested: Some(requested),
            ..Case::opened(Channel::Portal)
        };
        let edition = format!("{}@{}", self.edition.id, self.edition.version);
        let number = format!("2026-R1-{n:05}");
        let mut tx = self.office.begin(&somebody(Uuid::from_u128(1)), Mode::Write).await.unwrap();
        sqlx::query(
            "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, number, position, seq, state,
                                applicant_name, title, frame, requested, created_at, filed_at, changed_at)
             values ($1, $2, 'p', $3, $4, $5, $6, 'examine', 5, $7, $8, '複合加工機による新製品', 'innovation', $9, now(), now(), now())",
        )
        .bind(case).bind(public_id.uuid()).bind(self.round_key).bind(applicant).bind(&edition).bind(&number)
        .bind(serde_json::to_value(&state).unwrap()).bind(name).bind(requested)
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into filings (id, public_id, programme_id, round_id, applicant_id, case_id, procedure, edition_id, channel, state, version, created_at)
             values ($1, $2, 'p', $3, $4, $5, 'application', $6, 'portal', 'filed', 1, now())",
        )
        .bind(filing).bind(random::public_id().uuid()).bind(self.round_key).bind(applicant).bind(case).bind(&edition)
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers, attachments, findings, digest, filed_at, filed_by)
             values ($1, 1, 'p', $2, $3, $4, $5, $6, '[]', '[]', 'x', now(), $3)",
        )
        .bind(filing).bind(self.round_key).bind(applicant).bind(case).bind(&number).bind(serde_json::to_value(&answers).unwrap())
        .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        public_id
    }

    /// Works off what is due on the lane of cases.
    pub async fn work(&self) {
        let runner = hojo_review::jobs(Runner::new(self.work.clone(), random::token()));
        while runner.turn(Lane::Cases).await.unwrap() > 0 {}
    }

    /// What the worker does once a day, on another day than before.
    pub async fn another_day(&self) {
        self.as_worker("update schedules set slot = slot - interval '1000 days'").await;
        hojo_review::keep_reminding(self.work.clone(), std::future::ready(())).await;
    }

    /// A number over all rows, as the worker sees them.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut tx = self.work.begin(&Actor::Worker, Mode::Write).await.unwrap();
        let n = sqlx::query(AssertSqlSafe(format!("select ({sql})::bigint as n")))
            .fetch_one(tx.sql())
            .await
            .unwrap()
            .get("n");
        tx.commit().await.unwrap();
        n
    }

    /// A number as the office's database role sees it.
    pub async fn count_as_office(&self, sql: &str) -> i64 {
        let mut tx = self.office.begin(&somebody(Uuid::from_u128(1)), Mode::Read).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("select ({sql})::bigint as n"))).fetch_one(tx.sql()).await.unwrap().get("n")
    }

    /// A statement of the worker.
    pub async fn as_worker(&self, sql: &str) {
        let mut tx = self.work.begin(&Actor::Worker, Mode::Write).await.unwrap();
        sqlx::query(AssertSqlSafe(sql.to_owned())).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// A number as one reviewer's database role sees it, whatever the pages do.
    pub async fn count_as_reviewer(&self, reviewer: Uuid, sql: &str) -> i64 {
        let staff = Staff {
            staff: StaffId(reviewer),
            name: "r".into(),
            permissions: BTreeSet::from([Permission::ReviewCase]),
            limits: Default::default(),
        };
        let mut tx = self.office.begin(&Actor::Reviewer(staff), Mode::Read).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("select ({sql})::bigint as n"))).fetch_one(tx.sql()).await.unwrap().get("n")
    }

    /// Takes the world down. A test that failed leaves its database for a look.
    pub async fn end(self) {
        let Self { admin, name, setup, office, work, app, owner, .. } = self;
        drop((app, owner));
        setup.close().await;
        office.close().await;
        work.close().await;
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        // The server notices closed connections a moment later, and other roles' cannot be ended by force.
        for _ in 0..100 {
            if sqlx::raw_sql(AssertSqlSafe(format!("drop database {name}"))).execute(&mut conn).await.is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{name} is still in use");
    }
}

fn somebody(id: Uuid) -> Actor {
    Actor::Staff(Staff {
        staff: StaffId(id),
        name: "準備".into(),
        permissions: BTreeSet::new(),
        limits: Default::default(),
    })
}

async fn publish(setup: &Db, source: &SourceFiles, edition: &Edition) -> (Uuid, PublicId) {
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
    let (id, round) = (random::key(), random::public_id());
    sqlx::query("insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at) values ($1, $2, 'p', '2026-r1', '第1回公募', $3, $4, $5)")
        .bind(id).bind(round.uuid()).bind(&key).bind(datetime!(2026-09-30 17:00 +9)).bind(datetime!(2026-10-30 18:00 +9))
        .execute(tx.sql()).await.unwrap();
    tx.commit().await.unwrap();
    (id, round)
}
