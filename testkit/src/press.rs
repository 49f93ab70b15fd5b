//! A press that prints nothing but remembers everything.

use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hojo_app::demo::pdf::small_pdf;
use hojo_letters::Printer;
use hojo_press_client::wire::{Problem, ProblemKind};
use hojo_press_client::{PressFault, Sheet};
use hojo_words::letter::LetterModel;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// Makes a small PDF of every letter. A letter with 𠮷 cannot be printed, as with a font that lacks it.
#[derive(Default)]
pub struct FakePress(Mutex<State>);

#[derive(Default)]
struct State {
    printed: Vec<LetterModel>,
    away: bool,
}

impl FakePress {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every letter printed so far, oldest first.
    #[must_use]
    pub fn printed(&self) -> Vec<LetterModel> {
        self.state().printed.clone()
    }

    /// From now on the press does not start, until told otherwise.
    pub fn set_away(&self, away: bool) {
        self.state().away = away;
    }
}

#[async_trait]
impl Printer for FakePress {
    async fn print(&self, model: &LetterModel, _: OffsetDateTime) -> Result<Sheet, PressFault> {
        let mut state = self.state();
        if state.away {
            return Err(PressFault::Died("the fake press is away".into()));
        }
        if model.addressee.iter().any(|line| line.contains('𠮷')) {
            return Err(PressFault::Letter(Problem {
                kind: ProblemKind::MissingGlyph,
                message: "no font has 𠮷".into(),
                character: Some("𠮷".into()),
                codepoint: Some("U+20BB7".into()),
                field: Some("addressee[0]".into()),
                unprintable: vec![],
            }));
        }
        state.printed.push(model.clone());
        let pdf = small_pdf(&format!("letter {}", state.printed.len()));
        let sha256 = Sha256::digest(&pdf).iter().map(|b| format!("{b:02x}")).collect();
        Ok(Sheet { pdf, sha256, pages: 1, notes: vec![] })
    }
}
