//! A small world for one test: a database of its own, the real edition, cases that were filed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hojo_access::{AccountKind, Actor, Applicant, Permission, Permit, Site, Staff, allow};
use hojo_case::{Case, Channel, CheckResult, Event, Outcome};
use hojo_db::{Audit, CaseRow, Clock, Db, DbConfig, Mode, PoolSize, migrate, random};
use hojo_jobs::{NewJob, Runner, enqueue};
use hojo_letters::{Deps, Printer};
use hojo_programme::{Answers, Edition, Raw, SourceFiles, load_dir};
use hojo_vault::Vault;
use hojo_web::{Kernel, Routes, Settings, server};
use hojo_words::ids::{AccountId, ApplicantId, CaseId, PublicId, RoundId, StaffId};
use http_body_util::BodyExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use time::macros::datetime;
use tower::ServiceExt;
use uuid::Uuid;

use crate::stand_ins::{FakePress, PickyMail};

pub struct World {
    pub press: Arc<FakePress>,
    pub mail: Arc<PickyMail>,
    pub vault: Vault,
    portal: Db,
    office: Db,
    worker: Db,
    setup: Db,
    edition: Edition,
    round: RoundId,
    staff: Staff,
    admin: String,
    name: String,
    _dir: tempfile::TempDir,
}

/// A filed case with the account that filed it.
pub struct Filed {
    pub row: CaseRow,
    pub filing: PublicId,
    actor: Applicant,
    account: Uuid,
}

pub struct Answer {
    pub status: u16,
    pub text: String,
    pub bytes: Vec<u8>,
    pub location: String,
}

fn database_url() -> String {
    std::env::var("DATABASE_URL").expect("DATABASE_URL names a server on which the owner may make databases")
}

fn source() -> SourceFiles {
    fn collect(root: &Path, dir: &Path, files: &mut SourceFiles) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, files);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.insert(name, &std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri/2026-r1");
    let mut files = SourceFiles::default();
    files.insert("programme.yaml", &std::fs::read_to_string(dir.join("../programme.yaml")).unwrap());
    collect(&dir, &dir, &mut files);
    files
}

impl World {
    pub async fn new() -> Self {
        let admin = database_url();
        let name = format!("hojo_letters_{}", random::key().simple());
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await.unwrap();
        let owner = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        migrate::run(&owner).await.unwrap();
        let config = DbConfig { url: owner.clone(), pool: PoolSize(4), wait: Duration::from_secs(20) };
        let login = owner.split("://").nth(1).unwrap().split(['@', ':']).next().unwrap().to_owned();
        let clock = Clock::default();
        let setup = Db::connect_setup(&config, &login, clock.clone()).await.unwrap();
        let dir = tempfile::tempdir().unwrap();
        let source = source();
        let edition = load_dir(&source).unwrap_or_else(|p| panic!("{}", p[0]));
        let round = publish(&setup, &source, &edition).await;
        let staff = colleague(&setup).await;
        Self {
            press: Arc::default(),
            mail: Arc::default(),
            vault: Vault::local(dir.path()).unwrap(),
            portal: Db::connect_site(&config, Site::Portal, clock.clone()).await.unwrap(),
            office: Db::connect_site(&config, Site::Office, clock.clone()).await.unwrap(),
            worker: Db::connect_worker(&config, clock).await.unwrap(),
            setup,
            edition,
            round,
            staff,
            admin,
            name,
            _dir: dir,
        }
    }

    fn key(&self) -> String {
        format!("{}@{}", self.edition.id, self.edition.version)
    }

    /// A company's application as it stands after 提出, at the formal check.
    pub async fn file(&self, name: &str, email: &str) -> Filed {
        let (applicant, account) = (ApplicantId(random::key()), random::key());
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("insert into applicants (id, public_id, kind, name) values ($1, $2, 'sole_proprietor', $3)")
            .bind(applicant.0)
            .bind(random::public_id().uuid())
            .bind(name)
            .execute(tx.sql())
            .await
            .unwrap();
        let claims = serde_json::json!({ "name": name, "representative": "見本 太郎", "address": "東京都千代田区" });
        sqlx::query("insert into accounts (id, issuer, sub, applicant_id, kind, display_name, email, claims) values ($1, 'test', $2, $3, 'prime', $4, $5, $6)")
            .bind(account).bind(account.to_string()).bind(applicant.0).bind(name).bind(email).bind(claims)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        let actor = Applicant { account: AccountId(account), applicant, kind: AccountKind::Prime, name: name.into() };
        let (row, filing) = self.hand_in(&actor, name).await;
        Filed { row, filing, actor, account }
    }

    async fn hand_in(&self, actor: &Applicant, name: &str) -> (CaseRow, PublicId) {
        let mut tx = self.portal.begin(&Actor::Applicant(actor.clone()), Mode::Write).await.unwrap();
        let now = tx.now().await.unwrap().utc();
        let opened = Event::CaseOpened { procedure: "application".into(), channel: Channel::Portal, due: None };
        let row = CaseRow {
            id: CaseId(random::key()),
            public_id: random::public_id(),
            programme: "p".into(),
            round: self.round,
            applicant: actor.applicant,
            applicant_name: name.into(),
            edition: self.key(),
            root: None,
            procedure: "application".into(),
            opener: "applicant".into(),
            number: None,
            title: String::new(),
            frame: String::new(),
            case: Case { seq: 1, ..Case::opened(Channel::Portal) },
            created_at: now,
            filed_at: None,
            changed_at: now,
        };
        tx.open_case(&row, &opened, &audit()).await.unwrap();
        let (id, filing) = (random::key(), random::public_id());
        sqlx::query("insert into filings (id, public_id, programme_id, round_id, applicant_id, case_id, procedure, edition_id, channel, state, version, created_at)
                     values ($1, $2, 'p', $3, $4, $5, 'application', $6, 'portal', 'filed', 1, $7)")
            .bind(id).bind(filing.uuid()).bind(self.round.0).bind(actor.applicant.0).bind(row.id.0).bind(self.key()).bind(now)
            .execute(tx.sql()).await.unwrap();
        let receipt = format!("R1-{}", &row.public_id.to_string()[..8]);
        let answers = self.answers(actor.account.0);
        sqlx::query("insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers, attachments, findings, digest, filed_at, filed_by)
                     values ($1, 1, 'p', $2, $3, $4, $5, $6, '[]', '[]', 'd', $7, $8)")
            .bind(id).bind(self.round.0).bind(actor.applicant.0).bind(row.id.0).bind(&receipt)
            .bind(serde_json::to_value(answers).unwrap()).bind(now).bind(actor.account.0)
            .execute(tx.sql()).await.unwrap();
        let (permit, row) = tx.case::<allow::SubmitFiling>(row.public_id, Mode::Write).await.unwrap();
        let filed = Event::Filed {
            submission: 1,
            receipt,
            digest: "d".into(),
            requested: Some(10_000_000),
            title: "新しい部品の開発".into(),
            frame: "innovation".into(),
            late_since: None,
            check_due: None,
        };
        let terms = self.terms(&mut tx, &row).await;
        let row = tx.record(&permit, &row, &[filed], &terms, &audit()).await.unwrap();
        tx.commit().await.unwrap();
        (row, filing)
    }

    /// The answers of the edition's own example, with a contact address.
    fn answers(&self, account: Uuid) -> Answers {
        let examples = &self.edition.procedure("application").unwrap().examples;
        let mut answers = examples.first().expect("the edition has examples").answers.clone();
        answers.set("contact_email", Raw::Text(format!("contact-{}@example.jp", account.simple())));
        answers
    }

    async fn terms(&self, tx: &mut hojo_db::Tx, row: &CaseRow) -> hojo_case::Terms {
        let procedure = self.edition.procedure("application").unwrap();
        tx.terms(procedure, row.round, row.applicant).await.unwrap()
    }

    fn office_actor(&self) -> Actor {
        Actor::Staff(self.staff.clone())
    }

    /// Writes what the office did, with jobs that follow.
    pub async fn happen(&self, case: PublicId, events: &[Event], jobs: Vec<NewJob>) -> CaseRow {
        let mut tx = self.office.begin(&self.office_actor(), Mode::Write).await.unwrap();
        let (permit, row): (Permit<allow::Adopt>, _) = tx.case(case, Mode::Write).await.unwrap();
        let terms = self.terms(&mut tx, &row).await;
        let row = tx.record(&permit, &row, events, &terms, &audit()).await.unwrap();
        for job in jobs {
            enqueue(&mut tx, job).await.unwrap();
        }
        tx.commit().await.unwrap();
        row
    }

    /// From the check to the adoption, as events.
    pub fn adoption(&self) -> Vec<Event> {
        let by = self.staff.staff;
        vec![
            Event::FirstCheckFinished { submission: 1, by, result: CheckResult::Passed, reason: String::new() },
            Event::SecondCheckFinished { submission: 1, by, agrees: true, reason: String::new() },
            Event::ReviewFinished { finalised: 3 },
            Event::Decided {
                conditions: vec![],
                label: String::new(),
                outcome: Outcome::ADOPTED,
                amount: Some(9_000_000),
                run: "x".into(),
                reason: "選定基準による".into(),
            },
        ]
    }

    pub fn edition_key(&self) -> String {
        format!("{}@{}", self.edition.id, self.edition.version)
    }

    /// A reviewer, with or without an address.
    pub async fn reviewer(&self, name: &str, email: Option<&str>) -> Uuid {
        let id = random::key();
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("insert into staff (id, public_id, login, name, kind, email, password_hash, totp_secret) values ($1, $2, $3, $4, 'reviewer', $5, 'x', 'x')")
            .bind(id).bind(random::public_id().uuid()).bind(id.to_string()).bind(name).bind(email)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub fn me(&self) -> StaffId {
        self.staff.staff
    }

    /// Adds a remark and marks it sent.
    pub async fn remark(&self, filed: &Filed, target: &str, text: &str) {
        let mut tx = self.office.begin(&self.office_actor(), Mode::Write).await.unwrap();
        let now = tx.now().await.unwrap().utc();
        sqlx::query("insert into remarks (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, submission, target, text, severity, state, written_by, written_at, sent_at)
                     select $1, $2, 'p', round_id, applicant_id, case_id, id, 1, $4, $5, 'must', 'sent', $6, $7, $7 from filings where public_id = $3")
            .bind(random::key()).bind(random::public_id().uuid()).bind(filed.filing.uuid()).bind(target).bind(text)
            .bind(self.staff.staff.0).bind(now).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub async fn enqueue(&self, job: NewJob) {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Write).await.unwrap();
        enqueue(&mut tx, job).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// GビズID tells another name at the next sign-in.
    pub async fn rename(&self, filed: &Filed, name: &str) {
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("update applicants set name = $2 where id = $1")
            .bind(filed.actor.applicant.0)
            .bind(name)
            .execute(tx.sql())
            .await
            .unwrap();
        sqlx::query("update accounts set claims = jsonb_set(claims, '{name}', to_jsonb($2::text)) where id = $1")
            .bind(filed.account)
            .bind(name)
            .execute(tx.sql())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Works until nothing is due.
    pub async fn work(&self) -> usize {
        self.work_with(self.press.clone()).await
    }

    /// Works with another press.
    pub async fn work_with(&self, press: Arc<dyn Printer>) -> usize {
        let deps = Deps {
            db: self.worker.clone(),
            vault: self.vault.clone(),
            press,
            mail: self.mail.clone(),
            portal_url: "https://portal.example/".into(),
            office_url: "https://office.example/".into(),
        };
        let runner = hojo_letters::jobs(Runner::new(self.worker.clone(), format!("w{}", random::public_id())), deps);
        runner.drain().await.unwrap()
    }

    /// Jobs that wait for another try are due now.
    pub async fn hurry(&self) {
        self.sql("update jobs set run_at = clock_timestamp() where state = 'waiting'").await;
    }

    async fn sql(&self, sql: &'static str) {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Write).await.unwrap();
        sqlx::raw_sql(sql).execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// One text from the database, as the worker sees it.
    pub async fn text(&self, sql: &str) -> String {
        let mut tx = self.worker.begin(&Actor::Worker, Mode::Read).await.unwrap();
        let row = sqlx::query(AssertSqlSafe(format!("select ({sql})::text as t"))).fetch_one(tx.sql()).await.unwrap();
        row.get::<Option<String>, _>("t").unwrap_or_default()
    }

    /// What a signed-in applicant gets.
    pub async fn portal_get(&self, who: &Filed, path: &str, headers: &[(&str, &str)]) -> Answer {
        let cookie = self.session(Site::Portal, Some(who.account), None).await;
        let app = self.app(Site::Portal, self.portal.clone(), hojo_letters::portal_routes(self.press.clone()));
        let mut request = Request::builder().uri(path).header("cookie", format!("__Host-hojo-portal={cookie}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        send(app, request.body(Body::empty()).unwrap()).await
    }

    pub async fn office_get(&self, path: &str) -> Answer {
        let (app, cookie) = self.at_office().await;
        send(app, Request::builder().uri(path).header("cookie", cookie).body(Body::empty()).unwrap()).await
    }

    pub async fn office_post(&self, path: &str, body: &str) -> Answer {
        let (app, cookie) = self.at_office().await;
        let page = send(
            app.clone(),
            Request::builder().uri("/letters").header("cookie", &cookie).body(Body::empty()).unwrap(),
        )
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

    async fn at_office(&self) -> (axum::Router, String) {
        let cookie = self.session(Site::Office, None, Some(self.staff.staff.0)).await;
        let app = self.app(Site::Office, self.office.clone(), hojo_letters::office_routes(self.press.clone()));
        (app, format!("__Host-hojo-office={cookie}"))
    }

    fn app(&self, site: Site, db: Db, routes: Routes) -> axum::Router {
        let settings = Settings {
            site,
            base_url: format!("https://{}.example", site.code()),
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
        let kernel = Kernel::new(settings, db, self.vault.clone(), routes.menu_items());
        server::service(&kernel, routes)
    }

    async fn session(&self, site: Site, account: Option<Uuid>, staff: Option<Uuid>) -> String {
        use sha2::Digest;
        let token = random::token();
        let mut tx = self.office.gate().begin(Mode::Write).await.unwrap();
        sqlx::query("insert into sessions (id, token_hash, site, account_id, staff_id, idle_seconds, expires_at) values ($1, $2, $3, $4, $5, 3600, clock_timestamp() + interval '1 day')")
            .bind(random::key()).bind(sha2::Sha256::digest(token.as_bytes()).to_vec()).bind(site.code()).bind(account).bind(staff)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        token
    }

    /// Takes the world down. A test that failed leaves its database for a look.
    pub async fn end(self) {
        for db in [&self.portal, &self.office, &self.worker, &self.setup] {
            db.close().await;
        }
        let mut conn = PgConnection::connect(&self.admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {}", self.name))).execute(&mut conn).await.unwrap();
    }
}

fn audit() -> Audit {
    Audit::system("test")
}

async fn send(app: axum::Router, request: Request<Body>) -> Answer {
    let response = app.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let location = parts.headers.get("location").map_or("", |v| v.to_str().unwrap()).to_owned();
    Answer {
        status: parts.status.as_u16(),
        text: String::from_utf8_lossy(&bytes).into_owned(),
        bytes: bytes.to_vec(),
        location,
    }
}

async fn publish(setup: &Db, source: &SourceFiles, edition: &Edition) -> RoundId {
    let mut tx = setup.begin_setup().await.unwrap();
    let key = format!("{}@{}", edition.id, edition.version);
    sqlx::query("insert into editions (id, programme_id, code, version, hash, source, published_by, approved_by, effective_at) values ($1, 'p', '2026-r1', $2, $3, $4, '甲', '乙', now())")
        .bind(&key).bind(&edition.version).bind(&edition.hash).bind(serde_json::to_value(source).unwrap())
        .execute(tx.sql()).await.unwrap();
    let round = random::key();
    sqlx::query("insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at) values ($1, $2, 'p', '2026-r1', '第1回公募', $3, $4, $5)")
        .bind(round).bind(random::public_id().uuid()).bind(&key)
        .bind(datetime!(2020-01-01 0:00 UTC)).bind(datetime!(2099-01-01 0:00 UTC))
        .execute(tx.sql()).await.unwrap();
    tx.commit().await.unwrap();
    RoundId(round)
}

async fn colleague(setup: &Db) -> Staff {
    let id = random::key();
    let permissions = [
        Permission::BeInsider,
        Permission::IssueLetter,
        Permission::SendLetters,
        Permission::Adopt,
        Permission::ViewCase,
    ];
    let mut tx = setup.begin_setup().await.unwrap();
    sqlx::query("insert into staff (id, public_id, login, name, kind, password_hash, totp_secret) values ($1, $2, 'a', '受付 次郎', 'staff', 'x', 'x')")
        .bind(id).bind(random::public_id().uuid()).execute(tx.sql()).await.unwrap();
    sqlx::query("insert into roles (code, label) values ('r', 'r')").execute(tx.sql()).await.unwrap();
    for p in permissions {
        sqlx::query("insert into role_permissions (role, permission) values ('r', $1)")
            .bind(p.code())
            .execute(tx.sql())
            .await
            .unwrap();
    }
    sqlx::query("insert into staff_roles (staff_id, role) values ($1, 'r')").bind(id).execute(tx.sql()).await.unwrap();
    tx.commit().await.unwrap();
    Staff {
        staff: StaffId(id), name: "受付 次郎".into(), permissions: permissions.into(), limits: Default::default()
    }
}
