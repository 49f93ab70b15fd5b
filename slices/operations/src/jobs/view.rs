//! How the jobs page looks.

use std::collections::BTreeMap;

use hojo_web::ui::{self, Choice, Holds, Tone, column, data_table};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;
use uuid::Uuid;

use super::rows::{About, Found, Job, Lane, case_of};
use super::{Filter, words};
use crate::doors::Doors;

pub fn list(filter: &Filter, found: &Found, may_retry: bool, doors: Doors, csrf: &str) -> Markup {
    html! {
        (lanes(&found.lanes))
        h2 { "止まったジョブ" }
        (ui::filters("/jobs", &fields(filter, &found.kinds), (*filter != Filter::default()).then_some("/jobs")))
        form method="post" action="/jobs/retry" {
            (ui::csrf_field(csrf))
            input type="hidden" name="kind" value=(filter.kind);
            input type="hidden" name="lane" value=(filter.lane);
            (dead(&found.dead, &found.cases, may_retry, doors))
            @if may_retry && !found.dead.is_empty() {
                (ui::buttons(&[
                    ui::button("選んだジョブを再実行する"),
                    ui::link_button("すべて再実行する…", Filter { after: None, ..filter.clone() }.address("/jobs/retry")).outline(),
                ]))
            }
        }
        (ui::pager(&format!("{}件を表示（新しい順）", ui::number(found.dead.len())), None,
            found.next.as_ref().map(|f| f.address("/jobs")).as_deref()))
        h2 { "実行中・待機中のジョブ" }
        (active(&found.active, &found.cases, doors))
    }
}

fn lanes(lanes: &[Lane]) -> Markup {
    let number = |label: &str| column(label).holds(Holds::Number);
    let head = vec![
        column("レーン"),
        number("待ち"),
        column("最も古い待ち"),
        number("時刻待ち"),
        number("実行中"),
        number("止まっている"),
        number("24時間以内に完了"),
    ];
    let mut table = data_table("レーンごとの状況", head);
    for l in lanes {
        let count = |n: i64| html! { (ui::number(n)) };
        let dead = if l.dead == 0 {
            count(0)
        } else {
            let only = Filter { lane: l.lane.clone(), ..Filter::default() };
            html! { a href=(only.address("/jobs")) { (ui::number(l.dead)) } }
        };
        let oldest = l.oldest.map_or_else(|| "―".to_owned(), words::age);
        table = table.row(vec![
            html! { (words::lane(&l.lane)) },
            count(l.waiting),
            html! { (oldest) },
            count(l.later),
            count(l.running),
            dead,
            count(l.done),
        ]);
        if l.dead > 0 {
            table = table.marked();
        }
    }
    html! { (table) }
}

fn fields(filter: &Filter, kinds: &[String]) -> Markup {
    let select = |name: &str, label: &str, choices: Vec<Choice>, value: &str| {
        ui::field(name, label, ui::Control::Select { choices, empty: "すべて".into() }).value(value)
    };
    let kinds = kinds.iter().map(|k| Choice::new(k.clone(), words::kind(k))).collect();
    let lanes = hojo_jobs::Lane::ALL.iter().map(|l| Choice::new(l.code(), words::lane(l.code()))).collect();
    html! { (select("kind", "種類", kinds, &filter.kind)) (select("lane", "レーン", lanes, &filter.lane)) }
}

fn dead(jobs: &[Job], cases: &BTreeMap<Uuid, About>, may_retry: bool, doors: Doors) -> Markup {
    let head = vec![
        column("種類"),
        column("対象"),
        column("止まった日時").holds(Holds::Date),
        column("試行").holds(Holds::Number),
        column("理由"),
    ];
    let mut table = data_table("止まったジョブの一覧", head)
        .quiet_caption()
        .empty(html! { p { "止まっているジョブはありません。" } });
    if may_retry {
        table = table.selectable("job");
    }
    for job in jobs {
        let about = format!("{} {}", words::kind(&job.kind), ui::date_time_seconds(job.at));
        table = table.row_with_key(
            PublicId::from_uuid(job.id).to_string(),
            about,
            vec![
                html! { (words::kind(&job.kind)) },
                target(job, cases, doors),
                html! { (ui::date_time_seconds(job.at)) },
                html! { (job.attempt) "回" },
                html! { span class="prewrap" { (job.last_error.as_deref().unwrap_or("記録がありません。")) } },
            ],
        );
    }
    html! { (table) }
}

fn active(jobs: &[Job], cases: &BTreeMap<Uuid, About>, doors: Doors) -> Markup {
    let head = vec![
        column("種類"),
        column("対象"),
        column("状態"),
        column("予定").holds(Holds::Date),
        column("試行").holds(Holds::Number),
        column("前回の理由"),
    ];
    let mut table = data_table("実行中・待機中のジョブの一覧", head)
        .quiet_caption()
        .empty(html! { p { "実行中・待機中のジョブはありません。" } });
    for job in jobs {
        let state = match (job.state.as_str(), job.attempt) {
            ("running", _) => {
                html! { (ui::chip(Tone::Info, "実行中")) " " (job.worker.as_deref().unwrap_or_default()) }
            }
            (_, 0) => html! { (ui::plain_chip("待機中")) },
            _ => html! { (ui::chip(Tone::Warn, "再試行待ち")) },
        };
        table = table.row(vec![
            html! { (words::kind(&job.kind)) },
            target(job, cases, doors),
            state,
            html! { (ui::date_time_seconds(job.at)) },
            html! { (job.attempt) "/" (job.max_attempts) },
            html! { (job.last_error.as_deref().unwrap_or("―")) },
        ]);
    }
    html! { (table) }
}

/// What the job is about: its case, and the words that tell two of its jobs apart.
fn target(job: &Job, cases: &BTreeMap<Uuid, About>, doors: Doors) -> Markup {
    let text = |name: &str| job.payload.get(name).and_then(|v| v.as_str()).unwrap_or_default();
    let case = case_of(job).and_then(|id| cases.get(&id));
    let about = [text("template"), text("letter"), text("to")]
        .into_iter()
        .filter(|t| !t.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    html! {
        @if let Some(case) = case { (doors.case(&case.public_id.to_string(), case.number.as_deref().unwrap_or("（番号なし）"))) " " }
        (about)
        @if case.is_none() && about.is_empty() { "―" }
    }
}

pub fn confirm(filter: &Filter, counts: &[(String, i64)], most: i64, csrf: &str) -> Markup {
    let total: i64 = counts.iter().map(|(_, n)| n).sum();
    if total == 0 {
        return html! { p { "止まっているジョブはありません。" } (ui::buttons(&[ui::link_button("ジョブに戻る", "/jobs").outline()])) };
    }
    html! {
        p { "次のジョブを待ち行列に戻します。原因が残っていると、同じ理由でまた止まります。" }
        ul { @for (kind, n) in counts { li { (words::kind(kind)) "：" (ui::number(*n)) "件" } } }
        @if total > most { p { "一度に戻すのは古いものから" (ui::number(most)) "件までです。残りは、もう一度この操作をしてください。" } }
        form method="post" action="/jobs/retry" {
            (ui::csrf_field(csrf))
            input type="hidden" name="all" value="yes";
            input type="hidden" name="kind" value=(filter.kind);
            input type="hidden" name="lane" value=(filter.lane);
            (ui::buttons(&[
                ui::button(format!("{}件を再実行する", ui::number(total.min(most)))),
                ui::link_button("やめる", "/jobs").outline(),
            ]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use time::macros::datetime;

    fn job(state: &str, attempt: i32) -> Job {
        Job {
            id: Uuid::from_u128(1),
            kind: "mail".into(),
            payload: json!({ "case": Uuid::from_u128(5), "template": "receipt", "to": "<a@example.jp>" }),
            attempt,
            max_attempts: 10,
            state: state.into(),
            at: datetime!(2026-11-22 5:03:04 UTC),
            worker: Some("worker-1".into()),
            last_error: Some("宛先を確かめてください。".into()),
        }
    }

    fn found() -> Found {
        let about = About { public_id: PublicId::from_bits(8), number: Some("R1-00001".into()) };
        Found {
            lanes: vec![Lane { lane: "mail".into(), dead: 1, oldest: Some(192), ..Lane::default() }],
            dead: vec![job("dead", 10)],
            active: vec![job("running", 1), job("waiting", 2)],
            cases: [(Uuid::from_u128(5), about)].into(),
            ..Found::default()
        }
    }

    #[test]
    fn a_dead_job_shows_its_reason_case_and_button() {
        let html = list(&Filter::default(), &found(), true, Doors::ALL, "t").into_string();
        let id = PublicId::from_uuid(Uuid::from_u128(1)).to_string();
        for part in [
            "宛先を確かめてください。",
            "R1-00001",
            "3分12秒",
            "/jobs?lane=mail",
            "2026/11/22 14:03:04",
            &id,
            "再試行待ち",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.contains("&lt;a@example.jp&gt;"));
    }

    #[test]
    fn who_may_not_retry_sees_no_button() {
        let html = list(&Filter::default(), &found(), false, Doors::ALL, "t").into_string();
        assert!(!html.contains("再実行する") && !html.contains("type=\"checkbox\""), "{html}");
    }

    #[test]
    fn all_is_counted_before_it_is_done() {
        let html = confirm(&Filter { kind: "mail".into(), ..Filter::default() }, &[("mail".into(), 1_500)], 1_000, "t")
            .into_string();
        assert!(
            html.contains("1,500件")
                && html.contains("1,000件を再実行する")
                && html.contains("name=\"kind\" value=\"mail\""),
            "{html}"
        );
        assert!(confirm(&Filter::default(), &[], 1_000, "t").into_string().contains("ありません"));
    }
}
