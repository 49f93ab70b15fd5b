//! Code against tokens.

use crate::keys::Signing;
use crate::store::{Grant, TOKEN_LIFE};
use crate::{Shared, Trouble};
use axum::Json;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use time::{Duration, OffsetDateTime};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Exchange {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({"error": error}))).into_response()
}

/// Id and secret of HTTP Basic, both form-encoded inside it (RFC 6749 §2.3.1).
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let decoded = String::from_utf8(STANDARD.decode(text.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let plain = |part: &str| {
        let whole = format!("v={part}");
        url::form_urlencoded::parse(whole.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    Some((plain(id)?, plain(secret)?))
}

/// `POST token`.
pub(crate) async fn exchange(
    State(standin): State<Shared>,
    headers: HeaderMap,
    Form(asked): Form<Exchange>,
) -> Response {
    let client = basic(&headers);
    let known = client.as_ref().filter(|(id, secret)| {
        standin.config.clients.iter().any(|client| client.id == *id && client.secret == *secret)
    });
    let Some((client_id, _)) = known else {
        return refused(StatusCode::UNAUTHORIZED, "unauthorized");
    };
    if asked.grant_type != "authorization_code" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    let now = standin.now();
    let Some(grant) = standin.store.take_code(&asked.code, now) else {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.code_verifier.as_bytes()));
    if grant.client_id != *client_id || grant.redirect_uri != asked.redirect_uri || grant.challenge != challenge {
        return refused(StatusCode::BAD_REQUEST, "invalid_grant");
    }
    match grant.trouble {
        Trouble::TokenServerError => return refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error"),
        Trouble::TokenGarbage => return "<html>メンテナンス中</html>".into_response(),
        Trouble::Slow => tokio::time::sleep(standin.config.slow_answer).await,
        Trouble::RotatedKey => standin.config.keys.rotate(),
        _ => {}
    }
    tokens(&standin, grant, now)
}

fn tokens(standin: &Shared, grant: Grant, now: OffsetDateTime) -> Response {
    let (Ok(jti), Ok(id_jti)) = (crate::random_text(22), crate::random_text(22)) else {
        return refused(StatusCode::INTERNAL_SERVER_ERROR, "server_error");
    };
    let seconds = |moment: OffsetDateTime| moment.unix_timestamp();
    let access = json!({
        "sub": grant.account.sub(), "azp": grant.client_id, "iss": standin.config.issuer,
        "iat": seconds(now), "exp": seconds(now + TOKEN_LIFE), "jti": jti,
    });
    let access = standin.config.keys.sign(&access, Signing::Right);
    let mut answer = json!({
        "access_token": access, "token_type": "Bearer", "expires_in": TOKEN_LIFE.whole_seconds(),
        "scope": grant.scopes.join(" "),
    });
    if grant.trouble != Trouble::NoIdToken
        && let Value::Object(answer) = &mut answer
    {
        answer.insert("id_token".to_owned(), json!(id_token(standin, &grant, &id_jti, now)));
    }
    standin.store.put_token(access, Grant { expires: now + TOKEN_LIFE, ..grant }, now);
    Json(answer).into_response()
}

/// Who signed in, for whom, when; no personal data (that is userinfo's).
fn id_token(standin: &Shared, grant: &Grant, jti: &str, now: OffsetDateTime) -> String {
    let trouble = grant.trouble;
    let issued = match trouble {
        Trouble::ExpiredIdToken => now - Duration::hours(2),
        Trouble::FutureIdToken => now + Duration::HOUR,
        _ => now,
    };
    let or = |bad: Trouble, wrong: &str, right: &str| if trouble == bad { wrong.to_owned() } else { right.to_owned() };
    let mut claims = json!({
        "iss": or(Trouble::WrongIss, "https://somewhere.invalid/oauth/", &standin.config.issuer),
        "aud": or(Trouble::WrongAud, "another-site", &grant.client_id),
        "nonce": or(Trouble::WrongNonce, "another-nonce", &grant.nonce),
        "sub": grant.account.sub(),
        "iat": issued.unix_timestamp(),
        "exp": (issued + TOKEN_LIFE).unix_timestamp(),
        "auth_time": grant.agreed.unix_timestamp(),
        "jti": jti,
    });
    if let (Some(acr), Value::Object(claims)) = (&grant.acr, &mut claims) {
        claims.insert("acr".to_owned(), json!(acr));
    }
    let how = match trouble {
        Trouble::UnknownKid => Signing::UnknownKey,
        Trouble::BadSignature => Signing::Broken,
        Trouble::UnsignedIdToken => Signing::Unsigned,
        _ => Signing::Right,
    };
    standin.config.keys.sign(&claims, how)
}
