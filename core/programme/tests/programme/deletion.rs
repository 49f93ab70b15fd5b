//! No rule is idle: with any one of them gone, an example fails.

use crate::support::{RULES, fixture, sources};
use hojo_programme::{check, load_dir};

#[test]
fn deleting_any_rule_fails_an_example() {
    let codes: Vec<String> =
        crate::support::procedure(&fixture()).rules.rules.iter().map(|rule| rule.code.clone()).collect();
    assert!(codes.len() >= 6);
    let text = sources().get(RULES).unwrap().to_owned();
    for code in codes {
        let mut kept = String::new();
        let mut dropping = false;
        for line in text.lines() {
            if let Some(name) = line.strip_prefix("  - code: ") {
                dropping = name == code;
            }
            if !dropping {
                kept.push_str(line);
                kept.push('\n');
            }
        }
        let mut files = sources();
        files.insert(RULES, &kept);
        let noticed = match load_dir(&files) {
            Err(problems) => problems.iter().any(|p| p.message.contains(&format!("there is no rule {code}"))),
            Ok(edition) => !check(&edition).errors.is_empty(),
        };
        assert!(noticed, "deleting {code} went unnoticed");
    }
}

#[test]
fn weakening_any_rule_fails_an_example() {
    let text = sources().get(RULES).unwrap().to_owned();
    let count = text.matches("\n    must: ").count();
    for number in 0..count {
        let (at, _) = text.match_indices("\n    must: ").nth(number).unwrap();
        let start = at + "\n    must: ".len();
        let end = start + text[start..].find('\n').unwrap();
        let mut files = sources();
        files.insert(
            RULES,
            &format!(
                "{}\"({}) || account.kind == 'corporation'\"{}",
                &text[..start],
                &text[start..end].replace('"', "'"),
                &text[end..]
            ),
        );
        let edition = load_dir(&files).unwrap();
        assert!(!check(&edition).errors.is_empty(), "weakening went unnoticed: {}", &text[start..end]);
    }
}

#[test]
fn an_unexpected_rule_is_reported() {
    let files = crate::support::with(
        crate::support::EXAMPLES,
        "expect: { ask: [SUSPENDED] }",
        "expect: { requested: 10_000_000 }",
    );
    let errors = check(&load_dir(&files).unwrap()).errors;
    assert!(errors.iter().any(|p| p.message.contains("no example expects SUSPENDED")));
}
