//! `salur check`: definitions read by the same code that publishes them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_core::Lang;
use salur_core::definition::{Checked, Finding, Severity, json_schema};
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
            println!("{}", serde_json::to_string_pretty(&json_schema())?);
            return Ok(ExitCode::SUCCESS);
        }
        let mut files = Vec::new();
        for path in &self.paths {
            gather(path, &mut files)?;
        }
        let mut reports = Vec::new();
        let mut faulty = false;
        for file in files {
            let bytes = std::fs::read(&file).with_context(|| format!("failed to read {}", file.display()))?;
            // A file in another encoding is checked too: what is not UTF-8 is no TOML, and its place is told.
            let checked = Workflow::check(&String::from_utf8_lossy(&bytes));
            faulty |= checked.workflow.is_none();
            if json {
                reports.push(report(&file, &checked));
            } else {
                tell(&file, &checked, lang);
            }
        }
        if json {
            println!("{}", serde_json::to_string(&reports)?);
        }
        Ok(if faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
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

fn tell(file: &Path, checked: &Checked, lang: Lang) {
    let say = |id: &str, en: &str| if lang == Lang::Id { id.to_owned() } else { en.to_owned() };
    for finding in &checked.findings {
        println!("{}", line(file, finding, lang));
        if let Some(example) = &finding.counter_example {
            println!("    {}", example.text(lang));
        }
    }
    let errors = checked.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let Some(workflow) = &checked.workflow else {
        println!("{}: {errors} {}", file.display(), say("yang harus diperbaiki", "to mend"));
        return;
    };
    let (scheme, version) = (&workflow.scheme, workflow.version);
    let (sound, versioned) = (say("benar", "sound"), say("versi", "version"));
    println!("{}: {sound} ({scheme} {versioned} {version})", file.display());
    if let Some((persons, way)) = persons(workflow) {
        let least = say("paling sedikit", "at least");
        let different = say(
            "orang berbeda di setiap jalan ke pembayaran; yang terlemah",
            "different persons on every way to a payment; the weakest",
        );
        println!("  {least} {persons} {different}: {way}");
    }
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
fn persons(workflow: &Workflow) -> Option<(usize, String)> {
    let paid =
        workflow.stages.iter().find(|(_, stage)| stage.end == Some(End::Success)).map(|(name, _)| name)?;
    weakest_way(workflow, paid).map(|way| (way.persons(), way.to_string()))
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
