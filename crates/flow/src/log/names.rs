//! Names kept once each, and told by their place.

use std::collections::HashMap;

use super::fault::{LogError, LogErrorCode, Place};
use super::{NAME_MAX, NAMES_MAX};

/// Names by the order in which they first appeared.
#[derive(Debug, Clone, Default)]
pub struct Names {
    places: HashMap<Box<str>, u32>,
    listed: Vec<Box<str>>,
    bytes: usize,
}

impl Names {
    /// The name at a place; empty where there is none.
    #[must_use]
    pub fn name(&self, place: u32) -> &str {
        usize::try_from(place).ok().and_then(|place| self.listed.get(place)).map_or("", |name| name)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.listed.len().max(self.places.len())
    }

    /// True if there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The names, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.listed.iter().map(AsRef::as_ref)
    }

    /// The place of a name, which is noted where it is new.
    pub(super) fn place(&mut self, name: &str, place: Place) -> Result<u32, LogError> {
        if let Some(known) = self.places.get(name) {
            return Ok(*known);
        }
        if name.len() > NAME_MAX {
            return Err(LogError::new(LogErrorCode::NameTooLong, place, name));
        }
        self.bytes += name.len();
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        if self.bytes > NAMES_MAX || next == u32::MAX {
            return Err(LogError::new(LogErrorCode::TooMuch, place, ""));
        }
        self.places.insert(name.into(), next);
        Ok(next)
    }

    /// From being looked up to being told: each name moves to its place, so that none is kept twice.
    pub(super) fn settle(&mut self) {
        let mut names: Vec<_> = std::mem::take(&mut self.places).into_iter().collect();
        names.sort_unstable_by_key(|(_, place)| *place);
        self.listed = names.into_iter().map(|(name, _)| name).collect();
    }
}
