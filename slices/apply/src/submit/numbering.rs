//! 受付番号, and the answers by which a case is called.

use hojo_db::Tx;
use hojo_programme::Edition;
use hojo_web::Fault;
use hojo_words::ids::RoundId;

use crate::desk::Desk;

/// The next number of a round: what the programme puts first (`receipt_prefix`), the round's code and five digits,
/// `2026-R1-00012`. The prefix keeps the numbers of programmes apart whose rounds are called alike.
pub(super) async fn next(tx: &mut Tx, round: RoundId, edition: &Edition) -> Result<String, Fault> {
    let row = sqlx::query!("select code from rounds where id = $1", round.0).fetch_one(tx.sql()).await?;
    let n = tx.next_receipt(round).await?;
    let prefix = edition.programme.texts.get("receipt_prefix").map_or("", String::as_str);
    Ok(number(prefix, &row.code, n))
}

fn number(prefix: &str, round: &str, n: i32) -> String {
    format!("{prefix}{}-{n:05}", round.to_uppercase())
}

/// A case keeps its number; each later version carries its own mark behind it.
pub(super) fn of_version(number: &str, n: i32) -> String {
    if n <= 1 { number.to_owned() } else { format!("{number}-{n}") }
}

/// 事業計画名, as people read it.
pub(super) fn title(desk: &Desk) -> String {
    desk.procedure.names.title.as_deref().map_or_else(String::new, |field| desk.judged.reading.display(field))
}

/// 申請枠: the key of the frame the case competes in.
pub(super) fn frame(desk: &Desk) -> String {
    desk.procedure.names.frame.as_deref().map_or_else(String::new, |field| desk.answers.text(field).to_owned())
}

/// 申請額: what the filing asks to be decided, in yen.
pub(super) fn requested(desk: &Desk) -> Option<i64> {
    hojo_case::requested(&desk.procedure, &desk.judged.reading)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_names_its_round_and_a_version_its_number() {
        assert_eq!(number("", "2026-r1", 12), "2026-R1-00012");
        assert_eq!(number("AT-", "r1", 123_456), "AT-R1-123456");
        assert_eq!(of_version("2026-R1-00012", 1), "2026-R1-00012");
        assert_eq!(of_version("2026-R1-00012", 2), "2026-R1-00012-2");
    }
}
