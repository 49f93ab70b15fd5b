//! One step of a change: who gets or loses what. Kept as JSON in `changes.steps`, where the database reads it too.

use hojo_access::Permission;
use hojo_web::ui::{self, Compared};
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::Uuid;

use super::book::Book;

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Step {
    /// A role gets or loses a permission.
    Hold { role: String, permission: String, give: bool },
    /// A person gets or loses a role.
    Member { staff: Uuid, role: String, give: bool },
    /// A person gets or loses a permission of their own; one that is given has an end (RFC 3339).
    Grant { staff: Uuid, permission: String, until: Option<String>, give: bool },
}

impl Step {
    /// Does somebody get something? Then a second person is needed.
    pub fn widens(&self) -> bool {
        match self {
            Self::Hold { give, .. } | Self::Member { give, .. } | Self::Grant { give, .. } => *give,
        }
    }

    /// Who it is about: a role or a person, in words.
    pub fn whom(&self, book: &Book) -> String {
        match self {
            Self::Hold { role, .. } => format!("役割「{}」", book.role_label(role)),
            Self::Member { staff, .. } | Self::Grant { staff, .. } => book.name(*staff).to_owned(),
        }
    }

    fn thing(&self, book: &Book) -> String {
        match self {
            Self::Hold { permission, .. } => label(permission).to_owned(),
            Self::Member { role, .. } => format!("役割「{}」", book.role_label(role)),
            Self::Grant { permission, .. } => format!("{}（本人だけの追加）", label(permission)),
        }
    }

    /// As a line of a comparison.
    pub fn compared(&self, book: &Book) -> Compared {
        let held = match self {
            Self::Grant { until: Some(until), .. } => format!("持つ（{}まで）", shown(until)),
            _ => "持つ".to_owned(),
        };
        let not = "持たない".to_owned();
        let (before, after) = if self.widens() { (not, held) } else { (held, not) };
        Compared {
            label: format!("{}：{}", self.whom(book), self.thing(book)),
            before: Some(before),
            after: Some(after),
        }
    }

    /// For the log: `＋役割「…」：案件を見る`.
    pub fn words(&self, book: &Book) -> String {
        format!("{}{}：{}", if self.widens() { "＋" } else { "－" }, self.whom(book), self.thing(book))
    }
}

/// A permission in words; one that no longer exists keeps its code.
pub fn label(code: &str) -> &str {
    Permission::from_code(code).map_or(code, |p| p.label())
}

fn shown(until: &str) -> String {
    OffsetDateTime::parse(until, &Rfc3339).map_or_else(|_| until.to_owned(), ui::date_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_kept_as_the_database_reads_it() {
        let step = Step::Hold { role: "operator".into(), permission: "case.export".into(), give: true };
        let json = serde_json::to_value(&step).expect("json");
        assert_eq!(json["what"], "hold");
        assert_eq!(serde_json::from_value::<Step>(json).expect("back"), step);
        let grant = Step::Grant { staff: Uuid::nil(), permission: "x".into(), until: None, give: false };
        assert_eq!(serde_json::to_value(&grant).expect("json")["what"], "grant");
        assert!(!grant.widens() && step.widens());
    }

    #[test]
    fn a_step_reads_as_before_and_after() {
        let book = Book::default();
        let step = Step::Grant {
            staff: Uuid::nil(),
            permission: "case.export".into(),
            until: Some("2026-12-01T09:00:00Z".into()),
            give: true,
        };
        let line = step.compared(&book);
        assert_eq!(line.before.as_deref(), Some("持たない"));
        assert_eq!(line.after.as_deref(), Some("持つ（2026/12/01 18:00まで）"));
        assert!(line.label.contains("案件一覧をCSVで取り出す"));
    }
}
