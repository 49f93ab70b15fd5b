//! The accept loop of one site: time-outs for slow senders, health, a graceful end.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::routing::{get, post};
use hojo_access::Site;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::compression::CompressionLayer;

use crate::kernel::Kernel;
use crate::route::Routes;
use crate::{assets, headers, pipeline};

const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// A report that is longer is no report.
const LONGEST_REPORT: usize = 16 * 1024;
const DRAIN: Duration = Duration::from_secs(30);

/// Routes that every site has.
#[must_use]
pub fn common(site: Site) -> Routes {
    Routes::on(site).get("/assets/{*file}", assets::serve)
}

/// A site as one service: for the accept loop, and for tests that need no socket.
pub fn service(kernel: &Arc<Kernel>, routes: Routes) -> Router {
    let site = kernel.site().code();
    let reports = post(move |body: Bytes| async move { csp_report(site, &body) });
    pipeline::router(kernel, routes)
        .route(headers::REPORTS, reports.layer(DefaultBodyLimit::max(LONGEST_REPORT)))
        .layer(CompressionLayer::new())
}

/// Counts what browsers say they stopped. No person, no session, no data: anybody may send anything here, so that only
/// the number of reports and the name of the directive are used.
fn csp_report(site: &'static str, body: &[u8]) -> StatusCode {
    const DIRECTIVES: [&str; 8] = [
        "require-trusted-types-for",
        "trusted-types",
        "script-src",
        "style-src",
        "img-src",
        "connect-src",
        "form-action",
        "frame-src",
    ];
    let text = String::from_utf8_lossy(body);
    let directive = DIRECTIVES.into_iter().find(|d| text.contains(d)).unwrap_or("other");
    metrics::counter!("csp_reports_total", "site" => site, "directive" => directive).increment(1);
    let told: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
    tracing::warn!(site, directive, told, "a browser stopped something on our page");
    StatusCode::NO_CONTENT
}

/// Serves a site until `stop`, then tells the balancer, waits for requests in hand and ends.
///
/// # Errors
/// Only when the listener itself breaks.
pub async fn serve(
    listener: TcpListener,
    kernel: Arc<Kernel>,
    routes: Routes,
    stop: impl Future<Output = ()> + Send,
) -> std::io::Result<()> {
    let draining = Arc::new(AtomicBool::new(false));
    let app = with_health(service(&kernel, routes), &kernel, &draining);
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(pair) => pair,
                // Out of file handles, or the peer is gone already: the next one may work.
                Err(e) => {
                    tracing::warn!(error = %e, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        // Best effort: without it small replies wait for the peer's acknowledgement.
        drop(stream.set_nodelay(true));
        let app = app.clone();
        let service = service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            app.clone().oneshot(request.map(axum::body::Body::new))
        });
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT);
        builder.http2().timer(TokioTimer::new()).keep_alive_interval(Some(Duration::from_secs(20)));
        let connection = graceful.watch(builder.serve_connection(TokioIo::new(stream), service).into_owned());
        #[expect(clippy::disallowed_methods, reason = "the accept loop is where connections become tasks")]
        tokio::spawn(async move {
            if let Err(e) = connection.await {
                tracing::debug!(error = %e, "a connection ended early");
            }
        });
    }
    draining.store(true, Ordering::SeqCst);
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still running after {DRAIN:?}");
    }
    Ok(())
}

fn with_health(app: Router, kernel: &Arc<Kernel>, draining: &Arc<AtomicBool>) -> Router {
    let (kernel, draining) = (Arc::clone(kernel), Arc::clone(draining));
    let ready = move |_: Request| {
        let (kernel, draining) = (Arc::clone(&kernel), Arc::clone(&draining));
        async move {
            if draining.load(Ordering::SeqCst) {
                (StatusCode::SERVICE_UNAVAILABLE, "draining\n")
            } else if kernel.db().is_up().await {
                (StatusCode::OK, "ready\n")
            } else {
                (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
            }
        }
    };
    Router::new().route("/livez", get(|| async { "alive\n" })).route("/readyz", get(ready)).merge(app)
}

/// Serves Prometheus metrics on their own listener, away from the public sites.
///
/// # Errors
/// Only when the listener itself breaks.
pub async fn serve_metrics(
    listener: TcpListener,
    render: impl Fn() -> String + Clone + Send + Sync + 'static,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let app = Router::new().route(
        "/metrics",
        get(move || {
            let text = render();
            async move { text }
        }),
    );
    axum::serve(listener, app.into_make_service_with_connect_info::<SocketAddr>()).with_graceful_shutdown(stop).await
}
