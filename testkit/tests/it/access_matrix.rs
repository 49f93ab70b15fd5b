//! The whole surface as one reviewed text: who may do what. A route that appears, vanishes or widens
//! changes `access.matrix`, and that change is read by a person.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use hojo_access::{Audience, Permission};
use hojo_web::RouteInfo;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../access.matrix");
const ROLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../db/roles.toml");

#[derive(serde::Deserialize)]
struct Role {
    permissions: Vec<String>,
}

fn roles() -> BTreeMap<String, Role> {
    toml::from_str(&std::fs::read_to_string(ROLES).unwrap()).unwrap()
}

fn audience(a: Audience) -> &'static str {
    match a {
        Audience::Anyone => "anyone",
        Audience::Applicant => "applicant",
        Audience::Staff => "staff",
        Audience::Reviewer => "reviewer",
        Audience::Insider => "insider",
    }
}

/// Who gets past the first check, in words of the roles.
fn holders(route: &RouteInfo, roles: &BTreeMap<String, Role>) -> String {
    match route.audience {
        Audience::Anyone => "everybody".into(),
        Audience::Applicant => "every applicant, own objects".into(),
        Audience::Insider => "everybody signed in at the office".into(),
        Audience::Staff | Audience::Reviewer => {
            let held = roles.iter().filter(|(_, r)| r.permissions.iter().any(|p| p == route.permission));
            let names: Vec<&str> = held.map(|(name, _)| name.as_str()).collect();
            if names.is_empty() { "nobody".into() } else { names.join(" ") }
        }
    }
}

fn matrix() -> String {
    let roles = roles();
    let mut table = hojo_app::wiring::table();
    table.sort_by(|a, b| (a.site.code(), &a.path, &a.method).cmp(&(b.site.code(), &b.path, &b.method)));
    let mut out = String::from(
        "# site method path | permission | audience | roles of a new installation (db/roles.toml) | factor shown a short while ago\n\
         # Made by the test `access_matrix`; UPDATE=1 writes it anew. Every line is reviewed.\n",
    );
    for r in &table {
        writeln!(
            out,
            "{:6} {:4} {} | {} | {} | {}{}",
            r.site.code(),
            r.method,
            r.path,
            r.permission,
            audience(r.audience),
            holders(r, &roles),
            if r.fresh { " | fresh factor" } else { "" }
        )
        .unwrap();
    }
    out
}

#[test]
#[expect(clippy::disallowed_methods, reason = "writing the file anew is asked for in the environment")]
fn the_reviewed_matrix_is_the_route_table() {
    let now = matrix();
    if std::env::var("UPDATE").is_ok_and(|v| v == "1") {
        std::fs::write(FILE, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(FILE).unwrap_or_default();
    let (then, now): (BTreeSet<&str>, BTreeSet<&str>) = (reviewed.lines().collect(), now.lines().collect());
    let new: Vec<_> = now.difference(&then).collect();
    let gone: Vec<_> = then.difference(&now).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "access.matrix (UPDATE=1 writes it anew)\nnew: {new:#?}\ngone: {gone:#?}"
    );
}

#[test]
fn no_two_routes_answer_the_same_request() {
    let mut seen: BTreeMap<(String, String, String), String> = BTreeMap::new();
    for r in hojo_app::wiring::table() {
        assert!(matches!(r.method.as_str(), "GET" | "POST"), "{} {}", r.method, r.path);
        // Two names for the same place in a path are the same place.
        let shape: Vec<&str> = r.path.split('/').map(|s| if s.starts_with('{') { "{}" } else { s }).collect();
        let key = (r.site.code().to_owned(), r.method.clone(), shape.join("/"));
        if let Some(other) = seen.insert(key, r.path.clone()) {
            panic!("{} {} {} collides with {other}", r.site.code(), r.method, r.path);
        }
    }
    assert!(seen.len() > 100, "{}", seen.len());
}

#[test]
fn sites_carry_only_their_own_audiences() {
    for r in hojo_app::wiring::table() {
        let fits = match r.site.code() {
            "portal" => matches!(r.audience, Audience::Anyone | Audience::Applicant),
            "office" => {
                matches!(r.audience, Audience::Anyone | Audience::Staff | Audience::Reviewer | Audience::Insider)
            }
            _ => r.audience == Audience::Anyone,
        };
        assert!(fits, "{} {} {} is for {:?}", r.site.code(), r.method, r.path, r.audience);
        if r.audience == Audience::Anyone && r.method == "POST" {
            assert!(PUBLIC_POSTS.contains(&r.path.as_str()), "{}: a public page that changes something", r.path);
        }
    }
}

/// Signing in, the one-use link of somebody who cannot sign in yet, and a VPN gateway with a key of its own.
const PUBLIC_POSTS: &[&str] = &["/sign-in", "/sign-in/openid", "/invitations/{token}", "/vpn/authorize"];

/// Permissions a handler asks for besides the one of its route.
const INSIDE: &[(&str, &str)] = &[("case.exclude", "slices/office/src/examining/finish.rs")];

#[test]
fn every_permission_is_given_to_somebody_and_asked_for_somewhere() {
    let asked: BTreeSet<&str> = hojo_app::wiring::table().iter().map(|r| r.permission).collect();
    let given: BTreeSet<String> = roles().into_values().flat_map(|r| r.permissions).collect();
    for p in Permission::ALL {
        let inside = INSIDE.iter().find(|(code, _)| *code == p.code()).is_some_and(|(_, file)| {
            let text = std::fs::read_to_string(format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            text.contains(&format!("holds_in(Permission::{p:?}, "))
        });
        assert!(asked.contains(p.code()) || inside, "nothing asks for {}", p.code());
        let is_data = matches!(p.audience(), Audience::Staff | Audience::Reviewer);
        assert!(!is_data || given.contains(p.code()), "no role holds {}", p.code());
    }
    for code in &given {
        assert!(Permission::from_code(code).is_some(), "db/roles.toml: there is no permission {code}");
    }
}
