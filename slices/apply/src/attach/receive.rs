//! An upload: text of the page first, then each file by itself, so that one bad file costs no other.

use hojo_access::Access;
use hojo_db::Mode;
use hojo_programme::{FileRule, Raw};
use hojo_web::ui::form::{self, Places};
use hojo_web::ui::{self, FileRow, Problem};
use hojo_web::{Cx, Fault, Markup, PostedFiles, Reply, html};

use super::slot::{self, Fit, NotTaken};
use super::{accept, refuse};
use crate::desk::{self, Desk};
use crate::fill::{self, Told};
use crate::places::FilingPlaces;

pub(crate) async fn upload<A: Access>(cx: Cx<A>, posted: PostedFiles) -> Result<Reply, Fault> {
    let field: String = cx.param("field")?;
    let mut tx = cx.tx().await?;
    let (_, mut desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    fill::still_open(&desk)?;
    let rule = rule(&desk, &field)?;
    let (at, _) = section_at(&desk, &field)?;
    if posted.fields.has("_version") {
        // Without scripts the whole page comes along; what was typed on it is saved too.
        let read = desk.read(at, &posted.fields.0);
        if let Some(collided) = fill::store(&cx, &mut tx, &mut desk, at, &read).await? {
            return Ok(collided);
        }
    }
    tx.commit().await?;

    // No transaction is open while files are inspected and written.
    let (mut fits, mut refused): (Vec<Fit>, Vec<NotTaken>) = (Vec::new(), Vec::new());
    for file in posted.files.into_iter().filter(|f| f.field == field) {
        match slot::fit(&rule, file).await {
            Ok(fit) => fits.push(slot::Fit { waits: cx.vault().quarantines(), ..fit }),
            Err(not) => refused.push(not),
        }
    }
    for fit in &fits {
        cx.vault().keep(fit.bytes.clone()).await?;
    }

    let mut tx = cx.tx().await?;
    let (_, mut desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    fill::still_open(&desk)?;
    let by = desk::person(&cx)?;
    for fit in &fits {
        if let Err(not) = accept(&mut tx, &desk, &field, &rule, fit, by).await? {
            refused.push(not);
        }
    }
    for not in &refused {
        refuse(&mut tx, &desk, &field, not, by).await?;
    }
    desk.draft = crate::draft::load(&mut tx, desk.filing.id).await?;
    let answers = desk.draft.answers();
    desk.take(answers);
    if cx.vault().quarantines() {
        desk.held = super::scan::held(&mut tx, &desk.answers).await?;
    }
    let reply = answer(&cx, &mut tx, &desk, at, &field, fits.is_empty(), refused).await?;
    tx.commit().await?;
    Ok(reply)
}

async fn answer<A: Access>(
    cx: &Cx<A>,
    tx: &mut hojo_db::Tx,
    desk: &Desk,
    at: usize,
    field: &str,
    none: bool,
    refused: Vec<NotTaken>,
) -> Result<Reply, Fault> {
    if !cx.header("x-hojo-upload").is_empty() {
        let status = if refused.is_empty() { 200 } else { 422 };
        return Ok(Reply::fragment(fragments(desk, at, field, &refused)).status(status));
    }
    if !refused.is_empty() || none {
        let mut problems: Vec<Problem> =
            refused.iter().map(|(name, _, why)| Problem::at(field, format!("「{name}」：{why}"))).collect();
        if problems.is_empty() {
            problems.push(Problem::at(field, "ファイルを選んでから「アップロード」を押してください。"));
        }
        let told = Told { problems, refused: Some((field.to_owned(), refused)), ..Told::default() };
        return Ok(Reply::refused(&fill::section_page(cx, tx, desk, at, told, false).await?));
    }
    let section = desk.section_of(field).ok_or(Fault::NotFound)?;
    Ok(Reply::see_other(&format!("{}#{}", desk.way.section(&section.id), ui::dom_id(field))))
}

/// The list of files with the refused ones among them, and everything else that changed on the page.
fn fragments(desk: &Desk, at: usize, field: &str, refused: &[NotTaken]) -> Markup {
    let mut places = FilingPlaces::of(desk);
    let drawn = places.draw_refused(&desk.answers, field, refused);
    let rows: Vec<FileRow> = match drawn.get(field) {
        Some(Raw::Files(files)) => files
            .iter()
            .map(|f| {
                let (state, href) = places.file(f);
                FileRow { id: f.file.clone(), name: f.name.clone(), bytes: f.size, state, href }
            })
            .collect(),
        _ => Vec::new(),
    };
    html! {
        div class="upload__files" id={ (ui::dom_id(field)) "-files" } data-live {
            @if rows.is_empty() { p class="quiet" { "ファイルはまだありません。" } } @else { (ui::file_list(field, &rows, true)) }
        }
        (form::live(&desk.scene(&places, false), at))
    }
}

/// The slot's rule, if files may be put there now.
fn rule(desk: &Desk, field: &str) -> Result<FileRule, Fault> {
    let found = desk.form().field(field).ok_or(Fault::NotFound)?;
    let rule = found.file().ok_or(Fault::NotFound)?;
    if desk.open.field(field) { Ok(rule.clone()) } else { Err(Fault::NotFound) }
}

fn section_at<'d>(desk: &'d Desk, field: &str) -> Result<(usize, &'d hojo_programme::Section), Fault> {
    let section = desk.section_of(field).ok_or(Fault::NotFound)?;
    desk.section(&section.id)
}
