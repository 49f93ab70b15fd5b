//! Long code lists of an edition, searched by name or code.

use hojo_access::Access;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::text;

use super::banks::Found;

pub(crate) async fn search<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let words = text::comparison_key(cx.query("q"));
    let mut tx = cx.tx().await?;
    // The list does not say which edition it is from; names of codes are those of the newest round.
    let round =
        sqlx::query!("select edition_id from rounds order by opens_at desc limit 1").fetch_optional(tx.sql()).await?;
    let Some(round) = round else { return Reply::json(&Vec::<Found>::new()) };
    let edition = tx.edition(&round.edition_id).await?;
    let found: Vec<Found> = match edition.tables.get(cx.query("table")) {
        Some(table) if table.is_code_table() && !words.is_empty() => table
            .codes()
            .filter(|(code, name)| code.starts_with(words.as_str()) || text::comparison_key(name).contains(&words))
            .take(30)
            .map(|(code, name)| Found { code: code.to_owned(), name: name.to_owned() })
            .collect(),
        _ => Vec::new(),
    };
    Reply::json(&found)
}
