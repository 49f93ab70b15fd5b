//! How the page of the own factors and sessions looks.

use hojo_web::ui::{self, Banner, Holds, Tone, column, data_table};
use hojo_web::{Markup, browser_words, html};

use super::{Key, Session, State};

pub(super) fn done(what: &str) -> Option<Banner> {
    let words = match what {
        "sessions" => "ほかのログインをすべて終了しました。",
        "passkey-added" => "パスキーを登録しました。",
        "passkey-removed" => "パスキーを削除しました。",
        "passkey-named" => "パスキーの名前を変更しました。",
        "totp" => "認証アプリを登録しました。以前の認証アプリの番号は使えなくなりました。",
        "password" => "パスワードを変更しました。ほかのログインは終了しました。",
        _ => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

/// One way in is one too few.
pub(super) fn warning(state: &State) -> Option<Banner> {
    let ways = state.keys.len() + usize::from(state.has_password && state.has_totp);
    if ways < 2 {
        let body = html! { p { "その機器をなくすと、管理者2人の確認が済むまでログインできません。別の機器のパスキーをもう1つ登録してください。" } };
        return Some(ui::banner(Tone::Warn, "ログイン方法が1つしかありません").body(body));
    }
    if state.codes_left == 0 && state.keys.len() < 2 {
        let body = html! { p { "認証アプリの端末をなくしたときのために、回復コードを作成して控えておいてください。" } };
        return Some(ui::banner(Tone::Warn, "回復コードがありません").body(body));
    }
    None
}

pub(super) fn page(state: &State) -> Markup {
    html! {
        (ui::panel("パスキー", &keys(state)))
        (ui::panel("パスワードと認証アプリ", &password(state)))
        (ui::panel("回復コード", &codes(state)))
        (ui::panel("ログインの記録", &sessions(state)))
    }
}

fn keys(state: &State) -> Markup {
    html! {
        p { "指紋、顔、端末の暗証番号でログインする方法です。偽のサイトでは働かないため、最も安全です。2台以上の機器で登録してください。" }
        @if state.keys.is_empty() { p { "登録されているパスキーはありません。" } }
        @for key in &state.keys { (one_key(key, &state.csrf)) }
        form class="form" method="post" action="/account/passkeys" novalidate data-passkey="create" {
            (ui::csrf_field(&state.csrf))
            (ui::text_field("name", "新しいパスキーの名前").example("事務所のパソコン").hint("どの機器か分かる名前を付けてください。"))
            p role="alert" data-passkey-problem {}
            (ui::buttons(&[ui::button("パスキーを登録する").hook("passkey")]))
        }
        noscript { p { "パスキーの登録にはJavaScriptが必要です。パスワードと認証アプリは、JavaScriptがなくても使えます。" } }
    }
}

fn one_key(key: &Key, csrf: &str) -> Markup {
    html! {
        form class="form" method="post" action={ "/account/passkeys/" (key.public_id) } novalidate {
            (ui::csrf_field(csrf))
            (ui::facts(&[
                ("登録した日", html! { (ui::date_time(key.created_at)) }),
                ("最後に使った日", html! { @match key.used_at { Some(at) => (ui::date_time(at)), None => { "まだ使っていません" } } }),
            ]))
            (ui::text_field("name", "パスキーの名前").value(&key.name))
            (ui::buttons(&[
                ui::button("名前を変更").outline().small().sends("do", "name").about(format!("（{}）", key.name)),
                ui::button("削除").danger().small().sends("do", "remove").about(format!("（{}）", key.name)),
            ]))
        }
    }
}

fn password(state: &State) -> Markup {
    html! {
        (ui::facts(&[
            ("ログインID", html! { (state.login) }),
            ("パスワード", html! { @if state.has_password { "設定済み" } @else { "未設定" } }),
            ("認証アプリ", html! { @if state.has_totp { "登録済み" } @else { "未登録" } }),
        ]))
        form class="form" method="post" action="/account/password" novalidate {
            (ui::csrf_field(&state.csrf))
            input type="hidden" name="username" value=(state.login) autocomplete="username";
            (ui::secret("new_password", "新しいパスワード", ui::SecretKind::NewPassword).required()
                .hint(format!("{}文字以上。記号や数字を混ぜる必要はありません。関係のない語をいくつか並べると、覚えやすく推測されにくくなります。", state.shortest)))
            (ui::buttons(&[ui::button("パスワードを変更する").outline()]))
        }
        form class="form" method="post" action="/account/totp" {
            (ui::csrf_field(&state.csrf))
            (ui::buttons(&[ui::button(if state.has_totp { "認証アプリを登録し直す" } else { "認証アプリを登録する" }).outline()]))
        }
    }
}

fn codes(state: &State) -> Markup {
    html! {
        p { "認証アプリの端末をなくしたときに、1つにつき1回だけ使える番号です。紙に書くか印刷して、端末とは別の場所に保管してください。" }
        p { "残り：" strong { (ui::number(state.codes_left)) "個" } }
        form class="form" method="post" action="/account/recovery-codes" {
            (ui::csrf_field(&state.csrf))
            (ui::buttons(&[ui::button("回復コードを新しく作る").outline()]))
            p class="note" { "新しく作ると、これまでの回復コードは使えなくなります。" }
        }
    }
}

fn sessions(state: &State) -> Markup {
    let head = vec![
        column("ログインした時刻").holds(Holds::Date),
        column("ブラウザー"),
        column("接続元"),
        column("最後の操作").holds(Holds::Date),
        column("状態"),
    ];
    let mut table = data_table("最近のログイン", head);
    for s in &state.sessions {
        table = table.row(vec![
            html! { (ui::date_time(s.created_at)) },
            html! { (browser_words(&s.user_agent)) },
            html! { @if s.address.is_empty() { "不明" } @else { (s.address) } },
            html! { (ui::date_time(s.seen_at)) },
            html! { @if Some(s.id) == state.mine { "この画面" } @else { (ended(s)) } },
        ]);
    }
    let others = state.sessions.iter().any(|s| s.lives && Some(s.id) != state.mine);
    html! {
        (table)
        @if others {
            form class="form" method="post" action="/account/sessions/end" {
                (ui::csrf_field(&state.csrf))
                (ui::buttons(&[ui::button("この画面以外をすべてログアウトする").danger()]))
            }
        }
    }
}

fn ended(s: &Session) -> String {
    if s.lives {
        return "ログイン中".into();
    }
    let why = match s.end_reason.as_deref() {
        Some("signed out") => "ログアウト",
        Some("signed in elsewhere") => "別の場所でのログインにより終了",
        Some("signed in again") => "ログインし直した",
        Some("token reused") => "不正な利用の疑いにより終了",
        Some("password changed") => "パスワードの変更により終了",
        Some("ended by the person") => "本人が終了",
        Some("ended by the office") => "管理者が終了",
        Some("account closed") => "アカウントの停止により終了",
        Some(_) => "終了",
        None => "時間切れ",
    };
    match s.ended_at {
        Some(at) => format!("{why}（{}）", ui::date_time(at)),
        None => why.into(),
    }
}
