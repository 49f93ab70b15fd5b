//! 付属データ: files of an edition that no rule reads (public texts, wordings, mails). The slice that
//! uses one gives it a shape; here it is only read, once, into plain JSON.

use crate::load::yaml::{File, Kind, Yaml};
use crate::model::edition::Edition;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::cell::RefCell;

impl Edition {
    /// A plain data file in the caller's shape; `None` when the edition has no such file.
    ///
    /// # Errors
    /// What does not fit the shape. Publication has already proven that the file is YAML.
    pub fn data<T: DeserializeOwned>(&self, path: &str) -> Option<Result<T, serde_json::Error>> {
        let text = self.source.get(path)?;
        let problems = RefCell::new(Vec::new());
        let tree = File::new(path, text, &problems).parse();
        Some(serde_json::from_value(tree.as_ref().map_or(Value::Null, json)))
    }
}

/// Plain scalars that look like whole numbers or booleans are those; everything else is text, so
/// that `2.50` or `04` keep what was written.
fn json(yaml: &Yaml) -> Value {
    match &yaml.kind {
        Kind::Scalar { text, plain } if *plain => match text.as_str() {
            "" | "~" | "null" => Value::Null,
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            text => {
                text.parse::<i64>().ok().filter(|n| n.to_string() == *text).map_or_else(|| text.into(), Value::from)
            }
        },
        Kind::Scalar { text, .. } => text.as_str().into(),
        Kind::List(items) => Value::Array(items.iter().map(json).collect()),
        Kind::Map(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.text.clone(), json(value))).collect::<Map<_, _>>())
        }
    }
}
