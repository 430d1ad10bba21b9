//! Reads of requests: one, a page, a history. Pages go by key, never by offset: they cost the same at any depth.

mod filter;

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use salur_core::event::{Entry, Event};
use salur_core::request::{Request, replay};
use salur_core::{Digest, PersonId, RegionCode, RequestId, SchemeId, StageName};
use sqlx::FromRow;
use uuid::Uuid;

use crate::Store;
use crate::db::{Day, Row, Sql, Ts};
use crate::error::StoreError;

pub use filter::{Filter, Label, Listed, Page, Place, Scope};

/// One event of a request with its place in the audit chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The event.
    pub entry: Entry,
    /// Its position in the chain.
    pub pos: i64,
    /// Its hash.
    pub hash: Digest,
}

/// A queue to read in order: a stage of a year, in one region or in all.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stream {
    scheme: String,
    year: i32,
    stage: String,
    region: Option<String>,
}

/// How many requests with the same words are looked at in one go.
const FOUND_AT_ONCE: i64 = 500;

#[derive(FromRow)]
struct RequestRow {
    state: String,
    label: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct EventRow {
    pos: i64,
    at: Ts,
    actor: Uuid,
    for_whom: Option<Uuid>,
    seq: i32,
    data: String,
    hash: Vec<u8>,
}

const ONE: &str = "select state, label from request where id = $1";
const PLACES: &str = "select distinct scheme, year, stage, region from stage_count where n <> 0
    and ($1 is null or scheme = $1) and ($2 is null or year = $2) and ($3 is null or stage = $3)";
const QUEUE: &str = "select state, label from request
    where scheme = $1 and year = $2 and stage = $3 and region = $4 and (entered_at, id) > ($5, $6)
    order by entered_at, id limit $7";
const STAGE: &str = "select state, label from request
    where scheme = $1 and year = $2 and stage = $3 and (entered_at, id) > ($4, $5)
    order by entered_at, id limit $6";
const QUEUE_KEYS: &str = "select entered_at, id from request
    where scheme = $1 and year = $2 and stage = $3 and region = $4 and (entered_at, id) > ($5, $6)
    order by entered_at, id limit $7";
const STAGE_KEYS: &str = "select entered_at, id from request
    where scheme = $1 and year = $2 and stage = $3 and (entered_at, id) > ($4, $5)
    order by entered_at, id limit $6";
const STUCK_KEYS: &str = "select entered_at, id from request
    where scheme = $1 and (not closed or snag is not null) and (entered_at, id) > ($2, $3)
      and ($4 is null or year = $4) and ($5 is null or stage = $5)
      and ($6 is null or $6 like '%,' || region || ',%')
      and case when $7 is null then snag is not null or due_on < $8
               when $7 = 'overdue' then due_on < $8
               else snag = $7 end
    order by entered_at, id limit $9";
const BY_IDS: Sql = Sql {
    lite: "select state, label from request where id in (select unhex(value) from json_each($1))",
    pg: "select state, label from request where id in (select value::uuid from json_array_elements_text($1::json))",
};
const SCHEMES: Sql = Sql {
    lite: "select id, scheme from request where id in (select unhex(value) from json_each($1))",
    pg: "select id, scheme from request where id in (select value::uuid from json_array_elements_text($1::json))",
};
const WORDS: &str = "select w.request from word w where w.hash = $1 and w.request > $2
      and ($3 is null or exists (select 1 from word x where x.hash = $3 and x.request = w.request))
      and ($4 is null or exists (select 1 from word x where x.hash = $4 and x.request = w.request))
      and ($5 is null or exists (select 1 from word x where x.hash = $5 and x.request = w.request))
    order by w.request limit $6";
const HISTORY: &str =
    "select pos, at, actor, for_whom, seq, data, hash from event where subject_id = $1 order by seq";

impl Store {
    /// One request.
    pub async fn request(&self, id: RequestId) -> Result<Option<Listed>, StoreError> {
        let row: Option<RequestRow> = self.db.maybe(ONE, (id.0,)).await?;
        row.map(|row| self.listed(row)).transpose()
    }

    /// A request as it stood after one of its events.
    pub async fn request_at(&self, id: RequestId, version: u32) -> Result<Option<Request>, StoreError> {
        let history = self.history(id).await?;
        let until = history.iter().map(|told| &told.entry).filter(|entry| entry.seq <= version);
        Ok(replay(id, until)?)
    }

    /// The schemes of these requests; who does not exist is left out.
    pub async fn schemes_of(&self, ids: &[RequestId]) -> Result<HashMap<RequestId, SchemeId>, StoreError> {
        let ids: Vec<_> = ids.iter().map(|id| id.0.simple().to_string()).collect();
        let rows: Vec<(Uuid, String)> = self.db.all(SCHEMES, (serde_json::to_string(&ids)?,)).await?;
        Ok(rows.into_iter().map(|(id, scheme)| (RequestId(id), scheme.as_str().into())).collect())
    }

    /// What happened to a request, oldest first.
    pub async fn history(&self, id: RequestId) -> Result<Vec<Told>, StoreError> {
        let rows: Vec<EventRow> = self.db.all(HISTORY, (id.0,)).await?;
        rows.into_iter().map(told).collect()
    }

    /// A page of requests, oldest in their stage first; those found by words, in the order they were entered.
    pub async fn requests(
        &self,
        filter: &Filter,
        scope: &Scope,
        today: jiff::civil::Date,
        after: Place,
        limit: u32,
    ) -> Result<Page<Listed>, StoreError> {
        let regions = scope.narrowed(filter.region.as_ref());
        if let Some(q) = &filter.q {
            return self.found(q, filter, regions.as_ref(), today, after, limit).await;
        }
        if filter.stuck || filter.code.is_some() {
            return self.stuck(filter, regions.as_ref(), today, after, limit).await;
        }
        let streams = self.streams(filter, regions.as_ref()).await?;
        let most = i64::from(limit) + 1;
        if let [only] = streams.as_slice() {
            let rows: Vec<RequestRow> = self.stream(only, (QUEUE, STAGE), after, most).await?;
            return Ok(cut(self.all_listed(rows)?, limit, by_entry));
        }
        let mut keys: Vec<(Ts, Uuid)> = Vec::new();
        for stream in &streams {
            let found: Vec<(Ts, Uuid)> = self.stream(stream, (QUEUE_KEYS, STAGE_KEYS), after, most).await?;
            keys.extend(found);
        }
        self.of_keys(keys, limit).await
    }

    /// Where requests are that a filter names: one stream of a stage, or one of each region in it.
    async fn streams(
        &self,
        filter: &Filter,
        regions: Option<&BTreeSet<RegionCode>>,
    ) -> Result<Vec<Stream>, StoreError> {
        let scheme = filter.scheme.as_ref().map(ToString::to_string);
        let stage = filter.stage.as_ref().map(ToString::to_string);
        let places: Vec<(String, i32, String, String)> =
            self.db.all(PLACES, (scheme, filter.year, stage)).await?;
        let stages = self.stages_of(filter);
        let mut streams = BTreeSet::new();
        for (scheme, year, stage, region) in places {
            let place = (SchemeId::from(scheme.as_str()), StageName::from(stage.as_str()));
            let is_wanted = stages.as_ref().is_none_or(|stages| stages.contains(&place));
            if is_wanted && regions.is_none_or(|regions| regions.contains(region.as_str())) {
                streams.insert(Stream { scheme, year, stage, region: regions.map(|_| region) });
            }
        }
        Ok(streams.into_iter().collect())
    }

    async fn stream<T: Row>(
        &self,
        stream: &Stream,
        (queue, stage): (&'static str, &'static str),
        after: Place,
        most: i64,
    ) -> Result<Vec<T>, StoreError> {
        let (scheme, year, name) = (stream.scheme.clone(), stream.year, stream.stage.clone());
        let (at, id) = (Ts(after.at), after.id);
        match stream.region.clone() {
            Some(region) => self.db.all(queue, (scheme, year, name, region, at, id, most)).await,
            None => self.db.all(stage, (scheme, year, name, at, id, most)).await,
        }
    }

    /// The page of these keys, the first of them in order.
    async fn of_keys(&self, mut keys: Vec<(Ts, Uuid)>, limit: u32) -> Result<Page<Listed>, StoreError> {
        keys.sort_unstable();
        keys.truncate(usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1));
        let ids: Vec<_> = keys.iter().map(|(_, id)| id.simple().to_string()).collect();
        let rows = self.db.all(BY_IDS, (serde_json::to_string(&ids)?,)).await?;
        Ok(cut(self.all_listed(rows)?, limit, by_entry))
    }

    async fn stuck(
        &self,
        filter: &Filter,
        regions: Option<&BTreeSet<RegionCode>>,
        today: jiff::civil::Date,
        after: Place,
        limit: u32,
    ) -> Result<Page<Listed>, StoreError> {
        let places = self.stages_of(filter).map_or_else(
            || self.schemes(filter).into_iter().map(|scheme| (scheme, None)).collect(),
            |stages| stages.into_iter().map(|(scheme, stage)| (scheme, Some(stage))).collect::<Vec<_>>(),
        );
        let mut keys: Vec<(Ts, Uuid)> = Vec::new();
        for (scheme, stage) in places {
            let stage = stage.as_ref().map(ToString::to_string);
            let wanted = (
                scheme.to_string(),
                Ts(after.at),
                after.id,
                filter.year,
                stage,
                listing(regions),
                filter.code.clone(),
                Day(today),
                i64::from(limit) + 1,
            );
            let found: Vec<(Ts, Uuid)> = self.db.all(STUCK_KEYS, wanted).await?;
            keys.extend(found);
        }
        self.of_keys(keys, limit).await
    }

    /// The requests whose recipient has all these words in the name, or this NIK.
    async fn found(
        &self,
        q: &str,
        filter: &Filter,
        regions: Option<&BTreeSet<RegionCode>>,
        today: jiff::civil::Date,
        after: Place,
        limit: u32,
    ) -> Result<Page<Listed>, StoreError> {
        let words = crate::facts::words(q);
        let hashes: Vec<i64> = words.iter().map(|word| self.vault.word(word)).collect();
        let Some(first) = hashes.first() else { return Ok(Page { data: Vec::new(), next: None }) };
        let stages = self.stages_of(filter);
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut data, mut last) = (Vec::new(), after.id);
        while data.len() <= most {
            let more = [1, 2, 3].map(|at| hashes.get(at).copied());
            let wanted = (*first, last, more[0], more[1], more[2], FOUND_AT_ONCE);
            let ids: Vec<(Uuid,)> = self.db.all(WORDS, wanted).await?;
            let Some((end,)) = ids.last() else { break };
            last = *end;
            let keys = ids.iter().map(|(id,)| (Ts(0), *id)).collect();
            for listed in self.of_keys(keys, u32::MAX).await?.data {
                let request = &listed.request;
                let fits = regions.is_none_or(|regions| regions.contains(&request.region))
                    && filter.scheme.as_ref().is_none_or(|scheme| *scheme == request.scheme)
                    && filter.year.is_none_or(|year| year == request.year)
                    && self.is_as_stuck(filter, request, today)
                    && has_all(&listed.label.name, words.iter().skip(4))
                    && stages.as_ref().is_none_or(|stages| {
                        stages.contains(&(request.scheme.clone(), request.stage.clone()))
                    });
                if fits {
                    data.push(listed);
                }
            }
        }
        Ok(cut(data, limit, by_id))
    }

    /// True if the filter asks for nothing stuck, or the request is stuck as it asks: what `STUCK` asks of the columns.
    fn is_as_stuck(&self, filter: &Filter, request: &Request, today: jiff::civil::Date) -> bool {
        if !filter.stuck && filter.code.is_none() {
            return true;
        }
        let world = self.world();
        let workflow = world.workflows.pinned(&request.scheme, &request.definition);
        let snag = workflow.and_then(|workflow| salur_core::wait::snag(workflow, request));
        let overdue = !request.closed && request.due_on.is_some_and(|due| due < today);
        match filter.code.as_deref() {
            None => snag.is_some() || overdue,
            Some("overdue") => overdue,
            code => snag.as_deref() == code,
        }
    }

    /// The schemes asked for.
    fn schemes(&self, filter: &Filter) -> Vec<SchemeId> {
        let world = self.world();
        let schemes = world.workflows.all_current().map(|workflow| workflow.scheme.clone());
        schemes.filter(|scheme| filter.scheme.as_ref().is_none_or(|wanted| wanted == scheme)).collect()
    }

    /// The schemes and stages asked for; none where neither stage nor phase is.
    fn stages_of(&self, filter: &Filter) -> Option<Vec<(SchemeId, StageName)>> {
        if filter.stage.is_none() && filter.phase.is_none() {
            return None;
        }
        let world = self.world();
        let mut stages = BTreeSet::new();
        for workflow in world.workflows.all() {
            if filter.scheme.as_ref().is_some_and(|scheme| *scheme != workflow.scheme) {
                continue;
            }
            for (name, stage) in &workflow.stages {
                let wanted = filter.stage.as_ref().is_none_or(|wanted| wanted == name)
                    && filter.phase.is_none_or(|phase| stage.phase == Some(phase));
                if wanted {
                    stages.insert((workflow.scheme.clone(), name.clone()));
                }
            }
        }
        Some(stages.into_iter().collect())
    }

    /// Every id that a filter names, at most so many; one more means there are more.
    pub async fn ids(
        &self,
        filter: &Filter,
        scope: &Scope,
        today: jiff::civil::Date,
        most: usize,
    ) -> Result<Vec<RequestId>, StoreError> {
        let mut ids = Vec::new();
        let mut after = Place::START;
        loop {
            let page = self.requests(filter, scope, today, after, 2_000).await?;
            ids.extend(page.data.iter().map(|listed| listed.request.id));
            match page.next {
                Some(next) if ids.len() <= most => after = next,
                _ => return Ok(ids),
            }
        }
    }

    fn all_listed(&self, rows: Vec<RequestRow>) -> Result<Vec<Listed>, StoreError> {
        rows.into_iter().map(|row| self.listed(row)).collect()
    }

    fn listed(&self, row: RequestRow) -> Result<Listed, StoreError> {
        let label = match row.label {
            Some(sealed) => serde_json::from_slice(&self.vault.open(&sealed)?)?,
            None => Label::default(),
        };
        Ok(Listed { request: serde_json::from_str(&row.state)?, label })
    }
}

fn told(row: EventRow) -> Result<Told, StoreError> {
    let event: Event = serde_json::from_str(&row.data)?;
    let at =
        Timestamp::from_microsecond(row.at.0).map_err(|error| StoreError::inconsistent("event", error))?;
    let seq = u32::try_from(row.seq).map_err(|error| StoreError::inconsistent("event", error))?;
    let hash =
        row.hash.try_into().map_err(|_| StoreError::inconsistent("event", "a hash of another length"))?;
    let entry = Entry { seq, at, actor: PersonId(row.actor), for_whom: row.for_whom.map(PersonId), event };
    Ok(Told { entry, pos: row.pos, hash: Digest(hash) })
}

/// Regions as the text that `LIKE` looks into: works alike on every database.
pub(crate) fn listing(regions: Option<&BTreeSet<RegionCode>>) -> Option<String> {
    let regions = regions?;
    Some(format!(",{},", regions.iter().map(RegionCode::as_str).collect::<Vec<_>>().join(",")))
}

/// True if a name has these words: those beyond the four that a query looks up.
fn has_all<'a>(name: &str, mut words: impl Iterator<Item = &'a String>) -> bool {
    let name = crate::facts::words(name);
    words.all(|word| name.contains(word))
}

fn by_entry(listed: &Listed) -> Place {
    Place { at: listed.request.entered_at.as_microsecond(), id: listed.request.id.0 }
}

fn by_id(listed: &Listed) -> Place {
    Place { at: 0, id: listed.request.id.0 }
}

fn cut(mut data: Vec<Listed>, limit: u32, place: fn(&Listed) -> Place) -> Page<Listed> {
    data.sort_by_key(place);
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = data.len() > limit;
    data.truncate(limit);
    let next = data.last().filter(|_| more).map(place);
    Page { data, next }
}
