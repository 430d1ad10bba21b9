//! What a page shows after a form was sent, kept sealed in the page's address: a page that answers a form is a page like
//! any other then, to go back to, load again and read in the other language; and nothing of it can be read, or made up, by
//! anybody else. It is for the person who sent the form, and for half an hour.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use salur_api::{App, Caller, Problem};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::texts::{Words, t};

/// How long it can be shown.
const KEPT: SignedDuration = SignedDuration::from_mins(30);

#[derive(Serialize, Deserialize)]
struct Kept<T> {
    person: Uuid,
    until: i64,
    page: String,
    what: T,
}

/// Seals what a page is to show.
pub(crate) fn keep<T: Serialize>(
    app: &App,
    caller: &Caller,
    page: &str,
    what: &T,
) -> Result<String, Problem> {
    let until = caller.at.checked_add(KEPT).unwrap_or(caller.at).as_microsecond();
    let kept = Kept { person: caller.person.id.0, until, page: page.to_owned(), what };
    let plain = serde_json::to_vec(&kept).map_err(|_| Problem::unexpected(caller.lang))?;
    let sealed = app.store.vault().seal(&plain).map_err(|error| Problem::broken(&error, caller.lang))?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// What was kept for this page and this person.
pub(crate) fn kept<T: DeserializeOwned>(
    app: &App,
    caller: &Caller,
    page: &str,
    token: &str,
) -> Result<T, Problem> {
    let opened = URL_SAFE_NO_PAD.decode(token).ok().and_then(|sealed| app.store.vault().open(&sealed).ok());
    let kept = opened.and_then(|plain| serde_json::from_slice::<Kept<T>>(&plain).ok()).filter(|kept| {
        kept.person == caller.person.id.0 && kept.page == page && kept.until >= caller.at.as_microsecond()
    });
    kept.map(|kept| kept.what).ok_or_else(|| {
        let detail = t!(Words(caller.lang), "kept-gone");
        Problem::new(axum::http::StatusCode::GONE, "kept_gone", detail)
    })
}
