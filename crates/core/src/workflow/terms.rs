//! What else a definition says: how a request may be put right.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer};

use crate::{Role, StageName};

/// Who may put a request that is stuck to another stage: one asks, another person confirms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepairPolicy {
    /// The roles that may ask for it.
    #[serde(deserialize_with = "one_or_many")]
    pub by: BTreeSet<Role>,
    /// The roles of the second person.
    #[serde(deserialize_with = "one_or_many")]
    pub confirm_by: BTreeSet<Role>,
    /// The stages it may be put to; none of them after an approval.
    pub may_enter: BTreeSet<StageName>,
    /// A reason is always required; it may be said.
    #[serde(default, rename = "reason")]
    _reason: Option<String>,
}

/// Reads one text, or a list of them.
pub(super) fn one_or_many<'de, D, C, T>(deserializer: D) -> Result<C, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
    C: FromIterator<T>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written<T> {
        Many(Vec<T>),
        One(T),
    }
    Ok(match Written::<T>::deserialize(deserializer)? {
        Written::Many(all) => all.into_iter().collect(),
        Written::One(one) => std::iter::once(one).collect(),
    })
}
