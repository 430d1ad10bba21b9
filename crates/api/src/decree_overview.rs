//! What whoever signs a decree sees first: what to look at, how it spreads over the regions, what it leaves of the
//! budget.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use salur_core::Lang;
use salur_core::decree::{Decree, DecreeLine, LineOutcome};
use salur_core::notice::{NoticeKind, notices};
use salur_core::request::Request;
use salur_core::workflow::Standing;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::decrees::readable;
use crate::extract::IdOf;
use crate::problem::{Problem, pick};
use crate::{App, Caller};

/// Lines read in one go.
const PIECE: u32 = 2_000;
/// Requests that a notice names.
const NAMED: usize = 50;

/// A decree at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub struct OverviewBody {
    /// What to look at first, the weightiest cause first.
    pub notices: Vec<NoticeBody>,
    /// The lines still listed or approved, by regency or city.
    pub regions: Vec<RegionShareBody>,
    /// The budget lines that the decree draws on.
    pub budget: Vec<BudgetShareBody>,
}

/// Lines worth a look for one cause.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoticeBody {
    /// The cause, a stable code.
    pub code: &'static str,
    /// The cause in words.
    pub title: String,
    /// How many lines.
    pub count: usize,
    /// The first of them, at most 50.
    pub requests: Vec<Uuid>,
}

/// What a regency or city has of a decree.
#[derive(Debug, Serialize, ToSchema)]
pub struct RegionShareBody {
    /// Its code.
    pub region: String,
    /// What it is called.
    pub name: String,
    /// How many lines.
    pub count: u32,
    /// What they sum up to, in whole rupiah.
    pub total: i64,
}

/// What a decree takes of a budget line, in whole rupiah.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetShareBody {
    /// The budget line.
    pub id: String,
    /// What may be spent.
    pub ceiling: i64,
    /// What is neither owed nor paid, with what is set aside for verified requests.
    pub before: i64,
    /// The same once the decree is signed; for a signed one, as it is.
    pub after: i64,
}

/// Shows a decree at a glance.
#[utoipa::path(get, path = "/decrees/{id}/overview", tag = "decrees",
    params(("id" = Uuid, Path, description = "The decree")),
    responses((status = 200, description = "The decree at a glance", body = OverviewBody)))]
pub async fn overview(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
) -> Result<Json<OverviewBody>, Problem> {
    let broken = |error| Problem::broken(&error, caller.lang);
    let decree = readable(&app, &caller, id).await?;
    let mut lines = Vec::new();
    let mut after = 0;
    loop {
        let page = app.store.decree_requests(decree.id, after, PIECE).await.map_err(broken)?;
        let Some((last, _)) = page.last() else { break };
        after = i64::from(last.line);
        lines.extend(page);
    }
    let budget = budget(&app, &decree, &lines).await.map_err(broken)?;
    let notices = notices(&lines).into_iter().map(|notice| NoticeBody {
        code: notice.kind.as_str(),
        title: title(notice.kind, caller.lang),
        count: notice.requests.len(),
        requests: notice.requests.iter().take(NAMED).map(|id| id.0).collect(),
    });
    Ok(Json(OverviewBody { notices: notices.collect(), regions: regions(&app, &lines), budget }))
}

fn counts(line: &DecreeLine) -> bool {
    matches!(line.outcome, LineOutcome::Listed | LineOutcome::Approved)
}

fn regions(app: &App, lines: &[(DecreeLine, Request)]) -> Vec<RegionShareBody> {
    let mut shares: BTreeMap<&str, (u32, i64)> = BTreeMap::new();
    for (line, request) in lines.iter().filter(|(line, _)| counts(line)) {
        let (count, total) = shares.entry(request.region.as_str()).or_default();
        *count = count.saturating_add(1);
        *total = total.saturating_add(line.amount.0);
    }
    let shares = shares.into_iter().map(|(region, (count, total))| RegionShareBody {
        region: region.to_owned(),
        name: app.store.regions().name(region).unwrap_or(region).to_owned(),
        count,
        total,
    });
    shares.collect()
}

async fn budget(
    app: &App,
    decree: &Decree,
    lines: &[(DecreeLine, Request)],
) -> Result<Vec<BudgetShareBody>, salur_store::StoreError> {
    let mut drawn: BTreeMap<String, i64> = BTreeMap::new();
    for (line, request) in lines.iter().filter(|(line, _)| counts(line)) {
        let total = drawn.entry(request.line.to_string()).or_default();
        // Signing turns what was set aside into what is owed.
        if line.outcome == LineOutcome::Listed && request.budget != Standing::Committed {
            *total = total.saturating_add(line.amount.0);
        }
    }
    let known = app.store.budget_lines().await?;
    let shares = known.into_iter().filter(|line| line.year == decree.year).filter_map(|line| {
        let total = drawn.get(&line.id.to_string())?;
        let before = line.ceiling.0.saturating_sub(line.committed.0).saturating_sub(line.paid.0);
        Some(BudgetShareBody {
            id: line.id.to_string(),
            ceiling: line.ceiling.0,
            before,
            after: before.saturating_sub(*total),
        })
    });
    Ok(shares.collect())
}

fn title(kind: NoticeKind, lang: Lang) -> String {
    let (id, en) = match kind {
        NoticeKind::AmountHigh => (
            "jumlahnya lebih dari dua kali nilai tengah daftar",
            "the amount is over twice the middle of the list",
        ),
        NoticeKind::CameBack => {
            ("pernah sampai di tahap ini, lalu dikembalikan", "it was here before and was sent back")
        }
        NoticeKind::Amended => ("isiannya diubah setelah dimasukkan", "its facts were amended after entry"),
        NoticeKind::Escalated => (
            "terlalu lama menunggu dan sudah diteruskan",
            "it waited too long and was brought before somebody",
        ),
    };
    pick(lang, id, en)
}
