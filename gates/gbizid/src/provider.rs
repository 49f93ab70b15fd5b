//! The real gate: OpenID Connect code flow with PKCE against GビズID (guideline 2.9 as restated in public material).

use crate::breaker::Breaker;
use crate::http::{Http, HttpProblem};
use crate::office::{OfficeProof, OfficeProvider};
use crate::verify::{self, Proven, Rejected};
use crate::{BeginRequest, Callback, GbizId, Identity, ProviderState, Redirect, SignInProblem, StoredAttempt, claims};
use async_trait::async_trait;
use hojo_words::Now;
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJsonWebKeySet, CoreJwsSigningAlgorithm,
    CoreProviderMetadata, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AuthenticationContextClass, AuthorizationCode, ClientId, ClientSecret, CsrfToken, DiscoveryError,
    IssuerUrl, LoginHint, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse as _,
};
use std::sync::Arc;
use time::Duration;
use tokio::sync::RwLock;

pub use crate::http::SetUpProblem;

/// Discovery is read again after this; keys also whenever an unknown one turns up.
const METADATA_LIFE: Duration = Duration::hours(1);

/// How this site is known to GビズID.
#[derive(Clone)]
pub struct Config {
    /// With its trailing slash; compared byte for byte, e.g. `https://gbiz-id.go.jp/oauth/`.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: String,
    /// Exactly as registered.
    pub redirect_uri: String,
    /// Sent explicitly always; `openid` is added.
    pub scopes: Vec<String>,
    /// For one call from connecting to the last byte.
    pub time_out: std::time::Duration,
    /// Development only: lets the stand-in be reached without TLS on this machine.
    pub plain_http_on_loopback: bool,
    /// PEM certificates to trust besides the public ones.
    pub extra_authorities: Option<String>,
    /// How strongly people must be recognised, asked for as `acr_values`. GビズID has none.
    pub acr_values: Vec<String>,
}

impl Config {
    /// The usual scopes and a time-out of 10 seconds; TLS required.
    pub fn new(issuer: &str, client_id: &str, client_secret: &str, redirect_uri: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: client_secret.to_owned(),
            redirect_uri: redirect_uri.to_owned(),
            scopes: ["profile", "user", "email"].map(str::to_owned).to_vec(),
            time_out: std::time::Duration::from_secs(10),
            plain_http_on_loopback: false,
            extra_authorities: None,
            acr_values: vec![],
        }
    }
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// GビズID over OpenID Connect. One per process; cheap to share.
pub struct OpenIdGbizId {
    config: Config,
    issuer: IssuerUrl,
    redirect_uri: RedirectUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    http: Http,
    breaker: Breaker,
    metadata: RwLock<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    metadata: Arc<CoreProviderMetadata>,
    read: Now,
}

impl OpenIdGbizId {
    /// # Errors
    /// Addresses that are none, or not https where they must be; broken extra certificates. No call is made.
    pub fn new(config: Config) -> Result<Self, SetUpProblem> {
        let http = Http::new(config.time_out, config.plain_http_on_loopback, config.extra_authorities.as_deref())?;
        let issuer = IssuerUrl::new(config.issuer.clone());
        let issuer = issuer.ok().filter(|url| http.may_call(url.url()));
        let issuer = issuer.ok_or_else(|| SetUpProblem::Address { what: "issuer", address: config.issuer.clone() })?;
        let redirect_uri = RedirectUrl::new(config.redirect_uri.clone())
            .map_err(|_| SetUpProblem::Address { what: "redirect_uri", address: config.redirect_uri.clone() })?;
        Ok(Self {
            issuer,
            redirect_uri,
            client_id: ClientId::new(config.client_id.clone()),
            client_secret: ClientSecret::new(config.client_secret.clone()),
            http,
            breaker: Breaker::default(),
            metadata: RwLock::new(None),
            config,
        })
    }

    /// Counts the outcome of one call for the breaker and turns it into words.
    fn transport(&self, problem: &HttpProblem, now: Now) -> SignInProblem {
        tracing::warn!(%problem, "call to GビズID failed");
        if matches!(problem, HttpProblem::NotHttps(_)) {
            return SignInProblem::ProviderMisconfigured;
        }
        self.breaker.failed(now);
        if matches!(problem, HttpProblem::Slow) { SignInProblem::ProviderSlow } else { SignInProblem::ProviderDown }
    }

    /// What is known of the provider, if it may be called now. The call that is let through while the breaker is open
    /// reads discovery again: it finds out whether the provider is back, and takes its keys as they are now.
    async fn ready(&self, now: Now) -> Result<Arc<CoreProviderMetadata>, SignInProblem> {
        if !self.breaker.admit(now) {
            return Err(SignInProblem::ProviderDown);
        }
        if self.breaker.down_since().is_some() { self.discover(now).await } else { self.metadata(now).await }
    }

    async fn metadata(&self, now: Now) -> Result<Arc<CoreProviderMetadata>, SignInProblem> {
        if let Some(known) = self.metadata.read().await.as_ref()
            && now.utc() - known.read.utc() < METADATA_LIFE
        {
            return Ok(Arc::clone(&known.metadata));
        }
        self.discover(now).await
    }

    async fn discover(&self, now: Now) -> Result<Arc<CoreProviderMetadata>, SignInProblem> {
        let metadata = match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => metadata,
            Err(DiscoveryError::Request(problem)) => return Err(self.transport(&problem, now)),
            Err(error) => {
                tracing::error!(%error, "discovery does not fit the configuration");
                return Err(SignInProblem::ProviderMisconfigured);
            }
        };
        self.check(&metadata)?;
        self.breaker.succeeded();
        let metadata = Arc::new(metadata);
        *self.metadata.write().await = Some(Known { metadata: Arc::clone(&metadata), read: now });
        Ok(metadata)
    }

    fn check(&self, metadata: &CoreProviderMetadata) -> Result<(), SignInProblem> {
        let rs256 = CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256;
        let signs = metadata.id_token_signing_alg_values_supported().contains(&rs256);
        // Byte for byte: a missing slash is another issuer.
        let same = metadata.issuer().as_str() == self.config.issuer;
        let complete = metadata.token_endpoint().is_some() && metadata.userinfo_endpoint().is_some();
        let safe = self.http.may_call(metadata.authorization_endpoint().url());
        if signs && same && complete && safe {
            return Ok(());
        }
        tracing::error!(signs, same, complete, safe, "discovery does not fit the configuration");
        Err(SignInProblem::ProviderMisconfigured)
    }

    async fn exchange(
        &self,
        metadata: &CoreProviderMetadata,
        code: &str,
        stored: &StoredAttempt,
        now: Now,
    ) -> Result<(AccessToken, CoreIdToken), SignInProblem> {
        let client = CoreClient::from_provider_metadata(
            metadata.clone(),
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect_uri.clone());
        let answer: Result<CoreTokenResponse, _> = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(|_| SignInProblem::ProviderMisconfigured)?
            .set_pkce_verifier(PkceCodeVerifier::new(stored.pkce_verifier.clone()))
            .request_async(&self.http)
            .await;
        let tokens = match answer {
            Ok(tokens) => tokens,
            Err(RequestTokenError::Request(problem)) => return Err(self.transport(&problem, now)),
            Err(RequestTokenError::ServerResponse(refusal)) => {
                tracing::warn!(error = refusal.error().as_ref(), "token endpoint refused");
                return Err(match refusal.error().as_ref() {
                    "invalid_grant" => SignInProblem::CodeExpired,
                    "invalid_client" | "unauthorized" | "unauthorized_client" => SignInProblem::ClientRefused,
                    _ => SignInProblem::RequestRefused,
                });
            }
            Err(error) => {
                tracing::warn!(%error, "token endpoint answered something unreadable");
                return Err(SignInProblem::TokenInvalid);
            }
        };
        let id_token = tokens.id_token().cloned().ok_or(SignInProblem::TokenInvalid)?;
        Ok((tokens.access_token().clone(), id_token))
    }

    /// Checks the ID token; on an unknown key the keys are fetched again, once.
    async fn proven(
        &self,
        metadata: &CoreProviderMetadata,
        token: &CoreIdToken,
        stored: &StoredAttempt,
        now: Now,
    ) -> Result<Proven, SignInProblem> {
        let client = (&self.client_id, &self.client_secret);
        match verify::proven(metadata, client, token, stored, now) {
            Ok(proven) => return Ok(proven),
            Err(Rejected::For(problem)) => return Err(problem),
            Err(Rejected::UnknownKey) => {}
        }
        tracing::info!("unknown signing key, fetching the keys again");
        let fresh = self.fetch_keys(metadata, now).await?;
        verify::proven(&fresh, client, token, stored, now).map_err(|rejected| match rejected {
            Rejected::UnknownKey => SignInProblem::UnknownKey,
            Rejected::For(problem) => problem,
        })
    }

    async fn fetch_keys(
        &self,
        metadata: &CoreProviderMetadata,
        now: Now,
    ) -> Result<Arc<CoreProviderMetadata>, SignInProblem> {
        let keys = match CoreJsonWebKeySet::fetch_async(metadata.jwks_uri(), &self.http).await {
            Ok(keys) => keys,
            Err(DiscoveryError::Request(problem)) => return Err(self.transport(&problem, now)),
            Err(error) => {
                tracing::error!(%error, "the key set is unreadable");
                return Err(SignInProblem::ProviderMisconfigured);
            }
        };
        let fresh = Arc::new(metadata.clone().set_jwks(keys));
        *self.metadata.write().await = Some(Known { metadata: Arc::clone(&fresh), read: now });
        Ok(fresh)
    }

    /// Attributes of the account, read by ourselves: the library's typed claims would drop what they do not know.
    async fn userinfo(
        &self,
        metadata: &CoreProviderMetadata,
        token: &AccessToken,
        now: Now,
    ) -> Result<serde_json::Value, SignInProblem> {
        let endpoint = metadata.userinfo_endpoint().ok_or(SignInProblem::ProviderMisconfigured)?;
        let request = http::Request::get(endpoint.as_str())
            .header(http::header::AUTHORIZATION, format!("Bearer {}", token.secret()))
            .header(http::header::ACCEPT, "application/json")
            .body(Vec::new())
            .map_err(|_| SignInProblem::TokenInvalid)?;
        let answer = self.http.send(request).await.map_err(|problem| self.transport(&problem, now))?;
        match answer.status().as_u16() {
            200 => serde_json::from_slice(answer.body()).map_err(|error| {
                tracing::warn!(%error, "userinfo is no JSON");
                SignInProblem::UserinfoUnreadable
            }),
            status @ (401 | 403) => {
                tracing::warn!(status, "userinfo refused");
                Err(SignInProblem::UserinfoRefused)
            }
            status => {
                tracing::warn!(status, "userinfo answered unexpectedly");
                Err(SignInProblem::UserinfoUnreadable)
            }
        }
    }
}

#[async_trait]
impl GbizId for OpenIdGbizId {
    async fn begin(&self, request: &BeginRequest, now: Now) -> Result<Redirect, SignInProblem> {
        let metadata = self.ready(now).await?;
        let (state, nonce, verifier) = request.entropy.split();
        let pkce_verifier = PkceCodeVerifier::new(verifier.clone());
        let client = CoreClient::from_provider_metadata(
            CoreProviderMetadata::clone(&metadata),
            self.client_id.clone(),
            Some(self.client_secret.clone()),
        )
        .set_redirect_uri(self.redirect_uri.clone());
        let stored = StoredAttempt { state, nonce, pkce_verifier: verifier, begun: now };
        let (csrf, nonce) = (CsrfToken::new(stored.state.clone()), Nonce::new(stored.nonce.clone()));
        let mut url = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || csrf, move || nonce)
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&pkce_verifier));
        if request.ask_again {
            url = url.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        for acr in &self.config.acr_values {
            url = url.add_auth_context_value(AuthenticationContextClass::new(acr.clone()));
        }
        if let Some(hint) = &request.login_hint {
            url = url.set_login_hint(LoginHint::new(hint.clone()));
        }
        let (url, _, _) = url.url();
        Ok(Redirect { url: url.into(), stored })
    }

    async fn finish(&self, callback: &Callback, stored: &StoredAttempt, now: Now) -> Result<Identity, SignInProblem> {
        let code = callback.accepted_code(stored, &self.config.issuer, now)?;
        let metadata = self.ready(now).await?;
        let (access_token, id_token) = self.exchange(&metadata, code, stored, now).await?;
        let subject = self.proven(&metadata, &id_token, stored, now).await?.subject;
        let attributes = self.userinfo(&metadata, &access_token, now).await?;
        self.breaker.succeeded();
        claims::identity(&self.config.issuer, &subject, attributes)
    }

    fn state(&self, _now: Now) -> ProviderState {
        self.breaker.down_since().map_or(ProviderState::Up, |since| ProviderState::Down { since })
    }

    async fn probe(&self, now: Now) -> Result<(), SignInProblem> {
        self.discover(now).await.map(|_| ())
    }
}

#[async_trait]
impl OfficeProvider for OpenIdGbizId {
    async fn begin(&self, entropy: [u8; 96], now: Now) -> Result<Redirect, SignInProblem> {
        let request = BeginRequest { ask_again: true, ..BeginRequest::new(entropy) };
        GbizId::begin(self, &request, now).await
    }

    async fn finish(
        &self,
        callback: &Callback,
        stored: &StoredAttempt,
        now: Now,
    ) -> Result<OfficeProof, SignInProblem> {
        let code = callback.accepted_code(stored, &self.config.issuer, now)?;
        let metadata = self.ready(now).await?;
        let (_, id_token) = self.exchange(&metadata, code, stored, now).await?;
        let proven = self.proven(&metadata, &id_token, stored, now).await?;
        self.breaker.succeeded();
        Ok(OfficeProof {
            issuer: self.config.issuer.clone(),
            subject: proven.subject,
            ways: proven.ways,
            shown: proven.shown,
        })
    }
}
