//! What every answer tells the browser, and that nothing a person wrote ever becomes markup: every GET by everybody, in
//! a world where every text field carries a tag that would show.

use std::collections::BTreeSet;

use axum::http::HeaderMap;
use hojo_access::{Site, walls_are_up};

use super::Attack;
use super::ask::{Got, Proof, address};
use super::planted::{MARKUP, WRITTEN};

fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
}

/// What is missing or wrong in the headers of one answer.
fn wrong_headers(path: &str, got: &Got) -> Vec<String> {
    let h = &got.headers;
    let mut wrong = Vec::new();
    let mut want = |ok: bool, what: &str| {
        if !ok {
            wrong.push(format!("{path} ({}): {what}: {h:?}", got.status));
        }
    };
    want(header(h, "x-content-type-options") == "nosniff", "nosniff");
    want(header(h, "cross-origin-opener-policy") == "same-origin", "opener policy");
    want(header(h, "cross-origin-resource-policy") == "same-origin", "resource policy");
    want(header(h, "permissions-policy").contains("camera=()"), "permissions policy");
    let framed = header(h, "x-frame-options");
    want(framed == if got.files { "" } else { "DENY" }, "frame options");
    let referrer = if got.files { "no-referrer" } else { "same-origin" };
    want(header(h, "referrer-policy") == referrer, "referrer policy");
    want(!(got.files && h.contains_key("set-cookie")), "a cookie of the files site");
    want(path.starts_with("/assets/") || header(h, "cache-control").contains("no-store"), "no-store");
    want(!h.contains_key("server") && !h.contains_key("x-powered-by"), "says what runs here");
    let csp = header(h, "content-security-policy");
    let kind = header(h, "content-type");
    if header(h, "content-disposition").is_empty() {
        for part in [
            "default-src 'none'",
            "script-src 'nonce-",
            "base-uri 'none'",
            if got.files { "frame-ancestors http://portal.test http://office.test;" } else { "frame-ancestors 'none'" },
            "require-trusted-types-for 'script'",
            "trusted-types hojo",
            "report-uri /csp-report",
        ] {
            want(csp.contains(part), part);
        }
        want(!csp.contains("unsafe"), "unsafe");
    } else {
        want(got.files == (kind == "application/pdf" || kind.starts_with("image/")), "a file from where people work");
        want(
            csp.contains("default-src 'none'")
                && (csp.contains("sandbox") || kind == "application/pdf" || kind.starts_with("image/")),
            "a file's policy",
        );
        want(!kind.starts_with("text/html") && !kind.contains("svg") && !kind.contains("xml;"), "a file that runs");
    }
    if kind.starts_with("text/html") {
        let body = String::from_utf8_lossy(&got.body);
        let nonce = csp.split("'nonce-").nth(1).and_then(|t| t.split('\'').next()).unwrap_or_default();
        want(nonce.len() >= 22, "a nonce nobody guesses");
        let scripts = body.matches("<script").count();
        want(
            scripts == body.matches(&format!("nonce=\"{nonce}\"></script>")).count(),
            "a script without this answer's nonce",
        );
        for inline in [" onclick=", " onload=", " onerror=", " style=", "javascript:"] {
            want(!body.contains(inline), inline);
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_answer_carries_its_headers_and_nothing_written_becomes_markup() {
    if !walls_are_up() {
        return;
    }
    let attack = Attack::new().await;
    let (mut wrong, mut asked, mut shown, mut nonces) = (Vec::new(), 0, 0, BTreeSet::new());
    let raw = format!("{WRITTEN}{MARKUP}");
    let written = format!("{WRITTEN}{}", MARKUP.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"));
    for route in attack.table.iter().filter(|r| r.method == "GET") {
        for (ids, _) in attack.sets() {
            for who in &attack.planted.people {
                let path = address(&route.path, ids);
                let got = attack.doors.ask(who, route, &path, "", Proof::Right).await;
                asked += 1;
                wrong.extend(wrong_headers(&path, &got));
                let body = String::from_utf8_lossy(&got.body);
                if header(&got.headers, "content-type").starts_with("text/html") {
                    if body.contains(&raw) {
                        wrong.push(format!("{path} as {}: what was written became markup", who.name));
                    }
                    shown += body.matches(&written).count();
                    let nonce = header(&got.headers, "content-security-policy").to_owned();
                    if !nonces.insert(nonce) {
                        wrong.push(format!("{path}: a nonce was used twice"));
                    }
                }
            }
        }
    }
    println!("{asked} answers; the tag was shown as text {shown} times");
    assert!(shown > 100, "the tag was hardly shown: {shown}");
    attack.finish(wrong).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_browsers_are_taken_from_anybody_and_only_counted() {
    let attack = Attack::new().await;
    for (kind, body, status) in [
        ("application/csp-report", r#"{"csp-report":{"violated-directive":"script-src-elem"}}"#.to_owned(), 204),
        ("application/reports+json", "not json \u{1}".to_owned(), 204),
        ("application/csp-report", "x".repeat(20_000), 413),
    ] {
        let got = attack.doors.report(kind, body).await;
        assert_eq!(got, status, "{kind}");
    }
    attack.finish(vec![]).await;
}

/// A method that is not in the table gets a page with all headers and the methods there are; HEAD is a GET without its body.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn methods_that_are_not_there_are_refused_like_pages() {
    if !walls_are_up() {
        return;
    }
    let attack = Attack::new().await;
    let nobody = &attack.planted.people[0];
    let mut wrong = Vec::new();
    for route in &attack.table {
        let path = address(&route.path, &attack.planted.random);
        for method in ["TRACE", "PUT", "DELETE"] {
            let other = hojo_web::RouteInfo { method: method.into(), ..route.clone() };
            let got = attack.doors.ask(nobody, &other, &path, "", Proof::Right).await;
            wrong.extend(wrong_headers(&path, &got));
            if got.status != 405 || !header(&got.headers, "allow").contains(&route.method) {
                wrong.push(format!("{method} {path}: {} {:?}", got.status, got.headers.get("allow")));
            }
        }
        if route.path == "/sign-in" && route.method == "GET" {
            let head = hojo_web::RouteInfo { method: "HEAD".into(), ..route.clone() };
            let got = attack.doors.ask(nobody, &head, &path, "", Proof::Right).await;
            if got.status != 200 || !got.body.is_empty() {
                wrong.push(format!("HEAD {path}: {} with {} bytes", got.status, got.body.len()));
            }
        }
    }
    attack.finish(wrong).await;
}

/// The pages of somebody who left are not shown by pressing 「戻る」.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn signing_out_clears_what_the_browser_kept() {
    if !walls_are_up() {
        return;
    }
    let attack = Attack::new().await;
    for (who, site) in [("applicant A", Site::Portal), ("operator", Site::Office)] {
        let who = attack.planted.people.iter().find(|w| w.name == who).unwrap();
        let route = attack.table.iter().find(|r| r.site == site && r.path == "/sign-out").unwrap();
        let got = attack.doors.ask(who, route, "/sign-out", "", Proof::Right).await;
        assert_eq!((got.status, header(&got.headers, "clear-site-data")), (303, "\"cache\""), "{}", who.name);
    }
    attack.finish(vec![]).await;
}

/// A NUL cannot be kept by the database: wherever it comes from, it is an unknown name and no fault of ours.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_nul_anywhere_is_no_fault_of_ours() {
    if !walls_are_up() {
        return;
    }
    let attack = Attack::new().await;
    let mut wrong = Vec::new();
    let query = "?q=%00&search=%00&round=%00&after=%00&sort=%00&person=%00&object=%00&from=%00";
    for route in attack.table.iter().filter(|r| r.method == "GET" || r.audience == hojo_access::Audience::Anyone) {
        let nul = attack.planted.filed.iter().map(|(name, _)| (*name, "%00".to_owned())).collect();
        let json = route.path == "/vpn/authorize";
        let body = if json {
            r#"{"gateway":"\u0000","user":"\u0000","key":"\u0000"}"#
        } else {
            "login=%00&password=%00&code=%00&to=%00&step=%00"
        };
        for who in &attack.planted.people {
            for path in [address(&route.path, &nul), address(&route.path, &attack.planted.filed) + query] {
                let got = attack.doors.ask(who, route, &path, body, Proof::Right).await;
                // 502: the provider of identities is not there.
                if got.status >= 500 && got.status != 502 {
                    wrong.push(format!("{} {path} as {}: {}", route.method, who.name, got.status));
                }
            }
        }
    }
    attack.finish(wrong).await;
}
