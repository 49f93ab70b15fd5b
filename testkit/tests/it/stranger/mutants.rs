//! Can these tests fail? Policies are opened one after the other, as a careless change would, and the
//! probe must notice each.

#[cfg(feature = "first-wall-down")]
use super::{Attack, Role, ask::Proof, ask::address, planted::ALL, planted::may_read};

/// With the first wall down, the pages themselves give the hole away. A reviewer's pages ask for the
/// own seat in their SQL as well, so holes in reviewers' policies are shown by `walls.rs`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg(feature = "first-wall-down")]
async fn a_policy_that_was_opened_shows_on_the_pages() {
    let mut attack = Attack::new().await;
    for (role, person, opened) in [
        ("applicant", Role::OtherCompany, &["cases", "filings"][..]),
        ("applicant", Role::OtherCompany, &["cases", "filings", "draft_sections"]),
        ("applicant", Role::OtherCompany, &["cases", "filings", "events", "submissions"]),
        ("applicant", Role::OtherCompany, &["cases", "files"]),
        ("applicant", Role::OtherCompany, &["cases", "letters"]),
        ("staff", Role::OtherTeam, &["cases"]),
        ("staff", Role::OtherTeam, &["cases", "letters"]),
    ] {
        let mut kept = Vec::new();
        for table in opened {
            let policy = format!("{role}_select");
            let was = attack
                .planted
                .sql
                .one(&format!("select qual from pg_policies where tablename = '{table}' and policyname = '{policy}'"))
                .await;
            attack.planted.sql.run(&format!("alter policy {policy} on {table} using (true)")).await;
            kept.push((table, policy, was));
        }
        let mut leaks = Vec::new();
        for route in attack.table.iter().filter(|r| r.method == "GET") {
            for who in attack.planted.people.iter().filter(|w| w.role == person) {
                for ids in [&attack.planted.filed, &attack.planted.draft] {
                    let got = attack.doors.ask(who, route, &address(&route.path, ids), "", Proof::Right).await;
                    let forbidden: Vec<&str> =
                        ALL.iter().copied().filter(|w| !may_read(who.role).contains(w)).collect();
                    if !got.words(&forbidden).is_empty() {
                        leaks.push(format!("{} to {}", route.path, who.name));
                    }
                }
            }
        }
        println!("{role} {opened:?}: {} leaks, such as {:?}", leaks.len(), leaks.first());
        assert!(!leaks.is_empty(), "{role} {opened:?} stood open and nothing was noticed");
        for (table, policy, was) in kept {
            attack.planted.sql.run(&format!("alter policy {policy} on {table} using ({was})")).await;
        }
    }
    attack.doors.close().await;
    attack.planted.end().await;
}
