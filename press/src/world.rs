//! What Typst may see while it sets one letter: the layouts of this crate, the pinned fonts and the letter's data.
//!
//! There is no clock, no file system and no network behind it; a layout that asks for anything else gets an error.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Features, Library, LibraryExt, World};

use crate::fonts::Fonts;

/// The layouts, by the name a letter's `layout` asks for; `common` is shared by the others.
const LAYOUTS: [(&str, &str); 3] = [
    ("/common.typ", include_str!("../layouts/common.typ")),
    ("/notice.typ", include_str!("../layouts/notice.typ")),
    ("/application_copy.typ", include_str!("../layouts/application_copy.typ")),
];

/// Where a layout finds the letter's data.
const DATA: &str = "/letter.json";

/// Everything that stays the same from letter to letter.
pub(crate) struct Shop {
    library: LazyHash<Library>,
    fonts: Fonts,
    layouts: Vec<Source>,
    data: FileId,
}

/// A path of this crate's own layouts could not be made (cannot happen with the constants above).
#[derive(Debug, thiserror::Error)]
#[error("layout path {0} is not valid")]
pub struct LayoutPath(String);

fn file_id(path: &str) -> Result<FileId, LayoutPath> {
    let virtual_path = VirtualPath::new(path).map_err(|_| LayoutPath(path.to_owned()))?;
    Ok(RootedPath::new(VirtualRoot::Project, virtual_path).intern())
}

impl Shop {
    pub(crate) fn open(fonts: Fonts) -> Result<Self, LayoutPath> {
        // Row headers of tables are still behind a feature flag of Typst; PDF/UA needs them.
        let features: Features = [Feature::A11yExtras].into_iter().collect();
        let layouts = LAYOUTS
            .iter()
            .map(|(path, text)| Ok(Source::new(file_id(path)?, (*text).to_owned())))
            .collect::<Result<_, LayoutPath>>()?;
        Ok(Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            fonts,
            layouts,
            data: file_id(DATA)?,
        })
    }

    pub(crate) fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// The layout source called `name`, if there is one.
    pub(crate) fn layout(&self, name: &str) -> Option<FileId> {
        let path = format!("/{name}.typ");
        let at = LAYOUTS.iter().position(|(known, _)| *known == path && name != "common")?;
        self.layouts.get(at).map(Source::id)
    }
}

/// The world of one letter.
pub(crate) struct LetterWorld<'a> {
    pub(crate) shop: &'a Shop,
    pub(crate) main: FileId,
    pub(crate) data: Bytes,
}

impl World for LetterWorld<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.shop.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.shop.layouts.iter().find(|source| source.id() == id);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.shop.data { Ok(self.data.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.shop.fonts.face(index)
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}
