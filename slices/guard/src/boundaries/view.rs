//! How the pages of boundaries look.

use hojo_web::ui::{self, Choice, Holds, Tone, column, data_table};
use hojo_web::{Markup, Posted, html};
use time::OffsetDateTime;

use super::gateways;
use super::networks::{self, Network};
use super::step::purpose;
use super::typed::DAYS;
use super::windows::{self, Somebody, Window};
use crate::common::post_form;

fn kind(code: &str) -> &'static str {
    if code == "reviewer" { "審査員" } else { "事務局" }
}

fn period(from: OffsetDateTime, to: Option<OffsetDateTime>) -> Markup {
    html! { (ui::date_time(from)) "から" @if let Some(to) = to { (ui::date_time(to)) "まで" } }
}

/// The change would shut out its author: the same form again, for a second person.
fn second(action: &str, csrf: &str, typed: &Posted) -> Markup {
    ui::panel(
        "別の人の確認",
        &html! {
            p { "あなた自身が利用できなくなる変更は、別の人が確認したときに有効になります。" }
            (post_form(action, csrf, &html! {
                @for (name, value) in typed.0.iter().filter(|(n, _)| n != "_csrf") { input type="hidden" name=(name) value=(value); }
                input type="hidden" name="second" value="yes";
                (ui::buttons(&[ui::button("別の人の確認に回す"), ui::link_button("やめる", action).outline()]))
            }))
        },
    )
}

pub fn networks(page: &networks::Page) -> Markup {
    let live = |code: &str| page.networks.iter().filter(|n| n.kind == code && n.withdrawn_at.is_none()).count();
    html! {
        p { "どの場所から事務局サイトを利用できるかを決めます。今の接続元は " strong { (page.address) } " です。" }
        @for code in ["staff", "reviewer"] {
            @if live(code) == 0 { (ui::banner(Tone::Info, format!("{}の接続元は制限していません", kind(code))).body(html! { p { "一覧が空の間は、どこからでも利用できます。" } })) }
        }
        p { a href="/boundaries/people" { "人ごとの時間帯とVPNの許可を見る" } "　" a href="/vpn" { "VPN装置の鍵を見る" } }
        @if page.locked_out { (second("/boundaries", &page.csrf, &page.typed)) }
        @if !page.waiting.is_empty() { (ui::panel("別の人の確認を待っている変更", &html! { @for w in &page.waiting { (waiting(page, w)) } })) }
        (post_form("/boundaries", &page.csrf, &list(&page.networks)))
        (ui::panel("場所を追加する", &form(page)))
        (ui::panel("連絡先", &contacts(page)))
        (ui::disclosure("変更の履歴", &history(&page.networks)))
    }
}

fn waiting(page: &networks::Page, w: &super::step::Waiting) -> Markup {
    let mine = w.proposed_by == page.me;
    html! {
        (ui::facts(&[("変更", html! { (w.step.words()) }), ("起案", html! { (w.proposer) "　" (ui::date_time(w.proposed_at)) })]))
        @if mine { p { "起案した人は確認できません。別の人に確認を依頼してください。" } }
        (post_form(&format!("/boundaries/changes/{}", w.public_id), &page.csrf, &html! {
            @if mine { (ui::buttons(&[ui::button("取り消す").danger().sends("decision", "refuse")])) }
            @else { (ui::buttons(&[ui::button("確認して有効にする").sends("decision", "approve"), ui::button("却下する").danger().sends("decision", "refuse")])) }
        }))
    }
}

fn list(all: &[Network]) -> Markup {
    let head = vec![column("場所"), column("範囲"), column("対象"), column("期間"), column("").holds(Holds::Action)];
    let mut table = data_table("利用できる場所", head).empty(html! { p { "登録された場所はありません。" } });
    for n in all.iter().filter(|n| n.withdrawn_at.is_none()) {
        table = table.row(vec![
            html! { (n.name) @if n.vpn { " " (ui::plain_chip("VPN")) } br; span class="quiet" { (n.environment) " " (n.place) } },
            html! { (n.range) },
            html! { (kind(&n.kind)) },
            period(n.from, n.to),
            html! { (ui::button("終了する").small().outline().about(n.name.clone()).sends("_action", format!("end-{}", n.public_id))) },
        ]);
    }
    html! { (table) }
}

fn form(page: &networks::Page) -> Markup {
    let t = &page.typed;
    post_form(
        "/boundaries",
        &page.csrf,
        &html! {
            (ui::radios("kind", "対象", vec![Choice::new("staff", "事務局"), Choice::new("reviewer", "審査員")]).required().value(t.get("kind")))
            (ui::text_field("name", "場所の名前").required().value(t.get("name")).example("本部事務室"))
            (ui::text_field("range", "アドレスの範囲").required().value(t.get("range")).example("192.0.2.0/24").hint("IPv4とIPv6のどちらでも入力できます。"))
            (ui::checks("vpn", "VPN", vec![Choice::new("yes", "VPNの出口です")]).values(t.all("vpn").into_iter().map(str::to_owned).collect()))
            (ui::text_field("environment", "環境").value(t.get("environment")).example("本番"))
            (ui::text_field("place", "拠点").value(t.get("place")).example("東京"))
            (ui::date_field("from", "使い始める日").value(t.get("from")).hint("空欄のときは、今からです。"))
            (ui::date_field("to", "最後の日").value(t.get("to")).hint("空欄のときは、終わりを決めません。"))
            (ui::buttons(&[ui::button("場所を追加する")]))
        },
    )
}

fn contacts(page: &networks::Page) -> Markup {
    html! {
        p { "利用できない人に表示し、気になる動きがあったときに上から順に連絡する人です。" }
        (post_form("/boundaries", &page.csrf, &html! {
            input type="hidden" name="what" value="contact";
            @for c in &page.contacts {
                p {
                    (c.name) "　" (c.phone) "　" (c.email) " "
                    (ui::button("外す").small().outline().about(c.name.clone()).sends("_action", format!("drop-{}", c.public_id)))
                }
            }
        }))
        (post_form("/boundaries", &page.csrf, &html! {
            input type="hidden" name="what" value="contact";
            @let t = if page.typed.get("what") == "contact" { page.typed.clone() } else { Posted::default() };
            (ui::text_field("name", "連絡先の名前").required().value(t.get("name")).example("事務局IT 当番"))
            (ui::text_field("phone", "電話番号").value(t.get("phone")))
            (ui::text_field("email", "メールアドレス").value(t.get("email")))
            (ui::buttons(&[ui::button("連絡先を追加する").outline()]))
        }))
    }
}

fn history(all: &[Network]) -> Markup {
    let items: Vec<ui::Happened> = all
        .iter()
        .flat_map(|n| {
            let added = ui::Happened {
                at: n.set_at,
                what: html! { p { "「" (n.name) "」（" (n.range) "）を" (kind(&n.kind)) "の接続元に追加" } },
                who: Some(n.set_by.clone()),
            };
            let ended = n.withdrawn_at.map(|at| ui::Happened {
                at,
                what: html! { p { "「" (n.name) "」（" (n.range) "）を終了" } },
                who: n.withdrawn_by.clone(),
            });
            std::iter::once(added).chain(ended)
        })
        .collect();
    html! { @if items.is_empty() { p { "変更したことはありません。" } } @else { (ui::timeline(&items)) } }
}

pub fn people(all: &[Somebody], now: OffsetDateTime) -> Markup {
    let mut table =
        data_table("人ごとの時間帯", vec![column("人"), column("事務局サイト"), column("VPN")]).quiet_caption();
    for p in all {
        let of = |code: &str, none: &str| {
            let live: Vec<&Window> = p.windows.iter().filter(|w| w.purpose == code && w.is_live(now)).collect();
            html! { @if live.is_empty() { (none) } @for w in live { p { (w.words()) } } }
        };
        table = table.row(vec![
            html! { a href={ "/boundaries/people/" (p.public_id) } { (p.name) } br; span class="quiet" { (p.login) } },
            of("office", "制限なし"),
            of("vpn", "許可なし"),
        ]);
    }
    html! { (table) }
}

pub fn windows(page: &windows::Page) -> Markup {
    let here = format!("/boundaries/people/{}", page.who.public_id);
    let t = &page.typed;
    let days = DAYS.iter().enumerate().map(|(n, d)| Choice::new(n.to_string(), *d)).collect();
    let live: Vec<&Window> = page.who.windows.iter().filter(|w| w.withdrawn_at.is_none()).collect();
    html! {
        p { "事務局サイトは、時間帯がないときはいつでも利用できます。VPNは、時間帯があるときだけ利用できます。" }
        @if page.locked_out { (second(&here, &page.csrf, t)) }
        (post_form(&here, &page.csrf, &html! {
            @if live.is_empty() { p { "決められた時間帯はありません。" } }
            @for w in &live {
                (ui::facts(&[("何の時間帯", html! { (purpose(&w.purpose)) }), ("時間", html! { (w.words()) }), ("期間", period(w.from, w.to)),
                    ("決めた人", html! { (w.set_by) "　" (ui::date_time(w.set_at)) })]))
                (ui::buttons(&[ui::button("終了する").small().outline().about(w.words()).sends("_action", format!("end-{}", w.public_id))]))
            }
        }))
        (ui::panel("時間帯を追加する", &post_form(&here, &page.csrf, &html! {
            (ui::radios("purpose", "何の時間帯", vec![Choice::new("office", "事務局サイト"), Choice::new("vpn", "VPN")]).required().value(t.get("purpose")))
            (ui::checks("day", "曜日", days).values(t.all("day").into_iter().map(str::to_owned).collect()))
            (ui::text_field("start", "始まり").required().value(t.get("start")).example("9:00"))
            (ui::text_field("end", "終わり").required().value(t.get("end")).example("18:00").hint("始まりより前の時刻のときは、翌日のその時刻までです。"))
            (ui::date_field("from", "使い始める日").value(t.get("from")).hint("空欄のときは、今からです。"))
            (ui::date_field("to", "最後の日").value(t.get("to")).hint("空欄のときは、終わりを決めません。"))
            (ui::buttons(&[ui::button("時間帯を追加する")]))
        })))
        (ui::disclosure("終了した時間帯", &html! {
            @for w in page.who.windows.iter().filter(|w| w.withdrawn_at.is_some()) {
                p { (purpose(&w.purpose)) " " (w.words()) "（" (w.set_by) " " (ui::date_time(w.set_at)) "、終了 "
                    (w.withdrawn_by.as_deref().unwrap_or_default()) " " @if let Some(at) = w.withdrawn_at { (ui::date_time(at)) } "）" }
            }
        }))
    }
}

pub fn gateways(page: &gateways::Page) -> Markup {
    let head = vec![column("装置"), column("作った人"), column("状態"), column("").holds(Holds::Action)];
    let mut table = data_table("VPN装置の一覧", head).empty(html! { p { "鍵を持つVPN装置はありません。" } });
    for g in &page.gateways {
        table = table.row(vec![
            html! { (g.name) },
            html! { (g.made_by) br; (ui::date_time(g.made_at)) },
            html! { @match g.withdrawn_at { Some(at) => { "終了 " (ui::date_time(at)) }, None => { "有効" } } },
            html! { @if g.withdrawn_at.is_none() { (ui::button("終了する").small().danger().about(g.name.clone()).sends("_action", format!("end-{}", g.public_id))) } },
        ]);
    }
    html! {
        p { "VPN装置（RADIUSサーバー）が、人ごとのVPNの許可を問い合わせるための鍵です。" }
        @if let Some((name, key)) = &page.key {
            (ui::banner(Tone::Success, format!("「{name}」の鍵を作りました")).announce().body(html! {
                p { "この鍵は今だけ表示します。装置に設定してから、この画面を閉じてください。" }
                p { code { (key) } }
            }))
        }
        (post_form("/vpn", &page.csrf, &html! { (table) }))
        (ui::panel("鍵を作る", &post_form("/vpn", &page.csrf, &html! {
            (ui::text_field("name", "装置の名前").required().value(page.typed.clone()))
            (ui::buttons(&[ui::button("鍵を作る")]))
        })))
    }
}
