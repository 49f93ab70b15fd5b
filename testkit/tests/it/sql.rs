//! Plain SQL for tests that look at the database from outside: every value comes back as its text.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// A connection that asks as whoever it logged in as.
pub struct Sql(PgConnection);

impl Sql {
    pub async fn connect(url: &str) -> Self {
        Self(PgConnection::connect(url).await.unwrap_or_else(|e| panic!("{url}: {e}")))
    }

    /// Rows of columns as text; NULL is an empty text.
    pub async fn try_rows(&mut self, sql: &str) -> Result<Vec<Vec<String>>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql)).fetch_all(&mut self.0).await?;
        let text = |row: &sqlx::postgres::PgRow, n: usize| {
            row.try_get_unchecked::<Option<String>, _>(n).unwrap().unwrap_or_default()
        };
        Ok(rows.iter().map(|row| (0..row.len()).map(|n| text(row, n)).collect()).collect())
    }

    pub async fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        self.try_rows(sql).await.unwrap_or_else(|e| panic!("{e}: {sql}"))
    }

    /// The first column of every row.
    pub async fn list(&mut self, sql: &str) -> Vec<String> {
        self.rows(sql).await.into_iter().map(|mut row| row.swap_remove(0)).collect()
    }

    /// The one value.
    pub async fn one(&mut self, sql: &str) -> String {
        let mut all = self.list(sql).await;
        assert_eq!(all.len(), 1, "{sql}");
        all.swap_remove(0)
    }

    pub async fn count(&mut self, sql: &str) -> i64 {
        self.one(sql).await.parse().unwrap()
    }

    pub async fn run(&mut self, sql: &str) {
        self.try_run(sql).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
    }

    pub async fn try_run(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        Ok(sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.0).await?.rows_affected())
    }

    /// The SQLSTATE a statement fails with; empty when it works. Nothing stays either way.
    pub async fn state_of(&mut self, role: &str, settings: &str, sql: &str) -> String {
        self.run("begin").await;
        self.run(&format!("set local role {role}; {settings}")).await;
        let done = self.try_run(sql).await;
        self.run("rollback").await;
        match done {
            Ok(_) => String::new(),
            Err(sqlx::Error::Database(e)) => e.code().unwrap_or_default().into_owned(),
            Err(e) => panic!("{e}: {sql}"),
        }
    }
}

/// A text as an SQL literal.
pub fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A public id as addresses write it, from its column.
pub fn public(uuid: &str) -> String {
    hojo_words::ids::PublicId::from_uuid(uuid.parse().unwrap()).to_string()
}
