//! GET: editions with who published them, where they are in force, and the requests for change.

use hojo_access::allow;
use hojo_db::Tx;
use hojo_web::ui::{self, Holds};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::PublicId;
use time::OffsetDateTime;

use super::{Request, may_change, requests};
use crate::common::flash;

/// An edition as it is stored.
struct Stored {
    id: String,
    version: String,
    hash: String,
    published_by: String,
    approved_by: String,
    at: OffsetDateTime,
    rounds: Vec<String>,
}

pub async fn list(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let editions = editions(&mut tx).await?;
    let all = requests(&mut tx, None).await?;
    let rounds = sqlx::query!("select public_id, title, edition_id from rounds order by opens_at desc limit 100")
        .fetch_all(tx.sql())
        .await?;
    tx.commit().await?;
    let ask = may_change(cx.actor()).then(|| {
        let round = |r: &(PublicId, String)| ui::Choice::new(r.0.to_string(), r.1.clone());
        let rounds: Vec<_> = rounds.iter().map(|r| (PublicId::from_uuid(r.public_id), r.title.clone())).collect();
        let edition = |e: &Stored| ui::Choice::new(e.id.clone(), format!("{}（{}）", e.id, e.version));
        (rounds.iter().map(round).collect(), editions.iter().map(edition).collect())
    });
    let body = html! {
        (ui::panel("変更の起案", &changes(&all)))
        @if let Some((rounds, editions)) = ask { (ui::panel("新しい版にする", &choose(rounds, editions))) }
        (ui::panel("保存されている版", &stored(&editions)))
    };
    let mut shell = cx.page("公募要領・交付規程の変更", body).wide();
    if let Some(banner) = flash::banner(cx.query("done")) {
        shell = shell.banner(&banner);
    }
    Ok(Reply::page(&shell))
}

async fn editions(tx: &mut Tx) -> Result<Vec<Stored>, Fault> {
    let rows = sqlx::query!(
        r#"select e.id, e.version, e.hash, e.published_by, e.approved_by, e.effective_at,
                  array(select r.title from rounds r where r.edition_id = e.id order by r.opens_at) as "rounds!"
           from editions e order by e.created_at desc limit 200"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Stored {
            id: r.id,
            version: r.version,
            hash: r.hash,
            published_by: r.published_by,
            approved_by: r.approved_by,
            at: r.effective_at,
            rounds: r.rounds,
        })
        .collect())
}

fn stored(editions: &[Stored]) -> Markup {
    let mut table = ui::data_table(
        "保存されている版",
        vec![
            ui::column("版"),
            ui::column("番号"),
            ui::column("公開した人・承認した人"),
            ui::column("保存した日時").holds(Holds::Date),
            ui::column("使っている公募回"),
            ui::column("版のハッシュ"),
        ],
    )
    .quiet_caption()
    .empty(html! { p { "版がまだありません。" } });
    for e in editions {
        table = table.row(vec![
            html! { (e.id) },
            html! { (e.version) },
            html! { (e.published_by) "・" (e.approved_by) },
            html! { (ui::date_time(e.at)) },
            html! { @if e.rounds.is_empty() { "―" } @else { (e.rounds.join("、")) } },
            html! { code { (e.hash.get(..16).unwrap_or(&e.hash)) "…" } },
        ]);
    }
    html! { (table) }
}

fn choose(rounds: Vec<ui::Choice>, editions: Vec<ui::Choice>) -> Markup {
    html! {
        p { "公募回と版を選ぶと、違い、影響、様式を確かめてから起案できます。" }
        form class="form" method="get" action="/editions/change" {
            (ui::select("round", "公募回", rounds))
            (ui::select("edition", "新しい版", editions))
            (ui::buttons(&[ui::button("違いと影響を見る")]))
        }
    }
}

fn changes(all: &[Request]) -> Markup {
    let mut table = ui::data_table(
        "変更の起案",
        vec![
            ui::column("公募回"),
            ui::column("今までの版"),
            ui::column("新しい版"),
            ui::column("適用の日時").holds(Holds::Date),
            ui::column("状態"),
        ],
    )
    .quiet_caption()
    .empty(html! { p { "変更の起案はまだありません。" } });
    for r in all {
        table = table.row(vec![
            html! { a href={ "/editions/changes/" (r.public_id) } { (r.round.title) } },
            html! { (r.from) },
            html! { (r.to) },
            html! { (ui::date_time_seconds(r.takes_effect_at)) },
            html! { (r.word()) },
        ]);
    }
    html! { (table) }
}
