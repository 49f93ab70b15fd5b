//! What happens in a demonstration world, and when: decided before anything is done, from the number
//! of companies and the seed alone.

use super::dice::Dice;

/// The rounds of a world, oldest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Which {
    /// Decided.
    First,
    /// In examination.
    Second,
    /// Open now.
    Third,
}

impl Which {
    pub const ALL: [Self; 3] = [Self::First, Self::Second, Self::Third];

    /// (code, title, day of opening, day of closing), days counted from today.
    #[must_use]
    pub fn dates(self) -> (&'static str, &'static str, i64, i64) {
        match self {
            Self::First => ("r1", "第1回公募", -190, -160),
            Self::Second => ("r2", "第2回公募", -85, -55),
            Self::Third => ("r3", "第3回公募", -20, 10),
        }
    }
}

/// How far an application gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Begun; so many tenths of the sections are typed in.
    Draft(u8),
    /// Begun and thrown away.
    Discarded,
    Filed,
    /// In somebody's hands, half checked.
    Checking,
    SecondCheck,
    Returned,
    /// Returned, mended, waiting to be checked again.
    Resubmitted,
    Excluded,
    Withdrawn,
    /// Came on paper; waiting to be checked.
    Paper,
    /// Through the check, waiting for reviewers or being scored.
    Review,
    /// Returned once, mended, then through the check.
    ReviewAfterReturn,
}

impl Fate {
    fn is_filed(self) -> bool {
        !matches!(self, Self::Draft(_) | Self::Discarded)
    }
}

/// One thing somebody does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Act {
    Begin(usize),
    Discard(usize),
    File(usize),
    Paper(usize),
    Withdraw(usize),
    /// Someone takes the case and ticks some of the list.
    Claim(usize),
    FirstCheck(usize),
    Exclude(usize),
    SecondCheck(usize),
    Return(usize),
    Resubmit(usize),
    /// Reviewers are assigned by the system's proposal.
    Assign(Which),
    /// A reviewer (1 to 9) works on the own list: so many of a hundred are finalised.
    Score {
        reviewer: u32,
        finalise: u64,
    },
    Decide(Which),
    /// The company opens its letters.
    Read(usize),
    /// One scene of the lives of older cases.
    Live(usize),
    Work,
}

/// An application of the world.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Application {
    pub login: String,
    pub round: Which,
    pub fate: Fate,
    pub frame: &'static str,
}

/// Everything that happens, in order of time: minutes from today's midnight (negative: past).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    pub applications: Vec<Application>,
    pub acts: Vec<(i64, Act)>,
}

/// Who of the stand-in's named accounts is where, so that trying one shows something.
const NAMED: [(&str, Which, Fate, &str); 8] = [
    ("aozora", Which::First, Fate::Review, "innovation"),
    ("hinode", Which::Second, Fate::ReviewAfterReturn, "global"),
    ("minato", Which::Third, Fate::Returned, "innovation"),
    ("sato", Which::First, Fate::Review, "innovation"),
    ("takahashi", Which::First, Fate::Review, "innovation"),
    ("longname", Which::First, Fate::Review, "new_business"),
    ("aozora", Which::Third, Fate::Draft(7), "new_business"),
    ("hinode", Which::Third, Fate::Draft(10), "innovation"),
];

const ROUNDS: [Which; 20] = {
    use Which::{First as A, Second as B, Third as C};
    [A, B, C, A, B, A, B, A, C, B, A, B, C, A, B, A, C, B, A, C]
};
const FIRST: [Fate; 20] = {
    use Fate::{Excluded as E, Review as R, ReviewAfterReturn as T, Withdrawn as W};
    [R, E, T, R, R, W, R, R, R, T, R, R, R, R, R, T, R, R, E, R]
};
const SECOND: [Fate; 20] = {
    use Fate::{Checking as K, Excluded as E, Review as R, ReviewAfterReturn as T, SecondCheck as S, Withdrawn as W};
    [R, S, R, K, T, R, E, R, S, R, R, W, R, K, R, T, R, S, R, R]
};
const THIRD: [Fate; 20] = {
    use Fate::{
        Checking as K, Discarded as X, Draft as D, Filed as F, Paper as P, Resubmitted as M, Returned as B,
        SecondCheck as S, Withdrawn as W,
    };
    [F, B, S, M, D(2), P, D(10), F, K, W, D(5), F, S, B, X, D(8), F, M, K, D(1)]
};

const DAY: i64 = 24 * 60;

/// Plans a world of `applicants` companies.
#[must_use]
pub fn plan(applicants: u32, seed: u64) -> Plan {
    let mut applications: Vec<Application> = NAMED
        .iter()
        .map(|(login, round, fate, frame)| Application {
            login: (*login).to_owned(),
            round: *round,
            fate: *fate,
            frame,
        })
        .collect();
    let mut seen = [0usize; 3];
    for (at, n) in (1..=applicants).enumerate() {
        let round = ROUNDS.get(at % ROUNDS.len()).copied().unwrap_or(Which::Third);
        let (list, count) = match round {
            Which::First => (&FIRST, &mut seen[0]),
            Which::Second => (&SECOND, &mut seen[1]),
            Which::Third => (&THIRD, &mut seen[2]),
        };
        let fate = list.get(*count % list.len()).copied().unwrap_or(Fate::Filed);
        *count += 1;
        let mut dice = Dice::new(seed, "frame", u64::from(n));
        let frame = match dice.below(100) {
            0..55 => "innovation",
            55..80 => "new_business",
            _ => "global",
        };
        applications.push(Application { login: hojo_standin::synthetic_login(n), round, fate, frame });
    }
    let mut acts = Vec::new();
    for (at, application) in applications.iter().enumerate() {
        let mut dice = Dice::new(seed, "time", u64::try_from(at).unwrap_or(0));
        life(at, application, &mut dice, &mut acts);
    }
    milestones(&mut acts);
    acts.sort_by_key(|(minute, _)| *minute);
    Plan { applications, acts }
}

/// A minute of a working day.
fn at(day: i64, dice: &mut Dice) -> i64 {
    let minute = dice.between(0, 8 * 60);
    // The office works from 9 to 17 in Japan: 0 to 8 in the clock of the database.
    day * DAY + i64::try_from(minute).unwrap_or(0)
}

fn between(low: i64, high: i64, dice: &mut Dice) -> i64 {
    low + i64::try_from(dice.below(u64::try_from(high - low + 1).unwrap_or(1))).unwrap_or(0)
}

/// One application from its beginning to where its fate leaves it.
fn life(n: usize, application: &Application, dice: &mut Dice, acts: &mut Vec<(i64, Act)>) {
    let (_, _, opens, closes) = application.round.dates();
    // The open round's last filings were yesterday; returns need a few days after that.
    let is_open = application.round == Which::Third;
    let last = if is_open { -8 } else { closes - 1 };
    let filed = between(opens + 4, last, dice);
    let begun = between(opens + 1, filed - 1, dice);
    let mut day = filed;
    let mut next = |most: i64, dice: &mut Dice, acts: &mut Vec<(i64, Act)>, act: Act| {
        day += between(1, most, dice);
        acts.push((at(day, dice), act));
    };
    if application.fate == Fate::Paper {
        return acts.push((at(filed, dice), Act::Paper(n)));
    }
    acts.push((at(begun, dice), Act::Begin(n)));
    if !application.fate.is_filed() {
        if application.fate == Fate::Discarded {
            acts.push((at(filed, dice), Act::Discard(n)));
        }
        return;
    }
    acts.push((at(filed, dice), Act::File(n)));
    let wait = if is_open { 2 } else { 5 };
    match application.fate {
        Fate::Filed | Fate::Draft(_) | Fate::Discarded | Fate::Paper => {}
        Fate::Withdrawn => next(wait, dice, acts, Act::Withdraw(n)),
        Fate::Checking => next(wait, dice, acts, Act::Claim(n)),
        Fate::SecondCheck => next(wait, dice, acts, Act::FirstCheck(n)),
        Fate::Returned => {
            // Still within the week the company has for it.
            acts.push((at(between(-3, -2, dice), dice), Act::Return(n)));
        }
        Fate::Resubmitted => {
            next(wait, dice, acts, Act::Return(n));
            next(4, dice, acts, Act::Resubmit(n));
        }
        Fate::Excluded => {
            next(wait, dice, acts, Act::Exclude(n));
            next(3, dice, acts, Act::SecondCheck(n));
            next(5, dice, acts, Act::Read(n));
        }
        Fate::Review | Fate::ReviewAfterReturn => {
            if application.fate == Fate::ReviewAfterReturn {
                next(3, dice, acts, Act::Return(n));
                next(6, dice, acts, Act::Resubmit(n));
            }
            next(4, dice, acts, Act::FirstCheck(n));
            next(3, dice, acts, Act::SecondCheck(n));
        }
    }
    if application.round == Which::First
        && matches!(application.fate, Fate::Review | Fate::ReviewAfterReturn)
        && dice.chance(70)
    {
        acts.push((at(between(-99, -90, dice), dice), Act::Read(n)));
    }
}

/// What the office does for a whole round, and the days on which the worker's jobs are worked off.
fn milestones(acts: &mut Vec<(i64, Act)>) {
    let day = |d: i64, minute: i64| d * DAY + minute;
    acts.push((day(-138, 30), Act::Assign(Which::First)));
    for reviewer in 1..=9u32 {
        acts.push((day(-125, i64::from(reviewer) * 20), Act::Score { reviewer, finalise: 100 }));
    }
    acts.push((day(-100, 60), Act::Decide(Which::First)));
    acts.push((day(-32, 30), Act::Assign(Which::Second)));
    // Some reviewers are done, some are in the middle, two have not begun.
    for (reviewer, finalise) in [(1, 100), (2, 100), (3, 100), (4, 100), (5, 100), (6, 70), (7, 30)] {
        acts.push((day(-12, reviewer * 20), Act::Score { reviewer: u32::try_from(reviewer).unwrap_or(1), finalise }));
    }
    for d in (-189..0).step_by(3) {
        acts.push((day(d, 10 * 60), Act::Work));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_a_function_of_its_numbers() {
        assert_eq!(plan(300, 1), plan(300, 1));
        assert_ne!(plan(300, 1).acts, plan(300, 2).acts);
    }

    #[test]
    fn everybody_files_while_the_round_is_open_and_nothing_lies_in_the_future() {
        let plan = plan(300, 1);
        assert!(plan.acts.windows(2).all(|w| w[0].0 <= w[1].0));
        assert!(plan.acts.iter().all(|(minute, _)| *minute < 0), "{:?}", plan.acts.last());
        for (minute, act) in &plan.acts {
            if let Act::Begin(n) | Act::File(n) | Act::Paper(n) = act {
                let (_, _, opens, closes) = plan.applications[*n].round.dates();
                assert!(*minute > opens * DAY + 600 && *minute < closes * DAY + 540, "{act:?} at {minute}");
            }
        }
    }

    #[test]
    fn checks_end_before_reviewers_are_assigned() {
        let plan = plan(300, 3);
        for (minute, act) in &plan.acts {
            if let Act::SecondCheck(n) = act {
                let limit = if plan.applications[*n].round == Which::First { -138 } else { -32 };
                assert!(*minute < limit * DAY, "{act:?} at day {}", minute / DAY);
            }
        }
    }

    #[test]
    fn even_a_small_world_has_every_state() {
        for fate in FIRST.iter().chain(&SECOND).chain(&THIRD).take(20) {
            assert!(plan(60, 1).applications.iter().any(|a| a.fate == *fate));
        }
    }
}
