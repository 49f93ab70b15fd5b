//! Who lives in a demonstration world: the staff, the reviewers, and the companies of the GビズID
//! stand-in, so that signing in there brings back the person whose application is here.

use std::path::Path;

use anyhow::{Context, ensure};
use hojo_access::{AccountKind, Actor, Applicant};
use hojo_db::Db;
use hojo_gbizid::{Identity, read_userinfo};
use hojo_people::staff::{hash_password, totp_secret};
use hojo_standin::Accounts;
use hojo_words::ids::{AccountId, ApplicantId};
use serde_json::Value;

use crate::staff::{NewPerson, add, set_detections, set_roles};

/// A member of staff or a reviewer.
#[derive(Clone, Copy, Debug)]
pub struct Colleague {
    pub login: &'static str,
    pub name: &'static str,
    pub role: &'static str,
    /// 利害関係: kind and value, as the register of ties keeps them.
    pub ties: &'static [(&'static str, &'static str)],
    /// How many cases at a time.
    pub capacity: Option<u32>,
}

const fn staff(login: &'static str, name: &'static str, role: &'static str) -> Colleague {
    Colleague { login, name, role, ties: &[], capacity: None }
}

const fn reviewer(
    login: &'static str,
    name: &'static str,
    ties: &'static [(&'static str, &'static str)],
    capacity: u32,
) -> Colleague {
    Colleague { login, name, role: "reviewer", ties, capacity: Some(capacity) }
}

/// Everybody at the office site.
pub const COLLEAGUES: &[Colleague] = &[
    staff("manager1", "三浦 恵子", "manager"),
    staff("manager2", "大野 健一", "manager"),
    staff("operator1", "佐伯 直美", "operator"),
    staff("operator2", "高橋 亮", "operator"),
    staff("operator3", "松田 真由", "operator"),
    staff("operator4", "近藤 拓也", "operator"),
    staff("supervisor", "永井 聡子", "supervisor"),
    staff("it1", "上原 純", "office_it"),
    reviewer("reviewer1", "藤井 正樹", &[("employer", "藤井経営研究所"), ("prefecture", "13")], 60),
    reviewer("reviewer2", "森本 さやか", &[("prefecture", "27")], 60),
    reviewer("reviewer3", "原田 修一", &[("client", "株式会社あおぞら精機")], 60),
    reviewer("reviewer4", "内藤 由紀", &[("support_body", "見本商工会議所")], 60),
    reviewer("reviewer5", "小池 隆", &[("prefecture", "40")], 60),
    reviewer("reviewer6", "平野 千秋", &[], 60),
    reviewer("reviewer7", "宮田 大輔", &[("employer", "宮田技術士事務所")], 40),
    reviewer("reviewer8", "菅原 美和", &[("prefecture", "01")], 40),
    reviewer("reviewer9", "岩崎 聡", &[], 20),
];

/// The password of a login. Everybody may know it: a demonstration world holds nobody's data.
#[must_use]
pub fn password_of(login: &str) -> String {
    format!("demo-{login}-pass")
}

/// Sets roles and adds everybody, with a fresh one-time secret each.
pub async fn add_colleagues(db: &Db, roles: &Path, all: &[Colleague]) -> anyhow::Result<()> {
    let mut tx = db.begin_setup().await?;
    set_roles(&mut tx, roles).await?;
    set_detections(&mut tx, &roles.with_file_name("detections.toml")).await?;
    for c in all {
        let (password, secret) = (hash_password(&password_of(c.login))?, totp_secret());
        let person = NewPerson {
            login: c.login,
            name: c.name,
            roles: &[c.role],
            reviewer: c.role == "reviewer",
            password_hash: &password,
            totp_secret: &secret,
        };
        add(&mut tx, &person).await?;
        for (kind, value) in c.ties {
            sqlx::query!(
                "insert into reviewer_ties (reviewer_id, kind, value) select id, $2, $3 from staff where login = $1
                 on conflict do nothing",
                c.login,
                *kind,
                *value
            )
            .execute(tx.sql())
            .await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// The one-time secret of a login.
pub async fn secret_of(db: &Db, login: &str) -> anyhow::Result<String> {
    let mut tx = db.begin_setup().await?;
    let row = sqlx::query!("select totp_secret from staff where login = $1", login).fetch_optional(tx.sql()).await?;
    tx.commit().await?;
    let row = row.with_context(|| format!("there is no login {login}"))?;
    row.totp_secret.with_context(|| format!("{login} has no authenticator"))
}

/// The companies of the stand-in: the named ones and `demo-00001` and on.
pub struct Companies {
    accounts: Accounts,
    issuer: String,
}

impl Companies {
    /// `count` synthetic ones of a seed, signing in through `issuer`.
    pub fn new(issuer: &str, count: u32, seed: u64) -> anyhow::Result<Self> {
        Ok(Self { accounts: Accounts::shipped()?.with_synthetic(count, seed), issuer: issuer.to_owned() })
    }

    /// What GビズID says about a login.
    pub fn identity(&self, login: &str) -> anyhow::Result<Identity> {
        let account = self.accounts.find(login).with_context(|| format!("the stand-in has no account {login}"))?;
        let claims = Value::Object(account.claims.clone());
        read_userinfo(&self.issuer, account.sub(), claims).map_err(|p| anyhow::anyhow!("{login}: {}", p.code()))
    }
}

/// The actor behind an account that has signed in before.
pub async fn actor_of(db: &Db, who: &Identity) -> anyhow::Result<(Actor, ApplicantId)> {
    let mut tx = db.begin_setup().await?;
    let row = sqlx::query!(
        "select a.id, a.applicant_id, a.kind, p.name from accounts a join applicants p on p.id = a.applicant_id
         where a.issuer = $1 and a.sub = $2",
        who.issuer,
        who.sub
    )
    .fetch_one(tx.sql())
    .await?;
    tx.commit().await?;
    let kind = AccountKind::from_code(&row.kind);
    ensure!(kind.is_some(), "{} has an unknown kind of account", who.sub);
    let applicant = ApplicantId(row.applicant_id);
    let kind = kind.unwrap_or(AccountKind::Entry);
    Ok((Actor::Applicant(Applicant { account: AccountId(row.id), applicant, kind, name: row.name }), applicant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_companies_are_those_of_the_stand_in() {
        let companies = Companies::new("http://localhost:8083/oauth/", 42, 1).unwrap();
        let who = companies.identity("demo-00042").unwrap();
        assert_eq!((who.sub.as_str(), who.issuer.as_str()), ("demo-00042", "http://localhost:8083/oauth/"));
        assert!(who.name.is_some() && who.corporate_number.is_some());
        assert!(companies.identity("demo-00043").is_err());
        assert!(companies.identity("aozora").unwrap().corporate_number.is_some());
    }

    #[test]
    fn passwords_are_long_enough_and_logins_different() {
        let mut logins: Vec<_> = COLLEAGUES.iter().map(|c| c.login).collect();
        assert!(logins.iter().all(|l| hash_password(&password_of(l)).is_ok()));
        logins.sort_unstable();
        logins.dedup();
        assert_eq!(logins.len(), COLLEAGUES.len());
    }
}
