//! Pages of lists: how many, and an opaque place where the next one starts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salur_core::Lang;
use salur_store::StoreError;
use salur_store::requests::Place;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::App;
use crate::problem::{Problem, pick};

/// Most entries of a page.
const LIMIT_MAX: u32 = 100;
/// Entries of a page unless said otherwise.
const LIMIT_DEFAULT: u32 = 50;
/// Bytes of the check that a cursor carries.
const CHECK_LENGTH: usize = 8;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageBody<T: ToSchema> {
    /// What is on this page.
    pub data: Vec<T>,
    /// Where the next page starts: send it back as `cursor` with the same filter. Null on the last page.
    pub next_cursor: Option<String>,
    /// True if there are more pages.
    pub has_more: bool,
}

impl<T: ToSchema> PageBody<T> {
    pub(crate) fn new(data: Vec<T>, next_cursor: Option<String>) -> PageBody<T> {
        PageBody { data, has_more: next_cursor.is_some(), next_cursor }
    }
}

/// How many entries a page may have.
pub(crate) fn limit_of(limit: Option<u32>, lang: Lang) -> Result<u32, Problem> {
    limit_up_to(limit, LIMIT_DEFAULT, LIMIT_MAX, lang)
}

/// How many entries a page of a list with limits of its own may have.
pub(crate) fn limit_up_to(limit: Option<u32>, default: u32, most: u32, lang: Lang) -> Result<u32, Problem> {
    let limit = limit.unwrap_or(default);
    if (1..=most).contains(&limit) {
        return Ok(limit);
    }
    let what = pick(lang, &format!("limit harus 1 sampai {most}"), &format!("limit must be 1 to {most}"));
    Err(Problem::query_malformed(lang, &what))
}

/// Lines of a decree or payment order that are read in one go.
pub(crate) const LINES_AT_ONCE: u32 = 500;

/// The lines after one that fit, at most so many, and the last of them where there are more.
pub(crate) async fn lines_after<L, R: Future<Output = Result<Vec<L>, StoreError>>>(
    mut after: i64,
    limit: u32,
    read: impl Fn(i64) -> R,
    number: impl Fn(&L) -> i64,
    fits: impl Fn(&L) -> bool,
) -> Result<(Vec<L>, Option<i64>), StoreError> {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    while found.len() <= most {
        let page = read(after).await?;
        let Some(last) = page.last() else { break };
        after = number(last);
        found.extend(page.into_iter().filter(|line| fits(line)));
    }
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(number);
    Ok((found, next))
}

/// Cursors of one list under one filter: a cursor of another list or filter is refused, not misread.
#[derive(Debug)]
pub(crate) struct Cursors<'a> {
    app: &'a App,
    list: String,
    lang: Lang,
}

impl<'a> Cursors<'a> {
    pub(crate) fn new(app: &'a App, list: impl Into<String>, lang: Lang) -> Cursors<'a> {
        Cursors { app, list: list.into(), lang }
    }

    /// A place as the caller sees it.
    pub(crate) fn write(&self, place: Place) -> String {
        let mut bytes = place.at.to_be_bytes().to_vec();
        bytes.extend(place.id.as_bytes());
        bytes.extend(self.check(place));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor names, or where there is none, the start.
    pub(crate) fn read(&self, cursor: Option<&str>, start: Place) -> Result<Place, Problem> {
        let Some(cursor) = cursor else { return Ok(start) };
        self.place(cursor).ok_or_else(|| {
            let detail = pick(
                self.lang,
                "Cursor tidak dikenal atau berasal dari daftar lain; mulai lagi tanpa cursor.",
                "The cursor is unknown or belongs to another list; start again without one.",
            );
            Problem::malformed("cursor_malformed", detail)
        })
    }

    fn place(&self, cursor: &str) -> Option<Place> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (at, rest) = bytes.split_first_chunk::<8>()?;
        let (id, check) = rest.split_first_chunk::<16>()?;
        let place = Place { at: i64::from_be_bytes(*at), id: Uuid::from_bytes(*id) };
        (check == self.check(place)).then_some(place)
    }

    fn check(&self, place: Place) -> [u8; CHECK_LENGTH] {
        let text = format!("cursor\n{}\n{} {}", self.list, place.at, place.id);
        let digest = self.app.store.vault().note_digest(text.as_bytes());
        digest.0.first_chunk().copied().unwrap_or_default()
    }
}
