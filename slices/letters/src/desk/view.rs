//! How the office's letters look.

use hojo_web::ui::{self, Choice, Holds, NavItem, Tone, column, data_table};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;

use super::filter::Filter;
use super::rows::{Counts, Found, Kind, Line};
use super::state_chip;
use crate::record::State;

/// `many`: this person may also issue letters together.
pub fn list(filter: &Filter, found: &Found, kinds: &[Kind], many: bool, csrf: &str) -> Markup {
    html! {
        @if many { (ui::buttons(&[ui::link_button("まとめて発行する", "/letters/issue").outline()])) }
        (ui::tabs("よく使う一覧", &views(filter, found.counts)))
        (ui::filters("/letters", &fields(filter, kinds), (!filter.is_unfiltered()).then_some("/letters")))
        @if !found.stuck.is_empty() || filter.state == Some(State::Stuck) { (stuck(&found.stuck, csrf)) }
        @if filter.state != Some(State::Stuck) {
            (letters(&found.lines))
            (ui::pager(&format!("{}件を表示（新しい順）", ui::number(found.lines.len())), None,
                found.next.as_ref().map(Filter::address).as_deref()))
            @if filter.after.is_some() { p { a href=(filter.from(None).address()) { "最初のページへ戻る" } } }
        }
    }
}

fn views(filter: &Filter, counts: Counts) -> Vec<NavItem> {
    let of = |state| Filter { state: Some(state), ..Filter::default() };
    let count = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let here = filter.from(None);
    let list = [
        ("すべて", Filter::default(), 0),
        ("要対応", of(State::Stuck), count(counts.stuck)),
        ("発行待ち", of(State::Held), count(counts.held)),
        ("作成待ち", of(State::Due), count(counts.due)),
        ("交付待ち", of(State::Sealed), count(counts.sealed)),
        ("未開封", Filter { read: Some(false), ..Filter::default() }, 0),
    ];
    let item = |(label, view, n): (&str, Filter, u32)| NavItem {
        count: n,
        ..NavItem::new(label, view.address(), view == here)
    };
    list.into_iter().map(item).collect()
}

fn fields(filter: &Filter, kinds: &[Kind]) -> Markup {
    let select = |name: &str, label: &str, choices: Vec<Choice>, empty: &str, value: String| {
        ui::field(name, label, ui::Control::Select { choices, empty: empty.into() }).value(value)
    };
    let kind_choices = kinds.iter().map(|k| Choice::new(k.code.clone(), k.name.clone())).collect();
    let states = State::ALL.iter().map(|s| Choice::new(s.code(), s.label())).collect();
    let read = vec![Choice::new("no", "未開封"), Choice::new("yes", "開封済み")];
    html! {
        (ui::text_field("q", "文書番号・受付番号・事業者名").value(filter.text.clone()))
        (select("kind", "種類", kind_choices, "通知書すべて（控えを除く）", filter.kind.clone()))
        (select("state", "状態", states, "すべて", filter.state.map_or("", State::code).to_owned()))
        (select("read", "開封", read, "すべて", filter.read_code().to_owned()))
    }
}

/// Letters a person must see to, with the reason and one button for all that are ticked.
fn stuck(lines: &[Line], csrf: &str) -> Markup {
    let head = vec![column("通知書"), column("案件"), column("作成の開始").holds(Holds::Date), column("理由と対応")];
    let mut table = data_table("対応が必要な通知書", head)
        .selectable("letter")
        .stacks()
        .empty(html! { p { "対応が必要な通知書はありません。" } });
    for l in lines {
        let id = PublicId::from_uuid(l.public_id);
        table = table
            .row_with_key(
                id.to_string(),
                format!("{}（{}）", l.title, l.applicant_name),
                vec![
                    html! { a href={ "/letters/" (id) } { (l.title) } },
                    case(l),
                    html! { (ui::date_time(l.created_at)) },
                    html! { span class="prewrap" { (l.problem.as_deref().unwrap_or("理由の記録がありません。")) } },
                ],
            )
            .marked();
    }
    html! {
        form method="post" action="/letters/retry" {
            (ui::csrf_field(csrf))
            (table)
            @if !lines.is_empty() {
                p { "案件の内容や登録された名称を直したあとで、作成をやり直してください。文書番号は変わりません。" }
                (ui::buttons(&[ui::button("選んだ通知書をもう一度作成する"), ui::button("すべてもう一度作成する").outline().sends("all", "yes")]))
            }
        }
    }
}

fn letters(lines: &[Line]) -> Markup {
    let head = vec![
        column("通知書"),
        column("文書番号"),
        column("案件"),
        column("状態"),
        column("交付").holds(Holds::Date),
        column("開封").holds(Holds::Date),
    ];
    let mut table =
        data_table("通知書の一覧", head).quiet_caption().empty(html! { p { "条件に合う通知書はありません。" } });
    for l in lines {
        let state = State::from_code(&l.state).unwrap_or(State::Due);
        table = table.row(vec![
            html! {
                a href={ "/letters/" (PublicId::from_uuid(l.public_id)) } { (l.title) }
                @if l.replaced { " " (ui::plain_chip("訂正済み")) }
            },
            html! { (l.number.as_deref().unwrap_or("―")) },
            case(l),
            state_chip(state),
            html! { (l.delivered_at.map_or_else(|| "―".to_owned(), ui::date_time)) },
            opened(l),
        ]);
    }
    html! { (table) }
}

fn case(l: &Line) -> Markup {
    html! { a href={ "/cases/" (PublicId::from_uuid(l.case_id)) } { (l.case_number.as_deref().unwrap_or("（番号なし）")) } " " (l.applicant_name) }
}

fn opened(l: &Line) -> Markup {
    match (l.read_at, l.delivered_at) {
        (Some(at), _) => html! { (ui::date_time(at)) },
        (None, Some(_)) => html! { (ui::chip(Tone::Warn, "未開封")) },
        (None, None) => html! { "―" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;
    use uuid::Uuid;

    fn line(state: State) -> Line {
        Line {
            public_id: Uuid::from_u128(1),
            title: "採択通知書".into(),
            number: Some("新も第1号".into()),
            state: state.code().into(),
            problem: (state == State::Stuck).then(|| "文字「𠮷」（U+20BB7）は印刷できません。".into()),
            created_at: datetime!(2027-02-26 6:00 UTC),
            delivered_at: (state == State::Delivered).then_some(datetime!(2027-02-26 6:01 UTC)),
            read_at: None,
            case_id: Uuid::from_u128(2),
            case_number: Some("R1-00001".into()),
            applicant_name: "<見本>".into(),
            replaced: false,
        }
    }

    #[test]
    fn stuck_letters_come_first_with_reason_and_button() {
        let found = Found {
            stuck: vec![line(State::Stuck)],
            lines: vec![line(State::Delivered)],
            next: None,
            counts: Counts { stuck: 1, ..Counts::default() },
        };
        let html = list(&Filter::default(), &found, &[], true, "token").into_string();
        let reason = html.find("U+20BB7").expect("the reason");
        assert!(reason < html.find("通知書の一覧").expect("the list"), "{html}");
        assert!(html.contains("name=\"letter\"") && html.contains("/letters/retry") && html.contains("未開封"));
        assert!(html.contains("&lt;見本&gt;") && !html.contains("<見本>"));
    }

    #[test]
    fn nothing_stuck_says_so_when_asked() {
        let filter = Filter { state: Some(State::Stuck), ..Filter::default() };
        let html = list(&filter, &Found::default(), &[], false, "t").into_string();
        assert!(html.contains("対応が必要な通知書はありません") && !html.contains("通知書の一覧"), "{html}");
    }
}
