//! Files as they come in: the whole body or the parts of a form, counted while they are read, so that nothing a
//! header declares is believed.

use std::time::Duration;

use axum::RequestExt as _;
use axum::body::{Body, HttpBody as _};
use axum::extract::multipart::{Field, Multipart, MultipartError};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use salur_core::Lang;

use crate::problem::Problem;

/// The longest wait for the next piece of a file.
const PIECE_WITHIN: Duration = Duration::from_secs(20);
/// The longest time for a whole file: 32 MiB over one megabit a second.
const ALL_WITHIN: Duration = Duration::from_mins(5);

/// A file that came in.
#[derive(Debug, Default)]
pub(crate) struct Upload {
    /// The type that its sender declared, without parameters.
    pub(crate) declared: Option<String>,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

/// What a route takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    /// Bytes in all.
    pub(crate) bytes: usize,
    /// The parts of a form; the first must be there.
    pub(crate) parts: &'static [&'static str],
    /// The language of refusals.
    pub(crate) lang: Lang,
}

/// A sentence in the caller's language.
pub(crate) fn said(lang: Lang, id: impl Into<String>, en: impl Into<String>) -> String {
    match lang {
        Lang::Id => id.into(),
        Lang::En => en.into(),
    }
}

/// Reads a file sent as the whole body, or files sent as parts of a form; in the order of the rules' parts.
pub(crate) async fn receive(request: Request, rules: Rules) -> Result<Vec<Option<Upload>>, Problem> {
    let declared = media_type(request.headers());
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > rules.bytes.saturating_add(FORM_OVERHEAD)) {
        return Err(rules.too_large());
    }
    let reading = async {
        if declared.as_deref() == Some("multipart/form-data") {
            return rules.parts_of(request).await;
        }
        let bytes = rules.whole(request.into_body()).await?;
        let mut files = vec![Some(Upload { declared, bytes })];
        files.resize_with(rules.parts.len(), || None);
        Ok(files)
    };
    tokio::time::timeout(ALL_WITHIN, reading).await.unwrap_or_else(|_| Err(rules.stalled()))
}

/// What a form adds to its files: boundaries and headers.
const FORM_OVERHEAD: usize = 16 * 1024;

/// A declared type without its parameters, in small letters.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The refusal of a type that a route does not take.
pub(crate) fn unsupported(lang: Lang, wanted: &str) -> Problem {
    let detail = said(lang, format!("Kirim berkas sebagai {wanted}."), format!("Send the file as {wanted}."));
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media_type_unsupported", detail)
}

impl Rules {
    async fn whole(self, mut body: Body) -> Result<Vec<u8>, Problem> {
        // As long as it is announced to be, so that it is not moved while it grows; what is not sent takes no memory.
        let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
        let mut bytes = Vec::with_capacity(announced.min(self.bytes));
        loop {
            let frame = tokio::time::timeout(PIECE_WITHIN, body.frame()).await;
            let Some(frame) = frame.map_err(|_| self.stalled())? else { return Ok(bytes) };
            let frame = frame.map_err(|_| self.broken())?;
            let Ok(piece) = frame.into_data() else { continue };
            if bytes.len().saturating_add(piece.len()) > self.bytes {
                return Err(self.too_large());
            }
            bytes.extend_from_slice(&piece);
        }
    }

    async fn parts_of(self, mut request: Request) -> Result<Vec<Option<Upload>>, Problem> {
        // Files are counted below; this bounds what stands between them.
        DefaultBodyLimit::max(self.bytes.saturating_add(FORM_OVERHEAD)).apply(&mut request);
        let form = request.extract::<Multipart, _>().await;
        let mut form = form.map_err(|_| self.form_malformed())?;
        let mut files: Vec<Option<Upload>> = Vec::new();
        files.resize_with(self.parts.len(), || None);
        let mut total = 0;
        loop {
            let next = tokio::time::timeout(PIECE_WITHIN, form.next_field()).await;
            let next = next.map_err(|_| self.stalled())?.map_err(|error| self.of_form(&error))?;
            let Some(field) = next else { break };
            let name = field.name().unwrap_or_default();
            let slot = self.parts.iter().position(|part| *part == name);
            let slot = slot.and_then(|at| files.get_mut(at)).filter(|slot| slot.is_none());
            let Some(slot) = slot else { return Err(self.part_unknown(name)) };
            *slot = Some(self.part(field, &mut total).await?);
        }
        match (files.first(), self.parts.first()) {
            (Some(None), Some(name)) => Err(self.part_missing(name)),
            _ => Ok(files),
        }
    }

    async fn part(self, mut field: Field<'_>, total: &mut usize) -> Result<Upload, Problem> {
        let declared = media_type(field.headers());
        let mut bytes = Vec::new();
        loop {
            let piece = tokio::time::timeout(PIECE_WITHIN, field.chunk()).await;
            let piece = piece.map_err(|_| self.stalled())?.map_err(|error| self.of_form(&error))?;
            let Some(piece) = piece else { return Ok(Upload { declared, bytes }) };
            *total = total.saturating_add(piece.len());
            if *total > self.bytes {
                return Err(self.too_large());
            }
            bytes.extend_from_slice(&piece);
        }
    }

    fn too_large(self) -> Problem {
        let most = self.bytes / (1024 * 1024);
        let detail = said(
            self.lang,
            format!("Berkas ini lebih besar dari {most} MiB."),
            format!("This file is larger than {most} MiB."),
        );
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "file_too_large", detail)
    }

    fn stalled(self) -> Problem {
        let detail = said(
            self.lang,
            "Berkas tidak sampai pada waktunya; kirim lagi.",
            "The file did not arrive in time; send it again.",
        );
        Problem::new(StatusCode::REQUEST_TIMEOUT, "upload_stalled", detail)
    }

    fn broken(self) -> Problem {
        let detail =
            said(self.lang, "Isi tidak terbaca sampai selesai.", "The body could not be read to its end.");
        Problem::new(StatusCode::BAD_REQUEST, "body_unreadable", detail)
    }

    fn of_form(self, error: &MultipartError) -> Problem {
        if error.status() == StatusCode::PAYLOAD_TOO_LARGE { self.too_large() } else { self.form_malformed() }
    }

    fn form_malformed(self) -> Problem {
        let detail = said(
            self.lang,
            "Formulir multipart tidak utuh atau salah susunannya.",
            "The multipart form is incomplete or not well formed.",
        );
        Problem::new(StatusCode::BAD_REQUEST, "form_malformed", detail)
    }

    fn part_unknown(self, name: &str) -> Problem {
        let known = self.parts.join("`, `");
        let name: String = name.chars().filter(|letter| !letter.is_control()).take(40).collect();
        let detail = said(
            self.lang,
            format!("Bagian `{name}` tidak dikenal atau dikirim dua kali; yang dibaca: `{known}`."),
            format!("The part `{name}` is unknown or came twice; what is read: `{known}`."),
        );
        Problem::malformed("part_unknown", detail)
    }

    fn part_missing(self, name: &str) -> Problem {
        let detail = said(
            self.lang,
            format!("Bagian `{name}` tidak ada dalam formulir."),
            format!("The part `{name}` is missing from the form."),
        );
        Problem::malformed("part_missing", detail)
    }
}
