//! What a section is drawn from: the form, the answers, what was read and judged, and where things lead.
use std::collections::{BTreeMap, BTreeSet};

use hojo_programme::{Answers, Field, FieldPath, FileRef, Finding, Form, Reading, Severity, Slip};

use super::super::{FileState, Import, Messages};

/// What the person may change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Open {
    /// Everything that is typed.
    #[default]
    All,
    /// Only these fields, rows or cells: a returned filing.
    Only(BTreeSet<FieldPath>),
    /// Nothing.
    Nothing,
}

impl Open {
    /// Whether the field as a whole may change.
    #[must_use]
    pub fn field(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => paths.contains(&FieldPath::field(id)),
            Self::Nothing => false,
        }
    }

    /// Whether one cell may change: its field, its row, its column or itself is open.
    #[must_use]
    pub fn cell(&self, id: &str, row: usize, column: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => {
                self.field(id)
                    || paths.contains(&FieldPath::row(id, row))
                    || paths.contains(&FieldPath::column(id, column))
                    || paths.contains(&FieldPath::cell(id, row, column))
            }
            Self::Nothing => false,
        }
    }

    /// Whether anything of the field may change.
    #[must_use]
    pub fn touches(&self, id: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(paths) => paths.iter().any(|path| path.field == id),
            Self::Nothing => false,
        }
    }
}

/// Where the parts of a drawn section lead; each slice says it for its own routes.
pub trait Places {
    /// Takes a multipart post of the section's form with the files under the field's id.
    fn upload(&self, field: &str) -> String;
    /// The spreadsheet way in of a table, if this page offers one.
    fn import(&self, field: &str) -> Option<Import>;
    /// How far a file has come, and where it can be looked at.
    fn file(&self, file: &FileRef) -> (FileState, Option<String>);
    /// Where code lists are searched; `/masters` unless said otherwise.
    fn masters(&self) -> String {
        "/masters".to_owned()
    }
    /// The words of a bank or branch code, which the definitions do not know. `bank` is given for branches.
    fn bank_words(&self, code: &str, bank: Option<&str>) -> Option<String> {
        let _ = (code, bank);
        None
    }
}

/// Everything a section is drawn from.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// The form.
    pub form: &'a Form,
    /// What was typed.
    pub answers: &'a Answers,
    /// What it means.
    pub reading: &'a Reading,
    /// What cannot be read or is missing.
    pub slips: &'a [Slip],
    /// What the rules say.
    pub findings: &'a [Finding],
    /// The office's remarks, on fields, rows or cells.
    pub remarks: &'a [(FieldPath, String)],
    /// What may be changed.
    pub open: &'a Open,
    /// Says what is missing too; quiet while a draft is being filled in.
    pub missing: bool,
    /// Shows the examiner's sentences instead of the applicant's.
    pub examiner: bool,
    /// Where things lead.
    pub places: &'a dyn Places,
}

impl<'a> Scene<'a> {
    /// The fields of a section (by index) in order.
    pub fn fields(&self, section: usize) -> impl Iterator<Item = &'a Field> + use<'a> {
        let form = self.form;
        let slots = form.sections.get(section).map_or(&[][..], |section| section.fields.as_slice());
        slots.iter().filter_map(|slot| form.fields.get(*slot)).map(AsRef::as_ref)
    }

    /// The remarks on exactly this place, joined.
    pub(crate) fn remark(&self, path: &FieldPath) -> Option<String> {
        let words: Vec<&str> =
            self.remarks.iter().filter(|(at, _)| at == path).map(|(_, words)| words.as_str()).collect();
        (!words.is_empty()).then(|| words.join("\n"))
    }

    /// A finding's sentence with its clause.
    pub(crate) fn sentence(&self, finding: &Finding) -> String {
        let words = if self.examiner { &finding.examiner } else { &finding.applicant };
        format!("{words}（{}）", finding.clause.as_str())
    }

    /// Where a finding speaks on the page of these fields: at the rows it names, else at the first place somebody typed.
    /// Saying it at every field it reads would bury the page. A finding about computed values alone speaks once in the
    /// whole form, where its first field stands, and not on every page that shows one of them.
    fn places_of<'f>(&self, finding: &'f Finding, here: &BTreeSet<&str>) -> Vec<&'f FieldPath> {
        let shown = |path: &&FieldPath| self.reading.is_shown(&path.field);
        let all: Vec<&FieldPath> = finding.fields.iter().filter(shown).collect();
        let typed: Vec<&FieldPath> = all.iter().copied().filter(|path| self.is_typed(path)).collect();
        let candidates = if typed.is_empty() { all.into_iter().take(1).collect() } else { typed };
        let mut here = candidates.into_iter().filter(|path| here.contains(path.field.as_str()));
        let rows: Vec<&FieldPath> = here.clone().filter(|path| path.row.is_some()).collect();
        if rows.is_empty() { here.next().into_iter().collect() } else { rows }
    }

    fn is_typed(&self, path: &FieldPath) -> bool {
        let field = self.form.field(&path.field);
        let column = |field: &Field| Some(field.table()?.column(path.column.as_ref()?)?.is_calculated());
        field.is_some_and(|field| {
            !field.is_calculated() && !self.reading.is_prefilled(&field.id) && column(field) != Some(true)
        })
    }

    /// The shown fields of a section.
    pub(crate) fn here(&self, section: usize) -> BTreeSet<&'a str> {
        self.fields(section).map(|field| field.id.as_str()).filter(|id| self.reading.is_shown(id)).collect()
    }

    /// Slips to speak of now: everything wrong, and what is missing only when asked for.
    pub(crate) fn spoken_slips(&self) -> impl Iterator<Item = &'a Slip> + use<'a> {
        let missing = self.missing;
        self.slips.iter().filter(move |slip| missing || !slip.code.is_missing())
    }

    /// Everything to say in a section, by place.
    pub(crate) fn say(&self, section: usize) -> Says {
        let here = self.here(section);
        let mut says = Says::default();
        for slip in self.spoken_slips().filter(|slip| here.contains(slip.path.field.as_str())) {
            says.add(&slip.path, Severity::Stop, slip.message.clone());
        }
        for finding in self.findings {
            for path in self.places_of(finding, &here) {
                says.add(path, finding.severity, self.sentence(finding));
            }
        }
        says
    }

    /// The first place on a section's page where a finding speaks.
    pub(crate) fn place_of<'f>(&self, finding: &'f Finding, here: &BTreeSet<&str>) -> Option<&'f FieldPath> {
        self.places_of(finding, here).into_iter().next()
    }
}

/// Messages by place.
#[derive(Debug, Default)]
pub(crate) struct Says(BTreeMap<FieldPath, Messages>);

impl Says {
    fn add(&mut self, path: &FieldPath, severity: Severity, sentence: String) {
        let messages = self.0.entry(path.clone()).or_default();
        let list = match severity {
            Severity::Stop => &mut messages.errors,
            Severity::Ask => &mut messages.asks,
            Severity::Note => &mut messages.notes,
        };
        if !list.contains(&sentence) {
            list.push(sentence);
        }
    }

    /// What is said about one cell.
    pub(crate) fn cell(&self, field: &str, row: usize, column: &str) -> Messages {
        self.0.get(&FieldPath::cell(field, row, column)).cloned().unwrap_or_default()
    }

    /// What is said about a field or a table as a whole; lines about a row or a column say which.
    pub(crate) fn field(&self, field: &Field) -> Messages {
        let mut all = Messages::default();
        let about =
            self.0.iter().filter(|(path, _)| path.field == field.id && (path.row.is_none() || path.column.is_none()));
        for (path, messages) in about {
            let prefix = path.row.map_or_else(String::new, |row| format!("{}行目：", row + 1));
            let lines = |from: &[String]| from.iter().map(|line| format!("{prefix}{line}")).collect::<Vec<_>>();
            all.errors.extend(lines(&messages.errors));
            all.asks.extend(lines(&messages.asks));
            all.notes.extend(lines(&messages.notes));
        }
        all
    }
}
