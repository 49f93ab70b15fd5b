//! 通知書をつくる: a letter's definition and a case become the model that press draws.

use crate::facts::Facts;
use crate::lang::Template;
use crate::lang::eval::{Env, eval_top};
use crate::lang::format::Dates;
use crate::model::edition::{Edition, Procedure};
use crate::model::form::{Field, FieldType, TableShape};
use crate::model::letter::{ItemSpec, LetterSpec, SheetColumn, SheetSpec};
use crate::read::Reading;
use crate::value::Value;
use hojo_words::letter::{Item, Layout, LetterModel, Section, Table};
use hojo_words::{Number, Yen, jst};
use std::collections::BTreeMap;
use time::{Date, OffsetDateTime};

/// What a letter may name besides the form's fields and the facts.
#[derive(Debug, Clone)]
pub struct LetterContext<'a> {
    pub procedure: &'a Procedure,
    pub reading: &'a Reading,
    pub facts: &'a Facts,
    /// `case.number` 受付番号.
    pub case_number: String,
    /// `case.filed` 提出日.
    pub filed_at: Option<OffsetDateTime>,
    /// `letter.serial`: the running number within fiscal year and symbol.
    pub serial: u32,
    /// `letter.date` 発信日.
    pub date: Date,
    /// `decision.date` / `decision.reason` / `decision.outcome`.
    pub decision_date: Option<Date>,
    pub decision_reason: Option<String>,
    pub outcome: Option<String>,
    /// `decision.amount` / `decision.conditions`.
    pub decision_amount: Option<Yen>,
    pub conditions: Vec<String>,
    /// `filing.number`: the receipt of this filing; `case.number` is the case's.
    pub filing_number: String,
    /// `round.title` 公募回.
    pub round_title: String,
    /// `obligation.title` and `obligation.due`, for reminders.
    pub obligation: Option<(String, Date)>,
    /// 文書番号 and 日付 of the letter this one stands in place of.
    pub replaces: Option<(String, Date)>,
    /// `amounts.requested`, `amounts.adopted`, …: the case's ledger by name.
    pub amounts: BTreeMap<String, Yen>,
    /// `remarks[]` 指摘, for the return notice.
    pub remarks: Vec<RemarkLine>,
    /// `return.due` 再提出期限.
    pub due: Option<Date>,
    /// `name`, `representative`, `address`, `postal_code` of the addressee.
    pub addressee: BTreeMap<String, String>,
    /// Id for the PDF's metadata.
    pub doc_id: String,
}

/// 指摘の一行.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemarkLine {
    /// Where: 「経費明細表 2行目 補助対象経費」.
    pub place: String,
    pub text: String,
}

/// Why a letter cannot be composed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ComposeProblem {
    /// The letter names something this case does not have; the letter would have a hole.
    #[error("{letter}: {{{placeholder}}} has no value for this case")]
    Missing { letter: String, placeholder: String },
}

/// Composes a letter. An application copy gets every shown answer as its sections.
///
/// # Errors
/// `Missing` when a placeholder has no value: a letter never leaves with a hole.
pub fn compose(
    edition: &Edition,
    letter: &LetterSpec,
    context: &LetterContext<'_>,
) -> Result<LetterModel, ComposeProblem> {
    let globals = globals(edition, letter, context, None);
    let writer = Writer { letter, context, fields: &context.reading.values, globals: &globals };
    let title = writer.lines(&letter.title)?;
    Ok(LetterModel {
        layout: letter.layout,
        form_label: writer.maybe(letter.form_label.as_ref())?,
        number: writer.maybe(letter.number.as_ref())?.unwrap_or_default(),
        // A list is no letter: the day it was printed says nothing.
        date_legal: if letter.sheet.is_some() { String::new() } else { jst::legal_date(context.date) },
        addressee: writer.lines(&letter.addressee)?,
        sender: writer.lines(&letter.sender)?,
        body: writer.lines(&letter.body)?.into_iter().chain(replacing(context)).collect(),
        items_heading: writer.maybe(letter.items_heading.as_ref())?,
        items: writer.items(edition, &letter.items)?,
        closing: writer.maybe(letter.closing.as_ref())?,
        contact: writer.lines(&letter.contact)?,
        sections: match (&letter.sheet, letter.layout) {
            (Some(sheet), _) => vec![writer.sheet(sheet)?],
            (None, Layout::ApplicationCopy) => application_sections(context.reading),
            (None, Layout::Notice) => Vec::new(),
        },
        footer: writer.maybe(letter.footer.as_ref())?.unwrap_or_default(),
        geometry: letter.geometry.clone(),
        lang: "ja".to_owned(),
        doc_title: title.join(" "),
        doc_id: context.doc_id.clone(),
        title,
    })
}

/// A letter that is issued again says which one it stands in place of.
fn replacing(context: &LetterContext<'_>) -> Option<String> {
    let (number, day) = context.replaces.as_ref()?;
    Some(format!("なお、本書は、{}付け{number}の文書を訂正し、これに代えて交付するものです。", jst::legal_date(*day)))
}

/// The values of facts and of the letter's own names.
fn globals(
    edition: &Edition,
    letter: &LetterSpec,
    context: &LetterContext<'_>,
    remark: Option<(usize, &RemarkLine)>,
) -> Vec<Value> {
    let names = &context.procedure.globals;
    let mut values = crate::read::globals::values(edition, names, context.facts);
    let text = |text: &str| if text.is_empty() { Value::Unknown } else { Value::text(text) };
    let day = |day: Option<Date>| day.map_or(Value::Unknown, Value::Date);
    for (slot, path) in names.names.keys().enumerate().skip(names.letters_from) {
        let value = match path.as_str() {
            "case.number" => text(&context.case_number),
            "case.filed" => day(context.filed_at.map(jst::jst_date)),
            "letter.date" => Value::Date(context.date),
            "letter.serial" => Value::integer(context.serial.into()),
            "letter.symbol" => text(&letter.symbol),
            "letter.fiscal_year" => Value::text(&jst::fiscal_year_text(context.date)),
            "decision.date" => day(context.decision_date),
            "decision.reason" => text(context.decision_reason.as_deref().unwrap_or_default()),
            "decision.outcome" => text(context.outcome.as_deref().unwrap_or_default()),
            "decision.amount" => context.decision_amount.map_or(Value::Unknown, |yen| Value::Number(Number::from(yen))),
            "decision.conditions" => text(&context.conditions.join("\n")),
            "filing.number" => text(&context.filing_number),
            "round.title" => text(&context.round_title),
            "procedure.title" => text(&context.procedure.title),
            "obligation.title" => text(context.obligation.as_ref().map_or("", |(title, _)| title.as_str())),
            "obligation.due" => day(context.obligation.as_ref().map(|(_, due)| *due)),
            "return.due" => day(context.due),
            "remark.place" => text(remark.map(|(_, remark)| remark.place.as_str()).unwrap_or_default()),
            "remark.text" => text(remark.map(|(_, remark)| remark.text.as_str()).unwrap_or_default()),
            "remark.number" => {
                remark.and_then(|(number, _)| i64::try_from(number).ok()).map_or(Value::Unknown, Value::integer)
            }
            path => match path.split_once('.') {
                Some(("amounts", name)) => {
                    context.amounts.get(name).map_or(Value::Unknown, |yen| Value::Number(Number::from(*yen)))
                }
                Some(("addressee", name)) => text(context.addressee.get(name).map(String::as_str).unwrap_or_default()),
                _ => Value::Unknown,
            },
        };
        if let Some(entry) = values.get_mut(slot) {
            *entry = value;
        }
    }
    values
}

struct Writer<'a> {
    letter: &'a LetterSpec,
    context: &'a LetterContext<'a>,
    fields: &'a [Value],
    globals: &'a [Value],
}

impl Writer<'_> {
    fn env(&self) -> Env<'_> {
        Env { fields: self.fields, globals: self.globals }
    }

    /// A notice never leaves with a hole; a form to be filled in has them.
    fn one(&self, template: &Template) -> Result<String, ComposeProblem> {
        if self.letter.reference {
            return Ok(template.fill(self.env(), Dates::Legal));
        }
        template
            .render(self.env(), Dates::Legal)
            .map_err(|(_, placeholder)| ComposeProblem::Missing { letter: self.letter.id.clone(), placeholder })
    }

    fn maybe(&self, template: Option<&Template>) -> Result<Option<String>, ComposeProblem> {
        template.map(|template| self.one(template)).transpose()
    }

    /// Lines that come out empty are dropped: an optional part leaves no gap.
    fn lines(&self, templates: &[Template]) -> Result<Vec<String>, ComposeProblem> {
        let lines = templates.iter().map(|template| self.one(template)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.into_iter().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()).collect())
    }

    fn items(&self, edition: &Edition, specs: &[ItemSpec]) -> Result<Vec<Item>, ComposeProblem> {
        let mut items = Vec::new();
        for spec in specs {
            let shown = spec.shown.as_ref().is_none_or(|expr| eval_top(&expr.node, self.env()) == Value::Bool(true));
            if !shown {
                continue;
            }
            if spec.each_remark {
                for (index, remark) in self.context.remarks.iter().enumerate() {
                    let globals = globals(edition, self.letter, self.context, Some((index + 1, remark)));
                    let writer = Writer { globals: &globals, ..*self };
                    items.push(writer.item(edition, spec)?);
                }
            } else {
                items.push(self.item(edition, spec)?);
            }
        }
        Ok(items)
    }

    /// 表の様式: what is known above, the rows of the form's table, and lines to be filled in.
    fn sheet(&self, sheet: &SheetSpec) -> Result<Section, ComposeProblem> {
        let facts = sheet.facts.iter().map(|(label, text)| Ok((self.one(label)?, self.one(text)?)));
        let mut rows: Vec<Vec<String>> = sheet.rows_of.map(|slot| self.listed(sheet, slot)).unwrap_or_default();
        let known = |cell: &Template| cell.fill_known(self.env(), Dates::Plain);
        rows.extend(sheet.lines.iter().map(|line| line.iter().map(known).collect()));
        let lines = usize::try_from(sheet.rows).unwrap_or(0);
        if rows.is_empty() || self.letter.reference {
            rows.resize(lines.max(rows.len()), vec![String::new(); sheet.columns.len()]);
        }
        let table = Table {
            head: sheet.columns.iter().map(|column| column.label.clone()).collect(),
            rows,
            numeric: (0..sheet.columns.len()).filter(|at| sheet.is_numeric(*at)).collect(),
            totals: self.totals(sheet)?,
            widths: sheet.columns.iter().map(|column| column.width).collect(),
            ..Table::default()
        };
        Ok(Section {
            rows: facts.collect::<Result<_, _>>()?,
            tables: vec![table],
            notes: self.lines(&sheet.notes)?,
            ..Section::default()
        })
    }

    /// One line for each row of the form's table.
    fn listed(&self, sheet: &SheetSpec, slot: usize) -> Vec<Vec<String>> {
        let count = self.fields.get(slot).and_then(Value::as_rows).map_or(0, |rows| rows.cells.len());
        let cell = |column: &SheetColumn, row| {
            column.text.as_ref().map(|text| text.fill_row(self.env(), (slot, row), Dates::Plain)).unwrap_or_default()
        };
        (0..count).map(|row| sheet.columns.iter().map(|column| cell(column, row)).collect()).collect()
    }

    /// 合計: its word stands in the first column without a total.
    fn totals(&self, sheet: &SheetSpec) -> Result<Vec<String>, ComposeProblem> {
        if sheet.columns.iter().all(|column| column.total.is_none()) {
            return Ok(Vec::new());
        }
        let word = sheet.columns.iter().position(|column| column.total.is_none());
        let cells = sheet.columns.iter().enumerate().map(|(at, column)| match &column.total {
            // A total nobody can reckon yet is a place to write it in.
            Some(total) if self.letter.reference => Ok(total.render(self.env(), Dates::Plain).unwrap_or_default()),
            Some(total) => self.one(total),
            None if word == Some(at) => Ok("合計".to_owned()),
            None => Ok(String::new()),
        });
        cells.collect()
    }

    fn item(&self, edition: &Edition, spec: &ItemSpec) -> Result<Item, ComposeProblem> {
        Ok(Item {
            label: self.maybe(spec.label.as_ref())?.unwrap_or_default(),
            text: self.maybe(spec.text.as_ref())?.unwrap_or_default(),
            amount: self.maybe(spec.amount.as_ref())?,
            children: self.items(edition, &spec.children)?,
        })
    }
}

/// 未入力 in a copy: an empty place could be a printing fault.
const BLANK: &str = "（未入力）";

/// Every shown section, field and table of a reading, as the copy of an application prints them.
pub fn application_sections(reading: &Reading) -> Vec<Section> {
    let form = reading.form();
    let mut sections = Vec::new();
    for (index, section) in form.sections.iter().enumerate() {
        if !reading.is_section_shown(index) {
            continue;
        }
        let mut printed = Section { title: section.title.clone(), ..Section::default() };
        for field in section.fields.iter().filter_map(|slot| form.fields.get(*slot)) {
            if !reading.is_shown(&field.id) {
                continue;
            }
            match &field.kind {
                FieldType::Table(shape) => printed.tables.push(table(reading, field, shape)),
                _ => printed.rows.push((field.label.clone(), field_words(reading, field))),
            }
        }
        if !printed.rows.is_empty() || !printed.tables.is_empty() {
            sections.push(printed);
        }
    }
    sections
}

fn field_words(reading: &Reading, field: &Field) -> String {
    let value = reading.value(&field.id);
    let words = match (&field.kind, value) {
        (FieldType::Consent, Value::Bool(true)) => "同意する".to_owned(),
        (FieldType::File(_), value) => {
            value.as_files().iter().map(|file| file.name.as_str()).collect::<Vec<_>>().join("\n")
        }
        _ => reading.display(&field.id),
    };
    if words.is_empty() { BLANK.to_owned() } else { words }
}

fn table(reading: &Reading, field: &Field, shape: &TableShape) -> Table {
    let places = reading.value(&field.id).as_rows().map(|rows| rows.places.clone()).unwrap_or_default();
    let cell = |place: usize, column: &Field| reading.display_cell(&field.id, place, &column.id);
    let numeric = |column: &Field| {
        matches!(
            column.kind,
            FieldType::Yen { .. }
                | FieldType::Integer { .. }
                | FieldType::Decimal { .. }
                | FieldType::Percent { .. }
                | FieldType::Ratio
        )
    };
    let mut printed = Table { title: field.label.clone(), ..Table::default() };
    if let Some(keys) = shape.fixed_rows() {
        // Items down, years across.
        printed.head.push("項目".to_owned());
        printed.head.extend(places.iter().filter_map(|place| keys.get_index(*place)).map(|(_, label)| label.clone()));
        for column in &shape.columns {
            let mut row = vec![column.label.clone()];
            row.extend(places.iter().map(|place| cell(*place, column)));
            printed.rows.push(row);
        }
        printed.numeric = (1..printed.head.len()).collect();
    } else {
        printed.head.push("番号".to_owned());
        printed.head.extend(shape.columns.iter().map(|column| column.label.clone()));
        for (number, place) in places.iter().enumerate() {
            let mut row = vec![(number + 1).to_string()];
            row.extend(shape.columns.iter().map(|column| cell(*place, column)));
            printed.rows.push(row);
        }
        printed.numeric = shape
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| numeric(column))
            .map(|(index, _)| index + 1)
            .collect();
    }
    printed
}
