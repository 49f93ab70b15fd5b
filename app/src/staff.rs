//! `hojo staff`: first accounts and roles, on the machine. Later ones are made on a page.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use hojo_access::Permission;
use hojo_db::{Tx, random};
use hojo_people::staff::{Beside, check_password, hash_password, totp_secret, totp_uri};
use serde::Deserialize;

use crate::config::Config;
use crate::publish::setup_db;

#[derive(Subcommand)]
pub enum Command {
    /// Set roles and what they hold, from a file.
    Roles { file: PathBuf },
    /// Set what the watch looks for, from a file.
    Detections { file: PathBuf },
    /// Add a person; prints the one-time secret for the authenticator app.
    Add(AddArgs),
}

#[derive(Args)]
pub struct AddArgs {
    #[arg(long)]
    login: String,
    #[arg(long)]
    name: String,
    #[arg(long)]
    role: Vec<String>,
    /// An external reviewer instead of staff.
    #[arg(long)]
    reviewer: bool,
    #[arg(long, env = "HOJO_NEW_PASSWORD", hide_env_values = true)]
    password: String,
}

pub async fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    let db = setup_db(config).await?;
    let mut tx = db.begin_setup().await?;
    match command {
        Command::Roles { file } => set_roles(&mut tx, &file).await?,
        Command::Detections { file } => set_detections(&mut tx, &file).await?,
        Command::Add(args) => {
            let about = [args.login.as_str(), args.name.as_str()];
            if let Err(words) = check_password(&args.password, &about, Beside::SecondFactor) {
                bail!("{words}");
            }
            let secret = totp_secret();
            let person = NewPerson {
                login: &args.login,
                name: &args.name,
                roles: &args.role.iter().map(String::as_str).collect::<Vec<_>>(),
                reviewer: args.reviewer,
                password_hash: &hash_password(&args.password)?,
                totp_secret: &secret,
            };
            add(&mut tx, &person).await?;
            show(&totp_uri(&args.login, &secret));
        }
    }
    tx.commit().await?;
    Ok(())
}

#[expect(clippy::print_stdout, reason = "this command's result is what it prints")]
fn show(uri: &str) {
    println!("{uri}");
}

#[derive(Deserialize)]
struct Role {
    label: String,
    permissions: Vec<String>,
}

/// Makes the roles exactly what the file says. Unknown permissions are an error.
pub async fn set_roles(tx: &mut Tx, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let roles: BTreeMap<String, Role> = toml::from_str(&text)?;
    for (code, role) in roles {
        for p in &role.permissions {
            ensure!(Permission::from_code(p).is_some(), "{}: role {code}: there is no permission {p}", file.display());
        }
        sqlx::query!(
            "insert into roles (code, label) values ($1, $2) on conflict (code) do update set label = excluded.label",
            code,
            role.label
        )
        .execute(tx.sql())
        .await?;
        sqlx::query!("delete from role_permissions where role = $1 and permission <> all($2)", code, &role.permissions)
            .execute(tx.sql())
            .await?;
        sqlx::query!(
            "insert into role_permissions (role, permission) select $1, unnest($2::text[]) on conflict do nothing",
            code,
            &role.permissions
        )
        .execute(tx.sql())
        .await?;
    }
    Ok(())
}

/// Makes the rules of the watch exactly what the file says.
pub async fn set_detections(tx: &mut Tx, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let rules = hojo_guard::watch::rules::parse(&text).with_context(|| file.display().to_string())?;
    Ok(hojo_guard::watch::rules::store(tx, &rules).await?)
}

/// A person to be added.
pub struct NewPerson<'a> {
    pub login: &'a str,
    pub name: &'a str,
    pub roles: &'a [&'a str],
    pub reviewer: bool,
    pub password_hash: &'a str,
    pub totp_secret: &'a str,
}

/// Adds a person, or leaves an existing login alone.
pub async fn add(tx: &mut Tx, person: &NewPerson<'_>) -> anyhow::Result<()> {
    let kind = if person.reviewer { "reviewer" } else { "staff" };
    let added = sqlx::query!(
        "insert into staff (id, public_id, login, name, kind, password_hash, totp_secret)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (login) do nothing",
        random::key(),
        random::public_id().uuid(),
        person.login,
        person.name,
        kind,
        person.password_hash,
        person.totp_secret
    )
    .execute(tx.sql())
    .await?;
    if added.rows_affected() == 0 {
        return Ok(());
    }
    for role in person.roles {
        sqlx::query!(
            "insert into staff_roles (staff_id, role) select id, $2 from staff where login = $1",
            person.login,
            role
        )
        .execute(tx.sql())
        .await?;
    }
    Ok(())
}
