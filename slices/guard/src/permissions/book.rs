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
    /// The team whose rounds it is limited to.
    pub team: Option<Uuid>,
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
    /// Roles that are limited to a team.
    pub limits: BTreeMap<String, Uuid>,
    pub grants: Vec<Grant>,
}

/// 担当班: the rounds that what is limited to it holds for.
#[derive(Clone, Debug)]
pub struct Team {
    pub id: Uuid,
    pub public_id: PublicId,
    pub name: String,
    pub rounds: BTreeSet<Uuid>,
}

/// 公募回, as it can be given to a team.
#[derive(Clone, Debug)]
pub struct Round {
    pub id: Uuid,
    pub public_id: PublicId,
    pub title: String,
}

#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Code and label.
    pub roles: Vec<(String, String)>,
    /// Role and permission.
    pub held: BTreeSet<(String, String)>,
    pub people: BTreeMap<Uuid, Person>,
    /// In the order of their names.
    pub teams: Vec<Team>,
    /// Newest first.
    pub rounds: Vec<Round>,
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
        let members = sqlx::query!("select staff_id, role, team_id from staff_roles").fetch_all(tx.sql()).await?;
        let grants = sqlx::query!(
            "select staff_id, permission, team_id, max(until_at) as \"until!\" from staff_grants
             where withdrawn_at is null and until_at > clock_timestamp()
             group by staff_id, permission, team_id order by permission, team_id"
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
                    limits: BTreeMap::new(),
                    grants: Vec::new(),
                };
                (s.id, person)
            })
            .collect();
        for m in members {
            if let Some(p) = people.get_mut(&m.staff_id) {
                p.limits.extend(m.team_id.map(|team| (m.role.clone(), team)));
                p.roles.insert(m.role);
            }
        }
        for g in grants {
            if let Some(p) = people.get_mut(&g.staff_id) {
                p.grants.push(Grant { permission: g.permission, until: g.until, team: g.team_id });
            }
        }
        Ok(Self {
            roles: roles.into_iter().map(|r| (r.code, r.label)).collect(),
            held: held.into_iter().map(|h| (h.role, h.permission)).collect(),
            people,
            teams: teams(tx).await?,
            rounds: rounds(tx).await?,
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

    pub fn team(&self, id: Uuid) -> Option<&Team> {
        self.teams.iter().find(|t| t.id == id)
    }

    /// The team an address or a form names.
    pub fn team_named(&self, public_id: &str) -> Option<&Team> {
        let id: PublicId = public_id.parse().ok()?;
        self.teams.iter().find(|t| t.public_id == id)
    }

    /// How far something reaches, in words.
    pub fn reach(&self, team: Option<Uuid>) -> String {
        team.map_or_else(|| "すべての公募回".to_owned(), |id| self.team_words(id))
    }

    pub fn team_words(&self, id: Uuid) -> String {
        format!("担当班「{}」", self.team(id).map_or("（登録のない班）", |t| t.name.as_str()))
    }

    pub fn round_title(&self, id: Uuid) -> &str {
        self.rounds.iter().find(|r| r.id == id).map_or("（登録のない公募回）", |r| r.title.as_str())
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
        if let Some(team) = self.teams.iter().find(|t| self.team_words(t.id) == of) {
            let rounds: Vec<&str> = team.rounds.iter().map(|r| self.round_title(*r)).collect();
            return format!("{of} = {}", rounds.join(" "));
        }
        let limited = |what: &str, team: Option<Uuid>| match team {
            Some(team) => format!("{what}（{}）", self.team_words(team)),
            None => what.to_owned(),
        };
        let role = self.roles.iter().find(|(_, label)| format!("役割「{label}」") == of);
        let codes: Vec<String> = match role {
            Some((code, _)) => self.held.iter().filter(|(r, _)| r == code).map(|(_, p)| p.clone()).collect(),
            None => {
                let person = self.people.values().find(|p| p.name == of);
                person.map_or_else(Vec::new, |p| {
                    let roles = p.roles.iter().map(|r| limited(r, p.limits.get(r).copied()));
                    roles.chain(p.grants.iter().map(|g| limited(&g.permission, g.team))).collect()
                })
            }
        };
        format!("{of} = {}", codes.join(" "))
    }
}

async fn teams(tx: &mut Tx) -> Result<Vec<Team>, Fault> {
    let rows = sqlx::query!(
        r#"select t.id, t.public_id, t.name, array(select r.round_id from team_rounds r where r.team_id = t.id) as "rounds!"
           from teams t order by t.name, t.id"#
    )
    .fetch_all(tx.sql())
    .await?;
    let team = |id, public_id, name, rounds: Vec<Uuid>| Team {
        id,
        public_id: PublicId::from_uuid(public_id),
        name,
        rounds: rounds.into_iter().collect(),
    };
    Ok(rows.into_iter().map(|t| team(t.id, t.public_id, t.name, t.rounds)).collect())
}

async fn rounds(tx: &mut Tx) -> Result<Vec<Round>, Fault> {
    let rows =
        sqlx::query!("select id, public_id, title from rounds order by opens_at desc, id").fetch_all(tx.sql()).await?;
    let round = |id, public_id, title| Round { id, public_id: PublicId::from_uuid(public_id), title };
    Ok(rows.into_iter().map(|r| round(r.id, r.public_id, r.title)).collect())
}
