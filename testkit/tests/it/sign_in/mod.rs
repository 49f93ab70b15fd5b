//! Signing in, sessions and proving who is there: what an honest person meets, and what a thief does.

mod colleagues;
mod enumeration;
mod factors;
mod openid;
mod proving;
mod sessions;
mod visitor;
