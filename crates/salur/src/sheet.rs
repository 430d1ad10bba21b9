//! The hidden command that reads a spreadsheet in a process of its own: what a hostile file makes it do ends with it.

use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_intake::{Limits, read_sheet};

/// Most memory that reading a spreadsheet may take, in bytes.
const MEMORY_MAX: u64 = 512 << 20;
/// Most CPU time, in seconds.
const CPU_MAX: u64 = 60;

/// Read a spreadsheet and write its rows as JSON lines.
#[derive(Debug, Args)]
pub(crate) struct ReadSheet {
    /// The file.
    path: PathBuf,
}

impl ReadSheet {
    pub(crate) fn run(self) -> Result<ExitCode> {
        rlimit::setrlimit(rlimit::Resource::AS, MEMORY_MAX, MEMORY_MAX).context("failed to limit memory")?;
        rlimit::setrlimit(rlimit::Resource::CPU, CPU_MAX, CPU_MAX).context("failed to limit CPU time")?;
        let mut out = BufWriter::new(std::io::stdout().lock());
        read_sheet(&self.path, &Limits::in_own_process(), &mut out)?;
        out.flush()?;
        Ok(ExitCode::SUCCESS)
    }
}
