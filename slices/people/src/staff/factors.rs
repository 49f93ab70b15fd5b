//! What a person shows to come in or to prove that they are still there: a password with a one-time
//! code, or a recovery code in its place. Somebody unknown costs the same work as somebody known.

use std::sync::LazyLock;
use std::time::Duration;

use hojo_access::Access;
use hojo_db::{DbError, Mode, Tx};
use hojo_web::{Cx, Fault};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::password::{Accepted, Totp, hash_password, totp_secret, verify};
use super::recovery;

/// Hashing is heavy on purpose; a storm of sign-ins must not take all processors.
static HASHING: Semaphore = Semaphore::const_new(2);
/// Checked for names that do not exist, so that they take as long as those that do.
static NOBODY_SECRET: LazyLock<String> = LazyLock::new(totp_secret);
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password("nobody has this password").unwrap_or_default());

/// Somebody who may have factors.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub id: Uuid,
    pub login: String,
    pub name: String,
    pub password_hash: Option<String>,
    pub totp_secret: Option<String>,
    pub totp_last_step: i64,
}

/// Which factor it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Way {
    Passkey,
    Code,
    /// So many are left.
    RecoveryCode(i64),
}

impl Way {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Passkey => "passkey",
            Self::Code => "password and code",
            Self::RecoveryCode(_) => "password and recovery code",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Right(Way),
    Wrong,
    /// The right code, and not for the first time.
    CodeUsed,
}

impl Verdict {
    /// What the person reads.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::CodeUsed => {
                "このワンタイムパスワードはすでに使われています。次の番号が表示されてから入力してください。"
            }
            Self::Wrong | Self::Right(_) => {
                "ログインID、パスワードまたはワンタイムパスワードが正しくありません。続けて間違えると、しばらくログインできなくなります。"
            }
        }
    }
}

/// The person with a login, if the account is open.
pub(crate) async fn by_login(tx: &mut Tx, login: &str) -> Result<Option<Person>, DbError> {
    let row = sqlx::query_as!(
        Person,
        "select id, login, name, password_hash, totp_secret, totp_last_step
         from staff where login = $1 and disabled_at is null",
        login
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row)
}

/// The person with a key, if the account is open.
pub(crate) async fn by_id(tx: &mut Tx, id: Uuid) -> Result<Option<Person>, DbError> {
    let row = sqlx::query_as!(
        Person,
        "select id, login, name, password_hash, totp_secret, totp_last_step
         from staff where id = $1 and disabled_at is null",
        id
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row)
}

/// Checks password and code. Gives the transaction in which the code was used up or the failure was
/// counted: the caller writes the log into it and commits. `login` is what was typed, whoever it belongs to.
pub(crate) async fn check<A: Access>(
    cx: &Cx<A>,
    who: Option<&Person>,
    login: &str,
    password: &str,
    code: &str,
) -> Result<(Tx, Verdict), Fault> {
    let password: String = password.chars().take(1_000).collect();
    let hash = who.and_then(|w| w.password_hash.clone()).unwrap_or_else(|| NOBODY.clone());
    let right = {
        let _slot = tokio::time::timeout(Duration::from_secs(5), HASHING.acquire()).await.map_err(|_| Fault::Busy)?;
        tokio::task::spawn_blocking(move || verify(&password, &hash))
            .await
            .map_err(|e| Fault::Internal(e.to_string()))?
    };
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let at = tx.now().await?.utc();
    let address = &cx.request().address;
    let paused = tx.sign_in_pause(login, address).await?.is_some();
    // The same statements for everybody; nobody has the key of zeros.
    let id = who.map_or(Uuid::nil(), |w| w.id);
    let verdict = match recovery::plain(code) {
        Some(plain) if right && !paused => match recovery::take(&mut tx, id, &plain).await? {
            Some(left) => Verdict::Right(Way::RecoveryCode(left)),
            None => Verdict::Wrong,
        },
        Some(_) => Verdict::Wrong,
        None => match accepted(who, code, at) {
            Some(step) if right && !paused => {
                if use_code(&mut tx, id, step).await? {
                    Verdict::Right(Way::Code)
                } else {
                    Verdict::CodeUsed
                }
            }
            _ => Verdict::Wrong,
        },
    };
    match verdict {
        Verdict::Right(_) => tx.sign_in_succeeded(id, login, address).await?,
        Verdict::Wrong if !paused => tx.sign_in_failed(login, address).await?,
        Verdict::Wrong | Verdict::CodeUsed => {}
    }
    Ok((tx, verdict))
}

/// The step of a code that is good. Without a person, or without an authenticator, the same is worked out for nothing.
fn accepted(who: Option<&Person>, code: &str, at: OffsetDateTime) -> Option<Accepted> {
    let secret = who.and_then(|w| w.totp_secret.as_deref());
    let accepted = Totp::from_base32(secret.unwrap_or(&NOBODY_SECRET))?.accept(code, at.unix_timestamp());
    // A step that was used, or one before it, is over: read here for speed, decided in use_code.
    let last = who.filter(|_| secret.is_some())?.totp_last_step;
    accepted.filter(|a| a.0 >= last)
}

/// Takes a code for good; `false` when somebody was faster with the same one.
async fn use_code(tx: &mut Tx, id: Uuid, step: Accepted) -> Result<bool, DbError> {
    let done = sqlx::query!("update staff set totp_last_step = $2 where id = $1 and totp_last_step < $2", id, step.0)
        .execute(tx.sql())
        .await?;
    Ok(done.rows_affected() == 1)
}
