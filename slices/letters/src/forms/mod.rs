//! 様式・参考様式: the forms an applicant fills in outside the system, with what is known already in them.
//! They are made when asked for, from the own draft or filing; nothing is stored.

mod fill;
mod view;
mod workbook;

use std::sync::Arc;

use hojo_access::allow;
use hojo_case::Refusal;
use hojo_db::{CaseRow, Mode, Tx};
use hojo_press_client::PressFault;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;
use hojo_words::letter::LetterModel;

use crate::Printer;
use crate::printer::KEPT;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub(crate) async fn list(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let (row, root) = open(&cx, &mut tx).await?;
    let told = fill::is_told(&mut tx, &root).await?;
    let edition = tx.edition(&root.edition).await?;
    let groups = fill::groups(&mut tx, &edition, &row, &root).await?;
    tx.commit().await?;
    let body = view::list(root.public_id, &groups, told);
    let way = vec![
        ("マイページ".to_owned(), "/me".to_owned()),
        ("申請の状況".to_owned(), format!("/cases/{}", root.public_id)),
    ];
    Ok(Reply::page(&cx.page("様式・参考様式", body).breadcrumb(way)))
}

pub(crate) async fn pdf(cx: Cx<allow::BeApplicant>, press: Arc<dyn Printer>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let form = asked(&cx, &mut tx).await?;
    let now = tx.now().await?.utc();
    tx.commit().await?;
    let sheet = press.print(&form.model, now).await.map_err(no_pdf)?;
    Ok(Reply::download(sheet.pdf.into(), KEPT, &format!("{}.pdf", form.name)))
}

pub(crate) async fn xlsx(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let form = asked(&cx, &mut tx).await?;
    tx.commit().await?;
    if !form.is_sheet {
        return Err(Fault::NotFound);
    }
    let bytes = workbook::write(&form.name, &form.model).map_err(|e| Fault::Internal(e.to_string()))?;
    Ok(Reply::download(bytes.into(), XLSX, &format!("{}.xlsx", form.name)))
}

/// A form with what is known already.
struct Filled {
    name: String,
    is_sheet: bool,
    model: LetterModel,
}

/// The case of the address, this applicant's own, and the case it belongs to.
async fn open(cx: &Cx<allow::BeApplicant>, tx: &mut Tx) -> Result<(CaseRow, CaseRow), Fault> {
    let id: PublicId = cx.param("case")?;
    let (_, row) = tx.case::<allow::BeApplicant>(id, Mode::Read).await?;
    let root = tx.root_of(&row).await?;
    Ok((row, root))
}

async fn asked(cx: &Cx<allow::BeApplicant>, tx: &mut Tx) -> Result<Filled, Fault> {
    let (procedure, form): (String, String) = (cx.param("procedure")?, cx.param("form")?);
    let (_, root) = open(cx, tx).await?;
    // What was decided is told by its letter, and by no form before it.
    if !fill::is_told(tx, &root).await? {
        return Err(Fault::NotFound);
    }
    let edition = tx.edition(&root.edition).await?;
    let procedure = edition.procedure(&procedure).cloned().ok_or(Fault::NotFound)?;
    let spec = procedure.letters.get(&form).filter(|letter| fill::is_offered(letter)).ok_or(Fault::NotFound)?;
    let model = fill::model(tx, &edition, &procedure, spec, &root).await?;
    Ok(Filled { name: spec.name.clone(), is_sheet: spec.sheet.is_some(), model })
}

fn no_pdf(fault: PressFault) -> Fault {
    match fault {
        PressFault::Letter(problem) => Refusal::new(
            "FORM-UNPRINTABLE",
            format!("この様式は印刷できません。{}", problem.message),
            "該当する項目の文字を改めるか、Excelの様式を使ってください。",
        )
        .into(),
        other => {
            tracing::warn!(error = %other, "a form could not be printed");
            Fault::Busy
        }
    }
}
