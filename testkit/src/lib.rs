//! A whole system for one test: a database of its own, both sites in process, a worker, gates that are fakes.
//! Never part of the product, and never fixes what a test left behind: jobs nobody worked off fail it.
//! Start at [`World`]; `template.rs` says how a database is made in a moment.
//! Kept honest by `tests/it`, which holds every test that needs a database or a site.

mod demo_world;
mod press;
mod template;
mod world;

pub use demo_world::DemoWorld;
pub use press::FakePress;
pub use template::server_url;
pub use world::{Applicant, Filed, World};

pub use hojo_app::demo::{answers, browser, dice, form, house, pdf, people, steps, texts};
