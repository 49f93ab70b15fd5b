//! Everything to mend or to look at again, in one place.
use hojo_programme::{FieldPath, Finding, Severity, Slip};
use maud::{Markup, html};

use super::super::{Icon, Problem, icon};
use super::scene::Scene;

/// Slips and findings in their three strengths. `page` gives the address of the page on which a field is changed.
/// What is merely not filled in yet is folded by section, so that it does not hide what is wrong.
#[must_use]
pub fn findings(scene: &Scene<'_>, page: &dyn Fn(&str) -> Option<String>) -> Markup {
    let stops: Vec<&Finding> = scene.findings.iter().filter(|finding| finding.severity == Severity::Stop).collect();
    let (missing, wrong): (Vec<&Slip>, Vec<&Slip>) = scene.spoken_slips().partition(|slip| slip.code.is_missing());
    html! {
        @if !wrong.is_empty() || !stops.is_empty() {
            section class="findings" data-strength="stop" aria-labelledby="findings-stop" {
                h2 class="findings__title" id="findings-stop" { (icon(Icon::Stop)) "直してください（" (wrong.len() + stops.len()) "件）" }
                p { "直すまで提出できません。" }
                ul {
                    @for slip in &wrong { li { (place(&slip.label, &slip.path, page)) "：" (slip.message) } }
                    @for finding in &stops { (line(scene, finding, page)) }
                }
            }
        }
        @if !missing.is_empty() { (not_filled_in(scene, &missing, page)) }
        (group(scene, Severity::Ask, "ask", Icon::Warn, "ご確認ください", "このままでも提出できます。内容が正しいかをもう一度お確かめください。", page))
        (group(scene, Severity::Note, "note", Icon::Info, "お知らせ", "提出に影響しません。", page))
    }
}

fn not_filled_in(scene: &Scene<'_>, missing: &[&Slip], page: &dyn Fn(&str) -> Option<String>) -> Markup {
    html! {
        section class="findings" data-strength="stop" aria-labelledby="findings-missing" {
            h2 class="findings__title" id="findings-missing" { (icon(Icon::Stop)) "未入力の必須項目（" (missing.len()) "件）" }
            p { "入力するまで提出できません。" }
            @for (at, section) in scene.form.sections.iter().enumerate() {
                @let here = scene.here(at);
                @let mine: Vec<&&Slip> = missing.iter().filter(|slip| here.contains(slip.path.field.as_str())).collect();
                @if !mine.is_empty() {
                    details class="disclosure" {
                        summary { (section.title) "（" (mine.len()) "件）" }
                        ul class="disclosure__body" { @for slip in mine { li { (place(&slip.label, &slip.path, page)) "：" (slip.message) } } }
                    }
                }
            }
        }
    }
}

fn group(
    scene: &Scene<'_>,
    severity: Severity,
    name: &str,
    picture: Icon,
    title: &str,
    about: &str,
    page: &dyn Fn(&str) -> Option<String>,
) -> Markup {
    let found: Vec<&Finding> = scene.findings.iter().filter(|finding| finding.severity == severity).collect();
    html! {
        @if !found.is_empty() {
            section class="findings" data-strength=(name) aria-labelledby={ "findings-" (name) } {
                h2 class="findings__title" id={ "findings-" (name) } { (icon(picture)) (title) "（" (found.len()) "件）" }
                p { (about) }
                ul { @for finding in found { (line(scene, finding, page)) } }
            }
        }
    }
}

fn line(scene: &Scene<'_>, finding: &Finding, page: &dyn Fn(&str) -> Option<String>) -> Markup {
    html! {
        li {
            (scene.sentence(finding))
            @if !finding.fields.is_empty() {
                ul class="findings__fields" {
                    @for path in &finding.fields { li { (place(&label(scene, path), path, page)) } }
                }
            }
        }
    }
}

fn place(label: &str, path: &FieldPath, page: &dyn Fn(&str) -> Option<String>) -> Markup {
    html! {
        @match page(&path.field) {
            Some(href) => { a href={ (href) "#" (super::draw::target(path)) } { (label) } }
            None => (label),
        }
    }
}

fn label(scene: &Scene<'_>, path: &FieldPath) -> String {
    let Some(field) = scene.form.field(&path.field) else {
        return path.to_string();
    };
    let row = path.row.map(|row| format!(" {}行目", row + 1)).unwrap_or_default();
    let column = path
        .column
        .as_ref()
        .and_then(|id| field.table()?.column(id))
        .map(|found| format!(" {}", found.label))
        .unwrap_or_default();
    format!("{}{row}{column}", field.label)
}

/// The error summary of a section's page: slips and stopping findings that speak here, as links to their fields.
#[must_use]
pub fn problems(scene: &Scene<'_>, section: usize) -> Vec<Problem> {
    let here = scene.here(section);
    let slips = scene.spoken_slips().filter(|slip| here.contains(slip.path.field.as_str())).map(|slip| Problem {
        message: format!("{}：{}", slip.label, slip.message),
        target: Some(super::draw::target(&slip.path)),
    });
    let stops = scene.findings.iter().filter(|finding| finding.severity == Severity::Stop).filter_map(|finding| {
        let path = scene.place_of(finding, &here)?;
        Some(Problem { message: scene.sentence(finding), target: Some(super::draw::target(path)) })
    });
    slips.chain(stops).collect()
}
