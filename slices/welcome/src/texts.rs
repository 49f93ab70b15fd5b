//! The public texts of an edition (`portal/*.yaml`), and the round they belong to.

use std::collections::BTreeMap;
use std::sync::Arc;

use hojo_db::Tx;
use hojo_programme::Edition;
use hojo_web::Fault;
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
        r#"select r.id, r.public_id, r.title, r.edition_id, r.opens_at, coalesce(m.closes_at, r.closes_at) as "closes_at!"
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
            edition: r.edition_id,
            opens: r.opens_at,
            closes: r.closes_at,
        })
        .collect())
}

/// The edition of the newest round: what the public pages speak of.
pub(crate) async fn current(tx: &mut Tx) -> Result<Option<Arc<Edition>>, Fault> {
    match rounds(tx).await?.first() {
        Some(round) => Ok(Some(tx.edition(&round.edition).await?)),
        None => Ok(None),
    }
}

/// A file of texts in its shape; empty when the edition has none.
pub(crate) fn read<T: serde::de::DeserializeOwned + Default>(edition: &Edition, path: &str) -> Result<T, Fault> {
    edition.data(path).transpose().map(Option::unwrap_or_default).map_err(|e| Fault::Internal(format!("{path}: {e}")))
}
