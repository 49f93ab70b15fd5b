//! Can these tests fail? Policies are opened one after the other, as a careless change would, and the
//! probe must notice each.

use super::{Attack, ask::Proof, ask::address};
#[cfg(feature = "first-wall-down")]
use super::{Role, planted::ALL, planted::may_read};

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

/// Every permission that is data is given to everybody else at the office who does not hold it, one person at a time:
/// a request that asks for it must then be judged wrong, or the grant must have given nothing by design.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg(not(feature = "first-wall-down"))]
async fn every_permission_given_to_somebody_else_is_noticed() {
    use std::collections::BTreeMap;

    use super::who::Expected;

    let mut attack = Attack::new().await;
    let mut routes = BTreeMap::new();
    // A page rather than a form: nothing is changed by asking.
    for route in attack.table.iter().filter(|r| hojo_access::Permission::from_code(r.permission).is_some()) {
        let kept = routes.entry(route.permission).or_insert(route);
        if kept.method != "GET" && route.method == "GET" {
            *kept = route;
        }
    }
    let routes: Vec<hojo_web::RouteInfo> = routes.into_values().cloned().collect();
    let people: Vec<_> = attack
        .planted
        .people
        .iter()
        .filter(|w| ["manager", "operator", "office IT", "assigned reviewer"].contains(&w.name))
        .cloned()
        .collect();
    let (mut tried, mut apart, mut survived, mut nobodys) = (0, 0, Vec::new(), Vec::new());
    for route in routes {
        let mut others = 0;
        for who in people.iter().filter(|w| w.site == Some(route.site)) {
            let seat = super::Role::Reviewer;
            if who.expected(&route, seat, &attack.holds()) != Expected::Forbidden {
                continue;
            }
            others += 1;
            tried += 1;
            let role = match who.name {
                "manager" => "manager",
                "operator" => "operator",
                "office IT" => "office_it",
                _ => "reviewer",
            };
            let given = format!("role = '{role}' and permission = '{}'", route.permission);
            attack
                .planted
                .sql
                .run(&format!(
                    "insert into role_permissions (role, permission) values ('{role}', '{}')",
                    route.permission
                ))
                .await;
            let path = address(&route.path, &attack.planted.filed);
            let got = attack.doors.ask(who, &route, &path, "", Proof::Right).await;
            // Staff and reviewers are apart: a grant across that line must give nothing.
            let across = (route.audience == hojo_access::Audience::Reviewer) != (role == "reviewer");
            apart += usize::from(across);
            if attack.judge(who, &route, seat, &got).is_none() != across {
                survived.push(format!("{} to {role}: {} {path} {}", route.permission, route.method, got.status));
            }
            attack.planted.sql.run(&format!("delete from role_permissions where {given}")).await;
            let got = attack.doors.ask(who, &route, &path, "", Proof::Right).await;
            assert!(attack.judge(who, &route, seat, &got).is_none(), "{}: taken back, and still let in", route.path);
        }
        if others == 0 {
            nobodys.push(route.permission);
        }
    }
    println!(
        "{tried} grants tried, of which {apart} across the line between staff and reviewers; {} came out wrong; everybody who could holds {nobodys:?}",
        survived.len()
    );
    assert_eq!(survived, Vec::<String>::new());
    assert!(tried > 30, "{tried}");
    attack.finish(vec![]).await;
}
