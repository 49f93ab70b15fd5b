//! A real clamd with two signatures written by hand, and servers that behave as one should not.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test that cannot go on stops here, and says why it was skipped"
)]

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hojo_clamav::{Clamd, NoVerdict, Place, Scanner, Verdict};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// The test file of EICAR, in two parts so that no scanner takes this source for it.
fn eicar() -> Vec<u8> {
    [r"X5O!P%@AP[4\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"].concat().into_bytes()
}

struct Daemon {
    child: Child,
    place: Place,
    _dir: tempfile::TempDir,
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn hex(text: &[u8]) -> String {
    text.iter().map(|b| format!("{b:02x}")).collect()
}

/// Starts a clamd of its own; `None` when the package is not installed.
async fn daemon() -> Option<Daemon> {
    let clamd = ["/usr/sbin/clamd", "/usr/local/sbin/clamd"].into_iter().find(|p| Path::new(p).exists());
    let Some(clamd) = clamd else {
        println!("SKIPPED: clamd is not installed (./test installs clamav-daemon)");
        return None;
    };
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().join("db");
    std::fs::create_dir(&base).unwrap();
    let mark = hex(b"HOJO-TEST-SIGNATURE");
    std::fs::write(base.join("local.ndb"), format!("Eicar-Local:0:*:{}\nHojo.Mark:0:*:{mark}\n", hex(&eicar())))
        .unwrap();
    let socket = dir.path().join("clamd.sock");
    let config = dir.path().join("clamd.conf");
    let text = format!(
        "Foreground yes\nLocalSocket {}\nDatabaseDirectory {}\nStreamMaxLength 1M\nTemporaryDirectory {}\nMaxThreads 2\n",
        socket.display(),
        base.display(),
        dir.path().display()
    );
    std::fs::write(&config, text).unwrap();
    let child = Command::new(clamd)
        .arg("--config-file")
        .arg(&config)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let daemon = Daemon { child, place: Place::Socket(socket), _dir: dir };
    let asked = Clamd::new(daemon.place.clone(), Duration::from_secs(2));
    for _ in 0..300 {
        if asked.version().await.is_ok() {
            return Some(daemon);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("clamd does not come up");
}

#[tokio::test]
async fn a_real_clamd_finds_eicar_and_lets_clean_files_pass() {
    let Some(daemon) = daemon().await else { return };
    let clamd = Clamd::new(daemon.place.clone(), Duration::from_secs(20));
    assert!(clamd.version().await.unwrap().starts_with("ClamAV"));
    assert_eq!(clamd.scan(b"%PDF-1.7 nothing").await.unwrap(), Verdict::Clean);
    assert_eq!(clamd.scan(&[]).await.unwrap(), Verdict::Clean);
    let found = |v: Verdict| matches!(v, Verdict::Infected(name) if name.contains("Eicar"));
    assert!(found(clamd.scan(&eicar()).await.unwrap()));
    // Behind many chunks of something else.
    let mut long = vec![b'a'; 300_000];
    long.extend_from_slice(b"HOJO-TEST-SIGNATURE");
    assert!(matches!(clamd.scan(&long).await.unwrap(), Verdict::Infected(n) if n.contains("Hojo.Mark")));
    assert!(matches!(clamd.scan(&vec![b'a'; 2_000_000]).await, Err(NoVerdict::TooLarge | NoVerdict::Away(_))));
    assert_eq!(clamd.scan(b"and goes on").await.unwrap(), Verdict::Clean);
    drop(daemon);
    assert!(matches!(clamd.scan(b"x").await, Err(NoVerdict::Away(_))));
}

/// Takes the stream and answers with `answer`, or never.
async fn scripted(answer: Option<&'static [u8]>) -> Place {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = Place::Tcp(listener.local_addr().unwrap().to_string());
    tokio::spawn(async move {
        while let Ok((mut line, _)) = listener.accept().await {
            let mut taken = vec![0; 1024];
            if !line.read(&mut taken).await.is_ok_and(|n| n > 0) {
                continue;
            }
            match answer {
                Some(words) => drop(line.write_all(words).await),
                None => tokio::time::sleep(Duration::from_secs(60)).await,
            }
        }
    });
    place
}

#[tokio::test]
async fn no_answer_a_broken_one_or_a_long_one_is_never_clean() {
    for answer in [None, Some(&b""[..]), Some(b"stream: O"), Some(b"HTTP/1.1 200 OK\r\n\r\n"), Some(&[b'x'; 100_000])] {
        let clamd = Clamd::new(scripted(answer).await, Duration::from_millis(500));
        assert!(clamd.scan(b"bytes").await.is_err(), "{answer:?}");
    }
    let nobody = Clamd::new(Place::read("127.0.0.1:1"), Duration::from_millis(500));
    assert!(matches!(nobody.scan(b"bytes").await, Err(NoVerdict::Away(_))));
    let none = Clamd::new(Place::read("/nowhere/clamd.ctl"), Duration::from_millis(500));
    assert!(matches!(none.scan(b"bytes").await, Err(NoVerdict::Away(_))));
}
