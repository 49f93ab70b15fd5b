//! How the page of everybody's sessions looks.

use hojo_web::ui::{self, Banner, Choice, Holds, Tone, column, data_table};
use hojo_web::{Markup, browser_words, html};

use super::{Live, Rule, State};

pub(super) fn done(what: &str) -> Option<Banner> {
    let words = match what.strip_prefix("ended-") {
        Some(n) => {
            format!("{}件のログインを終了しました。次の操作からログインし直しが必要です。", n.parse::<u32>().ok()?)
        }
        None if what == "rule" => {
            "ログインの時間を変更しました。短くした時間はすぐに、長くした時間は次のログインから有効です。".into()
        }
        None => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

pub(super) fn page(state: &State) -> Markup {
    html! {
        (ui::panel("今ログインしている人", &table(state)))
        (ui::panel("まとめてログアウトさせる", &form(state)))
        (ui::panel("ログインの時間", &html! { @for rule in &state.rules { (one_rule(rule, &state.csrf)) } }))
    }
}

fn table(state: &State) -> Markup {
    let head = vec![
        column("氏名・事業者"),
        column("サイト"),
        column("ブラウザー"),
        column("接続元"),
        column("ログインした時刻").holds(Holds::Date),
        column("最後の操作").holds(Holds::Date),
    ];
    let mut table = data_table("ログイン中の利用者", head).quiet_caption();
    for l in &state.live {
        table = table.row(vec![
            html! { (l.name) },
            html! { (site(l)) },
            html! { (browser_words(&l.user_agent)) },
            html! { @if l.address.is_empty() { "不明" } @else { (l.address) } },
            html! { (ui::date_time(l.created_at)) },
            html! { (ui::date_time(l.seen_at)) },
        ]);
    }
    html! {
        (table)
        @if state.more { p { "最初の200件を表示しています。" } }
    }
}

fn site(l: &Live) -> &'static str {
    if l.site == "portal" { "申請者" } else { "事務局・審査員" }
}

fn form(state: &State) -> Markup {
    let mut people: Vec<Choice> = Vec::new();
    for l in &state.live {
        if let Some(id) = &l.person
            && !people.iter().any(|c| c.value == id.to_string())
        {
            people.push(Choice::new(id.to_string(), l.name.clone()));
        }
    }
    let mut addresses: Vec<Choice> = Vec::new();
    for l in state.live.iter().filter(|l| !l.address.is_empty()) {
        if !addresses.iter().any(|c| c.value == l.address) {
            addresses.push(Choice::new(l.address.clone(), l.address.clone()));
        }
    }
    let roles = state.roles.iter().map(|(code, label)| Choice::new(code.clone(), label.clone())).collect();
    html! {
        p { "終了すると、次の操作からログインし直しが必要になります。保存済みの内容は失われません。" }
        (one(state, "person", "1人", "利用者", people))
        (one(state, "address", "接続元", "接続元のアドレス", addresses))
        (one(state, "role", "役割", "役割", roles))
    }
}

fn one(state: &State, by: &str, title: &str, label: &str, choices: Vec<Choice>) -> Markup {
    if choices.is_empty() {
        return html! {};
    }
    ui::disclosure(
        &format!("{title}ごとに終了する"),
        &html! {
            form class="form" method="post" action="/sessions/end" novalidate {
                (ui::csrf_field(&state.csrf))
                input type="hidden" name="by" value=(by);
                (ui::select("value", label, choices).required())
                (ui::text_field("reason", "理由").required().hint("操作ログに残ります。"))
                (ui::buttons(&[ui::button("ログアウトさせる").danger().about(format!("（{title}）"))]))
            }
        },
    )
}

fn one_rule(rule: &Rule, csrf: &str) -> Markup {
    ui::disclosure(
        &format!(
            "{}：操作がないとき{}分、最長{}分、本人確認{}分",
            rule.label, rule.idle_minutes, rule.absolute_minutes, rule.fresh_minutes
        ),
        &html! {
            form class="form" method="post" action="/sessions/rules" novalidate {
                (ui::csrf_field(csrf))
                input type="hidden" name="who" value=(rule.who);
                (ui::text_field("idle", "操作がないときに終わるまで（分）").required().value(rule.idle_minutes.to_string()))
                (ui::text_field("absolute", "操作していても終わるまで（分）").required().value(rule.absolute_minutes.to_string()))
                (ui::text_field("fresh", "大切な操作で、もう一度本人確認を求めるまで（分）").required().value(rule.fresh_minutes.to_string()))
                (ui::radios("watch", "別のネットワークに移ったとき", vec![
                    Choice::new("yes", "本人確認を求める"), Choice::new("no", "求めない"),
                ]).required().value(if rule.watch_network { "yes" } else { "no" }))
                (ui::buttons(&[ui::button("変更する").about(format!("（{}）", rule.label))]))
            }
        },
    )
}
