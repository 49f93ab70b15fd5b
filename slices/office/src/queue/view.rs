//! How the list looks.

use hojo_case::{Outcome, Position};
use hojo_web::ui::{self, Choice, Holds, NavItem, Order as Shown, Tone};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;
use time::{Date, Duration};

use super::filter::{Assignee, Due, Filter, From, Order, Positions, Sort};
use super::rows::{COUNT_LIMIT, Found, Line, SOON_DAYS};
use crate::common::people::{self, Person};

/// A round to choose.
#[derive(Clone, Debug)]
pub struct RoundChoice {
    pub id: PublicId,
    pub title: String,
}

/// What the page needs besides its rows.
#[derive(Clone, Debug, Default)]
pub struct Around {
    pub rounds: Vec<RoundChoice>,
    pub frames: Vec<Choice>,
    /// Procedures of the editions in use, by code.
    pub procedures: Vec<Choice>,
    /// Where cases may stand, by code.
    pub standings: Vec<Choice>,
    pub people: Vec<Person>,
    pub csrf: String,
    pub may_claim: bool,
    pub may_assign: bool,
    pub may_export: bool,
}

pub fn page(filter: &Filter, found: &Found, around: &Around, today: Date) -> Markup {
    html! {
        (ui::tabs("よく使う一覧", &views(filter)))
        (ui::filters("/queue", &fields(filter, around), (!filter.is_unfiltered()).then_some("/queue")))
        form method="post" action="/queue/assign" {
            (ui::csrf_field(&around.csrf))
            @for (name, value) in filter.pairs() { input type="hidden" name=(name) value=(value); }
            (table(filter, found, around, today))
            @if !found.lines.is_empty() { (actions(around)) }
        }
        (ui::pager(&shown(found), address(found.previous.as_ref()).as_deref(), address(found.next.as_ref()).as_deref()))
        @if filter.from != From::Start { p { a href=(filter.from(From::Start).address()) { "最初のページへ戻る" } } }
        p class="quiet" { "この画面のアドレスには絞り込みと並び順が含まれます。ブックマークすると、同じ一覧をいつでも開けます。" }
    }
}

fn address(filter: Option<&Filter>) -> Option<String> {
    filter.map(Filter::address)
}

/// 「50件を表示（全123件）」; above the cap the rest is not counted.
pub fn shown(found: &Found) -> String {
    let total = if found.count > COUNT_LIMIT {
        format!("{}件以上", ui::number(COUNT_LIMIT))
    } else {
        format!("{}件", ui::number(found.count))
    };
    format!("{}件を表示（全{total}）", ui::number(found.lines.len()))
}

/// Saved views: addresses that most people need every day.
fn views(filter: &Filter) -> Vec<NavItem> {
    let base = Filter { round: filter.round, ..Filter::default() };
    let office = Filter { positions: Positions::Office, ..base.clone() };
    let list = [
        ("自分の担当", Filter { assignee: Assignee::Me, ..office.clone() }),
        ("担当なし", Filter { assignee: Assignee::Nobody, ..office.clone() }),
        ("期限超過", Filter { due: Due::Over, sort: Sort::Due, ..base.clone() }),
        ("期限が近い", Filter { due: Due::Soon, sort: Sort::Due, ..base.clone() }),
        ("二次確認待ち", Filter { positions: Positions::One(Position::SecondCheck), ..base.clone() }),
        ("差戻し中", Filter { positions: Positions::One(Position::Returned), sort: Sort::Due, ..base.clone() }),
        ("すべて", base),
    ];
    let here = filter.from(From::Start);
    list.into_iter().map(|(label, view)| NavItem::new(label, view.address(), view == here)).collect()
}

fn fields(filter: &Filter, around: &Around) -> Markup {
    let any = |label: &str, name: &str, choices: Vec<Choice>, value: String| {
        ui::field(name, label, ui::Control::Select { choices, empty: "すべて".into() }).value(value)
    };
    let rounds = around.rounds.iter().map(|r| Choice::new(r.id.to_string(), r.title.clone())).collect();
    let mut steps = vec![Choice::new("office", "形式確認（一次・二次）")];
    steps.extend(
        Position::ALL
            .iter()
            .filter(|p| !matches!(p, Position::Draft | Position::Discarded))
            .map(|p| Choice::new(p.code(), p.label())),
    );
    let mut who = vec![Choice::new("me", "自分"), Choice::new("none", "担当なし")];
    who.extend(people::choices(&around.people));
    html! {
        (ui::text_field("q", "受付番号・事業者名・計画名").value(filter.text.clone()))
        (any("公募回", "round", rounds, filter.round.map(|r| r.to_string()).unwrap_or_default()))
        (any("工程", "step", steps, filter.step()))
        (any("担当", "who", who, filter.who()))
        (any("手続", "procedure", around.procedures.clone(), filter.procedure.clone()))
        (any("案件の状態", "standing", around.standings.clone(), filter.standing.clone()))
        (any("種別", "kind", vec![Choice::new("case", "案件（応募）"), Choice::new("run", "採択後の手続")], filter.kind.code().to_owned()))
        (any("枠", "frame", around.frames.clone(), filter.frame.clone()))
        (any("期限", "due", vec![Choice::new("over", "期限超過"), Choice::new("soon", format!("{SOON_DAYS}日以内")), Choice::new("late", LATE)],
            filter.due.code().to_owned()))
        @for (name, value) in filter.pairs() {
            @if matches!(name, "sort" | "order") { input type="hidden" name=(name) value=(value); }
        }
    }
}

fn table(filter: &Filter, found: &Found, around: &Around, today: Date) -> Markup {
    let order =
        |sort: Sort| (filter.sort == sort).then_some(if filter.order == Order::Up { Shown::Up } else { Shown::Down });
    let head = vec![
        ui::column("受付番号"),
        ui::column("事業者・計画名"),
        ui::column("手続・枠"),
        ui::column("工程"),
        ui::column("申請額").holds(Holds::Number).sorts(filter.sorted(Sort::Requested), order(Sort::Requested)),
        ui::column("期限").holds(Holds::Date).sorts(filter.sorted(Sort::Due), order(Sort::Due)),
        ui::column("受付日時").holds(Holds::Date).sorts(filter.sorted(Sort::Filed), order(Sort::Filed)),
        ui::column("更新日時").holds(Holds::Date).sorts(filter.sorted(Sort::Changed), order(Sort::Changed)),
        ui::column("担当"),
    ];
    let mut table = ui::data_table("案件", head).quiet_caption().empty(empty(filter));
    if around.may_claim || around.may_assign {
        table = table.selectable("case");
    }
    for line in &found.lines {
        let id = PublicId::from_uuid(line.public_id).to_string();
        let number = line.number.clone().unwrap_or_else(|| "（番号なし）".into());
        table = table.row_with_key(id.clone(), number.clone(), cells(line, &id, &number, around, today));
        if line.due_on.is_some_and(|d| d < today) {
            table = table.marked();
        }
    }
    html! { (table) }
}

fn cells(line: &Line, id: &str, number: &str, around: &Around, today: Date) -> Vec<Markup> {
    let frame = around.frames.iter().find(|f| f.value == line.frame).map_or(line.frame.as_str(), |f| f.label.as_str());
    let procedure = around.procedures.iter().find(|p| p.value == line.procedure);
    let procedure = procedure.map_or(line.procedure.as_str(), |p| p.label.as_str());
    vec![
        html! { a href={ "/cases/" (id) } { (number) } },
        html! { (ui::shortened(&line.applicant_name)) @if !line.title.is_empty() { br; span class="quiet" { (ui::shortened(&line.title)) } } },
        html! { @if line.is_run { (procedure) } @else { (frame) } },
        html! { (step(line, around)) @if line.late_since.is_some() { br; (ui::chip(Tone::Warn, LATE)) } },
        html! { @if let Some(yen) = line.requested { (ui::yen(yen)) } @else { "―" } },
        html! { (urgency(line.due_on, today)) },
        html! { @if let Some(at) = line.filed_at { (ui::date_time(at)) } },
        html! { (ui::date_time(line.changed_at)) },
        html! { @if let Some(name) = &line.assignee { (name) } @else { span class="quiet" { "担当なし" } } },
    ]
}

/// Where a case stands in its life says more than that its application was decided.
fn step(line: &Line, around: &Around) -> String {
    let standing = around.standings.iter().find(|s| s.value == line.standing).map(|s| s.label.clone());
    let is_over = line.position == Position::Closed.code() && !line.is_run;
    standing.filter(|_| is_over).unwrap_or_else(|| words(&line.position, line.outcome.as_deref()))
}

/// What the office calls a filing that came back after its due date.
pub const LATE: &str = "期限後の再提出";

/// A step in words; the outcome stands with it once there is one.
fn words(position: &str, outcome: Option<&str>) -> String {
    // The three of a selection are known by their codes, the others come in the words of their flow.
    let outcome = outcome.map(|o| Outcome::new(o).label().to_owned());
    match (Position::from_code(position), outcome) {
        (None, _) => position.to_owned(),
        (Some(step), Some(o)) => format!("{}・{o}", step.label()),
        (Some(step), None) => step.label().to_owned(),
    }
}

/// A step as a chip, for pages that show one case.
pub fn state(position: &str, outcome: Option<&str>) -> Markup {
    let words = words(position, outcome);
    let chip = match Position::from_code(position) {
        Some(Position::Check | Position::SecondCheck) => ui::chip(Tone::Info, words),
        Some(Position::Returned) => ui::chip(Tone::Warn, words),
        _ => ui::plain_chip(words),
    };
    html! { (chip) }
}

/// A deadline in a list of fifty: words without the chips' pictures, which would double the page.
fn urgency(day: Option<Date>, today: Date) -> Markup {
    html! {
        @match day {
            None => { "―" }
            Some(day) => {
                (ui::date(day))
                @if day < today { br; strong { "超過" } }
                @else if day <= today + Duration::days(SOON_DAYS) { br; strong { "間近" } }
            }
        }
    }
}

/// A deadline with the word that says how urgent it is.
pub fn due(day: Option<Date>, today: Date) -> Markup {
    html! {
        @match day {
            None => { "―" }
            Some(day) => {
                (ui::date(day))
                @if day < today { " " (ui::chip(Tone::Error, "超過")) }
                @else if day <= today + Duration::days(SOON_DAYS) { " " (ui::chip(Tone::Warn, "間近")) }
            }
        }
    }
}

fn empty(filter: &Filter) -> Markup {
    html! {
        @if filter.is_unfiltered() { p { "提出された案件はまだありません。申請者が提出すると、ここに並びます。" } }
        @else { p { "条件に合う案件はありません。" a href="/queue" { "条件をすべて解除" } "すると、提出されたすべての案件を表示します。" } }
    }
}

fn actions(around: &Around) -> Markup {
    html! {
        @if around.may_claim {
            (ui::buttons(&[ui::button("選んだ案件の担当になる").outline().to("/queue/claim")]))
        }
        @if around.may_assign {
            (ui::field("to", "担当者", ui::Control::Select { choices: with_nobody(&around.people), empty: "選択してください".into() }))
            (ui::buttons(&[ui::button("選んだ案件の担当者を変える（確認へ）").outline().sends("stage", "preview")]))
        }
        @if around.may_export {
            (ui::buttons(&[ui::button("この一覧をCSVで取り出す").text().to("/queue/export")]))
        }
    }
}

/// People to give a case to, and nobody.
pub fn with_nobody(people: &[Person]) -> Vec<Choice> {
    let mut all = people::choices(people);
    all.push(Choice::new("none", "（担当を外す）"));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    fn line(n: u128) -> Line {
        Line {
            public_id: uuid::Uuid::from_u128(n),
            number: Some(format!("R1-{n:06}")),
            applicant_name: "株式会社とても長い名前の見本製作所東日本統括本部ホールディングス".repeat(2),
            title: "医療機器部品の切削加工における自動化ラインの新設".into(),
            frame: "innovation".into(),
            position: "check".into(),
            outcome: None,
            procedure: "application".into(),
            is_run: false,
            standing: String::new(),
            requested: Some(104_000_000),
            due_on: Some(date!(2026 - 11 - 20)),
            late_since: None,
            filed_at: Some(datetime!(2026-10-29 01:02 UTC)),
            changed_at: datetime!(2026-10-29 01:02 UTC),
            assignee: Some("佐藤 一郎".into()),
        }
    }

    fn around() -> Around {
        Around {
            people: (0..40)
                .map(|n| Person {
                    id: hojo_words::ids::StaffId(uuid::Uuid::from_u128(n)),
                    public_id: PublicId::from_bits(n),
                    name: format!("職員{n}"),
                })
                .collect(),
            csrf: "token".into(),
            may_claim: true,
            may_assign: true,
            may_export: true,
            ..Around::default()
        }
    }

    #[test]
    fn a_full_page_stays_small() {
        let found = Found { lines: (0..50).map(line).collect(), count: 1_001, ..Found::default() };
        let html = page(&Filter::default(), &found, &around(), date!(2026 - 11 - 22)).into_string();
        // The frame around it (head, menu, footer) takes about 4 kB more.
        assert!(html.len() < 56_500, "{} bytes", html.len());
        assert!(html.contains("50件を表示（全1,000件以上）"));
        assert!(html.contains("超過"));
    }

    #[test]
    fn an_application_shows_its_frame_and_a_later_procedure_its_name() {
        let mut around = around();
        around.procedures = vec![Choice::new("grant-application", "交付申請")];
        let run = Line { procedure: "grant-application".into(), is_run: true, ..line(2) };
        let found = Found { lines: vec![line(1), run], count: 2, ..Found::default() };
        let html = page(&Filter::default(), &found, &around, date!(2026 - 11 - 22)).into_string();
        // Once among the filters, once on the line; the frame stands on the application's line alone.
        assert_eq!((html.matches("交付申請").count(), html.matches(">innovation<").count()), (2, 1), "{html}");
    }

    #[test]
    fn an_empty_list_says_what_to_do() {
        let none = page(&Filter::default(), &Found::default(), &around(), date!(2026 - 11 - 22)).into_string();
        assert!(none.contains("まだありません"));
        let filtered = Filter { text: "無い".into(), ..Filter::default() };
        let none = page(&filtered, &Found::default(), &around(), date!(2026 - 11 - 22)).into_string();
        assert!(none.contains("条件に合う案件はありません"));
        assert!(none.contains("value=\"無い\""));
    }

    #[test]
    fn a_filing_that_came_back_late_is_marked() {
        let late = Line { late_since: Some(date!(2026 - 11 - 04)), ..line(1) };
        let found = Found { lines: vec![late], count: 1, ..Found::default() };
        let html = page(&Filter::default(), &found, &around(), date!(2026 - 11 - 22)).into_string();
        // Once among the filters, once on the line.
        assert_eq!(html.matches(LATE).count(), 2, "{html}");
    }

    #[test]
    fn deadlines_speak() {
        let today = date!(2026 - 11 - 22);
        for (day, word) in
            [(date!(2026 - 11 - 21), "超過"), (date!(2026 - 11 - 22), "間近"), (date!(2026 - 11 - 25), "間近")]
        {
            assert!(due(Some(day), today).into_string().contains(word), "{day}");
        }
        assert!(!due(Some(date!(2026 - 11 - 26)), today).into_string().contains("間近"));
    }
}
