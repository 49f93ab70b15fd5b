//! The mailbox as a page: a list, one message, and both as JSON for tests.

use crate::{Letter, Store, Summary};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use std::sync::Arc;

const PAGE: usize = 50;
const STYLE: &str = "
body{margin:0;font:1rem/1.7 'Noto Sans JP','Hiragino Sans',sans-serif;color:#1a1a1c;background:#fff}
header{background:#264af4;color:#fff;padding:.75rem 1rem;font-weight:700}
header p{margin:0}
main{max-width:56rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.5;overflow-wrap:anywhere}
ul.mails{list-style:none;margin:0;padding:0}
ul.mails li{border-bottom:1px solid #b3b3b3;padding:.75rem 0;overflow-wrap:anywhere}
.small{color:#4d4d4d;font-size:.9375rem}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;border:1px solid #b3b3b3;border-radius:8px;padding:1rem}
dt{font-weight:700}dd{margin:0 0 .5rem;overflow-wrap:anywhere}
a{color:#0017c1}
form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end;margin-bottom:1rem}
label{font-weight:700;display:block}
input{font:inherit;min-height:2.75rem;padding:.25rem .75rem;border:1px solid #595959;border-radius:8px;max-width:100%;box-sizing:border-box}
button{font:inherit;font-weight:700;min-height:2.75rem;padding:.25rem 1.25rem;border-radius:8px;border:0;background:#264af4;color:#fff}
:focus-visible{outline:4px solid #000;outline-offset:2px;box-shadow:0 0 0 2px #ffd43d}
";

/// `/` list, `/messages/{number}` one, `/messages/{number}/source` its bytes; `/messages.json?to=…` and
/// `/messages/{number}/json` for programs.
pub fn router(store: Arc<Store>) -> Router {
    Router::new()
        .route("/", get(list))
        .route("/messages.json", get(list_json))
        .route("/messages/{number}", get(one))
        .route("/messages/{number}/json", get(one_json))
        .route("/messages/{number}/source", get(source))
        .layer(axum::middleware::map_response(guarded))
        .with_state(store)
}

async fn guarded(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'"),
    );
    answer
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    to: String,
    /// Pages to leave out, newest first.
    page: usize,
}

fn frame(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) "｜開発用メールボックス" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p { "開発用メールボックス（ここのメールは外へ送られていません）" } }
                main { h1 { (title) } (body) }
            }
        }
    }
}

fn failed(error: &std::io::Error) -> Response {
    tracing::error!(%error, "the mail folder cannot be read");
    let page =
        frame("メールを読めません", &html! { p { "メールの保存先を読めませんでした。設定を確かめてください。" } });
    (StatusCode::INTERNAL_SERVER_ERROR, page).into_response()
}

fn missing() -> Response {
    let page =
        frame("メールがありません", &html! { p { "この番号のメールはありません。" a href="/" { "一覧へ戻る" } } });
    (StatusCode::NOT_FOUND, page).into_response()
}

async fn list(State(store): State<Arc<Store>>, Query(wanted): Query<Wanted>) -> Response {
    let to = wanted.to.trim();
    let mut found = match store.list(to, wanted.page.saturating_mul(PAGE), PAGE + 1) {
        Ok(found) => found,
        Err(error) => return failed(&error),
    };
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let body = html! {
        form method="get" {
            div { label for="to" { "宛先で絞り込む" } input id="to" name="to" value=(to); }
            button { "絞り込む" }
        }
        @if found.is_empty() {
            p { "メールはまだありません。システムがメールを送ると、ここに並びます。" }
        }
        ul.mails { @for mail in &found { (line(mail)) } }
        @if more {
            p { a href={ "/?to=" (escaped(to)) "&page=" (wanted.page.saturating_add(1)) } { "次の" (PAGE) "通" } }
        }
    };
    frame("届いたメール", &body).into_response()
}

/// A value inside a query: everything but letters, digits and a few signs is percent-encoded.
fn escaped(text: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._@".contains(byte);
    text.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn line(mail: &Summary) -> Markup {
    html! {
        li {
            a href={ "/messages/" (mail.number) } {
                @if mail.subject.is_empty() { "（件名なし）" } @else { (mail.subject) }
            }
            div.small { "宛先 " (mail.to) "　" (mail.date) }
        }
    }
}

async fn list_json(State(store): State<Arc<Store>>, Query(wanted): Query<Wanted>) -> Response {
    match store.list(wanted.to.trim(), wanted.page.saturating_mul(PAGE), PAGE) {
        Ok(found) => Json(found).into_response(),
        Err(error) => failed(&error),
    }
}

async fn one(State(store): State<Arc<Store>>, Path(number): Path<u32>) -> Response {
    match store.read(number) {
        Ok(Some(letter)) => frame(&letter.summary.subject, &letter_page(&letter)).into_response(),
        Ok(None) => missing(),
        Err(error) => failed(&error),
    }
}

fn letter_page(letter: &Letter) -> Markup {
    let mail = &letter.summary;
    html! {
        p { a href="/" { "一覧へ戻る" } }
        dl {
            dt { "差出人" } dd { (mail.from) }
            dt { "宛先" } dd { (mail.to) }
            dt { "日時" } dd { (mail.date) }
            dt { "メッセージID" } dd { (mail.message_id) }
        }
        h2 { "本文" }
        pre { (with_links(&letter.text)) }
        p { a href={ "/messages/" (mail.number) "/source" } { "元のデータ（eml）" } }
    }
}

/// Web addresses in the text become links; everything else is escaped text.
fn with_links(text: &str) -> Markup {
    let in_address = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '(' | ')');
    let mut rest = text;
    let mut parts = Vec::new();
    while let Some(start) = [rest.find("https://"), rest.find("http://")].into_iter().flatten().min() {
        let (before, from) = rest.split_at(start);
        let (address, after) = from.split_at(from.find(|c| !in_address(c)).unwrap_or(from.len()));
        parts.push(html! { (before) a href=(address) { (address) } });
        rest = after;
    }
    html! { @for part in parts { (part) } (rest) }
}

async fn one_json(State(store): State<Arc<Store>>, Path(number): Path<u32>) -> Response {
    match store.read(number) {
        Ok(Some(letter)) => Json(letter).into_response(),
        Ok(None) => missing(),
        Err(error) => failed(&error),
    }
}

async fn source(State(store): State<Arc<Store>>, Path(number): Path<u32>) -> Response {
    match store.source(number) {
        Ok(Some(bytes)) => ([(header::CONTENT_TYPE, "message/rfc822")], bytes).into_response(),
        Ok(None) => missing(),
        Err(error) => failed(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_links_and_markup_stays_text() {
        let shown = with_links("詳しくは https://a.example/x?y=1&z=2 へ。<b>太字</b> http://b.example").into_string();
        assert_eq!(
            shown,
            "詳しくは <a href=\"https://a.example/x?y=1&amp;z=2\">https://a.example/x?y=1&amp;z=2</a> \
             へ。&lt;b&gt;太字&lt;/b&gt; <a href=\"http://b.example\">http://b.example</a>"
        );
        assert_eq!(escaped("a@b.example&あ"), "a@b.example%26%E3%81%82");
    }

    async fn get(store: &Arc<Store>, path: &str) -> (StatusCode, String) {
        use tower::ServiceExt as _;
        let request = axum::http::Request::get(path).body(axum::body::Body::empty()).unwrap();
        let answer = router(Arc::clone(store)).oneshot(request).await.unwrap();
        let status = answer.status();
        let bytes = axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn mail_is_listed_newest_first_filtered_read_and_escaped() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(folder.path()).unwrap());
        let (_, empty) = get(&store, "/").await;
        assert!(empty.contains("メールはまだありません"));
        for number in 1..=52 {
            let mail = format!(
                "From: o@h.example\r\nTo: p{number}@x.example\r\nSubject: <i>no {number}</i>\r\n\r\n<script>x</script>\r\n"
            );
            store.put(&[format!("p{number}@x.example")], mail.as_bytes()).unwrap();
        }
        let (_, list) = get(&store, "/").await;
        assert!(list.contains("&lt;i&gt;no 52&lt;/i&gt;") && list.contains("page=1") && !list.contains("no 2<"));
        assert!(list.find("no 52").unwrap() < list.find("no 51").unwrap());
        let (_, rest) = get(&store, "/?page=1").await;
        assert!(rest.contains("no 2&lt;") && !rest.contains("page=2"));
        let (_, json) = get(&store, "/messages.json?to=p7@").await;
        assert!(json.contains("\"number\":7") && !json.contains("\"number\":8"));
        let (status, one) = get(&store, "/messages/7").await;
        assert_eq!(status, StatusCode::OK);
        assert!(one.contains("&lt;script&gt;x&lt;/script&gt;") && !one.contains("<script>"));
        assert!(get(&store, "/messages/7/source").await.1.starts_with("Delivered-To: p7@x.example\r\nFrom:"));
        assert_eq!(get(&store, "/messages/99").await.0, StatusCode::NOT_FOUND);
        assert_eq!(get(&store, "/messages/x").await.0, StatusCode::BAD_REQUEST);
    }
}
