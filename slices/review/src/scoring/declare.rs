//! 利益相反の申告: before anything is opened, and again whenever one is noticed.

use hojo_access::{Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_web::ui::Problem;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::text::count_chars;
use serde_json::json;

use super::seat::{Seat, State};
use super::show::{Told, declaration, page};

/// Longest reason, in characters.
const LONGEST: usize = 500;

/// What was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    None,
    Conflict(String),
}

fn read(posted: &Posted) -> Result<Said, Problem> {
    let reason = posted.get("reason").replace('\0', "").trim().to_owned();
    match posted.get("conflict") {
        "none" => Ok(Said::None),
        "conflict" if reason.is_empty() => Err(Problem::at("reason", "利益相反の内容を入力してください。")),
        "conflict" if count_chars(&reason) > LONGEST => {
            Err(Problem::at("reason", format!("利益相反の内容は{LONGEST}文字以内で入力してください。")))
        }
        "conflict" => Ok(Said::Conflict(reason)),
        _ => Err(Problem::at("conflict", "利益相反の有無を選んでください。")),
    }
}

pub async fn declare(cx: Cx<allow::ReviewCase>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let seat = Seat::take(&cx, &mut tx).await?;
    let said = match read(&posted) {
        Ok(said) => said,
        Err(problem) => return refused(&cx, &mut tx, &seat, posted.get("reason"), problem).await,
    };
    match (seat.state, &said) {
        // Sent twice, or an old page: what was declared stands.
        (State::Declared | State::Finalised, Said::None) => return Ok(Reply::see_other(&seat.path())),
        (State::Finalised, Said::Conflict(_)) => {
            let words = "採点は確定済みです。利益相反に気づいた場合は、事務局へ連絡してください。";
            return refused(&cx, &mut tx, &seat, "", Problem::general(words)).await;
        }
        (State::Assigned, _) | (State::Declared, Said::Conflict(_)) => {}
    }
    write(&cx, &mut tx, &seat, &said).await?;
    tx.commit().await?;
    Ok(Reply::see_other(&match said {
        Said::None => format!("{}?done=declared", seat.path()),
        Said::Conflict(_) => "/review?done=recused".to_owned(),
    }))
}

async fn write(cx: &Cx<allow::ReviewCase>, tx: &mut Tx, seat: &Seat, said: &Said) -> Result<(), Fault> {
    let at = tx.now().await?.utc();
    let (state, reason) = match said {
        Said::None => ("declared", None),
        Said::Conflict(reason) => ("recused", Some(reason)),
    };
    sqlx::query!(
        "update assignments set state = $2, declared_at = $3, recusal = $4 where id = $1",
        seat.id.0,
        state,
        at,
        reason
    )
    .execute(tx.sql())
    .await?;
    let object = format!("case:{}", seat.row.public_id);
    let what = json!({ "conflict": state == "recused", "reason": reason });
    Ok(tx.log_operation(&cx.audit(), Permission::ReviewCase, &object, Outcome::Done, what).await?)
}

async fn refused(
    cx: &Cx<allow::ReviewCase>,
    tx: &mut Tx,
    seat: &Seat,
    reason: &str,
    problem: Problem,
) -> Result<Reply, Fault> {
    let page = match seat.state {
        State::Assigned => declaration(cx, tx, seat, reason, vec![problem]).await?,
        State::Declared | State::Finalised => {
            page(cx, tx, seat, Told { problems: vec![problem], ..Told::default() }).await?
        }
    };
    Ok(Reply::refused(&page))
}

#[cfg(test)]
mod tests {
    use super::super::posted::tests::posted;
    use super::*;

    #[test]
    fn a_conflict_needs_its_reason() {
        assert_eq!(read(&posted(&[("conflict", "none"), ("reason", "x")])), Ok(Said::None));
        assert_eq!(
            read(&posted(&[("conflict", "conflict"), ("reason", " 顧問先 ")])),
            Ok(Said::Conflict("顧問先".into()))
        );
        assert!(read(&posted(&[("conflict", "conflict"), ("reason", " ")])).is_err());
        assert!(read(&posted(&[])).is_err());
        assert!(read(&posted(&[("conflict", "conflict"), ("reason", &"あ".repeat(501))])).is_err());
    }
}
