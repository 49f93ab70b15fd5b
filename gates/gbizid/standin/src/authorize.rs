//! Where the person arrives: check the request, let them choose, send them back.

use crate::store::{CODE_LIFE, Grant};
use crate::{Account, Shared, Trouble, page};
use axum::extract::{Form, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use std::sync::Arc;
use time::Duration;

/// Base scopes of GビズID; those that need an approval of their own are not offered here.
pub(crate) const SCOPES: [&str; 6] = ["openid", "profile", "user", "mandate", "email", "offline_access"];

/// The query of the authorize endpoint. The same fields travel through the chooser.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Request {
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: String,
    pub(crate) scope: String,
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) code_challenge: String,
    pub(crate) code_challenge_method: String,
    pub(crate) login_hint: String,
    /// How strongly the person is to be recognised; proven as asked.
    pub(crate) acr_values: String,
    /// `1`: sign the hinted account in without a click (tests, load).
    pub(crate) auto: String,
    pub(crate) trouble: Trouble,
}

/// What was chosen on the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Choice {
    account: String,
    other_account: String,
    action: String,
    #[serde(flatten)]
    request: Request,
}

/// Why there is no way back to the site: shown here, as GビズID does.
fn no_way_back(standin: &Shared, request: &Request) -> Option<&'static str> {
    let Some(client) = standin.config.clients.iter().find(|client| client.id == request.client_id) else {
        return Some("このサイト（client_id）は登録されていません。（invalid_client）");
    };
    if client.redirect_uris.contains(&request.redirect_uri) {
        None
    } else {
        Some("戻り先（redirect_uri）が登録されたものと一致しません。（invalid_grant）")
    }
}

/// Errors that go back to the site. Stricter than GビズID: PKCE, state and nonce must be there, because we always
/// send them and a test shall notice when we stop.
fn refusal(request: &Request) -> Option<&'static str> {
    let scopes: Vec<&str> = request.scope.split(' ').collect();
    if request.response_type != "code" {
        return Some("unsupported_response_type");
    }
    if !scopes.contains(&"openid") || scopes.iter().any(|scope| !SCOPES.contains(scope)) {
        return Some("invalid_scope");
    }
    let pkce = request.code_challenge_method == "S256" && request.code_challenge.len() == 43;
    if pkce && !request.state.is_empty() && !request.nonce.is_empty() { None } else { Some("invalid_request") }
}

/// `GET authorize`.
pub(crate) async fn ask(State(standin): State<Shared>, Query(request): Query<Request>) -> Response {
    if let Some(why) = no_way_back(&standin, &request) {
        return (StatusCode::BAD_REQUEST, page::dead_end(why)).into_response();
    }
    if let Some(error) = refusal(&request) {
        return back_with_error(&request, error);
    }
    if request.auto == "1" {
        return match standin.config.accounts.find(&request.login_hint) {
            Some(account) => sign_in(&standin, &request, account),
            None => (StatusCode::NOT_FOUND, page::dead_end("login_hint のアカウントはありません。")).into_response(),
        };
    }
    page::chooser(&standin, &request, None).into_response()
}

/// `POST choose`.
pub(crate) async fn chosen(State(standin): State<Shared>, Form(choice): Form<Choice>) -> Response {
    let request = &choice.request;
    if let Some(why) = no_way_back(&standin, request) {
        return (StatusCode::BAD_REQUEST, page::dead_end(why)).into_response();
    }
    if let Some(error) = refusal(request) {
        return back_with_error(request, error);
    }
    if choice.action == "cancel" {
        return back_with_error(request, "access_denied");
    }
    let typed = choice.other_account.trim();
    let login = if typed.is_empty() { choice.account.as_str() } else { typed };
    match standin.config.accounts.find(login) {
        Some(account) => sign_in(&standin, request, account),
        None => {
            let why = if login.is_empty() {
                "アカウントを選んでください。".to_owned()
            } else {
                format!("アカウント「{login}」はありません。名前を確かめてください。")
            };
            (StatusCode::UNPROCESSABLE_ENTITY, page::chooser(&standin, request, Some(&why))).into_response()
        }
    }
}

fn sign_in(standin: &Shared, request: &Request, account: Arc<Account>) -> Response {
    if let Some(error) = request.trouble.authorize_error() {
        return back_with_error(request, error);
    }
    let now = standin.now();
    let life = if request.trouble == Trouble::ExpiredCode { -Duration::SECOND } else { CODE_LIFE };
    let grant = Grant {
        account,
        client_id: request.client_id.clone(),
        redirect_uri: request.redirect_uri.clone(),
        nonce: request.nonce.clone(),
        challenge: request.code_challenge.clone(),
        scopes: request.scope.split(' ').map(str::to_owned).collect(),
        trouble: request.trouble,
        acr: request.acr_values.split(' ').next().filter(|acr| !acr.is_empty()).map(str::to_owned),
        agreed: now,
        expires: now + life,
    };
    let Ok(code) = crate::random_text(22) else {
        return back_with_error(request, "server_error");
    };
    standin.store.put_code(code.clone(), grant, now);
    let mut answer = vec![("code", code.as_str())];
    if request.trouble == Trouble::WrongIssParameter {
        answer.push(("iss", "https://somewhere.invalid/oauth/"));
    }
    back(request, &answer)
}

fn back_with_error(request: &Request, error: &str) -> Response {
    back(request, &[("error", error), ("error_description", "chosen at the stand-in or wrong request")])
}

/// 303 to the site, which was checked to be a registered one.
fn back(request: &Request, answer: &[(&str, &str)]) -> Response {
    let Ok(mut url) = url::Url::parse(&request.redirect_uri) else {
        return (StatusCode::BAD_REQUEST, page::dead_end("戻り先が住所として読めません。")).into_response();
    };
    let state = if request.trouble == Trouble::WrongState { "another-state" } else { &request.state };
    url.query_pairs_mut().extend_pairs(answer).append_pair("state", state);
    (StatusCode::SEE_OTHER, [(header::LOCATION, url.to_string())]).into_response()
}
