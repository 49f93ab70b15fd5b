//! Small inline pictures, drawn for this product. Always decoration: the words beside them carry the meaning.
use maud::{Markup, html};

/// The pictures the components use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A tick in a disc: done, accepted.
    Done,
    /// A cross in an octagon: must be mended.
    Stop,
    /// An exclamation mark in a triangle: look here.
    Warn,
    /// A lower-case i in a disc.
    Info,
    /// A sheet of paper.
    File,
    /// Opens in a new tab.
    NewTab,
    /// A right-pointing angle.
    Next,
    /// Plus sign.
    Add,
    /// Minus sign.
    Remove,
    /// A padlock: cannot be edited.
    Lock,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Done => {
                "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm-1.6 14.6L6 12.2l1.6-1.6 2.8 2.8 6-6L18 9l-7.600 7.600Z"
            }
            Self::Stop => {
                "M8 2h8l6 6v8l-6 6H8l-6-6V8l6-6Zm.8 5.200L7.200 8.800l3.200 3.200-3.200 3.200 1.600 1.600 3.200-3.200 3.200 3.200 1.600-1.600-3.200-3.200 3.200-3.200-1.600-1.600-3.200 3.200-3.200-3.200Z"
            }
            Self::Warn => "M12 2 1 21h22L12 2Zm-1 7h2v6h-2V9Zm0 8h2v2h-2v-2Z",
            Self::Info => "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm-1 5h2v2h-2V7Zm0 4h2v6h-2v-6Z",
            Self::File => "M5 2h9l5 5v15H5V2Zm2 2v16h10V8h-4V4H7Z",
            Self::NewTab => "M5 4h6v2H6v12h12v-5h2v7H4V4h1Zm9 0h6v6h-2V7.400l-7.300 7.300-1.400-1.400L16.600 6H14V4Z",
            Self::Next => "m8.500 4 8 8-8 8-1.500-1.500 6.500-6.500L7 5.500 8.500 4Z",
            Self::Add => "M11 4h2v7h7v2h-7v7h-2v-7H4v-2h7V4Z",
            Self::Remove => "M4 11h16v2H4v-2Z",
            Self::Lock => "M12 2a5 5 0 0 1 5 5v3h2v12H5V10h2V7a5 5 0 0 1 5-5Zm0 2a3 3 0 0 0-3 3v3h6V7a3 3 0 0 0-3-3Z",
        }
    }
}

/// Draws one picture at the size of the surrounding text; hidden from assistive technology.
#[must_use]
pub fn icon(which: Icon) -> Markup {
    html! {
        svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false" {
            path d=(which.path()) fill-rule="evenodd" {}
        }
    }
}
