//! What a handler is given: path, query, body and `If-Match`, read strictly; what does not fit is told as a problem.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{CONTENT_TYPE, IF_MATCH};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use salur_core::Lang;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::App;
use crate::caller::language_of;
use crate::problem::{Fault, Problem, pick};

/// Largest body of a route that takes no list.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
/// Largest body of a route that takes a list.
pub(crate) const LIST_BYTES_MAX: usize = 2 * 1024 * 1024;

/// The id in the path. What is no id names nothing.
#[derive(Debug)]
pub struct IdOf(pub Uuid);

impl FromRequestParts<App> for IdOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let lang = language_of(&parts.headers);
        let path = axum::extract::Path::<Uuid>::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(id)| IdOf(id)).map_err(|_| Problem::not_found(lang))
    }
}

/// The name in the path.
#[derive(Debug)]
pub struct NameOf(pub String);

impl FromRequestParts<App> for NameOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let lang = language_of(&parts.headers);
        let path = axum::extract::Path::<String>::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(name)| NameOf(name)).map_err(|_| Problem::not_found(lang))
    }
}

/// The query, every parameter of it known.
#[derive(Debug)]
pub struct QueryOf<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for QueryOf<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let lang = language_of(&parts.headers);
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(query)| QueryOf(query))
            .map_err(|rejection| Problem::query_malformed(lang, &cause(&rejection)))
    }
}

/// A JSON body, every name in it known, with the bytes it came as.
#[derive(Debug)]
pub struct BodyOf<T> {
    /// What it says.
    pub value: T,
    /// As it came.
    pub bytes: Bytes,
}

impl<T: DeserializeOwned> FromRequest<App> for BodyOf<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let lang = language_of(request.headers());
        check_media(request.headers(), lang, "application/json", |media| {
            media == "application/json" || media.ends_with("+json")
        })?;
        let bytes = bytes_of(request, app, lang).await?;
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let pointer = pointer(error.path());
            malformed(lang, pointer, error.inner())
        })?;
        reader.end().map_err(|error| malformed(lang, String::new(), &error))?;
        Ok(BodyOf { value, bytes })
    }
}

/// A body of lines of comma-separated values.
#[derive(Debug)]
pub struct CsvOf(pub Bytes);

impl FromRequest<App> for CsvOf {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let lang = language_of(request.headers());
        check_media(request.headers(), lang, "text/csv", |media| media == "text/csv")?;
        Ok(CsvOf(bytes_of(request, app, lang).await?))
    }
}

/// The version that the caller saw; `*` is whichever there is.
#[derive(Debug, Clone, Copy)]
pub struct IfMatch(pub Option<u32>);

impl FromRequestParts<App> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let lang = language_of(&parts.headers);
        let Some(header) = parts.headers.get(IF_MATCH) else {
            return Err(Problem::precondition_required(lang));
        };
        let text = header.to_str().map_or("", str::trim);
        if text == "*" {
            return Ok(IfMatch(None));
        }
        let version = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        let version = version.filter(|digits| digits.bytes().all(|digit| digit.is_ascii_digit()));
        match version.and_then(|digits| digits.parse().ok()) {
            Some(version) => Ok(IfMatch(Some(version))),
            None => Err(Problem::if_match_malformed(lang)),
        }
    }
}

fn check_media(
    headers: &HeaderMap,
    lang: Lang,
    wanted: &str,
    fits: impl Fn(&str) -> bool,
) -> Result<(), Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if fits(&media) {
        return Ok(());
    }
    let detail = pick(
        lang,
        &format!("Kirim isi sebagai `Content-Type: {wanted}`."),
        &format!("Send the body as `Content-Type: {wanted}`."),
    );
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", detail))
}

async fn bytes_of(request: Request, app: &App, lang: Lang) -> Result<Bytes, Problem> {
    Bytes::from_request(request, app).await.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            let detail = pick(
                lang,
                "Isi terlalu besar; bagi menjadi beberapa kiriman.",
                "The body is too large; send it in parts.",
            );
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
        } else {
            let detail =
                pick(lang, "Isi tidak terbaca sampai selesai.", "The body could not be read to its end.");
            Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", detail)
        }
    })
}

fn malformed(lang: Lang, pointer: String, error: &serde_json::Error) -> Problem {
    if error.is_data() {
        let detail = pick(
            lang,
            &format!("Isi JSON tidak sesuai pada `{pointer}`: {error}."),
            &format!("The JSON body does not fit at `{pointer}`: {error}."),
        );
        let fault = Fault { pointer, code: "value_invalid".into(), detail: error.to_string() };
        return Problem::malformed("body_malformed", detail).with_errors(vec![fault]);
    }
    let detail = pick(
        lang,
        &format!("Isi bukan JSON yang sah: {error}."),
        &format!("The body is not valid JSON: {error}."),
    );
    Problem::new(StatusCode::BAD_REQUEST, "json_malformed", detail)
}

/// A place in a body as a JSON pointer.
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => {
                pointer.push('/');
                pointer.push_str(&index.to_string());
            }
            Segment::Map { key } | Segment::Enum { variant: key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => {}
        }
    }
    pointer
}

/// What is at the bottom of an error.
fn cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
