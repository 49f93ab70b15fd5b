//! 審査・採点 on the case desk: who scores, how far they are, what came out.

use std::future::Future;
use std::pin::Pin;

use hojo_access::Permission;
use hojo_db::{CaseRow, Tx};
use hojo_selection::{CaseScore, Total, combine};
use hojo_web::ui::{self, Holds};
use hojo_web::{CasePanel, Fault, Markup, html};

use crate::assignments::state_chip;
use crate::common::points;
use crate::meaning::Stored;

pub const PANEL: CasePanel =
    CasePanel { id: "scores", title: "審査・採点", permission: Permission::ViewScores, order: 50, render };

/// One reviewer of the case.
#[derive(Clone, Debug)]
struct Line {
    name: String,
    state: String,
    due_on: Option<time::Date>,
    recusal: Option<String>,
    stored: Stored,
}

fn render<'a>(
    tx: &'a mut Tx,
    row: &'a CaseRow,
) -> Pin<Box<dyn Future<Output = Result<Option<Markup>, Fault>> + Send + 'a>> {
    Box::pin(async move {
        let rows = sqlx::query!(
            r#"select r.name, a.state, a.due_on, a.recusal, s.scores as "scores?"
               from assignments a join staff r on r.id = a.reviewer_id left join score_sheets s on s.assignment_id = a.id
               where a.case_id = $1 order by a.assigned_at, a.id"#,
            row.id.0
        )
        .fetch_all(tx.sql())
        .await?;
        let mut lines = Vec::new();
        for r in rows {
            let stored = r.scores.map(serde_json::from_value).transpose()?.unwrap_or_default();
            lines.push(Line { name: r.name, state: r.state, due_on: r.due_on, recusal: r.recusal, stored });
        }
        if lines.is_empty() && row.position() != hojo_case::Position::Examine {
            return Ok(None);
        }
        let totals: Vec<Total> =
            lines.iter().filter(|l| l.state == "finalised").filter_map(|l| l.stored.total.clone()).collect();
        let score = combine(&totals).map_err(|e| Fault::Internal(e.to_string()))?;
        Ok(Some(view(&row.public_id.to_string(), &lines, score.as_ref())))
    })
}

fn view(case: &str, lines: &[Line], score: Option<&CaseScore>) -> Markup {
    let columns = vec![
        ui::column("審査員"),
        ui::column("状態"),
        ui::column("期限").holds(Holds::Date),
        ui::column("合計").holds(Holds::Number),
        ui::column("総評"),
    ];
    let mut table = ui::data_table("審査員と採点", columns)
        .quiet_caption()
        .empty(html! { p { "審査員はまだ割り当てられていません。" } });
    for l in lines {
        // A sheet in the making is the reviewer's own; the office sees how far it is, not what it says.
        let total = l.stored.total.as_ref().map(|t| points(t.points));
        table = table.row(vec![
            html! { (l.name) },
            html! { (state_chip(&l.state)) @if let Some(why) = &l.recusal { " " (why) } },
            html! { (l.due_on.map(ui::date).unwrap_or_default()) },
            html! { @match (&total, l.stored.progress) { (Some(t), _) => (t), (None, Some((given, all))) => { (given) " / " (all) "項目" }, _ => "―" } },
            html! { @if total.is_some() { span class="prewrap" { (l.stored.marks.overall) } } },
        ]);
    }
    html! {
        (table)
        @if let Some(s) = score {
            (ui::facts(&[
                ("平均点", html! { (points(s.mean)) }),
                ("開き", html! { (points(s.spread)) }),
                ("適格性", html! { "適" (s.passes) "名・否" (s.fails) "名" }),
            ]))
        }
        p { a href={ "/assignments/" (case) } { "審査員の割当て" } "　" a href={ "/ranking/" (case) "/points" } { "加点・減点" } }
    }
}

#[cfg(test)]
mod tests {
    use hojo_selection::Marks;

    use super::*;

    #[test]
    fn an_unfinished_sheet_shows_progress_and_no_words() {
        let marks = Marks { overall: "書きかけの総評".into(), ..Marks::default() };
        let line = |state: &str, total: Option<Total>| Line {
            name: "審査員".into(),
            state: state.into(),
            due_on: None,
            recusal: None,
            stored: Stored { marks: marks.clone(), progress: Some((2, 8)), total },
        };
        let open = view("x", &[line("declared", None)], None).into_string();
        assert!(open.contains("2 / 8項目") && !open.contains("書きかけ"), "{open}");
        let total = Total { points: hojo_words::Number::from(70), passed: true, by_criterion: [].into() };
        let closed = view("x", &[line("finalised", Some(total))], None).into_string();
        assert!(closed.contains("70") && closed.contains("書きかけの総評"), "{closed}");
    }
}
