//! A server that answers from a list and remembers what it was asked.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// What was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) what: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What to answer.
#[derive(Debug, Clone)]
enum Reply {
    Send {
        status: u16,
        headers: String,
        body: Vec<u8>,
    },
    HangUp,
    /// Promises more than it sends.
    CutOff {
        body: Vec<u8>,
    },
}

#[derive(Default)]
struct Script {
    replies: BTreeMap<String, VecDeque<Reply>>,
    asked: Vec<Asked>,
}

pub(crate) struct Fake {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub(crate) fn new() -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let _ = serve(&stream.unwrap(), &shared);
            }
        });
        Fake { url, script }
    }

    /// Answers this question so; asked again, the next answer given for it, and at the end the last one for ever.
    pub(crate) fn on(self, what: &str, status: u16, body: &str) -> Fake {
        let content_type = if status < 400 { "application/json" } else { "application/problem+json" };
        self.on_with(what, status, &format!("Content-Type: {content_type}\r\n"), body)
    }

    pub(crate) fn on_with(self, what: &str, status: u16, headers: &str, body: &str) -> Fake {
        self.push(what, Reply::Send { status, headers: headers.to_owned(), body: body.as_bytes().to_vec() })
    }

    pub(crate) fn hangs_up_on(self, what: &str) -> Fake {
        self.push(what, Reply::HangUp)
    }

    pub(crate) fn cuts_off(self, what: &str, body: &str) -> Fake {
        self.push(what, Reply::CutOff { body: body.as_bytes().to_vec() })
    }

    fn push(self, what: &str, reply: Reply) -> Fake {
        self.script.lock().unwrap().replies.entry(what.to_owned()).or_default().push_back(reply);
        self
    }

    /// Everything that was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().unwrap().asked.clone()
    }

    /// The only time this was asked.
    pub(crate) fn once(&self, what: &str) -> Asked {
        let mut times: Vec<_> = self.asked().into_iter().filter(|asked| asked.what == what).collect();
        assert_eq!(times.len(), 1, "{what}");
        times.remove(0)
    }
}

fn serve(stream: &TcpStream, script: &Mutex<Script>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let what = line.rsplit_once(' ').unwrap_or_default().0.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let reply = {
        let mut script = script.lock().unwrap();
        let reply = match script.replies.get_mut(&what) {
            Some(replies) if replies.len() > 1 => replies.pop_front(),
            Some(replies) => replies.front().cloned(),
            None => None,
        };
        script.asked.push(Asked { what: what.clone(), headers, body });
        reply
    };
    let mut stream = stream;
    match reply {
        Some(Reply::HangUp) => Ok(()),
        Some(Reply::CutOff { body }) => {
            let length = body.len() + 1;
            write!(stream, "HTTP/1.1 200 X\r\nContent-Length: {length}\r\n\r\n")?;
            stream.write_all(&body)
        }
        Some(Reply::Send { status, headers, body }) => {
            let length = body.len();
            write!(
                stream,
                "HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n"
            )?;
            stream.write_all(&body)
        }
        None => {
            let body = format!(r#"{{"code":"not_scripted","detail":"{what}"}}"#);
            let length = body.len();
            write!(stream, "HTTP/1.1 404 X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        }
    }
}
