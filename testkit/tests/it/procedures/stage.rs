//! The stage of a journey: one company with a submitted application, whose case is put where an example says it stands,
//! at the moment the example says it is. From there on everything is done by people on pages.

use hojo_access::Actor;
use hojo_case::Life;
use hojo_db::Mode;
use hojo_programme::{CourseStep, Example, Procedure, Raw};
use hojo_testkit::browser::Browser;
use hojo_testkit::{Filed, World};
use hojo_words::ids::PublicId;
use serde_json::json;
use sqlx::{Connection, Row};
use std::sync::{Arc, Mutex};

/// One company's case.
pub struct Stage<'w> {
    pub world: &'w World,
    pub filed: Filed,
    company: Mutex<Browser>,
}

/// An example by its name.
pub fn example(world: &World, procedure: &str, name: &str) -> (Arc<Procedure>, Example) {
    let procedure = world.edition.procedure(procedure).unwrap_or_else(|| panic!("no procedure {procedure}")).clone();
    let found = procedure.examples.iter().find(|example| example.name == name).cloned();
    let found = found.unwrap_or_else(|| panic!("{} has no example {name}", procedure.code));
    assert!(!found.course.is_empty() || found.expect.course.refused.is_none());
    (procedure, found)
}

impl<'w> Stage<'w> {
    /// A company that has applied.
    pub async fn new(world: &'w World) -> Self {
        let filed = world.submitted(1).await.unwrap();
        let company = Mutex::new(filed.applicant.browser.clone());
        Self { world, filed, company }
    }

    /// The company, signed in.
    pub fn company(&self) -> Browser {
        self.company.lock().unwrap().clone()
    }

    pub fn case(&self) -> PublicId {
        self.filed.case
    }

    /// Puts the case where the example has it, and the clock to its moment; everybody signs in anew.
    pub async fn set(&self, example: &Example) {
        let now = example.now.unwrap_or_else(|| self.world.edition.date("applications_close").unwrap());
        self.world.go_to(now).await.unwrap();
        let life = life_of(self.world, example);
        let mut db = self.world.superuser().await.unwrap();
        let row = sqlx::query("select state from cases where public_id = $1").bind(self.case().uuid());
        let mut state: sqlx::types::JsonValue = row.fetch_one(&mut db).await.unwrap().get(0);
        state["position"] = json!("closed");
        state["outcome"] = json!("adopted");
        state["outcome_label"] = json!("採択");
        state["letters_due"] = json!(0);
        state["life"] = serde_json::to_value(&life).unwrap();
        sqlx::query(
            "update cases set state = $2, position = 'closed', outcome = 'adopted', standing = $3, took_effect_at = $4, awaits_on = null
             where public_id = $1",
        )
        .bind(self.case().uuid())
        .bind(state)
        .bind(&life.standing)
        .bind(now)
        .execute(&mut db)
        .await
        .unwrap();
        db.close().await.unwrap();
        self.sign_in(example).await;
        let mut tx = self.world.house.worker_db.begin(&Actor::Worker, Mode::Write).await.unwrap();
        let row = sqlx::query("select id from cases where public_id = $1").bind(self.case().uuid());
        let id: uuid::Uuid = row.fetch_one(tx.sql()).await.unwrap().get(0);
        tx.refresh_dues(hojo_words::ids::CaseId(id)).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The company signs in, and GビズID says of it what the example says.
    async fn sign_in(&self, example: &Example) {
        let browser = self.world.house.sign_in_applicant(self.filed.applicant.who.clone()).await.unwrap();
        *self.company.lock().unwrap() = browser;
        let claims: serde_json::Map<String, sqlx::types::JsonValue> = example
            .facts
            .iter()
            .filter_map(|(path, raw)| match (path.strip_prefix("account."), raw) {
                (Some(name), Raw::Text(text)) => Some((name.to_owned(), json!(text))),
                _ => None,
            })
            .collect();
        let mut db = self.world.superuser().await.unwrap();
        sqlx::query("update accounts set claims = claims || $2 where applicant_id = $1")
            .bind(self.filed.applicant.id.0)
            .bind(sqlx::types::JsonValue::Object(claims))
            .execute(&mut db)
            .await
            .unwrap();
        db.close().await.unwrap();
    }

    /// Time passes, nothing else; everybody signs in anew.
    pub async fn later(&self, example: &Example, at: time::OffsetDateTime) {
        self.world.go_to(at).await.unwrap();
        self.sign_in(example).await;
    }

    /// The life of the case as it is stored.
    pub async fn life(&self) -> Life {
        let mut db = self.world.superuser().await.unwrap();
        let row = sqlx::query("select state -> 'life' from cases where public_id = $1").bind(self.case().uuid());
        let life: sqlx::types::JsonValue = row.fetch_one(&mut db).await.unwrap().get(0);
        db.close().await.unwrap();
        serde_json::from_value(life).unwrap()
    }

    /// What is owed and not met, by the office's list.
    pub async fn owes(&self) -> Vec<String> {
        let mut db = self.world.superuser().await.unwrap();
        let rows = sqlx::query(
            "select distinct d.obligation from dues d join cases c on c.id = d.case_id
             where c.public_id = $1 and not d.met order by 1",
        )
        .bind(self.case().uuid())
        .fetch_all(&mut db)
        .await
        .unwrap();
        db.close().await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// The page of the case on the portal.
    pub async fn page(&self) -> hojo_testkit::browser::Page {
        self.company().get(&format!("/cases/{}/procedures", self.case())).await.unwrap()
    }
}

/// The life the example tells: its `case`, and what it says later procedures read.
fn life_of(world: &World, example: &Example) -> Life {
    let plan = world.edition.life.as_ref().unwrap();
    let told = &example.case;
    let (sums, amounts) = told.amounts.iter().partition::<Vec<_>, _>(|(name, _)| plan.sums.contains_key(*name));
    let owned = |pairs: Vec<(&String, &i64)>| pairs.into_iter().map(|(name, yen)| (name.clone(), *yen)).collect();
    let text = |(path, raw): (&String, &Raw)| match (path.strip_prefix("filed."), raw) {
        (Some(path), Raw::Text(text)) => Some((path.to_owned(), text.clone())),
        _ => None,
    };
    let life = Life {
        standing: told.standing.clone().unwrap_or_default(),
        dates: told.dates.iter().map(|(name, day)| (name.clone(), *day)).collect(),
        amounts: owned(amounts),
        sums: owned(sums),
        done: told.done.iter().map(|(code, n)| (code.clone(), *n)).collect(),
        filed: example.facts.iter().filter_map(text).collect(),
        ..Life::default()
    };
    life.seen(plan, None)
}

/// Who begins, in the example's words.
pub fn opener(procedure: &Procedure, example: &Example) -> hojo_programme::Opener {
    let said = example.course.iter().find_map(|step| match step {
        CourseStep::Start(opener) => *opener,
        _ => None,
    });
    said.or_else(|| procedure.starts.as_ref()?.by.first().copied()).unwrap()
}
