//! Where the parts of a drawn section lead on this filing's pages.

use std::collections::BTreeMap;

use hojo_db::{DbError, Tx};
use hojo_programme::{Answers, FieldType, FileRef, Raw};
use hojo_web::ui::form::Places;
use hojo_web::ui::{FileState, Import};

use crate::attach::scan::{Held, INFECTED};
use crate::desk::Desk;
use crate::way::Way;

/// Addresses and words the form definitions do not know.
#[derive(Clone, Debug)]
pub(crate) struct FilingPlaces {
    pub way: Way,
    /// Files that were just refused: id as drawn → why.
    pub refused: BTreeMap<String, String>,
    /// `bank` or `bank/branch` → name.
    pub banks: BTreeMap<String, String>,
    /// Files that may not be opened yet or any more, by hash.
    held: BTreeMap<String, Held>,
}

impl FilingPlaces {
    pub fn of(desk: &Desk) -> Self {
        let (way, held) = (desk.way.clone(), desk.held.clone());
        Self { way, refused: BTreeMap::new(), banks: BTreeMap::new(), held }
    }

    /// With the names of the banks the answers mention. Most forms have none and cost no query.
    pub async fn with_banks(tx: &mut Tx, desk: &Desk) -> Result<Self, DbError> {
        let (mut places, form, answers) = (Self::of(desk), desk.form(), &desk.answers);
        let codes = |wanted: fn(&FieldType) -> bool| -> Vec<String> {
            let fields = form.fields.iter().filter(|f| wanted(&f.kind));
            fields.map(|f| answers.text(&f.id).to_owned()).filter(|t| !t.is_empty()).collect()
        };
        let banks = codes(|k| matches!(k, FieldType::Bank));
        if banks.is_empty() {
            return Ok(places);
        }
        let found =
            sqlx::query!("select code, name from banks where code = any($1)", &banks).fetch_all(tx.sql()).await?;
        places.banks.extend(found.into_iter().map(|r| (r.code, r.name)));
        let branches = codes(|k| matches!(k, FieldType::Branch));
        let found = sqlx::query!(
            "select bank_code, code, name from branches where bank_code = any($1) and code = any($2)",
            &banks,
            &branches
        )
        .fetch_all(tx.sql())
        .await?;
        places.banks.extend(found.into_iter().map(|r| (format!("{}/{}", r.bank_code, r.code), r.name)));
        Ok(places)
    }

    /// Answers with the files that were just refused drawn among the others.
    pub fn draw_refused(&mut self, answers: &Answers, field: &str, refused: &[(String, u64, String)]) -> Answers {
        let mut all = answers.clone();
        let mut files = match answers.get(field) {
            Some(Raw::Files(files)) => files.clone(),
            _ => Vec::new(),
        };
        for (at, (name, size, why)) in refused.iter().enumerate() {
            let id = format!("refused-{at}");
            self.refused.insert(id.clone(), why.clone());
            let (sha256, media_type) = (String::new(), String::new());
            files.push(FileRef { file: id, name: name.clone(), size: *size, sha256, media_type, pages: None });
        }
        if !files.is_empty() {
            all.set(field, Raw::Files(files));
        }
        all
    }
}

impl Places for FilingPlaces {
    fn upload(&self, field: &str) -> String {
        self.way.upload(field)
    }

    fn import(&self, field: &str) -> Option<Import> {
        Some(Import { template: self.way.template(field), action: self.way.import(field) })
    }

    fn file(&self, file: &FileRef) -> (FileState, Option<String>) {
        match self.refused.get(&file.file) {
            Some(why) => (FileState::Refused(why.clone()), None),
            None => match self.held.get(&file.sha256) {
                Some(Held::Waiting) => (FileState::Inspecting, None),
                Some(Held::Infected) => (FileState::Refused(INFECTED.to_owned()), None),
                None => (FileState::Accepted, Some(self.way.file(&file.file))),
            },
        }
    }

    fn bank_words(&self, code: &str, bank: Option<&str>) -> Option<String> {
        let key = bank.map_or_else(|| code.to_owned(), |bank| format!("{bank}/{code}"));
        self.banks.get(&key).cloned()
    }
}
