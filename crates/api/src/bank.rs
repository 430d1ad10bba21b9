//! The bank's two files: the list of payments that goes out, and the results that come back.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use salur_core::form::Facts;
use salur_core::payment::{Order, PayLine};
use salur_core::workflow::Workflow;
use salur_store::job::Job;
use salur_store::{Store, StoreError};
use tokio::sync::mpsc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{CsvOf, IdOf, LIST_BYTES_MAX};
use crate::order_body::OrderBody;
use crate::orders::{executed, readable, settled};
use crate::problem::Problem;
use crate::{App, Caller, Idempotency, bank_results};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fetch))
        .routes(routes!(take))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// Lines read and written at a time.
const CHUNK: u32 = 500;
const COLUMNS: [&str; 9] = [
    "line",
    "request",
    "bank",
    "account_no",
    "account_name",
    "amount",
    "order_count",
    "order_total",
    "order_digest",
];

/// Fetches the bank file, accounts as they were frozen. From the first time on the order cannot be given up. Each row
/// repeats the order's count, total and digest, so that a file cut short shows.
#[utoipa::path(get, path = "/payment-orders/{id}/bank.csv", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order")),
    responses((status = 200, description = "The payments", body = String, content_type = "text/csv",
        headers(("X-Control-Count" = u32, description = "How many payments"),
            ("X-Control-Total" = i64, description = "What they sum up to")))))]
pub async fn fetch(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    method: Method,
) -> Result<Response, Problem> {
    let order = readable(&app, &caller, id).await?;
    let mut chunks = None;
    if method == Method::GET {
        let told = app.store.execute(caller.ask(None, Job::ExportOrder { id: order.id })).await;
        let (order, _) = executed(&app, &caller, told)?;
        let (sender, receiver) = mpsc::channel(2);
        tokio::spawn(write(app.store.clone(), order, sender));
        chunks = Some(Chunks(receiver));
    }
    let mut response = Response::new(chunks.map_or_else(Body::empty, Body::from_stream));
    let name = format!("attachment; filename=\"bank-{id}.csv\"");
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, name),
        (axum::http::HeaderName::from_static("x-control-count"), order.count.to_string()),
        (axum::http::HeaderName::from_static("x-control-total"), order.total.0.to_string()),
    ];
    for (header, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(header, value);
        }
    }
    Ok(response)
}

/// What is written, piece by piece; an error cuts the answer off, so that it cannot pass for a whole file.
struct Chunks(mpsc::Receiver<Result<Bytes, StoreError>>);

impl futures_core::Stream for Chunks {
    type Item = Result<Bytes, StoreError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}

async fn write(store: Store, order: Order, sender: mpsc::Sender<Result<Bytes, StoreError>>) {
    let mut after = 0;
    let mut head = true;
    loop {
        let page = match store.bank_lines(order.id, after, CHUNK).await {
            Ok(page) => page,
            Err(error) => {
                tracing::error!(%error, "the bank file was cut off");
                // The reader may have gone, too.
                let _ = sender.send(Err(error)).await;
                return;
            }
        };
        let schemes = store.schemes_of(&page.iter().map(|(line, _)| line.request).collect::<Vec<_>>()).await;
        let Some((last, _)) = page.last() else { return };
        after = i64::from(last.line);
        let chunk = schemes.and_then(|schemes| {
            let world = store.world();
            let rows = page.iter().map(|(line, facts)| {
                let workflow = schemes.get(&line.request).and_then(|scheme| world.workflows.current(scheme));
                row(&order, line, facts, workflow.map(|workflow| &**workflow))
            });
            text(std::mem::take(&mut head), rows)
        });
        if sender.send(chunk).await.is_err() {
            return;
        }
    }
}

fn row(order: &Order, line: &PayLine, facts: &Facts, workflow: Option<&Workflow>) -> [String; 9] {
    let account = workflow.map(|workflow| &workflow.form.account);
    let fact = |name: Option<&salur_core::FieldName>| {
        neutral(name.and_then(|name| facts.text(name)).unwrap_or_default())
    };
    [
        line.line.to_string(),
        line.request.to_string(),
        fact(account.map(|account| &account.bank)),
        fact(account.map(|account| &account.number)),
        fact(account.map(|account| &account.holder)),
        line.amount.0.to_string(),
        order.count.to_string(),
        order.total.0.to_string(),
        order.digest.to_string(),
    ]
}

/// A text that no spreadsheet takes for a formula.
fn neutral(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

fn text(head: bool, rows: impl Iterator<Item = [String; 9]>) -> Result<Bytes, StoreError> {
    let failed = |error: csv::Error| StoreError::Unfit(format!("failed to write the bank file: {error}"));
    let mut writer = csv::Writer::from_writer(Vec::new());
    if head {
        writer.write_record(COLUMNS).map_err(failed)?;
    }
    for row in rows {
        writer.write_record(row).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error().into()))?;
    Ok(bytes.into())
}

/// Takes the bank's results: a CSV with the columns `line`, `outcome` (`paid`, `failed` or `unknown`), `reference`
/// and `cause`. Where a row is faulty, nothing is taken. What is known already changes nothing; what contradicts a
/// payment is told under `conflicts`.
#[utoipa::path(post, path = "/payment-orders/{id}/results", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order")),
    request_body(content = String, content_type = "text/csv", description = "The results"),
    responses((status = 200, description = "The order after it", body = OrderBody)))]
pub async fn take(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    key: Idempotency,
    CsvOf(bytes): CsvOf,
) -> Result<Json<OrderBody>, Problem> {
    let order = readable(&app, &caller, id).await?;
    let results = bank_results::read(&bytes, order.count, caller.lang)?;
    let told =
        app.store.execute(caller.ask(key.over(&bytes), Job::SettleOrder { id: order.id, results })).await;
    settled(&app, &caller, told).await
}

#[cfg(test)]
mod tests {
    use super::{neutral, text};

    #[test]
    fn no_cell_of_the_bank_file_is_a_formula() {
        for (found, written) in [("=1+1", "'=1+1"), ("-1", "'-1"), ("@x", "'@x"), ("0123", "0123"), ("", "")]
        {
            assert_eq!(neutral(found), written);
        }
        let row = ["1", "r", "Bank, \"A\"", "0012", "n", "1", "1", "1", "d"].map(str::to_owned);
        let bytes = text(true, std::iter::once(row)).unwrap();
        assert_eq!(
            bytes,
            "line,request,bank,account_no,account_name,amount,order_count,order_total,order_digest\n\
             1,r,\"Bank, \"\"A\"\"\",0012,n,1,1,1,d\n"
        );
    }
}
