//! A folder of tables with the versions they came from.

use crate::rows::{self, Bank, Branch, Holiday, PostalCode, RowProblem};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines};
use std::path::{Path, PathBuf};
use time::{Date, Month};

/// Which package a table came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// `banks` (branches too), `postal_codes` or `holidays`.
    pub master: String,
    pub package: String,
    pub version: String,
    pub published: Date,
}

impl Version {
    /// The last day whose holidays were official when the package was published. The days of the equinoxes are fixed
    /// by the February notice of the year before (官報の暦要項), so from February on the next year is certain.
    pub fn holidays_fixed_until(&self) -> Option<Date> {
        let year = self.published.year() + i32::from(self.published.month() != Month::January);
        Date::from_calendar_date(year, Month::December, 31).ok()
    }
}

/// Why a table cannot be imported. The old import stays in use.
#[derive(Debug, thiserror::Error)]
pub enum MasterProblem {
    #[error("{file}: {cause}")]
    File { file: String, cause: std::io::Error },
    #[error("{file} line {line}: {cause}")]
    Row { file: String, line: usize, cause: RowProblem },
    #[error("{0} is not among the fetched packages")]
    NoVersion(&'static str),
}

/// The folder `scripts/fetch-masters.sh` made.
#[derive(Debug)]
pub struct Masters {
    folder: PathBuf,
    versions: Vec<Version>,
}

impl Masters {
    /// # Errors
    /// No folder of fetched tables there, or its list of versions unreadable.
    pub fn open(folder: &Path) -> Result<Self, MasterProblem> {
        let read = |line: &str| {
            let [master, _client, package, version, published] = rows::columns(line)?;
            Ok(Version {
                master: master.to_owned(),
                package: package.to_owned(),
                version: version.to_owned(),
                published: rows::read_date(published)?,
            })
        };
        let versions = Rows::open(folder.join("packages.tsv"), read)?.collect::<Result<_, _>>()?;
        Ok(Self { folder: folder.to_owned(), versions })
    }

    /// Where each table came from, for the import record.
    pub fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// # Errors
    /// A table that was not fetched.
    pub fn version(&self, master: &'static str) -> Result<&Version, MasterProblem> {
        self.versions.iter().find(|version| version.master == master).ok_or(MasterProblem::NoVersion(master))
    }

    /// # Errors
    /// The file is missing; a broken row comes as an item.
    pub fn banks(&self) -> Result<Rows<Bank>, MasterProblem> {
        Rows::open(self.folder.join("banks.tsv"), Bank::read)
    }

    /// # Errors
    /// As [`Self::banks`].
    pub fn branches(&self) -> Result<Rows<Branch>, MasterProblem> {
        Rows::open(self.folder.join("branches.tsv"), Branch::read)
    }

    /// # Errors
    /// As [`Self::banks`].
    pub fn postal_codes(&self) -> Result<Rows<PostalCode>, MasterProblem> {
        Rows::open(self.folder.join("postal.tsv"), PostalCode::read)
    }

    /// # Errors
    /// As [`Self::banks`].
    pub fn holidays(&self) -> Result<Rows<Holiday>, MasterProblem> {
        let fixed_until = self.version("holidays")?.holidays_fixed_until();
        let read = move |line: &str| Holiday::read(line, fixed_until.ok_or(RowProblem::NoHorizon)?);
        Rows::open(self.folder.join("holidays.tsv"), read)
    }
}

type Read<T> = Box<dyn Fn(&str) -> Result<T, RowProblem> + Send>;

/// Rows of one file, read as they are asked for. Importing stops at the first error and keeps the old table.
pub struct Rows<T> {
    file: String,
    line: usize,
    lines: Lines<BufReader<File>>,
    read: Read<T>,
}

impl<T> Rows<T> {
    fn open(
        path: PathBuf,
        read: impl Fn(&str) -> Result<T, RowProblem> + Send + 'static,
    ) -> Result<Self, MasterProblem> {
        let file = path.display().to_string();
        match File::open(path) {
            Ok(opened) => Ok(Self { file, line: 0, lines: BufReader::new(opened).lines(), read: Box::new(read) }),
            Err(cause) => Err(MasterProblem::File { file, cause }),
        }
    }
}

impl<T> Iterator for Rows<T> {
    type Item = Result<T, MasterProblem>;

    fn next(&mut self) -> Option<Self::Item> {
        let line = match self.lines.next()? {
            Ok(line) => line,
            Err(cause) => return Some(Err(MasterProblem::File { file: self.file.clone(), cause })),
        };
        self.line += 1;
        let row = (self.read)(&line);
        Some(row.map_err(|cause| MasterProblem::Row { file: self.file.clone(), line: self.line, cause }))
    }
}
