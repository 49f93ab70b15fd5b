//! What answers mean to the review: `selection.yaml` of the procedure, given a shape.

mod about;
mod sheet;

use hojo_programme::{DecisionTable, Edition, Procedure, Value};
use hojo_selection::{Catalogue, PointItem};
use hojo_web::Fault;
use hojo_words::Number;
use serde::Deserialize;

pub use about::{About, FormTables};
pub use sheet::{Stored, scale, sheet};

/// `selection.yaml`. An edition without one has no ties, bonus or bands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Meaning {
    pub applicant: ApplicantFields,
    /// Field with the prefecture's code.
    pub prefecture: String,
    /// Field with the industry's code.
    pub industry: String,
    pub supporters: Option<SupporterFields>,
    pub bonus: Option<BonusRule>,
    pub deductions: Option<DeductionRule>,
    /// Criterion that decides between equal points.
    pub deciding_criterion: String,
    pub spread_alert: Option<Number>,
    pub points: Points,
    /// Yen, rising.
    pub bands: Vec<i64>,
    pub boundary: u32,
}

/// How the totals of sheets are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Points {
    /// As they were given. Right only while every sheet has the same maximum.
    #[default]
    AsGiven,
    /// In points of a hundred of the sheet's own maximum: frames and special measures add criteria.
    OfHundred,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplicantFields {
    pub number: String,
    pub names: Vec<String>,
}

/// 事業計画書作成支援者: a table field and its columns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupporterFields {
    pub rows: String,
    pub names: Vec<String>,
    pub certified_id: String,
}

/// 加点: a code table, the table field of claims and its column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BonusRule {
    pub table: String,
    pub claims: String,
    pub item: String,
    pub most: Option<usize>,
}

/// 減点: a code table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeductionRule {
    pub table: String,
}

impl Meaning {
    /// The meaning of a procedure's answers.
    ///
    /// # Errors
    /// [`Fault::Internal`] when the file does not fit; publication of an edition runs the same code.
    pub fn of(edition: &Edition, procedure: &Procedure) -> Result<Self, Fault> {
        let path = format!("procedures/{}/selection.yaml", procedure.code);
        match edition.data::<Self>(&path) {
            None => Ok(Self::default()),
            Some(Ok(meaning)) => Ok(meaning),
            Some(Err(e)) => Err(Fault::Internal(format!("{}: {path}: {e}", edition.id))),
        }
    }

    /// Fields that must be read to know what a case is about.
    pub fn fields(&self) -> Vec<String> {
        let mut all = vec![self.applicant.number.clone(), self.prefecture.clone(), self.industry.clone()];
        all.extend(self.applicant.names.iter().cloned());
        all.extend(self.supporters.iter().map(|s| s.rows.clone()));
        all.extend(self.bonus.iter().map(|b| b.claims.clone()));
        all
    }

    /// Bonus items a frame knows.
    pub fn bonus_items(&self, edition: &Edition, frame: &str) -> Catalogue {
        self.bonus.as_ref().map_or_else(Catalogue::new, |rule| catalogue(edition, &rule.table, Some(frame)))
    }

    pub fn deduction_items(&self, edition: &Edition) -> Catalogue {
        self.deductions.as_ref().map_or_else(Catalogue::new, |rule| catalogue(edition, &rule.table, None))
    }
}

/// The items of a code table. A yes-or-no column under the frame's own name says whether the frame knows the item.
fn catalogue(edition: &Edition, table: &str, frame: Option<&str>) -> Catalogue {
    let Some(table) = edition.tables.get(table) else { return Catalogue::new() };
    let item = |code: &str| {
        let row = table.find(&[Value::text(code)])?;
        let allowed = frame.and_then(|f| table.output(row, f)).and_then(Value::as_bool).unwrap_or(true);
        let points = table.output(row, "points").and_then(Value::as_number)?;
        allowed.then_some(points)
    };
    let codes: Vec<(&str, &str)> = DecisionTable::codes(table).collect();
    codes
        .into_iter()
        .filter_map(|(code, name)| Some((code.to_owned(), PointItem { name: name.to_owned(), points: item(code)? })))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::Meaning;

    #[test]
    fn a_misspelt_key_is_no_silent_default() {
        let bad = serde_json::json!({ "prefectures": "x" });
        assert!(serde_json::from_value::<Meaning>(bad).is_err());
        assert_eq!(serde_json::from_value::<Meaning>(serde_json::json!({})).unwrap(), Meaning::default());
    }
}
