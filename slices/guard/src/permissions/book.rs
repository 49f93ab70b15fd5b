//! Who holds what now, as the pages show it.

use std::collections::{BTreeMap, BTreeSet};

use hojo_access::{Audience, Permission};
use hojo_db::Tx;
use hojo_web::Fault;
use hojo_words::ids::PublicId;
use time::OffsetDateTime;
use uuid::Uuid;

/// A permission of one person beside the roles.
#[derive(Clone, Debug)]
pub struct Grant {
    pub permission: String,
    pub until: OffsetDateTime,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub id: Uuid,
    pub public_id: PublicId,
    pub name: String,
    pub login: String,
    pub reviewer: bool,
    pub disabled: bool,
    pub roles: BTreeSet<String>,
    pub grants: Vec<Grant>,
}

#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Code and label.
    pub roles: Vec<(String, String)>,
    /// Role and permission.
    pub held: BTreeSet<(String, String)>,
    pub people: BTreeMap<Uuid, Person>,
}

/// The permissions that roles and people can hold.
pub fn givable() -> impl Iterator<Item = Permission> {
    Permission::ALL.iter().copied().filter(|p| matches!(p.audience(), Audience::Staff | Audience::Reviewer))
}

impl Book {
    pub async fn load(tx: &mut Tx) -> Result<Self, Fault> {
        let roles = sqlx::query!("select code, label from roles order by code").fetch_all(tx.sql()).await?;
        let held = sqlx::query!("select role, permission from role_permissions").fetch_all(tx.sql()).await?;
        let staff = sqlx::query!("select id, public_id, name, login, kind, disabled_at from staff order by login")
            .fetch_all(tx.sql())
            .await?;
        let members = sqlx::query!("select staff_id, role from staff_roles").fetch_all(tx.sql()).await?;
        let grants = sqlx::query!(
            "select staff_id, permission, max(until_at) as \"until!\" from staff_grants
             where withdrawn_at is null and until_at > clock_timestamp() group by staff_id, permission order by permission"
        )
        .fetch_all(tx.sql())
        .await?;
        let mut people: BTreeMap<Uuid, Person> = staff
            .into_iter()
            .map(|s| {
                let person = Person {
                    id: s.id,
                    public_id: PublicId::from_uuid(s.public_id),
                    name: s.name,
                    login: s.login,
                    reviewer: s.kind == "reviewer",
                    disabled: s.disabled_at.is_some(),
                    roles: BTreeSet::new(),
                    grants: Vec::new(),
                };
                (s.id, person)
            })
            .collect();
        for m in members {
            if let Some(p) = people.get_mut(&m.staff_id) {
                p.roles.insert(m.role);
            }
        }
        for g in grants {
            if let Some(p) = people.get_mut(&g.staff_id) {
                p.grants.push(Grant { permission: g.permission, until: g.until });
            }
        }
        Ok(Self {
            roles: roles.into_iter().map(|r| (r.code, r.label)).collect(),
            held: held.into_iter().map(|h| (h.role, h.permission)).collect(),
            people,
        })
    }

    pub fn role_label<'a>(&'a self, code: &'a str) -> &'a str {
        self.roles.iter().find(|(c, _)| c == code).map_or(code, |(_, label)| label)
    }

    pub fn name(&self, id: Uuid) -> &str {
        self.people.get(&id).map_or("（登録のない人）", |p| p.name.as_str())
    }

    pub fn person(&self, id: PublicId) -> Result<&Person, Fault> {
        self.people.values().find(|p| p.public_id == id).ok_or(Fault::NotFound)
    }

    pub fn has_role(&self, code: &str) -> bool {
        self.roles.iter().any(|(c, _)| c == code)
    }

    /// People in the order of their logins.
    pub fn in_order(&self) -> Vec<&Person> {
        let mut all: Vec<&Person> = self.people.values().collect();
        all.sort_by(|a, b| (a.disabled, &a.login).cmp(&(b.disabled, &b.login)));
        all
    }

    /// Everything a role or person holds, for the log: what stood before and what stands after.
    pub fn holdings(&self, of: &str) -> String {
        let role = self.roles.iter().find(|(_, label)| format!("役割「{label}」") == of);
        let codes: Vec<&str> = match role {
            Some((code, _)) => self.held.iter().filter(|(r, _)| r == code).map(|(_, p)| p.as_str()).collect(),
            None => {
                let person = self.people.values().find(|p| p.name == of);
                person.map_or_else(Vec::new, |p| {
                    let roles = p.roles.iter().map(String::as_str);
                    roles.chain(p.grants.iter().map(|g| g.permission.as_str())).collect()
                })
            }
        };
        format!("{of} = {}", codes.join(" "))
    }
}
