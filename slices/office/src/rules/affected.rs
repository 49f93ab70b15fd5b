//! 影響を受けた申請者: whom a rule stops. Those who pressed 「提出」 and were refused are in the operation log;
//! drafts that would be stopped now are found by judging them here, the newest first.

use hojo_db::Tx;
use hojo_programme::{Answers, judge, read};
use hojo_web::ui::{self, Holds};
use hojo_web::{Fault, Markup, html};
use hojo_words::ids::{ApplicantId, PublicId};
use time::OffsetDateTime;

use super::Ground;
use crate::common::dossier::facts_then;

/// Judging more drafts than this is no work for a page.
const DRAFTS: i64 = 200;

/// Somebody to call back.
#[derive(Clone, Debug)]
pub struct Affected {
    pub case: PublicId,
    pub name: String,
    pub number: Option<String>,
    pub contact: String,
    pub at: OffsetDateTime,
    /// How often they were refused; none for a draft that was never sent.
    pub times: Option<i64>,
}

/// Refused at submission because of this rule.
pub async fn refused(tx: &mut Tx, ground: &Ground, rule: &str) -> Result<Vec<Affected>, Fault> {
    let rows = sqlx::query!(
        r#"select c.public_id, c.applicant_name, c.number, max(o.at) as "at!", count(*) as "times!",
                  (select string_agg(a.email, '、') from accounts a
                   where a.applicant_id = c.applicant_id and a.email is not null and a.closed_at is null) as contact
           from operation_log o
           join cases c on c.id::text = o.detail ->> 'case'
           where o.outcome = 'refused' and o.permission in ('filing.submit', 'filing.intake')
             and o.detail -> 'rules' ? $2 and c.round_id = $1
           group by c.public_id, c.applicant_name, c.number, c.applicant_id
           order by max(o.at) desc limit 200"#,
        ground.round.0,
        rule
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Affected {
            case: PublicId::from_uuid(r.public_id),
            name: r.applicant_name,
            number: r.number,
            contact: r.contact.unwrap_or_default(),
            at: r.at,
            times: Some(r.times),
        })
        .collect())
}

/// Drafts of the round, newest first, that the rule stops as they stand. Drafts that say nothing to it are left out.
pub async fn drafts(tx: &mut Tx, ground: &Ground, procedure: &str, rule: &str) -> Result<Vec<Affected>, Fault> {
    let Some(definition) = ground.edition.procedure(procedure) else { return Ok(Vec::new()) };
    let rows = sqlx::query!(
        r#"select c.public_id, c.applicant_id, c.applicant_name, c.number, max(d.saved_at) as "at!",
                  jsonb_agg(d.answers) as "answers!",
                  (select string_agg(a.email, '、') from accounts a
                   where a.applicant_id = c.applicant_id and a.email is not null and a.closed_at is null) as contact
           from filings f
           join cases c on c.id = f.case_id
           join draft_sections d on d.filing_id = f.id
           where f.round_id = $1 and f.procedure = $2 and f.state in ('draft', 'returned')
           group by c.id, c.public_id, c.applicant_id, c.applicant_name, c.number
           order by max(d.saved_at) desc limit $3"#,
        ground.round.0,
        procedure,
        DRAFTS
    )
    .fetch_all(tx.sql())
    .await?;
    let mut found = Vec::new();
    for r in rows {
        let sections: Vec<Answers> = serde_json::from_value(r.answers)?;
        let mut answers = Answers::default();
        for section in sections {
            answers.0.extend(section.0);
        }
        let facts = facts_then(&definition.form, &answers, tx.facts(ground.round, ApplicantId(r.applicant_id)).await?);
        let (reading, _) = read(&ground.edition, definition, &answers, &facts);
        if judge(&ground.edition, definition, &reading, &facts).iter().any(|f| f.code == rule) {
            found.push(Affected {
                case: PublicId::from_uuid(r.public_id),
                name: r.applicant_name,
                number: r.number,
                contact: r.contact.unwrap_or_default(),
                at: r.at,
                times: None,
            });
        }
    }
    Ok(found)
}

/// The list to call back from.
pub fn table(caption: &str, list: &[Affected], empty: &str) -> Markup {
    let mut table = ui::data_table(
        caption,
        vec![
            ui::column("事業者"),
            ui::column("受付番号"),
            ui::column("連絡先"),
            ui::column("日時").holds(Holds::Date),
            ui::column("回数").holds(Holds::Number),
        ],
    )
    .empty(html! { p { (empty) } });
    for a in list {
        table = table.row(vec![
            html! { a href={ "/cases/" (a.case) } { (a.name) } },
            html! { (a.number.as_deref().unwrap_or("未提出")) },
            html! { @if a.contact.is_empty() { "―" } @else { (a.contact) } },
            html! { (ui::date_time(a.at)) },
            html! { @if let Some(n) = a.times { (ui::number(n)) "回" } @else { "―" } },
        ]);
    }
    html! { (table) }
}
