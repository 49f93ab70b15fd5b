//! What a slot takes, and why a file is not taken.

use hojo_programme::{FileKind, FileRef, FileRule};
use hojo_vault::inspect::inspect;
use hojo_vault::{Format, Inspection, VaultError};
use hojo_web::PostedFile;
use hojo_web::ui;

/// A file that may be stored.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub name: String,
    pub bytes: bytes::Bytes,
    pub sha256: String,
    pub size: u64,
    pub media_type: &'static str,
    pub pages: Option<u32>,
    /// Nobody is shown it before the virus scanner's verdict.
    pub waits: bool,
}

/// A file that is not taken: its name, its size as far as known, and the sentence for the person.
pub(crate) type NotTaken = (String, u64, String);

/// The formats the vault inspects for a slot's kinds. Word is not inspected, so it is not taken.
pub(crate) fn formats(kinds: &[FileKind]) -> Vec<Format> {
    let of = |kind: &FileKind| match kind {
        FileKind::Pdf => vec![Format::Pdf],
        FileKind::Image => vec![Format::Png, Format::Jpeg],
        FileKind::Xlsx => vec![Format::Xlsx],
        FileKind::Docx => vec![],
    };
    kinds.iter().flat_map(of).collect()
}

/// Inspects one posted file against its slot, off the threads that answer requests.
pub(crate) async fn fit(rule: &FileRule, posted: PostedFile) -> Result<Fit, NotTaken> {
    let name = posted.name;
    let received = match posted.received {
        Ok(received) => received,
        Err(VaultError::TooLarge { limit }) => return Err((name, limit, too_large(rule.max_bytes.min(limit)))),
        Err(_) => return Err((name, 0, "送信が途中で切れました。もう一度添付してください。".to_owned())),
    };
    if received.size > rule.max_bytes {
        return Err((name, received.size, too_large(rule.max_bytes)));
    }
    let (allowed, bytes, title) = (formats(&rule.kinds), received.bytes.clone(), name.clone());
    let inspected = tokio::task::spawn_blocking(move || inspect(&title, &bytes, &allowed)).await;
    match inspected {
        Ok(Ok(Inspection { format, pages })) => Ok(Fit {
            name,
            bytes: received.bytes,
            sha256: received.sha256,
            size: received.size,
            media_type: format.media_type(),
            pages,
            waits: false,
        }),
        Ok(Err(refused)) => Err((name, received.size, format!("{}{}", refused.message, refused.advice))),
        Err(_) => Err((name, received.size, "ファイルを確認できませんでした。もう一度添付してください。".to_owned())),
    }
}

fn too_large(limit: u64) -> String {
    format!("ファイルが大きすぎます。{}以下にしてから添付してください。", ui::file_size(limit))
}

/// Why a file that is fine by itself does not fit beside the others of its slot.
pub(crate) fn crowd(rule: &FileRule, there: &[FileRef], new: &Fit) -> Option<String> {
    if there.iter().any(|f| f.sha256 == new.sha256) {
        return Some("同じ内容のファイルがすでに添付されています。".to_owned());
    }
    // A slot for one file replaces it.
    if rule.max_count > 1 && there.len() >= rule.max_count {
        return Some(format!(
            "添付できるのは{}ファイルまでです。不要なファイルを削除してから添付してください。",
            rule.max_count
        ));
    }
    let before: u32 = if rule.max_count > 1 { there.iter().filter_map(|f| f.pages).sum() } else { 0 };
    let pages = before.saturating_add(new.pages.unwrap_or(0));
    match rule.max_pages {
        Some(most) if pages > most => {
            Some(format!("合わせて{pages}ページあります。{most}ページ以内にまとめてください。"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(count: usize, pages: Option<u32>) -> FileRule {
        FileRule {
            kinds: vec![FileKind::Pdf, FileKind::Image],
            max_bytes: 100,
            min_count: 0,
            max_count: count,
            max_pages: pages,
            name: String::new(),
        }
    }

    fn new(sha: &str, pages: u32) -> Fit {
        Fit {
            name: "a.pdf".into(),
            bytes: bytes::Bytes::new(),
            sha256: sha.into(),
            size: 1,
            media_type: "application/pdf",
            pages: Some(pages),
            waits: false,
        }
    }

    fn there(sha: &str, pages: u32) -> FileRef {
        FileRef {
            file: "f".into(),
            name: "b.pdf".into(),
            size: 1,
            sha256: sha.into(),
            media_type: "application/pdf".into(),
            pages: Some(pages),
        }
    }

    #[test]
    fn count_pages_and_doubles_are_refused_in_words() {
        assert_eq!(crowd(&rule(2, Some(3)), &[there("x", 1)], &new("y", 2)), None);
        assert!(crowd(&rule(2, Some(3)), &[there("x", 2)], &new("y", 2)).unwrap().contains("4ページ"));
        assert!(crowd(&rule(2, None), &[there("x", 1), there("z", 1)], &new("y", 1)).unwrap().contains("2ファイル"));
        assert!(crowd(&rule(2, None), &[there("x", 1)], &new("x", 1)).unwrap().contains("同じ内容"));
    }

    #[test]
    fn a_slot_for_one_file_replaces_it() {
        assert_eq!(crowd(&rule(1, Some(3)), &[there("x", 3)], &new("y", 3)), None);
    }

    #[tokio::test]
    async fn bytes_decide_not_names() {
        let posted = |name: &str, bytes: &'static [u8]| PostedFile {
            field: "f".into(),
            name: name.into(),
            received: Ok(hojo_vault::Received {
                sha256: "s".into(),
                size: bytes.len() as u64,
                bytes: bytes::Bytes::from_static(bytes),
            }),
        };
        let (_, _, why) = fit(&rule(1, None), posted("a.pdf", b"MZ not a pdf")).await.unwrap_err();
        assert!(why.contains("形式"), "{why}");
        let (_, _, why) = fit(&rule(1, None), posted("a.pdf", b"")).await.unwrap_err();
        assert!(why.contains("空"), "{why}");
        let (_, size, why) = fit(&rule(1, None), posted("a.pdf", &[0; 101])).await.unwrap_err();
        assert!(size == 101 && why.contains("大きすぎます"), "{why}");
    }
}
