//! One HTTP client: time-outs on everything, no redirects, bounded answers, TLS unless the address is this machine.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// Discovery, keys and attributes are a few kB; more is not GビズID.
const MOST_BYTES: usize = 1024 * 1024;
const CONNECT: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpProblem {
    #[error("no connection: {0}")]
    Unreachable(String),
    #[error("no answer within the time-out")]
    Slow,
    #[error("the server answered {0}")]
    Server(u16),
    #[error("the answer was larger than {MOST_BYTES} bytes or broke off")]
    Body,
    #[error("address {0} is not https")]
    NotHttps(String),
}

/// Why the client could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SetUpProblem {
    #[error("TLS: {0}")]
    Tls(#[from] rustls::Error),
    #[error("the extra certificate authorities are no PEM certificates: {0}")]
    Authorities(String),
    #[error("{what} is no usable address: {address}")]
    Address { what: &'static str, address: String },
}

pub(crate) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    time_out: Duration,
    plain_http_on_loopback: bool,
}

impl Http {
    pub(crate) fn new(
        time_out: Duration,
        plain_http_on_loopback: bool,
        extra_authorities: Option<&str>,
    ) -> Result<Self, SetUpProblem> {
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(CONNECT));
        connector.set_nodelay(true);
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls(extra_authorities)?)
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(Duration::from_secs(20))
            .pool_timer(TokioTimer::new())
            .build(connector);
        Ok(Self { client, time_out, plain_http_on_loopback })
    }

    /// Whether we may talk to this address at all.
    pub(crate) fn may_call(&self, address: &url::Url) -> bool {
        let loopback = match address.host() {
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            Some(url::Host::Domain(name)) => name == "localhost",
            None => false,
        };
        address.scheme() == "https" || (address.scheme() == "http" && self.plain_http_on_loopback && loopback)
    }

    /// One request, one answer. 5xx is a problem of the provider and never reaches the parsers.
    pub(crate) async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpProblem> {
        let address = request.uri().to_string();
        if !url::Url::parse(&address).is_ok_and(|url| self.may_call(&url)) {
            return Err(HttpProblem::NotHttps(address));
        }
        tokio::time::timeout(self.time_out, self.exchange(request)).await.map_err(|_| HttpProblem::Slow)?
    }

    async fn exchange(&self, request: HttpRequest) -> Result<HttpResponse, HttpProblem> {
        let request = request.map(|body| Full::new(Bytes::from(body)));
        let answer = self.client.request(request).await.map_err(unreachable_because)?;
        if answer.status().is_server_error() {
            return Err(HttpProblem::Server(answer.status().as_u16()));
        }
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, MOST_BYTES).collect().await.map_err(|_| HttpProblem::Body)?;
        Ok(http::Response::from_parts(head, body.to_bytes().to_vec()))
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpProblem;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpProblem>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn unreachable_because(error: hyper_util::client::legacy::Error) -> HttpProblem {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    HttpProblem::Unreachable(text)
}

/// The public authorities bundled with the program, plus what the operator adds (a proxy that inspects TLS).
fn tls(extra_authorities: Option<&str>) -> Result<rustls::ClientConfig, SetUpProblem> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(pem) = extra_authorities {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|e| SetUpProblem::Authorities(e.to_string()))?;
            roots.add(certificate)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_and_only_when_asked_for() {
        let may = |plain, address: &str| {
            Http::new(CONNECT, plain, None).unwrap().may_call(&url::Url::parse(address).unwrap())
        };
        assert!(may(false, "https://gbiz-id.go.jp/oauth/"));
        assert!(!may(false, "http://127.0.0.1:8090/oauth/"));
        for address in ["http://127.0.0.1:8090/", "http://[::1]/", "http://localhost:1/"] {
            assert!(may(true, address), "{address}");
        }
        for address in
            ["http://gbiz-id.go.jp/oauth/", "http://192.168.0.1/", "http://localhost.example/", "ftp://localhost/"]
        {
            assert!(!may(true, address), "{address}");
        }
    }

    #[test]
    fn extra_authorities_must_be_certificates() {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        assert!(Http::new(CONNECT, false, Some(broken)).is_err());
    }
}
