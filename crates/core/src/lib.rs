//! Salur's rules. A *command* meets a *request* under a *workflow*; `decide` answers with *events* or a
//! *refusal*; `apply` folds events into the next request.
//!
//! Everything here is pure: no clock, no I/O, no async, no randomness, no logging. Time, ids and the actor
//! are arguments.
#![warn(clippy::arithmetic_side_effects)]

mod calendar;
mod guard;
mod lang;
mod names;
mod rupiah;
mod span;
mod value;

pub use calendar::{Calendar, CalendarError, Certainty, Holiday, HolidayKind, YEARS_MAX};
pub use guard::{
    Atom, Condition, FailedAtom, Finding, Found, GUARD_CHARS_MAX, GUARD_DEPTH_MAX, GUARD_NODES_MAX, Guard,
    GuardError, GuardFault, Op, Place, Schema, Term, Wanted,
};
pub use lang::Lang;
pub use names::{
    ActionName, AttachmentId, DecreeId, FieldName, ImportId, LineId, NoteId, OrderId, PersonId, RecipientId,
    RegionCode, RequestId, Role, SchemeId, StageName,
};
pub use rupiah::Rupiah;
pub use span::{Span, SpanError, WorkingDays};
pub use value::{Type, Value};
