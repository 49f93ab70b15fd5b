//! A program shut in: no network, no file of ours, no other process, and limits on time, memory and output.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

use crate::NoPicture;

/// Seconds of processor time.
const CPU: u32 = 10;
/// Bytes of address space.
const MEMORY: u64 = 512 * 1024 * 1024;
/// Waiting for other work of the machine included.
const WALL: Duration = Duration::from_secs(20);
/// A picture that is larger is none.
const MOST: u64 = 16 * 1024 * 1024;

/// How programs are shut in on this machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sandbox {
    /// bubblewrap: namespaces of its own and a root that holds `/usr`, read only, and nothing else.
    Bubblewrap,
    /// `unshare`: no network, no other processes; the machine's files can be read.
    Unshare,
    /// `unshare` as root where no user namespace may be made: no network, no other processes.
    UnshareAsRoot,
}

impl Sandbox {
    /// The best that works here; tried, not guessed.
    pub async fn detect() -> Option<Self> {
        for one in [Self::Bubblewrap, Self::Unshare, Self::UnshareAsRoot] {
            if one.run(&["true"], b"").await.is_ok() {
                if one != Self::Bubblewrap {
                    tracing::warn!(
                        sandbox = ?one,
                        "bubblewrap does not work here: previews are drawn without a network, but can read the machine's files"
                    );
                }
                return Some(one);
            }
        }
        tracing::error!("neither bubblewrap nor unshare works here: no preview is drawn");
        None
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Bubblewrap => &[
                "bwrap",
                "--unshare-all",
                "--die-with-parent",
                "--new-session",
                "--cap-drop",
                "ALL",
                "--uid",
                "65534",
                "--gid",
                "65534",
                "--clearenv",
                "--setenv",
                "PATH",
                "/usr/bin",
                "--setenv",
                "LANG",
                "C.UTF-8",
                "--ro-bind",
                "/usr",
                "/usr",
                "--symlink",
                "usr/bin",
                "/bin",
                "--symlink",
                "usr/lib",
                "/lib",
                "--symlink",
                "usr/lib64",
                "/lib64",
                "--ro-bind-try",
                "/etc/fonts",
                "/etc/fonts",
                "--ro-bind-try",
                "/etc/alternatives",
                "/etc/alternatives",
                "--tmpfs",
                "/tmp",
                "--chdir",
                "/tmp",
                "--",
            ],
            Self::Unshare => {
                &["unshare", "--user", "--map-current-user", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--"]
            }
            Self::UnshareAsRoot => &["unshare", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--"],
        }
    }

    /// Runs a program over `input` and gives back what it wrote.
    ///
    /// # Errors
    /// [`NoPicture::File`] when it failed, took too long or wrote too much; [`NoPicture::Away`] when it could not start.
    pub async fn run(self, program: &[&str], input: &[u8]) -> Result<Vec<u8>, NoPicture> {
        let mut command = Command::new("prlimit");
        command.args([format!("--cpu={CPU}"), format!("--as={MEMORY}"), "--core=0".into(), "--nofile=64".into()]);
        command.args(["--fsize=67108864", "--"]).args(self.words()).args(program);
        command.env_clear().env("PATH", "/usr/bin:/bin").env("LANG", "C.UTF-8");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let child = command.spawn().map_err(|e| NoPicture::Away(e.to_string()))?;
        match tokio::time::timeout(WALL, talk(child, input)).await {
            Ok(result) => result,
            // Dropped, the child is killed, and what it had shut in dies with it.
            Err(_) => Err(NoPicture::File(format!("not ready after {WALL:?}"))),
        }
    }
}

async fn talk(mut child: Child, input: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let trouble = |e: std::io::Error| NoPicture::Away(e.to_string());
    let no_pipe = || NoPicture::Away("no pipe".into());
    let (mut stdin, stdout, stderr) = (
        child.stdin.take().ok_or_else(no_pipe)?,
        child.stdout.take().ok_or_else(no_pipe)?,
        child.stderr.take().ok_or_else(no_pipe)?,
    );
    let (mut out, mut said) = (Vec::new(), Vec::new());
    let (mut stdout, mut stderr) = (stdout.take(MOST + 1), stderr.take(2_000));
    let write = async move {
        // A program that has seen enough closes its end; that is no failure.
        drop(stdin.write_all(input).await);
        drop(stdin.shutdown().await);
    };
    let read = async {
        stdout.read_to_end(&mut out).await?;
        // What comes after goes nowhere: a program with too much to say ends by its broken pipe.
        drop(stdout);
        Ok::<(), std::io::Error>(())
    };
    let ((), read, _) = tokio::join!(write, read, stderr.read_to_end(&mut said));
    read.map_err(trouble)?;
    drop(stderr);
    let status = child.wait().await.map_err(trouble)?;
    if out.len() as u64 > MOST {
        return Err(NoPicture::File("the picture is too large".into()));
    }
    if status.success() {
        return Ok(out);
    }
    let said: String = String::from_utf8_lossy(&said).chars().filter(|c| !c.is_control()).take(300).collect();
    Err(NoPicture::File(format!("{status}: {said}")))
}
