//! 採点: one reviewer's sheet to a total, a case's sheets to a score. Exact fractions throughout.

use std::collections::BTreeMap;

use hojo_words::text::count_chars;
use hojo_words::{Number, NumberProblem};
use serde::{Deserialize, Serialize};

/// 審査項目 as far as scoring needs it. Only criteria that apply to the case are in the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionSpec {
    pub id: String,
    pub title: String,
    /// 適・否 instead of points.
    pub pass_fail: bool,
    pub min: u32,
    pub max: u32,
    pub weight: Number,
    /// Fewest characters of the comment; 0 when it is free.
    pub comment: usize,
}

/// 採点表 for one case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SheetSpec {
    pub criteria: Vec<CriterionSpec>,
    /// Fewest characters of the comment on the whole.
    pub overall: usize,
}

/// What a reviewer gave for a criterion, as typed. `points` is a number, or `pass` / `fail`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Mark {
    #[serde(default)]
    pub points: String,
    #[serde(default)]
    pub comment: String,
}

/// A sheet as stored, complete or not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Marks {
    #[serde(default)]
    pub criteria: BTreeMap<String, Mark>,
    #[serde(default)]
    pub overall: String,
}

/// Why a sheet cannot be finalised yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    NoPoints { id: String, title: String },
    OffScale { id: String, title: String, min: u32, max: u32 },
    ShortComment { id: String, title: String, least: usize, has: usize },
    ShortOverall { least: usize, has: usize },
}

/// 審査員一人の採点の合計.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    /// Σ weight × points.
    pub points: Number,
    /// No pass-or-fail criterion was failed.
    pub passed: bool,
    /// Criterion → weight × points; pass-or-fail criteria are left out.
    pub by_criterion: BTreeMap<String, Number>,
}

/// 案件の得点: all finalised sheets together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseScore {
    /// Mean of the totals.
    pub mean: Number,
    /// Highest minus lowest total.
    pub spread: Number,
    /// The totals, highest first.
    pub totals: Vec<Number>,
    /// How many reviewers passed it, and failed it.
    pub passes: u32,
    pub fails: u32,
    /// Criterion → mean.
    pub by_criterion: BTreeMap<String, Number>,
}

impl SheetSpec {
    /// Highest total: Σ weight × top of the scale.
    ///
    /// # Errors
    /// [`NumberProblem`] when it does not fit.
    pub fn maximum(&self) -> Result<Number, NumberProblem> {
        self.criteria
            .iter()
            .filter(|c| !c.pass_fail)
            .try_fold(Number::ZERO, |sum, c| sum.add(c.weight.mul(Number::from(i64::from(c.max)))?))
    }

    /// Everything that is still missing, in the order of the sheet.
    #[must_use]
    pub fn lacks(&self, marks: &Marks) -> Vec<Lack> {
        let none = Mark::default();
        let mut out = Vec::new();
        for c in &self.criteria {
            let mark = marks.criteria.get(&c.id).unwrap_or(&none);
            let (id, title) = (c.id.clone(), c.title.clone());
            if mark.points.trim().is_empty() {
                out.push(Lack::NoPoints { id: id.clone(), title: title.clone() });
            } else if c.read(&mark.points).is_none() {
                out.push(Lack::OffScale { id: id.clone(), title: title.clone(), min: c.min, max: c.max });
            }
            let has = count_chars(mark.comment.trim());
            if has < c.comment {
                out.push(Lack::ShortComment { id, title, least: c.comment, has });
            }
        }
        let has = count_chars(marks.overall.trim());
        if has < self.overall {
            out.push(Lack::ShortOverall { least: self.overall, has });
        }
        out
    }

    /// How many criteria have readable points, of how many.
    #[must_use]
    pub fn progress(&self, marks: &Marks) -> (usize, usize) {
        let given = |c: &&CriterionSpec| marks.criteria.get(&c.id).is_some_and(|m| c.read(&m.points).is_some());
        (self.criteria.iter().filter(given).count(), self.criteria.len())
    }

    /// The total of what was given; criteria without readable points count nothing.
    ///
    /// # Errors
    /// [`NumberProblem`] when it does not fit.
    pub fn total(&self, marks: &Marks) -> Result<Total, NumberProblem> {
        let mut total = Total { points: Number::ZERO, passed: true, by_criterion: BTreeMap::new() };
        for c in &self.criteria {
            match marks.criteria.get(&c.id).and_then(|m| c.read(&m.points)) {
                Some(Given::Verdict(pass)) => total.passed &= pass,
                Some(Given::Points(n)) => {
                    let weighted = c.weight.mul(Number::from(i64::from(n)))?;
                    total.points = total.points.add(weighted)?;
                    total.by_criterion.insert(c.id.clone(), weighted);
                }
                None => {}
            }
        }
        Ok(total)
    }
}

impl Total {
    /// The same sheet in points of a hundred, so that sheets with different maxima can stand in one ranking.
    /// `scale` names every criterion there may be; those that were given points make the maximum of this sheet.
    /// What was given for each criterion is left as it is: it is compared with the same criterion only.
    ///
    /// # Errors
    /// [`NumberProblem`] when a product does not fit.
    pub fn of_hundred(&self, scale: &[CriterionSpec]) -> Result<Self, NumberProblem> {
        let given = scale.iter().filter(|c| self.by_criterion.contains_key(&c.id)).cloned().collect();
        let maximum = SheetSpec { criteria: given, overall: 0 }.maximum()?;
        if maximum == Number::ZERO {
            return Ok(self.clone());
        }
        let points = self.points.mul(Number::from(100))?.div(maximum)?;
        Ok(Self { points, ..self.clone() })
    }
}

enum Given {
    Verdict(bool),
    Points(u32),
}

impl CriterionSpec {
    fn read(&self, text: &str) -> Option<Given> {
        if self.pass_fail {
            return match text.trim() {
                "pass" => Some(Given::Verdict(true)),
                "fail" => Some(Given::Verdict(false)),
                _ => None,
            };
        }
        let n = text.trim().parse::<u32>().ok()?;
        (self.min..=self.max).contains(&n).then_some(Given::Points(n))
    }
}

impl Lack {
    /// What to do, for the reviewer.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::NoPoints { title, .. } => format!("「{title}」の評価を選んでください。"),
            Self::OffScale { title, min, max, .. } => {
                format!("「{title}」の評価は{min}から{max}の中から選んでください。")
            }
            Self::ShortComment { title, least, has, .. } => {
                format!("「{title}」のコメントを{least}文字以上で入力してください（現在{has}文字）。")
            }
            Self::ShortOverall { least, has } => {
                format!("総評を{least}文字以上で入力してください（現在{has}文字）。")
            }
        }
    }
}

/// All finalised sheets of a case together; `None` when there is none yet.
///
/// # Errors
/// [`NumberProblem`] when a sum does not fit.
pub fn combine(sheets: &[Total]) -> Result<Option<CaseScore>, NumberProblem> {
    let mut totals: Vec<Number> = sheets.iter().map(|s| s.points).collect();
    totals.sort_unstable_by(|a, b| b.cmp(a));
    let (Some(highest), Some(lowest)) = (totals.first(), totals.last()) else { return Ok(None) };
    let count = |passed: bool| u32::try_from(sheets.iter().filter(|s| s.passed == passed).count()).unwrap_or(u32::MAX);
    let mut sums: BTreeMap<String, (Number, i64)> = BTreeMap::new();
    for (id, points) in sheets.iter().flat_map(|s| &s.by_criterion) {
        let sum = sums.entry(id.clone()).or_insert((Number::ZERO, 0));
        *sum = (sum.0.add(*points)?, sum.1.saturating_add(1));
    }
    let mut by_criterion = BTreeMap::new();
    for (id, (sum, n)) in sums {
        by_criterion.insert(id, sum.div(Number::from(n))?);
    }
    let sum = totals.iter().try_fold(Number::ZERO, |sum, t| sum.add(*t))?;
    let n = i128::try_from(totals.len()).map_err(|_| NumberProblem::TooLarge)?;
    Ok(Some(CaseScore {
        mean: sum.div(Number::integer(n))?,
        spread: highest.sub(*lowest)?,
        passes: count(true),
        fails: count(false),
        by_criterion,
        totals,
    }))
}
