//! 通知書の管理: every letter of the office, those that wait for a person first; look, compose again, announce again.

mod filter;
mod history;
mod reissue;
mod retry;
mod rows;
mod show;
mod view;

use hojo_access::{Permission, allow};
use hojo_programme::Edition;
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::letter::Layout;
use std::sync::Arc;

use crate::record::State;
use filter::Filter;

pub(crate) use reissue::{reason, reissue};
pub(crate) use retry::{notify, one as retry, several as retry_many};
pub(crate) use show::{open, pdf, show};

pub(crate) async fn list(cx: Cx<allow::IssueLetter>) -> Result<Reply, Fault> {
    let filter = Filter::read(|name| cx.query(name).to_owned());
    let mut tx = cx.tx().await?;
    let kinds = rows::kinds(&mut tx).await?;
    let found = rows::page(&mut tx, &filter, &kinds).await?;
    tx.commit().await?;
    let many = cx.actor().holds(Permission::SendLetters);
    let body = view::list(&filter, &found, &kinds, many, &cx.csrf());
    let mut page = cx.page("通知書", body).wide();
    if let Some(banner) = flash(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

/// A state in its colour and words.
pub(crate) fn state_chip(state: State) -> Markup {
    let chip = match state {
        State::Stuck => ui::chip(Tone::Error, state.label()),
        State::Held | State::Due | State::Sealed => ui::chip(Tone::Info, state.label()),
        State::Delivered => ui::chip(Tone::Success, state.label()),
    };
    html! { (chip) }
}

/// Is this letter, by its kind, the copy of an application?
pub(crate) fn is_copy(edition: &Arc<Edition>, kind: &str) -> bool {
    let found = edition.procedures.values().find_map(|p| p.letters.get(kind));
    found.is_some_and(|l| l.layout == Layout::ApplicationCopy)
}

/// What was just done, as a word of a closed list.
fn flash(done: &str) -> Option<ui::Banner> {
    let words = match done.split_once('-') {
        Some(("retried", n)) => {
            format!("{}件の通知書の作成をやり直しています。数秒後に状態が変わります。", n.parse::<u32>().ok()?)
        }
        None if done == "announced" => "お知らせのメールを送る手配をしました。".to_owned(),
        _ => return None,
    };
    Some(ui::banner(Tone::Success, words).announce())
}

#[cfg(test)]
mod tests {
    use super::flash;

    #[test]
    fn only_known_words_are_said() {
        assert!(flash("retried-2").is_some() && flash("announced").is_some());
        assert!(flash("retried-x").is_none() && flash("<b>").is_none() && flash("").is_none());
    }
}
