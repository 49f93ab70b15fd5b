//! The proof that an object was checked for an action. A store function that changes or
//! discloses a case takes `&Permit<A>`, so one object cannot be checked and another one used.

use std::marker::PhantomData;

use hojo_words::ids::{ApplicantId, CaseId, FilingId, RoundId};

use crate::actor::Actor;
use crate::permission::{Access, Audience};

/// Whose an object is: read from the row itself in the transaction that will use it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Owner {
    pub programme: String,
    pub round: RoundId,
    pub applicant: ApplicantId,
    pub case: CaseId,
    /// Set when the object is a filing or lies in one.
    pub filing: Option<FilingId>,
    /// Is the acting reviewer assigned to this case, and not recused?
    pub assigned_to_actor: bool,
}

/// May do `A` to exactly this object, in this transaction.
#[derive(Debug)]
pub struct Permit<A> {
    owner: Owner,
    action: PhantomData<A>,
}

/// The object is not this actor's. Shown as "not found": its existence is not disclosed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not permitted on this object")]
pub struct Denied;

impl<A: Access> Permit<A> {
    /// Checks grant and object together.
    ///
    /// # Errors
    /// [`Denied`] when the actor does not hold `A`, or the object is another's.
    pub fn check(actor: &Actor, owner: Owner) -> Result<Self, Denied> {
        let object = match (A::PERMISSION.audience(), actor) {
            (Audience::Applicant, Actor::Applicant(a)) => a.applicant == owner.applicant,
            (Audience::Staff | Audience::Insider, Actor::Staff(_)) => actor.holds_in(A::PERMISSION, owner.round),
            (Audience::Reviewer, Actor::Reviewer(_)) => owner.assigned_to_actor,
            _ => false,
        };
        if walls_are_up() && !(object && actor.holds(A::PERMISSION)) {
            return Err(Denied);
        }
        Ok(Self { owner, action: PhantomData })
    }

    /// For jobs: the system carries out what a person with the permission decided before. That
    /// person is named in the job, and the handler checks what the job says against the record.
    /// Nobody who signed in can get a permit this way.
    ///
    /// # Errors
    /// [`Denied`] for every actor but the worker.
    pub fn system(actor: &Actor, owner: Owner) -> Result<Self, Denied> {
        match actor {
            Actor::Worker => Ok(Self { owner, action: PhantomData }),
            Actor::Anyone | Actor::Applicant(_) | Actor::Staff(_) | Actor::Reviewer(_) => Err(Denied),
        }
    }

    #[must_use]
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    #[must_use]
    pub fn case(&self) -> CaseId {
        self.owner.case
    }
}

/// The first wall can be taken down only in a build made for the stranger test, which then
/// proves that row security alone holds.
#[must_use]
pub fn walls_are_up() -> bool {
    !cfg!(feature = "first-wall-down")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use hojo_words::ids::{AccountId, StaffId};
    use uuid::Uuid;

    use super::*;
    use crate::permission::{Permission, allow};
    use crate::{AccountKind, Applicant, Staff};

    fn owner(n: u128, assigned: bool) -> Owner {
        Owner {
            programme: "p".into(),
            round: RoundId(Uuid::from_u128(1)),
            applicant: ApplicantId(Uuid::from_u128(n)),
            case: CaseId(Uuid::from_u128(9)),
            filing: None,
            assigned_to_actor: assigned,
        }
    }

    fn applicant(n: u128) -> Actor {
        Actor::Applicant(Applicant {
            account: AccountId(Uuid::from_u128(5)),
            applicant: ApplicantId(Uuid::from_u128(n)),
            kind: AccountKind::Prime,
            name: "甲".into(),
        })
    }

    fn person(permissions: &[Permission]) -> Staff {
        Staff {
            staff: StaffId(Uuid::from_u128(7)),
            name: "乙".into(),
            permissions: permissions.iter().copied().collect::<BTreeSet<_>>(),
            limits: crate::Limits::default(),
        }
    }

    #[test]
    #[cfg(not(feature = "first-wall-down"))]
    fn only_the_right_person_on_the_right_object() {
        assert!(Permit::<allow::SubmitFiling>::check(&applicant(1), owner(1, false)).is_ok());
        assert!(Permit::<allow::SubmitFiling>::check(&applicant(2), owner(1, false)).is_err());
        assert!(Permit::<allow::ViewCase>::check(&applicant(1), owner(1, false)).is_err());
        let staff = Actor::Staff(person(&[Permission::ViewCase]));
        assert!(Permit::<allow::ViewCase>::check(&staff, owner(1, false)).is_ok());
        assert!(Permit::<allow::ReturnFiling>::check(&staff, owner(1, false)).is_err());
        assert!(Permit::<allow::SubmitFiling>::check(&staff, owner(1, false)).is_err());
        let reviewer = Actor::Reviewer(person(&[Permission::ReviewCase, Permission::ViewCase]));
        assert!(Permit::<allow::ReviewCase>::check(&reviewer, owner(1, true)).is_ok());
        assert!(Permit::<allow::ReviewCase>::check(&reviewer, owner(1, false)).is_err());
        assert!(Permit::<allow::ViewCase>::check(&reviewer, owner(1, true)).is_err());
        assert!(Permit::<allow::ReviewCase>::check(&Actor::Anyone, owner(1, true)).is_err());
    }

    #[test]
    #[cfg(not(feature = "first-wall-down"))]
    fn a_permission_limited_to_a_team_opens_its_rounds_and_no_other() {
        let here = RoundId(Uuid::from_u128(1));
        let elsewhere = Owner { round: RoundId(Uuid::from_u128(2)), ..owner(1, false) };
        let (permissions, limits) = crate::Limits::join(
            BTreeSet::from([Permission::ReturnFiling]),
            [(Permission::ViewCase, BTreeSet::from([here])), (Permission::CheckFiling, BTreeSet::new())],
        );
        let clerk = Actor::Staff(Staff { permissions, limits, ..person(&[]) });
        assert!(Permit::<allow::ViewCase>::check(&clerk, owner(1, false)).is_ok());
        assert!(Permit::<allow::ViewCase>::check(&clerk, elsewhere.clone()).is_err());
        assert!(Permit::<allow::ReturnFiling>::check(&clerk, elsewhere.clone()).is_ok(), "held without a limit");
        assert!(Permit::<allow::CheckFiling>::check(&clerk, owner(1, false)).is_err(), "the team has no rounds");
        assert!(Permit::<allow::BeInsider>::check(&clerk, elsewhere).is_err(), "being inside shows no more");
        assert!(clerk.holds(Permission::ViewCase) && !clerk.holds_everywhere(Permission::ViewCase));
    }

    #[test]
    fn only_the_worker_acts_for_the_system() {
        assert!(Permit::<allow::Adopt>::system(&Actor::Worker, owner(1, false)).is_ok());
        let staff = Actor::Staff(person(Permission::ALL));
        let reviewer = Actor::Reviewer(person(Permission::ALL));
        for other in [Actor::Anyone, applicant(1), staff, reviewer] {
            assert!(Permit::<allow::Adopt>::system(&other, owner(1, true)).is_err(), "{other:?}");
        }
    }
}
