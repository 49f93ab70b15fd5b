//! 退職・任期満了: the account is closed, its sessions end at once, and what still lies with the person goes to a named
//! successor in the same act.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::ui::{self, Problem};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::handover::{self, Chosen};
use super::show::refused;
use super::{Colleague, end_sessions, find};

/// What somebody leaves behind.
struct Left {
    cases: Vec<(PublicId, String)>,
    case_count: i64,
    reviews: i64,
}

impl Left {
    fn is_nothing(&self) -> bool {
        self.case_count == 0 && self.reviews == 0
    }
}

const MOST: i64 = 50;

async fn left(tx: &mut Tx, who: &Colleague) -> Result<Left, Fault> {
    let cases = sqlx::query!(
        r#"select public_id, coalesce(number, title) as "words!", count(*) over () as "all!"
           from cases where assigned_to = $1 and position not in ('closed', 'withdrawn', 'discarded') order by number limit $2"#,
        who.id,
        MOST
    )
    .fetch_all(tx.sql())
    .await?;
    let reviews = sqlx::query!(
        r#"select count(*) as "n!" from assignments where reviewer_id = $1 and state in ('assigned', 'declared')"#,
        who.id
    )
    .fetch_one(tx.sql())
    .await?
    .n;
    Ok(Left {
        case_count: cases.first().map_or(0, |c| c.all),
        cases: cases.into_iter().map(|c| (PublicId::from_uuid(c.public_id), c.words)).collect(),
        reviews,
    })
}

fn words(left: &Left, handed: bool) -> Markup {
    html! {
        @if left.is_nothing() { p { "担当している案件と、終わっていない審査はありません。" } }
        @if left.case_count > 0 {
            p { "担当している案件が" strong { (ui::number(left.case_count)) "件" } "あります。" @if !handed { "停止しても担当はこの人のまま残るため、案件一覧で担当を変更してください。" } }
            ul { @for (id, number) in &left.cases { li { a href={ "/cases/" (id) } { (number) } } } }
            @if i64::try_from(left.cases.len()).unwrap_or(0) < left.case_count { p { "先頭の" (ui::number(MOST)) "件を表示しています。" } }
        }
        @if left.reviews > 0 {
            p { "終わっていない審査が" strong { (ui::number(left.reviews)) "件" } "あります。" @if !handed { a href="/assignments" { "審査員の割当て" } "で取り消し、別の審査員に割り当ててください。" } }
        }
    }
}

pub(super) async fn confirm(cx: Cx<allow::ManagePeople>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let page = page(&cx, &mut tx, &who, "").await?;
    tx.commit().await?;
    Ok(Reply::page(&page))
}

async fn page(cx: &Cx<allow::ManagePeople>, tx: &mut Tx, who: &Colleague, reason: &str) -> Result<ui::Shell, Fault> {
    let left = left(tx, who).await?;
    let successors = handover::successors(tx, who).await?;
    let hands_over = !left.is_nothing() && handover::may(cx, who);
    let base = format!("/people/{}", who.public_id);
    let body = html! {
        p { (who.name) " さん（" (who.login) "）の利用を停止します。停止すると、ログイン中でも次の操作からすぐに使えなくなります。これまでの記録は残ります。" }
        (words(&left, hands_over))
        form class="form" method="post" action={ (base) "/close" } novalidate {
            (ui::csrf_field(&cx.csrf()))
            (ui::text_field("reason", "理由").required().value(reason).hint("操作ログに残ります。").example("任期満了のため"))
            @if hands_over { (handover::field(&successors)) }
            (ui::buttons(&[ui::button("利用を停止する").danger(), ui::link_button("やめる", base.clone()).outline()]))
        }
    };
    let way = vec![("職員・審査員".into(), "/people".into()), (who.name.clone(), base)];
    Ok(cx.page("利用の停止", body).breadcrumb(way))
}

pub(super) async fn close(cx: Cx<allow::ManagePeople>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let who = find(&cx, &mut tx).await?;
    let reason: String = posted.get("reason").trim().chars().take(500).collect();
    if reason.is_empty() {
        return refused(&cx, tx, who, "reason", "停止する理由を入力してください。").await;
    }
    if Some(who.id) == cx.actor().id() {
        return refused(&cx, tx, who, "reason", "ご自分の利用は停止できません。ほかの管理者に依頼してください。").await;
    }
    // Two must stay, or nobody could help anybody back in.
    let others = sqlx::query!(
        r#"select count(distinct f.id) as "n!" from staff f
           join staff_roles sr on sr.staff_id = f.id join role_permissions p on p.role = sr.role
           where f.disabled_at is null and f.id <> $1 and p.permission = 'people.recover'"#,
        who.id
    )
    .fetch_one(tx.sql())
    .await?
    .n;
    let is_one = sqlx::query!(
        r#"select exists (select from staff_roles sr join role_permissions p on p.role = sr.role
                          where sr.staff_id = $1 and p.permission = 'people.recover') as "one!""#,
        who.id
    )
    .fetch_one(tx.sql())
    .await?
    .one;
    if is_one && others < 2 {
        let words = "この人を停止すると、ログイン方法を再設定できる管理者が2人より少なくなります。先に別の管理者を招待してください。";
        return refused(&cx, tx, who, "reason", words).await;
    }
    let left = left(&mut tx, &who).await?;
    let mut to = None;
    if !left.is_nothing() && handover::may(&cx, &who) {
        let all = handover::successors(&mut tx, &who).await?;
        match handover::chosen(all, posted.get("successor")) {
            Some(Chosen::Somebody(one)) => to = Some(one),
            Some(Chosen::Nobody) => {}
            None => {
                let words =
                    "引き継ぐ人を選んでください。いま決められないときは「いまは引き継がない」を選んでください。";
                let page = page(&cx, &mut tx, &who, &reason).await?.problems(vec![Problem::at("successor", words)]);
                return Ok(Reply::refused(&page));
            }
        }
    }
    let handed = match &to {
        Some(one) => handover::carry_out(&cx, &mut tx, &who, one).await?,
        None => 0,
    };
    let closed =
        sqlx::query!("update staff set disabled_at = clock_timestamp() where id = $1 and disabled_at is null", who.id)
            .execute(tx.sql())
            .await?;
    if closed.rows_affected() == 0 {
        return Ok(Reply::see_other(&format!("/people/{}", who.public_id)));
    }
    sqlx::query!(
        "update invitations set cancelled_at = clock_timestamp() where staff_id = $1 and used_at is null and cancelled_at is null",
        who.id
    )
    .execute(tx.sql())
    .await?;
    end_sessions(&mut tx, who.id, "account closed").await?;
    let detail = json!({
        "what": "account-closed", "reason": reason, "cases": left.case_count, "reviews": left.reviews,
        "successor": to.as_ref().map(|s| s.words()), "handed": handed,
    });
    let object = format!("login:{}", who.login);
    tx.log_operation(&cx.audit(), Permission::ManagePeople, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/people/{}?done=closed", who.public_id)))
}
