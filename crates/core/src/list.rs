//! What a decree and a payment order have in common: a frozen list, its tallies, and the books it is decided on.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::event::Acted;
use crate::payment::Order;
use crate::refusal::{Refusal, Why};
use crate::request::Request;
use crate::workflow::{BudgetLine, Workflow};
use crate::world::Context;
use crate::{DecreeId, LineId, OrderId, PersonId, RequestId, Rupiah};

/// How many lines, and what they sum up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub count: u32,
    pub total: Rupiah,
}

impl Tally {
    /// Counts one line more.
    pub(crate) fn add(&mut self, amount: Rupiah) -> Result<(), Refusal> {
        self.count = self.count.checked_add(1).ok_or(Why::AmountTooLarge)?;
        self.total = self.total.plus(amount).ok_or(Why::AmountTooLarge)?;
        Ok(())
    }
}

/// What an act on a list does: to the list, to its requests, and what it left alone.
#[derive(Debug)]
pub struct ListChange<L, R, E> {
    /// The list from now on.
    pub list: L,
    /// Its changed lines.
    pub lines: Vec<R>,
    /// What happened to the list; none where nothing changed.
    pub event: Option<E>,
    /// What happened to each request.
    pub requests: Vec<(RequestId, Acted)>,
    /// The person it was done for, where the actor stood in for the same one throughout.
    pub for_whom: Option<PersonId>,
    /// The requests that could not go on the list, and why.
    pub left_out: Vec<(RequestId, Refusal)>,
}

impl<L, R, E> ListChange<L, R, E> {
    /// Nothing changes.
    pub(crate) fn none(list: L) -> Self {
        ListChange {
            list,
            lines: Vec::new(),
            event: None,
            requests: Vec::new(),
            for_whom: None,
            left_out: Vec::new(),
        }
    }

    /// The list itself changes, its lines and requests do not.
    pub(crate) fn only(list: L, event: E) -> Self {
        ListChange { event: Some(event), ..ListChange::none(list) }
    }
}

/// Whom somebody stood in for over a whole list: the same person throughout, or nobody in particular.
#[derive(Debug, Default)]
pub(crate) struct Whom {
    noted: bool,
    for_whom: Option<PersonId>,
}

impl Whom {
    pub(crate) fn note(&mut self, for_whom: Option<PersonId>) {
        self.for_whom = for_whom.filter(|_| !self.noted || self.for_whom == for_whom);
        self.noted = true;
    }

    pub(crate) fn throughout(self) -> Option<PersonId> {
        self.for_whom
    }
}

/// Why nothing can go on a list: what keeps its first request off it.
pub(crate) fn why_empty(left_out: Vec<(RequestId, Refusal)>) -> Refusal {
    left_out.into_iter().next().map_or_else(|| Why::ListEmpty.into(), |(_, refusal)| refusal)
}

/// A number that a decree or an SP2D is known by.
pub(crate) fn check_number(number: &str) -> Result<(), Refusal> {
    if number.trim().is_empty() {
        return Err(Why::FieldMissing { fields: vec!["number".into()] }.into());
    }
    Ok(())
}

/// What a number is known by in an office: the year of its date, since numbers begin anew each year, and the number as
/// people read it, whatever case and spaces it is written with.
#[must_use]
pub fn number_key(number: &str, date: Date) -> String {
    let number: String = number.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase();
    format!("{}/{number}", date.year())
}

/// The requests and budget lines that an act on a list touches, as they stand.
#[derive(Debug, Default)]
pub struct Books {
    /// Requests by id.
    pub requests: HashMap<RequestId, Request>,
    /// Budget lines by id.
    pub lines: BTreeMap<LineId, BudgetLine>,
    /// Signed decrees by what their number is known by ([`number_key`]).
    pub decree_numbers: BTreeMap<String, DecreeId>,
    /// Payment orders by what their SP2D's number is known by.
    pub sp2d_numbers: BTreeMap<String, OrderId>,
    /// Orders that the bank has and has not answered yet, where a file of results names none.
    pub at_bank: Vec<Order>,
}

impl Books {
    /// The case of one request, if it and its definition are there.
    pub fn case<'a>(&'a self, context: &Context<'a>, id: RequestId) -> Result<Case<'a>, Refusal> {
        let request = self.requests.get(&id).ok_or(Why::NotFound)?;
        let workflow: &'a Workflow = context
            .world
            .workflows
            .pinned(&request.scheme, &request.definition)
            .ok_or(Why::DefinitionMissing)?;
        Ok(Case { context: *context, workflow, request, line: self.lines.get(&request.line) })
    }
}
