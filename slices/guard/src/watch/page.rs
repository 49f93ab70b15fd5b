//! How the watch looks.

use hojo_web::ui::{self, Choice, Holds, Tone, column, data_table};
use hojo_web::{Markup, html};

use super::show::{Cut, Detection, Page};
use crate::common::{REASON, post_form};

fn severity(code: &str) -> Markup {
    match code {
        "alarm" => html! { (ui::chip(Tone::Error, "緊急")) },
        "warn" => html! { (ui::chip(Tone::Warn, "注意")) },
        _ => html! { (ui::chip(Tone::Info, "お知らせ")) },
    }
}

fn response(code: &str) -> &str {
    match code {
        "raise" => "この画面に表示",
        "notify" => "連絡先にメール",
        "reauth" => "本人確認を求める",
        "lock" => "一時的に止める",
        other => other,
    }
}

fn kind(code: &str) -> &'static str {
    match code {
        "login" => "ログインID",
        "address" => "接続元",
        "account" => "事業者のアカウント",
        "gateway" => "VPN機器",
        _ => "人",
    }
}

pub fn page(page: &Page) -> Markup {
    let open: Vec<&Detection> = page.detections.iter().filter(|d| d.closed_at.is_none()).collect();
    let closed: Vec<&Detection> = page.detections.iter().filter(|d| d.closed_at.is_some()).collect();
    let live: Vec<&Cut> = page.cuts.iter().filter(|c| c.is_live(page.now)).collect();
    html! {
        @if open.is_empty() { (ui::banner(Tone::Success, "気になる動きはありません")) }
        @for d in &open { (detection(page, d)) }
        (ui::panel("止めている人・接続元・機器", &html! {
            @if live.is_empty() { p { "止めているものはありません。" } }
            @for c in &live { (cut(page, c)) }
        }))
        @if page.may_cut { (ui::panel("すぐに止める", &stop(page))) }
        (ui::panel("連絡の順番", &contacts(page)))
        (attempts(page))
        (ui::disclosure("終わったもの", &html! {
            @for d in &closed {
                p { (d.label) "：" (d.subject) "（" (ui::date_time(d.last_at)) "）"
                    (d.closed_by.as_deref().unwrap_or_default()) "　" (d.note) }
            }
            @for c in page.cuts.iter().filter(|c| !c.is_live(page.now)) {
                p { (c.whom) "の停止（" (ui::date_time(c.made_at)) "、" (c.reason) "）"
                    @if let (Some(by), Some(why)) = (&c.lifted_by, &c.lift_reason) { "：" (by) "が解除（" (why) "）" } @else { "：期限で終わり" } }
            }
        }))
        (ui::disclosure("見張りの規則", &rules(page)))
    }
}

fn detection(page: &Page, d: &Detection) -> Markup {
    let responses: Vec<&str> = d.responses.iter().map(|r| response(r)).collect();
    ui::panel(
        &d.label,
        &html! {
            p { (severity(&d.severity)) }
            (ui::facts(&[
                (kind(&d.kind), html! { strong { (d.subject.trim_start_matches("login:")) } }),
                ("件数", html! { (ui::number(d.n)) "件（" (ui::date_time_seconds(d.first_at)) " から " (ui::date_time_seconds(d.last_at)) "）" }),
                ("自動でしたこと", html! { (responses.join("、")) }),
                ("対応する人", html! {
                    @match (&d.acknowledged_by, d.acknowledged_at) {
                        (Some(by), Some(at)) => { (by) "　" (ui::date_time(at)) },
                        _ => { "まだいません" }
                    }
                }),
            ]))
            p { (d.advice) }
            @if d.acknowledged_at.is_none() {
                (post_form(&format!("/watch/detections/{}", d.public_id), &page.csrf, &html! {
                    (ui::buttons(&[ui::button("対応します").sends("what", "acknowledge").about(d.label.clone())]))
                }))
            }
            (post_form(&format!("/watch/detections/{}", d.public_id), &page.csrf, &html! {
                (ui::textarea("note", "確かめたこと", REASON).required().value(""))
                (ui::buttons(&[ui::button("終わりにする").outline().sends("what", "close").about(d.label.clone())]))
            }))
        },
    )
}

fn cut(page: &Page, c: &Cut) -> Markup {
    html! {
        (ui::facts(&[
            (kind(&c.kind), html! { strong { (c.whom) } }),
            ("理由", html! { (c.reason) }),
            ("止めた人", html! { (c.made_by.as_deref().unwrap_or("自動")) "　" (ui::date_time(c.made_at)) }),
            ("期限", html! { @match c.until { Some(until) => { (ui::date_time(until)) "まで" }, None => { "解除するまで" } } }),
        ]))
        @if page.may_cut {
            (post_form(&format!("/watch/cuts/{}", c.public_id), &page.csrf, &html! {
                (ui::textarea("reason", "解除の理由", REASON).required().value(""))
                (ui::buttons(&[ui::button("解除する").outline().about(c.whom.clone())]))
            }))
        }
    }
}

fn stop(page: &Page) -> Markup {
    let t = &page.typed;
    let choices = |all: &[(uuid::Uuid, String)]| -> Vec<Choice> {
        let code = |id: &uuid::Uuid| hojo_words::ids::PublicId::from_uuid(*id).to_string();
        all.iter().map(|(id, name)| Choice::new(code(id), name.clone())).collect()
    };
    let kinds = [("person", "人"), ("address", "接続元"), ("account", "事業者のアカウント"), ("gateway", "VPN機器")];
    let select = |all: &[(uuid::Uuid, String)]| ui::Control::Select {
        choices: choices(all),
        empty: "選んでください".into(),
    };
    post_form(
        "/watch/cuts",
        &page.csrf,
        &html! {
            p { "次の操作から、すべての画面で利用できなくなります。" }
            (ui::radios("kind", "止めるもの", kinds.map(|(code, label)| Choice::new(code, label)).to_vec()).required()
                .value(if t.get("kind").is_empty() { "person" } else { t.get("kind") }))
            (ui::field("person", "人", select(&page.people)).value(t.get("person")))
            (ui::text_field("address", "接続元のアドレス").value(t.get("address")).example("203.0.113.9"))
            (ui::text_field("account", "事業者の法人番号または受付番号").value(t.get("account"))
                .hint("この事業者のすべてのアカウントを止めます。提出済みの申請はそのままです。"))
            @if !page.gateways.is_empty() { (ui::field("gateway", "VPN機器", select(&page.gateways)).value(t.get("gateway"))) }
            (ui::textarea("reason", "理由", REASON).required().value(t.get("reason")).hint("操作ログに残ります。止められた人には表示しません。"))
            (ui::buttons(&[ui::button("すぐに止める").danger()]))
        },
    )
}

fn contacts(page: &Page) -> Markup {
    html! {
        p { "上から順に電話し、対応できる人が「対応します」を押します。メールは全員に届きます。" }
        @if page.contacts.is_empty() { p { "連絡先が登録されていません。「接続元と時間帯」で登録してください。" } }
        ol { @for c in &page.contacts { li { (c.name) "　" (c.phone) "　" (c.email) } } }
    }
}

fn attempts(page: &Page) -> Markup {
    let head = vec![
        column("ログインID"),
        column("接続元"),
        column("回数").holds(Holds::Number),
        column("最後").holds(Holds::Date),
    ];
    let mut table =
        data_table("ログインの失敗（24時間以内）", head).empty(html! { p { "ログインの失敗はありません。" } });
    for a in &page.attempts {
        table = table.row(vec![
            html! { (a.login.trim_start_matches("login:")) },
            html! { (a.address) },
            html! { (ui::number(a.n)) },
            html! { (ui::date_time_seconds(a.last)) },
        ]);
    }
    html! { (table) }
}

fn rules(page: &Page) -> Markup {
    let head = vec![column("規則"), column("重さ"), column("しきい値"), column("すること")];
    let mut table = data_table("見張りの規則", head).quiet_caption();
    for r in &page.rules {
        let responses: Vec<&str> = r.respond.iter().map(|x| response(x)).collect();
        table = table.row(vec![
            html! { (r.label) br; span class="quiet" { (r.advice) } },
            severity(&r.severity),
            html! { (r.window_seconds) "秒に" (r.threshold) "件"
            @if let (Some(from), Some(to)) = (r.from_hour, r.to_hour) { br; (from) "時から" (to) "時まで" } },
            html! { (responses.join("、")) },
        ]);
    }
    html! { (table) }
}
