//! How the dashboard looks.

use std::collections::BTreeMap;

use hojo_case::Position;
use hojo_web::ui::{self, Holds, Tone};
use hojo_web::{Markup, html};
use hojo_words::ids::{PublicId, StaffId};

use super::STEPS;
use crate::common::people::Person;
use crate::queue::{Assignee, Due, Filter, Positions, Sort};

/// How many cases one person (or nobody) has at one step.
#[derive(Clone, Debug)]
pub struct Load {
    pub step: Position,
    pub person: Option<StaffId>,
    pub person_public: Option<PublicId>,
    pub name: String,
    pub all: i64,
    pub over: i64,
    pub soon: i64,
}

/// Everything the page shows.
#[derive(Clone, Debug)]
pub struct Board {
    pub me: StaffId,
    pub loads: Vec<Load>,
    pub people: Vec<Person>,
    /// What waits for a second person: (words, address).
    pub waiting: Vec<(String, String)>,
    /// Decided changes whose day is past and that could not take hold.
    pub held_up: i64,
}

const OFFICE: [Position; 2] = [Position::Check, Position::SecondCheck];

pub fn page(board: &Board) -> Markup {
    html! {
        @if board.held_up > 0 {
            (ui::banner(Tone::Error, format!("効力発生日を過ぎても反映できていない変更が{}件あります", ui::number(board.held_up)))
                .body(html! { p { a href="/obligations#awaited" { "理由と、することを見る" } } }))
        }
        @if !board.waiting.is_empty() { (waiting(&board.waiting)) }
        (ui::panel("自分の仕事", &mine(board)))
        (ui::panel("チームの仕事", &team(board)))
        (ui::panel("担当者と工程ごとの件数", &workload(board)))
    }
}

fn waiting(list: &[(String, String)]) -> Markup {
    ui::panel(
        "承認を待っているもの",
        &html! {
            ul { @for (words, url) in list { li { a href=(url) { (words) } } } }
        },
    )
}

fn count(board: &Board, wanted: impl Fn(&Load) -> bool, of: impl Fn(&Load) -> i64) -> i64 {
    board.loads.iter().filter(|l| wanted(l)).map(of).sum()
}

fn mine(board: &Board) -> Markup {
    let me = |l: &Load| l.person == Some(board.me);
    let base = Filter { assignee: Assignee::Me, ..Filter::default() };
    html! {
        (ui::task_list(&[
            task("一次の形式確認", count(board, |l| me(l) && l.step == Position::Check, |l| l.all), step(&base, Position::Check), None),
            task("二次の形式確認", count(board, |l| me(l) && l.step == Position::SecondCheck, |l| l.all), step(&base, Position::SecondCheck), None),
            task("期限超過", count(board, me, |l| l.over), due(&base, Due::Over), Some(Tone::Error)),
            task("期限が近い（3日以内）", count(board, me, |l| l.soon), due(&base, Due::Soon), Some(Tone::Warn)),
            task("差戻し中（申請者の再提出待ち）", count(board, |l| me(l) && l.step == Position::Returned, |l| l.all), step(&base, Position::Returned), None),
        ]))
    }
}

fn team(board: &Board) -> Markup {
    let nobody = |l: &Load| l.person.is_none() && OFFICE.contains(&l.step);
    let base = Filter::default();
    let free = Filter { assignee: Assignee::Nobody, positions: Positions::Office, ..Filter::default() };
    html! {
        (ui::task_list(&[
            task("形式確認のすべて", count(board, |l| OFFICE.contains(&l.step), |l| l.all), Filter { positions: Positions::Office, ..base.clone() }, None),
            task("担当なし", count(board, nobody, |l| l.all), free, Some(Tone::Warn)),
            task("期限超過", count(board, |_| true, |l| l.over), due(&base, Due::Over), Some(Tone::Error)),
            task("期限が近い（3日以内）", count(board, |_| true, |l| l.soon), due(&base, Due::Soon), Some(Tone::Warn)),
        ]))
    }
}

fn step(base: &Filter, position: Position) -> Filter {
    Filter { positions: Positions::One(position), ..base.clone() }
}

fn due(base: &Filter, which: Due) -> Filter {
    Filter { due: which, sort: Sort::Due, ..base.clone() }
}

fn task(title: &str, n: i64, filter: Filter, tone: Option<Tone>) -> ui::Task {
    let words = format!("{}件", ui::number(n));
    let state = match tone {
        Some(tone) if n > 0 => ui::chip(tone, words),
        _ => ui::plain_chip(words),
    };
    ui::Task { title: title.to_owned(), href: Some(filter.address()), hint: None, state }
}

fn workload(board: &Board) -> Markup {
    let mut people: BTreeMap<(bool, String, Option<StaffId>), Option<PublicId>> = BTreeMap::new();
    for p in &board.people {
        people.insert((false, p.name.clone(), Some(p.id)), Some(p.public_id));
    }
    for l in &board.loads {
        // Nobody comes last, people who left but still have cases stand among the others.
        people.insert((l.person.is_none(), l.name.clone(), l.person), l.person_public);
    }
    let mut head = vec![ui::column("担当者")];
    head.extend(STEPS.iter().map(|p| ui::column(p.label()).holds(Holds::Number)));
    head.push(ui::column("合計").holds(Holds::Number));
    head.push(ui::column("期限超過").holds(Holds::Number));
    let mut table = ui::data_table("担当者と工程ごとの件数", head).quiet_caption().empty(html! {
        p { "形式確認の担当者がまだいません。担当者に「形式確認をする」権限を付けると、ここに表示されます。" }
    });
    for ((nobody, name, id), public) in &people {
        let who = public.map_or(Assignee::Nobody, Assignee::Person);
        let base = Filter { assignee: who, ..Filter::default() };
        let of = |l: &Load| l.person == *id;
        let mut cells = vec![html! { @if *nobody { "担当なし" } @else { (name) } }];
        for p in STEPS {
            cells.push(linked(count(board, |l| of(l) && l.step == p, |l| l.all), &step(&base, p)));
        }
        cells.push(linked(count(board, of, |l| l.all), &base));
        cells.push(linked(count(board, of, |l| l.over), &due(&base, Due::Over)));
        table = table.row(cells);
    }
    html! {
        p { "件数を選ぶと、その案件の一覧が開きます。一覧で案件を選び、担当者を変えられます。" }
        (table)
    }
}

fn linked(n: i64, filter: &Filter) -> Markup {
    html! { @if n == 0 { "0" } @else { a href=(filter.address()) { (ui::number(n)) } } }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn every_count_leads_to_its_list() {
        let me = StaffId(Uuid::from_u128(1));
        let load = |person: Option<u128>, step, all, over| Load {
            step,
            person: person.map(|n| StaffId(Uuid::from_u128(n))),
            person_public: person.map(PublicId::from_bits),
            name: person.map(|n| format!("職員{n}")).unwrap_or_default(),
            all,
            over,
            soon: 0,
        };
        let board = Board {
            me,
            loads: vec![
                load(Some(1), Position::Check, 3, 1),
                load(Some(2), Position::SecondCheck, 4, 0),
                load(None, Position::Check, 5, 0),
            ],
            people: vec![],
            waiting: vec![("締切の変更の承認".into(), "/rounds/x/deadline".into())],
            held_up: 2,
        };
        let html = page(&board).into_string();
        for part in [
            "/queue?step=check&amp;who=me",
            "3件",
            "/queue?step=office&amp;who=none",
            "5件",
            "12件",
            "職員2",
            "担当なし",
            "/rounds/x/deadline",
            "/obligations#awaited",
        ] {
            assert!(html.contains(part), "{part}\n{html}");
        }
    }
}
