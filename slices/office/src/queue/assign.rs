//! 割り当てる: give ticked cases to a person, or to nobody, after looking at what would change.

use hojo_access::allow;
use hojo_case::{Command, Position, Refusal, decide};
use hojo_db::{Mode, Tx};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html, ui};
use hojo_words::ids::{PublicId, StaffId};

use super::claim::{back, ticked};
use super::filter::Filter;
use super::view::with_nobody;
use crate::common::people::{self, Person};
use crate::common::{dossier, party, post_form, problem};

/// One line of the preview.
struct Change {
    case: PublicId,
    number: String,
    applicant: String,
    position: Position,
    from: String,
    why_not: Option<Refusal>,
}

pub async fn assign(cx: Cx<allow::AssignCase>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let people = people::operators(&mut tx).await?;
    let ids = ticked(&posted);
    let to = match target(posted.get("to"), &people) {
        Ok(to) if !ids.is_empty() => to,
        other => {
            let why = other.err().unwrap_or_else(|| {
                Refusal::new("ASSIGN-NONE", "案件が選ばれていません。", "一覧に戻り、案件を選んでください。")
            });
            let changes = changes(&mut tx, &ids, None, &cx).await?;
            let body = view(&changes, None, &people, &posted, &cx.csrf());
            return Ok(Reply::refused(&cx.page("担当者の変更", body).problems(vec![problem(&why)])));
        }
    };
    if posted.get("stage") != "confirm" {
        let changes = changes(&mut tx, &ids, Some(to), &cx).await?;
        let body = view(&changes, Some(to), &people, &posted, &cx.csrf());
        return Ok(Reply::page(&cx.page("担当者の変更の確認", body)));
    }
    let done = carry_out(&mut tx, &ids, to, &cx).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&back(&posted, &format!("assigned-{done}"))))
}

/// Nobody (`Ok(None)`) or a person who may examine.
fn target(typed: &str, people: &[Person]) -> Result<Option<StaffId>, Refusal> {
    if typed == "none" {
        return Ok(None);
    }
    let found = typed.parse::<PublicId>().ok().and_then(|id| people.iter().find(|p| p.public_id == id));
    found
        .map(|p| Some(p.id))
        .ok_or_else(|| Refusal::new("ASSIGN-WHO", "担当者が選ばれていません。", "担当者を選んでください。"))
}

async fn changes(
    tx: &mut Tx,
    ids: &[PublicId],
    to: Option<Option<StaffId>>,
    cx: &Cx<allow::AssignCase>,
) -> Result<Vec<Change>, Fault> {
    let now = tx.now().await?;
    let mut all = Vec::new();
    for id in ids {
        let (_, row) = tx.case::<allow::AssignCase>(*id, Mode::Read).await?;
        let (_, _, _, terms) = dossier::terms(tx, &row).await?;
        let why_not = match to {
            Some(to) => decide(&row.case, party(cx.actor())?, Command::Assign { to }, &terms, now).err(),
            None => None,
        };
        let names = people::names(tx, row.case.assigned_to.as_slice()).await?;
        all.push(Change {
            case: *id,
            number: row.number.clone().unwrap_or_default(),
            applicant: row.applicant_name.clone(),
            position: row.position(),
            from: row.case.assigned_to.and_then(|s| names.get(&s).cloned()).unwrap_or_else(|| "担当なし".into()),
            why_not,
        });
    }
    Ok(all)
}

async fn carry_out(
    tx: &mut Tx,
    ids: &[PublicId],
    to: Option<StaffId>,
    cx: &Cx<allow::AssignCase>,
) -> Result<u32, Fault> {
    let now = tx.now().await?;
    let mut done = 0_u32;
    for id in ids {
        let (permit, row) = tx.case::<allow::AssignCase>(*id, Mode::Write).await?;
        let (_, _, _, terms) = dossier::terms(tx, &row).await?;
        if let Ok(events) = decide(&row.case, party(cx.actor())?, Command::Assign { to }, &terms, now)
            && !events.is_empty()
        {
            tx.record(&permit, &row, &events, &terms, &cx.audit()).await?;
            done += 1;
        }
    }
    Ok(done)
}

fn view(changes: &[Change], to: Option<Option<StaffId>>, people: &[Person], posted: &Posted, csrf: &str) -> Markup {
    let name = match to {
        Some(Some(id)) => people.iter().find(|p| p.id == id).map_or("", |p| p.name.as_str()),
        Some(None) => "担当なし",
        None => "",
    };
    let mut table = ui::data_table(
        "変更する案件",
        vec![
            ui::column("受付番号"),
            ui::column("事業者"),
            ui::column("工程"),
            ui::column("今の担当"),
            ui::column("変更後"),
        ],
    )
    .empty(html! { p { "案件が選ばれていません。" a href="/queue" { "案件一覧" } "で選んでください。" } });
    for c in changes {
        let after = match &c.why_not {
            Some(refusal) => html! { "変更できません：" (refusal.message) },
            None => html! { (name) },
        };
        table = table.row(vec![
            html! { (c.number) },
            html! { (c.applicant) },
            html! { (c.position.label()) },
            html! { (c.from) },
            after,
        ]);
    }
    let filter = Filter::read(|n| posted.get(n).to_owned());
    post_form(
        "/queue/assign",
        csrf,
        &html! {
            @for (name, value) in filter.pairs() { input type="hidden" name=(name) value=(value); }
            @if posted.has("desk") { input type="hidden" name="desk" value=(posted.get("desk")); }
            @for c in changes { input type="hidden" name="case" value=(c.case); }
            (table)
            @if !changes.is_empty() {
                @if to.is_some() {
                    input type="hidden" name="to" value=(posted.get("to"));
                    (ui::buttons(&[
                        ui::button("この内容で変更する").sends("stage", "confirm"),
                        ui::link_button("変更せずに戻る", filter.address()).outline(),
                    ]))
                } @else {
                    (ui::select("to", "担当者", with_nobody(people)).required().value(posted.get("to")))
                    (ui::buttons(&[ui::button("確認へ進む").sends("stage", "preview"), ui::link_button("一覧へ戻る", filter.address()).outline()]))
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_who_examine_can_be_given_a_case() {
        let person =
            Person { id: StaffId(uuid::Uuid::from_u128(1)), public_id: PublicId::from_bits(5), name: "甲".into() };
        let people = [person.clone()];
        assert_eq!(target(&person.public_id.to_string(), &people), Ok(Some(person.id)));
        assert_eq!(target("none", &people), Ok(None));
        assert_eq!(target(&PublicId::from_bits(6).to_string(), &people).expect_err("unknown").code, "ASSIGN-WHO");
        assert_eq!(target("", &people).expect_err("empty").code, "ASSIGN-WHO");
    }

    #[test]
    fn the_preview_keeps_everything_for_the_next_step() {
        let change = Change {
            case: PublicId::from_bits(3),
            number: "R1-000003".into(),
            applicant: "見本".into(),
            position: Position::Closed,
            from: "担当なし".into(),
            why_not: Some(Refusal::new("CASE-CLOSED", "この案件は終わっています。", "")),
        };
        let posted = Posted(vec![("to".into(), "none".into()), ("who".into(), "me".into())]);
        let html = view(&[change], Some(None), &[], &posted, "t").into_string();
        for part in [
            "変更できません：この案件は終わっています。",
            "name=\"case\"",
            "name=\"to\" value=\"none\"",
            "name=\"who\" value=\"me\"",
        ] {
            assert!(html.contains(part), "{part}");
        }
    }
}
