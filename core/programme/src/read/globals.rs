//! 事実の値: facts, dates of the round and the letter's context, by slot.

use super::parse;
use crate::answers::Raw;
use crate::facts::Facts;
use crate::lang::Globals;
use crate::lang::types::Type;
use crate::model::edition::Edition;
use crate::value::Value;
use hojo_words::jst;
use std::sync::Arc;

/// Facts every edition knows besides its own.
pub(crate) const BUILT_IN: [(&str, &str); 11] = [
    ("account.kind", "choice account_kind"),
    ("account.type", "choice account_type"),
    ("account.name", "text"),
    ("account.name_kana", "text"),
    ("account.corporate_number", "text"),
    ("account.representative", "text"),
    ("account.postal_code", "text"),
    ("account.prefecture", "text"),
    ("account.address", "text"),
    ("account.phone", "text"),
    ("account.email", "text"),
];

/// Names a letter may use besides fields and facts, with their types.
pub(crate) const LETTER: [(&str, Type); 29] = [
    ("case.number", Type::Text),
    ("case.filed", Type::Date),
    ("letter.date", Type::Date),
    ("letter.serial", Type::Number(crate::lang::types::Unit::Year)),
    ("letter.symbol", Type::Text),
    ("letter.fiscal_year", Type::Text),
    ("decision.date", Type::Date),
    ("decision.reason", Type::Text),
    ("decision.outcome", Type::Text),
    ("decision.amount", Type::YEN),
    ("decision.conditions", Type::Text),
    ("filing.number", Type::Text),
    ("round.title", Type::Text),
    ("procedure.title", Type::Text),
    ("obligation.title", Type::Text),
    ("obligation.due", Type::Date),
    ("amounts.requested", Type::YEN),
    ("amounts.adopted", Type::YEN),
    ("amounts.granted", Type::YEN),
    ("amounts.fixed", Type::YEN),
    ("amounts.paid", Type::YEN),
    ("return.due", Type::Date),
    ("addressee.name", Type::Text),
    ("addressee.representative", Type::Text),
    ("addressee.address", Type::Text),
    ("addressee.postal_code", Type::Text),
    ("remark.place", Type::Text),
    ("remark.text", Type::Text),
    ("remark.number", Type::COUNT),
];

/// Values of all names; letter names are unknown here.
pub(crate) fn values(edition: &Edition, globals: &Globals, facts: &Facts) -> Vec<Value> {
    globals.names.iter().map(|(path, ty)| value(edition, path, ty, facts)).collect()
}

fn value(edition: &Edition, path: &str, ty: &Type, facts: &Facts) -> Value {
    let root = path.split_once('.');
    match root {
        Some(("now", "date")) => return Value::Date(facts.now.date()),
        Some(("now", "fiscal_year")) => return Value::integer(jst::fiscal_year(facts.now.date()).into()),
        // The round's own days, with deadlines that were moved, before those the edition was written with.
        Some(("round", name)) => {
            let own = facts.text(path).and_then(parse::date).map(Value::Date);
            let written = || edition.date(name).map(|moment| Value::Date(jst::jst_date(moment)));
            return own.or_else(written).unwrap_or_default();
        }
        Some(("guidelines", "published")) => return edition.guidelines.published.map_or(Value::Unknown, Value::Date),
        Some(("programme", name)) => {
            return edition.programme.texts.get(name).map_or(Value::Unknown, |text| Value::text(text));
        }
        _ => {}
    }
    match facts.values.get(path) {
        Some(Raw::Text(text)) => fact(text, ty),
        _ => Value::Unknown,
    }
}

/// A fact's text by its declared type; unreadable is unknown.
fn fact(text: &str, ty: &Type) -> Value {
    let text = text.trim();
    if text.is_empty() {
        return Value::Unknown;
    }
    let parsed = match ty {
        Type::Bool => parse::flag(text).map(Value::Bool),
        Type::Number(_) => parse::number(text, "").or_else(|| text.parse().ok()).map(Value::Number),
        Type::Date => parse::date(text).map(Value::Date),
        Type::YearMonth => parse::year_month(text).map(Value::Date),
        Type::Choice(list) if !list.options.contains_key(text) => None,
        _ => Some(Value::Text(Arc::from(text))),
    };
    parsed.unwrap_or_default()
}
