//! Panels on the office's case page: what was submitted, how it changed, what is attached.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{CaseRow, Lowering, Tx};
use hojo_web::ui::form;
use hojo_web::ui::{self, Holds, Tone, chip, column, data_table, plain_chip};
use hojo_web::{CasePanel, Fault, Markup, html};
use hojo_words::ids::PublicId;

use crate::attach::SCAN;
use crate::judged::Judged;
use crate::status::{ReadOnly, answers, changes, filing};
use crate::submissions::{self, Submitted};

type Drawn<'a> = Pin<Box<dyn Future<Output = Result<Option<Markup>, Fault>> + Send + 'a>>;

/// The panels of this slice.
#[must_use]
pub fn panels() -> Vec<CasePanel> {
    let panel = |id, title, order, render| CasePanel { id, title, permission: Permission::ViewCase, order, render };
    vec![
        panel("submission", "提出内容", 20, newest),
        panel("submissions", "提出履歴・比較", 30, history),
        panel("files", "添付ファイル", 40, files),
    ]
}

fn newest<'a>(tx: &'a mut Tx, row: &'a CaseRow) -> Drawn<'a> {
    Box::pin(async move {
        let filing = filing(tx, row.id).await?;
        let Some(submitted) = submissions::newest(tx, filing.id).await? else { return Ok(None) };
        let edition = tx.edition(&filing.edition).await?;
        let procedure = edition.procedure(&filing.procedure).cloned().ok_or(Fault::NotFound)?;
        let facts = tx.case_facts(row).await?;
        let facts = submissions::facts_then(&procedure.form, &submitted.answers, &facts);
        let lowered = tx.lowered(&filing.edition, &filing.procedure).await?;
        let judged = Judged::of(&edition, &procedure, &submitted.answers, &facts, &lowered);
        let places = ReadOnly(format!("/cases/{}/files", row.public_id));
        let scene = form::Scene {
            form: &procedure.form,
            answers: &submitted.answers,
            reading: &judged.reading,
            slips: &judged.slips,
            findings: &judged.findings,
            remarks: &[],
            open: &form::Open::Nothing,
            missing: true,
            examiner: true,
            places: &places,
        };
        Ok(Some(html! {
            p { (submitted.n) "回目の提出（" (ui::date_time_seconds(submitted.filed_at)) "）" }
            (form::findings(&scene, &|_| None))
            (ui::disclosure("すべての項目を見る", &answers(&procedure, &submitted, &judged, &places, true)))
        }))
    })
}

fn history<'a>(tx: &'a mut Tx, row: &'a CaseRow) -> Drawn<'a> {
    Box::pin(async move {
        let filing = filing(tx, row.id).await?;
        let all = submissions::all(tx, filing.id).await?;
        if all.is_empty() {
            return Ok(None);
        }
        let edition = tx.edition(&filing.edition).await?;
        let procedure = edition.procedure(&filing.procedure).cloned().ok_or(Fault::NotFound)?;
        let facts = tx.case_facts(row).await?;
        let judged = |s: &Submitted| {
            let then = submissions::facts_then(&procedure.form, &s.answers, &facts);
            Judged::of(&edition, &procedure, &s.answers, &then, &Lowering::new())
        };
        let meanings: Vec<Judged> = all.iter().map(judged).collect();
        let versions: Vec<(&Submitted, &Judged)> = all.iter().zip(&meanings).collect();
        let mut table = data_table(
            "提出履歴",
            vec![column("回"), column("受付番号"), column("受付日時").holds(Holds::Date), column("照合番号")],
        )
        .quiet_caption();
        for s in all.iter().rev() {
            table = table.row(vec![
                html! { (s.n) "回目" },
                html! { (s.receipt) },
                html! { (ui::date_time_seconds(s.filed_at)) },
                hash(&s.digest),
            ]);
        }
        let pairs: Vec<_> = versions.windows(2).collect();
        Ok(Some(html! {
            (table)
            @for pair in pairs.iter().rev() {
                @if let [before, after] = pair { (changes(&procedure.form, *before, *after)) }
            }
        }))
    })
}

fn files<'a>(tx: &'a mut Tx, row: &'a CaseRow) -> Drawn<'a> {
    Box::pin(async move {
        // What lies in a draft is still the applicant's alone; scans are the office's own.
        let scans = sqlx::query!(
            "select public_id, name, size, sha256, uploaded_at from files
             where case_id = $1 and slot = $2 and state = 'accepted' order by uploaded_at",
            row.id.0,
            SCAN
        )
        .fetch_all(tx.sql())
        .await?;
        let filing = filing(tx, row.id).await?;
        let all = submissions::all(tx, filing.id).await?;
        let handed_in = all.iter().any(|s| !s.attachments.is_empty());
        if scans.is_empty() && !handed_in {
            return Ok(None);
        }
        let columns = vec![
            column("書類"),
            column("ファイル名"),
            column("サイズ").holds(Holds::Number),
            column("提出"),
            column("SHA-256"),
        ];
        let mut table = data_table("添付ファイル", columns).quiet_caption();
        let place = |kind: &str, id: &str| format!("/cases/{}/{kind}/{id}", row.public_id);
        for (s, last) in all.iter().rev().map(|s| (s, Some(s.n) == all.last().map(|l| l.n))) {
            for f in &s.attachments {
                let newest = all.last().is_some_and(|l| l.attachments.iter().any(|a| a.file == f.file));
                if !last && newest {
                    continue;
                }
                table = table.row(vec![
                    html! { (f.label) },
                    html! { a href=(place("files", &f.file)) { (f.name) } },
                    html! { (ui::file_size(f.size)) },
                    html! { (s.n) "回目 " @if last { (chip(Tone::Success, "最新")) } @else { (plain_chip("差替え前")) } },
                    hash(&f.sha256),
                ]);
            }
        }
        for f in scans {
            let id = PublicId::from_uuid(f.public_id).to_string();
            table = table.row(vec![
                html! { "届いた書類のスキャン" },
                html! { a href=(place("scans", &id)) { (f.name) } },
                html! { (ui::file_size(u64::try_from(f.size).unwrap_or(0))) },
                html! { (ui::date_time(f.uploaded_at)) },
                hash(&f.sha256),
            ]);
        }
        Ok(Some(html! { (table) }))
    })
}

fn hash(sha256: &str) -> Markup {
    let short: String = sha256.chars().take(16).collect();
    html! { code title=(sha256) { (short) "…" } }
}
