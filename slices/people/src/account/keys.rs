//! Passkeys: add, name, remove. The last way in cannot be removed.

use hojo_access::allow;
use hojo_db::Mode;
use hojo_web::{Cx, Fault, Posted, Reply, ui};
use hojo_words::ids::PublicId;
use serde_json::json;

use super::{done, log, me, refused};
use crate::staff::passkey;

/// Both halves: the script asks for a challenge, then sends the key's answer with the page's form.
pub(super) async fn add(cx: Cx<allow::ManageFactors>, posted: Posted) -> Result<Reply, Fault> {
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let who = me(&cx, &mut tx).await?;
    if posted.get("step") == "passkey-begin" {
        tx.commit().await?;
        return Reply::json(&passkey::begin_registration(&cx, &who).await?);
    }
    if posted.get("answer").is_empty() {
        tx.commit().await?;
        let words =
            "このブラウザーではパスキーを登録できません。JavaScriptを有効にするか、別のブラウザーをお使いください。";
        return refused(&cx, ui::Problem::at("name", words)).await;
    }
    let (ceremony, answer, name) = (posted.get("ceremony"), posted.get("answer"), posted.get("name"));
    match passkey::finish_registration(&cx, &mut tx, who.id, ceremony, answer, name).await? {
        Ok(()) => {
            log(&cx, &mut tx, &who, json!({ "what": "passkey-added" })).await?;
            tx.commit().await?;
            Ok(done("passkey-added"))
        }
        Err(no) => {
            tx.commit().await?;
            refused(&cx, ui::Problem::at("name", no.words())).await
        }
    }
}

/// Renames or removes one.
pub(super) async fn change(cx: Cx<allow::ManageFactors>, posted: Posted) -> Result<Reply, Fault> {
    let key = cx.param::<PublicId>("key")?;
    let mut tx = cx.gate_tx(Mode::Write).await?;
    let who = me(&cx, &mut tx).await?;
    if posted.get("do") == "remove" {
        let others = sqlx::query!(
            r#"select count(*) as "n!" from passkeys where staff_id = $1 and public_id <> $2"#,
            who.id,
            key.uuid()
        )
        .fetch_one(tx.sql())
        .await?
        .n;
        if others == 0 && (who.password_hash.is_none() || who.totp_secret.is_none()) {
            tx.commit().await?;
            let words = "最後のログイン方法は削除できません。先に別のパスキーを登録するか、パスワードと認証アプリを設定してください。";
            return refused(&cx, ui::Problem::general(words)).await;
        }
        let gone = sqlx::query!("delete from passkeys where staff_id = $1 and public_id = $2", who.id, key.uuid())
            .execute(tx.sql())
            .await?;
        if gone.rows_affected() == 0 {
            return Err(Fault::NotFound);
        }
        log(&cx, &mut tx, &who, json!({ "what": "passkey-removed" })).await?;
        tx.commit().await?;
        return Ok(done("passkey-removed"));
    }
    let name: String = posted.get("name").trim().chars().take(60).collect();
    if name.is_empty() {
        tx.commit().await?;
        return refused(&cx, ui::Problem::general("パスキーの名前を入力してください。")).await;
    }
    let named =
        sqlx::query!("update passkeys set name = $3 where staff_id = $1 and public_id = $2", who.id, key.uuid(), name)
            .execute(tx.sql())
            .await?;
    if named.rows_affected() == 0 {
        return Err(Fault::NotFound);
    }
    log(&cx, &mut tx, &who, json!({ "what": "passkey-named" })).await?;
    tx.commit().await?;
    Ok(done("passkey-named"))
}
