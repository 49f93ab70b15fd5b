//! How the pages of teams look.

use hojo_web::ui::{self, Choice, column, data_table};
use hojo_web::{Markup, html};

use super::book::{Book, Team};
use super::step::label;
use super::teams::{All, NAME, One};
use super::view::difference;
use crate::common::{REASON, post_form};

pub fn all(page: &All) -> Markup {
    let head = vec![column("担当班"), column("担当する公募回"), column("この班に限って使う人")];
    let mut table = data_table("担当班の一覧", head).quiet_caption().empty(html! {
        p { "担当班はまだありません。班を作らなければ、役割はすべての公募回で使えます。" }
    });
    for t in &page.book.teams {
        table = table.row(vec![
            html! { a href={ "/permissions/teams/" (t.public_id) } { (t.name) } },
            html! { (rounds(&page.book, t)) },
            html! { (people(&page.book, t)) },
        ]);
    }
    let t = &page.typed;
    html! {
        p { "担当班は、担当する公募回を決めた職員の集まりです。役割や追加の権限を班に限ると、その班の公募回の案件だけを見て、扱えます。一覧、件数、検索、CSVにも、ほかの公募回は出ません。" }
        (table)
        (ui::panel("担当班を作る", &post_form("/permissions/teams", &page.csrf, &html! {
            (ui::field("name", "担当班の名前", ui::Control::Line { max: Some(NAME), mode: ui::Mode::Text }).required().value(t.get("name")))
            (ui::textarea("reason", "作る理由", REASON).required().value(t.get("reason")).hint("操作ログに残ります。"))
            (ui::buttons(&[ui::button("担当班を作る")]))
        })))
    }
}

fn rounds(book: &Book, team: &Team) -> String {
    let titles: Vec<&str> = team.rounds.iter().map(|r| book.round_title(*r)).collect();
    if titles.is_empty() { "なし".to_owned() } else { titles.join("、") }
}

fn people(book: &Book, team: &Team) -> String {
    let of = book.in_order().into_iter().filter(|p| {
        !p.disabled && (p.limits.values().any(|t| *t == team.id) || p.grants.iter().any(|g| g.team == Some(team.id)))
    });
    let names: Vec<&str> = of.map(|p| p.name.as_str()).collect();
    if names.is_empty() { "なし".to_owned() } else { names.join("、") }
}

pub fn one(page: &One) -> Markup {
    html! {
        p { "公募回や人を加える変更は、別の人が「権限」の画面で承認するまで有効になりません。外す変更は、すぐに有効になります。" }
        @if page.steps.is_empty() { (form(page)) } @else { (confirm(page)) }
    }
}

fn form(page: &One) -> Markup {
    let t = &page.typed;
    let values = |name: &str| t.all(name).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let rounds = page.book.rounds.iter().map(|r| Choice::new(r.public_id.to_string(), r.title.clone())).collect();
    let members = page.members();
    let leave = members
        .iter()
        .map(|(mark, p, role)| Choice::new(mark.clone(), format!("{}：役割「{}」", p.name, page.book.role_label(role))))
        .collect();
    let staff = page.book.in_order().into_iter().filter(|p| !p.reviewer && !p.disabled);
    let staff = staff.map(|p| Choice::new(p.public_id.to_string(), format!("{}（{}）", p.name, p.login))).collect();
    let roles = page.book.roles.iter().map(|(code, name)| Choice::new(code.clone(), name.clone())).collect();
    let was = if t.has("was") { t.get("was").to_owned() } else { page.rounds().join(" ") };
    post_form(
        &format!("/permissions/teams/{}", page.team.public_id),
        &page.csrf,
        &html! {
            input type="hidden" name="was" value=(was);
            (ui::checks("round", "担当する公募回", rounds).values(values("round")))
            @if !members.is_empty() {
                (ui::checks("leave", "外す人（その役割がなくなります）", leave).values(values("leave"))
                    .hint("役割を残して範囲だけを変えるときは、「人ごとの権限」で変えてください。"))
            }
            (grants(page))
            (ui::field("person", "加える人", ui::Control::Select { choices: staff, empty: "加えない".into() }).value(t.get("person"))
                .hint("その役割をすべての公募回で使っていた人は、この班の公募回だけに限られます。"))
            (ui::field("role", "加える人の役割", ui::Control::Select { choices: roles, empty: "加えない".into() }).value(t.get("role")))
            (ui::textarea("reason", "変更の理由", REASON).required().value(t.get("reason")).hint("承認する人が読み、操作ログに残ります。"))
            (ui::buttons(&[ui::button("変更の確認へ進む").sends("stage", "preview")]))
        },
    )
}

/// Additions limited to the team: they are ended on the page of the person.
fn grants(page: &One) -> Markup {
    let of = page.book.in_order().into_iter().flat_map(|p| p.grants.iter().map(move |g| (p, g)));
    let of: Vec<_> = of.filter(|(p, g)| !p.disabled && g.team == Some(page.team.id)).collect();
    html! {
        @if !of.is_empty() {
            h2 { "この班に限った、本人だけの追加" }
            ul {
                @for (p, g) in of {
                    li { a href={ "/permissions/people/" (p.public_id) } { (p.name) } "：" (label(&g.permission)) "（" (ui::date_time(g.until)) "まで）" }
                }
            }
        }
    }
}

fn confirm(page: &One) -> Markup {
    let here = format!("/permissions/teams/{}", page.team.public_id);
    ui::panel(
        "変更の確認",
        &html! {
            (difference(&page.book, &page.steps))
            (ui::facts(&[("理由", html! { span class="prewrap" { (page.typed.get("reason")) } })]))
            (post_form(&here, &page.csrf, &html! {
                @for (name, value) in page.typed.0.iter().filter(|(n, _)| n != "stage" && n != "_csrf") {
                    input type="hidden" name=(name) value=(value);
                }
                (ui::buttons(&[
                    ui::button("この内容で変更する").sends("stage", "confirm"),
                    ui::link_button("やめる", here.clone()).outline(),
                ]))
            }))
        },
    )
}
