//! What the rules found, in the examiner's words, with the reasons for whoever wants to see them.

use hojo_programme::{FieldPath, Finding, Reason, Severity};
use hojo_web::ui::{self, Tone};
use hojo_web::{Markup, html};

use super::show::Bench;
use crate::common::places::path_label;

/// All findings and unreadable answers of the submission.
pub fn findings(bench: &Bench<'_>) -> Markup {
    let d = bench.dossier;
    html! {
        @if d.findings.is_empty() && d.slips.is_empty() { p { "規則による指摘はありません。" } }
        @else {
            ul {
                @for slip in &d.slips {
                    li { (ui::chip(Tone::Error, "入力の誤り")) " " (field_link(&slip.path, &slip.label)) "：" (slip.message) }
                }
                @for finding in &d.findings { li { (line(bench, finding)) } }
            }
        }
    }
}

fn line(bench: &Bench<'_>, finding: &Finding) -> Markup {
    let form = &bench.dossier.procedure.form;
    let outgrown = bench.dossier.outgrown.contains(&finding.code);
    let chip = match finding.severity {
        _ if outgrown => ui::chip(Tone::Warn, "提出の後に満たさなくなった"),
        Severity::Stop => ui::chip(Tone::Error, "要件を満たさない"),
        Severity::Ask => ui::chip(Tone::Warn, "要確認"),
        Severity::Note => ui::chip(Tone::Info, "参考"),
    };
    html! {
        (chip) " " (finding.examiner) "（" (finding.clause) "、" (finding.code) "）"
        @if !finding.fields.is_empty() {
            " 項目：" @for (at, path) in finding.fields.iter().enumerate() {
                @if at > 0 { "、" } (field_link(path, &path_label(form, path)))
            }
        }
        @if outgrown { p class="quiet" { "前に提出した時点では満たしていて、差戻しでは変更できない項目でした。再提出は妨げていません。扱いを判断してください。" } }
        (ui::disclosure("判定の根拠", &html! { ul { (reason(&finding.reasons)) } }))
    }
}

fn field_link(path: &FieldPath, label: &str) -> Markup {
    html! { a href={ "#a-" (path.field) } { (label) } }
}

fn reason(r: &Reason) -> Markup {
    html! {
        li {
            (r.what) " ＝ " strong { (r.value) }
            @if let Some(row) = &r.row { "（" (row) "）" }
            @if !r.because.is_empty() { ul { @for b in &r.because { (reason(b)) } } }
        }
    }
}
