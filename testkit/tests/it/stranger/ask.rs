//! One request of one person, and what came back of it.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use hojo_access::Site;
use hojo_app::demo::browser::Browser;
use hojo_testkit::World;
use hojo_web::{Kernel, RouteInfo, server};

use super::planted::Ids;
use super::who::Who;

/// The doors of the four sites.
#[derive(Clone)]
pub struct Doors {
    portal: Browser,
    office: Browser,
    api: Browser,
    files: Browser,
    dbs: Vec<hojo_db::Db>,
}

/// What is sent along to be believed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    Right,
    NoToken,
    WrongToken,
    /// The token of another person.
    OthersToken,
    WrongOrigin,
    NoOrigin,
}

pub struct Got {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// Came from the files site.
    pub files: bool,
}

impl Doors {
    pub async fn of(world: &World) -> Self {
        let mut dbs = Vec::new();
        let mut more = Vec::new();
        for site in [Site::Api, Site::Files] {
            let db = hojo_db::Db::connect_site(&world.config.db(), site, world.clock.clone()).await.unwrap();
            let provider = std::sync::Arc::clone(&world.house.gbizid);
            let routes = hojo_app::wiring::site_routes(site, provider);
            let settings = world.config.settings(site).unwrap();
            let kernel = Kernel::new(settings, db.clone(), world.house.vault.clone(), routes.menu_items());
            more.push(Browser::in_process(server::service(&kernel, routes), world.config.url(site)));
            dbs.push(db);
        }
        let [api, files] = <[Browser; 2]>::try_from(more).ok().unwrap();
        Self { portal: world.house.portal(), office: world.house.office(), api, files, dbs }
    }

    pub async fn close(self) {
        for db in self.dbs {
            db.close().await;
        }
    }

    /// A report of a browser, as one sends it: no token, no cookie, no form.
    pub async fn report(&self, kind: &str, body: String) -> u16 {
        let request = Request::builder().method("POST").uri("/csp-report").header(header::CONTENT_TYPE, kind);
        self.portal.stranger().send(request.body(Body::from(body)).unwrap()).await.unwrap().status.as_u16()
    }

    fn at(&self, site: Site) -> Browser {
        match site {
            Site::Portal => self.portal.stranger(),
            Site::Office => self.office.stranger(),
            Site::Api => self.api.stranger(),
            Site::Files => self.files.stranger(),
        }
    }

    pub async fn ask(&self, who: &Who, route: &RouteInfo, path: &str, body: &str, proof: Proof) -> Got {
        let mut request = Request::builder().method(route.method.as_str()).uri(path).header(header::HOST, "x.test");
        if !who.session.token.is_empty() {
            // Under the cookie names of all sites: none but its own may take it.
            let t = &who.session.token;
            request = request.header(
                header::COOKIE,
                format!("__Host-hojo-portal={t}; __Host-hojo-office={t}; __Host-hojo-api={t}; __Host-hojo-files={t}"),
            );
        }
        if route.method == "POST" {
            request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            let own = format!("http://{}.test", route.site.code());
            request = match proof {
                Proof::WrongOrigin => request.header(header::ORIGIN, "https://evil.example"),
                Proof::NoOrigin => request,
                _ => request.header(header::ORIGIN, own),
            };
            let token = who.csrf(route.site);
            request = match proof {
                Proof::NoToken => request,
                Proof::WrongToken => request.header("x-csrf-token", token.chars().rev().collect::<String>()),
                Proof::OthersToken => request.header(
                    "x-csrf-token",
                    Who { session: crate::ground::Session::default(), ..who.clone() }.csrf(route.site),
                ),
                _ => request.header("x-csrf-token", token),
            };
        }
        let body = if takes_files(&route.path) && route.method == "POST" {
            request
                .headers_mut()
                .unwrap()
                .insert(header::CONTENT_TYPE, "multipart/form-data; boundary=B".parse().unwrap());
            let pairs: Vec<(&str, &str)> = body.split('&').filter_map(|p| p.split_once('=')).collect();
            Body::from(crate::client::multipart(&pairs, &[]))
        } else {
            Body::from(body.to_owned())
        };
        let mut page = self.at(route.site).send(request.body(body).unwrap()).await.unwrap();
        // A file is what its link leads to.
        let mut files = route.site == Site::Files;
        let to = page.headers.get(header::LOCATION).map(|l| l.to_str().unwrap().to_owned()).unwrap_or_default();
        if let Some(link) = to.strip_prefix("http://files.test").filter(|_| page.status == 303) {
            let request = Request::builder().uri(link).header(header::HOST, "files.test");
            files = true;
            page = self.at(Site::Files).send(request.body(Body::empty()).unwrap()).await.unwrap();
        }
        Got { status: page.status.as_u16(), headers: page.headers, body: page.body.to_vec(), files }
    }
}

/// Routes whose handler reads a form with files.
fn takes_files(path: &str) -> bool {
    path == "/intake" || path.ends_with("/files/{field}") || path.ends_with("/import/{field}")
}

impl Got {
    /// The words of `list` that stand in any byte of the answer, plainly or percent-encoded.
    pub fn words(&self, list: &[&'static str]) -> Vec<&'static str> {
        let body = String::from_utf8_lossy(&self.body);
        let headers: String =
            self.headers.iter().map(|(k, v)| format!("{k}: {}\n", String::from_utf8_lossy(v.as_bytes()))).collect();
        list.iter().copied().filter(|w| body.contains(w) || headers.contains(w)).collect()
    }

    /// The answer without what differs by nature: the reference number and the id that was asked for.
    pub fn plain(&self, ids: &Ids) -> String {
        let mut text = String::from_utf8_lossy(&self.body).into_owned();
        if let Some(at) = text.find("お問い合わせ番号") {
            let end = text[at..].find("</code>").map_or(text.len(), |n| at + n);
            text.replace_range(at..end, "");
        }
        // Each answer has a nonce of its own.
        while let Some(at) = text.find(" nonce=\"") {
            let end = text[at + 8..].find('"').map_or(text.len(), |n| at + 8 + n + 1);
            text.replace_range(at..end, "");
        }
        for (_, id) in ids.iter().filter(|(name, _)| super::who::OBJECTS.contains(name)) {
            text = text.replace(id.as_str(), "ID");
        }
        text
    }
}

/// `/cases/{case}` with these ids.
pub fn address(path: &str, ids: &Ids) -> String {
    let mut out = path.to_owned();
    for (name, id) in ids {
        out = out.replace(&format!("{{{name}}}"), id);
    }
    assert!(!out.contains('{'), "{path} has a parameter this test does not know");
    out
}
