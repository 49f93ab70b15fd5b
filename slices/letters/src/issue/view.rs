//! How issuing together looks.

use hojo_web::ui::{self, Holds, Tone, column, data_table};
use hojo_web::{Markup, html};
use hojo_words::ids::PublicId;

use super::hold::Hold;
use super::rows::{Batch, Group, Held, Waiting};

pub fn list(groups: &[Group], batches: &[Batch], holds: &[Hold], csrf: &str) -> Markup {
    html! {
        (waiting(groups))
        (issued(batches))
        (held_back(holds, csrf))
    }
}

fn waiting(groups: &[Group]) -> Markup {
    let head = vec![
        column("公募回"),
        column("通知書"),
        column("発行を待つ件数").holds(Holds::Number),
        column("うち印刷できないもの").holds(Holds::Number),
        column("次の操作"),
    ];
    let mut table =
        data_table("発行を待つ通知書", head).empty(html! { p { "発行を待っている通知書はありません。" } }).stacks();
    for g in groups {
        table = table.row(vec![
            html! { (g.round_title) },
            html! { (g.title) },
            html! { (ui::number(g.letters)) },
            html! { (ui::number(g.problems)) },
            html! { a href={ "/letters/issue/" (g.round) "/" (g.kind) } { "内容を確かめて発行する" } },
        ]);
    }
    html! { (table) }
}

fn issued(batches: &[Batch]) -> Markup {
    let head = vec![
        column("発行日時").holds(Holds::Date),
        column("公募回"),
        column("通知書"),
        column("交付済み").holds(Holds::Number),
        column("要対応").holds(Holds::Number),
        column("発行した人"),
    ];
    let mut table = data_table("まとめて発行した通知書", head)
        .empty(html! { p { "まとめて発行した通知書はまだありません。" } })
        .stacks();
    for b in batches {
        table = table.row(vec![
            html! { a href={ "/letters/batches/" (b.id) } { (ui::date_time(b.at)) } },
            html! { (b.round_title) },
            html! { (b.title) },
            html! { (ui::number(b.done)) " / " (ui::number(b.letters)) },
            html! { (ui::number(b.failed)) },
            html! { (b.by) },
        ]);
    }
    html! { (table) }
}

fn held_back(holds: &[Hold], csrf: &str) -> Markup {
    let mut table = data_table(
        "決定した後の通知書の扱い",
        vec![column("公募回"), column("手続"), column("扱い"), column("変更する")],
    )
    .stacks();
    for h in holds {
        let (words, label, hold) = if h.held {
            ("まとめて発行する", "決定のつど自動で交付する", "no")
        } else {
            ("決定のつど自動で交付する", "まとめて発行する", "yes")
        };
        table = table.row(vec![
            html! { (h.round_title) },
            html! { (h.title) },
            html! { @if h.held { (ui::chip(Tone::Info, words)) } @else { (words) } },
            html! {
                form method="post" action="/letters/hold" {
                    (ui::csrf_field(csrf))
                    input type="hidden" name="round" value=(h.round);
                    input type="hidden" name="procedure" value=(h.procedure);
                    (ui::buttons(&[ui::button(format!("{label}ように変える")).outline().small().sends("hold", hold)
                        .about(format!("（{}）", h.title))]))
                }
            },
        ]);
    }
    html! {
        (ui::disclosure("通知書をまとめて発行するか、決定のつど交付するか", &html! {
            p { "「まとめて発行する」にした手続では、これから決定する案件の通知書は、この画面で発行するまで交付されません。" }
            (table)
        }))
    }
}

pub fn preview(w: &Waiting, batch: PublicId, csrf: &str) -> Markup {
    let base = format!("/letters/issue/{}/{}", w.round, w.kind);
    html! {
        (ui::facts(&[
            ("公募回", html! { (w.round_title) }),
            ("通知書", html! { (w.title) }),
            ("発行できる件数", html! { strong { (ui::number(w.ready)) "件" } }),
            ("印刷できない件数", html! { (ui::number(w.problems.len())) "件" }),
        ]))
        @if w.untried > 0 {
            (ui::banner(Tone::Info, format!("{}件は印刷できるか確かめている途中です", ui::number(w.untried))).body(html! {
                p { "少し待ってから、" a href=(base) { "この画面を開き直して" } "ください。" }
            }))
        }
        @if !w.problems.is_empty() { (problems(w, &base, csrf)) }
        @if !w.samples.is_empty() {
            (ui::panel("見本", &html! {
                p { "文書番号と日付は、発行のときに付きます。" }
                ul { @for letter in &w.samples { li {
                    a href={ "/letters/" (letter.id) } { (letter.number) " " (letter.name) } "　"
                    a href={ "/letters/" (letter.id) "/sample" } aria-label={ (letter.name) "の見本のPDF" } { "PDF" }
                } } }
            }))
        }
        @if w.ready > 0 {
            form method="post" action=(base) id="issue" {
                (ui::csrf_field(csrf))
                input type="hidden" name="batch" value=(batch);
                input type="hidden" name="count" value=(w.ready);
                p { "発行すると、文書番号が付き、通知書が申請者に交付され、メールでお知らせします。取り消すことはできません。" }
                (ui::buttons(&[ui::button(format!("{}件を発行する", ui::number(w.ready))), ui::link_button("やめる", "/letters/issue").outline()]))
            }
        } @else {
            p id="issue" { "今、発行できる通知書はありません。" }
        }
    }
}

fn problems(w: &Waiting, base: &str, csrf: &str) -> Markup {
    html! {
        (ui::banner(Tone::Warn, format!("{}件は印刷できません", ui::number(w.problems.len()))).body(html! {
            p { "この通知書は発行されずに残ります。ほかの通知書の発行には影響しません。名称や回答が直った後で、確かめ直してください。" }
        }))
        (failing("印刷できない通知書", &w.problems, None))
        form method="post" action={ (base) "/retry" } {
            (ui::csrf_field(csrf))
            (ui::buttons(&[ui::button("印刷できるか確かめ直す").outline()]))
        }
    }
}

/// Letters with a problem; with a token, each can be made again from here.
fn failing(caption: &str, letters: &[Held], csrf: Option<&str>) -> Markup {
    let mut head = vec![column("案件"), column("理由と場所")];
    if csrf.is_some() {
        head.push(column("やり直す"));
    }
    let mut table = data_table(caption, head).stacks();
    for l in letters {
        let mut cells = vec![
            html! { a href={ "/letters/" (l.id) } { (l.number) " " (l.name) } },
            html! { span class="prewrap" { (l.problem.as_deref().unwrap_or("理由の記録がありません。")) } },
        ];
        if let Some(csrf) = csrf {
            cells.push(html! {
                form method="post" action={ "/letters/" (l.id) "/retry" } {
                    (ui::csrf_field(csrf))
                    (ui::buttons(&[ui::button("もう一度作成する").outline().small().about(format!("（{}）", l.name))]))
                }
            });
        }
        table = table.row(cells).marked();
    }
    html! { (table) }
}

pub fn batch(b: &Batch, failures: &[Held], csrf: &str) -> Markup {
    let total = i64::from(b.letters);
    let waiting = (total - b.done - b.failed).max(0);
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    html! {
        (ui::progress("交付の進み具合", whole(b.done), whole(total)))
        (ui::facts(&[
            ("公募回", html! { (b.round_title) }),
            ("発行した人", html! { (b.by) "（" (ui::date_time(b.at)) "）" }),
            ("交付済み", html! { (ui::number(b.done)) "件" }),
            ("作成中・交付待ち", html! { (ui::number(waiting)) "件" }),
            ("要対応", html! { (ui::number(b.failed)) "件" }),
        ]))
        @if waiting > 0 {
            p { "この画面を閉じても、発行は続きます。" }
            (ui::buttons(&[ui::link_button("最新の状況を表示する", format!("/letters/batches/{}", b.id)).outline()]))
        } @else if b.failed == 0 {
            (ui::banner(Tone::Success, "すべて交付しました"))
        }
        @if !failures.is_empty() { (failing("交付できていない通知書", failures, Some(csrf))) }
    }
}
