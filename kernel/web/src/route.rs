//! The route table. One line names method, path, access and handler; the router, the menu,
//! `hojo routes`, `access.matrix` and the stranger test all come from it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use hojo_access::{Access, Actor, Audience, Permission, Site};
use serde::Serialize;

use crate::cx::Cx;
use crate::fault::Fault;
use crate::inbound::{Inbound, Sends};
use crate::pipeline::Arrived;
use crate::reply::Reply;

type Handling = Pin<Box<dyn Future<Output = Result<Reply, Fault>> + Send>>;
pub(crate) type Handler = Arc<dyn Fn(Arrived, Request<Body>, Proof) -> Handling + Send + Sync>;

/// A line of the table as people and tests see it.
#[derive(Clone, Debug, Serialize)]
pub struct RouteInfo {
    pub site: Site,
    pub method: String,
    pub path: String,
    pub permission: &'static str,
    pub audience: Audience,
    /// Asks for a factor shown a short while ago.
    pub fresh: bool,
    pub sends: Sends,
}

/// How much a person must have shown before the handler runs. It comes from the permission and the
/// method, so that no handler can forget it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Proof {
    /// Works for a session in doubt as well: pages where doubt is settled, and signing out.
    None,
    /// The browser and network the session belongs to.
    Session,
    /// That, and a factor shown a short while ago.
    Fresh,
}

impl Proof {
    fn of(permission: Permission, method: &Method) -> Self {
        match permission.audience() {
            Audience::Anyone => Self::None,
            _ if permission.wants_fresh() && *method != Method::GET => Self::Fresh,
            _ => Self::Session,
        }
    }
}

/// An entry of the main menu, shown to whoever holds its permission.
#[derive(Clone, Debug)]
pub struct MenuItem {
    pub label: &'static str,
    pub href: &'static str,
    pub permission: Permission,
    pub order: u16,
    /// The group it lies in, where the menu has groups.
    pub group: Option<&'static str>,
    public_only: bool,
}

/// A group of the menu: its name and the addresses in it, in their order.
#[derive(Clone, Copy, Debug)]
pub struct MenuGroup {
    /// `None`: the entries stand beside the groups.
    pub label: Option<&'static str>,
    pub entries: &'static [&'static str],
}

impl MenuItem {
    /// Public pages leave the menu of the office; they stay in the portal's.
    pub(crate) fn shown_to(&self, actor: &Actor) -> bool {
        !self.public_only || *actor == Actor::Anyone
    }
}

pub(crate) struct Route {
    pub method: Method,
    pub path: &'static str,
    pub permission: Permission,
    pub proof: Proof,
    pub sends: Sends,
    pub handler: Handler,
}

/// Routes of one slice for one site.
pub struct Routes {
    site: Site,
    pub(crate) list: Vec<Route>,
    menu: Vec<MenuItem>,
}

impl Routes {
    #[must_use]
    pub fn on(site: Site) -> Self {
        Self { site, list: Vec::new(), menu: Vec::new() }
    }

    /// A page. Its transaction is read only, so a GET that writes fails in the first test.
    #[must_use]
    pub fn get<A, F, Fut>(mut self, path: &'static str, handler: F) -> Self
    where
        A: Access,
        F: Fn(Cx<A>) -> Fut + Send + Sync + Clone + 'static,
        Fut: Future<Output = Result<Reply, Fault>> + Send + 'static,
    {
        let proof = Proof::of(A::PERMISSION, &Method::GET);
        let call: Handler = Arc::new(move |arrived, _, proof| {
            let handler = handler.clone();
            Box::pin(async move {
                arrived.check_proof(proof)?;
                handler(arrived.into_cx::<A>()).await
            })
        });
        let (permission, sends) = (A::PERMISSION, Sends::Nothing);
        self.list.push(Route { method: Method::GET, path, permission, proof, sends, handler: call });
        self
    }

    /// Something a person does. The input is read and its token checked before the handler runs.
    #[must_use]
    pub fn post<A, I, F, Fut>(mut self, path: &'static str, handler: F) -> Self
    where
        A: Access,
        I: Inbound,
        F: Fn(Cx<A>, I) -> Fut + Send + Sync + Clone + 'static,
        Fut: Future<Output = Result<Reply, Fault>> + Send + 'static,
    {
        let proof = Proof::of(A::PERMISSION, &Method::POST);
        let call: Handler = Arc::new(move |arrived, request, proof| {
            let handler = handler.clone();
            Box::pin(async move {
                let mut input = I::take(&arrived.kernel, request).await?;
                arrived.check_token(input.token())?;
                arrived.check_proof(proof)?;
                if proof != Proof::None {
                    // The answer to the question travels with the form it interrupted; it is not the handler's.
                    input.forget_proof();
                }
                handler(arrived.into_cx::<A>(), input).await
            })
        });
        let (permission, sends) = (A::PERMISSION, I::SENDS);
        self.list.push(Route { method: Method::POST, path, permission, proof, sends, handler: call });
        self
    }

    /// The route named last works for a session in doubt: only where the doubt is settled, or the
    /// session ended.
    #[must_use]
    pub fn even_in_doubt(mut self) -> Self {
        if let Some(r) = self.list.last_mut() {
            r.proof = Proof::None;
        }
        self
    }

    /// Puts the route named last into the main menu.
    #[must_use]
    pub fn menu(self, label: &'static str, order: u16) -> Self {
        self.menu_item(label, order, false)
    }

    /// As [`Routes::menu`], but gone once somebody is signed in.
    #[must_use]
    pub fn public_menu(self, label: &'static str, order: u16) -> Self {
        self.menu_item(label, order, true)
    }

    fn menu_item(mut self, label: &'static str, order: u16, public_only: bool) -> Self {
        if let Some(r) = self.list.last() {
            self.menu.push(MenuItem { label, href: r.path, permission: r.permission, order, group: None, public_only });
        }
        self
    }

    /// Adds another slice's routes for the same site.
    #[must_use]
    pub fn with(mut self, other: Routes) -> Self {
        debug_assert_eq!(self.site, other.site);
        self.list.extend(other.list);
        self.menu.extend(other.menu);
        self
    }

    /// Puts the menu into the order and the groups of a table. What the table does not name stands behind it.
    #[must_use]
    pub fn grouped(mut self, table: &'static [MenuGroup]) -> Self {
        let places = || table.iter().flat_map(|group| group.entries.iter().map(move |href| (group.label, *href)));
        for item in &mut self.menu {
            let place = places().zip(0u16..).find(|((_, href), _)| *href == item.href);
            (item.group, item.order) = place.map_or((None, u16::MAX), |((group, _), at)| (group, at));
        }
        self
    }

    #[must_use]
    pub fn site(&self) -> Site {
        self.site
    }

    /// The menu in its order.
    #[must_use]
    pub fn menu_items(&self) -> Vec<MenuItem> {
        let mut items = self.menu.clone();
        items.sort_by_key(|m| m.order);
        items
    }

    /// The table, for `hojo routes`, the access matrix and the stranger test.
    #[must_use]
    pub fn table(&self) -> Vec<RouteInfo> {
        self.list
            .iter()
            .map(|r| RouteInfo {
                site: self.site,
                method: r.method.to_string(),
                path: r.path.to_owned(),
                permission: r.permission.code(),
                audience: r.permission.audience(),
                fresh: r.proof == Proof::Fresh,
                sends: r.sends,
            })
            .collect()
    }
}
