//! States: chips, task list, steps, progress, time left.
use maud::{Markup, Render, html};
use time::{Duration, OffsetDateTime};

use super::amounts;
use super::icon::icon;
use super::message::Tone;

/// A state in a word or two, with the picture of its tone.
#[derive(Clone, Debug)]
pub struct Chip {
    words: String,
    tone: Option<Tone>,
}

/// A coloured state.
#[must_use]
pub fn chip(tone: Tone, words: impl Into<String>) -> Chip {
    Chip { words: words.into(), tone: Some(tone) }
}

/// A grey state: not begun, closed, no statement.
#[must_use]
pub fn plain_chip(words: impl Into<String>) -> Chip {
    Chip { words: words.into(), tone: None }
}

impl Render for Chip {
    fn render(&self) -> Markup {
        html! {
            span class="chip" data-tone=(self.tone.map_or("plain", Tone::name)) {
                @if let Some(tone) = self.tone { (icon(tone.icon())) }
                (self.words)
            }
        }
    }
}

/// One row of a task list; the whole row is the link.
#[derive(Clone, Debug)]
pub struct Task {
    /// What to do.
    pub title: String,
    /// Where; none when it cannot be begun yet.
    pub href: Option<String>,
    /// One line below the title: what is missing, why it waits.
    pub hint: Option<String>,
    /// 入力済み, 入力中, 未入力, 直すところがあります…
    pub state: Chip,
}

/// Sections or duties with their state at the right.
#[must_use]
pub fn task_list(tasks: &[Task]) -> Markup {
    html! {
        ul class="tasks" {
            @for task in tasks {
                li class="tasks__row" {
                    div class="tasks__what" {
                        @if let Some(href) = &task.href { a class="tasks__link" href=(href) { (task.title) } }
                        @else { span { (task.title) } }
                        @if let Some(hint) = &task.hint { p class="tasks__hint" { (hint) } }
                    }
                    div class="tasks__state" { (task.state) }
                }
            }
        }
    }
}

/// Where one stands in a row of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Here.
    Current,
    /// Ahead.
    Ahead,
}

/// One step: its name, its place in time, and where it leads when it may be visited.
#[derive(Clone, Debug)]
pub struct Step {
    /// 入力, 確認, 提出…
    pub title: String,
    /// Behind, here, ahead.
    pub state: StepState,
    /// A link back, for steps one may revisit.
    pub href: Option<String>,
}

/// The steps of a piece of work, with the present one marked.
#[must_use]
pub fn steps(label: &str, items: &[Step]) -> Markup {
    html! {
        nav class="steps" aria-label=(label) {
            ol {
                @for (at, step) in items.iter().enumerate() {
                    @let current = step.state == StepState::Current;
                    li class="steps__item" data-state=(step_name(step.state)) aria-current=[current.then_some("step")] {
                        span class="steps__number" aria-hidden="true" { @if step.state == StepState::Done { "✓" } @else { (at + 1) } }
                        span class="steps__title" {
                            @if let Some(href) = &step.href { a href=(href) { (step.title) } } @else { (step.title) }
                            @if step.state == StepState::Done { span class="visually-hidden" { "（済み）" } }
                        }
                    }
                }
            }
        }
    }
}

const fn step_name(state: StepState) -> &'static str {
    match state {
        StepState::Done => "done",
        StepState::Current => "current",
        StepState::Ahead => "ahead",
    }
}

/// How far a long job or a list of tasks has come. `total` 0 means the length is not known yet.
#[must_use]
pub fn progress(label: &str, done: u64, total: u64) -> Markup {
    html! {
        div class="progress" {
            span class="progress__label" { (label) }
            @if total == 0 { progress aria-label=(label) {} span class="progress__count" { "処理中です" } }
            @else {
                progress aria-label=(label) max=(total) value=(done.min(total)) {}
                span class="progress__count" { (amounts::number(done)) " / " (amounts::number(total)) }
            }
        }
    }
}

/// A deadline with the time left, 「2026/11/30 18:00まで（あと3日4時間）」. Urgent (bold, marked) within three days.
#[must_use]
pub fn deadline(due: OffsetDateTime, now: OffsetDateTime) -> Markup {
    let left = due - now;
    let state = if left <= Duration::ZERO {
        "past"
    } else if left < Duration::days(3) {
        "near"
    } else {
        "far"
    };
    html! {
        span class="deadline" data-state=(state) {
            time datetime=(machine_time(due)) { (amounts::date_time(due)) } "まで"
            span class="deadline__left" { "（" (amounts::remaining(left)) "）" }
        }
    }
}

/// The moment as HTML's `datetime` wants it.
pub(crate) fn machine_time(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(time::UtcOffset::UTC);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
        utc.year(),
        u8::from(utc.month()),
        utc.day(),
        utc.hour(),
        utc.minute(),
        utc.second()
    )
}

/// What a list says when it has no rows: why, and what one can do.
#[must_use]
pub fn empty(title: &str, body: &Markup) -> Markup {
    html! { div class="empty" { p class="empty__title" { (title) } div { (body) } } }
}
