//! What the provider says about itself.

use crate::Shared;
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

pub(crate) async fn configuration(State(standin): State<Shared>) -> Json<Value> {
    Json(json!({
        "issuer": standin.config.issuer,
        "authorization_endpoint": standin.at("authorize"),
        "token_endpoint": standin.at("token"),
        "userinfo_endpoint": standin.at("userinfo"),
        "jwks_uri": standin.at("jwks"),
        "scopes_supported": crate::authorize::SCOPES,
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
    }))
}

pub(crate) async fn keys(State(standin): State<Shared>) -> Json<Value> {
    Json(standin.config.keys.published())
}
