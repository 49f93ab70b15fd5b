//! 手続の開始: may this procedure begin in this case now, and if not, why not.

use std::collections::BTreeMap;

use hojo_programme::{Edition, Facts, LifePlan, Opener, Procedure, StartCondition, Times};

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
    match against(edition, procedure, plan, at) {
        Some(Against::Ended(standing)) => {
            return Err(Refusal::new(
                "START-ENDED",
                format!("この案件は「{standing}」のため、{}はできません。", procedure.title),
                "ご不明な点は事務局へご連絡ください。",
            ));
        }
        _ => already(procedure, starts.times, at)?,
    }
    match against(edition, procedure, plan, at) {
        Some(Against::Meanwhile(title)) => Err(Refusal::new(
            "START-MEANWHILE",
            format!("「{title}」の手続中は、{}を始められません。", procedure.title),
            format!("「{title}」が終わってから始めてください。"),
        )),
        Some(Against::Condition(says)) => {
            Err(Refusal::new("START-NOT-NOW", says, "時期と案件の状態を確認してください。"))
        }
        _ => Ok(()),
    }
}

/// May a run that was begun be handed in now? Between its beginning and today the case may have ended, its time may have
/// passed, or what excludes it may have come in. What the office asked for may be answered as long as the case lives.
///
/// # Errors
/// `FILE-ENDED`, `FILE-MEANWHILE`, `FILE-NOT-NOW`.
pub fn may_file(edition: &Edition, procedure: &Procedure, opener: Opener, at: Standing<'_>) -> Result<(), Refusal> {
    let Some(plan) = edition.life.as_ref().filter(|_| procedure.starts.is_some()) else { return Ok(()) };
    let kept = "入力した内容は下書きに残っています。ご不明な点は事務局へご連絡ください。";
    match against(edition, procedure, plan, at) {
        Some(Against::Ended(standing)) => Err(Refusal::new(
            "FILE-ENDED",
            format!("この案件は「{standing}」のため、{}は提出できません。", procedure.title),
            kept,
        )),
        _ if opener == Opener::Demand => Ok(()),
        Some(Against::Meanwhile(title)) => Err(Refusal::new(
            "FILE-MEANWHILE",
            format!("「{title}」の手続中は、{}を提出できません。", procedure.title),
            format!("「{title}」が終わってから提出してください。入力した内容は下書きに残っています。"),
        )),
        Some(Against::Condition(says)) => Err(Refusal::new("FILE-NOT-NOW", says, kept)),
        None => Ok(()),
    }
}

/// The same refusal for whom what stands in the way is not to be told: the office looks into something of its own motion.
#[must_use]
pub fn hushed(refusal: Refusal, procedure: &Procedure) -> Refusal {
    let does = match refusal.code {
        "START-MEANWHILE" => "始められません",
        "FILE-MEANWHILE" => "提出できません",
        _ => return refusal,
    };
    Refusal::new(
        refusal.code,
        format!("事務局で確認していることがあるため、今は{}を{does}。", procedure.title),
        "お急ぎの場合は、事務局へご連絡ください。",
    )
}

/// What speaks against a procedure in a case.
enum Against {
    /// The case is over: its standing in words.
    Ended(String),
    /// What excludes it is under way: its title.
    Meanwhile(String),
    /// A condition does not hold: what it says then.
    Condition(String),
}

fn against(edition: &Edition, procedure: &Procedure, plan: &LifePlan, at: Standing<'_>) -> Option<Against> {
    let starts = procedure.starts.as_ref()?;
    if starts.until_ended && at.life.has_ended(plan) {
        let standing = plan.standings.get(&at.life.standing).map_or("終了", String::as_str);
        return Some(Against::Ended(standing.to_owned()));
    }
    let open = |code: &&String| at.open.get(*code).copied().unwrap_or(0) > 0;
    if let Some(other) = starts.not_while.iter().find(open) {
        let title = edition.procedure(other).map_or(other.as_str(), |p| p.title.as_str());
        return Some(Against::Meanwhile(title.to_owned()));
    }
    let fails = |condition: &&StartCondition| edition.holds(&condition.must, at.facts) != Some(true);
    starts.when.iter().find(fails).map(|condition| Against::Condition(condition.says.clone()))
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
