//! Purpose: a picture of one page of a file that somebody handed in, drawn where it can do no harm.
//! Never: opens a file in the server's own process, lets what draws it reach a network or keep a file, shows half a page.
//! Start reading: the trait below, then `sandbox.rs` (how a program is shut in) and `draw.rs` (which program).
//! Kept honest by: `tests/preview.rs` (a real PDF, a broken one, bombs, and a program that tries to call out).

mod draw;
mod sandbox;

use async_trait::async_trait;

pub use draw::Drawn;
pub use sandbox::Sandbox;

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Pdf,
    Jpeg,
    Png,
}

/// Why there is no picture.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPicture {
    /// The file itself: damaged, without this page, or too much work to draw.
    #[error("the file cannot be drawn: {0}")]
    File(String),
    /// Nothing here can draw it safely, or too much is being drawn.
    #[error("nothing can draw it now: {0}")]
    Away(String),
}

/// Draws pages.
#[async_trait]
pub trait Pictures: Send + Sync {
    /// Page `n` (1 and up) of a file as a PNG; an image has one page.
    ///
    /// # Errors
    /// [`NoPicture`]; trying again helps only when it was [`NoPicture::Away`].
    async fn page(&self, kind: Kind, bytes: &[u8], n: u32) -> Result<Vec<u8>, NoPicture>;
}
