//! How reviewers are shown to the office.

use hojo_selection::TieKind;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice, Holds, Tone};
use hojo_web::{Markup, html};

use super::people::{Person, Work};

/// What was typed into a form that was refused.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub kind: String,
    pub value: String,
    pub capacity: Option<String>,
}

pub fn list(people: &[Person]) -> Markup {
    let columns = vec![
        ui::column("氏名"),
        ui::column("所属"),
        ui::column("審査中").holds(Holds::Number),
        ui::column("上限").holds(Holds::Number),
        ui::column("確定済み").holds(Holds::Number),
        ui::column("利益相反の登録").holds(Holds::Number),
        ui::column("状態"),
    ];
    let mut table = ui::data_table("審査員の一覧", columns)
        .quiet_caption()
        .empty(html! { p { "審査員がまだ登録されていません。アカウントの登録はシステム管理者に依頼してください。" } });
    for p in people {
        table = table.row(vec![
            html! { a href={ "/reviewers/" (p.public_id) } { (p.name) } },
            html! { (p.organisation) },
            html! { (p.load) },
            html! { @match p.capacity { Some(c) => (c), None => span class="quiet" { "なし" } } },
            html! { (p.finalised) },
            html! { (p.all_ties().len()) },
            state(p),
        ]);
    }
    html! {
        p { "審査員ごとの担当件数と、利益相反として登録された関係です。自動割当ても手動の割当ても、この登録に当たる案件を避けます。" }
        (table)
    }
}

fn state(p: &Person) -> Markup {
    html! {
        @if !p.is_active { (ui::plain_chip("利用停止")) }
        @else if p.capacity.is_some_and(|c| p.load >= c) { (ui::chip(Tone::Warn, "上限に到達")) }
        @else { (ui::chip(Tone::Success, "割当て可")) }
    }
}

pub fn one(p: &Person, work: &[Work], prefectures: &[(String, String)], typed: &Typed, csrf: &str) -> Markup {
    html! {
        (ui::facts(&[
            ("所属", html! { @if p.organisation.is_empty() { "―" } @else { (p.organisation) } }),
            ("メール", html! {
                @match &p.email {
                    Some(email) => (email),
                    None => { (ui::chip(Tone::Warn, "未登録")) " 割当てと期限のメールは届きません。システム管理者に登録を依頼してください。" }
                }
            }),
            ("審査中", html! { (p.load) "件" }),
            ("確定済み", html! { (p.finalised) "件" }),
            ("状態", state(p)),
        ]))
        (ui::panel("利益相反の登録", &ties(p, prefectures, typed, csrf)))
        (ui::panel("担当件数の上限", &capacity(p, typed, csrf)))
        (ui::panel("担当する案件", &works(work)))
    }
}

fn ties(p: &Person, prefectures: &[(String, String)], typed: &Typed, csrf: &str) -> Markup {
    let here = format!("/reviewers/{}", p.public_id);
    let columns = vec![ui::column("種別"), ui::column("値"), ui::column("").holds(Holds::Action)];
    let mut table = ui::data_table("登録されている関係", columns)
        .quiet_caption()
        .empty(html! { p { "登録されている関係はありません。" } });
    for tie in p.all_ties() {
        let shown = match tie.kind {
            TieKind::Prefecture => {
                prefectures.iter().find(|(code, _)| *code == tie.value).map_or(&tie.value, |(_, name)| name)
            }
            _ => &tie.value,
        };
        let remove = html! {
            @if p.ties.contains(&tie) {
                form method="post" action={ (here) "/ties/remove" } {
                    (csrf_field(csrf))
                    input type="hidden" name="kind" value=(tie.kind.code());
                    input type="hidden" name="value" value=(tie.value);
                    (ui::button("削除").danger().small().about(format!("（{} {shown}）", tie.kind.label())))
                }
            } @else { span class="quiet" { "名簿の所属" } }
        };
        table = table.row(vec![html! { (tie.kind.label()) }, html! { (shown) }, remove]);
    }
    let kinds = TieKind::ALL.iter().map(|k| Choice::new(k.code(), k.label())).collect();
    let places = prefectures.iter().map(|(code, name)| Choice::new(code.clone(), name.clone())).collect();
    html! {
        (table)
        h3 { "関係を追加する" }
        form method="post" action={ (here) "/ties" } novalidate {
            (csrf_field(csrf))
            (ui::radios("kind", "種別", kinds).required().value(typed.kind.clone()))
            (ui::text_field("value", "名称、法人番号又は支援機関ID")
                .hint("種別が地域のときは入力しないでください。「株式会社」などの有無や全角・半角の違いは、同じものとして扱います。")
                .value(typed.value.clone()))
            (ui::select("prefecture", "都道府県（種別が地域のとき）", places))
            (ui::buttons(&[ui::button("追加する")]))
        }
    }
}

fn capacity(p: &Person, typed: &Typed, csrf: &str) -> Markup {
    let value = typed.capacity.clone().unwrap_or_else(|| p.capacity.map(|c| c.to_string()).unwrap_or_default());
    html! {
        form method="post" action={ "/reviewers/" (p.public_id) "/capacity" } novalidate {
            (csrf_field(csrf))
            (ui::field("capacity", "同時に担当できる件数", ui::Control::Number { unit: Some("件".into()), decimal: false })
                .hint("空欄は上限なしです。")
                .value(value))
            (ui::buttons(&[ui::button("変更する").outline()]))
        }
    }
}

fn works(work: &[Work]) -> Markup {
    let columns = vec![
        ui::column("受付番号"),
        ui::column("事業計画名"),
        ui::column("期限").holds(Holds::Date),
        ui::column("状態"),
    ];
    let mut table =
        ui::data_table("担当する案件", columns).quiet_caption().empty(html! { p { "担当する案件はありません。" } });
    for w in work {
        table = table.row(vec![
            html! { a href={ "/assignments/" (w.case) } { (w.number) } },
            html! { (w.title) },
            html! { (w.due_on.map(ui::date).unwrap_or_default()) },
            crate::assignments::state_chip(&w.state),
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use hojo_selection::Tie;
    use hojo_words::ids::{PublicId, StaffId};

    use super::*;

    fn person() -> Person {
        Person {
            id: StaffId(uuid::Uuid::nil()),
            public_id: PublicId::from_bits(7),
            name: "審査 花子".into(),
            organisation: "花子経営研究所".into(),
            email: None,
            is_active: true,
            capacity: Some(2),
            load: 2,
            finalised: 1,
            ties: vec![Tie { kind: TieKind::Prefecture, value: "13".into() }],
        }
    }

    #[test]
    fn the_register_counts_the_employer_as_a_tie() {
        let page = list(&[person()]).into_string();
        assert!(page.contains("上限に到達"), "{page}");
        let one = one(&person(), &[], &[("13".into(), "東京都".into())], &Typed::default(), "t").into_string();
        assert!(one.contains("東京都") && one.contains("名簿の所属"), "{one}");
        assert_eq!(one.matches("/ties/remove").count(), 1, "the register's employer is not removed here");
    }
}
