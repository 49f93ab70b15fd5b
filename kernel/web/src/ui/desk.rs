//! Two panes for people who compare: what is read at the left, the tools at the right; one below the other on narrow screens.
use maud::{Markup, html};

/// What is read and the tools for it. The tools come second, for the eye and for the keyboard; on a wide screen each pane
/// scrolls by itself, so that the tools stay beside whatever is being read.
#[must_use]
pub fn desk(read_label: &str, read: &Markup, tools_label: &str, tools: &Markup) -> Markup {
    html! {
        div class="desk" {
            // On a narrow screen the tools lie far below what is read.
            p class="desk__jump" { a href="#desk-tools" { (tools_label) "へ移動" } }
            div class="desk__pane" role="region" aria-label=(read_label) tabindex="0" { (read) }
            div class="desk__pane" id="desk-tools" role="region" aria-label=(tools_label) tabindex="0" { (tools) }
        }
    }
}

/// A file of ours shown within the page, with a way out for browsers that show no PDF in a frame, and
/// one to `pictures` of its pages, which open nothing.
#[must_use]
pub fn viewer(title: &str, href: &str, pictures: &str) -> Markup {
    html! {
        figure class="viewer" id="viewer" {
            figcaption class="viewer__title" { (title) " " a href=(href) target="_blank" rel="noopener" { "新しいタブで開く" }
                " " a href=(pictures) target="_blank" rel="noopener" { "画像で見る" } }
            // The pane is narrow: the page of a PDF takes all of it, without a column of thumbnails.
            iframe class="viewer__frame" src={ (href) "#navpanes=0&view=FitH" } title=(title) {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_panes_have_names_and_the_keyboard_reaches_them() {
        let html = desk("申請内容", &html! { "a" }, "確認票", &viewer("\"><b>", "/f", "/f/pages")).into_string();
        assert_eq!(html.matches("tabindex=\"0\"").count(), 2);
        assert!(html.contains("aria-label=\"確認票\"") && !html.contains("<b>"));
    }
}
