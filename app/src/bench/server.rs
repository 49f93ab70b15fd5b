//! The real server, as a process of its own, so that its CPU is told apart from the generator's.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use hojo_access::Site;
use tokio::process::{Child, Command};

use super::client::Client;
use super::place::Place;

/// A running `hojo serve`; ends when dropped.
pub struct Server {
    child: Child,
    pub client: Client,
}

const TRIES: u32 = 200;

impl Server {
    pub async fn start(place: &Place, site: Site) -> anyhow::Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let (listen, url) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
        let c = &place.config;
        let child = Command::new(place.options.program()?)
            .args(["serve", "--site", site.code(), "--metrics-listen", ""])
            .args(["--database-url", &c.database_url, "--clock-offset", &c.clock_offset.to_string()])
            .args(["--pool", &c.pool.to_string()])
            // A demonstration may name a GビズID that has no certificate; nobody signs in there.
            .args(["--demo", "性能の測定"])
            .arg("--vault")
            .arg(&c.vault)
            .arg("--secret-file")
            .arg(&c.secret_file)
            .args([&format!("--{}-listen", site.code()), &listen])
            .args([&format!("--{}-url", site.code()), &url])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .context("the server cannot be started")?;
        let mut server = Self { child, client: Client::new(&url) };
        for _ in 0..TRIES {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended at once: {status}");
            }
            if server.client.get("/readyz", "").await.is_ok_and(|a| a.status == 200) {
                return Ok(server);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        bail!("the server did not become ready at {url}")
    }

    pub fn pid(&self) -> Option<u32> {
        self.child.id()
    }
}
