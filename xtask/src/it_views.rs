//! The views of office IT, made from db/columns.toml: what each class shows is decided here and nowhere else.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use anyhow::{Context, bail};

pub const FILE: &str = "db/policies/40_office_it_views.sql";

const HEAD: &str = "-- Made by `cargo xtask it-views` from db/columns.toml; never edited by hand. Columns of class public and business are
-- shown, personal, bank and free ones only as filled or empty, secret ones are not there at all.
set client_min_messages = warning;
drop schema if exists office_it cascade;
reset client_min_messages;
create schema office_it;
revoke all on all tables in schema public from hojo_it_view, hojo_office_it;
grant usage on schema public to hojo_it_view;
grant usage, create on schema office_it to hojo_it_view;
grant usage on schema office_it to hojo_office_it;
";

const FOOT: &str = "
revoke create on schema office_it from hojo_it_view;
grant select on all tables in schema office_it to hojo_office_it;
";

/// The file as it should be.
pub fn made(root: &Path) -> anyhow::Result<String> {
    let text = fs::read_to_string(root.join("db/columns.toml")).context("db/columns.toml")?;
    let tables: BTreeMap<String, toml::Table> = toml::from_str(&text)?;
    let mut out = HEAD.to_owned();
    for (table, columns) in &tables {
        let mut shown = Vec::new();
        let mut read = Vec::new();
        for (column, class) in columns {
            match class.as_str().unwrap_or_default() {
                "public" | "business" => shown.push(column.clone()),
                "personal" | "bank" | "free" => {
                    shown.push(format!("case when {column} is null then null else '＊' end as {column}"));
                }
                "secret" => continue,
                other => bail!("db/columns.toml: {table}.{column} has no known class: {other}"),
            }
            read.push(column.clone());
        }
        write!(
            out,
            "\ngrant select ({}) on {table} to hojo_it_view;\ncreate policy it_view_select on {table} for select to hojo_it_view using (true);\ncreate view office_it.{table} as select {} from public.{table};\nalter view office_it.{table} owner to hojo_it_view;\n",
            read.join(", "),
            shown.join(", ")
        )?;
    }
    out.push_str(FOOT);
    Ok(out)
}
