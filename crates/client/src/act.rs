//! `salur act`: one action on one request, or on all that a filter finds.

use clap::Args;
use serde_json::{Map, Value};

use crate::client::Call;
use crate::desk::{Desk, Ending};
use crate::error::ClientError;
use crate::filter::{Field, Filter, field, no_selection, typed};
use crate::request;
use crate::screen::{count, say};
use crate::wire;

/// Take an action on one request or on many
#[derive(Debug, Clone, Args)]
pub struct Act {
    /// The action: verify, return, reject, hold, ..
    pub action: String,
    /// The requests; without them, a filter says which
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// All that it finds
    #[command(flatten)]
    pub filter: Filter,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// What the action asks to be noted down
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
    pub fields: Vec<Field>,
    /// See what would happen, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

pub(crate) fn act(desk: &mut Desk<'_, '_>, act: Act) -> Result<Ending, ClientError> {
    let mut body = Map::new();
    body.insert("action".to_owned(), act.action.into());
    if let Some(reason) = act.reason {
        body.insert("reason".to_owned(), reason.into());
    }
    if !act.fields.is_empty() {
        body.insert("fields".to_owned(), typed(&act.fields));
    }
    if !act.filter.select(&act.ids, &mut body) {
        return Err(no_selection(desk.lang));
    }
    match act.ids.as_slice() {
        [id] if !act.dry_run => {
            body.remove("ids");
            on_one(desk, id, body)
        }
        _ => {
            if act.dry_run {
                body.insert("dry_run".to_owned(), true.into());
            }
            on_many(desk, body, act.dry_run)
        }
    }
}

fn on_one(desk: &mut Desk<'_, '_>, id: &str, body: Map<String, Value>) -> Result<Ending, ClientError> {
    let seen = request::seen(desk, id)?;
    let call = Call::post(&["requests", id, "actions"]).json(&body.into()).if_match(seen);
    let answer = desk.client.send(&call)?;
    request::brief(desk, &answer)
}

fn on_many(desk: &mut Desk<'_, '_>, body: Map<String, Value>, dry_run: bool) -> Result<Ending, ClientError> {
    let answer = desk.client.send(&Call::post(&["batch-actions"]).json(&body.into()))?;
    let batch: wire::Batch = answer.parse()?;
    let refusals: Vec<_> =
        batch.results.into_iter().filter(|result| result.outcome.to_string() == "refused").collect();
    let ending = Ending::refused_if(batch.refused.unwrap_or_default() > 0 || !refusals.is_empty());
    if desk.printed(&answer)? {
        return Ok(ending);
    }
    let (done, refused) = (count(desk.lang, batch.done), count(desk.lang, batch.refused));
    desk.screen.line(&if dry_run {
        say!(
            desk.lang,
            "Akan dilakukan: {done}, akan ditolak: {refused}. Belum ada yang berubah.",
            "Would be done: {done}, would be refused: {refused}. Nothing has changed."
        )
    } else {
        say!(desk.lang, "Dilakukan: {done}, ditolak: {refused}.", "Done: {done}, refused: {refused}.")
    })?;
    if !refusals.is_empty() {
        desk.by_code(&refusals)?;
    }
    Ok(ending)
}
