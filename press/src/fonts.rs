//! The bundled fonts: read from one directory, checked against `fonts.toml`, never looked up in the system.

use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

use crate::unhint::without_hints;

/// The list of fonts this build of the press was made for.
const MANIFEST: &str = include_str!("../fonts.toml");

/// One pinned font file.
#[derive(Debug, Clone, Deserialize)]
pub struct Pin {
    /// File name inside the font directory.
    pub file: String,
    /// Family name the layouts ask for.
    pub family: String,
    /// Face inside a collection file (0 for a plain font).
    pub index: u32,
    /// Order in which a character is looked for, 1 first.
    pub priority: u32,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
    /// Debian package the file comes from.
    pub package: String,
    /// Licence of the font.
    pub licence: String,
}

#[derive(Deserialize)]
struct Manifest {
    font: Vec<Pin>,
}

/// Why the fonts cannot be used. The messages say what to do, because an operator reads them at start-up.
#[derive(Debug, thiserror::Error)]
pub enum FontProblem {
    /// `fonts.toml` itself cannot be read (a mistake in this repository).
    #[error("fonts.toml cannot be read: {0}")]
    Manifest(String),
    /// A pinned file is not in the directory.
    #[error(
        "font {file} is missing in {dir}: install the Debian package {package} and run press/fonts-setup, or pass --fonts DIR"
    )]
    Missing {
        /// File name from `fonts.toml`.
        file: String,
        /// Directory searched.
        dir: String,
        /// Debian package that contains it.
        package: String,
    },
    /// The file could not be read.
    #[error("font {file} cannot be read: {source}")]
    Unreadable {
        /// File name from `fonts.toml`.
        file: String,
        /// What the operating system said.
        source: io::Error,
    },
    /// The file is there but is not the pinned one.
    #[error(
        "font {file} has SHA-256 {found}, but fonts.toml pins {pinned}: put the pinned version of {package} into the font directory"
    )]
    OtherHash {
        /// File name from `fonts.toml`.
        file: String,
        /// SHA-256 of the file found.
        found: String,
        /// SHA-256 in `fonts.toml`.
        pinned: String,
        /// Debian package that contains the pinned file.
        package: String,
    },
    /// The bytes are right but are no usable font, or carry another family name.
    #[error("font {file} has no usable face {index} named {family}")]
    NoFace {
        /// File name from `fonts.toml`.
        file: String,
        /// Face number asked for.
        index: u32,
        /// Family name asked for.
        family: String,
    },
}

/// The loaded fonts, in order of priority.
pub struct Fonts {
    book: LazyHash<FontBook>,
    faces: Vec<Font>,
    /// One bit for each code point below the private planes: asked for every character of every letter.
    drawn: Vec<u64>,
}

/// The pinned fonts in order of priority.
///
/// # Errors
/// [`FontProblem::Manifest`] when `fonts.toml` is malformed.
pub fn pins() -> Result<Vec<Pin>, FontProblem> {
    let mut manifest: Manifest = toml::from_str(MANIFEST).map_err(|e| FontProblem::Manifest(e.to_string()))?;
    manifest.font.sort_by_key(|pin| pin.priority);
    Ok(manifest.font)
}

/// Reads and checks one pinned file.
///
/// # Errors
/// Missing, unreadable or not the pinned bytes.
pub fn read_pinned(dir: &Path, pin: &Pin) -> Result<Vec<u8>, FontProblem> {
    let path: PathBuf = dir.join(&pin.file);
    let bytes = std::fs::read(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => FontProblem::Missing {
            file: pin.file.clone(),
            dir: dir.display().to_string(),
            package: pin.package.clone(),
        },
        _ => FontProblem::Unreadable { file: pin.file.clone(), source },
    })?;
    let found = hex(&Sha256::digest(&bytes));
    if found == pin.sha256 {
        Ok(bytes)
    } else {
        Err(FontProblem::OtherHash {
            file: pin.file.clone(),
            found,
            pinned: pin.sha256.clone(),
            package: pin.package.clone(),
        })
    }
}

impl Fonts {
    /// Loads every pinned font from `dir`.
    ///
    /// # Errors
    /// The first font that is missing, has another hash or is no font.
    pub fn load(dir: &Path) -> Result<Self, FontProblem> {
        let mut book = FontBook::new();
        let mut faces = Vec::new();
        let mut drawn = vec![0_u64; 0x4_0000 / 64];
        for pin in pins()? {
            let file = read_pinned(dir, &pin)?;
            let bytes = Bytes::new(without_hints(&file).unwrap_or(file));
            let face = Font::new(bytes, pin.index).filter(|face| face.info().family == pin.family);
            let Some(face) = face else {
                return Err(FontProblem::NoFace { file: pin.file, index: pin.index, family: pin.family });
            };
            for code in face.info().coverage.iter() {
                if let Some(word) = usize::try_from(code / 64).ok().and_then(|at| drawn.get_mut(at)) {
                    *word |= 1 << (code % 64);
                }
            }
            book.push(face.info().clone());
            faces.push(face);
        }
        Ok(Self { book: LazyHash::new(book), faces, drawn })
    }

    /// The index Typst searches families in.
    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// The face at this place of the book.
    pub(crate) fn face(&self, index: usize) -> Option<Font> {
        self.faces.get(index).cloned()
    }

    /// Whether any bundled font draws this character.
    #[must_use]
    pub fn draws(&self, character: char) -> bool {
        let code = u32::from(character);
        let word = usize::try_from(code / 64).ok().and_then(|at| self.drawn.get(at));
        word.is_some_and(|word| word & (1 << (code % 64)) != 0)
    }

    /// Whether the font that draws this character has a shape for it with this variation selector.
    #[must_use]
    pub fn draws_variant(&self, character: char, selector: char) -> bool {
        let first = self.faces.iter().find(|face| face.info().coverage.contains(u32::from(character)));
        let face = first.and_then(|face| ttf_parser::Face::parse(face.data(), face.index()).ok());
        face.is_some_and(|face| face.glyph_variation_index(character, selector).is_some())
    }
}

/// Lower-case hexadecimal text.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
