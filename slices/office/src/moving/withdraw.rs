//! 取下げを記録する: the applicant asked the office to withdraw; who asked, how and when is written down.

use hojo_access::{Permission, allow};
use hojo_case::{Command, Refusal, decide};
use hojo_db::{CaseRow, Mode, Outcome};
use hojo_web::ui::{self, Choice, Shell, Tone};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html};
use hojo_words::ids::PublicId;
use serde_json::json;
use time::Date;

use super::REASON;
use crate::common::{dossier, party, post_form, printable, problem, query::Address, reason};
use hojo_words::jst::read_date;

/// How the request reached the office.
const CHANNELS: [(&str, &str); 3] = [("paper", "書面"), ("mail", "電子メール"), ("phone", "電話")];

/// GET: the form.
pub async fn show(cx: Cx<allow::IntakeFiling>) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::IntakeFiling>(id, Mode::Read).await?;
    tx.commit().await?;
    cx.log_access(&row).await?;
    Ok(Reply::page(&shell(&cx, &row, form(&row, &Posted::default(), &cx.csrf()))))
}

fn shell(cx: &Cx<allow::IntakeFiling>, row: &CaseRow, body: Markup) -> Shell {
    let number = row.number.clone().unwrap_or_default();
    cx.page(format!("取下げの記録 {number}"), body).breadcrumb(vec![
        ("案件一覧".into(), "/queue".into()),
        (format!("案件 {number}"), format!("/cases/{}", row.public_id)),
    ])
}

fn form(row: &CaseRow, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", row.public_id);
    html! {
        p { "申請者から取下げの申し出があったときに記録します。申請者が自分でマイページから取り下げることもできます。" }
        (post_form(&format!("{base}/withdraw"), csrf, &html! {
            (ui::radios("channel", "申し出の方法", CHANNELS.iter().map(|(v, l)| Choice::new(*v, *l)).collect()).required().value(typed.get("channel")))
            (ui::date_field("received", "申し出を受けた日").required().value(typed.get("received")))
            (ui::text_field("person", "申し出た人").required().value(typed.get("person")).hint("役職と氏名。申請者の代表者か担当者であることを確かめてください。"))
            (ui::textarea("reason", "取下げの理由", u32::try_from(REASON).unwrap_or(u32::MAX)).required().value(typed.get("reason")))
            (ui::buttons(&[ui::button("確認へ進む").sends("stage", "preview"), ui::link_button("やめる", base).outline()]))
        }))
    }
}

fn preview(row: &CaseRow, asked: &Asked, typed: &Posted, csrf: &str) -> Markup {
    let base = format!("/cases/{}", row.public_id);
    html! {
        (ui::banner(Tone::Warn, "取り下げると元に戻せません").body(html! { p { "この申請の確認と審査はここで終わります。同じ公募回に申請するには、受付期間内に新しく申請する必要があります。" } }))
        (ui::facts(&[
            ("受付番号", html! { (row.number.as_deref().unwrap_or("―")) }),
            ("事業者", html! { (row.applicant_name) }),
            ("今の工程", html! { (row.position().label()) }),
            ("申し出", html! { (ui::date(asked.received)) "　" (asked.channel) "　" (asked.person) }),
            ("理由", html! { span class="prewrap" { (asked.reason) } }),
        ]))
        (post_form(&format!("{base}/withdraw"), csrf, &html! {
            @for name in ["channel", "received", "person", "reason"] { input type="hidden" name=(name) value=(typed.get(name)); }
            (ui::buttons(&[
                ui::button("取下げを記録する").danger().sends("stage", "confirm"),
                ui::button("直す").outline().sends("stage", "edit"),
                ui::link_button("やめる", base).text(),
            ]))
        }))
    }
}

/// A request as read.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Asked {
    channel: &'static str,
    received: Date,
    person: String,
    reason: String,
}

fn read(posted: &Posted, today: Date) -> Result<Asked, Refusal> {
    let channel = CHANNELS.iter().find(|(v, _)| *v == posted.get("channel")).map(|(_, l)| *l).ok_or_else(|| {
        Refusal::new(
            "WITHDRAW-CHANNEL",
            "申し出の方法が選ばれていません。",
            "書面、電子メール、電話のどれかを選んでください。",
        )
    })?;
    let received = read_date(posted.get("received")).filter(|d| *d <= today).ok_or_else(|| {
        Refusal::new(
            "WITHDRAW-DATE",
            "申し出を受けた日が正しくありません。",
            "今日までの日付を「2026/11/22」のように入力してください。",
        )
    })?;
    let person = posted.get("person").trim().to_owned();
    if person.is_empty() {
        return Err(Refusal::new(
            "WITHDRAW-PERSON",
            "申し出た人が入力されていません。",
            "役職と氏名を入力してください。",
        ));
    }
    printable("申し出た人", &person, 100)?;
    Ok(Asked { channel, received, person, reason: reason(posted.get("reason"), REASON)? })
}

/// POST: preview, then the record.
pub async fn post(cx: Cx<allow::IntakeFiling>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (permit, row) = tx.case::<allow::IntakeFiling>(id, Mode::Write).await?;
    let (filing, _, _, terms) = dossier::terms(&mut tx, &row).await?;
    let now = tx.now().await?;
    if posted.get("stage") == "edit" {
        return Ok(Reply::page(&shell(&cx, &row, form(&row, &posted, &cx.csrf()))));
    }
    let asked = match read(&posted, now.date()) {
        Ok(asked) => asked,
        Err(refusal) => return Ok(refuse(&cx, &row, &posted, &refusal)),
    };
    let words = format!("{}（{} {}の申し出、{}）", asked.reason, ui::date(asked.received), asked.channel, asked.person);
    let events = match decide(&row.case, party(cx.actor())?, Command::Withdraw { reason: words }, &terms, now) {
        Ok(events) => events,
        Err(refusal) => return Ok(refuse(&cx, &row, &posted, &refusal)),
    };
    if posted.get("stage") != "confirm" {
        return Ok(Reply::page(&shell(&cx, &row, preview(&row, &asked, &posted, &cx.csrf()))));
    }
    tx.record(&permit, &row, &events, &terms, &cx.audit()).await?;
    sqlx::query!("update filings set state = 'withdrawn' where id = $1", filing.id.0).execute(tx.sql()).await?;
    let what =
        json!({ "withdrawn": row.number, "channel": posted.get("channel"), "received": ui::date(asked.received) });
    tx.log_operation(&cx.audit(), Permission::IntakeFiling, &format!("case:{id}"), Outcome::Done, what).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/cases/{id}")).with("done", "withdrawn").text()))
}

fn refuse(cx: &Cx<allow::IntakeFiling>, row: &CaseRow, posted: &Posted, refusal: &Refusal) -> Reply {
    Reply::refused(&shell(cx, row, form(row, posted, &cx.csrf())).problems(vec![problem(refusal)]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk::tests::row;
    use hojo_case::Position;
    use time::macros::date;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn who_how_when_and_why_are_all_asked() {
        let today = date!(2026 - 11 - 22);
        let full = [
            ("channel", "mail"),
            ("received", "2026/11/20"),
            ("person", "代表取締役 見本 太郎"),
            ("reason", "計画の見直し"),
        ];
        assert_eq!(read(&posted(&full), today).expect("complete").channel, "電子メール");
        for (missing, code) in [
            ("channel", "WITHDRAW-CHANNEL"),
            ("received", "WITHDRAW-DATE"),
            ("person", "WITHDRAW-PERSON"),
            ("reason", "REASON-MISSING"),
        ] {
            let rest: Vec<_> = full.iter().filter(|(k, _)| *k != missing).copied().collect();
            assert_eq!(read(&posted(&rest), today).expect_err(missing).code, code);
        }
        let tomorrow = [full[0], ("received", "2026/11/23"), full[2], full[3]];
        assert_eq!(read(&posted(&tomorrow), today).expect_err("future").code, "WITHDRAW-DATE");
    }

    #[test]
    fn the_preview_warns_and_keeps_everything() {
        let typed =
            posted(&[("channel", "mail"), ("received", "2026/11/20"), ("person", "見本"), ("reason", "見直し")]);
        let asked = read(&typed, date!(2026 - 11 - 22)).expect("complete");
        let html = preview(&row(Position::Check), &asked, &typed, "t").into_string();
        for part in ["元に戻せません", "name=\"person\" value=\"見本\"", "value=\"2026/11/20\"", "取下げを記録する"]
        {
            assert!(html.contains(part), "{part}");
        }
    }
}
