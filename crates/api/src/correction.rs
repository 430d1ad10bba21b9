//! Facts that come in by hand: judged by the scheme's form, sealed, and handed on.

use std::collections::BTreeMap;

use salur_core::command::Command;
use salur_core::event::FactsRef;
use salur_core::form::{self, Facts, Fields, Verdict};
use salur_core::refusal::{Refusal, Why};
use salur_core::request::Request;
use salur_core::workflow::Workflow;
use salur_core::{ActionName, FieldName};
use salur_store::job::{SealedFacts, SealedNote};
use serde_json::{Map, Value as Json};

use crate::problem::{Fault, Problem, pick};
use crate::request_body::plain;
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
    let account = &workflow.form.account;
    let names = [&account.bank, &account.number, &account.holder];
    if let Some(other) = given.keys().find(|name| !names.iter().any(|known| known.as_str() == **name)) {
        let known = names.into_iter().cloned().collect();
        let why = Why::FieldUnknown { field: FieldName::from(&**other), known };
        let world = app.store.world();
        return Err(Problem::refused(&Refusal::from(why), caller.lang, &world, Some(workflow)));
    }
    let reason = note.map(|note| note.note);
    let act = |facts: Option<FactsRef>| Command::Act { action, reason, fields: BTreeMap::new(), facts };
    if given.is_empty() {
        return Ok((act(None), None));
    }
    let mut facts = current(app, caller, request).await?;
    let mut entry = entry_of(&facts);
    entry.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut verdict = judged(app, caller, workflow, &entry);
    verdict.faults.retain(|fault| names.contains(&&fault.name));
    check(&verdict, caller)?;
    for name in names {
        if let Some(value) = verdict.facts.get(name) {
            facts.fields.insert(name.clone(), value.clone());
        }
    }
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

/// Facts as an entry that says the same.
pub(crate) fn entry_of(facts: &Facts) -> Map<String, Json> {
    let object = |fields: &Fields| -> Map<String, Json> {
        fields.iter().map(|(name, value)| (name.to_string(), plain(value))).collect()
    };
    let mut entry = object(&facts.fields);
    if !facts.members.is_empty() {
        let members = facts.members.iter().map(|member| Json::Object(object(member))).collect();
        entry.insert("members".into(), Json::Array(members));
    }
    entry
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
