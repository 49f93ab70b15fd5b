//! Trying out before signing in: 対象者チェック and 補助額シミュレーション. Both are small forms with
//! rules in the edition, read and judged like any filing, and nothing is stored.

use hojo_access::allow;
use hojo_programme::{Answers, Edition, Facts, FileRef, Finding, Procedure, Reading, Severity, judge, read};
use hojo_web::ui::form::{Open, Places, Scene};
use hojo_web::ui::{self, FileState, Import};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use maud::Render;

use crate::texts::{self, Current};

pub(crate) async fn eligibility(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    try_out(cx, "precheck", "/eligibility", "確かめる", eligible).await
}

pub(crate) async fn simulation(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    try_out(cx, "simulation", "/simulation", "試算する", amounts).await
}

/// These forms have no files and no spreadsheets.
struct Nowhere;

impl Places for Nowhere {
    fn upload(&self, _: &str) -> String {
        String::new()
    }
    fn import(&self, _: &str) -> Option<Import> {
        None
    }
    fn file(&self, _: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, None)
    }
}

/// What was tried: everything the result page needs.
struct Trial<'a> {
    procedure: &'a Procedure,
    reading: &'a Reading,
    findings: &'a [Finding],
}

async fn try_out(
    cx: Cx<allow::Anyone>,
    code: &str,
    address: &str,
    action: &str,
    result: fn(&Trial<'_>) -> Markup,
) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?;
    let current = texts::current(&mut tx, cx.query("programme")).await?.ok_or(Fault::NotFound)?;
    tx.commit().await?;
    let edition: &Edition = &current.edition;
    let Some(procedure) = edition.procedure(code) else { return Ok(nothing_to_try(&cx, &current, address)) };
    let pairs = &cx.request().query;
    let asked = pairs.iter().any(|(name, _)| name != "programme");
    let mut answers = Answers::default();
    for section in 0..procedure.form.sections.len() {
        answers = ui::form::parse(&procedure.form, section, &Open::All, &|_| false, &answers, pairs).apply(&answers);
    }
    let facts = Facts::new(now);
    let (reading, slips) = read(edition, procedure, &answers, &facts);
    let findings = judge(edition, procedure, &reading, &facts);
    let scene = Scene {
        form: &procedure.form,
        answers: &answers,
        reading: &reading,
        slips: &slips,
        findings: &[],
        remarks: &[],
        open: &Open::All,
        missing: asked,
        examiner: false,
        places: &Nowhere,
    };
    let wrong = asked && !slips.is_empty();
    let trial = Trial { procedure, reading: &reading, findings: &findings };
    let body = html! {
        (current.elsewhere(address))
        p { (procedure.description) }
        @if asked && !wrong { div role="status" { (result(&trial)) } }
        form class="form" method="get" action=(address) novalidate {
            @if !current.others.is_empty() { input type="hidden" name="programme" value=(edition.programme.id); }
            @for section in 0..procedure.form.sections.len() {
                @if asked { (ui::form::draw(&scene, section)) } @else { (ui::form::draw_typed(&scene, section)) }
            }
            @if !asked { (to_come(&trial, action)) }
            (ui::buttons(&[ui::button(action).large()]))
        }
    };
    let mut page = cx.page(procedure.title.clone(), body);
    if wrong {
        page = page.problems(ui::form::problems(&scene, 0));
        return Ok(Reply::refused(&page));
    }
    Ok(Reply::page(&page))
}

/// Not every programme has something to work out.
fn nothing_to_try(cx: &Cx<allow::Anyone>, current: &Current, address: &str) -> Reply {
    let title = &current.edition.programme.title;
    let body = html! {
        (current.elsewhere(address))
        (ui::empty(&format!("「{title}」にこのページはありません"), &html! {
            p { a href=(current.at("/")) { "制度の案内" } "で、対象となる方と金額を確かめてください。" }
        }))
    };
    Reply::page(&cx.page(title.clone(), body))
}

/// Before the first try: what the button will work out, instead of empty boxes.
fn to_come(trial: &Trial<'_>, action: &str) -> Markup {
    let fields = trial.procedure.form.fields.iter().filter(|f| f.is_calculated());
    let labels: Vec<&str> = fields.map(|f| f.label.as_str()).collect();
    html! {
        @if !labels.is_empty() {
            p class="note" { "入力して「" (action) "」を押すと、次の内容を計算して表示します：" (labels.join("、")) "。" }
        }
    }
}

fn reasons<'a>(trial: &Trial<'a>, severity: Severity) -> Vec<&'a Finding> {
    trial.findings.iter().filter(|f| f.severity == severity).collect()
}

fn reason_list(findings: &[&Finding]) -> Markup {
    html! { ul { @for f in findings { li { (f.applicant) "（" (f.clause.as_str()) "）" } } } }
}

fn eligible(trial: &Trial<'_>) -> Markup {
    let stops = reasons(trial, Severity::Stop);
    let asks = reasons(trial, Severity::Ask);
    let notes = reasons(trial, Severity::Note);
    let (tone, title) = match (stops.is_empty(), asks.is_empty()) {
        (false, _) => (ui::Tone::Error, "対象外の可能性があります"),
        (true, false) => (ui::Tone::Warn, "対象になる可能性がありますが、確認が必要な点があります"),
        (true, true) => (ui::Tone::Success, "対象になる可能性があります"),
    };
    ui::banner(tone, title)
        .body(html! {
            @if !stops.is_empty() { p { "次の要件を満たしていません。" } (reason_list(&stops)) }
            @if !asks.is_empty() { p { "次の点を確かめてください。" } (reason_list(&asks)) }
            @if !notes.is_empty() { p { "次の点を準備してください。" } (reason_list(&notes)) }
            p { "この結果は目安です。申請の可否は、申請書の内容と添付書類により判断します。" }
        })
        .render()
}

fn amounts(trial: &Trial<'_>) -> Markup {
    let form = &trial.procedure.form;
    let findings: Vec<&Finding> = trial.findings.iter().collect();
    html! {
        section class="panel" {
            h2 class="panel__title" { "試算の結果" }
            dl class="facts" {
                @for field in form.fields.iter().filter(|f| f.is_calculated() && trial.reading.is_shown(&f.id)) {
                    div { dt { (field.label) } dd { (trial.reading.display(&field.id)) } }
                }
            }
            @if !findings.is_empty() { (reason_list(&findings)) }
            p class="note" { "この結果は目安であり、採択や交付を約束するものではありません。" }
        }
    }
}
