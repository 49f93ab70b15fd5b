//! A browser without a screen: keeps cookies, says where it comes from, follows redirects, fills in
//! forms as they stand on the page. Talks to a site in this process or to one at an address.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, bail, ensure};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, Response, StatusCode, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tower::ServiceExt;

use super::form::{Button, FileToSend, Form, Sent, forms};
use super::html::{Token, tokens};

const MOST_REDIRECTS: usize = 10;

/// How requests reach the site.
#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "one of each browser, and there are few browsers")]
enum Wire {
    InProcess(Router),
    Http(Client<HttpConnector, Body>),
}

/// One person's browser at one site. Cheap to clone; clones share their cookies.
#[derive(Clone)]
pub struct Browser {
    wire: Wire,
    base: String,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    pub headers: HeaderMap,
    /// Where the browser stands now, path and query.
    pub at: String,
    pub body: Bytes,
}

impl Browser {
    /// A browser at a site of this process. `base` is what the site calls itself.
    #[must_use]
    pub fn in_process(router: Router, base: &str) -> Self {
        Self::new(Wire::InProcess(router), base)
    }

    /// A browser at a site that listens at `base`, `http://127.0.0.1:8080`.
    #[must_use]
    pub fn at(base: &str) -> Self {
        Self::new(Wire::Http(Client::builder(TokioExecutor::new()).build_http()), base)
    }

    fn new(wire: Wire, base: &str) -> Self {
        Self { wire, base: base.trim_end_matches('/').to_owned(), cookies: Arc::default() }
    }

    /// Another person at the same site: no cookies.
    #[must_use]
    pub fn stranger(&self) -> Self {
        Self::new(self.wire.clone(), &self.base)
    }

    /// The same person at another node of the site.
    #[must_use]
    pub fn through(&self, router: Router) -> Self {
        Self { wire: Wire::InProcess(router), base: self.base.clone(), cookies: Arc::clone(&self.cookies) }
    }

    /// A copy of this browser as it is now, cookies and all: what a thief has.
    #[must_use]
    pub fn separate(&self) -> Self {
        Self { wire: self.wire.clone(), base: self.base.clone(), cookies: Arc::new(Mutex::new(self.jar().clone())) }
    }

    fn jar(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one request as it is, with cookies, and takes cookies in. No redirect is followed.
    ///
    /// # Errors
    /// When the site cannot be reached or its answer breaks off.
    pub async fn send(&self, mut request: Request<Body>) -> anyhow::Result<Page> {
        let at = request.uri().path_and_query().map(|p| p.as_str().to_owned()).unwrap_or_default();
        let cookies: Vec<String> = self.jar().iter().map(|(k, v)| format!("{k}={v}")).collect();
        if !cookies.is_empty() {
            request.headers_mut().insert(header::COOKIE, cookies.join("; ").parse()?);
        }
        let response: Response<Body> = match &self.wire {
            Wire::InProcess(router) => match router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Wire::Http(client) => {
                *request.uri_mut() = format!("{}{at}", self.base).parse()?;
                client.request(request).await.with_context(|| format!("{} does not answer", self.base))?.map(Body::new)
            }
        };
        let (head, body) = response.into_parts();
        self.take_cookies(&head.headers);
        let body = body.collect().await.context("the answer broke off")?.to_bytes();
        Ok(Page { status: head.status, headers: head.headers, at, body })
    }

    fn take_cookies(&self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|v| v.to_str().ok()) {
            let mut parts = line.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|p| p.split_once('=')) else { continue };
            let over = parts.any(|p| p.eq_ignore_ascii_case("max-age=0"));
            if over || value.is_empty() {
                self.jar().remove(name);
            } else {
                self.jar().insert(name.to_owned(), value.to_owned());
            }
        }
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, self.base.split("://").last().unwrap_or_default())
            .header("sec-fetch-site", "same-origin")
            .header("sec-fetch-mode", "navigate")
            .header(header::USER_AGENT, "hojo-demo")
    }

    /// Goes to a page and follows redirects within the site.
    ///
    /// # Errors
    /// When the site cannot be reached. A page that says no is a page.
    pub async fn go(&self, path: &str) -> anyhow::Result<Page> {
        let path = without_fragment(path);
        let page = self.send(self.request(Method::GET, &path).body(Body::empty())?).await?;
        self.follow(page).await
    }

    /// As [`Browser::go`], for pages that must be there.
    ///
    /// # Errors
    /// When the page is not a 200.
    pub async fn get(&self, path: &str) -> anyhow::Result<Page> {
        self.go(path).await?.ok()
    }

    async fn follow(&self, mut page: Page) -> anyhow::Result<Page> {
        for _ in 0..MOST_REDIRECTS {
            let Some(to) = page.location() else { return Ok(page) };
            let Some(path) = self.own(&to) else { return Ok(page) };
            let path = without_fragment(&path);
            page = self.send(self.request(Method::GET, &path).body(Body::empty())?).await?;
        }
        bail!("{} redirects for ever", page.at)
    }

    /// The path, if an address belongs to this site.
    fn own(&self, to: &str) -> Option<String> {
        match to.strip_prefix(&self.base) {
            Some(path) => Some(if path.is_empty() { "/".to_owned() } else { path.to_owned() }),
            None if to.starts_with('/') && !to.starts_with("//") => Some(to.to_owned()),
            None => None,
        }
    }

    /// Presses a button of a form and follows where it leads.
    ///
    /// # Errors
    /// When there is no such button or the site cannot be reached.
    pub async fn press(&self, form: &Form, label: &str) -> anyhow::Result<Page> {
        let button = form.button(label)?.clone();
        let page = self.post(form, Some(&button)).await?;
        self.follow(page).await
    }

    /// Sends a form without following what comes back.
    ///
    /// # Errors
    /// When the site cannot be reached.
    pub async fn post(&self, form: &Form, button: Option<&Button>) -> anyhow::Result<Page> {
        let sent = form.sent(button);
        let path = self.own(&sent.action).with_context(|| format!("the form leads elsewhere: {}", sent.action))?;
        let path = without_fragment(&path);
        if !sent.is_post {
            let query = encode_pairs(&sent.fields);
            let page = self.send(self.request(Method::GET, &format!("{path}?{query}")).body(Body::empty())?).await?;
            return Ok(page);
        }
        let (media_type, body) = encode(&sent);
        let request = self
            .request(Method::POST, &path)
            .header(header::ORIGIN, &self.base)
            .header(header::CONTENT_TYPE, media_type)
            .body(Body::from(body))?;
        self.send(request).await
    }

    /// Posts fields to an address, for what no form offers (hostile requests in tests).
    ///
    /// # Errors
    /// When the site cannot be reached.
    pub async fn post_fields(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Page> {
        let fields: Vec<(String, String)> = fields.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let request = self
            .request(Method::POST, path)
            .header(header::ORIGIN, &self.base)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(encode_pairs(&fields)))?;
        self.send(request).await
    }
}

impl Page {
    /// The page, if it is one.
    ///
    /// # Errors
    /// The status with what the page says about it.
    pub fn ok(self) -> anyhow::Result<Self> {
        ensure!(self.status == StatusCode::OK, "{}: {}: {}", self.at, self.status, self.complaint());
        Ok(self)
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> Option<String> {
        if !self.status.is_redirection() {
            return None;
        }
        self.headers.get(header::LOCATION).and_then(|v| v.to_str().ok()).map(str::to_owned)
    }

    /// The body as text.
    #[must_use]
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// All words a person reads, tags taken out.
    #[must_use]
    pub fn words(&self) -> String {
        let mut hidden = 0u32;
        let mut out = String::new();
        for token in tokens(&self.html()) {
            match token {
                Token::Open { name, .. } if name == "template" || name == "head" => hidden += 1,
                Token::Close(name) if name == "template" || name == "head" => hidden = hidden.saturating_sub(1),
                Token::Text(text) if hidden == 0 && !text.trim().is_empty() => {
                    out.push_str(text.trim());
                    out.push('\n');
                }
                _ => {}
            }
        }
        out
    }

    /// The first lines below the heading that tell what is wrong.
    fn complaint(&self) -> String {
        let words = self.words();
        let first = ["直してください（", "未入力の必須項目（", "誤りがあります", "直してください"]
            .iter()
            .find_map(|w| words.find(w));
        let from = first.or_else(|| words.find("受け付け")).unwrap_or(0);
        words.get(from..).unwrap_or(&words).chars().take(900).collect::<String>().replace('\n', " / ")
    }

    #[must_use]
    pub fn has(&self, words: &str) -> bool {
        self.words().contains(words)
    }

    #[must_use]
    pub fn forms(&self) -> Vec<Form> {
        forms(&tokens(&self.html()))
    }

    /// The form that leads to an address ending so.
    ///
    /// # Errors
    /// When there is none.
    pub fn form(&self, action_ends: &str) -> anyhow::Result<Form> {
        let all = self.forms();
        let found = all.iter().find(|f| f.is_post && f.action.ends_with(action_ends));
        found.cloned().with_context(|| {
            let there: Vec<&str> = all.iter().map(|f| f.action.as_str()).collect();
            format!(
                "{}: no form leads to …{action_ends}; there are {}: {}",
                self.at,
                there.join(", "),
                self.complaint()
            )
        })
    }

    /// The form with a button of these words.
    ///
    /// # Errors
    /// When there is none.
    pub fn form_with_button(&self, label: &str) -> anyhow::Result<Form> {
        let found = self.forms().into_iter().find(|f| f.button(label).is_ok());
        found.with_context(|| format!("{}: no form has a button「{label}」: {}", self.at, self.complaint()))
    }

    /// Every address the page links to.
    #[must_use]
    pub fn links(&self) -> Vec<String> {
        tokens(&self.html())
            .into_iter()
            .filter_map(|t| match t {
                Token::Open { name, mut attributes } if name == "a" => attributes.remove("href"),
                _ => None,
            })
            .collect()
    }

    /// The first link that begins so.
    ///
    /// # Errors
    /// When there is none.
    pub fn link(&self, begins: &str) -> anyhow::Result<String> {
        let found = self.links().into_iter().find(|l| l.starts_with(begins) && l.len() > begins.len());
        found.with_context(|| format!("{}: no link begins with {begins}", self.at))
    }
}

/// A path without what stays in the browser.
fn without_fragment(path: &str) -> String {
    path.split('#').next().unwrap_or_default().to_owned()
}

fn encode(sent: &Sent) -> (String, Vec<u8>) {
    if !sent.is_multipart {
        return ("application/x-www-form-urlencoded".into(), encode_pairs(&sent.fields).into_bytes());
    }
    // Long and odd enough to stand in no file of ours.
    let boundary = "----hojo-7d1f3c5a9b2e4860";
    let mut body = Vec::new();
    for (name, value) in &sent.fields {
        body.extend(
            format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
        );
    }
    for (name, file) in &sent.files {
        body.extend(part_head(boundary, name, file).bytes());
        body.extend(&file.bytes);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{boundary}--\r\n").bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

fn part_head(boundary: &str, name: &str, file: &FileToSend) -> String {
    format!(
        "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\ncontent-type: {}\r\n\r\n",
        file.name.replace('"', "%22"),
        file.media_type
    )
}

fn encode_pairs(pairs: &[(String, String)]) -> String {
    let one = |(k, v): &(String, String)| format!("{}={}", escape(k), escape(v));
    pairs.iter().map(one).collect::<Vec<_>>().join("&")
}

/// As browsers escape form fields; line breaks travel as CR LF.
pub(crate) fn escape(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => char::from(b).to_string(),
            b' ' => "+".to_owned(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::{get, post};

    fn site() -> Browser {
        let router = Router::new()
            .route("/", get(|| async { (axum::response::AppendHeaders([("set-cookie", "k=v; Path=/")]), axum::response::Redirect::to("/form")) }))
            .route("/form", get(|h: HeaderMap| async move {
                let cookie = h.get("cookie").map(|v| v.to_str().unwrap().to_owned()).unwrap_or_default();
                axum::response::Html(format!("<h1>{cookie}</h1><form method=\"post\" action=\"/do\"><input name=\"a\" value=\"1\"><button>送る</button></form>"))
            }))
            .route("/do", post(|h: HeaderMap, body: String| async move {
                assert_eq!(h.get("origin").unwrap(), "http://site.example");
                body
            }))
            .route("/away", get(|| async { axum::response::Redirect::to("https://elsewhere.example/x") }));
        Browser::in_process(router, "http://site.example")
    }

    #[tokio::test]
    async fn cookies_redirects_and_forms_work_together() {
        let browser = site();
        let page = browser.get("/#top").await.unwrap();
        assert!(page.has("k=v"), "{}", page.html());
        let mut form = page.form("/do").unwrap();
        form.set("a", "あ &\n").unwrap();
        assert_eq!(browser.press(&form, "送る").await.unwrap().html(), "a=%E3%81%82+%26%0D%0A");
        assert!(!browser.stranger().get("/form").await.unwrap().has("k=v"));
    }

    #[tokio::test]
    async fn a_redirect_to_another_site_is_not_followed() {
        let page = site().go("/away").await.unwrap();
        assert_eq!(page.location().as_deref(), Some("https://elsewhere.example/x"));
        assert!(site().get("/nowhere").await.is_err());
    }
}
