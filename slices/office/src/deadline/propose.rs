//! 起案: a new deadline for the round or for one applicant, previewed, with a reason.

use hojo_access::{Permission, allow};
use hojo_case::Refusal;
use hojo_db::{Mode, Outcome, Tx, random};
use hojo_web::{Cx, Fault, Posted, Reply};
use hojo_words::ids::{ApplicantId, PublicId};
use hojo_words::jst;
use serde_json::json;
use time::{Date, Duration, OffsetDateTime, Time};

use super::{Round, load, refused, round, shell};
use crate::common::{me, query::Address, reason};
use hojo_words::jst::read_date;

/// Longest reason, in characters.
const REASON: usize = 1_000;
/// Nobody means a deadline this far ahead.
const FARTHEST: Duration = Duration::days(366);

/// What was typed, as a moment. A full hour or minute counts to its last second's beginning: 18:00 means 18:00:00.
pub fn moment(day: &str, clock: &str) -> Result<OffsetDateTime, Refusal> {
    let day: Date = read_date(day).ok_or_else(|| {
        Refusal::new("DEADLINE-DATE", "新しい締切の日付を読み取れません。", "「2026/11/22」のように入力してください。")
    })?;
    let folded = hojo_words::text::fold_width(clock.trim());
    let parts: Vec<Option<u8>> =
        folded.trim_end_matches('分').split([':', '時']).filter(|p| !p.is_empty()).map(|p| p.parse().ok()).collect();
    let time = match parts.as_slice() {
        [Some(h)] => Time::from_hms(*h, 0, 0),
        [Some(h), Some(m)] => Time::from_hms(*h, *m, 0),
        _ => return Err(bad_time()),
    };
    Ok(jst::start_of_day(day).replace_time(time.map_err(|_| bad_time())?))
}

fn bad_time() -> Refusal {
    Refusal::new("DEADLINE-TIME", "新しい締切の時刻を読み取れません。", "「18:00」のように24時間で入力してください。")
}

/// A deadline may be put off, and an extension taken back, but never before what was announced.
pub fn check(round: &Round, current: OffsetDateTime, new: OffsetDateTime, now: OffsetDateTime) -> Result<(), Refusal> {
    let wrong = |message: String, advice: &str| Err(Refusal::new("DEADLINE-RANGE", message, advice));
    if new <= now {
        return wrong("新しい締切が過去の日時です。".into(), "今より後の日時にしてください。");
    }
    if new < round.announced {
        let words = format!("当初の締切（{}）より前にはできません。", jst::jst_text(round.announced));
        return wrong(words, "公募要領で公表した日時以後にしてください。");
    }
    if new == current {
        return wrong("今の締切と同じ日時です。".into(), "変更する日時を入力してください。");
    }
    if new - now > FARTHEST {
        return wrong("新しい締切が1年より先です。".into(), "日付の年を確かめてください。");
    }
    Ok(())
}

/// POST: preview, then the proposal.
pub async fn propose(cx: Cx<allow::MoveDeadline>, posted: Posted) -> Result<Reply, Fault> {
    let id: PublicId = cx.param("round")?;
    let mut tx = cx.tx().await?;
    let round = round(&mut tx, id, Mode::Write).await?;
    let now = tx.now().await?.utc();
    let read = read(&mut tx, &round, &posted, now).await?;
    let (applicant, closes_at, why) = match read {
        Ok(read) if posted.get("stage") == "confirm" => read,
        Ok(_) => {
            let search = posted.get("search").to_owned();
            let page = load(&cx, &mut tx, round, &search, posted).await?;
            return Ok(Reply::page(&shell(&cx, &page)));
        }
        Err(refusal) => {
            // Typed text stays; the preview goes, because there is nothing to confirm.
            let typed = Posted(posted.0.iter().filter(|(k, _)| k != "stage").cloned().collect());
            let page = load(&cx, &mut tx, round, posted.get("search"), typed).await?;
            return Ok(refused(&cx, &page, &refusal));
        }
    };
    let public_id = random::public_id();
    sqlx::query!(
        "insert into deadline_moves (id, public_id, programme_id, round_id, applicant_id, closes_at, reason, proposed_by, proposed_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        random::key(),
        public_id.uuid(),
        round.programme,
        round.id.0,
        applicant.map(|a| a.0),
        closes_at,
        why,
        me(cx.actor())?.0,
        now
    )
    .execute(tx.sql())
    .await?;
    let what = json!({ "proposed": jst::jst_text(closes_at), "one_applicant": applicant.is_some(), "reason": why });
    tx.log_operation(&cx.audit(), Permission::MoveDeadline, &format!("deadline:{public_id}"), Outcome::Done, what)
        .await?;
    tx.commit().await?;
    Ok(Reply::see_other(&Address::new(format!("/rounds/{id}/deadline")).with("done", "proposed").text()))
}

type Read = Result<(Option<ApplicantId>, OffsetDateTime, String), Refusal>;

async fn read(tx: &mut Tx, round: &Round, posted: &Posted, now: OffsetDateTime) -> Result<Read, Fault> {
    let applicant = match posted.get("scope") {
        "all" => None,
        "one" => {
            let id = posted.get("applicant").parse::<PublicId>().ok();
            let found = match id {
                Some(id) => {
                    sqlx::query!("select id from applicants where public_id = $1", id.uuid())
                        .fetch_optional(tx.sql())
                        .await?
                }
                None => None,
            };
            match found {
                Some(a) => Some(ApplicantId(a.id)),
                None => {
                    return Ok(Err(Refusal::new(
                        "DEADLINE-WHO",
                        "対象の事業者が選ばれていません。",
                        "「事業者を探す」で探し、対象を選んでください。",
                    )));
                }
            }
        }
        _ => {
            return Ok(Err(Refusal::new(
                "DEADLINE-SCOPE",
                "対象が選ばれていません。",
                "公募回の全員か、1事業者かを選んでください。",
            )));
        }
    };
    let (_, current) = tx.window(round.id, applicant).await?;
    Ok((|| {
        let closes_at = moment(posted.get("day"), posted.get("clock"))?;
        check(round, current, closes_at, now)?;
        Ok((applicant, closes_at, reason(posted.get("reason"), REASON)?))
    })())
}

#[cfg(test)]
mod tests {
    use super::*;
    use hojo_words::ids::RoundId;
    use time::macros::datetime;

    #[test]
    fn moments_are_read_in_japan() {
        for clock in ["18:00", "１８：００", "18時", "18時00分", "18"] {
            assert_eq!(moment("2026/11/06", clock).expect(clock), datetime!(2026-11-06 09:00 UTC), "{clock}");
        }
        assert_eq!(moment("明日", "18:00").expect_err("day").code, "DEADLINE-DATE");
        for clock in ["", "25:00", "18:60", "夕方", "18:00:00:00"] {
            assert_eq!(moment("2026/11/06", clock).expect_err(clock).code, "DEADLINE-TIME", "{clock}");
        }
    }

    #[test]
    fn a_deadline_never_falls_before_what_was_announced() {
        let round = Round {
            id: RoundId(uuid::Uuid::nil()),
            public_id: PublicId::from_bits(1),
            programme: "p".into(),
            title: "第1回".into(),
            opens_at: datetime!(2026-09-30 08:00 UTC),
            announced: datetime!(2026-10-30 09:00 UTC),
            closes_at: datetime!(2026-11-06 09:00 UTC),
        };
        let now = datetime!(2026-10-20 00:00 UTC);
        let check = |new, now| check(&round, round.closes_at, new, now);
        assert!(check(datetime!(2026-11-13 09:00 UTC), now).is_ok());
        // Taking an extension back is possible as long as the announced moment stays.
        assert!(check(datetime!(2026-10-30 09:00 UTC), now).is_ok());
        for (new, now) in [
            (datetime!(2026-10-29 09:00 UTC), now),
            (datetime!(2026-11-06 09:00 UTC), now),
            (datetime!(2028-11-06 09:00 UTC), now),
            (datetime!(2026-11-13 09:00 UTC), datetime!(2026-11-14 00:00 UTC)),
        ] {
            assert_eq!(check(new, now).expect_err("refused").code, "DEADLINE-RANGE", "{new}");
        }
    }
}
