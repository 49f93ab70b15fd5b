//! Monthly partitions of the logs, made before they are needed. A row that finds none is kept in the default
//! partition, so that nobody's work stops; that is raised as an alarm and mended here.

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode};
use hojo_words::jst;
use time::Date;

/// Months that are there before they begin, the present one included.
const AHEAD: u8 = 3;
/// Raised when rows had to go to the default partition.
const ALARM: &str = "log.partition";

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Made {
    /// Rows that were in a default partition.
    pub moved: i64,
}

/// Makes the partitions of this month and the next ones, and of every month the default partitions hold rows of.
///
/// # Errors
/// [`DbError`]; months that were finished until then stay made.
pub async fn make_partitions(db: &Db) -> Result<Made, DbError> {
    let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
    let mut month = first_of(jst::jst_date(tx.now().await?.utc()));
    let astray = sqlx::query!(
        r#"select date_trunc('month', at at time zone 'Asia/Tokyo')::date as "month!", count(*) as "rows!"
           from (select at from operation_log where tableoid = 'operation_log_default'::regclass
                 union all select at from access_log where tableoid = 'access_log_default'::regclass
                 union all select at from statement_log where tableoid = 'statement_log_default'::regclass) r
           group by 1"#
    )
    .fetch_all(tx.sql())
    .await?;
    let moved = astray.iter().map(|r| r.rows).sum();
    if moved > 0 {
        let detail = format!(
            "記録{moved}件が、月ごとの区画がないまま書かれました。記録は失われていません。区画を自動で作り直します。ワーカー（hojo work）が止まっていなかったか確かめてください。"
        );
        tx.raise_alarm(ALARM, &detail).await?;
    } else {
        tx.clear_alarm(ALARM).await?;
    }
    tx.commit().await?;
    let mut wanted: Vec<Date> = astray.into_iter().map(|r| r.month).collect();
    for _ in 0..AHEAD {
        wanted.push(month);
        month = next(month);
    }
    for month in wanted {
        // One transaction a month: its locks are held for one move only.
        let mut tx = db.begin(&Actor::Worker, Mode::Write).await?;
        sqlx::query!("select make_log_partition($1)", month).fetch_one(tx.sql()).await?;
        tx.commit().await?;
    }
    Ok(Made { moved })
}

fn first_of(day: Date) -> Date {
    day.replace_day(1).unwrap_or(day)
}

fn next(month: Date) -> Date {
    first_of(month.saturating_add(time::Duration::days(31)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn months_follow_each_other() {
        assert_eq!(next(date!(2026 - 01 - 01)), date!(2026 - 02 - 01));
        assert_eq!(next(date!(2026 - 12 - 01)), date!(2027 - 01 - 01));
        assert_eq!(first_of(date!(2028 - 02 - 29)), date!(2028 - 02 - 01));
    }
}
