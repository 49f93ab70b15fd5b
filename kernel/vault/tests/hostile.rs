//! Files that must not get in, each for its own reason; and the honest ones beside them that must.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::io::{Cursor, Write};

use hojo_vault::Format;
use hojo_vault::inspect::inspect;

const ALL: &[Format] = &[Format::Pdf, Format::Xlsx, Format::Png, Format::Jpeg];

fn code(name: &str, bytes: &[u8]) -> &'static str {
    inspect(name, bytes, ALL).map_or_else(|r| r.code, |_| "")
}

fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        out.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        out.write_all(bytes).unwrap();
    }
    out.finish().unwrap().into_inner()
}

fn pdf(inside: &str) -> Vec<u8> {
    let objects = [
        format!("<< /Type /Catalog /Pages 2 0 R {inside} >>"),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_owned(),
    ];
    let (mut out, mut places) = (b"%PDF-1.7\n".to_vec(), Vec::new());
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n{object}\nendobj\n", n + 1).bytes());
    }
    let xref = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    for place in places {
        out.extend(format!("{place:010} 00000 n \n").bytes());
    }
    out.extend(format!("trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n{xref}\n%%EOF\n").bytes());
    out
}

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut out = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    out.extend(width.to_be_bytes());
    out.extend(height.to_be_bytes());
    out.extend(b"\x08\x06\0\0\0\0\0\0\0\0\0\0\0IEND\xaeB`\x82");
    out
}

#[test]
fn hostile_files_do_not_get_in() {
    let book = ("xl/workbook.xml", &b"<workbook/>"[..]);
    let many: Vec<(String, Vec<u8>)> = (0..501).map(|n| (format!("xl/{n}"), vec![])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, b)| (n.as_str(), b.as_slice())).collect();
    let zeroes = vec![0u8; 30_000_000];
    let mut hidden = b"<script>alert(1)</script>".to_vec();
    hidden.extend(pdf(""));
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("空.pdf", vec![]),
        ("行頭以外.pdf", hidden),
        ("頁.png", b"<svg onload=alert(1)>".to_vec()),
        ("実行.xlsx", b"MZ\x90\0".to_vec()),
        ("洪水.png", png(60_000, 60_000)),
        ("零.png", png(0, 10)),
        ("切れた.png", png(10, 10)[..24].to_vec()),
        ("爆弾.xlsx", archive(&[book, ("xl/big", &zeroes)])),
        ("多すぎる.xlsx", archive(&many)),
        ("上へ.xlsx", archive(&[book, ("../../etc/passwd", b"x")])),
        ("絶対.xlsx", archive(&[book, ("/etc/passwd", b"x")])),
        ("マクロ.xlsx", archive(&[book, ("xl/vbaProject.bin", b"x")])),
        ("大文字.xlsx", archive(&[book, ("XL/VBAPROJECT.BIN", b"x")])),
        ("部品.xlsx", archive(&[book, ("xl/embeddings/ole.bin", b"x")])),
        ("外部.xlsx", archive(&[book, ("xl/externalLinks/externalLink1.xml", b"x")])),
        ("ただの書庫.xlsx", archive(&[("readme.txt", b"x")])),
        ("末尾違い.pdf", archive(&[book])),
        ("逆\u{202e}fdp.pdf", pdf("")),
        ("道/名前.pdf", pdf("")),
        ("無\0.pdf", pdf("")),
        ("動く.pdf", pdf("/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")),
        ("起動.pdf", pdf("/OpenAction << /S /Launch /F (cmd) >>")),
        ("埋込.pdf", pdf("/Names << /EmbeddedFiles << /Names [] >> >>")),
        ("書式.pdf", pdf("/AcroForm << /XFA [] >>")),
        ("鍵.pdf", pdf("/Encrypt 9 0 R")),
        ("半分.pdf", pdf("")[..60].to_vec()),
    ];
    for (name, bytes) in &cases {
        assert_ne!(code(name, bytes), "", "{name} got in");
    }
    // Cut or changed anywhere, a file is refused or is still a file; no bytes bring the parser down.
    let whole = [pdf(""), archive(&[book]), png(10, 10)];
    for (bytes, name) in whole.iter().zip(["a.pdf", "a.xlsx", "a.png"]) {
        assert_eq!(code(name, bytes), "", "{name} is honest");
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 0xff;
            drop(inspect(name, &other, ALL));
            drop(inspect(name, &bytes[..at], ALL));
        }
    }
}
