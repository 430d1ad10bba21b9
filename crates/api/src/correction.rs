//! Facts that come in by hand: judged by the scheme's form, sealed, and handed on.

use std::collections::BTreeMap;

use salur_core::ActionName;
use salur_core::command::Command;
use salur_core::event::FactsRef;
use salur_core::form::{self, Facts, Verdict};
use salur_core::refusal::Refusal;
use salur_core::request::Request;
use salur_core::workflow::Workflow;
use salur_store::job::{SealedFacts, SealedNote};
use serde_json::{Map, Value as Json};

use crate::problem::{Fault, Problem, pick};
use crate::{App, Caller};

/// The command that corrects a payee's account, and the facts it would make valid.
pub(crate) async fn command(
    app: &App,
    caller: &Caller,
    workflow: &Workflow,
    request: &Request,
    action: ActionName,
    note: Option<&SealedNote>,
    given: &BTreeMap<String, Json>,
) -> Result<(Command, Option<SealedFacts>), Problem> {
    let reason = note.map(|note| note.note);
    let act = |facts: Option<FactsRef>| Command::Act { action, reason, fields: BTreeMap::new(), facts };
    if given.is_empty() {
        return Ok((act(None), None));
    }
    let facts = current(app, caller, request).await?;
    let verdict = {
        let world = app.store.world();
        let context =
            form::Context { regions: app.store.regions(), today: world.calendar.date_of(caller.at) };
        let verdict = workflow.form.correct(&context, &facts, given);
        verdict.map_err(|why| Problem::refused(&Refusal::from(why), caller.lang, &world, Some(workflow)))?
    };
    check(&verdict, caller)?;
    let facts = verdict.facts;
    let sealed = sealed_again(app, caller, workflow, request, &facts).await?;
    Ok((act(Some(sealed.facts)), Some(sealed)))
}

/// What a form makes of an entry.
pub(crate) fn judged(app: &App, caller: &Caller, workflow: &Workflow, entry: &Map<String, Json>) -> Verdict {
    let today = app.store.world().calendar.date_of(caller.at);
    workflow.form.judge_entry(&form::Context { regions: app.store.regions(), today }, entry)
}

/// Refuses an entry with faults, each told with its mend.
pub(crate) fn check(verdict: &Verdict, caller: &Caller) -> Result<(), Problem> {
    if verdict.is_sound() {
        return Ok(());
    }
    let lang = caller.lang;
    let faults = verdict.faults.iter().map(|fault| Fault {
        pointer: format!("/fields/{}", fault.field.replace(['[', '.'], "/").replace(']', "")),
        code: fault.code.to_string(),
        detail: format!("{} {}", fault.message(lang), fault.mend(lang)),
    });
    let detail = pick(
        lang,
        "Isian belum benar; lihat `errors` untuk tiap isian.",
        "The entry has faults; see `errors` for each field.",
    );
    Err(Problem::malformed("entry_faulty", detail).with_errors(faults.collect()))
}

/// The facts of a request as they stand.
pub(crate) async fn current(app: &App, caller: &Caller, request: &Request) -> Result<Facts, Problem> {
    let facts = app.store.facts(request.recipient, request.facts.version).await;
    let facts = facts.map_err(|error| Problem::broken(&error, caller.lang))?;
    facts.ok_or_else(|| Problem::unexpected(caller.lang))
}

/// New facts of the request's recipient, sealed.
pub(crate) async fn sealed_again(
    app: &App,
    caller: &Caller,
    workflow: &Workflow,
    request: &Request,
    facts: &Facts,
) -> Result<SealedFacts, Problem> {
    let version = request.facts.version.saturating_add(1);
    let sealed = app.store.seal_again(request.recipient, version, &workflow.form, facts).await;
    sealed.map_err(|error| Problem::broken(&error, caller.lang))
}
