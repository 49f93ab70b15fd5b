//! What a case is about, as far as ties and distributions look: read from raw answers, because for
//! a list of thousands only these few fields are fetched.

use hojo_programme::{Answers, Edition, Raw, RawRow};
use hojo_selection::{CaseNeed, Supporter};
use hojo_words::text::fold_width;

use super::Meaning;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// 商号, 代表者.
    pub names: Vec<String>,
    pub number: Option<String>,
    /// Code, and its name.
    pub prefecture: (String, String),
    pub industry: (String, String),
    pub supporters: Vec<Supporter>,
    /// Codes of claimed bonus items, in the order claimed.
    pub claims: Vec<String>,
}

impl About {
    pub fn of(meaning: &Meaning, edition: &Edition, form_tables: &FormTables, answers: &Answers) -> Self {
        let text = |field: &str| fold_width(answers.text(field)).trim().to_owned();
        let code = |field: &str, table: Option<&String>| {
            let code = text(field);
            let label = table.and_then(|t| edition.tables.get(t)).and_then(|t| t.code_label(&code)).map(str::to_owned);
            (code.clone(), label.unwrap_or(code))
        };
        let number = text(&meaning.applicant.number);
        Self {
            names: meaning.applicant.names.iter().map(|f| text(f)).filter(|t| !t.is_empty()).collect(),
            number: (!number.is_empty()).then_some(number),
            prefecture: code(&meaning.prefecture, form_tables.prefecture.as_ref()),
            industry: code(&meaning.industry, form_tables.industry.as_ref()),
            supporters: supporters(meaning, answers),
            claims: claims(meaning, answers),
        }
    }

    /// The case as the assignment sees it.
    pub fn need(&self, key: String, missing: u32, seen_by: Vec<String>) -> CaseNeed {
        CaseNeed {
            key,
            names: self.names.clone(),
            number: self.number.clone(),
            prefecture: self.prefecture.0.clone(),
            supporters: self.supporters.clone(),
            missing,
            seen_by,
        }
    }
}

/// Names of the code tables behind the two coded fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormTables {
    pub prefecture: Option<String>,
    pub industry: Option<String>,
}

impl FormTables {
    pub fn of(meaning: &Meaning, form: &hojo_programme::Form) -> Self {
        let table = |field: &str| match form.field(field).map(|f| &f.kind) {
            Some(hojo_programme::FieldType::Code { table }) => Some(table.id.clone()),
            _ => None,
        };
        Self { prefecture: table(&meaning.prefecture), industry: table(&meaning.industry) }
    }
}

fn rows<'a>(answers: &'a Answers, field: &str) -> &'a [RawRow] {
    match answers.get(field) {
        Some(Raw::Rows(rows)) => rows,
        _ => &[],
    }
}

fn cell(row: &RawRow, column: &str) -> String {
    match row.get(column) {
        Some(Raw::Text(text)) => fold_width(text).trim().to_owned(),
        _ => String::new(),
    }
}

fn supporters(meaning: &Meaning, answers: &Answers) -> Vec<Supporter> {
    let Some(fields) = &meaning.supporters else { return Vec::new() };
    let of = |row: &RawRow| Supporter {
        names: fields.names.iter().map(|c| cell(row, c)).filter(|t| !t.is_empty()).collect(),
        certified_id: Some(cell(row, &fields.certified_id)).filter(|t| !t.is_empty()),
    };
    rows(answers, &fields.rows).iter().map(of).filter(|s| *s != Supporter::default()).collect()
}

fn claims(meaning: &Meaning, answers: &Answers) -> Vec<String> {
    let Some(rule) = &meaning.bonus else { return Vec::new() };
    rows(answers, &rule.claims).iter().map(|row| cell(row, &rule.item)).filter(|t| !t.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::{ApplicantFields, BonusRule, SupporterFields};

    #[test]
    fn supporters_and_claims_come_from_the_rows_the_data_names() {
        let meaning = Meaning {
            applicant: ApplicantFields { number: "no".into(), names: vec!["name".into(), "boss".into()] },
            supporters: Some(SupporterFields {
                rows: "helpers".into(),
                names: vec!["who".into()],
                certified_id: "cid".into(),
            }),
            bonus: Some(BonusRule { table: "bonus".into(), claims: "claims".into(), item: "item".into(), most: None }),
            ..Meaning::default()
        };
        let answers: Answers = serde_json::from_value(serde_json::json!({
            "no": "７０００", "name": "株式会社甲", "boss": " ",
            "helpers": [{ "who": "山田事務所", "cid": "１２" }, { "who": "", "cid": "" }],
            "claims": [{ "item": "dx" }, { "item": "" }],
        }))
        .unwrap();
        assert_eq!(
            supporters(&meaning, &answers),
            [Supporter { names: vec!["山田事務所".into()], certified_id: Some("12".into()) }]
        );
        assert_eq!(claims(&meaning, &answers), ["dx"]);
        assert_eq!(claims(&Meaning::default(), &answers), [""; 0]);
    }
}
