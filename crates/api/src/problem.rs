//! Errors as RFC 9457 `application/problem+json`: a stable code, a sentence, what failed, who could act instead.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use salur_core::Lang;
use salur_core::office::{Flaw, Objection};
use salur_core::refusal::{Refusal, RefusalKind, Why};
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_store::{ExecuteError, StoreError};
use serde::Serialize;
use utoipa::ToSchema;

/// An error as it is answered. The answer carries it among its extensions too: for whoever counts answers, and for
/// pages, which show it in their own way.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// A stable address of the kind of problem.
    #[serde(rename = "type")]
    #[schema(value_type = String)]
    pub kind: Box<str>,
    /// The HTTP status in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// A stable code, never translated.
    #[schema(value_type = String)]
    pub code: Box<str>,
    /// What is wrong, as a sentence.
    #[schema(value_type = String)]
    pub detail: Box<str>,
    /// Each thing that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// Who could act instead.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who_could: Vec<Somebody>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Fault {
    /// Where, as a JSON pointer or a row and field.
    pub pointer: String,
    /// A stable code.
    pub code: String,
    /// What is wrong and how to mend it, and what shows it.
    pub detail: String,
}

/// A person by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Somebody {
    /// The id.
    pub id: uuid::Uuid,
    /// The name.
    pub name: String,
}

pub(crate) fn pick(lang: Lang, id: &str, en: &str) -> String {
    match lang {
        Lang::Id => id.to_owned(),
        Lang::En => en.to_owned(),
    }
}

impl Problem {
    /// A problem of a status, a code and a sentence.
    #[must_use]
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Problem {
        Problem {
            kind: format!("urn:salur:problem:{code}").into(),
            title: status.canonical_reason().unwrap_or("Problem"),
            status: status.as_u16(),
            code: code.into(),
            detail: detail.into().into(),
            errors: Vec::new(),
            who_could: Vec::new(),
        }
    }

    /// With each thing that is wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<Fault>) -> Problem {
        self.errors = errors;
        self
    }

    /// No session speaks for the caller.
    #[must_use]
    pub fn unauthenticated(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "Masuk dulu: kirim `Authorization: Bearer TOKEN` dengan token sesi yang masih berlaku.",
            "Sign in first: send `Authorization: Bearer TOKEN` with the token of a session that has not ended.",
        );
        Problem::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail)
    }

    /// Nothing there, or nothing for the caller's eyes: the two cannot be told apart.
    #[must_use]
    pub fn not_found(lang: Lang) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not_found", pick(lang, "Tidak ditemukan.", "Not found."))
    }

    /// The key is no key.
    #[must_use]
    pub fn key_malformed(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "Idempotency-Key harus 1 sampai 200 karakter yang tampak.",
            "Idempotency-Key must be 1 to 200 visible characters.",
        );
        Problem::new(StatusCode::BAD_REQUEST, "idempotency_key_malformed", detail)
    }

    /// `If-Match` is missing.
    #[must_use]
    pub fn precondition_required(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "Kirim If-Match dengan ETag permohonan yang dilihat.",
            "Send If-Match with the ETag of the request as it was seen.",
        );
        Problem::new(StatusCode::PRECONDITION_REQUIRED, "if_match_missing", detail)
    }

    /// `If-Match` is no version.
    #[must_use]
    pub fn if_match_malformed(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "If-Match harus satu ETag dari permohonan, misalnya \"3\", atau *.",
            "If-Match must be one ETag of the request, as \"3\", or *.",
        );
        Problem::new(StatusCode::BAD_REQUEST, "if_match_malformed", detail)
    }

    /// The query has a parameter or value that is not known.
    #[must_use]
    pub fn query_malformed(lang: Lang, what: &str) -> Problem {
        let detail = pick(
            lang,
            &format!("Parameter alamat tidak sesuai: {what}."),
            &format!("The query does not fit: {what}."),
        );
        Problem::malformed("query_malformed", detail)
    }

    /// The body, the query or a path is not as it should be.
    #[must_use]
    pub fn malformed(code: &str, detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, code, detail)
    }

    /// What should be the digest of a list is none.
    #[must_use]
    pub fn digest_malformed(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "digest harus 64 angka heksadesimal seperti pada daftar yang dibaca.",
            "digest must be 64 hexadecimal digits, as in the list that was read.",
        );
        Problem::malformed("digest_malformed", detail)
    }

    /// The server did what it never should.
    #[must_use]
    pub fn unexpected(lang: Lang) -> Problem {
        let detail = pick(
            lang,
            "Terjadi kesalahan di server; sudah dicatat.",
            "Something went wrong in the server; it has been logged.",
        );
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
    }

    /// The rules say no.
    #[must_use]
    pub fn refused(refusal: &Refusal, lang: Lang, world: &World, workflow: Option<&Workflow>) -> Problem {
        let status = match (&refusal.why, refusal.why.kind()) {
            (Why::NotFound, _) => return Problem::not_found(lang),
            (Why::Stale { .. }, _) => StatusCode::PRECONDITION_FAILED,
            (_, RefusalKind::NotYou) => StatusCode::FORBIDDEN,
            (_, RefusalKind::NotNow) => StatusCode::CONFLICT,
            (_, RefusalKind::NotLikeThis) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut problem = Problem::new(status, refusal.why.code(), refusal.sentence(lang, world, workflow));
        problem.who_could = refusal
            .who_could
            .iter()
            .map(|person| Somebody { id: person.0, name: world.roster.name(*person) })
            .collect();
        if let Why::Office(Objection::DefinitionUnsound { flaws }) = &refusal.why {
            let fault = |flaw: &Flaw| Fault {
                pointer: flaw.place.clone(),
                code: flaw.code.clone(),
                detail: match &flaw.shown {
                    Some(shown) => format!("{} ({})", flaw.text.in_lang(lang), shown.in_lang(lang)),
                    None => flaw.text.in_lang(lang).to_owned(),
                },
            };
            problem.errors = flaws.iter().map(fault).collect();
        }
        problem
    }

    /// A job was not done.
    #[must_use]
    pub fn of(error: &ExecuteError, lang: Lang, world: &World, workflow: Option<&Workflow>) -> Problem {
        match error {
            ExecuteError::Refused(refusal) => Problem::refused(refusal, lang, world, workflow),
            ExecuteError::KeyReused => {
                let detail = pick(
                    lang,
                    "Idempotency-Key ini sudah dipakai untuk perintah lain; pakai kunci baru.",
                    "This Idempotency-Key was used for another command; use a new one.",
                );
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused", detail)
            }
            ExecuteError::Overtaken => {
                let detail = pick(
                    lang,
                    "Ini sudah diubah orang lain sejak dibaca; muat ulang lalu coba lagi.",
                    "Somebody else has changed this since it was read; read it again and try once more.",
                );
                Problem::new(StatusCode::CONFLICT, "overtaken", detail)
            }
            ExecuteError::Store(error) => Problem::broken(error, lang),
        }
    }

    /// The database failed: logged here, once; the caller learns only whether to try again.
    #[must_use]
    pub fn broken(error: &StoreError, lang: Lang) -> Problem {
        tracing::error!(error = %chain(error), "the store failed");
        let (status, code, id, en) = match error {
            StoreError::Unreachable { maybe_done: true } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "outcome_unknown",
                "Basis data terputus sebelum sempat menjawab, jadi belum diketahui apakah ini sudah tercatat. \
                 Ulangi dengan Idempotency-Key yang sama: tidak akan tercatat dua kali.",
                "The database went away before it could answer, so it is not known whether this was done. \
                 Repeat it with the same Idempotency-Key: it will not be done twice.",
            ),
            StoreError::Unreachable { maybe_done: false } => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Basis data sedang tidak dapat dijangkau; tidak ada yang tercatat. \
                 Ulangi dengan Idempotency-Key yang sama.",
                "The database cannot be reached now; nothing was done. Repeat it with the same Idempotency-Key.",
            ),
            StoreError::Write(_) | StoreError::Read(_) | StoreError::WriterGone | StoreError::Blob(_) => (
                StatusCode::SERVICE_UNAVAILABLE,
                "unavailable",
                "Basis data sedang tidak dapat dipakai; ulangi dengan Idempotency-Key yang sama.",
                "The database is not to be had now; try again with the same Idempotency-Key.",
            ),
            StoreError::Migrate(_)
            | StoreError::Inconsistent { .. }
            | StoreError::History(_)
            | StoreError::Key(_)
            | StoreError::Unfit(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "Terjadi kesalahan di server; sudah dicatat.",
                "Something went wrong in the server; it has been logged.",
            ),
        };
        Problem::new(status, code, pick(lang, id, en))
    }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response.extensions_mut().insert(self);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
