//! A browser without scripts, signed in at the office site.

use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt;
use tower::ServiceExt;

const ORIGIN: &str = "https://office.example";

#[derive(Clone)]
pub struct Client {
    app: axum::Router,
    cookie: String,
    csrf: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.status, 200, "{}", self.text);
        self.text
    }

    #[track_caller]
    pub fn refused(self) -> String {
        assert_eq!(self.status, 422, "{}", self.text);
        self.text
    }

    #[track_caller]
    pub fn to(self) -> String {
        assert_eq!(self.status, 303, "{}", self.text);
        self.headers.get(header::LOCATION).unwrap().to_str().unwrap().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

/// The value of a hidden field.
#[track_caller]
pub fn hidden(page: &str, name: &str) -> String {
    after(page, &format!("name=\"{name}\" value=\"")).to_owned()
}

/// What stands between a mark and the next quote.
#[track_caller]
pub fn after<'a>(page: &'a str, mark: &str) -> &'a str {
    let at = page.find(mark).unwrap_or_else(|| panic!("no {mark} in {page}")) + mark.len();
    page[at..].split('"').next().unwrap()
}

/// All addresses on a page that begin with a prefix, each once.
pub fn links(page: &str, prefix: &str) -> Vec<String> {
    let mut all: Vec<String> = page
        .split("href=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|href| href.starts_with(prefix) && href.len() > prefix.len())
        .map(str::to_owned)
        .collect();
    all.dedup();
    all
}

impl Client {
    pub async fn new(app: axum::Router, session: &str) -> Self {
        let mut client = Self { app, cookie: format!("__Host-hojo-office={session}"), csrf: String::new() };
        let page = client.get("/nowhere").await.text;
        after(&page, "name=\"csrf-token\" content=\"").clone_into(&mut client.csrf);
        client
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self.app.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header("cookie", &self.cookie);
        self.send(request.body(Body::empty()).unwrap()).await
    }

    pub async fn post(&self, path: &str, pairs: &[(&str, &str)]) -> Answer {
        self.post_at(path, pairs, None).await
    }

    /// As the saving script posts: with the version in a header.
    pub async fn post_at(&self, path: &str, pairs: &[(&str, &str)], version: Option<&str>) -> Answer {
        let body: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
        let request = Request::builder()
            .method("POST")
            .uri(path)
            .header("cookie", &self.cookie)
            .header("origin", ORIGIN)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-csrf-token", &self.csrf)
            .header("x-hojo-version", version.unwrap_or(""));
        self.send(request.body(Body::from(body.join("&"))).unwrap()).await
    }
}

fn escape(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}
