//! The whole form in well under a millisecond (measured on the real application form by `hojo bench`; here a wide bound
//! on an unoptimised build keeps an accident of order from going unnoticed).

use crate::support::{facts, fixture, good, procedure};
use hojo_programme::{read, stand};
use std::time::Instant;

#[test]
fn reading_and_judging_stay_quick() {
    let edition = fixture();
    let procedure = procedure(&edition);
    let (answers, facts) = (good(&edition), facts());
    let start = Instant::now();
    for _ in 0..100 {
        let (reading, _) = read(&edition, &procedure, &answers, &facts);
        stand(&edition, &procedure, &reading, &facts);
    }
    let each = start.elapsed() / 100;
    assert!(each.as_millis() < 20, "{each:?}");
}
