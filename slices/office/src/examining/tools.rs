//! The right side: the file being looked at, findings, remarks, checklist, and the way on.

use hojo_web::ui::{self, Choice, Control, NavItem, Tone};
use hojo_web::{Markup, html};

use super::afterthought::Afterthought;
use super::checklist::{Line, Mark, failing, open};
use super::remarking;
use super::remarks::Remark;
use super::show::{Bench, Can};
use crate::common::places::label;
use crate::common::post_form;

/// The whole right side.
pub fn tools(bench: &Bench<'_>) -> Markup {
    html! {
        @if let Some((id, name)) = &bench.file { (viewer(bench, id, name)) }
        (ui::tabs("確認の道具", &[
            NavItem::new("確認票", "#checklist-panel", false),
            NavItem::new("指摘", "#remarks", false),
            NavItem::new("規則の判定", "#findings", false),
            NavItem::new("添付書類", "#files", false),
        ]))
        // A remark being written comes first: whoever pressed 「指摘する」 wants to type now.
        @if bench.chosen.is_some() { div id="remarks" { (ui::panel("指摘", &remarks(bench))) } }
        div id="checklist-panel" { (ui::panel("確認票", &checklist(bench))) }
        @if bench.chosen.is_none() { div id="remarks" { (ui::panel("指摘", &remarks(bench))) } }
        div id="findings" { (ui::panel("規則の判定", &super::findings::findings(bench))) }
        div id="files" { (ui::panel("添付書類", &files(bench))) }
    }
}

fn viewer(bench: &Bench<'_>, id: &str, name: &str) -> Markup {
    let file = format!("/cases/{}/files/{id}", bench.row.public_id);
    ui::viewer(name, &file, &format!("{file}/pages"))
}

fn files(bench: &Bench<'_>) -> Markup {
    let form = &bench.dossier.procedure.form;
    let page = format!("/cases/{}/examine", bench.row.public_id);
    let shown = bench.file.as_ref().map(|(id, _)| id.as_str());
    let all: Vec<_> = bench.dossier.submitted.answers.files().collect();
    html! {
        @if all.is_empty() { p { "添付書類はありません。" } }
        @else {
            ul {
                @for (path, file) in &all {
                    li {
                        (label(form, &path.to_string())) "："
                        a href=(crate::common::query::Address::new(page.clone()).with("file", &file.file).anchor("viewer").text())
                            aria-current=[(shown == Some(file.file.as_str())).then_some("true")] { (file.name) }
                        "（" (ui::file_size(file.size)) @if let Some(pages) = file.pages { "、" (pages) "ページ" } "）"
                    }
                }
            }
        }
    }
}

fn remarks(bench: &Bench<'_>) -> Markup {
    let (now, before): (Vec<&Remark>, Vec<&Remark>) =
        bench.remarks.iter().partition(|r| r.submission == bench.dossier.submitted.n);
    html! {
        @if now.is_empty() { p { "今回の提出への指摘はまだありません。" } }
        @else { ul { @for r in &now { li { (remark(bench, r)) } } } }
        @if !before.is_empty() {
            (ui::disclosure(&format!("これまでの提出への指摘（{}件）", before.len()), &html! { ul { @for r in &before { li { (remark(bench, r)) } } } }))
        }
        @if bench.writes() { (remarking::form(bench)) }
        @if bench.writes() && !now.is_empty() {
            (ui::buttons(&[ui::link_button("指摘をまとめて差し戻す（確認へ）", format!("/cases/{}/return", bench.row.public_id)).outline()]))
        }
    }
}

/// One remark as the office reads it.
fn remark(bench: &Bench<'_>, r: &Remark) -> Markup {
    let place =
        if r.target == "*" { "申請全体".to_owned() } else { label(&bench.dossier.procedure.form, &r.target) };
    let field = r.target.split(['[', '.']).next().unwrap_or_default();
    html! {
        (state(&r.state)) " " @if r.must { "必ず直す" } @else { "確認" } "／"
        a href={ "#" (if let Some(id) = r.target.strip_prefix("section:") { format!("s-{id}") } else { format!("a-{field}") }) } { (place) }
        "：" span class="prewrap" { (r.text) }
        @if let Some(clause) = &r.clause { "（" (clause) "）" }
        span class="quiet" { " " (r.by) " " (ui::date_time(r.at)) }
        @if let Some(late) = &r.afterthought { (afterthought(bench, r, late)) }
        @if bench.writes() && r.state == "noted" {
            (post_form(&format!("/cases/{}/examine/remarks/{}/drop", bench.row.public_id, r.public_id), &bench.csrf, &html! {
                @if let Some((file, _)) = &bench.file { input type="hidden" name="file" value=(file); }
                (ui::button("取り消す").text().small().about(format!("（{place}への指摘）")))
            }))
        }
    }
}

/// Why it comes only now, and who allowed it or still may.
fn afterthought(bench: &Bench<'_>, r: &Remark, late: &Afterthought) -> Markup {
    let mine = bench.allows == Some(r.author);
    html! {
        p {
            @match &late.allowed_by {
                Some(name) => (ui::chip(Tone::Success, format!("後出し（{name}が承認）"))),
                None => (ui::chip(Tone::Warn, "後出し（承認待ち）")),
            }
            " 今になって指摘する理由：" span class="prewrap" { (late.grounds) }
        }
        @if bench.allows.is_some() && !mine && r.state == "noted" && late.allowed_by.is_none() {
            (post_form(&format!("/cases/{}/examine/remarks/{}/allow", bench.row.public_id, r.public_id), &bench.csrf, &html! {
                @if let Some((file, _)) = &bench.file { input type="hidden" name="file" value=(file); }
                (ui::button("この指摘を承認する").outline().small())
            }))
        }
    }
}

fn state(code: &str) -> ui::Chip {
    match code {
        "noted" => ui::plain_chip("未送付"),
        "sent" => ui::chip(Tone::Warn, "送付済み"),
        "mended" => ui::chip(Tone::Success, "申請者が対応済み"),
        _ => ui::plain_chip("取消し"),
    }
}

/// How much is left, replaced after every save.
pub fn progress(lines: &[Line<'_>]) -> Markup {
    html! {
        p id="check-progress" data-live {
            "全" (lines.len()) "項目中、未確認 " strong { (open(lines)) "件" } "、不適合 " strong { (failing(lines)) "件" }
        }
    }
}

fn checklist(bench: &Bench<'_>) -> Markup {
    let base = format!("/cases/{}/examine", bench.row.public_id);
    html! {
        @if let Some((n, note)) = &bench.earlier_note {
            (ui::banner(Tone::Info, format!("引継ぎメモ（{n}回目の提出のとき）")).body(html! { p class="prewrap" { (note) } }))
        }
        @if let (Some(name), true) = (&bench.examiner, bench.can != Can::First) { p { "一次の確認をした人：" (name) } }
        @match &bench.can {
            Can::First => {
                (ui::save_form("checklist", format!("{base}/checklist"), bench.csrf.clone(), form(bench))
                    .version(bench.sheet.version.into())
                    .autosave(format!("{base}/autosave")))
            }
            Can::Second => {
                (settled(bench))
                (ui::buttons(&[ui::link_button("二次の確認を終える", format!("{base}/second"))]))
            }
            Can::Look(_) => (settled(bench)),
        }
    }
}

/// The first person's checklist as the second one reads it.
fn settled(bench: &Bench<'_>) -> Markup {
    let rows: Vec<ui::Answer> = bench
        .lines
        .iter()
        .map(|l| {
            let mark = l.mark.map_or("未確認", Mark::label);
            ui::Answer::rich(l.item.text.clone(), html! { (mark) @if !l.memo.is_empty() { br; (l.memo) } })
        })
        .collect();
    html! {
        (progress(&bench.lines))
        (ui::answers(&rows))
        @if !bench.note.is_empty() { h3 { "引継ぎメモ" } p class="prewrap" { (bench.note) } }
    }
}

fn form(bench: &Bench<'_>) -> Markup {
    let mut group = "";
    html! {
        (progress(&bench.lines))
        @if let Some((file, _)) = &bench.file { input type="hidden" name="file" value=(file); }
        @for line in &bench.lines {
            @if line.item.group != group {
                ({ group = &line.item.group; html! { @if !group.is_empty() { h3 { (group) } } } })
            }
            (item(bench, line))
        }
        (ui::textarea("note", "引継ぎメモ", 2_000).optional().value(bench.note.clone())
            .hint("次に確認する人へ伝えることを書きます。申請者には見えません。"))
        (ui::buttons(&[
            ui::button("保存して、一次の確認を終える（確認へ）").sends("_action", "finish"),
            ui::button("保存する").outline().sends("_action", "save"),
        ]))
        p class="quiet" { "この画面は自動で保存されます。一次の確認を終える画面は" a href={ "/cases/" (bench.row.public_id) "/examine/finish" } { "こちら" } "です。" }
    }
}

fn item(bench: &Bench<'_>, line: &Line<'_>) -> Markup {
    let form = &bench.dossier.procedure.form;
    let i = line.item;
    let choices = Mark::ALL.iter().map(|m| Choice::new(m.code(), m.label())).collect();
    let shown: Vec<_> = i.fields.iter().filter(|p| bench.dossier.reading.is_shown(&p.field)).collect();
    let hint = html! {
        @if !i.help.is_empty() { p { (i.help) } }
        @if line.automatic { p { (ui::chip(Tone::Success, "システムが確認")) " 入力内容から適合と判定しました。" } }
        @if !shown.is_empty() {
            p { "見る項目：" @for (at, path) in shown.iter().enumerate() {
                @if at > 0 { "、" } a href={ "#a-" (path.field) } { (label(form, &path.to_string())) }
            } }
        }
    };
    let mut radios = ui::field(format!("item_{}", i.id), i.text.clone(), Control::Radios { choices, inline: true })
        .hint_markup(hint);
    if let Some(clause) = &i.clause {
        radios = radios.clause(clause.to_string());
    }
    if let Some(mark) = line.mark {
        radios = radios.value(mark.code());
    }
    let target = shown.first().map_or_else(|| "*".to_owned(), |p| p.field.clone());
    let remark = bench.address().with("remark", &target).with("item", &i.id).anchor("remark").text();
    html! {
        (radios)
        (ui::text_field(format!("memo_{}", i.id), "メモ").value(line.memo.clone()))
        p { a href=(remark) { "この項目を指摘する" span class="visually-hidden" { "（" (i.text) "）" } } }
    }
}
