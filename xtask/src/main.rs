//! Chores that keep the house in order: `cargo xtask tidy`, `cargo xtask errors`, `cargo xtask it-views`, `cargo xtask sqlx`.
//! Never touches the product's data.
//! Start at `tidy.rs`.
//! Kept honest by running first in `./test`.

mod errors;
mod it_views;
mod sqlx_data;
mod tidy;

fn main() -> anyhow::Result<()> {
    let root = tidy::root()?;
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy::run(&root),
        Some("errors") => tidy::write_errors(&root),
        Some("it-views") => Ok(std::fs::write(root.join(it_views::FILE), it_views::made(&root)?)?),
        Some("sqlx") => sqlx_data::refresh(&root),
        Some("sqlx-check") => sqlx_data::check(&root),
        other => anyhow::bail!("usage: cargo xtask tidy | errors | it-views | sqlx | sqlx-check (not {other:?})"),
    }
}
