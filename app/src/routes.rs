//! `hojo routes`: the whole surface, for reviewers and for the stranger test.

use clap::Args as ClapArgs;

use crate::wiring;

#[derive(ClapArgs)]
pub struct Args {
    #[arg(long)]
    json: bool,
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
pub fn print(args: &Args) -> anyhow::Result<()> {
    let table = wiring::table();
    if args.json {
        println!("{}", serde_json::to_string_pretty(&table)?);
        return Ok(());
    }
    for r in table {
        println!("{:7} {:5} {:45} {}", r.site.code(), r.method, r.path, r.permission);
    }
    Ok(())
}
