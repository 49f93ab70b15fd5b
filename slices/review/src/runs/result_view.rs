//! The result of a run: lines, the cut, distributions.

use std::collections::BTreeMap;

use hojo_selection::{Boundary, Proposal, Ranked, RunCase, RunResult, Share};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Column, Holds, Tone};
use hojo_web::{Markup, html};

use super::store::Run;
use crate::common::{Address, points};

type Cases<'a> = BTreeMap<&'a str, &'a RunCase>;

const PAGE: usize = 100;

fn columns() -> Vec<Column> {
    let number = |label: &str| ui::column(label).holds(Holds::Number);
    vec![
        number("順位"),
        ui::column("受付番号"),
        ui::column("事業者"),
        ui::column("申請枠"),
        number("点"),
        number("申請額"),
        number("累計"),
        ui::column("採否案"),
        ui::column("理由"),
    ]
}

fn cells(line: &Ranked, case: Option<&&RunCase>) -> Vec<Markup> {
    vec![
        html! { @match line.rank { Some(n) => (n), None => "―" } },
        html! { a href={ "/cases/" (line.key) } { (case.map_or("", |c| c.number.as_str())) } },
        html! { (case.map_or("", |c| c.name.as_str())) },
        html! { (case.map_or("", |c| c.frame.as_str())) },
        html! { (points(line.points)) },
        html! { (case.map(|c| ui::yen(c.requested)).unwrap_or_default()) },
        html! { (ui::yen(line.cumulative)) },
        html! { @if line.proposal == Proposal::Adopted { (ui::chip(Tone::Success, "採択")) } @else { (ui::plain_chip("不採択")) } },
        html! { (line.reason.sentence()) },
    ]
}

/// Cases on both sides of each cut.
pub fn boundaries(run: &Run, cases: &Cases<'_>) -> Markup {
    html! { @for b in &run.result.boundaries { (boundary(&run.result, b, cases)) } }
}

fn boundary(result: &RunResult, b: &Boundary, cases: &Cases<'_>) -> Markup {
    let line = |key: &String| result.lines.iter().find(|l| l.key == *key);
    let above: Vec<&Ranked> = b.above.iter().rev().filter_map(line).collect();
    let below: Vec<&Ranked> = b.below.iter().filter_map(line).collect();
    if above.is_empty() && below.is_empty() {
        return html! {};
    }
    let title = b.frame.as_ref().map_or_else(|| "採択の線の前後".to_owned(), |f| format!("採択の線の前後（{f}）"));
    let mut table = ui::data_table(title.clone(), columns()).quiet_caption();
    for l in &above {
        table = table.row(cells(l, cases.get(l.key.as_str())));
    }
    if !above.is_empty() {
        table = table.marked();
    }
    for l in &below {
        table = table.row(cells(l, cases.get(l.key.as_str())));
    }
    let words = match above.last() {
        Some(last) if !below.is_empty() => format!(
            "採択の線は{}位と次の案件の間にあります。線までの累計は{}です。",
            last.rank.unwrap_or(0),
            ui::yen(last.cumulative)
        ),
        Some(_) => "順位の付いた案件はすべて予算に収まりました。".to_owned(),
        None => "採択できる案件がありません。".to_owned(),
    };
    ui::panel(&title, &html! { p { (words) } (table) })
}

/// Distributions, folded away: they are looked at now and then.
pub fn shares(result: &RunResult) -> Markup {
    let title = |by: &str| match by {
        "frame" => "申請枠",
        "prefecture" => "都道府県",
        "industry" => "業種",
        _ => "申請額の帯",
    };
    html! {
        h2 { "分布" }
        @for s in &result.shares {
            (ui::disclosure(&format!("{}別", title(&s.by)), &share_table(title(&s.by), &s.groups)))
        }
    }
}

fn share_table(by: &str, groups: &[Share]) -> Markup {
    let number = |label: &str| ui::column(label).holds(Holds::Number);
    let columns =
        vec![ui::column(by), number("対象"), number("採択案"), number("採択率"), number("申請額"), number("採択額")];
    let mut table = ui::data_table(format!("{by}別の分布"), columns).quiet_caption();
    for g in groups {
        let rate = hojo_words::Number::ratio(i128::from(g.adopted) * 100, i128::from(g.cases.max(1)));
        table = table.row(vec![
            html! { @if g.label.is_empty() { "（未入力）" } @else { (g.label) } },
            html! { (ui::number(g.cases)) },
            html! { (ui::number(g.adopted)) },
            html! { (rate.map(|r| r.to_decimal(1)).unwrap_or_default()) "％" },
            html! { (ui::yen(g.requested)) },
            html! { (ui::yen(g.spent)) },
        ]);
    }
    html! { (table) }
}

/// The whole result, a page at a time.
pub fn lines(run: &Run, cases: &Cases<'_>, page: usize, csrf: &str) -> Markup {
    let all = &run.result.lines;
    let from = page.saturating_mul(PAGE);
    let to = from.saturating_add(PAGE).min(all.len());
    let mut table = ui::data_table("結果の一覧", columns()).quiet_caption();
    for line in all.iter().skip(from).take(PAGE) {
        table = table.row(cells(line, cases.get(line.key.as_str())));
        if is_last_adopted(&run.result, line) {
            table = table.marked();
        }
    }
    let link = |p: usize| Address::new(format!("/runs/{}", run.public_id)).with("page", &p.to_string()).text();
    let previous = page.checked_sub(1).map(link);
    let next = (to < all.len()).then(|| link(page.saturating_add(1)));
    let words = format!("{}〜{}件目を表示（全{}件）", from.saturating_add(1).min(to), to, ui::number(all.len()));
    html! {
        h2 id="lines" { "結果の一覧" }
        form method="post" action={ "/runs/" (run.public_id) "/export" } {
            (csrf_field(csrf))
            (ui::buttons(&[ui::button("結果をCSVで保存").outline().small()]))
        }
        (table)
        (ui::pager(&words, previous.as_deref(), next.as_deref()))
    }
}

/// The last line above the cut, where the running sum reaches its end.
fn is_last_adopted(result: &RunResult, line: &Ranked) -> bool {
    line.proposal == Proposal::Adopted && result.boundaries.iter().any(|b| b.above.first() == Some(&line.key))
}

#[cfg(test)]
pub mod tests {
    use hojo_selection::{Budget, RunInput, RunParameters, hash, simulate};
    use hojo_words::ids::{PublicId, RoundId, RunId, StaffId};
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;
    use crate::ranking::tests::case;

    pub fn run() -> Run {
        let input = RunInput { cases: (1..=4).map(|n| case(n, &(90 - n).to_string(), 10).as_run_case()).collect() };
        let parameters = RunParameters {
            budget: Budget { total: Some(25), frames: [].into() },
            boundary: 1,
            ..RunParameters::default()
        };
        Run {
            id: RunId(Uuid::from_u128(1)),
            public_id: PublicId::from_bits(77),
            round: RoundId(Uuid::nil()),
            name: "案".into(),
            result: simulate(&input, &parameters).unwrap(),
            input_hash: hash(&input, &parameters).unwrap(),
            input,
            parameters,
            made_by: StaffId(Uuid::from_u128(5)),
            maker: "起案 太郎".into(),
            made_at: datetime!(2026-12-01 00:00 UTC),
            committed_by: None,
            committer: None,
            committed_at: None,
        }
    }

    #[test]
    fn the_cut_is_shown_with_its_running_sum() {
        let run = run();
        let cases = run.input.cases.iter().map(|c| (c.key.as_str(), c)).collect();
        let cut = boundaries(&run, &cases).into_string();
        assert!(cut.contains("採択の線は2位と次の案件の間にあります。線までの累計は20円です。"), "{cut}");
        assert!(cut.contains("予算の残額（5円）を超える"), "{cut}");
        let all = lines(&run, &cases, 0, "t").into_string();
        assert_eq!(all.matches("data-marked").count(), 1, "one line carries the cut");
        assert!(all.contains("1〜4件目を表示（全4件）"), "{all}");
    }

    #[test]
    fn distributions_show_rates() {
        let html = shares(&run().result).into_string();
        assert!(html.contains("50％"), "{html}");
    }
}
