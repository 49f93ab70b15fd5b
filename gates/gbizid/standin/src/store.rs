//! What is remembered between the endpoints: codes and access tokens, in memory, until they expire.

use crate::{Account, Trouble};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::{Duration, OffsetDateTime};

pub(crate) const CODE_LIFE: Duration = Duration::minutes(5);
pub(crate) const TOKEN_LIFE: Duration = Duration::seconds(3600);

/// What a person agreed to, waiting to be fetched.
#[derive(Clone)]
pub(crate) struct Grant {
    pub(crate) account: Arc<Account>,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) nonce: String,
    /// PKCE S256 challenge.
    pub(crate) challenge: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) trouble: Trouble,
    pub(crate) acr: Option<String>,
    pub(crate) agreed: OffsetDateTime,
    pub(crate) expires: OffsetDateTime,
}

#[derive(Default)]
pub(crate) struct Store {
    codes: Mutex<HashMap<String, Grant>>,
    tokens: Mutex<HashMap<String, Grant>>,
}

fn open(map: &Mutex<HashMap<String, Grant>>) -> MutexGuard<'_, HashMap<String, Grant>> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Above this many entries the expired ones are swept out first.
const SWEEP_ABOVE: usize = 5_000;

fn put(map: &Mutex<HashMap<String, Grant>>, key: String, grant: Grant, now: OffsetDateTime) {
    let mut map = open(map);
    if map.len() >= SWEEP_ABOVE {
        map.retain(|_, grant| grant.expires > now);
    }
    map.insert(key, grant);
}

impl Store {
    pub(crate) fn put_code(&self, code: String, grant: Grant, now: OffsetDateTime) {
        put(&self.codes, code, grant, now);
    }

    /// The grant behind a code; the code is gone afterwards, right or wrong.
    pub(crate) fn take_code(&self, code: &str, now: OffsetDateTime) -> Option<Grant> {
        open(&self.codes).remove(code).filter(|grant| grant.expires > now)
    }

    pub(crate) fn put_token(&self, token: String, grant: Grant, now: OffsetDateTime) {
        put(&self.tokens, token, grant, now);
    }

    pub(crate) fn token(&self, token: &str, now: OffsetDateTime) -> Option<Grant> {
        open(&self.tokens).get(token).filter(|grant| grant.expires > now).cloned()
    }
}
