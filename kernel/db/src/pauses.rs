//! Pauses after failed sign-ins. They grow for one login from one address; what others try on somebody's name from
//! elsewhere never keeps that person out of a network they have signed in from before.

use std::net::IpAddr;
use std::time::Duration;

use time::{Duration as Span, OffsetDateTime};
use uuid::Uuid;

use crate::error::DbError;
use crate::tx::Tx;

/// Failures of a login from one address before the first pause; each further one doubles it up to an hour.
const FREE: i32 = 5;
const FIRST: i64 = 15;
const LONGEST: i64 = 3_600;
/// Failures of a login from everywhere within an hour, after which networks it never came from wait.
const UNDER_ATTACK: i64 = 20;
/// Failures older than this are forgotten.
const MEMORY: Span = Span::hours(1);

/// The network an address belongs to, as wide as one place: /24, or /48.
fn network(address: &str) -> Option<String> {
    match address.parse::<IpAddr>().ok()? {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            Some(format!("{a}.{b}.{c}.0/24"))
        }
        IpAddr::V6(v6) => {
            let [a, b, c, ..] = v6.segments();
            Some(format!("{a:x}:{b:x}:{c:x}::/48"))
        }
    }
}

fn pause(failures: i32) -> Option<Span> {
    let over = failures.checked_sub(FREE).filter(|o| *o >= 0)?;
    Some(Span::seconds((FIRST << over.min(10)).min(LONGEST)))
}

impl Tx {
    /// How long this login has to wait at this address, if it has to. Asked in a gate transaction, before the
    /// answer to a password is given; the same for logins that do not exist.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn sign_in_pause(&mut self, login: &str, address: &str) -> Result<Option<Duration>, DbError> {
        let now = self.now().await?.utc();
        let row = sqlx::query!(
            r#"select max(until_at) filter (where address = $2) as own,
                      coalesce(sum(failures), 0) as "n!", max(last_at) as last
               from sign_in_pauses where login = $1 and last_at > $3"#,
            login,
            address,
            now - MEMORY
        )
        .fetch_one(self.sql())
        .await?;
        let mut until: Option<OffsetDateTime> = row.own;
        if row.n >= UNDER_ATTACK && !self.is_known_place(login, address).await? {
            let more = i32::try_from((row.n - UNDER_ATTACK) / 5).unwrap_or(i32::MAX);
            let wait = row.last.zip(pause(more.saturating_add(FREE))).map(|(last, wait)| last + wait);
            until = until.max(wait);
        }
        Ok(until.and_then(|u| Duration::try_from(u - now).ok()).filter(|d| !d.is_zero()))
    }

    async fn is_known_place(&mut self, login: &str, address: &str) -> Result<bool, DbError> {
        let Some(network) = network(address) else { return Ok(false) };
        let row = sqlx::query!(
            r#"select exists (select from known_places k join staff s on s.id = k.staff_id
                              where s.login = $1 and k.network = $2::text::cidr) as "known!""#,
            login,
            network
        )
        .fetch_one(self.sql())
        .await?;
        Ok(row.known)
    }

    /// One more failure of this login from this address.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn sign_in_failed(&mut self, login: &str, address: &str) -> Result<(), DbError> {
        let now = self.now().await?.utc();
        let row = sqlx::query!(
            "insert into sign_in_pauses (login, address, failures, last_at) values ($1, $2, 1, $3)
             on conflict (login, address) do update
                 set failures = case when sign_in_pauses.last_at > $4 then sign_in_pauses.failures + 1 else 1 end, last_at = $3
             returning failures",
            login,
            address,
            now,
            now - MEMORY
        )
        .fetch_one(self.sql())
        .await?;
        sqlx::query!(
            "update sign_in_pauses set until_at = $3 where login = $1 and address = $2",
            login,
            address,
            pause(row.failures).map(|p| now + p)
        )
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// The person came in: the pause of this address is over, and its network is known.
    ///
    /// # Errors
    /// [`DbError`] when it cannot be written.
    pub async fn sign_in_succeeded(&mut self, staff: Uuid, login: &str, address: &str) -> Result<(), DbError> {
        let now = self.now().await?.utc();
        sqlx::query!("delete from sign_in_pauses where login = $1 and address = $2", login, address)
            .execute(self.sql())
            .await?;
        if let Some(network) = network(address) {
            sqlx::query!(
                "insert into known_places (staff_id, network, last_at) values ($1, $2::text::cidr, $3)
                 on conflict (staff_id, network) do update set last_at = excluded.last_at",
                staff,
                network,
                now
            )
            .execute(self.sql())
            .await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        assert_eq!(pause(4), None);
        assert_eq!(pause(5), Some(Span::seconds(15)));
        assert_eq!(pause(6), Some(Span::seconds(30)));
        assert_eq!(pause(12), Some(Span::seconds(1_920)));
        assert_eq!(pause(13), Some(Span::hours(1)));
        assert_eq!(pause(i32::MAX), Some(Span::hours(1)));
    }

    #[test]
    fn a_place_is_as_wide_as_a_network() {
        assert_eq!(network("192.0.2.77").as_deref(), Some("192.0.2.0/24"));
        assert_eq!(network("2001:db8:7:1::9").as_deref(), Some("2001:db8:7::/48"));
        assert_eq!(network(""), None);
    }
}
