//! 指摘: bound to a field, a row, a cell, a section or the whole; noted until the return is sent.

use hojo_access::{Permission, allow};
use hojo_case::{Position, Refusal};
use hojo_db::{CaseRow, Mode, Outcome, Tx, random};
use hojo_programme::{FieldPath, Form};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{FilingId, PublicId, StaffId};
use serde_json::json;
use time::OffsetDateTime;

use super::afterthought::{self, Afterthought};
use super::show::{Typed, page, refused};
use crate::common::{dossier, me, printable, query::Address};

/// Longest remark, in characters.
pub const LONGEST: usize = 800;

/// A remark on a filing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub public_id: PublicId,
    pub submission: i32,
    /// A field path, `section:<id>`, or `*` for the whole filing.
    pub target: String,
    pub text: String,
    pub clause: Option<String>,
    pub must: bool,
    /// `noted`, `sent`, `mended`, `dropped`.
    pub state: String,
    pub by: String,
    pub author: StaffId,
    pub at: OffsetDateTime,
    pub afterthought: Option<Afterthought>,
}

/// All remarks of a filing that were not dropped, the oldest first.
pub async fn of_filing(tx: &mut Tx, filing: FilingId) -> Result<Vec<Remark>, Fault> {
    let rows = sqlx::query!(
        r#"select r.public_id, r.submission, r.target, r.text, r.clause, r.severity, r.state, s.name, r.written_by, r.written_at,
                r.afterthought, r.grounds, a.name as "allowed_by?"
         from remarks r join staff s on s.id = r.written_by left join staff a on a.id = r.allowed_by
         where r.filing_id = $1 and r.state <> 'dropped' order by r.written_at, r.id"#,
        filing.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Remark {
            public_id: PublicId::from_uuid(r.public_id),
            submission: r.submission,
            target: r.target,
            text: r.text,
            clause: r.clause,
            must: r.severity == "must",
            state: r.state,
            by: r.name,
            author: StaffId(r.written_by),
            at: r.written_at,
            afterthought: r.afterthought.then_some(Afterthought { grounds: r.grounds, allowed_by: r.allowed_by }),
        })
        .collect())
}

/// A remark as typed, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRemark {
    pub target: String,
    pub text: String,
    pub clause: Option<String>,
    pub must: bool,
    /// Why it comes only now, when an earlier check let the place pass.
    pub grounds: Option<String>,
}

/// Reads a posted remark. Field, row and column come apart, because without scripts a row is a number to type.
pub fn read(form: &Form, posted: &Posted) -> Result<NewRemark, Refusal> {
    let text = hojo_words::text::unify_line_breaks(posted.get("text").trim());
    if text.is_empty() {
        return Err(Refusal::new(
            "REMARK-EMPTY",
            "指摘の内容が入力されていません。",
            "何をどう直してほしいかを入力してください。",
        ));
    }
    printable("指摘", &text, LONGEST)?;
    let clause = posted.get("clause").trim();
    printable("根拠の条項", clause, 40)?;
    Ok(NewRemark {
        target: target(form, posted)?,
        text,
        clause: (!clause.is_empty()).then(|| clause.to_owned()),
        must: posted.get("severity") != "advice",
        grounds: None,
    })
}

fn target(form: &Form, posted: &Posted) -> Result<String, Refusal> {
    let typed = posted.get("target").trim();
    if typed == "*" {
        return Ok("*".to_owned());
    }
    if let Some(id) = typed.strip_prefix("section:") {
        if form.sections.iter().any(|s| s.id == id) {
            return Ok(typed.to_owned());
        }
        return Err(nowhere());
    }
    let path: FieldPath = typed.parse().map_err(|_| nowhere())?;
    let field = form.field(&path.field).ok_or_else(nowhere)?;
    let Some(table) = field.table() else { return Ok(FieldPath::field(&path.field).to_string()) };
    let row = match posted.get("row").trim() {
        "" => path.row,
        text => Some(row_number(text, table.max_rows())?),
    };
    let column = match posted.get("column").trim() {
        "" => path.column,
        id => Some(id.to_owned()),
    };
    if column.as_ref().is_some_and(|c| table.column(c).is_none()) || row.is_some_and(|r| r >= table.max_rows()) {
        return Err(nowhere());
    }
    Ok(FieldPath { field: path.field, row, column }.to_string())
}

/// Rows count from 1 on screens and from 0 in paths.
fn row_number(text: &str, most: usize) -> Result<usize, Refusal> {
    let folded = hojo_words::text::fold_width(text);
    let number = folded.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).filter(|n| *n < most);
    number.ok_or_else(|| {
        Refusal::new("REMARK-ROW", "行の番号が正しくありません。", format!("1から{most}までの番号を入力してください。"))
    })
}

fn nowhere() -> Refusal {
    Refusal::new(
        "REMARK-PLACE",
        "指摘する項目が見つかりません。",
        "申請内容の「指摘する」から、もう一度項目を選んでください。",
    )
}

/// Remarks may be written while the check goes on.
pub fn writable(position: Position) -> Result<(), Refusal> {
    if matches!(position, Position::Check | Position::SecondCheck) {
        return Ok(());
    }
    Err(Refusal::new(
        "CASE-WRONG-POSITION",
        format!("この案件は現在「{}」のため、指摘を変更できません。", position.label()),
        "案件の画面で現在の工程を確認してください。",
    ))
}

/// POST: adds a remark.
pub async fn add(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let case: PublicId = cx.param("case")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(case, Mode::Write).await?;
    let dossier = dossier::open(&mut tx, &row).await?;
    let before = afterthought::before(&mut tx, &dossier).await?;
    let earlier = of_filing(&mut tx, dossier.filing.id).await?;
    let read = || {
        writable(row.position())?;
        let new = read(&dossier.procedure.form, &posted)?;
        let late = afterthought::passed_earlier(&dossier, before.as_ref(), &earlier, &new.target);
        Ok(NewRemark { grounds: afterthought::grounds(late, &posted)?, ..new })
    };
    let new = match read() {
        Ok(new) => new,
        Err(refusal) => {
            let typed = Typed { remark: Some(posted), ..Typed::default() };
            return Ok(refused(page(&cx, &mut tx, &row, dossier, typed).await?, &refusal));
        }
    };
    insert(&mut tx, &row, dossier.filing.id, dossier.submitted.n, me(cx.actor())?, &new).await?;
    let what = json!({ "remark": "added", "target": new.target, "number": row.number });
    tx.log_operation(&cx.audit(), Permission::CheckFiling, &format!("case:{case}"), Outcome::Done, what).await?;
    tx.commit().await?;
    let url = Address::new(format!("/cases/{case}/examine")).with("file", posted.get("file")).with("done", "remarked");
    Ok(Reply::see_other(&url.anchor("remarks").text()))
}

async fn insert(
    tx: &mut Tx,
    row: &CaseRow,
    filing: FilingId,
    submission: i32,
    by: StaffId,
    new: &NewRemark,
) -> Result<(), Fault> {
    let at = tx.now().await?.utc();
    sqlx::query!(
        "insert into remarks (id, public_id, programme_id, round_id, applicant_id, case_id, filing_id, submission,
                              target, text, clause, severity, state, written_by, written_at, afterthought, grounds)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'noted', $13, $14, $15, $16)",
        random::key(),
        random::public_id().uuid(),
        row.programme,
        row.round.0,
        row.reader().0,
        row.id.0,
        filing.0,
        submission,
        new.target,
        new.text,
        new.clause,
        if new.must { "must" } else { "advice" },
        by.0,
        at,
        new.grounds.is_some(),
        new.grounds.as_deref().unwrap_or_default()
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// POST: drops a remark that was not sent yet. The row stays, with its author, as everything does.
pub async fn drop(cx: Cx<allow::CheckFiling>, posted: Posted) -> Result<Reply, Fault> {
    let case: PublicId = cx.param("case")?;
    let remark: PublicId = cx.param("remark")?;
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::CheckFiling>(case, Mode::Write).await?;
    let at = tx.now().await?.utc();
    let done = sqlx::query!(
        "update remarks set state = 'dropped', closed_at = $3 where public_id = $1 and case_id = $2 and state = 'noted'",
        remark.uuid(),
        row.id.0,
        at
    )
    .execute(tx.sql())
    .await?;
    if done.rows_affected() == 1 {
        let what = json!({ "remark": "dropped", "number": row.number });
        tx.log_operation(&cx.audit(), Permission::CheckFiling, &format!("case:{case}"), Outcome::Done, what).await?;
    }
    tx.commit().await?;
    let back = if posted.get("from") == "return" { "return" } else { "examine" };
    let url = Address::new(format!("/cases/{case}/{back}")).with("file", posted.get("file")).with("done", "dropped");
    Ok(Reply::see_other(&url.anchor("remarks").text()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::tests::edition;

    fn posted(pairs: &[(&str, &str)]) -> Posted {
        Posted(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn places_are_fields_rows_cells_sections_or_the_whole() {
        let edition = edition();
        let form = &edition.procedure("application").expect("application").form;
        let text = ("text", "直してください。");
        for (pairs, wanted) in [
            (vec![("target", "plan_title"), text], "plan_title"),
            (vec![("target", "lines"), text], "lines"),
            (vec![("target", "lines"), ("row", "３"), text], "lines[2]"),
            (vec![("target", "lines"), ("row", "1"), ("column", "category"), text], "lines[0].category"),
            (vec![("target", "lines[4].category"), text], "lines[4].category"),
            (vec![("target", "section:attachments"), text], "section:attachments"),
            (vec![("target", "*"), text], "*"),
        ] {
            assert_eq!(read(form, &posted(&pairs)).expect("readable").target, wanted);
        }
        for (pairs, code) in [
            (vec![("target", "plan_title"), ("text", "  ")], "REMARK-EMPTY"),
            (vec![("target", "nothing"), text], "REMARK-PLACE"),
            (vec![("target", "section:nothing"), text], "REMARK-PLACE"),
            (vec![("target", "lines"), ("column", "nothing"), text], "REMARK-PLACE"),
            (vec![("target", "lines"), ("row", "0"), text], "REMARK-ROW"),
            (vec![("target", "lines"), ("row", "99999"), text], "REMARK-ROW"),
            (vec![("target", "*"), ("text", "あ\u{0}")], "TEXT-UNPRINTABLE"),
        ] {
            assert_eq!(read(form, &posted(&pairs)).expect_err("refused").code, code);
        }
    }

    #[test]
    fn remarks_wait_for_the_right_step() {
        assert!(writable(Position::Check).is_ok() && writable(Position::SecondCheck).is_ok());
        assert_eq!(writable(Position::Examine).expect_err("too late").code, "CASE-WRONG-POSITION");
    }
}
