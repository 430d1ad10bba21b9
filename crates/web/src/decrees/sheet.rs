//! One decree as a sheet: count, total and budget first, then what to look at, the regions, the lines.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use salur_api::decree_body::{DecreeBody, DecreeLineBody};
use salur_api::decree_overview::{self, OverviewBody};
use salur_api::decrees::{self, LinesQuery};
use salur_api::extract::{IdOf, QueryOf};
use salur_api::page::PageBody;
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use salur_core::words::numeral;
use serde::Deserialize;
use uuid::Uuid;

use super::state_tag;
use crate::page::{Frame, Visitor, show_wrong};
use crate::sent::Filled;
use crate::texts::t;
use crate::words::filters;

/// Lines on a page.
const SHOWN: u32 = 50;
/// Digits of a digest that people compare.
pub(crate) const COMPARED: usize = 8;

#[derive(Template)]
#[template(path = "decree.html")]
struct SheetPage {
    frame: Frame,
    desk: Desk,
    scheme: String,
    it: DecreeBody,
    overview: OverviewBody,
    /// What the total is in words.
    in_words: String,
    short: String,
    /// An act that did not go.
    wrong: Option<Problem>,
}

pub(crate) async fn sheet(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
) -> Result<Response, Problem> {
    shown(&app, visitor, id, None).await
}

/// The sheet, with what stood in the way of an act on it.
pub(super) async fn shown(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    let it = decrees::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let overview = decree_overview::overview(State(app.clone()), caller, IdOf(id)).await?.0;
    let in_words = amount_in_words(&frame, stands(&it));
    let scheme = scheme_title(app, &it.scheme, &frame);
    let short = short(&it.digest);
    let status = wrong.as_ref().map(|wrong| wrong.status);
    show_wrong(&SheetPage { frame, desk, scheme, it, overview, in_words, short, wrong }, lang, status)
}

/// What the lines that stand sum up to: those still listed in a draft, those approved in a signed decree.
pub(super) fn stands(it: &DecreeBody) -> i64 {
    if it.state == "draft" { it.listed_total } else { it.approved_total }
}

/// An amount as it is written out on decrees.
pub(super) fn amount_in_words(frame: &Frame, amount: i64) -> String {
    let words = numeral(amount.unsigned_abs(), frame.lang);
    t!(frame, "amount-in-words", words = words)
}

/// What the decree's scheme is called.
pub(super) fn scheme_title(app: &App, scheme: &str, frame: &Frame) -> String {
    let world = app.store.world();
    let workflow = world.workflows.current(&scheme.into());
    workflow.map_or_else(|| scheme.to_owned(), |workflow| workflow.title.in_lang(frame.lang).to_owned())
}

/// The digits of a digest that people compare by eye: `7F3A-91C2`.
pub(crate) fn short(digest: &str) -> String {
    let digits: String = digest.chars().take(COMPARED).collect::<String>().to_uppercase();
    let (head, tail) = digits.split_at(digits.len() / 2);
    format!("{head}-{tail}")
}

/// Which lines.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LinesPlace {
    outcome: Option<String>,
    cursor: Option<String>,
}

#[derive(Template)]
#[template(path = "decree_lines.html")]
struct LinesPage {
    frame: Frame,
    it: DecreeBody,
    page: PageBody<DecreeLineBody>,
    outcome: String,
    cursor: String,
    outcomes: Vec<(&'static str, String)>,
    /// What regions are called.
    regions: BTreeMap<String, String>,
    /// Lines that were chosen to be struck, and why, where the strike did not go.
    chosen: Vec<Uuid>,
    reason: String,
    wrong: Option<Problem>,
}

/// The lines of a decree, a page at a time; those of a draft may be chosen to be struck.
pub(crate) async fn lines(
    State(app): State<App>,
    visitor: Visitor,
    IdOf(id): IdOf,
    QueryOf(place): QueryOf<LinesPlace>,
) -> Result<Response, Problem> {
    lines_page(&app, visitor, id, place, &Filled::default(), None).await
}

/// The lines with what was chosen, where striking them did not go.
pub(super) async fn lines_again(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    filled: &Filled,
    wrong: Problem,
) -> Result<Response, Problem> {
    let place = LinesPlace { outcome: filled.given("outcome"), cursor: filled.given("cursor") };
    lines_page(app, visitor, id, place, filled, Some(wrong)).await
}

async fn lines_page(
    app: &App,
    visitor: Visitor,
    id: Uuid,
    place: LinesPlace,
    filled: &Filled,
    wrong: Option<Problem>,
) -> Result<Response, Problem> {
    let Visitor { caller, frame, .. } = visitor;
    let lang = caller.lang;
    let it = decrees::one(State(app.clone()), caller.clone(), IdOf(id)).await?.0;
    let outcome = place.outcome.filter(|outcome| !outcome.is_empty());
    let cursor = place.cursor.clone().unwrap_or_default();
    let query = LinesQuery { outcome: outcome.clone(), limit: Some(SHOWN), cursor: place.cursor };
    let page = decrees::lines(State(app.clone()), caller, IdOf(id), QueryOf(query)).await?.0;
    let outcomes = vec![
        ("", t!(frame, "all")),
        ("listed", t!(frame, "line-listed")),
        ("approved", t!(frame, "line-approved")),
        ("struck", t!(frame, "line-struck")),
        ("refused", t!(frame, "line-refused")),
    ];
    let served = app.store.regions();
    let regions = served.served_regencies().map(|(code, name)| (code.to_string(), name.clone())).collect();
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let page = LinesPage {
        frame,
        it,
        page,
        outcome: outcome.unwrap_or_default(),
        cursor,
        outcomes,
        regions,
        chosen: filled.all("ids").filter_map(|id| id.parse().ok()).collect(),
        reason: filled.first("reason").to_owned(),
        wrong,
    };
    show_wrong(&page, lang, status)
}

impl LinesPage {
    /// What a region is called.
    fn region_of<'a>(&'a self, code: &'a str) -> &'a str {
        self.regions.get(code).map_or(code, String::as_str)
    }

    /// The tag of a line's outcome.
    fn tag(&self, outcome: &str) -> (&'static str, String) {
        let title = self.outcomes.iter().find(|(known, _)| *known == outcome);
        let title = title.map_or_else(|| t!(self.frame, "line-released"), |(_, title)| title.clone());
        let look = match outcome {
            "approved" => "good",
            "struck" => "warn",
            "refused" => "bad",
            _ => "info",
        };
        (look, title)
    }
}
