//! What is handed in, decided and written.

use std::collections::BTreeSet;

use hojo_access::{Access, Actor, Permit};
use hojo_case::{Command, Event, Position, Refusal, Submission, Terms, decide as decide_case};
use hojo_db::{Mode, Tx};
use hojo_jobs::{Lane, NewJob, enqueue};
use hojo_programme::{Field, FieldPath, FileRef, Finding, Severity};
use hojo_vault::Vault;
use hojo_web::{Cx, Fault};
use hojo_words::ids::PublicId;
use hojo_words::jst;
use serde_json::{Value, json};

use super::numbering;
use crate::attach::scan::{self, Held};
use crate::desk::{self, Desk};
use crate::draft;
use crate::judged::Judged;
use crate::returned::remarks;
use crate::submissions::{Attachment, with_facts};

/// Locks the case and every section, then reads: what is judged is what is written.
pub(super) async fn lock<A: Access>(cx: &Cx<A>, tx: &mut Tx) -> Result<(Permit<A>, Desk), Fault> {
    let id = cx.param("filing")?;
    let (_, _, filing) = tx.filing::<A>(id, Mode::Write).await?;
    draft::seal(tx, filing.id).await?;
    desk::open(cx, tx, Mode::Read).await
}

/// Files named by fields that are asked now, with the field's label.
fn attached(desk: &Desk) -> Vec<(FieldPath, String, FileRef)> {
    let files = desk.answers.files().filter(|(path, _)| desk.judged.reading.is_shown(&path.field));
    let label = |path: &FieldPath| desk.form().field(&path.field).map_or_else(String::new, |f| f.label.clone());
    let mut all: Vec<_> = files.map(|(path, file)| (path.clone(), label(&path), file.clone())).collect();
    // In the order of the form, as people know their papers.
    all.sort_by_key(|(path, ..)| desk.form().fields.iter().position(|f| f.id == path.field));
    all
}

/// Names of attachments that are not in the vault now, whole and unchanged.
pub(super) async fn missing_files(vault: &Vault, desk: &Desk) -> Checked {
    let mut checked = Checked::default();
    for (_, label, file) in attached(desk) {
        if vault.is_intact(&file.sha256).await {
            checked.intact.push(file.sha256);
        } else {
            checked.missing.push(format!("{label} {}", file.name));
        }
    }
    checked
}

/// What the vault said.
#[derive(Default)]
pub(super) struct Checked {
    intact: Vec<String>,
    missing: Vec<String>,
}

impl Checked {
    /// Adds the files that are whole but were never accepted for this filing: an answer that names
    /// somebody else's file does not hand it in.
    pub(super) async fn and_not_of_this_filing(mut self, tx: &mut Tx, desk: &Desk) -> Result<Self, Fault> {
        let rows = sqlx::query!(
            "select public_id, sha256 from files where filing_id = $1 and state = 'accepted'",
            desk.filing.id.0
        )
        .fetch_all(tx.sql())
        .await?;
        let own: BTreeSet<(String, String)> =
            rows.into_iter().map(|r| (PublicId::from_uuid(r.public_id).to_string(), r.sha256)).collect();
        for (_, label, file) in attached(desk) {
            if !own.contains(&(file.file.clone(), file.sha256)) {
                self.missing.push(format!("{label} {}", file.name));
            }
        }
        Ok(self)
    }

    /// The missing ones among what is filed. A file that was not asked about counts as missing.
    fn of(self, files: &[(FieldPath, String, FileRef)]) -> Vec<String> {
        let unasked = files.iter().filter(|(_, _, f)| !self.intact.contains(&f.sha256));
        let mut all: Vec<String> = unasked.map(|(_, label, f)| format!("{label} {}", f.name)).collect();
        all.extend(self.missing);
        all.sort();
        all.dedup();
        all
    }
}

/// Everything `decide` wants to know, decided once without a receipt number: the counter of the round
/// is touched only by those who will get a number.
pub(super) fn decide(
    desk: &Desk,
    terms: &Terms,
    confirmed: &[String],
    seen: &str,
    files: Checked,
    actor: &Actor,
) -> Result<Submission, Refusal> {
    if terms.in_round {
        received_in_time(desk, terms)?;
    }
    if desk.held.values().any(|h| *h == Held::Infected) {
        return Err(scan::refusal(Held::Infected));
    }
    let form = desk.form();
    let unconfirmed = desk.judged.codes(Severity::Ask).into_iter().filter(|c| !confirmed.contains(c)).collect();
    let closed_fields_changed = match &desk.before {
        Some(before) => remarks::closed_changes(form, &desk.may_differ, &before.answers, &desk.answers)
            .into_iter()
            .map(|field| field.label.clone())
            .collect(),
        None => Vec::new(),
    };
    let submission = Submission {
        stopping: desk.judged.codes(Severity::Stop),
        slips: u32::try_from(desk.judged.slips.len()).unwrap_or(u32::MAX),
        missing_files: files.of(&attached(desk)),
        unconfirmed,
        requested: numbering::requested(desk),
        title: numbering::title(desk),
        frame: numbering::frame(desk),
        digest: draft::digest(&with_facts(form, &desk.answers, &desk.facts)),
        receipt: String::new(),
        seen: seen.to_owned(),
        current: draft::digest(&desk.answers),
        closed_fields_changed,
    };
    let command = Command::Submit(Box::new(submission.clone()));
    decide_case(&desk.row.case, desk::party(actor), command, terms, desk.now)?;
    Ok(submission)
}

/// Paper counts by the day it reached the office, not by the day it is typed in.
fn received_in_time(desk: &Desk, terms: &Terms) -> Result<(), Refusal> {
    let Some(day) = desk.filing.received_on.filter(|_| desk.way.on_behalf()) else { return Ok(()) };
    if desk.row.position() == Position::Draft && day > jst::jst_date(terms.closes) {
        return Err(Refusal::new(
            "RECEIVED-LATE",
            format!("受領日({})が締切({})を過ぎています。", jst::date_text(day), jst::jst_text(terms.closes)),
            "締切に間に合っていない申請は受け付けられません。受領日が誤っている場合は、受付をやり直してください。",
        ));
    }
    Ok(())
}

/// Writes the submission and everything that belongs to it, and commits.
pub(super) async fn record<A: Access>(
    cx: &Cx<A>,
    mut tx: Tx,
    permit: &Permit<A>,
    desk: &Desk,
    terms: &Terms,
    mut submission: Submission,
) -> Result<(), Fault> {
    let number = match &desk.row.number {
        Some(number) => number.clone(),
        None => numbering::next(&mut tx, desk.row.round, &desk.edition).await?,
    };
    submission.receipt = number;
    let party = desk::party(cx.actor());
    let events = decide_case(&desk.row.case, party, Command::Submit(Box::new(submission)), terms, desk.now)?;
    let row = tx.record(permit, &desk.row, &events, terms, &cx.audit()).await?;
    let Some(Event::Filed { submission: n, receipt, digest, .. }) = events.first() else {
        return Err(Fault::Internal("a submission made no Filed event".into()));
    };
    let n = i32::try_from(*n).unwrap_or(i32::MAX);
    keep(&mut tx, desk, n, &numbering::of_version(receipt, n), digest, desk::person(cx)?).await?;
    let texts = search_texts(desk, &row);
    tx.index_case(row.id, texts.iter().map(String::as_str)).await?;
    follow(&mut tx, desk, n).await?;
    Ok(tx.commit().await?)
}

async fn keep(tx: &mut Tx, desk: &Desk, n: i32, receipt: &str, digest: &str, by: uuid::Uuid) -> Result<(), Fault> {
    let at = desk.now.utc();
    let answers = draft::to_store(&with_facts(desk.form(), &desk.answers, &desk.facts));
    let attachments: Vec<Attachment> = attached(desk)
        .into_iter()
        .map(|(path, label, f)| Attachment {
            field: path.to_string(),
            label,
            file: f.file,
            name: f.name,
            size: f.size,
            sha256: f.sha256,
        })
        .collect();
    let findings = told(&desk.judged)?;
    sqlx::query!(
        "insert into submissions (filing_id, n, programme_id, round_id, applicant_id, case_id, receipt, answers,
                                  attachments, findings, digest, filed_at, filed_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        desk.filing.id.0,
        n,
        desk.row.programme,
        desk.row.round.0,
        desk.row.reader().0,
        desk.row.id.0,
        receipt,
        answers,
        serde_json::to_value(&attachments)?,
        findings,
        digest,
        at,
        by,
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!(
        "update filings set state = 'filed', version = $2, filed_at = coalesce(filed_at, $3) where id = $1",
        desk.filing.id.0,
        n,
        at
    )
    .execute(tx.sql())
    .await?;
    sqlx::query!(
        "update remarks set state = 'mended', closed_at = $2 where filing_id = $1 and state = 'sent'",
        desk.filing.id.0,
        at
    )
    .execute(tx.sql())
    .await?;
    Ok(())
}

/// The findings as the office reads them later. What time has broken is marked, and stops nothing.
fn told(judged: &Judged) -> Result<Value, Fault> {
    let mut all = judged.findings.iter().map(serde_json::to_value).collect::<Result<Vec<_>, _>>()?;
    for finding in &judged.outgrown {
        let mut one = serde_json::to_value(Finding { severity: Severity::Note, ..finding.clone() })?;
        if let Some(one) = one.as_object_mut() {
            one.insert("outgrown".into(), Value::Bool(true));
        }
        all.push(one);
    }
    Ok(Value::Array(all))
}

/// What a case is found by: its number, the company, the title, and short texts people ask for.
fn search_texts(desk: &Desk, row: &hojo_db::CaseRow) -> Vec<String> {
    let mut texts = vec![row.applicant_name.clone(), row.title.clone(), row.number.clone().unwrap_or_default()];
    texts.extend(
        ["account.corporate_number", "account.name"].iter().filter_map(|f| desk.facts.text(f).map(str::to_owned)),
    );
    let is_short = |f: &&std::sync::Arc<Field>| {
        use hojo_programme::FieldType as T;
        matches!(f.kind, T::Text { .. } | T::Kana { .. } | T::CorporateNumber | T::Phone | T::Email | T::Code { .. })
    };
    let shown = desk.form().fields.iter().filter(is_short).filter(|f| desk.judged.reading.is_shown(&f.id));
    texts.extend(shown.map(|f| desk.judged.reading.display(&f.id)));
    texts.retain(|t| !t.is_empty());
    texts
}

/// The copy and the receipt follow by job, once for each submission.
async fn follow(tx: &mut Tx, desk: &Desk, n: i32) -> Result<(), Fault> {
    // What the office does of its own motion is told by its letters, not by a receipt.
    if desk.is_own_motion() {
        return Ok(());
    }
    let payload = json!({ "case": desk.row.public_id, "filing": desk.filing.public_id, "submission": n });
    let key = format!("{}:{n}", desk.filing.public_id);
    if desk.procedure.letters.values().any(|letter| letter.is_copy()) {
        enqueue(tx, NewJob::new(Lane::Letters, "application_copy", &payload).once(key.clone())).await?;
    }
    let mail =
        json!({ "template": "receipt", "case": desk.row.public_id, "filing": desk.filing.public_id, "submission": n });
    enqueue(tx, NewJob::new(Lane::Mail, "mail", mail).once(format!("receipt:{key}"))).await?;
    Ok(())
}
