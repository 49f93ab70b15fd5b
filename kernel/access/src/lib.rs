//! Who acts, what they may do, and the proof that it was checked.
//! Never reads the database or the clock: it is told, and answers.
//! Start at [`Permission`] (the closed list), then [`Actor`] and [`Permit`].
//! Kept honest by the stranger test (testkit) and the reviewed `access.matrix`.

mod about;
mod actor;
mod permission;
mod permit;
mod reach;

pub use actor::{AccountKind, Actor, Applicant, Staff};
pub use permission::allow;
pub use permission::{Access, Audience, Permission, Site};
pub use permit::{Denied, Owner, Permit, walls_are_up};
pub use reach::Limits;
