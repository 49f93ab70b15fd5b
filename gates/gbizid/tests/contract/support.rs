//! A stand-in on a free port, a gate that points at it, a clock that both share, and a browser of forty lines.

use hojo_gbizid::{BeginRequest, Callback, Config, GbizId as _, Identity, OpenIdGbizId, SignInProblem, StoredAttempt};
use hojo_standin::{Accounts, Client, Keys, Trouble};
use hojo_words::Now;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const REDIRECT: &str = "http://127.0.0.1:8080/sign-in/back";
/// A secret that only survives if it is form-encoded inside HTTP Basic.
const SECRET: &str = "s3cret:with%odd+signs/あ";

pub struct World {
    pub gate: OpenIdGbizId,
    pub issuer: String,
    pub port: u16,
    clock: Arc<AtomicI64>,
    draws: AtomicU8,
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

pub fn config(issuer: &str) -> Config {
    let mut config = Config::new(issuer, "hojo-portal", SECRET, REDIRECT);
    config.plain_http_on_loopback = true;
    config.time_out = Duration::from_millis(700);
    config
}

async fn start(port: u16, clock: &Arc<AtomicI64>) -> (String, u16, (oneshot::Sender<()>, JoinHandle<()>)) {
    let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let issuer = format!("http://127.0.0.1:{port}/oauth/");
    let seen = Arc::clone(clock);
    let standin = hojo_standin::Config {
        issuer: issuer.clone(),
        clients: vec![Client {
            id: "hojo-portal".to_owned(),
            secret: SECRET.to_owned(),
            redirect_uris: vec![REDIRECT.to_owned()],
        }],
        accounts: Accounts::shipped().unwrap().with_synthetic(300, 1),
        keys: Keys::make().unwrap(),
        clock: Arc::new(move || OffsetDateTime::from_unix_timestamp(seen.load(Ordering::SeqCst)).unwrap()),
        slow_answer: Duration::from_secs(3),
    };
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(async move {
        let shutdown = async move { drop(stopped.await) };
        hojo_standin::serve(standin, listener, shutdown).await.unwrap();
    });
    (issuer, port, (stop, task))
}

impl World {
    pub async fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(1_800_000_000));
        let (issuer, port, server) = start(0, &clock).await;
        let gate = OpenIdGbizId::new(config(&issuer)).unwrap();
        Self { gate, issuer, port, clock, draws: AtomicU8::new(0), server: Some(server) }
    }

    pub fn now(&self) -> Now {
        Now::new(OffsetDateTime::from_unix_timestamp(self.clock.load(Ordering::SeqCst)).unwrap())
    }

    pub fn advance(&self, seconds: i64) {
        self.clock.fetch_add(seconds, Ordering::SeqCst);
    }

    pub async fn stop_provider(&mut self) {
        let (stop, task) = self.server.take().unwrap();
        stop.send(()).unwrap();
        task.await.unwrap();
    }

    /// Same port, new process in effect: another key, nothing remembered.
    pub async fn start_provider_again(&mut self) {
        let (_, _, server) = start(self.port, &self.clock).await;
        self.server = Some(server);
    }

    pub fn request(&self) -> BeginRequest {
        let draw = self.draws.fetch_add(1, Ordering::SeqCst);
        BeginRequest::new(std::array::from_fn(|place| draw.wrapping_add(u8::try_from(place).unwrap())))
    }

    /// Begins and lets `login` through at the stand-in without a click; gives what the browser brings back.
    pub async fn visit(&self, login: &str, trouble: Trouble) -> (Callback, StoredAttempt) {
        let mut request = self.request();
        request.login_hint = Some(login.to_owned());
        let redirect = self.gate.begin(&request, self.now()).await.unwrap();
        let url = format!("{}&auto=1&trouble={}", redirect.url, trouble.id());
        let answer = fetch("GET", &url, "").await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        (callback(&answer.location), redirect.stored)
    }

    pub async fn sign_in(&self, login: &str, trouble: Trouble) -> Result<Identity, SignInProblem> {
        let (callback, stored) = self.visit(login, trouble).await;
        self.gate.finish(&callback, &stored, self.now()).await
    }
}

/// Reads the query of the redirect as the portal would.
pub fn callback(location: &str) -> Callback {
    let (path, _) = location.split_once('?').unwrap();
    assert_eq!(path, REDIRECT);
    let url = url::Url::parse(location).unwrap();
    let mut query: HashMap<_, _> = url.query_pairs().into_owned().collect();
    Callback {
        code: query.remove("code"),
        state: query.remove("state"),
        error: query.remove("error"),
        error_description: query.remove("error_description"),
        iss: query.remove("iss"),
    }
}

pub struct Answer {
    pub status: u16,
    pub location: String,
    pub body: String,
}

/// One request as a browser makes it: nothing is followed.
pub async fn fetch(method: &str, url: &str, form: &str) -> Answer {
    let url = url::Url::parse(url).unwrap();
    let target = url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path()));
    let (host, port) = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = TcpStream::connect((host, port)).await.unwrap();
    let request = format!(
        "{method} {target} HTTP/1.1\r\nhost: {host}:{port}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = Vec::new();
    stream.read_to_end(&mut text).await.unwrap();
    let text = String::from_utf8(text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let location = head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default();
    Answer {
        status: head.split(' ').nth(1).unwrap().parse().unwrap(),
        location: location.to_owned(),
        body: body.to_owned(),
    }
}
