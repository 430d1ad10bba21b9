//! What the activities of a log are: said by a map, or guessed by equal names.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord, Trim};
use salur_core::workflow::Workflow;
use salur_core::{ActionName, Label, Lang, StageName, words};
use serde::Serialize;

use crate::export::ocel;

/// The act by which a line leaves a decree: every workflow has it built in.
pub(super) const STRIKE: &str = "strike";
/// The most bytes of a map.
pub const MAP_MAX: usize = 1024 * 1024;

/// What an activity is taken for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// An action was taken.
    Action(ActionName),
    /// The case came to a stage, by whichever action.
    Stage(StageName),
    /// It happened around the workflow, and moved nothing.
    Around,
    /// Nothing that the definition has a word for.
    Unknown,
}

/// What a map says of activities.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityMap {
    said: BTreeMap<String, Meaning>,
}

/// Why a map is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MapFault {
    /// No table of text.
    Unreadable,
    /// More bytes than are read.
    TooLarge,
    /// No heading with the two columns.
    ColumnMissing,
    /// The definition has neither such an action nor such a stage.
    TargetUnknown,
    /// An activity stands twice, with two meanings.
    SaidTwice,
}

/// A map is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("{}", self.text(Lang::En))]
pub struct MapError {
    /// Why.
    pub fault: MapFault,
    /// The line, from 1; 0 for the whole.
    pub line: u64,
    /// What stands there.
    pub found: String,
}

impl MapError {
    fn new(fault: MapFault, line: u64, found: &str) -> MapError {
        MapError { fault, line, found: found.chars().take(80).collect() }
    }

    /// The refusal as one sentence.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let (id, en) = match self.fault {
            MapFault::Unreadable => ("bukan tabel CSV dalam UTF-8", "no CSV table in UTF-8"),
            MapFault::TooLarge => ("peta lebih besar dari 1 MiB", "the map is larger than 1 MiB"),
            MapFault::ColumnMissing => {
                ("judul harus “activity,action”", "the heading must be “activity,action”")
            }
            MapFault::TargetUnknown => {
                ("alur ini tidak punya tindakan atau tahap itu", "the workflow has no such action or stage")
            }
            MapFault::SaidTwice => {
                ("aktivitas ini punya dua arti", "the activity stands twice, with two meanings")
            }
        };
        let (line, words) = match lang {
            Lang::Id => ("baris", id),
            Lang::En => ("line", en),
        };
        match (self.line, self.found.as_str()) {
            (0, _) => words.to_owned(),
            (number, "") => format!("{line} {number}: {words}"),
            (number, found) => format!("{line} {number}: {words}: {found:?}"),
        }
    }
}

impl ActivityMap {
    /// Reads a table with the columns `activity` and `action`, parted by commas or semicolons. The second one names an
    /// action or a stage of the definition; where it is empty, the activity is around the workflow.
    pub fn read(bytes: &[u8], workflow: &Workflow) -> Result<ActivityMap, MapError> {
        if bytes.len() > MAP_MAX {
            return Err(MapError::new(MapFault::TooLarge, 0, ""));
        }
        let heading = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = if heading.contains(&b',') { b',' } else { b';' };
        let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(Trim::All).from_reader(bytes);
        let broken = |error: &csv::Error| {
            let line = error.position().map_or(0, csv::Position::line);
            MapError::new(MapFault::Unreadable, line, "")
        };
        let heading = reader.headers().map_err(|error| broken(&error))?;
        let column = |name: &str| {
            let column = heading.iter().position(|cell| folded(cell.trim_start_matches('\u{feff}')) == name);
            column.ok_or_else(|| MapError::new(MapFault::ColumnMissing, 1, ""))
        };
        let (activity, action) = (column("activity")?, column("action")?);
        let mut map = ActivityMap::default();
        for row in reader.records() {
            map.say(&row.map_err(|error| broken(&error))?, activity, action, workflow)?;
        }
        Ok(map)
    }

    fn say(
        &mut self,
        row: &StringRecord,
        activity: usize,
        action: usize,
        workflow: &Workflow,
    ) -> Result<(), MapError> {
        let line = row.position().map_or(0, csv::Position::line);
        let (activity, target) = (row.get(activity).unwrap_or_default(), row.get(action).unwrap_or_default());
        let meaning = match target {
            "" => Meaning::Around,
            name if workflow.actions.contains_key(name) || name == STRIKE => Meaning::Action(name.into()),
            name if workflow.stages.contains_key(name) => Meaning::Stage(name.into()),
            name => return Err(MapError::new(MapFault::TargetUnknown, line, name)),
        };
        match self.said.insert(activity.to_owned(), meaning.clone()) {
            Some(before) if before != meaning => Err(MapError::new(MapFault::SaidTwice, line, activity)),
            Some(_) | None => Ok(()),
        }
    }

    /// What the map says of an activity.
    #[must_use]
    pub fn meaning(&self, activity: &str) -> Option<&Meaning> {
        self.said.get(activity.trim())
    }
}

/// A name as it is compared: capitals and space around it are no difference.
pub(super) fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What names are guessed to mean. Earlier words win: an action's name, its title, a stage's name, its title, and then the
/// kinds of events in our own exports.
pub(super) fn guesses(workflow: &Workflow) -> BTreeMap<String, Meaning> {
    let mut names = BTreeMap::new();
    let mut say = |name: &str, meaning: &Meaning| {
        names.entry(folded(name)).or_insert_with(|| meaning.clone());
    };
    let both = |title: &Label| [title.id.clone(), title.en.clone()];
    let strike = Meaning::Action(STRIKE.into());
    for name in workflow.actions.keys() {
        say(name.as_str(), &Meaning::Action(name.clone()));
    }
    say(STRIKE, &strike);
    for (name, action) in &workflow.actions {
        for title in both(&action.title) {
            say(&title, &Meaning::Action(name.clone()));
        }
    }
    for lang in [Lang::Id, Lang::En] {
        if let Some(title) = words::act(STRIKE, lang) {
            say(title, &strike);
        }
    }
    for name in workflow.stages.keys() {
        say(name.as_str(), &Meaning::Stage(name.clone()));
    }
    for (name, stage) in &workflow.stages {
        for title in both(&stage.title) {
            say(&title, &Meaning::Stage(name.clone()));
        }
    }
    for kind in ocel::KINDS {
        say(kind, &Meaning::Around);
    }
    names
}
