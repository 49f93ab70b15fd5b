//! The press as this room sees it, so that tests can stand in its place.

use async_trait::async_trait;
use hojo_press_client::{PressClient, PressFault, Sheet};
use hojo_words::letter::LetterModel;
use time::OffsetDateTime;

/// Turns a letter model into a PDF.
#[async_trait]
pub trait Printer: Send + Sync {
    /// Prints one letter; `issued_at` becomes the creation date inside the file.
    ///
    /// # Errors
    /// [`PressFault::may_pass`] says whether trying again can help.
    async fn print(&self, model: &LetterModel, issued_at: OffsetDateTime) -> Result<Sheet, PressFault>;
}

#[async_trait]
impl Printer for PressClient {
    async fn print(&self, model: &LetterModel, issued_at: OffsetDateTime) -> Result<Sheet, PressFault> {
        Self::print(self, model, issued_at).await
    }
}

/// Where nothing is ever printed: the table of the routes, tests of other things.
pub struct NoPress;

#[async_trait]
impl Printer for NoPress {
    async fn print(&self, _: &LetterModel, _: OffsetDateTime) -> Result<Sheet, PressFault> {
        Err(PressFault::Died("there is no press here".to_owned()))
    }
}

/// Media type of a PDF that a site people work in makes itself: to be kept, never shown in the site's own pages.
pub(crate) const KEPT: &str = "application/octet-stream";
