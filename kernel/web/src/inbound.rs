//! What a person sent, taken in within limits and only after it was shown to be theirs.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::{Body, BodyDataStream};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{StatusCode, header};
use futures_util::stream::poll_fn;
use futures_util::{StreamExt, TryStreamExt};
use hojo_case::Refusal;
use hojo_vault::{Received, VaultError};
use serde::Serialize;
use serde_json::Value;

use crate::fault::Fault;
use crate::kernel::Kernel;

/// What the body of a request has to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Sends {
    Nothing,
    /// Fields of a form, in either of the two ways browsers write them.
    Form,
    /// A form that may carry files.
    Files,
    Json,
}

/// Something a handler can take as its input.
pub trait Inbound: Sized + Send + 'static {
    /// What it is read from.
    const SENDS: Sends;

    /// Reads it from the request.
    fn take<'a>(
        kernel: &'a Kernel,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Self, Fault>> + Send + 'a>>;

    /// The anti-forgery token that came in the body.
    fn token(&self) -> Option<&str>;

    /// Drops what was typed to prove who is there.
    fn forget_proof(&mut self) {}
}

/// Fields of the question who is there; they ride along with the form it interrupted.
pub(crate) const PROOF: &str = "_proof";

impl Inbound for () {
    const SENDS: Sends = Sends::Nothing;

    fn take<'a>(_: &'a Kernel, _: Request<Body>) -> Pin<Box<dyn Future<Output = Result<Self, Fault>> + Send + 'a>> {
        Box::pin(async { Ok(()) })
    }

    fn token(&self) -> Option<&str> {
        None
    }
}

/// Fields of a posted form, in order, names may repeat.
#[derive(Clone, Default, Debug)]
pub struct Posted(pub Vec<(String, String)>);

impl Posted {
    /// The first value of a field; empty when it was not sent.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }

    /// All values of a field.
    #[must_use]
    pub fn all(&self, name: &str) -> Vec<&str> {
        self.0.iter().filter(|(k, _)| k == name).map(|(_, v)| v.as_str()).collect()
    }

    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(k, _)| k == name)
    }

    /// The part after `prefix` of the first field that has it: for buttons that name a row.
    #[must_use]
    pub fn action(&self, prefix: &str) -> Option<&str> {
        self.0.iter().find_map(|(k, v)| if k == "_action" { v.strip_prefix(prefix) } else { None })
    }
}

/// A form larger than this is not a form of ours.
const MAX_FORM: usize = 2 * 1024 * 1024;
const MAX_FIELDS: usize = 20_000;
/// So much is still read, and thrown away, when a form is too large: a browser that is cut off while it
/// sends shows a broken connection and never the words that say what to do.
const MAX_READ: usize = 32 * 1024 * 1024;

async fn whole_form(body: Body) -> Result<Vec<u8>, Fault> {
    let mut chunks = body.into_data_stream();
    let (mut kept, mut seen) = (Vec::new(), 0_usize);
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| broken_upload())?;
        seen = seen.saturating_add(chunk.len());
        if seen <= MAX_FORM {
            kept.extend_from_slice(&chunk);
        } else if seen > MAX_READ {
            break;
        }
    }
    if seen > MAX_FORM { Err(too_large()) } else { Ok(kept) }
}

impl Inbound for Posted {
    const SENDS: Sends = Sends::Form;

    fn take<'a>(
        _: &'a Kernel,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Self, Fault>> + Send + 'a>> {
        Box::pin(async move {
            if is_multipart(&request) {
                return multipart_text(request).await;
            }
            let bytes = whole_form(request.into_body()).await?;
            let pairs: Vec<(String, String)> = form_pairs(&bytes);
            if pairs.len() > MAX_FIELDS {
                return Err(too_large());
            }
            Ok(Self(pairs))
        })
    }

    fn token(&self) -> Option<&str> {
        self.0.iter().find(|(k, _)| k == "_csrf").map(|(_, v)| v.as_str())
    }

    fn forget_proof(&mut self) {
        self.0.retain(|(k, _)| !k.starts_with(PROOF));
    }
}

/// What a machine sent as JSON, within the limit of a form; null when it was none.
#[derive(Clone, Debug)]
pub struct Json(pub Value);

impl Inbound for Json {
    const SENDS: Sends = Sends::Json;

    fn take<'a>(
        _: &'a Kernel,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Self, Fault>> + Send + 'a>> {
        Box::pin(async move {
            let bytes = whole_form(request.into_body()).await?;
            Ok(Self(json_without_nul(serde_json::from_slice(&bytes).unwrap_or_default())))
        })
    }

    fn token(&self) -> Option<&str> {
        None
    }
}

/// A file that was sent along.
#[derive(Debug)]
pub struct PostedFile {
    pub field: String,
    pub name: String,
    /// The bytes, or why they did not arrive.
    pub received: Result<Received, VaultError>,
}

/// A form with files.
#[derive(Debug, Default)]
pub struct PostedFiles {
    pub fields: Posted,
    pub files: Vec<PostedFile>,
}

const MAX_FILES: usize = 30;

impl Inbound for PostedFiles {
    const SENDS: Sends = Sends::Files;

    fn take<'a>(
        kernel: &'a Kernel,
        request: Request<Body>,
    ) -> Pin<Box<dyn Future<Output = Result<Self, Fault>> + Send + 'a>> {
        Box::pin(async move {
            let mut out = Self::default();
            let (body, mut parts) = whole_parts(request).await?;
            let mut text = 0usize;
            while let Some(field) = parts.next_field().await.map_err(|e| not_whole(&e))? {
                let name = without_nul(field.name().unwrap_or_default().to_owned());
                let Some(file) = field.file_name().map(base_name) else {
                    let value = without_nul(field.text().await.map_err(|e| not_whole(&e))?);
                    text += value.len();
                    if text > MAX_FORM || out.fields.0.len() > MAX_FIELDS {
                        return Err(too_large());
                    }
                    out.fields.0.push((name, value));
                    continue;
                };
                if out.files.len() >= MAX_FILES {
                    return Err(too_large());
                }
                let over = AtomicBool::new(false);
                let body = field.map(|chunk| {
                    chunk.map_err(|e| {
                        over.store(e.status() == StatusCode::PAYLOAD_TOO_LARGE, Ordering::Relaxed);
                        e.body_text()
                    })
                });
                let received = kernel.vault.receive(body, kernel.settings.max_upload).await;
                let broke = matches!(received, Err(VaultError::BrokenOff(_)));
                // A file input left empty arrives as an empty part without a name.
                if !(file.is_empty() && matches!(&received, Ok(r) if r.size == 0)) {
                    out.files.push(PostedFile { field: name, name: file, received });
                }
                if broke {
                    tracing::info!("a file did not arrive whole");
                    return Err(if over.load(Ordering::Relaxed) { too_large() } else { broken_upload() });
                }
            }
            arrived(&body).await?;
            Ok(out)
        })
    }

    fn token(&self) -> Option<&str> {
        self.fields.token()
    }

    fn forget_proof(&mut self) {
        self.fields.forget_proof();
    }
}

fn is_multipart(request: &Request<Body>) -> bool {
    request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.starts_with("multipart/form-data"))
}

/// A form without files may still arrive as multipart; its text is taken, files are passed over.
async fn multipart_text(request: Request<Body>) -> Result<Posted, Fault> {
    let mut out = Posted::default();
    let (body, mut parts) = whole_parts(request).await?;
    let mut total = 0usize;
    while let Some(field) = parts.next_field().await.map_err(|_| broken_upload())? {
        if field.file_name().is_some() {
            continue;
        }
        let name = without_nul(field.name().unwrap_or_default().to_owned());
        let value = without_nul(field.text().await.map_err(|_| broken_upload())?);
        total += value.len();
        if total > MAX_FORM || out.0.len() > MAX_FIELDS {
            return Err(too_large());
        }
        out.0.push((name, value));
    }
    arrived(&body).await?;
    Ok(out)
}

/// The body of a request, shared by the reader of its parts and the look whether all of it came.
type SharedBody = Arc<Mutex<BodyDataStream>>;

/// The parts of a form, and its body to ask afterwards whether it ended as announced.
async fn whole_parts(request: Request<Body>) -> Result<(SharedBody, Multipart), Fault> {
    let (head, body) = request.into_parts();
    let shared: SharedBody = Arc::new(Mutex::new(body.into_data_stream()));
    let read = Arc::clone(&shared);
    let stream = poll_fn(move |cx| lock(&read).poll_next_unpin(cx)).map_err(axum::Error::into_inner);
    let request = Request::from_parts(head, Body::from_stream(stream));
    let parts = Multipart::from_request(request, &()).await.map_err(|_| broken_upload())?;
    Ok((shared, parts))
}

/// The reader stops at the last boundary. A browser that was cut off after it has told its person that
/// sending failed, so what came counts only when the body ended where its length said.
async fn arrived(body: &SharedBody) -> Result<(), Fault> {
    let mut after = 0usize;
    while let Some(chunk) = poll_fn(|cx| lock(body).poll_next_unpin(cx)).next().await {
        after += chunk.map_err(|_| broken_upload())?.len();
        if after > MAX_FORM {
            return Err(too_large());
        }
    }
    Ok(())
}

/// A panic while reading leaves no half-changed state behind: the stream is asked again or dropped.
fn lock(body: &SharedBody) -> MutexGuard<'_, BodyDataStream> {
    body.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Some browsers send a whole path.
fn base_name(name: &str) -> String {
    without_nul(name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned())
}

/// No text of a person holds a NUL, and PostgreSQL keeps none: it becomes what broken bytes become.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{FFFD}") } else { text }
}

/// The same in every text of a JSON value.
fn json_without_nul(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(without_nul(text)),
        Value::Array(all) => Value::Array(all.into_iter().map(json_without_nul).collect()),
        Value::Object(all) => {
            Value::Object(all.into_iter().map(|(k, v)| (without_nul(k), json_without_nul(v))).collect())
        }
        other => other,
    }
}

/// `a=b&c=d`, percent-decoded; bytes that are not UTF-8 become replacement characters, which
/// the form's reading then refuses by name.
pub(crate) fn form_pairs(bytes: &[u8]) -> Vec<(String, String)> {
    bytes
        .split(|b| *b == b'&')
        .filter(|p| !p.is_empty())
        .map(|p| {
            let at = p.iter().position(|b| *b == b'=').unwrap_or(p.len());
            let (k, v) = p.split_at(at);
            (decode(k), decode(v.get(1..).unwrap_or_default()))
        })
        .collect()
}

fn decode(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((b, tail)) = rest.split_first() {
        rest = tail;
        match b {
            b'+' => out.push(b' '),
            b'%' => match tail.split_at_checked(2).and_then(|(pair, after)| Some((hex(pair)?, after))) {
                Some((byte, after)) => {
                    out.push(byte);
                    rest = after;
                }
                None => out.push(b'%'),
            },
            b => out.push(*b),
        }
    }
    without_nul(String::from_utf8(out).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned()))
}

/// Two hexadecimal digits. Japanese text arrives as nine characters a letter, so this runs often.
fn hex(pair: &[u8]) -> Option<u8> {
    let digit = |b: &u8| char::from(*b).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let [high, low] = pair else { return None };
    Some(digit(high)? << 4 | digit(low)?)
}

fn too_large() -> Fault {
    Fault::TooLarge(Refusal::new(
        "BODY-TOO-LARGE",
        "入力が大きすぎます。文字数を減らすか、ファイルを分けてください。",
        "ブラウザーの「戻る」で前の画面に戻ると、入力した内容が残っています。保存済みの内容は失われていません。",
    ))
}

fn not_whole(e: &MultipartError) -> Fault {
    tracing::info!(cause = e.body_text(), "a form with files did not arrive whole");
    if e.status() == StatusCode::PAYLOAD_TOO_LARGE { too_large() } else { broken_upload() }
}

fn broken_upload() -> Fault {
    Fault::BadRequest {
        code: "UPLOAD-BROKEN",
        message: "送信が途中で切れました。".into(),
        advice: "通信状態を確認して、もう一度送信してください。保存済みの内容は失われていません。".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::form_pairs;

    #[test]
    fn nothing_brings_a_nul_to_the_database() {
        let sent = serde_json::json!({ "a\0": ["b\0c", { "d": "\0" }], "n": 1 });
        let read = super::json_without_nul(sent);
        assert_eq!(read, serde_json::json!({ "a\u{FFFD}": ["b\u{FFFD}c", { "d": "\u{FFFD}" }], "n": 1 }));
        assert_eq!(super::base_name("x/決算\0.pdf"), "決算\u{FFFD}.pdf");
    }

    #[test]
    fn pairs_are_decoded_and_nothing_panics() {
        assert_eq!(
            form_pairs(b"a=1+2&b=%E3%81%82&c"),
            [("a".into(), "1 2".into()), ("b".into(), "あ".into()), ("c".into(), String::new())]
        );
        assert_eq!(
            form_pairs(b"x=%&y=%4&z=%zz=&&"),
            [("x".into(), "%".into()), ("y".into(), "%4".into()), ("z".into(), "%zz=".into())]
        );
        assert_eq!(form_pairs(b"n%00=%00%FF"), [("n\u{FFFD}".into(), "\u{FFFD}\u{FFFD}".into())]);
    }
}
