//! A press that prints what it is told and fails when it is told, and a mailbox that refuses some addresses.

use std::sync::Mutex;

use async_trait::async_trait;
use hojo_letters::Printer;
use hojo_mail::{FakeMail, Mail, Message, Receipt, SendProblem};
use hojo_press_client::wire::{Problem, Reason, Unprintable};
use hojo_press_client::{PressFault, Sheet};
use hojo_words::letter::LetterModel;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

/// The one character this press has no glyph for.
pub const NO_GLYPH: char = '𠮷';

#[derive(Default)]
pub struct FakePress {
    pub down: Mutex<bool>,
    pub printed: Mutex<Vec<LetterModel>>,
}

#[async_trait]
impl Printer for FakePress {
    async fn print(&self, model: &LetterModel, _: OffsetDateTime) -> Result<Sheet, PressFault> {
        if *self.down.lock().unwrap() {
            return Err(PressFault::Died("killed by the test".into()));
        }
        if let Some(at) = model.addressee.iter().position(|line| line.contains(NO_GLYPH)) {
            let unprintable = Unprintable {
                reason: Reason::NoGlyph,
                character: NO_GLYPH.into(),
                codepoint: "U+20BB7".into(),
                field: format!("addressee[{at}]"),
                place: format!("宛先の{}行目", at + 1),
            };
            return Err(PressFault::Letter(Problem::unprintable(vec![unprintable]).unwrap()));
        }
        self.printed.lock().unwrap().push(model.clone());
        let pdf = format!("%PDF {}", serde_json::to_string(model).unwrap()).into_bytes();
        let sha256 = Sha256::digest(&pdf).iter().map(|b| format!("{b:02x}")).collect();
        Ok(Sheet { pdf, sha256, pages: 1, notes: vec![] })
    }
}

/// Refuses addresses at `refused.example` for good.
#[derive(Default)]
pub struct PickyMail(pub FakeMail);

#[async_trait]
impl Mail for PickyMail {
    async fn send(&self, message: &Message) -> Result<Receipt, SendProblem> {
        if message.to.ends_with("@refused.example") {
            return Err(SendProblem::Refused { code: 550, text: "no such user".into() });
        }
        self.0.send(message).await
    }
}
