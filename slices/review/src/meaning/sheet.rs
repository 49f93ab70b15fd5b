//! The score sheet of one case: the criteria of the edition that apply to this application.

use hojo_programme::{Criterion, Procedure, Reading};
use hojo_selection::{CriterionSpec, Marks, SheetSpec, Total};
use serde::{Deserialize, Serialize};

/// A sheet as stored; the total is written when it is finalised and never computed again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    #[serde(flatten)]
    pub marks: Marks,
    /// Criteria given, of how many; for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<(usize, usize)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<Total>,
}

/// Every criterion of the procedure, whether it applies to a case or not.
pub fn scale(procedure: &Procedure) -> Vec<CriterionSpec> {
    procedure.score_sheet.iter().flat_map(|sheet| &sheet.criteria).map(spec).collect()
}

/// A criterion whose condition is not known does not apply: nothing is asked before it is known to be needed.
pub fn sheet(procedure: &Procedure, reading: &Reading) -> SheetSpec {
    let Some(sheet) = &procedure.score_sheet else { return SheetSpec::default() };
    let criteria = sheet.criteria.iter().filter(|c| reading.holds(&c.shown) == Some(true)).map(spec).collect();
    SheetSpec { criteria, overall: sheet.overall_comment.unwrap_or(0) }
}

fn spec(c: &Criterion) -> CriterionSpec {
    CriterionSpec {
        id: c.id.clone(),
        title: c.title.clone(),
        pass_fail: c.pass_fail,
        min: c.min,
        max: c.max,
        weight: c.weight,
        comment: c.comment.unwrap_or(0),
    }
}
