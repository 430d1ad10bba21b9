//! Does a change hold in the world of this moment? Asked when it is proposed, and again when it is confirmed.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::who::locks_out;
use super::{Change, Effect, Flaw, Objection, Paper, Published, effect};
use crate::definition::{CounterExample, Finding, sound};
use crate::list::Books;
use crate::refusal::{Refusal, Why};
use crate::repair;
use crate::roster::{Acting, Delegation, Grant, Person, Roster, check_acting, check_delegation, check_grant};
use crate::workflow::Workflow;
use crate::world::{Context, Freeze, Workflows, World};
use crate::{
    FieldName, Label, Lang, LineId, OfficeId, PersonId, ProposalId, RegionCode, Role, Rupiah, SchemeId,
};

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
        Change::GrantRole { person, role, region } => granting(context, *person, role, region)?,
        Change::RevokeRole { person, role, region } => {
            let held =
                known(roster, *person)?.grants.iter().any(|it| it.role == *role && it.region == *region);
            if !held {
                let (role, region) = (role.clone(), region.clone());
                return no(Objection::NotHeld { person: *person, role, region });
            }
            stays_open(world, change)?;
        }
        Change::SetOffice { office, title, role, region } => seating(world, office, title, (role, region))?,
        Change::SetActing { .. } | Change::Delegate { .. } => on_paper(context, change)?,
        Change::EndActing { acting } => there(roster.actings().any(|it| it.id == *acting))?,
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
            freezing(context, fund, *from, *to)?;
            schemes.iter().chain(exempt).try_for_each(|scheme| scheme_known(world, scheme))?;
            stops_something(world, fund, schemes, exempt)?;
        }
        Change::LiftFreeze { freeze } => {
            let is_it = |it: &Freeze| it.id == Some(*freeze) && it.to >= context.today();
            there(world.policy.freeze.iter().any(is_it))?;
        }
        Change::Repair { request, to, .. } => {
            // Who may ask for it and who may confirm it is said by the definition, and asked where they do.
            let case = books.case(context, *request)?;
            repair::check(&case, to)?;
        }
        Change::Migrate { scheme, from, to } => migrating(world, scheme, *from, *to)?,
        Change::OpenLine { scheme, year, fund, account, ceiling, source } => {
            texts(&[("fund", fund), ("account", account), ("source", source)])?;
            opening(context, (scheme, *year, fund), *ceiling)?;
            let line = change.line().filter(|line| books.lines.contains_key(line));
            if let Some(line) = line {
                return no(Objection::LineTaken { line });
            }
        }
        Change::ReviseCeiling { line, ceiling, source } => revising(books, line, *ceiling, source)?,
    }
    Ok(Sound::Fresh(None))
}

/// A freeze stops days to come: days that are over have counted, and what was due or ran out in them stays so.
fn freezing(context: &Context<'_>, fund: &str, from: Date, to: Date) -> Checked {
    days(context, from, to)?;
    let known: BTreeSet<&str> = context.world.workflows.all().map(|it| it.fund.as_str()).collect();
    if !known.is_empty() && !known.contains(fund) {
        let known = known.into_iter().map(str::to_owned).collect();
        return no(Objection::FundUnknown { fund: fund.to_owned(), known });
    }
    let today = context.today();
    if from < today { no(Objection::FreezeBackdated { from, today }) } else { Ok(()) }
}

/// A role and a region have one seat.
fn seating(world: &World, office: &OfficeId, title: &Label, (role, region): (&Role, &RegionCode)) -> Checked {
    texts(&[("office", office.as_str()), ("title.id", &title.id), ("title.en", &title.en)])?;
    role_and_region(world, role, region)?;
    let mut seats = world.roster.seats().map(|(seat, _)| seat);
    match seats.find(|it| it.id != *office && it.role == *role && it.region == *region) {
        Some(other) => no(Objection::SeatTaken { office: other.id.clone() }),
        None => Ok(()),
    }
}

/// A ceiling is never below what is set aside, owed and paid.
fn revising(books: &Books, line: &LineId, ceiling: Rupiah, source: &str) -> Checked {
    texts(&[("source", source)])?;
    let Some(known) = books.lines.get(line) else {
        return Err(Why::NotBudgeted { line: line.clone() }.into());
    };
    let used = Rupiah::sum([known.reserved, known.committed, known.paid]).ok_or(Why::AmountTooLarge)?;
    if used > ceiling { no(Objection::CeilingTooLow { line: line.clone(), used }) } else { Ok(()) }
}

/// A freeze that stops no scheme is a slip: somebody counts on money standing still that does not.
fn stops_something(
    world: &World,
    fund: &str,
    schemes: &BTreeSet<SchemeId>,
    exempt: &BTreeSet<SchemeId>,
) -> Checked {
    let mut paid_from = world.workflows.all().filter(|it| it.fund == fund).map(|it| &it.scheme).peekable();
    let stops =
        |scheme: &SchemeId| (schemes.is_empty() || schemes.contains(scheme)) && !exempt.contains(scheme);
    if paid_from.peek().is_none() || paid_from.any(stops) {
        return Ok(());
    }
    no(Objection::FreezeIdle { fund: fund.to_owned() })
}

/// A budget line is a known scheme's, from the fund source that its definition names, for this year or the next.
fn opening(context: &Context<'_>, (scheme, year, fund): (&SchemeId, i16, &str), ceiling: Rupiah) -> Checked {
    let world = context.world;
    scheme_known(world, scheme)?;
    let known: BTreeSet<&str> =
        world.workflows.all().filter(|it| it.scheme == *scheme).map(|it| it.fund.as_str()).collect();
    if !known.contains(fund.trim()) {
        let known = known.into_iter().map(str::to_owned).collect();
        return no(Objection::FundUnknown { fund: fund.to_owned(), known });
    }
    let first = context.today().year();
    if year != first && Some(year) != first.checked_add(1) {
        return no(Objection::LineYear { year, first });
    }
    if ceiling.is_positive() {
        return Ok(());
    }
    let (found, wanted) = (ceiling.to_string(), "> 0".to_owned());
    Err(Why::FieldInvalid { field: "ceiling".into(), found, wanted }.into())
}

/// Both versions are there, and the one to go to is the later; where none is named to come from, an older one is there.
fn migrating(world: &World, scheme: &SchemeId, from: Option<u32>, to: u32) -> Checked {
    scheme_known(world, scheme)?;
    let versions = || world.workflows.all().filter(|it| it.scheme == *scheme).map(|it| it.version);
    let there = |version| versions().any(|known| known == version);
    if !there(to) || from.is_some_and(|from| !there(from)) {
        return Err(Why::DefinitionMissing.into());
    }
    let is_later = from.map_or_else(|| versions().any(|known| known < to), |from| from < to);
    if is_later { Ok(()) } else { Err(Why::VersionNotLater { version: to }.into()) }
}

/// A paper is judged as it would be kept.
fn on_paper(context: &Context<'_>, change: &Change) -> Checked {
    let Some(Effect::Kept(paper)) = effect(ProposalId(uuid::Uuid::nil()), change) else { return Ok(()) };
    match &*paper {
        Paper::Acting(it) => acting(context, it),
        Paper::Delegation(it) => delegating(context, it),
        Paper::Office(_) | Paper::Absence(_) | Paper::Freeze(_) => Ok(()),
    }
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

fn granting(context: &Context<'_>, person: PersonId, role: &Role, region: &RegionCode) -> Checked {
    let world = context.world;
    let held = active(&world.roster, person)?;
    role_and_region(world, role, region)?;
    if held.grants.iter().any(|it| it.role == *role && it.region == *region) {
        return no(Objection::AlreadyHeld { person, role: role.clone(), region: region.clone() });
    }
    let grant = Grant { role: role.clone(), region: region.clone() };
    check_grant(world, person, &grant, context.today())
}

/// The seat is there, and whoever knows seats, capacities and duties has nothing against it.
fn acting(context: &Context<'_>, acting: &Acting) -> Checked {
    let (world, Acting { role, region, .. }) = (context.world, acting);
    role_and_region(world, role, region)?;
    texts(&[("decree", &acting.decree)])?;
    if !world.roster.seats().any(|(seat, _)| seat.role == *role && seat.region == *region) {
        return no(Objection::SeatUnknown { role: role.clone(), region: region.clone() });
    }
    check_acting(world, acting, context.today())
}

fn delegating(context: &Context<'_>, handed: &Delegation) -> Checked {
    let world = context.world;
    role_and_region(world, &handed.role, &handed.region)?;
    texts(&[("source", &handed.source)])?;
    if handed.amount_max.is_some_and(|most| !most.is_positive()) {
        let field = FieldName::from("amount_max");
        let (found, wanted) = ("0".to_owned(), "> 0".to_owned());
        return Err(Why::FieldInvalid { field, found, wanted }.into());
    }
    handed.schemes.iter().flatten().try_for_each(|scheme| scheme_known(world, scheme))?;
    check_delegation(world, handed, context.today())
}

/// Reads a definition to be published beside others, or tells everything that is wrong with it.
pub fn read_definition(text: &str, workflows: &Workflows) -> Result<Workflow, Vec<Flaw>> {
    let versions: Vec<&Workflow> = workflows.all().map(|it| &**it).collect();
    sound(Workflow::check_beside(text, &versions))
        .map_err(|error| error.findings.into_iter().map(flaw).collect())
}

fn flaw(finding: Finding) -> Flaw {
    let shown = |it: CounterExample| Label { id: it.text(Lang::Id), en: it.text(Lang::En) };
    Flaw {
        code: finding.code.to_owned(),
        place: finding.place,
        line: finding.line,
        column: finding.column,
        text: Label { id: finding.id, en: finding.en },
        shown: finding.counter_example.map(shown),
    }
}

fn publishing(world: &World, text: &str) -> Result<Sound, Refusal> {
    let workflow = read_definition(text, &world.workflows)
        .map_err(|flaws| Refusal::from(Why::Office(Objection::DefinitionUnsound { flaws })))?;
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
    roster.person(id).ok_or_else(|| Why::PersonInactive { person: id }.into())
}

fn active(roster: &Roster, id: PersonId) -> Result<&Person, Refusal> {
    let person = known(roster, id)?;
    if person.active { Ok(person) } else { Err(Why::PersonInactive { person: id }.into()) }
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
        if world.regions.knows(region) {
            return Ok(());
        }
        let near = world.regions.nearest(region);
        return no(Objection::RegionUnknown { region: region.clone(), near });
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
    if from > to || to < context.today() {
        return Err(Why::DaysInvalid { from, to, today: Some(context.today()) }.into());
    }
    Ok(())
}
