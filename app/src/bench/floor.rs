//! The floor: `pgbench` sends the statements a request sends, as the same role, with as many clients,
//! and does nothing else. What a request reaches of it is the price of everything we add.

use anyhow::{Context, ensure};
use tokio::process::Command;

use super::place::{Place, pgbench, with_user};

/// A script and its parameters.
pub struct Floor {
    pub script: &'static str,
    pub login: &'static str,
    pub variables: Vec<(&'static str, String)>,
}

impl Floor {
    /// Sends for `seconds`.
    pub async fn run(&self, place: &Place, clients: usize, seconds: u64) -> anyhow::Result<Sent> {
        let file = place.options.dir.join("floor.sql");
        std::fs::write(&file, self.script)?;
        let mut command = Command::new(pgbench(&place.options)?);
        command.args(["-n", "-M", "prepared", "-j", "2", "-c", &clients.to_string(), "-T", &seconds.to_string()]);
        command.arg("-f").arg(&file);
        for (name, value) in &self.variables {
            command.arg("-D").arg(format!("{name}={value}"));
        }
        command.arg(with_user(&place.config.database_url, self.login)?);
        let out = command.output().await.context("pgbench cannot be run; name it with --pgbench")?;
        let (text, problems) =
            (String::from_utf8_lossy(&out.stdout).into_owned(), String::from_utf8_lossy(&out.stderr).into_owned());
        ensure!(out.status.success() && !problems.contains("aborted"), "the floor failed: {problems}");
        Sent::read(&text).with_context(|| format!("pgbench gave no rate: {text}"))
    }
}

/// What `pgbench` says it did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Sent {
    pub per_second: f64,
    pub transactions: usize,
}

impl Sent {
    fn read(text: &str) -> Option<Self> {
        // `tps = 1234.5 (without initial connection time)`
        let per_second =
            text.lines().find_map(|l| l.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok())?;
        let all = text
            .lines()
            .find_map(|l| l.strip_prefix("number of transactions actually processed: ")?.trim().parse().ok())?;
        Some(Self { per_second, transactions: all })
    }
}

#[cfg(test)]
mod tests {
    use super::Sent;

    #[test]
    fn the_rate_is_found() {
        let said = "number of transactions actually processed: 1620\nlatency average = 2 ms\ntps = 812.25 (without initial connection time)\n";
        assert_eq!(Sent::read(said), Some(Sent { per_second: 812.25, transactions: 1620 }));
        assert_eq!(Sent::read("nothing"), None);
    }
}
