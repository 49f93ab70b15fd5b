//! Files that must not get in, and uploads that never arrive whole.

use std::io::{Cursor, Write};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::Desk;
use crate::client::{multipart, pdf};
use crate::socket::{Served, head};
use crate::sql::public;

/// A zip with these entries.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

const TYPES: &[u8] =
    b"<?xml version=\"1.0\"?><Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"></Types>";

fn book(extra: &[(&str, &[u8])]) -> Vec<u8> {
    let sheet = b"<?xml version=\"1.0\"?><workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheets/></workbook>";
    let mut entries: Vec<(&str, &[u8])> = vec![("[Content_Types].xml", TYPES), ("xl/workbook.xml", sheet)];
    entries.extend(extra);
    zip(&entries)
}

fn locked_pdf() -> Vec<u8> {
    let text = String::from_utf8(pdf("locked")).unwrap();
    let lock = "/Encrypt << /Filter /Standard /V 1 /R 2 /P -44 /O <0000000000000000000000000000000000000000000000000000000000000000> /U <0000000000000000000000000000000000000000000000000000000000000000> >>";
    text.replace("/Root 1 0 R", &format!("/Root 1 0 R {lock} /ID [<00><00>]")).into_bytes()
}

fn scripted_pdf() -> Vec<u8> {
    let text = String::from_utf8(pdf("scripted")).unwrap();
    text.replace("/Type /Catalog", "/Type /Catalog /OpenAction << /S /JavaScript /JS (app.alert(1)) >>").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_and_broken_files_are_refused_with_the_reason_and_the_good_one_stays() {
    let mut desk = Desk::empty().await;
    let up = |slot: &str| format!("{}/files/{slot}", desk.base);
    desk.client.upload(&up("att_supplement"), &[("att_supplement", "図表.pdf", &pdf("good"))]).await.ok();
    let whole = pdf("cut");
    let too_large = [pdf("large"), vec![b' '; 11 * 1024 * 1024]].concat();
    let beyond = vec![b'x'; 21 * 1024 * 1024];
    let macro_book = book(&[("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0")]);
    let bomb = book(&[("xl/worksheets/sheet1.xml", &vec![b'0'; 30 * 1024 * 1024])]);
    let slip = book(&[("../../../etc/cron.d/x", b"* * * * * root true")]);
    // As large as a slot allows: a scan of many pages.
    let large = pdf(&"scan ".repeat(1_900_000));
    desk.client.upload(&up("att_supplement"), &[("att_supplement", "図表.pdf", &large)]).await.ok();
    let cases: &[(&str, &str, &[u8], &[&str])] = &[
        ("att_supplement", "空.pdf", b"", &["空です"]),
        ("att_supplement", "鍵.pdf", &locked_pdf(), &["パスワード"]),
        ("att_supplement", "動く.pdf", &scripted_pdf(), &["動作する", "スクリプト"]),
        ("att_supplement", "半分.pdf", &whole[..whole.len() / 2], &["開けません"]),
        ("att_supplement", "先頭だけ.pdf", &whole[..9], &["開けません"]),
        ("att_supplement", "実は画像.pdf", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", &["形式"]),
        ("att_supplement", "実はPDF.png", &whole, &["末尾", "形式"]),
        ("att_supplement", "実行.pdf", b"MZ\x90\0", &["形式"]),
        ("att_supplement", "頁.pdf", b"<html><script>alert(1)</script>", &["形式"]),
        ("att_supplement", "大きい.pdf", &too_large, &["大きすぎます"]),
        ("att_supplement", "とても大きい.pdf", &beyond, &["大きすぎます"]),
        ("att_supplement", "逆\u{202e}fdp.pdf", &whole, &["ファイル名"]),
        ("att_roster", "マクロ.xlsx", &macro_book, &["マクロ"]),
        ("att_roster", "マクロ.xlsm", &macro_book, &["マクロ", "末尾"]),
        ("att_roster", "爆弾.xlsx", &bomb, &[""]),
        ("att_roster", "外へ.xlsx", &slip, &[""]),
        ("att_roster", "ただのzip.xlsx", &zip(&[("a.txt", b"a")]), &[""]),
    ];
    for (slot, name, bytes, words) in cases {
        let refused = desk.client.upload(&up(slot), &[(slot, name, bytes)]).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.said());
        assert!(words.iter().any(|w| refused.has(w)), "{name} is told {words:?}: {}", refused.said());
        assert_eq!(desk.sql.count("select count(*) from files where state = 'accepted'").await, 1, "{name}");
    }
    assert!(desk.client.get(&format!("{}/sections/attachments", desk.base)).await.ok().has("図表.pdf"));
    // The import of a table looks at its file as closely.
    for (name, bytes) in [("マクロ.xlsx", &macro_book), ("爆弾.xlsx", &bomb), ("空.xlsx", &Vec::new())] {
        let refused = desk.client.upload(&format!("{}/import/lines", desk.base), &[("import", name, bytes)]).await;
        assert_eq!(refused.status, 422, "{name}: {}", refused.said());
    }
    // A file is never served as something that runs.
    let id = public(&desk.sql.one("select public_id from files where state = 'accepted'").await);
    let served = desk.house.handed(&desk.client.get(&format!("/files/{id}")).await).await.ok();
    assert_eq!(served.header("x-content-type-options"), "nosniff");
    assert!(served.header("content-security-policy").starts_with("default-src 'none'"));
    let kept = desk.house.handed(&desk.client.get(&format!("/files/{id}?download=1")).await).await.ok();
    assert!(kept.header("content-security-policy").contains("sandbox"));
    assert!(kept.header("content-disposition").starts_with("attachment"));
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_cut_at_any_byte_leaves_the_draft_as_it_was() {
    let mut desk = Desk::empty().await;
    let served = Served::start(&desk.ground, desk.house.gbizid.clone(), 8).await;
    let file = pdf(&"cut off ".repeat(40_000));
    let body = multipart(&[], &[("att_supplement", "図表.pdf", &file)]);
    let path = format!("{}/files/att_supplement", desk.base);
    let headers = head("POST", &path, &desk.client, "multipart/form-data; boundary=B", body.len());
    let whole = [headers.as_bytes(), &body].concat();
    let cuts = [1, headers.len() / 2, headers.len(), headers.len() + 1];
    let shares = [1usize, 10, 50, 90, 99].map(|percent| headers.len() + body.len() * percent / 100);
    let last = [whole.len() - 1, whole.len() - 5];
    for cut in cuts.into_iter().chain(shares).chain(last) {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(&whole[..cut]).await.unwrap();
        drop(stream);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(desk.sql.count("select count(*) from files where state = 'accepted'").await, 0);
    assert_eq!(desk.sql.count("select count(*) from draft_sections where answers ? 'att_supplement'").await, 0);

    // Everything was sent, and nobody waits for the answer: it counts, and once.
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(&whole).await.unwrap();
    drop(stream);
    for _ in 0..50 {
        if desk.sql.count("select count(*) from files where state = 'accepted'").await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(desk.sql.count("select count(*) from files where state = 'accepted'").await, 1);
    // Sent again, because the answer never came: told that it is there already.
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(&whole).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("同じ内容のファイル") || answer.contains("受け取りました"), "{answer}");
    assert_eq!(desk.sql.count("select count(*) from files where state = 'accepted'").await, 1);
    served.stop().await;
    desk.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stalled_uploads_hold_no_connection_to_the_database() {
    let desk = Desk::empty().await;
    let served = Served::start(&desk.ground, desk.house.gbizid.clone(), 4).await;
    let path = format!("{}/files/att_supplement", desk.base);
    let headers = head("POST", &path, &desk.client, "multipart/form-data; boundary=B", 1_000_000);
    let mut stalled = Vec::new();
    for _ in 0..60 {
        let mut stream = TcpStream::connect(served.address).await.unwrap();
        stream.write_all(headers.as_bytes()).await.unwrap();
        stream.write_all(b"--B\r\n").await.unwrap();
        stalled.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    // Sixty people on slow lines, a pool of four: everybody else works on.
    for _ in 0..20 {
        let answer = served.ask(&head("GET", "/me", &desk.client, "", 0)).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{}", answer.lines().next().unwrap_or_default());
    }
    drop(stalled);
    served.stop().await;
    desk.end().await;
}
