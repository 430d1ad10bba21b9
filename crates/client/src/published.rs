//! What a server has published of a scheme: the definition in force, and how many requests are at each stage.

use serde::Deserialize;

use crate::client::{Call, Client};
use crate::connection::Connection;
use crate::error::ClientError;

/// A definition as the server has it.
#[derive(Debug, Clone)]
pub struct Published {
    /// Its text.
    pub text: String,
    /// How many requests are at each stage that has any, over the regions that the asker may see.
    pub counts: Vec<(String, u64)>,
}

#[derive(Deserialize)]
struct WorkflowAnswer {
    text: String,
}

#[derive(Deserialize)]
struct StagesAnswer {
    data: Vec<StageAnswer>,
}

#[derive(Deserialize)]
struct StageAnswer {
    stage: String,
    count: u64,
}

/// Asks a server for what it has published of a scheme; the counts are of one fiscal year, or of all.
pub fn published(scheme: &str, year: Option<i16>, connection: Connection) -> Result<Published, ClientError> {
    let client = Client::new(&connection.signed_in()?);
    let workflow: WorkflowAnswer = client.send(&Call::get(&["workflows", scheme]))?.parse()?;
    let mut query = vec![("scheme", scheme.to_owned())];
    query.extend(year.map(|year| ("year", year.to_string())));
    let stages: StagesAnswer = client.send(&Call::get(&["stages"]).query(query))?.parse()?;
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for row in stages.data {
        let sum = counts.entry(row.stage).or_default();
        *sum = sum.saturating_add(row.count);
    }
    Ok(Published { text: workflow.text, counts: counts.into_iter().collect() })
}
