//! Reads a definition and checks that it holds together. Every finding has a stable code, its place in the file with
//! line and column, a sentence in both languages and, where something shows it, a counter-example. All findings of a
//! file are told at once; errors refuse it, warnings do not.
//!
//! The order: TOML, then the grammar (`read`), then the parts (`build`), then every name (`names`, `terms`, `texts`),
//! and, where the names hold, what follows from the ways through it (`shape`, `money`, `guards`).

mod build;
mod finding;
mod grammar;
mod graph;
mod guards;
mod json_schema;
mod money;
mod names;
mod phases;
mod read;
mod say;
mod shape;
mod terms;
mod texts;
mod versions;

use std::fmt;

pub use finding::{CounterExample, FINDINGS_MAX, Finding, Severity};
pub use json_schema::json_schema;

use crate::workflow::Workflow;
use finding::Findings;

/// The version of the definition language that this program reads.
pub const SCHEMA: u32 = 1;

/// The longest definition that is read, in bytes.
pub const TEXT_MAX: usize = 256 * 1024;

/// A definition that was read, with everything found in it.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The workflow, where there is no error.
    pub workflow: Option<Workflow>,
    /// Errors and warnings, in the order of the file.
    pub findings: Vec<Finding>,
}

/// A definition is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct WorkflowError {
    /// The errors found; warnings do not refuse a definition.
    pub findings: Vec<Finding>,
}

impl fmt::Display for WorkflowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, finding) in self.findings.iter().enumerate() {
            if place > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{} at {}", finding.code, finding.place)?;
            if let (Some(line), Some(column)) = (finding.line, finding.column) {
                write!(f, " (line {line}, column {column})")?;
            }
            write!(f, ": {}", finding.en)?;
        }
        Ok(())
    }
}

/// A workflow, or the errors that refuse it.
pub(crate) fn parse(text: &str) -> Result<Workflow, WorkflowError> {
    sound(check(text, &[]))
}

/// The workflow that was checked, or the errors that refuse it.
pub(crate) fn sound(checked: Checked) -> Result<Workflow, WorkflowError> {
    let Checked { workflow, mut findings } = checked;
    workflow.ok_or_else(|| {
        findings.retain(|finding| finding.severity == Severity::Error);
        WorkflowError { findings }
    })
}

/// Everything that is found in a definition, other versions of it being at hand.
pub(crate) fn check(text: &str, versions: &[&Workflow]) -> Checked {
    let mut findings = Findings::of(if text.len() > TEXT_MAX { "" } else { text });
    let workflow = find(text, true, &mut findings);
    // Of a definition with an error it is not sure what becomes of requests under it.
    if let Some(workflow) = workflow.as_ref().filter(|_| findings.errors() == 0) {
        let is_before = |it: &&&Workflow| it.scheme == workflow.scheme && it.version < workflow.version;
        let before: Vec<&Workflow> = versions.iter().filter(is_before).copied().collect();
        versions::check(workflow, &before, &mut findings);
    }
    let workflow = workflow.filter(|_| findings.errors() == 0);
    Checked { workflow, findings: findings.done() }
}

/// A workflow whose parts can be read and whose names hold, whatever else is found in it.
pub(crate) fn reread(text: &str) -> Result<Workflow, WorkflowError> {
    let mut findings = Findings::of(if text.len() > TEXT_MAX { "" } else { text });
    let workflow = find(text, false, &mut findings).filter(|_| findings.errors() == 0);
    workflow.ok_or_else(|| WorkflowError { findings: findings.done() })
}

/// What a text states, and what is wrong with it; `wholly` also with the ways through it.
fn find(text: &str, wholly: bool, findings: &mut Findings<'_>) -> Option<Workflow> {
    if text.len() > TEXT_MAX {
        let id = format!("berkas ini {} byte; paling banyak {TEXT_MAX}", text.len());
        let en = format!("the file has {} bytes; {TEXT_MAX} is the most", text.len());
        findings.error("file_too_large", "file", id, en);
        return None;
    }
    let tree = read::read(text, grammar::FILE, findings)?;
    if let Some(schema) = tree.get("schema").and_then(toml::Value::as_integer)
        && schema != i64::from(SCHEMA)
    {
        let id = format!("skema {schema} tidak dikenal program ini; yang dibaca skema {SCHEMA}");
        let en = format!("schema {schema} is not known to this program; it reads schema {SCHEMA}");
        findings.only(Finding::error("schema_unknown", "schema", id, en));
        return None;
    }
    if findings.is_cut() {
        return None;
    }
    let whole = !findings.has_holes();
    let workflow = build::build(tree, text, findings)?;
    let known = names::check(&workflow, findings);
    if !wholly {
        return Some(workflow);
    }
    names::reserved(&workflow, findings);
    terms::check(&workflow, findings);
    texts::check(&workflow, findings);
    money::check_lists(&workflow, findings);
    // Where a stage is unknown or a part could not be read, what follows from the ways would only repeat that.
    if known && whole {
        let graph = graph::Graph::of(&workflow);
        shape::check(&graph, findings);
        phases::check(&workflow, findings);
        money::check(&graph, findings);
        // Nothing can be said of a stage while one of its guards cannot be read.
        if !findings.has_holes() {
            guards::check(&graph, findings);
        }
    }
    Some(workflow)
}

#[cfg(test)]
mod tests;
