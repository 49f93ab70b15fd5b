//! 指摘, and what they open. The office writes where a remark belongs as text: a field path
//! (`plan_title`, `lines[3].gross`), `section:<id>`, or `*` for the filing as a whole.

use std::collections::BTreeSet;

use hojo_db::{DbError, Tx};
use hojo_programme::{Answers, Field, FieldPath, Form, Reading, Severity};
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

/// What a return opens: what was remarked; instead of a calculated field the typed ones of its section; and fields
/// that the changes themselves make appear. `None`: everything.
pub(crate) fn opened(form: &Form, remarks: &[Remark], then: &Reading, now: &Reading) -> Option<BTreeSet<FieldPath>> {
    let mut open: BTreeSet<FieldPath> = BTreeSet::new();
    for remark in remarks {
        match &remark.target {
            Target::Whole => return None,
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
                None => return None,
            },
        }
    }
    for field in &form.fields {
        if now.is_shown(&field.id) && !then.is_shown(&field.id) {
            open.insert(FieldPath::field(&field.id));
        }
    }
    Some(open)
}

/// Fields at which something now stops are open too, because otherwise nobody could finish.
pub(crate) fn with_what_stops(mut open: BTreeSet<FieldPath>, now: &Judged) -> Open {
    let stops = now.findings.iter().filter(|f| f.severity == Severity::Stop).flat_map(|f| &f.fields);
    open.extend(now.slips.iter().map(|s| &s.path).chain(stops).cloned());
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

/// Typed fields that differ from the submission although nothing opens them: what opened them was taken back.
pub(crate) fn closed_changes<'f>(form: &'f Form, open: &Open, then: &Answers, now: &Answers) -> Vec<&'f Field> {
    let typed = form.fields.iter().filter(|f| !f.is_calculated() && f.from.is_none());
    typed
        .filter(|f| !open.touches(&f.id))
        .filter(|f| match now.get(&f.id) {
            Some(raw) => !draft::is_same(then.get(&f.id), raw),
            None => then.get(&f.id).is_some_and(|raw| !draft::is_blank(raw)),
        })
        .map(AsRef::as_ref)
        .collect()
}

/// What may be typed in: what the return opens, and what has to be put back as it was. Without the latter nobody could
/// finish who answered a field that is shut again.
pub(crate) fn to_type_in(form: &Form, open: &Open, then: &Answers, now: &Answers) -> Open {
    let Open::Only(paths) = open else { return open.clone() };
    let back = closed_changes(form, open, then, now).into_iter().map(|field| FieldPath::field(&field.id));
    Open::Only(paths.iter().cloned().chain(back).collect())
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
