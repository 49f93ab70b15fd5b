//! 公募回の一覧: the windows of all rounds, how many have filed, what waits for approval.

use hojo_access::{Permission, allow};
use hojo_web::ui::{self, Holds, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::{PublicId, RoundId};
use time::OffsetDateTime;

use crate::queue::Filter;

struct Line {
    public_id: PublicId,
    title: String,
    opens: OffsetDateTime,
    announced: OffsetDateTime,
    closes: OffsetDateTime,
    filed: i64,
    waiting: i64,
}

pub async fn list(cx: Cx<allow::ViewCase>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        r#"select r.id, r.public_id, r.title, r.closes_at,
                  (select count(*) from cases c where c.round_id = r.id and c.root_id is null and c.filed_at is not null) as "filed!",
                  (select count(*) from deadline_moves d
                   where d.round_id = r.id and d.approved_at is null and d.refused_at is null) as "waiting!"
           from rounds r order by r.opens_at desc limit 100"#
    )
    .fetch_all(tx.sql())
    .await?;
    let mut lines = Vec::new();
    for r in rows {
        let (opens, closes) = tx.window(RoundId(r.id), None).await?;
        lines.push(Line {
            public_id: PublicId::from_uuid(r.public_id),
            title: r.title,
            opens,
            announced: r.closes_at,
            closes,
            filed: r.filed,
            waiting: r.waiting,
        });
    }
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let may_move = cx.actor().holds(Permission::MoveDeadline);
    Ok(Reply::page(&cx.page("公募回", view(&lines, now, may_move))))
}

fn view(lines: &[Line], now: OffsetDateTime, may_move: bool) -> Markup {
    let mut table = ui::data_table(
        "公募回",
        vec![
            ui::column("公募回"),
            ui::column("状態"),
            ui::column("受付開始").holds(Holds::Date),
            ui::column("締切").holds(Holds::Date),
            ui::column("提出").holds(Holds::Number),
            ui::column("").holds(Holds::Action),
        ],
    )
    .quiet_caption()
    .empty(html! { p { "公募回がまだありません。制度定義を公開すると、ここに表示されます。" } });
    for l in lines {
        let filter = Filter { round: Some(l.public_id), ..Filter::default() };
        table = table.row(vec![
            html! { (l.title) },
            html! { (state(l, now)) },
            html! { (ui::date_time(l.opens)) },
            html! { (ui::date_time_seconds(l.closes)) @if l.closes != l.announced { br; span class="quiet" { "当初 " (ui::date_time(l.announced)) } } },
            html! { a href=(filter.address()) { (ui::number(l.filed)) "件" } },
            html! {
                @if may_move { a href={ "/rounds/" (l.public_id) "/deadline" } { "締切を変更する" span class="visually-hidden" { "（" (l.title) "）" } } }
                @if l.waiting > 0 { br; (ui::chip(Tone::Warn, format!("承認待ち{}件", l.waiting))) }
            },
        ]);
    }
    html! { (table) }
}

fn state(l: &Line, now: OffsetDateTime) -> ui::Chip {
    if now < l.opens {
        ui::plain_chip("受付前")
    } else if now <= l.closes {
        ui::chip(Tone::Success, "受付中")
    } else {
        ui::plain_chip("受付終了")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn windows_and_moves_are_told() {
        let line = Line {
            public_id: PublicId::from_bits(1),
            title: "第1回".into(),
            opens: datetime!(2026-09-30 08:00 UTC),
            announced: datetime!(2026-10-30 09:00 UTC),
            closes: datetime!(2026-11-06 09:00 UTC),
            filed: 1_998,
            waiting: 1,
        };
        let html = view(&[line], datetime!(2026-11-01 00:00 UTC), true).into_string();
        for part in ["受付中", "2026/11/06 18:00:00", "当初 2026/10/30 18:00", "1,998件", "承認待ち1件", "/deadline"]
        {
            assert!(html.contains(part), "{part}");
        }
        assert!(view(&[], datetime!(2026-11-01 00:00 UTC), false).into_string().contains("まだありません"));
    }
}
