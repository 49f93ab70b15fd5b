//! How the list of obligations looks.

use hojo_case::Change;
use hojo_db::HeldUp;
use hojo_web::ui::{self, Choice, Holds, NavItem, Tone};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;
use time::{Date, Duration};
use uuid::Uuid;

use super::filter::{Filter, From, SOON_DAYS, Which};
use super::move_address;
use super::rows::{Counts, Found, Line, Waiting};
use crate::common::post_form;

/// What the page needs besides its rows.
#[derive(Clone, Debug)]
pub struct Around {
    pub counts: Counts,
    pub procedures: Vec<(String, String)>,
    pub rounds: Vec<(PublicId, String)>,
    pub waiting: Vec<Waiting>,
    pub held_up: Vec<HeldUp>,
    pub me: Uuid,
    pub may_move: bool,
    pub may_export: bool,
    pub csrf: String,
    pub today: Date,
}

pub fn page(filter: &Filter, found: &Found, around: &Around) -> Markup {
    let lines = &found.lines;
    let address = |there: &Option<Filter>| there.as_ref().map(Filter::address);
    let shown =
        format!("{}件を表示（全{}件）", ui::number(lines.len()), ui::number(count(&around.counts, filter.which)));
    html! {
        @if !around.held_up.is_empty() { (held_up(&around.held_up)) }
        @if !around.waiting.is_empty() { (waiting(around)) }
        (ui::tabs("義務の状態", &views(filter, &around.counts)))
        (ui::filters("/obligations", &fields(filter, around), Some("/obligations")))
        (table(lines, around))
        (ui::pager(&shown, address(&found.previous).as_deref(), address(&found.next).as_deref()))
        @if filter.from != From::Start { p { a href=(filter.at(From::Start).address()) { "最初のページへ戻る" } } }
        @if around.may_export && !lines.is_empty() {
            (post_form("/obligations/export", &around.csrf, &html! {
                @for (name, value) in filter.pairs() { input type="hidden" name=(name) value=(value); }
                (ui::buttons(&[ui::button("この一覧をCSVで取り出す").text()]))
            }))
        }
    }
}

fn count(counts: &Counts, which: Which) -> i64 {
    match which {
        Which::Open => counts.open,
        Which::Over => counts.over,
        Which::Soon => counts.soon,
        Which::Later => counts.later,
        Which::Met => counts.met,
    }
}

fn views(filter: &Filter, counts: &Counts) -> Vec<NavItem> {
    let item = |(which, label): (Which, &str)| {
        let view = Filter { which, from: From::Start, ..filter.clone() };
        let label = format!("{label}（{}件）", ui::number(count(counts, which)));
        NavItem::new(label, view.address(), which == filter.which)
    };
    Which::ALL.into_iter().map(item).collect()
}

fn fields(filter: &Filter, around: &Around) -> Markup {
    let any = |label: &str, name: &str, choices: Vec<Choice>, value: String| {
        ui::field(name, label, ui::Control::Select { choices, empty: "すべて".into() }).value(value)
    };
    let procedures = around.procedures.iter().map(|(code, title)| Choice::new(code.clone(), title.clone())).collect();
    let rounds = around.rounds.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone())).collect();
    html! {
        (any("提出するもの", "procedure", procedures, filter.procedure.clone()))
        (any("公募回", "round", rounds, filter.round.map(|r| r.to_string()).unwrap_or_default()))
        @if filter.which != Which::Open { input type="hidden" name="which" value=(filter.which.code()); }
    }
}

fn table(lines: &[Line], around: &Around) -> Markup {
    let head = vec![
        ui::column("受付番号"),
        ui::column("事業者・計画名"),
        ui::column("提出するもの"),
        ui::column("期限").holds(Holds::Date),
        ui::column("状態"),
        ui::column("最後の督促").holds(Holds::Date),
        ui::column("").holds(Holds::Action),
    ];
    let mut table = ui::data_table("義務", head).quiet_caption().empty(html! { p { "条件に合うものはありません。" } });
    for line in lines {
        let case = PublicId::from_uuid(line.case);
        let number = line.number.as_deref().unwrap_or("（番号なし）");
        table = table.row(vec![
            html! { a href={ "/cases/" (case) } { (number) } },
            html! { (ui::shortened(&line.applicant_name)) br; span class="quiet" { (ui::shortened(&line.case_title)) } },
            html! { (line.title) @if let Some((_, n)) = line.key.split_once('#') { " 第" (n) "回" } br; span class="quiet" { (line.round) } },
            html! { (ui::date(line.due_on)) @if let Some(from) = line.moved_from { br; span class="quiet" { "当初 " (ui::date(from)) } } },
            html! { (urgency(line, around.today)) @if line.waiting { br; (ui::plain_chip("期限の変更を承認待ち")) } },
            html! { @if let Some(at) = line.reminded_at { (ui::date_time(at)) } @else { "―" } },
            html! { @if around.may_move && !line.met {
                a href=(move_address(case, &line.key)) { "期限を変更する" span class="visually-hidden" { "（" (number) " " (line.title) "）" } }
            } },
        ]);
        if !line.met && line.due_on < around.today {
            table = table.marked();
        }
    }
    html! { (table) }
}

/// The state in words, for the list and the file.
pub fn state(line: &Line, today: Date) -> &'static str {
    match () {
        () if line.met => "提出済み",
        () if line.due_on < today => "期限超過",
        () if line.opens_on.is_some_and(|opens| opens > today) => "まだ提出できません",
        () if line.due_on <= today + Duration::days(SOON_DAYS) => "30日以内",
        () => "提出を待っています",
    }
}

/// Words without the chips' pictures, which would double a page of fifty.
fn urgency(line: &Line, today: Date) -> Markup {
    let words = state(line, today);
    html! { @if !line.met && line.due_on < today { strong { (words) } } @else { (words) } }
}

/// What was decided for a day and cannot take hold: the reason, and what a clerk does about it.
fn held_up(list: &[HeldUp]) -> Markup {
    html! {
        section id="awaited" {
            h2 { "効力発生日を迎えても反映できていない変更（" (list.len()) "件）" }
            p { "支障がなくなると、10分以内に自動で反映されます。" }
            ul {
                @for one in list {
                    @let what: Vec<String> = one.awaited.changes.iter().map(Change::sentence).collect();
                    li {
                        (ui::chip(Tone::Error, "反映できていません")) " "
                        a href={ "/cases/" (one.case.public_id) } { (one.case.number.as_deref().unwrap_or("（番号なし）")) " " (ui::shortened(&one.case.applicant_name)) }
                        "：" (ui::date(one.awaited.on)) "から " (what.join("。")) "（根拠 " (one.awaited.receipt) "）"
                        @match &one.why {
                            Some(why) => { p { "理由：" (why.message) } p { "することは：" (why.advice) } }
                            None => { p { "支障はなくなっています。1時間を過ぎても反映されないときは、運用の担当者に知らせてください。" } }
                        }
                    }
                }
            }
        }
    }
}

fn waiting(around: &Around) -> Markup {
    html! {
        section {
            h2 { "承認を待つ期限の変更（" (around.waiting.len()) "件）" }
            ul {
                @for w in &around.waiting {
                    li {
                        a href=(move_address(w.case, &w.key)) { (w.number) " " (w.title) }
                        "：" (ui::date(w.from)) "から" (ui::date(w.to)) "へ（" (w.applicant_name) "、起案 " (w.proposer) " " (ui::date_time(w.proposed_at)) "、理由：" (ui::shortened(&w.reason)) "）"
                        @if w.proposed_by == around.me { " " (ui::plain_chip("自分の起案")) }
                        @else if around.may_move { " " (ui::chip(Tone::Warn, "承認してください")) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    fn line(due_on: Date) -> Line {
        Line {
            case_id: Uuid::from_u128(1),
            key: "report#2".into(),
            title: "事業化状況報告".into(),
            opens_on: Some(date!(2029 - 04 - 01)),
            due_on,
            met: false,
            moved_from: Some(date!(2029 - 05 - 30)),
            case: Uuid::from_u128(2),
            number: Some("R1-00001".into()),
            applicant_name: "株式会社見本".into(),
            case_title: "計画".into(),
            round: "第1回公募".into(),
            reminded_at: Some(datetime!(2029-05-30 00:00 UTC)),
            waiting: true,
        }
    }

    fn found() -> Found {
        Found { lines: vec![line(date!(2029 - 06 - 10))], ..Found::default() }
    }

    fn around(today: Date) -> Around {
        Around {
            counts: Counts { open: 1_234, over: 7, ..Counts::default() },
            procedures: vec![("report".into(), "事業化状況報告".into())],
            rounds: vec![],
            waiting: vec![],
            held_up: vec![],
            me: Uuid::nil(),
            may_move: true,
            may_export: true,
            csrf: "t".into(),
            today,
        }
    }

    #[test]
    fn the_list_says_what_is_owed_by_when() {
        let today = date!(2029 - 06 - 15);
        let html = page(&Filter::default(), &found(), &around(today)).into_string();
        for part in
            ["期限超過", "第2回", "当初 2029/05/30", "承認待ち", "report%232/move", "全1,234件", "CSVで取り出す"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn states_follow_the_day() {
        let due = line(date!(2029 - 06 - 30));
        for (today, words) in [
            (date!(2029 - 03 - 31), "まだ提出できません"),
            (date!(2029 - 04 - 01), "提出を待っています"),
            (date!(2029 - 05 - 31), "30日以内"),
            (date!(2029 - 06 - 30), "30日以内"),
            (date!(2029 - 07 - 01), "期限超過"),
        ] {
            assert_eq!(state(&due, today), words, "{today}");
        }
        assert_eq!(state(&Line { met: true, ..due }, date!(2029 - 07 - 01)), "提出済み");
    }

    #[test]
    fn nobody_is_led_to_what_they_may_not() {
        let bare = Around { may_move: false, may_export: false, ..around(date!(2029 - 06 - 15)) };
        let html = page(&Filter::default(), &found(), &bare).into_string();
        assert!(!html.contains("/move") && !html.contains("CSV"), "{html}");
    }
}
