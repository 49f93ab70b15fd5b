//! How the ranking looks.

use std::collections::BTreeSet;

use hojo_case::Position;
use hojo_selection::CaseScore;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice, Holds, Tone};
use hojo_web::{Markup, html};

use super::filter::{Filter, PAGE};
use super::rows::Scored;
use crate::common::{Rounds, points, round_filter};

type Line = (Option<u32>, Scored);

pub fn page(rounds: &Rounds, filter: &Filter, lines: &[Line], csrf: &str) -> Markup {
    let shown: Vec<&Line> = lines.iter().filter(|(_, c)| filter.admits(c)).collect();
    html! {
        (ui::filters("/ranking", &fields(rounds, filter, lines), Some("/ranking")))
        (summary(lines))
        (export(filter, csrf))
        (table(&shown, filter))
        (pager(&shown, filter))
    }
}

fn fields(rounds: &Rounds, filter: &Filter, lines: &[Line]) -> Markup {
    let options = |of: fn(&Scored) -> &String| -> Vec<Choice> {
        let values: BTreeSet<&String> = lines.iter().map(|(_, c)| of(c)).collect();
        values.into_iter().map(|v| Choice::new(v.clone(), v.clone())).collect()
    };
    let only = vec![Choice::new("wide", "評価の開きが大きい案件"), Choice::new("open", "採点が揃っていない案件")];
    html! {
        (round_filter(rounds))
        (ui::select("frame", "申請枠", options(|c| &c.frame)).value(filter.frame.clone()))
        (ui::select("prefecture", "都道府県", options(|c| &c.prefecture)).value(filter.prefecture.clone()))
        (ui::select("only", "絞り込み", only).value(filter.only.clone()))
    }
}

fn summary(lines: &[Line]) -> Markup {
    let wide = lines.iter().filter(|(_, c)| c.is_wide).count();
    let open = lines.iter().filter(|(_, c)| c.sheets < c.wanted).count();
    html! {
        p {
            "全" (ui::number(lines.len())) "件。採点が揃っていない案件 " (ui::number(open)) "件、評価の開きが大きい案件 " (ui::number(wide)) "件。"
            @if lines.iter().any(|(_, c)| c.of_hundred) {
                "枠や特例によって採点表の満点が異なるため、平均点と開きは、それぞれの満点を100点とした点で表示し、比べています。"
            }
            "順位は、平均点に加点を足し減点を引いた点の高い順です。同点のときは、決め手の審査項目、加点、申請額の小さい順、申請の早い順、受付番号の順で決めます。"
        }
    }
}

fn export(filter: &Filter, csrf: &str) -> Markup {
    html! {
        form method="post" action="/ranking/export" {
            (csrf_field(csrf))
            @for (name, value) in [("round", &filter.round), ("frame", &filter.frame), ("prefecture", &filter.prefecture), ("only", &filter.only)] {
                input type="hidden" name=(name) value=(value);
            }
            (ui::buttons(&[ui::button("表示中の一覧をCSVで保存").outline().small()]))
        }
    }
}

fn table(shown: &[&Line], filter: &Filter) -> Markup {
    let number = |label: &str| ui::column(label).holds(Holds::Number);
    let columns = vec![
        number("順位"),
        ui::column("受付番号"),
        ui::column("事業者"),
        ui::column("申請枠"),
        number("平均点"),
        number("開き"),
        number("加点"),
        number("減点"),
        number("合計"),
        number("申請額"),
        number("採点"),
        ui::column("適格性"),
        ui::column("工程"),
    ];
    let mut table = ui::data_table("採点と順位", columns)
        .quiet_caption()
        .empty(html! { p { "条件に合う案件はありません。審査員が採点を確定すると、ここに表示されます。" } });
    for (rank, c) in shown.iter().skip(filter.page.saturating_mul(PAGE)).take(PAGE) {
        table = table.row(row(*rank, c));
    }
    html! { (table) }
}

fn row(rank: Option<u32>, c: &Scored) -> Vec<Markup> {
    let sum = c.as_run_case().points().map(points).unwrap_or_default();
    let score = |of: fn(&CaseScore) -> hojo_words::Number| c.score.as_ref().map(|s| points(of(s)));
    vec![
        html! { @match rank { Some(n) => (n), None => "―" } },
        html! { a href={ "/cases/" (c.public_id) } { (c.number) } },
        html! { (c.name) },
        html! { (c.frame) },
        html! { (score(|s| s.mean).unwrap_or_else(|| "―".into())) },
        html! { (score(|s| s.spread).unwrap_or_else(|| "―".into())) @if c.is_wide { " " (ui::chip(Tone::Warn, "開き大")) } },
        html! { a href={ "/ranking/" (c.public_id) "/points" } { (points(c.bonus)) span class="visually-hidden" { "（" (c.number) "の加点・減点）" } } },
        html! { (points(c.deduction)) },
        html! { @if c.score.is_some() { strong { (sum) } } @else { "―" } },
        html! { (ui::yen(c.requested)) },
        html! { (c.sheets) " / " (c.wanted) },
        verdict(c.score.as_ref()),
        html! { (Position::from_code(&c.position).map_or("", Position::label)) },
    ]
}

fn verdict(score: Option<&CaseScore>) -> Markup {
    html! {
        @match score {
            None => { "―" }
            Some(s) if s.fails == 0 => { "適" }
            Some(s) => { (ui::chip(Tone::Warn, format!("適{}・否{}", s.passes, s.fails))) }
        }
    }
}

fn pager(shown: &[&Line], filter: &Filter) -> Markup {
    let from = filter.page.saturating_mul(PAGE);
    let to = from.saturating_add(PAGE).min(shown.len());
    let words = format!(
        "{}〜{}件目を表示（全{}件）",
        ui::number(from.saturating_add(1).min(to)),
        ui::number(to),
        ui::number(shown.len())
    );
    let previous = filter.page.checked_sub(1).map(|p| filter.address(p));
    let next = (to < shown.len()).then(|| filter.address(filter.page.saturating_add(1)));
    ui::pager(&words, previous.as_deref(), next.as_deref())
}

#[cfg(test)]
mod tests {
    use super::super::rows::tests::case;
    use super::*;

    #[test]
    fn points_are_cut_off_and_wide_cases_are_marked_in_words() {
        let lines = [(Some(1), case(1, "200/3", 5_000_000))];
        let page = page(&Rounds::default(), &Filter::default(), &lines, "t").into_string();
        assert!(page.contains("66.66") && page.contains("68.66"), "{page}");
        assert!(page.contains("開き大") && page.contains("5,000,000円"), "{page}");
    }
}
