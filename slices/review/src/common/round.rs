//! Which round a page is about.

use hojo_db::Tx;
use hojo_web::{Fault, Markup, html, ui};
use hojo_words::ids::{PublicId, RoundId};

/// 公募回.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: RoundId,
    pub public_id: PublicId,
    pub programme: String,
    pub title: String,
    pub edition: String,
}

/// All rounds, newest first, and the one chosen.
#[derive(Clone, Debug, Default)]
pub struct Rounds {
    pub all: Vec<Round>,
    pub chosen: Option<Round>,
}

/// The round the address names, else the newest that has filed cases, else the newest.
///
/// # Errors
/// [`Fault::NotFound`] for a round that does not exist.
pub async fn pick(tx: &mut Tx, wanted: &str) -> Result<Rounds, Fault> {
    let rows = sqlx::query!(
        r#"select id, public_id, programme_id, title, edition_id,
                  exists (select 1 from cases c where c.round_id = r.id and c.filed_at is not null) as "filed!"
           from rounds r order by opens_at desc, id limit 50"#
    )
    .fetch_all(tx.sql())
    .await?;
    let mut busy = None;
    let mut all = Vec::new();
    for r in rows.into_iter().filter(|r| tx.check_round(RoundId(r.id)).is_ok()) {
        let public_id = PublicId::from_uuid(r.public_id);
        if r.filed && busy.is_none() {
            busy = Some(public_id);
        }
        all.push(Round {
            id: RoundId(r.id),
            public_id,
            programme: r.programme_id,
            title: r.title,
            edition: r.edition_id,
        });
    }
    let chosen = if wanted.is_empty() {
        all.iter().find(|r| Some(r.public_id) == busy).or_else(|| all.first()).cloned()
    } else {
        let id: PublicId = wanted.parse().map_err(|_| Fault::NotFound)?;
        Some(all.iter().find(|r| r.public_id == id).cloned().ok_or(Fault::NotFound)?)
    };
    Ok(Rounds { all, chosen })
}

/// A drop-down of the rounds, for a filter bar.
pub fn round_filter(rounds: &Rounds) -> Markup {
    let choices = rounds.all.iter().map(|r| ui::Choice::new(r.public_id.to_string(), r.title.clone())).collect();
    let value = rounds.chosen.as_ref().map(|r| r.public_id.to_string()).unwrap_or_default();
    html! { (ui::select("round", "公募回", choices).value(value)) }
}
