//! 確認票: the items of the edition's checklist against one submission, with what was ticked so far.

use std::collections::BTreeMap;

use hojo_programme::{CheckItem, Checklist, Reading};
use serde::{Deserialize, Serialize};

/// What the examiner found for one item.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// 適合
    Fits,
    /// 不適合
    Fails,
    /// 対象外
    DoesNotApply,
}

impl Mark {
    pub const ALL: [Self; 3] = [Self::Fits, Self::Fails, Self::DoesNotApply];

    pub fn code(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Fails => "fails",
            Self::DoesNotApply => "does_not_apply",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Fits => "適合",
            Self::Fails => "不適合",
            Self::DoesNotApply => "対象外",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.code() == code)
    }
}

/// The saved answer to one item.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Ticked {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub memo: String,
}

/// Item id → answer, as kept in `examinations.answers`.
pub type Ticks = BTreeMap<String, Ticked>;

/// One item as it stands on the page.
#[derive(Clone, Debug)]
pub struct Line<'c> {
    pub item: &'c CheckItem,
    pub mark: Option<Mark>,
    pub memo: String,
    /// Ticked by the system: nobody has said anything else yet.
    pub automatic: bool,
}

/// The items that apply to this submission. An item whose condition is not known is shown: rather
/// one look too many than one too few.
pub fn lines<'c>(checklist: &'c Checklist, reading: &Reading, ticks: &Ticks) -> Vec<Line<'c>> {
    checklist
        .items
        .iter()
        .filter(|item| reading.holds(&item.shown) != Some(false))
        .map(|item| {
            let saved = ticks.get(&item.id).cloned().unwrap_or_default();
            let proven = saved.mark.is_none() && item.automatic.as_ref().is_some_and(|e| reading.test(e) == Some(true));
            Line { item, mark: saved.mark.or(proven.then_some(Mark::Fits)), memo: saved.memo, automatic: proven }
        })
        .collect()
}

/// How many items nobody has answered.
pub fn open(lines: &[Line<'_>]) -> u32 {
    count(lines, |l| l.mark.is_none())
}

/// How many items fail.
pub fn failing(lines: &[Line<'_>]) -> u32 {
    count(lines, |l| l.mark == Some(Mark::Fails))
}

fn count(lines: &[Line<'_>], wanted: impl Fn(&Line<'_>) -> bool) -> u32 {
    u32::try_from(lines.iter().filter(|l| wanted(l)).count()).unwrap_or(u32::MAX)
}

/// The ticks as they are kept when the check ends: what the system ticked is written down too.
pub fn settled(lines: &[Line<'_>]) -> Ticks {
    lines.iter().map(|l| (l.item.id.clone(), Ticked { mark: l.mark, memo: l.memo.clone() })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::tests::{edition, reading};

    #[test]
    fn items_wait_until_somebody_answers_and_every_answer_comes_back() {
        let edition = edition();
        let list = edition.procedure("application").and_then(|p| p.checklist.clone()).expect("a checklist");
        let reading = reading(&edition);
        let fresh = lines(&list, &reading, &Ticks::new());
        assert!(!fresh.is_empty());
        // Nothing is answered, so nothing can be proven by the system.
        assert_eq!(open(&fresh), u32::try_from(fresh.len()).expect("few"));

        let mut ticks = Ticks::new();
        for (at, line) in fresh.iter().enumerate() {
            let mark = if at == 0 { Mark::Fails } else { Mark::Fits };
            ticks.insert(line.item.id.clone(), Ticked { mark: Some(mark), memo: format!("メモ{at}") });
        }
        let done = lines(&list, &reading, &ticks);
        assert_eq!((open(&done), failing(&done)), (0, 1));
        assert_eq!(settled(&done), ticks);
        let stored = serde_json::to_value(&ticks).expect("JSON");
        assert_eq!(serde_json::from_value::<Ticks>(stored).expect("back"), ticks);
    }
}
