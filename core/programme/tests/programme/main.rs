//! One binary for all tests of the definition language, on the fixture programme in `tests/fixture`.

mod deletion;
mod diff;
mod flow;
mod judging;
mod language;
mod letters;
mod loading;
mod reading;
mod speed;
mod support;
mod total;
