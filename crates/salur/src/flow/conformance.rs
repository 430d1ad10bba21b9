//! `salur flow conformance`: whether a log goes the way that a definition allows.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use salur_core::Lang;
use salur_core::workflow::Workflow;
use salur_flow::conformance::{ActivityMap, Conformance, Meaning, conformance};

use super::Columns;
use super::table::{Table, say, share};

/// A log against a workflow definition
#[derive(Debug, Args)]
pub(crate) struct Conform {
    /// An event log: XES or CSV, gzipped or not
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// The workflow definition, a TOML file
    #[arg(long, value_name = "FILE")]
    workflow: PathBuf,
    /// What the activities are: a CSV with the columns activity,action (an action, or a stage that was come to); what it
    /// does not name is guessed by equal names
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    #[command(flatten)]
    columns: Columns,
}

impl Conform {
    pub(super) fn run(&self, json: bool, lang: Lang) -> Result<String> {
        let file = self.workflow.display().to_string();
        let text =
            std::fs::read_to_string(&self.workflow).with_context(|| format!("failed to read {file}"))?;
        let workflow = Workflow::reread(&text).with_context(|| {
            say(
                lang,
                format!("{file} bukan definisi yang dapat dipakai; `salur check {file}` mengatakan sebabnya"),
                format!("{file} is no definition that can be used; `salur check {file}` says why"),
            )
        })?;
        let map = match &self.map {
            None => ActivityMap::default(),
            Some(path) => {
                let bytes =
                    std::fs::read(path).with_context(|| format!("failed to read {}", path.display()))?;
                ActivityMap::read(&bytes, &workflow)
                    .map_err(|error| anyhow!("{}: {}", path.display(), error.text(lang)))?
            }
        };
        let told = conformance(&self.columns.read(&self.log, lang)?, &workflow, &map);
        if json { Ok(serde_json::to_string(&told)? + "\n") } else { Ok(shown(&told, lang)) }
    }
}

fn shown(told: &Conformance, lang: Lang) -> String {
    let dash = || "-".to_owned();
    let fitness = told.fitness.map_or_else(dash, |fitness| share(fitness, lang));
    let mean = told.fitness_mean.map_or_else(dash, |fitness| share(fitness, lang));
    let tokens = say(
        lang,
        format!("kecocokan token: {fitness}; rata-rata per kasus: {mean}"),
        format!("token fitness: {fitness}; mean by case: {mean}"),
    );
    let (deviations, activities) = (deviations(told, lang), activities(told, lang));
    let (reading, limits) = (told.reading.text(lang), told.limits.text(lang));
    format!("{reading}\n{tokens}\n\n{deviations}\n{activities}\n{limits}\n")
}

fn deviations(told: &Conformance, lang: Lang) -> String {
    let mut table = Table::new(&match lang {
        Lang::Id => ["penyimpangan", ">kali", ">kasus", "contoh"],
        Lang::En => ["deviation", ">times", ">cases", "examples"],
    });
    for deviation in &told.deviations {
        table.row([
            deviation.kind.words(lang).to_owned(),
            deviation.count.to_string(),
            deviation.cases.to_string(),
            deviation.examples.join(", "),
        ]);
    }
    table.text()
}

fn activities(told: &Conformance, lang: Lang) -> String {
    let mut table = Table::new(&match lang {
        Lang::Id => ["aktivitas", ">kejadian", "dibaca sebagai", "menurut"],
        Lang::En => ["activity", ">events", "read as", "by"],
    });
    for row in &told.activities {
        let meaning = match &row.meaning {
            Meaning::Action(action) => action.to_string(),
            Meaning::Stage(stage) => say(lang, format!("tahap {stage}"), format!("stage {stage}")),
            Meaning::Around => say(lang, "di sekitar alur".to_owned(), "around the workflow".to_owned()),
            Meaning::Unknown => say(lang, "tak dikenal".to_owned(), "unknown".to_owned()),
        };
        let by = if row.guessed { say(lang, "namanya", "its name") } else { say(lang, "peta", "the map") };
        table.row([row.activity.clone(), row.events.to_string(), meaning, by.to_owned()]);
    }
    table.text()
}
