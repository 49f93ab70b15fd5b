//! 分布: how cases and money fall by frame, prefecture, industry and amount.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Proposal, RunCase, RunInput, RunParameters, RunResult};

/// One group of a distribution.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Share {
    pub label: String,
    pub cases: u32,
    pub adopted: u32,
    /// Yen asked for by all its cases.
    pub requested: i64,
    /// Yen adopted.
    pub spent: i64,
}

/// 分布: by one property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// `frame`, `prefecture`, `industry`, `band`.
    pub by: String,
    pub groups: Vec<Share>,
}

pub(super) fn shares(input: &RunInput, result: &RunResult, parameters: &RunParameters) -> Vec<Shares> {
    let adopted: BTreeSet<&str> =
        result.lines.iter().filter(|l| l.proposal == Proposal::Adopted).map(|l| l.key.as_str()).collect();
    let band = |case: &RunCase| {
        let at = parameters.bands.iter().filter(|from| **from <= case.requested).count();
        (at, band_label(&parameters.bands, at))
    };
    vec![
        group("frame", input, &adopted, |c| (0, c.frame.clone())),
        group("prefecture", input, &adopted, |c| (0, c.prefecture.clone())),
        group("industry", input, &adopted, |c| (0, c.industry.clone())),
        group("band", input, &adopted, band),
    ]
}

/// Groups come in the order of the number given with the label, then of the label.
fn group(by: &str, input: &RunInput, adopted: &BTreeSet<&str>, of: impl Fn(&RunCase) -> (usize, String)) -> Shares {
    let mut groups: BTreeMap<(usize, String), Share> = BTreeMap::new();
    for case in &input.cases {
        let key = of(case);
        let share = groups.entry(key.clone()).or_insert_with(|| Share { label: key.1, ..Share::default() });
        share.cases = share.cases.saturating_add(1);
        share.requested = share.requested.saturating_add(case.requested);
        if adopted.contains(case.key.as_str()) {
            share.adopted = share.adopted.saturating_add(1);
            share.spent = share.spent.saturating_add(case.requested);
        }
    }
    Shares { by: by.to_owned(), groups: groups.into_values().collect() }
}

/// `at` = how many band limits lie at or below the amount.
fn band_label(bands: &[i64], at: usize) -> String {
    let from = at.checked_sub(1).and_then(|i| bands.get(i)).copied();
    let to = bands.get(at).copied();
    match (from.map(words), to.map(words)) {
        (None, None) => "すべて".to_owned(),
        (None, Some(to)) => format!("{to}未満"),
        (Some(from), None) => format!("{from}以上"),
        (Some(from), Some(to)) => format!("{from}以上{to}未満"),
    }
}

fn words(yen: i64) -> String {
    if yen != 0 && yen % 10_000 == 0 {
        return format!("{}万円", hojo_words::Yen::new(yen / 10_000));
    }
    format!("{}円", hojo_words::Yen::new(yen))
}
