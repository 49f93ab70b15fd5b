//! The pages a person sees here. Plain HTML, no script, and unmistakably not GビズID.

use crate::authorize::Request;
use crate::{Account, Shared, Trouble, synthetic_login};
use axum::extract::State;
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = "
body{margin:0;font:1rem/1.7 'Noto Sans JP','Hiragino Sans',sans-serif;color:#1a1a1c;background:#fff}
header{background:#5c2d91;color:#fff;padding:.75rem 1rem}
header p{margin:0;font-weight:700}
main{max-width:44rem;margin:0 auto;padding:1rem}
h1{font-size:1.5rem;line-height:1.5}
fieldset{border:1px solid #767676;border-radius:8px;margin:0 0 1.5rem;padding:1rem;min-width:0}
legend{font-weight:700;padding:0 .25rem}
.choice{display:flex;gap:.75rem;align-items:flex-start;padding:.5rem 0}
.choice input{width:1.5rem;height:1.5rem;flex:none;margin:.1rem 0 0}
.choice label{overflow-wrap:anywhere;min-width:0;flex:1}
.note{color:#4d4d4d;display:block;font-size:.9375rem}
.field label{display:block;font-weight:700;margin-bottom:.25rem}
input[type=text],select{font:inherit;width:100%;box-sizing:border-box;min-height:2.75rem;padding:.5rem .75rem;border:1px solid #595959;border-radius:8px;background:#fff;color:inherit}
.buttons{display:flex;flex-wrap:wrap;gap:1rem}
button{font:inherit;font-weight:700;min-height:3rem;padding:.5rem 1.5rem;border-radius:8px;border:2px solid #5c2d91;background:#5c2d91;color:#fff;cursor:pointer}
button.second{background:#fff;color:#5c2d91}
:focus-visible{outline:4px solid #000;outline-offset:2px;box-shadow:0 0 0 2px #ffd43d}
.error{border:2px solid #c00;border-radius:8px;padding:.5rem 1rem;margin-bottom:1rem;color:#a00000;font-weight:700}
dt{font-weight:700}dd{margin:0 0 .75rem;overflow-wrap:anywhere}
";

fn frame(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ja" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) "｜GビズIDの代わり（開発用）" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header { p { "開発用の代役サイトです。本物のGビズIDではありません。" } }
                main { h1 { (title) } (body) }
            }
        }
    }
}

/// `GET /`: what this is and who can sign in.
pub(crate) async fn front(State(standin): State<Shared>) -> Markup {
    let accounts = &standin.config.accounts;
    frame(
        "GビズIDの代わりのサイト",
        &html! {
            p { "補助金システムの「GビズIDでサインイン」から来ると、ここでアカウントを選べます。" }
            dl {
                @for account in accounts.listed() {
                    dt { (account.login) }
                    dd { (account.name()) span.note { (account.note) } }
                }
                @if accounts.synthetic_count() > 0 {
                    dt { (synthetic_login(1)) "〜" (synthetic_login(accounts.synthetic_count())) }
                    dd { "見本の事業者 " (accounts.synthetic_count()) " 件" }
                }
            }
        },
    )
}

/// An error with nowhere to go back to.
pub(crate) fn dead_end(why: &str) -> Markup {
    frame(
        "サインインできません",
        &html! {
            p.error { (why) }
            p { "元のサイトに戻り、もう一度お試しください。設定の誤りであれば、サイトの管理者が直す必要があります。" }
        },
    )
}

/// The page where one chooses who to be and what shall go wrong.
pub(crate) fn chooser(standin: &Shared, request: &Request, problem: Option<&str>) -> Markup {
    let accounts = standin.config.accounts.listed();
    let listed = accounts.iter().any(|account| account.login == request.login_hint);
    let typed = if listed { "" } else { request.login_hint.as_str() };
    frame(
        "サインインするアカウントを選ぶ",
        &html! {
            @if let Some(problem) = problem {
                p.error role="alert" id="problem" { (problem) }
            }
            form method="post" action=(standin.at("choose")) {
                (hidden(request))
                fieldset {
                    legend { "アカウント" }
                    @for (place, account) in accounts.iter().enumerate() {
                        (radio(place, account, request))
                    }
                }
                fieldset {
                    legend { "一覧にないアカウント" }
                    div.field {
                        label for="other" { "アカウント名（入力すると、上の選択より優先します）" }
                        input type="text" id="other" name="other_account" value=(typed) autocomplete="off"
                            aria-describedby="other-note";
                        span.note id="other-note" { "例：" (synthetic_login(42)) }
                    }
                }
                fieldset {
                    legend { "起こす問題" }
                    div.field {
                        label for="trouble" { "サインインの途中で起こすこと" }
                        select id="trouble" name="trouble" {
                            @for (trouble, words) in Trouble::ALL {
                                option value=(trouble.id()) selected[trouble == request.trouble] { (words) }
                            }
                        }
                    }
                }
                div.buttons {
                    button type="submit" name="action" value="sign_in" { "このアカウントでサインイン" }
                    button.second type="submit" name="action" value="cancel" { "取り消して戻る" }
                }
            }
        },
    )
}

fn radio(place: usize, account: &Account, request: &Request) -> Markup {
    let chosen = if request.login_hint.is_empty() { place == 0 } else { account.login == request.login_hint };
    html! {
        div.choice {
            input type="radio" id={ "account-" (place) } name="account" value=(account.login) checked[chosen];
            label for={ "account-" (place) } {
                (account.name())
                span.note { (account.login) "：" (account.note) }
            }
        }
    }
}

fn hidden(request: &Request) -> Markup {
    let fields = [
        ("client_id", &request.client_id),
        ("redirect_uri", &request.redirect_uri),
        ("response_type", &request.response_type),
        ("scope", &request.scope),
        ("state", &request.state),
        ("nonce", &request.nonce),
        ("code_challenge", &request.code_challenge),
        ("code_challenge_method", &request.code_challenge_method),
        ("acr_values", &request.acr_values),
    ];
    html! {
        @for (name, value) in fields {
            input type="hidden" name=(name) value=(value);
        }
    }
}
