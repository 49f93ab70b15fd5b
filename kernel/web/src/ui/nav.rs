//! Links that lead about the site: entries, and the main menu, which folds into groups where there are many.
use maud::{Markup, html};

/// An entry of the navigation or a link of the footer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavItem {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// The page shown lies here.
    pub current: bool,
    /// A count beside the label (messages unread, work waiting); 0 shows nothing.
    pub count: u32,
}

impl NavItem {
    /// An entry without count.
    #[must_use]
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), current, count: 0 }
    }
}

/// Entries that belong together. Without a name, or with one entry alone, nothing is folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NavGroup {
    /// What the group is called.
    pub label: Option<&'static str>,
    /// What lies in it.
    pub items: Vec<NavItem>,
}

impl NavGroup {
    /// An entry that stands in no group.
    #[must_use]
    pub fn of_one(item: NavItem) -> Self {
        Self { label: None, items: vec![item] }
    }
}

/// The main menu. Groups open by `details`, without scripts and by keyboard; opening one shuts the others
/// (`name`), and scripts shut it when the person goes on.
pub(super) fn main_menu(groups: &[NavGroup]) -> Markup {
    html! {
        nav class="site-nav" aria-label="メインメニュー" {
            ul {
                @for group in groups {
                    @match (group.label, group.items.as_slice()) {
                        (Some(label), items) if items.len() > 1 => { li { (folded(label, items)) } }
                        (_, items) => { @for item in items { li { (nav_link(item)) } } }
                    }
                }
            }
        }
    }
}

fn folded(label: &str, items: &[NavItem]) -> Markup {
    let here = items.iter().any(|i| i.current);
    html! {
        details class="site-nav__group" name="site-nav" data-here[here] {
            summary { (label) @if here { span class="visually-hidden" { "（いまのページがあります）" } } }
            ul { @for item in items { li { (nav_link(item)) } } }
        }
    }
}

fn nav_link(item: &NavItem) -> Markup {
    html! {
        a href=(item.href) aria-current=[item.current.then_some("page")] {
            (item.label)
            @if item.count > 0 { span class="count" { (super::amounts::number(item.count)) span class="visually-hidden" { "件" } } }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_fold_single_entries_do_not_and_the_present_page_is_marked_in_both_places() {
        let items = vec![NavItem::new("権限", "/permissions", true), NavItem::new("見張り", "/watch", false)];
        let groups = [
            NavGroup::of_one(NavItem::new("ホーム", "/", false)),
            NavGroup { label: Some("人と権限"), items },
            NavGroup { label: Some("通知"), items: vec![NavItem::new("通知書", "/letters", false)] },
        ];
        let html = main_menu(&groups).into_string();
        assert_eq!(html.matches("<details").count(), 1, "{html}");
        assert!(html.contains("data-here") && html.contains("href=\"/permissions\" aria-current=\"page\""), "{html}");
        assert!(html.contains("<li><a href=\"/letters\">通知書</a></li>") && !html.contains("<summary>通知"), "{html}");
    }
}
