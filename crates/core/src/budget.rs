//! The arithmetic of a budget line: `reserved + committed + paid <= ceiling`, always.

use serde::{Deserialize, Serialize};

use crate::workflow::Standing;
use crate::{LineId, Rupiah, SchemeId};

/// A budget line: what a scheme may spend from one fund source in one fiscal year.
///
/// `reserved + committed + paid <= ceiling`, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the budget's own words")]
pub struct BudgetLine {
    pub id: LineId,
    pub scheme: SchemeId,
    pub year: i16,
    pub fund: String,
    pub account: String,
    pub ceiling: Rupiah,
    pub reserved: Rupiah,
    pub committed: Rupiah,
    pub paid: Rupiah,
}

impl BudgetLine {
    /// What is neither reserved, committed nor paid; nothing where the sums do not fit.
    #[must_use]
    pub fn room(&self) -> Rupiah {
        Rupiah::sum([self.reserved, self.committed, self.paid])
            .and_then(|used| self.ceiling.minus(used))
            .unwrap_or(Rupiah::ZERO)
    }

    /// What is missing for a need.
    #[must_use]
    pub fn shortfall(&self, need: Rupiah) -> Rupiah {
        need.minus(self.room()).filter(|missing| missing.is_positive()).unwrap_or(Rupiah::ZERO)
    }

    /// Moves an amount from one standing to another; false, and nothing changed, where the line would be overdrawn
    /// or would hold less than nothing.
    #[must_use]
    pub fn shift(&mut self, amount: Rupiah, from: Standing, to: Standing) -> bool {
        let mut after = self.clone();
        if !(after.put(from, amount.0.checked_neg().map(Rupiah))
            && after.put(to, Some(amount))
            && after.is_whole())
        {
            return false;
        }
        *self = after;
        true
    }

    fn put(&mut self, standing: Standing, amount: Option<Rupiah>) -> bool {
        let pot = match standing {
            Standing::None => return amount.is_some(),
            Standing::Reserved => &mut self.reserved,
            Standing::Committed => &mut self.committed,
            Standing::Paid => &mut self.paid,
        };
        match amount.and_then(|amount| pot.plus(amount)) {
            Some(sum) => {
                *pot = sum;
                true
            }
            None => false,
        }
    }

    /// True if no pot is negative and the line is not overdrawn.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        [self.reserved, self.committed, self.paid].into_iter().all(|pot| pot >= Rupiah::ZERO)
            && Rupiah::sum([self.reserved, self.committed, self.paid])
                .is_some_and(|used| used <= self.ceiling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ceiling: i64) -> BudgetLine {
        BudgetLine {
            id: "2026/a/apbd".into(),
            scheme: "a".into(),
            year: 2026,
            fund: "apbd".into(),
            account: "5.1.06".into(),
            ceiling: Rupiah(ceiling),
            reserved: Rupiah::ZERO,
            committed: Rupiah::ZERO,
            paid: Rupiah::ZERO,
        }
    }

    #[test]
    fn money_moves_from_pot_to_pot_and_never_over_the_ceiling() {
        let mut line = line(10);
        assert!(line.shift(Rupiah(7), Standing::None, Standing::Reserved));
        assert!(line.shift(Rupiah(7), Standing::Reserved, Standing::Committed));
        assert!(!line.shift(Rupiah(4), Standing::None, Standing::Committed));
        assert_eq!((line.room(), line.shortfall(Rupiah(4))), (Rupiah(3), Rupiah(1)));
        assert!(line.shift(Rupiah(7), Standing::Committed, Standing::Paid));
        assert!(!line.shift(Rupiah(1), Standing::Reserved, Standing::None));
        assert_eq!(line.paid, Rupiah(7));
    }
}
