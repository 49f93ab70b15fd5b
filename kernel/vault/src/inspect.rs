//! Is this file what the slot asks for, and can the office open it? Judged by its bytes.

use std::io::{Cursor, Read};

use lopdf::{Document, Object};

/// What a slot may ask for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Format {
    Pdf,
    Xlsx,
    Jpeg,
    Png,
}

impl Format {
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }

    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Xlsx => "Excel(.xlsx)",
            Self::Jpeg => "JPEG画像",
            Self::Png => "PNG画像",
        }
    }

    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Xlsx => &["xlsx"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Png => &["png"],
        }
    }
}

/// A file that may be used.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inspection {
    pub format: Format,
    /// Pages of a PDF.
    pub pages: Option<u32>,
}

/// Why a file was refused: stable code, what is the matter, what to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    pub code: &'static str,
    pub message: String,
    pub advice: String,
}

fn refused<T>(code: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Result<T, Refused> {
    Err(Refused { code, message: message.into(), advice: advice.into() })
}

/// A PDF's end mark stands in its last 1,024 bytes (ISO 32000-1, annex H.3, note 18).
const PDF_END: usize = 1_024;
const MAX_PDF_PAGES: usize = 1_000;
const MAX_PIXELS: u64 = 50_000_000;
const MAX_ENTRIES: usize = 500;
const MAX_UNPACKED: u64 = 200 * 1024 * 1024;
const MAX_RATIO: u64 = 100;

/// Inspects a file against the formats its slot allows. Never panics on hostile bytes: a parser
/// that does is caught and the file refused as damaged.
///
/// # Errors
/// [`Refused`] for the person who sent it.
pub fn inspect(name: &str, bytes: &[u8], allowed: &[Format]) -> Result<Inspection, Refused> {
    if bytes.is_empty() {
        return refused(
            "FILE-EMPTY",
            "ファイルの中身が空です（0バイト）。",
            "元のファイルを開けることを確認し、もう一度添付してください。",
        );
    }
    check_name(name)?;
    let Some(format) = sniff(bytes) else {
        return not_allowed(allowed);
    };
    if !allowed.contains(&format) {
        return not_allowed(allowed);
    }
    let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    if !format.endings().contains(&ending.as_str()) {
        return refused(
            "FILE-NAME-DIFFERS",
            format!("ファイル名の末尾は「.{ending}」ですが、中身は{}です。", format.label()),
            "正しい形式で保存し直してから添付してください。",
        );
    }
    let looked = std::panic::catch_unwind(|| match format {
        Format::Pdf => pdf(bytes),
        Format::Xlsx => xlsx(bytes).map(|()| None),
        Format::Jpeg | Format::Png => image(format, bytes).map(|()| None),
    });
    match looked {
        Ok(result) => result.map(|pages| Inspection { format, pages }),
        Err(_) => damaged(format),
    }
}

fn not_allowed<T>(allowed: &[Format]) -> Result<T, Refused> {
    let wanted: Vec<_> = allowed.iter().map(|f| f.label()).collect();
    refused(
        "FILE-FORMAT",
        "この欄に添付できる形式のファイルではありません。",
        format!("{}で保存したファイルを添付してください。", wanted.join("または")),
    )
}

fn damaged<T>(format: Format) -> Result<T, Refused> {
    refused(
        "FILE-DAMAGED",
        format!("{}として開けません。ファイルが壊れている可能性があります。", format.label()),
        "元のファイルを開けることを確認し、保存し直してから添付してください。",
    )
}

fn check_name(name: &str) -> Result<(), Refused> {
    let bad = |c: char| c.is_control() || matches!(c, '/' | '\\' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if name.trim().is_empty() || name.chars().any(bad) || name.chars().count() > 200 {
        return refused(
            "FILE-NAME",
            "ファイル名に使えない文字があるか、長すぎます。",
            "200文字以内の、記号「/」「\\」を含まない名前に変えてください。",
        );
    }
    Ok(())
}

fn sniff(bytes: &[u8]) -> Option<Format> {
    // A PDF starts at byte 0: one that hides behind other bytes is also something else.
    if bytes.starts_with(b"%PDF-") {
        return Some(Format::Pdf);
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return Some(Format::Xlsx);
    }
    match infer::get(bytes).map(|t| t.mime_type()) {
        Some("image/jpeg") => Some(Format::Jpeg),
        Some("image/png") => Some(Format::Png),
        _ => None,
    }
}

fn pdf(bytes: &[u8]) -> Result<Option<u32>, Refused> {
    // The parser reads encrypted files with an empty password; the office's viewers do not always.
    if find(bytes, b"/Encrypt") {
        return refused(
            "FILE-PASSWORD",
            "PDFにパスワードまたは編集制限が設定されています。",
            "パスワードと制限を外して保存し直してから添付してください。",
        );
    }
    // The parser rebuilds a file whose end is missing; the pages that were cut off stay lost.
    let end = bytes.get(bytes.len().saturating_sub(PDF_END)..).unwrap_or_default();
    if !find(end, b"%%EOF") {
        return damaged(Format::Pdf);
    }
    let Ok(doc) = Document::load_mem(bytes) else { return damaged(Format::Pdf) };
    if doc.is_encrypted() {
        return refused(
            "FILE-PASSWORD",
            "PDFにパスワードまたは編集制限が設定されています。",
            "パスワードと制限を外して保存し直してから添付してください。",
        );
    }
    let pages = doc.get_pages().len();
    if pages == 0 {
        return damaged(Format::Pdf);
    }
    if pages > MAX_PDF_PAGES {
        return refused(
            "FILE-PAGES",
            format!("PDFのページ数が{pages}ページあります（上限{MAX_PDF_PAGES}ページ）。"),
            "必要なページだけにして添付してください。",
        );
    }
    if doc.objects.values().any(is_active) {
        return refused(
            "FILE-ACTIVE",
            "PDFにスクリプトや埋め込みファイルなど、動作する内容が含まれています。",
            "「印刷」からPDFとして保存し直したファイルを添付してください。",
        );
    }
    Ok(u32::try_from(pages).ok())
}

/// Script, launch actions, embedded files, forms with their own program.
fn is_active(o: &Object) -> bool {
    let dict = match o {
        Object::Dictionary(d) => d,
        Object::Stream(s) => &s.dict,
        _ => return false,
    };
    dict.iter().any(|(k, v)| {
        matches!(
            k.as_slice(),
            b"JavaScript" | b"JS" | b"Launch" | b"EmbeddedFiles" | b"EmbeddedFile" | b"RichMedia" | b"XFA"
        ) || (k == b"S" && matches!(v, Object::Name(n) if n == b"JavaScript" || n == b"Launch"))
            || (k == b"Type" && matches!(v, Object::Name(n) if n == b"EmbeddedFile"))
            || is_active(v)
    })
}

fn xlsx(bytes: &[u8]) -> Result<(), Refused> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return damaged(Format::Xlsx) };
    if archive.len() > MAX_ENTRIES {
        return damaged(Format::Xlsx);
    }
    let mut unpacked: u64 = 0;
    let mut has_workbook = false;
    for i in 0..archive.len() {
        let Ok(mut entry) = archive.by_index(i) else {
            return refused(
                "FILE-PASSWORD",
                "Excelファイルを開けません。パスワードが設定されている可能性があります。",
                "パスワードを外して保存し直してから添付してください。",
            );
        };
        let name = entry.name().to_owned();
        if entry.enclosed_name().is_none() || name.starts_with(['/', '\\']) || entry.is_symlink() {
            return damaged(Format::Xlsx);
        }
        let lower = name.to_ascii_lowercase();
        if lower.ends_with("vbaproject.bin")
            || lower.contains("/activex/")
            || lower.contains("/embeddings/")
            || lower.contains("externallinks/")
        {
            return refused(
                "FILE-ACTIVE",
                "Excelファイルにマクロ、外部リンクまたは埋め込みファイルが含まれています。",
                "マクロや外部リンクを除いた「.xlsx」形式で保存し直してください。",
            );
        }
        has_workbook |= name == "xl/workbook.xml";
        // Counted while inflating: the sizes an archive declares are not to be believed.
        let packed = entry.compressed_size().max(1);
        let mut read = (&mut entry).take(MAX_UNPACKED + 1);
        let Ok(n) = std::io::copy(&mut read, &mut std::io::sink()) else { return damaged(Format::Xlsx) };
        unpacked = unpacked.saturating_add(n);
        if unpacked > MAX_UNPACKED || (n > 10_000_000 && n / packed > MAX_RATIO) {
            return damaged(Format::Xlsx);
        }
    }
    if has_workbook { Ok(()) } else { not_allowed(&[Format::Xlsx]) }
}

fn image(format: Format, bytes: &[u8]) -> Result<(), Refused> {
    let size = match format {
        Format::Png => png_size(bytes),
        _ => jpeg_size(bytes),
    };
    match size {
        None | Some((0, _) | (_, 0)) => damaged(format),
        Some((w, h)) if u64::from(w) * u64::from(h) > MAX_PIXELS => refused(
            "FILE-PIXELS",
            format!("画像が大きすぎます（{w}×{h}画素）。"),
            "5,000万画素以下に縮小してから添付してください。",
        ),
        Some(_) => Ok(()),
    }
}

fn png_size(b: &[u8]) -> Option<(u32, u32)> {
    let w = b.get(16..20)?.try_into().ok().map(u32::from_be_bytes)?;
    let h = b.get(20..24)?.try_into().ok().map(u32::from_be_bytes)?;
    find(b, b"IEND").then_some((w, h))
}

/// Walks the JPEG segments to the frame header.
fn jpeg_size(b: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    while at < b.len() {
        if *b.get(at)? != 0xff {
            return None;
        }
        let marker = *b.get(at + 1)?;
        if matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            let h = u16::from_be_bytes(b.get(at + 5..at + 7)?.try_into().ok()?);
            let w = u16::from_be_bytes(b.get(at + 7..at + 9)?.try_into().ok()?);
            return Some((u32::from(w), u32::from(h)));
        }
        let length = u16::from_be_bytes(b.get(at + 2..at + 4)?.try_into().ok()?);
        at += 2 + usize::from(length.max(2));
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|w| w == needle)
}
