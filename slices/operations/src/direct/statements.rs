//! Statements of office IT out of the server's own log (`log_destination = jsonlog`) into the sealed statement log.

use hojo_db::{DbError, Tx};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::FormatItem;
use time::macros::format_description;
use uuid::Uuid;

const MOMENT: &[FormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond] UTC");

/// One statement as the server wrote it.
struct Said {
    at: OffsetDateTime,
    /// The same line read twice is one row.
    id: Uuid,
    login: String,
    address: String,
    session: String,
    statement: String,
}

/// Takes the statements of office IT's logins out of lines of the server's log. Lines taken before are left out.
/// Gives back how many were new.
///
/// # Errors
/// [`DbError`] when they cannot be written.
pub async fn take_statements<'l>(tx: &mut Tx, lines: impl Iterator<Item = &'l str>) -> Result<u64, DbError> {
    let mut new = 0;
    for said in lines.filter_map(read) {
        let person = sqlx::query!("select person from database_access where login = $1", said.login)
            .fetch_optional(tx.sql())
            .await?
            .map_or_else(|| "（記録にない利用者）".to_owned(), |r| r.person);
        let done = sqlx::query!(
            "insert into statement_log (at, id, login, person, address, session, statement)
             values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
            said.at,
            said.id,
            said.login,
            person,
            said.address,
            said.session,
            said.statement
        )
        .execute(tx.sql())
        .await?;
        new += done.rows_affected();
    }
    Ok(new)
}

fn read(line: &str) -> Option<Said> {
    let v: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| v.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let login = text("user");
    if !login.starts_with("hojo_it_") {
        return None;
    }
    let message = text("message");
    let statement = message
        .strip_prefix("statement: ")
        .or_else(|| message.strip_prefix("execute ").and_then(|m| m.split_once(": ")).map(|(_, s)| s))?
        .to_owned();
    let at = time::PrimitiveDateTime::parse(&text("timestamp"), MOMENT).ok()?.assume_utc();
    let session = text("session_id");
    let line_number = v.get("line_num").and_then(Value::as_u64).unwrap_or_default();
    let hash = Sha256::digest(format!("{session}/{line_number}/{login}/{message}"));
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Some(Said { at, id: Uuid::from_bytes(id), login, address: text("remote_host"), session, statement })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_statements_of_office_it_are_taken() {
        let line = r#"{"timestamp":"2026-11-23 01:02:03.456 UTC","user":"hojo_it_abcdefgh","remote_host":"10.0.0.1","session_id":"a.1","line_num":3,"message":"statement: select 1"}"#;
        let said = read(line).unwrap();
        assert_eq!((said.statement.as_str(), said.at.millisecond()), ("select 1", 456));
        assert_eq!(said.id, read(line).unwrap().id);
        assert!(read(&line.replace("hojo_it_abcdefgh", "hojo_office")).is_none());
        assert!(read(&line.replace("statement: ", "duration: ")).is_none());
        assert!(read("not json").is_none());
        let prepared = line.replace("statement: select 1", "execute s1: select 2");
        assert_eq!(read(&prepared).unwrap().statement, "select 2");
    }
}
