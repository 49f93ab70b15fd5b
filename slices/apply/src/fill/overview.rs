//! The task list of a filing: sections with their state, the way to the check page.

use hojo_access::Access;
use hojo_db::Mode;
use hojo_web::ui::{self, Task, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::jst;
use time::OffsetDateTime;

use super::state::{SectionState, section_state};
use crate::desk::{self, Desk};
use crate::frame;
use crate::upgrade;
use crate::withdraw::may_withdraw;

/// What the page shows.
pub(crate) struct Overview {
    pub tasks: Vec<Task>,
    /// Sections of a returned filing that cannot be changed.
    pub closed: Vec<Task>,
    pub done: u64,
    pub due: Option<(OffsetDateTime, OffsetDateTime)>,
    pub opens: Option<OffsetDateTime>,
    /// Said when the due date of a return has passed.
    pub late: Option<ui::Banner>,
    pub remarks: Vec<String>,
    pub check: String,
    pub compare: Option<String>,
    pub leave: Option<(String, &'static str)>,
}

pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    if !desk.is_editable() {
        let to = if desk.row.case.submissions > 0 { desk.way.receipt() } else { desk.way.home().1 };
        return Ok(Reply::see_other(&to));
    }
    let newer = upgrade::pending(&mut tx, &desk).await?;
    if newer.as_ref().is_some_and(|newer| newer.required) {
        desk::seen(&cx, tx, &desk).await?;
        return Ok(Reply::see_other(&desk.way.upgrade()));
    }
    let terms = desk.terms(&mut tx).await?;
    desk::seen(&cx, tx, &desk).await?;
    let window = terms.in_round.then_some((terms.opens, terms.closes));
    let body = html! {
        @if newer.is_some() {
            (ui::banner(Tone::Info, "公募要領の改定により、様式が新しくなりました").body(html! {
                p { "入力した内容は、新しい様式に引き継げます。" a href=(desk.way.upgrade()) { "何が変わるかを見る" } }
            }))
        }
        (view(&overview(&desk, window)))
    };
    let page = frame::page(&cx, &desk, desk.procedure.title.clone(), body, &[]);
    Ok(Reply::page(&page))
}

/// `window`: when the round takes applications; none for the procedures after adoption, which have no window.
fn overview(desk: &Desk, window: Option<(OffsetDateTime, OffsetDateTime)>) -> Overview {
    let now = desk.now.utc();
    let states: Vec<_> = desk.shown().map(|(at, section)| (section, section_state(desk, at))).collect();
    let done = states.iter().filter(|(_, s)| *s == SectionState::Done).count();
    let (mut tasks, mut closed) = (Vec::new(), Vec::new());
    for (section, state) in states {
        let list = if state == SectionState::Closed { &mut closed } else { &mut tasks };
        let href = Some(desk.way.section(&section.id));
        list.push(Task { title: section.title.clone(), href, hint: state.hint(), state: state.chip() });
    }
    // A returned filing is owed by the end of the day that the notice names.
    let due = match window {
        _ if desk.is_returned() => desk.row.case.return_due.and_then(end_of_day),
        Some((_, closes)) => Some(closes),
        None => desk.row.case.file_due.and_then(end_of_day),
    };
    Overview {
        tasks,
        closed,
        done: u64::try_from(done).unwrap_or(0),
        due: due.map(|d| (d, now)),
        opens: window.map(|(opens, _)| opens).filter(|opens| !desk.is_returned() && now < *opens),
        late: frame::late(desk),
        remarks: whole_remarks(desk),
        check: desk.way.check(),
        compare: desk.is_returned().then(|| desk.way.compare()),
        leave: if !desk.is_returned() {
            Some((desk.way.discard(), "下書きを破棄する"))
        } else if may_withdraw(desk) {
            Some((desk.way.withdraw(), if desk.is_run() { "手続を取り下げる" } else { "申請を取り下げる" }))
        } else {
            None
        },
    }
}

/// The last second of a day in Japan.
pub(crate) fn end_of_day(day: time::Date) -> Option<OffsetDateTime> {
    Some(jst::start_of_day(day.next_day()?) - time::Duration::SECOND)
}

/// Remarks that belong to no field: on sections and on the whole.
fn whole_remarks(desk: &Desk) -> Vec<String> {
    use crate::returned::remarks::Target;
    let title = |id: &str| desk.form().sections.iter().find(|s| s.id == id).map_or("", |s| s.title.as_str());
    desk.remarks
        .iter()
        .filter_map(|r| match &r.target {
            Target::Section(id) => Some(format!("{}：{}", title(id), r.text)),
            Target::Whole => Some(r.text.clone()),
            Target::Path(_) => None,
        })
        .collect()
}

fn view(o: &Overview) -> Markup {
    html! {
        @if let Some(opens) = o.opens {
            (ui::banner(ui::Tone::Info, format!("受付は{}からです", ui::date_time(opens)))
                .body(html! { p { "今は下書きを作成できます。提出は受付開始後にできます。" } }))
        }
        @if let Some((due, now)) = o.due {
            p { @if o.compare.is_some() { "再提出の期限： " } @else { "提出の締切： " } (ui::deadline(due, now)) }
        }
        @if let Some(late) = &o.late { (late) }
        @if o.compare.is_some() {
            (ui::banner(Tone::Warn, "事務局から差し戻されました")
                .body(html! {
                    p { "「指摘があります」と表示されている項目を直して、再提出してください。指摘のない項目は変更できません。" }
                    @if !o.remarks.is_empty() { ul { @for r in &o.remarks { li { (r) } } } }
                }))
        }
        @if o.closed.is_empty() { (ui::progress("入力済みの項目", o.done, u64::try_from(o.tasks.len()).unwrap_or(0))) }
        (ui::task_list(&o.tasks))
        @if !o.closed.is_empty() { (ui::disclosure("指摘のない項目（変更できません）", &ui::task_list(&o.closed))) }
        (ui::buttons(&[ui::link_button("入力内容を確認する", &o.check)]))
        p { "途中の内容は自動で保存されます。いつでも中断して、あとから続けられます。" }
        p {
            @if let Some(compare) = &o.compare { a href=(compare) { "前回の提出との違いを見る" } "　" }
            @if let Some((href, words)) = &o.leave { a href=(href) { (words) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_draft_before_opening_says_when_it_opens_and_keeps_the_way_to_the_check_page() {
        let o = Overview {
            tasks: vec![Task {
                title: "申請者の概要".into(),
                href: Some("/s".into()),
                hint: SectionState::Going(3).hint(),
                state: SectionState::Going(3).chip(),
            }],
            closed: vec![],
            done: 0,
            due: Some((datetime!(2026-10-30 9:00 UTC), datetime!(2026-09-01 0:00 UTC))),
            opens: Some(datetime!(2026-09-30 8:00 UTC)),
            late: None,
            remarks: vec![],
            check: "/c".into(),
            compare: None,
            leave: Some(("/d".into(), "下書きを破棄する")),
        };
        let html = view(&o).into_string();
        assert!(html.contains("受付は2026/09/30 17:00からです"), "{html}");
        assert!(
            html.contains("未入力の必須項目が3件あります")
                && html.contains("href=\"/c\"")
                && html.contains("href=\"/d\""),
            "{html}"
        );
        assert!(!html.contains("差し戻されました"), "{html}");
    }

    #[test]
    fn a_day_ends_with_its_last_second_in_japan() {
        assert_eq!(end_of_day(date!(2026 - 12 - 01)), Some(datetime!(2026-12-01 14:59:59 UTC)));
    }
}
