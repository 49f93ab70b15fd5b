//! `hojo demo answers`: what an invented company types, as the fields of the pages. For programs that
//! fill in the real forms: the smoke run and the browser journeys.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use hojo_programme::{Answers, Form, Raw};
use hojo_words::{Now, jst};
use serde::Serialize;
use time::Date;
use time::format_description::well_known::Iso8601;

use super::answers::{Writer, facts_of};
use super::dice::Dice;
use super::people::Companies;
use crate::config::Config;
use crate::definitions::load;

#[derive(ClapArgs)]
pub struct Args {
    /// The edition's folder.
    #[arg(long)]
    edition: PathBuf,
    /// A login of the GビズID stand-in.
    #[arg(long, default_value = "aozora")]
    login: String,
    #[arg(long, default_value = "innovation")]
    frame: String,
    /// The last day of the round, `2026-12-02`.
    #[arg(long)]
    closes: String,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One section: names and values as a page sends them, and the slots that want a file.
#[derive(Serialize)]
struct Sheet {
    section: String,
    fields: Vec<(String, String)>,
    files: Vec<String>,
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub fn print(config: &Config, args: &Args) -> anyhow::Result<()> {
    let edition = load(&args.edition)?;
    let writer = Writer::new(&edition)?;
    let who = Companies::new(&config.gbizid_issuer, 10_000, args.seed)?.identity(&args.login)?;
    let closes = Date::parse(&args.closes, &Iso8601::DATE)?;
    let facts = facts_of(&who, Now::new(jst::start_of_day(closes)), closes, closes);
    let mut dice = Dice::new(args.seed, &args.login, 0);
    let answers = writer.complete(&who, &facts, closes, &args.frame, &mut dice)?;
    println!("{}", serde_json::to_string_pretty(&sheets(&writer.procedure().form, &answers))?);
    Ok(())
}

fn sheets(form: &Form, answers: &Answers) -> Vec<Sheet> {
    form.sections
        .iter()
        .map(|section| {
            let mut sheet = Sheet { section: section.id.clone(), fields: vec![], files: vec![] };
            for field in section.fields.iter().filter_map(|slot| form.fields.get(*slot)) {
                let Some(raw) = answers.get(&field.id) else { continue };
                if field.file().is_some() {
                    sheet.files.push(field.id.clone());
                } else {
                    pairs(&field.id, raw, &mut sheet.fields);
                }
            }
            sheet
        })
        .collect()
}

fn pairs(name: &str, raw: &Raw, into: &mut Vec<(String, String)>) {
    match raw {
        Raw::Text(text) => into.push((name.to_owned(), text.clone())),
        Raw::Many(many) => into.extend(many.iter().map(|v| (name.to_owned(), v.clone()))),
        Raw::Rows(rows) => {
            for (at, row) in rows.iter().enumerate() {
                for (column, cell) in row {
                    pairs(&format!("{name}[{at}].{column}"), cell, into);
                }
            }
        }
        Raw::Files(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_the_names_pages_use() {
        let mut out = Vec::new();
        pairs("a", &Raw::from("1"), &mut out);
        pairs("b", &Raw::Many(vec!["x".into(), "y".into()]), &mut out);
        pairs("t", &Raw::Rows(vec![[("c".to_owned(), Raw::from("2"))].into()]), &mut out);
        let out: Vec<_> = out.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(out, ["a=1", "b=x", "b=y", "t[0].c=2"]);
    }
}
