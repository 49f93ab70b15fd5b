//! The application and the sheet as a reviewer sees them. Nothing here knows of other reviewers.

use hojo_programme::{Criterion, FileRef, Procedure};
use hojo_selection::{CriterionSpec, Mark, Marks, SheetSpec};
use hojo_web::ui::form::{self, Open, Places};
use hojo_web::ui::{self, Choice, FileState, Import, Tone};
use hojo_web::{Markup, html};
use time::OffsetDateTime;

use super::declare_view;
use super::posted::{LONGEST, comment_name, points_name};
use super::seat::{Seat, State};
use crate::common::{Opened, points};

/// What the sheet is drawn from.
pub struct Scene<'a> {
    pub seat: &'a Seat,
    pub procedure: &'a Procedure,
    pub spec: &'a SheetSpec,
    pub marks: &'a Marks,
    pub version: i32,
    pub saved_at: Option<OffsetDateTime>,
    pub csrf: &'a str,
}

struct OwnFiles(String);

impl Places for OwnFiles {
    fn upload(&self, _: &str) -> String {
        String::new()
    }

    fn import(&self, _: &str) -> Option<Import> {
        None
    }

    fn file(&self, file: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, Some(format!("{}/files/{}", self.0, file.file)))
    }
}

/// Everything the applicant handed in, section by section.
pub fn application(seat: &Seat, opened: &Opened) -> Markup {
    let places = OwnFiles(seat.path());
    let scene = form::Scene {
        form: &opened.procedure.form,
        answers: &opened.answers,
        reading: &opened.reading,
        slips: &[],
        findings: &[],
        remarks: &[],
        open: &Open::Nothing,
        missing: false,
        examiner: false,
        places: &places,
    };
    html! {
        @for (at, section) in opened.procedure.form.sections.iter().enumerate() {
            @if opened.reading.is_section_shown(at) {
                section id={ "s-" (section.id) } { h2 { (section.title) } (form::show(&scene, at, None, None)) }
            }
        }
    }
}

/// The sheet: to fill in, or to read once it is final.
pub fn sheet(s: &Scene<'_>) -> Markup {
    let title = s.procedure.score_sheet.as_ref().map_or("採点表", |sheet| sheet.title.as_str());
    html! {
        h2 { (title) }
        @if let (Some(day), State::Declared) = (s.seat.due_on, s.seat.state) { p { "期限：" (ui::date(day)) } }
        @match s.seat.may_score() {
            Ok(()) => { (fill(s)) (declare_view::later(s.seat, s.csrf)) }
            Err(why) => {
                @if s.seat.state == State::Finalised {
                    (ui::banner(Tone::Success, "採点は確定済みです").body(html! { p { (s.seat.finalised_at.map(ui::date_time).unwrap_or_default()) " に確定しました。" } }))
                } @else {
                    (ui::banner(Tone::Info, why.message).body(html! { p { (why.advice) } }))
                }
                (state(s.spec, s.marks))
                (read_only(s.spec, s.marks))
            }
        }
    }
}

fn fill(s: &Scene<'_>) -> Markup {
    let body = html! {
        (state(s.spec, s.marks))
        @for c in &s.spec.criteria { (criterion(s, c)) }
        (ui::textarea("overall", "総評", LONGEST).required().hint(format!("{}文字以上", s.spec.overall)).value(s.marks.overall.clone()))
        (ui::buttons(&[
            ui::button("確定前の確認へ進む").sends("_action", "finalise"),
            ui::button("保存する").outline().sends("_action", "save"),
        ]))
    };
    let mut form = ui::save_form("sheet", format!("{}/save", s.seat.path()), s.csrf, body)
        .version(i64::from(s.version))
        .autosave(format!("{}/autosave", s.seat.path()));
    if let Some(at) = s.saved_at {
        form = form.saved_at(ui::clock(at));
    }
    html! { (form) }
}

/// How far the sheet is; live updates replace it.
pub fn state(spec: &SheetSpec, marks: &Marks) -> Markup {
    let (given, total) = spec.progress(marks);
    let sum = spec.total(marks).map(|t| points(t.points)).unwrap_or_default();
    let most = spec.maximum().map(points).unwrap_or_default();
    html! {
        p id="sheet-state" data-live { "評価済み " strong { (given) } " / " (total) "項目、合計 " strong { (sum) } " / " (most) "点" }
    }
}

fn criterion(s: &Scene<'_>, c: &CriterionSpec) -> Markup {
    let none = Mark::default();
    let mark = s.marks.criteria.get(&c.id).unwrap_or(&none);
    let told = s.procedure.score_sheet.as_ref().and_then(|sheet| sheet.criteria.iter().find(|x| x.id == c.id));
    let hint = if c.pass_fail {
        String::new()
    } else {
        format!("配点 {}点（評価 × {}）", points(most(c)), points(c.weight))
    };
    let comment =
        ui::textarea(comment_name(&c.id), format!("{}のコメント", c.title), LONGEST).value(mark.comment.clone());
    let comment =
        if c.comment > 0 { comment.required().hint(format!("{}文字以上", c.comment)) } else { comment.optional() };
    let given = ui::radios(points_name(&c.id), format!("{}の評価", c.title), choices(c, told))
        .required()
        .value(mark.points.clone());
    html! {
        section class="panel" id={ "c-" (c.id) } {
            h3 class="panel__title" { (c.title) }
            @if let Some(told) = told {
                @if !told.help.is_empty() { p { (told.help) } }
                (reads(s.procedure, told))
            }
            (if hint.is_empty() { given } else { given.hint(hint) })
            (comment)
        }
    }
}

fn most(c: &CriterionSpec) -> hojo_words::Number {
    c.weight.mul(hojo_words::Number::from(i64::from(c.max))).unwrap_or_default()
}

fn choices(c: &CriterionSpec, told: Option<&Criterion>) -> Vec<Choice> {
    if c.pass_fail {
        return vec![Choice::new("pass", "適"), Choice::new("fail", "否")];
    }
    let word = |n: u32| told.and_then(|t| t.scale.iter().find(|(at, _)| *at == n)).map(|(_, word)| word.as_str());
    // The best comes first, as on the paper sheet.
    (c.min..=c.max)
        .rev()
        .map(|n| Choice::new(n.to_string(), word(n).map_or_else(|| n.to_string(), |w| format!("{n}　{w}"))))
        .collect()
}

/// Where to look for this criterion: links into the application.
fn reads(procedure: &Procedure, told: &Criterion) -> Markup {
    let fields = told.fields.iter().filter_map(|path| procedure.form.field(&path.field));
    html! {
        @if !told.fields.is_empty() {
            p class="note" { "主に読むところ：" @for (at, field) in fields.enumerate() { @if at > 0 { "、" } a href={ "#a-" (field.id) } { (field.label) } } }
        }
    }
}

/// The sheet as text.
pub fn read_only(spec: &SheetSpec, marks: &Marks) -> Markup {
    let none = Mark::default();
    let row = |c: &CriterionSpec| {
        let mark = marks.criteria.get(&c.id).unwrap_or(&none);
        ui::Answer::rich(
            c.title.clone(),
            html! { p { strong { (given(c, mark)) } } p class="prewrap" { (mark.comment) } },
        )
    };
    let mut rows: Vec<ui::Answer> = spec.criteria.iter().map(row).collect();
    rows.push(ui::Answer::text("総評", &marks.overall));
    ui::answers(&rows)
}

fn given(c: &CriterionSpec, mark: &Mark) -> String {
    match mark.points.as_str() {
        "" => "未評価".into(),
        "pass" if c.pass_fail => "適".into(),
        "fail" if c.pass_fail => "否".into(),
        n => format!("{n} / {}", c.max),
    }
}
