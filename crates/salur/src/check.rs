//! `salur check`: definitions read by the same code that publishes them.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use salur_core::proof::weakest_way;
use salur_core::workflow::{End, Workflow};

/// Check workflow definitions.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Definition files, or folders of them.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
}

impl Check {
    pub(crate) fn run(self, json: bool) -> Result<ExitCode> {
        let mut files = Vec::new();
        for path in &self.paths {
            gather(path, &mut files)?;
        }
        let mut reports = Vec::new();
        let mut faulty = false;
        for file in files {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("failed to read {}", file.display()))?;
            let parsed = Workflow::parse(&text);
            faulty |= parsed.is_err();
            if json {
                reports.push(report(&file, &parsed));
            } else {
                tell(&file, &parsed);
            }
        }
        if json {
            println!("{}", serde_json::to_string(&reports)?);
        }
        Ok(if faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

type Parsed = Result<Workflow, salur_core::definition::WorkflowError>;

fn report(file: &Path, parsed: &Parsed) -> serde_json::Value {
    match parsed {
        Ok(workflow) => serde_json::json!({
            "file": file, "scheme": workflow.scheme, "version": workflow.version, "digest": workflow.digest,
            "persons": persons(workflow).map(|(persons, _)| persons), "findings": [],
        }),
        Err(error) => serde_json::json!({ "file": file, "findings": error.findings }),
    }
}

fn tell(file: &Path, parsed: &Parsed) {
    match parsed {
        Ok(workflow) => {
            println!("{}: sound ({} version {})", file.display(), workflow.scheme, workflow.version);
            if let Some((persons, way)) = persons(workflow) {
                println!(
                    "  at least {persons} different persons on every way to a payment; the weakest: {way}"
                );
            }
        }
        Err(error) => {
            println!("{}: {} to mend", file.display(), error.findings.len());
            for finding in &error.findings {
                println!("  {} at {}: {}", finding.code, finding.place, finding.text);
            }
        }
    }
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
