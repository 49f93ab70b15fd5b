//! What several pages of this room share: where a case stands, what may begin in it, words typed into forms.

use hojo_access::Actor;
use hojo_case::{Party, Position, Refusal, Standing, may_start};
use hojo_db::{CaseRow, LifeView, RunRow, Tx};
use hojo_programme::{Facts, Opener, Procedure};
use hojo_web::{Fault, Markup, html, ui};
use hojo_words::ids::StaffId;
use hojo_words::text;

/// A case with the facts its procedures ask about.
pub(crate) struct Known {
    pub view: LifeView,
    pub facts: Facts,
}

impl Known {
    /// The case of this row: the row itself, or the one it is a run of.
    pub async fn of(tx: &mut Tx, row: &CaseRow) -> Result<Self, Fault> {
        let view = tx.life(row).await?;
        let facts = tx.facts(view.root.round, view.root.applicant).await?;
        let facts = view.facts(facts);
        Ok(Self { view, facts })
    }

    pub fn may_start(&self, procedure: &Procedure, opener: Opener) -> Result<(), Refusal> {
        let at = Standing { life: &self.view.life, open: &self.view.open, facts: &self.facts };
        may_start(&self.view.edition, procedure, opener, at)
    }

    /// As [`Known::may_start`] for the holder, who is not told of what the office does of its own motion.
    pub fn may_apply(&self, procedure: &Procedure) -> Result<(), Refusal> {
        self.may_start(procedure, Opener::Applicant).map_err(|refusal| self.view.told(refusal, procedure))
    }

    /// A draft of this procedure that was begun and not handed in.
    pub fn draft(&self, procedure: &str) -> Option<&RunRow> {
        self.view.runs.iter().find(|run| run.procedure == procedure && run.position == Position::Draft.code())
    }

    /// 手続 that begin within a case, in the order of the edition.
    pub fn procedures(&self) -> impl Iterator<Item = (&Procedure, &[Opener])> {
        let all = self.view.edition.procedures.values();
        all.filter_map(|p| Some((p.as_ref(), p.starts.as_ref()?.by.as_slice())))
    }

    pub fn title(&self, procedure: &str) -> String {
        self.view.edition.procedure(procedure).map_or_else(|| procedure.to_owned(), |p| p.title.clone())
    }

    /// 状態 in the words of the edition.
    pub fn standing(&self) -> String {
        let plan = self.view.edition.life.as_ref();
        let label = plan.and_then(|plan| plan.standings.get(&self.view.life.standing)).cloned();
        label.unwrap_or_else(|| self.view.life.standing.clone())
    }

    /// The staircase and what was posted, as far as there is any.
    pub fn amounts(&self) -> Vec<(String, Option<i64>)> {
        let Some(plan) = &self.view.edition.life else { return Vec::new() };
        let life = &self.view.life;
        let steps = plan.amounts.iter().map(|(id, label)| (label.clone(), life.amounts.get(id).copied()));
        let sums = plan.sums.iter().filter_map(|(id, sum)| Some((sum.title.clone(), Some(*life.sums.get(id)?))));
        steps.chain(sums).collect()
    }

    /// The dates that are known, in the order of the edition.
    pub fn dates(&self) -> Vec<(String, time::Date)> {
        let Some(plan) = &self.view.edition.life else { return Vec::new() };
        let known = |(id, label): (&String, &String)| Some((label.clone(), *self.view.life.dates.get(id)?));
        plan.dates.iter().filter_map(known).collect()
    }
}

/// The staircase of a case.
pub(crate) fn staircase(amounts: &[(String, Option<i64>)]) -> Markup {
    let steps: Vec<(&str, Option<i64>)> = amounts.iter().map(|(label, yen)| (label.as_str(), *yen)).collect();
    ui::staircase(&steps)
}

/// The clause and form a procedure rests on: 「規程 6・様式第1」.
pub(crate) fn basis(procedure: &Procedure) -> String {
    let clause = procedure.basis.clause.as_ref().map(|clause| clause.as_str().to_owned());
    let form = Some(procedure.basis.form.clone()).filter(|form| !form.is_empty());
    clause.into_iter().chain(form).collect::<Vec<_>>().join("・")
}

/// The acting member of the office.
pub(crate) fn me(actor: &Actor) -> Result<StaffId, Fault> {
    match actor {
        Actor::Staff(s) => Ok(s.staff),
        _ => Err(Fault::NotFound),
    }
}

pub(crate) fn party(actor: &Actor) -> Result<Party, Fault> {
    me(actor).map(Party::Staff)
}

/// A refusal as the page's error summary shows it.
pub(crate) fn problem(refusal: &Refusal) -> ui::Problem {
    ui::Problem::general(format!("{} {}", refusal.message, refusal.advice))
}

/// Words that fit and that every letter could print; line breaks made one kind.
pub(crate) fn words(label: &str, typed: &str, limit: usize) -> Result<String, Refusal> {
    let typed = text::unify_line_breaks(typed.trim());
    if text::count_chars(&typed) > limit {
        return Err(Refusal::new(
            "TEXT-TOO-LONG",
            format!("{label}が長すぎます（{}文字）。", text::count_chars(&typed)),
            format!("{limit}文字以内にしてください。"),
        ));
    }
    if let Err((place, what)) = text::check_printable(&typed) {
        return Err(Refusal::new(
            "TEXT-UNPRINTABLE",
            format!("{label}の{place}文字目に、使えない文字{}があります。", what.name()),
            "別の文字に置き換えてください。",
        ));
    }
    Ok(typed)
}

/// A posted form with its token.
pub(crate) fn post_form(action: &str, csrf: &str, body: &Markup) -> Markup {
    html! { form class="form" method="post" action=(action) novalidate { (ui::csrf_field(csrf)) (body) } }
}

/// Where a run stands, in the words of its flow for the applicant or in the office's own.
pub(crate) fn state_word(known: &Known, run: &RunRow, office: bool) -> String {
    let Some(position) = Position::from_code(&run.position) else { return run.position.clone() };
    let word = match known.view.edition.procedure(&run.procedure) {
        _ if office => position.label().to_owned(),
        _ if position == Position::Discarded => "破棄した下書き".to_owned(),
        Some(procedure) => procedure.flow.applicant_word(position.flow_state()).to_owned(),
        None => position.label().to_owned(),
    };
    let told = office || position == Position::Closed;
    if told && !run.outcome_label.is_empty() { format!("{word}（{}）", run.outcome_label) } else { word }
}
