//! `salur budget` and `salur whoami`.

use clap::Args;

use crate::desk::{Desk, Ending, Facts, Free, Part};
use crate::error::ClientError;
use crate::filter::{Pairs, add};
use crate::screen::{Grid, money};
use crate::wire::{self, Text};

/// See the budget lines and the room they have
#[derive(Debug, Clone, Args)]
pub struct Budget {
    /// Of this scheme
    #[arg(long)]
    pub scheme: Option<String>,
    /// Of this fiscal year
    #[arg(long)]
    pub year: Option<i16>,
}

pub(crate) fn budget(desk: &mut Desk<'_, '_>, budget: &Budget) -> Result<Ending, ClientError> {
    let mut query = Pairs::new();
    add(&mut query, "scheme", budget.scheme.as_deref());
    query.extend(budget.year.map(|year| ("year", year.to_string())));
    let Some(lines) = desk.rows::<wire::BudgetLine>(&["budget-lines"], &query, &Part::everything())? else {
        return Ok(Ending::Done);
    };
    if lines.is_empty() {
        return desk.nothing();
    }
    let mut grid = Grid::new(&[
        desk.pick("skema", "scheme"),
        desk.pick("tahun", "year"),
        desk.pick("dana", "fund"),
        desk.pick("rekening", "account"),
        desk.pick(">pagu", ">ceiling"),
        desk.pick(">dicadangkan", ">reserved"),
        desk.pick(">disetujui", ">committed"),
        desk.pick(">dibayar", ">paid"),
        desk.pick(">sisa", ">room"),
    ]);
    for line in lines {
        grid.row([
            line.scheme.or_dash(),
            line.year.or_dash(),
            line.fund.or_dash(),
            line.account.or_else(|| line.id.or_dash()),
            money(line.ceiling),
            money(line.reserved),
            money(line.committed),
            money(line.paid),
            money(line.room),
        ]);
    }
    desk.screen.table(&grid)?;
    Ok(Ending::Done)
}

pub(crate) fn whoami(desk: &mut Desk<'_, '_>) -> Result<Ending, ClientError> {
    let answer = desk.get(&["me"], Vec::new())?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let Free(me) = answer.parse()?;
    let person = me.get("person").filter(|person| person.is_object()).unwrap_or(&me);
    let mut facts = Facts::default();
    facts.add(desk.pick("nama", "name"), Text::of(person, &["name"]).to_string());
    facts.add("id", Text::of(person, &["id", "person"]).to_string());
    facts.add("NIP", Text::of(person, &["staff_number"]).to_string());
    facts.add(desk.pick("peran", "roles"), roles(&me));
    facts.add("token", Text::of(&me, &["token", "token_kind", "kind"]).to_string());
    facts.show(desk.screen)?;
    Ok(Ending::Done)
}

/// Each role with where it is held: `verifier (64.72)`.
fn roles(me: &serde_json::Value) -> String {
    let Some(roles) = me.get("roles").or_else(|| me.get("offices")).and_then(serde_json::Value::as_array)
    else {
        return Text::of(me, &["role"]).to_string();
    };
    let held = roles.iter().map(|role| {
        let name =
            Text::of(role, &["title", "role", "name"]).or_else(|| role.as_str().unwrap_or("-").to_owned());
        let place = Text::of(role, &["regions", "region", "scope"]);
        if place.is_blank() { name } else { format!("{name} ({place})") }
    });
    held.collect::<Vec<_>>().join(", ")
}
