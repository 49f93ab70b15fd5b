//! 規則を読む.

use super::expr::Compiler;
use super::yaml::{File, Kind, Yaml};
use crate::answers::FieldPath;
use crate::lang::{Fold, Op};
use crate::model::form::Form;
use crate::model::rules::{Rule, Rules, Severity};
use hojo_words::Clause;
use std::sync::Arc;

/// Reads the files of rules, in order.
pub(crate) fn rules(files: &[(File<'_>, Yaml)], compiler: &Compiler<'_>, form: &Form) -> Rules {
    let mut rules: Vec<Rule> = Vec::new();
    let mut broken = Vec::new();
    for (file, yaml) in files {
        let mut map = file.map(yaml);
        let bodies = map.get("rules").map(|list| file.list(list)).unwrap_or_default();
        map.finish(file);
        for body in bodies {
            let Some(rule) = rule(file, body, compiler, form) else {
                broken.extend(code_of(body).map(str::to_owned));
                continue;
            };
            if let Some(twin) = rules.iter().find(|other| other.code == rule.code) {
                file.problem(body.mark, format!("the rule {} stands twice, first at {}", rule.code, twin.place));
            }
            rules.push(rule);
        }
    }
    Rules { rules, broken }
}

fn code_of(yaml: &Yaml) -> Option<&str> {
    let Kind::Map(entries) = &yaml.kind else { return None };
    entries.iter().find(|(key, _)| key.text == "code").and_then(|(_, value)| value.as_text())
}

fn rule(file: &File<'_>, yaml: &Yaml, compiler: &Compiler<'_>, form: &Form) -> Option<Rule> {
    let mut map = file.map(yaml);
    let code = map.needed(file, "code");
    let clause = Clause::new(&map.needed(file, "clause"));
    let severity = severity(file, yaml, &map.needed(file, "severity"));
    let (lets, when, must) = (map.get("let"), map.get("when"), map.get("must"));
    let (applicant, examiner) = (map.get("applicant"), map.get("examiner"));
    let extra = map.get("fields");
    map.finish(file);
    let compiler = with_lets(file, lets, compiler);
    let when = match when {
        Some(when) => Some(compiler.truth(file, when)?),
        None => None,
    };
    for (key, value) in [("must", must), ("applicant", applicant), ("examiner", examiner)] {
        if value.is_none() {
            file.problem(yaml.mark, format!("the rule {code} needs {key}"));
        }
    }
    let must = compiler.truth(file, must?)?;
    for (word, expr) in [("when", when.as_ref()), ("must", Some(&must))] {
        if let Some(expr) = expr
            && expr.reads.slots.is_empty()
            && expr.reads.globals.is_empty()
        {
            let place = &expr.place;
            let mark = super::yaml::Mark { line: place.line, column: place.column, index: 0 };
            file.problem(mark, format!("{word} of {code} is always the same; it reads no field and no fact"));
        }
    }
    let mut fields = must.reads.paths.clone();
    for body in extra.map(|list| file.one_or_many(list)).unwrap_or_default() {
        if let Some(path) = field_path(file, body, form) {
            fields.push(path);
        }
    }
    fields.dedup();
    let row_test = row_test(&must);
    Some(Rule {
        code,
        clause: clause?,
        severity: severity?,
        when,
        must,
        applicant: compiler.template(file, applicant?)?,
        examiner: compiler.template(file, examiner?)?,
        fields,
        row_test,
        place: file.place(yaml.mark),
    })
}

pub(crate) fn severity(file: &File<'_>, yaml: &Yaml, text: &str) -> Option<Severity> {
    match text {
        "stop" => Some(Severity::Stop),
        "ask" => Some(Severity::Ask),
        "note" => Some(Severity::Note),
        "" => None,
        other => {
            file.problem(yaml.mark, format!("severity is stop, ask or note, found {other}"));
            None
        }
    }
}

/// `let`: each name is known to the ones after it.
fn with_lets<'a>(file: &File<'_>, lets: Option<&Yaml>, compiler: &Compiler<'a>) -> Compiler<'a> {
    let mut compiler = compiler.clone();
    for (key, body) in lets.map(|lets| file.entries(lets)).unwrap_or_default() {
        if compiler.names.fields.contains_key(&key.text) {
            file.problem(key.mark, format!("{} is a field already; name it otherwise", key.text));
        }
        if let Some(expr) = compiler.any(file, body) {
            compiler.scope.lets.insert(key.text.clone(), (*expr.node).clone());
        }
    }
    compiler
}

/// A pointer to a field, row or cell that exists.
pub(crate) fn field_path(file: &File<'_>, yaml: &Yaml, form: &Form) -> Option<FieldPath> {
    let text = file.text(yaml)?;
    let wrong = |message: String| {
        file.problem(yaml.mark, message);
        None
    };
    let Ok(path) = text.parse::<FieldPath>() else { return wrong(format!("{text} is no field path")) };
    let Some(field) = form.field(&path.field) else {
        let near = crate::lang::suggest::hint(&path.field, form.slots.keys().map(String::as_str));
        return wrong(format!("there is no field {}{near}", path.field));
    };
    if let Some(column) = &path.column
        && field.table().is_none_or(|shape| shape.column(column).is_none())
    {
        return wrong(format!("{} has no column {column}", path.field));
    }
    Some(path)
}

/// `all(table, …)` can point at the rows that break it.
fn row_test(must: &crate::lang::Expr) -> Option<(usize, Arc<crate::lang::Node>)> {
    match &must.node.op {
        Op::Fold(Fold::All, source, _) => Some((source.slot, Arc::clone(&must.node))),
        _ => None,
    }
}
