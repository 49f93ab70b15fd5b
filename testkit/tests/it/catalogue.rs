//! What the migrated database itself says: walls on every table, roles that can do no more than they
//! must, logs that only grow, a class for every column. The lists of exceptions here may only shrink.

use std::collections::{BTreeMap, BTreeSet};

use crate::ground::Ground;
use crate::sql::Sql;

/// Tables of the migration tool: no data of ours.
const NO_WALL: &[&str] = &["_sqlx_migrations"];
const GROUPS: &[&str] = &[
    "hojo_gate",
    "hojo_public",
    "hojo_applicant",
    "hojo_staff",
    "hojo_reviewer",
    "hojo_worker",
    "hojo_setup",
    "hojo_it_view",
    "hojo_handover",
];
const LOGINS: &[(&str, &[&str])] = &[
    ("hojo_portal", &["hojo_applicant", "hojo_gate", "hojo_public"]),
    ("hojo_office", &["hojo_gate", "hojo_public", "hojo_reviewer", "hojo_staff"]),
    ("hojo_api", &["hojo_public"]),
    ("hojo_files", &["hojo_public"]),
    ("hojo_work", &["hojo_worker"]),
];
/// Rows of these are written once. A correction is another row.
const APPEND_ONLY: &[&str] = &[
    "events",
    "submissions",
    "operation_log",
    "access_log",
    "statement_log",
    "log_leaves",
    "log_checkpoints",
    "account_snapshots",
    "editions",
];
const CLASSES: &[&str] = &["public", "business", "personal", "bank", "secret", "free"];

const TABLES: &str = "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind in ('r', 'p')";

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|n| (*n).to_owned()).collect()
}

#[tokio::test]
async fn every_table_has_its_wall_enabled_forced_and_with_a_policy() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let open = sql.list(&format!("{TABLES} and not (c.relrowsecurity and c.relforcerowsecurity) order by 1")).await;
    assert_eq!(open, names(NO_WALL), "row security must be enabled and forced");

    // A partition is reached through its parent only: nobody may name it.
    let bare = sql
        .list(&format!("{TABLES} and not c.relispartition and not exists (select from pg_policy p where p.polrelid = c.oid) order by 1"))
        .await;
    assert_eq!(bare, names(NO_WALL), "a table without a policy is used by nobody");
    for partition in sql.list(&format!("{TABLES} and c.relispartition")).await {
        for group in GROUPS {
            let any = format!(
                "select has_table_privilege('{group}', '{partition}', 'select, insert, update, delete, truncate')::text"
            );
            assert_eq!(sql.one(&any).await, "false", "{group} may name the partition {partition}");
        }
    }
    let everybody =
        sql.list(&format!("{TABLES} and exists (select from aclexplode(c.relacl) a where a.grantee = 0)")).await;
    assert!(everybody.is_empty(), "rights of PUBLIC: {everybody:?}");
    ground.end().await;
}

#[tokio::test]
async fn each_role_has_one_simple_policy_for_each_table_and_verb() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let policies = sql
        .rows("select tablename::text, policyname::text, array_to_string(roles, ' '), cmd, coalesce(qual, ''), coalesce(with_check, ''), permissive
               from pg_policies where schemaname = 'public'")
        .await;
    assert!(policies.len() > 100, "{}", policies.len());
    let mut seen = BTreeSet::new();
    for p in &policies {
        let (table, name, role, verb) = (&p[0], &p[1], &p[2], &p[3]);
        // The mover has no login: its functions alone work under it.
        let known = GROUPS.contains(&role.as_str()) || role == "hojo_mover";
        assert!(known, "{table}.{name} is for {role}");
        assert_ne!(verb, "ALL", "{table}.{name}");
        assert_eq!(p[6], "PERMISSIVE");
        assert!(seen.insert((table, role, verb)), "two policies of {role} for {verb} on {table} mean OR");
        for condition in [&p[4], &p[5]] {
            // An OR across rows turned an index look-up into a scan of 237 ms.
            assert!(!condition.contains(" OR "), "{table}.{name}: {condition}");
            let settings = condition.matches("current_setting(").count();
            assert_eq!(
                settings,
                condition.matches("( SELECT ").count().min(settings),
                "{table}.{name}: evaluated once, not once a row"
            );
        }
    }
    // Every right has its policy and every policy its right: neither alone means anything.
    for (table, role, verb) in &seen {
        let held = format!(
            "select (has_table_privilege('{role}', '{table}', '{verb}')
                 or ('{verb}' in ('SELECT', 'INSERT', 'UPDATE') and has_any_column_privilege('{role}', '{table}', '{verb}')))::text"
        );
        let held = if verb.as_str() == "DELETE" {
            format!("select has_table_privilege('{role}', '{table}', 'DELETE')::text")
        } else {
            held
        };
        assert_eq!(sql.one(&held).await, "true", "{role} has a policy for {verb} on {table} and no right");
    }
    ground.end().await;
}

#[tokio::test]
async fn login_roles_own_nothing_and_become_only_the_groups_of_their_site() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let logins: Vec<&str> = LOGINS.iter().map(|l| l.0).collect();
    let all: Vec<String> = logins.iter().chain(GROUPS).map(|r| format!("'{r}'")).collect();
    let all = all.join(", ");
    let strong = sql
        .list(&format!(
            "select rolname::text from pg_roles where rolname in ({all})
             and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolinherit)"
        ))
        .await;
    assert!(strong.is_empty(), "{strong:?}");
    let groups_that_log_in =
        format!("select count(*) from pg_roles where rolcanlogin and rolname in ('{}')", GROUPS.join("', '"));
    assert_eq!(sql.count(&groups_that_log_in).await, 0);
    assert_eq!(sql.count(&format!("select count(*) from pg_roles where rolname in ({all})")).await, 14);
    for (login, groups) in LOGINS {
        let member = sql
            .list(&format!(
                "select g.rolname::text from pg_auth_members m join pg_roles g on g.oid = m.roleid
                 where m.member = '{login}'::regrole order by 1"
            ))
            .await;
        assert_eq!(member, names(groups), "{login}");
        let owned = format!(
            "select count(*) from pg_shdepend where refclassid = 'pg_authid'::regclass and deptype = 'o' and refobjid = '{login}'::regrole"
        );
        assert_eq!(sql.count(&owned).await, 0, "{login} owns something");
        let own_rights = sql
            .list(&format!(
                "{TABLES} and exists (select from aclexplode(c.relacl) a where a.grantee = '{login}'::regrole)"
            ))
            .await;
        assert!(own_rights.is_empty(), "{login} may reach {own_rights:?} without becoming anybody");
    }
    // A group is a member of nothing: becoming one never leads further.
    let further = sql
        .list(&format!(
            "select member::regrole::text from pg_auth_members where member::regrole::text in ('{}')",
            GROUPS.join("', '")
        ))
        .await;
    assert!(further.is_empty(), "{further:?}");
    ground.end().await;
}

#[tokio::test]
async fn only_named_functions_run_with_rights_of_another() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let definers = sql
        .rows(
            "select p.proname::text, p.proowner::regrole::text, array_to_string(p.proconfig, ' ') from pg_proc p
               join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef order by 1",
        )
        .await;
    let path = "search_path=public, pg_temp";
    // Name, owner, and who may call it besides.
    let reviewed: &[(&str, &str, &[&str])] = &[
        ("account_cut", "hojo_gate", &["hojo_office", "hojo_portal"]),
        ("address_cut", "hojo_gate", &["hojo_api", "hojo_files", "hojo_office", "hojo_portal"]),
        ("admission", "hojo_gate", &["hojo_office", "hojo_portal", "hojo_staff"]),
        ("apply_permission_change", "hojo_setup", &["hojo_staff"]),
        ("end_long_statements", "hojo_owner", &["hojo_worker"]),
        ("forget_factors", "hojo_gate", &["hojo_staff"]),
        ("hand_over_account", "hojo_mover", &["hojo_staff", "hojo_worker"]),
        ("held_limits", "hojo_gate", &[]),
        ("held_permissions", "hojo_gate", &["hojo_setup", "hojo_staff"]),
        ("issue_database_access", "hojo_owner", &["hojo_setup", "hojo_staff"]),
        ("make_log_partition", "hojo_owner", &["hojo_worker"]),
        ("may_invite_into", "hojo_gate", &["hojo_staff"]),
        ("open_session", "hojo_gate", &["hojo_office", "hojo_portal"]),
        ("rename_applicant", "hojo_mover", &["hojo_staff", "hojo_worker"]),
        ("reopen_account", "hojo_gate", &["hojo_staff"]),
        ("reveal_run", "hojo_mover", &["hojo_staff"]),
        ("runs_under_way", "hojo_mover", &["hojo_applicant", "hojo_staff", "hojo_worker"]),
        ("successor_for", "hojo_mover", &["hojo_staff", "hojo_worker"]),
        ("take_link", "hojo_handover", &["hojo_files"]),
        ("transfer_case", "hojo_mover", &["hojo_staff", "hojo_worker"]),
        ("vpn_decision", "hojo_gate", &["hojo_public"]),
        ("withdraw_database_access", "hojo_owner", &["hojo_setup", "hojo_staff"]),
    ];
    let expected: Vec<[&str; 3]> = reviewed.iter().map(|(name, owner, _)| [*name, *owner, path]).collect();
    assert_eq!(definers, expected);
    for (name, owner, callers) in reviewed {
        let held = format!(
            "select grantee::text from information_schema.routine_privileges where routine_name = '{name}' and grantee <> '{owner}' order by 1"
        );
        assert_eq!(sql.list(&held).await, *callers, "{name}");
    }
    let views = sql.count("select count(*) from pg_views where schemaname = 'public'").await;
    assert_eq!(views, 0, "a view runs with its owner's rights");
    ground.end().await;
}

/// Tables of a company that a succession leaves with the former holder, and why.
const STAY: &[(&str, &str)] = &[
    ("access_log", "who was seen, as it was then"),
    ("access_log_overflow", "who was seen, as it was then"),
    ("account_handovers", "of the company's accounts"),
    ("accounts", "of the company"),
    ("applicant_changes", "of the company"),
    ("assignments", "the office finds them by case"),
    ("case_holders", "tells who held the case before"),
    ("deadline_moves", "a term that is over"),
    ("due_moves", "the office finds them by case"),
    ("dues_reminded", "the office finds them by case"),
    ("examinations", "the office finds them by case"),
    ("point_rulings", "the office finds them by case"),
    ("score_sheets", "the office finds them by case"),
];

#[tokio::test]
async fn a_succession_takes_every_table_of_the_case_along() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let body = sql.list("select prosrc from pg_proc where proname = 'transfer_case'").await.join("");
    let held = sql
        .list(
            "select c.relname::text from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition
               and a.attname = 'applicant_id' and not a.attisdropped order by 1",
        )
        .await;
    let left: Vec<&String> = held.iter().filter(|t| !body.contains(&format!("update {t} set applicant_id"))).collect();
    assert_eq!(left, STAY.iter().map(|(t, _)| t).collect::<Vec<_>>());
    ground.end().await;
}

#[tokio::test]
async fn what_is_written_once_stays() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let roles: Vec<&str> = GROUPS.iter().copied().chain(LOGINS.iter().map(|l| l.0)).collect();
    for role in &roles {
        for table in APPEND_ONLY {
            // Set-up publishes editions; the statement it uses never changes one, and no site can.
            if (*role, *table) == ("hojo_setup", "editions") {
                continue;
            }
            let may = format!(
                "select (has_table_privilege('{role}', '{table}', 'update, delete, truncate') or has_any_column_privilege('{role}', '{table}', 'update'))::text"
            );
            assert_eq!(sql.one(&may).await, "false", "{role} may change {table}");
        }
        for table in sql.list(TABLES).await {
            let may = format!("select has_table_privilege('{role}', '{table}', 'truncate, references, trigger')::text");
            assert_eq!(sql.one(&may).await, "false", "{role} on {table}");
        }
    }
    for role in ["hojo_applicant", "hojo_staff", "hojo_reviewer", "hojo_worker"] {
        for table in ["events", "submissions", "operation_log", "access_log"] {
            for statement in [
                format!("update {table} set applicant_id = null"),
                format!("delete from {table}"),
                format!("truncate {table}"),
            ] {
                let statement = statement.replace("operation_log set applicant_id", "operation_log set detail");
                assert_eq!(sql.state_of(role, "", &statement).await, "42501", "{role}: {statement}");
            }
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_decides_something_can_leave_the_job_and_the_log_entry() {
    let ground = Ground::new().await;
    let mut sql = ground.superuser().await;
    let job = "insert into jobs (id, lane, kind, payload) values (gen_random_uuid(), 'mail', 'x', '{}')";
    let done = "insert into operation_log (at, id, site, actor_kind, actor_name, permission, object, outcome, detail, request_id, address)
                values (now(), gen_random_uuid(), 'portal', 'applicant', 'x', 'x', 'x', 'done', '{}', 'x', 'x')";
    let seen = "insert into access_log (at, id, site, actor_kind, actor_name, permission, request_id, address)
                values (now(), gen_random_uuid(), 'office', 'staff', 'x', 'x', 'x', 'x')";
    let somebody = "select set_config('hojo.actor', gen_random_uuid()::text, true), set_config('hojo.scope', gen_random_uuid()::text, true)";
    for (role, statements) in [
        ("hojo_applicant", &[job, done, seen][..]),
        ("hojo_staff", &[job, done, seen]),
        ("hojo_reviewer", &[job, done, seen]),
        ("hojo_worker", &[job, done, seen]),
        ("hojo_gate", &[done]),
    ] {
        for statement in statements {
            assert_eq!(sql.state_of(role, somebody, statement).await, "", "{role}: {statement}");
        }
    }
    // The public decides nothing; without a person the office writes nothing.
    for statement in [job, done, seen] {
        assert_eq!(sql.state_of("hojo_public", somebody, statement).await, "42501", "{statement}");
        assert_eq!(sql.state_of("hojo_staff", "select 1", statement).await, "42501", "{statement}");
    }
    ground.end().await;
}

#[tokio::test]
async fn every_column_has_a_class_and_every_class_a_column() {
    let ground = Ground::new().await;
    let mut sql: Sql = ground.superuser().await;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../db/columns.toml");
    let text = std::fs::read_to_string(path).unwrap();
    let file: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(&text).unwrap();
    let written: BTreeSet<(String, String)> =
        file.iter().flat_map(|(t, columns)| columns.keys().map(move |c| (t.clone(), c.clone()))).collect();
    let there: BTreeSet<(String, String)> = sql
        .rows(
            "select c.relname::text, a.attname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
             join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped",
        )
        .await
        .into_iter()
        .map(|mut row| (row.remove(0), row.remove(0)))
        .filter(|(table, _)| !NO_WALL.contains(&table.as_str()))
        .collect();
    let unclassed: Vec<_> = there.difference(&written).collect();
    assert!(unclassed.is_empty(), "columns without a class in db/columns.toml: {unclassed:?}");
    let gone: Vec<_> = written.difference(&there).collect();
    assert!(gone.is_empty(), "db/columns.toml names what is not there: {gone:?}");
    for (table, columns) in &file {
        for (column, class) in columns {
            assert!(CLASSES.contains(&class.as_str()), "{table}.{column}: {class}");
            let name = column.as_str();
            let opens =
                name.contains("password") || name.contains("secret") || name == "token_hash" || name == "verifier";
            assert!(!opens || class == "secret", "{table}.{column} opens something and is called {class}");
        }
    }
    ground.end().await;
}
