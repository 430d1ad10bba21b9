//! The office's seats, who stands in for whom, and what is proposed: made by the office's own jobs, in the last minutes
//! of the history.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use salur_core::office::Change;
use salur_core::roster::Capacity;
use salur_core::{Label, OfficeId, PersonId, ProposalId, RegionCode, Role, Rupiah, SchemeId};
use salur_store::Store;
use salur_store::job::{Ask, Job};
use serde::Deserialize;

use crate::DemoError;
use crate::days::{Days, Hour};
use crate::dice::Dice;
use crate::plan::Plan;
use crate::play::id;

/// Between two acts of the office.
const APART: SignedDuration = SignedDuration::from_secs(20);

/// The office's seats and papers, as data.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfficePlan {
    seat: Vec<Seat>,
    acting: Acting,
    delegation: Delegation,
    /// Delegations that wait for the consent of whose role it is.
    open_delegation: Delegation,
    open_person: NewPerson,
    open_ceiling: NewCeiling,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seat {
    office: OfficeId,
    title: Label,
    role: Role,
    region: RegionCode,
}

/// The holder is away in so many days, for so many, and somebody acts in the seat.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Acting {
    person: String,
    for_whom: String,
    role: Role,
    region: RegionCode,
    capacity: Capacity,
    decree: String,
    in_days: i32,
    days: i32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delegation {
    from: String,
    to: String,
    role: Role,
    region: RegionCode,
    scheme: SchemeId,
    amount_max: Rupiah,
    days: i32,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPerson {
    staff_no: String,
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCeiling {
    scheme: SchemeId,
    /// In hundredths of the ceiling.
    more: i64,
    source: String,
}

/// Makes the office's papers and leaves some proposals open.
pub(crate) async fn arrange(
    store: &Store,
    plan: &Plan,
    staff: &[PersonId],
    days: &Days,
    seed: u64,
) -> Result<(), DemoError> {
    let at = days.at(days.last(), Hour::FOUND, &[])
        + SignedDuration::from_hours(8)
        + SignedDuration::from_mins(21);
    let mut desk = Desk { store, plan, staff, at, dice: Dice::of(seed, &[11]) };
    let (office, today) = (&plan.office, days.date(days.last()));
    for seat in &office.seat {
        let Seat { office, title, role, region } = seat;
        let change = Change::SetOffice {
            office: office.clone(),
            title: title.clone(),
            role: role.clone(),
            region: region.clone(),
        };
        desk.make(change, "admin.2").await?;
    }
    let acting = &office.acting;
    let (from_day, to_day) = (in_days(today, acting.in_days), in_days(today, acting.in_days + acting.days));
    let holder = desk.person(&acting.for_whom)?;
    desk.propose(&acting.for_whom, Change::NoteAbsence { person: holder, from_day, to_day }).await?;
    let change = Change::SetActing {
        person: desk.person(&acting.person)?,
        role: acting.role.clone(),
        region: acting.region.clone(),
        capacity: acting.capacity,
        decree: acting.decree.clone(),
        from_day,
        to_day,
        for_whom: Some(holder),
    };
    desk.make(change, "admin.2").await?;
    let change = desk.delegation(&office.delegation, today)?;
    desk.make(change, &office.delegation.from).await?;
    let change = desk.delegation(&office.open_delegation, today)?;
    desk.propose("admin.1", change).await?;
    let NewPerson { staff_no, name } = &office.open_person;
    desk.propose("admin.1", Change::RegisterPerson { staff_no: staff_no.clone(), name: name.clone() })
        .await?;
    desk.ceiling(&office.open_ceiling, today.year()).await
}

fn in_days(day: Date, days: i32) -> Date {
    day.checked_add(days.days()).unwrap_or(Date::MAX)
}

struct Desk<'a> {
    store: &'a Store,
    plan: &'a Plan,
    staff: &'a [PersonId],
    at: Timestamp,
    dice: Dice,
}

impl Desk<'_> {
    fn person(&self, key: &str) -> Result<PersonId, DemoError> {
        let place = self.plan.staff(key)?;
        let known = self.staff.get(place).copied();
        known.ok_or_else(|| DemoError::Unfit(format!("nobody is {key}")))
    }

    async fn ask(&mut self, who: &str, job: Job) -> Result<(), DemoError> {
        let (actor, at) = (self.person(who)?, self.at);
        self.at += APART;
        match self.store.execute(Ask { actor, for_whom: None, at, key: None, job }).await {
            Err(salur_store::ExecuteError::Refused(refusal)) => {
                Err(DemoError::Refused { what: "change the office", code: refusal.why.code().into() })
            }
            told => Ok(told.map(drop)?),
        }
    }

    async fn propose(&mut self, who: &str, change: Change) -> Result<ProposalId, DemoError> {
        let id = ProposalId(id(self.at, &mut self.dice));
        let job = self.store.proposing(id, change)?;
        self.ask(who, job).await?;
        Ok(id)
    }

    /// The first administrator proposes it, another person confirms it.
    async fn make(&mut self, change: Change, second: &str) -> Result<(), DemoError> {
        let id = self.propose("admin.1", change).await?;
        self.ask(second, Job::Confirm { id }).await
    }

    fn delegation(&self, handed: &Delegation, today: Date) -> Result<Change, DemoError> {
        Ok(Change::Delegate {
            from: self.person(&handed.from)?,
            to: self.person(&handed.to)?,
            role: handed.role.clone(),
            region: handed.region.clone(),
            schemes: Some([handed.scheme.clone()].into()),
            amount_max: Some(handed.amount_max),
            from_day: today,
            to_day: in_days(today, handed.days),
            source: handed.source.clone(),
        })
    }

    async fn ceiling(&mut self, wanted: &NewCeiling, year: i16) -> Result<(), DemoError> {
        let lines = self.store.budget_lines().await?;
        let line = lines.into_iter().find(|line| line.scheme == wanted.scheme && line.year == year);
        let Some(line) = line else { return Ok(()) };
        let more = line.ceiling.0.saturating_mul(wanted.more) / 100;
        let ceiling = Rupiah(line.ceiling.0.saturating_add(more));
        let source = wanted.source.clone();
        self.propose("admin.1", Change::ReviseCeiling { line: line.id, ceiling, source }).await.map(drop)
    }
}
