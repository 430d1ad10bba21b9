//! `salur request`: look at requests, enter and amend them, attach files.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::change::propose;
use crate::client::{Answer, Call};
use crate::desk::{Desk, Ending, Facts, Free, Part};
use crate::error::ClientError;
use crate::filter::{Field, Filter, as_cells, field};
use crate::screen::{Grid, money, say};
use crate::wire::{self, Text};

/// What to do with requests.
#[derive(Debug, Clone, Subcommand)]
pub enum RequestCommand {
    /// Show one: its facts, what it waits for, its history, and what may be done with it
    Show {
        /// The request
        id: String,
    },
    /// Show what has happened to one
    History {
        /// The request
        id: String,
    },
    /// Show what may be done with one now, and why not the rest
    Actions {
        /// The request
        id: String,
    },
    /// List those that a filter finds
    List(List),
    /// Enter one
    Enter(Enter),
    /// Correct the facts of one, before verification
    Amend {
        /// The request
        id: String,
        /// A fact as it should be
        #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field, required = true)]
        fields: Vec<Field>,
    },
    /// Attach a file to one
    Attach {
        /// The request
        id: String,
        /// The file
        file: PathBuf,
    },
    /// Propose to put one that is stuck back to an earlier stage
    Repair {
        /// The request
        id: String,
        /// The stage to put it back to
        #[arg(long, value_name = "STAGE")]
        to: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// List those that a filter finds
#[derive(Debug, Clone, Args)]
pub struct List {
    /// Which
    #[command(flatten)]
    pub filter: Filter,
    /// Only those that are stuck
    #[arg(long)]
    pub stuck: bool,
    /// Which part
    #[command(flatten)]
    pub part: Part,
}

/// Enter one
#[derive(Debug, Clone, Args)]
pub struct Enter {
    /// For this scheme
    #[arg(long)]
    pub scheme: String,
    /// For this fiscal year
    #[arg(long)]
    pub year: i16,
    /// A fact
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field, required = true)]
    pub fields: Vec<Field>,
}

pub(crate) fn request(desk: &mut Desk<'_, '_>, command: RequestCommand) -> Result<Ending, ClientError> {
    match command {
        RequestCommand::Show { id } => show(desk, &id),
        RequestCommand::History { id } => history(desk, &id),
        RequestCommand::Actions { id } => actions(desk, &id),
        RequestCommand::List(list) => {
            let mut query = list.filter.pairs();
            if list.stuck {
                query.push(("stuck", "true".to_owned()));
            }
            match desk.rows(&["requests"], &query, &list.part)? {
                Some(requests) => table(desk, &requests),
                None => Ok(Ending::Done),
            }
        }
        RequestCommand::Enter(enter) => {
            let fields = as_cells(&enter.fields);
            let body = json!({"scheme": enter.scheme, "year": enter.year, "fields": fields});
            let answer = desk.client.send(&Call::post(&["requests"]).json(&body))?;
            brief(desk, &answer)
        }
        RequestCommand::Amend { id, fields } => {
            let seen = seen(desk, &id)?;
            let body = json!({"fields": as_cells(&fields)});
            let answer =
                desk.client.send(&Call::post(&["requests", &id, "amend"]).json(&body).if_match(seen))?;
            brief(desk, &answer)
        }
        RequestCommand::Attach { id, file } => attach(desk, &id, &file),
        RequestCommand::Repair { id, to, reason } => {
            propose(desk, &json!({ "kind": "repair", "request": id, "to": to, "reason": reason }))
        }
    }
}

/// The version of a request as it stands, for a write that must not overtake another.
pub(crate) fn seen(desk: &Desk<'_, '_>, id: &str) -> Result<Option<String>, ClientError> {
    let answer = desk.get(&["requests", id], Vec::new())?;
    let request: wire::Request = answer.parse()?;
    Ok(answer.etag.or_else(|| request.version.map(|version| format!("\"{version}\""))))
}

/// Shows requests as a table.
pub(crate) fn table(desk: &mut Desk<'_, '_>, requests: &[wire::Request]) -> Result<Ending, ClientError> {
    if requests.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        "id",
        desk.pick("skema", "scheme"),
        desk.pick("wilayah", "region"),
        desk.pick("penerima", "recipient"),
        desk.pick(">jumlah", ">amount"),
        desk.pick("tahap", "stage"),
        desk.pick("sejak", "since"),
        desk.pick("menunggu", "waits for"),
        desk.pick(">hari kerja", ">working days"),
    ]);
    for request in requests {
        let waits = request.waits_for.clone().unwrap_or_default();
        grid.row([
            request.id.or_dash(),
            request.scheme.or_dash(),
            request.region.or_dash(),
            request.name(),
            money(request.amount),
            request.stage(),
            desk.screen.instant(&request.entered_at.or_dash()),
            waits.code.or_dash(),
            waits.working_days.or_dash(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

/// The one sentence a request waits for, and what unblocks it.
pub(crate) fn waiting(
    desk: &mut Desk<'_, '_>,
    request: &wire::Request,
    indent: &str,
) -> Result<(), ClientError> {
    let Some(waits) = &request.waits_for else {
        return Ok(());
    };
    desk.screen.line(&format!("{indent}{} ({})", waits.sentence.or_dash(), waits.code))?;
    if waits.unblock.is_blank() {
        return Ok(());
    }
    desk.screen.line(&format!("{indent}-> {}", waits.unblock))
}

/// Shows where a request stands after a write.
pub(crate) fn brief(desk: &mut Desk<'_, '_>, answer: &Answer) -> Result<Ending, ClientError> {
    if desk.printed(answer)? {
        return Ok(Ending::Done);
    }
    let request: wire::Request = answer.parse()?;
    let (id, stage) = (&request.id, request.stage());
    let (name, amount) = (request.name(), money(request.amount));
    desk.screen.line(&say!(
        desk.lang,
        "{id}: {name}, {amount}, kini di tahap {stage}.",
        "{id}: {name}, {amount}, now at {stage}."
    ))?;
    waiting(desk, &request, "")?;
    Ok(Ending::Done)
}

fn show(desk: &mut Desk<'_, '_>, id: &str) -> Result<Ending, ClientError> {
    let answer = desk.get(&["requests", id], Vec::new())?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let request: wire::Request = answer.parse()?;
    let mut facts = Facts::default();
    facts.add(desk.pick("permohonan", "request"), request.id.to_string());
    facts.add(desk.pick("skema", "scheme"), format!("{} {}", request.scheme, request.year).trim());
    facts.add(desk.pick("wilayah", "region"), request.region.to_string());
    facts.add(desk.pick("penerima", "recipient"), request.name());
    facts.add(
        "NIK",
        request.recipient.as_ref().map(|recipient| recipient.nik.to_string()).unwrap_or_default(),
    );
    facts.add(desk.pick("jumlah", "amount"), money(request.amount));
    facts.add(desk.pick("tahap", "stage"), request.stage());
    facts.add(desk.pick("fase", "phase"), request.phase.to_string());
    facts.add(desk.pick("sejak", "since"), desk.screen.instant(&request.entered_at.to_string()));
    facts.add(desk.pick("batas", "due"), desk.screen.instant(&request.due_at.to_string()));
    facts.add(desk.pick("ditahan", "on hold"), request.hold.to_string());
    facts.add(desk.pick("dikembalikan", "returned"), request.returned.to_string());
    facts.add("SK", request.decree.to_string());
    facts.add(desk.pick("pembayaran", "payment"), request.payment.to_string());
    facts.add(
        desk.pick("versi", "version"),
        request.version.map(|version| version.to_string()).unwrap_or_default(),
    );
    facts.show(desk.screen)?;
    if request.waits_for.is_some() {
        desk.screen.line("")?;
        waiting(desk, &request, "")?;
    }
    desk.screen.line(&say!(desk.lang, "\nRiwayat", "\nHistory"))?;
    history(desk, id)?;
    desk.screen.line(&say!(desk.lang, "\nTindakan", "\nActions"))?;
    actions(desk, id)
}

fn history(desk: &mut Desk<'_, '_>, id: &str) -> Result<Ending, ClientError> {
    let everything = Part::everything();
    let Some(entries) = desk.rows::<Free>(&["requests", id, "history"], &Vec::new(), &everything)? else {
        return Ok(Ending::Done);
    };
    let mut grid = Grid::new(&[
        desk.pick("kapan", "when"),
        desk.pick("siapa", "who"),
        desk.pick("apa", "what"),
        desk.pick("alasan", "reason"),
    ]);
    for Free(entry) in &entries {
        let who = Text::of(entry, &["who", "actor_name", "actor", "by"]).or_dash();
        let for_whom = Text::of(entry, &["for_whom_name", "for_whom"]);
        let who = if for_whom.is_blank() {
            who
        } else {
            format!("{who} ({} {for_whom})", desk.pick("untuk", "for"))
        };
        grid.row([
            desk.screen.instant(&Text::of(entry, &["at"]).or_dash()),
            who,
            Text::of(entry, &["sentence", "title", "action_title", "action", "kind"]).or_dash(),
            Text::of(entry, &["text", "reason", "note", "cause"]).to_string(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

fn actions(desk: &mut Desk<'_, '_>, id: &str) -> Result<Ending, ClientError> {
    let answer = desk.get(&["requests", id, "actions"], Vec::new())?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let (allowed, others) = sorted(&answer.parse()?);
    let allowed: Vec<String> = allowed.iter().map(named).collect();
    desk.screen.line(&if allowed.is_empty() {
        say!(desk.lang, "Tidak ada yang dapat Anda lakukan sekarang.", "There is nothing you may do now.")
    } else {
        let allowed = allowed.join(", ");
        say!(desk.lang, "Dapat dilakukan: {allowed}", "You may: {allowed}")
    })?;
    for other in &others {
        let why = Text::of(other, &["detail", "why", "sentence", "refusal"]);
        let code = Text::of(other, &["code"]);
        let who = Text::of(other, &["who_could"]);
        let who = if who.is_blank() {
            String::new()
        } else {
            say!(desk.lang, "; yang dapat melakukannya: {who}", "; who could act: {who}")
        };
        desk.screen.line(&format!("- {}: {why} ({code}){who}", named(other)))?;
    }
    Ok(Ending::Done)
}

/// The actions that may be taken, and the others: as two lists, or as one whose rows say which they are.
fn sorted(answer: &Value) -> (Vec<Value>, Vec<Value>) {
    let list = |names: &[&str]| {
        names
            .iter()
            .filter_map(|name| answer.get(*name)?.as_array())
            .flatten()
            .cloned()
            .collect::<Vec<Value>>()
    };
    let (mut allowed, mut others) = (list(&["allowed"]), list(&["others", "refused", "not_allowed"]));
    for row in list(&["data"]) {
        if row.get("allowed").and_then(Value::as_bool) == Some(true) {
            allowed.push(row);
        } else {
            others.push(row);
        }
    }
    (allowed, others)
}

fn named(action: &Value) -> String {
    let name =
        Text::of(action, &["action", "name", "id"]).or_else(|| action.as_str().unwrap_or("-").to_owned());
    let title = Text::of(action, &["title"]);
    if title.is_blank() { name } else { format!("{name} ({title})") }
}

fn attach(desk: &mut Desk<'_, '_>, id: &str, file: &Path) -> Result<Ending, ClientError> {
    let body = std::fs::read(file).map_err(|cause| ClientError::File {
        path: file.to_owned(),
        cause,
        lang: desk.lang,
    })?;
    let answer =
        desk.client.send(&Call::post(&["requests", id, "attachments"]).bytes(media_type(file), body))?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let created: wire::Created = answer.parse()?;
    let (file, attachment) = (file.display(), created.id.unwrap_or_default());
    desk.screen.line(&say!(
        desk.lang,
        "{file} dilampirkan pada {id} sebagai {attachment}.",
        "{file} is attached to {id} as {attachment}."
    ))?;
    Ok(Ending::Done)
}

fn media_type(file: &Path) -> &'static str {
    match &*file.extension().unwrap_or_default().to_string_lossy().to_lowercase() {
        "pdf" => "application/pdf",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "webp" => "image/webp",
        "heic" => "image/heic",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        _ => "application/octet-stream",
    }
}
