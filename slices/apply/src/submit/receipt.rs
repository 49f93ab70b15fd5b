//! 受付完了: the number, the second, the files with their hashes, and what happens next.

use hojo_access::Access;
use hojo_db::{Mode, Tx};
use hojo_programme::StepKind;
use hojo_web::ui::{self, Holds, Tone, column, data_table};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::{CaseId, PublicId};
use time::Date;

use crate::desk::{self, Desk};
use crate::frame;
use crate::submissions::{self, Submitted};

/// What the receipt says.
pub(crate) struct Receipt {
    pub number: String,
    pub name: String,
    pub title: String,
    pub submitted: Submitted,
    /// The PDF copy, once it is made.
    pub copy: Option<String>,
    pub case: String,
    /// The way home: label and address.
    pub home: (String, String),
    /// 応募申請, 交付申請, …
    pub procedure: String,
    /// Do reviewers from outside score it?
    pub reviewed: bool,
    /// The office's own motion: nobody is told of it but by letter.
    pub own_motion: bool,
    /// The due date this submission missed.
    pub late_since: Option<Date>,
}

pub(crate) async fn show<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (_, desk) = desk::open(&cx, &mut tx, Mode::Read).await?;
    let Some(submitted) = submissions::newest(&mut tx, desk.filing.id).await? else {
        return Ok(Reply::see_other(&desk.way.base()));
    };
    let copy = copy_of(&mut tx, desk.row.id, submitted.n).await?;
    desk::seen(&cx, tx, &desk).await?;
    let body = view(&receipt(&desk, submitted, copy));
    Ok(Reply::page(&frame::page(&cx, &desk, "提出を受け付けました".to_owned(), body, &[])))
}

fn receipt(desk: &Desk, submitted: Submitted, copy: Option<PublicId>) -> Receipt {
    Receipt {
        number: submitted.receipt.clone(),
        name: desk.row.applicant_name.clone(),
        title: desk.row.title.clone(),
        submitted,
        copy: copy.map(|id| format!("/letters/{id}/pdf")),
        case: desk.way.case(),
        home: desk.way.home(),
        procedure: desk.procedure.title.clone(),
        reviewed: desk.procedure.flow.step(StepKind::Examine).is_some(),
        own_motion: desk.is_own_motion(),
        late_since: desk.row.case.late_since,
    }
}

/// The finished copy of one submission.
pub(crate) async fn copy_of(tx: &mut Tx, case: CaseId, n: i32) -> Result<Option<PublicId>, Fault> {
    let row = sqlx::query!(
        "select public_id from letters
         where case_id = $1 and kind in ('application-copy', 'filing-copy') and cause like '%:' || $2 and state = 'delivered'
         order by created_at desc limit 1",
        case.0,
        n.to_string()
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| PublicId::from_uuid(r.public_id)))
}

pub(crate) fn view(r: &Receipt) -> Markup {
    html! {
        (ui::banner(Tone::Success, format!("{}を受け付けました", r.procedure)).announce())
        @if let Some(due) = r.late_since {
            (ui::banner(Tone::Warn, "期限後の再提出として受け付けました").body(html! {
                p { "再提出の期限（" (ui::date(due)) "）を過ぎているため、審査の対象とするかを事務局が判断します。" }
            }))
        }
        (ui::facts(&[
            ("受付番号", html! { strong { (r.number) } }),
            ("受付日時", html! { (ui::date_time_seconds(r.submitted.filed_at)) }),
            ("申請者", html! { (r.name) }),
            ("事業計画名", html! { (r.title) }),
            ("提出内容の照合番号（SHA-256）", html! { code { (r.submitted.digest) } }),
        ]))
        h2 { "受け付けた添付ファイル" }
        (files(&r.submitted))
        @if !r.own_motion {
            h2 { "提出した内容の控え" }
            @match &r.copy {
                Some(href) => { p { a href=(href) { "提出した内容の控え（PDF）を開く" } } }
                None => { p { "控え（PDF）を作成しています。数分後に、この画面と状況の画面に表示されます。" } }
            }
            h2 { "このあとの流れ" }
            ul {
                li { "受付の確認メールを、登録されているメールアドレスに送ります。" }
                @if r.reviewed {
                    li { "事務局が形式を確認します。直すところがある場合は差し戻し、期限をお知らせします。" }
                    li { "形式の確認が終わると、外部の審査員が審査します。結果は通知書でお知らせします。" }
                } @else {
                    li { "事務局が内容を確認します。直すところがある場合は差し戻し、期限をお知らせします。" }
                    li { "確認と決定が終わると、マイページとメールでお知らせします。" }
                }
            }
        }
        (ui::buttons(&[
            ui::link_button(format!("{}の状況を見る", r.procedure), &r.case),
            ui::link_button(format!("{}に戻る", r.home.0), &r.home.1).outline(),
        ]))
    }
}

/// Attachments of a submission with their hashes.
pub(crate) fn files(submitted: &Submitted) -> Markup {
    if submitted.attachments.is_empty() {
        return html! { p { "添付ファイルはありません。" } };
    }
    let mut table = data_table(
        "受け付けた添付ファイル",
        vec![column("書類"), column("ファイル名"), column("サイズ").holds(Holds::Number), column("SHA-256")],
    )
    .quiet_caption()
    .stacks();
    for file in &submitted.attachments {
        table = table.row(vec![
            html! { (file.label) },
            html! { (file.name) },
            html! { (ui::file_size(file.size)) },
            html! { code { (file.sha256) } },
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use hojo_programme::Answers;
    use time::macros::datetime;

    use super::*;
    use crate::submissions::Attachment;

    #[test]
    fn a_receipt_shows_number_second_and_hashes() {
        let file = Attachment {
            field: "att".into(),
            label: "06-1 決算書".into(),
            file: "f".into(),
            name: "決算.pdf".into(),
            size: 2048,
            sha256: "ab".repeat(32),
        };
        let submitted = Submitted {
            n: 1,
            receipt: "2026-R1-00012".into(),
            answers: Answers::default(),
            attachments: vec![file],
            digest: "cd".repeat(32),
            filed_at: datetime!(2026-10-30 8:59:59 UTC),
        };
        let mut r = Receipt {
            number: "2026-R1-00012".into(),
            name: "見本".into(),
            title: "計画".into(),
            submitted,
            copy: None,
            case: "/cases/x".into(),
            home: ("マイページ".into(), "/me".into()),
            procedure: "応募申請".into(),
            reviewed: true,
            own_motion: false,
            late_since: None,
        };
        let html = view(&r).into_string();
        assert!(html.contains("2026-R1-00012") && html.contains("2026/10/30 17:59:59"), "{html}");
        assert!(
            html.contains(&"ab".repeat(32))
                && html.contains(&"cd".repeat(32))
                && html.contains("控え（PDF）を作成しています"),
            "{html}"
        );
        r.copy = Some("/letters/l/pdf".into());
        assert!(view(&r).into_string().contains("href=\"/letters/l/pdf\""));
        assert!(!view(&r).into_string().contains("期限後"));
        r.late_since = Some(time::macros::date!(2026 - 11 - 04));
        let html = view(&r).into_string();
        assert!(html.contains("期限後の再提出として受け付けました") && html.contains("2026/11/04"), "{html}");
    }
}
