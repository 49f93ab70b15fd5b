//! 担当班: how far a permission reaches. Whoever holds it without a limit reaches every round; one that came through
//! a team reaches that team's rounds and says nothing about any other.

use std::collections::{BTreeMap, BTreeSet};

use hojo_words::ids::RoundId;

use crate::permission::{Audience, Permission};

/// The rounds that permissions are limited to. What is not in it is not limited.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Limits(BTreeMap<Permission, BTreeSet<RoundId>>);

impl Limits {
    /// What somebody holds in every round (`whole`) and what only in some (`limited`), brought together. The wider of
    /// two sources counts, and what belongs to no round cannot be held for some rounds: it is not held at all.
    #[must_use]
    pub fn join(
        mut whole: BTreeSet<Permission>,
        limited: impl IntoIterator<Item = (Permission, BTreeSet<RoundId>)>,
    ) -> (BTreeSet<Permission>, Self) {
        let mut limits = BTreeMap::new();
        for (permission, rounds) in limited {
            if permission.has_rounds() && !whole.contains(&permission) {
                limits.entry(permission).or_insert_with(BTreeSet::new).extend(rounds);
            }
        }
        whole.extend(limits.keys().copied());
        (whole, Self(limits))
    }

    /// The rounds whose rows somebody with these permissions works on under this one; `None` is every round.
    ///
    /// A page that belongs to no round (the log, people, the home page) shows of cases what its reader may look at.
    #[must_use]
    pub fn rounds(&self, held: &BTreeSet<Permission>, permission: Permission) -> Option<BTreeSet<RoundId>> {
        if permission.has_rounds() {
            return match self.0.get(&permission) {
                Some(rounds) => Some(rounds.clone()),
                None if held.contains(&permission) => None,
                None => Some(BTreeSet::new()),
            };
        }
        self.seen(held)
    }

    /// The rounds of the cases somebody may look at at all.
    #[must_use]
    pub fn seen(&self, held: &BTreeSet<Permission>) -> Option<BTreeSet<RoundId>> {
        if self.0.is_empty() || (held.contains(&Permission::ViewCase) && !self.0.contains_key(&Permission::ViewCase)) {
            return None;
        }
        let look = self.0.get(&Permission::ViewCase).cloned();
        Some(look.unwrap_or_else(|| self.0.values().flatten().copied().collect()))
    }
}

impl Permission {
    /// Is it about things that belong to a round? Only then can a team limit it. What changes a whole edition, the office
    /// or its machines would reach beyond any team, so a person limited to one does not hold it.
    #[must_use]
    pub fn has_rounds(self) -> bool {
        self.audience() == Audience::Staff
            && !matches!(
                self,
                Self::LowerRule
                    | Self::ViewOperations
                    | Self::ExportLog
                    | Self::ManageDatabaseAccess
                    | Self::RetryJob
                    | Self::ManagePeople
                    | Self::RecoverPeople
                    | Self::EndSessions
                    | Self::ManagePermissions
                    | Self::ManageBoundaries
                    | Self::WatchSecurity
                    | Self::CutAccess
            )
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rounds(of: &[u128]) -> BTreeSet<RoundId> {
        of.iter().map(|n| RoundId(Uuid::from_u128(*n))).collect()
    }

    #[test]
    fn the_wider_source_counts_and_two_teams_add_up() {
        let (held, limits) = Limits::join(
            BTreeSet::from([Permission::ExportCases]),
            [
                (Permission::ViewCase, rounds(&[1])),
                (Permission::ViewCase, rounds(&[2])),
                (Permission::ExportCases, rounds(&[1])),
                (Permission::CheckFiling, rounds(&[])),
            ],
        );
        assert_eq!(limits.rounds(&held, Permission::ViewCase), Some(rounds(&[1, 2])));
        assert_eq!(limits.rounds(&held, Permission::ExportCases), None, "held everywhere besides");
        assert_eq!(limits.rounds(&held, Permission::CheckFiling), Some(rounds(&[])), "a team without rounds");
        assert_eq!(limits.rounds(&held, Permission::Adopt), Some(rounds(&[])), "not held");
    }

    #[test]
    fn what_belongs_to_no_round_is_not_held_through_a_team() {
        let all = Permission::ALL.iter().map(|p| (*p, rounds(&[1])));
        let (held, _) = Limits::join(BTreeSet::new(), all);
        for p in [
            Permission::ManagePermissions,
            Permission::ManagePeople,
            Permission::LowerRule,
            Permission::ViewOperations,
            Permission::ReviewCase,
        ] {
            assert!(!held.contains(&p), "{p:?}");
        }
        assert!(held.contains(&Permission::ViewCase) && held.contains(&Permission::Adopt));
    }

    #[test]
    fn pages_without_a_round_show_the_cases_their_reader_may_look_at() {
        let join = |whole: &[Permission], limited: &[(Permission, &[u128])]| {
            let limited: Vec<_> = limited.iter().map(|(p, of)| (*p, rounds(of))).collect();
            let (held, limits) = Limits::join(whole.iter().copied().collect(), limited);
            limits.rounds(&held, Permission::BeInsider)
        };
        assert_eq!(join(&[], &[]), None);
        assert_eq!(join(&[Permission::ViewOperations], &[(Permission::ViewCase, &[1])]), Some(rounds(&[1])));
        assert_eq!(join(&[Permission::ViewCase], &[(Permission::Adopt, &[1])]), None);
        assert_eq!(join(&[], &[(Permission::Adopt, &[1]), (Permission::CheckFiling, &[2])]), Some(rounds(&[1, 2])));
    }
}
