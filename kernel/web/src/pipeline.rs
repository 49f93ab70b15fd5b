//! The way of one request: who, may they, is it theirs, then the handler, then the headers.
//! The handler runs in a task of its own: a browser that goes away cannot cut it in half.

use std::marker::PhantomData;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use axum::RequestExt;
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, RawPathParams, Request};
use axum::http::{HeaderMap, Method, Response, header};
use axum::routing::{MethodFilter, MethodRouter, on};
use hojo_access::{Access, Actor, Audience, Permission, Site, walls_are_up};
use hojo_db::{Audit, DbError, Mode, Opened, Outcome, random};
use hojo_words::ids::{PublicId, SessionId};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::cx::{Cx, RequestInfo, SessionInfo, shell};
use crate::fault::Fault;
use crate::inbound::{Inbound, Posted, without_nul};
use crate::kernel::{Kernel, Notice};
use crate::reply::Reply;
use crate::route::{Handler, Proof, Routes};
use crate::signals::{Signal, signal};
use crate::{barred, cookie, csrf, headers};

/// A request whose person and permission are known; becomes a `Cx<A>` for the handler.
pub struct Arrived {
    pub(crate) kernel: Arc<Kernel>,
    actor: Actor,
    session: Option<SessionInfo>,
    request: Arc<RequestInfo>,
    notices: Arc<Vec<Notice>>,
}

impl Arrived {
    pub(crate) fn into_cx<A: Access>(self) -> Cx<A> {
        Cx {
            kernel: self.kernel,
            actor: self.actor,
            session: self.session,
            request: self.request,
            notices: self.notices,
            access: PhantomData,
        }
    }

    /// The person must be who signed in, as far as the route asks: no sign of another browser, and for
    /// sensitive work a factor shown a short while ago. Checked when the input has been read, so that
    /// the browser can send it again behind the question.
    pub(crate) fn check_proof(&self, wanted: Proof) -> Result<(), Fault> {
        let Some(session) = &self.session else { return Ok(()) };
        let doubt = session.signal.is_some() && wanted != Proof::None;
        let stale = !session.fresh && wanted == Proof::Fresh;
        if walls_are_up() && (doubt || stale) {
            return Err(Fault::Prove { return_to: self.request.target.clone() });
        }
        Ok(())
    }

    /// The token must be the one this person's pages carry, in the form or in the header.
    pub(crate) fn check_token(&self, sent: Option<&str>) -> Result<(), Fault> {
        if self.actor.id().is_none() {
            // Nobody is signed in: the origin check has already spoken.
            return Ok(());
        }
        let header = self.request.headers.get("x-csrf-token").and_then(|v| v.to_str().ok());
        let expected = csrf::token(&self.kernel.settings, &self.actor);
        if [sent, header].into_iter().flatten().any(|t| csrf::same(t, &expected)) {
            return Ok(());
        }
        Err(forged())
    }
}

fn forged() -> Fault {
    Fault::BadRequest {
        code: "FORGED",
        message: "この画面からの送信であることを確認できませんでした。".into(),
        advice: "画面を開き直してから、もう一度操作してください。保存済みの内容は失われていません。".into(),
    }
}

/// Builds the router of a site from its table.
pub(crate) fn router(kernel: &Arc<Kernel>, routes: Routes) -> Router {
    let gate = Arc::new(Semaphore::new(kernel.settings.max_in_flight));
    let mut router = Router::new();
    for route in routes.list {
        let filter = if route.method == Method::GET { MethodFilter::GET } else { MethodFilter::POST };
        let (kernel, gate) = (Arc::clone(kernel), Arc::clone(&gate));
        let (path, asked, handler) = (route.path, (route.permission, route.proof), route.handler);
        let serve = move |request: Request| {
            let (kernel, gate, handler) = (Arc::clone(&kernel), Arc::clone(&gate), Arc::clone(&handler));
            async move { serve(kernel, gate, path, asked, handler, request).await }
        };
        let method: MethodRouter = on(filter, serve);
        router = router.route(path, method);
    }
    // The framework's own limit of 2 MB is for all bodies; ours are those of `inbound.rs`.
    let most = usize::try_from(kernel.settings.max_upload.saturating_mul(2)).unwrap_or(usize::MAX);
    let router = router.layer(DefaultBodyLimit::max(most));
    // What is not in the table answers like a page of ours, with its headers.
    let (kernel, other) = (Arc::clone(kernel), Arc::clone(kernel));
    router
        .method_not_allowed_fallback(move |request: Request| {
            let kernel = Arc::clone(&kernel);
            async move { nowhere(&kernel, request, Fault::Method).await }
        })
        .fallback(move |request: Request| {
            let kernel = Arc::clone(&other);
            async move { nowhere(&kernel, request, Fault::NotFound).await }
        })
}

/// HEAD is a GET whose body is left out.
fn only_looks(info: &RequestInfo) -> bool {
    matches!(info.method, Method::GET | Method::HEAD)
}

async fn serve(
    kernel: Arc<Kernel>,
    gate: Arc<Semaphore>,
    path: &'static str,
    asked: (Permission, Proof),
    handler: Handler,
    request: Request,
) -> Response<Body> {
    let started = Instant::now();
    let method = request.method().clone();
    let (info, request) = describe(&kernel, request).await;
    let reference = info.id.clone();
    // More work than we can do well is said at once instead of being queued.
    let Ok(slot) = gate.try_acquire_owned() else {
        return finish(&kernel, None, &info, Err(Fault::Busy), &reference).await;
    };
    let (k, i, r) = (Arc::clone(&kernel), Arc::clone(&info), reference.clone());
    // In a task of its own, fault pages included, so that neither BEGIN nor COMMIT is cut off by a
    // lost connection.
    #[expect(clippy::disallowed_methods, reason = "a request's work outlives its connection")]
    let work = tokio::task::spawn(async move {
        // Held until the work is done, not until the browser goes away: work nobody waits for any
        // more is work all the same.
        let _slot = slot;
        let (seen, result) = match who(&k, &i).await {
            Ok((actor, session)) => {
                let seen = Some((actor.clone(), session.clone()));
                (seen, admit(Arc::clone(&k), actor, session, Arc::clone(&i), asked, handler, request).await)
            }
            Err(fault) => (None, Err(fault)),
        };
        finish(&k, seen, &i, result, &r).await
    });
    let response = match work.await {
        Ok(response) => response,
        Err(e) => {
            let fault = Fault::Internal(format!("the handler panicked: {e}"));
            finish(&kernel, None, &info, Err(fault), &reference).await
        }
    };
    let labels = [
        ("site", kernel.site().code()),
        ("route", path),
        ("method", if method == Method::GET { "GET" } else { "POST" }),
    ];
    metrics::histogram!("http_request_seconds", &labels).record(started.elapsed().as_secs_f64());
    let status = response.status().as_u16().to_string();
    metrics::counter!("http_requests_total", "site" => labels[0].1, "route" => path, "method" => labels[2].1, "status" => status).increment(1);
    response
}

async fn describe(kernel: &Kernel, mut request: Request) -> (Arc<RequestInfo>, Request) {
    let params = request
        .extract_parts::<RawPathParams>()
        .await
        .map(|p| p.iter().map(|(k, v)| (k.to_owned(), without_nul(v.to_owned()))).collect())
        .unwrap_or_default();
    let h = request.headers();
    let text = |name: &str| h.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|c| c.0.ip());
    let address = peer.map(|ip| kernel.settings.proxies.client(ip, h).to_string());
    let info = RequestInfo {
        id: random::public_id().to_string(),
        nonce: random::public_id().to_string(),
        method: request.method().clone(),
        target: request.uri().path_and_query().map(|p| p.as_str().to_owned()).unwrap_or_default(),
        path: request.uri().path().to_owned(),
        query: RequestInfo::query_pairs(request.uri().query()),
        params,
        address: address.unwrap_or_default(),
        user_agent: text("user-agent"),
        from_script: !text("x-csrf-token").is_empty() || text("sec-fetch-mode") == "cors",
        headers: h.clone(),
    };
    (Arc::new(info), request)
}

/// The person behind the cookie. A database that is away is said, never taken for "nobody".
async fn who(kernel: &Kernel, info: &RequestInfo) -> Result<(Actor, Option<SessionInfo>), Fault> {
    let token = cookie::read(&info.headers, kernel.site());
    // Styles and scripts say nothing and ask no database.
    let says_nothing = info.address.is_empty() || info.path.starts_with("/assets/");
    // The API and the files site have no sessions, and their login roles may not look one up.
    let Some(token) = token.filter(|_| has_sessions(kernel.site())) else {
        return stranger(kernel, info, says_nothing).await;
    };
    let following = cookie::following(&kernel.settings.secret, &token);
    let hashes = (cookie::hash(&token), cookie::hash(&following));
    let opened = kernel.db.gate().open_session(&hashes.0, &hashes.1, kernel.site(), &info.address).await?;
    Ok(match opened {
        Opened::Nothing => return stranger(kernel, info, says_nothing).await,
        Opened::Reused(id) => {
            stolen(kernel, info, id).await?;
            return stranger(kernel, info, says_nothing).await;
        }
        Opened::Session(s) => {
            if let Some(bar) = &s.barred {
                return Err(barred::turned_away(kernel, info, &s, bar).await?);
            }
            let signal = if s.asked {
                Some(Signal::Asked)
            } else {
                signal((&s.user_agent, &s.address), (&info.user_agent, &info.address), s.watch_network)
            };
            if let Some(which) = signal {
                note_signal(kernel, info, s.id, &s.actor, which.code()).await?;
            }
            let session = SessionInfo {
                id: s.id,
                seconds_left: s.seconds_left,
                ends_in: s.ends_in,
                fresh: s.fresh,
                signal,
                // A browser in doubt gets no new token: the one it may have copied must grow old.
                next_token: (s.rotate && signal.is_none()).then_some(following),
            };
            (s.actor, Some(session))
        }
    })
}

/// The sites at which people sign in.
fn has_sessions(site: Site) -> bool {
    matches!(site, Site::Portal | Site::Office)
}

/// Nobody has signed in; an address that is cut off gets nothing either.
async fn stranger(
    kernel: &Kernel,
    info: &RequestInfo,
    says_nothing: bool,
) -> Result<(Actor, Option<SessionInfo>), Fault> {
    if !says_nothing && kernel.db.gate().is_cut(&info.address).await? {
        return Err(barred::cut_off(vec![]));
    }
    Ok((Actor::Anyone, None))
}

/// A token that was replaced came back: there are two browsers with one session. Nobody can tell which
/// of them is the thief, so both must sign in again.
async fn stolen(kernel: &Kernel, info: &RequestInfo, id: SessionId) -> Result<(), DbError> {
    let mut tx = kernel.db.gate().begin(Mode::Write).await?;
    let ended = sqlx::query!(
        "update sessions set ended_at = clock_timestamp(), end_reason = 'token reused'
         where id = $1 and ended_at is null returning coalesce(staff_id, account_id) as person",
        id.0
    )
    .fetch_optional(tx.sql())
    .await?;
    if let Some(row) = ended {
        tracing::warn!(session = %id.0, address = info.address, "a replaced session token came back");
        let person = row.person.map(|p| p.to_string()).unwrap_or_default();
        let detail = json!({ "what": "token-reused", "session": id.0, "browser": short(&info.user_agent) });
        let object = format!("person:{person}");
        tx.log_operation(&audit(kernel, info), Permission::Anyone, &object, Outcome::Refused, detail).await?;
    }
    tx.commit().await
}

/// Another browser or network with this session: written down at most once an hour.
async fn note_signal(
    kernel: &Kernel,
    info: &RequestInfo,
    id: SessionId,
    actor: &Actor,
    which: &str,
) -> Result<(), DbError> {
    let mut tx = kernel.db.gate().begin_for(actor, Mode::Write).await?;
    let first = sqlx::query!(
        "update sessions set signalled_at = clock_timestamp()
         where id = $1 and (signalled_at is null or signalled_at < clock_timestamp() - interval '1 hour')",
        id.0
    )
    .execute(tx.sql())
    .await?;
    if first.rows_affected() == 1 {
        let detail = json!({ "what": "session-signal", "signal": which, "browser": short(&info.user_agent) });
        let object = format!("person:{}", actor.id().map(|p| p.to_string()).unwrap_or_default());
        tx.log_operation(&audit(kernel, info), Permission::Anyone, &object, Outcome::Refused, detail).await?;
    }
    tx.commit().await
}

fn audit(kernel: &Kernel, info: &RequestInfo) -> Audit {
    Audit { site: Some(kernel.site()), request_id: info.id.clone(), address: info.address.clone() }
}

fn short(text: &str) -> String {
    text.chars().take(200).collect()
}

async fn admit(
    kernel: Arc<Kernel>,
    actor: Actor,
    session: Option<SessionInfo>,
    info: Arc<RequestInfo>,
    (permission, proof): (Permission, Proof),
    handler: Handler,
    request: Request,
) -> Result<Reply, Fault> {
    if permission.audience() != Audience::Anyone && actor == Actor::Anyone {
        return Err(Fault::SignIn { return_to: info.target.clone() });
    }
    if walls_are_up() && !actor.holds(permission) {
        let kept = typed(&kernel, &info, request).await;
        return Err(Fault::Forbidden { permission: permission.label(), kept });
    }
    // The API has no sessions a foreign page could use; its callers are machines without an origin.
    let browser = kernel.site() != Site::Api;
    if browser && !only_looks(&info) && !csrf::same_origin(&info.headers, &kernel.settings.base_url) {
        return Err(forged());
    }
    let notices = kernel.notices().await;
    handler(Arrived { kernel, actor, session, request: info, notices }, request, proof).await
}

/// What somebody typed into a form they may no longer send: a role can be withdrawn while a page is open. Nothing of it
/// is used; it is only shown to the one who typed it. Ids and marks of the form itself are left out.
async fn typed(kernel: &Kernel, info: &RequestInfo, request: Request) -> Vec<String> {
    if only_looks(info) || !csrf::same_origin(&info.headers, &kernel.settings.base_url) {
        return Vec::new();
    }
    let Ok(posted) = Posted::take(kernel, request).await else { return Vec::new() };
    let own = |name: &str| name.starts_with('_') || matches!(name, "password" | "code" | "stage" | "was");
    let by_hand = |text: &str| text.chars().any(|c| !c.is_ascii_graphic()) && text.parse::<PublicId>().is_err();
    posted.0.into_iter().filter(|(name, text)| !own(name) && by_hand(text)).map(|(_, text)| text).collect()
}

async fn finish(
    kernel: &Kernel,
    seen: Option<(Actor, Option<SessionInfo>)>,
    info: &RequestInfo,
    result: Result<Reply, Fault>,
    reference: &str,
) -> Response<Body> {
    let next = seen.as_ref().and_then(|(_, session)| session.as_ref()).and_then(|s| s.next_token.clone());
    let mut response = match result {
        Ok(reply) => reply.into_response(),
        Err(fault) => fault_page(kernel, seen, info, &fault, reference).await,
    };
    // A handler that signs in or out has the last word on the cookie.
    // Files of the site may be kept by caches: no cookie goes with them.
    if let Some(token) = next.filter(|_| !info.path.starts_with("/assets/"))
        && !response.headers().contains_key(header::SET_COOKIE)
        && let Ok(value) = header::HeaderValue::from_str(&cookie::set(kernel.site(), &token))
    {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    headers::add(response.headers_mut(), &kernel.settings, info, reference);
    response
}

async fn fault_page(
    kernel: &Kernel,
    seen: Option<(Actor, Option<SessionInfo>)>,
    info: &RequestInfo,
    fault: &Fault,
    reference: &str,
) -> Response<Body> {
    match fault {
        Fault::Internal(detail) => {
            tracing::error!(reference, path = info.path, detail, "a request failed");
        }
        Fault::SignIn { return_to } if only_looks(info) && !info.from_script => {
            let to = form_escape(return_to);
            return Reply::see_other(&format!("/sign-in?to={to}")).into_response();
        }
        // 307 makes the browser send the same form to the question, which carries it along and sends it
        // on when it was answered: nothing typed is lost, with or without scripts.
        Fault::Prove { return_to } if !info.from_script => {
            let status = if only_looks(info) { 303 } else { 307 };
            let to = format!("/reauth?to={}", form_escape(return_to));
            return Reply::see_other(&to).status(status).into_response();
        }
        _ => tracing::info!(reference, path = info.path, code = fault.code(), "a request was refused"),
    }
    if matches!(fault, Fault::NotFound | Fault::Forbidden { .. })
        && has_sessions(kernel.site())
        && !info.address.is_empty()
    {
        let person = seen.as_ref().and_then(|(actor, _)| actor.id());
        if let Err(e) = kernel.db.gate().count_refusal(kernel.site(), &info.address, person).await {
            tracing::warn!(reference, error = %e, "a refusal could not be counted");
        }
    }
    let shown = fault.shown(reference);
    let (actor, session) = seen.unwrap_or((Actor::Anyone, None));
    let notices = match fault {
        Fault::Busy => Arc::default(),
        _ => kernel.notices().await,
    };
    let page = shell(kernel, &actor, session.as_ref(), info, &notices, shown.title, shown.body).error();
    let mut reply = Reply::page(&page).status(shown.status.as_u16());
    if matches!(fault, Fault::Busy) {
        reply = reply.header("retry-after", "5");
    }
    reply.into_response()
}

async fn nowhere(kernel: &Arc<Kernel>, request: Request, fault: Fault) -> Response<Body> {
    let (info, _) = describe(kernel, request).await;
    let (k, i) = (Arc::clone(kernel), Arc::clone(&info));
    #[expect(clippy::disallowed_methods, reason = "a request's work outlives its connection")]
    let work = tokio::task::spawn(async move {
        let seen = who(&k, &i).await.ok();
        finish(&k, seen, &i, Err(fault), &i.id).await
    });
    match work.await {
        Ok(response) => response,
        Err(e) => finish(kernel, None, &info, Err(Fault::Internal(e.to_string())), &info.id).await,
    }
}

/// A path as a query value.
pub(crate) fn form_escape(text: &str) -> String {
    text.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'/' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

/// The language and length of what we send, for caches in between: personal pages are never kept.
pub(crate) fn no_store(headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(header::HeaderValue::from_static("no-store"));
}
