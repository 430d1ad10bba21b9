//! `salur workflow preview`: what a version would do to each open request.

use serde::Deserialize;

use crate::desk::{Desk, Ending, Part};
use crate::error::ClientError;
use crate::screen::{Grid, say};
use crate::wire::Text;

#[derive(Deserialize)]
struct Counted {
    counts: Counts,
}

#[derive(Deserialize)]
struct Counts {
    stays: u64,
    moves: u64,
    blocked: u64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Fate {
    id: Text,
    from: Text,
    stage: Text,
    outcome: String,
    to_stage: Text,
    code: Text,
    sentence: Text,
}

pub(crate) fn preview(
    desk: &mut Desk<'_, '_>,
    scheme: &str,
    to: u32,
    part: &Part,
) -> Result<Ending, ClientError> {
    let path = ["workflows", scheme, "migration"];
    let query = vec![("to", to.to_string())];
    let Some(rows) = desk.rows::<Fate>(&path, &query, part)? else { return Ok(Ending::Done) };
    let mut first = query;
    first.push(("limit", "1".to_owned()));
    let Counted { counts: Counts { stays, moves, blocked } } = desk.get(&path, first)?.parse()?;
    if !rows.is_empty() {
        let mut grid = Grid::new(&[
            "id",
            desk.pick("versi", "version"),
            desk.pick("tahap", "stage"),
            desk.pick("hasil", "outcome"),
            desk.pick("ke tahap", "to stage"),
            desk.pick("kode", "code"),
            desk.pick("sebab", "why"),
        ]);
        for row in rows {
            grid.row([
                row.id.or_dash(),
                row.from.or_dash(),
                row.stage.or_dash(),
                outcome(desk, &row.outcome),
                row.to_stage.or_dash(),
                row.code.or_dash(),
                row.sentence.or_dash(),
            ]);
        }
        desk.screen.table(&grid)?;
    }
    desk.screen.line(&say!(
        desk.lang,
        "{stays} tetap, {moves} pindah tahap, {blocked} terhalang.",
        "{stays} stay, {moves} move, {blocked} blocked."
    ))?;
    Ok(Ending::Done)
}

fn outcome(desk: &Desk<'_, '_>, outcome: &str) -> String {
    let words = match outcome {
        "stays" => desk.pick("tetap", "stays"),
        "moves" => desk.pick("pindah", "moves"),
        "blocked" => desk.pick("terhalang", "blocked"),
        other => other,
    };
    words.to_owned()
}
