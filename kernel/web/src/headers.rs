//! Headers every reply carries: what the browser may do with it.

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::pipeline::no_store;

/// No inline script or style, nothing from elsewhere, no framing. `form_targets` are the origins a
/// posted form may be redirected to: browsers hold a redirect after a post against `form-action`.
fn csp(form_targets: &[String]) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self'; form-action 'self' {}; frame-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         require-trusted-types-for 'script'",
        form_targets.join(" ")
    )
}

pub(crate) fn add(headers: &mut HeaderMap, form_targets: &[String], path: &str, reference: &str) {
    let fixed: [(HeaderName, &'static str); 7] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
        (HeaderName::from_static("x-robots-tag"), "noarchive"),
    ];
    for (name, value) in fixed {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY)
        && let Ok(value) = HeaderValue::from_str(&csp(form_targets))
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    if !path.starts_with("/assets/") {
        no_store(headers);
    }
    if let Ok(value) = HeaderValue::from_str(reference) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
