//! Newtypes for every id and name, so that no two can be mistaken for one another.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Arc<str>);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                &*self.0 == other
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A request for aid.
    RequestId
}
id! {
    /// Who the aid is for: the key under which personal facts are kept.
    RecipientId
}
id! {
    /// A natural person on the roster, whatever accounts, roles or offices they hold.
    PersonId
}
id! {
    /// A decree: a frozen list of requests that one signature approves.
    DecreeId
}
id! {
    /// A payment order: a frozen list of payments that one bank file carries.
    OrderId
}
id! {
    /// A list of recipients sent in as one file.
    ImportId
}
id! {
    /// A text somebody wrote (a reason, a comment), kept sealed beside the events.
    NoteId
}
id! {
    /// A file attached to a request.
    AttachmentId
}
id! {
    /// A paper that lets somebody act in a seat whose holder is away or that is vacant.
    ActingId
}
id! {
    /// A paper by which a person hands some of their powers to another for a time.
    DelegationId
}
id! {
    /// A change of the office itself that somebody has proposed.
    ProposalId
}
id! {
    /// A freeze that was set by two persons; one in the office's policy has none.
    FreezeId
}

name! {
    /// A scheme of aid, as `disaster`.
    SchemeId
}
name! {
    /// A stage of a workflow, as `verification`.
    StageName
}
name! {
    /// An action of a workflow, as `verify`; also the name of a duty it counts as.
    ActionName
}
name! {
    /// A role somebody may hold, as `verifier`.
    Role
}
name! {
    /// A seat of the office, as `kadis`.
    OfficeId
}
name! {
    /// A field of a request or of a checklist, as `identity_checked`.
    FieldName
}
name! {
    /// A region by its Kemendagri code with dots, as `64.72` or `64.72.01`.
    RegionCode
}
name! {
    /// A budget line: fiscal year, scheme and fund source, as `2026/disaster/apbd`.
    LineId
}

impl RegionCode {
    /// True if this region is `outer` or lies within it (`64.72.01` within `64.72`).
    #[must_use]
    pub fn is_within(&self, outer: &RegionCode) -> bool {
        self.0.strip_prefix(&*outer.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }

    /// The region and all that it lies within, from the inside outwards.
    pub fn outwards(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.as_str()), |code| code.rsplit_once('.').map(|(outer, _)| outer))
    }
}

#[cfg(test)]
mod tests {
    use super::RegionCode;

    #[test]
    fn a_region_lies_within_itself_and_its_parents_only() {
        let village = RegionCode::from("64.72.01.1001");
        for (outer, within) in
            [("64", true), ("64.72", true), ("64.72.01.1001", true), ("64.7", false), ("65", false)]
        {
            assert_eq!(village.is_within(&RegionCode::from(outer)), within, "{outer}");
        }
    }
}
