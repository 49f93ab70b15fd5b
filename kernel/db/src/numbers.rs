//! Numbers people read: 受付番号 and 文書番号. Gaps are allowed and explained by the events.

use hojo_words::ids::RoundId;

use crate::error::DbError;
use crate::tx::Tx;

impl Tx {
    /// The next 受付番号 of a round, without the round's prefix. The row stays locked until
    /// commit, so two submissions never share a number.
    ///
    /// # Errors
    /// [`DbError`] when the counter cannot be reached.
    pub async fn next_receipt(&mut self, round: RoundId) -> Result<i32, DbError> {
        let row = sqlx::query!(
            "insert into receipt_numbers as r (round_id, last) values ($1, 1)
             on conflict (round_id) do update set last = r.last + 1
             returning last",
            round.0
        )
        .fetch_one(self.sql())
        .await?;
        Ok(row.last)
    }

    /// The next 文書番号 under a symbol in a fiscal year (April start).
    ///
    /// # Errors
    /// [`DbError`] when the counter cannot be reached.
    pub async fn next_letter_number(&mut self, symbol: &str, fiscal_year: i32) -> Result<i32, DbError> {
        let row = sqlx::query!(
            "insert into letter_numbers as n (symbol, fiscal_year, last) values ($1, $2, 1)
             on conflict (symbol, fiscal_year) do update set last = n.last + 1
             returning last",
            symbol,
            fiscal_year
        )
        .fetch_one(self.sql())
        .await?;
        Ok(row.last)
    }
}
