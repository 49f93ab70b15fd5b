//! The benches' world: companies with accounts, colleagues, applications in mixed positions. Written in
//! sets through the office's door; answers come from the edition's examples, states from `hojo_case`.

use std::collections::BTreeSet;

use anyhow::Context;
use hojo_access::{Actor, Permission, Site, Staff};
use hojo_case::{Case, Channel, Event, Outcome, Position};
use hojo_db::{Db, Mode, Tx};
use hojo_people::staff::{hash_password, totp_secret};
use hojo_words::ids::{CaseId, PublicId, StaffId};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::answers::{APPLICATION, Set, claims, hex_digest, name, number, own_files};
use super::place::Place;
use crate::demo::dice::Dice;
use crate::staff::{NewPerson, add, set_roles};

/// Kinds of rows, as they stand in the keys: the keys of application `n` are known without asking.
#[derive(Clone, Copy)]
pub enum Kind {
    Applicant = 0xa1,
    Account = 0xac,
    Case = 0xca,
    CaseAddress = 0xcb,
    Filing = 0xf1,
    FilingAddress = 0xf2,
    File = 0xfe,
    FileAddress = 0xff,
}

/// The key of a row of application `n`. `pgbench` makes the same keys from the same number.
pub fn id(kind: Kind, n: u32) -> Uuid {
    let text = format!("000000{:02x}-0000-7000-8000-{n:012}", kind as u8);
    Uuid::parse_str(&text).unwrap_or_default()
}

/// Three in ten are drafts; the others have got as far as in the middle of a round.
pub fn position(n: u32) -> Position {
    match (n % 10, n / 10 % 10) {
        (0..=2, _) => Position::Draft,
        (3 | 4, _) => Position::Check,
        (5, 0..=5) => Position::SecondCheck,
        (5, _) => Position::Returned,
        (6 | 7, _) => Position::Examine,
        (8, _) => Position::Decide,
        _ => Position::Closed,
    }
}

const BATCH: usize = 100;
const OPERATORS: [&str; 8] =
    ["佐伯 直美", "高橋 亮", "松田 真由", "近藤 拓也", "石井 香", "森 健", "林 由美", "岡田 徹"];

struct Round {
    id: Uuid,
    programme: String,
    code: String,
    edition: String,
}

/// Fills an empty database.
pub async fn world(place: &Place) -> anyhow::Result<()> {
    let staff = colleagues(place).await?;
    let all: Vec<u32> = (0..place.options.applications).collect();
    write(place, &staff, &all, position).await
}

/// More complete drafts, numbered on from the highest; for handing in.
pub async fn drafts(place: &Place, from: u32, count: u32) -> anyhow::Result<()> {
    let staff = operators(&place.setup().await?).await?;
    let all: Vec<u32> = (from..from + count).collect();
    write(place, &staff, &all, |_| Position::Draft).await
}

async fn write(place: &Place, staff: &[Uuid], all: &[u32], position: fn(u32) -> Position) -> anyhow::Result<()> {
    let setup = place.setup().await?;
    let office = Db::connect_site(&place.config.db(), Site::Office, place.clock()).await?;
    let first = staff.first().context("there are colleagues")?;
    let actor = Actor::Staff(Staff {
        staff: StaffId(*first),
        name: "ベンチ".into(),
        permissions: BTreeSet::from([Permission::ViewCase]),
        limits: hojo_access::Limits::default(),
    });
    let round = round(&setup).await?;
    let sets = place.sets.list.len();
    for (which, set) in place.sets.list.iter().enumerate() {
        let mine: Vec<u32> = all.iter().copied().filter(|n| (*n as usize) % sets == which).collect();
        for ns in mine.chunks(BATCH) {
            companies(&setup, ns).await?;
            let mut tx = office.begin(&actor, Mode::Write).await?;
            Batch { place, round: &round, set, staff, ns, position }.write(&mut tx).await?;
            tx.commit().await?;
        }
    }
    let last = i32::try_from(all.iter().max().copied().unwrap_or(0))? + 1;
    let mut tx = office.begin(&actor, Mode::Write).await?;
    sqlx::query!(
        "insert into receipt_numbers as r (round_id, last) values ($1, $2)
         on conflict (round_id) do update set last = greatest(r.last, excluded.last)",
        round.id,
        last
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn round(setup: &Db) -> anyhow::Result<Round> {
    let mut tx = setup.begin_setup().await?;
    let r = sqlx::query!("select id, programme_id, code, edition_id from rounds limit 1").fetch_one(tx.sql()).await?;
    tx.commit().await?;
    Ok(Round { id: r.id, programme: r.programme_id, code: r.code, edition: r.edition_id })
}

async fn colleagues(place: &Place) -> anyhow::Result<Vec<Uuid>> {
    let setup = place.setup().await?;
    let mut tx = setup.begin_setup().await?;
    set_roles(&mut tx, &place.options.roles).await?;
    let (password_hash, secret) = (hash_password("nobody signs in with it")?, totp_secret());
    for (at, name) in OPERATORS.iter().enumerate() {
        let login = format!("operator{}", at + 1);
        // The first may do all there is to do on the list.
        let roles: &[&str] = if at == 0 { &["manager", "operator"] } else { &["operator"] };
        let person = NewPerson {
            login: &login,
            name,
            roles,
            reviewer: false,
            password_hash: &password_hash,
            totp_secret: &secret,
        };
        add(&mut tx, &person).await?;
    }
    tx.commit().await?;
    operators(&setup).await
}

/// The colleagues' keys, the manager first.
pub async fn operators(setup: &Db) -> anyhow::Result<Vec<Uuid>> {
    let mut tx = setup.begin_setup().await?;
    let rows = sqlx::query!("select id from staff where kind = 'staff' order by login").fetch_all(tx.sql()).await?;
    tx.commit().await?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}

async fn companies(setup: &Db, ns: &[u32]) -> anyhow::Result<()> {
    let ids = |kind| ns.iter().map(|n| id(kind, *n)).collect::<Vec<_>>();
    let (applicants, accounts) = (ids(Kind::Applicant), ids(Kind::Account));
    let names: Vec<String> = ns.iter().map(|n| name(*n)).collect();
    let numbers: Vec<String> = ns.iter().map(|n| number(*n)).collect();
    let mut tx = setup.begin_setup().await?;
    sqlx::query!(
        "insert into applicants (id, public_id, kind, corporate_number, name)
         select t.id, t.id, 'corporation', t.number, t.name
         from unnest($1::uuid[], $2::text[], $3::text[]) as t(id, number, name)",
        &applicants,
        &numbers,
        &names
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!(
        "insert into accounts (id, issuer, sub, applicant_id, kind, display_name, claims)
         select t.id, 'bench', t.id::text, t.applicant, 'prime', t.name, $4
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as t(id, applicant, name)",
        &accounts,
        &applicants,
        &names,
        claims()
    )
    .execute(tx.sql())
    .await?;
    Ok(tx.commit().await?)
}

/// Applications that share a set of answers.
struct Batch<'b> {
    place: &'b Place,
    round: &'b Round,
    set: &'b Set,
    staff: &'b [Uuid],
    ns: &'b [u32],
    position: fn(u32) -> Position,
}

/// One application, decided.
struct Row {
    n: u32,
    case: Case,
    number: Option<String>,
    title: String,
    created: OffsetDateTime,
    filed: Option<OffsetDateTime>,
    files: Value,
}

impl Batch<'_> {
    async fn write(&self, tx: &mut Tx) -> anyhow::Result<()> {
        let rows: Vec<Row> = self.ns.iter().map(|n| self.row(*n)).collect::<anyhow::Result<_>>()?;
        self.cases(tx, &rows).await?;
        self.filings(tx, &rows).await?;
        self.sections(tx, &rows).await?;
        self.files(tx, &rows).await?;
        self.events(tx, &rows).await?;
        self.submissions(tx, &rows).await?;
        for r in rows.iter().filter(|r| r.filed.is_some()) {
            let texts = [name(r.n), r.title.clone(), r.number.clone().unwrap_or_default(), number(r.n)];
            tx.index_case(CaseId(id(Kind::Case, r.n)), texts.iter().map(String::as_str)).await?;
        }
        Ok(())
    }

    fn row(&self, n: u32) -> anyhow::Result<Row> {
        let mut dice = Dice::new(self.place.options.seed, "bench", u64::from(n));
        let position = (self.position)(n);
        let is_filed = position != Position::Draft;
        let created = self.place.sets.now - Duration::minutes(i64::try_from(dice.between(2_000, 20_000))?);
        let wait = Duration::minutes(i64::try_from(dice.between(100, 1_900))?);
        let filed = is_filed.then_some(created + wait);
        let someone = usize::try_from(dice.below(u64::try_from(self.staff.len())?))?;
        let assigned = self.staff.get(someone).filter(|_| is_filed && dice.chance(80)).map(|s| StaffId(*s));
        let due = self.place.sets.now.date() + Duration::days(i64::try_from(dice.below(20))? - 5);
        let requested = self.set.requested / 1_000_000 * 1_000_000 - i64::try_from(dice.below(300))? * 1_000;
        let outcome = (position == Position::Closed)
            .then(|| if dice.chance(40) { Outcome::ADOPTED } else { Outcome::NOT_ADOPTED });
        let case = Case {
            position,
            seq: if is_filed { 2 } else { 1 },
            submissions: u32::from(is_filed),
            assigned_to: assigned,
            requested: is_filed.then_some(requested),
            adopted: (outcome == Some(Outcome::ADOPTED)).then_some(requested),
            outcome,
            returns: u32::from(position == Position::Returned),
            return_due: (position == Position::Returned).then_some(due),
            check_due: is_filed.then_some(due),
            ..Case::opened(Channel::Portal)
        };
        let files = own_files(&self.set.answers, |at| {
            PublicId::from_uuid(id(Kind::FileAddress, n * 10 + u32::try_from(at).unwrap_or(9))).to_string()
        });
        Ok(Row {
            n,
            case,
            number: is_filed.then(|| format!("{}-{:05}", self.round.code.to_uppercase(), n + 1)),
            // A title takes 30 characters.
            title: format!("{}（{n}号）", self.set.answers.text("plan_title").chars().take(18).collect::<String>()),
            created,
            filed,
            files,
        })
    }

    async fn cases(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let ids = |kind| rows.iter().map(|r| id(kind, r.n)).collect::<Vec<_>>();
        let states: Vec<Value> = rows.iter().map(|r| serde_json::to_value(&r.case)).collect::<Result<_, _>>()?;
        let changed: Vec<OffsetDateTime> = rows.iter().map(|r| r.filed.unwrap_or(r.created)).collect();
        sqlx::query!(
            "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, position, outcome, seq, state,
                                number, applicant_name, title, frame, requested, assigned_to, due_on, created_at, filed_at, changed_at)
             select t.id, t.address, $1, $2, t.applicant, $3, t.state ->> 'position', t.state ->> 'outcome', (t.state ->> 'seq')::int,
                    t.state, t.number, t.name, t.title, $4, (t.state ->> 'requested')::bigint, t.assigned, t.due, t.created, t.filed, t.changed
             from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::jsonb[], $9::text[], $10::text[], $11::text[], $12::timestamptz[],
                         $13::timestamptz[], $14::timestamptz[], $15::uuid[], $16::date[])
                  as t(id, address, applicant, state, number, name, title, created, filed, changed, assigned, due)",
            self.round.programme,
            self.round.id,
            self.round.edition,
            self.set.frame,
            &ids(Kind::Case),
            &ids(Kind::CaseAddress),
            &ids(Kind::Applicant),
            &states,
            &rows.iter().map(|r| r.number.clone()).collect::<Vec<_>>() as &[Option<String>],
            &rows.iter().map(|r| name(r.n)).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.title.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.created).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.filed).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
            &changed,
            &rows.iter().map(|r| r.case.assigned_to.map(|s| s.0)).collect::<Vec<_>>() as &[Option<Uuid>],
            &rows.iter().map(|r| r.case.due_on()).collect::<Vec<_>>() as &[Option<time::Date>],
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    async fn filings(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let ids = |kind| rows.iter().map(|r| id(kind, r.n)).collect::<Vec<_>>();
        let state = |r: &Row| match r.case.position {
            Position::Draft => "draft",
            Position::Returned => "returned",
            _ => "filed",
        };
        sqlx::query!(
            "insert into filings (id, public_id, programme_id, round_id, applicant_id, case_id, procedure, edition_id, channel, state,
                                  version, created_at, filed_at)
             select t.id, t.address, $1, $2, t.applicant, t.case_id, $3, $4, 'portal', t.state, t.version, t.created, t.filed
             from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::int[], $11::timestamptz[], $12::timestamptz[])
                  as t(id, address, applicant, case_id, state, version, created, filed)",
            self.round.programme,
            self.round.id,
            APPLICATION,
            self.round.edition,
            &ids(Kind::Filing),
            &ids(Kind::FilingAddress),
            &ids(Kind::Applicant),
            &ids(Kind::Case),
            &rows.iter().map(|r| state(r).to_owned()).collect::<Vec<_>>(),
            &rows.iter().map(|r| i32::from(r.filed.is_some())).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.created).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.filed).collect::<Vec<_>>() as &[Option<OffsetDateTime>],
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    /// The set's sections once, laid under every filing; only title and files are each one's own.
    async fn sections(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let ids = |kind| rows.iter().map(|r| id(kind, r.n)).collect::<Vec<_>>();
        let names: Vec<String> = self.set.sections.iter().map(|(id, _)| id.clone()).collect();
        let answers: Vec<Value> =
            self.set.sections.iter().map(|(_, a)| serde_json::to_value(a)).collect::<Result<_, _>>()?;
        sqlx::query!(
            "insert into draft_sections (filing_id, section, applicant_id, version, answers, saved_at, saved_by)
             select f.filing, s.section, f.applicant, 2,
                    s.answers || case when s.answers ? 'plan_title' then jsonb_build_object('plan_title', f.title) else '{}'::jsonb end
                              || (select coalesce(jsonb_object_agg(p.key, p.value), '{}'::jsonb)
                                  from jsonb_each(f.files) p where s.answers ? p.key),
                    f.created, f.account
             from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::jsonb[], $6::timestamptz[])
                      as f(filing, applicant, account, title, files, created),
                  unnest($7::text[], $8::jsonb[]) as s(section, answers)",
            &ids(Kind::Filing),
            &ids(Kind::Applicant),
            &ids(Kind::Account),
            &rows.iter().map(|r| r.title.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.files.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.created).collect::<Vec<_>>(),
            &names,
            &answers,
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    async fn files(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let files: Vec<(u32, u32, &String, &Value)> = rows
            .iter()
            .flat_map(|r| {
                r.files
                    .as_object()
                    .into_iter()
                    .flatten()
                    .zip(0..)
                    .map(|((slot, list), at)| (r.n, r.n * 10 + at, slot, list))
            })
            .collect();
        sqlx::query!(
            "insert into files (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, slot, name, size, sha256,
                                media_type, state, pages, uploaded_at, uploaded_by)
             select t.id, t.address, $1, $2, t.applicant, t.case_id, t.filing, t.slot, t.file ->> 'name', (t.file ->> 'size')::bigint,
                    t.file ->> 'sha256', t.file ->> 'media_type', 'accepted', 1, $3, t.account
             from unnest($4::uuid[], $5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::jsonb[])
                  as t(id, address, applicant, case_id, filing, account, slot, file)",
            self.round.programme,
            self.round.id,
            self.place.sets.now - Duration::days(1),
            &files.iter().map(|f| id(Kind::File, f.1)).collect::<Vec<_>>(),
            &files.iter().map(|f| id(Kind::FileAddress, f.1)).collect::<Vec<_>>(),
            &files.iter().map(|f| id(Kind::Applicant, f.0)).collect::<Vec<_>>(),
            &files.iter().map(|f| id(Kind::Case, f.0)).collect::<Vec<_>>(),
            &files.iter().map(|f| id(Kind::Filing, f.0)).collect::<Vec<_>>(),
            &files.iter().map(|f| id(Kind::Account, f.0)).collect::<Vec<_>>(),
            &files.iter().map(|f| f.2.clone()).collect::<Vec<_>>(),
            &files.iter().map(|f| f.3.get(0).cloned().unwrap_or_default()).collect::<Vec<_>>(),
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    async fn events(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let mut all: Vec<(u32, i32, OffsetDateTime, Event)> = Vec::new();
        for r in rows {
            all.push((
                r.n,
                0,
                r.created,
                Event::CaseOpened { procedure: APPLICATION.into(), channel: Channel::Portal, due: None },
            ));
            let Some((filed, number)) = r.filed.zip(r.number.clone()) else { continue };
            let event = Event::Filed {
                submission: 1,
                receipt: number,
                digest: String::new(),
                requested: r.case.requested,
                title: r.title.clone(),
                frame: self.set.frame.clone(),
                late_since: None,
                check_due: r.case.check_due,
            };
            all.push((r.n, 1, filed, event));
        }
        let bodies: Vec<Value> = all.iter().map(|e| serde_json::to_value(&e.3)).collect::<Result<_, _>>()?;
        sqlx::query!(
            "insert into events (case_id, seq, programme_id, round_id, applicant_id, at, kind, actor_kind, actor_id, actor_name, body)
             select t.case_id, t.seq, $1, $2, t.applicant, t.at, t.body ->> 'kind', 'applicant', t.account, t.name, t.body
             from unnest($3::uuid[], $4::int[], $5::uuid[], $6::uuid[], $7::timestamptz[], $8::text[], $9::jsonb[])
                  as t(case_id, seq, applicant, account, at, name, body)",
            self.round.programme,
            self.round.id,
            &all.iter().map(|e| id(Kind::Case, e.0)).collect::<Vec<_>>(),
            &all.iter().map(|e| e.1).collect::<Vec<_>>(),
            &all.iter().map(|e| id(Kind::Applicant, e.0)).collect::<Vec<_>>(),
            &all.iter().map(|e| id(Kind::Account, e.0)).collect::<Vec<_>>(),
            &all.iter().map(|e| e.2).collect::<Vec<_>>(),
            &all.iter().map(|e| name(e.0)).collect::<Vec<_>>(),
            &bodies,
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }

    async fn submissions(&self, tx: &mut Tx, rows: &[Row]) -> anyhow::Result<()> {
        let rows: Vec<&Row> = rows.iter().filter(|r| r.filed.is_some()).collect();
        let answers = serde_json::to_value(&self.set.answers)?;
        let digest = hex_digest(answers.to_string().as_bytes());
        sqlx::query!(
            "insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers, attachments,
                                      findings, digest, filed_at, filed_by)
             select t.filing, 1, $1, $2, t.applicant, t.case_id, t.number,
                    $3::jsonb || t.files || jsonb_build_object('plan_title', t.title), '[]', '[]', $4, t.filed, t.account
             from unnest($5::uuid[], $6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::jsonb[], $11::text[], $12::timestamptz[])
                  as t(filing, applicant, case_id, account, number, files, title, filed)",
            self.round.programme,
            self.round.id,
            answers,
            digest,
            &rows.iter().map(|r| id(Kind::Filing, r.n)).collect::<Vec<_>>(),
            &rows.iter().map(|r| id(Kind::Applicant, r.n)).collect::<Vec<_>>(),
            &rows.iter().map(|r| id(Kind::Case, r.n)).collect::<Vec<_>>(),
            &rows.iter().map(|r| id(Kind::Account, r.n)).collect::<Vec<_>>(),
            &rows.iter().filter_map(|r| r.number.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.files.clone()).collect::<Vec<_>>(),
            &rows.iter().map(|r| r.title.clone()).collect::<Vec<_>>(),
            &rows.iter().filter_map(|r| r.filed).collect::<Vec<_>>(),
        )
        .execute(tx.sql())
        .await?;
        Ok(())
    }
}
