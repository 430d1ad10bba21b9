//! The audit trail: what happened, newest first, and how anybody can check that nothing of it was changed.

mod told;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::events::{self, EventsQuery, TrailBody};
use salur_api::extract::QueryOf;
use salur_api::{App, Problem};
use serde::Deserialize;

use crate::page::{Frame, Visitor, only_for, show};
use crate::texts::t;

/// Events on a page.
const SHOWN: u32 = 100;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/audit", routing::get(audit))
}

/// Up to which position.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    until: Option<i64>,
}

#[derive(Template)]
#[template(path = "audit.html")]
struct AuditPage {
    frame: Frame,
    events: Vec<TrailBody>,
    head: i64,
    older: Option<i64>,
}

async fn audit(
    State(app): State<App>,
    visitor: Visitor,
    QueryOf(place): QueryOf<Place>,
) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    only_for(desk.reads_audit(), &frame)?;
    let head = *app.store.position().borrow();
    let until = place.until.unwrap_or(head).clamp(0, head);
    let after = until.saturating_sub(i64::from(SHOWN)).max(0);
    let limit = u32::try_from(until.saturating_sub(after)).unwrap_or(SHOWN).max(1);
    let query = EventsQuery { after: Some(after), limit: Some(limit) };
    let mut events = events::list(State(app), caller, QueryOf(query)).await?.0.data;
    events.retain(|event| event.pos <= until);
    events.reverse();
    show(&AuditPage { frame, events, head, older: (after > 0).then_some(after) }, lang)
}

impl AuditPage {
    /// What an event is called.
    fn kind(&self, event: &TrailBody) -> String {
        told::kind(&event.kind, self.frame.lang)
    }

    /// What it is about.
    fn subject(&self, event: &TrailBody) -> String {
        told::subject(&event.subject_kind, self.frame.lang)
    }
}

/// The page of what an event is about.
fn place(event: &TrailBody) -> Option<String> {
    let id = event.subject_id;
    match event.subject_kind.as_str() {
        "request" => Some(format!("/requests/{id}")),
        "decree" => Some(format!("/decrees/{id}")),
        "payment_order" => Some(format!("/payments/{id}")),
        _ => None,
    }
}
