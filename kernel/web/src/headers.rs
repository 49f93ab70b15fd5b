//! Headers every reply carries: what the browser may do with it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use hojo_access::Site;

use crate::cx::RequestInfo;
use crate::kernel::Settings;
use crate::pipeline::no_store;

/// Where browsers report what the policy stopped.
pub(crate) const REPORTS: &str = "/csp-report";

/// Only the script that carries this answer's nonce, no inline style, nothing from elsewhere, no framing, one named
/// Trusted Types policy. `form_targets` are the origins a posted form may be redirected to: browsers hold a redirect
/// after a post against `form-action`. Files are shown in frames from the files site, whose own pages (what to do when
/// a link was used) stand in the same frames.
fn csp(settings: &Settings, nonce: &str) -> String {
    let framers = if settings.framers.is_empty() { "'none'".to_owned() } else { settings.framers.join(" ") };
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data: blob:; \
         font-src 'self'; connect-src 'self'; form-action 'self' {}; frame-src 'self' {}; \
         frame-ancestors {framers}; base-uri 'none'; require-trusted-types-for 'script'; trusted-types hojo; report-uri {REPORTS}; report-to csp",
        settings.form_targets.join(" "),
        settings.files_url
    )
}

const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
    fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    picture-in-picture=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

pub(crate) fn add(headers: &mut HeaderMap, settings: &Settings, info: &RequestInfo, reference: &str) {
    let fixed: [(HeaderName, &'static str); 7] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, if settings.site == Site::Files { "no-referrer" } else { "same-origin" }),
        (HeaderName::from_static("reporting-endpoints"), "csp=\"/csp-report\""),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), PERMISSIONS),
        (HeaderName::from_static("x-robots-tag"), "noarchive"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    // For browsers that do not know `frame-ancestors`. What the files site gives is there to be framed by the others,
    // which this header cannot say.
    if settings.site != Site::Files {
        headers.entry(header::X_FRAME_OPTIONS).or_insert(HeaderValue::from_static("DENY"));
    }
    // Over plain HTTP (a developer's machine) browsers ignore it, and nobody should be led to believe in it.
    if settings.base_url.starts_with("https:") {
        let year = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(year);
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&csp(settings, &info.nonce))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    if !info.path.starts_with("/assets/") {
        no_store(headers);
    }
    if let Ok(value) = HeaderValue::from_str(reference) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
