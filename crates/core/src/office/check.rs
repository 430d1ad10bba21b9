//! Does a change hold in the world of this moment? Asked when it is proposed, and again when it is confirmed.

use jiff::civil::Date;

use super::who::locks_out;
use super::{Change, Flaw, Objection, Published};
use crate::list::Books;
use crate::refusal::{Refusal, Why};
use crate::roster::{Capacity, Person, Roster};
use crate::workflow::Workflow;
use crate::world::{Context, World};
use crate::{FieldName, PersonId, RegionCode, Role, Rupiah, SchemeId};

/// Most characters of a text that is part of a change.
const TEXT_CHARS_MAX: usize = 200;

/// A change that may be made.
pub(super) enum Sound {
    /// It changes something: with the definition it publishes, if it does.
    Fresh(Option<Published>),
    /// It is so already, to the letter.
    SoAlready,
}

type Checked = Result<(), Refusal>;

fn no<T>(why: Objection) -> Result<T, Refusal> {
    Err(Why::Office(why).into())
}

pub(super) fn check(context: &Context<'_>, books: &Books, change: &Change) -> Result<Sound, Refusal> {
    let world = context.world;
    let roster = &*world.roster;
    match change {
        Change::PublishDefinition { text } => return publishing(world, text),
        Change::RegisterPerson { staff_no, name } => registering(roster, staff_no, name)?,
        Change::DismissPerson { person } => {
            active(roster, *person)?;
            stays_open(world, change)?;
        }
        Change::GrantRole { person, role, region } => granting(world, *person, role, region)?,
        Change::RevokeRole { person, role, region } => {
            let held =
                known(roster, *person)?.grants.iter().any(|it| it.role == *role && it.region == *region);
            if !held {
                let (role, region) = (role.clone(), region.clone());
                return no(Objection::NotHeld { person: *person, role, region });
            }
            stays_open(world, change)?;
        }
        Change::SetOffice { office, title, role, region } => {
            texts(&[("office", office.as_str()), ("title.id", &title.id), ("title.en", &title.en)])?;
            role_and_region(world, role, region)?;
            let mut seats = roster.seats().map(|(seat, _)| seat);
            if let Some(other) = seats.find(|it| it.id != *office && it.role == *role && it.region == *region)
            {
                return no(Objection::SeatTaken { office: other.id.clone() });
            }
        }
        Change::SetActing { .. } => acting(context, change)?,
        Change::EndActing { acting } => there(roster.actings().any(|it| it.id == *acting))?,
        Change::Delegate { .. } => delegating(context, change)?,
        Change::EndDelegation { delegation } => {
            there(roster.delegations().any(|it| it.id == *delegation))?;
        }
        Change::NoteAbsence { person, from_day, to_day } => {
            active(roster, *person)?;
            days(context, *from_day, *to_day)?;
            if roster.absences().any(|it| it.person == *person && it.from_day == *from_day) {
                return no(Objection::AlreadyNoted);
            }
        }
        Change::EndAbsence { person, from_day } => {
            there(roster.absences().any(|it| it.person == *person && it.from_day == *from_day))?;
        }
        Change::SetFreeze { source, fund, schemes, exempt, from, to } => {
            texts(&[("source", source), ("fund", fund)])?;
            days(context, *from, *to)?;
            schemes.iter().chain(exempt).try_for_each(|scheme| scheme_known(world, scheme))?;
        }
        Change::LiftFreeze { freeze } => {
            there(world.policy.freeze.iter().any(|it| it.id == Some(*freeze)))?;
        }
        Change::ReviseCeiling { line, ceiling, source } => {
            texts(&[("source", source)])?;
            let Some(known) = books.lines.get(line) else {
                return Err(Why::NotBudgeted { line: line.clone() }.into());
            };
            let used =
                Rupiah::sum([known.reserved, known.committed, known.paid]).ok_or(Why::AmountTooLarge)?;
            if used > *ceiling {
                return no(Objection::CeilingTooLow { line: line.clone(), used });
            }
        }
    }
    Ok(Sound::Fresh(None))
}

fn registering(roster: &Roster, staff_no: &str, name: &str) -> Checked {
    texts(&[("staff_no", staff_no), ("name", name)])?;
    let plain = plain_number(staff_no);
    match roster.people().find(|person| plain_number(&person.staff_no) == plain) {
        Some(other) => no(Objection::StaffNoTaken { staff_no: staff_no.to_owned(), person: other.id }),
        None => Ok(()),
    }
}

/// A staff number without what people put between its digits: one person is one row, however it is written.
fn plain_number(staff_no: &str) -> String {
    staff_no.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn granting(world: &World, person: PersonId, role: &Role, region: &RegionCode) -> Checked {
    let held = active(&world.roster, person)?;
    role_and_region(world, role, region)?;
    if held.grants.iter().any(|it| it.role == *role && it.region == *region) {
        return no(Objection::AlreadyHeld { person, role: role.clone(), region: region.clone() });
    }
    Ok(())
}

fn acting(context: &Context<'_>, change: &Change) -> Checked {
    let Change::SetActing { person, role, region, capacity, decree, from_day, to_day, for_whom } = change
    else {
        return Ok(());
    };
    let world = context.world;
    let roster = &*world.roster;
    active(roster, *person)?;
    role_and_region(world, role, region)?;
    texts(&[("decree", decree)])?;
    days(context, *from_day, *to_day)?;
    let seat = roster.seats().find(|(seat, _)| seat.role == *role && seat.region == *region);
    let Some((_, holders)) = seat else {
        return no(Objection::SeatUnknown { role: role.clone(), region: region.clone() });
    };
    let not_held =
        |person: PersonId| no(Objection::NotHeld { person, role: role.clone(), region: region.clone() });
    let capacity = *capacity;
    match (capacity, for_whom, holders.first()) {
        (Capacity::Plh, None, _) => no(Objection::HolderMissing { capacity }),
        (Capacity::Plh, Some(holder), _) if !holders.contains(holder) => not_held(*holder),
        (Capacity::Plh, Some(holder), _) if holder == person => no(Objection::GainsByIt { person: *person }),
        (Capacity::Plt | Capacity::Pj, _, Some(holder)) => {
            no(Objection::SeatHeld { capacity, person: *holder })
        }
        (Capacity::Plt | Capacity::Pj, Some(other), None) => not_held(*other),
        (Capacity::Plh, Some(_), _) | (Capacity::Plt | Capacity::Pj, None, None) => Ok(()),
    }
}

fn delegating(context: &Context<'_>, change: &Change) -> Checked {
    let Change::Delegate { from, to, role, region, schemes, amount_max, from_day, to_day, source } = change
    else {
        return Ok(());
    };
    let world = context.world;
    let roster = &*world.roster;
    let giver = active(roster, *from)?;
    active(roster, *to)?;
    if from == to {
        return no(Objection::GainsByIt { person: *to });
    }
    role_and_region(world, role, region)?;
    texts(&[("source", source)])?;
    days(context, *from_day, *to_day)?;
    let rule = &world.policy.delegation;
    let length = i64::from(from_day.until(*to_day).map_or(i32::MAX, |span| span.get_days()));
    let length = length.saturating_add(1);
    if let Some(most) = rule.max_days.filter(|most| length > i64::from(*most)) {
        return no(Objection::TooManyDays { days: length, most, source: rule.source.clone() });
    }
    if amount_max.is_some_and(|most| !most.is_positive()) {
        let field = FieldName::from("amount_max");
        let (found, wanted) = ("0".to_owned(), "> 0".to_owned());
        return Err(Why::FieldInvalid { field, found, wanted }.into());
    }
    schemes.iter().flatten().try_for_each(|scheme| scheme_known(world, scheme))?;
    // A grant of their own: what was handed to them they do not hand on.
    if !giver.holds(role, region) {
        return no(Objection::NotHeld { person: *from, role: role.clone(), region: region.clone() });
    }
    Ok(())
}

fn publishing(world: &World, text: &str) -> Result<Sound, Refusal> {
    let workflow = Workflow::parse(text).map_err(|error| {
        let flaws = error.findings.into_iter().map(|finding| Flaw {
            code: finding.code.to_owned(),
            place: finding.place,
            text: finding.text,
        });
        Refusal::from(Why::Office(Objection::DefinitionUnsound { flaws: flaws.collect() }))
    })?;
    let (scheme, version) = (workflow.scheme.clone(), workflow.version);
    let mut same = world.workflows.all().filter(|it| it.scheme == scheme && it.version == version);
    if let Some(known) = same.next() {
        if known.digest == workflow.digest {
            return Ok(Sound::SoAlready);
        }
        return no(Objection::VersionTaken { scheme, version });
    }
    let next = world.workflows.current(&scheme).map_or(1, |current| current.version.saturating_add(1));
    if version != next {
        return no(Objection::VersionSkipped { scheme, version, next });
    }
    Ok(Sound::Fresh(Some(Published { scheme, version, digest: workflow.digest })))
}

fn stays_open(world: &World, change: &Change) -> Checked {
    if locks_out(world, change) { no(Objection::TooFewLeft) } else { Ok(()) }
}

fn known(roster: &Roster, id: PersonId) -> Result<&Person, Refusal> {
    roster.person(id).ok_or_else(|| Why::Office(Objection::PersonUnknown).into())
}

fn active(roster: &Roster, id: PersonId) -> Result<&Person, Refusal> {
    let person = known(roster, id)?;
    if person.active { Ok(person) } else { no(Objection::PersonGone { person: id }) }
}

fn there(found: bool) -> Checked {
    if found { Ok(()) } else { no(Objection::PaperUnknown) }
}

fn role_and_region(world: &World, role: &Role, region: &RegionCode) -> Checked {
    if !world.policy.role.contains_key(role) {
        let known = world.policy.role.keys().cloned().collect();
        return no(Objection::RoleUnknown { role: role.clone(), known });
    }
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if region.as_str().len() <= 20 && region.as_str().split('.').all(digits) {
        return Ok(());
    }
    let (found, wanted) = (region.to_string(), "64.72".to_owned());
    Err(Why::FieldInvalid { field: "region".into(), found, wanted }.into())
}

fn scheme_known(world: &World, scheme: &SchemeId) -> Checked {
    match world.workflows.current(scheme) {
        Some(_) => Ok(()),
        None => no(Objection::SchemeUnknown { scheme: scheme.clone() }),
    }
}

/// Each is there, and no longer than it may be.
fn texts(fields: &[(&str, &str)]) -> Checked {
    let missing: Vec<FieldName> =
        fields.iter().filter(|(_, text)| text.trim().is_empty()).map(|(name, _)| (*name).into()).collect();
    if !missing.is_empty() {
        return Err(Why::FieldMissing { fields: missing }.into());
    }
    let unfit = |text: &str| text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control);
    match fields.iter().find(|(_, text)| unfit(text)) {
        None => Ok(()),
        Some((name, text)) => {
            let found = text.chars().take(20).filter(|c| !c.is_control()).collect();
            let wanted = format!("1..{TEXT_CHARS_MAX}");
            Err(Why::FieldInvalid { field: (*name).into(), found, wanted }.into())
        }
    }
}

/// From a day to a later one, and not over yet.
fn days(context: &Context<'_>, from: Date, to: Date) -> Checked {
    if from > to {
        return no(Objection::DaysReversed { from, to });
    }
    if to < context.today() {
        return no(Objection::DaysPast { to });
    }
    Ok(())
}
