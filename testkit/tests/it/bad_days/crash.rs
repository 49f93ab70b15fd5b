//! PostgreSQL is killed while people save, and comes back. Nothing that was acknowledged is lost, and
//! nobody has to restart us. The server is a throw-away of this test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use hojo_access::Site;

use crate::client::Client;
use crate::ground::{Ground, company};
use crate::sql::Sql;

const SAVERS: usize = 6;
const KILLS: usize = 3;

/// A PostgreSQL of our own, on a port of its own.
struct Server {
    bin: PathBuf,
    dir: tempfile::TempDir,
    user: Option<&'static str>,
    port: u16,
}

fn is_root() -> bool {
    String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0"
}

/// The newest installation; the one on the PATH may be a wrapper without initdb.
fn find_bin() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .map(|e| e.unwrap().path().join("bin"))
        .filter(|p| p.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_default()
}

impl Server {
    async fn start() -> Self {
        let user = is_root().then(|| {
            let there =
                Command::new("id").arg("postgres").stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
            if there.success() { "postgres" } else { "nobody" }
        });
        let dir = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = Self { bin: find_bin(), dir, user, port };
        let data = server.data();
        if let Some(user) = user {
            std::fs::create_dir(&data).unwrap();
            assert!(Command::new("chown").arg(user).arg(server.dir.path()).arg(&data).status().unwrap().success());
        }
        server.tool(
            "initdb",
            &["-D", &data.to_string_lossy(), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"],
        );
        let settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = ''\nmax_connections = 60\n"
        );
        let path = data.join("postgresql.conf");
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text + &settings).unwrap();
        server.up().await;
        let mut sql = Sql::connect(&server.url()).await;
        sql.run("create role hojo_owner login createdb createrole").await;
        server
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn command(&self, tool: &str) -> Command {
        let program = self.bin.join(tool);
        let mut command = match self.user {
            Some(user) => {
                let mut c = Command::new("runuser");
                c.args(["-u", user, "--"]).arg(program);
                c
            }
            None => Command::new(program),
        };
        command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn tool(&self, tool: &str, args: &[&str]) -> bool {
        self.command(tool).args(args).status().unwrap().success()
    }

    async fn up(&self) {
        let (data, log) = (self.data(), self.data().join("log.txt"));
        for _ in 0..60 {
            // Children of the killed one may still hold the shared memory for a moment.
            if self.tool("pg_ctl", &["-D", &data.to_string_lossy(), "-l", &log.to_string_lossy(), "-w", "start"]) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        panic!("{}", std::fs::read_to_string(log).unwrap_or_default());
    }

    /// kill -9 of the postmaster, by its own number.
    fn kill(&self) {
        let pid = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap();
        let pid = pid.lines().next().unwrap().trim().to_owned();
        assert!(Command::new("kill").args(["-9", &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.tool("pg_ctl", &["-D", &self.data().to_string_lossy(), "-m", "immediate", "stop"]);
        remove(self.dir.path());
    }
}

fn remove(dir: &Path) {
    std::fs::remove_dir_all(dir).ok();
}

/// What one person was told.
#[derive(Default, Debug)]
struct Journal {
    acknowledged: u64,
    unanswered: u64,
    /// The last version and text that were acknowledged.
    last: (i64, String),
    /// The text of a save whose end nobody was told.
    open: Option<String>,
    longest: Duration,
}

/// Saves until told to stop; takes up the thread again whatever happens.
async fn keep_saving(c: Client, base: String, stop: Arc<AtomicBool>) -> Journal {
    let auto = format!("{base}/sections/outline/autosave");
    let mut j = Journal { last: (1, String::new()), ..Journal::default() };
    let (mut n, mut seen) = (0u64, 1i64);
    while !stop.load(Ordering::SeqCst) {
        n += 1;
        let text = format!("{n}番目の題");
        let asked = Instant::now();
        let answer = c.post_with(&auto, &[("plan_title", &text)], &[("x-hojo-version", &seen.to_string())]).await;
        j.longest = j.longest.max(asked.elapsed());
        match answer.status {
            200 => {
                seen = answer.header("x-hojo-version").parse().unwrap();
                j.acknowledged += 1;
                j.last = (seen, text);
                j.open = None;
            }
            409 => {
                // Only a save of our own that was committed without an answer can have been first.
                let told: serde_json::Value = serde_json::from_slice(&answer.bytes).unwrap();
                assert_eq!(told["values"][0]["theirs"].as_str(), j.open.as_deref(), "{told}");
                seen = told["version"].as_i64().unwrap();
                assert_eq!(seen, j.last.0 + 1, "one unanswered save is at most one version");
                j.last = (seen, j.open.take().unwrap());
            }
            401 | 303 => panic!("a database that is away is no reason to sign anybody out"),
            status => {
                assert!(matches!(status, 500 | 503), "{status}: {}", answer.said());
                j.unanswered += 1;
                j.open = Some(text);
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    j
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_killed_under_load_comes_back_without_a_restart_of_ours_and_nothing_acknowledged_is_lost() {
    let server = Server::start().await;
    let ground = Ground::on(&server.url()).await;
    let house = ground.house().await;
    let mut sql = ground.superuser().await;
    let mut people = Vec::new();
    for n in 0..SAVERS {
        let (id, session) =
            company(&mut sql, &format!("株式会社見本{n}"), Some(&format!("712345678901{n}")), "prime").await;
        let client = house.client(Site::Portal, &session);
        let base = client.start(ground.round).await;
        people.push((id, client, base));
    }
    drop(sql);
    let stop = Arc::new(AtomicBool::new(false));
    let mut savers = Vec::new();
    for (_, c, base) in &people {
        savers.push(tokio::spawn(keep_saving(c.clone(), base.clone(), Arc::clone(&stop))));
    }
    for kill in 1..=KILLS {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        server.kill();
        tokio::time::sleep(Duration::from_millis(700)).await;
        server.up().await;
        let back = Instant::now();
        loop {
            let round = futures_util::future::join_all((0..20).map(|n| {
                let (_, c, base) = &people[n % SAVERS];
                c.get(base)
            }))
            .await;
            if round.iter().all(|a| a.status == 200) {
                break;
            }
            assert!(
                back.elapsed() < Duration::from_secs(15),
                "kill {kill}: {:?}",
                round.iter().map(|a| a.status).collect::<Vec<_>>()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        println!("kill {kill}: everybody works {:?} after the server came back", back.elapsed());
    }
    stop.store(true, Ordering::SeqCst);
    let mut sql = ground.superuser().await;
    for ((id, ..), saver) in people.iter().zip(savers) {
        let j = saver.await.unwrap();
        println!("{} saves acknowledged, {} not, longest wait {:?}", j.acknowledged, j.unanswered, j.longest);
        assert!(j.acknowledged > 5, "{j:?}");
        assert!(j.longest < Duration::from_secs(15), "nobody hangs: {j:?}");
        let row = sql.rows(&format!("select version, answers ->> 'plan_title' from draft_sections where section = 'outline' and applicant_id = '{id}'")).await;
        let (version, text) = (row[0][0].parse::<i64>().unwrap(), &row[0][1]);
        let there = (version, text.clone()) == j.last || (version == j.last.0 + 1 && Some(text) == j.open.as_ref());
        assert!(there, "acknowledged {:?} (open {:?}), stored {version} {text}", j.last, j.open);
    }
    drop(sql);
    for db in &house.dbs {
        db.close().await;
    }
}
