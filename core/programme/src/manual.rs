//! 手引き: an edition as a document for people, made from the definitions so that it cannot say anything else.

use std::fmt::Write as _;

use crate::model::edition::{Edition, Procedure};
use crate::model::flow::diagram;
use crate::model::letter::Audience;
use crate::model::life::Starts;
use crate::words::Names;

/// The procedures of an edition as Markdown: who begins them and when, their flow as a Mermaid diagram, what each
/// decision brings about, letters and forms, and what is owed.
pub fn manual(edition: &Edition) -> String {
    let mut out = format!(
        "# 手続の手引き：{}\n\nこの文書は、定義（`programmes/`）から作られます（`hojo definitions manual`）。手で直さず、定義を直してください。\n\n",
        edition.title
    );
    let mut filed: Vec<&Procedure> = edition.procedures.values().map(AsRef::as_ref).filter(|p| !p.public).collect();
    filed.sort_by(|a, b| a.number.cmp(&b.number));
    out.push_str("| 番号 | 手続 | 始める人 | 様式 |\n|---|---|---|---|\n");
    for procedure in &filed {
        let (number, title, form) = (&procedure.number, &procedure.title, &procedure.basis.form);
        let anchor = anchor(procedure);
        line(&mut out, format_args!("| {number} | [{title}](#{anchor}) | {} | {form} |", openers(procedure)));
    }
    for procedure in filed {
        chapter(&mut out, Names::of(edition, procedure), procedure);
    }
    out
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{text}");
}

/// The name Markdown gives to the heading of a procedure.
fn anchor(procedure: &Procedure) -> String {
    let heading = format!("{} {}", procedure.number, procedure.title).to_lowercase();
    heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, '-' | ' '))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn openers(procedure: &Procedure) -> String {
    let starts = procedure.starts.as_ref().map(|starts| starts.by.iter().map(|by| by.label()).collect::<Vec<_>>());
    starts.map_or_else(|| "申請者（公募への応募）".to_owned(), |by| by.join("・"))
}

fn chapter(out: &mut String, names: Names<'_>, procedure: &Procedure) {
    line(out, format_args!("\n## {} {}\n", procedure.number, procedure.title));
    if !procedure.description.is_empty() {
        line(out, format_args!("{}\n", procedure.description.trim()));
    }
    if let Some(clause) = &procedure.basis.clause {
        let form = &procedure.basis.form;
        let form = if form.is_empty() { String::new() } else { format!("（{form}）") };
        line(out, format_args!("- 根拠：{}{form}", clause.as_str()));
    }
    line(out, format_args!("- 始める人：{}", openers(procedure)));
    if let Some(starts) = &procedure.starts {
        conditions(out, names, starts);
    }
    line(out, format_args!("\n```mermaid\n{}```", diagram(&procedure.flow)));
    decisions(out, names, procedure);
    papers(out, procedure);
    owed(out, names, procedure);
}

fn conditions(out: &mut String, names: Names<'_>, starts: &Starts) {
    line(out, format_args!("- 回数：{}", starts.times.label()));
    if !starts.not_while.is_empty() {
        line(out, format_args!("- 同時に進められない手続：{}", names.titles(&starts.not_while)));
    }
    if !starts.until_ended {
        line(out, format_args!("- 案件が終わった後も始められる"));
    }
    if !starts.when.is_empty() {
        line(out, format_args!("- 始められないときに画面に出る理由："));
    }
    for one in &starts.when {
        line(out, format_args!("  - {}", one.says.trim()));
    }
}

fn decisions(out: &mut String, names: Names<'_>, procedure: &Procedure) {
    let flow = &procedure.flow;
    if flow.outcomes.is_empty() {
        return;
    }
    line(out, format_args!("\n| 決定 | 起こること | 通知書 |\n|---|---|---|"));
    for (code, outcome) in &flow.outcomes {
        let effects: Vec<String> = flow.effects.get(code).into_iter().flatten().map(|e| names.effect(e)).collect();
        let effects = if effects.is_empty() { "―".to_owned() } else { effects.join("<br>") };
        let letter = flow.letter(code).map_or("―", |id| names.letter(id));
        line(out, format_args!("| {} | {effects} | {letter} |", outcome.label));
    }
}

fn papers(out: &mut String, procedure: &Procedure) {
    if procedure.letters.is_empty() {
        return;
    }
    line(out, format_args!("\n通知書・様式：\n"));
    for letter in procedure.letters.values() {
        let to = match letter.audience {
            Audience::Applicant if letter.reference => "事業者が取り出す参考様式",
            audience => audience.label(),
        };
        let catalogue = letter.catalogue.join("・");
        let catalogue = if catalogue.is_empty() { String::new() } else { format!("、{catalogue}") };
        line(out, format_args!("- {}（{to}{catalogue}）", letter.name));
    }
}

fn owed(out: &mut String, names: Names<'_>, procedure: &Procedure) {
    for rule in names.edition.obligations.iter().filter(|rule| rule.procedure == procedure.code) {
        line(out, format_args!("\n義務「{}」：{}", rule.title, names.due(rule)));
        for (what, words) in [("繰返し", names.repeats(rule)), ("督促", names.reminders(rule))] {
            if !words.is_empty() {
                line(out, format_args!("- {what}：{words}"));
            }
        }
        if let Some(code) = &rule.otherwise {
            line(out, format_args!("- 果たされないとき：事務局が「{}」を始める", names.title(code)));
        }
    }
}
