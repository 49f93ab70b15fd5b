//! Two people, or two tabs: whoever saves second sees both texts and decides. Nothing is overwritten unasked.

use hojo_access::Access;
use hojo_db::Tx;
use hojo_programme::Raw;
use hojo_web::ui::form::Posted as Read;
use hojo_web::ui::{self, Compared, Tone};
use hojo_web::{Cx, Fault, Reply, html};
use serde::Serialize;
use uuid::Uuid;

use super::section::{self, Told};
use crate::desk::Desk;
use crate::draft::{self, Part};

/// One field on which the two differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Differs {
    pub name: String,
    pub label: String,
    pub theirs: String,
    #[serde(skip)]
    pub mine: String,
}

/// What the saving script is told (`ui/save.rs`).
#[derive(Debug, Serialize)]
pub(crate) struct Theirs {
    pub version: i32,
    pub by: String,
    pub at: String,
    pub values: Vec<Differs>,
}

/// What was saved meanwhile, beside what this page says. Read again: the draft on the desk is older.
pub(crate) async fn theirs(tx: &mut Tx, desk: &Desk, section: &str, read: &Read) -> Result<(Part, Theirs), Fault> {
    let mut stored = draft::load(tx, desk.filing.id).await?;
    let part = stored.0.remove(section).ok_or(Fault::NotFound)?;
    let by = saver(tx, part.saved_by).await?;
    let values = differences(desk, &part, read);
    let told = Theirs { version: part.version, by, at: ui::clock(part.saved_at), values };
    Ok((part, told))
}

fn differences(desk: &Desk, part: &Part, read: &Read) -> Vec<Differs> {
    let differing = read.patch.iter().filter(|(id, raw)| !draft::is_same(part.answers.get(id), raw));
    differing
        .map(|(id, raw)| Differs {
            name: id.clone(),
            label: desk.form().field(id).map_or_else(|| id.clone(), |f| f.label.clone()),
            theirs: part.answers.get(id).map(words).unwrap_or_default(),
            mine: words(raw),
        })
        .collect()
}

/// An answer as plain words, rows one a line.
fn words(raw: &Raw) -> String {
    match raw {
        Raw::Text(text) => text.clone(),
        Raw::Many(many) => many.join("、"),
        Raw::Files(files) => files.iter().map(|f| f.name.clone()).collect::<Vec<_>>().join("、"),
        Raw::Rows(rows) => {
            let line = |row: &hojo_programme::RawRow| row.values().map(words).collect::<Vec<_>>().join(" ｜ ");
            rows.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

/// Who saved: the colleague's name; the office stays 「事務局」.
async fn saver(tx: &mut Tx, id: Uuid) -> Result<String, Fault> {
    let row = sqlx::query!("select display_name from accounts where id = $1", id).fetch_optional(tx.sql()).await?;
    Ok(row.map_or_else(|| "事務局".to_owned(), |r| r.display_name))
}

/// The page of somebody without scripts who came second.
pub(crate) async fn page<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    desk: &mut Desk,
    at: usize,
    read: &Read,
) -> Result<Reply, Fault> {
    let id = desk.form().sections.get(at).ok_or(Fault::NotFound)?.id.clone();
    let (part, theirs) = theirs(tx, desk, &id, read).await?;
    let compared: Vec<Compared> = theirs
        .values
        .iter()
        .map(|v| Compared { label: v.label.clone(), before: Some(v.theirs.clone()), after: Some(v.mine.clone()) })
        .collect();
    let above = ui::comparison("先に保存された内容", "この画面の入力", &compared);
    let banner = ui::banner(Tone::Warn, format!("{}さんがこのページを先に保存しました（{}）", theirs.by, theirs.at))
        .body(html! {
            p { "まだ何も上書きしていません。下の比較を見て、この画面の入力でよければ、もう一度「保存」してください。" }
            p { a href=(desk.way.section(&id)) { "先に保存された内容を開く" } "（この画面の入力は捨てられます）" }
        })
        .announce();
    // The person's own text stays in the fields; the next save is a decision taken knowingly.
    let mine = read.apply(&desk.answers);
    desk.take(mine);
    let told = Told { banner: Some(banner), above: Some(above), version: Some(part.version), ..Told::default() };
    let page = section::page(cx, tx, desk, at, told, false).await?;
    Ok(Reply::page(&page).status(409))
}
