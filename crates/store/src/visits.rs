//! Stage visits, made out of events after these are committed: pages about where time goes read them, and cost the same
//! however long the history is. One server of a database does it at a time; all of it can be made again.

mod history;
mod read;
mod row;

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use jiff::civil::Date;
use salur_core::event::{Entry, Event};
use salur_core::workflow::Workflow;
use salur_core::world::World;
use salur_core::{PersonId, RegionCode, RequestId, SchemeId, StageName};
use salur_flow::visit::{Desks, Fold, OutcomeKind, Visit};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::Ts;
use crate::error::{ExecuteError, StoreError};
use crate::job::{Ask, Job};
use crate::leases::Lease;

pub use read::{Closed, DayCount, OfStage, VISITS_MAX, VisitFilter};
pub use row::VisitRow;

/// Events that become visits in one transaction.
const PIECE: i64 = 2_000;
/// The pause after a piece: others write too.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(20);

const MARK: &str = "select m.pos, h.pos from visit_mark m, head h";
/// What neither moves, holds nor takes on a request leaves its visits as they are.
const EVENTS: &str = "select pos, at, actor, for_whom, subject_id, seq, data from event
    where pos > $1 and pos <= $2 and subject_kind = 'request' order by pos limit $3";

/// What some events make of visits.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VisitPiece {
    /// The position up to which events were visits before.
    pub from: i64,
    /// And are from now on.
    pub to: i64,
    /// Visits that begin or change.
    pub visits: Vec<VisitRow>,
    /// What days count from now on more.
    pub days: BTreeMap<StageDay, DaySum>,
}

/// A day at a stage or an end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the columns of the table")]
pub struct StageDay {
    pub scheme: SchemeId,
    pub stage: StageName,
    pub day: Date,
    pub region: RegionCode,
    pub year: i16,
}

/// How many requests came and went on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DaySum {
    /// Came for the first time.
    pub came: i64,
    /// Came again.
    pub again: i64,
    /// Left.
    pub went: i64,
    /// Of these, were sent back.
    pub returned: i64,
    /// Of those that came on this day, how many have left.
    pub gone: i64,
}

impl DaySum {
    fn is_nothing(&self) -> bool {
        *self == DaySum::default()
    }
}

#[derive(FromRow)]
struct EventRow {
    pos: i64,
    at: Ts,
    actor: Uuid,
    for_whom: Option<Uuid>,
    subject_id: Uuid,
    seq: i32,
    data: String,
}

impl Store {
    /// Makes visits out of what was committed since the last time; the answer is how many events were read. With a lease
    /// it stops once that may be another server's.
    pub async fn keep_visits(&self, at: Timestamp, lease: Option<&Lease>) -> Result<u64, ExecuteError> {
        let mut read = 0;
        loop {
            if self.is_closing() || lease.is_some_and(|lease| !lease.is_held()) {
                return Ok(read);
            }
            let (from, head): (i64, i64) = self.db.on().one(MARK, ()).await?;
            if from >= head {
                return Ok(read);
            }
            let rows: Vec<EventRow> = self.db.all(EVENTS, (from, head, PIECE)).await?;
            let is_full = i64::try_from(rows.len()) == Ok(PIECE);
            let to = rows.last().filter(|_| is_full).map_or(head, |last| last.pos);
            read += u64::try_from(rows.len()).unwrap_or_default();
            let piece = self.piece(from, to, rows).await?;
            let (actor, job) = (PersonId(Uuid::nil()), Job::KeepVisits(Box::new(piece)));
            self.execute(Ask { actor, for_whom: None, at, key: None, job }).await?;
            if is_full {
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// True once all that is committed by now has become visits.
    pub async fn visits_are_kept(&self) -> Result<bool, StoreError> {
        let (mark, head): (i64, i64) = self.db.on().one(MARK, ()).await?;
        Ok(mark >= head)
    }

    async fn piece(&self, from: i64, to: i64, rows: Vec<EventRow>) -> Result<VisitPiece, StoreError> {
        let mut order = Vec::new();
        let mut histories: HashMap<RequestId, Vec<Entry>> = HashMap::new();
        for row in rows {
            let entry = entry(&row)?;
            if is_of_visits(&entry.event) {
                let id = RequestId(row.subject_id);
                let history = histories.entry(id).or_default();
                if history.is_empty() {
                    order.push(id);
                }
                history.push(entry);
            }
        }
        let world = self.world();
        let desks = desks(&world);
        let nobody = Desks::default();
        let mut known = self.visits_of(&order, &desks).await?;
        let mut piece = VisitPiece { from, to, ..VisitPiece::default() };
        for id in order {
            let Some(history) = histories.remove(&id) else { continue };
            let before = known.remove(&id).unwrap_or_default();
            let Some(kept) = Origin::of(&before, &history) else { continue };
            let desks = desks.get(&kept.scheme).unwrap_or(&nobody);
            let visits = before.iter().map(|row| row.visit.clone()).collect();
            let mut fold = Fold::after(id, desks, visits);
            for entry in &history {
                fold.event(entry);
            }
            let after: Vec<VisitRow> = numbered(&kept, fold.into_visits());
            count(&mut piece.days, &world, &kept, &before, &after, &history);
            let changed =
                after.into_iter().enumerate().filter(|(place, row)| before.get(*place) != Some(row));
            piece.visits.extend(changed.map(|(_, row)| row));
        }
        piece.days.retain(|_, sum| !sum.is_nothing());
        Ok(piece)
    }
}

/// What a request keeps all its way.
struct Origin {
    scheme: SchemeId,
    year: i16,
    began: Timestamp,
}

impl Origin {
    /// Out of what is known, or out of its first event.
    fn of(known: &[VisitRow], history: &[Entry]) -> Option<Origin> {
        if let Some(row) = known.first() {
            return Some(Origin { scheme: row.visit.scheme.clone(), year: row.year, began: row.began });
        }
        let first = history.first()?;
        let Event::Entered(entered) = &first.event else { return None };
        Some(Origin { scheme: entered.scheme.clone(), year: entered.year, began: first.at })
    }
}

fn numbered(kept: &Origin, visits: Vec<Visit>) -> Vec<VisitRow> {
    let rows = (1..).zip(visits);
    rows.map(|(n, visit)| VisitRow { n, year: kept.year, began: kept.began, visit }).collect()
}

/// Who serves the stages of each scheme: as the latest version says, and earlier ones where it has no such stage.
pub(crate) fn desks(world: &World) -> HashMap<SchemeId, Desks> {
    let mut versions: Vec<&Workflow> = world.workflows.all().map(|workflow| &**workflow).collect();
    versions.sort_by_key(|workflow| workflow.version);
    let mut all: HashMap<SchemeId, Desks> = HashMap::new();
    for workflow in versions {
        let desks = Desks::of(workflow);
        all.entry(workflow.scheme.clone()).or_default().stages.extend(desks.stages);
    }
    all
}

/// How days differ by what was visits before and is now.
fn count(
    days: &mut BTreeMap<StageDay, DaySum>,
    world: &World,
    kept: &Origin,
    before: &[VisitRow],
    after: &[VisitRow],
    history: &[Entry],
) {
    let mut add = |stage: &StageName, region: &RegionCode, at: Timestamp, sum: DaySum| {
        let day = StageDay {
            scheme: kept.scheme.clone(),
            stage: stage.clone(),
            day: world.calendar.date_of(at),
            region: region.clone(),
            year: kept.year,
        };
        let known = days.entry(day).or_default();
        known.came += sum.came;
        known.again += sum.again;
        known.went += sum.went;
        known.returned += sum.returned;
        known.gone += sum.gone;
    };
    let mut of_visit = |row: &VisitRow, sign: i64| {
        let visit = &row.visit;
        let (first, gone) = (i64::from(visit.number == 1), i64::from(visit.exit.is_some()));
        let came =
            DaySum { came: sign * first, again: sign * (1 - first), gone: sign * gone, ..DaySum::default() };
        add(&visit.stage, &visit.region, visit.enabled, came);
        let (Some(exit), Some(outcome)) = (visit.exit, &visit.outcome) else { return };
        let returned = i64::from(outcome.kind == OutcomeKind::Returned);
        let went = DaySum { went: sign, returned: sign * returned, ..DaySum::default() };
        add(&visit.stage, &visit.region, exit, went);
        if visit.last {
            add(&outcome.to, &visit.region, exit, DaySum { came: sign, ..DaySum::default() });
        }
    };
    for (place, row) in after.iter().enumerate() {
        match before.get(place) {
            Some(known) if known == row => {}
            Some(known) => {
                of_visit(known, -1);
                of_visit(row, 1);
            }
            None => of_visit(row, 1),
        }
    }
    // What is closed as it enters is at no stage: it is only counted where it ends.
    if let Some(Entry { at, event: Event::Entered(entered), .. }) = history.first()
        && entered.closes
    {
        add(&entered.stage, &entered.region, *at, DaySum { came: 1, ..DaySum::default() });
    }
}

fn entry(row: &EventRow) -> Result<Entry, StoreError> {
    Ok(Entry {
        seq: u32::try_from(row.seq).unwrap_or_default(),
        at: crate::lists::timestamp(row.at)?,
        actor: PersonId(row.actor),
        for_whom: row.for_whom.map(PersonId),
        event: serde_json::from_str(&row.data)?,
    })
}

/// True if an event may begin, change or end a visit.
fn is_of_visits(event: &Event) -> bool {
    matches!(
        event,
        Event::Entered(_)
            | Event::Amended { .. }
            | Event::Claimed
            | Event::Held { .. }
            | Event::PaymentUnknown { .. }
            | Event::Resumed { .. }
            | Event::PaymentFailed { .. }
            | Event::RuledUnpaid { .. }
            | Event::Advanced(_)
            | Event::VerificationExpired(_)
            | Event::Repaired(_)
            | Event::Migrated(_)
    )
}
