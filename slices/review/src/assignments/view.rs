//! How assignments are shown to the office.

use std::collections::BTreeMap;

use hojo_case::Position;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Holds, NavItem, Tone};
use hojo_web::{Markup, html};

use super::automatic::Proposal;
use super::one::Candidate;
use super::state_chip;
use super::store::{InReview, is_live};
use crate::common::{Address, Round, Rounds, round_filter};

pub fn list(rounds: &Rounds, cases: &[InReview], all: bool) -> Markup {
    let lacking = cases.iter().filter(|c| c.missing() > 0).count();
    let places: u32 = cases.iter().map(InReview::missing).sum();
    let round = rounds.chosen.as_ref().map(|r| r.public_id.to_string()).unwrap_or_default();
    let link = |show: &str| Address::new("/assignments").with("round", &round).with("show", show).text();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let tabs = [
        NavItem { count: count(lacking), ..NavItem::new("審査員が足りない案件", link(""), !all) },
        NavItem { count: count(cases.len()), ..NavItem::new("審査中のすべての案件", link("all"), all) },
    ];
    html! {
        (ui::filters("/assignments", &round_filter(rounds), None))
        @if lacking > 0 {
            (ui::banner(Tone::Warn, format!("{lacking}件の案件で、審査員が延べ{places}名足りません")).body(html! {
                p { "自動割当ての案を作って確認できます。案を確定するまで、何も割り当てられません。" }
                (ui::buttons(&[ui::link_button("自動割当ての案を作る", Address::new("/assignments/automatic").with("round", &round).text())]))
            }))
        }
        (recusals(cases))
        (ui::tabs("表示する案件", &tabs))
        (table(cases, all))
    }
}

/// Places that became free again because somebody declared a conflict.
fn recusals(cases: &[InReview]) -> Markup {
    let open: Vec<_> =
        cases.iter().filter(|c| c.missing() > 0).flat_map(|c| c.recusals().map(move |h| (c, h))).collect();
    html! {
        @if !open.is_empty() {
            (ui::panel("利益相反の申告", &html! {
                ul {
                    @for (case, held) in open {
                        li {
                            a href={ "/assignments/" (case.public_id) } { (case.number) } " " (case.name) "："
                            (held.name) " 審査員が担当を外れました（理由：" (held.recusal.as_deref().unwrap_or("記載なし")) "）"
                        }
                    }
                }
            }))
        }
    }
}

fn table(cases: &[InReview], all: bool) -> Markup {
    let columns = vec![
        ui::column("受付番号"),
        ui::column("事業者"),
        ui::column("枠"),
        ui::column("都道府県"),
        ui::column("審査員"),
        ui::column("不足").holds(Holds::Number),
    ];
    let words = if all {
        "審査中の案件はありません。"
    } else {
        "すべての案件に審査員が割り当てられています。"
    };
    let mut table = ui::data_table("審査中の案件", columns).quiet_caption().empty(html! { p { (words) } });
    for c in cases.iter().filter(|c| all || c.missing() > 0) {
        table = table.row(vec![
            html! { a href={ "/assignments/" (c.public_id) } { (c.number) } },
            html! { (c.name) },
            html! { (c.frame) },
            html! { (c.about.prefecture.1) },
            html! { @for h in c.held.iter().filter(|h| is_live(&h.state)) { div { (h.name) " " (state_chip(&h.state)) } } },
            html! { @if c.missing() > 0 { strong { (c.missing()) } } @else { "0" } },
        ]);
    }
    html! { (table) }
}

pub fn proposal(round: &Round, p: &Proposal, csrf: &str) -> Markup {
    let names: BTreeMap<String, &str> = p.people.iter().map(|r| (r.public_id.to_string(), r.name.as_str())).collect();
    let mut by_case: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut by_person: BTreeMap<&str, u32> = BTreeMap::new();
    for x in &p.result.placements {
        by_case.entry(&x.case).or_default().push(names.get(&x.reviewer).copied().unwrap_or(""));
        *by_person.entry(&x.reviewer).or_default() += 1;
    }
    html! {
        p { (round.title) "の、審査員が足りない案件に対する割当ての案です。利益相反の登録と担当件数の上限を守り、担当件数が偏らないように選びました。同じ状況からは必ず同じ案になります。" }
        @if p.result.placements.is_empty() {
            (ui::empty("割り当てられる案件がありません", &html! { p { "下の理由を確認して、審査員の登録や上限を見直してください。" } }))
        } @else {
            form method="post" action="/assignments/automatic" {
                (csrf_field(csrf))
                input type="hidden" name="round" value=(round.public_id);
                input type="hidden" name="hash" value=(p.hash);
                (ui::buttons(&[
                    ui::button(format!("この案で{}名を割り当てる", p.result.placements.len())),
                    ui::link_button("やめる", format!("/assignments?round={}", round.public_id)).outline(),
                ]))
            }
        }
        (short(p))
        (loads(p, &by_person))
        (by_case_table(p, &by_case))
    }
}

fn short(p: &Proposal) -> Markup {
    let find = |key: &str| p.cases.iter().find(|c| c.public_id.to_string() == key);
    html! {
        @if !p.result.short.is_empty() {
            (ui::panel("割り当てきれない案件", &html! {
                p { (p.result.short.len()) "件は、次の理由で審査員が足りません。" }
                ul {
                    @for s in &p.result.short {
                        @if let Some(c) = find(&s.case) {
                            li { a href={ "/assignments/" (c.public_id) } { (c.number) } " " (c.name) "：あと" (s.missing) "名（" (s.summary()) "）" }
                        }
                    }
                }
            }))
        }
    }
}

fn loads(p: &Proposal, by_person: &BTreeMap<&str, u32>) -> Markup {
    let columns = vec![
        ui::column("審査員"),
        ui::column("現在").holds(Holds::Number),
        ui::column("追加").holds(Holds::Number),
        ui::column("割当て後").holds(Holds::Number),
        ui::column("上限").holds(Holds::Number),
    ];
    let mut table = ui::data_table("審査員ごとの件数", columns);
    for r in p.people.iter().filter(|r| r.is_active) {
        let more = by_person.get(r.public_id.to_string().as_str()).copied().unwrap_or(0);
        table = table.row(vec![
            html! { (r.name) },
            html! { (r.load) },
            html! { (more) },
            html! { (r.load.saturating_add(more)) },
            html! { @match r.capacity { Some(c) => (c), None => "なし" } },
        ]);
    }
    html! { (table) }
}

fn by_case_table(p: &Proposal, by_case: &BTreeMap<&str, Vec<&str>>) -> Markup {
    let columns = vec![ui::column("受付番号"), ui::column("事業者"), ui::column("割り当てる審査員")];
    let mut table = ui::data_table("案件ごとの案", columns);
    for c in &p.cases {
        if let Some(people) = by_case.get(c.public_id.to_string().as_str()) {
            table = table.row(vec![html! { (c.number) }, html! { (c.name) }, html! { (people.join("、")) }]);
        }
    }
    html! { (table) }
}

pub fn one(case: &InReview, position: Position, candidates: &[Candidate<'_>], csrf: &str) -> Markup {
    let open = position == Position::Examine;
    html! {
        (ui::facts(&[
            ("事業者", html! { (case.name) }),
            ("事業計画名", html! { (case.title) }),
            ("枠", html! { (case.frame) }),
            ("都道府県", html! { (case.about.prefecture.1) }),
            ("計画書作成支援者", html! { (supporters(case)) }),
            ("工程", html! { (position.label()) }),
            ("審査員", html! { (case.live()) " / " (case.wanted) "名" }),
        ]))
        (ui::panel("割り当てた審査員", &held(case, open, csrf)))
        (ui::panel("審査員を選ぶ", &choose(case, candidates, open && case.missing() > 0, csrf)))
    }
}

fn supporters(case: &InReview) -> String {
    let names: Vec<String> = case.about.supporters.iter().map(|s| s.names.join(" ")).collect();
    if names.is_empty() { "なし".to_owned() } else { names.join("、") }
}

fn held(case: &InReview, open: bool, csrf: &str) -> Markup {
    let columns = vec![
        ui::column("審査員"),
        ui::column("状態"),
        ui::column("期限").holds(Holds::Date),
        ui::column("").holds(Holds::Action),
    ];
    let mut table = ui::data_table("割り当てた審査員", columns)
        .quiet_caption()
        .empty(html! { p { "まだ割り当てられていません。" } });
    for h in &case.held {
        let removable = open && matches!(h.state.as_str(), "assigned" | "declared");
        table = table.row(vec![
            html! { (h.name) },
            html! { (state_chip(&h.state)) @if let Some(why) = &h.recusal { " " (why) } },
            html! { (h.due_on.as_deref().unwrap_or_default()) },
            html! {
                @if removable {
                    form method="post" action={ "/assignments/" (case.public_id) "/withdraw" } {
                        (csrf_field(csrf))
                        input type="hidden" name="assignment" value=(h.id.0);
                        (ui::button("割当てを解除").danger().small().about(format!("（{}）", h.name)))
                    }
                }
            },
        ]);
    }
    html! { (table) }
}

fn choose(case: &InReview, candidates: &[Candidate<'_>], open: bool, csrf: &str) -> Markup {
    let columns =
        vec![ui::column("審査員"), ui::column("所属"), ui::column("審査中").holds(Holds::Number), ui::column("割当て")];
    let mut table = ui::data_table("割り当てられる審査員", columns)
        .quiet_caption()
        .empty(html! { p { "ほかの審査員が登録されていません。" } });
    for c in candidates {
        let action = html! {
            @if let Some(why) = &c.barrier { (ui::chip(Tone::Warn, "不可")) " " (why.message) }
            @else if open {
                form method="post" action={ "/assignments/" (case.public_id) "/assign" } {
                    (csrf_field(csrf))
                    input type="hidden" name="reviewer" value=(c.person.public_id);
                    (ui::button("割り当てる").outline().small().about(format!("（{}）", c.person.name)))
                }
            } @else { span class="quiet" { "―" } }
        };
        table = table.row(vec![
            html! { (c.person.name) },
            html! { (c.person.organisation) },
            html! { (c.person.load) },
            action,
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use hojo_selection::{Tie, TieKind};
    use hojo_words::ids::{ApplicantId, CaseId, PublicId, RoundId, StaffId};
    use uuid::Uuid;

    use super::super::one::candidates;
    use super::super::store::{Held, PublicIdText};
    use super::*;
    use crate::meaning::About;
    use crate::reviewers::Person;

    fn case(states: &[(u128, &str)]) -> InReview {
        InReview {
            id: CaseId(Uuid::nil()),
            public_id: PublicId::from_bits(1),
            programme: "p".into(),
            round: RoundId(Uuid::nil()),
            applicant: ApplicantId(Uuid::nil()),
            number: "R1-0001".into(),
            name: "株式会社甲".into(),
            title: "計画".into(),
            frame: "枠".into(),
            edition: "e".into(),
            procedure: "application".into(),
            about: About {
                names: vec!["株式会社甲".into()],
                prefecture: ("13".into(), "東京都".into()),
                ..About::default()
            },
            held: states
                .iter()
                .map(|(reviewer, state)| Held {
                    id: PublicIdText(PublicId::from_bits(reviewer + 100)),
                    reviewer: PublicIdText(PublicId::from_bits(*reviewer)),
                    name: format!("審査員{reviewer}"),
                    state: (*state).into(),
                    due_on: None,
                    recusal: (*state == "recused").then(|| "顧問先".into()),
                })
                .collect(),
            wanted: 3,
        }
    }

    fn person(bits: u128, ties: &[(TieKind, &str)]) -> Person {
        Person {
            id: StaffId(Uuid::from_u128(bits)),
            public_id: PublicId::from_bits(bits),
            name: format!("審査員{bits}"),
            organisation: String::new(),
            email: None,
            is_active: true,
            capacity: None,
            load: 0,
            finalised: 0,
            ties: ties.iter().map(|(kind, v)| Tie { kind: *kind, value: (*v).into() }).collect(),
        }
    }

    #[test]
    fn a_recused_place_is_free_again_and_the_office_reads_why() {
        let cases = [case(&[(1, "finalised"), (2, "recused"), (3, "assigned")])];
        assert_eq!(cases[0].missing(), 1);
        let page = list(&Rounds::default(), &cases, false).into_string();
        assert!(page.contains("審査員2 審査員が担当を外れました（理由：顧問先）"), "{page}");
        assert!(page.contains("延べ1名足りません"), "{page}");
    }

    #[test]
    fn conflicts_are_shown_with_their_reason_and_have_no_button() {
        let case = case(&[(1, "assigned"), (2, "recused"), (5, "withdrawn")]);
        let people = [
            person(1, &[]),
            person(2, &[]),
            person(3, &[(TieKind::Client, "甲")]),
            person(4, &[(TieKind::Prefecture, "13")]),
            person(5, &[]),
        ];
        let found = candidates(&case, &people);
        let names: Vec<_> =
            found.iter().map(|c| (c.person.name.as_str(), c.barrier.as_ref().map(|b| b.code))).collect();
        assert_eq!(
            names,
            [
                ("審査員5", None),
                ("審査員2", Some("REVIEWER-RECUSED")),
                ("審査員3", Some("REVIEWER-CONFLICT")),
                ("審査員4", Some("REVIEWER-CONFLICT")),
            ]
        );
        let page = one(&case, Position::Examine, &found, "t").into_string();
        assert_eq!(page.matches("/assign\"").count(), 1, "{page}");
        assert!(page.contains("審査員が担当しない都道府県（東京都）"), "{page}");
        let closed = one(&case, Position::Decide, &found, "t").into_string();
        assert!(!closed.contains("/assign\"") && !closed.contains("/withdraw\""), "nothing changes after the review");
    }
}
