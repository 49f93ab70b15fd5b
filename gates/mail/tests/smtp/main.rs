//! The gate over real SMTP on this machine: to the mailbox, to a scripted server, to nobody.
#![expect(clippy::disallowed_methods, reason = "tests run servers of their own")]

#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod support;
