//! 指摘の文例: the wordings the edition offers, so that the same defect reads the same to everybody.

use hojo_programme::Edition;
use hojo_web::Fault;
use serde::Deserialize;

/// One wording of `procedures/<code>/remarks.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Wording {
    pub id: String,
    pub title: String,
    /// `stop`: must be mended; anything else is advice.
    #[serde(default)]
    pub severity: String,
    #[serde(default)]
    pub clause: Option<String>,
    /// Fields beside which the wording is offered first.
    #[serde(default)]
    pub fields: Vec<String>,
    pub text: String,
}

#[derive(Deserialize, Default)]
struct Library {
    #[serde(default)]
    remarks: Vec<Wording>,
}

/// The wordings of a procedure; none when the edition brings no library.
///
/// # Errors
/// [`Fault::Internal`] when the file has another shape than a library.
pub fn wordings(edition: &Edition, procedure: &str) -> Result<Vec<Wording>, Fault> {
    match edition.data::<Library>(&format!("procedures/{procedure}/remarks.yaml")) {
        None => Ok(Vec::new()),
        Some(library) => Ok(library?.remarks),
    }
}

impl Wording {
    pub fn must(&self) -> bool {
        self.severity != "ask" && self.severity != "note"
    }
}

/// The wordings for a place: those made for its field first, then all others.
pub fn for_field<'w>(all: &'w [Wording], field: &str) -> (Vec<&'w Wording>, Vec<&'w Wording>) {
    all.iter().partition(|w| w.fields.iter().any(|f| f == field))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::tests::edition;

    #[test]
    fn every_wording_of_the_first_round_fits_its_form() {
        let edition = edition();
        let all = wordings(&edition, "application").expect("a library");
        assert!(all.len() >= 10, "{}", all.len());
        let form = &edition.procedure("application").expect("application").form;
        for w in &all {
            assert!(!w.text.is_empty() && !w.title.is_empty(), "{}", w.id);
            for f in &w.fields {
                assert!(form.field(f).is_some(), "{}: {f}", w.id);
            }
        }
        let (first, rest) = for_field(&all, "industry");
        assert!(first.iter().any(|w| w.id == "industry_basis") && !rest.is_empty());
    }

    #[test]
    fn a_procedure_without_library_offers_none() {
        assert_eq!(wordings(&edition(), "precheck").expect("fine"), []);
    }
}
