//! 回復コード: ten codes for the day the phone is gone. Eighty random bits each, so a plain hash keeps
//! them; each is good once.

use hojo_db::{DbError, Tx, random};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const HOW_MANY: usize = 10;
/// No letter that reads like a digit or like another letter.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH: usize = 16;

/// Makes ten new codes; the old ones are worth nothing any more. Shown once, kept as hashes.
pub(crate) async fn renew(tx: &mut Tx, staff: Uuid) -> Result<Vec<String>, DbError> {
    let codes: Vec<String> = (0..HOW_MANY).map(|_| code()).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().filter_map(|c| plain(c)).map(|c| hash(staff, &c)).collect();
    sqlx::query!("delete from recovery_codes where staff_id = $1", staff).execute(tx.sql()).await?;
    sqlx::query!("insert into recovery_codes (staff_id, code_hash) select $1, unnest($2::bytea[])", staff, &hashes)
        .execute(tx.sql())
        .await?;
    Ok(codes)
}

/// Uses a code up. Gives how many are left, or nothing when it is not one of this person's.
pub(crate) async fn take(tx: &mut Tx, staff: Uuid, plain: &str) -> Result<Option<i64>, DbError> {
    let used = sqlx::query!(
        "update recovery_codes set used_at = clock_timestamp() where staff_id = $1 and code_hash = $2 and used_at is null",
        staff,
        hash(staff, plain)
    )
    .execute(tx.sql())
    .await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    left(tx, staff).await.map(Some)
}

/// How many are left.
pub(crate) async fn left(tx: &mut Tx, staff: Uuid) -> Result<i64, DbError> {
    let row =
        sqlx::query!(r#"select count(*) as "n!" from recovery_codes where staff_id = $1 and used_at is null"#, staff)
            .fetch_one(tx.sql())
            .await?;
    Ok(row.n)
}

/// The letters of a code as typed, if it can be one: sixteen of ours, whatever stands between them.
pub(crate) fn plain(typed: &str) -> Option<String> {
    let letters: String = hojo_words::text::fold_width(typed)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (letters.len() == LENGTH && letters.bytes().all(|b| LETTERS.contains(&b))).then_some(letters)
}

fn code() -> String {
    let letters: Vec<char> = random::bytes::<LENGTH>()
        .iter()
        .filter_map(|b| LETTERS.get(usize::from(b % 32)).map(|l| char::from(*l)))
        .collect();
    letters.chunks(4).map(|c| c.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

fn hash(staff: Uuid, plain: &str) -> Vec<u8> {
    Sha256::new().chain_update(staff.as_bytes()).chain_update(plain.as_bytes()).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let made = code();
        assert_eq!(made.len(), 19);
        let letters = plain(&made).expect("its own form");
        assert_eq!(plain(&made.to_lowercase().replace('-', " ")), Some(letters.clone()));
        assert_eq!(plain(&letters), Some(letters.clone()));
        assert_ne!(plain(&code()), Some(letters));
        for wrong in ["123456", "", "IIII-0000-1111-OOOO", "ABCD-EFGH-JKLM"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }
}
