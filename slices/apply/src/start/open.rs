//! Opening a case: by the applicant online, by the office for paper and mail.

use hojo_case::{Case, Channel, Event, Terms, apply};
use hojo_db::{Audit, CaseRow, NewFiling, Tx, random};
use hojo_programme::{Answers, Opener};
use hojo_web::Fault;
use hojo_words::ids::{ApplicantId, CaseId, FilingId, PublicId, RoundId};
use time::Date;
use uuid::Uuid;

/// A round as it stands in the database.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub id: RoundId,
    pub programme: String,
    pub edition: String,
    pub title: String,
}

/// A case to be opened.
pub(crate) struct Opening {
    pub round: Round,
    pub applicant: ApplicantId,
    pub name: String,
    pub channel: Channel,
    pub received_on: Option<Date>,
}

pub(crate) async fn round_of(tx: &mut Tx, id: PublicId) -> Result<Round, Fault> {
    let row = sqlx::query!("select id, programme_id, edition_id, title from rounds where public_id = $1", id.uuid())
        .fetch_optional(tx.sql())
        .await?
        .ok_or(Fault::NotFound)?;
    Ok(Round { id: RoundId(row.id), programme: row.programme_id, edition: row.edition_id, title: row.title })
}

/// The filing of the case this applicant already has in the round.
pub(crate) async fn live_case(tx: &mut Tx, round: RoundId, applicant: ApplicantId) -> Result<Option<PublicId>, Fault> {
    let row = sqlx::query!(
        "select f.public_id from cases c join filings f on f.case_id = c.id
         where c.round_id = $1 and c.applicant_id = $2 and c.root_id is null and c.position not in ('withdrawn', 'discarded')
         order by f.created_at limit 1",
        round.0,
        applicant.0
    )
    .fetch_optional(tx.sql())
    .await?;
    Ok(row.map(|r| PublicId::from_uuid(r.public_id)))
}

/// A case that was just opened.
pub(crate) struct Opened {
    pub row: CaseRow,
    pub filing: FilingId,
    pub public_id: PublicId,
}

/// Opens the case, its filing and its empty draft. The edition the round has
/// today is pinned: the case keeps it whatever the round gets later.
pub(crate) async fn begin(tx: &mut Tx, opening: &Opening, by: Uuid, audit: &Audit) -> Result<Opened, Fault> {
    let edition = tx.edition(&opening.round.edition).await?;
    // Which procedure opens a case is the edition's to say; every other one begins within a case.
    let procedure = edition.opening().cloned().ok_or(Fault::NotFound)?;
    let now = tx.now().await?.utc();
    let event = Event::CaseOpened { procedure: procedure.code.clone(), channel: opening.channel, due: None };
    let terms: Terms = tx.terms(&procedure, opening.round.id, opening.applicant).await?;
    let opener = if opening.channel == Channel::Portal { Opener::Applicant } else { Opener::OfficeOnBehalf };
    let row = CaseRow {
        id: CaseId(random::key()),
        public_id: random::public_id(),
        programme: opening.round.programme.clone(),
        round: opening.round.id,
        applicant: opening.applicant,
        applicant_name: opening.name.clone(),
        edition: opening.round.edition.clone(),
        root: None,
        procedure: procedure.code.clone(),
        opener: opener.as_str().to_owned(),
        number: None,
        title: String::new(),
        frame: String::new(),
        case: apply(Case::opened(opening.channel), &event, &terms),
        created_at: now,
        filed_at: None,
        changed_at: now,
    };
    tx.open_case(&row, &event, audit).await?;
    let new = NewFiling {
        case: row.id,
        programme: &row.programme,
        round: row.round,
        applicant: row.applicant,
        edition: &row.edition,
        procedure: &procedure,
        channel: opening.channel,
        received_on: opening.received_on,
        by,
        carried: &Answers::default(),
    };
    let (filing, public_id) = tx.open_filing(&new).await?;
    Ok(Opened { row, filing, public_id })
}
