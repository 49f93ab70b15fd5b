//! 日次: what happens once a day happens once, whichever worker comes first.

use hojo_db::{DbError, Tx};
use hojo_words::jst;
use time::{Duration, OffsetDateTime};

/// Takes the turn of the day that began when `hour` (0–23) last struck in Japan; `false` when somebody has it.
/// The caller's transaction holds it: what is written together with the turn happens once.
///
/// # Errors
/// [`DbError`] when the turn cannot be stored.
pub async fn takes_turn(tx: &mut Tx, name: &str, hour: i64) -> Result<bool, DbError> {
    let slot = slot(tx.now().await?.utc(), hour);
    let taken = sqlx::query!("insert into schedules (name, slot) values ($1, $2) on conflict do nothing", name, slot)
        .execute(tx.sql())
        .await?;
    Ok(taken.rows_affected() > 0)
}

/// The last time the hour struck.
fn slot(now: OffsetDateTime, hour: i64) -> OffsetDateTime {
    let today = jst::start_of_day(jst::jst_date(now)) + Duration::hours(hour);
    if now < today { today - Duration::days(1) } else { today }
}

#[cfg(test)]
mod tests {
    use super::slot;
    use time::macros::datetime;

    #[test]
    fn the_day_turns_when_its_hour_strikes_in_japan() {
        let at = |now| slot(now, 3).to_offset(time::UtcOffset::UTC);
        assert_eq!(at(datetime!(2026-11-22 17:59:59 UTC)), datetime!(2026-11-21 18:00 UTC));
        assert_eq!(at(datetime!(2026-11-22 18:00 UTC)), datetime!(2026-11-22 18:00 UTC));
        assert_eq!(at(datetime!(2026-11-23 10:00 UTC)), datetime!(2026-11-22 18:00 UTC));
    }
}
