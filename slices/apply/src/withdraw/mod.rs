//! 破棄・取下げ: leaving, with a page that says what it means, and for an application with a reason.

use hojo_access::Access;
use hojo_case::{Command, Position, Refusal, decide};
use hojo_db::Mode;
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_programme::StepKind;
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Problem, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use serde_json::json;

use crate::desk::{self, Desk};
use crate::frame;
use crate::way::Way;

const LONGEST: usize = 500;

/// 下書きを破棄する: the question.
pub(crate) async fn ask_discard<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    desk::seen(&cx, tx, &desk).await?;
    if desk.row.position() != Position::Draft {
        return Ok(Reply::see_other(&desk.way.withdraw()));
    }
    let body = discard_view(&desk.way.discard(), &desk.way.base(), desk.is_run(), &cx.csrf());
    Ok(Reply::page(&frame::page(&cx, &desk, "下書きを破棄しますか".to_owned(), body, &[frame::list_step(&desk)])))
}

pub(crate) async fn discard<A: Access>(cx: Cx<A>, _: Posted) -> Result<Reply, Fault> {
    let way = leave(&cx, Command::Discard, "discarded").await?;
    Ok(Reply::see_other(&way.home().1))
}

/// 申請を取り下げる: the question.
pub(crate) async fn ask<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    desk::seen(&cx, tx, &desk).await?;
    Ok(Reply::page(&page(&cx, &desk, "", None)))
}

pub(crate) async fn withdraw<A: Access>(cx: Cx<A>, posted: Posted) -> Result<Reply, Fault> {
    let reason = posted.get("reason").trim().to_owned();
    let problem = if reason.is_empty() {
        Some("取下げの理由を入力してください。".to_owned())
    } else if hojo_words::text::count_chars(&reason) > LONGEST || reason.contains('\0') {
        Some(format!("取下げの理由は{LONGEST}字以内の文章で入力してください。"))
    } else if posted.get("sure") != "yes" {
        Some("取り下げると元に戻せません。確認のチェックを付けてください。".to_owned())
    } else {
        None
    };
    if let Some(problem) = problem {
        let mut tx = cx.tx().await?;
        let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
        return Ok(Reply::refused(&page(&cx, &desk, &reason, Some(problem))));
    }
    let way = leave(&cx, Command::Withdraw { reason }, "withdrawn").await?;
    Ok(Reply::see_other(&if way.on_behalf() { way.home().1 } else { way.case() }))
}

/// Decides and writes; gives back the addresses of the filing.
async fn leave<A: Access>(cx: &Cx<A>, command: Command, state: &str) -> Result<Way, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, desk) = desk::open(cx, &mut tx, Mode::Write).await?;
    let terms = desk.terms(&mut tx).await?;
    if state == "withdrawn" && !may_withdraw(&desk) {
        return Err(Fault::Refused(Refusal::new(
            "WITHDRAW-NOT-HERE",
            format!("{}は、取り下げられない手続です。", desk.procedure.title),
            "事情がある場合は、事務局へご連絡ください。",
        )));
    }
    let events = decide(&desk.row.case, desk::party(cx.actor()), command, &terms, desk.now)?;
    tx.record(&permit, &desk.row, &events, &terms, &cx.audit()).await?;
    sqlx::query!("update filings set state = $2 where id = $1", desk.filing.id.0, state).execute(tx.sql()).await?;
    if state == "withdrawn" && !desk.is_own_motion() {
        let mail = json!({ "template": "withdrawn", "case": desk.row.public_id });
        enqueue(&mut tx, NewJob::new(Lane::Mail, "mail", mail).once(format!("withdrawn:{}", desk.row.public_id)))
            .await?;
    }
    tx.commit().await?;
    Ok(desk.way)
}

/// Some procedures are owed and cannot be taken back.
pub(crate) fn may_withdraw(desk: &Desk) -> bool {
    let by = desk.procedure.flow.step(StepKind::Withdraw).map(|step| step.by.as_slice()).unwrap_or_default();
    by.iter().any(|role| (role == "applicant") != desk.way.on_behalf())
}

fn page<A: Access>(cx: &Cx<A>, desk: &Desk, reason: &str, problem: Option<String>) -> ui::Shell {
    let problems = problem.into_iter().map(|words| Problem::at("reason", words)).collect();
    let body = withdraw_view(desk, reason, &cx.csrf());
    let title = format!("{}を取り下げますか", if desk.is_run() { "手続" } else { "申請" });
    frame::page(cx, desk, title, body, &[]).problems(problems)
}

fn discard_view(action: &str, back: &str, run: bool, csrf: &str) -> Markup {
    let again = if run {
        "必要なときは、もう一度手続を始められます。"
    } else {
        "受付期間中であれば、新しく申請を始められます。"
    };
    html! {
        (ui::banner(Tone::Warn, "破棄した下書きは元に戻せません").body(html! { p { "入力した内容と添付したファイルは、この画面からは使えなくなります。" (again) } }))
        form class="form" method="post" action=(action) {
            (csrf_field(csrf))
            (ui::buttons(&[ui::button("下書きを破棄する").danger(), ui::link_button("破棄しないで戻る", back).outline()]))
        }
    }
}

fn withdraw_view(desk: &Desk, reason: &str, csrf: &str) -> Markup {
    let number = desk.row.number.clone().unwrap_or_default();
    let most = u32::try_from(LONGEST).unwrap_or(u32::MAX);
    html! {
        (ui::facts(&[("受付番号", html! { (number) }), ("事業計画名", html! { (desk.row.title) })]))
        @if desk.is_run() {
            (ui::banner(Tone::Warn, "取り下げた手続は元に戻せません").body(html! { p { "この手続だけが終わり、案件はそのまま続きます。" } }))
        } @else {
            (ui::banner(Tone::Warn, "取り下げた申請は元に戻せません").body(html! { p { "審査の対象から外れます。受付期間中であれば、新しく申請できます。" } }))
        }
        form class="form" method="post" action=(desk.way.withdraw()) novalidate {
            (csrf_field(csrf))
            (ui::textarea("reason", "取下げの理由", most).required().value(reason))
            (ui::consent("sure", "確認", if desk.is_run() { "この手続を取り下げます。元に戻せないことを確認しました。" } else { "この申請を取り下げます。元に戻せないことを確認しました。" }).required())
            (ui::buttons(&[ui::button(if desk.is_run() { "手続を取り下げる" } else { "申請を取り下げる" }).danger(), ui::link_button("取り下げないで戻る", desk.way.case()).outline()]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::discard_view;

    #[test]
    fn leaving_says_what_it_means_and_offers_the_way_back() {
        let html = discard_view("/filings/x/discard", "/filings/x", false, "t").into_string();
        assert!(
            html.contains("元に戻せません")
                && html.contains("action=\"/filings/x/discard\"")
                && html.contains("href=\"/filings/x\""),
            "{html}"
        );
    }
}
