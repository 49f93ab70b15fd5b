//! The gate against the stand-in, over real HTTP on this machine: every kind of account, every way to fail.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod outage;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod support;
