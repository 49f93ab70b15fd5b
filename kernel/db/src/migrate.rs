//! Brings a database to the state of this build: migrations once each, in order, then roles,
//! rights and policies made anew. Run by the owner role; safe to run again and beside load.

use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::error::DbError;

const POLICIES: &[(&str, &str)] = &[
    ("00_roles.sql", include_str!("../../../db/policies/00_roles.sql")),
    ("10_rights.sql", include_str!("../../../db/policies/10_rights.sql")),
    ("20_functions.sql", include_str!("../../../db/policies/20_functions.sql")),
    ("21_guard.sql", include_str!("../../../db/policies/21_guard.sql")),
    ("22_lives.sql", include_str!("../../../db/policies/22_lives.sql")),
    ("25_files_site.sql", include_str!("../../../db/policies/25_files_site.sql")),
    ("30_logs.sql", include_str!("../../../db/policies/30_logs.sql")),
    ("35_database_access.sql", include_str!("../../../db/policies/35_database_access.sql")),
    ("40_office_it_views.sql", include_str!("../../../db/policies/40_office_it_views.sql")),
];

/// Applies everything that is missing. `owner_url` names the owner role.
///
/// # Errors
/// [`DbError`] with the statement's error; a migration that failed has left nothing behind.
pub async fn run(owner_url: &str) -> Result<(), DbError> {
    let mut conn = PgConnection::connect(owner_url).await?;
    // A statement that would wait behind a long reader gives up and is tried again, so that it
    // does not hold up everybody who comes after it.
    for attempt in 0u32.. {
        sqlx::raw_sql("set lock_timeout = '2s'").execute(&mut conn).await?;
        match migrate_once(&mut conn).await {
            Err(e) if attempt < 30 && (is_lock_timeout(&e) || is_role_race(&e)) => {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return other,
        }
    }
    Ok(())
}

async fn migrate_once(conn: &mut PgConnection) -> Result<(), DbError> {
    // Views hold on to the columns they show; they are made anew with the policies.
    sqlx::raw_sql("drop schema if exists office_it cascade").execute(&mut *conn).await?;
    sqlx::migrate!("../../db/migrations").run(&mut *conn).await.map_err(|e| match e {
        sqlx::migrate::MigrateError::Execute(e) => DbError::from(e),
        other => DbError::Corrupt(other.to_string()),
    })?;
    for (_, text) in POLICIES {
        let mut tx = conn.begin().await?;
        // Two runs on this database go one after the other here. The lock is its own: databases of one server still
        // meet in their roles, see `is_role_race`.
        sqlx::raw_sql("select pg_advisory_xact_lock(7215)").execute(&mut *tx).await?;
        sqlx::raw_sql(AssertSqlSafe(*text)).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn is_lock_timeout(e: &DbError) -> bool {
    matches!(e, DbError::Conflict(m) if m.contains("lock timeout"))
}

/// Roles are the cluster's: databases of one server that are migrated at once meet there, whatever lock each holds
/// in itself.
fn is_role_race(e: &DbError) -> bool {
    match e {
        DbError::Other(sqlx::Error::Database(d)) => d.message().contains("tuple concurrently updated"),
        // The other one made the same role or membership first: `pg_authid_…`, `pg_auth_members_…`.
        DbError::Conflict(index) => index.starts_with("pg_auth"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_that_somebody_made_first_is_tried_again_and_a_doubled_row_is_not() {
        assert!(is_role_race(&DbError::Conflict("pg_auth_members_role_member_index".into())));
        assert!(is_role_race(&DbError::Conflict("pg_authid_rolname_index".into())));
        assert!(!is_role_race(&DbError::Conflict("cases_number_key".into())));
    }
}
