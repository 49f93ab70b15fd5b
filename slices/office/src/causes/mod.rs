//! 差戻しの原因: which places remarks were sent for, by procedure and edition, so that the next 公募要領 and form ask
//! better. Numbers only, no names.

mod view;

use std::collections::BTreeMap;

use hojo_access::allow;
use hojo_db::Tx;
use hojo_programme::{Form, Procedure};
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;
use uuid::Uuid;

/// Remarks on one place of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// A field, `section:<id>`, or `*`.
    pub place: String,
    pub remarks: i64,
    pub must: i64,
    /// Filings that were remarked on here.
    pub filings: i64,
    /// Sent although an earlier check had let the place pass.
    pub late: i64,
}

/// One procedure under one edition.
#[derive(Clone, Debug)]
pub struct Group {
    pub edition: String,
    pub procedure: String,
    /// Filings that were handed in, and those of them that were returned at least once.
    pub filed: i64,
    pub returned: i64,
    pub causes: Vec<Cause>,
}

/// The chosen round, and what was found under it.
pub struct Board {
    pub rounds: Vec<(PublicId, String)>,
    pub chosen: Option<PublicId>,
    pub groups: Vec<(Group, Words)>,
}

/// The names of a procedure and of its places.
#[derive(Clone, Debug, Default)]
pub struct Words {
    pub edition: String,
    pub procedure: String,
    pub places: BTreeMap<String, String>,
}

/// GET: all rounds, or one.
pub async fn show(cx: Cx<allow::ViewProgress>) -> Result<Reply, Fault> {
    let chosen: Option<PublicId> = cx.query("round").parse().ok();
    let mut tx = cx.tx().await?;
    let rounds =
        sqlx::query!("select public_id, title from rounds order by opens_at desc limit 50").fetch_all(tx.sql()).await?;
    let mut groups = Vec::new();
    for group in found(&mut tx, chosen.map(PublicId::uuid)).await? {
        let words = words(&mut tx, &group).await?;
        groups.push((group, words));
    }
    tx.commit().await?;
    let rounds = rounds.into_iter().map(|r| (PublicId::from_uuid(r.public_id), r.title)).collect();
    let board = Board { rounds, chosen, groups };
    Ok(Reply::page(&cx.page("差戻しの原因", view::page(&board)).wide()))
}

async fn found(tx: &mut Tx, round: Option<Uuid>) -> Result<Vec<Group>, Fault> {
    let filed = sqlx::query!(
        r#"select f.edition_id, f.procedure, count(*) as "filed!",
                  count(*) filter (where exists (select from remarks m where m.filing_id = f.id and m.state in ('sent', 'mended'))) as "returned!"
           from filings f join cases c on c.id = f.case_id join rounds r on r.id = c.round_id
           where c.filed_at is not null and ($1::uuid is null or r.public_id = $1)
           group by 1, 2 order by 1, 2"#,
        round
    )
    .fetch_all(tx.sql())
    .await?;
    let mut groups: Vec<Group> = filed
        .into_iter()
        .filter(|f| f.returned > 0)
        .map(|f| Group {
            edition: f.edition_id,
            procedure: f.procedure,
            filed: f.filed,
            returned: f.returned,
            causes: Vec::new(),
        })
        .collect();
    let causes = sqlx::query!(
        r#"select f.edition_id, f.procedure, split_part(split_part(m.target, '[', 1), '.', 1) as "place!",
                  count(*) as "remarks!", count(*) filter (where m.severity = 'must') as "must!",
                  count(distinct m.filing_id) as "filings!", count(*) filter (where m.afterthought) as "late!"
           from remarks m join filings f on f.id = m.filing_id join rounds r on r.id = m.round_id
           where m.state in ('sent', 'mended') and ($1::uuid is null or r.public_id = $1)
           group by 1, 2, 3 order by 4 desc, 3"#,
        round
    )
    .fetch_all(tx.sql())
    .await?;
    for c in causes {
        if let Some(group) = groups.iter_mut().find(|g| g.edition == c.edition_id && g.procedure == c.procedure) {
            let (place, remarks, must) = (c.place, c.remarks, c.must);
            group.causes.push(Cause { place, remarks, must, filings: c.filings, late: c.late });
        }
    }
    Ok(groups)
}

async fn words(tx: &mut Tx, group: &Group) -> Result<Words, Fault> {
    let edition = tx.edition(&group.edition).await?;
    let Some(procedure) = edition.procedure(&group.procedure) else { return Ok(Words::default()) };
    Ok(Words {
        edition: edition.title.clone(),
        procedure: procedure.title.clone(),
        places: group.causes.iter().map(|c| (c.place.clone(), place(procedure, &c.place))).collect(),
    })
}

/// 「事業計画　投資額」: the section, then the field.
fn place(procedure: &Procedure, target: &str) -> String {
    if target == "*" {
        return "申請全体".to_owned();
    }
    let label = crate::common::places::label(&procedure.form, target);
    section(&procedure.form, target).map_or_else(|| label.clone(), |section| format!("{section}　{label}"))
}

fn section<'f>(form: &'f Form, field: &str) -> Option<&'f str> {
    let holds = |slot: &usize| form.fields.get(*slot).is_some_and(|f| f.id == field);
    form.sections.iter().find(|s| s.fields.iter().any(holds)).map(|s| s.title.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examining::tests::edition;

    #[test]
    fn a_place_is_told_with_its_section() {
        let edition = edition();
        let procedure = edition.procedure("application").expect("application");
        assert_eq!(place(procedure, "*"), "申請全体");
        let told = place(procedure, "lines");
        assert!(told.ends_with("　経費明細表"), "{told}");
        assert!(!place(procedure, "section:attachments").contains("section:"));
        assert_eq!(place(procedure, "gone"), "gone", "a place of an older form");
    }
}
