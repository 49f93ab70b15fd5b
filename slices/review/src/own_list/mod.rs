//! 担当の審査: a reviewer's own cases with deadline and progress. Nobody else appears anywhere.

mod view;

use hojo_access::allow;
use hojo_web::{Cx, Fault, Reply};
use hojo_words::ids::PublicId;

use crate::common::{self, frame, me};
use crate::meaning::Stored;

/// One case of the list.
#[derive(Clone, Debug)]
pub struct Line {
    pub assignment: PublicId,
    pub number: String,
    pub title: String,
    pub frame: String,
    pub state: String,
    pub due_on: Option<time::Date>,
    /// Criteria given, of how many.
    pub progress: Option<(usize, usize)>,
    /// The review is still open.
    pub is_open: bool,
}

pub async fn show(cx: Cx<allow::ReviewCase>) -> Result<Reply, Fault> {
    let me = me(cx.actor())?;
    let mut tx = cx.tx().await?;
    let now = tx.now().await?;
    let rows = sqlx::query!(
        r#"select a.public_id, a.state, a.due_on, coalesce(c.number, '') as "number!", c.title, c.frame, c.edition_id,
                  c.position, s.scores as "scores?"
           from assignments a join cases c on c.id = a.case_id left join score_sheets s on s.assignment_id = a.id
           where a.reviewer_id = $1 and a.state in ('assigned', 'declared', 'finalised')
           order by a.state = 'finalised', a.due_on nulls last, c.number limit 1000"#,
        me.0
    )
    .fetch_all(tx.sql())
    .await?;
    let mut lines = Vec::new();
    for r in rows {
        let edition = tx.edition(&r.edition_id).await?;
        let stored: Stored = r.scores.map(serde_json::from_value).transpose()?.unwrap_or_default();
        lines.push(Line {
            assignment: PublicId::from_uuid(r.public_id),
            number: r.number,
            title: r.title,
            frame: frame(&edition, &r.frame),
            state: r.state,
            due_on: r.due_on,
            progress: stored.progress,
            is_open: r.position == hojo_case::Position::Examine.code(),
        });
    }
    tx.commit().await?;
    let mut page = cx.page("担当の審査", view::list(&lines, now));
    if let Some(banner) = common::done(cx.query("done")) {
        page = page.banner(&banner);
    }
    Ok(Reply::page(&page))
}
