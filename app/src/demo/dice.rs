//! Choices of a demonstration world: the same seed gives the same world on every machine.

/// SplitMix64. No random source of the system and no crate's version changes what it gives.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A stream of its own for one thing of one world.
    #[must_use]
    pub fn new(seed: u64, what: &str, number: u64) -> Self {
        let mut dice = Self(seed ^ 0x9E37_79B9_7F4A_7C15);
        for byte in what.bytes() {
            dice.0 = dice.0.rotate_left(5) ^ u64::from(byte);
            dice.next();
        }
        dice.0 ^= number.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        dice.next();
        dice
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// 0 or more, below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// From `low` to `high`, both possible.
    pub fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list; the default of an empty one.
    pub fn pick<T: Copy + Default>(&mut self, from: &[T]) -> T {
        let place = self.below(u64::try_from(from.len()).unwrap_or(1));
        usize::try_from(place).ok().and_then(|at| from.get(at)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_gives_the_same_choices_and_other_streams_others() {
        let roll = |seed, what, n| {
            let mut dice = Dice::new(seed, what, n);
            (0..20).map(|_| dice.below(1_000)).collect::<Vec<_>>()
        };
        assert_eq!(roll(1, "a", 1), roll(1, "a", 1));
        assert_ne!(roll(1, "a", 1), roll(2, "a", 1));
        assert_ne!(roll(1, "a", 1), roll(1, "b", 1));
        assert_ne!(roll(1, "a", 1), roll(1, "a", 2));
        let mut dice = Dice::new(1, "a", 1);
        assert!((0..1_000).all(|_| (3..=5).contains(&dice.between(3, 5))));
        assert_eq!(dice.pick::<u8>(&[]), 0);
    }
}
