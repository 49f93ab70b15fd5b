//! 起案: what the other edition would change and touch is shown first; then a moment, a reason and a proposal.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_web::ui::Shell;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::jst;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use super::impact::{self, Impact};
use super::{Between, Round, between, round, view};
use crate::common::{me, problem, query::Address, reason};
use crate::deadline::moment;

/// Longest reason, in characters.
const REASON: usize = 1_000;
/// Nobody means a moment this far ahead.
const FARTHEST: Duration = Duration::days(366);

/// What the page shows.
pub struct Page {
    pub round: Round,
    pub to: String,
    pub between: Between,
    pub impact: Impact,
    pub typed: Posted,
    pub csrf: String,
}

/// GET: the difference, the impact, the form of the proposal.
pub async fn ask(cx: Cx<allow::ChangeRules>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let id: PublicId = cx.query("round").parse().map_err(|_| Fault::NotFound)?;
    let round = round(&mut tx, id, Mode::Read).await?;
    let page = load(&mut tx, round, cx.query("edition"), Posted::default(), cx.csrf()).await?;
    tx.commit().await?;
    Ok(Reply::page(&shell(&cx, &page)))
}

fn shell(cx: &Cx<allow::ChangeRules>, page: &Page) -> Shell {
    cx.page(format!("{}の変更を起案する", page.round.title), view::proposal(page))
        .breadcrumb(vec![("公募要領・交付規程の変更".into(), "/editions".into())])
        .wide()
}

async fn load(tx: &mut Tx, round: Round, to: &str, typed: Posted, csrf: String) -> Result<Page, Fault> {
    let known = sqlx::query!("select id from editions where id = $1", to).fetch_optional(tx.sql()).await?;
    let to = known.ok_or(Fault::NotFound)?.id;
    let between = between(tx, &round.edition, &to).await?;
    let impact = impact::of(tx, &round, &to, &between.changes, &between.to).await?;
    Ok(Page { round, to, between, impact, typed, csrf })
}

/// POST: the proposal.
pub async fn propose(cx: Cx<allow::ChangeRules>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let id: PublicId = posted.get("round").parse().map_err(|_| Fault::NotFound)?;
    let round = round(&mut tx, id, Mode::Write).await?;
    let now = tx.now().await?.utc();
    let page = load(&mut tx, round, posted.get("edition"), posted.clone(), cx.csrf()).await?;
    let read = read(&page, &posted, now);
    let read = match read {
        Ok(read) if is_free(&mut tx, &page.round).await? => Ok(read),
        Ok(_) => Err(Refusal::new(
            "CHANGE-OPEN",
            "この公募回には、まだ適用されていない変更の起案があります。",
            "その起案を却下するか、適用されるのを待ってください。",
        )),
        Err(refusal) => Err(refusal),
    };
    let (at, why) = match read {
        Ok(read) => read,
        Err(refusal) => return Ok(Reply::refused(&shell(&cx, &page).problems(vec![problem(&refusal)]))),
    };
    let public_id = random::public_id();
    let drafts = if posted.get("drafts") == "opening" { "opening" } else { "ask" };
    sqlx::query!(
        "insert into rule_changes (id, public_id, programme_id, round_id, from_edition, to_edition, drafts, reason,
                                   takes_effect_at, impact, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        random::key(),
        public_id.uuid(),
        page.round.programme,
        page.round.id.0,
        page.round.edition,
        page.to,
        drafts,
        why,
        at,
        serde_json::to_value(&page.impact)?,
        me(cx.actor())?.0,
        now,
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "from": page.round.edition, "to": page.to, "at": jst::jst_text(at), "reason": why });
    tx.log_operation(&cx.audit(), Permission::ChangeRules, &format!("rules:{public_id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/editions/changes/{public_id}")).with("done", "proposed").text()))
}

async fn is_free(tx: &mut Tx, round: &Round) -> Result<bool, Fault> {
    let open = sqlx::query!(
        "select 1 as one from rule_changes where round_id = $1 and refused_at is null and activated_at is null",
        round.id.0
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(open.is_none())
}

fn read(page: &Page, posted: &Posted, now: OffsetDateTime) -> Result<(OffsetDateTime, String), Refusal> {
    let wrong = |code, message: &str, advice: &str| Err(Refusal::new(code, message.to_owned(), advice));
    if page.to == page.round.edition {
        return wrong("CHANGE-SAME", "この公募回は、すでにこの版を使っています。", "別の版を選んでください。");
    }
    if page.between.to.programme.id != page.between.from.programme.id {
        return wrong("CHANGE-OTHER-PROGRAMME", "別の制度の版です。", "この公募回と同じ制度の版を選んでください。");
    }
    if page.between.to.opening().map(|p| &p.code) != page.between.from.opening().map(|p| &p.code) {
        return wrong(
            "CHANGE-OPENING",
            "申請の手続がこの公募回の版と違います。",
            "同じ手続で始まる版を選んでください。",
        );
    }
    let at = moment(posted.get("day"), posted.get("clock")).map_err(|_| {
        Refusal::new(
            "CHANGE-MOMENT",
            "適用の日時を読み取れません。",
            "日付は「2026/11/22」、時刻は「18:00」のように入力してください。",
        )
    })?;
    if at <= now {
        return wrong("CHANGE-PAST", "適用の日時が過去です。", "今より後の日時にしてください。");
    }
    if at - now > FARTHEST {
        return wrong("CHANGE-FAR", "適用の日時が1年より先です。", "日付の年を確かめてください。");
    }
    Ok((at, reason(posted.get("reason"), REASON)?))
}
