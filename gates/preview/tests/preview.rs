//! Real programs in the real sandbox of this machine.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::fmt::Write;
use std::time::{Duration, Instant};

use hojo_preview::{Drawn, Kind, NoPicture, Pictures, Sandbox};
use tokio::net::TcpListener;

/// One page of a given size (points) with these drawing orders.
fn pdf(width: u64, height: u64, orders: &str) -> Vec<u8> {
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (n, body) in [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R /Resources << >> >>"),
        format!("<< /Length {} >>\nstream\n{orders}\nendstream", orders.len()),
    ]
    .iter()
    .enumerate()
    {
        places.push(out.len());
        write!(out, "{} 0 obj\n{body}\nendobj\n", n + 1).unwrap();
    }
    let table = out.len();
    write!(out, "xref\n0 5\n0000000000 65535 f \n").unwrap();
    for at in places {
        writeln!(out, "{at:010} 00000 n ").unwrap();
    }
    write!(out, "trailer << /Size 5 /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    out.into_bytes()
}

/// Width and height of a PNG.
fn size(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png.get(at..at + 4).unwrap().try_into().unwrap());
    (number(16), number(20))
}

const BOX: &str = "1 0 0 rg 10 10 200 200 re f";

#[tokio::test]
async fn a_page_becomes_a_picture_and_a_page_a_kilometre_wide_one_of_the_same_size() {
    let drawn = Drawn::default();
    let page = drawn.page(Kind::Pdf, &pdf(595, 842, BOX), 1).await.unwrap();
    assert_eq!(size(&page).1, 1400);
    let huge = drawn.page(Kind::Pdf, &pdf(2_834_645, 2_834_645, BOX), 1).await.unwrap();
    assert_eq!(size(&huge), (1400, 1400));
    // An image goes the same way, and comes back as another image: nothing that was hidden in it comes along.
    let mut hiding = page.clone();
    hiding.extend_from_slice(b"<script>hidden</script>");
    let image = drawn.page(Kind::Png, &hiding, 1).await.unwrap();
    assert_eq!(size(&image).1, 1400);
    assert!(!image.windows(6).any(|w| w == b"hidden"));
}

#[tokio::test]
async fn what_cannot_be_drawn_is_said_in_time() {
    let drawn = Drawn::default();
    let endless = "q 1 0 0 1 0 0 cm 0 0 m 500 500 l S Q 0 0 600 800 re f* ".repeat(400_000);
    for (what, kind, bytes, n) in [
        ("no PDF", Kind::Pdf, b"this is no PDF".to_vec(), 1),
        ("cut", Kind::Pdf, pdf(595, 842, BOX).split_at(60).0.to_vec(), 1),
        ("empty", Kind::Pdf, vec![], 1),
        ("a page it does not have", Kind::Pdf, pdf(595, 842, BOX), 7),
        ("no JPEG", Kind::Jpeg, b"\xff\xd8\xff\xe0nothing".to_vec(), 1),
        ("no PNG", Kind::Png, b"\x89PNG\r\n\x1a\nnothing".to_vec(), 1),
    ] {
        let told = drawn.page(kind, &bytes, n).await.unwrap_err();
        assert!(matches!(told, NoPicture::File(_)), "{what}: {told}");
    }
    // Work without end is ended: drawn or given up, within the wall's time.
    let began = Instant::now();
    drop(drawn.page(Kind::Pdf, &pdf(595, 842, &endless), 1).await);
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}

/// Every kind of shutting in that works on this machine, and what is used is one of them.
#[tokio::test]
async fn what_is_shut_in_reaches_no_network_no_secret_and_no_end_of_time_or_memory() {
    let used = Sandbox::detect().await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let call = format!("exec 3<>/dev/tcp/127.0.0.1/{}", listener.local_addr().unwrap().port());
    // Outside it connects: the proof below is one.
    let outside = tokio::process::Command::new("bash").args(["-c", &call]).status().await.unwrap();
    assert!(outside.success());
    tokio::time::timeout(Duration::from_secs(5), listener.accept()).await.unwrap().unwrap();

    let mut worked = Vec::new();
    for sandbox in [Sandbox::Bubblewrap, Sandbox::Unshare, Sandbox::UnshareAsRoot] {
        if sandbox.run(&["true"], b"").await.is_err() {
            continue;
        }
        worked.push(sandbox);
        assert!(sandbox.run(&["bash", "-c", &call], b"").await.is_err(), "{sandbox:?} reached the network");
        let none = tokio::time::timeout(Duration::from_millis(300), listener.accept()).await;
        assert!(none.is_err(), "{sandbox:?} reached the listener");
        let links = sandbox.run(&["cat", "/proc/net/dev"], b"").await.unwrap_or_default();
        assert!(!String::from_utf8_lossy(&links).contains("eth"), "{sandbox:?}");
        // Nothing of the server's surroundings comes along.
        let surroundings = sandbox.run(&["env"], b"").await.unwrap();
        assert!(!String::from_utf8_lossy(&surroundings).contains("HOME="), "{sandbox:?}");
    }
    assert!(worked.contains(&used));
    let hungry = "x=$(head -c 800000000 /dev/zero | tr '\\0' x); test ${#x} -eq 800000000";
    for endless in [hungry, "while :; do :; done", "yes"] {
        let began = Instant::now();
        assert!(used.run(&["bash", "-c", endless], b"").await.is_err(), "{endless}");
        assert!(began.elapsed() < Duration::from_secs(22), "{endless}: {:?}", began.elapsed());
    }
    if used == Sandbox::Bubblewrap {
        for secret in ["/etc/passwd", "/proc/1/environ", "/root", "/home", "/var"] {
            let told = used.run(&["ls", secret], b"").await;
            assert!(told.is_err(), "{secret}: {told:?}");
        }
        assert!(used.run(&["touch", "/usr/mine"], b"").await.is_err());
    }
}
