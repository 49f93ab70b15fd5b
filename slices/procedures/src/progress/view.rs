//! How progress looks: numbers only, each with the way to what it counts.

use std::collections::BTreeMap;

use hojo_case::Position;
use hojo_programme::Edition;
use hojo_web::ui::{self, Holds};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;

use super::{Board, Money, Stand, Step};

/// The words of the editions: frames, standings and procedures by their codes.
#[derive(Clone, Debug, Default)]
pub struct Words {
    frames: BTreeMap<String, String>,
    standings: BTreeMap<String, String>,
    procedures: BTreeMap<String, String>,
    /// Amounts after the first and sums, in the order of the edition: name and words.
    money: Vec<(String, String)>,
}

impl Words {
    pub fn learn(&mut self, edition: &Edition) {
        let known = |map: &mut BTreeMap<String, String>, code: &str, label: &str| {
            map.entry(code.to_owned()).or_insert_with(|| label.to_owned());
        };
        for (code, label) in edition.frames().iter().flat_map(|list| &list.options) {
            known(&mut self.frames, code, label);
        }
        for (code, label) in edition.life.iter().flat_map(|life| &life.standings) {
            known(&mut self.standings, code, label);
        }
        if let Some(life) = &edition.life {
            // The first step is what was asked for, which every case has.
            let steps = life.amounts.iter().skip(1);
            for (name, label) in steps.chain(life.sums.iter().map(|(name, sum)| (name, &sum.title))) {
                if !self.money.iter().any(|(known, _)| known == name) {
                    self.money.push((name.clone(), label.clone()));
                }
            }
        }
        for (code, procedure) in &edition.procedures {
            known(&mut self.procedures, code, &procedure.title);
        }
    }

    fn frame<'w>(&'w self, code: &'w str) -> &'w str {
        self.frames.get(code).map_or(code, String::as_str)
    }

    fn procedure<'w>(&'w self, code: &'w str) -> &'w str {
        self.procedures.get(code).map_or(code, String::as_str)
    }

    /// A standing, or the step of an application that was not decided.
    fn standing(&self, line: &Stand) -> String {
        let code = &line.standing;
        let word = match Position::from_code(code).filter(|_| line.is_step) {
            Some(position) => Some(format!("応募：{}", position.label())),
            None => self.standings.get(code).cloned(),
        };
        word.unwrap_or_else(|| code.clone())
    }
}

pub fn page(board: &Board) -> Markup {
    html! {
        (ui::round_filter("/progress", &board.rounds, board.chosen.as_ref()))
        @if board.stands.is_empty() { p { "提出された案件はまだありません。" } }
        @for round in held(board) {
            @let stands: Vec<&Stand> = board.stands.iter().filter(|line| line.round_id == round.round_id).collect();
            @let steps: Vec<&Step> = board.steps.iter().filter(|line| line.round_id == round.round_id).collect();
            section {
                h2 { (round.round) }
                (stands_table(board, &round.round, &stands))
                @if !steps.is_empty() {
                    h3 { "手続と工程" }
                    (steps_table(board, &round.round, &steps))
                }
            }
        }
        p class="quiet" { "事業者の名称はこの画面に表示しません。金額は、それぞれの状態にある案件の合計です。" }
    }
}

/// One line of each round that has any, in the order of the board.
fn held(board: &Board) -> Vec<&Stand> {
    let mut found: Vec<&Stand> = Vec::new();
    for line in &board.stands {
        if !found.iter().any(|known| known.round_id == line.round_id) {
            found.push(line);
        }
    }
    found
}

fn stands_table(board: &Board, round: &str, stands: &[&Stand]) -> Markup {
    let own = |money: &&Money| stands.iter().any(|line| line.round_id == money.round_id);
    let money: Vec<&Money> = board.money.iter().filter(own).collect();
    // A round that has come nowhere near a payment needs no column for it.
    let known: Vec<&(String, String)> =
        board.words.money.iter().filter(|(name, _)| money.iter().any(|one| one.name == *name)).collect();
    let number = |label: &str| ui::column(label.to_owned()).holds(Holds::Number);
    let mut head = vec![ui::column("状態・枠"), number("件数"), number("申請額")];
    head.extend(known.iter().map(|(_, label)| number(label)));
    let mut table = ui::data_table(format!("{round}：案件の状態と金額"), head).quiet_caption();
    for line in stands {
        let mine = |one: &&&Money| (&one.frame, &one.standing) == (&line.frame, &line.standing);
        let mut cells = vec![
            html! { strong { (board.words.standing(line)) } br; span class="quiet" { (board.words.frame(&line.frame)) } },
            counted(board, line.cases, &queue(line)),
            html! { (ui::yen(line.requested)) },
        ];
        cells.extend(known.iter().map(|(name, _)| yen(money.iter().filter(mine).copied(), name)));
        table = table.row(cells);
    }
    let mut cells = vec![
        html! { strong { "合計" } },
        html! { strong { (ui::number(stands.iter().map(|line| line.cases).sum::<i64>())) "件" } },
        html! { (ui::yen(stands.iter().map(|line| line.requested).sum::<i64>())) },
    ];
    cells.extend(known.iter().map(|(name, _)| yen(money.iter().copied(), name)));
    html! { (table.row(cells)) }
}

/// The total of one name; nothing where no case has it.
fn yen<'m>(money: impl Iterator<Item = &'m Money>, name: &str) -> Markup {
    let found: Vec<i64> = money.filter(|one| one.name == name).map(|one| one.yen).collect();
    html! { @if found.is_empty() { "―" } @else { (ui::yen(found.iter().sum::<i64>())) } }
}

/// The list of exactly the cases this number counts.
fn queue(line: &Stand) -> String {
    let round = PublicId::from_uuid(line.round_id);
    // Before the first decision a case has no standing yet: its step is shown instead.
    let name = if line.is_step { "step" } else { "standing" };
    format!("/queue?round={round}&frame={}&kind=case&{name}={}", line.frame, line.standing)
}

fn counted(board: &Board, count: i64, address: &str) -> Markup {
    html! { @if board.may_look { a href=(address) { (ui::number(count)) "件" } } @else { (ui::number(count)) "件" } }
}

fn steps_table(board: &Board, round: &str, steps: &[&Step]) -> Markup {
    let head = vec![
        ui::column("手続"),
        ui::column("工程"),
        ui::column("件数").holds(Holds::Number),
        ui::column("期限超過").holds(Holds::Number),
    ];
    let mut table = ui::data_table(format!("{round}：手続と工程"), head).quiet_caption();
    for line in steps {
        table = table.row(vec![
            html! { (board.words.procedure(&line.procedure)) },
            html! { (Position::from_code(&line.position).map_or(line.position.as_str(), |position| position.label())) },
            counted(board, line.runs, &steps_queue(line)),
            html! { @if line.overdue > 0 { strong { (counted(board, line.overdue, &format!("{}&due=over", steps_queue(line)))) } } @else { "0件" } },
        ]);
    }
    html! { (table) }
}

fn steps_queue(line: &Step) -> String {
    let round = PublicId::from_uuid(line.round_id);
    format!("/queue?round={round}&procedure={}&step={}", line.procedure, line.position)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn stand(standing: &str, cases: i64) -> Stand {
        Stand {
            round: "第1回公募".into(),
            round_id: Uuid::from_u128(1),
            frame: "global".into(),
            standing: standing.into(),
            is_step: Position::from_code(standing).is_some(),
            cases,
            requested: 10,
        }
    }

    fn money(standing: &str, name: &str, yen: i64) -> Money {
        let (round_id, frame) = (Uuid::from_u128(1), "global".to_owned());
        Money { round_id, frame, standing: standing.into(), name: name.into(), yen }
    }

    fn board(may_look: bool) -> Board {
        let mut words = Words::default();
        words.frames.insert("global".into(), "グローバル枠".into());
        words.standings.insert("granted".into(), "交付決定".into());
        words.money = vec![("granted".into(), "交付決定額".into()), ("paid".into(), "支払額".into())];
        let step = Step {
            round_id: Uuid::from_u128(1),
            procedure: "grant-application".into(),
            position: "check".into(),
            runs: 12,
            overdue: 3,
        };
        Board {
            rounds: vec![],
            chosen: None,
            stands: vec![stand("granted", 1_200), stand("examine", 34)],
            money: vec![money("granted", "granted", 2_000_000), money("paid", "granted", 500_000)],
            steps: vec![step],
            words,
            may_look,
        }
    }

    #[test]
    fn numbers_add_up_and_lead_into_the_list() {
        let html = page(&board(true)).into_string();
        for part in [
            "グローバル枠",
            "交付決定",
            "応募：審査中",
            "1,234",
            "2,000,000",
            "2,500,000",
            "kind=case&amp;step=examine",
            "kind=case&amp;standing=granted",
            "procedure=grant-application&amp;step=check&amp;due=over",
            "12件",
            "3件",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
    }

    #[test]
    fn a_sum_that_no_case_of_the_round_has_takes_no_column() {
        assert!(!page(&board(true)).into_string().contains("支払額"));
        let mut board = board(true);
        board.money.push(money("granted", "paid", 1));
        assert!(page(&board).into_string().contains("支払額"));
    }

    #[test]
    fn who_may_not_see_cases_sees_numbers_only() {
        assert!(!page(&board(false)).into_string().contains("/queue"));
    }
}
