//! Style sheet, script and fonts, built by npm and embedded in the binary. Their addresses carry
//! a hash of the content, so a browser may keep them for ever and never shows an old one.

use std::sync::LazyLock;

use axum::http::{HeaderValue, header};
use hojo_access::allow;
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::cx::Cx;
use crate::fault::Fault;
use crate::reply::Reply;
use crate::ui;

/// The built files.
#[derive(RustEmbed)]
#[folder = "assets/dist"]
pub struct Assets;

static URLS: LazyLock<ui::Assets> =
    LazyLock::new(|| ui::Assets { css: url("app.css"), js: url("app.js"), icon: Some(url("favicon.svg")) });

fn url(name: &str) -> String {
    let hash = Assets::get(name).map(|f| Sha256::digest(&f.data)).unwrap_or_default();
    let short: String = hash.iter().take(6).map(|b| format!("{b:02x}")).collect();
    format!("/assets/{name}?v={short}")
}

/// Addresses for the page frame.
#[must_use]
pub fn asset_urls() -> ui::Assets {
    URLS.clone()
}

/// `GET /assets/{*file}`
pub(crate) async fn serve(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let name: String = cx.param("file")?;
    let file = Assets::get(&name).ok_or(Fault::NotFound)?;
    let media_type = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    };
    let mut response = Reply::text(String::new()).into_response();
    *response.body_mut() = axum::body::Body::from(file.data.into_owned());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(Reply::from_response(response))
}
