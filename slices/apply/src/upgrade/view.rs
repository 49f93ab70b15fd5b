//! The map as the applicant reads it.

use hojo_db::{Moved, Pending};
use hojo_programme::{Asked, Edition, Finding, Recalculated, Reworded, SetAside, Severity, Touch};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Tone};
use hojo_web::{Markup, html};

use crate::desk::Desk;

pub(super) fn ask(desk: &Desk, new: &Edition, pending: &Pending, touch: &Touch, csrf: &str) -> Markup {
    let issue = &new.guidelines.issue;
    html! {
        (ui::banner(Tone::Info, format!("{}（{issue}）の様式になりました", new.guidelines.title)).body(html! {
            p { "この下書きは、改定の前の様式で始めたものです。入力した内容は新しい様式に引き継ぎます。引き継げない回答も、消えずに残ります。" }
            @if pending.required { p { "続きの入力と提出は、引き継いでからできます。" } }
        }))
        (told(touch))
        form class="form" method="post" action=(desk.way.upgrade()) {
            (csrf_field(csrf))
            input type="hidden" name="to" value=(pending.edition);
            (ui::buttons(&[
                ui::button("新しい様式に引き継ぐ"),
                if pending.required { ui::link_button(desk.way.home().0 + "に戻る", desk.way.home().1).outline() }
                else { ui::link_button("今は引き継がない", desk.way.base()).outline() },
            ]))
        }
    }
}

/// What moved, in the order in which it concerns the applicant.
fn told(touch: &Touch) -> Markup {
    let map = &touch.map;
    html! {
        @if map.is_plain() { p { "入力する項目は変わりません。" } }
        p { "そのまま引き継ぐ項目：" strong { (map.kept.0.len()) "項目" } }
        @if !map.new.is_empty() { section { h2 { "新しく入力していただく項目" } (new_fields(&map.new)) } }
        @if !map.asked_again.is_empty() { section { h2 { "もう一度入力していただく項目" } (set_aside(&map.asked_again)) } }
        @if !map.dropped.is_empty() {
            section { h2 { "入力が要らなくなった項目" }
                p { "これまでの回答は提出されませんが、あとから見られます。" }
                (set_aside(&map.dropped))
            }
        }
        @if !map.changed.is_empty() { section { h2 { "決まりが変わった項目" } (reworded(&map.changed)) } }
        @if !touch.recalculated.is_empty() { section { h2 { "自動で計算する値が変わる項目" } (recalculated(&touch.recalculated)) } }
        @if !touch.comes.is_empty() {
            section { h2 { "新しく当てはまる点" }
                p { "引き継いだ後に、入力内容の確認の画面にも表示します。" }
                (findings(&touch.comes))
            }
        }
    }
}

fn recalculated(list: &[Recalculated]) -> Markup {
    html! { dl class="facts" { @for one in list { div { dt { (one.label) } dd { (one.before) " から " strong { (one.after) } " になります。" } } } } }
}

fn findings(list: &[Finding]) -> Markup {
    html! { ul { @for one in list {
        li {
            @match one.severity {
                Severity::Stop => (ui::chip(Tone::Error, "直していただく点")),
                Severity::Ask => (ui::chip(Tone::Warn, "確かめていただく点")),
                Severity::Note => (ui::chip(Tone::Info, "お知らせ")),
            }
            " " (one.applicant) "（" (one.clause) "）"
        }
    } } }
}

fn new_fields(list: &[Asked]) -> Markup {
    html! { ul { @for one in list { li { (one.label) "（" (one.section) "）" @if !one.required { " 任意" } } } } }
}

fn set_aside(list: &[SetAside]) -> Markup {
    html! {
        dl class="facts" { @for one in list { div {
            dt { (one.label) }
            dd { p { "これまでの回答：" @if one.shown.is_empty() { "（空欄）" } @else { (one.shown) } }
                @if let Some(why) = one.why { p class="note" { (why.words()) } } }
        } } }
    }
}

fn reworded(list: &[Reworded]) -> Markup {
    html! { dl class="facts" { @for one in list { div { dt { (one.label) } dd { @for what in &one.what { p { (what) } } } } } } }
}

/// After the move: the answers that do not stand in the form any more.
pub(super) fn aside(moved: &[Moved], back: &str) -> Markup {
    html! {
        @if moved.is_empty() { (ui::empty("引き継ぐものはありません", &html! { p { "この下書きは、今の様式で入力しています。" } })) }
        @for one in moved {
            section {
                h2 { (ui::date_time(one.at)) " に新しい様式に引き継ぎました" }
                @if !one.map.new.is_empty() { h3 { "新しく入力していただく項目" } (new_fields(&one.map.new)) }
                @let list: Vec<SetAside> = one.aside().cloned().collect();
                @if !list.is_empty() { h3 { "以前の様式での回答" } (set_aside(&list)) }
            }
        }
        (ui::buttons(&[ui::link_button("入力を続ける", back)]))
    }
}

#[cfg(test)]
mod tests {
    use super::told;
    use hojo_programme::{Again, Answers, Asked, Raw, Recalculated, SetAside, Touch, UpgradeMap};

    #[test]
    fn the_map_says_what_is_new_and_shows_what_was_typed() {
        let map = UpgradeMap {
            kept: Answers([("a".to_owned(), Raw::from("1"))].into()),
            new: vec![Asked {
                field: "n".into(),
                label: "省力化の取組".into(),
                section: "内容".into(),
                required: true,
            }],
            asked_again: vec![SetAside {
                field: "k".into(),
                label: "事業の分野".into(),
                old: Raw::from("x"),
                shown: "新しい提供方式<b>".into(),
                why: Some(Again::NotOffered),
            }],
            ..UpgradeMap::default()
        };
        let before = "1,000,000円".to_owned();
        let recalculated = vec![Recalculated { label: "補助上限額".into(), before, after: "2,000,000円".into() }];
        let html = told(&Touch { map, recalculated, ..Touch::default() }).into_string();
        for part in [
            "省力化の取組",
            "新しい提供方式&lt;b&gt;",
            "選んだ選択肢がなくなりました",
            "1項目",
            "1,000,000円 から <strong>2,000,000円</strong>",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(told(&Touch::default()).into_string().contains("項目は変わりません"));
    }
}
