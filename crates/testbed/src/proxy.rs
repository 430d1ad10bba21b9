//! A network between a client and PostgreSQL that breaks when told to.
//!
//! It speaks no TLS: it tells clients who ask that the server has none.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::wire::{Frame, Frames, Meaning, Reader};
use crate::{Error, Result, USER, lock};

/// When a connection is cut that carries a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// The server never sees the commit.
    Before,
    /// The server has been sent the commit; whether it acts on it nobody waits to see.
    Sent,
    /// The server has answered; the client does not hear it.
    Answered,
}

/// A proxy on a port of its own on 127.0.0.1. All its connections end when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
    listening: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Faults {
    target: Mutex<SocketAddr>,
    /// How the next commits are cut, and how many.
    next: Mutex<Option<(Cut, u32)>>,
    delay: Mutex<Duration>,
    refuses: AtomicBool,
    closed: AtomicBool,
    links: Mutex<HashMap<u64, Arc<Link>>>,
    commits: AtomicU64,
    cuts: AtomicU64,
}

impl Proxy {
    /// Starts one in front of a server.
    pub fn start(target: SocketAddr) -> Result<Proxy> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::doing("listen on 127.0.0.1"))?;
        let address = listener.local_addr().map_err(Error::doing("learn the proxy's port"))?;
        let faults = Arc::new(Faults {
            target: Mutex::new(target),
            next: Mutex::new(None),
            delay: Mutex::new(Duration::ZERO),
            refuses: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            links: Mutex::new(HashMap::new()),
            commits: AtomicU64::new(0),
            cuts: AtomicU64::new(0),
        });
        let shared = Arc::clone(&faults);
        let listening = std::thread::spawn(move || listen(&listener, &shared));
        Ok(Proxy { address, faults, listening: Some(listening) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where a client finds a database of the [`Cluster`](crate::Cluster) behind it.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@{}/{database}", self.address)
    }

    /// The next `count` commits reach the server, but their clients lose the connection instead of hearing so.
    ///
    /// `answered`: the connection is cut when the server has answered, so the commit is done. Otherwise it is cut
    /// at once, and the commit may or may not happen. Replaces what was to be cut before.
    pub fn cut_after_commit(&self, count: u32, answered: bool) {
        let cut = if answered { Cut::Answered } else { Cut::Sent };
        *lock(&self.faults.next) = Some((cut, count));
    }

    /// The next `count` commits never reach the server: their clients lose the connection. Replaces what was to be
    /// cut before.
    pub fn cut_before_commit(&self, count: u32) {
        *lock(&self.faults.next) = Some((Cut::Before, count));
    }

    /// Holds back every chunk, in both directions.
    pub fn delay(&self, time: Duration) {
        *lock(&self.faults.delay) = time;
    }

    /// Cuts every connection there is.
    pub fn cut_all(&self) {
        for link in lock(&self.faults.links).values() {
            self.faults.cut(link);
        }
    }

    /// Whether new connections end as soon as they begin.
    pub fn refuse(&self, refuse: bool) {
        self.faults.refuses.store(refuse, Ordering::SeqCst);
    }

    /// New connections go elsewhere, as after a failover. Those there are stay.
    pub fn retarget(&self, target: SocketAddr) {
        *lock(&self.faults.target) = target;
    }

    /// How many connections were cut so far.
    #[must_use]
    pub fn cuts(&self) -> u64 {
        self.faults.cuts.load(Ordering::SeqCst)
    }

    /// How many commits clients asked for so far, cut or not.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.faults.commits.load(Ordering::SeqCst)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.faults.closed.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
        self.cut_all();
    }
}

fn listen(listener: &TcpListener, faults: &Arc<Faults>) {
    for (client, number) in listener.incoming().zip(0..) {
        if faults.closed.load(Ordering::SeqCst) {
            return;
        }
        let Ok(client) = client else { continue };
        if faults.refuses.load(Ordering::SeqCst) {
            continue;
        }
        let faults = Arc::clone(faults);
        // Apart: a server that does not answer must not keep other clients waiting.
        std::thread::spawn(move || connect(client, number, &faults));
    }
}

fn connect(client: TcpStream, number: u64, faults: &Arc<Faults>) {
    let target = *lock(&faults.target);
    let Ok(server) = TcpStream::connect_timeout(&target, Duration::from_secs(5)) else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (owed, fate, closed) = (AtomicI64::new(0), Mutex::new(None), AtomicBool::new(false));
    let link = Arc::new(Link { client, server, owed, fate, closed });
    lock(&faults.links).insert(number, Arc::clone(&link));
    if faults.closed.load(Ordering::SeqCst) {
        link.close();
    }
    std::thread::scope(|scope| {
        scope.spawn(|| {
            if !matches!(link.upward(faults), Ok(Up::Waits)) {
                link.close();
            }
        });
        let _ = link.downward(faults);
        link.close();
    });
    lock(&faults.links).remove(&number);
}

impl Faults {
    fn cut(&self, link: &Link) {
        // Counted first: who loses the connection may look at the count.
        if !link.closed.swap(true, Ordering::SeqCst) {
            self.cuts.fetch_add(1, Ordering::SeqCst);
        }
        link.close();
    }

    /// What is to happen to a commit that has come.
    fn take(&self) -> Option<Cut> {
        self.commits.fetch_add(1, Ordering::SeqCst);
        let mut next = lock(&self.next);
        let (cut, count) = (*next)?;
        *next = (count > 1).then(|| (cut, count - 1));
        (count > 0).then_some(cut)
    }

    fn hold_back(&self) {
        let time = *lock(&self.delay);
        if !time.is_zero() {
            std::thread::sleep(time);
        }
    }
}

/// One client's connection, both halves.
#[derive(Debug)]
struct Link {
    client: TcpStream,
    server: TcpStream,
    /// How many times the server has yet to say that it is ready again.
    owed: AtomicI64,
    /// Set before the server sees the commit that ends the connection: nothing goes down any more.
    fate: Mutex<Option<Cut>>,
    closed: AtomicBool,
}

/// How one direction came to its end.
enum Up {
    /// The connection is over.
    Ended,
    /// The server's answer is still to come, and the other direction cuts then.
    Waits,
}

impl Link {
    /// From the client to the server.
    fn upward(&self, faults: &Faults) -> std::io::Result<Up> {
        let (mut frames, mut reader) = (Frames::default(), Reader::default());
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = (&self.client).read(&mut buffer)?;
            if count == 0 {
                return Ok(Up::Ended);
            }
            faults.hold_back();
            frames.push(buffer.get(..count).unwrap_or_default());
            while let Some(frame) = frames.next(reader.typed()) {
                let meaning = reader.read(&frame);
                if !self.pass_up(&frame, &meaning, faults)? {
                    return Ok(self.doomed(faults));
                }
            }
        }
    }

    /// Whether the connection lives on.
    fn pass_up(&self, frame: &Frame, meaning: &Meaning, faults: &Faults) -> std::io::Result<bool> {
        if *meaning == Meaning::Encrypt {
            return (&self.client).write_all(b"N").map(|()| true);
        }
        if matches!(meaning, Meaning::Commit { .. }) && lock(&self.fate).is_none() {
            *lock(&self.fate) = faults.take();
        }
        let fate = *lock(&self.fate);
        if fate == Some(Cut::Before) {
            return Ok(false);
        }
        let asks = matches!(meaning, Meaning::Ask | Meaning::Commit { answered: true });
        if asks {
            self.owed.fetch_add(1, Ordering::SeqCst);
        }
        (&self.server).write_all(&frame.bytes)?;
        Ok(fate.is_none() || !asks)
    }

    /// Nothing goes up any more.
    fn doomed(&self, faults: &Faults) -> Up {
        if *lock(&self.fate) == Some(Cut::Answered) {
            return Up::Waits;
        }
        faults.cut(self);
        Up::Ended
    }

    /// From the server to the client.
    fn downward(&self, faults: &Faults) -> std::io::Result<()> {
        let mut frames = Frames::default();
        let mut buffer = [0; 16 * 1024];
        loop {
            let count = (&self.server).read(&mut buffer)?;
            if count == 0 {
                return Ok(());
            }
            faults.hold_back();
            let chunk = buffer.get(..count).unwrap_or_default();
            frames.push(chunk);
            let mut ready = 0;
            while let Some(frame) = frames.next(true) {
                ready += i64::from(frame.kind == b'Z');
            }
            let owed = self.owed.fetch_sub(ready, Ordering::SeqCst) - ready;
            let fate = *lock(&self.fate);
            if fate.is_none() {
                (&self.client).write_all(chunk)?;
            } else if fate == Some(Cut::Answered) && ready > 0 && owed <= 0 {
                faults.cut(self);
                return Ok(());
            }
        }
    }

    /// Ends both halves.
    fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let _ = self.server.shutdown(Shutdown::Both);
        let _ = self.client.shutdown(Shutdown::Both);
    }
}
