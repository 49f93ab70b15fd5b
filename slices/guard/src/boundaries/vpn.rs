//! `POST /vpn/authorize`: may this login use the VPN now? Asked by a gateway (FreeRADIUS with its rest module) with a
//! key of its own; every answer is written down by the database function that gives it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hojo_access::allow;
use hojo_web::{Cx, Fault, Json, Reply};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How a key is kept.
pub fn hash(key: &str) -> Vec<u8> {
    Sha256::digest(key.as_bytes()).to_vec()
}

/// The key of `Authorization: Bearer …`, or the password of `Authorization: Basic …`.
fn key(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    let pair = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
    let password = pair.split_once(':')?.1.to_owned();
    scheme.eq_ignore_ascii_case("basic").then_some(password)
}

/// `{"username": "x"}`, or as FreeRADIUS writes all attributes: `{"User-Name": {"type": "string", "value": ["x"]}}`.
fn login(body: &Value) -> Option<&str> {
    let plain = body.get("username").and_then(Value::as_str);
    let attribute = || body.get("User-Name")?.get("value")?.get(0)?.as_str();
    plain.or_else(attribute).map(str::trim).filter(|l| !l.is_empty())
}

/// POST: 200 with reply attributes, or 401 with the reason in words the user of the VPN may read.
pub async fn authorize(cx: Cx<allow::Anyone>, question: Json) -> Result<Reply, Fault> {
    let Some(key) = key(cx.header("authorization")) else { return refuse("鍵がありません。") };
    let Some(login) = login(&question.0) else { return refuse("利用者名がありません。") };
    let mut tx = cx.tx().await?;
    let at = tx.now().await?.utc();
    let (address, request) = (&cx.request().address, &cx.request().id);
    let answer = sqlx::query!(
        r#"select known as "known!", allowed as "allowed!", reason, seconds as "seconds!" from vpn_decision($1, $2, $3, $4, $5)"#,
        hash(&key),
        login,
        address,
        at,
        request
    )
    .fetch_one(tx.sql())
    .await?;
    tx.commit().await?;
    if !answer.allowed {
        return refuse(match answer.reason.as_deref() {
            Some("key") => "鍵が正しくありません。",
            Some("hours") => "VPNを使える時間帯の外です。",
            _ => "VPNの利用が許可されていません。",
        });
    }
    // At the end of the time the gateway ends the connection and asks again.
    Reply::json(&json!({
        "control:Auth-Type": "Accept",
        "reply:Session-Timeout": answer.seconds,
        "reply:Termination-Action": "RADIUS-Request",
    }))
}

fn refuse(words: &str) -> Result<Reply, Fault> {
    Ok(Reply::json(&json!({ "reply:Reply-Message": words }))?.status(401))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_in_two_ways() {
        assert_eq!(key("Bearer abc").as_deref(), Some("abc"));
        assert_eq!(key(&format!("Basic {}", STANDARD.encode("gw:a:b"))).as_deref(), Some("a:b"));
        for none in ["", "abc", "Basic !!!", "Digest x:y", &format!("Basic {}", STANDARD.encode("no colon"))] {
            assert_eq!(key(none), None, "{none}");
        }
    }

    #[test]
    fn logins_come_in_two_ways() {
        assert_eq!(login(&json!({ "username": "it1" })), Some("it1"));
        assert_eq!(login(&json!({ "User-Name": { "type": "string", "value": ["it1"] } })), Some("it1"));
        for none in [
            json!({}),
            json!([]),
            json!({ "username": 3 }),
            json!({ "User-Name": { "value": [] } }),
            json!({ "username": " " }),
        ] {
            assert_eq!(login(&none), None, "{none}");
        }
    }
}
