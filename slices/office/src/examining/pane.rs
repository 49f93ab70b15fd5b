//! The left side: what was handed in, section by section, with what the rules and the remarks say about it.

use hojo_programme::FieldPath;
use hojo_web::ui::form::{Open, Scene};
use hojo_web::{Markup, html, ui};

use super::remarks::Remark;
use super::show::Bench;
use crate::common::places::CasePlaces;

/// The answers with 「指摘する」 beside every field.
pub fn answers(bench: &Bench<'_>) -> Markup {
    let dossier = bench.dossier;
    let places = CasePlaces::examine(bench.row.public_id);
    let noted = on_fields(&bench.remarks);
    let scene = Scene {
        form: &dossier.procedure.form,
        answers: &dossier.submitted.answers,
        reading: &dossier.reading,
        slips: &dossier.slips,
        findings: &dossier.findings,
        remarks: &noted,
        open: &Open::Nothing,
        missing: true,
        examiner: true,
        places: &places,
    };
    let beside = |path: &FieldPath| {
        remark_link(
            bench,
            &path.to_string(),
            &dossier.procedure.form.field(&path.field).map_or_else(String::new, |f| f.label.clone()),
        )
    };
    html! {
        @if !bench.compared.is_empty() { (compared(bench)) }
        @for (at, section) in dossier.procedure.form.sections.iter().enumerate() {
            @if dossier.reading.is_section_shown(at) {
                section id={ "s-" (section.id) } {
                    h2 { (section.title) }
                    @if bench.writes() { p { (remark_link(bench, &format!("section:{}", section.id), &section.title)) } }
                    (ui::form::show(&scene, at, None, Some(&beside)))
                }
            }
        }
    }
}

/// Remarks still in force on fields, rows and cells.
fn on_fields(remarks: &[Remark]) -> Vec<(FieldPath, String)> {
    let open = remarks.iter().filter(|r| matches!(r.state.as_str(), "noted" | "sent"));
    open.filter_map(|r| Some((r.target.parse().ok()?, r.text.clone()))).collect()
}

fn remark_link(bench: &Bench<'_>, target: &str, about: &str) -> Markup {
    html! {
        @if bench.writes() {
            a href=(bench.address().with("remark", target).anchor("remark").text()) {
                "指摘する" span class="visually-hidden" { "（" (about) "）" }
            }
        }
    }
}

fn compared(bench: &Bench<'_>) -> Markup {
    let title = format!("前回の提出から変わったところ（{}か所）", bench.compared.len());
    ui::panel(&title, &ui::comparison("前回の提出", "今回の提出", &bench.compared))
}
