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
    /// A person gets or loses a role; one that is given may be limited to a team.
    Member {
        staff: Uuid,
        role: String,
        give: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<Uuid>,
    },
    /// A person gets or loses a permission of their own; one that is given has an end (RFC 3339).
    Grant {
        staff: Uuid,
        permission: String,
        until: Option<String>,
        give: bool,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        team: Option<Uuid>,
    },
    /// A role that a person keeps is limited to a team, to another one, or no more. Only the first gives nothing.
    Limit { staff: Uuid, role: String, was: Option<Uuid>, team: Option<Uuid>, give: bool },
    /// A team is founded, without rounds and people.
    Team { team: Uuid, public_id: Uuid, name: String },
    /// A team gets or loses a round.
    Round { team: Uuid, round: Uuid, give: bool },
}

impl Step {
    /// Does somebody get something? Then a second person is needed.
    pub fn widens(&self) -> bool {
        match self {
            Self::Hold { give, .. }
            | Self::Member { give, .. }
            | Self::Grant { give, .. }
            | Self::Limit { give, .. }
            | Self::Round { give, .. } => *give,
            Self::Team { .. } => false,
        }
    }

    /// Who it is about: a role or a person, in words.
    pub fn whom(&self, book: &Book) -> String {
        match self {
            Self::Hold { role, .. } => format!("役割「{}」", book.role_label(role)),
            Self::Member { staff, .. } | Self::Grant { staff, .. } | Self::Limit { staff, .. } => {
                book.name(*staff).to_owned()
            }
            Self::Team { name, .. } => format!("担当班「{name}」"),
            Self::Round { team, .. } => book.team_words(*team),
        }
    }

    fn thing(&self, book: &Book) -> String {
        match self {
            Self::Hold { permission, .. } => label(permission).to_owned(),
            Self::Member { role, .. } => format!("役割「{}」", book.role_label(role)),
            Self::Grant { permission, .. } => format!("{}（本人だけの追加）", label(permission)),
            Self::Limit { role, .. } => format!("役割「{}」を使える範囲", book.role_label(role)),
            Self::Team { .. } => "班を作る".to_owned(),
            Self::Round { round, .. } => book.round_title(*round).to_owned(),
        }
    }

    /// As a line of a comparison.
    pub fn compared(&self, book: &Book) -> Compared {
        let (before, after) = self.before_after(book);
        Compared {
            label: format!("{}：{}", self.whom(book), self.thing(book)),
            before: Some(before),
            after: Some(after),
        }
    }

    fn before_after(&self, book: &Book) -> (String, String) {
        let (held, not) = match self {
            Self::Limit { was, team, .. } => return (book.reach(*was), book.reach(*team)),
            Self::Team { .. } => return ("ない".to_owned(), "作る（公募回と人はまだありません）".to_owned()),
            Self::Round { .. } => ("担当する".to_owned(), "担当しない".to_owned()),
            Self::Grant { until: Some(until), team, .. } => {
                (format!("持つ（{}まで{}）", shown(until), only(book, *team, "、")), "持たない".to_owned())
            }
            Self::Member { team: Some(team), .. } => {
                (format!("持つ（{}）", only(book, Some(*team), "")), "持たない".to_owned())
            }
            Self::Hold { .. } | Self::Member { .. } | Self::Grant { .. } => ("持つ".to_owned(), "持たない".to_owned()),
        };
        if self.widens() { (not, held) } else { (held, not) }
    }

    /// For the log: `＋役割「…」：案件を見る`.
    pub fn words(&self, book: &Book) -> String {
        let sign = match self {
            Self::Team { .. } => "",
            _ if self.widens() => "＋",
            _ => "－",
        };
        let reach = match self {
            Self::Limit { was, team, .. } => format!("（{} → {}）", book.reach(*was), book.reach(*team)),
            Self::Member { team: Some(team), .. } | Self::Grant { team: Some(team), .. } => {
                format!("（{}）", only(book, Some(*team), ""))
            }
            _ => String::new(),
        };
        format!("{sign}{}：{}{reach}", self.whom(book), self.thing(book))
    }
}

/// A permission in words; one that no longer exists keeps its code.
pub fn label(code: &str) -> &str {
    Permission::from_code(code).map_or(code, |p| p.label())
}

/// `担当班「…」の公募回だけ`, or nothing where there is no limit.
fn only(book: &Book, team: Option<Uuid>, before: &str) -> String {
    team.map_or_else(String::new, |team| format!("{before}{}の公募回だけ", book.team_words(team)))
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
        let grant = Step::Grant { staff: Uuid::nil(), permission: "x".into(), until: None, give: false, team: None };
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
            team: None,
        };
        let line = step.compared(&book);
        assert_eq!(line.before.as_deref(), Some("持たない"));
        assert_eq!(line.after.as_deref(), Some("持つ（2026/12/01 18:00まで）"));
        assert!(line.label.contains("案件一覧をCSVで取り出す"));
    }
    #[test]
    fn a_limit_narrows_only_what_held_everywhere() {
        let (team, mut book) = (Uuid::from_u128(1), Book::default());
        let public_id = hojo_words::ids::PublicId::from_bits(1);
        book.teams.push(super::super::book::Team { id: team, public_id, name: "甲".into(), rounds: [].into() });
        let limit = |was, team, give| Step::Limit { staff: Uuid::nil(), role: "operator".into(), was, team, give };
        let narrower = limit(None, Some(team), false);
        assert!(!narrower.widens() && limit(Some(team), None, true).widens());
        let line = narrower.compared(&book);
        assert_eq!(line.before.as_deref(), Some("すべての公募回"));
        assert_eq!(line.after.as_deref(), Some("担当班「甲」"));
        let round = Step::Round { team, round: Uuid::nil(), give: true };
        assert_eq!(round.compared(&book).before.as_deref(), Some("担当しない"));
        assert!(round.words(&book).starts_with("＋担当班「甲」"));
        let member = Step::Member { staff: Uuid::nil(), role: "operator".into(), give: true, team: Some(team) };
        assert_eq!(member.compared(&book).after.as_deref(), Some("持つ（担当班「甲」の公募回だけ）"));
        let old = r#"{"what":"member","staff":"00000000-0000-0000-0000-000000000000","role":"x","give":true}"#;
        let old: Step = serde_json::from_str(old).expect("a proposal of before");
        assert!(matches!(old, Step::Member { team: None, .. }));
    }
}
