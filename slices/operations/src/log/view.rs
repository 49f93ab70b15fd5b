//! What both logs share on the page.

use hojo_access::Permission;
use hojo_web::ui::{self, Choice};
use hojo_web::{Markup, html};
use time::Date;

use super::MOST;
use super::filter::{Filter, OUTCOMES};

/// Which fields a log can be searched by.
#[derive(Clone, Copy)]
pub struct Fields {
    pub object: &'static str,
    pub outcome: bool,
}

pub fn filters(path: &str, filter: &Filter, today: Date, which: Fields) -> Markup {
    let select = |name: &str, label: &str, choices: Vec<Choice>, value: &str| {
        ui::field(name, label, ui::Control::Select { choices, empty: "すべて".into() }).value(value)
    };
    let permissions = Permission::ALL.iter().map(|p| Choice::new(p.code(), p.label())).collect();
    let outcomes = OUTCOMES.iter().map(|(code, label)| Choice::new(*code, *label)).collect();
    let (from, to) = filter.days(today);
    let wrong = filter.unreadable();
    let date = |name: &'static str, label: &str, typed: &str, day: Date| {
        let shown = if typed.is_empty() { ui::date(day) } else { typed.to_owned() };
        let field = ui::date_field(name, label).value(shown);
        if wrong.iter().any(|(w, _)| *w == name) { field.error(unreadable()) } else { field }
    };
    let fields = html! {
        (date("from", "開始日", &filter.from_typed, from))
        (date("to", "終了日", &filter.to_typed, to))
        (ui::text_field("person", "人（名前の一部）").value(filter.person.clone()))
        (select("permission", "操作・権限", permissions, filter.permission.map_or("", Permission::code)))
        (ui::text_field("object", which.object).value(filter.object.clone()))
        @if which.outcome { (select("outcome", "結果", outcomes, &filter.outcome)) }
    };
    ui::filters(path, &fields, (!filter.is_unfiltered()).then_some(path))
}

fn unreadable() -> &'static str {
    "日付として読み取れません。2026/11/22のように入力してください。"
}

/// One problem for each date that cannot be read.
pub fn problems(filter: &Filter) -> Vec<ui::Problem> {
    filter.unreadable().into_iter().map(|(name, _)| ui::Problem::at(name, unreadable())).collect()
}

/// The export button with the present filter, and what it will bring.
pub fn export(action: &str, filter: &Filter, csrf: &str) -> Markup {
    html! {
        form method="post" action=(action) {
            (ui::csrf_field(csrf))
            @for (name, value) in filter.pairs() { input type="hidden" name=(name) value=(value); }
            p { "上の条件に合う記録を、新しい順に最大" (ui::number(MOST)) "件取り出します。取り出したことは操作ログに残ります。" }
            (ui::buttons(&[ui::button("CSVで取り出す").outline()]))
        }
    }
}

/// A permission in words; one that no longer exists keeps its code.
pub fn permission(code: &str) -> &str {
    Permission::from_code(code).map_or(code, |p| p.label())
}

pub fn site(code: &str) -> &str {
    match code {
        "portal" => "申請者サイト",
        "office" => "事務局サイト",
        "api" => "API",
        "work" => "自動処理",
        other => other,
    }
}
