//! 採否の確定: by another person than the maker, after a preview, on a run whose input still holds.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Outcome, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_web::ui::page::csrf_field;
use hojo_web::ui::{self, Problem, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::StaffId;
use serde_json::json;

use super::job;
use super::store::{self, Run};
use crate::common::me;

/// What stands around a run when somebody wants to commit it.
#[derive(Clone, Debug, Default)]
struct Around {
    /// What the same question would be answered from now.
    current_hash: String,
    /// Another run of the round is committed.
    other_committed: bool,
    still_open: i64,
}

async fn around(tx: &mut Tx, run: &Run) -> Result<Around, Fault> {
    let input = store::input(tx, run.round).await?;
    let other = sqlx::query!("select id from runs where round_id = $1 and committed_at is not null", run.round.0)
        .fetch_optional(tx.sql())
        .await?;
    Ok(Around {
        current_hash: hojo_selection::hash(&input, &run.parameters)?,
        other_committed: other.is_some_and(|r| r.id != run.id.0),
        still_open: store::still_open(tx, run.round).await?,
    })
}

/// Why this person cannot commit this run now.
fn refusal(run: &Run, around: &Around, me: StaffId) -> Option<Refusal> {
    if run.committed_at.is_some() {
        return Some(Refusal::new(
            "RUN-COMMITTED",
            "このシミュレーションはすでに確定されています。",
            "進み具合はシミュレーションの画面で確認できます。",
        ));
    }
    if around.other_committed {
        return Some(Refusal::new(
            "ROUND-COMMITTED",
            "この公募回では、別のシミュレーションがすでに確定されています。",
            "確定済みのシミュレーションを一覧で確認してください。",
        ));
    }
    if run.made_by == me {
        return Some(Refusal::new(
            "RUN-OWN",
            "作成した人は、自分で確定できません。",
            "別の人に確認と確定を依頼してください。",
        ));
    }
    if around.current_hash != run.input_hash {
        return Some(Refusal::new(
            "RUN-STALE",
            "シミュレーションのあとで、対象の案件又は点数が変わっています。",
            "同じ条件でもう一度シミュレーションを実行し、そちらを確定してください。",
        ));
    }
    None
}

pub async fn preview(cx: Cx<allow::Adopt>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let run = store::load(&mut tx, cx.param("run")?).await?;
    let around = around(&mut tx, &run).await?;
    tx.commit().await?;
    Ok(Reply::page(&page(&cx, &run, &around, me(cx.actor())?)))
}

fn page(cx: &Cx<allow::Adopt>, run: &Run, around: &Around, me: StaffId) -> Shell {
    let refusal = refusal(run, around, me);
    let way =
        vec![("採択シミュレーション".into(), "/runs".into()), (run.name.clone(), format!("/runs/{}", run.public_id))];
    let problems = refusal.iter().map(|r| Problem::general(r.to_string())).collect();
    cx.page("採否の確定", body(run, around, refusal.is_none(), &cx.csrf())).breadcrumb(way).problems(problems)
}

fn body(run: &Run, around: &Around, may: bool, csrf: &str) -> Markup {
    let decided = run.decided_keys().count();
    let adopted = usize::try_from(run.result.adopted).unwrap_or(0);
    let left = run.result.lines.len().saturating_sub(decided);
    html! {
        p { "「" (run.name) "」の結果で採否を決定し、通知書を発行します。確定すると取り消せません。" }
        (ui::facts(&[
            ("採択", html! { strong { (ui::number(adopted)) "件" } "（" (ui::yen(run.result.spent)) "）" }),
            ("不採択", html! { (ui::number(decided.saturating_sub(adopted))) "件" }),
            ("決定しない案件", html! { (ui::number(left)) "件" @if left > 0 { "（採点がないなど、シミュレーションで判定できない案件）" } }),
            ("発行する通知書", html! { (ui::number(decided)) "通" }),
            ("作成", html! { (ui::date_time(run.made_at)) " " (run.maker) }),
        ]))
        @if around.still_open > 0 {
            (ui::banner(Tone::Warn, format!("形式確認中又は審査中の案件が{}件あります", ui::number(around.still_open)))
                .body(html! { p { "これらの案件は今回の確定では決定されません。" } }))
        }
        @if may {
            (ui::banner(Tone::Info, "決定と通知書の発行は順に進みます").body(html! { p { "件数が多いと数分かかります。画面を閉じても処理は続き、進み具合はシミュレーションの画面で確認できます。" } }))
            form method="post" action={ "/runs/" (run.public_id) "/commit" } {
                (csrf_field(csrf))
                input type="hidden" name="hash" value=(run.input_hash);
                (ui::buttons(&[
                    ui::button("採否を確定し、通知書を発行する"),
                    ui::link_button("やめる", format!("/runs/{}", run.public_id)).outline(),
                ]))
            }
        } @else {
            (ui::buttons(&[ui::link_button("シミュレーションへ戻る", format!("/runs/{}", run.public_id)).outline()]))
        }
    }
}

pub async fn commit(cx: Cx<allow::Adopt>, posted: Posted) -> Result<Reply, Fault> {
    let me = me(cx.actor())?;
    let mut tx = cx.tx().await?;
    let run = store::load(&mut tx, cx.param("run")?).await?;
    let path = format!("/runs/{}?done=committed", run.public_id);
    if run.committed_by == Some(me) {
        // Pressed twice: the first one did it.
        return Ok(Reply::see_other(&path));
    }
    let around = around(&mut tx, &run).await?;
    if refusal(&run, &around, me).is_some() || posted.get("hash") != run.input_hash {
        return Ok(Reply::refused(&page(&cx, &run, &around, me)));
    }
    let at = tx.now().await?.utc();
    let done = sqlx::query!(
        "update runs set committed_by = $2, committed_at = $3 where id = $1 and committed_at is null",
        run.id.0,
        me.0,
        at
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 0 {
        return Ok(Reply::see_other(&path));
    }
    let payload = json!({ "run": run.id.0, "by": me.0, "from": 0 });
    enqueue(&mut tx, NewJob::new(Lane::Cases, job::KIND, payload).once(job::key(run.id, 0))).await?;
    let what =
        json!({ "committed": true, "adopted": run.result.adopted, "spent": run.result.spent, "hash": run.input_hash });
    tx.log_operation(&cx.audit(), Permission::Adopt, &format!("run:{}", run.public_id), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&path))
}

#[cfg(test)]
mod tests {
    use super::super::result_view::tests::run;
    use super::*;

    fn fresh(run: &Run) -> Around {
        Around { current_hash: run.input_hash.clone(), other_committed: false, still_open: 2 }
    }

    #[test]
    fn only_another_person_commits_what_still_holds() {
        let run = run();
        let other = StaffId(uuid::Uuid::from_u128(6));
        let code = |run: &Run, around: &Around, who| refusal(run, around, who).map(|r| r.code);
        assert_eq!(code(&run, &fresh(&run), other), None);
        assert_eq!(code(&run, &fresh(&run), run.made_by), Some("RUN-OWN"));
        let moved = Around { current_hash: "x".into(), ..fresh(&run) };
        assert_eq!(code(&run, &moved, other), Some("RUN-STALE"));
        let taken = Around { other_committed: true, ..fresh(&run) };
        assert_eq!(code(&run, &taken, other), Some("ROUND-COMMITTED"));
        let done = Run { committed_at: Some(run.made_at), ..run.clone() };
        assert_eq!(code(&done, &fresh(&run), other), Some("RUN-COMMITTED"));
    }

    #[test]
    fn the_preview_says_what_will_happen() {
        let run = run();
        let page = body(&run, &fresh(&run), true, "t").into_string();
        for words in ["2件</strong>（20円）", "取り消せません", "4通", "審査中の案件が2件"] {
            assert!(page.contains(words), "{words}: {page}");
        }
        assert!(!body(&run, &fresh(&run), false, "t").into_string().contains("<form"));
    }
}
