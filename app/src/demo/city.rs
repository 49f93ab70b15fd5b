//! The small programme of a city beside the large one: a few drafts, one handed in.

use anyhow::Context;
use hojo_words::ids::PublicId;
use hojo_words::jst;

use super::draft;
use super::lives::{Mover, example, full_months, put};
use super::steps;
use super::town::Town;

/// Who wants to open a shop, under which name, and whether the application is handed in.
const SHOPS: [(&str, &str, bool); 4] = [
    ("sato", "こうぼう さとう 本通り店", false),
    ("demo-00021", "みほん書店 駅前", false),
    ("demo-00022", "惣菜とお茶 あさひ", false),
    ("demo-00023", "子育てひろば ほんどおり", true),
];

/// Drafts under the city's programme, where its round is there.
///
/// # Errors
/// When a page does not do what it is asked.
pub(super) async fn drafts(town: &mut Town<'_>, round: &Option<PublicId>) -> anyhow::Result<()> {
    let Some(round) = round else { return Ok(()) };
    let mut tx = town.house.setup_db.begin_setup().await?;
    let row =
        sqlx::query!("select edition_id from rounds where public_id = $1", round.uuid()).fetch_one(tx.sql()).await?;
    let edition = tx.edition(&row.edition_id).await?;
    tx.commit().await?;
    let procedure = edition.procedure("grant").context("the city's programme has no application")?;
    let model = example(procedure, "")?;
    let (now, told) = (jst::jst_date(town.house.now().await?), model.now.map(jst::jst_date));
    let months = told.map_or(0, |told| full_months(told, now));
    for (login, shop, is_filed) in SHOPS {
        let us = town.company_of(login).await?;
        let filing = steps::start(&us.browser, *round).await?;
        let mut answers = Mover { months, who: &us.who }.answers(procedure, model);
        put(&mut answers, "shop_name", shop);
        let sections: &[&str] = if is_filed { &[] } else { &["applicant", "shop_section"] };
        draft::type_in(
            &town.house.portal_db,
            &town.house.vault,
            &us.actor,
            filing,
            &procedure.form,
            &answers,
            sections,
        )
        .await?;
        if is_filed {
            steps::submit(&us.browser, &format!("/filings/{filing}")).await?;
        }
    }
    Ok(())
}
