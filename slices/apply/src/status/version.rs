//! One submission to read again, with what changed since the one before it.

use hojo_access::allow;
use hojo_db::{Lowering, Mode};
use hojo_programme::{FileRef, Form, Procedure};
use hojo_web::ui::form::{self, Open, Places, Scene};
use hojo_web::ui::{self, FileState, Import};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::PublicId;

use super::load::filing;
use crate::judged::Judged;
use crate::returned::compare::{Version, compare};
use crate::submissions::{self, Submitted};
use crate::submit::receipt_files;

/// Nothing is changed here; files open under this address.
pub(crate) struct ReadOnly(pub String);

impl Places for ReadOnly {
    fn upload(&self, _: &str) -> String {
        String::new()
    }

    fn import(&self, _: &str) -> Option<Import> {
        None
    }

    fn file(&self, file: &FileRef) -> (FileState, Option<String>) {
        (FileState::Accepted, Some(format!("{}/{}", self.0, file.file)))
    }
}

pub(crate) async fn show(cx: Cx<allow::BeApplicant>) -> Result<Reply, Fault> {
    let (id, n): (PublicId, i32) = (cx.param("case")?, cx.param("n")?);
    let mut tx = cx.tx().await?;
    let (_, row) = tx.case::<allow::BeApplicant>(id, Mode::Read).await?;
    let filing = filing(&mut tx, row.id).await?;
    let edition = tx.edition(&filing.edition).await?;
    let procedure = edition.procedure(&filing.procedure).cloned().ok_or(Fault::NotFound)?;
    let facts = tx.case_facts(&row).await?;
    let all = submissions::all(&mut tx, filing.id).await?;
    tx.commit().await?;
    let judged = |s: &Submitted| {
        let then = submissions::facts_then(&procedure.form, &s.answers, &facts);
        Judged::of(&edition, &procedure, &s.answers, &then, &Lowering::new())
    };
    let this = all.iter().find(|s| s.n == n).ok_or(Fault::NotFound)?;
    let meaning = judged(this);
    let before = all.iter().rfind(|s| s.n < n).map(|s| (s, judged(s)));
    let body = html! {
        (ui::facts(&[
            ("受付番号", html! { (this.receipt) }),
            ("受付日時", html! { (ui::date_time_seconds(this.filed_at)) }),
            ("提出内容の照合番号（SHA-256）", html! { code { (this.digest) } }),
        ]))
        @if let Some((earlier, then)) = &before {
            (changes(&procedure.form, (earlier, then), (this, &meaning)))
        }
        (answers(&procedure, this, &meaning, &ReadOnly("/files".to_owned()), false))
        h2 { "添付ファイル" }
        (receipt_files(this))
    };
    let crumbs = vec![("マイページ".into(), "/me".into()), ("申請の状況".into(), format!("/cases/{id}"))];
    Ok(Reply::page(&cx.page(format!("{n}回目の提出内容"), body).breadcrumb(crumbs)))
}

/// What changed between two submissions.
pub(crate) fn changes(form: &Form, before: (&Submitted, &Judged), after: (&Submitted, &Judged)) -> Markup {
    let old = Version { answers: &before.0.answers, reading: &before.1.reading };
    let new = Version { answers: &after.0.answers, reading: &after.1.reading };
    let changed = compare(form, old, new);
    let title = format!("{}回目から{}回目への変更（{}か所）", before.0.n, after.0.n, changed.len());
    html! {
        h2 { (title) }
        @if changed.is_empty() { p { "変わったところはありません。" } }
        @else { (ui::comparison(&format!("{}回目", before.0.n), &format!("{}回目", after.0.n), &changed)) }
    }
}

/// The answers of a submission, section by section, to read.
pub(crate) fn answers(
    procedure: &Procedure,
    submitted: &Submitted,
    judged: &Judged,
    places: &ReadOnly,
    examiner: bool,
) -> Markup {
    let open = Open::Nothing;
    let scene = Scene {
        form: &procedure.form,
        answers: &submitted.answers,
        reading: &judged.reading,
        slips: &judged.slips,
        findings: &judged.findings,
        remarks: &[],
        open: &open,
        missing: true,
        examiner,
        places,
    };
    html! {
        @for (at, section) in procedure.form.sections.iter().enumerate() {
            @if judged.reading.is_section_shown(at) {
                h2 { (section.title) }
                (form::show(&scene, at, None, None))
            }
        }
    }
}
