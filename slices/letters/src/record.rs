//! The letters table: one row a letter, from due to delivered.

use hojo_access::Permission;
use hojo_db::{Audit, CaseRow, DbError, Outcome, Tx, random};
use hojo_jobs::Failure;
use hojo_programme::{Audience, LetterSpec};
use hojo_words::ids::{LetterId, PublicId};
use hojo_words::letter::LetterModel;
use serde_json::{Value, json};
use time::Date;

use crate::payload::{Owed, later};

/// Where a letter stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// 発行待ち: tried out, and issued when somebody says so
    Held,
    /// 作成待ち
    Due,
    /// 作成済み: printed, not yet shown to the addressee
    Sealed,
    /// 交付済み
    Delivered,
    /// 要対応: waits for a person of the office
    Stuck,
}

impl State {
    pub const ALL: [Self; 5] = [Self::Stuck, Self::Held, Self::Due, Self::Sealed, Self::Delivered];

    pub fn code(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Due => "due",
            Self::Sealed => "sealed",
            Self::Delivered => "delivered",
            Self::Stuck => "stuck",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.code() == code)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Held => "発行待ち",
            Self::Due => "作成待ち",
            Self::Sealed => "交付待ち",
            Self::Delivered => "交付済み",
            Self::Stuck => "要対応",
        }
    }

    /// Is there nothing more to make?
    pub fn is_made(self) -> bool {
        matches!(self, Self::Sealed | Self::Delivered)
    }
}

/// A letter's row as the making of it needs it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: LetterId,
    pub public_id: PublicId,
    pub state: State,
    pub serial: Option<i32>,
    pub issued_on: Option<Date>,
    /// The letter this one stands in place of.
    pub replaces: Option<Replaced>,
}

impl Row {
    /// Of a letter that is only looked at.
    pub fn unmade() -> Self {
        let (id, public_id) = (LetterId(uuid::Uuid::nil()), PublicId::from_bits(0));
        Self { id, public_id, state: State::Due, serial: None, issued_on: None, replaces: None }
    }
}

/// Does the office issue the letters of this procedure's decisions together?
pub async fn is_held(tx: &mut Tx, case: &CaseRow, procedure: &str) -> Result<bool, Failure> {
    let found = sqlx::query!(
        "select 1 as one from letter_holds where round_id = $1 and procedure = $2",
        case.round.0,
        procedure
    )
    .fetch_optional(tx.sql())
    .await
    .map_err(later)?;
    Ok(found.is_some())
}

/// A letter that was issued before: what the new one says of it.
#[derive(Clone, Debug)]
pub struct Replaced {
    pub number: String,
    pub day: Date,
}

/// The row of this letter, made as `first` when it is not there yet. The case is locked, so nobody makes it beside us.
pub async fn ensure(tx: &mut Tx, case: &CaseRow, spec: &LetterSpec, cause: &str, first: State) -> Result<Row, Failure> {
    insert(tx, case, spec, New { id: random::public_id(), cause, first, reason: None }).await?;
    let r = sqlx::query!(
        r#"select l.id, l.public_id, l.state, l.serial, l.issued_on, o.number as "old_number?", o.issued_on as "old_day?"
           from letters l left join letters o on o.id = l.replaces_id
           where l.case_id = $1 and l.kind = $2 and l.cause = $3 for update of l"#,
        case.id.0,
        spec.id,
        cause
    )
    .fetch_one(tx.sql())
    .await
    .map_err(later)?;
    let state = State::from_code(&r.state).ok_or_else(|| DbError::Corrupt(format!("letter state {}", r.state)))?;
    Ok(Row {
        id: LetterId(r.id),
        public_id: PublicId::from_uuid(r.public_id),
        state,
        serial: r.serial,
        issued_on: r.issued_on,
        replaces: r.old_number.zip(r.old_day).map(|(number, day)| Replaced { number, day }),
    })
}

/// The row of a letter that somebody issues by hand. `false`: the same page was sent before, and its letter is there.
pub async fn begin(
    tx: &mut Tx,
    case: &CaseRow,
    spec: &LetterSpec,
    id: PublicId,
    cause: &str,
    reason: &str,
) -> Result<bool, DbError> {
    insert(tx, case, spec, New { id, cause, first: State::Due, reason: Some(reason) }).await
}

/// What a new row says besides its case and its kind.
struct New<'n> {
    id: PublicId,
    cause: &'n str,
    first: State,
    /// Why somebody issues it by hand.
    reason: Option<&'n str>,
}

/// Whether this made the row: one letter of a kind for a cause.
async fn insert(tx: &mut Tx, case: &CaseRow, spec: &LetterSpec, new: New<'_>) -> Result<bool, DbError> {
    let now = tx.now().await?.utc();
    let made = sqlx::query!(
        "insert into letters (id, public_id, programme_id, round_id, applicant_id, case_id, kind, title, state, cause, created_at, reason)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (case_id, kind, cause) do nothing",
        random::key(),
        new.id.uuid(),
        case.programme,
        case.round.0,
        reader(case, spec),
        case.id.0,
        spec.id,
        spec.name,
        new.first.code(),
        new.cause,
        now,
        new.reason
    )
    .execute(tx.sql())
    .await?;
    Ok(made.rows_affected() > 0)
}

/// Keeps what a held letter would say, and why it could not be printed.
pub async fn keep_trial(
    tx: &mut Tx,
    letter: &Row,
    model: Option<&LetterModel>,
    problem: Option<&str>,
) -> Result<(), Failure> {
    let model = model.map(serde_json::to_value).transpose().map_err(later)?;
    sqlx::query!(
        "update letters set model = coalesce($2, model), problem = $3 where id = $1 and state = 'held'",
        letter.id.0,
        model,
        problem
    )
    .execute(tx.sql())
    .await
    .map_err(later)?;
    Ok(())
}

/// Whose letter it is: what goes to 中小機構 or stays in the office belongs to nobody whom row security knows.
fn reader(case: &CaseRow, spec: &LetterSpec) -> uuid::Uuid {
    match spec.audience {
        Audience::Applicant => case.applicant.0,
        Audience::Agency | Audience::Internal => uuid::Uuid::nil(),
    }
}

/// Keeps what a reminder is about, for making it again.
pub async fn keep_owed(tx: &mut Tx, letter: LetterId, owed: &Owed) -> Result<(), Failure> {
    let owed = serde_json::to_value(owed).map_err(later)?;
    sqlx::query!("update letters set owed = $2 where id = $1 and owed is null", letter.0, owed)
        .execute(tx.sql())
        .await
        .map_err(later)?;
    Ok(())
}

/// Keeps number and day: from here on the number belongs to this letter, printed or not.
pub async fn keep_serial(tx: &mut Tx, letter: LetterId, serial: Option<i32>, issued_on: Date) -> Result<(), Failure> {
    sqlx::query!("update letters set serial = $2, issued_on = $3 where id = $1", letter.0, serial, issued_on)
        .execute(tx.sql())
        .await
        .map_err(later)?;
    Ok(())
}

/// Is this 文書番号 another letter's?
pub async fn is_taken(tx: &mut Tx, letter: LetterId, number: &str) -> Result<bool, Failure> {
    let found = sqlx::query!("select 1 as one from letters where number = $1 and id <> $2", number, letter.0)
        .fetch_optional(tx.sql())
        .await
        .map_err(later)?;
    Ok(found.is_some())
}

/// Keeps what will be printed.
pub async fn keep_model(
    tx: &mut Tx,
    letter: LetterId,
    number: Option<&str>,
    model: &LetterModel,
) -> Result<(), Failure> {
    let model = serde_json::to_value(model).map_err(later)?;
    sqlx::query!(
        "update letters set state = 'due', problem = null, number = $2, model = $3 where id = $1",
        letter.0,
        number,
        model
    )
    .execute(tx.sql())
    .await
    .map_err(later)?;
    Ok(())
}

/// The letter waits for a person, with what is the matter and what to do.
pub async fn stick(tx: &mut Tx, letter: &Row, problem: &str) -> Result<(), Failure> {
    sqlx::query!(
        "update letters set state = 'stuck', problem = $2 where id = $1 and state in ('due', 'stuck')",
        letter.id.0,
        problem
    )
    .execute(tx.sql())
    .await
    .map_err(later)?;
    note(tx, letter.public_id, Outcome::Failed, json!({ "step": "stuck", "problem": problem })).await
}

/// A printed letter.
#[derive(Clone, Debug)]
pub struct Printed {
    pub model: LetterModel,
    pub sha256: String,
    pub size: i64,
    pub pages: i32,
    /// Invisible characters the press left out.
    pub notes: usize,
}

/// Seals a letter. `false`: another job sealed it first, and its PDF is the letter.
pub async fn seal(tx: &mut Tx, letter: &Row, printed: &Printed) -> Result<bool, Failure> {
    let now = tx.now().await?.utc();
    let model = serde_json::to_value(&printed.model).map_err(later)?;
    let done = sqlx::query!(
        "update letters set state = 'sealed', problem = null, model = $2, sha256 = $3, size = $4, pages = $5, sealed_at = $6
         where id = $1 and state in ('due', 'stuck')",
        letter.id.0,
        model,
        printed.sha256,
        printed.size,
        printed.pages,
        now
    )
    .execute(tx.sql())
    .await
    .map_err(later)?;
    if done.rows_affected() == 0 {
        return Ok(false);
    }
    let detail = json!({
        "step": "sealed", "number": printed.model.number, "sha256": printed.sha256, "left_out": printed.notes
    });
    note(tx, letter.public_id, Outcome::Done, detail).await?;
    Ok(true)
}

/// A line of the letter's history, kept in the operation log.
pub async fn note(tx: &mut Tx, letter: PublicId, outcome: Outcome, detail: Value) -> Result<(), Failure> {
    let audit = Audit::system("letters");
    tx.log_operation(&audit, Permission::IssueLetter, &object(letter), outcome, detail).await?;
    Ok(())
}

/// How the operation log names a letter.
pub fn object(letter: PublicId) -> String {
    format!("letter:{letter}")
}
