//! Files that wait for the virus scanner: clean ones pass, infected ones are laid aside, and while the scanner is away
//! they wait and an alarm is open.

use std::sync::Mutex;

use async_trait::async_trait;
use hojo_clamav::{NoVerdict, Scanner, Verdict};
use hojo_operations::{Scanned, scan_once};

use crate::world::World;

struct Scripted(Mutex<bool>);

#[async_trait]
impl Scanner for Scripted {
    async fn scan(&self, bytes: &[u8]) -> Result<Verdict, NoVerdict> {
        if !*self.0.lock().unwrap() {
            return Err(NoVerdict::Away("nobody listens".into()));
        }
        let bad = bytes.starts_with(b"bad");
        Ok(if bad { Verdict::Infected("Test.Sig".into()) } else { Verdict::Clean })
    }

    async fn version(&self) -> Result<String, NoVerdict> {
        Ok("ClamAV test".into())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_wait_while_the_scanner_is_away_and_are_judged_when_it_is_back() {
    let w = World::new(&[hojo_access::Permission::BeInsider, hojo_access::Permission::ViewOperations]).await;
    for bytes in ["good", "bad"] {
        let sha = w.vault().keep(bytes.into()).await.unwrap();
        w.queue_scan(&sha).await;
    }
    let scanner = Scripted(Mutex::new(false));
    let away = scan_once(&w.worker, w.vault(), &scanner).await.unwrap();
    assert_eq!(away, Scanned { clean: 0, infected: 0, waiting: 1 });
    assert_eq!(w.text("select count(*) from file_scans where state = 'waiting'").await, "2");
    assert!(w.get("/health").await.text.contains("警報：ウイルス検査"));

    *scanner.0.lock().unwrap() = true;
    let back = scan_once(&w.worker, w.vault(), &scanner).await.unwrap();
    assert_eq!(back, Scanned { clean: 1, infected: 1, waiting: 0 });
    assert_eq!(w.text("select found from file_scans where state = 'infected'").await, "Test.Sig");
    assert_eq!(w.text("select count(*) from alarms where cleared_at is null").await, "0");
    assert_eq!(w.text("select count(*) from operation_log where detail->>'what' = 'file-quarantined'").await, "1");
    assert_eq!(scan_once(&w.worker, w.vault(), &scanner).await.unwrap(), Scanned::default());
    w.end().await;
}
