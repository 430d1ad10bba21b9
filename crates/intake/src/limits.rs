//! How much is read at most. Whatever a file declares about itself is not believed.

/// The bounds of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file as sent.
    pub file_bytes: u64,
    /// Bytes it unpacks to, counted while unpacking.
    pub unpacked_bytes: u64,
    /// Entries of the archive that a spreadsheet is.
    pub entries: usize,
    /// How many times larger an archive may unpack, once it is large.
    pub ratio: u64,
    /// Rows with anything in them.
    pub rows: u32,
    /// Columns with anything in them.
    pub columns: usize,
    /// Bytes of text in one cell.
    pub cell_bytes: usize,
    /// Bytes of text in all cells: a text that many cells share counts each time.
    pub text_bytes: u64,
    /// True to read XLS. Its reader reserves the memory that the file asks for, so a hostile one ends the process:
    /// only where the process has nothing else to do.
    pub old_workbooks: bool,
}

impl Limits {
    /// The limits within a process of its own, whose memory the system bounds.
    #[must_use]
    pub fn in_own_process() -> Limits {
        Limits { old_workbooks: true, ..Limits::default() }
    }
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            file_bytes: 32 * 1024 * 1024,
            unpacked_bytes: 50 * 1024 * 1024,
            entries: 200,
            ratio: 100,
            rows: 100_000,
            columns: 64,
            cell_bytes: 4 * 1024,
            text_bytes: 64 * 1024 * 1024,
            old_workbooks: false,
        }
    }
}
