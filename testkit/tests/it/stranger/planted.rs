//! A world in which everything of company A carries words that can be found again. Each word stands for
//! an audience: who may read it is written down in [`may_read`].

use hojo_access::Site;
use hojo_app::demo::steps::{self, Result1};
use hojo_programme::{Answers, FieldType, Raw};
use hojo_testkit::World;
use hojo_testkit::dice::Dice;
use hojo_words::ids::PublicId;

use super::who::{Role, Who};
use crate::client::pdf;
use crate::ground::{Session, colleague, company, session};
use crate::sql::{Sql, public, quote};

/// What the company wrote, attached and named.
pub const WRITTEN: &str = "cnywrtqz";
/// Stands behind it in every text: shown as it is, never as markup.
pub const MARKUP: &str = "<s x=\">";
/// Notes of the office that were not sent.
pub const OFFICE: &str = "cnyofcqz";
/// What the first reviewer wrote on the sheet.
pub const SCORES: &str = "cnyscrqz";
/// What another reviewer wrote.
pub const OTHERS: &str = "cnyothqz";
/// A letter that was delivered.
pub const LETTER: &str = "cnyltrqz";
/// A letter that was not delivered yet.
pub const UNSENT: &str = "cnyunsqz";
pub const ALL: &[&str] = &[WRITTEN, OFFICE, SCORES, OTHERS, LETTER, UNSENT];

/// Which of the words a person may ever see, by what the roles of db/roles.toml hold.
pub fn may_read(role: Role) -> &'static [&'static str] {
    match role {
        Role::Owner => &[WRITTEN, LETTER],
        Role::Manager => ALL,
        Role::Operator | Role::Supervisor => &[WRITTEN, OFFICE, LETTER, UNSENT],
        Role::Reviewer => &[WRITTEN, SCORES],
        Role::OtherReviewer => &[WRITTEN, OTHERS],
        Role::Nobody | Role::OtherCompany | Role::OtherTeam | Role::FreeReviewer | Role::Recused | Role::It => &[],
    }
}

/// Ids that fit the parameters of routes.
pub type Ids = Vec<(&'static str, String)>;

pub struct Planted {
    pub world: World,
    pub sql: Sql,
    pub people: Vec<Who>,
    /// What A has: handed in and under review; a draft with things not yet to be seen.
    pub filed: Ids,
    pub draft: Ids,
    /// Nobody's.
    pub random: Ids,
    /// A's applicant key.
    pub owner: String,
}

fn canaries(world: &World, answers: &mut Answers) {
    let form = &world.edition.procedure("application").unwrap().form;
    let mut planted = 0;
    for field in &form.fields {
        let (FieldType::Text { limit } | FieldType::Paragraph { limit }) = field.kind else { continue };
        if let Some(Raw::Text(text)) = answers.get(&field.id).cloned()
            && text.chars().count() + WRITTEN.len() + MARKUP.len() <= limit
        {
            answers.set(field.id.clone(), Raw::Text(format!("{text}{WRITTEN}{MARKUP}")));
            planted += 1;
        }
    }
    assert!(planted > 10, "{planted} fields carry the word");
}

impl Planted {
    pub async fn new() -> Self {
        let world = World::new().await;
        let mut sql = Sql::connect(&superuser_url(&world)).await;
        let a = world.applicant(1).await.unwrap();
        let owner = a.id.0.to_string();

        // Handed in and checked by two people, with a word in everything that was written.
        let filing = steps::start(&a.browser, world.round).await.unwrap();
        let mut answers = world.answers(&a, "innovation").await.unwrap();
        canaries(&world, &mut answers);
        world.type_in(&a.actor, filing, &answers).await.unwrap();
        steps::submit(&a.browser, &format!("/filings/{filing}")).await.unwrap();
        world.drain().await.unwrap();
        let case = world.case_of(filing).await.unwrap();
        let (one, two) = (world.staff("operator1").await.unwrap(), world.staff("operator2").await.unwrap());
        steps::first_check(&one, case, Result1::Passed).await.unwrap();
        steps::second_check(&two, case, None).await.unwrap();
        world.drain().await.unwrap();
        assert_eq!(world.position(case).await.unwrap(), "examine");

        // A second case, still a draft, in another round.
        let round2 = second_round(&mut sql).await;
        let draft = steps::start(&a.browser, round2).await.unwrap();
        world.type_in(&a.actor, draft, &answers).await.unwrap();
        let draft_case = world.case_of(draft).await.unwrap();

        // Company B has a draft of its own.
        let b = world.applicant(2).await.unwrap();
        steps::start(&b.browser, world.round).await.unwrap();

        review(&world, &mut sql, case).await;
        office_notes(&mut sql, filing).await;
        files_and_letters(&world, &mut sql, case, draft_case).await;
        let people =
            people(&world, &mut sql, &a.actor.id().unwrap().to_string(), &b.actor.id().unwrap().to_string()).await;
        let (filed, draft, random) = ids(&world, &mut sql, (case, filing), (draft_case, draft)).await;
        Self { world, sql, people, filed, draft, random, owner }
    }

    pub async fn end(self) {
        drop(self.sql);
        self.world.end_with_jobs_left().await.unwrap();
    }
}

pub fn superuser_url(world: &World) -> String {
    // A socket's folder stands behind the question mark, with slashes of its own.
    let url = &world.config.database_url;
    let database = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    crate::ground::url_of(url, "postgres", database)
}

async fn second_round(sql: &mut Sql) -> PublicId {
    sql.run(
        "insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at)
         select gen_random_uuid(), gen_random_uuid(), programme_id, 'r2', '第2回公募', edition_id, opens_at, closes_at from rounds",
    )
    .await;
    public(&sql.one("select public_id from rounds where code = 'r2'").await).parse().unwrap()
}

/// Reviewer 1 scores, reviewer 3 is recused, reviewer 4 scores as well; reviewer 2 is not assigned.
async fn review(world: &World, sql: &mut Sql, case: PublicId) {
    for (n, state) in [(1, "assigned"), (3, "assigned"), (4, "assigned")] {
        sql.run(&format!(
            "insert into assignments (id, public_id, programme_id, round_id, applicant_id, case_id, reviewer_id, state, assigned_by, assigned_at)
             select gen_random_uuid(), gen_random_uuid(), c.programme_id, c.round_id, c.applicant_id, c.id, s.id, '{state}', s.id, clock_timestamp()
             from cases c, staff s where c.public_id = '{}' and s.login = 'reviewer{n}'",
            case.uuid()
        ))
        .await;
        let browser = world.reviewer(n).await.unwrap();
        let mine = steps::my_reviews(&browser).await.unwrap();
        let conflict = (n == 3).then_some("取引がある");
        steps::declare(&browser, mine[0], conflict).await.unwrap();
        if n != 3 {
            steps::score(&browser, mine[0], 2, true, &mut Dice::new(1, "points", u64::from(n))).await.unwrap();
        }
        if n == 4 {
            steps::finalise(&browser, mine[0]).await.unwrap();
        }
    }
    for (n, word) in [(1, SCORES), (4, OTHERS)] {
        sql.run(&format!(
            "update score_sheets set scores = jsonb_set(scores, '{{overall}}', to_jsonb(coalesce(scores ->> 'overall', '') || '{word}'))
             where reviewer_id = (select id from staff where login = 'reviewer{n}')"
        ))
        .await;
    }
}

async fn office_notes(sql: &mut Sql, filing: PublicId) {
    let rows = format!("from filings f, staff s where f.public_id = '{}' and s.login = 'operator1'", filing.uuid());
    sql.run(&format!(
        "insert into remarks (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, submission, target, text, severity, state, written_by, written_at)
         select gen_random_uuid(), gen_random_uuid(), f.programme_id, f.round_id, f.applicant_id, f.case_id, f.id, 1, 'plan_title', {text}, 'must', 'noted', s.id, clock_timestamp() {rows}",
        text = quote(&format!("題名の確認 {OFFICE}"))
    ))
    .await;
    sql.run(&format!("update examinations set note = note || '{OFFICE}', reason = coalesce(reason, '') || '{OFFICE}'"))
        .await;
    sql.run(&format!(
        "insert into point_rulings (case_id, kind, code, programme_id, round_id, applicant_id, granted, reason, ruled_by, ruled_at)
         select f.case_id, 'deduction', 'none', f.programme_id, f.round_id, f.applicant_id, false, '{OFFICE}', s.id, clock_timestamp() {rows}"
    ))
    .await;
}

/// A delivered letter, one that is sealed and waits, and attachments: names and bytes carry a word.
async fn files_and_letters(world: &World, sql: &mut Sql, case: PublicId, draft: PublicId) {
    for (word, table, rows) in [
        (WRITTEN, "files", "true".to_owned()),
        (LETTER, "letters", format!("case_id = (select id from cases where public_id = '{}')", case.uuid())),
    ] {
        let bytes = pdf(word);
        let size = bytes.len();
        let sha = world.house.vault.keep(bytes.into()).await.unwrap();
        let name =
            if table == "files" { format!("name = '{word}' || name,") } else { format!("title = title || '{word}', ") };
        sql.run(&format!("update {table} set {name} sha256 = '{sha}', size = {size} where {rows}")).await;
    }
    sql.run(&format!(
        "update cases set title = title || '{WRITTEN}' where public_id in ('{}', '{}')",
        case.uuid(),
        draft.uuid()
    ))
    .await;
    // What was handed in names the bytes it was handed in with.
    let sha = sql.one("select distinct sha256 from files where state = 'accepted'").await;
    let named = format!("regexp_replace(attachments::text, '[0-9a-f]{{64}}', '{sha}', 'g')::jsonb");
    sql.run(&format!("update submissions set attachments = {named}")).await;
    let letters = sql.count("select count(*) from letters where state = 'delivered'").await;
    assert!(letters > 0, "a letter was delivered");
    sql.run(&format!(
        "update letters set model = jsonb_set(model, '{{body}}', to_jsonb(array['{LETTER}']));
         insert into letters (id, public_id, programme_id, round_id, applicant_id, case_id, kind, title, number, issued_on, model, state,
                              sha256, size, pages, cause, created_at, sealed_at)
         select gen_random_uuid(), gen_random_uuid(), l.programme_id, c.round_id, l.applicant_id, c.id, 'adoption-notice', '採択通知書 {UNSENT}', '秘第9号',
                current_date, jsonb_set(l.model, '{{body}}', to_jsonb(array['{UNSENT}'])), 'sealed', l.sha256, l.size, 1, 'run', l.created_at, l.created_at
         from letters l, cases c where l.state = 'delivered' and c.public_id = '{}' and l.id = (select id from letters where state = 'delivered' limit 1)",
        draft.uuid()
    ))
    .await;
}

async fn people(world: &World, sql: &mut Sql, a: &str, b: &str) -> Vec<Who> {
    let secret = std::fs::read(&world.config.secret_file).unwrap();
    let mut people = vec![Who::new("nobody", Role::Nobody, Site::Portal, Session::default(), &secret)];
    let (a, b) = (a.parse().unwrap(), b.parse().unwrap());
    for (name, role, person) in [("applicant A", Role::Owner, a), ("applicant B", Role::OtherCompany, b)] {
        let s = session(sql, Site::Portal, person).await;
        people.push(Who::new(name, role, Site::Portal, s, &secret));
    }
    let (_, entry) = company(sql, "個人 見本", None, "entry").await;
    people.push(Who::new("entry account", Role::OtherCompany, Site::Portal, entry, &secret));
    for (name, role, login) in [
        ("manager", Role::Manager, "manager1"),
        ("operator", Role::Operator, "operator1"),
        ("office IT", Role::It, "it1"),
        ("supervisor", Role::Supervisor, "supervisor"),
        ("assigned reviewer", Role::Reviewer, "reviewer1"),
        ("the case's other reviewer", Role::OtherReviewer, "reviewer4"),
        ("recused reviewer", Role::Recused, "reviewer3"),
        ("reviewer of other cases", Role::FreeReviewer, "reviewer2"),
    ] {
        let id = sql.one(&format!("select id from staff where login = '{login}'")).await.parse().unwrap();
        let s = session(sql, Site::Office, id).await;
        people.push(Who::new(name, role, Site::Office, s, &secret));
    }
    people.push(Who::new("operator of another team", Role::OtherTeam, Site::Office, other_team(sql).await, &secret));
    people.extend(over(sql, a, &secret).await);
    people
}

/// An operator limited to a team whose round is none of A's.
async fn other_team(sql: &mut Sql) -> Session {
    let (id, session) = colleague(sql, "別班 担当", "operator").await;
    sql.run(&format!(
        "insert into rounds (id, public_id, programme_id, code, title, edition_id, opens_at, closes_at)
         select gen_random_uuid(), gen_random_uuid(), programme_id, 'r3', '第3回公募', edition_id, opens_at, closes_at
         from rounds where code = 'r2';
         insert into teams (id, public_id, name, made_by, made_at) values (gen_random_uuid(), gen_random_uuid(), '別の班', '{id}', now());
         insert into team_rounds select t.id, r.id from teams t, rounds r where r.code = 'r3';
         update staff_roles set team_id = (select id from teams) where staff_id = '{id}'"
    ))
    .await;
    session
}

/// Sessions that opened something once.
async fn over(sql: &mut Sql, a: uuid::Uuid, secret: &[u8]) -> Vec<Who> {
    let mut list = Vec::new();
    for (name, change) in [
        ("A's session, expired", "expires_at = clock_timestamp() - interval '1 second'"),
        ("A's session, idle too long", "seen_at = clock_timestamp() - make_interval(secs => idle_seconds + 1)"),
        ("A's session, ended", "ended_at = clock_timestamp()"),
    ] {
        let s = session(sql, Site::Portal, a).await;
        let newest = "(select id from sessions order by created_at desc, id desc limit 1)";
        sql.run(&format!("update sessions set {change} where id = {newest}")).await;
        list.push(Who::over(name, s, secret));
    }
    let id = sql.one("select id from staff where login = 'manager2'").await.parse().unwrap();
    let s = session(sql, Site::Office, id).await;
    sql.run(&format!("update staff set disabled_at = clock_timestamp() where id = '{id}'")).await;
    list.push(Who::over("a disabled manager", s, secret));
    list
}

async fn ids(
    world: &World,
    sql: &mut Sql,
    filed: (PublicId, PublicId),
    draft: (PublicId, PublicId),
) -> (Ids, Ids, Ids) {
    let mut sets = Vec::new();
    for ((case, filing), letter, reviewer) in [(filed, "delivered", 1), (draft, "sealed", 4)] {
        let file = public(&sql.one(&format!("select f.public_id from files f join cases c on c.id = f.case_id where c.public_id = '{}' and f.state = 'accepted' limit 1", case.uuid())).await);
        let letter = public(&sql.one(&format!("select l.public_id from letters l where l.state = '{letter}' and applicant_id = (select applicant_id from cases where public_id = '{}') limit 1", case.uuid())).await);
        let assignment = public(&sql.one(&format!("select a.public_id from assignments a join staff s on s.id = a.reviewer_id where s.login = 'reviewer{reviewer}'")).await);
        let remark = public(&sql.one("select public_id from remarks limit 1").await);
        sets.push(vec![
            ("case", case.to_string()),
            ("filing", filing.to_string()),
            ("file", file),
            ("letter", letter),
            ("assignment", assignment),
            ("remark", remark),
        ]);
    }
    let random = || hojo_db::random::public_id().to_string();
    sets.push(["case", "filing", "file", "letter", "assignment", "remark"].map(|n| (n, random())).to_vec());
    let reviewer = public(&sql.one("select public_id from staff where login = 'reviewer1'").await);
    for set in &mut sets {
        // What the case owes, so that the change of its date is a page that exists.
        let key = random();
        let case: PublicId = set[0].1.parse().unwrap();
        sql.run(&format!(
            "insert into dues (case_id, key, programme_id, round_id, applicant_id, obligation, procedure, title, due_on, met, reminders, refreshed_at)
             select id, '{key}', programme_id, round_id, applicant_id, 'owed', 'application', '報告', current_date + 30, false, '[]', clock_timestamp()
             from cases where public_id = '{}'",
            case.uuid()
        ))
        .await;
        set.extend([
            ("reviewer", reviewer.clone()),
            ("round", world.round.to_string()),
            ("run", random()),
            ("key", key),
            ("person", reviewer.clone()),
            ("token", random()),
            ("link", random()),
            ("move", random()),
            ("section", "outline".into()),
            ("field", "lines".into()),
            ("n", "1".into()),
            ("procedure", "application".into()),
            ("form", "labour-roster".into()),
            ("kind", "adoption-notice".into()),
            ("name", "oral-confirmation".into()),
            ("batch", random()),
            ("code", "grant-application".into()),
            ("rule", "ELIG-ACCOUNT".into()),
            ("person", reviewer.clone()),
            ("change", random()),
            ("team", random()),
            ("detection", random()),
            ("cut", random()),
            ("*file", "nothing.css".into()),
        ]);
    }
    let [a, b, c] = <[Ids; 3]>::try_from(sets).unwrap();
    (a, b, c)
}
