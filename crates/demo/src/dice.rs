//! Seeded chance: the same seed throws the same, on every machine and with every release.

/// A generator of pseudo-random numbers (splitmix64): for invented data only, never for keys.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice of their own for one thing among many, so that what one of them throws does not move the others.
    pub(crate) fn of(seed: u64, things: &[u64]) -> Dice {
        things.iter().fold(Dice(seed), |mut dice, thing| {
            dice.0 ^= thing.wrapping_mul(0xff51_afd7_ed55_8ccd);
            Dice(dice.next())
        })
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`; 0 where there is none.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        let most = u128::try_from(most).unwrap_or_default();
        usize::try_from((u128::from(self.next()) * most) >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True `share` times of `of`.
    pub(crate) fn chance(&mut self, share: usize, of: usize) -> bool {
        self.below(of) < share
    }

    /// One of these texts; empty where there is none.
    pub(crate) fn pick<'a, T: AsRef<str>>(&mut self, from: &'a [T]) -> &'a str {
        from.get(self.below(from.len())).map_or("", AsRef::as_ref)
    }

    /// So many decimal digits, the first not 0.
    pub(crate) fn digits(&mut self, length: usize) -> String {
        let mut text = String::with_capacity(length);
        for place in 0..length {
            let digit = if place == 0 { self.between(1, 9) } else { self.below(10) };
            text.push_str(&digit.to_string());
        }
        text
    }

    /// Random bytes for an id.
    pub(crate) fn bytes(&mut self) -> [u8; 10] {
        let (high, low) = (self.next().to_be_bytes(), self.next().to_be_bytes());
        let mut bytes = [0; 10];
        bytes[..8].copy_from_slice(&high);
        bytes[8..].copy_from_slice(&low[..2]);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn the_same_seed_throws_the_same_within_bounds() {
        let throws = |seed| {
            let mut dice = Dice::of(seed, &[]);
            (0..200).map(|_| dice.between(3, 7)).collect::<Vec<_>>()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
        assert!((3..=7).all(|face| throws(1).contains(&face)));
        assert!(throws(1).iter().all(|face| (3..=7).contains(face)));
        assert_eq!(Dice::of(1, &[]).below(0), 0);
        assert_eq!(Dice::of(9, &[]).digits(15).len(), 15);
    }
}
