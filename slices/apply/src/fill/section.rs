//! One section a page: drawn from the definition, posted without scripts, saved by itself with them.

use hojo_access::Access;
use hojo_case::Refusal;
use hojo_db::{Mode, Tx};
use hojo_programme::Answers;
use hojo_web::ui::form::{self, Action, Posted as Read};
use hojo_web::ui::{self, Banner, Problem, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};

use super::{conflict, postal};
use crate::attach::slot::NotTaken;
use crate::desk::{self, Desk};
use crate::draft::{self, Saved};
use crate::places::FilingPlaces;
use crate::{attach, frame};

/// What is said on a section's page besides its fields.
#[derive(Default)]
pub(crate) struct Told {
    pub problems: Vec<Problem>,
    pub banner: Option<Banner>,
    /// Above the fields: a comparison, the addresses found.
    pub above: Option<Markup>,
    /// Files that were just refused at one field.
    pub refused: Option<(String, Vec<NotTaken>)>,
    /// The version to post next; the stored one unless two people collided.
    pub version: Option<i32>,
}

pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    if !desk.is_editable() {
        return Ok(Reply::see_other(&desk.way.base()));
    }
    let (at, _) = shown_section(&desk, &cx.param::<String>("section")?)?;
    let mut told = Told::default();
    let from_check = cx.query("from") == "check";
    if from_check {
        // Coming from the check page one looks for what is wrong or missing.
        let places = FilingPlaces::of(&desk);
        told.problems = form::problems(&desk.scene(&places, true), at);
    }
    if !cx.query("postal").is_empty() {
        told.above = Some(postal::choices(&mut tx, &desk, at, cx.query("postal")).await?);
    }
    if let (true, Some(part)) = (!cx.query("saved").is_empty(), desk.draft.0.values().map(|p| p.saved_at).max()) {
        told.banner = Some(ui::banner(Tone::Success, format!("保存しました {}", ui::clock(part))).announce());
    }
    let page = page(&cx, &mut tx, &desk, at, told, from_check).await?;
    desk::seen(&cx, tx, &desk).await?;
    Ok(Reply::page(&page))
}

/// A section by id, if it is asked now.
fn shown_section<'d>(desk: &'d Desk, id: &str) -> Result<(usize, &'d hojo_programme::Section), Fault> {
    let found = desk.section(id)?;
    if desk.judged.reading.is_section_shown(found.0) { Ok(found) } else { Err(Fault::NotFound) }
}

/// Draws a section with whatever there is to say. Everything typed is in `desk.answers`.
pub(crate) async fn page<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    desk: &Desk,
    at: usize,
    told: Told,
    from_check: bool,
) -> Result<ui::Shell, Fault> {
    let section = desk.form().sections.get(at).ok_or(Fault::NotFound)?;
    let mut places = FilingPlaces::with_banks(tx, desk).await?;
    let drawn = match &told.refused {
        Some((field, files)) => places.draw_refused(&desk.answers, field, files),
        None => desk.answers.clone(),
    };
    let scene = form::Scene { answers: &drawn, ..desk.scene(&places, from_check) };
    let fields = html! {
        @if let Some(above) = &told.above { (above) }
        @if let Some(carried) = carried(desk, at) { (carried) }
        @if from_check { input type="hidden" name="_from" value="check"; }
        (form::draw(&scene, at))
        (postal::fallback(desk, at))
        (buttons(desk, at, from_check))
    };
    let version = told.version.unwrap_or_else(|| desk.draft.version(&section.id));
    let imports = scene.fields(at).any(|f| f.import);
    let mut posted = ui::save_form("section", desk.way.section(&section.id), cx.csrf(), fields)
        .version(i64::from(version))
        .autosave(desk.way.autosave(&section.id));
    if form::has_files(&scene, at) || imports {
        posted = posted.multipart();
    }
    if let Some(part) = desk.draft.0.get(&section.id).filter(|p| p.version > 1) {
        posted = posted.saved_at(ui::clock(part.saved_at));
    }
    let title = section.title.clone();
    let mut page = frame::page(cx, desk, title, html! { (posted) }, &[frame::list_step(desk)]).problems(told.problems);
    if let Some(banner) = &told.banner {
        page = page.banner(banner);
    }
    Ok(page)
}

/// Says which answers the draft began with and where they came from, so that nobody takes them for typed.
fn carried(desk: &Desk, at: usize) -> Option<Markup> {
    if desk.is_returned() {
        return None;
    }
    let slots = desk.form().sections.get(at)?.fields.iter();
    let fields = slots.filter_map(|slot| desk.form().fields.get(*slot));
    let fields: Vec<_> = fields
        .filter(|field| !field.carried.is_empty() && desk.judged.reading.is_shown(&field.id))
        .filter(|field| desk.answers.get(&field.id).is_some_and(|raw| !draft::is_blank(raw)))
        .collect();
    let title = |code: &str| desk.edition.procedure(code).map_or_else(|| code.to_owned(), |p| p.title.clone());
    let mut from: Vec<String> = fields.iter().flat_map(|field| &field.carried).map(|(code, _)| title(code)).collect();
    from.dedup();
    (!fields.is_empty()).then(|| {
        let banner = ui::banner(Tone::Info, format!("{}の内容を引き継いでいます", from.join("・")));
        html! {
            (banner.body(html! {
                p { "次の項目には、これまでに認められた内容が入っています。変わったところがあれば直してください。" }
                ul { @for field in &fields { li { (field.label) } } }
            }))
        }
    })
}

fn buttons(desk: &Desk, at: usize, from_check: bool) -> Markup {
    let go = match (from_check, next_section(desk, at)) {
        (true, _) => ui::button("保存して確認画面に戻る").sends("_action", "next"),
        (false, Some(_)) => ui::button("保存して次へ").sends("_action", "next"),
        (false, None) => ui::button("保存して入力内容を確認する").sends("_action", "next"),
    };
    ui::buttons(&[go, ui::button("保存して一覧に戻る").outline().sends("_action", "list")])
}

/// The address of the section after this one.
fn next_section(desk: &Desk, at: usize) -> Option<String> {
    let next = desk.shown().find(|(index, _)| *index > at);
    next.map(|(_, section)| desk.way.section(&section.id))
}

pub(crate) async fn save<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let id: String = cx.param("section")?;
    let mut tx = cx.tx().await?;
    // The case is not locked: the section's version decides, and a submission moves every version on.
    let (_, mut desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let (at, section) = desk.section(&id)?;
    let section = section.id.clone();
    still_open(&desk)?;
    let mut read = desk.read(at, &posted.0);
    postal::choose(&mut tx, &desk, at, &mut read).await?;
    if let Some(collided) = store(&cx, &mut tx, &mut desk, at, &read).await? {
        return Ok(collided);
    }
    if let Action::RemoveFile { field, file } = &read.action {
        attach::remove(&mut tx, &desk, &section, field, file, desk::person(&cx)?).await?;
    }
    let from_check = posted.get("_from") == "check";
    let reply = go_on(&cx, &mut tx, &desk, at, &read, from_check).await?;
    tx.commit().await?;
    Ok(reply)
}

/// Stores the posted answers; if somebody else was first, gives back the page that shows both.
pub(crate) async fn store<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    desk: &mut Desk,
    at: usize,
    read: &Read,
) -> Result<Option<Reply>, Fault> {
    let section = desk.form().sections.get(at).ok_or(Fault::NotFound)?.id.clone();
    let part = desk.draft.0.get(&section).cloned().ok_or(Fault::NotFound)?;
    let seen = read.version.and_then(|v| i32::try_from(v).ok()).unwrap_or(0);
    let saved = draft::save(tx, desk.filing.id, &section, seen, &part, &read.patch, desk::person(cx)?).await?;
    match saved {
        Saved::Yes(version) => {
            let answers = read.apply(&desk.answers);
            if let Some(part) = desk.draft.0.get_mut(&section) {
                part.version = version;
                part.answers = pick(desk.procedure.form.as_ref(), at, &answers);
            }
            desk.take(answers);
            Ok(None)
        }
        Saved::Stale => Ok(Some(conflict::page(cx, tx, desk, at, read).await?)),
    }
}

fn pick(form: &hojo_programme::Form, at: usize, answers: &Answers) -> Answers {
    let slots = form.sections.get(at).map_or(&[][..], |s| s.fields.as_slice());
    let fields = slots.iter().filter_map(|slot| form.fields.get(*slot));
    Answers(fields.filter_map(|f| Some((f.id.clone(), answers.get(&f.id)?.clone()))).collect())
}

/// A filing that has been handed in is not written on any more.
pub(crate) fn still_open(desk: &Desk) -> Result<(), Fault> {
    if desk.is_editable() {
        return Ok(());
    }
    Err(Fault::Refused(Refusal::new(
        "FILING-CLOSED",
        "この申請はすでに提出されているか、取り下げられています。",
        "提出した内容はマイページから確認できます。",
    )))
}

async fn go_on<A: Access>(
    cx: &Cx<A>,
    tx: &mut Tx,
    desk: &Desk,
    at: usize,
    read: &Read,
    from_check: bool,
) -> Result<Reply, Fault> {
    let section = desk.form().sections.get(at).ok_or(Fault::NotFound)?;
    let here = desk.way.section(&section.id);
    let suffix = if from_check { "?from=check" } else { "" };
    match &read.action {
        Action::Added { field } | Action::Removed { field, .. } | Action::RemoveFile { field, .. } => {
            Ok(Reply::see_other(&format!("{here}{suffix}#{}", ui::dom_id(field))))
        }
        Action::Full { field, most } => {
            let told = Told {
                problems: vec![Problem::at(field, format!("行は{most}行まで入力できます。"))],
                ..Told::default()
            };
            Ok(Reply::refused(&page(cx, tx, desk, at, told, from_check).await?))
        }
        Action::Other(action) => match action.as_str() {
            "list" => Ok(Reply::see_other(&desk.way.base())),
            "next" => next(cx, tx, desk, at, from_check).await,
            asked => match asked.strip_prefix("postal:") {
                Some(field) => Ok(Reply::see_other(&format!("{here}?postal={field}#{}", ui::dom_id(field)))),
                None => Ok(Reply::see_other(&format!("{here}?saved=1{}", if from_check { "&from=check" } else { "" }))),
            },
        },
    }
}

/// Saved; what cannot be read is shown once before going on. What is only missing may wait.
async fn next<A: Access>(cx: &Cx<A>, tx: &mut Tx, desk: &Desk, at: usize, from_check: bool) -> Result<Reply, Fault> {
    let onward = if from_check { desk.way.check() } else { next_section(desk, at).unwrap_or_else(|| desk.way.check()) };
    let places = FilingPlaces::of(desk);
    let problems = form::problems(&desk.scene(&places, false), at);
    if problems.is_empty() {
        return Ok(Reply::see_other(&onward));
    }
    let banner = ui::banner(Tone::Info, "入力した内容は保存しました")
        .body(
            html! { p { "直すところがあります。あとで直す場合は、" a href=(onward) { "このまま次へ進めます" } "。" } },
        )
        .announce();
    let told = Told { problems, banner: Some(banner), ..Told::default() };
    Ok(Reply::refused(&page(cx, tx, desk, at, told, from_check).await?))
}
