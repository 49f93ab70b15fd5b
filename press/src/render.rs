//! One letter from model to PDF. Same model and same moment give the same bytes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use hojo_press_client::wire::{Note, Problem, ProblemKind, Unprintable};
use hojo_words::letter::{Layout, LetterModel};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::layout::{Abs, Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use crate::fonts::{FontProblem, Fonts, hex};
use crate::world::{LayoutPath, LetterWorld, Shop};
use crate::{compact, glyphs, prepare};

/// Results unused for this many letters are forgotten, so that a warm press does not grow. Letters of a batch share
/// most of their sentences: with 3 a batch of four kinds ran at half the speed, with 40 the search cost more than it
/// saved (measured with `hojo bench letters`).
const FORGET_AFTER: usize = 8;

/// Depth of numbering that 公用文 knows: 1, (1), ア, (ア).
const DEEPEST_ITEM: usize = 4;

/// Shares of the line pitch tried, one after the other, for a notice a little too long for one sheet.
const CLOSER: [f64; 2] = [0.95, 0.93];

/// The press: fonts and layouts, read once and kept warm.
pub struct Press {
    shop: Shop,
    standards: PdfStandards,
}

/// A printed letter.
pub struct Sheet {
    /// The PDF file.
    pub pdf: Vec<u8>,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Number of pages.
    pub pages: u32,
    /// Invisible things that were left out.
    pub notes: Vec<Note>,
}

/// Why the press cannot open at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenProblem {
    /// A font is missing or is not the pinned one.
    #[error(transparent)]
    Font(#[from] FontProblem),
    /// A layout of this crate has a bad path.
    #[error(transparent)]
    Layout(#[from] LayoutPath),
    /// The PDF standards exclude each other.
    #[error("the PDF standards cannot be combined: {0}")]
    Standards(String),
}

impl Press {
    /// Opens the press with the pinned fonts in `fonts`.
    ///
    /// # Errors
    /// A font is missing or not the pinned one; nothing is taken from the system instead.
    pub fn open(fonts: &Path) -> Result<Self, OpenProblem> {
        let shop = Shop::open(Fonts::load(fonts)?)?;
        // UA-1 for readers with assistive technology, A-2a for the archive; both are checked while writing.
        let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a])
            .map_err(|e| OpenProblem::Standards(e.message().to_string()))?;
        Ok(Self { shop, standards })
    }

    /// The characters of this letter that cannot be printed, each with its place; asks only the fonts' tables.
    #[must_use]
    pub fn unprintable(&self, model: &LetterModel) -> Vec<Unprintable> {
        let mut data = serde_json::to_value(model).unwrap_or_default();
        glyphs::inspect(&mut data, model, self.shop.fonts()).unprintable
    }

    /// Prints one letter. `issued_at` becomes the file's creation date.
    ///
    /// # Errors
    /// A [`Problem`] that names the character and its place, the bad measure, or the layout's mistake. A breakdown
    /// inside the typesetter is caught and reported, so the next letter can go on.
    pub fn print(&self, model: &LetterModel, issued_at: OffsetDateTime) -> Result<Sheet, Problem> {
        let result = guarded(|| self.set(model, issued_at));
        typst::comemo::evict(FORGET_AFTER);
        result
    }

    fn set(&self, model: &LetterModel, issued_at: OffsetDateTime) -> Result<Sheet, Problem> {
        let mut data = serde_json::to_value(model).map_err(|e| bad_request(&e.to_string()))?;
        let inspected = glyphs::inspect(&mut data, model, self.shop.fonts());
        if let Some(problem) = Problem::unprintable(inspected.unprintable) {
            return Err(problem);
        }
        if prepare::depth(&model.items) > DEEPEST_ITEM {
            return Err(bad_request("記書きの階層は4段まで"));
        }
        let data = prepare::layout_data(model, data).map_err(|e| {
            Problem::plain(
                ProblemKind::BadGeometry,
                format!("通知書の寸法の指定が正しくありません（{e}）。定義を直してください。"),
            )
        })?;
        let document = self.typeset_fitting(model.layout, &data)?;
        let pdf = self.write(&document, model, issued_at)?;
        let pages = u32::try_from(document.pages().len()).unwrap_or(u32::MAX);
        Ok(Sheet { sha256: hex(&Sha256::digest(&pdf)), pdf, pages, notes: inspected.notes })
    }

    /// A notice that runs over by a few lines is set closer, as a clerk would, before it takes a second sheet.
    fn typeset_fitting(&self, layout: Layout, data: &serde_json::Value) -> Result<PagedDocument, Problem> {
        let document = self.typeset(layout, data)?;
        if layout != Layout::Notice || document.pages().len() == 1 {
            return Ok(document);
        }
        let mut closer = data.clone();
        let tries = if may_fit(&document, data) { CLOSER.as_slice() } else { &[] };
        for share in tries.iter().copied() {
            if !prepare::set_closer(&mut closer, share) {
                break;
            }
            let sheet = self.typeset(layout, &closer)?;
            if sheet.pages().len() == 1 {
                return Ok(sheet);
            }
        }
        Ok(document)
    }

    fn typeset(&self, layout: Layout, data: &serde_json::Value) -> Result<PagedDocument, Problem> {
        let name = match layout {
            Layout::Notice => "notice",
            Layout::ApplicationCopy => "application_copy",
        };
        let main = self.shop.layout(name).ok_or_else(|| layout_failed(&[]))?;
        let bytes = serde_json::to_vec(data).map_err(|e| bad_request(&e.to_string()))?;
        let world = LetterWorld { shop: &self.shop, main, data: Bytes::new(bytes) };
        typst::compile::<PagedDocument>(&world).output.map_err(|errors| layout_failed(&errors))
    }

    fn write(&self, document: &PagedDocument, model: &LetterModel, at: OffsetDateTime) -> Result<Vec<u8>, Problem> {
        let options = PdfOptions {
            // A letter without an id falls back to a hash of its title; still the same for the same letter.
            ident: if model.doc_id.is_empty() { Smart::Auto } else { Smart::Custom(model.doc_id.clone()) },
            creator: Smart::Custom(Some("Hojo press".to_owned())),
            timestamp: timestamp(at),
            page_ranges: None,
            standards: self.standards.clone(),
            tagged: true,
            pretty: false,
        };
        let pdf = typst_pdf::pdf(document, &options).map_err(|errors| layout_failed(&errors))?;
        Ok(compact::compact(&pdf).unwrap_or(pdf))
    }
}

/// Whether closer lines could bring this letter to one sheet: they save no more than their share of a page, and each
/// try costs as much as the letter itself.
fn may_fit(document: &PagedDocument, data: &serde_json::Value) -> bool {
    let [page, over] = document.pages() else { return false };
    let measure = |name: &str| {
        let mm = data.pointer(&format!("/geometry/{name}")).and_then(serde_json::Value::as_f64);
        Abs::mm(mm.unwrap_or_default())
    };
    // One try comes on top of the other.
    let least: f64 = CLOSER.iter().product();
    let end = over.frame.height() - measure("margin_bottom");
    let used = lowest(&over.frame, Abs::zero(), end) - measure("margin_top");
    used <= page.frame.height() * (1.0 - least) + measure("line_pitch")
}

/// The lowest base line above `end`.
fn lowest(frame: &Frame, from: Abs, end: Abs) -> Abs {
    let below = frame.items().map(|(at, item)| match item {
        FrameItem::Group(group) => lowest(&group.frame, from + at.y, end),
        FrameItem::Text(_) if from + at.y < end => from + at.y,
        _ => Abs::zero(),
    });
    below.fold(Abs::zero(), Abs::max)
}

/// Turns a breakdown of the typesetter into the problem of this letter alone.
fn guarded<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(Problem::plain(
            ProblemKind::Panicked,
            "印刷中に内部エラーが起きました。この文書だけを止めました。システム担当に連絡してください。",
        ))
    })
}

/// The moment with its offset; `None` (and then an error from PDF/A) for a year no file can hold.
fn timestamp(at: OffsetDateTime) -> Option<Timestamp> {
    let moment = Datetime::from_ymd_hms(at.year(), at.month().into(), at.day(), at.hour(), at.minute(), at.second())?;
    Timestamp::new_local(moment, i32::from(at.offset().whole_minutes()))
}

fn bad_request(detail: &str) -> Problem {
    Problem::plain(ProblemKind::BadRequest, format!("印刷の依頼が読めません（{detail}）。"))
}

fn layout_failed(errors: &[SourceDiagnostic]) -> Problem {
    let detail: Vec<&str> = errors.iter().map(|error| error.message.as_str()).collect();
    Problem::plain(
        ProblemKind::LayoutFailed,
        format!("文書を組めませんでした。システム担当に連絡してください（{}）。", detail.join("; ")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakdown_becomes_the_problem_of_one_letter() {
        let broken = guarded(|| -> Result<(), Problem> { panic!("inside the typesetter") });
        assert_eq!(broken.map_err(|problem| problem.kind), Err(ProblemKind::Panicked));
        assert_eq!(guarded(|| Ok(1)), Ok(1));
    }
}
