//! Clients that go away at any moment. What they leave must not be a connection stuck in a transaction
//! that the next person gets.

use std::time::{Duration, Instant};

use hojo_app::demo::dice::Dice;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Desk;
use crate::client::{escape, multipart, pdf};
use crate::socket::{Served, head};

const STORM: usize = 5_000;
const AT_ONCE: usize = 40;
const SEED: u64 = 20_260_930;

fn requests(desk: &Desk) -> Vec<Vec<u8>> {
    let c = &desk.client;
    let save = format!("plan_title={}", escape("嵐の題"));
    let upload = multipart(&[], &[("att_supplement", "図表.pdf", &pdf(&"storm ".repeat(7_000)))]);
    let outline = format!("{}/sections/outline", desk.base);
    let form = "application/x-www-form-urlencoded";
    let of = |head: String, body: &[u8]| [head.as_bytes(), body].concat();
    vec![
        of(head("GET", "/me", c, "", 0), b""),
        of(head("GET", &desk.base, c, "", 0), b""),
        of(head("GET", &format!("{}/check", desk.base), c, "", 0), b""),
        of(head("POST", &format!("{outline}/autosave"), c, form, save.len()), save.as_bytes()),
        of(head("POST", &outline, c, form, save.len()), save.as_bytes()),
        of(
            head(
                "POST",
                &format!("{}/files/att_supplement", desk.base),
                c,
                "multipart/form-data; boundary=B",
                upload.len(),
            ),
            &upload,
        ),
        of(head("POST", &format!("{}/submit", desk.base), c, form, 11), b"declare=yes"),
    ]
}

fn below(dice: &mut Dice, limit: usize) -> usize {
    usize::try_from(dice.below(u64::try_from(limit).unwrap())).unwrap()
}

/// Sends a part of a request, waits a moment, and is gone: by FIN or by RST.
async fn vanish(address: std::net::SocketAddr, request: &[u8], cut: usize, wait: Duration, reset: bool) {
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    if stream.write_all(&request[..cut]).await.is_err() {
        return;
    }
    if tokio::time::timeout(wait, stream.read_u8()).await.is_ok() && !reset {
        return;
    }
    if reset {
        stream.set_zero_linger().ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_clients_that_vanish_leave_no_connection_in_a_transaction() {
    let mut desk = Desk::empty().await;
    let served = Served::start(&desk.ground, desk.house.gbizid.clone(), 6).await;
    let requests: std::sync::Arc<Vec<Vec<u8>>> = requests(&desk).into();
    let began = Instant::now();
    let mut storm = tokio::task::JoinSet::new();
    for part in 0..u64::try_from(AT_ONCE).unwrap() {
        let (requests, address) = (std::sync::Arc::clone(&requests), served.address);
        storm.spawn(async move {
            let mut dice = Dice::new(SEED, "storm", part);
            for _ in 0..STORM / AT_ONCE {
                let request = &requests[below(&mut dice, requests.len())];
                // Two in three arrive whole and are abandoned while being answered.
                let cut = if dice.chance(33) { below(&mut dice, request.len()) } else { request.len() };
                let wait = Duration::from_micros(dice.below(25_000));
                vanish(address, request, cut, wait, dice.chance(50)).await;
            }
        });
    }
    let all = tokio::time::timeout(Duration::from_secs(240), storm.join_all()).await;
    assert!(all.is_ok(), "the storm did not pass");
    println!("{STORM} clients vanished in {:?} (seed {SEED})", began.elapsed());

    let name = desk.ground.name.clone();
    let stuck = format!(
        "select count(*) from pg_stat_activity where datname = '{name}' and usename <> 'postgres' and state like 'idle in transaction%'"
    );
    let busy = format!(
        "select count(*) from pg_stat_activity where datname = '{name}' and usename <> 'postgres' and state <> 'idle'"
    );
    // What was abandoned is worked off first.
    let mut quiet = 0;
    for _ in 0..900 {
        quiet = if served.db.usage().0 == 0 && desk.sql.count(&busy).await == 0 { quiet + 1 } else { 0 };
        if quiet == 5 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(quiet, 5, "connections that nobody uses do not come back: {:?}", served.db.usage());
    println!("quiet again {:?} after the first of them", began.elapsed());
    assert_eq!(desk.sql.count(&stuck).await, 0, "connections are stuck in a transaction");
    assert_eq!(desk.sql.count(&busy).await, 0);
    // More people at once than the pool has connections: each connection is lent again and is clean.
    let list = head("GET", &desk.base, &desk.client, "", 0);
    let answers = futures_util::future::join_all((0..24).map(|_| served.ask(&list))).await;
    for answer in answers {
        let code = answer.rsplit('（').next().and_then(|t| t.split('）').next()).unwrap_or_default();
        assert!(
            answer.starts_with("HTTP/1.1 200"),
            "{} {code} {:?}",
            answer.lines().next().unwrap_or_default(),
            served.db.usage()
        );
    }
    let version = desk.sql.one("select version from draft_sections where section = 'outline'").await;
    let auto = format!("{}/sections/outline/autosave", desk.base);
    let saved = desk.client.post_with(&auto, &[("plan_title", "嵐のあと")], &[("x-hojo-version", &version)]).await;
    assert_eq!(saved.status, 200, "{}", saved.said());
    // Every upload that was accepted is one row and one blob; no half one.
    assert!(desk.sql.count("select count(*) from files where state = 'accepted'").await <= 1);
    served.stop().await;
    desk.end().await;
}
