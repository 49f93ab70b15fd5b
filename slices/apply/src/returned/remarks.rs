//! 指摘, and what they open. The office writes where a remark belongs as text: a field path
//! (`plan_title`, `lines[3].gross`), `section:<id>`, or `*` for the filing as a whole.

use std::collections::BTreeSet;

use hojo_db::{DbError, Tx};
use hojo_programme::{Answers, FieldPath, Form, Reading, Severity};
use hojo_web::ui::form::Open;
use hojo_words::ids::FilingId;

use crate::draft;
use crate::judged::Judged;

/// What a remark is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Path(FieldPath),
    Section(String),
    Whole,
}

impl Target {
    /// A text that names nothing we know still reaches the applicant, as a remark on the whole.
    pub fn parse(text: &str) -> Self {
        if let Some(id) = text.strip_prefix("section:") {
            return Self::Section(id.to_owned());
        }
        let path = text.strip_prefix("file:").unwrap_or(text).parse();
        path.map_or(Self::Whole, Self::Path)
    }
}

/// One remark as the applicant reads it.
#[derive(Clone, Debug)]
pub(crate) struct Remark {
    pub target: Target,
    pub text: String,
}

/// The remarks the applicant has to answer now.
pub(crate) async fn pending(tx: &mut Tx, filing: FilingId) -> Result<Vec<Remark>, DbError> {
    let rows = sqlx::query!(
        "select target, text, clause, severity from remarks where filing_id = $1 and state = 'sent' order by written_at, id",
        filing.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Remark { target: Target::parse(&r.target), text: worded(&r.text, r.clause.as_deref(), &r.severity) })
        .collect())
}

/// The remark with its clause; advice says that it may be left as it is.
fn worded(text: &str, clause: Option<&str>, severity: &str) -> String {
    let lead = if severity == "advice" { "（助言）" } else { "" };
    match clause.filter(|c| !c.is_empty()) {
        Some(clause) => format!("{lead}{text}（{clause}）"),
        None => format!("{lead}{text}"),
    }
}

/// Remarks on fields, rows and cells, as the form draws them.
pub(crate) fn on_fields(remarks: &[Remark]) -> Vec<(FieldPath, String)> {
    remarks
        .iter()
        .filter_map(|r| match &r.target {
            Target::Path(path) => Some((path.clone(), r.text.clone())),
            Target::Section(_) | Target::Whole => None,
        })
        .collect()
}

/// What a returned filing opens: what was remarked; instead of a calculated field the typed ones of its
/// section; and what the changes themselves make necessary (fields that appear, fields at which a rule
/// now stops), because otherwise nobody could finish.
pub(crate) fn opened(form: &Form, remarks: &[Remark], then: &Reading, now: &Judged) -> Open {
    let mut open: BTreeSet<FieldPath> = BTreeSet::new();
    for remark in remarks {
        match &remark.target {
            Target::Whole => return Open::All,
            Target::Section(id) => open.extend(typed_fields(form, |section| section.id == *id)),
            Target::Path(path) => match form.field(&path.field) {
                Some(field) if field.is_calculated() => {
                    open.extend(typed_fields(form, |section| section.fields.contains(&field.slot)));
                }
                Some(field) if path.column.as_ref().is_some_and(|c| is_calculated(field, c)) => {
                    // A sum cannot be typed: its row is opened instead.
                    open.insert(FieldPath { column: None, ..path.clone() });
                }
                Some(_) => {
                    open.insert(path.clone());
                }
                None => return Open::All,
            },
        }
    }
    for field in &form.fields {
        if now.reading.is_shown(&field.id) && !then.is_shown(&field.id) {
            open.insert(FieldPath::field(&field.id));
        }
    }
    let stops = now.findings.iter().filter(|f| f.severity == Severity::Stop).flat_map(|f| &f.fields);
    for path in now.slips.iter().map(|s| &s.path).chain(stops) {
        open.insert(path.clone());
    }
    Open::Only(open)
}

fn is_calculated(field: &hojo_programme::Field, column: &str) -> bool {
    field.table().and_then(|t| t.column(column)).is_some_and(|c| c.is_calculated())
}

fn typed_fields<'f>(
    form: &'f Form,
    wanted: impl Fn(&hojo_programme::Section) -> bool + 'f,
) -> impl Iterator<Item = FieldPath> + 'f {
    let slots = form.sections.iter().filter(move |s| wanted(s)).flat_map(|s| &s.fields);
    let fields = slots.filter_map(|slot| form.fields.get(*slot));
    fields.filter(|f| !f.is_calculated()).map(|f| FieldPath::field(&f.id))
}

/// Labels of typed fields that differ from the submission although nothing opened them.
pub(crate) fn closed_changes(form: &Form, open: &Open, then: &Answers, now: &Answers) -> Vec<String> {
    let typed = form.fields.iter().filter(|f| !f.is_calculated() && f.from.is_none());
    typed
        .filter(|f| !open.touches(&f.id))
        .filter(|f| match now.get(&f.id) {
            Some(raw) => !draft::is_same(then.get(&f.id), raw),
            None => then.get(&f.id).is_some_and(|raw| !draft::is_blank(raw)),
        })
        .map(|f| f.label.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_read_and_an_unknown_one_is_not_lost() {
        assert_eq!(Target::parse("plan_title"), Target::Path(FieldPath::field("plan_title")));
        assert_eq!(Target::parse("lines[3].gross"), Target::Path(FieldPath::cell("lines", 3, "gross")));
        assert_eq!(Target::parse("file:att_roster"), Target::Path(FieldPath::field("att_roster")));
        assert_eq!(Target::parse("section:outline"), Target::Section("outline".into()));
        for whole in ["*", "", "全体について", "lines["] {
            assert_eq!(Target::parse(whole), Target::Whole, "{whole:?}");
        }
    }
}
