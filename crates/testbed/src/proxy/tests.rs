//! Against a server that only counts and says that it is ready.

use super::*;
use crate::process::until;
use crate::wire::tests::{message, startup, tls};

/// Says after each question that it is ready, and remembers all it was sent.
struct Fake {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl Fake {
    fn start() -> Fake {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let fake = Fake { address: listener.local_addr().unwrap(), heard: Arc::default() };
        let heard = Arc::clone(&fake.heard);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let heard = Arc::clone(&heard);
                std::thread::spawn(move || converse(&stream.unwrap(), &heard));
            }
        });
        fake
    }

    fn heard(&self, text: &str) -> bool {
        let heard = || Ok(String::from_utf8_lossy(&lock(&self.heard)).contains(text));
        until(Duration::from_millis(500), heard).unwrap()
    }
}

fn converse(mut stream: &TcpStream, heard: &Mutex<Vec<u8>>) {
    let (mut frames, mut reader, mut buffer) = (Frames::default(), Reader::default(), [0; 64]);
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        lock(heard).extend(&buffer[..count]);
        frames.push(&buffer[..count]);
        while let Some(frame) = frames.next(reader.typed()) {
            let answer = reader.read(&frame) != Meaning::Other;
            if answer && stream.write_all(&message(b'Z', b"I")).is_err() {
                return;
            }
        }
    }
}

/// A client that has said hello, and asked for encryption first.
fn client(proxy: &Proxy) -> TcpStream {
    let mut stream = TcpStream::connect(proxy.address()).unwrap();
    stream.write_all(&tls()).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"N");
    stream.write_all(&startup()).unwrap();
    ready(&mut stream);
    stream
}

fn ready(stream: &mut TcpStream) {
    let mut answer = [0; 6];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(answer[..], message(b'Z', b"I"));
}

fn lost(stream: &mut TcpStream) -> bool {
    !matches!(stream.read(&mut [0; 64]), Ok(1..))
}

/// In two pieces, apart from each other.
fn ask(stream: &mut TcpStream, sql: &str) {
    let bytes = message(b'Q', format!("{sql}\0").as_bytes());
    let (first, second) = bytes.split_at(7);
    stream.set_nodelay(true).unwrap();
    stream.write_all(first).unwrap();
    std::thread::sleep(Duration::from_millis(5));
    let _ = stream.write_all(second);
}

#[test]
fn passes_what_is_not_to_be_cut() {
    let fake = Fake::start();
    let proxy = Proxy::start(fake.address).unwrap();
    let mut client = client(&proxy);
    for sql in ["begin", "insert 'commit'", "commit"] {
        ask(&mut client, sql);
        ready(&mut client);
        assert!(fake.heard(sql));
    }
    assert_eq!((proxy.commits(), proxy.cuts()), (1, 0));
}

#[test]
fn cuts_after_the_commit() {
    for answered in [true, false] {
        let fake = Fake::start();
        let proxy = Proxy::start(fake.address).unwrap();
        proxy.cut_after_commit(2, answered);
        for cuts in 1..=2 {
            let mut client = client(&proxy);
            ask(&mut client, "commit");
            assert!(lost(&mut client));
            assert!(fake.heard("commit"));
            assert_eq!(proxy.cuts(), cuts);
            lock(&fake.heard).clear();
        }
        let mut client = client(&proxy);
        ask(&mut client, "commit");
        ready(&mut client);
    }
}

#[test]
fn cuts_before_the_commit() {
    let fake = Fake::start();
    let proxy = Proxy::start(fake.address).unwrap();
    proxy.cut_before_commit(1);
    let mut first = client(&proxy);
    ask(&mut first, "begin");
    ready(&mut first);
    ask(&mut first, "COMMIT");
    assert!(lost(&mut first));
    assert!(!fake.heard("COMMIT"));
    assert_eq!((proxy.commits(), proxy.cuts()), (1, 1));
}

#[test]
fn cuts_a_prepared_commit_after_its_answer() {
    let fake = Fake::start();
    let proxy = Proxy::start(fake.address).unwrap();
    proxy.cut_after_commit(1, true);
    let mut client = client(&proxy);
    let said = [
        message(b'P', b"\0commit\0\0\0"),
        message(b'B', b"\0\0\0\0\0\0\0\0"),
        message(b'E', b"\0\0\0\0\0"),
        message(b'S', b""),
    ];
    client.write_all(&said.concat()).unwrap();
    assert!(lost(&mut client));
    assert!(fake.heard("commit\0\0\0B"));
    assert_eq!(proxy.cuts(), 1);
}

#[test]
fn cuts_refuses_and_leads_elsewhere() {
    let (one, two) = (Fake::start(), Fake::start());
    let proxy = Proxy::start(one.address).unwrap();
    let mut first = client(&proxy);
    proxy.cut_all();
    assert!(lost(&mut first));
    assert_eq!(proxy.cuts(), 1);
    proxy.refuse(true);
    assert!(lost(&mut TcpStream::connect(proxy.address()).unwrap()));
    proxy.refuse(false);
    proxy.retarget(two.address);
    let mut second = client(&proxy);
    ask(&mut second, "select 2");
    ready(&mut second);
    assert!(two.heard("select 2"));
}

#[test]
fn delays() {
    let fake = Fake::start();
    let proxy = Proxy::start(fake.address).unwrap();
    let mut client = client(&proxy);
    proxy.delay(Duration::from_millis(60));
    let start = std::time::Instant::now();
    ask(&mut client, "select 1");
    ready(&mut client);
    assert!(start.elapsed() >= Duration::from_millis(120));
}
