//! The bank's two files: the list of payments that goes out, and the results that come back.

use std::collections::{BTreeMap, HashMap};
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, Method};
use axum::response::Response;
use salur_core::Digest;
use salur_core::form::Facts;
use salur_core::payment::{BankResult, BankWord, Order, PayLine, Payout};
use salur_core::workflow::Workflow;
use salur_store::job::Job;
use salur_store::{Store, StoreError};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::extract::{CsvOf, IdOf, LIST_BYTES_MAX, QueryOf};
use crate::order_body::OrderBody;
use crate::orders::{executed, readable, settled};
use crate::problem::Problem;
use crate::{App, Caller, Idempotency, bank_results};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fetch))
        .routes(routes!(take))
        .routes(routes!(look))
        .layer(DefaultBodyLimit::max(LIST_BYTES_MAX))
}

/// Lines read and written at a time.
const CHUNK: u32 = 500;
const COLUMNS: [&str; 10] = [
    "line",
    "request",
    "bank",
    "account_no",
    "account_name",
    "amount",
    "order_count",
    "order_total",
    "order_digest",
    "order",
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

fn row(order: &Order, line: &PayLine, facts: &Facts, workflow: Option<&Workflow>) -> [String; 10] {
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
        bank_results::short_id(order),
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

fn text(head: bool, rows: impl Iterator<Item = [String; 10]>) -> Result<Bytes, StoreError> {
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

/// Which list the results are of.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ResultsQuery {
    /// The digest of the order's list that the results are of; another list's are refused, as are rows whose columns
    /// `request`, `order` or `order_digest` name another order. Where none of these says whose results these are, the look
    /// refuses them while another order waits for results that they could be; sent to be taken, they are this order's.
    pub digest: Option<String>,
}

/// Takes the bank's results: a CSV with the columns `line`, `outcome` (`paid`, `failed` or `unknown`), `reference`
/// and `cause`; the columns of the bank file may stand beside them. Where a row is faulty, or of another order, nothing
/// is taken. What is known already changes nothing; what contradicts a payment is told under `conflicts`.
#[utoipa::path(post, path = "/payment-orders/{id}/results", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order"), ResultsQuery),
    request_body(content = String, content_type = "text/csv", description = "The results"),
    responses((status = 200, description = "The order after it", body = OrderBody)))]
pub async fn take(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    QueryOf(query): QueryOf<ResultsQuery>,
    key: Idempotency,
    CsvOf(bytes): CsvOf,
) -> Result<Json<OrderBody>, Problem> {
    let order = readable(&app, &caller, id).await?;
    let mut told = word(&order, &query, &bytes, &caller)?;
    // A program that sends bare lines to an order's own address means that order. A person is asked first: by the look.
    if told.names_no_order() {
        told.order = Some(order.id);
    }
    let told = app.store.execute(caller.ask(key.over(&bytes), Job::SettleOrder { id: order.id, told })).await;
    settled(&app, &caller, told).await
}

/// What a file says, with the digest that came with it.
fn word(order: &Order, query: &ResultsQuery, bytes: &[u8], caller: &Caller) -> Result<BankWord, Problem> {
    let digest = match query.digest.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(text) => Some(Digest::from_hex(text).ok_or_else(|| Problem::digest_malformed(caller.lang))?),
    };
    Ok(BankWord { digest, ..bank_results::read(bytes, order, caller.lang)? })
}

/// The bank's results before they are taken.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsLookBody {
    /// The digest of the order's list.
    pub digest: String,
    /// True where the file itself says that its results are this order's.
    pub names_order: bool,
    /// Lines that the bank paid, and what they sum up to.
    pub paid: ShareBody,
    /// Lines that the bank could not pay.
    pub failed: ShareBody,
    /// Lines that the bank does not know about yet.
    pub unknown: ShareBody,
    /// Lines of the order that the file says nothing about.
    pub silent: ShareBody,
    /// Why lines failed, in the bank's words, the most frequent first.
    pub causes: Vec<CauseBody>,
}

/// How many lines, and what they sum up to in whole rupiah.
#[derive(Debug, Default, Clone, Copy, Serialize, ToSchema)]
pub struct ShareBody {
    /// How many.
    pub count: u32,
    /// What they sum up to.
    pub total: i64,
}

impl ShareBody {
    fn add(&mut self, amount: i64) {
        self.count = self.count.saturating_add(1);
        self.total = self.total.saturating_add(amount);
    }
}

/// Lines that failed for one cause.
#[derive(Debug, Serialize, ToSchema)]
pub struct CauseBody {
    /// The bank's words; empty where it gave none.
    pub cause: String,
    /// How many lines.
    pub count: u32,
}

/// Shows what the bank's results would do, and takes none: how many lines are paid, failed with which causes, unknown, and
/// what they sum up to. What would be refused as a whole is refused here too.
#[utoipa::path(post, path = "/payment-orders/{id}/results/look", tag = "payment orders",
    params(("id" = Uuid, Path, description = "The payment order"), ResultsQuery),
    request_body(content = String, content_type = "text/csv", description = "The results"),
    responses((status = 200, description = "What they say", body = ResultsLookBody)))]
pub async fn look(
    State(app): State<App>,
    caller: Caller,
    IdOf(id): IdOf,
    QueryOf(query): QueryOf<ResultsQuery>,
    CsvOf(bytes): CsvOf,
) -> Result<Json<ResultsLookBody>, Problem> {
    let broken = |error: StoreError| Problem::broken(&error, caller.lang);
    let order = readable(&app, &caller, id).await?;
    let told = word(&order, &query, &bytes, &caller)?;
    let mut lines: Vec<PayLine> = Vec::new();
    while let Some(page) = Some(app.store.order_lines(order.id, after(&lines), CHUNK).await.map_err(broken)?)
        .filter(|page| !page.is_empty())
    {
        lines.extend(page);
    }
    let at_bank = app.store.orders_at_bank().await.map_err(broken)?;
    let world = app.store.world();
    salur_core::payment::check_results(&order, &lines, &told, &at_bank)
        .map_err(|refusal| Problem::of(&refusal.into(), caller.lang, &world, None))?;
    Ok(Json(looked(&order, &lines, &told)))
}

fn after(lines: &[PayLine]) -> i64 {
    lines.last().map_or(0, |line| i64::from(line.line))
}

fn looked(order: &Order, lines: &[PayLine], told: &BankWord) -> ResultsLookBody {
    let results: HashMap<u32, &BankResult> =
        told.results.iter().map(|result| (result.line, result)).collect();
    let mut body = ResultsLookBody {
        digest: order.digest.to_string(),
        names_order: told.digest.is_some() || !told.names_no_order(),
        paid: ShareBody::default(),
        failed: ShareBody::default(),
        unknown: ShareBody::default(),
        silent: ShareBody::default(),
        causes: Vec::new(),
    };
    let mut causes: BTreeMap<&str, u32> = BTreeMap::new();
    for line in lines {
        let result = results.get(&line.line);
        match result.map(|result| result.outcome) {
            Some(Payout::Paid) => body.paid.add(line.amount.0),
            Some(Payout::Failed) => {
                body.failed.add(line.amount.0);
                let cause = result.and_then(|result| result.cause.as_deref()).unwrap_or_default();
                let count = causes.entry(cause).or_default();
                *count = count.saturating_add(1);
            }
            Some(Payout::Unknown) => body.unknown.add(line.amount.0),
            Some(Payout::Pending | Payout::Released) | None => body.silent.add(line.amount.0),
        }
    }
    body.causes =
        causes.into_iter().map(|(cause, count)| CauseBody { cause: cause.to_owned(), count }).collect();
    body.causes.sort_by_key(|it| std::cmp::Reverse(it.count));
    body
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
        let row = ["1", "r", "Bank, \"A\"", "0012", "n", "1", "1", "1", "d", "o"].map(str::to_owned);
        let bytes = text(true, std::iter::once(row)).unwrap();
        assert_eq!(
            bytes,
            "line,request,bank,account_no,account_name,amount,order_count,order_total,order_digest,order\n\
             1,r,\"Bank, \"\"A\"\"\",0012,n,1,1,1,d,o\n"
        );
    }
}
