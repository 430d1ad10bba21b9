//! A decree: a frozen list of requests that one signature approves. Lines may be struck before it is signed; every
//! line ends approved, struck or refused, and the counts add up.

mod act;

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::event::NoteRef;
use crate::{DecreeId, PersonId, RequestId, Rupiah, SchemeId};

pub use crate::list::{Books, ListChange, Tally, number_key};
pub use act::{Signing, cancel, draft, sign, strike};

/// A decree, lines apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Decree {
    pub id: DecreeId,
    pub scheme: SchemeId,
    pub year: i16,
    pub state: DecreeState,
    /// Seq of its last event.
    pub version: u32,
    pub drafted_by: PersonId,
    pub drafted_at: Timestamp,
    /// How many lines were frozen.
    pub count: u32,
    /// What they sum up to.
    pub total: Rupiah,
    /// Digest of the lines still on the list: what is signed.
    pub digest: Digest,
    pub approved: Tally,
    pub struck: Tally,
    pub refused: Tally,
    pub signature: Option<Signature>,
}

impl Decree {
    /// What its number is known by, once it is signed.
    #[must_use]
    pub fn number_key(&self) -> Option<String> {
        self.signature.as_ref().map(|signature| number_key(&signature.number, signature.date))
    }
}

/// Where a decree stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecreeState {
    /// Frozen; lines may be struck.
    Draft,
    /// Signed and applied.
    Signed,
    /// Given up; its requests went back to the queue.
    Cancelled,
}

impl DecreeState {
    /// Its name in data.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            DecreeState::Draft => "draft",
            DecreeState::Signed => "signed",
            DecreeState::Cancelled => "cancelled",
        }
    }
}

/// The one signature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Signature {
    pub number: String,
    pub date: Date,
    pub by: PersonId,
    pub at: Timestamp,
}

/// A line of a decree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct DecreeLine {
    /// Its place, from 1.
    pub line: u32,
    pub request: RequestId,
    pub amount: Rupiah,
    /// Keyed digest of the facts frozen with it.
    pub facts: Digest,
    pub outcome: LineOutcome,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineOutcome {
    /// On the list, unsigned.
    Listed,
    /// Approved by the signature.
    Approved,
    /// Taken off before the signature.
    Struck(NoteRef),
    /// The rules refused it at the signature; the refusal's code.
    Refused(String),
    /// Let go when the decree was given up.
    Released,
}

impl LineOutcome {
    /// Its name in data.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            LineOutcome::Listed => "listed",
            LineOutcome::Approved => "approved",
            LineOutcome::Struck(_) => "struck",
            LineOutcome::Refused(_) => "refused",
            LineOutcome::Released => "released",
        }
    }
}

/// What happened to a decree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub enum DecreeEvent {
    Drafted { scheme: SchemeId, year: i16, count: u32, total: Rupiah, digest: Digest },
    Struck { lines: Vec<u32>, reason: NoteRef, digest: Digest },
    Signed { number: String, date: Date, digest: Digest, approved: Tally, refused: Tally },
    Cancelled,
}

impl DecreeEvent {
    /// The event's name in lists and filters.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            DecreeEvent::Drafted { .. } => "decree_drafted",
            DecreeEvent::Struck { .. } => "decree_struck",
            DecreeEvent::Signed { .. } => "decree_signed",
            DecreeEvent::Cancelled => "decree_cancelled",
        }
    }
}

/// What an act on a decree does.
pub type DecreeChange = ListChange<Decree, DecreeLine, DecreeEvent>;

/// SHA-256 over the list as a text that an auditor can rebuild: a heading, then a line for each request that was not
/// struck (`line request amount facts`), in order. It is the same before and after the signature.
#[must_use]
pub fn digest(decree: &Decree, lines: &[DecreeLine]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(format!("salur decree 1\n{} {} {}\n", decree.id, decree.scheme, decree.year));
    let mut text = String::with_capacity(160);
    for line in lines.iter().filter(|line| !matches!(line.outcome, LineOutcome::Struck(_))) {
        text.clear();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{} {} {} {}", line.line, line.request, line.amount.0, line.facts);
        hash.update(&text);
    }
    Digest(hash.finalize().into())
}

#[cfg(test)]
mod tests;
