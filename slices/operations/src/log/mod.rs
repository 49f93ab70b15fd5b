//! ログ: who did what, and who saw whose data. Append-only; here it is only read and taken out.

pub mod accesses;
mod filter;
pub mod operations;
pub mod statements;
mod view;
mod words;

use hojo_db::Tx;
use hojo_web::Fault;
use hojo_web::Markup;
use hojo_web::ui::{self, NavItem};

/// Rows of one page.
const PAGE: usize = 100;
/// More rows than this no spreadsheet opens well; the file says that it was cut.
const MOST: i64 = 50_000;

fn tabs(current: &str) -> Markup {
    let item = |label: &str, href: &str| NavItem::new(label, href, href == current);
    ui::tabs(
        "ログの種類",
        &[
            item("操作ログ", "/log"),
            item("閲覧ログ", "/log/access"),
            item("ログインの記録", "/log/sign-ins"),
            item("データベースの直接利用", "/log/statements"),
        ],
    )
}

/// What people call a thing becomes what the log calls it: 受付番号 and 文書番号 are looked up.
async fn object(tx: &mut Tx, typed: &str) -> Result<String, Fault> {
    if typed.is_empty() || typed.contains(':') {
        return Ok(typed.to_owned());
    }
    let row = sqlx::query!(
        r#"select 'case' as "kind!", public_id as "public_id!" from cases where number = $1
           union all select 'letter', public_id from letters where number = $1 limit 1"#,
        typed
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map_or_else(
        || typed.to_owned(),
        |r| format!("{}:{}", r.kind, hojo_words::ids::PublicId::from_uuid(r.public_id)),
    ))
}

/// The last line of a file that could not hold everything.
fn cut(rows: usize) -> Option<Vec<String>> {
    let full = i64::try_from(rows).is_ok_and(|n| n >= MOST);
    full.then(|| {
        vec![format!("（ここまでの{}件で打ち切りました。期間を短くして取り出してください。）", ui::number(MOST))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_cut_says_so() {
        assert!(cut(49_999).is_none());
        assert!(cut(50_000).expect("cut").first().expect("words").contains("50,000件"));
    }
}
