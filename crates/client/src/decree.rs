//! `salur decree`: a list of requests that one signature approves.

use clap::{Args, Subcommand};
use salur_core::Rupiah;
use serde_json::{Map, json};

use crate::client::{Answer, Call};
use crate::desk::{Desk, Ending, Facts, Part};
use crate::error::ClientError;
use crate::filter::{Filter, Pairs, Place, add, no_selection};
use crate::screen::{Grid, count, money, say};
use crate::wire;

/// How many lines a person is shown before they sign.
const LINES_BEFORE_SIGNING: u32 = 20;

/// What to do with decrees.
#[derive(Debug, Clone, Subcommand)]
pub enum DecreeCommand {
    /// Freeze a list of requests into a draft
    Draft(Draft),
    /// Show one
    Show {
        /// The decree
        id: String,
    },
    /// List them
    List {
        /// Of this scheme
        #[arg(long)]
        scheme: Option<String>,
        /// Of this fiscal year
        #[arg(long)]
        year: Option<i16>,
        /// draft, signed or cancelled
        #[arg(long)]
        state: Option<String>,
        /// Which part
        #[command(flatten)]
        part: Part,
    },
    /// List the lines of one
    Lines {
        /// The decree
        id: String,
        /// Which part
        #[command(flatten)]
        part: Part,
    },
    /// Strike requests from a draft
    Strike(Strike),
    /// Sign a draft, after a look at what it says
    Sign(Sign),
    /// Give a draft up
    Cancel {
        /// The decree
        id: String,
    },
}

/// Freeze a list of requests into a draft
#[derive(Debug, Clone, Args)]
pub struct Draft {
    /// Of this scheme
    #[arg(long)]
    pub scheme: String,
    /// Of this fiscal year
    #[arg(long)]
    pub year: i16,
    /// The requests; without them, all that the filter finds
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// Where they stand
    #[command(flatten)]
    pub place: Place,
}

/// Strike requests from a draft
#[derive(Debug, Clone, Args)]
pub struct Strike {
    /// The decree
    pub id: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The requests
    #[arg(value_name = "REQUEST", required = true)]
    pub requests: Vec<String>,
}

/// Sign a draft, after a look at what it says
#[derive(Debug, Clone, Args)]
pub struct Sign {
    /// The decree
    pub id: String,
    /// The number it is signed under
    #[arg(long)]
    pub number: String,
    /// The day it is signed, YYYY-MM-DD
    #[arg(long)]
    pub date: jiff::civil::Date,
    /// Sign without being asked
    #[arg(long)]
    pub yes: bool,
    /// The digest seen earlier: a list that has changed since is not signed
    #[arg(long)]
    pub digest: Option<String>,
}

pub(crate) fn decree(desk: &mut Desk<'_, '_>, command: DecreeCommand) -> Result<Ending, ClientError> {
    match command {
        DecreeCommand::Draft(new) => draft(desk, new),
        DecreeCommand::Show { id } => {
            let answer = desk.get(&["decrees", &id], Vec::new())?;
            report(desk, &answer)
        }
        DecreeCommand::List { scheme, year, state, part } => {
            let mut query = Pairs::new();
            add(&mut query, "scheme", scheme.as_deref());
            query.extend(year.map(|year| ("year", year.to_string())));
            add(&mut query, "state", state.as_deref());
            list(desk, &query, &part)
        }
        DecreeCommand::Lines { id, part } => lines(desk, &id, &part),
        DecreeCommand::Strike(strike) => {
            let body = json!({"ids": strike.requests, "reason": strike.reason});
            let answer = desk.client.send(&Call::post(&["decrees", &strike.id, "strikes"]).json(&body))?;
            report(desk, &answer)
        }
        DecreeCommand::Sign(act) => sign(desk, &act),
        DecreeCommand::Cancel { id } => {
            let answer = desk.client.send(&Call::post(&["decrees", &id, "cancel"]))?;
            report(desk, &answer)
        }
    }
}

fn draft(desk: &mut Desk<'_, '_>, draft: Draft) -> Result<Ending, ClientError> {
    let mut body = Map::new();
    body.insert("scheme".to_owned(), draft.scheme.clone().into());
    body.insert("year".to_owned(), draft.year.into());
    let by_ids = !draft.ids.is_empty();
    if by_ids && !is_anywhere(&draft.place) {
        return Err(no_selection(desk.lang));
    }
    let filter = if by_ids {
        Filter::default()
    } else {
        Filter { scheme: Some(draft.scheme), year: Some(draft.year), place: draft.place }
    };
    filter.select(&draft.ids, &mut body);
    let answer = desk.client.send(&Call::post(&["decrees"]).json(&body.into()))?;
    report(desk, &answer)
}

fn is_anywhere(place: &Place) -> bool {
    place.stage.is_none() && place.phase.is_none() && place.region.is_none() && place.words.is_none()
}

/// Shows a decree, and what was left out of it.
fn report(desk: &mut Desk<'_, '_>, answer: &Answer) -> Result<Ending, ClientError> {
    if desk.printed(answer)? {
        return Ok(Ending::Done);
    }
    let decree: wire::Decree = answer.parse()?;
    shown(desk, &decree)?;
    let left_out = decree.left_out.unwrap_or_default();
    if !left_out.is_empty() {
        let many = left_out.len();
        desk.screen.line(&say!(
            desk.lang,
            "\n{many} permohonan tidak dapat dimasukkan:",
            "\n{many} requests could not go on it:"
        ))?;
        desk.by_code(&left_out)?;
    }
    Ok(Ending::Done)
}

fn shown(desk: &mut Desk<'_, '_>, decree: &wire::Decree) -> Result<(), ClientError> {
    let lang = desk.lang;
    let with_total = |number: Option<u64>, total: Option<i64>| match (number, total) {
        (Some(number), Some(total)) => format!("{}, {}", count(lang, Some(number)), Rupiah(total)),
        (number, _) => count(lang, number),
    };
    let mut facts = Facts::default();
    facts.add("SK", decree.id.to_string());
    facts.add(desk.pick("skema", "scheme"), format!("{} {}", decree.scheme, decree.year).trim());
    facts.add(desk.pick("keadaan", "state"), state(desk, &decree.state.or_dash()));
    facts.add(desk.pick("nomor", "number"), decree.number.to_string());
    facts.add(desk.pick("tanggal", "date"), decree.date.to_string());
    facts.add(desk.pick("dibekukan", "frozen"), with_total(decree.count, decree.total));
    facts.add(desk.pick("dalam daftar", "on the list"), count(lang, decree.listed));
    facts.add(desk.pick("disetujui", "approved"), with_total(decree.approved, decree.approved_total));
    facts.add(desk.pick("dicoret", "struck"), with_total(decree.struck, decree.struck_total));
    facts.add(desk.pick("ditolak", "refused"), with_total(decree.refused, decree.refused_total));
    facts.add(desk.pick("sidik", "digest"), decree.digest.clone());
    facts.show(desk.screen)
}

fn state(desk: &Desk<'_, '_>, state: &str) -> String {
    let words = match state {
        "draft" => desk.pick("rancangan", "draft"),
        "signed" => desk.pick("ditandatangani", "signed"),
        "cancelled" => desk.pick("dibatalkan", "cancelled"),
        other => other,
    };
    words.to_owned()
}

fn list(desk: &mut Desk<'_, '_>, query: &Pairs, part: &Part) -> Result<Ending, ClientError> {
    let Some(decrees) = desk.rows::<wire::Decree>(&["decrees"], query, part)? else {
        return Ok(Ending::Done);
    };
    if decrees.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        "id",
        desk.pick("skema", "scheme"),
        desk.pick("tahun", "year"),
        desk.pick("keadaan", "state"),
        desk.pick(">jumlah", ">count"),
        ">total",
        desk.pick("nomor", "number"),
        desk.pick("tanggal", "date"),
    ]);
    for decree in decrees {
        grid.row([
            decree.id.or_dash(),
            decree.scheme.or_dash(),
            decree.year.or_dash(),
            state(desk, &decree.state.or_dash()),
            count(desk.lang, decree.count),
            money(decree.total),
            decree.number.or_dash(),
            decree.date.or_dash(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

fn lines(desk: &mut Desk<'_, '_>, id: &str, part: &Part) -> Result<Ending, ClientError> {
    let Some(lines) = desk.rows::<wire::ListLine>(&["decrees", id, "lines"], &Vec::new(), part)? else {
        return Ok(Ending::Done);
    };
    if lines.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        desk.pick(">baris", ">line"),
        desk.pick("permohonan", "request"),
        desk.pick("penerima", "recipient"),
        desk.pick("wilayah", "region"),
        desk.pick(">jumlah", ">amount"),
        desk.pick("hasil", "outcome"),
        desk.pick("sebab", "why"),
    ]);
    for line in lines {
        let why = line.reason.or_else(|| line.code.to_string());
        grid.row([
            line.line.or_dash(),
            line.request.or_dash(),
            line.recipient.or_dash(),
            line.region.or_dash(),
            money(line.amount),
            line.outcome.or_dash(),
            why,
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

/// Shows what would be signed, asks, and signs exactly that: the digest that was shown goes with the signature.
fn sign(desk: &mut Desk<'_, '_>, act: &Sign) -> Result<Ending, ClientError> {
    if desk.json && !act.yes {
        return Err(ClientError::Usage(say!(
            desk.lang,
            "dengan --json tidak ada yang ditanyakan: tambahkan --yes, sebaiknya dengan --digest yang sudah dilihat",
            "with --json nobody is asked: add --yes, and better also the --digest that was seen"
        )));
    }
    let decree: wire::Decree = desk.get(&["decrees", &act.id], Vec::new())?.parse()?;
    if !desk.json {
        shown(desk, &decree)?;
        desk.screen.line("")?;
        lines(desk, &act.id, &Part::first(LINES_BEFORE_SIGNING))?;
        desk.screen.line("")?;
    }
    if !act.yes {
        let listed = count(desk.lang, decree.listed.or(decree.count));
        let total =
            money(decree.total.map(|total| total.saturating_sub(decree.struck_total.unwrap_or_default())));
        let (number, date) = (&act.number, act.date);
        let question = say!(
            desk.lang,
            "Tanda tangani {listed} permohonan, {total}, nomor {number}, tanggal {date}? [y/N]",
            "Sign {listed} requests, {total}, number {number}, date {date}? [y/N]"
        );
        if !desk.screen.agrees(&question)? {
            desk.screen.line(&say!(desk.lang, "Tidak ditandatangani.", "Not signed."))?;
            return Ok(Ending::Refused);
        }
    }
    let digest = act.digest.clone().unwrap_or(decree.digest);
    let body = json!({"digest": digest, "number": act.number, "date": act.date.to_string()});
    let answer = desk.client.send(&Call::post(&["decrees", &act.id, "sign"]).json(&body))?;
    let signed: wire::Decree = answer.parse()?;
    report(desk, &answer)?;
    Ok(Ending::refused_if(signed.refused.unwrap_or_default() > 0))
}
