//! The gate over real SMTP on this machine: to the mailbox, to a scripted server, to nobody.

#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod scripted;
#[cfg(test)]
mod support;
