//! Pictures of a workflow, and a reader for pictures that others drew.
//!
//! [`layout`] places stages in layers and lanes; [`svg`], [`mermaid`] and [`bpmn`] write what it placed; [`read`] takes a
//! BPMN file and answers with a report and a draft of a definition. Everything here is pure: definitions and bytes in,
//! text out, the same each time.

mod bpmn;
mod graph;
mod layout;
mod mermaid;
mod read;
mod svg;
mod text;
mod words;

pub use bpmn::bpmn;
pub use graph::{Edge, EdgeKind};
pub use layout::{EDGES_MAX, Lane, Layout, LayoutError, Node, Path, Point, STAGES_MAX, layout};
pub use mermaid::mermaid;
pub use read::{BYTES_MAX, Note, NoteKind, ReadError, ReadErrorCode, Reading, read};
pub use svg::{Look, svg};

#[cfg(test)]
mod tests;
