//! Who works here: names for lists, and who may be given a case.

use std::collections::BTreeMap;

use hojo_db::Tx;
use hojo_web::{Fault, ui};
use hojo_words::ids::{PublicId, StaffId};

/// A member of the office.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    pub id: StaffId,
    pub public_id: PublicId,
    pub name: String,
}

/// Everybody who may examine applications, by name.
pub async fn operators(tx: &mut Tx) -> Result<Vec<Person>, Fault> {
    let rows = sqlx::query!(
        "select s.id, s.public_id, s.name from staff s
         where s.kind = 'staff' and s.disabled_at is null
           and exists (select 1 from staff_roles r join role_permissions p on p.role = r.role
                       where r.staff_id = s.id and p.permission = 'filing.check')
         order by s.name, s.id limit 500"
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Person { id: StaffId(r.id), public_id: PublicId::from_uuid(r.public_id), name: r.name })
        .collect())
}

/// The names of these people.
pub async fn names(tx: &mut Tx, ids: &[StaffId]) -> Result<BTreeMap<StaffId, String>, Fault> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|s| s.0).collect();
    let rows = sqlx::query!("select id, name from staff where id = any($1)", &ids).fetch_all(tx.sql()).await?;
    Ok(rows.into_iter().map(|r| (StaffId(r.id), r.name)).collect())
}

/// People as choices of a drop-down.
pub fn choices(people: &[Person]) -> Vec<ui::Choice> {
    people.iter().map(|p| ui::Choice::new(p.public_id.to_string(), p.name.clone())).collect()
}
