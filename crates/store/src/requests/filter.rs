//! What somebody wants to see, what they may see, and how a page is told.

use std::collections::BTreeSet;

use salur_core::request::Request;
use salur_core::workflow::Phase;
use salur_core::{RegionCode, SchemeId, StageName};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Which requests somebody wants to see.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the field names are the glossary's words")]
pub struct Filter {
    pub scheme: Option<SchemeId>,
    pub stage: Option<StageName>,
    pub phase: Option<Phase>,
    pub region: Option<RegionCode>,
    pub year: Option<i16>,
    /// Only what has a snag or is overdue.
    pub stuck: bool,
    /// Only what has this snag, or `overdue`.
    pub code: Option<String>,
    /// Whole words of a name, or a NIK.
    pub q: Option<String>,
}

/// Whose requests somebody may see: every query carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All regions.
    Everywhere,
    /// These regions.
    Regions(BTreeSet<RegionCode>),
}

impl Scope {
    /// The scope of somebody who may see these regions.
    #[must_use]
    pub fn of(regions: BTreeSet<RegionCode>) -> Scope {
        if regions.iter().any(|region| !region.as_str().contains('.')) {
            Scope::Everywhere
        } else {
            Scope::Regions(regions)
        }
    }

    /// The regions left once one is asked for; none at all means every region.
    pub(crate) fn narrowed(&self, region: Option<&RegionCode>) -> Option<BTreeSet<RegionCode>> {
        let region = region.filter(|region| region.as_str().contains('.'));
        match (self, region) {
            (Scope::Everywhere, None) => None,
            (Scope::Everywhere, Some(region)) => Some(BTreeSet::from([region.clone()])),
            (Scope::Regions(regions), None) => Some(regions.clone()),
            (Scope::Regions(regions), Some(region)) => {
                Some(regions.iter().filter(|mine| region.is_within(mine)).map(|_| region.clone()).collect())
            }
        }
    }
}

/// A request with what lists show of its recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// The request.
    pub request: Request,
    /// What is shown of the recipient.
    pub label: Label,
}

/// What lists show of a recipient: never a whole NIK.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// The name.
    pub name: String,
    /// The last four digits of what identifies the recipient.
    pub tail: String,
}

/// A page of a list, and the place where the next one starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// What is on it.
    pub data: Vec<T>,
    /// Where the next one starts.
    pub next: Option<Place>,
}

/// A place in a list by its order: time of entry, then id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Microseconds, or a line's number.
    pub at: i64,
    /// The id.
    pub id: Uuid,
}

impl Place {
    /// Before everything.
    pub const START: Place = Place { at: i64::MIN, id: Uuid::nil() };
}
