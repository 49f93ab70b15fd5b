//! 判定: rules on a reading. Unknown is never a violation.

use crate::answers::FieldPath;
use crate::facts::Facts;
use crate::lang::Op;
use crate::lang::eval::{Env, Locals, eval, eval_top, passes};
use crate::lang::explain::explain;
use crate::lang::format::Dates;
use crate::model::edition::{Edition, Procedure};
use crate::model::rules::{Finding, Rule, Standing};
use crate::read::Reading;
use crate::value::Value;
use indexmap::IndexMap;

/// 判定の全体.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    pub findings: Vec<Finding>,
    /// Where every rule stands, in the order of the definition.
    pub standings: IndexMap<String, Standing>,
}

impl Judgement {
    /// Codes of rules that wait for an answer.
    pub fn not_yet_known(&self) -> impl Iterator<Item = &str> {
        self.standings.iter().filter(|(_, standing)| **standing == Standing::NotYetKnown).map(|(code, _)| code.as_str())
    }
}

/// The violated rules, in the order of the definition.
pub fn judge(edition: &Edition, procedure: &Procedure, reading: &Reading, facts: &Facts) -> Vec<Finding> {
    stand(edition, procedure, reading, facts).findings
}

/// Findings, and where every rule stands. The facts are those the reading was made with; they are read again so
/// that a judgement with other facts (a later register) needs no new reading of the answers.
pub fn stand(edition: &Edition, procedure: &Procedure, reading: &Reading, facts: &Facts) -> Judgement {
    let globals = crate::read::globals::values(edition, &procedure.globals, facts);
    let env = Env { fields: &reading.values, globals: &globals };
    let mut judgement = Judgement::default();
    for rule in &procedure.rules.rules {
        let standing = standing(rule, env);
        if standing == Standing::Violated {
            judgement.findings.push(finding(rule, procedure, env));
        }
        judgement.standings.insert(rule.code.clone(), standing);
    }
    judgement
}

fn standing(rule: &Rule, env: Env<'_>) -> Standing {
    if let Some(when) = &rule.when {
        match eval_top(&when.node, env).as_bool() {
            Some(true) => {}
            Some(false) => return Standing::NotApplicable,
            None => return Standing::NotYetKnown,
        }
    }
    match eval_top(&rule.must.node, env).as_bool() {
        Some(true) => Standing::Met,
        Some(false) => Standing::Violated,
        None => Standing::NotYetKnown,
    }
}

fn finding(rule: &Rule, procedure: &Procedure, env: Env<'_>) -> Finding {
    Finding {
        code: rule.code.clone(),
        severity: rule.severity,
        clause: rule.clause.clone(),
        applicant: rule.applicant.fill(env, Dates::Plain),
        examiner: rule.examiner.fill(env, Dates::Plain),
        fields: pointers(rule, procedure, env),
        reasons: explain(&rule.must, &procedure.form, env),
    }
}

/// The fields to point at; for a test of rows, the rows that fail it.
fn pointers(rule: &Rule, procedure: &Procedure, env: Env<'_>) -> Vec<FieldPath> {
    let mut fields = rule.fields.clone();
    let Some((slot, node)) = &rule.row_test else { return fields };
    let Op::Fold(_, source, Some(body)) = &node.op else { return fields };
    let (Some(field), Some(rows)) = (procedure.form.fields.get(*slot), env.fields.get(*slot).and_then(Value::as_rows))
    else {
        return fields;
    };
    let columns: Vec<String> =
        fields.iter().filter(|path| path.field == field.id).filter_map(|path| path.column.clone()).collect();
    fields.retain(|path| path.field != field.id);
    let mut locals = Locals::new();
    for (row, place) in rows.places.iter().enumerate() {
        if passes(source, row, env, &mut locals) != Some(true) {
            continue;
        }
        locals.push((source.slot, row));
        let failed = eval(body, env, &mut locals) == Value::Bool(false);
        locals.pop();
        if failed && columns.is_empty() {
            fields.push(FieldPath::row(&field.id, *place));
        } else if failed {
            fields.extend(columns.iter().map(|column| FieldPath::cell(&field.id, *place, column)));
        }
    }
    fields
}
