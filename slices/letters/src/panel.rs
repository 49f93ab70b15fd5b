//! 案件の通知書: what the case desk shows of this room.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{CaseRow, Tx};
use hojo_web::ui::{self, Holds, column, data_table};
use hojo_web::{CasePanel, Fault, Markup, html};
use hojo_words::ids::PublicId;
use time::OffsetDateTime;

use crate::desk::state_chip;
use crate::hand;
use crate::record::State;

pub fn panel() -> CasePanel {
    CasePanel { id: "letters", title: "通知書", permission: Permission::IssueLetter, order: 50, render }
}

fn render<'a>(
    tx: &'a mut Tx,
    row: &'a CaseRow,
) -> Pin<Box<dyn Future<Output = Result<Option<Markup>, Fault>> + Send + 'a>> {
    Box::pin(async move {
        let lines = lines(tx, row).await?;
        let may = tx.actor().holds_in(Permission::SendLetters, row.round);
        let by_hand = may && !hand::choices(tx, row).await?.is_empty();
        let body = html! {
            @if !lines.is_empty() { (view(&lines)) }
            @if by_hand { (ui::buttons(&[ui::link_button("通知書を個別に発行する", format!("/cases/{}/letters", row.public_id)).outline().small()])) }
        };
        Ok((by_hand || !lines.is_empty()).then_some(body))
    })
}

struct Line {
    id: PublicId,
    title: String,
    number: Option<String>,
    state: State,
    created_at: OffsetDateTime,
    delivered_at: Option<OffsetDateTime>,
    read_at: Option<OffsetDateTime>,
}

async fn lines(tx: &mut Tx, row: &CaseRow) -> Result<Vec<Line>, Fault> {
    let rows = sqlx::query!(
        "select public_id, title, number, state, created_at, delivered_at, read_at
         from letters where case_id = $1 order by created_at desc, id desc limit 100",
        row.id.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows
        .into_iter()
        .map(|r| Line {
            id: PublicId::from_uuid(r.public_id),
            title: r.title,
            number: r.number,
            state: State::from_code(&r.state).unwrap_or(State::Due),
            created_at: r.created_at,
            delivered_at: r.delivered_at,
            read_at: r.read_at,
        })
        .collect())
}

fn view(lines: &[Line]) -> Markup {
    let head = vec![
        column("通知書"),
        column("文書番号"),
        column("状態"),
        column("交付").holds(Holds::Date),
        column("開封").holds(Holds::Date),
    ];
    let mut table = data_table("この案件の通知書", head).quiet_caption();
    for l in lines {
        let delivered = l.delivered_at.map_or_else(|| format!("{}から", ui::date_time(l.created_at)), ui::date_time);
        table = table.row(vec![
            html! { a href={ "/letters/" (l.id) } { (l.title) } },
            html! { (l.number.as_deref().unwrap_or("―")) },
            state_chip(l.state),
            html! { (delivered) },
            html! { (l.read_at.map_or_else(|| "―".to_owned(), ui::date_time)) },
        ]);
        if l.state == State::Stuck {
            table = table.marked();
        }
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn a_stuck_letter_stands_out() {
        let line = Line {
            id: PublicId::from_bits(9),
            title: "不採択通知書".into(),
            number: None,
            state: State::Stuck,
            created_at: datetime!(2027-02-26 6:00 UTC),
            delivered_at: None,
            read_at: None,
        };
        let html = view(&[line]).into_string();
        assert!(
            html.contains("data-marked") && html.contains("要対応") && html.contains("2027/02/26 15:00から"),
            "{html}"
        );
    }
}
