//! 手続の開始: may this procedure begin in this case now, and if not, why not.

use std::collections::BTreeMap;

use hojo_programme::{Edition, Facts, Opener, Procedure, Times};

use crate::life::Life;
use crate::refusal::Refusal;

/// Where a case stands, for [`may_start`] and obligations.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'s> {
    pub life: &'s Life,
    /// Runs under way, by procedure; drafts count.
    pub open: &'s BTreeMap<String, u32>,
    /// The facts of the case, [`Life::facts`] among them.
    pub facts: &'s Facts,
}

/// May `opener` begin a run of the procedure? The first reason against it is the one a person reads.
///
/// # Errors
/// `START-WRONG-PARTY`, `START-ENDED`, `START-ALREADY`, `START-MEANWHILE`, `START-NOT-NOW`.
pub fn may_start(edition: &Edition, procedure: &Procedure, opener: Opener, at: Standing<'_>) -> Result<(), Refusal> {
    let (Some(starts), Some(plan)) = (&procedure.starts, &edition.life) else {
        return Err(Refusal::new(
            "START-WRONG-PARTY",
            format!("{}は、案件の中で始める手続ではありません。", procedure.title),
            "公募回のページから始めてください。",
        ));
    };
    if !starts.by.contains(&opener) {
        let who: Vec<&str> = starts.by.iter().map(|by| by.label()).collect();
        return Err(Refusal::new(
            "START-WRONG-PARTY",
            format!("{}を始められるのは、{}です。", procedure.title, who.join("、")),
            "担当の人に依頼してください。",
        ));
    }
    if starts.until_ended && at.life.has_ended(plan) {
        let standing = plan.standings.get(&at.life.standing).map_or("終了", String::as_str);
        return Err(Refusal::new(
            "START-ENDED",
            format!("この案件は「{standing}」のため、{}はできません。", procedure.title),
            "ご不明な点は事務局へご連絡ください。",
        ));
    }
    already(procedure, starts.times, at)?;
    for other in &starts.not_while {
        if at.open.get(other).copied().unwrap_or(0) > 0 {
            let title = edition.procedure(other).map_or(other.as_str(), |p| p.title.as_str());
            return Err(Refusal::new(
                "START-MEANWHILE",
                format!("「{title}」の手続中は、{}を始められません。", procedure.title),
                format!("「{title}」が終わってから始めてください。"),
            ));
        }
    }
    for condition in &starts.when {
        if edition.holds(&condition.must, at.facts) != Some(true) {
            return Err(Refusal::new("START-NOT-NOW", condition.says.clone(), "時期と案件の状態を確認してください。"));
        }
    }
    Ok(())
}

fn already(procedure: &Procedure, times: Times, at: Standing<'_>) -> Result<(), Refusal> {
    let open = at.open.get(&procedure.code).copied().unwrap_or(0) > 0;
    if open && times != Times::Many {
        return Err(Refusal::new(
            "START-ALREADY",
            format!("{}は、すでに手続中です。", procedure.title),
            "手続中のものを開いて続けてください。",
        ));
    }
    if times == Times::Once && at.life.done.contains_key(&procedure.code) {
        return Err(Refusal::new(
            "START-ALREADY",
            format!("{}は、すでに終わっています。", procedure.title),
            "この手続は一度だけできます。内容は案件の画面で確認できます。",
        ));
    }
    Ok(())
}
