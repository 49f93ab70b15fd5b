//! A form as an applicant meets it, before anything is typed; nothing can be saved from here.

use hojo_programme::{Answers, Edition, Facts, Procedure, read};
use hojo_web::ui;
use hojo_web::ui::form::{Open, Scene, draw};
use hojo_web::{Markup, html};
use hojo_words::Now;

use crate::common::places::Nowhere;

pub fn preview(edition: &Edition, procedure: &Procedure, now: Now) -> Markup {
    let answers = Answers::default();
    let facts = Facts::new(now);
    let (reading, _) = read(edition, procedure, &answers, &facts);
    let scene = Scene {
        form: &procedure.form,
        answers: &answers,
        reading: &reading,
        slips: &[],
        findings: &[],
        remarks: &[],
        open: &Open::All,
        missing: false,
        examiner: false,
        places: &Nowhere,
    };
    html! {
        p { "何も入力していない申請者に見える項目です。入力によって現れる項目は「様式のすべての項目」にあります。ここで入力しても保存されません。" }
        @for (at, section) in procedure.form.sections.iter().enumerate() {
            @if reading.is_section_shown(at) {
                // `inert` keeps keyboard and screen readers out of controls that do nothing.
                (ui::disclosure(&section.title, &html! { div inert { (draw(&scene, at)) } }))
            }
        }
        (ui::disclosure("様式のすべての項目", &all(procedure)))
    }
}

fn all(procedure: &Procedure) -> Markup {
    let mut table = ui::data_table(
        "様式のすべての項目",
        vec![ui::column("項目"), ui::column("識別子"), ui::column("入力"), ui::column("条項")],
    )
    .quiet_caption();
    for f in &procedure.form.fields {
        let how = match (&f.value, &f.from, f.table()) {
            (Some(e), _, _) => html! { "自動計算 " code { (e.source) } },
            (_, Some(path), _) => html! { "登録情報から " code { (path) } },
            (_, _, Some(t)) => {
                html! { "表（" (t.columns.iter().map(|c| c.label.as_str()).collect::<Vec<_>>().join("、")) "）" }
            }
            _ => html! { "入力" },
        };
        table = table.row(vec![
            html! { (f.label) },
            html! { code { (f.id) } },
            how,
            html! { @if let Some(c) = &f.clause { (c) } },
        ]);
    }
    html! { (table) }
}
