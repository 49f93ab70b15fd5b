//! What a handler gets: the actor, the door to data, ids, the page to draw into. A `Cx<A>` exists
//! only after `A` was checked, and it is the only thing that opens a transaction.

use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;

use axum::http::Method;
use hojo_access::{Access, Actor, Site};
use hojo_db::{Audit, CaseRow, Db, Gate, Mode, Tx};
use hojo_vault::Vault;
use hojo_words::ids::{LetterId, SessionId};
use maud::{Markup, html};

use crate::fault::Fault;
use crate::inbound::form_pairs;
use crate::kernel::{Kernel, Notice, Settings};
use crate::signals::Signal;
use crate::ui::{self, NavGroup, NavItem, Shell, SignedIn};
use crate::{asset_urls, csrf};

/// Facts of one request.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    pub id: String,
    /// What a script must carry to run on the page this request is answered with.
    pub nonce: String,
    pub method: Method,
    /// The path with its query, as sent.
    pub target: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    pub params: Vec<(String, String)>,
    pub address: String,
    pub user_agent: String,
    /// Asked for by one of our scripts rather than by following a link.
    pub from_script: bool,
    pub headers: axum::http::HeaderMap,
}

/// The session a request came with.
#[derive(Clone, Debug)]
pub(crate) struct SessionInfo {
    pub id: SessionId,
    pub seconds_left: u32,
    /// Seconds until the session ends whatever is done.
    pub ends_in: u32,
    /// A factor was shown a short while ago.
    pub fresh: bool,
    /// The request does not look like the browser that signed in.
    pub signal: Option<Signal>,
    /// The token to be handed out with the answer.
    pub next_token: Option<String>,
}

impl SessionInfo {
    /// Seconds before the longest life is over from which pages say so without any script.
    const SAID_BEFORE: u32 = 10 * 60;

    /// Seconds before the longest life is over from which pages tell their script. Earlier they do not,
    /// and so two answers a second apart are the same.
    const TOLD_BEFORE: u32 = 2 * 3_600;

    fn ends_soon(&self) -> Option<u32> {
        (self.ends_in < Self::SAID_BEFORE).then_some(self.ends_in / 60)
    }
}

/// The context of one handler call, proof that the actor holds `A`.
pub struct Cx<A> {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) actor: Actor,
    pub(crate) session: Option<SessionInfo>,
    pub(crate) request: Arc<RequestInfo>,
    pub(crate) notices: Arc<Vec<Notice>>,
    pub(crate) access: PhantomData<A>,
}

impl<A: Access> Cx<A> {
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    #[must_use]
    pub fn site(&self) -> Site {
        self.kernel.settings.site
    }

    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.kernel.settings
    }

    #[must_use]
    pub fn request(&self) -> &RequestInfo {
        &self.request
    }

    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.kernel.vault
    }

    /// The live session, if there is one.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        self.session.as_ref().map(|s| s.id)
    }

    /// Opens the transaction of this request: read only for GET, writing otherwise. There is no
    /// other way to data, and it carries the actor.
    ///
    /// # Errors
    /// [`Fault::Busy`] when no connection is free in time.
    pub async fn tx(&self) -> Result<Tx, Fault> {
        Ok(self.kernel.db.begin_under(&self.actor, A::PERMISSION, self.mode()).await?)
    }

    /// Read for GET, write otherwise: what [`Tx::case`] needs to know.
    #[must_use]
    pub fn mode(&self) -> Mode {
        if self.request.method == Method::GET || self.request.method == Method::HEAD { Mode::Read } else { Mode::Write }
    }

    /// Seconds until the session ends: if nothing is done, and whatever is done.
    #[must_use]
    pub fn session_seconds(&self) -> Option<(u32, u32)> {
        self.session.as_ref().map(|s| (s.seconds_left, s.ends_in))
    }

    /// Why the person is asked for a factor although a session lives: not the browser or network it
    /// was started from.
    #[must_use]
    pub fn in_doubt(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.signal.is_some())
    }

    /// The watch noticed something about this person and asks for a factor.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.signal == Some(Signal::Asked))
    }

    /// A factor was shown a short while ago, in this browser and network.
    #[must_use]
    pub fn is_proven(&self) -> bool {
        self.session.as_ref().is_some_and(|s| s.fresh && s.signal.is_none())
    }

    /// As [`Cx::gate`], begun in the name of this person: the logs name them.
    ///
    /// # Errors
    /// [`Fault::Busy`] when no connection is free in time.
    pub async fn gate_tx(&self, mode: Mode) -> Result<Tx, Fault> {
        Ok(self.gate().begin_for(&self.actor, mode).await?)
    }

    /// For the sign-in pages only: sessions and accounts, no case data.
    #[must_use]
    pub fn gate(&self) -> Gate {
        Db::gate(&self.kernel.db)
    }

    /// Writes down that this person saw this case (閲覧ログ). The one thing a GET may write, in a
    /// transaction of its own; when it cannot be written the page is not shown.
    ///
    /// # Errors
    /// [`Fault::Busy`] when it cannot be written.
    pub async fn log_access(&self, row: &CaseRow) -> Result<(), Fault> {
        let mut tx = self.kernel.db.begin_under(&self.actor, A::PERMISSION, Mode::Write).await?;
        tx.log_access(&self.audit(), A::PERMISSION, row.id, row.applicant).await?;
        Ok(tx.commit().await?)
    }

    /// Writes down when the addressee first opened a letter (既読). Beside the access log this is the
    /// only thing a GET writes: a letter counts as read because it was shown, not because somebody
    /// pressed a button, and the page's own transaction stays read only. A browser that fetches ahead
    /// has shown nothing yet. Row policies let only the addressee's own, delivered letters be marked.
    ///
    /// # Errors
    /// [`Fault::Busy`] when it cannot be written.
    pub async fn note_read(&self, letter: LetterId) -> Result<(), Fault> {
        if self.header("sec-purpose").contains("prefetch") {
            return Ok(());
        }
        let Some(by) = self.actor.id() else { return Ok(()) };
        let mut tx = self.kernel.db.begin(&self.actor, Mode::Write).await?;
        let now = tx.now().await?.utc();
        sqlx::query!(
            "update letters set read_at = $2, read_by = $3 where id = $1 and read_at is null",
            letter.0,
            now,
            by
        )
        .execute(tx.sql())
        .await?;
        Ok(tx.commit().await?)
    }

    /// Where an operation came from, for the logs.
    #[must_use]
    pub fn audit(&self) -> Audit {
        Audit {
            site: Some(self.kernel.settings.site),
            request_id: self.request.id.clone(),
            address: self.request.address.clone(),
        }
    }

    /// A part of the path (`/cases/{case}`): an id that cannot be read is a page that does not exist.
    ///
    /// # Errors
    /// [`Fault::NotFound`].
    pub fn param<T: FromStr>(&self, name: &str) -> Result<T, Fault> {
        let found = self.request.params.iter().find(|(k, _)| k == name);
        found.and_then(|(_, v)| v.parse().ok()).ok_or(Fault::NotFound)
    }

    /// A query value; empty when it was not sent.
    #[must_use]
    pub fn query(&self, name: &str) -> &str {
        self.request.query.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v.as_str())
    }

    /// All query values under a name.
    #[must_use]
    pub fn queries(&self, name: &str) -> Vec<&str> {
        self.request.query.iter().filter(|(k, _)| k == name).map(|(_, v)| v.as_str()).collect()
    }

    /// A request header.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.request.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// The anti-forgery token forms must carry.
    #[must_use]
    pub fn csrf(&self) -> String {
        csrf::token(&self.kernel.settings, &self.actor)
    }

    /// A page of this site with menu, name, notices and token filled in.
    #[must_use]
    pub fn page(&self, title: impl Into<String>, body: Markup) -> Shell {
        shell(&self.kernel, &self.actor, self.session.as_ref(), &self.request, &self.notices, title, body)
    }
}

/// Draws the frame around a page. Also used for fault pages, where there is no `Cx`.
pub(crate) fn shell(
    kernel: &Kernel,
    actor: &Actor,
    session: Option<&SessionInfo>,
    info: &RequestInfo,
    notices: &[Notice],
    title: impl Into<String>,
    body: Markup,
) -> Shell {
    let s = &kernel.settings;
    let mut page =
        ui::page(kernel.ui_site(), title, asset_urls(), body).menu(menu(kernel, actor, &info.path)).nonce(&info.nonce);
    if let Some(brand) = &s.brand {
        page = page.brand(brand);
    }
    if let Some(words) = &s.demo {
        page = page.demo(words);
    }
    for n in notices {
        page = match n.level.as_str() {
            "emergency" => page.notice(ui::emergency(&n.title, &html! { p { (n.body) } })),
            "warning" => page.banner(&ui::banner(ui::Tone::Warn, &n.title).body(html! { p { (n.body) } })),
            _ => page.banner(&ui::banner(ui::Tone::Info, &n.title).body(html! { p { (n.body) } })),
        };
    }
    match actor {
        Actor::Anyone | Actor::Worker => {
            if !matches!(s.site, Site::Api | Site::Files) {
                page = page.sign_in_link("/sign-in");
            }
            page
        }
        Actor::Applicant(_) | Actor::Staff(_) | Actor::Reviewer(_) => {
            if let Some(minutes) = session.and_then(SessionInfo::ends_soon) {
                page = page.banner(&ui::banner(ui::Tone::Warn, "まもなくログインの有効期間が終わります").body(html! {
                    p { "あと" (minutes) "分で終わります。入力中の内容を保存し、続ける場合は本人確認をしてください。" }
                    p { a href="/reauth" target="_blank" rel="noopener" { "新しいタブで本人確認をして延長する" } }
                }));
            }
            page.csrf(csrf::token(s, actor)).signed_in(SignedIn {
                name: actor.name().to_owned(),
                role: None,
                sign_out: "/sign-out".into(),
                sign_in: "/sign-in".into(),
                ends_in_seconds: session.map(|s| s.seconds_left),
                ends_for_good_in_seconds: session.map(|s| s.ends_in).filter(|s| *s < SessionInfo::TOLD_BEFORE),
                extend: Some("/session/extend".into()),
            })
        }
    }
}

/// What the person may open, entries of one group together. Entries come in the order of the menu.
fn menu(kernel: &Kernel, actor: &Actor, path: &str) -> Vec<NavGroup> {
    let mut groups: Vec<NavGroup> = Vec::new();
    for m in kernel.menu.iter().filter(|m| actor.holds(m.permission) && m.shown_to(actor)) {
        let item = NavItem::new(m.label, m.href, is_under(path, m.href));
        match groups.last_mut() {
            Some(last) if m.group.is_some() && last.label == m.group => last.items.push(item),
            _ => groups.push(NavGroup { label: m.group, items: vec![item] }),
        }
    }
    groups
}

fn is_under(path: &str, href: &str) -> bool {
    path == href || (href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

impl RequestInfo {
    pub(crate) fn query_pairs(query: Option<&str>) -> Vec<(String, String)> {
        form_pairs(query.unwrap_or_default().as_bytes())
    }
}
