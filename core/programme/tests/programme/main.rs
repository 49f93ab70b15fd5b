//! One binary for all tests of the definition language, on the fixture programme in `tests/fixture` (`real.rs`
//! checks the programmes of the repository).

#[cfg(test)]
mod deletion;
#[cfg(test)]
mod diff;
#[cfg(test)]
mod flow;
#[cfg(test)]
mod judging;
#[cfg(test)]
mod language;
#[cfg(test)]
mod letters;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod loading;
#[cfg(test)]
mod outgrown;
#[cfg(test)]
mod overlay;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod real;
#[cfg(test)]
mod speed;
#[cfg(test)]
mod support;
#[cfg(test)]
mod total;
#[cfg(test)]
mod upgrade;
