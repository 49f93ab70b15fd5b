//! What happened to a letter, from the operation log.

use hojo_db::Tx;
use hojo_web::ui::Happened;
use hojo_web::{Fault, html};
use hojo_words::ids::PublicId;
use serde_json::Value;

use crate::record::object;

/// The newest last.
pub async fn of(tx: &mut Tx, letter: PublicId) -> Result<Vec<Happened>, Fault> {
    let rows = sqlx::query!(
        "select at, actor_name, detail from operation_log where object = $1 order by at, id limit 200",
        object(letter)
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Happened {
            at: r.at,
            what: html! { span class="prewrap" { (sentence(&r.detail)) } },
            who: Some(r.actor_name),
        })
        .collect())
}

fn sentence(detail: &Value) -> String {
    let text = |name: &str| detail.get(name).and_then(Value::as_str).unwrap_or_default();
    match text("step") {
        "stuck" => format!("作成できませんでした。\n{}", text("problem")),
        "sealed" => {
            let left_out = detail.get("left_out").and_then(Value::as_u64).unwrap_or(0);
            let number = Some(text("number")).filter(|n| !n.is_empty()).map(|n| format!("（{n}）")).unwrap_or_default();
            let note = if left_out > 0 {
                format!("見えない文字{left_out}か所は印刷していません。")
            } else {
                String::new()
            };
            format!("PDFを作成し、確定しました{number}。{note}")
        }
        "delivered" => "申請者に交付しました。".to_owned(),
        "retried" => "もう一度作成するよう指示しました。".to_owned(),
        "replaced" => format!("訂正した通知書の発行を指示しました。理由：{}", text("reason")),
        "reissued" => format!("訂正した通知書として作成を始めました。理由：{}", text("reason")),
        "announced" => "お知らせのメールをもう一度送るよう指示しました。".to_owned(),
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use serde_json::json;

    #[test]
    fn every_step_has_a_sentence() {
        assert!(sentence(&json!({ "step": "stuck", "problem": "外字" })).contains("外字"));
        assert_eq!(
            sentence(&json!({ "step": "sealed", "number": "新も第1号", "left_out": 0 })),
            "PDFを作成し、確定しました（新も第1号）。"
        );
        assert!(sentence(&json!({ "step": "sealed", "number": "", "left_out": 2 })).contains("2か所"));
        for step in ["delivered", "retried", "announced"] {
            assert!(sentence(&json!({ "step": step })).ends_with('。'));
        }
    }
}
