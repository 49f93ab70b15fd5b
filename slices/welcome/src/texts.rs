//! The public texts of an edition (`portal/*.yaml`), and the round they belong to.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_db::Tx;
use hojo_programme::Edition;
use hojo_web::{Fault, Markup, html};
use hojo_words::ids::{PublicId, RoundId};
use serde::Deserialize;
use time::OffsetDateTime;

#[derive(Deserialize, Default)]
pub(crate) struct Public {
    pub summary: Part,
    #[serde(default)]
    pub frames: BTreeMap<String, Line>,
    #[serde(default)]
    pub tables: Vec<ShownTable>,
    pub requirements: List,
    pub prepare: List,
    #[serde(default)]
    pub steps: Vec<Line>,
    #[serde(default)]
    pub status_words: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Part {
    pub title: String,
    #[serde(default)]
    pub paragraphs: Vec<String>,
}

#[derive(Deserialize, Default)]
pub(crate) struct List {
    pub title: String,
    #[serde(default)]
    pub items: Vec<Line>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Line {
    #[serde(default)]
    pub title: String,
    pub text: String,
    /// A setting of the edition whose value belongs to the line.
    #[serde(default)]
    pub setting: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct ShownTable {
    pub table: String,
    pub title: String,
    pub given: BTreeMap<String, String>,
    pub yields: BTreeMap<String, String>,
}

#[derive(Deserialize, Default)]
pub(crate) struct Faq {
    #[serde(default)]
    pub faq: Vec<Topic>,
}

#[derive(Deserialize)]
pub(crate) struct Topic {
    pub id: String,
    pub title: String,
    #[serde(default)]
    pub questions: Vec<Question>,
}

#[derive(Deserialize)]
pub(crate) struct Question {
    pub id: String,
    pub q: String,
    pub a: String,
    #[serde(default)]
    pub clause: Option<String>,
}

/// A round with its dates, moves of the deadline applied.
pub(crate) struct Round {
    pub id: RoundId,
    pub public_id: PublicId,
    pub title: String,
    pub programme: String,
    pub edition: String,
    pub opens: OffsetDateTime,
    pub closes: OffsetDateTime,
}

impl Round {
    pub fn is_open(&self, now: OffsetDateTime) -> bool {
        self.opens <= now && now <= self.closes
    }
}

/// All rounds, the newest first.
pub(crate) async fn rounds(tx: &mut Tx) -> Result<Vec<Round>, Fault> {
    let rows = sqlx::query!(
        r#"select r.id, r.public_id, r.title, r.programme_id, r.edition_id, r.opens_at, coalesce(m.closes_at, r.closes_at) as "closes_at!"
           from rounds r
           left join lateral (
               select d.closes_at from deadline_moves d
               where d.round_id = r.id and d.applicant_id is null and d.approved_at is not null
               order by d.approved_at desc limit 1) m on true
           order by r.opens_at desc"#
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Round {
            id: RoundId(r.id),
            public_id: PublicId::from_uuid(r.public_id),
            title: r.title,
            programme: r.programme_id,
            edition: r.edition_id,
            opens: r.opens_at,
            closes: r.closes_at,
        })
        .collect())
}

/// What the public pages speak of: the newest round of the programme that was asked for, or of all.
pub(crate) struct Current {
    pub edition: Arc<Edition>,
    /// The other programmes: id and title.
    pub others: Vec<(String, String)>,
}

pub(crate) async fn current(tx: &mut Tx, asked: &str) -> Result<Option<Current>, Fault> {
    let rounds = rounds(tx).await?;
    let wanted = rounds.iter().find(|r| r.programme == asked).or(rounds.first());
    let Some(wanted) = wanted else { return Ok(None) };
    let edition = tx.edition(&wanted.edition).await?;
    let mut others: Vec<(String, String)> = Vec::new();
    for round in &rounds {
        if round.programme != wanted.programme && !others.iter().any(|(id, _)| *id == round.programme) {
            others.push((round.programme.clone(), tx.edition(&round.edition).await?.programme.title.clone()));
        }
    }
    Ok(Some(Current { edition, others }))
}

impl Current {
    /// The way to the same page of the other programmes; empty while there is one programme.
    pub fn elsewhere(&self, page: &str) -> Markup {
        html! {
            @if !self.others.is_empty() {
                nav aria-label="ほかの制度" {
                    p { "このページは「" (self.edition.programme.title) "」の案内です。ほかの制度："
                        @for (at, (id, title)) in self.others.iter().enumerate() {
                            @if at > 0 { "、" }
                            a href={ (page) "?programme=" (id) } { (title) }
                        }
                    }
                }
            }
        }
    }

    /// The same page of this programme, for links within it.
    pub fn at(&self, page: &str) -> String {
        if self.others.is_empty() { page.to_owned() } else { format!("{page}?programme={}", self.edition.programme.id) }
    }
}

/// A file of texts in its shape; empty when the edition has none.
pub(crate) fn read<T: serde::de::DeserializeOwned + Default>(edition: &Edition, path: &str) -> Result<T, Fault> {
    edition.data(path).transpose().map(Option::unwrap_or_default).map_err(|e| Fault::Internal(format!("{path}: {e}")))
}
