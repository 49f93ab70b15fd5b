//! How the pages of permissions look.

use hojo_access::{Audience, Permission};
use hojo_web::ui::{self, Choice, Tone, column, data_table};
use hojo_web::{Markup, html};
use uuid::Uuid;

use super::book::{Book, Person, givable};
use super::change::Change;
use super::matrix;
use super::people::{self, fitting};
use super::step::{Step, label};
use crate::common::{REASON, post_form};

pub fn matrix(page: &matrix::Page) -> Markup {
    let open: Vec<&Change> = page.changes.iter().filter(|c| c.is_open()).collect();
    html! {
        p { "役割ごとに、使える機能を決めます。変更は次の操作から、すべての画面で有効になります。" }
        p { "権限を広げる変更は、別の人が承認するまで有効になりません。狭める変更は、すぐに有効になります。" }
        p { a href="/permissions/people" { "人ごとの役割と、期限付きの追加を見る" } }
        p { a href="/permissions/teams" { "担当班を見る（役割を、担当する公募回だけに限れます）" } }
        @if !open.is_empty() {
            (ui::panel("承認を待っている起案", &html! { @for c in &open { (waiting(page, c)) } }))
        }
        @if page.steps.is_empty() { (form(page)) } @else { (confirm(page)) }
        (ui::panel("これまでの変更", &history(page)))
        (ui::disclosure("権限を配らない機能", &free()))
    }
}

fn form(page: &matrix::Page) -> Markup {
    let head = std::iter::once(column("機能")).chain(page.book.roles.iter().map(|(_, l)| column(l.clone()))).collect();
    let mut table = data_table("役割と機能の一覧", head);
    for p in givable() {
        let mut cells = vec![html! { (p.label()) br; span class="quiet" { (p.about()) } }];
        for (role, name) in &page.book.roles {
            cells.push(tick(page, role, name, p));
        }
        table = table.row(cells);
    }
    post_form(
        "/permissions",
        &page.csrf,
        &html! {
            input type="hidden" name="was" value=(page.was.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
            (table)
            (ui::textarea("reason", "変更の理由", REASON).required().value(page.reason.clone()).hint("承認する人が読み、操作ログに残ります。"))
            (ui::buttons(&[ui::button("変更の確認へ進む").sends("stage", "preview")]))
        },
    )
}

/// A box, or a dash where the permission would have no effect: reviewers and staff have different ones.
fn tick(page: &matrix::Page, role: &str, name: &str, p: Permission) -> Markup {
    let mark = format!("{role}:{}", p.code());
    let ticked = page.ticked.contains(&mark);
    html! {
        input class="checkbox" type="checkbox" name="hold" value=(mark) checked[ticked]
            aria-label={ (name) "が「" (p.label()) "」を使える" };
        @if ticked != page.was.contains(&mark) { " " (ui::chip(Tone::Warn, "変更")) }
    }
}

/// What would change, in two lists: what works at once and what needs a second person.
pub fn difference(book: &Book, steps: &[Step]) -> Markup {
    let lines =
        |widens: bool| steps.iter().filter(|s| s.widens() == widens).map(|s| s.compared(book)).collect::<Vec<_>>();
    let (less, more) = (lines(false), lines(true));
    html! {
        @if !less.is_empty() { h3 { "すぐに有効になる変更（狭める）" } (ui::comparison("今", "変更後", &less)) }
        @if !more.is_empty() { h3 { "別の人の承認が必要な変更（広げる）" } (ui::comparison("今", "変更後", &more)) }
    }
}

fn confirm(page: &matrix::Page) -> Markup {
    ui::panel(
        "変更の確認",
        &html! {
            (difference(&page.book, &page.steps))
            (ui::facts(&[("理由", html! { span class="prewrap" { (page.reason) } })]))
            (post_form("/permissions", &page.csrf, &html! {
                input type="hidden" name="was" value=(page.was.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
                @for mark in &page.ticked { input type="hidden" name="hold" value=(mark); }
                input type="hidden" name="reason" value=(page.reason);
                (ui::buttons(&[
                    ui::button("この内容で変更する").sends("stage", "confirm"),
                    ui::link_button("やめる", "/permissions").outline(),
                ]))
            }))
        },
    )
}

fn waiting(page: &matrix::Page, c: &Change) -> Markup {
    let mine = c.proposed_by == page.me;
    html! {
        (difference(&page.book, &c.steps))
        (ui::facts(&[
            ("理由", html! { span class="prewrap" { (c.reason) } }),
            ("起案", html! { (page.book.name(c.proposed_by)) "　" (ui::date_time(c.proposed_at)) }),
        ]))
        @if mine { p { "起案した人は承認できません。別の人に承認を依頼してください。" } }
        (post_form(&format!("/permissions/changes/{}", c.public_id), &page.csrf, &html! {
            @if mine { (ui::buttons(&[ui::button("起案を取り消す").danger().sends("decision", "refuse")])) }
            @else {
                (ui::buttons(&[
                    ui::button("承認する（すぐに有効になります）").sends("decision", "approve"),
                    ui::button("却下する").danger().sends("decision", "refuse"),
                ]))
            }
        }))
    }
}

fn history(page: &matrix::Page) -> Markup {
    let name = |id: Option<Uuid>| id.map(|id| page.book.name(id).to_owned());
    let items: Vec<ui::Happened> = page
        .changes
        .iter()
        .filter(|c| !c.is_open())
        .map(|c| ui::Happened {
            at: c.applied_at.or(c.refused_at).unwrap_or(c.proposed_at),
            what: html! {
                p {
                    @if c.refused_at.is_some() { "見送り：" }
                    @for (n, s) in c.steps.iter().enumerate() { @if n > 0 { "、" } (s.words(&page.book)) }
                }
                p class="quiet" { "起案 " (page.book.name(c.proposed_by)) "、理由：" (c.reason) }
            },
            who: name(c.decided_by),
        })
        .collect();
    html! { @if items.is_empty() { p { "この画面で変更したことは、まだありません。" } } @else { (ui::timeline(&items)) } }
}

fn free() -> Markup {
    let all = Permission::ALL.iter().filter(|p| !matches!(p.audience(), Audience::Staff | Audience::Reviewer));
    let lines: Vec<(&str, Markup)> = all.map(|p| (p.label(), html! { (p.about()) })).collect();
    ui::facts(&lines)
}

pub fn people(book: &Book) -> Markup {
    let head = vec![column("人"), column("役割"), column("期限付きの追加")];
    let mut table = data_table("事務局と審査員の一覧", head).quiet_caption();
    for p in book.in_order() {
        let roles: Vec<String> = p.roles.iter().map(|r| held(book, p, r)).collect();
        table = table.row(vec![
            html! {
                a href={ "/permissions/people/" (p.public_id) } { (p.name) }
                br; span class="quiet" { (p.login) @if p.disabled { "（利用停止）" } }
            },
            html! { @if roles.is_empty() { "なし" } @else { (roles.join("、")) } },
            grants(book, p),
        ]);
    }
    html! {
        p { "人を選ぶと、役割の変更と、期限付きの権限の追加ができます。" }
        (table)
    }
}

/// A role, and how far it reaches where it is limited.
fn held(book: &Book, p: &Person, role: &str) -> String {
    let name = book.role_label(role);
    p.limits.get(role).map_or_else(|| name.to_owned(), |team| format!("{name}（{}）", book.team_words(*team)))
}

fn grants(book: &Book, p: &Person) -> Markup {
    html! {
        @if p.grants.is_empty() { "なし" }
        @for g in &p.grants { p { (label(&g.permission)) "（" (ui::date_time(g.until)) "まで" @if let Some(team) = g.team { "、" (book.team_words(team)) } "）" } }
    }
}

pub fn person(page: &people::Page) -> Markup {
    html! {
        p { "変更は次の操作から有効になります。広げる変更は、別の人が「権限」の画面で承認するまで有効になりません。" }
        @if page.steps.is_empty() { (person_form(page)) } @else { (person_confirm(page)) }
    }
}

fn person_form(page: &people::Page) -> Markup {
    let t = &page.typed;
    let roles = page.book.roles.iter().map(|(code, name)| {
        let held: Vec<&str> = page.book.held.iter().filter(|(r, _)| r == code).map(|(_, p)| label(p)).collect();
        Choice { value: code.clone(), label: name.clone(), hint: Some(held.join("、")) }
    });
    let ends = page.person.grants.iter().map(|g| Choice {
        value: g.permission.clone(),
        label: label(&g.permission).to_owned(),
        hint: Some(format!("{}まで", ui::date_time(g.until))),
    });
    let more = fitting(&page.person).map(|p| Choice::new(p.code(), p.label())).collect();
    let values = |name: &str| t.all(name).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let was: Vec<&str> = page.person.roles.iter().map(String::as_str).collect();
    let was = if t.has("was") { t.get("was").to_owned() } else { was.join(" ") };
    post_form(
        &format!("/permissions/people/{}", page.person.public_id),
        &page.csrf,
        &html! {
            input type="hidden" name="was" value=(was);
            input type="hidden" name="was_reach" value=(was_reach(page));
            (ui::checks("role", "役割", roles.collect()).values(values("role")))
            (reaches(page))
            @if !page.person.grants.is_empty() {
                (ui::checks("end", "終わりにする追加の権限", ends.collect()).values(values("end")))
            }
            (ui::field("grant", "追加する権限", ui::Control::Select { choices: more, empty: "追加しない".into() }).value(t.get("grant")))
            @if may_limit(page) { (reach(&page.book, "grant_reach", "追加する権限を使える範囲").value(t.get("grant_reach"))) }
            (ui::date_field("until", "追加の権限の最後の日").value(t.get("until")).hint("この日の24時に自動で終わります。長くて1年です。"))
            (ui::textarea("reason", "変更の理由", REASON).required().value(t.get("reason")).hint("承認する人が読み、操作ログに残ります。"))
            (ui::buttons(&[ui::button("変更の確認へ進む").sends("stage", "preview")]))
        },
    )
}

fn person_confirm(page: &people::Page) -> Markup {
    let here = format!("/permissions/people/{}", page.person.public_id);
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

/// Reviewers see the cases they are assigned to and need no team.
fn may_limit(page: &people::Page) -> bool {
    !page.person.reviewer && !page.book.teams.is_empty()
}

fn was_reach(page: &people::Page) -> String {
    if page.typed.has("was_reach") {
        return page.typed.get("was_reach").to_owned();
    }
    page.reaches().iter().map(|(role, team)| format!("{role}={team}")).collect::<Vec<_>>().join(" ")
}

/// How far each role reaches: a field of its own for each, so that it works without scripts.
fn reaches(page: &people::Page) -> Markup {
    html! {
        @if may_limit(page) {
            p class="quiet" { "担当班に限ると、その班が担当する公募回の案件だけに使えます。権限の管理やログのように公募回に属さない機能は、限った役割では使えません。" }
            @for (code, name) in &page.book.roles {
                @let field = people::reach_field(code);
                (reach(&page.book, &field, &format!("役割「{name}」を使える範囲")).value(page.typed.get(&field)))
            }
        }
    }
}

fn reach(book: &Book, name: &str, label: &str) -> ui::Field {
    let teams =
        book.teams.iter().map(|t| Choice::new(t.public_id.to_string(), format!("担当班「{}」の公募回", t.name)));
    ui::field(name, label, ui::Control::Select { choices: teams.collect(), empty: "すべての公募回".into() })
}
