//! The warm process: one bad letter stops no other, and two thousand letters leave no trace in memory.

use std::io::Cursor;

use hojo_press::serve::serve;
use hojo_press_client::wire::{LONGEST_LINE, Outcome, ProblemKind, Reply, Request};
use hojo_words::letter::LetterModel;

use crate::support::{MOMENT, press, sample};

fn line(id: &str, model: LetterModel) -> String {
    let request = Request { id: id.into(), issued_at: "2027-02-15T10:00:00+09:00".into(), model };
    serde_json::to_string(&request).unwrap()
}

fn replies(input: String) -> Vec<Reply> {
    let mut output = Vec::new();
    serve(&press(), Cursor::new(input), &mut output).unwrap();
    String::from_utf8(output).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_letter_that_cannot_be_printed_stops_only_itself() {
    let good = sample("adoption-notice");
    let mut bad = good.clone();
    bad.addressee[1] = "😀".into();
    let replies = replies([line("1", good.clone()), line("2", bad), line("3", good)].join("\n"));
    let kinds: Vec<(&str, bool)> =
        replies.iter().map(|r| (r.id.as_str(), matches!(r.outcome, Outcome::Ok(_)))).collect();
    assert_eq!(kinds, [("1", true), ("2", false), ("3", true)]);
    assert_eq!(replies[0].outcome, replies[2].outcome);
}

#[test]
fn nonsense_gets_an_answer_and_the_press_goes_on() {
    let good = line("last", sample("adoption-notice"));
    let endless = "x".repeat(LONGEST_LINE + 10);
    let no_date = good.replace("2027-02-15T10:00:00+09:00", "yesterday");
    let input = ["not json", "", r#"{"id":"7","model":5}"#, &endless, &no_date, &good].join("\n");
    let replies = replies(input);
    let problem = |reply: &Reply| match &reply.outcome {
        Outcome::Err(problem) => Some(problem.kind),
        Outcome::Ok(_) => None,
    };
    assert_eq!(replies.len(), 5);
    for reply in &replies[..4] {
        assert_eq!(problem(reply), Some(ProblemKind::BadRequest), "{reply:?}");
    }
    assert_eq!(replies[1].id, "7");
    assert_eq!(problem(&replies[4]), None);
}

/// Resident memory of this process in MB.
fn resident() -> f64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: f64 = text.split_whitespace().nth(1).unwrap().parse().unwrap();
    pages * 4096.0 / 1e6
}

#[test]
fn memory_stays_flat_over_two_thousand_letters() {
    let press = press();
    let mut letter = sample("adoption-notice");
    let mut after = Vec::new();
    for round in 0..2_000 {
        letter.addressee[1] = format!("株式会社第{round}製作所");
        letter.number = format!("新も採第{round}号");
        letter.doc_id = format!("letter-{round}");
        press.print(&letter, MOMENT).unwrap();
        if round == 400 || round == 1_999 {
            after.push(resident());
        }
    }
    assert!(after[1] < after[0] * 1.15 + 5.0, "resident MB after 400 and 2,000 letters: {after:?}");
}
