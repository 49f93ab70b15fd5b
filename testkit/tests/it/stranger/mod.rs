//! The stranger: every route × every kind of person × everything company A has. What is not theirs they
//! neither see nor change, and are not told that it exists. Run with both walls; with row security off
//! (the application's checks alone must hold); and, by the feature `first-wall-down`, with row security
//! alone, when only leaks and foreign changes are looked at because the words of refusal differ.

mod ask;
mod browsers;
mod mutants;
mod planted;
mod who;

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use hojo_access::{Audience, Site, walls_are_up};
use hojo_web::RouteInfo;

use ask::{Doors, Proof, address};
use planted::{ALL, Ids, may_read};
pub use planted::{Planted, superuser_url};
use who::{Expected, Role, Who, names_an_object};

const AT_ONCE: usize = 8;

/// role, permission → held?
fn roles() -> BTreeSet<(String, String)> {
    #[derive(serde::Deserialize)]
    struct Role {
        permissions: Vec<String>,
    }
    let text = std::fs::read_to_string(crate::ground::root().join("db/roles.toml")).unwrap();
    let file: BTreeMap<String, Role> = toml::from_str(&text).unwrap();
    file.into_iter().flat_map(|(r, p)| p.permissions.into_iter().map(move |p| (r.clone(), p))).collect()
}

struct Attack {
    planted: Planted,
    doors: Doors,
    table: Vec<RouteInfo>,
    roles: BTreeSet<(String, String)>,
    asked: usize,
    wrong: Vec<String>,
    /// Are the row policies in force?
    rows_kept: bool,
}

/// What looking at every page brought.
#[derive(Default)]
struct Looked {
    asked: usize,
    wrong: Vec<String>,
    /// Site and path of pages that were shown to somebody.
    shown: BTreeSet<(String, String)>,
}

/// Tables that grow by looking: logs and the time a session was last seen.
const LOOKING: &[&str] = &[
    "sessions",
    "retired_tokens",
    "ceremonies",
    "sign_ins",
    "operation_log",
    "operation_log_default",
    "access_log",
    "access_log_default",
    "log_leaves",
    "log_checkpoints",
    "log_sealing",
    "_sqlx_migrations",
    "editions",
    "postal_codes",
    "banks",
    "branches",
];

impl Attack {
    async fn new() -> Self {
        static LOG: std::sync::Once = std::sync::Once::new();
        // Whoever reads a failed run wants to know what stood behind a 500.
        LOG.call_once(hojo_app::serve::log_to_stderr);
        let planted = Planted::new().await;
        let doors = Doors::of(&planted.world).await;
        Self {
            planted,
            doors,
            table: hojo_app::wiring::table(),
            roles: roles(),
            asked: 0,
            wrong: vec![],
            rows_kept: true,
        }
    }

    fn holds(&self) -> impl Fn(&str, &str) -> bool + '_ {
        |role, permission| self.roles.contains(&(role.to_owned(), permission.to_owned()))
    }

    /// The fingerprint of everything but logs; of A's rows alone when only those are to be watched.
    async fn fingerprint(&mut self) -> String {
        let tables = self
            .planted
            .sql
            .rows(
                "select c.relname::text, exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'applicant_id' and a.attnum > 0)::text
                 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'public' and c.relkind in ('r', 'p') order by 1",
            )
            .await;
        let parts: Vec<String> = tables
            .iter()
            .filter(|t| !LOOKING.contains(&t[0].as_str()) && (walls_are_up() || t[1] == "true"))
            .map(|t| {
                let rows = if walls_are_up() { String::new() } else { format!(" where applicant_id = '{}'", self.planted.owner) };
                format!("select '{0}' as t, md5(coalesce(string_agg(x::text, '' order by x::text), '')) as h from {0} x{rows}", t[0])
            })
            .collect();
        self.planted
            .sql
            .list(&format!("select t || ' ' || h from ({}) y order by 1", parts.join(" union all ")))
            .await
            .join("\n")
    }

    /// What is wrong with an answer, if anything.
    fn judge(&self, who: &Who, route: &RouteInfo, seat: Role, got: &ask::Got) -> Option<String> {
        let said = |what: String| {
            Some(format!("{} {} {} as {}: {what}", route.site.code(), route.method, route.path, who.name))
        };
        let is_office = who.role.is_office();
        let forbidden: Vec<&str> = ALL.iter().copied().filter(|w| !may_read(who.role).contains(w)).collect();
        let seen = got.words(&forbidden);
        // Lists of the office name no round in their SQL: what a team does not reach is kept out of them by the rows' policies.
        let unkept = who.role == Role::OtherTeam && !self.rows_kept && !names_an_object(&route.path);
        // What staff may see of a case is decided by grants, which are the first wall.
        if !seen.is_empty() && !unkept && (walls_are_up() || !is_office) {
            return said(format!("{} with {seen:?}", got.status));
        }
        if !walls_are_up() {
            return None;
        }
        // Whatever comes back is an answer the description of the surface names.
        let kind = got.headers.get("content-type").map_or("", |v| v.to_str().unwrap());
        if let Err(what) = hojo_app::openapi::promised(route, got.status, kind) {
            return said(what);
        }
        let login = got.headers.get("location").is_some_and(|l| l.to_str().unwrap().starts_with("/sign-in?to="));
        let right = match who.expected(route, seat, &self.holds()) {
            Expected::SignIn if route.method == "GET" => got.status == 303 && login,
            Expected::SignIn => got.status == 401,
            Expected::Forbidden => got.status == 403,
            Expected::NotFound => got.status == 404,
            Expected::Free => got.status < 500,
        };
        if right {
            None
        } else {
            said(format!("{} instead of {:?}", got.status, who.expected(route, seat, &self.holds())))
        }
    }

    fn sets(&self) -> [(&Ids, Role); 2] {
        [(&self.planted.filed, Role::Reviewer), (&self.planted.draft, Role::OtherReviewer)]
    }

    /// Every GET by everybody.
    async fn look(&mut self) {
        let looked = self.look_around().await;
        let pages: BTreeSet<_> =
            self.table.iter().filter(|r| r.method == "GET").map(|r| (r.site.code(), &r.path)).collect();
        println!("{} of {} pages were really shown to somebody", looked.shown.len(), pages.len());
        self.teeth(&looked.shown);
        self.asked += looked.asked;
        self.wrong.extend(looked.wrong);
    }

    async fn look_around(&self) -> Looked {
        let mut all = Vec::new();
        for route in self.table.iter().filter(|r| r.method == "GET") {
            for (ids, seat) in self.sets() {
                if !names_an_object(&route.path) && seat == Role::OtherReviewer {
                    continue;
                }
                all.extend(self.planted.people.iter().map(|who| self.look_at(who, route, ids, seat)));
            }
        }
        let mut looked = Looked::default();
        let mut answers = futures_util::stream::iter(all).buffer_unordered(AT_ONCE);
        while let Some((asked, wrong, shown)) = answers.next().await {
            looked.asked += asked;
            looked.wrong.extend(wrong);
            looked.shown.extend(shown);
        }
        looked
    }

    /// One page; when it must not be told from one that does not exist, that one as well.
    async fn look_at(
        &self,
        who: &Who,
        route: &RouteInfo,
        ids: &Ids,
        seat: Role,
    ) -> (usize, Vec<String>, Option<(String, String)>) {
        let got = self.doors.ask(who, route, &address(&route.path, ids), "", Proof::Right).await;
        let mut wrong: Vec<String> = self.judge(who, route, seat, &got).into_iter().collect();
        let mut asked = 1;
        if walls_are_up() && who.expected(route, seat, &self.holds()) == Expected::NotFound {
            let random =
                self.doors.ask(who, route, &address(&route.path, &self.planted.random), "", Proof::Right).await;
            asked += 1;
            if random.status != 404 || random.plain(&self.planted.random) != got.plain(ids) {
                wrong.push(format!(
                    "{} {} as {}: a foreign id and a random one differ",
                    route.site.code(),
                    route.path,
                    who.name
                ));
            }
        }
        let shown = (got.status == 200).then(|| (route.site.code().to_owned(), route.path.clone()));
        (asked, wrong, shown)
    }

    /// The run can only find something where ids lead somewhere: nearly every page was shown to its people.
    fn teeth(&mut self, shown: &BTreeSet<(String, String)>) {
        if !walls_are_up() {
            return;
        }
        let dark: Vec<(&str, &str)> = self
            .table
            .iter()
            .filter(|r| r.method == "GET" && !shown.contains(&(r.site.code().to_owned(), r.path.clone())))
            .map(|r| (r.site.code(), r.path.as_str()))
            .filter(|page| names_an_object(page.1) && !STATES.contains(page))
            .collect();
        if !dark.is_empty() {
            self.wrong.push(format!("nobody was shown {dark:?}: the ids of this test lead nowhere there"));
        }
    }

    /// Every POST by those who may not: nothing changes.
    async fn touch(&mut self) {
        let body = "_version=1&_action=next&declare=yes&decision=approve&result=passed&reason=x&sure=yes&to=check&stage=confirm";
        for route in self.table.clone().into_iter().filter(|r| r.method == "POST" && r.audience != Audience::Anyone) {
            let before = self.fingerprint().await;
            let (asked, wrong) = self.touch_one(&route, body).await;
            self.asked += asked;
            self.wrong.extend(wrong);
            let after = self.fingerprint().await;
            if before != after {
                let changed: Vec<_> = after.lines().filter(|l| !before.contains(l)).collect();
                self.wrong.push(format!("POST {} by somebody who may not changed {changed:?}", route.path));
            }
        }
    }

    async fn touch_one(&self, route: &RouteInfo, body: &str) -> (usize, Vec<String>) {
        let mut all = Vec::new();
        for (ids, seat) in self.sets() {
            for who in &self.planted.people {
                let denied = who.expected(route, seat, &self.holds()) != Expected::Free;
                let is_office = who.role.is_office();
                if denied && (walls_are_up() || !is_office) {
                    all.push(async move {
                        let got = self.doors.ask(who, route, &address(&route.path, ids), body, Proof::Right).await;
                        self.judge(who, route, seat, &got)
                    });
                }
            }
        }
        let asked = all.len();
        let wrong: Vec<Option<String>> = futures_util::stream::iter(all).buffer_unordered(AT_ONCE).collect().await;
        (asked, wrong.into_iter().flatten().collect())
    }

    /// Every POST by somebody who may, from a page that is not ours.
    async fn forge(&mut self) {
        let before = self.fingerprint().await;
        // The API has no sessions that a foreign page could use.
        let browsers = |r: &RouteInfo| r.method == "POST" && r.site != Site::Api;
        for route in self.table.clone().into_iter().filter(browsers) {
            let path = address(&route.path, &self.planted.filed);
            let people = self.planted.people.clone();
            let who = people
                .iter()
                .find(|w| w.site.is_some() && w.expected(&route, Role::Reviewer, &self.holds()) == Expected::Free);
            let who = who.filter(|w| w.site == Some(route.site) || route.audience == Audience::Anyone);
            let who = who.unwrap_or_else(|| panic!("nobody may {}", route.path));
            let all = [Proof::NoToken, Proof::WrongToken, Proof::OthersToken, Proof::WrongOrigin, Proof::NoOrigin];
            for proof in all {
                let is_token = matches!(proof, Proof::NoToken | Proof::WrongToken | Proof::OthersToken);
                if is_token && route.audience == Audience::Anyone {
                    continue;
                }
                let got = self.doors.ask(who, &route, &path, "_version=1", proof).await;
                self.asked += 1;
                if got.status != 400 || !String::from_utf8_lossy(&got.body).contains("FORGED") {
                    self.wrong.push(format!(
                        "{} {} by {} with {proof:?}: {}",
                        route.site.code(),
                        route.path,
                        who.name,
                        got.status
                    ));
                }
            }
        }
        if before != self.fingerprint().await {
            self.wrong.push("a forged request changed something".into());
        }
    }

    /// Ends without a count of its own.
    async fn finish(self, wrong: Vec<String>) {
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        self.doors.close().await;
        self.planted.end().await;
    }

    async fn end(self, what: &str) {
        println!(
            "{what}: {} requests of {} kinds of people on {} routes",
            self.asked,
            self.planted.people.len(),
            self.table.len()
        );
        let wrong = self.wrong;
        assert!(wrong.is_empty(), "{} wrong of {}:\n{}", wrong.len(), self.asked, wrong.join("\n"));
        self.doors.close().await;
        self.planted.end().await;
    }
}

/// Pages that exist only in a state neither of A's cases is in: a returned one, one that came on paper.
const STATES: &[(&str, &str)] = &[
    ("portal", "/filings/{filing}/compare"),
    ("office", "/intake/filings/{filing}"),
    ("office", "/intake/filings/{filing}/sections/{section}"),
    ("office", "/intake/filings/{filing}/template/{field}"),
    ("office", "/intake/filings/{filing}/check"),
    ("office", "/intake/filings/{filing}/compare"),
    ("office", "/intake/filings/{filing}/receipt"),
    ("office", "/intake/filings/{filing}/discard"),
    ("office", "/intake/filings/{filing}/withdraw"),
    ("office", "/intake/filings/{filing}/upgrade"),
    ("office", "/intake/files/{file}"),
    ("office", "/cases/{case}/scans/{file}"),
    // Letters that wait to be issued together are of their own tests (`slices/letters/tests/it/issuing.rs`).
    ("office", "/letters/{letter}/sample"),
    ("office", "/letters/batches/{batch}"),
    // An application is decided by an adoption run; these are of the procedures after it (`procedures/grant.rs`).
    ("office", "/cases/{case}/ruling"),
    ("office", "/cases/{case}/approve"),
    ("office", "/cases/{case}/agency"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_sees_or_changes_what_is_not_theirs() {
    let mut attack = Attack::new().await;
    attack.look().await;
    attack.touch().await;
    if walls_are_up() {
        attack.forge().await;
    }
    let walls = if walls_are_up() { "both walls" } else { "row security alone" };
    attack.end(walls).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[cfg(not(feature = "first-wall-down"))]
async fn with_row_security_off_the_applications_checks_alone_hold() {
    let mut attack = Attack::new().await;
    let tables = attack
        .planted
        .sql
        .list("select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relrowsecurity")
        .await;
    assert!(tables.len() > 30, "{}", tables.len());
    for table in tables {
        attack
            .planted
            .sql
            .run(&format!(
                "alter table {table} no force row level security; alter table {table} disable row level security"
            ))
            .await;
    }
    attack.rows_kept = false;
    attack.look().await;
    attack.touch().await;
    attack.end("the application's checks alone").await;
}
