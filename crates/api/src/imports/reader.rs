//! Opens the tables of an import: text in place, spreadsheets in a process of their own.

use std::io::{self, BufReader, Read, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::Duration;

use salur_core::form::{Context, Form};
use salur_intake::{
    FileRefusal, Halt, Judged, Judgement, Limits, Lists, RefusalCode, Source, is_spreadsheet, judge_list,
};

/// How long the process may keep its reader waiting, in all.
const WAIT_MAX: Duration = Duration::from_mins(1);
/// How often the wait is looked at.
const TICK: Duration = Duration::from_millis(250);

/// The files of an import.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The list of recipients.
    pub(crate) list: Vec<u8>,
    /// The members of its groups.
    pub(crate) members: Option<Vec<u8>>,
}

impl Files {
    /// Judges the list and calls back with each row. Blocks: not for a thread that serves others.
    pub(crate) fn judge(
        &self,
        program: Option<&Path>,
        form: &Form,
        context: &Context<'_>,
        sink: &mut dyn FnMut(Judged) -> ControlFlow<()>,
    ) -> Result<Judgement, FileRefusal> {
        let list = Table::open(&self.list, program)?;
        let members = match &self.members {
            Some(bytes) => {
                Some(Table::open(bytes, program).map_err(|refusal| refusal.of(salur_intake::File::Members))?)
            }
            None => None,
        };
        let lists = Lists { list: list.source, members: members.map(|table| table.source) };
        judge_list(form, context, &Limits::default(), lists, sink)
    }
}

impl Files {
    /// Looks at the files before they are taken in: text is read to its end, for that costs little, and a spreadsheet
    /// to the first row of its list; whatever keeps a file from being a list shows there.
    pub(crate) fn look(
        &self,
        program: Option<&Path>,
        form: &Form,
        context: &Context<'_>,
    ) -> Result<(), FileRefusal> {
        if !is_spreadsheet(&self.list)
            && let Err(Halt::Refused(refusal)) =
                Source::Bytes(&self.list).each(&Limits::default(), &mut |_| Ok(()))
        {
            return Err(refusal);
        }
        self.judge(program, form, context, &mut |_| ControlFlow::Break(())).map(drop)
    }
}

/// A table that is open.
struct Table<'a> {
    source: Source<'a>,
}

impl<'a> Table<'a> {
    fn open(bytes: &'a [u8], program: Option<&Path>) -> Result<Table<'a>, FileRefusal> {
        let source = match program {
            Some(program) if is_spreadsheet(bytes) => {
                let reader = Reader::start(program, bytes).map_err(|error| {
                    tracing::error!(%error, "failed to start the reader of spreadsheets");
                    FileRefusal::new(RefusalCode::Unreadable)
                })?;
                Source::json_lines(BufReader::with_capacity(64 * 1024, reader))
            }
            Some(_) | None => Source::Bytes(bytes),
        };
        Ok(Table { source })
    }
}

/// What a process of its own reads from a spreadsheet. The process is gone once this is dropped, and the file too.
struct Reader {
    output: ChildStdout,
    is_waiting: Arc<AtomicBool>,
    /// Dropped, it tells the watch to end the process.
    _done: SyncSender<()>,
    /// Removed once the process has no more use of it.
    _file: tempfile::NamedTempFile,
}

impl Reader {
    fn start(program: &Path, bytes: &[u8]) -> io::Result<Reader> {
        // Mode 0600, by the crate's own promise; removed when dropped.
        let mut file = tempfile::Builder::new().prefix("salur-sheet-").tempfile()?;
        file.write_all(bytes)?;
        file.flush()?;
        // The office's key stands in the environment: a reader of strangers' files is not told.
        let mut child = Command::new(program)
            .env_clear()
            .arg("read-sheet")
            .arg(file.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let Some(output) = child.stdout.take() else {
            end(&mut child);
            return Err(io::Error::other("the process has no output"));
        };
        let is_waiting = Arc::new(AtomicBool::new(false));
        let (done, told) = mpsc::sync_channel(0);
        let waits = Arc::clone(&is_waiting);
        std::thread::Builder::new()
            .name("salur-sheet-watch".into())
            .spawn(move || watch(child, &waits, &told))?;
        Ok(Reader { output, is_waiting, _done: done, _file: file })
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.is_waiting.store(true, Ordering::Relaxed);
        let read = self.output.read(buffer);
        self.is_waiting.store(false, Ordering::Relaxed);
        read
    }
}

/// Ends the process once its reader is done with it or has waited too long; only the time of waiting counts, for a
/// list is also written down while it is read.
fn watch(mut child: Child, is_waiting: &AtomicBool, told: &mpsc::Receiver<()>) {
    let mut waited = Duration::ZERO;
    while waited < WAIT_MAX && told.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
        if is_waiting.load(Ordering::Relaxed) {
            waited = waited.saturating_add(TICK);
        }
    }
    end(&mut child);
}

fn end(child: &mut Child) {
    // One that has ended by itself cannot be killed, and need not.
    let _ = child.kill();
    let _ = child.wait();
}
