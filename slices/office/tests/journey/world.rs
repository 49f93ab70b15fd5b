//! A small world for one test: a database of its own, the real edition, one round, filed cases, people with sessions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hojo_access::{Actor, Permission, Site, Staff};
use hojo_case::{Case, Channel, Position};
use hojo_db::{Clock, Db, DbConfig, Mode, PoolSize, migrate, random};
use hojo_programme::{Edition, FileRef, Raw, SourceFiles, load_dir};
use hojo_vault::Vault;
use hojo_web::{Kernel, Settings, server};
use hojo_words::ids::{PublicId, StaffId};
use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use time::OffsetDateTime;
use time::macros::datetime;
use uuid::Uuid;

use crate::client::Client;

pub const OPENS: OffsetDateTime = datetime!(2026-09-30 17:00 +9);
pub const CLOSES: OffsetDateTime = datetime!(2026-10-30 18:00 +9);
pub const FILED: OffsetDateTime = datetime!(2026-10-20 10:00 +9);

pub struct World {
    pub edition: Edition,
    pub round: PublicId,
    round_id: Uuid,
    edition_key: String,
    app: axum::Router,
    office: Db,
    setup: Db,
    pub vault: Vault,
    _vault_dir: tempfile::TempDir,
    owner: String,
    admin: String,
    name: String,
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

fn source() -> SourceFiles {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../programmes/shinjigyo-monodukuri/2026-r1");
    let mut files = SourceFiles::default();
    files.insert("programme.yaml", &std::fs::read_to_string(dir.join("../programme.yaml")).unwrap());
    collect(&dir, &dir, &mut files);
    files
}

impl World {
    /// Two days before the deadline.
    pub async fn new() -> Self {
        let admin =
            std::env::var("DATABASE_URL").expect("DATABASE_URL names a server on which the owner may make databases");
        let name = format!("hojo_office_{}", random::key().simple());
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut conn).await.unwrap();
        let owner = format!("{}/{name}", admin.rsplit_once('/').unwrap().0);
        migrate::run(&owner).await.unwrap();
        let clock = Clock::with_offset((datetime!(2026-10-28 10:00 +9) - OffsetDateTime::now_utc()).whole_seconds());
        let config = |n| DbConfig { url: owner.clone(), pool: PoolSize(n), wait: Duration::from_secs(20) };
        let login = owner.split("://").nth(1).unwrap().split('@').next().unwrap().split(':').next().unwrap().to_owned();
        let setup = Db::connect_setup(&config(2), &login, clock.clone()).await.unwrap();
        let office = Db::connect_site(&config(8), Site::Office, clock).await.unwrap();
        let vault_dir = tempfile::tempdir().unwrap();
        let vault = Vault::local(vault_dir.path()).unwrap();
        let source = source();
        let edition = load_dir(&source).unwrap_or_else(|p| panic!("{}", p[0]));
        let edition_key = format!("{}@{}", edition.id, edition.version);
        let (round, round_id) = (random::public_id(), random::key());
        let mut tx = setup.begin_setup().await.unwrap();
        sqlx::query(
            "insert into editions (id, programme_id, code, version, hash, source, published_by, approved_by, effective_at)
             values ($1, 'p', '2026-r1', $2, $3, $4, '甲', '乙', now())",
        )
        .bind(&edition_key).bind(&edition.version).bind(&edition.hash).bind(serde_json::to_value(&source).unwrap())
        .execute(tx.sql()).await.unwrap();
        sqlx::query("insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at) values ($1, $2, 'p', '2026-r1', '第1回公募', $3, $4, $5)")
            .bind(round_id).bind(round.uuid()).bind(&edition_key).bind(OPENS).bind(CLOSES)
            .execute(tx.sql()).await.unwrap();
        tx.commit().await.unwrap();
        let routes = hojo_office::routes(vec![], std::sync::Arc::new(hojo_preview::Drawn::default()));
        let settings = Settings {
            site: Site::Office,
            base_url: "https://office.example".into(),
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
        let kernel: Arc<Kernel> = Kernel::new(settings, office.clone(), vault.clone(), routes.menu_items());
        let app = server::service(&kernel, routes);
        Self {
            edition,
            round,
            round_id,
            edition_key,
            app,
            office,
            setup,
            vault,
            _vault_dir: vault_dir,
            owner,
            admin,
            name,
        }
    }

    /// A colleague of the office with these permissions.
    pub async fn staff(&self, name: &str, permissions: &[Permission]) -> (PublicId, Client) {
        use sha2::Digest;
        let (id, public, token) = (random::key(), random::public_id(), random::token());
        let role = format!("r{}", id.simple());
        let mut tx = self.setup.begin_setup().await.unwrap();
        sqlx::query("insert into staff (id, public_id, login, name, kind, password_hash, totp_secret) values ($1, $2, $3, $4, 'staff', 'x', 'x')")
            .bind(id).bind(public.uuid()).bind(id.to_string()).bind(name).execute(tx.sql()).await.unwrap();
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
        let mut tx = self.office.gate().begin(Mode::Write).await.unwrap();
        sqlx::query(
            "insert into sessions (id, token_hash, site, staff_id, idle_seconds, expires_at)
             values ($1, $2, 'office', $3, 3600, clock_timestamp() + interval '1 day')",
        )
        .bind(random::key())
        .bind(sha2::Sha256::digest(token.as_bytes()).to_vec())
        .bind(id)
        .execute(tx.sql())
        .await
        .unwrap();
        tx.commit().await.unwrap();
        (public, Client::new(self.app.clone(), format!("__Host-hojo-office={token}")).await)
    }

    /// A filed application with the answers of the first example, one attachment, and its place in the search.
    pub async fn filed(&self, n: u32, name: &str) -> (PublicId, PublicId) {
        self.filed_with(n, name, b"%PDF-1.7 sample", 1).await
    }

    /// As [`World::filed`], with these bytes as the attachment.
    pub async fn filed_with(&self, n: u32, name: &str, bytes: &'static [u8], pages: i32) -> (PublicId, PublicId) {
        let (case, public, filing, applicant, file) =
            (random::key(), random::public_id(), random::key(), random::key(), random::public_id());
        let procedure = self.edition.procedure("application").unwrap();
        let mut answers =
            procedure.examples.iter().map(|e| e.answers.clone()).find(|a| a.get("plan_title").is_some()).unwrap();
        let sha256 = self.vault.keep(bytes.into()).await.unwrap();
        answers.set(
            "att_employee_count",
            Raw::Files(vec![FileRef {
                file: file.to_string(),
                name: "概況説明書.pdf".into(),
                size: 15,
                sha256: sha256.clone(),
                media_type: "application/pdf".into(),
                pages: Some(1),
            }]),
        );
        let mut state = Case::opened(Channel::Portal);
        (state.position, state.seq, state.submissions, state.requested) = (Position::Check, 2, 1, Some(10_000_000));
        let number = format!("R1-{n:06}");
        // As an office colleague: nobody else but the applicant may write these rows, not even the set-up.
        let clerk = Staff {
            staff: StaffId(random::key()),
            name: "受付".into(),
            permissions: [].into(),
            limits: Default::default(),
        };
        let mut tx = self.office.begin(&Actor::Staff(clerk), Mode::Write).await.unwrap();
        sqlx::query("insert into applicants (id, public_id, kind, corporate_number, name) values ($1, $2, 'corporation', $3, $4)")
            .bind(applicant).bind(random::public_id().uuid()).bind(format!("{}", 1_000_000_000_000_u64 + u64::from(n))).bind(name)
            .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, number, position, seq, state,
                                applicant_name, title, frame, requested, created_at, filed_at, changed_at)
             values ($1, $2, 'p', $3, $4, $5, $6, 'check', 2, $7, $8, '新しい事業', 'innovation', 10000000, $9, $9 + make_interval(secs => $10), $9)",
        )
        .bind(case).bind(public.uuid()).bind(self.round_id).bind(applicant).bind(&self.edition_key).bind(&number)
        .bind(serde_json::to_value(&state).unwrap()).bind(name).bind(FILED).bind(f64::from(n))
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into filings (id, public_id, programme_id, round_id, applicant_id, case_id, procedure, edition_id, channel, state, version, created_at, filed_at)
             values ($1, $2, 'p', $3, $4, $5, 'application', $6, 'portal', 'filed', 1, $7, $7)",
        )
        .bind(filing).bind(random::public_id().uuid()).bind(self.round_id).bind(applicant).bind(case).bind(&self.edition_key).bind(FILED)
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers, attachments, findings, digest, filed_at, filed_by)
             values ($1, 1, 'p', $2, $3, $4, $5, $6, $7, $8, 'd', $9, $3)",
        )
        .bind(filing).bind(self.round_id).bind(applicant).bind(case).bind(&number).bind(serde_json::to_value(&answers).unwrap())
        .bind(json!([{ "sha256": sha256 }])).bind(json!([{ "code": "ELIG-SME" }])).bind(FILED)
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "insert into files (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, slot, name, size, sha256, media_type, state, uploaded_at, uploaded_by, pages)
             values ($1, $2, 'p', $3, $4, $5, $6, 'att_employee_count', '概況説明書.pdf', 15, $7, 'application/pdf', 'accepted', $8, $4, $9)",
        )
        .bind(random::key()).bind(file.uuid()).bind(self.round_id).bind(applicant).bind(case).bind(filing).bind(&sha256).bind(FILED).bind(pages)
        .execute(tx.sql()).await.unwrap();
        tx.index_case(hojo_words::ids::CaseId(case), [name, number.as_str(), "新しい事業"]).await.unwrap();
        tx.commit().await.unwrap();
        (public, file)
    }

    /// The returned filing comes back with one answer changed.
    pub async fn refiled(&self, case: PublicId, field: &str, text: &str) {
        let clerk = Staff {
            staff: StaffId(random::key()),
            name: "受付".into(),
            permissions: [].into(),
            limits: Default::default(),
        };
        let mut tx = self.office.begin(&Actor::Staff(clerk), Mode::Write).await.unwrap();
        sqlx::query(
            "insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers, attachments, findings, digest, filed_at, filed_by)
             select filing_id, 2, s.programme_id, s.round_id, s.applicant_id, case_id, receipt || '-2', jsonb_set(answers, array[$2], to_jsonb($3::text)), attachments, findings, 'e', s.filed_at, filed_by
             from submissions s join cases c on c.id = s.case_id where c.public_id = $1",
        )
        .bind(case.uuid()).bind(field).bind(text)
        .execute(tx.sql()).await.unwrap();
        sqlx::query(
            "update cases set position = 'check', due_on = null,
                    state = state || jsonb_build_object('position', 'check', 'submissions', 2, 'due', null) where public_id = $1",
        )
        .bind(case.uuid())
        .execute(tx.sql()).await.unwrap();
        sqlx::query("update filings f set state = 'filed' from cases c where c.id = f.case_id and c.public_id = $1")
            .bind(case.uuid())
            .execute(tx.sql())
            .await
            .unwrap();
        sqlx::query("update remarks m set state = 'mended' from cases c where c.id = m.case_id and c.public_id = $1")
            .bind(case.uuid())
            .execute(tx.sql())
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// What the office's database role sees.
    pub async fn count(&self, sql: &str) -> i64 {
        let mut conn = PgConnection::connect(&self.owner.replacen("hojo_owner@", "hojo_office@", 1)).await.unwrap();
        sqlx::raw_sql("set role hojo_staff; set hojo.actor = '00000000-0000-0000-0000-000000000001'")
            .execute(&mut conn)
            .await
            .unwrap();
        sqlx::query(AssertSqlSafe(format!("select ({sql})::bigint as n"))).fetch_one(&mut conn).await.unwrap().get("n")
    }

    /// Takes the world down. A test that failed leaves its database for a look.
    pub async fn end(self) {
        let Self { admin, name, setup, office, app, .. } = self;
        drop(app);
        setup.close().await;
        office.close().await;
        let mut conn = PgConnection::connect(&admin).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("drop database {name}"))).execute(&mut conn).await.unwrap();
    }
}
