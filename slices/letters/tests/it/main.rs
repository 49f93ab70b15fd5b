//! Letters over a real database: the worker, a press that fails, the applicant who reads, the office that mends.

mod mails;
mod making;
mod mending;
mod reading;
mod stand_ins;
mod world;
