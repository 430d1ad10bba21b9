//! `salur roster`: who is in the office and holds what; and what is proposed about them.

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use salur_core::Rupiah;
use serde_json::{Value, json};

use crate::change::{propose, rupiah};
use crate::desk::{Desk, Ending};
use crate::error::ClientError;
use crate::screen::{Grid, money, say};
use crate::wire::{self, Text};

/// See who is in the office and holds what, or propose a change
#[derive(Debug, Clone, Args)]
pub struct Roster {
    /// What to propose; without it, the roster is shown
    #[command(subcommand)]
    pub command: Option<RosterCommand>,
}

/// What to propose about people. A person is named by id or staff number.
#[derive(Debug, Clone, Subcommand)]
pub enum RosterCommand {
    /// Register a person, who has no role yet
    Register {
        /// The office's staff number
        #[arg(long)]
        staff_no: String,
        /// The name
        #[arg(long)]
        name: String,
    },
    /// Dismiss a person: done at once
    Dismiss {
        /// Who
        person: String,
    },
    /// Grant a role for a region and all that lies within it
    Grant(Held),
    /// Revoke a role: done at once
    Revoke(Held),
    /// Set a seat, or give it another title
    Office {
        /// Its name, as `governor`
        office: String,
        /// What it is called in Indonesian
        #[arg(long)]
        title_id: String,
        /// What it is called in English
        #[arg(long)]
        title_en: String,
        /// The role that goes with it
        #[arg(long)]
        role: String,
        /// Where, by its code
        #[arg(long)]
        region: String,
    },
    /// Name an acting officer (Plt, Plh or Pj)
    Acting(NewActing),
    /// End an acting officer's term: done at once
    EndActing {
        /// Which, by the id that the roster shows
        acting: String,
    },
    /// Hand a role on for a time
    Delegate(Box<NewDelegation>),
    /// End a delegation: done at once
    EndDelegation {
        /// Which, by the id that the roster shows
        delegation: String,
    },
    /// Note that somebody will be away: done at once
    Absence {
        /// Who
        person: String,
        /// The first day, YYYY-MM-DD
        #[arg(long)]
        from: Date,
        /// The last day, YYYY-MM-DD
        #[arg(long)]
        to: Date,
    },
    /// End an absence: done at once
    EndAbsence {
        /// Whose
        person: String,
        /// Its first day, YYYY-MM-DD
        #[arg(long)]
        from: Date,
    },
}

/// A role held in a region
#[derive(Debug, Clone, Args)]
pub struct Held {
    /// Who
    pub person: String,
    /// The role, as `verifier`
    pub role: String,
    /// Where, by its code
    pub region: String,
}

/// An acting officer
#[derive(Debug, Clone, Args)]
pub struct NewActing {
    /// Who acts
    pub person: String,
    /// The seat's role
    #[arg(long)]
    pub role: String,
    /// The seat's region
    #[arg(long)]
    pub region: String,
    /// In what capacity
    #[arg(long)]
    pub capacity: Capacity,
    /// The decree's number
    #[arg(long)]
    pub decree: String,
    /// The first day, YYYY-MM-DD
    #[arg(long)]
    pub from: Date,
    /// The last day, YYYY-MM-DD
    #[arg(long)]
    pub to: Date,
    /// The holder who is away
    #[arg(long = "for", value_name = "PERSON")]
    pub for_whom: Option<String>,
}

/// In what capacity somebody acts in a seat that is not theirs
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Capacity {
    /// The seat is vacant
    Plt,
    /// Its holder is away for a time
    Plh,
    /// Appointed in the interim
    Pj,
}

/// A role handed on for a time
#[derive(Debug, Clone, Args)]
pub struct NewDelegation {
    /// Whose role it is
    #[arg(long, value_name = "PERSON")]
    pub giver: String,
    /// Who may act in it
    #[arg(long, value_name = "PERSON")]
    pub taker: String,
    /// The role
    #[arg(long)]
    pub role: String,
    /// Where, by its code
    #[arg(long)]
    pub region: String,
    /// For this scheme only; may be given again
    #[arg(long)]
    pub scheme: Vec<String>,
    /// For requests up to this amount in whole rupiah, as `20000000` or `20.000.000`
    #[arg(long, value_parser = rupiah)]
    pub amount_max: Option<Rupiah>,
    /// The first day, YYYY-MM-DD
    #[arg(long)]
    pub from: Date,
    /// The last day, YYYY-MM-DD
    #[arg(long)]
    pub to: Date,
    /// The letter it rests on
    #[arg(long)]
    pub source: String,
}

pub(crate) fn roster(desk: &mut Desk<'_, '_>, roster: Roster) -> Result<Ending, ClientError> {
    let Some(command) = roster.command else { return list(desk) };
    let change = change(desk, command)?;
    propose(desk, &change)
}

fn change(desk: &Desk<'_, '_>, command: RosterCommand) -> Result<Value, ClientError> {
    let who = |text: &str| person(desk, text);
    Ok(match command {
        RosterCommand::Register { staff_no, name } => {
            json!({ "kind": "register_person", "staff_no": staff_no, "name": name })
        }
        RosterCommand::Dismiss { person } => json!({ "kind": "dismiss_person", "person": who(&person)? }),
        RosterCommand::Grant(held) => {
            let Held { person, role, region } = held;
            json!({ "kind": "grant_role", "person": who(&person)?, "role": role, "region": region })
        }
        RosterCommand::Revoke(held) => {
            let Held { person, role, region } = held;
            json!({ "kind": "revoke_role", "person": who(&person)?, "role": role, "region": region })
        }
        RosterCommand::Office { office, title_id, title_en, role, region } => json!({
            "kind": "set_office", "office": office, "title": { "id": title_id, "en": title_en },
            "role": role, "region": region,
        }),
        RosterCommand::Acting(new) => {
            if matches!(new.capacity, Capacity::Plh) && new.for_whom.is_none() {
                return Err(ClientError::Usage(say!(
                    desk.lang,
                    "seorang Plh menggantikan pejabat yang berhalangan; sebutkan dengan --for",
                    "a Plh acts for a holder who is away; name them with --for"
                )));
            }
            let capacity = match new.capacity {
                Capacity::Plt => "plt",
                Capacity::Plh => "plh",
                Capacity::Pj => "pj",
            };
            json!({
                "kind": "set_acting", "person": who(&new.person)?, "role": new.role, "region": new.region,
                "capacity": capacity, "decree": new.decree, "from_day": new.from, "to_day": new.to,
                "for_whom": new.for_whom.as_deref().map(who).transpose()?,
            })
        }
        RosterCommand::EndActing { acting } => json!({ "kind": "end_acting", "acting": acting }),
        RosterCommand::Delegate(new) => json!({
            "kind": "delegate", "from": who(&new.giver)?, "to": who(&new.taker)?, "role": new.role,
            "region": new.region, "schemes": (!new.scheme.is_empty()).then_some(new.scheme),
            "amount_max": new.amount_max.map(|Rupiah(most)| most), "from_day": new.from, "to_day": new.to, "source": new.source,
        }),
        RosterCommand::EndDelegation { delegation } => {
            json!({ "kind": "end_delegation", "delegation": delegation })
        }
        RosterCommand::Absence { person, from, to } => {
            json!({ "kind": "note_absence", "person": who(&person)?, "from_day": from, "to_day": to })
        }
        RosterCommand::EndAbsence { person, from } => {
            json!({ "kind": "end_absence", "person": who(&person)?, "from_day": from })
        }
    })
}

/// The id of a person named by id or by staff number.
fn person(desk: &Desk<'_, '_>, text: &str) -> Result<String, ClientError> {
    if uuid::Uuid::parse_str(text).is_ok() {
        return Ok(text.to_owned());
    }
    let roster: wire::Roster = desk.get(&["roster"], Vec::new())?.parse()?;
    let found = roster.people.iter().find(|person| person.staff_no.to_string() == text);
    found.map(|person| person.id.to_string()).ok_or_else(|| {
        ClientError::Usage(say!(
            desk.lang,
            "tidak ada pegawai dengan id atau nomor {text}; lihat `salur roster`",
            "nobody has the id or staff number {text}; see `salur roster`"
        ))
    })
}

fn list(desk: &mut Desk<'_, '_>) -> Result<Ending, ClientError> {
    let answer = desk.get(&["roster"], Vec::new())?;
    if desk.printed(&answer)? {
        return Ok(Ending::Done);
    }
    let roster: wire::Roster = answer.parse()?;
    let mut grid = Grid::new(&[
        "id",
        desk.pick("nomor", "staff no."),
        desk.pick("nama", "name"),
        desk.pick("peran", "roles"),
        desk.pick("tidak hadir s.d.", "away until"),
    ]);
    for person in roster.people.iter().filter(|person| person.active != Some(false)) {
        let roles: Vec<_> = person
            .grants
            .iter()
            .map(|held| format!("{} ({})", held.role_title.or_else(|| held.role.or_dash()), held.region))
            .collect();
        grid.row([
            person.id.or_dash(),
            person.staff_no.or_dash(),
            person.name.or_dash(),
            roles.join(", "),
            person.away_until.to_string(),
        ]);
    }
    desk.screen.table(&grid)?;
    papers(desk, &roster)?;
    Ok(Ending::Done)
}

fn papers(desk: &mut Desk<'_, '_>, roster: &wire::Roster) -> Result<(), ClientError> {
    if !roster.seats.is_empty() {
        desk.screen.line("")?;
        let mut grid = Grid::new(&[
            desk.pick("jabatan", "seat"),
            desk.pick("wilayah", "region"),
            desk.pick("pejabat", "holder"),
            desk.pick("pelaksana", "acting"),
        ]);
        for seat in &roster.seats {
            let vacant = desk.pick("(kosong)", "(vacant)");
            let holders = seat.holders.or_else(|| vacant.to_owned());
            grid.row([seat.title.or_dash(), seat.region.or_dash(), holders, seat.acting.to_string()]);
        }
        desk.screen.table(&grid)?;
    }
    for it in &roster.actings {
        let days = span(&it.from_day, &it.to_day);
        let (id, capacity, person, role) = (&it.id, &it.capacity_title, &it.person, &it.role);
        let (region, decree, whom) = (&it.region, &it.decree, it.for_whom.or_dash());
        desk.screen.line(&say!(
            desk.lang,
            "{id}  {person}: {capacity} {role} {region}, {days}, {decree} (pejabat: {whom})",
            "{id}  {person}: {capacity}, {role} {region}, {days}, {decree} (holder: {whom})"
        ))?;
    }
    for it in &roster.delegations {
        let days = span(&it.from_day, &it.to_day);
        let (id, from, to, role, region) = (&it.id, &it.from, &it.to, &it.role, &it.region);
        let schemes = it.schemes.or_else(|| desk.pick("semua skema", "every scheme").to_owned());
        let most = money(it.amount_max);
        desk.screen.line(&say!(
            desk.lang,
            "{id}  {from} melimpahkan {role} {region} kepada {to}, {days}, {schemes}, paling banyak {most}",
            "{id}  {from} hands {role} {region} to {to}, {days}, {schemes}, at most {most}"
        ))?;
    }
    for it in &roster.absences {
        let (person, days) = (&it.person, span(&it.from_day, &it.to_day));
        desk.screen.line(&say!(desk.lang, "{person} tidak hadir {days}", "{person} is away {days}"))?;
    }
    Ok(())
}

fn span(from: &Text, to: &Text) -> String {
    format!("{from} – {to}")
}
