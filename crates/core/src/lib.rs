//! Salur's rules. A *command* meets a *request* under a *workflow*; `decide` answers with *events* or a
//! *refusal*; `apply` folds events into the next request.
//!
//! Everything here is pure: no clock, no I/O, no async, no randomness, no logging. Time, ids and the actor
//! are arguments.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

pub mod access;
mod budget;
pub mod calendar;
pub mod case;
pub mod clock;
pub mod command;
pub mod decide;
pub mod decree;
pub mod definition;
pub mod desk;
mod digest;
pub mod event;
pub mod form;
pub mod guard;
mod lang;
mod list;
pub mod migrate;
mod names;
pub mod notice;
pub mod office;
pub mod payment;
pub mod proof;
#[cfg(test)]
mod properties;
pub mod refusal;
pub mod repair;
pub mod request;
pub mod roster;
mod rupiah;
mod span;
pub mod table;
pub mod target;
#[cfg(test)]
mod testing;
pub mod timer;
mod value;
pub mod wait;
pub mod words;
pub mod workflow;
pub mod world;

pub use digest::Digest;
pub use lang::{Label, Lang};
pub use names::{
    ActingId, ActionName, AttachmentId, DecreeId, DelegationId, FieldName, FreezeId, ImportId, LineId,
    NoteId, OfficeId, OrderId, PersonId, ProposalId, RecipientId, RegionCode, RequestId, Role, SchemeId,
    StageName,
};
pub use rupiah::Rupiah;
pub use span::{Span, WorkingDays};
pub use value::{Type, Value};
