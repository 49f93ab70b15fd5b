//! 実行する: parameters in, a saved run out.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_selection::simulate;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Problem, Shell, Tone};
use hojo_web::{Cx, Fault, Posted, Reply, html};
use serde_json::json;

use super::{form, store};
use crate::common::{Round, me, pick, selecting};
use crate::meaning::Meaning;

pub async fn new(cx: Cx<allow::Simulate>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let round = pick(&mut tx, cx.query("round")).await?.chosen.ok_or(Fault::NotFound)?;
    let page = page(&cx, &mut tx, &round, &Posted::default(), vec![]).await?;
    tx.commit().await?;
    Ok(Reply::page(&page))
}

/// Frames of the round's edition and the meaning of its answers.
async fn definition(tx: &mut Tx, round: &Round) -> Result<(Vec<(String, String)>, Meaning), Fault> {
    let edition = tx.edition(&round.edition).await?;
    let meaning = match selecting(&edition) {
        Some(procedure) => Meaning::of(&edition, procedure)?,
        None => Meaning::default(),
    };
    Ok((form::frames(&edition), meaning))
}

async fn page(
    cx: &Cx<allow::Simulate>,
    tx: &mut Tx,
    round: &Round,
    typed: &Posted,
    problems: Vec<Problem>,
) -> Result<Shell, Fault> {
    let (frames, meaning) = definition(tx, round).await?;
    let waiting = store::input(tx, round.id).await?;
    let open = store::still_open(tx, round.id).await?;
    let requested: i64 = waiting.cases.iter().map(|c| c.requested).sum();
    let body = html! {
        p { (round.title) "で採否の決定を待つ " strong { (ui::number(waiting.cases.len())) "件" } "（申請額の合計 " (ui::yen(requested)) "）を対象にします。" }
        @if open > 0 {
            (ui::banner(Tone::Warn, format!("形式確認中又は審査中の案件が{}件あります", ui::number(open)))
                .body(html! { p { "審査が終わっていない案件は、このシミュレーションに含まれません。" } }))
        }
        form method="post" action="/runs" novalidate {
            (csrf_field(&cx.csrf()))
            input type="hidden" name="round" value=(round.public_id);
            (form::fields(typed, &frames, &meaning))
            (ui::buttons(&[ui::button("実行して保存する"), ui::link_button("一覧へ戻る", format!("/runs?round={}", round.public_id)).outline()]))
        }
    };
    let way = vec![("採択シミュレーション".into(), format!("/runs?round={}", round.public_id))];
    Ok(cx.page("新しいシミュレーション", body).breadcrumb(way).problems(problems))
}

pub async fn make(cx: Cx<allow::Simulate>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let round = pick(&mut tx, posted.get("round")).await?.chosen.ok_or(Fault::NotFound)?;
    let (frames, meaning) = definition(&mut tx, &round).await?;
    let (name, parameters) = match form::read(&posted, &frames, &meaning) {
        Ok(read) => read,
        Err(problems) => return Ok(Reply::refused(&page(&cx, &mut tx, &round, &posted, problems).await?)),
    };
    let input = store::input(&mut tx, round.id).await?;
    if input.cases.is_empty() {
        let problem =
            Problem::general("採否の決定を待つ案件がありません。審査員の採点がすべて確定すると対象になります。");
        return Ok(Reply::refused(&page(&cx, &mut tx, &round, &posted, vec![problem]).await?));
    }
    let result = simulate(&input, &parameters).map_err(|e| Fault::Internal(e.to_string()))?;
    let id = store::insert(&mut tx, &round, &name, &parameters, &input, &result, me(cx.actor())?).await?;
    let what = json!({ "name": name, "cases": input.cases.len(), "adopted": result.adopted, "spent": result.spent });
    tx.log_operation(&cx.audit(), Permission::Simulate, &format!("run:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/runs/{id}?done=made")))
}
