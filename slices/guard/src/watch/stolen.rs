//! A session's token was copied: its person is told by mail, so that who is not at fault can say so.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hojo_access::Actor;
use hojo_db::{Db, DbError, Mode, Tx};
use hojo_jobs::{Claimed, Done, Failure, Handler, Lane, NewJob, enqueue};
use hojo_mail::{Mail, Message};
use hojo_web::ui;
use hojo_words::Now;
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

/// The kind of the job that tells the person.
pub const MAIL: &str = "stolen-session-mail";

/// Orders a mail for each theft written down since; one for each, however often the rows are read.
pub async fn tell(tx: &mut Tx, since: OffsetDateTime) -> Result<(), DbError> {
    let rows = sqlx::query!(
        "select id, at, object from operation_log
         where at > $1 and outcome = 'refused' and detail ->> 'what' = 'token-reused'",
        since
    )
    .fetch_all(tx.sql())
    .await?;
    for row in rows {
        let Some(Ok(person)) = row.object.strip_prefix("person:").map(str::parse::<Uuid>) else { continue };
        let order = json!({ "person": person, "at": row.at.unix_timestamp() });
        enqueue(tx, NewJob::new(Lane::Mail, MAIL, order).once(row.id.to_string())).await?;
    }
    Ok(())
}

/// `stolen-session-mail`
pub struct Tell {
    pub db: Db,
    pub mail: Arc<dyn Mail>,
}

impl Handler for Tell {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let wrong = || Failure::ForGood("the payload names no person and moment".to_owned());
            let person = job.payload.get("person").and_then(|p| p.as_str()).and_then(|p| p.parse::<Uuid>().ok());
            let at = job.payload.get("at").and_then(serde_json::Value::as_i64);
            let at = at.and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
            self.send(job, person.ok_or_else(wrong)?, at.ok_or_else(wrong)?).await
        })
    }
}

impl Tell {
    async fn send(&self, job: &Claimed, person: Uuid, at: OffsetDateTime) -> Result<Done, Failure> {
        let mut tx = self.db.begin(&Actor::Worker, Mode::Read).await?;
        let who = sqlx::query!(
            r#"select name as "name!", email from staff where id = $1
               union all select display_name, email from accounts where id = $1"#,
            person
        )
        .fetch_optional(tx.sql())
        .await
        .map_err(|e| Failure::Later(e.to_string()))?;
        tx.commit().await?;
        let done: Done = Box::new(|_| Box::pin(async { Ok(()) }));
        // Without an address there is nobody to write to; the watch's page shows the theft all the same.
        let Some((name, Some(to))) = who.map(|w| (w.name, w.email)) else { return Ok(done) };
        let text = format!(
            "{name} 様\n\n{}に、あなたのログインの情報が、別のブラウザーから使われました。情報が写し取られたおそれがあるため、そのログインを終了しました。保存済みの内容は失われていません。\n\n続けるときは、いつもの画面からログインし直してください。\n心当たりがないときは、すぐに補助金事務局に連絡してください。このメールに、ログインのためのリンクはありません。\n\n補助金事務局\n",
            ui::date_time(at)
        );
        let message = Message {
            key: format!("stolen/{}", job.id),
            to,
            subject: "【重要】ログインを終了しました".into(),
            text,
            date: Now::new(at),
        };
        match self.mail.send(&message).await {
            Ok(_) => Ok(done),
            Err(problem) if problem.is_temporary() => Err(Failure::Later(problem.to_string())),
            Err(problem) => Err(Failure::ForGood(problem.to_string())),
        }
    }
}
