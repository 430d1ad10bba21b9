//! `salur pay`: payment orders, the bank's file, and the bank's results.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Map, json};

use crate::client::{Answer, Call};
use crate::desk::{Desk, Ending, Facts, Part};
use crate::error::ClientError;
use crate::filter::{Filter, Pairs, add, no_selection};
use crate::screen::{Grid, count, money, say};
use crate::wire;

/// What to do with payment orders.
#[derive(Debug, Clone, Subcommand)]
pub enum PayCommand {
    /// Freeze a list of payments into an order
    Order(NewOrder),
    /// Show one
    Show {
        /// The order
        id: String,
    },
    /// List them
    List {
        /// open, exported, settled or cancelled
        #[arg(long)]
        state: Option<String>,
        /// Which part
        #[command(flatten)]
        part: Part,
    },
    /// List the lines of one
    Lines {
        /// The order
        id: String,
        /// Which part
        #[command(flatten)]
        part: Part,
    },
    /// Save the bank's file
    Bank {
        /// The order
        id: String,
        /// Where to
        #[arg(value_name = "OUT.csv")]
        out: PathBuf,
    },
    /// Take back the bank's results: CSV with line, outcome, reference, cause
    Results {
        /// The order
        id: String,
        /// The bank's results
        #[arg(value_name = "RESULTS.csv")]
        file: PathBuf,
        /// The digest of the order's list, where the file itself names no order
        #[arg(long)]
        digest: Option<String>,
    },
    /// Note down the number of the SP2D
    Sp2d {
        /// The order
        id: String,
        /// Its number
        #[arg(long)]
        number: String,
        /// Its day, YYYY-MM-DD
        #[arg(long)]
        date: jiff::civil::Date,
    },
    /// Give an order up that the bank has not seen
    Cancel {
        /// The order
        id: String,
    },
}

/// Freeze a list of payments into an order
#[derive(Debug, Clone, Args)]
pub struct NewOrder {
    /// The requests; without them, a filter says which
    #[arg(value_name = "ID")]
    pub ids: Vec<String>,
    /// All that it finds
    #[command(flatten)]
    pub filter: Filter,
}

pub(crate) fn pay(desk: &mut Desk<'_, '_>, command: PayCommand) -> Result<Ending, ClientError> {
    match command {
        PayCommand::Order(new) => {
            let mut body = Map::new();
            if !new.filter.select(&new.ids, &mut body) {
                return Err(no_selection(desk.lang));
            }
            written(desk, &Call::post(&["payment-orders"]).json(&body.into()))
        }
        PayCommand::Show { id } => {
            let answer = desk.get(&["payment-orders", &id], Vec::new())?;
            report(desk, &answer)
        }
        PayCommand::List { state, part } => {
            let mut query = Pairs::new();
            add(&mut query, "state", state.as_deref());
            list(desk, &query, &part)
        }
        PayCommand::Lines { id, part } => lines(desk, &id, &part),
        PayCommand::Bank { id, out } => bank(desk, &id, &out),
        PayCommand::Results { id, file, digest } => {
            let body = std::fs::read(&file).map_err(|cause| ClientError::File {
                path: file,
                cause,
                lang: desk.lang,
            })?;
            let mut query = Pairs::new();
            add(&mut query, "digest", digest.as_deref());
            let call = Call::post(&["payment-orders", &id, "results"]).query(query);
            written(desk, &call.bytes("text/csv", body))
        }
        PayCommand::Sp2d { id, number, date } => {
            let body = json!({"number": number, "date": date.to_string()});
            written(desk, &Call::post(&["payment-orders", &id, "sp2d"]).json(&body))
        }
        PayCommand::Cancel { id } => written(desk, &Call::post(&["payment-orders", &id, "cancel"])),
    }
}

fn written(desk: &mut Desk<'_, '_>, call: &Call) -> Result<Ending, ClientError> {
    let answer = desk.client.send(call)?;
    report(desk, &answer)
}

fn bank(desk: &mut Desk<'_, '_>, id: &str, out: &Path) -> Result<Ending, ClientError> {
    let size = desk.client.save(&Call::get(&["payment-orders", id, "bank.csv"]), out)?;
    if desk.json {
        return Ok(Ending::Done);
    }
    let (out, size) = (out.display(), count(desk.lang, Some(size)));
    desk.screen.line(&say!(
        desk.lang,
        "Berkas bank disimpan di {out} ({size} bita). Isinya nama dan rekening: hapus setelah terkirim.",
        "The bank's file is in {out} ({size} bytes). It holds names and accounts: delete it once it is sent."
    ))?;
    Ok(Ending::Done)
}

/// Shows an order, what was left out of it, and where the bank contradicts itself.
fn report(desk: &mut Desk<'_, '_>, answer: &Answer) -> Result<Ending, ClientError> {
    let order: wire::Order = answer.parse()?;
    let conflicts = order.conflicts.unwrap_or_default();
    let ending = Ending::refused_if(!conflicts.is_empty());
    if desk.printed(answer)? {
        return Ok(ending);
    }
    let lang = desk.lang;
    let mut facts = Facts::default();
    facts.add(desk.pick("perintah bayar", "payment order"), order.id.to_string());
    facts.add(desk.pick("keadaan", "state"), state(desk, &order.state.or_dash()));
    facts.add(desk.pick("jumlah", "count"), count(lang, order.count));
    facts.add("total", money(order.total));
    facts.add(desk.pick("terbayar", "paid"), count(lang, order.paid));
    facts.add(desk.pick("total terbayar", "paid total"), money(order.paid_total));
    facts.add(desk.pick("gagal", "failed"), count(lang, order.failed));
    facts.add(desk.pick("tidak jelas", "unknown"), count(lang, order.unknown));
    facts.add(desk.pick("menunggu bank", "pending"), count(lang, order.pending));
    if let Some(sp2d) = &order.sp2d {
        facts.add("SP2D", format!("{} {}", sp2d.number, sp2d.date).trim());
    }
    facts.add(desk.pick("sidik", "digest"), order.digest);
    facts.show(desk.screen)?;
    let left_out = order.left_out.unwrap_or_default();
    let (many_left_out, many_conflicts) = (left_out.len(), conflicts.len());
    if many_left_out > 0 {
        desk.screen.line(&say!(
            lang,
            "\n{many_left_out} permohonan tidak dapat dimasukkan:",
            "\n{many_left_out} requests could not go on it:"
        ))?;
        desk.by_code(&left_out)?;
    }
    if many_conflicts > 0 {
        desk.screen.line(&say!(
            lang,
            "\n{many_conflicts} baris bertentangan dengan yang sudah tercatat:",
            "\n{many_conflicts} lines contradict what is on record:"
        ))?;
        desk.by_code(&conflicts)?;
    }
    Ok(ending)
}

fn state(desk: &Desk<'_, '_>, state: &str) -> String {
    let words = match state {
        "open" => desk.pick("terbuka", "open"),
        "exported" => desk.pick("di bank", "exported"),
        "settled" => desk.pick("selesai", "settled"),
        "cancelled" => desk.pick("dibatalkan", "cancelled"),
        other => other,
    };
    words.to_owned()
}

fn list(desk: &mut Desk<'_, '_>, query: &Pairs, part: &Part) -> Result<Ending, ClientError> {
    let Some(orders) = desk.rows::<wire::Order>(&["payment-orders"], query, part)? else {
        return Ok(Ending::Done);
    };
    if orders.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        "id",
        desk.pick("keadaan", "state"),
        desk.pick(">jumlah", ">count"),
        ">total",
        desk.pick(">terbayar", ">paid"),
        desk.pick(">gagal", ">failed"),
        desk.pick(">tidak jelas", ">unknown"),
        "SP2D",
    ]);
    for order in orders {
        grid.row([
            order.id.or_dash(),
            state(desk, &order.state.or_dash()),
            count(desk.lang, order.count),
            money(order.total),
            count(desk.lang, order.paid),
            count(desk.lang, order.failed),
            count(desk.lang, order.unknown),
            order.sp2d.unwrap_or_default().number.or_dash(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

fn lines(desk: &mut Desk<'_, '_>, id: &str, part: &Part) -> Result<Ending, ClientError> {
    let Some(lines) = desk.rows::<wire::ListLine>(&["payment-orders", id, "lines"], &Vec::new(), part)?
    else {
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
        desk.pick("referensi", "reference"),
        desk.pick("sebab", "cause"),
    ]);
    for line in lines {
        grid.row([
            line.line.or_dash(),
            line.request.or_dash(),
            line.recipient.or_dash(),
            line.region.or_dash(),
            money(line.amount),
            line.outcome.or_dash(),
            line.reference.or_dash(),
            line.cause.or_else(|| line.code.to_string()),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}
