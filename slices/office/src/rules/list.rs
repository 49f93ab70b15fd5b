//! 規則の一覧: strength, clause, sentence, and how many submissions each of them speaks to now.

use std::collections::BTreeMap;

use hojo_access::allow;
use hojo_db::Tx;
use hojo_programme::{Procedure, Rule, Severity};
use hojo_web::ui::{self, Choice, Holds, Tone};
use hojo_web::{Cx, Fault, Markup, Reply, html};
use hojo_words::ids::PublicId;

use super::{Ground, Lowered, ground, lowerings, strength};

/// (procedure, rule) → submissions it speaks to.
type Counts = BTreeMap<(String, String), i64>;

pub async fn list(cx: Cx<allow::ViewDefinitions>) -> Result<Reply, Fault> {
    let mut tx = cx.tx().await?;
    let rounds =
        sqlx::query!("select public_id, title from rounds order by opens_at desc limit 50").fetch_all(tx.sql()).await?;
    let rounds: Vec<(PublicId, String)> =
        rounds.into_iter().map(|r| (PublicId::from_uuid(r.public_id), r.title)).collect();
    let asked = cx.query("round").parse().ok();
    let Some(id) = asked.or_else(|| rounds.first().map(|(id, _)| *id)) else {
        let body = ui::empty(
            "公募回がまだありません",
            &html! { p { "制度定義を公開すると、その規則がここに表示されます。" } },
        );
        return Ok(Reply::page(&cx.page("申請要件の規則", body)));
    };
    let ground = ground(&mut tx, id).await?;
    let lowerings = lowerings(&mut tx, &ground.edition_id).await?;
    let counts = counts(&mut tx, &ground).await?;
    tx.commit().await?;
    let filter = Filter { text: cx.query("q").to_owned(), strength: cx.query("strength").to_owned() };
    Ok(Reply::page(&cx.page("申請要件の規則", view(&ground, &rounds, &lowerings, &counts, &filter)).wide()))
}

/// Of the newest submission of every filing that still stands.
async fn counts(tx: &mut Tx, ground: &Ground) -> Result<Counts, Fault> {
    let rows = sqlx::query!(
        r#"select f.procedure, e ->> 'code' as "code!", count(*) as "n!"
           from filings f
           join submissions s on s.filing_id = f.id and s.n = f.version
           cross join lateral jsonb_array_elements(case jsonb_typeof(s.findings) when 'array' then s.findings else '[]' end) e
           where f.round_id = $1 and f.state in ('filed', 'returned') and e ? 'code'
           group by 1, 2"#,
        ground.round.0
    )
    .fetch_all(tx.sql())
    .await?;
    Ok(rows.into_iter().map(|r| ((r.procedure, r.code), r.n)).collect())
}

struct Filter {
    text: String,
    strength: String,
}

fn view(
    ground: &Ground,
    rounds: &[(PublicId, String)],
    lowered: &[Lowered],
    counts: &Counts,
    filter: &Filter,
) -> Markup {
    let choices = rounds.iter().map(|(id, title)| Choice::new(id.to_string(), title.clone())).collect();
    let strengths =
        [Severity::Stop, Severity::Ask, Severity::Note].map(|s| Choice::new(s.as_str(), strength(s))).to_vec();
    html! {
        p { "版：" (ground.edition.title) "（" (ground.edition.version) "）" }
        (ui::filters("/rules", &html! {
            (ui::field("round", "公募回", ui::Control::Select { choices, empty: "最新の公募回".into() }).value(ground.public_id.to_string()))
            (ui::field("strength", "強さ", ui::Control::Select { choices: strengths, empty: "すべて".into() }).value(filter.strength.clone()))
            (ui::text_field("q", "規則の番号・条項・文").value(filter.text.clone()))
        }, Some("/rules")))
        @for procedure in ground.edition.procedures.values() {
            @if !procedure.rules.rules.is_empty() { (table(ground, procedure, lowered, counts, filter)) }
        }
    }
}

fn matches(rule: &Rule, filter: &Filter) -> bool {
    let key = |t: &str| hojo_words::text::comparison_key(t);
    let text = key(&filter.text);
    let said = [rule.code.as_str(), rule.clause.as_str(), &rule.examiner.source, &rule.applicant.source];
    (filter.strength.is_empty() || filter.strength == rule.severity.as_str())
        && (text.is_empty() || said.iter().any(|s| key(s).contains(&text)))
}

fn table(ground: &Ground, procedure: &Procedure, lowered: &[Lowered], counts: &Counts, filter: &Filter) -> Markup {
    let rules: Vec<&Rule> = procedure.rules.rules.iter().filter(|r| matches(r, filter)).collect();
    let mut table = ui::data_table(
        format!("{}の規則（{}件）", procedure.title, rules.len()),
        vec![
            ui::column("番号"),
            ui::column("強さ"),
            ui::column("条項"),
            ui::column("確かめること"),
            ui::column("今当てはまる提出").holds(Holds::Number),
        ],
    )
    .empty(html! { p { "条件に合う規則はありません。" a href="/rules" { "条件を解除" } } });
    for rule in rules {
        let mine = lowered.iter().filter(|l| l.procedure == procedure.code && l.rule == rule.code);
        let state = mine.clone().find(|l| l.is_in_force()).map(|_| ui::chip(Tone::Warn, "確認に引下げ中"));
        let waiting = mine.clone().any(Lowered::is_open).then(|| ui::chip(Tone::Info, "引下げの承認待ち"));
        let n = counts.get(&(procedure.code.clone(), rule.code.clone())).copied().unwrap_or(0);
        table = table.row(vec![
            html! { a href={ "/rules/" (ground.public_id) "/" (procedure.code) "/" (rule.code) } { (rule.code) } },
            html! { (strength(rule.severity)) @if let Some(c) = state { br; (c) } @if let Some(c) = waiting { br; (c) } },
            html! { (rule.clause) },
            html! { (rule.examiner.source) },
            html! { (ui::number(n)) "件" },
        ]);
    }
    html! { (table) }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{ground, lowered};
    use super::*;

    #[test]
    fn rules_are_listed_with_counts_states_and_filters() {
        let ground = ground();
        let counts: Counts = [(("application".to_owned(), "ELIG-SME".to_owned()), 12)].into();
        let filter = |text: &str, strength: &str| Filter { text: text.into(), strength: strength.into() };
        let rounds = [(ground.public_id, "第1回公募".to_owned())];
        let html = view(&ground, &rounds, &[lowered("ELIG-SME", 1)], &counts, &filter("", "")).into_string();
        for part in ["ELIG-SME", "12件", "引下げの承認待ち", "要領 2-4-1"] {
            assert!(html.contains(part), "{part}");
        }
        let one = view(&ground, &rounds, &[], &counts, &filter("elig-sme-class", "")).into_string();
        assert!(one.contains("ELIG-SME-CLASS") && !one.contains("ELIG-NPO-SIZE"));
        let none = view(&ground, &rounds, &[], &counts, &filter("この世に無い規則", "")).into_string();
        assert!(none.contains("条件に合う規則はありません"));
    }
}
