//! The head of a run: parameters, totals, reproducibility, progress, what differs from the run before.

use std::collections::BTreeMap;

use hojo_selection::{Changed, Proposal, RunCase};
use hojo_web::ui::{self, Holds, Tone};
use hojo_web::{Markup, html};
use hojo_words::ids::{PublicId, StaffId};

use super::store::{Progress, Run};
use crate::common::points;

pub fn head(run: &Run) -> Markup {
    let p = &run.parameters;
    let budget = html! {
        @match p.budget.total { Some(yen) => (ui::yen(yen)), None => "上限なし" }
        @for (frame, yen) in &p.budget.frames { div { (frame) " " (ui::yen(*yen)) } }
    };
    html! {
        (ui::facts(&[
            ("予算", budget),
            ("基準点", html! { @match p.floor { Some(n) => { (points(n)) "点" }, None => "なし" } }),
            ("予算の充て方", html! { (p.fill.label()) }),
            ("適格性の扱い", html! { (p.pass.label()) }),
            ("対象", html! { (ui::number(run.input.cases.len())) "件（申請額 " (ui::yen(run.result.requested)) "）" }),
            ("採択案", html! { strong { (ui::number(run.result.adopted)) "件" } "（" (ui::yen(run.result.spent)) "）" }),
            ("作成", html! { (ui::date_time(run.made_at)) " " (run.maker) }),
            ("入力の照合値", html! { code { (run.input_hash) } }),
        ]))
        p class="note" { "保存されたシミュレーションは変更できません。同じ入力と条件からは、必ず同じ結果になります。" }
    }
}

pub fn commit_link(run: &Run, me: StaffId) -> Markup {
    html! {
        @if run.made_by == me {
            (ui::banner(Tone::Info, "確定は、作成した人とは別の人が行います"))
        } @else {
            (ui::buttons(&[ui::link_button("この結果で採否を確定する", format!("/runs/{}/commit", run.public_id))]))
        }
    }
}

pub fn progress(run: &Run, p: Progress) -> Markup {
    let count = |n: i64| u64::try_from(n).unwrap_or(0);
    let finished = p.decided + p.elsewhere >= p.total;
    let title = if finished { "採否の決定が完了しました" } else { "採否を決定しています" };
    html! {
        (ui::banner(if finished { Tone::Success } else { Tone::Info }, title).body(html! {
            p { (run.committed_at.map(ui::date_time).unwrap_or_default()) " に " (run.committer.as_deref().unwrap_or_default()) " が確定しました。" }
            (ui::progress("採否の決定", count(p.decided + p.elsewhere), count(p.total)))
            (ui::progress("通知書の交付", count(p.letters), count(p.decided)))
            @if p.elsewhere > 0 { p { "確定より前に取下げなどで工程が変わった " (ui::number(p.elsewhere)) "件は、決定していません。" } }
            @if p.stuck > 0 { p { a href="/letters" { "発行できなかった通知書が" (ui::number(p.stuck)) "件あります" } } }
            @if !finished { p { "この画面を開き直すと、進み具合を確認できます。" } }
        }))
    }
}

pub fn difference(id: PublicId, name: &str, changed: &[Changed], cases: &BTreeMap<&str, &RunCase>) -> Markup {
    let word = |p: Option<Proposal>| p.map_or("対象外", Proposal::label);
    let rank = |r: Option<u32>| r.map(|n| format!("（{n}位）")).unwrap_or_default();
    let columns = vec![
        ui::column("受付番号"),
        ui::column("事業者"),
        ui::column("前回"),
        ui::column("今回"),
        ui::column("申請額").holds(Holds::Number),
    ];
    let mut table = ui::data_table("採否案が変わった案件", columns).quiet_caption();
    for c in changed {
        let case = cases.get(c.key.as_str());
        table = table.row(vec![
            html! { a href={ "/cases/" (c.key) } { (case.map_or("（今回の対象外）", |x| x.number.as_str())) } },
            html! { (case.map_or("", |x| x.name.as_str())) },
            html! { (word(c.before)) (rank(c.rank_before)) },
            html! { (word(c.after)) (rank(c.rank_after)) },
            html! { @if let Some(x) = case { (ui::yen(x.requested)) } },
        ]);
    }
    html! {
        (ui::panel("前回との差", &html! {
            p { "前回：" a href={ "/runs/" (id) } { (name) } "。採否案が変わった案件は " (ui::number(changed.len())) "件です。" }
            @if !changed.is_empty() { (table) }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::result_view::tests::run;
    use super::*;

    #[test]
    fn the_maker_is_not_offered_the_commit() {
        let run = run();
        assert!(!commit_link(&run, run.made_by).into_string().contains("/commit"));
        assert!(commit_link(&run, StaffId(uuid::Uuid::from_u128(99))).into_string().contains("/commit"));
    }

    #[test]
    fn progress_counts_decisions_and_letters() {
        let half = Progress { total: 10, decided: 4, elsewhere: 1, letters: 2, stuck: 1 };
        let page = progress(&run(), half).into_string();
        assert!(page.contains("採否を決定しています") && page.contains("5 / 10") && page.contains("2 / 4"), "{page}");
        let all = Progress { decided: 9, ..half };
        assert!(progress(&run(), all).into_string().contains("完了しました"));
    }

    #[test]
    fn a_run_shows_how_it_can_be_made_again() {
        let page = head(&run()).into_string();
        assert!(page.contains(&run().input_hash) && page.contains("順位で線を引く"), "{page}");
    }
}
