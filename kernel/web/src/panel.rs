//! A case panel: what one slice shows of a case on another slice's page. Slices never import each
//! other; `app/src/wiring.rs` lists the panels and the case desk draws them.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{CaseRow, Tx};
use maud::Markup;

use crate::fault::Fault;

/// Draws the panel inside the page's own read transaction; `None` when there is nothing to show.
pub type Render =
    for<'a> fn(&'a mut Tx, &'a CaseRow) -> Pin<Box<dyn Future<Output = Result<Option<Markup>, Fault>> + Send + 'a>>;

/// 案件画面の区画.
#[derive(Clone, Copy)]
pub struct CasePanel {
    /// Anchor on the page.
    pub id: &'static str,
    pub title: &'static str,
    /// Only people who hold it see the panel.
    pub permission: Permission,
    pub order: u16,
    pub render: Render,
}
