//! 警報: what office IT must look at. One is open for each cause, however often it is raised.

use crate::error::DbError;
use crate::random;
use crate::tx::Tx;

impl Tx {
    /// Raises an alarm, or counts it once more while it is open. `true` when it is new.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn raise_alarm(&mut self, code: &str, detail: &str) -> Result<bool, DbError> {
        let at = self.now().await?.utc();
        let row = sqlx::query!(
            r#"insert into alarms (id, code, detail, first_at, last_at) values ($1, $2, $3, $4, $4)
               on conflict (code) where cleared_at is null
               do update set times = alarms.times + 1, last_at = excluded.last_at, detail = excluded.detail
               returning times"#,
            random::key(),
            code,
            detail,
            at
        )
        .fetch_one(self.sql())
        .await?;
        Ok(row.times == 1)
    }

    /// Closes the alarm of a cause that is gone. `true` when one was open.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn clear_alarm(&mut self, code: &str) -> Result<bool, DbError> {
        let at = self.now().await?.utc();
        let done = sqlx::query!("update alarms set cleared_at = $2 where code = $1 and cleared_at is null", code, at)
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
