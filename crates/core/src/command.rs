//! What somebody asks to do to one request.

use std::collections::BTreeMap;

use crate::digest::Digest;
use crate::event::{FactsRef, NoteRef};
use crate::{ActionName, AttachmentId, FieldName, RegionCode, Rupiah};

/// What somebody asks to do to one request.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Take an action of the workflow.
    Act {
        /// Which.
        action: ActionName,
        /// Why.
        reason: Option<NoteRef>,
        /// What is noted down, as it came in.
        fields: BTreeMap<FieldName, serde_json::Value>,
        /// The facts a correction would make valid.
        facts: Option<FactsRef>,
    },
    /// Correct facts before verification.
    Amend {
        /// The facts from now on.
        facts: FactsRef,
        /// The amount from now on.
        amount: Rupiah,
        /// The region from now on.
        region: RegionCode,
        /// The fields that change.
        changed: Vec<FieldName>,
    },
    /// Set it aside.
    Hold {
        /// A cause of the office's policy.
        cause: String,
        /// Why.
        reason: Option<NoteRef>,
    },
    /// Take it up again.
    Resume,
    /// Take it on.
    Claim,
    /// Put it back.
    Release,
    /// Write something.
    Comment {
        /// What.
        note: Option<NoteRef>,
    },
    /// Attach a file.
    Attach {
        /// Where it is kept.
        attachment: AttachmentId,
        /// Its type by content.
        media_type: String,
        /// Its size in bytes.
        size: u64,
        /// SHA-256 of its bytes.
        digest: Digest,
    },
}

/// The acts around a workflow, the same in every one: a definition may not use their names.
pub const BUILT_IN: [&str; 5] = ["hold", "resume", "claim", "release", "comment"];

impl Command {
    /// The command that an action's name asks for.
    #[must_use]
    pub fn named(
        action: ActionName,
        reason: Option<NoteRef>,
        mut fields: BTreeMap<FieldName, serde_json::Value>,
    ) -> Command {
        match action.as_str() {
            "hold" => Command::Hold {
                cause: fields
                    .remove("cause")
                    .and_then(|cause| cause.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                reason,
            },
            "resume" => Command::Resume,
            "claim" => Command::Claim,
            "release" => Command::Release,
            "comment" => Command::Comment { note: reason },
            _ => Command::Act { action, reason, fields, facts: None },
        }
    }
}
