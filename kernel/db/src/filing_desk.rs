//! A filing with everything that judging it needs, in one statement: saving as one types asks for it
//! with every pause, and each further round trip would be felt on the deadline's last hour.

use hojo_access::{Access, Permit};
use hojo_programme::Facts;
use hojo_words::ids::{ApplicantId, CaseId, FilingId, PublicId, RoundId};

use crate::case_store::{CaseRow, FilingRow};
use crate::editions::{Lowering, RoundDays};
use crate::error::DbError;
use crate::facts::Known;
use crate::tx::Tx;

/// What [`Tx::filing_desk`] reads.
#[derive(Clone, Debug)]
pub struct FilingDesk {
    pub row: CaseRow,
    pub filing: FilingRow,
    pub facts: Facts,
    pub lowered: Lowering,
}

impl Tx {
    /// A filing, its case, the facts of its applicant and the rules lowered for it, checked for `A`.
    /// Nothing is locked: whoever changes the case takes [`Tx::filing`] for writing first.
    ///
    /// # Errors
    /// [`DbError::NotFound`] when there is none, or none for this actor.
    pub async fn filing_desk<A: Access>(&mut self, id: PublicId) -> Result<(Permit<A>, FilingDesk), DbError> {
        let r = sqlx::query!(
            r#"select f.id as filing_id, f.public_id as filing_public_id, f.procedure, f.edition_id as filing_edition,
                      f.state as filing_state, f.version, f.received_on,
                      c.id, c.public_id, c.programme_id, c.round_id, c.applicant_id, c.applicant_name, c.edition_id,
                      c.root_id, c.procedure as case_procedure, c.opener,
                      c.number, c.title, c.frame, c.state, c.created_at, c.filed_at, c.changed_at,
                      r.opens_at, coalesce(m.closes_at, r.closes_at) as "closes_at!", r.dates,
                      p.kind, p.name, p.corporate_number, p.told, a.kind as "account_kind?", a.claims as "claims?",
                      clock_timestamp() as "at!",
                      array(select l.rule from rule_lowerings l
                            where l.edition_id = f.edition_id and l.procedure = f.procedure
                              and l.approved_at is not null and l.ended_at is null) as "lowered!"
               from filings f
               join cases c on c.id = f.case_id
               join rounds r on r.id = c.round_id
               join applicants p on p.id = c.applicant_id
               left join lateral (
                   select d.closes_at from deadline_moves d
                   where d.round_id = r.id and d.approved_at is not null
                     and (d.applicant_id is null or d.applicant_id = c.applicant_id)
                   order by (d.applicant_id is not null) desc, d.approved_at desc limit 1) m on true
               left join lateral (
                   select x.kind, x.claims from accounts x
                   where x.applicant_id = p.id
                   order by (x.closed_at is null) desc, (x.kind = 'prime') desc, x.signed_in_at desc limit 1) a on true
               where f.public_id = $1"#,
            id.uuid()
        )
        .fetch_optional(self.sql())
        .await?
        .ok_or(DbError::NotFound)?;
        let now = self.hold_time(r.at);
        let row = CaseRow {
            id: CaseId(r.id),
            public_id: PublicId::from_uuid(r.public_id),
            programme: r.programme_id,
            round: RoundId(r.round_id),
            applicant: ApplicantId(r.applicant_id),
            applicant_name: r.applicant_name,
            edition: r.edition_id,
            root: r.root_id.map(CaseId),
            procedure: r.case_procedure,
            opener: r.opener,
            number: r.number,
            title: r.title,
            frame: r.frame,
            case: serde_json::from_value(r.state)?,
            created_at: r.created_at,
            filed_at: r.filed_at,
            changed_at: r.changed_at,
        };
        let filing = FilingRow {
            id: FilingId(r.filing_id),
            public_id: PublicId::from_uuid(r.filing_public_id),
            case: row.id,
            procedure: r.procedure,
            edition: r.filing_edition,
            state: r.filing_state,
            version: r.version,
            received_on: r.received_on,
        };
        let permit = self.permit::<A>(&row, Some(filing.id)).await?;
        let known = Known {
            kind: r.kind,
            name: r.name,
            corporate_number: r.corporate_number,
            account_kind: r.account_kind,
            claims: r.claims,
            told: r.told,
        };
        let days = RoundDays { opens: r.opens_at, closes: r.closes_at, others: r.dates };
        let mut facts = known.facts(now, &days);
        // An application has no life yet and asks nothing more: saving it stays one statement.
        if row.root.is_some() {
            facts = self.life(&row).await?.facts(facts);
        }
        Ok((permit, FilingDesk { row, filing, facts, lowered: r.lowered.into_iter().collect() }))
    }
}
