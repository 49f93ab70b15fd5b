//! The public pages.

use hojo_access::allow;
use hojo_programme::Edition;
use hojo_web::ui::{self, Holds};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use time::OffsetDateTime;

use crate::texts::{self, Current, Faq, Public, Round, ShownTable};

pub(crate) async fn top(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let rounds = texts::rounds(&mut tx).await?;
    let current = texts::current(&mut tx, cx.query("programme")).await?;
    tx.commit().await?;
    let Some(current) = current else {
        let body = ui::empty(
            "公開中の公募はありません",
            &html! { p { "公募が始まりましたら、このページでお知らせします。" } },
        );
        return Ok(Reply::page(&cx.page("補助金電子申請", body)));
    };
    let edition = &current.edition;
    let public: Public = texts::read(edition, "portal/public.yaml")?;
    let body = html! {
        (current.elsewhere("/"))
        h2 { (public.summary.title) }
        @for p in &public.summary.paragraphs { p { (p) } }
        (open_rounds(&rounds, now))
        (before(&current))
        (frames(edition, &public))
        @for table in &public.tables { (shown_table(edition, table)) }
        section {
            h2 { (public.requirements.title) }
            ul { @for line in &public.requirements.items {
                li { strong { (line.title) } "：" (line.text)
                    @if let Some(value) = line.setting.as_deref().and_then(|s| setting(edition, s)) { "（" (value) "）" } }
            } }
        }
        section {
            h2 { (public.prepare.title) }
            dl class="facts" { @for line in &public.prepare.items { div { dt { (line.title) } dd { (line.text) } } } }
        }
        section {
            h2 { "申請から受給後までの流れ" }
            ol { @for line in &public.steps { li { strong { (line.title) } "：" (line.text) } } }
        }
    };
    Ok(Reply::page(&cx.page(edition.title.clone(), body)))
}

/// What an edition lets people try before they apply.
fn before(current: &Current) -> Markup {
    let has = |code: &str| current.edition.procedure(code).is_some();
    let mut ways = Vec::new();
    if has("precheck") {
        ways.push(ui::link_button("対象者かどうかを確かめる", current.at("/eligibility")));
    }
    if has("simulation") {
        ways.push(ui::link_button("補助額を試算する", current.at("/simulation")).outline());
    }
    html! { @if !ways.is_empty() { section { h2 { "申請の前に" } (ui::buttons(&ways)) } } }
}

/// Frames with what the public texts say of them; a programme that says nothing has none to choose from.
fn frames(edition: &Edition, public: &Public) -> Markup {
    let list = edition.frames();
    html! {
        @if !public.frames.is_empty() { section {
            h2 { "申請できる枠" }
            dl class="facts" {
                @for (key, label) in list.iter().flat_map(|l| l.options.iter()) {
                    div { dt { (label) } dd { (public.frames.get(key).map_or("", |f| f.text.as_str())) } }
                }
            }
        } }
    }
}

fn shown_table(edition: &Edition, shown: &ShownTable) -> Markup {
    let Some(table) = edition.tables.get(&shown.table) else { return html! {} };
    let given: Vec<&str> = shown.given.keys().map(String::as_str).collect();
    let yields: Vec<&str> = shown.yields.keys().map(String::as_str).collect();
    // Inputs stand in the order of the table, so that the choice comes before its ranges.
    let given: Vec<&str> = table.given.iter().map(|i| i.name.as_str()).filter(|n| given.contains(n)).collect();
    let yields: Vec<&str> = table.yields.keys().map(String::as_str).filter(|n| yields.contains(n)).collect();
    let heading = |n: &&str| shown.given.get(*n).or_else(|| shown.yields.get(*n)).cloned().unwrap_or_default();
    let mut columns: Vec<_> = given.iter().map(|n| ui::column(heading(n))).collect();
    columns.extend(yields.iter().map(|n| ui::column(heading(n)).holds(Holds::Number)));
    let mut drawn = ui::data_table(shown.title.clone(), columns);
    for row in table.in_words(&given, &yields) {
        drawn = drawn.row(row.into_iter().map(|cell| html! { (cell) }).collect());
    }
    html! { section { h2 { (shown.title) } (drawn.quiet_caption()) } }
}

fn setting(edition: &Edition, name: &str) -> Option<String> {
    edition.settings.get(name).map(hojo_programme::Setting::words)
}

fn open_rounds(rounds: &[Round], now: OffsetDateTime) -> Markup {
    let open: Vec<_> = rounds.iter().filter(|r| r.is_open(now)).collect();
    html! {
        section {
            h2 { "受付中の公募" }
            @if open.is_empty() {
                (ui::empty("受付中の公募はありません", &html! { p { a href="/rounds" { "公募回の一覧" } "で、これまでとこれからの予定を確認できます。" } }))
            }
            @for round in open {
                (ui::panel(&round.title, &html! {
                    (ui::facts(&[
                        ("受付期間", html! { (ui::date_time(round.opens)) " から " (ui::date_time(round.closes)) " まで" }),
                        ("締切まで", ui::deadline(round.closes, now)),
                    ]))
                    (ui::buttons(&[ui::link_button("マイページで申請を始める", "/me")]))
                }))
            }
        }
    }
}

pub(crate) async fn rounds(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let now = tx.now().await?.utc();
    let rounds = texts::rounds(&mut tx).await?;
    tx.commit().await?;
    let mut table = ui::data_table(
        "公募回",
        vec![ui::column("公募回"), ui::column("受付開始"), ui::column("締切"), ui::column("状況")],
    )
    .empty(html! { "公募回はまだありません。" });
    for r in &rounds {
        let state = if r.is_open(now) {
            ui::chip(ui::Tone::Success, "受付中")
        } else if now < r.opens {
            ui::chip(ui::Tone::Info, "受付前")
        } else {
            ui::plain_chip("受付終了")
        };
        table = table.row(vec![
            html! { (r.title) },
            html! { (ui::date_time(r.opens)) },
            html! { (ui::date_time(r.closes)) },
            html! { (state) },
        ]);
    }
    Ok(Reply::page(&cx.page("公募回", html! { (table.quiet_caption()) })))
}

pub(crate) async fn faq(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let current = texts::current(&mut tx, cx.query("programme")).await?;
    tx.commit().await?;
    let faq: Faq = match &current {
        Some(current) => texts::read(&current.edition, "portal/faq.yaml")?,
        None => Faq::default(),
    };
    let body = html! {
        @if let Some(current) = &current { (current.elsewhere("/faq")) }
        @for topic in &faq.faq {
            section id=(topic.id) {
                h2 { (topic.title) }
                @for q in &topic.questions {
                    div id={ (topic.id) "-" (q.id) } {
                        (ui::disclosure(&q.q, &html! {
                            p { (q.a) }
                            @if let Some(clause) = &q.clause { p class="note" { "根拠: " (clause) } }
                        }))
                    }
                }
            }
        }
    };
    Ok(Reply::page(&cx.page("よくあるご質問", body)))
}

pub(crate) async fn accessibility(cx: Cx<allow::Anyone>) -> Result<Reply, Fault> {
    let body = html! {
        p { "このサイトは、年齢や障害の有無、利用する環境にかかわらず、どなたにも申請手続を終えていただけることを目指しています。" }
        h2 { "目標とする規格と等級" }
        p { "日本産業規格 JIS X 8341-3:2016「高齢者・障害者等配慮設計指針－情報通信における機器，ソフトウェア及びサービス－第3部：ウェブコンテンツ」の適合レベルAAに配慮しています。あわせて、WCAG 2.2 のレベルAAの達成基準に沿って作成しています。" }
        h2 { "対象範囲" }
        p { "このサイトの申請者向けページと、このサイトが作成する通知書などのPDFです。" }
        h2 { "例外" }
        p { "申請者が添付したファイルは対象に含みません。" }
        h2 { "試験" }
        p { "公開後に試験を行い、結果をこのページで公表します。" }
        h2 { "うまく使えないとき" }
        p { "使いにくい点や読み取れない内容がありましたら、事務局へお知らせください。別の方法で手続を進められるようにします。" }
    };
    Ok(Reply::page(&cx.page("アクセシビリティ方針", body)))
}
