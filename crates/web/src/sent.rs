//! What a form sent: its values, and the hidden key under which a second tap is answered like the first.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use salur_api::{App, Idempotency, Problem, language_of};
use salur_core::Lang;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Largest form.
const FORM_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest key.
const KEY_CHARS_MAX: usize = 200;

/// A form that was sent. Fields may repeat, as boxes that were ticked do.
#[derive(Debug)]
pub(crate) struct Sent<T> {
    /// What it says.
    pub(crate) value: T,
    /// As it came.
    pub(crate) bytes: Bytes,
    /// The key of the act.
    pub(crate) key: Idempotency,
}

#[derive(Deserialize)]
struct Hidden {
    #[serde(rename = "_key")]
    key: Option<String>,
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let target = format!("{} {}", parts.method, parts.uri.path());
        let lang = language_of(&parts.headers);
        let bytes = axum::body::to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| too_large(lang))?;
        let value = read(&bytes, lang)?;
        let Hidden { key } = read(&bytes, lang)?;
        let key = key.filter(|key| !key.is_empty() && key.len() <= KEY_CHARS_MAX);
        let key = key.unwrap_or_else(|| app.clock.new_id().to_string());
        Ok(Sent { value, bytes, key: Idempotency::of_form(app, key, &target) })
    }
}

/// The values of a form whose fields are known only when it is read, in the order they came.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
pub(crate) struct Filled(Vec<(String, String)>);

impl Filled {
    /// The first value of a field, its ends trimmed; empty where there is none.
    pub(crate) fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// True if the form has the field, empty or not.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The first value of a field as it came, ends and all: a password is not trimmed.
    pub(crate) fn whole(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// All values of a field.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a field, or none where it is empty.
    pub(crate) fn given(&self, name: &str) -> Option<String> {
        Some(self.first(name)).filter(|value| !value.is_empty()).map(ToOwned::to_owned)
    }
}

fn read<T: DeserializeOwned>(bytes: &Bytes, lang: Lang) -> Result<T, Problem> {
    serde_html_form::from_bytes(bytes).map_err(|error| Problem::query_malformed(lang, &error.to_string()))
}

fn too_large(lang: Lang) -> Problem {
    let detail = match lang {
        Lang::Id => "Isian formulir terlalu besar; kirim dalam beberapa bagian.",
        Lang::En => "The form is too large; send it in parts.",
    };
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", detail)
}

impl Filled {
    /// The form without the key of its act, to be shown again.
    pub(crate) fn without_key(mut self) -> Filled {
        self.0.retain(|(name, _)| name != "_key");
        self
    }
}

impl FromIterator<(String, String)> for Filled {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Filled {
        Filled(pairs.into_iter().collect())
    }
}
