//! 発行の保留: from when on the letters of a procedure's decisions wait to be issued together.

use std::collections::BTreeSet;

use hojo_access::{Actor, Permission, allow};
use hojo_db::{Outcome, Tx};
use hojo_programme::StepKind;
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::PublicId;
use serde_json::json;

/// A procedure of a round and whether its letters are held back.
pub struct Hold {
    pub round: PublicId,
    pub round_title: String,
    pub procedure: String,
    pub title: String,
    pub held: bool,
}

/// Every procedure that tells its decisions by letter, round by round.
pub async fn all(tx: &mut Tx) -> Result<Vec<Hold>, Fault> {
    let rounds =
        sqlx::query!("select id, public_id, title, edition_id from rounds order by title").fetch_all(tx.sql()).await?;
    let held = sqlx::query!("select round_id, procedure from letter_holds").fetch_all(tx.sql()).await?;
    let held: BTreeSet<_> = held.into_iter().map(|r| (r.round_id, r.procedure)).collect();
    let mut all = Vec::new();
    for round in rounds {
        let edition = tx.edition(&round.edition_id).await?;
        let told = |flow: &hojo_programme::Flow| flow.step(StepKind::Notify).is_some_and(|s| !s.letters.is_empty());
        for procedure in edition.procedures.values().filter(|procedure| told(&procedure.flow)) {
            all.push(Hold {
                round: PublicId::from_uuid(round.public_id),
                round_title: round.title.clone(),
                procedure: procedure.code.clone(),
                title: procedure.title.clone(),
                held: held.contains(&(round.id, procedure.code.clone())),
            });
        }
    }
    Ok(all)
}

/// POST: hold the letters back, or let them go out by themselves again. What waits already is issued by hand either way.
pub(crate) async fn change(cx: Cx<allow::SendLetters>, posted: Posted) -> Result<Reply, Fault> {
    let Actor::Staff(me) = cx.actor().clone() else { return Err(Fault::NotFound) };
    let round: PublicId = posted.get("round").parse().map_err(|_| Fault::NotFound)?;
    let (procedure, hold) = (posted.get("procedure").to_owned(), posted.get("hold") == "yes");
    let mut tx = cx.tx().await?;
    let known = all(&mut tx).await?;
    if !known.iter().any(|one| one.round == round && one.procedure == procedure) {
        return Err(Fault::NotFound);
    }
    let now = tx.now().await?.utc();
    if hold {
        sqlx::query!(
            "insert into letter_holds (round_id, procedure, held_by, held_at)
             select id, $2, $3, $4 from rounds where public_id = $1 on conflict do nothing",
            round.uuid(),
            procedure,
            me.staff.0,
            now
        )
        .execute(tx.sql())
        .await?;
    } else {
        sqlx::query!(
            "delete from letter_holds where procedure = $2 and round_id = (select id from rounds where public_id = $1)",
            round.uuid(),
            procedure
        )
        .execute(tx.sql())
        .await?;
    }
    let detail = json!({ "step": if hold { "held" } else { "released" }, "procedure": procedure });
    let object = format!("round:{round}");
    tx.log_operation(&cx.audit(), Permission::SendLetters, &object, Outcome::Done, detail).await?;
    tx.commit().await?;
    Ok(Reply::see_other("/letters/issue"))
}
