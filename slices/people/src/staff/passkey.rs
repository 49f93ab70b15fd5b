//! パスキー: registering, signing in and proving with one. The ceremony is kept on the server between
//! its two halves and taken out once; user verification (a finger, a face, a PIN) is always asked.

use hojo_access::Access;
use hojo_db::{Mode, Tx, random};
use hojo_web::{Cx, Fault};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;
use uuid::Uuid;
use webauthn_rs::prelude::{
    CredentialID, DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Webauthn, WebauthnBuilder, WebauthnError,
};

use super::factors::{self, Person};

/// Minutes between the two halves.
const LASTS_MINUTES: i32 = 5;

/// What a script needs for `navigator.credentials`.
#[derive(Serialize)]
pub(crate) struct Begun {
    ceremony: String,
    #[serde(rename = "publicKey")]
    public_key: Value,
}

/// Why a passkey was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum No {
    /// Too late, used, or of another page.
    Over,
    /// Nobody's here, or not this person's.
    Unknown,
    /// The counter went back: there may be a copy of it.
    Cloned,
    Wrong,
    /// It is registered already.
    Twice,
}

impl No {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Over => "over",
            Self::Unknown => "unknown",
            Self::Cloned => "cloned",
            Self::Wrong => "wrong",
            Self::Twice => "twice",
        }
    }

    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Over => "時間が過ぎたため、パスキーを確認できませんでした。もう一度お試しください。",
            Self::Unknown => {
                "このパスキーは登録されていないか、削除されています。別のパスキーを使うか、パスワードでログインしてください。"
            }
            Self::Cloned => {
                "このパスキーは複製された可能性があるため、使えません。別の方法でログインし、事務局の管理者に連絡してください。"
            }
            Self::Wrong => "パスキーを確認できませんでした。もう一度お試しください。",
            Self::Twice => "このパスキーはすでに登録されています。別の機器を登録してください。",
        }
    }
}

fn service<A: Access>(cx: &Cx<A>) -> Result<Webauthn, Fault> {
    let origin = Url::parse(&cx.settings().base_url).map_err(|e| Fault::Internal(e.to_string()))?;
    let id = origin.host_str().unwrap_or_default().to_owned();
    WebauthnBuilder::new(&id, &origin)
        .and_then(|b| b.rp_name("補助金事務局システム").build())
        .map_err(|e| Fault::Internal(format!("passkeys: {e}")))
}

fn ours(e: WebauthnError) -> Fault {
    Fault::Internal(format!("passkeys: {e}"))
}

async fn keep<A: Access>(
    cx: &Cx<A>,
    kind: &str,
    staff: Option<Uuid>,
    state: &impl Serialize,
    public_key: Value,
) -> Result<Begun, Fault> {
    let token = random::token();
    let mut tx = cx.gate_tx(Mode::Write).await?;
    sqlx::query!(
        "insert into ceremonies (token_hash, kind, staff_id, state, created_at) values ($1, $2, $3, $4, clock_timestamp())",
        hash(&token),
        kind,
        staff,
        serde_json::to_value(state)?
    )
    .execute(tx.sql())
    .await?;
    tx.commit().await?;
    Ok(Begun { ceremony: token, public_key })
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// Takes a ceremony out, so that an answer counts once.
async fn take<T: DeserializeOwned>(
    tx: &mut Tx,
    kind: &str,
    staff: Option<Uuid>,
    token: &str,
) -> Result<Option<T>, Fault> {
    let row = sqlx::query!(
        "delete from ceremonies where token_hash = $1 and kind = $2 and staff_id is not distinct from $3
           returning state, created_at > clock_timestamp() - make_interval(mins => $4) as in_time",
        hash(token),
        kind,
        staff,
        LASTS_MINUTES
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.filter(|r| r.in_time == Some(true)).and_then(|r| serde_json::from_value(r.state).ok()))
}

fn options(answer: &impl Serialize) -> Result<Value, Fault> {
    let value = serde_json::to_value(answer)?;
    Ok(value.get("publicKey").cloned().unwrap_or(Value::Null))
}

/// First half of signing in: nobody is named, the browser offers what it has for this site.
pub(crate) async fn begin_sign_in<A: Access>(cx: &Cx<A>) -> Result<Begun, Fault> {
    let (answer, state) = service(cx)?.start_discoverable_authentication().map_err(ours)?;
    keep(cx, "sign_in", None, &state, options(&answer)?).await
}

/// Second half: who it is.
pub(crate) async fn finish_sign_in<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    ceremony: &str,
    answer: &str,
) -> Result<Result<Person, No>, Fault> {
    let Some(state) = take::<DiscoverableAuthentication>(tx, "sign_in", None, ceremony).await? else {
        return Ok(Err(No::Over));
    };
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(Err(No::Wrong)) };
    let service = service(cx)?;
    let Ok((person, credential)) = service.identify_discoverable_authentication(&answer) else {
        return Ok(Err(No::Wrong));
    };
    let Some(mut key) = load(tx, credential, person).await? else { return Ok(Err(No::Unknown)) };
    let Some(person) = factors::by_id(tx, person).await? else { return Ok(Err(No::Unknown)) };
    let result = service.finish_discoverable_authentication_v2(&answer, state, DiscoverableKey::from(&key));
    match result {
        Ok(result) => {
            key.update_credential(&result);
            used(tx, &key).await?;
            Ok(Ok(person))
        }
        Err(e) => Ok(Err(refused(&e))),
    }
}

/// First half of proving: only this person's own passkeys count.
pub(crate) async fn begin_proof<A: Access>(cx: &Cx<A>, staff: Uuid) -> Result<Option<Begun>, Fault> {
    let mut tx = cx.gate_tx(Mode::Read).await?;
    let keys = all(&mut tx, staff).await?;
    tx.commit().await?;
    if keys.is_empty() {
        return Ok(None);
    }
    let (answer, state) = service(cx)?.start_passkey_authentication(&keys).map_err(ours)?;
    keep(cx, "prove", Some(staff), &state, options(&answer)?).await.map(Some)
}

/// Second half.
pub(crate) async fn finish_proof<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    staff: Uuid,
    ceremony: &str,
    answer: &str,
) -> Result<Result<(), No>, Fault> {
    let Some(state) = take::<PasskeyAuthentication>(tx, "prove", Some(staff), ceremony).await? else {
        return Ok(Err(No::Over));
    };
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(Err(No::Wrong)) };
    let Some(mut key) = load(tx, answer.get_credential_id(), staff).await? else { return Ok(Err(No::Unknown)) };
    match service(cx)?.finish_passkey_authentication(&answer, &state) {
        Ok(result) => {
            // The ceremony knew an older counter when the key was used meanwhile elsewhere.
            key.update_credential(&result);
            used(tx, &key).await?;
            Ok(Ok(()))
        }
        Err(e) => Ok(Err(refused(&e))),
    }
}

/// First half of registering. The key must be able to say by itself whose it is.
pub(crate) async fn begin_registration<A: Access>(cx: &Cx<A>, person: &Person) -> Result<Begun, Fault> {
    let mut tx = cx.gate_tx(Mode::Read).await?;
    let known: Vec<CredentialID> = all(&mut tx, person.id).await?.iter().map(|k| k.cred_id().clone()).collect();
    tx.commit().await?;
    let (answer, state) =
        service(cx)?.start_passkey_registration(person.id, &person.login, &person.name, Some(known)).map_err(ours)?;
    let mut public_key = options(&answer)?;
    if let Some(selection) = public_key.get_mut("authenticatorSelection").and_then(Value::as_object_mut) {
        selection.insert("residentKey".into(), json!("required"));
        selection.insert("requireResidentKey".into(), json!(true));
    }
    keep(cx, "register", Some(person.id), &state, public_key).await
}

/// Second half: keeps the passkey under a name.
pub(crate) async fn finish_registration<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    staff: Uuid,
    ceremony: &str,
    answer: &str,
    name: &str,
) -> Result<Result<(), No>, Fault> {
    let Some(state) = take::<PasskeyRegistration>(tx, "register", Some(staff), ceremony).await? else {
        return Ok(Err(No::Over));
    };
    let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else { return Ok(Err(No::Wrong)) };
    let key = match service(cx)?.finish_passkey_registration(&answer, &state) {
        Ok(key) => key,
        Err(e) => return Ok(Err(refused(&e))),
    };
    let name: String = name.trim().chars().take(60).collect();
    let name = if name.is_empty() { "パスキー" } else { &name };
    let id: &[u8] = key.cred_id();
    let kept = sqlx::query!(
        "insert into passkeys (id, public_id, staff_id, credential_id, credential, name, created_at)
         values ($1, $2, $3, $4, $5, $6, clock_timestamp()) on conflict (credential_id) do nothing",
        random::key(),
        random::public_id().uuid(),
        staff,
        id,
        serde_json::to_value(&key)?,
        name
    )
    .execute(tx.sql())
    .await?;
    Ok(if kept.rows_affected() == 1 { Ok(()) } else { Err(No::Twice) })
}

fn refused(e: &WebauthnError) -> No {
    tracing::info!(error = %e, "a passkey was refused");
    match e {
        WebauthnError::CredentialPossibleCompromise => No::Cloned,
        WebauthnError::CredentialNotFound => No::Unknown,
        _ => No::Wrong,
    }
}

#[derive(Deserialize)]
#[serde(transparent)]
struct Kept(Passkey);

async fn load(tx: &mut Tx, credential: &[u8], staff: Uuid) -> Result<Option<Passkey>, Fault> {
    // Locked: two answers with one counter must not both be the first.
    let row = sqlx::query!(
        "select credential from passkeys where credential_id = $1 and staff_id = $2 for update",
        credential,
        staff
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| serde_json::from_value::<Kept>(r.credential)).transpose()?.map(|k| k.0))
}

async fn all(tx: &mut Tx, staff: Uuid) -> Result<Vec<Passkey>, Fault> {
    let rows = sqlx::query!("select credential from passkeys where staff_id = $1", staff).fetch_all(tx.sql()).await?;
    let keys = rows.into_iter().map(|r| serde_json::from_value::<Kept>(r.credential).map(|k| k.0));
    Ok(keys.collect::<Result<_, _>>()?)
}

async fn used(tx: &mut Tx, key: &Passkey) -> Result<(), Fault> {
    let id: &[u8] = key.cred_id();
    sqlx::query!(
        "update passkeys set credential = $2, used_at = clock_timestamp() where credential_id = $1",
        id,
        serde_json::to_value(key)?
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}
