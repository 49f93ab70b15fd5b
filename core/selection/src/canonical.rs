//! One spelling of a JSON value, so that a hash taken today can be taken again from what the
//! database gives back (it keeps values, not the order of keys).

use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// JSON without blanks, keys in byte order at every depth.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn canonical_json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    write(&serde_json::to_value(value)?, &mut out);
    Ok(out)
}

/// SHA-256 over the canonical JSON, 64 hexadecimal digits.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn sha256_of(value: &impl Serialize) -> Result<String, serde_json::Error> {
    let digest = Sha256::digest(canonical_json(value)?.as_bytes());
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            // Sorted here and not by the map: its order depends on a feature any dependency may switch on.
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            list('{', '}', entries.into_iter(), out, |(key, value), out| {
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(value, out);
            });
        }
        Value::Array(items) => list('[', ']', items.iter(), out, write),
        plain => out.push_str(&plain.to_string()),
    }
}

fn list<T>(open: char, close: char, items: impl Iterator<Item = T>, out: &mut String, each: impl Fn(T, &mut String)) {
    out.push(open);
    for (at, item) in items.enumerate() {
        if at > 0 {
            out.push(',');
        }
        each(item, out);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({ "b": [ { "z": 1, "a": "\"引用\"" } ], "a": null });
        assert_eq!(canonical_json(&value).unwrap(), r#"{"a":null,"b":[{"a":"\"引用\"","z":1}]}"#);
        assert_eq!(sha256_of(&json!({})).unwrap(), "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
    }
}
