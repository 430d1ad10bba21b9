//! What a server proves of a scheme's workflow with the office's roster.

use std::fmt::Write as _;

use salur_core::Lang;
use serde::Deserialize;

use crate::client::{Call, Client};
use crate::connection::Connection;
use crate::error::ClientError;

#[derive(Deserialize)]
struct ProofAnswer {
    sentence: String,
    story: Option<String>,
    collusion: String,
    roster: Option<RosterAnswer>,
}

#[derive(Deserialize)]
struct RosterAnswer {
    fewest: Option<FewestAnswer>,
    findings: Vec<FindingAnswer>,
    absences: Vec<AbsenceAnswer>,
}

#[derive(Deserialize)]
struct FewestAnswer {
    region: String,
    count: usize,
    acts: Vec<DoneBy>,
}

#[derive(Deserialize)]
struct DoneBy {
    title: String,
    person: PersonAnswer,
}

#[derive(Deserialize)]
struct PersonAnswer {
    name: String,
}

#[derive(Deserialize)]
struct FindingAnswer {
    code: String,
    severity: String,
    detail: String,
}

#[derive(Deserialize)]
struct AbsenceAnswer {
    person: PersonAnswer,
    stops: Vec<StopAnswer>,
}

#[derive(Deserialize)]
struct StopAnswer {
    title: Option<String>,
    regions: Vec<String>,
}

/// Asks a server what it proves of a scheme's workflow: its answer as JSON, or a text for people.
pub fn proof(scheme: &str, connection: Connection) -> Result<String, ClientError> {
    let (json, lang) = (connection.json, connection.lang);
    let client = Client::new(&connection.signed_in()?);
    let answer = client.send(&Call::get(&["workflows", scheme, "proof"]))?;
    if json {
        let body: serde_json::Value = answer.parse()?;
        return Ok(format!("{body}\n"));
    }
    Ok(told(&answer.parse()?, lang))
}

fn told(proof: &ProofAnswer, lang: Lang) -> String {
    let say = |id: &'static str, en: &'static str| if lang == Lang::Id { id } else { en };
    let mut text = format!("{}\n", proof.sentence);
    // Writing to a String cannot fail.
    if let Some(story) = &proof.story {
        let _ = writeln!(text, "{}: {story}.", say("Jalan terlemah", "The weakest way"));
    }
    let _ = writeln!(text, "{}", proof.collusion);
    let Some(roster) = &proof.roster else {
        let only = say(
            "Siapa saja orangnya hanya terlihat bagi yang bertugas untuk semua wilayah.",
            "Who they could be is shown to those who work for all regions.",
        );
        return text + only + "\n";
    };
    if let Some(fewest) = &roster.fewest {
        let acts: Vec<String> =
            fewest.acts.iter().map(|act| format!("{} ({})", act.person.name, act.title)).collect();
        let (people, place) =
            (say("orang cukup, misalnya di", "persons are enough, for example in"), &fewest.region);
        let _ = writeln!(text, "{} {people} {place}: {}.", fewest.count, acts.join(", "));
    }
    for finding in &roster.findings {
        let _ = writeln!(text, "{}[{}]: {}", finding.severity, finding.code, finding.detail);
    }
    for absence in &roster.absences {
        let _ = writeln!(text, "{} {}:", say("Bila tidak ada", "Without"), absence.person.name);
        for stop in &absence.stops {
            let whole = say("seluruh jalan: orangnya kurang", "the way as a whole: too few persons");
            let what = stop.title.as_deref().unwrap_or(whole);
            let _ = writeln!(text, "  {} {what} ({})", say("berhenti:", "stops:"), stop.regions.join(", "));
        }
    }
    text
}
