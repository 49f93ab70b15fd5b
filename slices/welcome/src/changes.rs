//! 改定のお知らせ on the first page: what a change in force means for a draft, until the draft has moved or is handed in.

use hojo_db::Tx;
use hojo_web::{Fault, Markup, html, ui};
use hojo_words::ids::{ApplicantId, PublicId, RoundId};
use sqlx::types::Json;
use time::OffsetDateTime;

/// A draft that a change touches.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    filing: PublicId,
    /// 事業計画名; empty while nobody typed it.
    title: String,
    round: String,
    lines: Vec<String>,
    required: bool,
    told_at: OffsetDateTime,
    closes: OffsetDateTime,
}

/// Of each draft the newest change, while there is something to do about it.
pub(crate) async fn untold(tx: &mut Tx, me: ApplicantId, now: OffsetDateTime) -> Result<Vec<Change>, Fault> {
    let rows = sqlx::query!(
        r#"select distinct on (f.id) f.public_id, c.title, r.id as round_id, r.title as round,
                n.lines as "lines: Json<Vec<String>>", n.required, n.at
         from change_notices n
         join filings f on f.id = n.filing_id
         join cases c on c.id = n.case_id
         join rounds r on r.id = n.round_id
         where n.applicant_id = $1 and f.state = 'draft' and c.position = 'draft'
           and f.edition_id <> r.edition_id and n.to_edition = r.edition_id
         order by f.id, n.at desc"#,
        me.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut all = Vec::new();
    for r in rows {
        let (_, closes) = tx.window(RoundId(r.round_id), Some(me)).await?;
        all.push(Change {
            filing: PublicId::from_uuid(r.public_id),
            title: r.title,
            round: r.round,
            lines: r.lines.0,
            required: r.required,
            told_at: r.at,
            closes,
        });
    }
    all.retain(|change| now <= change.closes);
    Ok(all)
}

pub(crate) fn draw(changes: &[Change], now: OffsetDateTime) -> Markup {
    html! { @for change in changes { (one(change, now)) } }
}

fn one(c: &Change, now: OffsetDateTime) -> Markup {
    let name = if c.title.is_empty() { format!("{}の下書き", c.round) } else { format!("「{}」", c.title) };
    let banner = ui::banner(ui::Tone::Warn, format!("公募要領・交付規程の改定により、{name}に変わる点があります"));
    html! {
        (banner.body(html! {
            @if c.lines.is_empty() { p { "入力する項目は変わりません。" } }
            @else { ul { @for line in &c.lines { li { (line) } } } }
            @if c.required { p { "続きの入力と提出は、新しい様式に引き継いでからできます。" } }
            p { "提出の締切（" (ui::date_time(c.closes)) "、" (ui::remaining(c.closes - now)) "）までに確認してください。入力した内容は残ります。" }
            p { a href={ "/filings/" (c.filing) "/upgrade" } { "何が変わるかを見て、新しい様式に引き継ぐ" } }
            p class="quiet" { (ui::date_time(c.told_at)) " のお知らせ" }
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_note_says_what_changes_by_when_and_where_to_look() {
        let change = Change {
            filing: PublicId::from_bits(7),
            title: "計画<b>".into(),
            round: "第1回公募".into(),
            lines: vec!["新しく入力していただく項目：「省力化の取組」".into()],
            required: true,
            told_at: datetime!(2026-10-01 1:00 UTC),
            closes: datetime!(2026-10-30 9:00 UTC),
        };
        let now = datetime!(2026-10-20 9:00 UTC);
        let html = draw(std::slice::from_ref(&change), now).into_string();
        let link = format!("/filings/{}/upgrade", change.filing);
        for part in ["計画&lt;b&gt;", "省力化の取組", "2026/10/30 18:00", &link, "引き継いでからできます"]
        {
            assert!(html.contains(part), "{part}: {html}");
        }
        let bare = Change { title: String::new(), lines: vec![], required: false, ..change };
        let html = draw(&[bare], now).into_string();
        assert!(html.contains("第1回公募の下書き") && html.contains("項目は変わりません"), "{html}");
    }
}
