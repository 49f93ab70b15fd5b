//! Purpose: talks to the press, a separate process that turns letter models into PDF; owns the words both sides speak.
//! Never: links typst, keeps a letter after it was answered, decides what a letter says.
//! Start reading: `wire.rs` (request, reply, problem), then `press.rs` (start, ask, time out, start again).
//! Kept honest by: `tests/press.rs` (a small pretend press, and the real one when it was built).

#[cfg(feature = "process")]
mod press;
pub mod wire;

#[cfg(feature = "process")]
pub use press::{PressClient, PressFault, PressSettings, Sheet};
