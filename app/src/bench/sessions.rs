//! Live sessions of the benches' people, put in through the gate as signing in would.

use hojo_access::Site;
use hojo_db::{Db, Mode};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::place::Place;
use super::seed::{Kind, id, operators};

/// The cookie's value of application `n`'s account. Private databases hold nobody's sessions.
pub fn token(n: u32) -> String {
    format!("{n:064}")
}

/// Starts the sessions of these applications' accounts; ends what they had.
pub async fn applicants(place: &Place, ns: &[u32]) -> anyhow::Result<()> {
    let accounts: Vec<Uuid> = ns.iter().map(|n| id(Kind::Account, *n)).collect();
    let tokens: Vec<String> = ns.iter().map(|n| token(*n)).collect();
    start(place, Site::Portal, &accounts, &tokens).await
}

/// Starts sessions of the colleagues; gives their cookies, the manager's first.
pub async fn colleagues(place: &Place) -> anyhow::Result<Vec<String>> {
    let staff = operators(&place.setup().await?).await?;
    let tokens: Vec<String> = (0..staff.len()).map(|at| token(900_000_000 + u32::try_from(at).unwrap_or(0))).collect();
    start(place, Site::Office, &staff, &tokens).await?;
    Ok(tokens)
}

async fn start(place: &Place, site: Site, people: &[Uuid], tokens: &[String]) -> anyhow::Result<()> {
    let hashes: Vec<Vec<u8>> = tokens.iter().map(|t| Sha256::digest(t.as_bytes()).to_vec()).collect();
    let db = Db::connect_site(&place.config.db(), site, place.clock()).await?;
    let mut tx = db.gate().begin(Mode::Write).await?;
    sqlx::query!(
        "insert into sessions (id, token_hash, site, account_id, staff_id, idle_seconds, expires_at)
         select gen_random_uuid(), t.hash, $1, case when $1 = 'portal' then t.person end,
                case when $1 = 'office' then t.person end, 3600, clock_timestamp() + interval '12 hours'
         from unnest($2::uuid[], $3::bytea[]) as t(person, hash)
         on conflict (token_hash) do update set ended_at = null, seen_at = clock_timestamp(), expires_at = excluded.expires_at",
        site.code(),
        people,
        &hashes
    )
    .execute(tx.sql())
    .await?;
    Ok(tx.commit().await?)
}
