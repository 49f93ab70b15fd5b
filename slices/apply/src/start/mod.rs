//! 申請を始める: opens a case with its draft under the edition of the round, once for each company and round.

mod open;

use hojo_access::{AccountKind, Actor, allow};
use hojo_case::{Channel, Refusal};
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Posted, Reply, html};
use hojo_words::ids::PublicId;

pub(crate) use open::{Opening, begin, live_case, round_of};

pub(crate) async fn start(cx: Cx<allow::EditFiling>, posted: Posted) -> Result<Reply, Fault> {
    let Actor::Applicant(me) = cx.actor().clone() else { return Err(Fault::NotFound) };
    if me.kind == AccountKind::Entry {
        return Ok(entry_account(&cx));
    }
    let round: PublicId = pick(posted.get("round"), cx.query("round")).parse().map_err(|_| Fault::NotFound)?;
    let mut tx = cx.tx().await?;
    let round = round_of(&mut tx, round).await?;
    if let Some(filing) = live_case(&mut tx, round.id, me.applicant).await? {
        return Ok(Reply::see_other(&format!("/filings/{filing}")));
    }
    let (_, closes) = tx.window(round.id, Some(me.applicant)).await?;
    if tx.now().await?.utc() > closes {
        return Err(Fault::Refused(Refusal::new(
            "ROUND-CLOSED",
            format!("{}の受付は{}に締め切りました。", round.title, ui::date_time(closes)),
            "次の公募をお待ちください。事情がある場合は事務局へご連絡ください。",
        )));
    }
    let name = me.name.clone();
    let opening = Opening { round, applicant: me.applicant, name, channel: Channel::Portal, received_on: None };
    let opened = begin(&mut tx, &opening, desk_person(&cx)?, &cx.audit()).await;
    match opened {
        Ok(opened) => {
            tx.commit().await?;
            Ok(Reply::see_other(&format!("/filings/{}", opened.public_id)))
        }
        // Another tab was faster: its draft is the draft.
        Err(Fault::Refused(r)) if r.code == "CHANGED-MEANWHILE" => already_open(&cx, &opening).await,
        Err(fault) => Err(fault),
    }
}

async fn already_open(cx: &Cx<allow::EditFiling>, opening: &Opening) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let filing = live_case(&mut tx, opening.round.id, opening.applicant).await?.ok_or(Fault::Busy)?;
    Ok(Reply::see_other(&format!("/filings/{filing}")))
}

fn desk_person(cx: &Cx<allow::EditFiling>) -> Result<uuid::Uuid, Fault> {
    crate::desk::person(cx)
}

fn pick<'a>(posted: &'a str, asked: &'a str) -> &'a str {
    if posted.is_empty() { asked } else { posted }
}

/// GビズIDエントリー is not identified well enough for a subsidy; said plainly, with the way to Prime.
fn entry_account(cx: &Cx<allow::EditFiling>) -> Reply {
    let body = html! {
        (ui::banner(Tone::Warn, "GビズIDエントリーでは申請できません").body(html! {
            p { "補助金の申請には、本人確認が済んだGビズIDプライム、またはプライムから権限を受けたGビズIDメンバーが必要です。" }
        }))
        h2 { "次にすること" }
        ol {
            li { "GビズIDのサイトで、GビズIDプライムを取得してください。オンラインの申請なら短い時間で取得できますが、書類での申請では数週間かかることがあります。" }
            li { "取得したら、プライムのアカウントでこのサイトにログインし直してください。" }
        }
        (ui::buttons(&[ui::link_button("マイページに戻る", "/me").outline()]))
    };
    Reply::refused(&cx.page("申請を始められません", body).breadcrumb(vec![("マイページ".into(), "/me".into())]).error())
}
