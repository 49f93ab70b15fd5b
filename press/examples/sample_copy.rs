//! Writes a sample application copy as JSON: `cargo run --profile press -p hojo-press --example sample_copy -- 5`.
#[path = "../tests/support/mod.rs"]
mod support;

#[expect(clippy::print_stdout, reason = "printing is its errand")]
fn main() -> anyhow::Result<()> {
    let texts = std::env::args().nth(1).map_or(Ok(5), |text| text.parse())?;
    println!("{}", serde_json::to_string_pretty(&support::application_copy(texts))?);
    Ok(())
}
