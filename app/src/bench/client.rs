//! The browsers' side of a bench: HTTP over loopback with cookie, origin and token.

use std::time::Duration;

use anyhow::Context;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use bytes::Bytes;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// Sends requests to one site over kept connections.
#[derive(Clone)]
pub struct Client {
    pool: Pool<HttpConnector, Body>,
    base: String,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What stands between two texts; empty when they do not stand there.
    pub fn between(&self, before: &str, after: &str) -> String {
        let text = self.text();
        let found = text.split_once(before).and_then(|(_, rest)| rest.split_once(after));
        found.map(|(inside, _)| inside.replace("&amp;", "&").replace("&quot;", "\"")).unwrap_or_default()
    }

    /// The anti-forgery token of a page.
    pub fn csrf(&self) -> String {
        self.between("name=\"csrf-token\" content=\"", "\"")
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        self.between(&format!("name=\"{name}\" value=\""), "\"")
    }
}

/// A post of a form by our own script.
pub struct Post {
    pub path: String,
    pub cookie: String,
    pub csrf: String,
    pub version: Option<i32>,
    pub body: String,
}

const PATIENCE: Duration = Duration::from_secs(30);

impl Client {
    pub fn new(base: &str) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let pool = Pool::builder(TokioExecutor::new()).build(connector);
        Self { pool, base: base.to_owned() }
    }

    pub async fn get(&self, path: &str, cookie: &str) -> anyhow::Result<Answer> {
        let request = Request::get(format!("{}{path}", self.base)).header(header::COOKIE, cookie);
        self.send(request.body(Body::empty())?).await
    }

    pub async fn post(&self, post: Post) -> anyhow::Result<Answer> {
        let mut request = Request::post(format!("{}{}", self.base, post.path))
            .header(header::COOKIE, post.cookie)
            .header(header::ORIGIN, &self.base)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("x-csrf-token", post.csrf);
        if let Some(version) = post.version {
            request = request.header("x-hojo-version", version);
        }
        self.send(request.body(Body::from(post.body))?).await
    }

    async fn send(&self, request: Request<Body>) -> anyhow::Result<Answer> {
        let work = async {
            let (parts, body) = self.pool.request(request).await?.into_parts();
            let body = body.collect().await?.to_bytes();
            anyhow::Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, body })
        };
        tokio::time::timeout(PATIENCE, work).await.context("no answer in time")?
    }
}

/// Pairs as a browser sends them.
pub fn encode(pairs: &[(String, String)]) -> String {
    let all: Vec<String> = pairs.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
    all.join("&")
}

pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
