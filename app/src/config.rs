//! Settings, read once from the command line and the environment.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use hojo_access::Site;
use hojo_db::{Clock, DbConfig, PoolSize};
use hojo_operations::SealPlaces;
use hojo_vault::Vault;
use hojo_web::{Proxies, Settings};

use crate::moving_clock;

/// Everything a process may be told. Each site reads only what it needs.
#[derive(Args, Clone, Debug)]
pub struct Config {
    /// PostgreSQL without user: each site connects under its own login role.
    #[arg(long, env = "HOJO_DATABASE_URL", default_value = "postgres:///hojo", global = true)]
    pub database_url: String,
    /// The owner's login role: migrations and set-up commands only.
    #[arg(long, env = "HOJO_OWNER", default_value = "hojo_owner", global = true)]
    pub owner: String,
    /// Connections per site.
    #[arg(long, env = "HOJO_POOL", default_value_t = 12, global = true)]
    pub pool: u32,
    /// Where files are kept.
    #[arg(long, env = "HOJO_VAULT", default_value = "var/vault", global = true)]
    pub vault: PathBuf,
    /// clamd, as `host:port` or the path of its socket; empty: files are not scanned for viruses.
    #[arg(long, env = "HOJO_CLAMD", default_value = "", global = true)]
    pub clamd: String,
    /// A file of at least 32 random bytes, the same on all nodes of a site.
    #[arg(long, env = "HOJO_SECRET_FILE", default_value = "var/secret", global = true)]
    pub secret_file: PathBuf,
    /// The key that signs checkpoints of the logs (`hojo audit key` makes it). Its public half stands beside it
    /// with the ending `.pub`.
    #[arg(long, env = "HOJO_AUDIT_KEY", default_value = "var/audit/key", global = true)]
    pub audit_key: PathBuf,
    /// The copy of the checkpoints, best on another disk or machine than the database.
    #[arg(long, env = "HOJO_AUDIT_COPY", default_value = "var/audit/checkpoints", global = true)]
    pub audit_copy: PathBuf,
    /// The folder the database server writes its log to (`log_destination = jsonlog`), when a worker can read it: what
    /// office IT asks the database itself is taken from there; empty: `hojo database-access take-log` does it.
    #[arg(long, env = "HOJO_DATABASE_LOG", default_value = "", global = true)]
    pub database_log: String,
    /// Seconds the clock runs ahead of the database: demonstrations and tests only.
    #[arg(long, env = "HOJO_CLOCK_OFFSET", default_value_t = 0, allow_hyphen_values = true, global = true)]
    pub clock_offset: i64,
    /// A file that says how many seconds the clock runs ahead, looked at while the program runs. Demonstrations only: it
    /// is refused without `HOJO_DEMO`.
    #[arg(long, env = "HOJO_CLOCK_FILE", global = true)]
    pub clock_file: Option<PathBuf>,
    /// Words on every page of a demonstration.
    #[arg(long, env = "HOJO_DEMO", global = true)]
    pub demo: Option<String>,

    #[arg(long, env = "HOJO_PORTAL_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub portal_listen: String,
    #[arg(long, env = "HOJO_PORTAL_URL", default_value = "http://localhost:8080", global = true)]
    pub portal_url: String,
    #[arg(long, env = "HOJO_OFFICE_LISTEN", default_value = "127.0.0.1:8081", global = true)]
    pub office_listen: String,
    #[arg(long, env = "HOJO_OFFICE_URL", default_value = "http://localhost:8081", global = true)]
    pub office_url: String,
    #[arg(long, env = "HOJO_API_LISTEN", default_value = "127.0.0.1:8082", global = true)]
    pub api_listen: String,
    #[arg(long, env = "HOJO_API_URL", default_value = "http://localhost:8082", global = true)]
    pub api_url: String,
    #[arg(long, env = "HOJO_FILES_LISTEN", default_value = "127.0.0.1:8084", global = true)]
    pub files_listen: String,
    /// Where people's browsers fetch files: a host name of its own, so that nothing in a file is ever of the same
    /// origin as our pages.
    #[arg(long, env = "HOJO_FILES_URL", default_value = "http://localhost:8084", global = true)]
    pub files_url: String,
    /// Prometheus metrics, away from the public sites; empty for none.
    #[arg(long, env = "HOJO_METRICS_LISTEN", default_value = "127.0.0.1:8089", global = true)]
    pub metrics_listen: String,

    /// Proxies in front of the sites, as addresses or ranges separated by commas. Only they are believed about where
    /// a request comes from.
    #[arg(long, env = "HOJO_TRUSTED_PROXIES", default_value = "", global = true)]
    pub trusted_proxies: Proxies,

    /// GビズID: with its trailing slash, compared byte for byte.
    #[arg(long, env = "HOJO_GBIZID_ISSUER", default_value = "http://localhost:8083/oauth/", global = true)]
    pub gbizid_issuer: String,
    #[arg(long, env = "HOJO_GBIZID_CLIENT", default_value = "hojo", global = true)]
    pub gbizid_client: String,
    #[arg(long, env = "HOJO_GBIZID_SECRET", default_value = STANDIN_SECRET, hide_env_values = true, global = true)]
    pub gbizid_secret: String,

    /// The OpenID provider of the office's own organisation, as it writes itself; empty: staff use passkeys and passwords only.
    #[arg(long, env = "HOJO_OFFICE_OPENID_ISSUER", default_value = "", global = true)]
    pub office_openid_issuer: String,
    #[arg(long, env = "HOJO_OFFICE_OPENID_CLIENT", default_value = "", global = true)]
    pub office_openid_client: String,
    #[arg(long, env = "HOJO_OFFICE_OPENID_SECRET", default_value = "", hide_env_values = true, global = true)]
    pub office_openid_secret: String,
    /// What the provider says (`acr` or `amr`) when it has seen a second factor; separated by commas, at least one.
    #[arg(long, env = "HOJO_OFFICE_OPENID_SECOND_FACTOR", default_value = "", global = true)]
    pub office_openid_second_factor: String,
    /// What is asked of the provider as `acr_values`, separated by spaces; empty: nothing.
    #[arg(long, env = "HOJO_OFFICE_OPENID_ACR", default_value = "", global = true)]
    pub office_openid_acr: String,

    #[arg(long, env = "HOJO_SMTP_HOST", default_value = "127.0.0.1", global = true)]
    pub smtp_host: String,
    #[arg(long, env = "HOJO_SMTP_PORT", default_value_t = 8025, global = true)]
    pub smtp_port: u16,
    #[arg(long, env = "HOJO_MAIL_FROM", default_value = "hojo@example.jp", global = true)]
    pub mail_from: String,

    /// The press that makes PDFs.
    #[arg(long, env = "HOJO_PRESS", default_value = "hojo-press", global = true)]
    pub press: PathBuf,
    /// The press's own fonts; the system's are never used.
    #[arg(long, env = "HOJO_FONTS", default_value = "var/fonts", global = true)]
    pub fonts: PathBuf,
}

/// What the stand-in for GビズID knows, and everybody else who reads this.
pub const STANDIN_SECRET: &str = "hojo-development";

const SECRET_LENGTH: usize = 32;

impl Config {
    pub fn db(&self) -> DbConfig {
        DbConfig { url: self.database_url.clone(), pool: PoolSize(self.pool), wait: Duration::from_secs(2) }
    }

    /// What must not be, whatever the program is asked to do.
    ///
    /// # Errors
    /// When the clock could be moved where real applications are made: deadlines hang on it.
    pub fn check(&self) -> anyhow::Result<()> {
        let is_demo = self.demo.as_ref().is_some_and(|words| !words.trim().is_empty());
        anyhow::ensure!(
            self.clock_file.is_none() || is_demo,
            "HOJO_CLOCK_FILE moves the clock of a demonstration; without HOJO_DEMO the clock is the database's"
        );
        Ok(())
    }

    /// The clock as it stands at the start; [`moving_clock::keep_clock`] moves it from then on.
    pub fn clock(&self) -> Clock {
        let said = self.clock_file.as_deref().and_then(|file| moving_clock::offset(file).ok());
        Clock::with_offset(said.unwrap_or(self.clock_offset))
    }

    pub fn vault(&self) -> anyhow::Result<Vault> {
        let vault = Vault::local(&self.vault)
            .with_context(|| format!("the vault {} cannot be opened", self.vault.display()))?;
        Ok(vault.with_quarantine(!self.clamd.is_empty()))
    }

    /// Where sealing finds what it needs.
    pub fn seal(&self) -> SealPlaces {
        SealPlaces {
            key: self.audit_key.clone(),
            trust: self.audit_key.with_extension("pub"),
            witness: self.audit_copy.clone(),
        }
    }

    pub fn listen(&self, site: Site) -> &str {
        match site {
            Site::Portal => &self.portal_listen,
            Site::Office => &self.office_listen,
            Site::Api => &self.api_listen,
            Site::Files => &self.files_listen,
        }
    }

    pub fn url(&self, site: Site) -> &str {
        match site {
            Site::Portal => &self.portal_url,
            Site::Office => &self.office_url,
            Site::Api => &self.api_url,
            Site::Files => &self.files_url,
        }
    }

    pub fn settings(&self, site: Site) -> anyhow::Result<Settings> {
        let secret = std::fs::read(&self.secret_file)
            .with_context(|| format!("the secret {} cannot be read", self.secret_file.display()))?;
        anyhow::ensure!(secret.len() >= SECRET_LENGTH, "the secret must have at least {SECRET_LENGTH} bytes");
        Ok(Settings {
            site,
            base_url: self.url(site).trim_end_matches('/').to_owned(),
            secret,
            demo: self.demo.clone(),
            brand: None,
            form_targets: match site {
                Site::Portal => origin(&self.gbizid_issuer).into_iter().collect(),
                Site::Office => origin(&self.office_openid_issuer).into_iter().collect(),
                Site::Api | Site::Files => vec![],
            },
            files_url: self.files_url.trim_end_matches('/').to_owned(),
            framers: match site {
                Site::Files => [&self.portal_url, &self.office_url].into_iter().filter_map(|u| origin(u)).collect(),
                Site::Portal | Site::Office | Site::Api => vec![],
            },
            max_upload: 50 * 1024 * 1024,
            max_in_flight: 512,
            proxies: self.trusted_proxies.clone(),
        })
    }
}

/// `http://localhost:8083/oauth/` → `http://localhost:8083`
fn origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split('/').next()?;
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Settings {
        #[command(flatten)]
        config: Config,
    }

    pub(crate) fn config(arguments: &[&str]) -> Config {
        let arguments = ["hojo"].iter().chain(arguments);
        <Settings as clap::Parser>::try_parse_from(arguments).unwrap().config
    }

    #[test]
    fn nobody_moves_the_clock_of_a_system_that_is_no_demonstration() {
        let mut asked = config(&["--clock-file", "/nowhere/clock", "--demo", "これはデモです"]);
        assert!(asked.check().is_ok());
        for words in [None, Some(String::new()), Some("  ".to_owned())] {
            asked.demo = words;
            let refused = asked.check().unwrap_err().to_string();
            assert!(refused.contains("HOJO_CLOCK_FILE") && refused.contains("HOJO_DEMO"), "{refused}");
        }
        asked.clock_file = None;
        assert!(asked.check().is_ok());
    }
}
