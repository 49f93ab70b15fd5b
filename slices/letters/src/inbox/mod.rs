//! 通知書を読む: the applicant's own letters, as a page and as the sealed PDF. Opening one is written down.

mod view;

use hojo_access::{Actor, allow};
use hojo_db::{CaseRow, Mode, Tx};
use hojo_web::{Cx, Fault, Handed, Reply};
use hojo_words::ids::{LetterId, PublicId};
use hojo_words::letter::LetterModel;
use time::{Date, OffsetDateTime};

/// More letters than this nobody scrolls through; the case page leads to older ones.
const MOST: i64 = 200;

/// One letter of the list.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub id: PublicId,
    pub title: String,
    pub number: Option<String>,
    pub delivered_at: OffsetDateTime,
    pub read: bool,
    /// A corrected letter stands in its place.
    pub replaced: bool,
    pub case_number: String,
    pub case_title: String,
}

/// A delivered letter with the case it belongs to.
struct Letter {
    id: LetterId,
    public_id: PublicId,
    title: String,
    number: Option<String>,
    model: LetterModel,
    sha256: String,
    size: u64,
    pages: i32,
    delivered_at: OffsetDateTime,
    issued_on: Option<Date>,
    /// When it was opened first; none while this is the first time.
    read_at: Option<OffsetDateTime>,
    /// The letter it stands in place of, and the one that stands in its place.
    before: Option<Other>,
    after: Option<Other>,
    row: CaseRow,
}

/// Another letter: where it is and its number.
#[derive(Clone, Debug)]
pub(crate) struct Other {
    pub id: PublicId,
    pub number: String,
}

pub(crate) async fn list(cx: Cx<allow::ReadLetter>) -> Result<Reply, Fault> {
    let Actor::Applicant(me) = cx.actor() else { return Err(Fault::NotFound) };
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        r#"select l.public_id, l.title, l.number, l.delivered_at as "delivered_at!", l.read_at,
                  exists (select 1 from letters n where n.replaces_id = l.id and n.state = 'delivered') as "replaced!",
                  coalesce(c.number, r.number) as case_number, coalesce(c.title, r.title, '') as "case_title!"
           from letters l
           left join cases c on c.id = l.case_id
           left join lateral (
               select x.number, x.title from cases x
               where c.id is null and x.root_id is null and x.round_id = l.round_id and x.applicant_id = l.applicant_id
               order by x.standing = '', x.created_at desc limit 1) r on true
           where l.applicant_id = $1 and l.state = 'delivered'
           order by l.delivered_at desc, l.public_id limit $2"#,
        me.applicant.0,
        MOST
    )
    .fetch_all(tx.sql())
    .await?;
    tx.commit().await?;
    let lines: Vec<Line> = rows
        .into_iter()
        .map(|r| Line {
            id: PublicId::from_uuid(r.public_id),
            title: r.title,
            number: r.number,
            delivered_at: r.delivered_at,
            read: r.read_at.is_some(),
            replaced: r.replaced,
            case_number: r.case_number.unwrap_or_default(),
            case_title: r.case_title,
        })
        .collect();
    let page = cx.page("通知書", view::list(&lines, MOST)).breadcrumb(vec![home()]);
    Ok(Reply::page(&page))
}

pub(crate) async fn show(cx: Cx<allow::ReadLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let letter = open(&cx, &mut tx).await?;
    tx.commit().await?;
    cx.note_read(letter.id).await?;
    let facts = view::Facts {
        id: letter.public_id,
        case: letter.row.public_id,
        case_number: letter.row.number.clone().unwrap_or_default(),
        number: letter.number.clone().unwrap_or_default(),
        delivered_at: letter.delivered_at,
        size: letter.size,
        pages: letter.pages,
        sha256: letter.sha256.clone(),
        issued_on: letter.issued_on,
        read_at: letter.read_at,
        before: letter.before.clone(),
        after: letter.after.clone(),
    };
    let body = view::letter(&facts, &letter.model);
    let way = vec![home(), ("通知書".to_owned(), "/letters".to_owned())];
    Ok(Reply::page(&cx.page(letter.title, body).breadcrumb(way)))
}

pub(crate) async fn pdf(cx: Cx<allow::ReadLetter>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let letter = open(&cx, &mut tx).await?;
    let reply = cx.hand_over(&mut tx, Handed::Letter(letter.public_id)).await?;
    tx.commit().await?;
    cx.note_read(letter.id).await?;
    Ok(reply)
}

fn home() -> (String, String) {
    ("マイページ".to_owned(), "/me".to_owned())
}

/// The letter named in the address, if it was delivered and its case is this applicant's.
async fn open(cx: &Cx<allow::ReadLetter>, tx: &mut Tx) -> Result<Letter, Fault> {
    let id: PublicId = cx.param("letter")?;
    // What the office does of its own motion is not the applicant's to see, but its letter is: it stands under the case.
    let l = sqlx::query!(
        r#"select l.id, l.title, l.number, l.issued_on, l.read_at, l.model as "model!", l.sha256 as "sha256!", l.size as "size!", l.pages as "pages!",
                  l.delivered_at as "delivered_at!",
                  b.public_id as "before_id?", b.number as before_number, n.public_id as "after_id?", n.number as after_number,
                  coalesce(c.public_id, (
                      select x.public_id from cases x
                      where x.root_id is null and x.round_id = l.round_id and x.applicant_id = l.applicant_id
                      order by x.standing = '', x.created_at desc limit 1)) as "case_id!"
           from letters l left join cases c on c.id = l.case_id
           left join letters b on b.id = l.replaces_id
           left join letters n on n.replaces_id = l.id and n.state = 'delivered'
           where l.public_id = $1 and l.state = 'delivered'"#,
        id.uuid()
    )
    .fetch_optional(tx.sql())
    .await?
    .ok_or(Fault::NotFound)?;
    let (_, row) = tx.case::<allow::ReadLetter>(PublicId::from_uuid(l.case_id), Mode::Read).await?;
    Ok(Letter {
        id: LetterId(l.id),
        public_id: id,
        title: l.title,
        number: l.number,
        model: serde_json::from_value(l.model)?,
        sha256: l.sha256,
        size: u64::try_from(l.size).unwrap_or(0),
        pages: l.pages,
        delivered_at: l.delivered_at,
        issued_on: l.issued_on,
        read_at: l.read_at,
        before: other(l.before_id, l.before_number),
        after: other(l.after_id, l.after_number),
        row,
    })
}

fn other(id: Option<uuid::Uuid>, number: Option<String>) -> Option<Other> {
    Some(Other { id: PublicId::from_uuid(id?), number: number.unwrap_or_default() })
}
