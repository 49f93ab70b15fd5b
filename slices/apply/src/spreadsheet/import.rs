//! The way back: inspected, read, shown beside what it replaces, taken only when the person says so.

use std::collections::BTreeMap;

use hojo_access::Access;
use hojo_db::Mode;
use hojo_programme::{FileKind, FileRule, Raw, RawRow};
use hojo_web::ui::form::{Action, Posted as Read};
use hojo_web::ui::{self, Problem, Shell};
use hojo_web::{Cx, Fault, Posted, PostedFiles, Reply};

use super::{preview, shape, sheet, typed};
use crate::attach::slot;
use crate::desk::{self, Desk};
use crate::fill::{self, Told};

/// A sheet with only numbers and words is small.
const MAX_BYTES: u64 = 5 * 1024 * 1024;

pub(crate) async fn import<A: Access>(cx: Cx<A>, posted: PostedFiles) -> Result<Reply, Fault> {
    let id: String = cx.param("field")?;
    let mut tx = cx.tx().await?;
    let (_, mut desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let at = openable(&desk, &id)?;
    if posted.fields.has("_version") {
        let read = desk.read(at, &posted.fields.0);
        if let Some(collided) = fill::store(&cx, &mut tx, &mut desk, at, &read).await? {
            return Ok(collided);
        }
    }
    tx.commit().await?;
    let file = posted.files.into_iter().find(|f| f.field == "import");
    let taken = match file {
        Some(file) => taken(&desk, &id, file).await,
        None => Err("取り込むExcelファイルを選んでください。".to_owned()),
    };
    let mut tx = cx.tx().await?;
    let page: Shell = match taken {
        Ok(taken) => preview::page(&cx, &desk, at, &id, &taken)?,
        Err(why) => {
            let told = Told { problems: vec![Problem::at(&id, why)], ..Told::default() };
            let page = fill::section_page(&cx, &mut tx, &desk, at, told, false).await?;
            return Ok(Reply::refused(&page));
        }
    };
    Ok(Reply::page(&page))
}

async fn taken(desk: &Desk, id: &str, file: hojo_web::PostedFile) -> Result<sheet::Taken, String> {
    let rule = FileRule {
        kinds: vec![FileKind::Xlsx],
        max_bytes: MAX_BYTES,
        min_count: 0,
        max_count: 1,
        max_pages: None,
        name: String::new(),
    };
    let fit = slot::fit(&rule, file).await.map_err(|(name, _, why)| format!("「{name}」：{why}"))?;
    let field = desk.form().field(id).cloned().ok_or_else(String::new)?;
    let read = move || match shape(&field) {
        Some(table) => sheet::read(&field, table, &fit.bytes),
        None => Err(String::new()),
    };
    let taken = tokio::task::spawn_blocking(read).await;
    let taken = taken.map_err(|_| "ファイルを読めませんでした。元のファイルを保存し直してください。".to_owned())??;
    if taken.rows.iter().all(RawRow::is_empty) && taken.refused.is_empty() {
        return Err("入力された行がありません。入力してから取り込んでください。".to_owned());
    }
    Ok(taken)
}

/// The section of a table that may be filled by a sheet now.
fn openable(desk: &Desk, id: &str) -> Result<usize, Fault> {
    fill::still_open(desk)?;
    let field = desk.form().field(id).ok_or(Fault::NotFound)?;
    let section = desk.section_of(id).ok_or(Fault::NotFound)?;
    if shape(field).is_none() || !desk.open.field(id) {
        return Err(Fault::NotFound);
    }
    Ok(desk.section(&section.id)?.0)
}

/// Takes the rows of the preview. They are the person's own words: read and judged like typed ones.
pub(crate) async fn confirm<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let id: String = cx.param("field")?;
    let mut tx = cx.tx().await?;
    let (_, mut desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let at = openable(&desk, &id)?;
    let rows: Vec<RawRow> = serde_json::from_str(posted.get("rows")).map_err(|_| Fault::NotFound)?;
    let field = desk.form().field(&id).cloned().ok_or(Fault::NotFound)?;
    let table = shape(&field).ok_or(Fault::NotFound)?;
    let known: Vec<&str> = typed(table).map(|c| c.id.as_str()).collect();
    let clean = |row: RawRow| {
        row.into_iter().filter(|(c, raw)| known.contains(&c.as_str()) && is_plain(raw)).collect::<RawRow>()
    };
    let rows: Vec<RawRow> = rows.into_iter().take(table.max_rows()).map(clean).collect();
    let read = Read {
        patch: BTreeMap::from([(id.clone(), Raw::Rows(rows))]),
        action: Action::Other("import".to_owned()),
        version: posted.get("_version").parse().ok(),
    };
    if let Some(collided) = fill::store(&cx, &mut tx, &mut desk, at, &read).await? {
        return Ok(collided);
    }
    tx.commit().await?;
    let section = desk.section_of(&id).ok_or(Fault::NotFound)?;
    Ok(Reply::see_other(&format!("{}?saved=1#{}", desk.way.section(&section.id), ui::dom_id(&id))))
}

fn is_plain(raw: &Raw) -> bool {
    matches!(raw, Raw::Text(_) | Raw::Many(_))
}
