//! Sealing the logs: what became certain is put into the tree, and a signed checkpoint over it is written, in one
//! transaction that one worker at a time can hold. Requests know nothing of this: they write their row.

use hojo_seal::{Checkpoint, Frontier, Hash, Row, RowId, Signed, Signer, Trust, from_hex, to_hex};
use uuid::Uuid;

use crate::error::DbError;
use crate::tx::Tx;

/// Why nothing was sealed. Sealing over any of these would hide it.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error(transparent)]
    Db(#[from] DbError),
    /// The last checkpoint is of a key that is not believed here, or the own key is not.
    #[error("the last checkpoint was not signed by a trusted key")]
    Key,
    /// What is stored about the tree does not give the last signed root.
    #[error("the stored tree is not the one that was signed last")]
    Tree,
    /// The copy kept elsewhere knows more than the database, or other things.
    #[error("the database is behind its checkpoints: it was rolled back or changed")]
    RolledBack,
    /// Transactions are numbered from below again: the data was moved to another server.
    #[error("the transactions of this server are younger than the log")]
    Restored,
}

/// What one turn did.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Turn {
    /// Rows sealed.
    pub rows: usize,
    /// `false`: another worker was sealing.
    pub mine: bool,
}

/// Rows of one turn, so that its transaction stays short.
pub const BATCH: usize = 2_000;

struct State {
    origin: String,
    tree: Frontier,
    xid: String,
    id: Uuid,
    last: Option<Signed>,
}

/// Seals what is certain by now: rows whose transaction, and every older one, has ended.
///
/// # Errors
/// [`SealError`]; nothing was written then, and the caller raises the alarm.
pub async fn turn(tx: &mut Tx, signer: &Signer, trust: &Trust, witness: Option<&Signed>) -> Result<Turn, SealError> {
    let at = tx.now().await?.utc();
    let Some(mut state) = hold(tx).await? else { return Ok(Turn::default()) };
    sound(tx, &state, signer, trust, witness).await?;
    let rows = certain(tx, &state.xid, state.id).await?;
    let Some(newest) = rows.last() else { return Ok(Turn { rows: 0, mine: true }) };
    let first = state.tree.size();
    let hashes: Vec<Hash> = rows.iter().map(|r| r.row.leaf()).collect();
    for hash in &hashes {
        state.tree.push(*hash);
    }
    let micros = i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap_or(i64::MAX);
    let previous = state.last.as_ref().and_then(Signed::checkpoint);
    let signed = signer.sign(&Checkpoint {
        origin: state.origin.clone(),
        size: state.tree.size(),
        root: state.tree.root(),
        // A clock that was set back must not make the chain of moments go back.
        at: previous.as_ref().map_or(micros, |p| micros.max(p.at)),
        previous: previous.map_or([0; 32], |p| p.hash()),
    });
    write_leaves(tx, first, &rows, &hashes).await?;
    write_checkpoint(tx, &signed).await?;
    let peaks: Vec<Vec<u8>> = state.tree.peaks().iter().map(|p| p.to_vec()).collect();
    sqlx::query!(
        "update log_sealing set size = $1, peaks = $2, xid = $3::text::xid8, id = $4, turn_at = $5",
        number(state.tree.size()),
        &peaks,
        newest.xid,
        newest.id,
        at
    )
    .execute(tx.sql())
    .await
    .map_err(DbError::from)?;
    Ok(Turn { rows: rows.len(), mine: true })
}

/// The state, locked; `None` while another worker holds it.
async fn hold(tx: &mut Tx) -> Result<Option<State>, SealError> {
    let row =
        sqlx::query!(r#"select origin, size, peaks, xid::text as "xid!", id from log_sealing for update skip locked"#)
            .fetch_optional(tx.sql())
            .await
            .map_err(DbError::from)?;
    let Some(r) = row else { return Ok(None) };
    let peaks = r.peaks.into_iter().map(Hash::try_from).collect::<Result<Vec<_>, _>>().map_err(|_| SealError::Tree)?;
    let tree = Frontier::restore(u64::try_from(r.size).unwrap_or(u64::MAX), peaks).ok_or(SealError::Tree)?;
    let last = last_checkpoint(tx).await?;
    Ok(Some(State { origin: r.origin, tree, xid: r.xid, id: r.id, last }))
}

/// Refuses to go on over anything that is not as it was signed.
async fn sound(
    tx: &mut Tx,
    state: &State,
    signer: &Signer,
    trust: &Trust,
    witness: Option<&Signed>,
) -> Result<(), SealError> {
    if let Some(w) = witness
        && checkpoint_at(tx, w.size).await?.as_ref() != Some(w)
    {
        return Err(SealError::RolledBack);
    }
    match &state.last {
        None if state.tree.size() > 0 => return Err(SealError::Tree),
        None => {}
        Some(last) => {
            let c = last.verified(trust).ok_or(SealError::Key)?;
            if c.size != state.tree.size() || c.root != state.tree.root() {
                return Err(SealError::Tree);
            }
        }
    }
    if !trust.holds(&signer.public()) {
        return Err(SealError::Key);
    }
    let ahead =
        sqlx::query!(r#"select pg_snapshot_xmax(pg_current_snapshot()) > $1::text::xid8 as "ahead!""#, state.xid)
            .fetch_one(tx.sql())
            .await
            .map_err(DbError::from)?;
    if ahead.ahead { Ok(()) } else { Err(SealError::Restored) }
}

/// A row with its place in the order of sealing.
struct Certain {
    xid: String,
    id: Uuid,
    row: Row,
}

/// Rows after the given place whose transaction, and every older one, has ended. The columns of each log stand
/// here and in [`leaves`], in the same order: this order is part of the seal.
async fn certain(tx: &mut Tx, xid: &str, id: Uuid) -> Result<Vec<Certain>, DbError> {
    let rows = sqlx::query!(
        r#"select r.xid::text as "xid!", r.log as "log!", (extract(epoch from r.at) * 1000000)::bigint as "at!", r.id as "id!",
                  r.fields as "fields!: Vec<Option<String>>"
           from (
             (select xid, 'operation' as log, at, id,
                     array[xid::text, site, actor_kind, actor_id::text, actor_name, permission, object, outcome, detail::text, request_id, address] as fields
              from operation_log
              where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit $3)
             union all
             (select xid, 'access', at, id,
                     array[xid::text, site, actor_kind, actor_id::text, actor_name, permission, case_id::text, applicant_id::text, request_id, address]
              from access_log
              where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit $3)
             union all
             (select xid, 'statement', at, id, array[xid::text, login, person, address, session, statement]
              from statement_log
              where (xid, id) > ($1::text::xid8, $2) and xid < pg_snapshot_xmin(pg_current_snapshot()) order by xid, id limit $3)
           ) r order by r.xid, r.id limit $3"#,
        xid,
        id,
        i64::try_from(BATCH).unwrap_or(i64::MAX)
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Certain {
            xid: r.xid,
            id: r.id,
            row: Row { key: RowId { log: r.log, at: r.at, id: r.id.to_string() }, fields: r.fields },
        })
        .collect())
}

async fn write_leaves(tx: &mut Tx, first: u64, rows: &[Certain], hashes: &[Hash]) -> Result<(), DbError> {
    let numbers: Vec<i64> = (first..).take(rows.len()).map(number).collect();
    let logs: Vec<String> = rows.iter().map(|r| r.row.key.log.clone()).collect();
    let moments: Vec<i64> = rows.iter().map(|r| r.row.key.at).collect();
    let ids: Vec<Uuid> = rows.iter().map(|r| r.id).collect();
    let hashes: Vec<Vec<u8>> = hashes.iter().map(|h| h.to_vec()).collect();
    // In whole microseconds: a sum of a moment and an interval is exact, a float of seconds is not.
    sqlx::query!(
        "insert into log_leaves (number, log, at, id, hash)
         select n, log, timestamptz 'epoch' + at * interval '1 microsecond', id, hash
         from unnest($1::bigint[], $2::text[], $3::bigint[], $4::uuid[], $5::bytea[]) as l (n, log, at, id, hash)",
        &numbers,
        &logs,
        &moments,
        &ids,
        &hashes
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

async fn write_checkpoint(tx: &mut Tx, c: &Signed) -> Result<(), DbError> {
    let bytes = |hex: &str| from_hex::<32>(hex).map(|h| h.to_vec()).unwrap_or_default();
    sqlx::query!(
        "insert into log_checkpoints (size, origin, root, at, previous, key, signature) values ($1, $2, $3, $4, $5, $6, $7)",
        number(c.size),
        c.origin,
        bytes(&c.root),
        c.at,
        bytes(&c.previous),
        bytes(&c.key),
        from_hex::<64>(&c.signature).map(|s| s.to_vec()).unwrap_or_default()
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// Checkpoints of more leaves than `after`, the smallest first.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn checkpoints(tx: &mut Tx, after: u64, limit: i64) -> Result<Vec<Signed>, DbError> {
    let rows = sqlx::query!(
        "select size, origin, root, at, previous, key, signature from log_checkpoints where size > $1 order by size limit $2",
        number(after),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Signed {
            origin: r.origin,
            size: u64::try_from(r.size).unwrap_or_default(),
            root: to_hex(&r.root),
            at: r.at,
            previous: to_hex(&r.previous),
            key: to_hex(&r.key),
            signature: to_hex(&r.signature),
        })
        .collect())
}

async fn checkpoint_at(tx: &mut Tx, size: u64) -> Result<Option<Signed>, DbError> {
    let found = checkpoints(tx, size.saturating_sub(1), 1).await?;
    Ok(found.into_iter().find(|c| c.size == size))
}

/// The newest checkpoint.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn last_checkpoint(tx: &mut Tx) -> Result<Option<Signed>, DbError> {
    let last = sqlx::query!("select max(size) as size from log_checkpoints").fetch_one(tx.sql()).await?;
    match last.size.and_then(|s| u64::try_from(s).ok()) {
        Some(size) => checkpoint_at(tx, size).await,
        None => Ok(None),
    }
}

/// A leaf as stored, with the row it stands for.
#[derive(Clone, Debug)]
pub struct Leaf {
    pub number: u64,
    pub key: RowId,
    pub hash: Vec<u8>,
    pub row: Option<Row>,
}

/// Leaves from `from` on, in order.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn leaves(tx: &mut Tx, from: u64, limit: i64) -> Result<Vec<Leaf>, DbError> {
    let rows = sqlx::query!(
        r#"select l.number, l.log, (extract(epoch from l.at) * 1000000)::bigint as "at!", l.id, l.hash,
                  case l.log
                    when 'operation' then (
                      select array[o.xid::text, o.site, o.actor_kind, o.actor_id::text, o.actor_name, o.permission, o.object, o.outcome, o.detail::text, o.request_id, o.address]
                      from operation_log o where o.at = l.at and o.id = l.id)
                    when 'access' then (
                      select array[a.xid::text, a.site, a.actor_kind, a.actor_id::text, a.actor_name, a.permission, a.case_id::text, a.applicant_id::text, a.request_id, a.address]
                      from access_log a where a.at = l.at and a.id = l.id)
                    when 'statement' then (
                      select array[s.xid::text, s.login, s.person, s.address, s.session, s.statement]
                      from statement_log s where s.at = l.at and s.id = l.id)
                  end as "fields?: Vec<Option<String>>"
           from log_leaves l where l.number >= $1 order by l.number limit $2"#,
        number(from),
        limit
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| {
            let key = RowId { log: r.log, at: r.at, id: r.id.to_string() };
            let row = r.fields.map(|fields| Row { key: key.clone(), fields });
            Leaf { number: u64::try_from(r.number).unwrap_or(u64::MAX), key, hash: r.hash, row }
        })
        .collect())
}

/// Rows in no leaf.
#[derive(Clone, Debug, Default)]
pub struct Loose {
    /// Older than what was sealed last: put in behind the seal. At most a thousand are named.
    pub inserted: Vec<RowId>,
    /// Younger: their turn is to come.
    pub waiting: u64,
}

/// Looks for rows in no leaf.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn loose(tx: &mut Tx) -> Result<Loose, DbError> {
    let rows = sqlx::query!(
        r#"with last as materialized (
             select coalesce(o.xid, a.xid, s.xid) as xid, l.id
             from (select log, at, id from log_leaves order by number desc limit 1) l
             left join operation_log o on l.log = 'operation' and o.at = l.at and o.id = l.id
             left join access_log a on l.log = 'access' and a.at = l.at and a.id = l.id
             left join statement_log s on l.log = 'statement' and s.at = l.at and s.id = l.id)
           select r.log as "log!", (extract(epoch from r.at) * 1000000)::bigint as "at!", r.id as "id!",
                  coalesce((r.xid, r.id) <= (select xid, id from last), false) as "inserted!"
           from (select 'operation' as log, at, id, xid from operation_log
                 union all select 'access', at, id, xid from access_log
                 union all select 'statement', at, id, xid from statement_log) r
           where not exists (select from log_leaves l where l.id = r.id and l.at = r.at and l.log = r.log)"#
    )
    .fetch_all(tx.sql())
    .await?;
    let mut loose = Loose::default();
    for r in rows {
        if !r.inserted {
            loose.waiting += 1;
        } else if loose.inserted.len() < 1_000 {
            loose.inserted.push(RowId { log: r.log, at: r.at, id: r.id.to_string() });
        }
    }
    Ok(loose)
}

/// Are there leaves no checkpoint stands for? Sealing writes both at once.
///
/// # Errors
/// [`DbError`] when the server does not answer.
pub async fn unsigned_leaves(tx: &mut Tx) -> Result<bool, DbError> {
    let row = sqlx::query!(
        r#"select coalesce((select max(number) + 1 from log_leaves), 0) > coalesce((select max(size) from log_checkpoints), 0) as "more!""#
    )
    .fetch_one(tx.sql())
    .await?;
    Ok(row.more)
}

fn number(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
