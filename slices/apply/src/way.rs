//! Addresses of one filing. The applicant and the office use the same pages under different roofs.

use hojo_access::Site;
use hojo_words::ids::PublicId;

/// Where the pages of a filing are on this site.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub site: Site,
    pub filing: PublicId,
    pub case: PublicId,
    /// The case this is a later procedure of; none for an application.
    pub root: Option<PublicId>,
}

impl Way {
    /// Is this the office typing in on somebody's behalf?
    pub fn on_behalf(&self) -> bool {
        self.site == Site::Office
    }

    /// The task list.
    pub fn base(&self) -> String {
        if self.on_behalf() { format!("/intake/filings/{}", self.filing) } else { format!("/filings/{}", self.filing) }
    }

    pub fn section(&self, id: &str) -> String {
        format!("{}/sections/{id}", self.base())
    }

    pub fn autosave(&self, id: &str) -> String {
        format!("{}/sections/{id}/autosave", self.base())
    }

    pub fn upload(&self, field: &str) -> String {
        format!("{}/files/{field}", self.base())
    }

    pub fn import(&self, field: &str) -> String {
        format!("{}/import/{field}", self.base())
    }

    pub fn template(&self, field: &str) -> String {
        format!("{}/template/{field}", self.base())
    }

    pub fn check(&self) -> String {
        format!("{}/check", self.base())
    }

    pub fn submit(&self) -> String {
        format!("{}/submit", self.base())
    }

    pub fn receipt(&self) -> String {
        format!("{}/receipt", self.base())
    }

    pub fn compare(&self) -> String {
        format!("{}/compare", self.base())
    }

    pub fn upgrade(&self) -> String {
        format!("{}/upgrade", self.base())
    }

    pub fn discard(&self) -> String {
        format!("{}/discard", self.base())
    }

    pub fn withdraw(&self) -> String {
        format!("{}/withdraw", self.base())
    }

    pub fn case(&self) -> String {
        format!("/cases/{}", self.case)
    }

    /// An attached file, as this site may open it.
    pub fn file(&self, id: &str) -> String {
        if self.on_behalf() { format!("/intake/files/{id}") } else { format!("/files/{id}") }
    }

    /// Where one comes from: label and address.
    pub fn home(&self) -> (String, String) {
        if let Some(root) = self.root {
            return if self.on_behalf() {
                ("案件".to_owned(), format!("/cases/{root}"))
            } else {
                ("手続".to_owned(), procedures(root))
            };
        }
        let (label, href) = if self.on_behalf() { ("代理受付", "/intake") } else { ("マイページ", "/me") };
        (label.to_owned(), href.to_owned())
    }
}

/// Where an applicant sees what a case needs after its adoption.
pub(crate) fn procedures(root: PublicId) -> String {
    format!("/cases/{root}/procedures")
}
