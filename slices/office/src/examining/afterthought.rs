//! 後出しの指摘: a remark on what an earlier check let pass and the applicant left as it was. It says why it comes only
//! now, and goes out when another person has allowed it.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx};
use hojo_programme::{Answers, Form};
use hojo_web::{Cx, Fault, Markup, Posted, Reply, html, ui};
use hojo_words::ids::{PublicId, StaffId};
use serde_json::json;

use super::remarks::{Remark, writable};
use crate::common::dossier::{self, Dossier};
use crate::common::{me, query::Address, reason};

/// Longest grounds, in characters.
pub const GROUNDS: usize = 300;

/// Who let an afterthought go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Afterthought {
    /// なぜ今か.
    pub grounds: String,
    pub allowed_by: Option<String>,
}

/// The answers of the submission before the newest; none when it is the first.
pub async fn before(tx: &mut Tx, dossier: &Dossier) -> Result<Option<Answers>, Fault> {
    let earlier = dossier::submission(tx, dossier.filing.id, dossier.submitted.n - 1).await?;
    Ok(earlier.map(|s| s.answers))
}

/// Did the check of an earlier submission let this place pass, as it still stands?
pub fn passed_earlier(dossier: &Dossier, before: Option<&Answers>, remarks: &[Remark], target: &str) -> bool {
    let Some(before) = before else { return false };
    let form = &dossier.procedure.form;
    let fields = fields(form, target);
    let asked = |r: &Remark| {
        let earlier = r.submission < dossier.submitted.n && r.state != "noted";
        earlier && (r.target == "*" || self::fields(form, &r.target).iter().any(|f| fields.contains(f)))
    };
    let mended = |field: &&str| before.get(field) != dossier.submitted.answers.get(field);
    !remarks.iter().any(asked) && !fields.iter().any(mended)
}

/// The fields a place covers; none for the whole filing.
fn fields<'f>(form: &'f Form, target: &str) -> Vec<&'f str> {
    if let Some(id) = target.strip_prefix("section:") {
        let slots = form.sections.iter().find(|s| s.id == id).map(|s| s.fields.as_slice()).unwrap_or_default();
        return slots.iter().filter_map(|slot| form.fields.get(*slot)).map(|f| f.id.as_str()).collect();
    }
    let id = target.split(['[', '.']).next().unwrap_or_default();
    form.field(id).map(|f| f.id.as_str()).into_iter().collect()
}

/// The grounds as typed, when the place asks for them.
pub fn grounds(afterthought: bool, posted: &Posted) -> Result<Option<String>, Refusal> {
    if !afterthought {
        return Ok(None);
    }
    reason(posted.get("grounds"), GROUNDS).map(Some).map_err(|refusal| {
        if refusal.code != "REASON-MISSING" {
            return refusal;
        }
        Refusal::new(
            "REMARK-GROUNDS",
            "この項目は前回の形式確認を通っていて、申請者も変えていません。",
            "それでも指摘するときは、今になって指摘する理由を入力してください。別の人の承認を受けてから送れます。",
        )
    })
}

/// Nothing goes out that nobody else has allowed.
pub fn settled(remarks: &[Remark]) -> Result<(), Refusal> {
    let waiting = remarks.iter().filter_map(|r| r.afterthought.as_ref()).filter(|a| a.allowed_by.is_none()).count();
    if waiting == 0 {
        return Ok(());
    }
    Err(Refusal::new(
        "RETURN-AFTERTHOUGHT",
        format!("前回の形式確認を通った項目への指摘が{waiting}件、まだ承認されていません。"),
        "管理者に承認を頼むか、その指摘を取り消してください。",
    ))
}

/// What is said about the place, and where to say why, above the other parts of the form.
pub fn asks(typed: &str) -> Markup {
    html! {
        (ui::banner(ui::Tone::Warn, "前回の形式確認を通った項目です").body(html! {
            p { "申請者もこの項目を変えていません。指摘するには、管理者など別の人の承認が要ります。" }
        }))
        (ui::textarea("grounds", "今になって指摘する理由", u32::try_from(GROUNDS).unwrap_or(u32::MAX)).required().value(typed.to_owned())
            .hint("承認する人が読みます。申請者には見えません。"))
    }
}

/// POST: allows one. Whoever wrote it cannot.
pub async fn allow(cx: Cx<allow::AllowAfterthought>, posted: Posted) -> Result<Reply, Fault> {
    let case: PublicId = cx.param("case")?;
    let remark: PublicId = cx.param("remark")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::AllowAfterthought>(case, Mode::Write).await?;
    writable(row.position()).map_err(Fault::Refused)?;
    let by = me(cx.actor())?;
    let at = tx.now().await?.utc();
    let done = sqlx::query!(
        "update remarks set allowed_by = $3, allowed_at = $4
         where public_id = $1 and case_id = $2 and state = 'noted' and afterthought and allowed_by is null and written_by <> $3",
        remark.uuid(),
        row.id.0,
        by.0,
        at
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() != 1 {
        return Err(Fault::Refused(Refusal::new(
            "REMARK-NOT-TO-ALLOW",
            "この指摘は承認できません。",
            "自分が書いた指摘でないか、すでに承認・取消しされていないかを、画面を開き直して確かめてください。",
        )));
    }
    let what = json!({ "remark": "allowed", "number": row.number });
    tx.log_operation(&cx.audit(), Permission::AllowAfterthought, &format!("case:{case}"), Outcome::Done, what).await?;
    tx.commit().await?;
    let url = Address::new(format!("/cases/{case}/examine")).with("file", posted.get("file")).with("done", "allowed");
    Ok(Reply::see_other(&url.anchor("remarks").text()))
}

/// Cases in which an afterthought waits for somebody other than its author: number and address.
pub async fn waiting(tx: &mut Tx, me: StaffId) -> Result<Vec<(String, String)>, Fault> {
    let rows = sqlx::query!(
        "select distinct c.public_id, coalesce(c.number, '') as \"number!\"
         from remarks r join cases c on c.id = r.case_id
         where r.state = 'noted' and r.afterthought and r.allowed_by is null and r.written_by <> $1
         order by 2 limit 20",
        me.0
    )
    .fetch_all(tx.sql())
    .await?;
    let line = |public, number| {
        (format!("後出しの指摘の承認（{number}）"), format!("/cases/{}/examine#remarks", PublicId::from_uuid(public)))
    };
    Ok(rows.into_iter().map(|r| line(r.public_id, r.number)).collect())
}

#[cfg(test)]
mod tests {
    use hojo_programme::Raw;

    use super::*;
    use crate::examining::show::tests::dossier;
    use crate::returning::tests::remark;

    #[test]
    fn only_what_was_let_pass_and_left_alone_is_an_afterthought() {
        let mut dossier = dossier();
        dossier.submitted.n = 2;
        let mut before = dossier.submitted.answers.clone();
        before.set("plan_title", Raw::from("旧い計画名"));
        let sent = |target: &str| Remark { state: "mended".into(), ..remark(1, target) };
        let late = |remarks: &[Remark], target: &str| passed_earlier(&dossier, Some(&before), remarks, target);
        assert!(late(&[], "employees") && late(&[], "*") && late(&[], "lines[0].category"));
        // The applicant changed it, or was asked about it before.
        assert!(!late(&[], "plan_title"));
        assert!(!late(&[sent("employees")], "employees"));
        assert!(!late(&[sent("lines[3].category")], "lines"));
        assert!(!late(&[sent("*")], "employees") && !late(&[sent("*")], "*"));
        assert!(late(&[sent("lines")], "employees"));
        // What is only noted now was not asked before.
        assert!(late(&[Remark { submission: 2, ..remark(1, "employees") }], "employees"));
        assert!(!passed_earlier(&dossier, None, &[], "employees"), "the first check is no afterthought");
    }

    #[test]
    fn grounds_are_asked_for_and_a_return_waits_for_them_to_be_allowed() {
        let typed = |text: &str| Posted(vec![("grounds".into(), text.into())]);
        assert_eq!(grounds(false, &typed("")), Ok(None));
        assert_eq!(grounds(true, &typed(" ")).expect_err("refused").code, "REMARK-GROUNDS");
        assert_eq!(grounds(true, &typed("様式の誤りに気づいた")), Ok(Some("様式の誤りに気づいた".to_owned())));
        let with = |allowed_by: Option<&str>| Remark {
            afterthought: Some(Afterthought { grounds: "理由".into(), allowed_by: allowed_by.map(Into::into) }),
            ..remark(1, "employees")
        };
        assert_eq!(settled(&[with(None)]).expect_err("refused").code, "RETURN-AFTERTHOUGHT");
        assert!(settled(&[remark(1, "lines"), with(Some("鈴木"))]).is_ok());
    }
}
