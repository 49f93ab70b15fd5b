//! 期限の変更: one person proposes a new date with a reason, another approves it; then it is told on the case.

use hojo_access::{Permission, allow};
use hojo_case::{Event, Refusal};
use hojo_db::{CaseRow, DbError, Mode, Outcome, Tx, random};
use hojo_web::ui::{self, Holds, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::{PublicId, StaffId};
use hojo_words::jst;
use serde_json::json;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;

use super::move_address;
use crate::common::{me, post_form, problem, words};

/// Longest reason, in characters.
const REASON: usize = 1_000;
/// Nobody means a date this far ahead of the present one.
const FARTHEST: Duration = Duration::days(3 * 366);

/// The obligation a page is about.
struct Owed {
    key: String,
    title: String,
    due: Date,
    moved_from: Option<Date>,
    met: bool,
}

/// A change, proposed or settled.
struct Moved {
    id: Uuid,
    public_id: PublicId,
    from: Date,
    to: Date,
    reason: String,
    by: StaffId,
    proposer: String,
    at: OffsetDateTime,
    decider: Option<String>,
    approved: Option<bool>,
}

struct Page {
    row: CaseRow,
    owed: Owed,
    history: Vec<Moved>,
    me: StaffId,
}

impl Page {
    async fn load(tx: &mut Tx, row: CaseRow, key: &str, me: StaffId) -> Result<Self, Fault> {
        // What is owed belongs to the case, not to a run of one of its procedures.
        if row.root.is_some() {
            return Err(Fault::NotFound);
        }
        let owed = sqlx::query!(
            "select key, title, due_on, moved_from, met from dues where case_id = $1 and key = $2",
            row.id.0,
            key
        )
        .fetch_optional(tx.sql())
        .await?
        .ok_or(Fault::NotFound)?;
        let rows = sqlx::query!(
            r#"select m.id, m.public_id, m.from_day, m.to_day, m.reason, m.proposed_by, p.name as proposer, m.proposed_at,
                      s.name as "decider?", m.approved
               from due_moves m join staff p on p.id = m.proposed_by left join staff s on s.id = m.decided_by
               where m.case_id = $1 and m.key = $2 order by m.proposed_at desc limit 100"#,
            row.id.0,
            key
        )
        .fetch_all(tx.sql())
        .await?;
        let history = rows
            .into_iter()
            .map(|r| Moved {
                id: r.id,
                public_id: PublicId::from_uuid(r.public_id),
                from: r.from_day,
                to: r.to_day,
                reason: r.reason,
                by: StaffId(r.proposed_by),
                proposer: r.proposer,
                at: r.proposed_at,
                decider: r.decider,
                approved: r.approved,
            })
            .collect();
        let owed =
            Owed { key: owed.key, title: owed.title, due: owed.due_on, moved_from: owed.moved_from, met: owed.met };
        Ok(Self { row, owed, history, me })
    }

    fn waiting(&self) -> Option<&Moved> {
        self.history.iter().find(|moved| moved.approved.is_none())
    }
}

pub async fn show(cx: Cx<allow::MoveDue>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::MoveDue>(cx.param("case")?, Mode::Read).await?;
    let key: String = cx.param("key")?;
    let page = Page::load(&mut tx, row, &key, me(cx.actor())?).await?;
    tx.commit().await?;
    cx.log_access(&page.row).await?;
    Ok(Reply::page(&shell(&cx, &page, &Posted::default())))
}

/// POST: the proposal.
pub async fn propose(cx: Cx<allow::MoveDue>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::MoveDue>(cx.param("case")?, Mode::Write).await?;
    let key: String = cx.param("key")?;
    let page = Page::load(&mut tx, row, &key, me(cx.actor())?).await?;
    let now = tx.now().await?;
    let (to, reason) = match read(&page, &posted, now.date()) {
        Ok(read) => read,
        Err(refusal) => return Ok(refused(&cx, &page, &posted, &refusal)),
    };
    sqlx::query!(
        "insert into due_moves (id, public_id, case_id, key, programme_id, round_id, applicant_id, title, from_day, to_day,
                                reason, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        random::key(),
        random::public_id().uuid(),
        page.row.id.0,
        page.owed.key,
        page.row.programme,
        page.row.round.0,
        page.row.applicant.0,
        page.owed.title,
        page.owed.due,
        to,
        reason,
        page.me.0,
        now.utc()
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "proposed": to.to_string(), "key": page.owed.key, "reason": reason });
    tx.log_operation(&cx.audit(), Permission::MoveDue, &object(&page), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other("/obligations?done=proposed"))
}

/// POST: approved by another person, or taken back.
pub async fn decide(cx: Cx<allow::MoveDue>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::MoveDue>(cx.param("case")?, Mode::Write).await?;
    let key: String = cx.param("key")?;
    let page = Page::load(&mut tx, row, &key, me(cx.actor())?).await?;
    let approves = posted.get("decision") == "approve";
    let moved = match may(&page, posted.get("move"), approves) {
        Ok(moved) => moved,
        Err(refusal) => return Ok(refused(&cx, &page, &posted, &refusal)),
    };
    let now = tx.now().await?.utc();
    let done = if approves {
        sqlx::query!(
            "update due_moves set decided_by = $2, decided_at = $3, approved = true where id = $1 and decided_at is null",
            moved.id,
            page.me.0,
            now
        )
        .execute(tx.sql())
        .await?
    } else {
        // Whoever proposed may take it back alone; the table keeps two people apart where a date changes.
        let decider = (moved.by != page.me).then_some(page.me.0);
        sqlx::query!(
            "update due_moves set decided_by = $2, decided_at = $3, approved = false where id = $1 and decided_at is null",
            moved.id,
            decider,
            now
        )
        .execute(tx.sql())
        .await?
    };
    if done.rows_affected() != 1 {
        return Err(DbError::Conflict("the proposal was settled".to_owned()).into());
    }
    if approves {
        let event = Event::DueMoved {
            obligation: page.owed.key.clone(),
            title: page.owed.title.clone(),
            from: page.owed.due,
            to: moved.to,
            reason: moved.reason.clone(),
            by: moved.by,
            approved_by: page.me,
        };
        tx.move_due(&permit, &page.row, event).await?;
    }
    let what = json!({ "approved": approves, "key": page.owed.key, "to": moved.to.to_string() });
    tx.log_operation(&cx.audit(), Permission::MoveDue, &object(&page), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(if approves { "/obligations?done=approved" } else { "/obligations?done=refused" }))
}

fn object(page: &Page) -> String {
    format!("case:{}", page.row.public_id)
}

/// The date and the reason, or why this is no proposal.
fn read(page: &Page, posted: &Posted, today: Date) -> Result<(Date, String), Refusal> {
    if page.owed.met {
        return Err(Refusal::new("DUE-MET", "すでに提出されています。", "期限を変更する必要はありません。"));
    }
    if page.waiting().is_some() {
        return Err(Refusal::new(
            "DUE-MOVE-WAITING",
            "承認を待っている変更があります。",
            "承認されるか取り下げられるまで、次の変更は起案できません。",
        ));
    }
    let to = jst::read_date(posted.get("to")).ok_or_else(|| {
        Refusal::new("DUE-DATE", "新しい期限の日付を読み取れません。", "「2027/06/30」のように入力してください。")
    })?;
    if to == page.owed.due {
        return Err(Refusal::new("DUE-DATE", "今の期限と同じ日です。", "変更する日を入力してください。"));
    }
    if to < today {
        return Err(Refusal::new("DUE-DATE", "新しい期限が過去の日です。", "今日以後の日を入力してください。"));
    }
    if to - page.owed.due.max(today) > FARTHEST {
        return Err(Refusal::new("DUE-DATE", "新しい期限が3年より先です。", "日付の年を確かめてください。"));
    }
    let reason = words("理由", posted.get("reason"), REASON)?;
    if reason.is_empty() {
        return Err(Refusal::new("REASON-MISSING", "理由が入力されていません。", "理由を入力してください。"));
    }
    Ok((to, reason))
}

/// The waiting change this person may settle so.
fn may<'p>(page: &'p Page, which: &str, approves: bool) -> Result<&'p Moved, Refusal> {
    let moved = page.waiting().filter(|moved| moved.public_id.to_string() == which).ok_or_else(|| {
        Refusal::new("DUE-MOVE-SETTLED", "この起案はすでに処理されています。", "下の履歴を確認してください。")
    })?;
    if approves && moved.by == page.me {
        return Err(Refusal::new("TWO-PEOPLE", "起案した人は承認できません。", "別の人に承認を依頼してください。"));
    }
    if approves && moved.from != page.owed.due {
        return Err(Refusal::new(
            "DUE-MOVE-STALE",
            "起案の後に期限が変わっています。",
            "起案を取り下げ、今の期限から起案し直してください。",
        ));
    }
    Ok(moved)
}

fn refused(cx: &Cx<allow::MoveDue>, page: &Page, posted: &Posted, refusal: &Refusal) -> Reply {
    Reply::refused(&shell(cx, page, posted).problems(vec![problem(refusal)]))
}

fn shell(cx: &Cx<allow::MoveDue>, page: &Page, typed: &Posted) -> Shell {
    let number = page.row.number.clone().unwrap_or_default();
    cx.page(format!("期限の変更 {number}"), body(page, typed, &cx.csrf())).breadcrumb(vec![
        ("義務と期限".into(), "/obligations".into()),
        (format!("案件 {number}"), format!("/cases/{}", page.row.public_id)),
    ])
}

fn body(page: &Page, typed: &Posted, csrf: &str) -> Markup {
    let action = move_address(page.row.public_id, &page.owed.key);
    html! {
        (ui::facts(&[
            ("事業者", html! { (page.row.applicant_name) }),
            ("提出するもの", html! { (page.owed.title) @if let Some((_, n)) = page.owed.key.split_once('#') { "（第" (n) "回）" } }),
            ("今の期限", html! { (jst::long_date(page.owed.due)) }),
            ("当初の期限", html! { @match page.owed.moved_from { Some(from) => { (jst::long_date(from)) } None => { "変更されていません" } } }),
        ]))
        @if let Some(moved) = page.waiting() { (settle(page, moved, csrf)) }
        @else if !page.owed.met {
            p { "期限を変更すると、督促の日も新しい期限に合わせて変わります。起案した人とは別の人が承認すると有効になり、案件の履歴に残ります。" }
            (post_form(&action, csrf, &html! {
                (ui::date_field("to", "新しい期限").required().value(typed.get("to")))
                (ui::textarea("reason", "理由", u32::try_from(REASON).unwrap_or(u32::MAX)).required().value(typed.get("reason")))
                (ui::buttons(&[ui::button("期限の変更を起案する"), ui::link_button("やめる", "/obligations").outline()]))
            }))
        }
        @if !page.history.is_empty() { (history(page)) }
    }
}

fn settle(page: &Page, moved: &Moved, csrf: &str) -> Markup {
    let mine = moved.by == page.me;
    let action = move_address(page.row.public_id, &page.owed.key).replace("/move", "/approve");
    html! {
        (ui::banner(Tone::Warn, format!("{}への変更が承認を待っています", jst::long_date(moved.to))).body(html! {
            p { "起案：" (moved.proposer) "（" (ui::date_time(moved.at)) "）" }
            p class="prewrap" { "理由：" (moved.reason) }
        }))
        (post_form(&action, csrf, &html! {
            input type="hidden" name="move" value=(moved.public_id);
            @if mine {
                p { "自分の起案は承認できません。別の人に承認を依頼してください。" }
                (ui::buttons(&[ui::button("起案を取り下げる").outline().sends("decision", "refuse")]))
            } @else {
                (ui::buttons(&[
                    ui::button("承認する").sends("decision", "approve"),
                    ui::button("却下する").outline().sends("decision", "refuse"),
                ]))
            }
        }))
    }
}

fn history(page: &Page) -> Markup {
    let head = vec![ui::column("起案").holds(Holds::Date), ui::column("変更"), ui::column("理由"), ui::column("結果")];
    let mut table = ui::data_table("変更の履歴", head);
    for moved in &page.history {
        let settled = match (moved.approved, &moved.decider) {
            (None, _) => "承認待ち".to_owned(),
            (Some(true), Some(name)) => format!("{name}が承認"),
            (Some(true), None) => "承認".to_owned(),
            (Some(false), Some(name)) => format!("{name}が却下"),
            (Some(false), None) => "取下げ".to_owned(),
        };
        table = table.row(vec![
            html! { (ui::date_time(moved.at)) br; (moved.proposer) },
            html! { (ui::date(moved.from)) " → " (ui::date(moved.to)) },
            html! { span class="prewrap" { (moved.reason) } },
            html! { (settled) },
        ]);
    }
    html! { (table) }
}
