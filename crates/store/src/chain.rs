//! The audit chain: every event's hash covers its own row and the hash before it. An outsider can recompute it
//! from the stored bytes with SHA-256 alone; `docs/architecture.md` gives the layout.

use salur_core::{Digest, PersonId};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// An event before it has a place in the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// Microseconds since 1970 UTC.
    pub at: i64,
    /// Who did it.
    pub actor: PersonId,
    /// For whom, where the actor stood in.
    pub for_whom: Option<PersonId>,
    /// What kind of thing it happened to.
    pub subject_kind: &'static str,
    /// To which.
    pub subject_id: Uuid,
    /// Counts the subject's events from 1.
    pub seq: u32,
    /// What happened.
    pub kind: &'static str,
    /// The event as JSON: these very bytes are stored and hashed.
    pub data: String,
}

/// The hash of an event at a position, after another hash.
#[must_use]
pub fn link(pos: i64, event: &Link<'_>, prev: &Digest) -> Digest {
    let mut hash = Sha256::new();
    hash.update(b"salur event 1\n");
    hash.update(prev.0);
    hash.update(pos.to_be_bytes());
    hash.update(event.at.to_be_bytes());
    hash.update(event.actor.as_bytes());
    hash.update(event.for_whom.unwrap_or_default().as_bytes());
    hash.update(event.subject_id.as_bytes());
    hash.update(event.seq.to_be_bytes());
    for text in [event.subject_kind, event.kind, event.data] {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text);
    }
    Digest(hash.finalize().into())
}

/// Links events to the chain after a head: each with its position, the hash before it and its own.
pub(crate) fn linked<'a>(
    events: impl IntoIterator<Item = &'a NewEvent>,
    mut pos: i64,
    mut hash: Digest,
) -> impl Iterator<Item = (i64, &'a NewEvent, Digest, Digest)> {
    events.into_iter().map(move |event| {
        pos += 1;
        let prev = std::mem::replace(&mut hash, Digest::ZERO);
        hash = link(pos, &Link::from(event), &prev);
        (pos, event, prev, hash)
    })
}

/// An event's row, as far as the chain covers it.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct Link<'a> {
    pub at: i64,
    pub actor: Uuid,
    pub for_whom: Option<Uuid>,
    pub subject_kind: &'a str,
    pub subject_id: Uuid,
    pub seq: u32,
    pub kind: &'a str,
    pub data: &'a str,
}

impl<'a> From<&'a NewEvent> for Link<'a> {
    fn from(event: &'a NewEvent) -> Self {
        Link {
            at: event.at,
            actor: event.actor.0,
            for_whom: event.for_whom.map(|person| person.0),
            subject_kind: event.subject_kind,
            subject_id: event.subject_id,
            seq: event.seq,
            kind: event.kind,
            data: &event.data,
        }
    }
}

/// The id under which a thing that has a name, not an id, stands in the chain.
#[must_use]
pub fn named_subject(kind: &str, name: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(format!("{kind}\n{name}")).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(hash.first_chunk::<16>().unwrap_or(&[0; 16]));
    Uuid::from_bytes(bytes)
}
