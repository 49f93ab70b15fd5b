//! The attributes of the account behind an access token.

use crate::{Shared, Trouble};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

fn refused(status: StatusCode, error: &str) -> Response {
    (status, [(header::WWW_AUTHENTICATE, format!("Bearer error=\"{error}\""))], Json(json!({"error": error})))
        .into_response()
}

/// `GET userinfo`.
pub(crate) async fn attributes(State(standin): State<Shared>, headers: HeaderMap) -> Response {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
    let Some(grant) = standin.store.token(token, standin.now()) else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_token");
    };
    let mut claims = grant.account.claims_for(&grant.scopes);
    match grant.trouble {
        Trouble::UserinfoUnauthorized => return refused(StatusCode::UNAUTHORIZED, "invalid_token"),
        Trouble::UserinfoForbidden => return refused(StatusCode::FORBIDDEN, "insufficient_scope"),
        Trouble::UserinfoServerError => return refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        Trouble::UserinfoGarbage => return "こわれた応答".into_response(),
        Trouble::UserinfoOtherSub => {
            claims.insert("sub".to_owned(), json!("somebody-else"));
        }
        Trouble::UserinfoWithoutKind => {
            claims.remove("account_type");
        }
        _ => {}
    }
    Json(claims).into_response()
}
