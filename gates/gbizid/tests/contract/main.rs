//! The gate against the stand-in, over real HTTP on this machine: every kind of account, every way to fail.
#![expect(clippy::disallowed_methods, reason = "tests run servers of their own")]

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod office;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
