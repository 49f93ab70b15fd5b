//! Who acts. Made by the kernel from a session, never by a slice.

use std::collections::BTreeSet;

use hojo_words::ids::{AccountId, ApplicantId, RoundId, StaffId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::permission::{Audience, Permission};
use crate::reach::Limits;

/// GビズIDアカウントの種別
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    Prime,
    Member,
    Entry,
}

impl AccountKind {
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "prime" => Some(Self::Prime),
            "member" => Some(Self::Member),
            "entry" => Some(Self::Entry),
            _ => None,
        }
    }
}

/// A signed-in account acting for its applicant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applicant {
    pub account: AccountId,
    pub applicant: ApplicantId,
    pub kind: AccountKind,
    pub name: String,
}

/// A signed-in member of the office, or an external reviewer, with what the roles grant now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Staff {
    pub staff: StaffId,
    pub name: String,
    pub permissions: BTreeSet<Permission>,
    /// Which of them hold for some rounds only.
    pub limits: Limits,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Actor {
    Anyone,
    Applicant(Applicant),
    Staff(Staff),
    Reviewer(Staff),
    /// The system itself: jobs and schedules.
    Worker,
}

impl Actor {
    /// Does this person hold the permission at all? Objects are checked by [`crate::Permit`].
    #[must_use]
    pub fn holds(&self, permission: Permission) -> bool {
        match (permission.audience(), self) {
            (Audience::Anyone, _)
            | (Audience::Applicant, Self::Applicant(_))
            | (Audience::Insider, Self::Staff(_) | Self::Reviewer(_)) => true,
            (Audience::Staff, Self::Staff(s)) | (Audience::Reviewer, Self::Reviewer(s)) => {
                s.permissions.contains(&permission)
            }
            _ => false,
        }
    }

    /// The rounds whose rows this person works on under a permission; `None` is every round. Reviewers and applicants
    /// have narrower walls of their own.
    #[must_use]
    pub fn rounds(&self, permission: Permission) -> Option<BTreeSet<RoundId>> {
        match self {
            Self::Staff(s) => s.limits.rounds(&s.permissions, permission),
            _ => None,
        }
    }

    /// Does this person hold the permission for things of this round?
    #[must_use]
    pub fn holds_in(&self, permission: Permission, round: RoundId) -> bool {
        self.holds(permission) && self.rounds(permission).is_none_or(|rounds| rounds.contains(&round))
    }

    /// Does this person hold the permission without a limit? Only such a one can be handed on.
    #[must_use]
    pub fn holds_everywhere(&self, permission: Permission) -> bool {
        self.holds(permission) && self.rounds(permission).is_none()
    }

    /// The database group role this actor works under, with its row policies.
    #[must_use]
    pub fn db_role(&self) -> &'static str {
        match self {
            Self::Anyone => "hojo_public",
            Self::Applicant(_) => "hojo_applicant",
            Self::Staff(_) => "hojo_staff",
            Self::Reviewer(_) => "hojo_reviewer",
            Self::Worker => "hojo_worker",
        }
    }

    /// The person: account or staff id. `None` for the public and for the system.
    #[must_use]
    pub fn id(&self) -> Option<Uuid> {
        match self {
            Self::Anyone | Self::Worker => None,
            Self::Applicant(a) => Some(a.account.0),
            Self::Staff(s) | Self::Reviewer(s) => Some(s.staff.0),
        }
    }

    /// What the row policies compare with: the applicant, or the reviewer.
    #[must_use]
    pub fn scope(&self) -> Option<Uuid> {
        match self {
            Self::Applicant(a) => Some(a.applicant.0),
            Self::Reviewer(s) => Some(s.staff.0),
            Self::Anyone | Self::Staff(_) | Self::Worker => None,
        }
    }

    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::Applicant(_) => "applicant",
            Self::Staff(_) => "staff",
            Self::Reviewer(_) => "reviewer",
            Self::Worker => "worker",
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Anyone => "",
            Self::Applicant(a) => &a.name,
            Self::Staff(s) | Self::Reviewer(s) => &s.name,
            Self::Worker => "システム",
        }
    }
}
