//! How an edition and its procedures look.

use std::collections::BTreeMap;

use hojo_programme::{Checklist, DecisionTable, Edition, Procedure};
use hojo_web::ui::{self, Holds, NavItem};
use hojo_web::{Markup, html};
use hojo_words::Now;
use time::OffsetDateTime;

use super::{flow, form};
use crate::rules::Ground;

/// Tables longer than this are code lists; only the beginning is shown.
const ROWS: usize = 60;

/// `own`: the days of the round itself, which are used instead of the edition's.
pub fn edition(edition: &Edition, own: &BTreeMap<String, OffsetDateTime>, base: &str) -> Markup {
    html! {
        (ui::panel("版", &html! {
            (ui::facts(&[
                ("制度", html! { (edition.programme.title) }),
                ("版の番号", html! { (edition.version) }),
                ("根拠", html! { (edition.guidelines.title) "（" (edition.guidelines.issue) @if let Some(day) = edition.guidelines.published { "、" (ui::date(day)) } "）" }),
                ("版のハッシュ", html! { code { (edition.hash) } }),
            ]))
        }))
        (ui::panel("手続", &procedures(edition, base)))
        (ui::panel("日程", &dates(edition, own)))
        (ui::panel("定数", &settings(edition)))
        (ui::panel("判定表・コード表", &html! { @for t in edition.tables.values() { (ui::disclosure(&format!("{}（{}行）", t.title, t.rows.len()), &table(edition, t))) } }))
        (ui::panel("選択肢", &html! { @for c in edition.choices.values() { (ui::disclosure(&format!("{}（{}件）", c.id, c.options.len()), &html! { ul { @for (k, v) in &c.options { li { (v) " " code { (k) } } } } })) } }))
    }
}

fn procedures(edition: &Edition, base: &str) -> Markup {
    let mut table = ui::data_table(
        "手続",
        vec![
            ui::column("手続"),
            ui::column("項目").holds(Holds::Number),
            ui::column("規則").holds(Holds::Number),
            ui::column("通知書").holds(Holds::Number),
            ui::column("例").holds(Holds::Number),
        ],
    )
    .quiet_caption();
    for p in edition.procedures.values() {
        table = table.row(vec![
            html! { a href={ (base) "/" (p.code) } { (p.title) } " " span class="quiet" { (p.number) } },
            html! { (ui::number(p.form.count())) },
            html! { (ui::number(p.rules.rules.len())) },
            html! { (ui::number(p.letters.len())) },
            html! { (ui::number(p.examples.len())) },
        ]);
    }
    html! { (table) }
}

fn dates(edition: &Edition, own: &BTreeMap<String, OffsetDateTime>) -> Markup {
    let columns = vec![
        ui::column("名前"),
        ui::column("版の日時").holds(Holds::Date),
        ui::column("この公募回の日時").holds(Holds::Date),
    ];
    let mut table =
        ui::data_table("日程", columns).quiet_caption().empty(html! { p { "この版に日程の定めはありません。" } });
    for (name, at) in &edition.dates {
        table = table.row(vec![
            html! { (date_label(name)) " " code { (name) } },
            html! { (ui::date_time_seconds(*at)) },
            html! { @match own.get(name) { Some(own) => (ui::date_time_seconds(*own)), None => "版のとおり" } },
        ]);
    }
    html! { (table) }
}

fn date_label(name: &str) -> &str {
    match name {
        "guidelines_published" => "公募要領の公表",
        "applications_open" => "申請受付の開始",
        "applications_close" => "申請の締切",
        "adoption_announced" => "採択の発表",
        _ => "",
    }
}

fn settings(edition: &Edition) -> Markup {
    let mut table =
        ui::data_table("定数", vec![ui::column("名前"), ui::column("値").holds(Holds::Number), ui::column("条項")])
            .quiet_caption()
            .empty(html! { p { "この版に定数はありません。" } });
    for (name, s) in &edition.settings {
        table = table.row(vec![
            html! { (s.title) " " code { (name) } },
            html! { (value(&s.value)) },
            html! { @if let Some(clause) = &s.clause { (clause) } },
        ]);
    }
    html! { (table) }
}

fn table(edition: &Edition, t: &DecisionTable) -> Markup {
    let mut head: Vec<ui::Column> = t.given.iter().map(|g| ui::column(g.name.clone())).collect();
    head.extend(t.yields.keys().map(|k| ui::column(k.clone()).holds(Holds::Number)));
    let mut drawn = ui::data_table(t.title.clone(), head).quiet_caption();
    for row in t.rows.iter().take(ROWS) {
        let mut cells: Vec<Markup> =
            row.cells.iter().zip(&t.given).map(|(c, g)| html! { (cell(edition, &g.name, c)) }).collect();
        cells.extend(row.values.iter().map(|v| html! { (value(v)) }));
        drawn = drawn.row(cells);
    }
    html! {
        @if let Some(clause) = &t.clause { p { "根拠：" (clause) } }
        (drawn)
        @if t.rows.len() > ROWS { p { "ほか" (ui::number(t.rows.len() - ROWS)) "行" } }
    }
}

fn cell(edition: &Edition, given: &str, cell: &hojo_programme::model::tables::Cell) -> String {
    use hojo_programme::model::tables::Cell;
    let word = |key: &str| {
        edition.choices.get(given).and_then(|c| c.options.get(key)).cloned().unwrap_or_else(|| key.to_owned())
    };
    match cell {
        Cell::Any => "―".to_owned(),
        Cell::Texts(list) => list.iter().map(|t| word(t)).collect::<Vec<_>>().join("、"),
        Cell::Bool(true) => "はい".to_owned(),
        Cell::Bool(false) => "いいえ".to_owned(),
        Cell::Span(from, to) => {
            let end = |n: &Option<hojo_words::Number>| {
                n.map(|n| value(&hojo_programme::Value::Number(n))).unwrap_or_default()
            };
            format!("{}～{}", end(from), end(to))
        }
    }
}

fn value(v: &hojo_programme::Value) -> String {
    use hojo_programme::Value;
    match v {
        Value::Number(n) => ui_number(&n.to_string()),
        Value::Text(t) => t.to_string(),
        Value::Bool(true) => "はい".to_owned(),
        Value::Bool(false) => "いいえ".to_owned(),
        Value::Date(d) => ui::date(*d),
        _ => "―".to_owned(),
    }
}

/// Separators for whole numbers; fractions and decimals stay as they are written.
fn ui_number(text: &str) -> String {
    text.parse::<i64>().map_or_else(|_| text.to_owned(), ui::number)
}

pub fn procedure(ground: &Ground, p: &Procedure, now: Now) -> Markup {
    let tabs = [("form", "様式"), ("flow", "流れ"), ("checklist", "確認票"), ("letters", "通知書")];
    html! {
        @if !p.description.is_empty() { p { (p.description) } }
        (ui::tabs("この手続の内容", &tabs.map(|(id, label)| NavItem::new(label, format!("#{id}"), false))))
        @if !p.rules.rules.is_empty() {
            p { a href={ "/rules?round=" (ground.public_id) } { "この公募回の規則（" (p.rules.rules.len()) "件）を見る" } }
        }
        div id="form" { (ui::panel("様式（申請者に見える形）", &form::preview(&ground.edition, p, now))) }
        div id="flow" { (ui::panel("流れ", &flow::view(&p.flow))) }
        div id="checklist" { (ui::panel("確認票", &checklist(p.checklist.as_ref()))) }
        div id="letters" { (ui::panel("通知書", &letters(p))) }
    }
}

fn checklist(list: Option<&Checklist>) -> Markup {
    let Some(list) = list else { return html! { p { "この手続に確認票はありません。" } } };
    let mut table = ui::data_table(
        list.title.clone(),
        vec![ui::column("確認すること"), ui::column("区分"), ui::column("条項"), ui::column("自動の確認")],
    );
    for i in &list.items {
        table = table.row(vec![
            html! { (i.text) },
            html! { (i.group) },
            html! { @if let Some(c) = &i.clause { (c) } },
            html! { @if let Some(e) = &i.automatic { code { (e.source) } } @else { "―" } },
        ]);
    }
    html! { (table) }
}

fn letters(p: &Procedure) -> Markup {
    if p.letters.is_empty() {
        return html! { p { "この手続に通知書はありません。" } };
    }
    html! { ul { @for l in p.letters.values() { li { (l.name) " " code { (l.id) } @if !l.symbol.is_empty() { "（文書記号 " (l.symbol) "）" } } } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::ground;
    use time::macros::datetime;

    #[test]
    fn an_edition_and_its_application_can_be_read() {
        let ground = ground();
        let own = BTreeMap::from([("adoption_announced".to_owned(), datetime!(2027-03-31 6:00 UTC))]);
        let html = edition(&ground.edition, &own, "/definitions/x").into_string();
        assert!(html.contains("2027/03/31 15:00:00") && html.contains("版のとおり"), "{html}");
        for part in
            ["応募申請", "2026/10/30 18:00:00", "補助上限額", "革新的新製品・サービス枠", "/definitions/x/application"]
        {
            assert!(html.contains(part), "{part}");
        }
        let p = ground.edition.procedure("application").expect("application");
        let html = procedure(&ground, p, Now::new(datetime!(2026-10-01 00:00 UTC))).into_string();
        for part in ["事業計画名", "形式確認", "中小企業者等の範囲に収まる", "差戻し", "<svg"]
        {
            assert!(html.contains(part), "{part}");
        }
        assert!(!html.contains("<script"), "a preview runs nothing");
    }
}
