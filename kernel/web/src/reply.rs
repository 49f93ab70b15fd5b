//! What goes back to the browser.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode, header};
use bytes::Bytes;
use maud::{Markup, Render};
use serde::Serialize;

use crate::fault::Fault;
use crate::ui::Shell;

/// A reply, ready to be sent. Security headers are added by the pipeline.
#[derive(Debug)]
pub struct Reply {
    inner: Response<Body>,
}

impl Reply {
    fn new(status: StatusCode, media_type: &'static str, body: impl Into<Body>) -> Self {
        let mut inner = Response::new(body.into());
        *inner.status_mut() = status;
        inner.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        Self { inner }
    }

    /// A whole page, 200.
    #[must_use]
    pub fn page(shell: &Shell) -> Self {
        Self::new(StatusCode::OK, "text/html; charset=utf-8", shell.render().into_string())
    }

    /// A page that shows what must be mended, 422. Nothing was written.
    #[must_use]
    pub fn refused(shell: &Shell) -> Self {
        Self::page(shell).status(422)
    }

    /// Pieces of a page for a script to put in place.
    #[must_use]
    pub fn fragment(markup: Markup) -> Self {
        Self::new(StatusCode::OK, "text/html; charset=utf-8", markup.into_string())
    }

    /// Done; look there (303). The address is always our own path.
    #[must_use]
    pub fn see_other(path: &str) -> Self {
        let mut r = Self::new(StatusCode::SEE_OTHER, "text/plain; charset=utf-8", "");
        if let Ok(value) = HeaderValue::from_str(path) {
            r.inner.headers_mut().insert(header::LOCATION, value);
        }
        r
    }

    /// JSON, for scripts and machines.
    ///
    /// # Errors
    /// [`Fault::Internal`] when the value cannot be written as JSON.
    pub fn json(value: &impl Serialize) -> Result<Self, Fault> {
        Ok(Self::new(StatusCode::OK, "application/json", serde_json::to_vec(value)?))
    }

    /// Plain text (metrics, health).
    #[must_use]
    pub fn text(text: String) -> Self {
        Self::new(StatusCode::OK, "text/plain; charset=utf-8", text)
    }

    /// A file to keep. Never shown inside our own pages' origin as something that runs.
    #[must_use]
    pub fn download(bytes: Bytes, media_type: &str, name: &str) -> Self {
        Self::file(bytes, media_type, name, "attachment")
    }

    /// A file to look at in the browser, at the files site: PDF and images only. `framers` are the origins whose
    /// pages may show it in a frame. No `sandbox` for a PDF, because browsers refuse to show one in it; nothing in
    /// it may load or run anything of ours either way.
    #[must_use]
    pub(crate) fn inline(bytes: Bytes, media_type: &str, name: &str, framers: &str) -> Self {
        let mut r = Self::file(bytes, media_type, name, "inline");
        let sandbox = if media_type == "application/pdf" { "" } else { "sandbox; " };
        let policy = format!(
            "{sandbox}default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; object-src 'self'; \
             frame-ancestors {framers}"
        );
        if let Ok(value) = HeaderValue::from_str(&policy) {
            r.inner.headers_mut().insert(header::CONTENT_SECURITY_POLICY, value);
        }
        r
    }

    fn file(bytes: Bytes, media_type: &str, name: &str, how: &str) -> Self {
        let mut r = Self::new(StatusCode::OK, "application/octet-stream", bytes);
        let h = r.inner.headers_mut();
        if let Ok(value) = HeaderValue::from_str(media_type) {
            h.insert(header::CONTENT_TYPE, value);
        }
        if let Ok(value) = HeaderValue::from_str(&format!("{how}; filename*=UTF-8''{}", percent(name))) {
            h.insert(header::CONTENT_DISPOSITION, value);
        }
        h.insert(
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'"),
        );
        r
    }

    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        if let Ok(s) = StatusCode::from_u16(status) {
            *self.inner.status_mut() = s;
        }
        self
    }

    /// Adds a header; a value with control characters is dropped.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(v) = HeaderValue::from_str(value) {
            self.inner.headers_mut().append(HeaderName::from_static(name), v);
        }
        self
    }

    pub(crate) fn from_response(inner: Response<Body>) -> Self {
        Self { inner }
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        self.inner
    }
}

/// RFC 5987 percent-encoding of a file name.
fn percent(name: &str) -> String {
    name.bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_hostile_name_stays_a_name() {
        assert_eq!(super::percent("決算\r\n\"x.pdf"), "%E6%B1%BA%E7%AE%97%0D%0A%22x.pdf");
    }
}
