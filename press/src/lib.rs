//! Purpose: prints letters: a letter model goes in, a tagged PDF/UA-1 + PDF/A-2a file comes out. The only room that links typst.
//! Never: adds wording, reads the clock, looks for fonts in the system, lets a letter's text act as markup.
//! Start reading: `render.rs` (one letter), `layouts/notice.typ` (how it looks), `serve.rs` (the warm process).
//! Kept honest by: `tests/` (places on paper in mm, hostile texts, same bytes, flat memory).

mod compact;
pub mod fonts;
mod glyphs;
mod prepare;
mod render;
pub mod serve;
mod unhint;
mod world;

pub use prepare::BadMeasure;
pub use render::{OpenProblem, Press, Sheet};
pub use world::LayoutPath;
