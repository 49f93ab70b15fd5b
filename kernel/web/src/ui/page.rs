//! The page around everything: head, skip link, header, notices, breadcrumb, main part, footer.
use maud::{DOCTYPE, Markup, Render, html};

use super::message::{Banner, Problem, error_summary};
use super::nav::{NavGroup, NavItem, main_menu};

/// Which of the two sites a page belongs to; they differ in colour band and name, so that nobody mixes them up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// Applicants and the public.
    Portal,
    /// The office, reviewers, supervisors.
    Office,
}

impl Site {
    const fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Office => "office",
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Portal => "補助金電子申請",
            Self::Office => "補助金事務局システム",
        }
    }
}

/// Addresses of the built style sheet and script, with their content hash.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets {
    /// `app.css`.
    pub css: String,
    /// `app.js`, an ES module.
    pub js: String,
    /// The picture for the browser's tab.
    pub icon: Option<String>,
}

/// Who is signed in, and how long still.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedIn {
    /// 商号 or the staff member's name.
    pub name: String,
    /// A second line: the person, the role.
    pub role: Option<String>,
    /// Where the sign-out form posts to.
    pub sign_out: String,
    /// Where a new sign-in begins in a second tab when the session has ended.
    pub sign_in: String,
    /// Seconds until the session ends without activity; scripts warn two minutes before.
    pub ends_in_seconds: Option<u32>,
    /// Seconds until it ends whatever is done, when that is not far away.
    pub ends_for_good_in_seconds: Option<u32>,
    /// Where 「延長する」 posts to.
    pub extend: Option<String>,
}

/// One page, ready to be rendered.
#[derive(Clone, Debug)]
pub struct Shell {
    site: Site,
    title: String,
    brand: Option<String>,
    nav: Vec<NavGroup>,
    signed_in: Option<SignedIn>,
    sign_in_link: Option<String>,
    banners: Vec<Markup>,
    demo: Option<String>,
    breadcrumb: Vec<(String, String)>,
    problems: Vec<Problem>,
    error: bool,
    csrf: Option<String>,
    assets: Assets,
    nonce: Option<String>,
    footer: Vec<NavItem>,
    accessibility: String,
    help: Option<Markup>,
    wide: bool,
    plain: bool,
    heading: bool,
    body: Markup,
}

/// Begins a page. The title is the page's one `h1` and, with the site's name, the browser's title.
#[must_use]
pub fn page(site: Site, title: impl Into<String>, assets: Assets, body: Markup) -> Shell {
    Shell {
        site,
        title: title.into(),
        brand: None,
        nav: Vec::new(),
        signed_in: None,
        sign_in_link: None,
        banners: Vec::new(),
        demo: None,
        breadcrumb: Vec::new(),
        problems: Vec::new(),
        error: false,
        csrf: None,
        assets,
        nonce: None,
        footer: Vec::new(),
        accessibility: "/accessibility".to_owned(),
        help: None,
        wide: false,
        plain: false,
        heading: true,
        body,
    }
}

impl Shell {
    /// The service's name in the header instead of the site's usual one.
    #[must_use]
    pub fn brand(mut self, brand: impl Into<String>) -> Self {
        self.brand = Some(brand.into());
        self
    }

    /// The main navigation, one entry beside the other.
    #[must_use]
    pub fn nav(self, items: Vec<NavItem>) -> Self {
        self.menu(items.into_iter().map(NavGroup::of_one).collect())
    }

    /// The main navigation in groups.
    #[must_use]
    pub fn menu(mut self, groups: Vec<NavGroup>) -> Self {
        self.nav = groups;
        self
    }

    /// Shows who is signed in.
    #[must_use]
    pub fn signed_in(mut self, who: SignedIn) -> Self {
        self.signed_in = Some(who);
        self
    }

    /// Shows a sign-in link instead.
    #[must_use]
    pub fn sign_in_link(mut self, href: impl Into<String>) -> Self {
        self.sign_in_link = Some(href.into());
        self
    }

    /// A banner above the main part: the answer to what was just done.
    #[must_use]
    pub fn banner(mut self, banner: &Banner) -> Self {
        self.banners.push(banner.render());
        self
    }

    /// Anything above the breadcrumb: emergency notices.
    #[must_use]
    pub fn notice(mut self, notice: Markup) -> Self {
        self.banners.insert(0, notice);
        self
    }

    /// Says on every page that nothing here is real.
    #[must_use]
    pub fn demo(mut self, words: impl Into<String>) -> Self {
        self.demo = Some(words.into());
        self
    }

    /// The way here, (label, address), without this page.
    #[must_use]
    pub fn breadcrumb(mut self, way: Vec<(String, String)>) -> Self {
        self.breadcrumb = way;
        self
    }

    /// The error summary; also prefixes the browser's title with 「エラー：」.
    #[must_use]
    pub fn problems(mut self, problems: Vec<Problem>) -> Self {
        self.error = self.error || !problems.is_empty();
        self.problems = problems;
        self
    }

    /// Prefixes the browser's title with 「エラー：」 without a summary (refusals, faults).
    #[must_use]
    pub fn error(mut self) -> Self {
        self.error = true;
        self
    }

    /// The token every posted form carries; scripts read it from here.
    #[must_use]
    pub fn csrf(mut self, token: impl Into<String>) -> Self {
        self.csrf = Some(token.into());
        self
    }

    /// The nonce of the content security policy.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.nonce = Some(nonce.into());
        self
    }

    /// More links in the footer.
    #[must_use]
    pub fn footer(mut self, links: Vec<NavItem>) -> Self {
        self.footer = links;
        self
    }

    /// The address of the accessibility policy; `/accessibility` unless said otherwise.
    #[must_use]
    pub fn accessibility(mut self, href: impl Into<String>) -> Self {
        self.accessibility = href.into();
        self
    }

    /// Where to ask, at the same place on every page.
    #[must_use]
    pub fn help(mut self, help: Markup) -> Self {
        self.help = Some(help);
        self
    }

    /// Uses the full width: queues, examination desks.
    #[must_use]
    pub fn wide(mut self) -> Self {
        self.wide = true;
        self
    }

    /// A narrow page without navigation: sign-in, errors.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.plain = true;
        self
    }

    /// The body brings its own `h1`.
    #[must_use]
    pub fn own_heading(mut self) -> Self {
        self.heading = false;
        self
    }

    fn brand_words(&self) -> &str {
        self.brand.as_deref().unwrap_or_else(|| self.site.words())
    }

    fn head(&self) -> Markup {
        let prefix = if self.error { "エラー：" } else { "" };
        html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (prefix) (self.title) "｜" (self.brand_words()) }
                meta name="format-detection" content="telephone=no";
                @if let Some(token) = &self.csrf { meta name="csrf-token" content=(token); }
                @if let Some(icon) = &self.assets.icon { link rel="icon" href=(icon) type="image/svg+xml"; }
                link rel="stylesheet" href=(self.assets.css) nonce=[&self.nonce];
                script type="module" src=(self.assets.js) nonce=[&self.nonce] {}
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header class="site-header" {
                @if let Some(words) = &self.demo { p class="demo-banner" { (words) } }
                div class="site-header__row" {
                    a class="site-header__brand" href="/" { (self.brand_words()) }
                    @if let Some(who) = &self.signed_in { (account(who, self.csrf.as_deref())) }
                    @else if let Some(href) = &self.sign_in_link { a class="button" data-weight="outline" data-size="sm" href=(href) { "ログイン" } }
                }
                @if !self.nav.is_empty() && !self.plain {
                    (main_menu(&self.nav))
                }
            }
        }
    }

    fn footer_part(&self) -> Markup {
        html! {
            footer class="site-footer" {
                @if let Some(help) = &self.help { div class="site-footer__help" { h2 { "お問い合わせ" } (help) } }
                // The office's own site has no such page.
                @let policy = (self.site == Site::Portal).then_some(&self.accessibility);
                @if policy.is_some() || !self.footer.is_empty() {
                    ul class="site-footer__links" {
                        @for item in &self.footer { li { a href=(item.href) { (item.label) } } }
                        @if let Some(href) = policy { li { a href=(href) { "アクセシビリティ方針" } } }
                    }
                }
                p class="site-footer__brand" { (self.brand_words()) }
            }
        }
    }
}

fn account(who: &SignedIn, csrf: Option<&str>) -> Markup {
    html! {
        div class="account" {
            p class="account__name" {
                span class="visually-hidden" { "ログイン中：" } (who.name)
                @if let Some(role) = &who.role { span class="account__role" { (role) } }
            }
            @if let (Some(extend), Some(seconds)) = (&who.extend, who.ends_in_seconds) {
                // With scripts a warning comes in time; without, the button is always there. It opens a tab of
                // its own, so that nothing typed here is lost.
                noscript {
                    form method="post" action=(extend) target="_blank" rel="noopener" {
                        @if let Some(token) = csrf { (csrf_field(token)) }
                        button class="button" data-weight="text" data-size="sm" type="submit" {
                            "ログインを延長する" span class="visually-hidden" { "（操作がないと" (seconds / 60) "分で終わります）" }
                        }
                    }
                }
            }
            form method="post" action=(who.sign_out) {
                @if let Some(token) = csrf { (csrf_field(token)) }
                button class="button" data-weight="text" data-size="sm" type="submit" { "ログアウト" }
            }
        }
    }
}

/// The hidden field with the token; every posted form has one.
#[must_use]
pub fn csrf_field(token: &str) -> Markup {
    html! { input type="hidden" name="_csrf" value=(token); }
}

impl Render for Shell {
    fn render(&self) -> Markup {
        let ends = self.signed_in.as_ref().and_then(|who| who.ends_in_seconds);
        let good = self.signed_in.as_ref().and_then(|who| who.ends_for_good_in_seconds);
        let extend = self.signed_in.as_ref().and_then(|who| who.extend.as_ref());
        let sign_in = self.signed_in.as_ref().map(|who| &who.sign_in);
        html! {
            (DOCTYPE)
            html lang="ja" {
                (self.head())
                body data-site=(self.site.name()) data-wide[self.wide] data-plain[self.plain]
                    data-session-seconds=[ends] data-session-final=[good] data-session-extend=[extend] data-sign-in=[sign_in] {
                    a class="skip-link" href="#main" { "本文へ移動" }
                    (self.header())
                    div class="page" {
                        @if !self.breadcrumb.is_empty() {
                            nav class="breadcrumb" aria-label="現在位置" {
                                ol {
                                    @for (label, href) in &self.breadcrumb { li { a href=(href) { (label) } } }
                                    li aria-current="page" { (self.title) }
                                }
                            }
                        }
                        main id="main" tabindex="-1" {
                            @for banner in &self.banners { (banner) }
                            (error_summary(&self.problems))
                            @if self.heading { h1 class="page__title" { (self.title) } }
                            (self.body)
                        }
                    }
                    (self.footer_part())
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_page_says_so_in_its_title_and_links_to_the_field() {
        let html = page(Site::Portal, "申請者の概要", Assets::default(), html! {})
            .problems(vec![Problem::at("capital", "資本金は半角数字で入力してください。")])
            .render()
            .into_string();
        assert!(html.contains("<title>エラー：申請者の概要｜補助金電子申請</title>"), "{html}");
        assert!(html.contains("<a href=\"#f-capital\">"), "{html}");
        assert_eq!(html.matches("<h1").count(), 1);
        assert!(html.contains("<html lang=\"ja\">") && html.contains("href=\"#main\""));
    }
}
