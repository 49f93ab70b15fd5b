//! All runs of a round, newest first.

use hojo_access::{Permission, allow};
use hojo_web::ui::{self, Holds, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};

use super::store::{Head, heads};
use crate::common::{self, Address, Rounds, pick, round_filter};

pub async fn list(cx: Cx<allow::ViewScores>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rounds = pick(&mut tx, cx.query("round")).await?;
    let runs = match &rounds.chosen {
        Some(round) => heads(&mut tx, round.id).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    let body = view(&rounds, &runs, cx.actor().holds(Permission::Simulate));
    let mut page = cx.page("採択シミュレーション", body).wide();
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}

fn view(rounds: &Rounds, runs: &[Head], may_make: bool) -> Markup {
    let round = rounds.chosen.as_ref().map(|r| r.public_id.to_string()).unwrap_or_default();
    let columns = vec![
        ui::column("名前"),
        ui::column("作成日時").holds(Holds::Date),
        ui::column("作成者"),
        ui::column("対象").holds(Holds::Number),
        ui::column("採択案").holds(Holds::Number),
        ui::column("採択額").holds(Holds::Number),
        ui::column("状態"),
    ];
    let mut table = ui::data_table("シミュレーションの一覧", columns).quiet_caption().empty(
        html! { p { "まだシミュレーションがありません。予算や基準点を変えて何度でも作成でき、すべて保存されます。" } },
    );
    for r in runs {
        table = table.row(vec![
            html! { a href={ "/runs/" (r.public_id) } { (r.name) } },
            html! { (ui::date_time(r.made_at)) },
            html! { (r.maker) },
            html! { (ui::number(r.cases)) "件" },
            html! { (ui::number(r.adopted)) "件" },
            html! { (ui::yen(r.spent)) },
            html! { @if r.is_committed { (ui::chip(Tone::Success, "確定")) } @else { (ui::plain_chip("案")) } },
        ]);
    }
    html! {
        (ui::filters("/runs", &round_filter(rounds), None))
        @if may_make && rounds.chosen.is_some() {
            (ui::buttons(&[ui::link_button("新しいシミュレーション", Address::new("/runs/new").with("round", &round).text())]))
        }
        (table)
    }
}
