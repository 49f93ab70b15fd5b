//! 利益相反の登録: what a reviewer must be kept away from.

use hojo_access::{Permission, allow};
use hojo_db::Outcome;
use hojo_selection::TieKind;
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use hojo_words::text::{check_printable, count_chars, fold_width};
use serde_json::json;

use super::{page, person, view::Typed};

/// Names of bodies are shorter.
const LONGEST: usize = 120;

pub async fn add_tie(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let typed =
        Typed { kind: posted.get("kind").to_owned(), value: posted.get("value").to_owned(), ..Typed::default() };
    let (kind, value) = match read(&typed.kind, &typed.value, posted.get("prefecture")) {
        Ok(tie) => tie,
        Err(problem) => return Ok(Reply::refused(&page(&cx, &typed, vec![problem]).await?)),
    };
    change(&cx, kind, &value, true).await
}

pub async fn remove_tie(cx: Cx<allow::AssignReviewer>, posted: Posted) -> Result<Reply, Fault> {
    let kind = TieKind::from_code(posted.get("kind")).ok_or(Fault::NotFound)?;
    change(&cx, kind, posted.get("value"), false).await
}

fn read(kind: &str, value: &str, prefecture: &str) -> Result<(TieKind, String), Problem> {
    let Some(kind) = TieKind::from_code(kind) else {
        return Err(Problem::at("kind", "関係の種別を選んでください。"));
    };
    if kind == TieKind::Prefecture {
        let code = prefecture.trim();
        let is_code = !code.is_empty() && code.len() <= 4 && code.bytes().all(|b| b.is_ascii_alphanumeric());
        return if is_code {
            Ok((kind, code.to_owned()))
        } else {
            Err(Problem::at("prefecture", "都道府県を選んでください。"))
        };
    }
    let value = fold_width(value).trim().to_owned();
    if value.is_empty() {
        return Err(Problem::at("value", "名称、法人番号又は支援機関IDを入力してください。"));
    }
    if count_chars(&value) > LONGEST {
        return Err(Problem::at("value", format!("{LONGEST}文字以内で入力してください。")));
    }
    if value.contains(['\n', '\r']) || check_printable(&value).is_err() {
        return Err(Problem::at("value", "使えない文字が含まれています。改行や外字を除いてください。"));
    }
    Ok((kind, value))
}

async fn change(cx: &Cx<allow::AssignReviewer>, kind: TieKind, value: &str, add: bool) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("reviewer")?;
    let mut tx = cx.tx().await?;
    let person = person(&mut tx, id).await?;
    let done = if add {
        sqlx::query!(
            "insert into reviewer_ties (reviewer_id, kind, value) values ($1, $2, $3) on conflict do nothing",
            person.id.0,
            kind.code(),
            value
        )
        .execute(tx.sql())
        .await?
    } else {
        sqlx::query!(
            "delete from reviewer_ties where reviewer_id = $1 and kind = $2 and value = $3",
            person.id.0,
            kind.code(),
            value
        )
        .execute(tx.sql())
        .await?
    };
    if done.rows_affected() > 0 {
        let what = json!({ "tie": kind.code(), "value": value, "added": add });
        tx.log_operation(&cx.audit(), Permission::AssignReviewer, &format!("reviewer:{id}"), Outcome::Done, what)
            .await?;
    }
    tx.commit().await?;
    Ok(Reply::see_other(&format!("/reviewers/{id}?done={}", if add { "tied" } else { "untied" })))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tie_needs_a_kind_and_a_value_that_can_be_printed() {
        assert_eq!(read("employer", " ＡＢＣ　", "").unwrap(), (TieKind::Employer, "ABC".into()));
        assert_eq!(read("prefecture", "", "13").unwrap(), (TieKind::Prefecture, "13".into()));
        for (kind, value, prefecture) in [
            ("", "x", ""),
            ("employer", "  ", ""),
            ("client", "a\nb", ""),
            ("client", "\u{e000}", ""),
            ("prefecture", "13", ""),
        ] {
            assert!(read(kind, value, prefecture).is_err(), "{kind} {value}");
        }
        assert!(read("client", &"あ".repeat(121), "").is_err());
    }
}
