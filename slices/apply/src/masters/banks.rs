//! 金融機関・支店の検索, by code or by any part of the name or its reading.

use hojo_access::Access;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::text;
use serde::Serialize;

/// What the look-up script reads (`lookup.ts`).
#[derive(Debug, Serialize)]
pub(crate) struct Found {
    pub code: String,
    pub name: String,
}

pub(crate) async fn banks<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let Some((start, within)) = patterns(cx.query("q")) else { return Reply::json(&Vec::<Found>::new()) };
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        "select code, name from banks where code like $1 or key like $2 or name like $2 or kana like $2
         order by (code like $1) desc, length(name), code limit 30",
        start,
        within
    )
    .fetch_all(tx.sql())
    .await?;
    Reply::json(&rows.into_iter().map(|r| Found { code: r.code, name: r.name }).collect::<Vec<_>>())
}

pub(crate) async fn branches<A: Access>(cx: Cx<A>) -> Result<Reply, Fault> {
    let bank = text::fold_width(cx.query("bank")).trim().to_owned();
    let Some((start, within)) = patterns(cx.query("q")) else { return Reply::json(&Vec::<Found>::new()) };
    let mut tx = cx.tx().await?;
    let rows = sqlx::query!(
        "select code, name from branches
         where bank_code = $3 and (code like $1 or key like $2 or name like $2 or kana like $2)
         order by (code like $1) desc, length(name), code limit 30",
        start,
        within,
        bank
    )
    .fetch_all(tx.sql())
    .await?;
    Reply::json(&rows.into_iter().map(|r| Found { code: r.code, name: r.name }).collect::<Vec<_>>())
}

/// LIKE patterns: code from its beginning, words anywhere. What has a meaning in LIKE is taken literally.
fn patterns(typed: &str) -> Option<(String, String)> {
    let key = text::comparison_key(typed);
    if key.is_empty() || key.chars().count() > 40 || key.contains('\0') {
        return None;
    }
    let literal = key.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Some((format!("{literal}%"), format!("%{literal}%")))
}

#[cfg(test)]
mod tests {
    use super::patterns;

    #[test]
    fn what_is_typed_is_words_never_a_pattern() {
        assert_eq!(patterns("みずほ"), Some(("ミズホ%".into(), "%ミズホ%".into())));
        assert_eq!(patterns("０００１").unwrap().0, "0001%");
        assert_eq!(patterns("%_").unwrap().1, "%\\%\\_%");
        assert_eq!(patterns("  "), None);
        assert_eq!(patterns(&"あ".repeat(41)), None);
    }
}
