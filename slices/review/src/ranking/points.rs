//! 加点・減点の確認: which items count for a case. A claim counts unless the office rules it out.

use hojo_access::{Permission, allow};
use hojo_case::{Position, Refusal};
use hojo_db::{CaseRow, Outcome, Tx};
use hojo_selection::Catalogue;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Choice, Problem, Shell};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::text::count_chars;
use serde_json::json;

use super::rows::{Ruling, granted};
use crate::assignments::Terms;
use crate::common::{self, me, open};
use crate::meaning::About;

/// One item on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub kind: &'static str,
    pub code: String,
    pub name: String,
    pub points: String,
    pub claimed: bool,
    pub counts: bool,
}

pub async fn points(cx: Cx<allow::Simulate>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::Simulate>(cx.param("case")?, cx.mode()).await?;
    let items = items(&mut tx, &row).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    Ok(Reply::page(&page(&cx, &row, &items, "", vec![])))
}

async fn items(tx: &mut Tx, row: &CaseRow) -> Result<Vec<Item>, Fault> {
    let opened = open(tx, row).await?;
    let terms = Terms::load(tx, &row.edition).await?.ok_or(Fault::NotFound)?;
    let about = About::of(&terms.meaning, &terms.edition, &terms.tables, &opened.answers);
    let rows = sqlx::query!("select kind, code, granted, reason from point_rulings where case_id = $1", row.id.0)
        .fetch_all(tx.sql())
        .await?;
    let rulings: Vec<Ruling> =
        rows.into_iter().map(|r| Ruling { kind: r.kind, code: r.code, granted: r.granted, reason: r.reason }).collect();
    let bonus = list("bonus", &terms.meaning.bonus_items(&terms.edition, &row.frame), &about.claims, &rulings);
    let deduction = list("deduction", &terms.meaning.deduction_items(&terms.edition), &[], &rulings);
    Ok(bonus.into_iter().chain(deduction).collect())
}

fn list(kind: &'static str, catalogue: &Catalogue, claims: &[String], rulings: &[Ruling]) -> Vec<Item> {
    let counting = granted(kind, claims, rulings);
    let item = |(code, item): (&String, &hojo_selection::PointItem)| Item {
        kind,
        code: code.clone(),
        name: item.name.clone(),
        points: common::points(item.points),
        claimed: claims.contains(code),
        counts: counting.contains(code),
    };
    catalogue.iter().map(item).collect()
}

fn page(cx: &Cx<allow::Simulate>, row: &CaseRow, items: &[Item], reason: &str, problems: Vec<Problem>) -> Shell {
    let number = row.number.as_deref().unwrap_or_default();
    let body = body(row, items, reason, &cx.csrf());
    let way = vec![("採点・順位".into(), "/ranking".into())];
    cx.page(format!("加点・減点：{number}"), body).breadcrumb(way).problems(problems)
}

fn body(row: &CaseRow, items: &[Item], reason: &str, csrf: &str) -> Markup {
    let open = row.position() == Position::Examine || row.position() == Position::Decide;
    html! {
        p { (row.applicant_name) "「" (row.title) "」" }
        @if open {
            p { "申請者が申請した加点は、形式確認で証拠を確かめたものとして数えます。認めないものは外してください。減点は、チェックしたものだけを差し引きます。" }
            form method="post" action={ "/ranking/" (row.public_id) "/points" } novalidate {
                (csrf_field(csrf))
                (boxes("bonus", "加点として数える項目", items))
                (boxes("deduction", "減点する項目", items))
                (ui::textarea("reason", "変更の理由", 500).required().value(reason))
                (ui::buttons(&[ui::button("保存する")]))
            }
        } @else {
            p { "採否の決定後は変更できません。" }
            ul { @for i in items.iter().filter(|i| i.counts) { li { (i.name) "（" (i.points) "点）" } } }
        }
    }
}

fn boxes(kind: &str, label: &str, items: &[Item]) -> Markup {
    let here: Vec<&Item> = items.iter().filter(|i| i.kind == kind).collect();
    let choice = |i: &&Item| {
        let hint = if i.claimed {
            format!("{}点。申請者が申請しています", i.points)
        } else {
            format!("{}点", i.points)
        };
        Choice { hint: Some(hint), ..Choice::new(i.code.clone(), i.name.clone()) }
    };
    let ticked = here.iter().filter(|i| i.counts).map(|i| i.code.clone()).collect();
    html! { @if !here.is_empty() { (ui::checks(kind, label, here.iter().map(choice).collect()).values(ticked)) } }
}

pub async fn rule(cx: Cx<allow::Simulate>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::Simulate>(cx.param("case")?, cx.mode()).await?;
    if row.position() != Position::Examine && row.position() != Position::Decide {
        return Err(Refusal::new(
            "CASE-WRONG-POSITION",
            "採否の決定後は、加点・減点を変更できません。",
            "案件の画面で現在の工程を確認してください。",
        )
        .into());
    }
    let items = items(&mut tx, &row).await?;
    let reason = posted.get("reason").replace('\0', "").trim().to_owned();
    let wanted: Vec<Item> =
        items.iter().map(|i| Item { counts: posted.all(i.kind).contains(&i.code.as_str()), ..i.clone() }).collect();
    let changed: Vec<&Item> =
        wanted.iter().zip(&items).filter(|(new, old)| new.counts != old.counts).map(|(new, _)| new).collect();
    if !changed.is_empty() && (reason.is_empty() || count_chars(&reason) > 500) {
        let problem = Problem::at("reason", "変更の理由を500文字以内で入力してください。");
        return Ok(Reply::refused(&page(&cx, &row, &wanted, &reason, vec![problem])));
    }
    for item in &changed {
        write(&cx, &mut tx, &row, item, &reason).await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other("/ranking?done=ruled"))
}

async fn write(cx: &Cx<allow::Simulate>, tx: &mut Tx, row: &CaseRow, item: &Item, reason: &str) -> Result<(), Fault> {
    let at = tx.now().await?.utc();
    sqlx::query!(
        "insert into point_rulings (case_id, kind, code, programme_id, round_id, applicant_id, granted, reason, ruled_by, ruled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (case_id, kind, code) do update
         set granted = excluded.granted, reason = excluded.reason, ruled_by = excluded.ruled_by, ruled_at = excluded.ruled_at",
        row.id.0,
        item.kind,
        item.code,
        row.programme,
        row.round.0,
        row.applicant.0,
        item.counts,
        reason,
        me(cx.actor())?.0,
        at
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "kind": item.kind, "code": item.code, "counts": item.counts, "reason": reason });
    let object = format!("case:{}", row.public_id);
    Ok(tx.log_operation(&cx.audit(), Permission::Simulate, &object, Outcome::Done, what).await?)
}

#[cfg(test)]
mod tests {
    use hojo_selection::PointItem;

    use super::*;

    #[test]
    fn claims_are_ticked_and_rulings_are_kept() {
        let item = |name: &str| PointItem { name: name.into(), points: hojo_words::Number::from(3) };
        let catalogue: Catalogue = [("dx".to_owned(), item("DX認定")), ("wage".to_owned(), item("賃上げ"))].into();
        let ruling = Ruling { kind: "bonus".into(), code: "dx".into(), granted: false, reason: "期限切れ".into() };
        let items = list("bonus", &catalogue, &["dx".into()], &[ruling]);
        assert_eq!(
            items.iter().map(|i| (i.code.as_str(), i.claimed, i.counts)).collect::<Vec<_>>(),
            [("dx", true, false), ("wage", false, false)]
        );
        let html = boxes("bonus", "加点", &items).into_string();
        assert!(html.contains("申請者が申請しています") && !html.contains("checked"), "{html}");
    }
}
