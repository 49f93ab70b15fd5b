//! Everything to mend or to look at again, in one place.
use hojo_programme::{FieldPath, Finding, Severity};
use maud::{Markup, html};

use super::super::{Icon, Problem, icon};
use super::scene::Scene;

/// Slips and findings in their three strengths. `page` gives the address of the page on which a field is changed.
#[must_use]
pub fn findings(scene: &Scene<'_>, page: &dyn Fn(&str) -> Option<String>) -> Markup {
    let of = |severity: Severity| scene.findings.iter().filter(move |finding| finding.severity == severity);
    let slips: Vec<_> = scene.slips.iter().filter(|slip| scene.missing || !slip.code.is_missing()).collect();
    html! {
        @if !slips.is_empty() || of(Severity::Stop).next().is_some() {
            section class="findings" data-strength="stop" aria-labelledby="findings-stop" {
                h2 class="findings__title" id="findings-stop" { (icon(Icon::Stop)) "直してください（" (slips.len() + of(Severity::Stop).count()) "件）" }
                p { "直すまで提出できません。" }
                ul {
                    @for slip in &slips { li { (place(&slip.label, &slip.path, page)) "：" (slip.message) } }
                    @for finding in of(Severity::Stop) { (line(scene, finding, page)) }
                }
            }
        }
        (group(scene, Severity::Ask, "ask", Icon::Warn, "ご確認ください", "このままでも提出できます。内容が正しいかをもう一度お確かめください。", page))
        (group(scene, Severity::Note, "note", Icon::Info, "お知らせ", "提出に影響しません。", page))
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

/// The error summary of a section's page: slips and stopping findings that stand here, as links to their fields.
#[must_use]
pub fn problems(scene: &Scene<'_>, section: usize) -> Vec<Problem> {
    let here: Vec<&str> =
        scene.fields(section).map(|field| field.id.as_str()).filter(|id| scene.reading.is_shown(id)).collect();
    let stands = |path: &&FieldPath| here.contains(&path.field.as_str());
    let slips = scene.slips.iter().filter(|slip| stands(&&slip.path) && (scene.missing || !slip.code.is_missing()));
    let mut found: Vec<Problem> = slips
        .map(|slip| Problem { message: slip.message.clone(), target: Some(super::draw::target(&slip.path)) })
        .collect();
    for finding in scene.findings.iter().filter(|finding| finding.severity == Severity::Stop) {
        if let Some(path) = finding.fields.iter().find(stands) {
            found.push(Problem { message: scene.sentence(finding), target: Some(super::draw::target(path)) });
        }
    }
    found
}
