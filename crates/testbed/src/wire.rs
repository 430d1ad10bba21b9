//! PostgreSQL's protocol, version 3, as far as one must read it to see a commit pass.

use std::collections::HashSet;

/// A message begins with its length, which counts itself; all but a client's first ones have a type before it.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    bytes: Vec<u8>,
}

/// A whole message as it was sent. The type of an untyped one is 0.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) kind: u8,
    pub(crate) bytes: Vec<u8>,
}

impl Frame {
    /// What follows type and length.
    pub(crate) fn body(&self) -> &[u8] {
        let head = if self.kind == 0 { 4 } else { 5 };
        self.bytes.get(head..).unwrap_or_default()
    }
}

impl Frames {
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// The next message, if all of it has arrived.
    pub(crate) fn next(&mut self, typed: bool) -> Option<Frame> {
        let start = usize::from(typed);
        let length = u32::from_be_bytes(self.bytes.get(start..start + 4)?.try_into().ok()?);
        let end = start + usize::try_from(length).ok()?.max(4);
        if self.bytes.len() < end {
            return None;
        }
        let rest = self.bytes.split_off(end);
        let bytes = std::mem::replace(&mut self.bytes, rest);
        let kind = if typed { bytes.first().copied()? } else { 0 };
        Some(Frame { kind, bytes })
    }
}

const REQUEST_TLS: u32 = 80_877_103;
const REQUEST_GSS: u32 = 80_877_104;
const REQUEST_CANCEL: u32 = 80_877_102;

/// What a client's message means to the proxy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// A question whether to encrypt, answered by a single byte.
    Encrypt,
    /// Makes the server commit. `answered`: the server says afterwards that it is ready again.
    Commit { answered: bool },
    /// The server says that it is ready again when it has done this and all before.
    Ask,
    /// Anything else.
    Other,
}

/// Reads what one client says.
#[derive(Debug, Default)]
pub(crate) struct Reader {
    started: bool,
    /// The names of the prepared statements that commit.
    statements: HashSet<Vec<u8>>,
    /// What was bound last commits when executed.
    bound: bool,
}

impl Reader {
    /// Whether the next message has a type.
    pub(crate) fn typed(&self) -> bool {
        self.started
    }

    pub(crate) fn read(&mut self, frame: &Frame) -> Meaning {
        if !self.started {
            let code =
                frame.body().get(..4).and_then(|code| code.try_into().ok()).map_or(0, u32::from_be_bytes);
            self.started = !matches!(code, REQUEST_TLS | REQUEST_GSS);
            return match code {
                REQUEST_TLS | REQUEST_GSS => Meaning::Encrypt,
                REQUEST_CANCEL => Meaning::Other,
                _ => Meaning::Ask,
            };
        }
        let mut texts = frame.body().split(|byte| *byte == 0);
        match frame.kind {
            b'Q' if commits(texts.next()) => Meaning::Commit { answered: true },
            b'Q' | b'S' | b'F' => Meaning::Ask,
            b'P' => {
                let name = texts.next().unwrap_or_default().to_vec();
                if commits(texts.next()) {
                    self.statements.insert(name);
                } else {
                    self.statements.remove(&name);
                }
                Meaning::Other
            }
            b'B' => {
                self.bound = texts.nth(1).is_some_and(|statement| self.statements.contains(statement));
                Meaning::Other
            }
            // The server commits now, and says so no later than after the `Sync` that follows.
            b'E' if self.bound => Meaning::Commit { answered: false },
            _ => Meaning::Other,
        }
    }
}

fn commits(sql: Option<&[u8]>) -> bool {
    let sql = sql.unwrap_or_default().trim_ascii_start();
    sql.get(..6).is_some_and(|word| word.eq_ignore_ascii_case(b"commit"))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Meaning::{Ask, Commit, Encrypt, Other};
    use super::*;

    pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        let kind = if kind == 0 { &[][..] } else { &[kind] };
        [kind, &length, body].concat()
    }

    pub(crate) fn startup() -> Vec<u8> {
        message(0, b"\0\x03\0\0user\0salur\0\0")
    }

    pub(crate) fn tls() -> Vec<u8> {
        message(0, &REQUEST_TLS.to_be_bytes())
    }

    /// What a client says means, given in chunks of a size.
    fn read(said: &[u8], chunk: usize) -> Vec<Meaning> {
        let (mut frames, mut reader, mut found) = (Frames::default(), Reader::default(), Vec::new());
        for chunk in said.chunks(chunk) {
            frames.push(chunk);
            while let Some(frame) = frames.next(reader.typed()) {
                found.push(reader.read(&frame));
            }
        }
        assert!(frames.bytes.is_empty(), "{frames:?}");
        found
    }

    #[test]
    fn chunks_may_end_anywhere() {
        let said = [
            tls(),
            startup(),
            message(b'Q', b"begin\0"),
            message(b'Q', b"insert into t values ('commit')\0"),
            message(b'd', b"commit"),
            message(b'Q', b" \n CoMMit;\0"),
            message(b'X', b""),
        ]
        .concat();
        let expected = [Encrypt, Ask, Ask, Ask, Other, Commit { answered: true }, Other];
        for chunk in [1, 2, 3, 7, 13, said.len()] {
            assert_eq!(read(&said, chunk), expected, "in chunks of {chunk}");
        }
    }

    #[test]
    fn a_prepared_commit_is_seen_each_time_it_is_executed() {
        let said = [
            startup(),
            message(b'P', b"one\0COMMIT\0\0\0"),
            message(b'P', b"two\0select 1\0\0\0"),
            message(b'B', b"\0two\0\0\0\0\0\0\0"),
            message(b'E', b"\0\0\0\0\0"),
            message(b'B', b"\0one\0\0\0\0\0\0\0"),
            message(b'E', b"\0\0\0\0\0"),
            message(b'S', b""),
            message(b'P', b"one\0select 1\0\0\0"),
            message(b'B', b"\0one\0\0\0\0\0\0\0"),
            message(b'E', b"\0\0\0\0\0"),
        ]
        .concat();
        let found = read(&said, 5);
        let commits: Vec<usize> =
            (0..found.len()).filter(|at| found[*at] == Meaning::Commit { answered: false }).collect();
        assert_eq!(commits, [6]);
        assert_eq!(found[7], Meaning::Ask);
    }
}
