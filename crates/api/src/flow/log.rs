//! The whole history as an event log for other tools. It holds no personal data: people are told by pseudonyms that are
//! good within one export only, and by the roles they hold.

use std::io::{self, Write};

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use salur_core::{Lang, PersonId, RequestId, SchemeId, StageName};
use salur_flow::export::{Case, Doer, Naming, csv, ocel, xes};
use salur_store::requests::Scope;
use serde::Deserialize;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use utoipa::IntoParams;

use crate::extract::QueryOf;
use crate::filter::{known_region, known_scheme};
use crate::pieces::Pipe;
use crate::problem::{Problem, pick};
use crate::stages::narrowed;
use crate::{App, Caller};

/// Exports that are written at a time; others wait.
static WRITING: Semaphore = Semaphore::const_new(2);
/// Characters of a pseudonym.
const PSEUDONYM: usize = 12;

/// Which log.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LogQuery {
    /// `xes`, `ocel` (OCEL 2.0 in JSON) or `csv`.
    #[param(default = "xes")]
    pub format: Option<String>,
    /// Of this scheme; of each where none is named.
    pub scheme: Option<String>,
    /// In this regency or city.
    pub region: Option<String>,
}

/// How a log is written.
#[derive(Debug, Clone, Copy)]
enum Format {
    Xes,
    Ocel,
    Csv,
}

/// Writes the history of every request that the caller may see as an event log. That they fetched it is noted.
#[utoipa::path(get, path = "/flow/log", tag = "flow", params(LogQuery),
    responses((status = 200, description = "The event log", content_type = "application/xml", body = String)))]
pub async fn log(
    State(app): State<App>,
    caller: Caller,
    QueryOf(query): QueryOf<LogQuery>,
) -> Result<Response, Problem> {
    let lang = caller.lang;
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let format = match given(&query.format).as_deref() {
        None | Some("xes") => Format::Xes,
        Some("ocel") => Format::Ocel,
        Some("csv") => Format::Csv,
        Some(_) => {
            let what = pick(lang, "format: xes, ocel atau csv", "format: xes, ocel or csv");
            return Err(Problem::query_malformed(lang, &what));
        }
    };
    let scheme = given(&query.scheme).map(|scheme| known_scheme(&app, &scheme, lang)).transpose()?;
    let region = given(&query.region).map(|region| known_region(&app, &region, lang)).transpose()?;
    let id = app.clock.new_id();
    caller.note_reading(&app, "log_exported", id).await?;
    let turn = WRITING.acquire().await;
    let (pipe, pieces) = Pipe::new();
    let told = Told {
        app,
        scheme,
        scope: narrowed(&caller, region),
        runtime: Handle::current(),
        salt: id.as_u128(),
    };
    tokio::task::spawn_blocking(move || {
        let _turn = turn;
        let broken = pipe.breaker();
        if let Err(error) = told.write(format, pipe, lang) {
            tracing::warn!(%error, "an event log could not be written to its end");
            broken.break_off(&error);
        }
    });
    let (media_type, name) = match format {
        Format::Xes => ("application/xml", "salur.xes"),
        Format::Ocel => ("application/json", "salur.ocel.json"),
        Format::Csv => ("text/csv; charset=utf-8", "salur.csv"),
    };
    let disposition = format!("attachment; filename=\"{name}\"");
    let headers = [
        (CONTENT_TYPE, media_type),
        (CONTENT_DISPOSITION, disposition.as_str()),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

/// What is told.
struct Told {
    app: App,
    scheme: Option<SchemeId>,
    scope: Scope,
    runtime: Handle,
    /// Makes pseudonyms of one export good for it only.
    salt: u128,
}

impl Told {
    fn write(&self, format: Format, mut out: Pipe, lang: Lang) -> io::Result<()> {
        let world = self.app.store.world();
        let doer = |person: PersonId| {
            let roles =
                world.roster.person(person).map(salur_core::roster::Person::roles).unwrap_or_default();
            Doer { pseudonym: self.pseudonym(person), role: roles.first().map(ToString::to_string) }
        };
        let stage = |scheme: &SchemeId, stage: &StageName| {
            let workflow = world.workflows.current(scheme);
            workflow
                .map_or_else(|| stage.to_string(), |workflow| workflow.stage_title(stage, lang).to_owned())
        };
        let naming = Naming { doer: &doer, stage: &stage };
        let failed = std::cell::RefCell::new(None);
        let cases = || Cases { told: self, read: Vec::new().into_iter(), after: None, failed: &failed };
        match format {
            Format::Xes => xes(&mut out, cases(), naming)?,
            Format::Ocel => ocel(&mut out, cases, naming)?,
            Format::Csv => csv(&mut out, cases(), naming)?,
        }
        match failed.take() {
            Some(error) => Err(error),
            None => out.flush(),
        }
    }

    fn pseudonym(&self, person: PersonId) -> String {
        let keyed = self.app.store.vault().subject_key(&format!("log {} {person}", self.salt));
        keyed.chars().take(PSEUDONYM).collect()
    }
}

/// Every request with its history, read a piece at a time.
struct Cases<'a> {
    told: &'a Told,
    read: std::vec::IntoIter<(RequestId, Vec<salur_core::event::Entry>)>,
    after: Option<RequestId>,
    failed: &'a std::cell::RefCell<Option<io::Error>>,
}

impl Iterator for Cases<'_> {
    type Item = Case;

    fn next(&mut self) -> Option<Case> {
        if self.read.as_slice().is_empty() {
            let store = &self.told.app.store;
            let reading = store.histories(self.told.scheme.as_ref(), &self.told.scope, self.after);
            match self.told.runtime.block_on(reading) {
                Ok(read) => self.read = read.into_iter(),
                Err(error) => {
                    self.failed.replace(Some(io::Error::other(error)));
                    return None;
                }
            }
        }
        let (request, entries) = self.read.next()?;
        self.after = Some(request);
        Some(Case { request, entries })
    }
}
