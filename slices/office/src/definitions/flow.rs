//! A flow as a drawing and as sentences: the drawing for the eye, the table for everybody.

use hojo_programme::{Flow, State, Transition};
use hojo_web::{Markup, html, ui};

/// One box and the gap to the next, in drawing units.
const BOX: usize = 150;
const GAP: usize = 40;
const TALL: usize = 44;

pub fn view(flow: &Flow) -> Markup {
    if flow.transitions.is_empty() {
        return html! { p { "この手続に流れはありません（提出しない手続です）。" } };
    }
    let mut table = ui::data_table(
        "流れ",
        vec![
            ui::column("今の状態"),
            ui::column("すること"),
            ui::column("次の状態"),
            ui::column("する人"),
            ui::column("期限・人数"),
        ],
    )
    .quiet_caption();
    for t in &flow.transitions {
        table = table.row(vec![
            html! { (t.from.label()) br; span class="quiet" { "申請者には「" (flow.applicant_word(t.from)) "」" } },
            html! { (step(flow, t)) },
            html! { (t.to.label()) },
            html! { @if t.by.is_empty() { "システム" } @else { (t.by.iter().map(|r| hojo_programme::model::flow::role_label(r)).collect::<Vec<_>>().join("、")) } },
            html! { (terms(flow, t)) },
        ]);
    }
    html! {
        (drawing(flow))
        (table)
    }
}

fn step(flow: &Flow, t: &Transition) -> String {
    match &t.outcome {
        Some(o) => format!("{}（{}）", t.step.label(), flow.outcomes.get(o).map_or(o.as_str(), |x| x.label.as_str())),
        None => t.step.label().to_owned(),
    }
}

fn terms(flow: &Flow, t: &Transition) -> String {
    let Some(s) = flow.step(t.step) else { return String::new() };
    let mut list = Vec::new();
    if s.eyes > 1 {
        list.push(format!("{}人の目", s.eyes));
    }
    if s.count > 1 {
        list.push(format!("{}名", s.count));
    }
    if let Some(within) = s.within {
        list.push(format!("{}以内", within.words()));
    }
    list.join("、")
}

/// The states that lie on the main way, in the order of the definition.
fn main_way(flow: &Flow) -> Vec<State> {
    let mut way = Vec::new();
    for state in flow.transitions.iter().flat_map(|t| [t.from, t.to]) {
        if !way.contains(&state) && !matches!(state, State::Returned | State::Withdrawn) {
            way.push(state);
        }
    }
    way.sort_by_key(|s| State::ALL.iter().position(|x| x == s));
    way
}

/// Boxes from left to right. The table below says the same in words, so the drawing is decoration for readers' software.
fn drawing(flow: &Flow) -> Markup {
    let way = main_way(flow);
    let back = flow.transitions.iter().any(|t| t.to == State::Returned);
    let wide = way.len() * (BOX + GAP);
    let tall = if back { TALL * 3 } else { TALL + 16 };
    let x = |state: State| way.iter().position(|s| *s == state).map(|at| at * (BOX + GAP));
    ui::scroll_region(
        "流れ図",
        &html! {
            svg viewBox={ "0 0 " (wide) " " (tall) } width=(wide) height=(tall) aria-hidden="true" focusable="false" {
                @for (at, state) in way.iter().enumerate() {
                    @let left = at * (BOX + GAP);
                    rect x=(left + 1) y="1" width=(BOX) height=(TALL) rx="8" fill="none" stroke="currentColor" {}
                    text x=(left + BOX / 2) y=(TALL / 2 + 6) text-anchor="middle" fill="currentColor" font-size="16" { (state.label()) }
                    @if at + 1 < way.len() { path d={ "M" (left + BOX + 2) " " (TALL / 2) " h" (GAP - 4) " m-8 -5 l8 5 l-8 5" } fill="none" stroke="currentColor" {} }
                }
                @if let (true, Some(left)) = (back, x(State::Check)) {
                    rect x=(left + 1) y=(TALL * 2 - 2) width=(BOX) height=(TALL) rx="8" fill="none" stroke="currentColor" stroke-dasharray="6 4" {}
                    text x=(left + BOX / 2) y=(TALL * 2 + TALL / 2 + 4) text-anchor="middle" fill="currentColor" font-size="16" { (State::Returned.label()) }
                    path d={ "M" (left + BOX / 3) " " (TALL + 2) " v" (TALL - 6) " m-5 -8 l5 8 l5 -8" } fill="none" stroke="currentColor" {}
                    path d={ "M" (left + BOX * 2 / 3) " " (TALL * 2 - 4) " v-" (TALL - 6) " m-5 8 l5 -8 l5 8" } fill="none" stroke="currentColor" {}
                }
            }
        },
    )
}
