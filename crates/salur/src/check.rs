//! `salur check`: definitions read by the same code that publishes them.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_core::Lang;
use salur_core::definition::{Checked, CounterExample, Finding, Severity, json_schema};
use salur_core::proof::weakest_way;
use salur_core::workflow::{End, Workflow};

/// Check workflow definitions.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Definition files, or folders of them.
    #[arg(required_unless_present = "schema")]
    paths: Vec<PathBuf>,
    /// Print the JSON Schema of a definition file, for editors.
    #[arg(long, conflicts_with = "paths")]
    schema: bool,
}

impl Check {
    pub(crate) fn run(self, json: bool, lang: Lang) -> Result<ExitCode> {
        if self.schema {
            return print(&(serde_json::to_string_pretty(&json_schema())? + "\n"), ExitCode::SUCCESS);
        }
        let mut files = Vec::new();
        for path in &self.paths {
            gather(path, &mut files)?;
        }
        let (mut reports, mut told) = (Vec::new(), String::new());
        let mut faulty = false;
        for file in files {
            let bytes = std::fs::read(&file).with_context(|| format!("failed to read {}", file.display()))?;
            let checked = Workflow::check(&text_of(bytes));
            faulty |= checked.workflow.is_none();
            if json {
                reports.push(report(&file, &checked));
            } else {
                tell(&file, &checked, lang, &mut told)?;
            }
        }
        if json {
            told = serde_json::to_string(&reports)? + "\n";
        }
        print(&told, if faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

/// Whoever reads only the first lines still gets the verdict.
fn print(text: &str, verdict: ExitCode) -> Result<ExitCode> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(verdict),
    }
}

/// The text of a file. What is no UTF-8 ends in a character that no TOML may have, so that its place is told.
fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let sound = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        String::from_utf8_lossy(sound).into_owned() + "\0"
    })
}

fn report(file: &Path, checked: &Checked) -> serde_json::Value {
    match &checked.workflow {
        Some(workflow) => serde_json::json!({
            "file": file, "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
            "persons": persons(workflow).map(|(persons, _)| persons), "findings": checked.findings,
        }),
        None => serde_json::json!({ "file": file, "findings": checked.findings }),
    }
}

fn tell(file: &Path, checked: &Checked, lang: Lang, told: &mut String) -> Result<()> {
    let say = |id: &'static str, en: &'static str| if lang == Lang::Id { id } else { en };
    for finding in &checked.findings {
        writeln!(told, "{}", line(file, finding, lang))?;
        if let Some(example) = &finding.counter_example {
            writeln!(told, "    {}", example.text(lang))?;
        }
    }
    let file = file.display();
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let Some(workflow) = &checked.workflow else {
        writeln!(told, "{file}: {errors} {}", say("yang harus diperbaiki", "to mend"))?;
        return Ok(());
    };
    let (scheme, version) = (&workflow.scheme, workflow.version);
    let (sound, versioned) = (say("benar", "sound"), say("versi", "version"));
    writeln!(told, "{file}: {sound} ({scheme} {versioned} {version})")?;
    if let Some((persons, way)) = persons(workflow) {
        let least = say("paling sedikit", "at least");
        let different = say(
            "orang berbeda di setiap jalan ke pembayaran; yang terlemah",
            "different persons on every way to a payment; the weakest",
        );
        writeln!(told, "  {least} {persons} {different}: {}", way.text(lang))?;
    }
    Ok(())
}

/// One finding as compilers tell them, so that editors find the place.
fn line(file: &Path, finding: &Finding, lang: Lang) -> String {
    let place = match (finding.line, finding.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", file.display()),
        _ => file.display().to_string(),
    };
    let severity = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{place}: {severity}[{}]: {}: {}", finding.code, finding.place, finding.text(lang))
}

/// The fewest persons on a way to the payment, and that way.
fn persons(workflow: &Workflow) -> Option<(usize, CounterExample)> {
    let paid =
        workflow.stages.iter().find(|(_, stage)| stage.end == Some(End::Success)).map(|(name, _)| name)?;
    let way = weakest_way(workflow, paid)?;
    let acts = way.acts.iter().map(|(act, person)| (act.to_string(), person.saturating_add(1)));
    Some((way.persons(), CounterExample::Persons(acts.collect())))
}

fn gather(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if !path.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut inside: Vec<_> = std::fs::read_dir(path)
        .with_context(|| format!("failed to list {}", path.display()))?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    inside.sort();
    files.extend(inside);
    Ok(())
}
