//! Row security by itself, asked in plain SQL under the roles the sites use: no scope, no rows; another's
//! scope, none of A's rows; and every policy that is opened by mistake is noticed.

use std::collections::BTreeMap;

use crate::sql::Sql;
use crate::stranger::Planted;

/// Tables whose rows belong to a company.
const CASE_TABLES: &[&str] = &[
    "cases",
    "events",
    "filings",
    "draft_sections",
    "submissions",
    "files",
    "remarks",
    "examinations",
    "assignments",
    "score_sheets",
    "point_rulings",
    "letters",
];

/// What a role sees of A's rows, or the refusal.
async fn seen(sql: &mut Sql, role: &str, actor: &str, scope: &str, rounds: &str, owner: &str, table: &str) -> String {
    sql.run(&format!("begin; set local role {role}; select set_config('hojo.actor', '{actor}', true), set_config('hojo.scope', '{scope}', true), set_config('hojo.rounds', '{rounds}', true)")).await;
    // Only columns every role with any right may name.
    let rows = sql.try_rows(&format!("select count(*) from {table} where applicant_id = '{owner}'")).await;
    sql.run("rollback").await;
    match rows {
        Ok(rows) => rows[0][0].clone(),
        Err(sqlx::Error::Database(e)) if e.code().as_deref() == Some("42501") => "no right".into(),
        Err(e) => panic!("{table}: {e}"),
    }
}

struct Scopes {
    owner: String,
    stranger: String,
    free_reviewer: String,
    recused: String,
    reviewer: String,
    staff: String,
    other_round: String,
}

async fn scopes(planted: &mut Planted) -> Scopes {
    let mut staff = BTreeMap::new();
    for row in planted.sql.rows("select login, id from staff").await {
        staff.insert(row[0].clone(), row[1].clone());
    }
    let owner = planted.owner.clone();
    let stranger = planted.sql.one(&format!("select id from applicants where id <> '{owner}' limit 1")).await;
    let other_round = planted.sql.one("select id from rounds where code = 'r3'").await;
    let of = |login: &str| staff[login].clone();
    Scopes {
        owner,
        stranger,
        free_reviewer: of("reviewer2"),
        recused: of("reviewer3"),
        reviewer: of("reviewer1"),
        staff: of("operator1"),
        other_round: format!("{{{other_round}}}"),
    }
}

/// A row of A that a person of this role and scope must not see.
async fn leaks(sql: &mut Sql, s: &Scopes) -> Vec<String> {
    let nobody = "";
    let mut found = Vec::new();
    for (role, actor, scope, rounds) in [
        ("hojo_gate", nobody, nobody, nobody),
        ("hojo_public", nobody, nobody, nobody),
        ("hojo_setup", nobody, nobody, nobody),
        ("hojo_applicant", nobody, nobody, nobody),
        ("hojo_staff", nobody, nobody, nobody),
        ("hojo_reviewer", nobody, nobody, nobody),
        ("hojo_applicant", &s.stranger, &s.stranger, nobody),
        ("hojo_reviewer", &s.free_reviewer, &s.free_reviewer, nobody),
        ("hojo_reviewer", &s.recused, &s.recused, nobody),
        // Teams: one without rounds, one with a round that A has nothing in.
        ("hojo_staff", &s.staff, nobody, "{}"),
        ("hojo_staff", &s.staff, nobody, &s.other_round),
    ] {
        for table in CASE_TABLES {
            let n = seen(sql, role, actor, scope, rounds, &s.owner, table).await;
            // A recused reviewer still has the own assignment, which says nothing of the case.
            let own = (role, *table) == ("hojo_reviewer", "assignments") && scope == s.recused && n == "1";
            if n != "0" && n != "no right" && !own {
                found.push(format!("{role} scope {scope:?} rounds {rounds:?}: {table}: {n}"));
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_scope_there_are_no_rows_and_with_anothers_none_of_these() {
    let mut planted = Planted::new().await;
    let s = scopes(&mut planted).await;
    for table in CASE_TABLES {
        let there =
            planted.sql.count(&format!("select count(*) from {table} where applicant_id = '{}'", s.owner)).await;
        assert!(there > 0, "nothing to see in {table}: this test would prove nothing");
    }
    assert_eq!(leaks(&mut planted.sql, &s).await, Vec::<String>::new());
    // The rightful people do see them.
    for (role, actor, scope, table) in [
        ("hojo_applicant", &s.owner, &s.owner, "submissions"),
        ("hojo_reviewer", &s.reviewer, &s.reviewer, "submissions"),
        ("hojo_staff", &s.staff, &String::new(), "examinations"),
    ] {
        assert_ne!(seen(&mut planted.sql, role, actor, scope, "", &s.owner, table).await, "0", "{role} {table}");
    }
    planted.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_read_policy_that_is_opened_by_mistake_is_noticed() {
    let mut planted = Planted::new().await;
    let s = scopes(&mut planted).await;
    let policies = planted
        .sql
        .rows(&format!(
            "select tablename::text, policyname::text, qual from pg_policies
             where cmd = 'SELECT' and tablename in ('{}') and qual <> 'true' and policyname not like 'worker%'",
            CASE_TABLES.join("', '")
        ))
        .await;
    assert!(policies.len() >= 24, "{}", policies.len());
    for p in &policies {
        planted.sql.run(&format!("alter policy {} on {} using (true)", p[1], p[0])).await;
        let found = leaks(&mut planted.sql, &s).await;
        assert!(!found.is_empty(), "{} on {} stood open and nothing was noticed", p[1], p[0]);
        planted.sql.run(&format!("alter policy {} on {} using ({})", p[1], p[0], p[2])).await;
    }
    // A policy of the office that forgot the teams is noticed as well.
    let office: Vec<_> = policies.iter().filter(|p| p[1] == "staff_select").collect();
    assert_eq!(office.len(), CASE_TABLES.len());
    for p in office {
        let somebody = "(select nullif(current_setting('hojo.actor', true), '')) is not null";
        planted.sql.run(&format!("alter policy {} on {} using ({somebody})", p[1], p[0])).await;
        let found = leaks(&mut planted.sql, &s).await;
        assert!(found.iter().any(|f| f.contains("rounds \"{")), "{}: {found:?}", p[0]);
        planted.sql.run(&format!("alter policy {} on {} using ({})", p[1], p[0], p[2])).await;
    }
    assert!(leaks(&mut planted.sql, &s).await.is_empty(), "all were closed again");
    println!("{} opened policies, {} noticed", policies.len(), policies.len());
    planted.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_rows_of_another() {
    let mut planted = Planted::new().await;
    let s = scopes(&mut planted).await;
    for (role, scope) in
        [("hojo_applicant", &s.stranger), ("hojo_reviewer", &s.free_reviewer), ("hojo_reviewer", &s.recused)]
    {
        for table in CASE_TABLES {
            for statement in [
                format!("update {table} set applicant_id = '{}' where applicant_id = '{}'", s.stranger, s.owner),
                format!("delete from {table} where applicant_id = '{}'", s.owner),
                format!("insert into {table} select * from {table} where applicant_id = '{}'", s.owner),
            ] {
                planted.sql.run(&format!("begin; set local role {role}; select set_config('hojo.actor', '{scope}', true), set_config('hojo.scope', '{scope}', true)")).await;
                let done = planted.sql.try_run(&statement).await;
                planted.sql.run("rollback").await;
                match done {
                    Ok(n) => assert_eq!(n, 0, "{role}: {statement}"),
                    Err(sqlx::Error::Database(e)) => {
                        assert_eq!(e.code().as_deref(), Some("42501"), "{role}: {statement}: {e}")
                    }
                    Err(e) => panic!("{e}"),
                }
            }
        }
        // A row in A's name, made from nothing.
        let forged = format!(
            "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, position, seq, state, applicant_name, created_at, changed_at)
             select gen_random_uuid(), gen_random_uuid(), r.programme_id, r.id, '{}', r.edition_id, 'discarded', 1, '{{}}', 'x', now(), now() from rounds r limit 1",
            s.owner
        );
        let settings =
            format!("select set_config('hojo.actor', '{scope}', true), set_config('hojo.scope', '{scope}', true)");
        assert_eq!(planted.sql.state_of(role, &settings, &forged).await, "42501", "{role}");
        // And a row of one's own may not be given to another.
        let gift = format!("update draft_sections set applicant_id = '{}' where applicant_id = '{scope}'", s.owner);
        assert_eq!(planted.sql.state_of(role, &settings, &gift).await, "42501", "{role}");
    }
    // The office outside the rounds of its team: nothing is changed, removed or brought there.
    let settings = format!(
        "select set_config('hojo.actor', '{}', true), set_config('hojo.rounds', '{}', true)",
        s.staff, s.other_round
    );
    for table in CASE_TABLES {
        let touch = format!("update {table} set applicant_id = applicant_id where applicant_id = '{}'", s.owner);
        planted.sql.run(&format!("begin; set local role hojo_staff; {settings}")).await;
        let done = planted.sql.try_run(&touch).await;
        planted.sql.run("rollback").await;
        match done {
            Ok(n) => assert_eq!(n, 0, "{touch}"),
            Err(e) => assert_eq!(e.as_database_error().unwrap().code().as_deref(), Some("42501"), "{touch}: {e}"),
        }
    }
    let elsewhere = format!(
        "insert into cases (id, public_id, programme_id, round_id, applicant_id, edition_id, position, seq, state, applicant_name, created_at, changed_at)
         select gen_random_uuid(), gen_random_uuid(), e.programme_id, '{}', '{}', e.id, 'discarded', 1, '{{}}', 'x', now(), now() from editions e limit 1",
        planted.world.round_id.0, s.owner
    );
    assert_eq!(planted.sql.state_of("hojo_staff", &settings, &elsewhere).await, "42501");
    planted.end().await;
}

/// A transaction whose scope is refused must not leave its connection begun: the next person would get it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_scope_that_is_refused_poisons_no_connection() {
    use hojo_access::{AccountKind, Actor, Applicant, Site};
    use hojo_db::{Db, Mode};
    use hojo_words::ids::{AccountId, ApplicantId};

    let ground = crate::ground::Ground::new().await;
    let office = Db::connect_site(&ground.config(2), Site::Office, ground.clock.clone()).await.unwrap();
    let wrong = Actor::Applicant(Applicant {
        account: AccountId(hojo_db::random::key()),
        applicant: ApplicantId(hojo_db::random::key()),
        kind: AccountKind::Prime,
        name: "x".into(),
    });
    for _ in 0..6 {
        assert!(office.begin(&wrong, Mode::Write).await.is_err(), "the office's login never becomes an applicant");
    }
    for _ in 0..6 {
        let nothing = office.gate().open_session(b"x", b"y", Site::Office, "").await.unwrap();
        assert!(matches!(nothing, hojo_db::Opened::Nothing));
        office.begin(&Actor::Anyone, Mode::Read).await.unwrap().commit().await.unwrap();
    }
    office.close().await;
    ground.end().await;
}
