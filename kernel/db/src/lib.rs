//! The one door to data: a transaction that carries the actor.
//! Never hands out a pool or a bare connection; never decides a domain question.
//! Start at [`Db::begin`] and [`Tx`], then `case_store.rs` for how events become rows.
//! Kept honest by `tests/walls.rs`: unset scope means no rows, every table has a policy.

mod alarm;
mod audit;
mod case_store;
mod clock;
mod editions;
mod error;
mod facts;
mod filing_desk;
mod gate;
mod life;
pub mod migrate;
mod numbers;
mod pauses;
mod pool;
pub mod random;
mod register;
mod runs;
pub mod seal;
pub mod search;
mod succession;
mod tx;
mod upgrades;

pub use audit::{Audit, Outcome};
pub use case_store::{CaseRow, FilingRow};
pub use clock::{Clock, Moves};
pub use editions::{EditionStore, Lowering};
pub use error::DbError;
pub use filing_desk::FilingDesk;
pub use gate::{Gate, LinkTaken, Opened, OpenedSession, Taken};
pub use life::LifeView;
pub use pool::{Db, DbConfig, PoolSize};
pub use register::Difference;
pub use runs::{NewFiling, NewRun, RunRow};
pub use succession::{BEFORE_ALL, HeldUp};
pub use tx::{Mode, Tx};
pub use upgrades::{Moved, Pending};
