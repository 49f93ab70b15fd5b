//! Before anybody is known: sessions and sign-in. Works as `hojo_gate`, which reaches accounts,
//! staff and sessions and not one row of any case.

use std::collections::{BTreeMap, BTreeSet};

use hojo_access::{AccountKind, Actor, Applicant, Limits, Permission, Site, Staff};
use hojo_words::ids::{AccountId, ApplicantId, RoundId, SessionId, StaffId};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::error::DbError;
use crate::pool::Db;
use crate::tx::{Mode, Tx};

/// The way in, for the sign-in pages and the session check.
pub struct Gate {
    db: Db,
}

/// A live session and the person it belongs to, with what the roles grant at this moment.
#[derive(Clone, Debug)]
pub struct OpenedSession {
    pub id: SessionId,
    /// Seconds until the session ends if nothing is done.
    pub seconds_left: u32,
    /// Seconds until it ends whatever is done.
    pub ends_in: u32,
    /// The browser is to be handed the token that follows.
    pub rotate: bool,
    /// A factor was shown a short while ago.
    pub fresh: bool,
    /// The watch asked for a factor, and none was shown since.
    pub asked: bool,
    /// The browser the session was started with; empty when unknown.
    pub user_agent: String,
    /// The address it was started from; empty when unknown.
    pub address: String,
    /// A jump to another network asks for the factor again.
    pub watch_network: bool,
    pub actor: Actor,
    /// Why this person may not come in from here and now, by `admission`: `cut`, `network`, `hours`.
    pub barred: Option<String>,
}

/// What a cookie's token opens.
#[derive(Clone, Debug)]
pub enum Opened {
    /// Nothing, or nothing any more.
    Nothing,
    Session(Box<OpenedSession>),
    /// A token this session had before came back late: somebody has a copy.
    Reused(SessionId),
}

/// What a link to a file says of itself.
#[derive(Clone, Copy, Debug)]
pub struct LinkTaken<'l> {
    /// SHA-256 of the link.
    pub hash: &'l [u8],
    pub until: OffsetDateTime,
    /// The session it was made in.
    pub session: Uuid,
    /// `file` or `letter`.
    pub kind: &'l str,
    pub object: Uuid,
}

/// What a link gave.
#[derive(Clone, Debug)]
pub enum Taken {
    File {
        name: String,
        sha256: String,
        media_type: String,
    },
    /// Why not: `expired`, `spent`, `ended` (the session), `held` (the file), `gone`.
    No(String),
}

impl Gate {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// A transaction that may touch sign-in data only.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time.
    pub async fn begin(&self, mode: Mode) -> Result<Tx, DbError> {
        self.db.begin_as(["hojo_gate", "", "", ""], mode, None).await
    }

    /// As [`Gate::begin`], for somebody who is known: the logs name them.
    ///
    /// # Errors
    /// [`DbError::Unavailable`] when no connection is free in time.
    pub async fn begin_for(&self, actor: &Actor, mode: Mode) -> Result<Tx, DbError> {
        self.db.begin_as(["hojo_gate", "", "", ""], mode, Some(actor.clone())).await
    }

    /// The session behind a cookie, if it lives. One statement; permissions are read anew each
    /// time, so that a withdrawn grant is gone with the next request on every node. `following` is
    /// the hash of the token this one will be replaced by when its time has come. `address` is where the
    /// request comes from; networks and hours are judged in the same statement.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn open_session(
        &self,
        token_hash: &[u8],
        following: &[u8],
        site: Site,
        address: &str,
    ) -> Result<Opened, DbError> {
        let row = sqlx::query!(
            r#"select session_id as "session_id!", state as "state!", seconds_left as "seconds_left!", ends_in as "ends_in!",
                      rotate as "rotate!", fresh as "fresh!", asked as "asked!", user_agent as "user_agent!", address as "address!",
                      watch_network as "watch_network!", account_id, applicant_id, account_kind, account_name,
                      staff_id, staff_kind, staff_name, permissions as "permissions!", limits as "limits!",
                      case when address_cut($4) or account_cut(account_id) then 'cut' when staff_id is not null
                           then admission(staff_id, $4, clock_timestamp() + make_interval(secs => $5)) end as barred
               from open_session($1, $2, $3)"#,
            token_hash,
            site.code(),
            following,
            address,
            self.db.clock().offset().as_seconds_f64()
        )
        .fetch_optional(self.db.pool())
        .await?;
        let Some(r) = row else { return Ok(Opened::Nothing) };
        if r.state == "reused" {
            return Ok(Opened::Reused(SessionId(r.session_id)));
        }
        let actor = match (r.account_id, r.applicant_id, r.staff_id) {
            (Some(account), Some(applicant), None) => Actor::Applicant(Applicant {
                account: AccountId(account),
                applicant: ApplicantId(applicant),
                kind: AccountKind::from_code(&r.account_kind.unwrap_or_default()).unwrap_or(AccountKind::Entry),
                name: r.account_name.unwrap_or_default(),
            }),
            (None, None, Some(staff)) => {
                let limits = serde_json::from_value(r.limits)?;
                staff_actor(staff, r.staff_kind.as_deref(), r.staff_name.unwrap_or_default(), &r.permissions, limits)
            }
            _ => return Ok(Opened::Nothing),
        };
        Ok(Opened::Session(Box::new(OpenedSession {
            id: SessionId(r.session_id),
            seconds_left: u32::try_from(r.seconds_left).unwrap_or(0),
            ends_in: u32::try_from(r.ends_in).unwrap_or(0),
            rotate: r.rotate,
            fresh: r.fresh,
            asked: r.asked,
            user_agent: r.user_agent,
            address: r.address,
            watch_network: r.watch_network,
            actor,
            barred: r.barred,
        })))
    }

    /// Is this address cut off? For requests without a session; those with one are told by [`Gate::open_session`].
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer.
    pub async fn is_cut(&self, address: &str) -> Result<bool, DbError> {
        let row = sqlx::query!(r#"select address_cut($1) as "cut!""#, address).fetch_one(self.db.pool()).await?;
        Ok(row.cut)
    }

    /// Takes a link to a file whose signature was found right; a link opens its file once. For the files site,
    /// whose login role may do this and nothing else.
    ///
    /// # Errors
    /// [`DbError`] when the server does not answer; whether the link was taken is then unknown.
    pub async fn take_link(&self, link: &LinkTaken<'_>) -> Result<Taken, DbError> {
        let row = sqlx::query!(
            r#"select state as "state!", name, sha256, media_type from take_link($1, $2, $3, $4, $5, $6)"#,
            link.hash,
            link.until,
            link.session,
            link.kind,
            link.object,
            self.db.clock().offset().as_seconds_f64()
        )
        .fetch_optional(self.db.pool())
        .await?;
        let Some(row) = row else { return Ok(Taken::No("gone".into())) };
        Ok(match (row.state.as_str(), row.name, row.sha256, row.media_type) {
            ("ready", Some(name), Some(sha256), Some(media_type)) => Taken::File { name, sha256, media_type },
            _ => Taken::No(row.state),
        })
    }

    /// Counts a page that was refused or does not exist, by minute, for the watch.
    ///
    /// # Errors
    /// [`DbError`]; the refusal is shown all the same.
    pub async fn count_refusal(&self, site: Site, address: &str, person: Option<Uuid>) -> Result<(), DbError> {
        let mut tx = self.begin(Mode::Write).await?;
        let now = tx.now().await?.utc();
        sqlx::query!(
            "insert into refusals (minute, site, address, actor_id, n, last_at) values (date_trunc('minute', $1::timestamptz), $2, $3, $4, 1, $1)
             on conflict (minute, site, address, coalesce(actor_id, '00000000-0000-0000-0000-000000000000'))
             do update set n = refusals.n + 1, last_at = excluded.last_at",
            now,
            site.code(),
            address,
            person
        )
        .execute(tx.sql())
        .await?;
        tx.commit().await
    }
}

/// `limits`: permission → the rounds of the teams it is held through.
fn staff_actor(
    id: Uuid,
    kind: Option<&str>,
    name: String,
    permissions: &[String],
    limits: BTreeMap<String, BTreeSet<Uuid>>,
) -> Actor {
    let whole: BTreeSet<Permission> = permissions.iter().filter_map(|p| Permission::from_code(p)).collect();
    let limited = limits
        .into_iter()
        .filter_map(|(code, rounds)| Some((Permission::from_code(&code)?, rounds.into_iter().map(RoundId).collect())));
    let (permissions, limits) = Limits::join(whole, limited);
    let person = Staff { staff: StaffId(id), name, permissions, limits };
    if kind == Some("reviewer") { Actor::Reviewer(person) } else { Actor::Staff(person) }
}
