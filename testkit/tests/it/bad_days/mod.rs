//! Bad input and bad days: what people, browsers, networks, providers, workers and servers do to us.
//! Each test is one such day; its name says what must still be true in the evening.

mod cancel;
mod crash;
mod deadline;
mod full_log;
mod jobs;
mod lowering;
mod provider;
mod saving;
mod scanning;
mod submitting;
mod typing;
mod uploads;

use hojo_access::Site;
use hojo_programme::Answers;

use crate::client::{Client, complete};
use crate::ground::{Ground, House, Session, company, edition};
use crate::sql::Sql;

pub const NUMBER: &str = "7123456789012";

/// A company in front of an empty draft.
pub struct Desk {
    pub ground: Ground,
    pub house: House,
    pub sql: Sql,
    pub session: Session,
    pub client: Client,
    /// The address of the draft's task list.
    pub base: String,
}

impl Desk {
    pub async fn empty() -> Self {
        Self::on(Ground::new().await).await
    }

    pub async fn on(ground: Ground) -> Self {
        let house = ground.house().await;
        let mut sql = ground.superuser().await;
        let (_, session) = company(&mut sql, "株式会社見本精機", Some(NUMBER), "prime").await;
        let client = house.client(Site::Portal, &session);
        let base = client.start(ground.round).await;
        Self { ground, house, sql, session, client, base }
    }

    /// With a complete draft.
    pub async fn ready() -> Self {
        Self::with(&complete(&edition())).await
    }

    pub async fn with(answers: &Answers) -> Self {
        let desk = Self::empty().await;
        desk.client.fill(&desk.base, &edition(), answers).await;
        desk
    }

    pub async fn end(self) {
        drop((self.client, self.sql));
        for db in &self.house.dbs {
            db.close().await;
        }
        self.ground.end().await;
    }
}
