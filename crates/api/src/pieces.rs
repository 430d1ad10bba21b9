//! Answers that are written as they are read: a thread that may block writes, and hands on a piece at a time.

use std::io::{self, Write};
use std::pin::Pin;
use std::task::{self, Poll};

use axum::body::Bytes;
use futures_core::Stream;
use tokio::sync::mpsc;

/// Bytes of a piece.
const PIECE: usize = 32 * 1024;
/// Pieces that wait for whoever reads them.
const WAITING: usize = 4;

/// Where an answer is written.
pub(crate) struct Pipe {
    pieces: mpsc::Sender<io::Result<Bytes>>,
    piece: Vec<u8>,
}

/// Breaks an answer off.
pub(crate) struct Breaker(mpsc::Sender<io::Result<Bytes>>);

/// What was written, as the body of an answer.
pub(crate) struct Pieces(mpsc::Receiver<io::Result<Bytes>>);

impl Pipe {
    /// A pipe and its other end.
    pub(crate) fn new() -> (Pipe, Pieces) {
        let (pieces, waiting) = mpsc::channel(WAITING);
        (Pipe { pieces, piece: Vec::with_capacity(PIECE) }, Pieces(waiting))
    }

    /// What breaks the answer off, whoever has the pipe by then.
    pub(crate) fn breaker(&self) -> Breaker {
        Breaker(self.pieces.clone())
    }
}

impl Breaker {
    /// The reader is told by a connection that breaks: an answer cut short must not look whole.
    pub(crate) fn break_off(&self, error: &io::Error) {
        // Who has gone does not need to know.
        let _ = self.0.blocking_send(Err(io::Error::other(error.to_string())));
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        if piece.is_empty() {
            return Ok(());
        }
        self.pieces.blocking_send(Ok(piece.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
