//! Somebody at a browser of the office: keeps the cookie, has a user agent and an address.

use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use hojo_access::Site;
use hojo_db::random;
use hojo_people::staff::{Totp, hash_password, totp_secret};
use http_body_util::BodyExt;
use tower::ServiceExt;
use uuid::Uuid;

use crate::client::{Answer, escape};
use crate::ground::{Ground, House, origin};
use crate::sql::{Sql, quote};

pub const PASSWORD: &str = "mizu to tori to kumo";
pub const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36";

/// An account with factors.
#[derive(Clone)]
pub struct Account {
    pub id: Uuid,
    pub login: String,
    pub secret: String,
}

impl Account {
    /// A member of staff with a role, a password and an authenticator.
    pub async fn new(sql: &mut Sql, login: &str, role: &str) -> Self {
        let (id, secret) = (random::key(), totp_secret());
        let kind = if role == "reviewer" { "reviewer" } else { "staff" };
        sql.run(&format!(
            "insert into staff (id, public_id, login, name, kind, password_hash, totp_secret)
             values ('{id}', gen_random_uuid(), {login}, {name}, '{kind}', {hash}, '{secret}');
             insert into staff_roles (staff_id, role) values ('{id}', '{role}')",
            login = quote(login),
            name = quote(&format!("{login} さん")),
            hash = quote(&hash_password(PASSWORD).unwrap()),
        ))
        .await;
        Self { id, login: login.to_owned(), secret }
    }

    /// The code of the step `steps` from now, as the moved clock of the ground sees it.
    pub fn code(&self, ground: &Ground, steps: i64) -> String {
        let now = crate::ground::real_now().unix_timestamp() + ground.clock.offset_seconds();
        Totp::from_base32(&self.secret).unwrap().code(now + 30 * steps)
    }
}

#[derive(Clone)]
pub struct Visitor {
    app: axum::Router,
    pub cookie: String,
    pub agent: String,
    pub address: String,
}

impl Visitor {
    pub fn new(house: &House) -> Self {
        Self { app: house.at(Site::Office), cookie: String::new(), agent: CHROME.into(), address: "203.0.113.5".into() }
    }

    async fn send(&mut self, method: &str, path: &str, body: String) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("origin", origin(Site::Office))
            .header(header::USER_AGENT, &self.agent)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        if !self.cookie.is_empty() {
            request = request.header(header::COOKIE, format!("__Host-hojo-office={}", self.cookie));
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let peer: SocketAddr = format!("{}:40000", self.address).parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for line in parts.headers.get_all(header::SET_COOKIE) {
            let (name, value) = line.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            if name == "__Host-hojo-office" {
                value.clone_into(&mut self.cookie);
            }
        }
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, String::new()).await
    }

    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body: Vec<String> = fields.iter().map(|(k, v)| format!("{}={}", escape(k), escape(v))).collect();
        self.send("POST", path, body.join("&")).await
    }

    /// With the token of the person's pages.
    pub async fn press(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.get(page).await.ok().hidden("_csrf");
        let mut all = vec![("_csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    pub async fn sign_in(&mut self, account: &Account, code: &str) -> Answer {
        self.post("/sign-in", &[("login", &account.login), ("password", PASSWORD), ("code", code)]).await
    }

    /// Is this person let in?
    pub async fn is_in(&mut self) -> bool {
        self.get("/account").await.status == 200
    }
}
