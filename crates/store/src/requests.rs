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
use crate::batch::Batch;
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

#[derive(FromRow)]
struct RequestRow {
    state: String,
    label: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct EventRow {
    pos: i64,
    at: i64,
    actor: Uuid,
    for_whom: Option<Uuid>,
    seq: i64,
    data: String,
    hash: Vec<u8>,
}

const ONE: &str = "select state, label from request where id = $1";
const QUEUE: &str = "select state, label from request
    where scheme = $1 and stage = $2 and region = $3 and (entered_at, id) > ($4, $5)
      and ($6 is null or year = $6)
    order by entered_at, id limit $7";
const STAGE: &str = "select state, label from request
    where scheme = $1 and stage = $2 and (entered_at, id) > ($3, $4) and ($5 is null or year = $5)
    order by entered_at, id limit $6";
const STUCK: &str = "select state, label from request
    where scheme = $1 and (closed = 0 or snag is not null) and (entered_at, id) > ($2, $3)
      and ($4 is null or year = $4) and ($5 is null or stage = $5)
      and ($6 is null or $6 like '%,' || region || ',%')
      and case when $7 is null then snag is not null or due_on < $8
               when $7 = 'overdue' then due_on < $8
               else snag = $7 end
    order by entered_at, id limit $9";
const ALL: &str = "select state, label from request
    where id > $1 and ($2 is null or scheme = $2) and ($3 is null or year = $3)
      and ($4 is null or $4 like '%,' || region || ',%')
    order by id limit $5";
const SCHEMES: &str = "select id, scheme from request where id in (select unhex(value) from json_each($1))";
const WORD: &str = "select request from word where hash = $1 order by request limit 10000";
const HISTORY: &str =
    "select pos, at, actor, for_whom, seq, data, hash from event where subject_id = $1 order by seq";

impl Store {
    /// One request.
    pub async fn request(&self, id: RequestId) -> Result<Option<Listed>, StoreError> {
        let row: Option<RequestRow> = sqlx::query_as(ONE).bind(id.0).fetch_optional(&self.pool).await?;
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
        let query = sqlx::query_as(SCHEMES).bind(serde_json::to_string(&ids)?);
        let rows: Vec<(Uuid, String)> = query.fetch_all(&self.pool).await?;
        Ok(rows.into_iter().map(|(id, scheme)| (RequestId(id), scheme.as_str().into())).collect())
    }

    /// What happened to a request, oldest first.
    pub async fn history(&self, id: RequestId) -> Result<Vec<Told>, StoreError> {
        let rows: Vec<EventRow> = sqlx::query_as(HISTORY).bind(id.0).fetch_all(&self.pool).await?;
        rows.into_iter().map(told).collect()
    }

    /// A page of requests, oldest in their stage first; without a stage, in the order they were entered.
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
        let stages = self.stages_of(filter);
        let Some(stages) = stages else { return self.all(filter, regions.as_ref(), after, limit).await };
        let mut data = Vec::new();
        for (scheme, stage) in stages {
            match &regions {
                None => {
                    let query = sqlx::query_as(STAGE).bind(scheme.to_string()).bind(stage.to_string());
                    let query = query.bind(after.at).bind(after.id).bind(filter.year);
                    self.extend(query.bind(i64::from(limit) + 1).fetch_all(&self.pool).await?, &mut data)?;
                }
                Some(regions) => {
                    for region in regions {
                        let query = sqlx::query_as(QUEUE).bind(scheme.to_string()).bind(stage.to_string());
                        let query =
                            query.bind(region.to_string()).bind(after.at).bind(after.id).bind(filter.year);
                        self.extend(
                            query.bind(i64::from(limit) + 1).fetch_all(&self.pool).await?,
                            &mut data,
                        )?;
                    }
                }
            }
        }
        Ok(cut(data, limit, by_entry))
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
        let mut data = Vec::new();
        for (scheme, stage) in places {
            let query = sqlx::query_as(STUCK).bind(scheme.to_string()).bind(after.at).bind(after.id);
            let query = query.bind(filter.year).bind(stage.as_ref().map(ToString::to_string));
            let query = query.bind(listing(regions)).bind(filter.code.clone()).bind(today.to_string());
            self.extend(query.bind(i64::from(limit) + 1).fetch_all(&self.pool).await?, &mut data)?;
        }
        Ok(cut(data, limit, by_entry))
    }

    async fn all(
        &self,
        filter: &Filter,
        regions: Option<&BTreeSet<RegionCode>>,
        after: Place,
        limit: u32,
    ) -> Result<Page<Listed>, StoreError> {
        let query = sqlx::query_as(ALL).bind(after.id).bind(filter.scheme.as_ref().map(ToString::to_string));
        let query = query.bind(filter.year).bind(listing(regions)).bind(i64::from(limit) + 1);
        let mut data = Vec::new();
        self.extend(query.fetch_all(&self.pool).await?, &mut data)?;
        Ok(cut(data, limit, by_id))
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
        let mut ids: Option<BTreeSet<Uuid>> = None;
        for word in crate::facts::words(q) {
            let rows: Vec<(Uuid,)> =
                sqlx::query_as(WORD).bind(self.vault.word(&word)).fetch_all(&self.pool).await?;
            let with: BTreeSet<Uuid> = rows.into_iter().map(|(id,)| id).collect();
            ids = Some(ids.map_or_else(|| with.clone(), |ids| &ids & &with));
        }
        let stages = self.stages_of(filter);
        let mut data = Vec::new();
        for id in ids.unwrap_or_default().into_iter().filter(|id| *id > after.id) {
            let Some(listed) = self.request(RequestId(id)).await? else { continue };
            let request = &listed.request;
            let fits = regions.is_none_or(|regions| regions.contains(&request.region))
                && filter.scheme.as_ref().is_none_or(|scheme| *scheme == request.scheme)
                && filter.year.is_none_or(|year| year == request.year)
                && self.is_as_stuck(filter, request, today)
                && stages
                    .as_ref()
                    .is_none_or(|stages| stages.contains(&(request.scheme.clone(), request.stage.clone())));
            if fits {
                data.push(listed);
                if data.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
                    break;
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
        let snag = workflow.and_then(|workflow| Batch::snag_of(workflow, request));
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

    fn extend(&self, rows: Vec<RequestRow>, data: &mut Vec<Listed>) -> Result<(), StoreError> {
        for row in rows {
            data.push(self.listed(row)?);
        }
        Ok(())
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
    let at = Timestamp::from_microsecond(row.at).map_err(|error| StoreError::inconsistent("event", error))?;
    let seq = u32::try_from(row.seq).map_err(|error| StoreError::inconsistent("event", error))?;
    let hash =
        row.hash.try_into().map_err(|_| StoreError::inconsistent("event", "a hash of another length"))?;
    let entry = Entry { seq, at, actor: PersonId(row.actor), for_whom: row.for_whom.map(PersonId), event };
    Ok(Told { entry, pos: row.pos, hash: Digest(hash) })
}

/// Regions as the text that `LIKE` looks into: works alike on every database.
fn listing(regions: Option<&BTreeSet<RegionCode>>) -> Option<String> {
    let regions = regions?;
    Some(format!(",{},", regions.iter().map(RegionCode::as_str).collect::<Vec<_>>().join(",")))
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
