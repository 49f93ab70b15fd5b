//! 動く時計: a demonstration's clock, put elsewhere while it runs. A file says how many seconds the clock is ahead; every
//! process of the demonstration looks at the same file. There is no other way to move it, and no address on the network.

use std::fs::File;
use std::future::Future;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use hojo_db::Clock;

/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(1);
/// A number and a line break are shorter; of anything longer no more is read.
const LONGEST: u64 = 40;
/// A hundred years: no demonstration is longer, and dates go on being dates.
const FARTHEST: u64 = 100 * 366 * 86_400;

/// Puts `clock` where the file says until `stop` resolves. What cannot be read leaves it as it was.
pub async fn keep_clock(file: &Path, clock: &Clock, stop: impl Future<Output = ()>) {
    let mut stop = std::pin::pin!(stop);
    let mut said = None;
    loop {
        look(file, clock, &mut said);
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = &mut stop => return,
        }
    }
}

/// One look. A problem is said once, and again when another one came between.
fn look(file: &Path, clock: &Clock, said: &mut Option<String>) {
    match offset(file) {
        Ok(seconds) => {
            *said = None;
            if seconds != clock.offset_seconds() {
                clock.set(seconds);
                tracing::warn!(seconds, "the demonstration's clock was put ahead of the database's by so many seconds");
            }
        }
        Err(problem) => {
            let words = format!("{problem:#}");
            if said.as_ref() != Some(&words) {
                tracing::error!(problem = words, seconds = clock.offset_seconds(), "the clock stays where it is");
                *said = Some(words);
            }
        }
    }
}

/// What the file says.
///
/// # Errors
/// When it cannot be read, or holds anything but a number of seconds within a hundred years.
pub fn offset(file: &Path) -> anyhow::Result<i64> {
    let place = || format!("the clock's file {}", file.display());
    let mut text = String::new();
    File::open(file).and_then(|f| f.take(LONGEST).read_to_string(&mut text)).with_context(place)?;
    let seconds: i64 = text.trim().parse().with_context(|| format!("{} holds no number of seconds", place()))?;
    ensure!(seconds.unsigned_abs() <= FARTHEST, "{} goes farther than a hundred years", place());
    Ok(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_where_the_file_says_and_stays_when_it_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (file, clock, mut said) = (folder.path().join("clock"), Clock::with_offset(7), None);
        let mut say = |text: &str| {
            std::fs::write(&file, text).unwrap();
            look(&file, &clock, &mut said);
            (clock.offset_seconds(), said.is_some())
        };
        assert_eq!(say("86400\n"), (86_400, false));
        for nonsense in ["", "tomorrow", "86401 seconds", "1.5", "99999999999999999999", "9000000000"] {
            assert_eq!(say(nonsense), (86_400, true), "{nonsense}");
        }
        assert_eq!(say(" -3600 "), (-3_600, false), "and goes on when it can be read again");
        assert_eq!(say(&"9".repeat(1_000_000)), (-3_600, true));
        std::fs::remove_file(&file).unwrap();
        look(&file, &clock, &mut said);
        assert_eq!(clock.offset_seconds(), -3_600);
    }

    #[tokio::test]
    async fn it_is_looked_at_while_the_program_runs() {
        let folder = tempfile::tempdir().unwrap();
        let (file, clock) = (folder.path().join("clock"), Clock::default());
        std::fs::write(&file, "60").unwrap();
        let mut moves = clock.moves();
        tokio::select! {
            () = keep_clock(&file, &clock, std::future::pending()) => unreachable!("nobody stops it"),
            () = moves.next() => {}
        }
        assert_eq!(clock.offset_seconds(), 60);
    }
}
