//! Changes of the office: `salur proposals`, `confirm`, `decline`, `withdraw`, `workflow`, `freeze`, `ceiling`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use jiff::civil::Date;
use salur_core::Rupiah;
use serde_json::{Value, json};

use crate::client::{Answer, Call};
use crate::desk::{Desk, Ending, Facts, Part};
use crate::error::ClientError;
use crate::filter::{Pairs, add};
use crate::migration;
use crate::screen::{Grid, say};
use crate::wire;

/// See what is proposed, and what became of it
#[derive(Debug, Clone, Args)]
pub struct Proposals {
    /// open, confirmed, declined or withdrawn
    #[arg(long)]
    pub state: Option<String>,
    /// Which part
    #[command(flatten)]
    pub part: Part,
}

/// Decline a proposal
#[derive(Debug, Clone, Args)]
pub struct Decline {
    /// The proposal
    pub id: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
}

/// What to do with workflow definitions.
#[derive(Debug, Clone, Subcommand)]
pub enum WorkflowCommand {
    /// List those that new requests run under
    List,
    /// Have the server check one, and change nothing
    Check {
        /// The definition
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Propose to publish one
    Publish {
        /// The definition
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// See what a version would do to each open request under older ones, and change nothing
    Preview {
        /// The scheme
        scheme: String,
        /// The version to go to
        #[arg(long, value_name = "VERSION")]
        to: u32,
        /// The version they run under; every older one unless said otherwise
        #[arg(long, value_name = "VERSION")]
        from: Option<u32>,
        /// Which part
        #[command(flatten)]
        part: Part,
    },
    /// Propose to bring open requests under a later version
    Migrate {
        /// The scheme
        scheme: String,
        /// The version to go to
        #[arg(long, value_name = "VERSION")]
        to: u32,
        /// The version they run under; every older one unless said otherwise
        #[arg(long, value_name = "VERSION")]
        from: Option<u32>,
    },
}

/// What to do with freezes.
#[derive(Debug, Clone, Subcommand)]
pub enum FreezeCommand {
    /// List those that are not over
    List,
    /// Stop approval and payment from a fund source: done at once
    Set {
        /// The fund source, as `apbd`
        #[arg(long)]
        fund: String,
        /// The order it rests on
        #[arg(long)]
        source: String,
        /// The first day, YYYY-MM-DD
        #[arg(long)]
        from: Date,
        /// The last day, YYYY-MM-DD
        #[arg(long)]
        to: Date,
        /// Stops this scheme only; may be given again
        #[arg(long)]
        scheme: Vec<String>,
        /// This scheme goes on; may be given again
        #[arg(long)]
        exempt: Vec<String>,
    },
    /// Propose to lift one
    Lift {
        /// The freeze
        id: String,
    },
}

/// Propose another ceiling for a budget line
#[derive(Debug, Clone, Args)]
pub struct Ceiling {
    /// The line, as `2026/disaster/apbd`
    pub line: String,
    /// The ceiling in whole rupiah, as `5000000000` or `5.000.000.000`
    #[arg(value_parser = rupiah)]
    pub amount: Rupiah,
    /// The revision of the budget it rests on
    #[arg(long)]
    pub source: String,
}

/// Propose to open a budget line for a scheme
#[derive(Debug, Clone, Args)]
pub struct OpenLine {
    /// The scheme
    pub scheme: String,
    /// The fiscal year
    #[arg(long)]
    pub year: i16,
    /// The fund source, as `apbd`
    #[arg(long)]
    pub fund: String,
    /// The account code of the budget
    #[arg(long)]
    pub account: String,
    /// The ceiling in whole rupiah, as `5000000000` or `5.000.000.000`
    #[arg(long, value_parser = rupiah)]
    pub ceiling: Rupiah,
    /// The budget document it rests on
    #[arg(long)]
    pub source: String,
}

/// An amount as people write it.
pub(crate) fn rupiah(text: &str) -> Result<Rupiah, String> {
    salur_core::form::money::parse(text).map_err(|_| {
        "bukan rupiah bulat; tulis 5000000000 atau 5.000.000.000 (not whole rupiah; write it like that)"
            .to_owned()
    })
}

/// Proposes a change and tells what became of it.
pub(crate) fn propose(desk: &mut Desk<'_, '_>, change: &Value) -> Result<Ending, ClientError> {
    let answer = desk.client.send(&Call::post(&["proposals"]).json(&json!({ "change": change })))?;
    report(desk, &answer)
}

pub(crate) fn proposals(desk: &mut Desk<'_, '_>, asked: &Proposals) -> Result<Ending, ClientError> {
    let mut query = Pairs::new();
    add(&mut query, "state", asked.state.as_deref());
    let Some(rows) = desk.rows::<wire::Proposal>(&["proposals"], &query, &asked.part)? else {
        return Ok(Ending::Done);
    };
    if rows.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        "id",
        desk.pick("usul", "proposal"),
        desk.pick("keadaan", "state"),
        desk.pick("pengusul", "by"),
        desk.pick("pada", "at"),
        desk.pick("diputus", "decided by"),
    ]);
    for row in rows {
        grid.row([
            row.id.or_dash(),
            [row.title.or_dash(), row.summary.join("; ")].join(": "),
            state(desk, &row.state.or_dash()),
            row.by.or_dash(),
            desk.screen.instant(&row.at.or_dash()),
            row.decided_by.or_dash(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

pub(crate) fn confirm(desk: &mut Desk<'_, '_>, id: &str) -> Result<Ending, ClientError> {
    decide(desk, id, "confirm", None)
}

pub(crate) fn withdraw(desk: &mut Desk<'_, '_>, id: &str) -> Result<Ending, ClientError> {
    decide(desk, id, "withdraw", None)
}

pub(crate) fn decline(desk: &mut Desk<'_, '_>, asked: &Decline) -> Result<Ending, ClientError> {
    decide(desk, &asked.id, "decline", Some(json!({ "reason": asked.reason })))
}

fn decide(desk: &mut Desk<'_, '_>, id: &str, how: &str, body: Option<Value>) -> Result<Ending, ClientError> {
    let path = ["proposals", id, how];
    let mut call = Call::post(&path);
    if let Some(body) = body {
        call = call.json(&body);
    }
    let answer = desk.client.send(&call)?;
    report(desk, &answer)
}

fn report(desk: &mut Desk<'_, '_>, answer: &Answer) -> Result<Ending, ClientError> {
    if desk.printed(answer)? {
        return Ok(Ending::Done);
    }
    let proposal: wire::Proposal = answer.parse()?;
    let mut facts = Facts::default();
    facts.add("id", proposal.id.to_string());
    facts.add(desk.pick("usul", "proposal"), proposal.title.to_string());
    facts.add(desk.pick("isinya", "which says"), proposal.summary.join("; "));
    facts.add(desk.pick("keadaan", "state"), state(desk, &proposal.state.or_dash()));
    facts.add(desk.pick("pegawai baru", "new person"), proposal.registers.to_string());
    facts.add(desk.pick("pengusul", "by"), proposal.by.to_string());
    facts.add(desk.pick("diputus", "decided by"), proposal.decided_by.to_string());
    facts.add(desk.pick("alasan", "reason"), proposal.reason.to_string());
    facts.add(desk.pick("yang dapat menyetujui", "who could confirm"), proposal.who_could.to_string());
    facts.show(desk.screen)?;
    let warning = desk.pick("peringatan", "warning");
    for it in &proposal.warnings {
        desk.screen.note(&format!("{warning}[{}]: {}", it.code, it.detail))?;
    }
    if let Some(open) = proposal.yet_to_move {
        migration::tell_moving(desk, &proposal.state.to_string(), open)?;
    }
    Ok(Ending::Done)
}

fn state(desk: &Desk<'_, '_>, state: &str) -> String {
    let words = match state {
        "open" => desk.pick("menunggu orang kedua", "open"),
        "confirmed" => desk.pick("disetujui", "confirmed"),
        "declined" => desk.pick("ditolak", "declined"),
        "withdrawn" => desk.pick("ditarik kembali", "withdrawn"),
        "unchanged" => desk.pick("sudah demikian", "so already"),
        other => other,
    };
    words.to_owned()
}

pub(crate) fn workflow(desk: &mut Desk<'_, '_>, command: WorkflowCommand) -> Result<Ending, ClientError> {
    match command {
        WorkflowCommand::List => workflows(desk),
        WorkflowCommand::Check { file } => check(desk, &file),
        WorkflowCommand::Publish { file } => {
            let text = text_of(desk, &file)?;
            if !desk.json {
                let checked: wire::Checked = ask_check(desk, &text)?.parse()?;
                for line in told(desk, &checked).into_iter().filter(|_| checked.sound) {
                    desk.screen.note(&line)?;
                }
                warn_of_roster(desk, &checked)?;
            }
            propose(desk, &json!({ "kind": "publish_definition", "text": text }))
        }
        WorkflowCommand::Preview { scheme, to, from, part } => {
            migration::preview(desk, &scheme, (from, to), &part)
        }
        WorkflowCommand::Migrate { scheme, to, from } => {
            propose(desk, &json!({ "kind": "migrate", "scheme": scheme, "from": from, "to": to }))
        }
    }
}

fn workflows(desk: &mut Desk<'_, '_>) -> Result<Ending, ClientError> {
    let Some(rows) = desk.rows::<wire::Workflow>(&["workflows"], &Pairs::new(), &Part::default())? else {
        return Ok(Ending::Done);
    };
    let heads = [desk.pick("skema", "scheme"), desk.pick("versi", "version"), desk.pick("judul", "title")];
    let mut grid = Grid::new(&heads);
    for row in rows {
        grid.row([row.scheme.or_dash(), row.version.or_dash(), row.title.or_dash()]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

fn check(desk: &mut Desk<'_, '_>, file: &Path) -> Result<Ending, ClientError> {
    let text = text_of(desk, file)?;
    let answer = ask_check(desk, &text)?;
    let checked: wire::Checked = answer.parse()?;
    if !desk.printed(&answer)? {
        let many = checked.findings.len();
        match (checked.sound, many) {
            (true, 0) => desk.screen.line(&say!(desk.lang, "Utuh.", "Sound."))?,
            (true, 1) => {
                desk.screen.line(&say!(desk.lang, "Utuh, dengan 1 peringatan.", "Sound, with 1 warning."))?;
            }
            (true, many) => desk.screen.line(&say!(
                desk.lang,
                "Utuh, dengan {many} peringatan.",
                "Sound, with {many} warnings."
            ))?,
            (false, _) => {}
        }
        for line in told(desk, &checked) {
            desk.screen.line(&line)?;
        }
        warn_of_roster(desk, &checked)?;
    }
    Ok(Ending::refused_if(!checked.sound))
}

/// What was found, a line for each, and what shows it below.
fn told(desk: &Desk<'_, '_>, checked: &wire::Checked) -> Vec<String> {
    let mut lines = Vec::new();
    for finding in &checked.findings {
        let (code, place, text) = (&finding.code, &finding.place, &finding.text);
        let at = finding.line.zip(finding.column).map(|(line, column)| format!("{line}:{column}: "));
        let at = at.unwrap_or_default();
        lines.push(format!("{at}{}[{code}]: {place}: {text}", severity_of(desk, &finding.severity)));
        if !finding.shown.is_blank() {
            lines.push(format!("    {}", finding.shown));
        }
    }
    lines
}

fn ask_check(desk: &Desk<'_, '_>, text: &str) -> Result<Answer, ClientError> {
    desk.client.send(&Call::post(&["workflows", "check"]).json(&json!({ "text": text })))
}

fn severity_of(desk: &Desk<'_, '_>, severity: &wire::Text) -> &'static str {
    if severity.to_string() == "warning" {
        desk.pick("peringatan", "warning")
    } else {
        desk.pick("kesalahan", "error")
    }
}

/// What today's office has nobody for: it keeps no definition from being published, and requests from moving on.
fn warn_of_roster(desk: &mut Desk<'_, '_>, checked: &wire::Checked) -> Result<(), ClientError> {
    let warning = desk.pick("peringatan", "warning");
    for finding in checked.roster.iter().flatten() {
        desk.screen.note(&format!("{warning}[{}]: {}", finding.code, finding.detail))?;
    }
    Ok(())
}

fn text_of(desk: &Desk<'_, '_>, path: &Path) -> Result<String, ClientError> {
    std::fs::read_to_string(path).map_err(|cause| ClientError::File {
        path: path.to_owned(),
        cause,
        lang: desk.lang,
    })
}

pub(crate) fn freeze(desk: &mut Desk<'_, '_>, command: FreezeCommand) -> Result<Ending, ClientError> {
    match command {
        FreezeCommand::List => freezes(desk),
        FreezeCommand::Set { fund, source, from, to, scheme, exempt } => propose(
            desk,
            &json!({
                "kind": "set_freeze", "fund": fund, "source": source, "from": from, "to": to, "schemes": scheme,
                "exempt": exempt,
            }),
        ),
        FreezeCommand::Lift { id } => propose(desk, &json!({ "kind": "lift_freeze", "freeze": id })),
    }
}

fn freezes(desk: &mut Desk<'_, '_>) -> Result<Ending, ClientError> {
    let Some(rows) = desk.rows::<wire::Freeze>(&["freezes"], &Pairs::new(), &Part::default())? else {
        return Ok(Ending::Done);
    };
    if rows.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        "id",
        desk.pick("dana", "fund"),
        desk.pick("dari", "from"),
        desk.pick("sampai", "to"),
        desk.pick("skema", "schemes"),
        desk.pick("dikecualikan", "exempt"),
        desk.pick("dasar", "source"),
    ]);
    for row in rows {
        grid.row([
            row.id.or_dash(),
            row.fund.or_dash(),
            row.from.or_dash(),
            row.to.or_dash(),
            row.schemes.or_dash(),
            row.exempt.or_dash(),
            row.source.or_dash(),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

pub(crate) fn ceiling(desk: &mut Desk<'_, '_>, asked: &Ceiling) -> Result<Ending, ClientError> {
    let Ceiling { line, amount: Rupiah(amount), source } = asked;
    propose(desk, &json!({ "kind": "revise_ceiling", "line": line, "ceiling": amount, "source": source }))
}

pub(crate) fn open_line(desk: &mut Desk<'_, '_>, asked: &OpenLine) -> Result<Ending, ClientError> {
    let OpenLine { scheme, year, fund, account, ceiling: Rupiah(ceiling), source } = asked;
    propose(
        desk,
        &json!({
            "kind": "open_line", "scheme": scheme, "year": year, "fund": fund, "account": account,
            "ceiling": ceiling, "source": source,
        }),
    )
}
