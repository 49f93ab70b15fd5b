//! Which applicant an identity belongs to. The account is (issuer, sub); the applicant is the
//! 法人番号, or an own id for a sole proprietor. A mail address or a name never decides.

use hojo_db::{DbError, Tx, random};
use hojo_gbizid::{AccountKind, CorpKind, Identity};
use hojo_words::Now;
use hojo_words::ids::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

pub(crate) enum Admission {
    /// `changed`: what GビズID says about the company differs from the last time.
    In { account: AccountId, changed: bool },
    /// Signed in at GビズID, but this is no applicant we can tell apart.
    Refused(&'static str),
}

const NO_NUMBER: &str =
    "GビズIDに法人番号が登録されていないため、事業者を確認できませんでした。GビズIDの登録内容を確認してください。";
const NO_PARENT: &str = "このメンバーアカウントの親になるGビズIDプライムが、まだこのサイトにログインしていません。先にプライムのアカウントでログインしてください。";
const OTHER_COMPANY: &str = "このアカウントの法人番号が、前回のログイン時と異なります。事業の承継や合併の場合は、「GビズID引継ぎ」の手続が必要です。事務局へご連絡ください。";

/// Finds or makes the applicant and the account, and keeps what GビズID said.
pub(crate) async fn admit(tx: &mut Tx, who: &Identity, now: Now) -> Result<Admission, DbError> {
    let known = sqlx::query!(
        "select a.id, a.applicant_id, a.claims, p.corporate_number
         from accounts a join applicants p on p.id = a.applicant_id
         where a.issuer = $1 and a.sub = $2 for update of a",
        who.issuer,
        who.sub
    )
    .fetch_optional(tx.sql())
    .await?;
    let claims = claims(who);
    let number = who.corporate_number.as_ref().map(ToString::to_string);
    let (account, changed) = match known {
        Some(row) => {
            if number.is_some() && row.corporate_number.is_some() && number != row.corporate_number {
                return Ok(Admission::Refused(OTHER_COMPANY));
            }
            update(tx, row.id, who, &claims, now).await?;
            (AccountId(row.id), row.claims != claims)
        }
        None => {
            let applicant = match applicant_of(tx, who, number.as_deref()).await? {
                Ok(id) => id,
                Err(reason) => return Ok(Admission::Refused(reason)),
            };
            (insert(tx, applicant, who, &claims, now).await?, false)
        }
    };
    sqlx::query!(
        "insert into account_snapshots (account_id, taken_at, claims) values ($1, $2, $3) on conflict do nothing",
        account.0,
        now.utc(),
        who.raw
    )
    .execute(tx.sql())
    .await?;
    Ok(Admission::In { account, changed })
}

async fn applicant_of(
    tx: &mut Tx,
    who: &Identity,
    number: Option<&str>,
) -> Result<Result<Uuid, &'static str>, DbError> {
    if let (AccountKind::Member, Some(parent)) = (who.kind, &who.parent_sub) {
        let row = sqlx::query!("select applicant_id from accounts where issuer = $1 and sub = $2", who.issuer, parent)
            .fetch_optional(tx.sql())
            .await?;
        if let Some(row) = row {
            return Ok(Ok(row.applicant_id));
        }
        if number.is_none() {
            return Ok(Err(NO_PARENT));
        }
    }
    if let Some(applicant) = handed_over(tx, who, number).await? {
        return Ok(Ok(applicant));
    }
    let name = who.name.clone().unwrap_or_default();
    match (who.corp, number) {
        (_, Some(number)) => {
            let row = sqlx::query!(
                "insert into applicants (id, public_id, kind, corporate_number, name)
                 values ($1, $2, 'corporation', $3, $4)
                 on conflict (corporate_number) do update set corporate_number = excluded.corporate_number
                 returning id",
                random::key(),
                random::public_id().uuid(),
                number,
                name
            )
            .fetch_one(tx.sql())
            .await?;
            Ok(Ok(row.id))
        }
        (Some(CorpKind::SoleProprietor), None) => {
            let id = random::key();
            sqlx::query!(
                "insert into applicants (id, public_id, kind, name) values ($1, $2, 'sole_proprietor', $3)",
                id,
                random::public_id().uuid(),
                name
            )
            .execute(tx.sql())
            .await?;
            Ok(Ok(id))
        }
        _ => Ok(Err(NO_NUMBER)),
    }
}

/// GビズID引継ぎ: an account that the office was told of belongs to whom it was told of. A company with another
/// 法人番号 is another company, whatever was announced.
async fn handed_over(tx: &mut Tx, who: &Identity, number: Option<&str>) -> Result<Option<Uuid>, DbError> {
    let row = sqlx::query!(
        "select p.id, p.corporate_number from account_handovers h join applicants p on p.id = h.applicant_id
         where h.issuer = $1 and h.sub = $2",
        who.issuer,
        who.sub
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.filter(|r| r.corporate_number.as_deref() == number).map(|r| r.id))
}

async fn insert(tx: &mut Tx, applicant: Uuid, who: &Identity, claims: &Value, now: Now) -> Result<AccountId, DbError> {
    let id = random::key();
    sqlx::query!(
        "insert into accounts (id, issuer, sub, applicant_id, kind, parent_sub, display_name, email, claims,
                               created_at, signed_in_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)",
        id,
        who.issuer,
        who.sub,
        applicant,
        kind(who.kind),
        who.parent_sub,
        who.name.clone().unwrap_or_default(),
        who.email,
        claims,
        now.utc(),
    )
    .execute(tx.sql())
    .await?;
    Ok(AccountId(id))
}

async fn update(tx: &mut Tx, id: Uuid, who: &Identity, claims: &Value, now: Now) -> Result<(), DbError> {
    sqlx::query!(
        "update accounts set kind = $2, display_name = $3, email = $4, claims = $5, signed_in_at = $6 where id = $1",
        id,
        kind(who.kind),
        who.name.clone().unwrap_or_default(),
        who.email,
        claims,
        now.utc(),
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Prime => "prime",
        AccountKind::Member => "member",
        AccountKind::Entry => "entry",
    }
}

/// What the form and the letters call `account.*`; absent claims stay absent, so they are asked for.
fn claims(who: &Identity) -> Value {
    let join = |parts: &[Option<&str>]| {
        let text = parts.iter().flatten().copied().collect::<Vec<_>>().join("");
        Some(text).filter(|t| !t.is_empty())
    };
    let person = |sep: &str, last: &Option<String>, first: &Option<String>| match (last, first) {
        (Some(l), Some(f)) => Some(format!("{l}{sep}{f}")),
        (l, f) => l.clone().or_else(|| f.clone()),
    };
    let r = &who.representative;
    let prefecture = who.prefecture.as_ref().map(|p| p.name.as_str());
    json!({
        "name": who.name,
        "representative": person("　", &r.last, &r.first),
        "representative_kana": person("　", &r.last_kana, &r.first_kana),
        "prefecture": prefecture,
        "address": join(&[prefecture, who.address1.as_deref(), who.address2.as_deref()]),
        "phone": who.user.phone,
        "email": who.email,
    })
}
