//! The mail with the one-use link. The link is made when the mail leaves: neither the job nor the
//! database ever holds it, only its hash.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use hojo_access::Actor;
use hojo_db::{Db, Mode, random};
use hojo_jobs::{Claimed, Done, Failure, Handler};
use hojo_mail::{Mail, Message};
use hojo_words::Now;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub(crate) const KIND: &str = "invitation";

/// What sending needs.
pub(crate) struct SendInvitation {
    pub db: Db,
    pub mail: Arc<dyn Mail>,
    pub office_url: String,
}

#[derive(Deserialize)]
struct Order {
    invitation: Uuid,
}

pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

impl Handler for SendInvitation {
    fn run<'a>(&'a self, job: &'a Claimed) -> Pin<Box<dyn Future<Output = Result<Done, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let order: Order = serde_json::from_value(job.payload.clone())
                .map_err(|e| Failure::ForGood(format!("the payload cannot be read: {e}")))?;
            self.send(job, order.invitation).await
        })
    }
}

fn later(e: impl std::fmt::Display) -> Failure {
    Failure::Later(e.to_string())
}

impl SendInvitation {
    async fn send(&self, job: &Claimed, invitation: Uuid) -> Result<Done, Failure> {
        let token = random::token();
        let mut tx = self.db.begin(&Actor::Worker, Mode::Write).await?;
        let now = tx.now().await?;
        let row = sqlx::query!(
            r#"update invitations i set token_hash = $2,
                      expires_at = clock_timestamp() + case i.kind when 'first' then interval '72 hours' else interval '24 hours' end
               from staff f
               where i.id = $1 and f.id = i.staff_id and f.disabled_at is null and i.used_at is null and i.cancelled_at is null
                 and (i.kind = 'first' or i.approved_at is not null)
               returning f.login, f.name, f.email, i.kind, i.expires_at as "expires_at!""#,
            invitation,
            hash(&token)
        )
        .fetch_optional(tx.sql())
        .await
        .map_err(later)?;
        tx.commit().await?;
        // Withdrawn or used meanwhile: nothing to send.
        let Some(row) = row else { return Ok(Box::new(|_| Box::pin(async { Ok(()) }))) };
        let Some(to) = row.email else {
            return Err(Failure::ForGood("メールアドレスが登録されていません。".into()));
        };
        let link = format!("{}/invitations/{token}", self.office_url.trim_end_matches('/'));
        let until = hojo_web::ui::date_time(row.expires_at);
        let message = Message {
            // Another try carries another link, so it is another message.
            key: format!("invitation/{}/{}", job.id, job.attempt),
            to,
            subject: match row.kind.as_str() {
                "first" => "補助金事務局システムへのご招待".into(),
                "reopen" => "補助金事務局システムの利用の再開".into(),
                _ => "補助金事務局システムのログイン方法の再設定".into(),
            },
            text: text(&row.name, &row.login, &link, &until),
            date: Now::new(now.utc()),
        };
        match self.mail.send(&message).await {
            Ok(_) => Ok(sent(message)),
            Err(problem) => {
                let words = format!("{} [{}: {problem}]", problem.sentence(), problem.code());
                Err(if problem.is_temporary() { Failure::Later(words) } else { Failure::ForGood(words) })
            }
        }
    }
}

fn text(name: &str, login: &str, link: &str, until: &str) -> String {
    format!(
        "{name} 様\n\n補助金事務局システムのログイン方法を設定してください。\n\nログインID：{login}\n\n次のリンクを開き、パスキー、またはパスワードと認証アプリを設定してください。\n{link}\n\nこのリンクは{until}まで、1回だけ使えます。ほかの人に転送しないでください。\n期限が過ぎたときや、心当たりがないときは、事務局の管理者に連絡してください。\n\n補助金事務局\n"
    )
}

fn sent(message: Message) -> Done {
    Box::new(move |tx| {
        Box::pin(async move {
            let now = tx.now().await?.utc();
            sqlx::query!(
                "insert into mails (key, to_address, subject, sent_at) values ($1, $2, $3, $4) on conflict do nothing",
                message.key,
                message.to,
                message.subject,
                now
            )
            .execute(tx.sql())
            .await
            .map_err(later)?;
            Ok(())
        })
    })
}
