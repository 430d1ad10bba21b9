//! The office: people, seats and who acts in them, delegations, absences, freezes; and the changes that two persons make.

mod changes;

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::{Router, routing};
use salur_api::budget_lines::{self, BudgetLineBody};
use salur_api::change_body::ChangeBody;
use salur_api::extract::QueryOf;
use salur_api::proposals::{self, ListQuery, ProposalBody};
use salur_api::roster::{self, FreezeBody, RosterBody};
use salur_api::{App, Problem};
use salur_core::desk::Desk;
use serde_json::Value as Json;

use crate::page::{Frame, Visitor, only_for, show_wrong};
use crate::texts::t;
use crate::words::filters;

/// Open proposals that are shown.
const SHOWN: u32 = 50;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/office", routing::get(office))
        .route("/office/propose/{kind}", routing::get(changes::form).post(changes::propose))
        .route("/office/end/{kind}", routing::post(changes::end))
        .route("/office/proposals/{id}/{word}", routing::post(changes::decide))
}

#[derive(Template)]
#[template(path = "office.html")]
struct OfficePage {
    frame: Frame,
    desk: Desk,
    me: uuid::Uuid,
    roster: RosterBody,
    freezes: Vec<FreezeBody>,
    budget: Vec<BudgetLineBody>,
    open: Vec<ProposalBody>,
    kinds: Vec<(&'static str, String)>,
    /// What roles, regions and schemes are called.
    names: BTreeMap<String, String>,
    /// An act that did not go.
    wrong: Option<Problem>,
}

async fn office(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    shown(&app, visitor, None).await
}

/// The office, with what stood in the way of a change.
async fn shown(app: &App, visitor: Visitor, wrong: Option<Problem>) -> Result<Response, Problem> {
    let Visitor { caller, desk, frame } = visitor;
    let lang = caller.lang;
    only_for(desk.reads_office(), &frame)?;
    let roster = roster::roster(State(app.clone()), caller.clone()).await.0;
    let freezes = roster::freezes(State(app.clone()), caller.clone()).await.0.data;
    let budget = budget_lines::list(State(app.clone()), caller.clone()).await?.0.data;
    let query = ListQuery { state: Some("open".into()), limit: Some(SHOWN), cursor: None };
    let (me, person) = (caller.person.id.0, caller.person.clone());
    let open = proposals::list(State(app.clone()), caller, QueryOf(query)).await?.0.data;
    let kinds = changes::open_to(app, &person, lang);
    let names = changes::names(app, lang);
    let status = wrong.as_ref().map(|wrong| wrong.status);
    let page = OfficePage { frame, desk, me, roster, freezes, budget, open, kinds, names, wrong };
    show_wrong(&page, lang, status)
}

impl OfficePage {
    /// What a role, a region or a scheme is called.
    fn name_of(&self, code: &str) -> String {
        self.names.get(code).cloned().unwrap_or_else(|| code.to_owned())
    }

    /// What several are called.
    fn names_of(&self, codes: &[String]) -> String {
        codes.iter().map(|code| self.name_of(code)).collect::<Vec<_>>().join(", ")
    }

    /// A budget line by its year, scheme and fund.
    fn line_of(&self, line: &BudgetLineBody) -> String {
        format!("{} {}, {}", self.name_of(&line.scheme), line.year, line.fund.to_uppercase())
    }

    /// True if the reader's word on a proposal would count.
    fn may_confirm(&self, it: &ProposalBody) -> bool {
        it.who_could.iter().any(|person| person.id == self.me)
    }

    /// True if the reader may end a paper of these people: their own, or anybody's where they may change the office.
    fn may_end(&self, people: &[uuid::Uuid]) -> bool {
        self.desk.administers || people.contains(&self.me)
    }

    /// A proposed change line by line, each in words.
    fn lines(&self, change: &ChangeBody) -> Vec<(String, String)> {
        let Ok(Json::Object(fields)) = serde_json::to_value(change) else { return Vec::new() };
        let kind = fields.get("kind").and_then(Json::as_str).unwrap_or_default().to_owned();
        let told = fields.iter().filter(|(name, value)| {
            !value.is_null()
                && !matches!(name.as_str(), "kind" | "text")
                && **value != Json::Array(Vec::new())
        });
        let lang = self.frame.lang;
        told.map(|(name, value)| (changes::label(&kind, name, lang), self.said(name, value))).collect()
    }

    fn said(&self, name: &str, value: &Json) -> String {
        match value {
            Json::String(text) => {
                let person = self.roster.people.iter().find(|person| person.id.to_string() == *text);
                let known = person.map(|person| person.name.clone());
                let known = known.or_else(|| self.names.get(text).cloned());
                known.unwrap_or_else(
                    || if name.ends_with("day") { self.frame.day(text) } else { text.clone() },
                )
            }
            Json::Number(number) => number.as_i64().map_or_else(|| number.to_string(), crate::words::rupiah),
            Json::Array(all) => all.iter().map(|value| self.said(name, value)).collect::<Vec<_>>().join(", "),
            Json::Null | Json::Bool(_) | Json::Object(_) => value.to_string(),
        }
    }
}
