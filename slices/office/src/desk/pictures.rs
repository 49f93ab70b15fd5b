//! 添付ファイルを画像で見る: page by page, drawn in a sandbox without a network; the file itself never reaches the
//! browser. A page that cannot be drawn says so and leaves the way to the file.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hojo_access::allow;
use hojo_preview::{Kind, NoPicture, Pictures};
use hojo_web::ui::{self, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};

use super::file::{Found, find};

/// Pages of one file that can be looked at this way; whoever needs more opens the file.
const MOST: u32 = 300;

/// What there is of one page.
enum Page {
    Drawn(String),
    /// The file cannot be drawn.
    Not,
    /// Nothing can draw it now.
    NotNow,
    /// No kind of file that is drawn.
    Other,
}

pub async fn pictures(cx: Cx<allow::ViewCase>, drawer: Arc<dyn Pictures>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let found = find(&cx, &mut tx).await?;
    tx.commit().await?;
    cx.log_access(&found.row).await?;
    if let Some(refusal) = found.held {
        return Err(refusal.into());
    }
    let pages = found.pages.and_then(|p| u32::try_from(p).ok()).unwrap_or(1).clamp(1, MOST);
    let n = cx.query("page").parse::<u32>().unwrap_or(1).clamp(1, pages);
    let page = draw(&cx, drawer.as_ref(), &found, n).await?;
    let body = view(&found, n, pages, &page);
    let number = found.row.number.clone().unwrap_or_default();
    let way = vec![("案件一覧".into(), "/queue".into()), (format!("案件 {number}"), format!("/cases/{}", found.case))];
    Ok(Reply::page(&cx.page(found.name.clone(), body).wide().breadcrumb(way)))
}

async fn draw(cx: &Cx<allow::ViewCase>, drawer: &dyn Pictures, file: &Found, n: u32) -> Result<Page, Fault> {
    let kind = match file.media_type.as_str() {
        "application/pdf" => Kind::Pdf,
        "image/jpeg" => Kind::Jpeg,
        "image/png" => Kind::Png,
        _ => return Ok(Page::Other),
    };
    let name = format!("page-{n}.png");
    if let Some(kept) = cx.vault().read_made(&file.sha256, &name).await {
        return Ok(Page::Drawn(shown(&kept)));
    }
    // Bytes that are not what was handed in are drawn by nobody.
    let bytes = cx.vault().read(&file.sha256).await?;
    match drawer.page(kind, &bytes, n).await {
        Ok(png) => {
            let shown = shown(&png);
            if let Err(e) = cx.vault().keep_made(&file.sha256, &name, png.into()).await {
                tracing::warn!(error = %e, "a picture of a page was not kept");
            }
            Ok(Page::Drawn(shown))
        }
        Err(e @ NoPicture::File(_)) => {
            tracing::info!(file = %file.id, page = n, error = %e, "a page cannot be drawn");
            Ok(Page::Not)
        }
        Err(e @ NoPicture::Away(_)) => {
            tracing::warn!(file = %file.id, page = n, error = %e, "a page cannot be drawn now");
            Ok(Page::NotNow)
        }
    }
}

/// Within the page itself: one request, one line in the access log, no address of a picture to pass on.
fn shown(png: &[u8]) -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png))
}

fn view(file: &Found, n: u32, pages: u32, page: &Page) -> Markup {
    let base = format!("/cases/{}/files/{}", file.case, file.id);
    html! {
        @match page {
            Page::Drawn(url) => {
                p class="note" { "安全のため、画像に変換して表示しています。文字の選択や検索はできません。" }
                (pager(&base, n, pages))
                figure class="viewer" {
                    img class="viewer__page" src=(url) alt=(format!("{} {n}ページ目", file.name));
                }
                (pager(&base, n, pages))
            }
            Page::Not => {
                (ui::banner(Tone::Warn, format!("{n}ページ目は画像にできませんでした"))
                    .body(html! { p { "ファイルが壊れているか、内容が複雑すぎます。下のボタンから元のファイルを開いて確認してください。開けないときは、差戻しで出し直してもらってください。" } }))
                (pager(&base, n, pages))
            }
            Page::NotNow => {
                (ui::banner(Tone::Warn, "いまは画像にできません")
                    .body(html! { p { "少し待ってから画面を開き直すか、下のボタンから元のファイルを開いてください。続くときは、事務局のIT担当者に伝えてください。" } }))
            }
            Page::Other => { p { "この形式のファイルは画像で表示できません。元のファイルを保存して開いてください。" } }
        }
        (ui::buttons(&[
            ui::link_button("元のファイルを開く", base.clone()).outline(),
            ui::link_button("元のファイルを保存する", format!("{base}?download=1")).outline(),
        ]))
    }
}

fn pager(base: &str, n: u32, pages: u32) -> Markup {
    html! {
        @if pages > 1 {
            nav aria-label="ページ" {
                p {
                    @if n > 1 { a href={ (base) "/pages?page=" (n - 1) } rel="prev" { "前のページ" } "　" }
                    (n) "／" (pages) "ページ"
                    @if n < pages { "　" a href={ (base) "/pages?page=" (n + 1) } rel="next" { "次のページ" } }
                }
            }
        }
    }
}
