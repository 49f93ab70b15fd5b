//! 届出とGビズIDの違い on the first page: which of the two is used, and what to do about it.

use hojo_db::{Difference, Tx};
use hojo_web::{Fault, Markup, html, ui};
use hojo_words::ids::ApplicantId;

/// Nothing while a decision of this applicant waits for its letter: what follows from it is not told before.
pub(crate) async fn load(tx: &mut Tx, me: ApplicantId) -> Result<Vec<Difference>, Fault> {
    let row = sqlx::query!(
        r#"select exists (select 1 from cases where applicant_id = $1 and position = 'notify') as "waits!""#,
        me.0
    )
    .fetch_one(tx.sql())
    .await?;
    if row.waits { Ok(Vec::new()) } else { Ok(tx.told_otherwise(me).await?) }
}

pub(crate) fn draw(differences: &[Difference]) -> Markup {
    if differences.is_empty() {
        return html! {};
    }
    let banner = ui::banner(ui::Tone::Warn, "GビズIDの登録が、受理された変更の届出と違います");
    html! {
        (banner.body(html! {
            ul { @for d in differences { li { (d.label) "：届出は「" (d.told) "」、GビズIDの登録は「" (d.claimed) "」" } } }
            p { "申請書と通知書には、届出の内容を使います。GビズIDの登録がまだのときは、GビズIDの画面で直してください。届出の後にさらに変わったときは、案件の画面から、あらためて変更を届け出てください。" }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_shown_with_the_one_that_is_used() {
        let d = Difference { label: "代表者", told: "新田 花子".into(), claimed: "旧田<b>太郎".into() };
        let html = draw(&[d]).into_string();
        for part in ["代表者：届出は「新田 花子」", "旧田&lt;b&gt;太郎", "届出の内容を使います"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(draw(&[]).into_string().is_empty());
    }
}
