//! How a reviewer's list looks.

use hojo_web::ui::{self, Chip, Holds, Tone};
use hojo_web::{Markup, html};
use hojo_words::{Now, jst};
use time::Duration;

use super::Line;

pub fn list(lines: &[Line], now: Now) -> Markup {
    let finished = lines.iter().filter(|l| l.state == "finalised").count();
    let columns = vec![
        ui::column("受付番号"),
        ui::column("事業計画名"),
        ui::column("申請枠"),
        ui::column("期限").holds(Holds::Date),
        ui::column("状態"),
    ];
    let mut table = ui::data_table("担当する案件", columns)
        .quiet_caption()
        .empty(html! { p { "現在、担当する案件はありません。割り当てられると、ここに表示されます。" } });
    for l in lines {
        table = table.row(vec![
            html! { a href={ "/review/" (l.assignment) } { (l.number) } },
            html! { (l.title) },
            html! { (l.frame) },
            due(l, now),
            html! { (state(l)) },
        ]);
    }
    html! {
        @if !lines.is_empty() {
            (ui::progress("採点の進み", u64::try_from(finished).unwrap_or(0), u64::try_from(lines.len()).unwrap_or(0)))
        }
        p { "案件を開くと、まず利益相反がないかを確認します。申告するまで、申請の内容は表示されません。" }
        (table)
    }
}

fn due(l: &Line, now: Now) -> Markup {
    let end = l.due_on.and_then(time::Date::next_day).map(|d| jst::start_of_day(d) - Duration::minutes(1));
    html! {
        @match end {
            Some(_) if l.state == "finalised" => { (l.due_on.map(ui::date).unwrap_or_default()) }
            Some(end) => { (ui::deadline(end, now.utc())) }
            None => { "―" }
        }
    }
}

fn state(l: &Line) -> Chip {
    match (l.state.as_str(), l.progress) {
        ("finalised", _) => ui::chip(Tone::Success, "確定"),
        _ if !l.is_open => ui::plain_chip("審査終了"),
        ("assigned", _) => ui::chip(Tone::Warn, "利益相反の申告待ち"),
        (_, Some((given, total))) => ui::chip(Tone::Info, format!("採点中（{given} / {total}項目）")),
        _ => ui::chip(Tone::Info, "未採点"),
    }
}

#[cfg(test)]
mod tests {
    use hojo_words::ids::PublicId;
    use time::macros::{date, datetime};

    use super::*;

    fn line(state: &str) -> Line {
        Line {
            assignment: PublicId::from_bits(1),
            number: "R1-1".into(),
            title: "計画".into(),
            frame: "枠".into(),
            state: state.into(),
            due_on: Some(date!(2026 - 12 - 01)),
            progress: Some((3, 8)),
            is_open: true,
        }
    }

    #[test]
    fn the_list_tells_deadline_and_progress() {
        let now = Now::new(datetime!(2026-11-30 12:00 UTC));
        let page = list(&[line("declared"), line("finalised")], now).into_string();
        assert!(page.contains("採点中（3 / 8項目）"), "{page}");
        assert!(page.contains("2026/12/01 23:59"), "{page}");
        assert!(page.contains("1 / 2"), "{page}");
        assert!(list(&[], now).into_string().contains("担当する案件はありません"));
    }
}
