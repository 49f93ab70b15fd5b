//! 計算の順: fields and columns in the order in which each has what it needs; a circle is an error.

use crate::lang::Expr;
use crate::model::form::{Condition, Field, FieldType, Form};
use crate::source::Place;
use std::collections::{BTreeMap, BTreeSet};

/// One step of a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// Decide whether a section is shown.
    Section(usize),
    /// Decide whether a field is shown, then read or compute it.
    Field(usize),
    /// Decide and compute a column of every row: slot of the table, column.
    Column(usize, usize),
}

/// Whether a column takes a step of its own: it is calculated or has a condition.
pub(crate) const fn has_step(column: &Field) -> bool {
    column.value.is_some() || matches!(column.shown, Condition::When(_))
}

/// Orders the steps of a form.
///
/// # Errors
/// A place and a sentence naming the circle.
pub(crate) fn order(form: &Form) -> Result<Vec<Step>, (Place, String)> {
    let needs = needs(form);
    let mut order = Vec::new();
    let mut done = BTreeSet::new();
    let mut path = Vec::new();
    for step in needs.keys() {
        visit(*step, &needs, &mut done, &mut path, &mut order).map_err(|circle| describe(form, &circle))?;
    }
    Ok(order)
}

type Needs = BTreeMap<Step, BTreeSet<Step>>;

fn needs(form: &Form) -> Needs {
    let mut needs = Needs::new();
    for (index, section) in form.sections.iter().enumerate() {
        let mut wanted = BTreeSet::new();
        add_condition(form, &section.shown, &mut wanted);
        needs.insert(Step::Section(index), wanted);
        for slot in &section.fields {
            let Some(field) = form.fields.get(*slot) else { continue };
            let mut wanted = BTreeSet::from([Step::Section(index)]);
            add_condition(form, &field.shown, &mut wanted);
            add_expr(form, field.value.as_ref(), &mut wanted);
            if let FieldType::Table(shape) = &field.kind {
                for condition in &shape.row_shown {
                    add_condition(form, condition, &mut wanted);
                }
                for column in &shape.columns {
                    if !has_step(column) {
                        continue;
                    }
                    let mut wanted = BTreeSet::from([Step::Field(*slot)]);
                    add_condition(form, &column.shown, &mut wanted);
                    add_expr(form, column.value.as_ref(), &mut wanted);
                    needs.insert(Step::Column(*slot, column.slot), wanted);
                }
            }
            needs.insert(Step::Field(*slot), wanted);
        }
    }
    needs
}

fn add_condition(form: &Form, condition: &Condition, wanted: &mut BTreeSet<Step>) {
    if let Condition::When(expr) = condition {
        add_expr(form, Some(expr), wanted);
    }
}

fn add_expr(form: &Form, expr: Option<&Expr>, wanted: &mut BTreeSet<Step>) {
    for (slot, column) in expr.into_iter().flat_map(|expr| &expr.reads.slots) {
        wanted.insert(Step::Field(*slot));
        let Some(column) = column else { continue };
        let found = form.fields.get(*slot).and_then(|field| field.table()?.columns.get(*column));
        if found.is_some_and(|column| has_step(column)) {
            wanted.insert(Step::Column(*slot, *column));
        }
    }
}

fn visit(
    step: Step,
    needs: &Needs,
    done: &mut BTreeSet<Step>,
    path: &mut Vec<Step>,
    order: &mut Vec<Step>,
) -> Result<(), Vec<Step>> {
    if done.contains(&step) {
        return Ok(());
    }
    if let Some(start) = path.iter().position(|earlier| *earlier == step) {
        return Err(path.get(start..).unwrap_or_default().to_vec());
    }
    path.push(step);
    for next in needs.get(&step).into_iter().flatten() {
        visit(*next, needs, done, path, order)?;
    }
    path.pop();
    done.insert(step);
    order.push(step);
    Ok(())
}

fn describe(form: &Form, circle: &[Step]) -> (Place, String) {
    let name = |step: &Step| match step {
        Step::Section(index) => form.sections.get(*index).map_or_else(String::new, |section| section.id.clone()),
        Step::Field(slot) => form.fields.get(*slot).map_or_else(String::new, |field| field.id.clone()),
        Step::Column(slot, column) => form.fields.get(*slot).map_or_else(String::new, |field| {
            let column =
                field.table().and_then(|shape| shape.columns.get(*column)).map_or("", |column| column.id.as_str());
            format!("{}.{column}", field.id)
        }),
    };
    let place = circle.iter().find_map(|step| match step {
        Step::Section(index) => form.sections.get(*index).map(|section| section.place.clone()),
        Step::Field(slot) => form.fields.get(*slot).map(|field| field.place.clone()),
        Step::Column(slot, column) => {
            form.fields.get(*slot).and_then(|f| Some(f.table()?.columns.get(*column)?.place.clone()))
        }
    });
    let names: Vec<String> = circle.iter().map(name).collect();
    (place.unwrap_or_default(), format!("these depend on each other in a circle: {}", names.join(" → ")))
}
