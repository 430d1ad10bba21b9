//! Budget lines: what a scheme may spend from one fund source in one fiscal year.

use axum::Json;
use axum::extract::State;
use salur_core::workflow::BudgetLine;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::problem::Problem;
use crate::{App, Caller};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The budget lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetLinesBody {
    /// By year, scheme and fund source.
    pub data: Vec<BudgetLineBody>,
}

/// A budget line, in whole rupiah. `reserved + committed + paid + room = ceiling`.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetLineBody {
    /// Its name: year, scheme and fund source.
    #[schema(example = "2026/disaster/apbd")]
    pub id: String,
    /// The scheme.
    pub scheme: String,
    /// The fiscal year.
    pub year: i16,
    /// The fund source.
    pub fund: String,
    /// The account in the budget.
    pub account: String,
    /// What may be spent.
    pub ceiling: i64,
    /// What is set aside for verified requests.
    pub reserved: i64,
    /// What decrees owe.
    pub committed: i64,
    /// What is paid out.
    pub paid: i64,
    /// What is left.
    pub room: i64,
}

/// Lists the budget lines.
#[utoipa::path(get, path = "/budget-lines", tag = "office",
    responses((status = 200, description = "The budget lines", body = BudgetLinesBody)))]
pub async fn list(State(app): State<App>, caller: Caller) -> Result<Json<BudgetLinesBody>, Problem> {
    let lines = app.store.budget_lines().await.map_err(|error| Problem::broken(&error, caller.lang))?;
    Ok(Json(BudgetLinesBody { data: lines.into_iter().map(body).collect() }))
}

fn body(line: BudgetLine) -> BudgetLineBody {
    BudgetLineBody {
        room: line.room().0,
        id: line.id.to_string(),
        scheme: line.scheme.to_string(),
        year: line.year,
        fund: line.fund,
        account: line.account,
        ceiling: line.ceiling.0,
        reserved: line.reserved.0,
        committed: line.committed.0,
        paid: line.paid.0,
    }
}
