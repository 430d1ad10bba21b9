//! `salur workflow`: a definition as a picture, and a drawing as the draft of a definition.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use salur_client::{ClientCommand, Connection};
use salur_core::workflow::Workflow;
use salur_core::{Lang, StageName};
use salur_demo::shipped;
use salur_diagram::{BYTES_MAX, Look, NoteKind, Reading, bpmn, layout, mermaid, read, svg};

use crate::check::{print, proved};

/// Show a definition as a picture, prove it, read a drawing, and list, check and publish definitions on the server.
#[derive(Debug, Subcommand)]
pub(crate) enum WorkflowCommand {
    /// Show a definition as a picture
    Show(Show),
    /// Prove it: how many persons a payment takes, who they could be, and whom something hangs on
    Prove(Prove),
    /// Read a BPMN drawing: what becomes of each part, and the draft of a definition
    Read(ReadDrawing),
    #[command(flatten)]
    OnServer(salur_client::WorkflowCommand),
}

/// Show a definition as a picture
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// A scheme, or a definition file
    #[arg(value_name = "SCHEME|FILE")]
    what: String,
    /// What is wanted
    #[arg(long, value_enum, default_value_t = Format::Svg)]
    format: Format,
    /// The definition in force on the server, with how many requests are at each stage (SVG)
    #[arg(long)]
    counts: bool,
    /// Count the requests of this fiscal year only
    #[arg(long, requires = "counts")]
    year: Option<i16>,
    /// Write to this file, and not to the screen
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A picture for pages and paper
    Svg,
    /// Text that wikis draw
    Mermaid,
    /// BPMN 2.0 for modellers
    Bpmn,
}

/// Prove a definition
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// A scheme as the server has it, with the office's people; or a definition file, without
    #[arg(value_name = "SCHEME|FILE")]
    what: String,
}

impl Prove {
    fn run(self, connection: Connection) -> Result<ExitCode> {
        if let Some(workflow) = of_file(&self.what)? {
            let sentences = proved(&workflow, connection.lang);
            print(&if connection.json {
                format!("{}\n", serde_json::json!({ "proof": sentences }))
            } else {
                sentences.join("\n") + "\n"
            })?;
            return Ok(ExitCode::SUCCESS);
        }
        match salur_client::proof(&self.what, connection) {
            Ok(text) => print(&text).map(|()| ExitCode::SUCCESS),
            Err(error) => {
                eprintln!("{error}");
                Ok(error.exit_code())
            }
        }
    }
}

/// Read a BPMN drawing
#[derive(Debug, Args)]
pub(crate) struct ReadDrawing {
    /// The BPMN 2.0 file
    file: PathBuf,
    /// Write the draft to this new file
    #[arg(long, value_name = "OUT.toml")]
    draft: Option<PathBuf>,
}

impl WorkflowCommand {
    pub(crate) fn run(self, connection: Connection) -> Result<ExitCode> {
        match self {
            WorkflowCommand::Show(show) => show.run(connection),
            WorkflowCommand::Prove(prove) => prove.run(connection),
            WorkflowCommand::Read(drawing) => drawing.run(connection.json, connection.lang),
            WorkflowCommand::OnServer(command) => {
                let asked = salur_client::run(ClientCommand::Workflow(command), connection);
                Ok(asked.unwrap_or_else(|error| {
                    eprintln!("{error}");
                    error.exit_code()
                }))
            }
        }
    }
}

impl Show {
    fn run(self, connection: Connection) -> Result<ExitCode> {
        let (json, lang) = (connection.json, connection.lang);
        let mut workflow = match of_file(&self.what)? {
            None if !self.counts => Some(of_shipped(&self.what)?),
            found => found,
        };
        let mut counts: Option<BTreeMap<StageName, u64>> = None;
        if self.counts {
            let scheme = workflow.as_ref().map_or(self.what.clone(), |workflow| workflow.scheme.to_string());
            let published = match salur_client::published(&scheme, self.year, connection) {
                Ok(published) => published,
                Err(error) => {
                    eprintln!("{error}");
                    return Ok(error.exit_code());
                }
            };
            let found = published.counts.iter();
            counts = Some(found.map(|(stage, count)| (StageName::from(stage.as_str()), *count)).collect());
            if workflow.is_none() {
                workflow = Some(parsed(&published.text, &self.what)?);
            }
        }
        let Some(workflow) = workflow else { bail!("there is no definition of {}", self.what) };
        let picture = drawn(&workflow, self.format, lang, counts.as_ref())?;
        let text = if json {
            let told = serde_json::json!({
                "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
                "picture": picture,
            });
            format!("{told}\n")
        } else {
            picture
        };
        match &self.output {
            Some(path) => {
                std::fs::write(path, text).with_context(|| format!("failed to write {}", path.display()))?;
            }
            None => print(&text)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The definition in a file, where a file is named and not a scheme.
fn of_file(what: &str) -> Result<Option<Workflow>> {
    let path = Path::new(what);
    if !path.is_file() && path.extension().is_none_or(|extension| extension != "toml") {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("failed to read {}", path.display()))?;
    parsed(&text, what).map(Some)
}

fn parsed(text: &str, name: &str) -> Result<Workflow> {
    Workflow::parse(text).with_context(|| format!("{name} does not hold together"))
}

fn of_shipped(scheme: &str) -> Result<Workflow> {
    let mut known = Vec::new();
    for text in shipped::definitions() {
        let workflow = Workflow::parse(text)?;
        if workflow.scheme == *scheme {
            return Ok(workflow);
        }
        known.push(workflow.scheme.to_string());
    }
    bail!(
        "there is no shipped definition of `{scheme}`; there are {}. Name a file, or ask a server with --counts",
        known.join(", ")
    )
}

fn drawn(
    workflow: &Workflow,
    format: Format,
    lang: Lang,
    counts: Option<&BTreeMap<StageName, u64>>,
) -> Result<String> {
    let placed = layout(workflow)?;
    let roles = shipped::Parts::shipped()?.policy.role;
    Ok(match format {
        Format::Svg => svg(workflow, &placed, Look { lang, roles: &roles, counts }),
        Format::Mermaid => mermaid(workflow, &placed, &roles, lang),
        Format::Bpmn => bpmn(workflow, &placed, &roles, lang),
    })
}

impl ReadDrawing {
    fn run(self, json: bool, lang: Lang) -> Result<ExitCode> {
        let failed = || format!("failed to read {}", self.file.display());
        let most = u64::try_from(BYTES_MAX)?.saturating_add(1);
        let mut bytes = Vec::new();
        std::fs::File::open(&self.file)
            .with_context(failed)?
            .take(most)
            .read_to_end(&mut bytes)
            .with_context(failed)?;
        let roles = shipped::Parts::shipped()?.policy.role;
        let reading = match read(&bytes, &roles) {
            Ok(reading) => reading,
            Err(error) if json => {
                println!("{}", serde_json::to_string(&error)?);
                return Ok(ExitCode::FAILURE);
            }
            Err(error) => {
                let said = if lang == Lang::Id { &error.id } else { &error.en };
                eprintln!("{}:{}: {} ({})", self.file.display(), error.line, said, error.code.as_str());
                return Ok(ExitCode::FAILURE);
            }
        };
        if let Some(path) = &self.draft {
            // A draft that somebody has worked on is not written over.
            let file = std::fs::File::create_new(path);
            let done = file.and_then(|mut file| file.write_all(reading.draft.as_bytes()));
            done.with_context(|| format!("failed to write {}", path.display()))?;
        }
        if json {
            print(&format!("{}\n", serde_json::to_string(&reading)?))?;
        } else {
            tell(&reading, lang, self.draft.is_some())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn tell(reading: &Reading, lang: Lang, is_written: bool) -> Result<()> {
    let mut out = String::new();
    let headings = [
        (NoteKind::Maps, "Masuk ke draf", "In the draft"),
        (NoteKind::Lost, "Tidak ada padanannya", "Without a place here"),
        (NoteKind::Decide, "Harus diputuskan", "To be decided"),
    ];
    for (kind, id, en) in headings {
        let notes: Vec<_> = reading.report.iter().filter(|note| note.kind == kind).collect();
        if notes.is_empty() {
            continue;
        }
        out += if lang == Lang::Id { id } else { en };
        out.push('\n');
        for note in notes {
            let said = if lang == Lang::Id { &note.id } else { &note.en };
            // A name in the drawing may hold anything; a terminal gets no control characters.
            let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            let line = if note.line > 0 { format!("{:>5}  ", note.line) } else { " ".repeat(7) };
            out += &line;
            out += &said;
            out.push('\n');
        }
    }
    if let Err(error) = Workflow::parse(&reading.draft) {
        let count = error.findings.len();
        out += if lang == Lang::Id { "Temuan pada draf" } else { "What is wrong with the draft" };
        writeln!(out, " ({count})")?;
        for finding in &error.findings {
            writeln!(out, "       {} @ {}: {}", finding.code, finding.place, finding.text(lang))?;
        }
    }
    if !is_written {
        out.push('\n');
        out += &reading.draft;
    }
    print(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shipped_is_drawn_in_every_format_and_read_back() {
        for text in shipped::definitions() {
            let workflow = of_shipped(Workflow::parse(text).unwrap().scheme.as_str()).unwrap();
            for lang in [Lang::Id, Lang::En] {
                let drawn = |format| drawn(&workflow, format, lang, None).unwrap();
                assert!(
                    drawn(Format::Svg).starts_with("<svg ") && drawn(Format::Mermaid).contains("flowchart")
                );
                let reading = read(drawn(Format::Bpmn).as_bytes(), &BTreeMap::new()).unwrap();
                assert_eq!(parsed(&reading.draft, "draft").unwrap().stages.len(), workflow.stages.len());
            }
        }
        assert!(of_shipped("nothing").unwrap_err().to_string().contains("--counts"));
    }
}
