//! The office itself, as far as people are shown it.

use serde::Deserialize;

use super::Text;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Proposal {
    pub(crate) id: Text,
    pub(crate) state: Text,
    pub(crate) title: Text,
    pub(crate) summary: Vec<String>,
    pub(crate) registers: Text,
    pub(crate) yet_to_move: Option<u64>,
    pub(crate) warnings: Vec<RosterFinding>,
    pub(crate) by: Text,
    pub(crate) at: Text,
    pub(crate) decided_by: Text,
    pub(crate) reason: Text,
    pub(crate) who_could: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Roster {
    pub(crate) people: Vec<Person>,
    pub(crate) seats: Vec<Seat>,
    pub(crate) actings: Vec<OnPaper>,
    pub(crate) delegations: Vec<OnPaper>,
    pub(crate) absences: Vec<OnPaper>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Person {
    pub(crate) id: Text,
    pub(crate) staff_no: Text,
    pub(crate) name: Text,
    pub(crate) active: Option<bool>,
    pub(crate) grants: Vec<Held>,
    pub(crate) away_until: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Held {
    pub(crate) role: Text,
    pub(crate) role_title: Text,
    pub(crate) region: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Seat {
    pub(crate) title: Text,
    pub(crate) region: Text,
    pub(crate) holders: Text,
    pub(crate) acting: Text,
}

/// An acting officer, a delegation or an absence.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OnPaper {
    pub(crate) id: Text,
    pub(crate) person: Text,
    pub(crate) from: Text,
    pub(crate) to: Text,
    pub(crate) role: Text,
    pub(crate) region: Text,
    pub(crate) capacity_title: Text,
    pub(crate) decree: Text,
    pub(crate) for_whom: Text,
    pub(crate) schemes: Text,
    pub(crate) amount_max: Option<i64>,
    pub(crate) from_day: Text,
    pub(crate) to_day: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Freeze {
    pub(crate) id: Text,
    pub(crate) source: Text,
    pub(crate) fund: Text,
    pub(crate) schemes: Text,
    pub(crate) exempt: Text,
    pub(crate) from: Text,
    pub(crate) to: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Workflow {
    pub(crate) scheme: Text,
    pub(crate) version: Text,
    pub(crate) title: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Checked {
    pub(crate) sound: bool,
    pub(crate) findings: Vec<Finding>,
    /// What today's people do not give to it.
    pub(crate) roster: Option<Vec<RosterFinding>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Finding {
    pub(crate) code: Text,
    pub(crate) severity: Text,
    pub(crate) place: Text,
    pub(crate) line: Option<u64>,
    pub(crate) column: Option<u64>,
    pub(crate) text: Text,
    pub(crate) shown: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RosterFinding {
    pub(crate) code: Text,
    pub(crate) detail: Text,
}
