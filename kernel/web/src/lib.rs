//! HTTP for every site: who is asking, may they, what they sent, what goes back.
//! Never lets a handler run that names no access, and never decides a domain question.
//! Start at [`Routes`], then [`Cx`] (what a handler gets) and [`Reply`] / [`Fault`] (what it returns).
//! Kept honest by the stranger test (testkit), which attacks every route of the table.

mod assets;
mod barred;
mod cookie;
mod csrf;
pub mod csv;
mod cx;
mod fault;
pub mod handover;
mod headers;
mod inbound;
mod kernel;
mod panel;
mod pipeline;
mod proxies;
mod reply;
mod route;
pub mod server;
mod session;
mod signals;
pub mod ui;

pub use assets::{Assets, asset_urls};
pub use cx::{Cx, RequestInfo};
pub use fault::Fault;
pub use handover::Handed;
pub use inbound::{Inbound, Json, Posted, PostedFile, PostedFiles, Sends};
pub use kernel::{Kernel, Settings};
pub use panel::CasePanel;
pub use proxies::{NoRange, Proxies, Range};
pub use reply::Reply;
pub use route::{MenuGroup, MenuItem, RouteInfo, Routes};
pub use session::{For, end_session, held_session, refresh_session, start_session, take_over};
pub use signals::browser_words;

pub use maud::{Markup, PreEscaped, html};
