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
    #[serde(default)]
    renamed: u64,
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
    due_on: Text,
    to_due_on: Text,
    to_stage: Text,
    code: Text,
    sentence: Text,
}

pub(crate) fn preview(
    desk: &mut Desk<'_, '_>,
    scheme: &str,
    (from, to): (Option<u32>, u32),
    part: &Part,
) -> Result<Ending, ClientError> {
    let path = ["workflows", scheme, "migration"];
    let mut query = vec![("to", to.to_string())];
    query.extend(from.map(|from| ("from", from.to_string())));
    let Some(rows) = desk.rows::<Fate>(&path, &query, part)? else { return Ok(Ending::Done) };
    let mut first = query;
    first.push(("limit", "1".to_owned()));
    let Counted { counts: Counts { stays, renamed, moves, blocked } } = desk.get(&path, first)?.parse()?;
    if !rows.is_empty() {
        let mut grid = Grid::new(&[
            "id",
            desk.pick("versi", "version"),
            desk.pick("tahap", "stage"),
            desk.pick("hasil", "outcome"),
            desk.pick("ke tahap", "to stage"),
            desk.pick("kode", "code"),
            desk.pick("tenggat", "due"),
            desk.pick("menjadi", "becomes"),
            desk.pick("keterangan", "what happens"),
        ]);
        for row in rows {
            grid.row([
                row.id.or_dash(),
                row.from.or_dash(),
                row.stage.or_dash(),
                outcome(desk, &row.outcome),
                row.to_stage.or_dash(),
                row.code.or_dash(),
                row.due_on.or_dash(),
                row.to_due_on.or_dash(),
                row.sentence.or_dash(),
            ]);
        }
        desk.screen.table(&grid)?;
    }
    desk.screen.line(&say!(
        desk.lang,
        "{stays} tetap, {renamed} tetap dengan nama tahap baru, {moves} pindah tahap, {blocked} terhalang.",
        "{stays} stay, {renamed} stay under a new stage name, {moves} move, {blocked} blocked."
    ))?;
    let goes = [stays, renamed, moves].iter().any(|count| *count > 0);
    if !goes {
        desk.screen.line(&nothing_moves(desk))?;
    }
    Ok(Ending::Done)
}

fn nothing_moves(desk: &Desk<'_, '_>) -> String {
    say!(
        desk.lang,
        "Tidak ada permohonan terbuka yang akan berganti versi.",
        "No open request would change its version."
    )
}

/// What becomes of requests by a proposal to move them, in the state it is in.
pub(crate) fn tell_moving(desk: &mut Desk<'_, '_>, state: &str, open: u64) -> Result<(), ClientError> {
    let line = match (state, open) {
        ("open" | "confirmed", 0) => nothing_moves(desk),
        ("open", open) => say!(
            desk.lang,
            "{open} permohonan terbuka memakai versi lama; begitu disetujui semuanya dipindahkan, kecuali yang terhalang (lihat `salur workflow preview`).",
            "{open} open requests run under an older version; once confirmed they move, but for those that are blocked (see `salur workflow preview`)."
        ),
        ("confirmed", open) => say!(
            desk.lang,
            "Permohonan sedang dipindahkan, bagian demi bagian: {open} masih memakai versi lama saat ini; yang terhalang tetap pada versinya (lihat `salur workflow preview`).",
            "Requests are being moved, a piece at a time: {open} still run under an older version at this moment; those that are blocked keep theirs (see `salur workflow preview`)."
        ),
        _ => return Ok(()),
    };
    desk.screen.line(&line)
}

fn outcome(desk: &Desk<'_, '_>, outcome: &str) -> String {
    let words = match outcome {
        "stays" => desk.pick("tetap", "stays"),
        "renamed" => desk.pick("nama tahap baru", "stage renamed"),
        "moves" => desk.pick("pindah", "moves"),
        "blocked" => desk.pick("terhalang", "blocked"),
        other => other,
    };
    words.to_owned()
}
