//! Writes what a batch has decided. One statement does what nearly every batch needs, so that a batch costs four round
//! trips however many jobs are in it; what is rarer has statements of its own.

use salur_core::Digest;
use salur_core::decree::Books;
use salur_core::request::Request;
use salur_core::world::World;
use sqlx::postgres::{PgArguments, PgConnection};
use sqlx::{Arguments as _, Encode, Postgres, Type};

use super::begin::Head;
use super::keep;
use super::outcome::Failure;
use super::years::year_of;
use crate::batch::{Changes, Place, frees_recipient};
use crate::chain::linked;
use crate::db::{Day, Ts};
use crate::error::StoreError;

/// Everything that an act changes. With `head` locked nobody else writes, so that the count of requests moved can only
/// differ if the database was changed by another program.
const RECORD: &str = "
with told as (
    select * from unnest($1::smallint[], $2::bigint[], $3::timestamptz[], $4::uuid[], $5::uuid[], $6::text[],
        $7::uuid[], $8::int[], $9::text[], $10::text[], $11::bytea[], $12::bytea[], $13::boolean[])
        as t (year, pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash, outgoing)
), chained as (
    insert into event (year, pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    select year, pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash from told
), sent as (
    insert into outbox (pos, topic, subject_id, due_at)
    select pos, kind, subject_id, at from told where outgoing
), ended as (
    update head set pos = $14, hash = $15, office = office + $16 where one = 1
), answered as (
    insert into command (principal, key, fingerprint, at, outcome)
    select * from unnest($17::uuid[], $18::text[], $19::bytea[], $20::timestamptz[], $21::text[])
), spent as (
    update budget_line l set reserved = n.reserved, committed = n.committed, paid = n.paid
    from unnest($22::text[], $23::bigint[], $24::bigint[], $25::bigint[]) as n (id, reserved, committed, paid)
    where l.id = n.id
), counted as (
    insert into stage_count as c (scheme, year, stage, region, n)
    select * from unnest($26::text[], $27::int[], $28::text[], $29::text[], $30::bigint[])
    on conflict (scheme, year, stage, region) do update set n = c.n + excluded.n
), due as (
    insert into stage_due as c (scheme, year, stage, region, due_on, n)
    select * from unnest($31::text[], $32::int[], $33::text[], $34::text[], $35::date[], $36::bigint[])
    on conflict (scheme, year, stage, region, due_on) do update set n = c.n + excluded.n
), snagged as (
    insert into snag_count as c (scheme, year, stage, region, snag, n)
    select * from unnest($37::text[], $38::int[], $39::text[], $40::text[], $41::text[], $42::bigint[])
    on conflict (scheme, year, stage, region, snag) do update set n = c.n + excluded.n
), moved as (
    update request r set region = n.region, stage = n.stage, entered_at = n.entered_at, due_on = n.due_on,
        snag = n.snag, closed = n.closed, version = n.version, state = n.state,
        subject_key = case when n.rekeyed then n.subject_key else r.subject_key end
    from unnest($43::uuid[], $44::int[], $45::text[], $46::text[], $47::timestamptz[], $48::date[], $49::text[],
        $50::boolean[], $51::int[], $52::text[], $53::boolean[], $54::text[])
        as n (id, was, region, stage, entered_at, due_on, snag, closed, version, state, rekeyed, subject_key)
    where r.id = n.id and r.version = n.was
    returning 1
)
select count(*) from moved";
const ENTER: &str = "
insert into request (id, region, stage, entered_at, due_on, snag, closed, version, state, subject_key, scheme, year, label)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::date[], $6::text[], $7::boolean[],
    $8::int[], $9::text[], $10::text[], $11::text[], $12::int[], $13::bytea[])";

/// Columns as arrays: the values of one statement.
#[derive(Default)]
pub(super) struct Columns(pub(super) PgArguments);

impl Columns {
    /// Adds a column, or one value.
    pub(super) fn put<'t, T>(&mut self, value: T) -> Result<(), Failure>
    where
        T: Encode<'t, Postgres> + Type<Postgres>,
    {
        self.0.add(value).map_err(|error| Failure::from(sqlx::Error::Encode(error)))
    }

    /// Runs a statement that answers nothing.
    pub(super) async fn run(self, connection: &mut PgConnection, sql: &'static str) -> Result<u64, Failure> {
        Ok(sqlx::query_with(sql, self.0).execute(connection).await?.rows_affected())
    }
}

/// Puts one column of a list of things.
macro_rules! column {
    ($columns:expr, $rows:expr, $row:pat => $value:expr) => {
        $columns.put($rows.iter().map(|$row| $value).collect::<Vec<_>>())?
    };
}
pub(super) use column;

pub(super) async fn write(
    connection: &mut PgConnection,
    world: &World,
    changes: &Changes,
    books: &Books,
    head: &Head,
) -> Result<(i64, Digest), Failure> {
    let rows = rows(world, changes, books)?;
    let (new, moved): (Vec<_>, Vec<_>) = rows.iter().partition(|row| row.was == 0);
    if !new.is_empty() {
        enter(connection, changes, &new).await?;
    }
    let mut columns = Columns::default();
    let end = events(&mut columns, changes, head)?;
    answers(&mut columns, changes)?;
    lines(&mut columns, changes, books)?;
    counts(&mut columns, changes)?;
    requests(&mut columns, &moved)?;
    column!(columns, moved, row => row.rekeyed);
    column!(columns, moved, row => row.subject_key);
    let query = sqlx::query_as_with(RECORD, columns.0);
    let (count,): (i64,) = query.fetch_one(&mut *connection).await?;
    if usize::try_from(count) != Ok(moved.len()) {
        let found = format!("{count} of {} requests are as they were loaded", moved.len());
        return Err(StoreError::inconsistent("request", found).into());
    }
    keep::keep(connection, changes, books).await?;
    Ok(end)
}

/// A request as its row is from now on.
struct Row<'a> {
    was: i32,
    request: &'a Request,
    version: i32,
    snag: Option<String>,
    state: String,
    rekeyed: bool,
    subject_key: Option<&'a str>,
}

fn rows<'a>(world: &World, changes: &'a Changes, books: &'a Books) -> Result<Vec<Row<'a>>, Failure> {
    let mut rows = Vec::with_capacity(changes.requests.len());
    for (id, was) in &changes.requests {
        let Some(request) = books.requests.get(id) else { continue };
        let workflow = world
            .workflows
            .pinned(&request.scheme, &request.definition)
            .ok_or_else(|| StoreError::inconsistent("definition", format!("none for request {id}")))?;
        let frees = frees_recipient(workflow, request);
        let key = changes.subject_keys.get(id);
        rows.push(Row {
            was: small(*was)?,
            request,
            version: small(request.version)?,
            snag: salur_core::wait::snag(workflow, request),
            state: serde_json::to_string(request)?,
            rekeyed: frees || key.is_some(),
            subject_key: key.filter(|_| !frees).map(String::as_str),
        });
    }
    Ok(rows)
}

/// A number that PostgreSQL keeps as an integer.
pub(super) fn small(number: u32) -> Result<i32, Failure> {
    i32::try_from(number).map_err(|error| StoreError::inconsistent("number", error).into())
}

async fn enter(connection: &mut PgConnection, changes: &Changes, new: &[&Row<'_>]) -> Result<(), Failure> {
    let labels: std::collections::HashMap<_, _> =
        changes.facts.iter().map(|(request, kept)| (*request, kept.label.as_slice())).collect();
    let mut columns = Columns::default();
    column!(columns, new, row => row.request.id.0);
    states(&mut columns, new)?;
    column!(columns, new, row => row.subject_key);
    column!(columns, new, row => row.request.scheme.as_str());
    column!(columns, new, row => i32::from(row.request.year));
    column!(columns, new, row => labels.get(&row.request.id).copied());
    columns.run(connection, ENTER).await?;
    Ok(())
}

fn requests(columns: &mut Columns, moved: &[&Row<'_>]) -> Result<(), Failure> {
    column!(columns, moved, row => row.request.id.0);
    column!(columns, moved, row => row.was);
    states(columns, moved)
}

fn states(columns: &mut Columns, rows: &[&Row<'_>]) -> Result<(), Failure> {
    column!(columns, rows, row => row.request.region.as_str());
    column!(columns, rows, row => row.request.stage.as_str());
    column!(columns, rows, row => Ts::from(row.request.entered_at));
    column!(columns, rows, row => row.request.due_on.map(Day));
    column!(columns, rows, row => row.snag.as_deref());
    column!(columns, rows, row => row.request.closed);
    column!(columns, rows, row => row.version);
    column!(columns, rows, row => row.state.as_str());
    Ok(())
}

fn events(columns: &mut Columns, changes: &Changes, head: &Head) -> Result<(i64, Digest), Failure> {
    let links: Vec<_> = linked(&changes.events, head.pos, head.hash).collect();
    let years: Vec<i16> = changes.events.iter().map(|event| year_of(event.at)).collect::<Result<_, _>>()?;
    let mut outgoing = vec![false; links.len()];
    for place in &changes.outbox {
        if let Some(flag) = outgoing.get_mut(*place) {
            *flag = true;
        }
    }
    columns.put(years)?;
    column!(columns, links, (pos, ..) => *pos);
    column!(columns, links, (_, event, ..) => Ts(event.at));
    column!(columns, links, (_, event, ..) => event.actor.0);
    column!(columns, links, (_, event, ..) => event.for_whom.map(|person| person.0));
    column!(columns, links, (_, event, ..) => event.subject_kind);
    column!(columns, links, (_, event, ..) => event.subject_id);
    columns
        .put(links.iter().map(|(_, event, ..)| small(event.seq)).collect::<Result<Vec<i32>, Failure>>()?)?;
    column!(columns, links, (_, event, ..) => event.kind);
    column!(columns, links, (_, event, ..) => event.data.as_str());
    column!(columns, links, (.., prev, _) => prev.0);
    column!(columns, links, (.., hash) => hash.0);
    columns.put(outgoing)?;
    let end = links.last().map_or((head.pos, head.hash), |(pos, .., hash)| (*pos, *hash));
    columns.put(end.0)?;
    columns.put(end.1.0)?;
    columns.put(i64::from(changes.is_of_office()))?;
    Ok(end)
}

fn answers(columns: &mut Columns, changes: &Changes) -> Result<(), Failure> {
    let answers = &changes.answers;
    column!(columns, answers, (principal, ..) => principal.0);
    column!(columns, answers, (_, key, ..) => key.as_str());
    column!(columns, answers, (_, _, stored, _) => stored.fingerprint.0);
    column!(columns, answers, (.., at) => Ts(*at));
    column!(columns, answers, (_, _, stored, _) => stored.outcome.as_str());
    Ok(())
}

fn lines(columns: &mut Columns, changes: &Changes, books: &Books) -> Result<(), Failure> {
    let lines: Vec<_> = changes.lines.iter().filter_map(|id| books.lines.get(id)).collect();
    column!(columns, lines, line => line.id.as_str());
    column!(columns, lines, line => line.reserved.0);
    column!(columns, lines, line => line.committed.0);
    column!(columns, lines, line => line.paid.0);
    Ok(())
}

fn counts(columns: &mut Columns, changes: &Changes) -> Result<(), Failure> {
    let counts: Vec<_> = changes.counts.iter().filter(|(_, n)| **n != 0).collect();
    places(columns, counts.iter().map(|(place, _)| *place))?;
    column!(columns, counts, (_, n) => **n);
    let dues: Vec<_> = changes.dues.iter().filter(|(_, n)| **n != 0).collect();
    places(columns, dues.iter().map(|((place, _), _)| place))?;
    column!(columns, dues, ((_, day), _) => Day(*day));
    column!(columns, dues, (_, n) => **n);
    let snags: Vec<_> = changes.snags.iter().filter(|(_, n)| **n != 0).collect();
    places(columns, snags.iter().map(|((place, _), _)| place))?;
    column!(columns, snags, ((_, snag), _) => snag.as_str());
    column!(columns, snags, (_, n) => **n);
    Ok(())
}

fn places<'a>(columns: &mut Columns, places: impl Iterator<Item = &'a Place>) -> Result<(), Failure> {
    let places: Vec<_> = places.collect();
    column!(columns, places, place => place.scheme.as_str());
    column!(columns, places, place => i32::from(place.year));
    column!(columns, places, place => place.stage.as_str());
    column!(columns, places, place => place.region.as_str());
    Ok(())
}
