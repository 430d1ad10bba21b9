//! Lists beside the requests: decrees and payment orders.

use salur_core::Rupiah;
use salur_core::decree::{Decree, DecreeLine, DecreeState, LineOutcome};
use salur_core::payment::{Order, OrderState, PayLine, Payout};
use uuid::Uuid;

use super::{Check, Stop, broken};

const PAY_LINES: &str = "select body, request, amount, facts_version from payment_line
    where payment_order = $1 order by line";

impl Check {
    /// Every decree: its lines give its digest and its tallies.
    pub(super) async fn decrees(&mut self) -> Result<(), Stop> {
        let bodies: Vec<(String,)> = self.source.all("select body from decree", ()).await?;
        for (body,) in bodies {
            let decree: Decree = serde_json::from_str(&body)?;
            let rows: Vec<(String,)> = self
                .source
                .all("select body from decree_line where decree = $1 order by line", (decree.id.0,))
                .await?;
            let lines = rows
                .iter()
                .map(|(body,)| serde_json::from_str(body))
                .collect::<Result<Vec<DecreeLine>, _>>()?;
            let tally = |code: &str| {
                let amounts: Vec<_> = lines
                    .iter()
                    .filter(|line| line.outcome.as_str() == code)
                    .map(|line| line.amount)
                    .collect();
                (amounts.len().try_into().unwrap_or(u32::MAX), Rupiah::sum(amounts).unwrap_or_default())
            };
            for (code, kept) in
                [("approved", decree.approved), ("struck", decree.struck), ("refused", decree.refused)]
            {
                if tally(code) != (kept.count, kept.total) {
                    return Err(broken("decree_adds_up", decree.id, format!("{code}: {:?}", tally(code))));
                }
            }
            let open = lines.iter().any(|line| line.outcome == LineOutcome::Listed);
            if usize::try_from(decree.count) != Ok(lines.len())
                || (open && decree.state != DecreeState::Draft)
            {
                return Err(broken("decree_adds_up", decree.id, format!("{} lines", lines.len())));
            }
            let same = salur_core::decree::digest(&decree, &lines) == decree.digest;
            if decree.state == DecreeState::Draft && !same {
                return Err(broken("decree_digest", decree.id, decree.digest));
            }
            self.told.take_decree(&decree)?;
        }
        self.told.no_decree_left()
    }

    /// Every payment order: its lines give its digest and its tallies.
    pub(super) async fn orders(&mut self) -> Result<(), Stop> {
        let bodies: Vec<(String,)> = self.source.all("select body from payment_order", ()).await?;
        for (body,) in bodies {
            let order: Order = serde_json::from_str(&body)?;
            let rows: Vec<(String, Uuid, i64, i32)> = self.source.all(PAY_LINES, (order.id.0,)).await?;
            let mut lines = Vec::with_capacity(rows.len());
            for (body, request, amount, facts_version) in rows {
                let line: PayLine = serde_json::from_str(&body)?;
                let stored = (request, amount, facts_version);
                if stored
                    != (line.request.0, line.amount.0, i32::try_from(line.facts_version).unwrap_or(i32::MAX))
                {
                    return Err(broken(
                        "columns_equal_state",
                        order.id,
                        format!("line {}: {stored:?}", line.line),
                    ));
                }
                lines.push(line);
            }
            for (outcome, kept) in
                [(Payout::Paid, order.paid), (Payout::Failed, order.failed), (Payout::Unknown, order.unknown)]
            {
                let amounts: Vec<_> =
                    lines.iter().filter(|line| line.outcome == outcome).map(|line| line.amount).collect();
                let sums =
                    (amounts.len().try_into().unwrap_or(u32::MAX), Rupiah::sum(amounts).unwrap_or_default());
                if sums != (kept.count, kept.total) {
                    return Err(broken("order_adds_up", order.id, format!("{}: {sums:?}", outcome.as_str())));
                }
            }
            let same = salur_core::payment::digest(&order, &lines) == order.digest;
            let whole = usize::try_from(order.count) == Ok(lines.len());
            if !same || (!whole && order.state != OrderState::Cancelled) {
                return Err(broken("order_digest", order.id, order.digest));
            }
            self.told.take_order(&order)?;
        }
        self.told.no_order_left()
    }
}
