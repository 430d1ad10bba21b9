//! A payment order: a frozen list of payments that one bank file carries out, and the bank's results taken back.
//! A line that failed returns to its queue; no line is ever paid twice.

mod act;
mod settle;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::list::{ListChange, Tally, number_key};
use crate::{OrderId, PersonId, RequestId, Rupiah};

pub use act::{cancel, draft, enter_sp2d, export};
pub use settle::{check_results, settle};

/// A payment order, lines apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Order {
    pub id: OrderId,
    pub state: OrderState,
    /// Seq of its last event.
    pub version: u32,
    pub drafted_by: PersonId,
    pub drafted_at: Timestamp,
    pub count: u32,
    pub total: Rupiah,
    /// Digest of the frozen lines.
    pub digest: Digest,
    pub paid: Tally,
    pub failed: Tally,
    pub unknown: Tally,
    /// When the bank file was first fetched.
    pub exported_at: Option<Timestamp>,
    pub sp2d: Option<Sp2d>,
}

impl Order {
    /// What its SP2D's number is known by, once it is entered.
    #[must_use]
    pub fn number_key(&self) -> Option<String> {
        self.sp2d.as_ref().map(|sp2d| number_key(&sp2d.number, sp2d.date))
    }
}

/// Where a payment order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
    /// Frozen; the bank has not seen it.
    Open,
    /// The bank file is out.
    Exported,
    /// Every line is paid or failed.
    Settled,
    /// Given up before the bank saw it.
    Cancelled,
}

impl OrderState {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            OrderState::Open => "open",
            OrderState::Exported => "exported",
            OrderState::Settled => "settled",
            OrderState::Cancelled => "cancelled",
        }
    }
}

/// The treasury's disbursement order, entered by hand.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Sp2d {
    pub number: String,
    pub date: Date,
    pub by: PersonId,
}

/// A line of a payment order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct PayLine {
    /// Its place, from 1.
    pub line: u32,
    pub request: RequestId,
    pub amount: Rupiah,
    /// Keyed digest of the account frozen with it.
    pub account: Digest,
    /// The version of the facts that holds that account.
    pub facts_version: u32,
    pub outcome: Payout,
    pub reference: Option<String>,
    pub cause: Option<String>,
}

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Payout {
    Pending,
    Paid,
    Failed,
    Unknown,
    Released,
}

impl Payout {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Payout::Pending => "pending",
            Payout::Paid => "paid",
            Payout::Failed => "failed",
            Payout::Unknown => "unknown",
            Payout::Released => "released",
        }
    }
}

/// The bank's word on one line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct BankResult {
    pub line: u32,
    /// The request that the bank's file names beside the line, as our own file to the bank does.
    pub request: Option<RequestId>,
    pub outcome: Payout,
    pub reference: Option<String>,
    pub cause: Option<String>,
}

/// What a bank's file of results says, and of which list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BankWord {
    /// The digest of the order's list that whoever sends the file has before them, or that the file itself carries.
    pub digest: Option<Digest>,
    /// The order that the file itself names.
    pub order: Option<OrderId>,
    /// Its lines.
    pub results: Vec<BankResult>,
}

impl BankWord {
    /// True where neither a digest nor the requests beside its lines say whose results they are.
    #[must_use]
    pub fn names_no_order(&self) -> bool {
        self.digest.is_none()
            && self.order.is_none()
            && self.results.iter().any(|result| result.request.is_none())
    }
}

/// What happened to a payment order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub enum OrderEvent {
    Drafted { count: u32, total: Rupiah, digest: Digest },
    Exported { count: u32, total: Rupiah, digest: Digest },
    Sp2dEntered { number: String, date: Date },
    ResultsTaken { paid: Tally, failed: Tally, unknown: Tally },
    Cancelled,
}

impl OrderEvent {
    /// The event's name in lists and filters.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            OrderEvent::Drafted { .. } => "order_drafted",
            OrderEvent::Exported { .. } => "order_exported",
            OrderEvent::Sp2dEntered { .. } => "order_sp2d_entered",
            OrderEvent::ResultsTaken { .. } => "order_results_taken",
            OrderEvent::Cancelled => "order_cancelled",
        }
    }
}

/// What an act on a payment order does.
pub type OrderChange = ListChange<Order, PayLine, OrderEvent>;

/// SHA-256 over the list as a text that an auditor can rebuild: a heading, then `line request amount account` for
/// each payment, in order.
#[must_use]
pub fn digest(order: &Order, lines: &[PayLine]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(format!("salur payment order 1\n{}\n", order.id));
    let mut text = String::with_capacity(160);
    for line in lines {
        text.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {} {}", line.line, line.request, line.amount.0, line.account);
        hash.update(&text);
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests;
