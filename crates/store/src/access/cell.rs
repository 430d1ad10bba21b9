//! Values of the statements about who gets in: one text serves both databases, each binds the values in its own types.

use uuid::Uuid;

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    Id(Uuid),
    Bytes(Vec<u8>),
    Text(String),
    /// Microseconds since 1970 UTC.
    At(i64),
}

impl Cell {
    pub(crate) fn digest(digest: salur_core::Digest) -> Cell {
        Cell::Bytes(digest.0.to_vec())
    }

    pub(crate) fn at(at: jiff::Timestamp) -> Cell {
        Cell::At(at.as_microsecond())
    }
}
