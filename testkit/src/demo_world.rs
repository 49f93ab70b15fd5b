//! The demonstration world itself, made in a database of its own: what `./start` shows first.

use std::sync::Arc;

use anyhow::Context;
use hojo_app::demo::{SeedArgs, build};
use hojo_app::publish;
use hojo_db::random;
use hojo_jobs::Lane;
use sqlx::Connection;
use sqlx::postgres::PgConnection;
use tempfile::TempDir;

use crate::press::FakePress;
use crate::template::{OWNER, connect, edition_dir, root, run, server_url, url_of};

/// A demonstration world. End it with [`DemoWorld::end`].
pub struct DemoWorld {
    server: String,
    database: String,
    _folder: TempDir,
}

impl DemoWorld {
    /// Makes one of so many synthetic applicants.
    ///
    /// # Errors
    /// When a page did not do what the plan asked of it.
    pub async fn new(applicants: u32) -> anyhow::Result<Self> {
        let (server, folder) = (server_url()?, tempfile::tempdir()?);
        std::fs::write(folder.path().join("secret"), random::token())?;
        let database = format!("hojo_t_{}", random::token().get(..12).unwrap_or("x"));
        let mut admin = connect(&server, "postgres", OWNER).await?;
        run(&mut admin, format!("create database {database}")).await?;
        admin.close().await?;
        let config = crate::world::config(&url_of(&server, &database)?, folder.path());
        publish::migrate(&config).await?;
        let roles = root().join("db/roles.toml");
        let args = SeedArgs { applicants, seed: 1, edition: edition_dir(), roles, masters: None, mark: None };
        build(&config, &args, Arc::new(FakePress::default()), &Lane::ALL).await?;
        Ok(Self { server, database, _folder: folder })
    }

    /// Everything, past row security.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn superuser(&self) -> anyhow::Result<PgConnection> {
        connect(&self.server, &self.database, "postgres").await
    }

    /// Takes the database away.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn end(self) -> anyhow::Result<()> {
        let mut admin = connect(&self.server, "postgres", OWNER).await?;
        run(&mut admin, format!("drop database {} with (force)", self.database)).await?;
        admin.close().await.context("the server went away")
    }
}
