//! Speaks HTTP: one call, its retries, and what came back. Blocking, for a person or a script waits for it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use salur_core::Lang;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response, header};
use ureq::{Agent, Body};
use uuid::Uuid;

use crate::connection::{Connection, Token, is_loopback};
use crate::error::{ClientError, Problem};

/// How often a call is repeated after it failed to arrive or the server was busy.
const RETRIES: u32 = 3;
/// The pause before the first repetition; each further one is three times as long.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause a busy server may ask for.
const PAUSE_MAX: Duration = Duration::from_secs(10);
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// A decree over 17,000 requests is one transaction, so an answer may take minutes.
const ANSWER_WITHIN: Duration = Duration::from_mins(5);
/// The longest answer held in memory.
const BODY_MAX: u64 = 256 * 1024 * 1024;

/// The server, as one person sees it.
pub(crate) struct Client {
    agent: Agent,
    server: String,
    token: Option<Token>,
    pub(crate) lang: Lang,
}

/// One call: what is asked for, with what.
pub(crate) struct Call {
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    content_type: Option<String>,
    body: Vec<u8>,
    if_match: Option<String>,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) body: Vec<u8>,
    pub(crate) etag: Option<String>,
    path: String,
    lang: Lang,
}

/// Why one attempt failed: on the way, where another may succeed, or for good.
enum Failure {
    OnTheWay(ureq::Error),
    Final(ClientError),
}

impl Call {
    /// Asks for what is at a path below `/api/v1`.
    pub(crate) fn get(segments: &[&str]) -> Call {
        Call::new(Method::GET, segments)
    }

    /// Writes to a path below `/api/v1`.
    pub(crate) fn post(segments: &[&str]) -> Call {
        Call::new(Method::POST, segments)
    }

    fn new(method: Method, segments: &[&str]) -> Call {
        let mut path = "/api/v1".to_owned();
        for segment in segments {
            path.push('/');
            path.push_str(&encoded(segment));
        }
        Call { method, path, query: Vec::new(), content_type: None, body: Vec::new(), if_match: None }
    }

    /// With these parameters.
    pub(crate) fn query(mut self, pairs: Vec<(&'static str, String)>) -> Call {
        self.query.extend(pairs);
        self
    }

    /// With a JSON body.
    pub(crate) fn json(self, body: &serde_json::Value) -> Call {
        self.bytes("application/json", body.to_string().into_bytes())
    }

    /// With a body of any type.
    pub(crate) fn bytes(mut self, content_type: &str, body: Vec<u8>) -> Call {
        self.content_type = Some(content_type.to_owned());
        self.body = body;
        self
    }

    /// Only if nobody has changed it since.
    pub(crate) fn if_match(mut self, etag: Option<String>) -> Call {
        self.if_match = etag;
        self
    }

    fn target(&self) -> String {
        let pairs = self.query.iter().map(|(name, value)| format!("{name}={}", encoded(value)));
        let query = pairs.collect::<Vec<_>>().join("&");
        if query.is_empty() { self.path.clone() } else { format!("{}?{query}", self.path) }
    }
}

impl Answer {
    /// The answer as one of the wire types.
    pub(crate) fn parse<T: DeserializeOwned>(&self) -> Result<T, ClientError> {
        serde_json::from_slice(&self.body).map_err(|cause| ClientError::Garbled {
            path: self.path.clone(),
            cause: cause.to_string(),
            lang: self.lang,
        })
    }
}

impl Client {
    pub(crate) fn new(connection: &Connection) -> Client {
        let mut config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .user_agent(concat!("salur/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(CONNECT_WITHIN))
            .timeout_recv_response(Some(ANSWER_WITHIN));
        if is_loopback(&connection.server) {
            config = config.proxy(None);
        }
        Client {
            agent: config.build().new_agent(),
            server: connection.server.clone(),
            token: connection.token.clone(),
            lang: connection.lang,
        }
    }

    /// Makes the call and holds the answer.
    pub(crate) fn send(&self, call: &Call) -> Result<Answer, ClientError> {
        self.repeat(call, |response| {
            let etag = text_of(&response, header::ETAG);
            let body = read(response).map_err(Failure::OnTheWay)?;
            Ok(Answer { body, etag, path: call.path.clone(), lang: self.lang })
        })
    }

    /// Makes the call and saves the answer, whole or not at all, readable by the owner only: such files name people.
    pub(crate) fn save(&self, call: &Call, path: &Path) -> Result<u64, ClientError> {
        let failed = |cause| ClientError::File { path: path.to_owned(), cause, lang: self.lang };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let size = self.repeat(call, |response| {
            let file = file.as_file_mut();
            file.set_len(0).and_then(|()| file.rewind()).map_err(|cause| Failure::Final(failed(cause)))?;
            copy(response, file, &failed)
        })?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(path).map_err(|cause| failed(cause.error))?;
        Ok(size)
    }

    /// Tries until the answer is taken in. A write keeps its key, so that it is done once however often it is sent.
    fn repeat<T>(
        &self,
        call: &Call,
        mut take: impl FnMut(Response<Body>) -> Result<T, Failure>,
    ) -> Result<T, ClientError> {
        let key = (call.method == Method::POST).then(fresh_id);
        let mut pause = FIRST_PAUSE;
        let mut left = RETRIES;
        loop {
            let taken = match self.attempt(call, key.as_deref()) {
                Ok(response) if response.status().as_u16() == 503 && left > 0 => {
                    pause = asked_pause(&response).unwrap_or(pause);
                    None
                }
                Ok(response) if response.status().is_success() => Some(take(response)),
                Ok(response) => Some(Err(self.refusal(response))),
                Err(cause) => Some(Err(Failure::OnTheWay(cause))),
            };
            match taken {
                Some(Ok(taken)) => return Ok(taken),
                Some(Err(Failure::Final(error))) => return Err(error),
                Some(Err(Failure::OnTheWay(cause))) if left == 0 || !may_pass(&cause) => {
                    return Err(self.unreachable(&cause));
                }
                Some(Err(Failure::OnTheWay(_))) | None => {}
            }
            thread::sleep(pause);
            pause = pause.saturating_mul(3).min(PAUSE_MAX);
            left -= 1;
        }
    }

    fn attempt(&self, call: &Call, key: Option<&str>) -> Result<Response<Body>, ureq::Error> {
        let mut request = Request::builder()
            .method(call.method.clone())
            .uri(format!("{}{}", self.server, call.target()))
            .header(header::ACCEPT, "application/json, text/csv;q=0.9, */*;q=0.1")
            .header(header::ACCEPT_LANGUAGE, if self.lang == Lang::Id { "id" } else { "en" });
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", token.reveal()));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(etag) = &call.if_match {
            request = request.header(header::IF_MATCH, etag);
        }
        if let Some(content_type) = &call.content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        if call.method == Method::GET {
            self.agent.run(request.body(())?)
        } else {
            self.agent.run(request.body(call.body.as_slice())?)
        }
    }

    fn refusal(&self, response: Response<Body>) -> Failure {
        let status = response.status().as_u16();
        let location = text_of(&response, header::LOCATION);
        match read(response) {
            Ok(body) => {
                let problem = Box::new(Problem::new(status, location.as_deref(), body));
                Failure::Final(ClientError::Refused { problem, lang: self.lang })
            }
            Err(cause) => Failure::OnTheWay(cause),
        }
    }

    fn unreachable(&self, cause: &ureq::Error) -> ClientError {
        ClientError::Unreachable { server: self.server.clone(), cause: cause.to_string(), lang: self.lang }
    }
}

/// A new key, different from every other.
#[expect(clippy::disallowed_methods, reason = "the client is an edge: it makes the keys of its writes")]
pub(crate) fn fresh_id() -> String {
    Uuid::now_v7().to_string()
}

/// True for a failure that may be gone at the next attempt.
fn may_pass(cause: &ureq::Error) -> bool {
    use ureq::Error::{ConnectProxyFailed, ConnectionFailed, Io, Protocol, Timeout};
    if let Io(cause) = cause {
        // A certificate that is not trusted now will not be in a second.
        return cause.kind() != std::io::ErrorKind::InvalidData;
    }
    matches!(cause, Timeout(_) | ConnectionFailed | ConnectProxyFailed(_) | Protocol(_))
}

fn asked_pause(response: &Response<Body>) -> Option<Duration> {
    let seconds = text_of(response, header::RETRY_AFTER)?.parse().ok()?;
    Some(Duration::from_secs(seconds).min(PAUSE_MAX))
}

fn text_of(response: &Response<Body>, name: header::HeaderName) -> Option<String> {
    response.headers().get(name)?.to_str().ok().map(str::to_owned)
}

fn read(response: Response<Body>) -> Result<Vec<u8>, ureq::Error> {
    response.into_body().into_with_config().limit(BODY_MAX).read_to_vec()
}

fn copy(
    response: Response<Body>,
    file: &mut File,
    failed: &impl Fn(std::io::Error) -> ClientError,
) -> Result<u64, Failure> {
    let mut body = response.into_body().into_reader();
    let mut chunk = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let filled = body.read(&mut chunk).map_err(|cause| Failure::OnTheWay(cause.into()))?;
        let Some(bytes) = chunk.get(..filled).filter(|bytes| !bytes.is_empty()) else {
            return Ok(size);
        };
        file.write_all(bytes).map_err(|cause| Failure::Final(failed(cause)))?;
        size += u64::try_from(filled).unwrap_or_default();
    }
}

/// A path segment or a parameter's value, so that nothing in it can mean anything else to the server.
fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric()
            || matches!(byte, b'-' | b'_' | b'~')
            || (byte == b'.' && text.len() > 2)
        {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::Call;

    #[test]
    fn no_id_can_leave_its_place_in_the_path() {
        let call = Call::get(&["requests", "../admin?x=1"]).query(vec![("q", "Siti & Rp".to_owned())]);
        assert_eq!(call.target(), "/api/v1/requests/..%2Fadmin%3Fx%3D1?q=Siti%20%26%20Rp");
        assert_eq!(Call::get(&["requests", ".."]).target(), "/api/v1/requests/%2E%2E");
        assert_eq!(
            Call::get(&["r"]).query(vec![("region", "64.72".to_owned())]).target(),
            "/api/v1/r?region=64.72"
        );
    }
}
