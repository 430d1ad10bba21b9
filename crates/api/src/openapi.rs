//! The description of the API, made from the handlers themselves, so that the two cannot drift.

use axum::http::StatusCode;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::path::{Parameter, ParameterBuilder};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi, Ref, RefOr, Response, ResponseBuilder};
use utoipa::openapi::{ObjectBuilder, Required, Type};

use crate::problem::Problem;

const ABOUT: &str = "Takes aid requests from input through verification and the governor's approval to disbursement, \
and tells what each of them waits for. Amounts are whole rupiah, times RFC 3339, days `YYYY-MM-DD` in the office's \
time zone. Unknown parameters and fields are refused. Sentences are Indonesian, or English with `Accept-Language: en`; \
codes are never translated.";

#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(Problem)),
    security(("session" = [])),
    tags(
        (name = "requests", description = "Requests for aid, and acts on them"),
        (name = "decrees", description = "Frozen lists that one signature approves"),
        (name = "payment orders", description = "Frozen lists that one bank file pays"),
        (name = "queues", description = "How many are where, and what is stuck"),
        (name = "office", description = "Schemes, workflows, regions, budget lines, people"),
        (name = "session", description = "Who gets in: signing in, second factors, links, tokens of programs"),
        (name = "events", description = "The audit trail as it grows"),
        (name = "server", description = "The server itself"),
    )
)]
struct Base;

/// The description before any route is in it.
pub(crate) fn base() -> OpenApi {
    let mut api = Base::openapi();
    api.info.title = "Salur".into();
    env!("CARGO_PKG_VERSION").clone_into(&mut api.info.version);
    api.info.description = Some(ABOUT.into());
    api.info.license = None;
    let mut http = Http::new(HttpAuthScheme::Bearer);
    http.description = Some("The token of a person's session.".into());
    api.components.get_or_insert_default().add_security_scheme("session", SecurityScheme::Http(http));
    api
}

/// Adds what every operation may answer and be sent.
pub(crate) fn complete(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        for (method, operation) in [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("delete", &mut item.delete),
        ] {
            if let Some(operation) = operation {
                operation.operation_id = Some(operation_id(method, path));
                operation
                    .responses
                    .responses
                    .iter_mut()
                    .for_each(|(status, response)| tidy(status, response));
            }
        }
        let versioned = path.starts_with("/api/v1");
        for (operation, writes) in
            [(&mut item.get, false), (&mut item.post, true), (&mut item.put, true), (&mut item.delete, true)]
        {
            if let Some(operation) = operation {
                describe(operation, path, writes, versioned);
            }
        }
    }
}

/// One id for each operation: its method and path.
fn operation_id(method: &str, path: &str) -> String {
    let words = path.trim_start_matches("/api/v1").split(|c: char| !c.is_ascii_alphanumeric());
    let words: Vec<_> = std::iter::once(method).chain(words.filter(|word| !word.is_empty())).collect();
    words.join("_")
}

/// Every answer has a description, and every problem the type that problems are sent with.
fn tidy(status: &str, response: &mut RefOr<Response>) {
    let RefOr::T(response) = response else { return };
    if response.description.is_empty() {
        let known = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
        response.description =
            known.and_then(|status| status.canonical_reason()).unwrap_or("An answer").into();
    }
    if status.starts_with(['4', '5'])
        && let Some(content) = response.content.shift_remove("application/json")
    {
        response.content.insert("application/problem+json".into(), content);
    }
}

const ON_A_REQUEST: [&str; 2] = ["/api/v1/requests/{id}/actions", "/api/v1/requests/{id}/amend"];

fn describe(operation: &mut Operation, path: &str, writes: bool, versioned: bool) {
    answer(operation, "default", "A problem");
    if !versioned {
        return;
    }
    answer(operation, "401", "No session speaks for the caller");
    answer(operation, "422", "The parameters or the body do not fit");
    if path.contains('{') {
        answer(operation, "404", "Nothing there, or nothing for the caller's eyes");
    }
    if !writes {
        return;
    }
    answer(operation, "403", "The rules say: not you; `who_could` names who could");
    answer(operation, "409", "The rules say: not now");
    answer(operation, "413", "The body is too large");
    answer(operation, "415", "The body is of another type");
    let parameters = operation.parameters.get_or_insert_default();
    parameters.push(RefOr::T(header(
        "Idempotency-Key",
        "1 to 200 visible characters, new for each command. Sent again with the same body within 30 days, the command \
         is done once and answered the same; with another body it is refused. Recommended.",
        Required::False,
    )));
    if ON_A_REQUEST.contains(&path) {
        parameters.push(RefOr::T(header(
            "If-Match",
            "The `ETag` of the request as it was seen, or `*` for whichever version it has.",
            Required::True,
        )));
        answer(operation, "412", "The request has changed since it was seen");
        answer(operation, "428", "`If-Match` is missing");
    }
}

fn header(name: &str, description: &str, required: Required) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .description(Some(description))
        .required(required)
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn answer(operation: &mut Operation, status: &str, description: &str) {
    let problem = Content::new(Some(Ref::from_schema_name("Problem")));
    let response =
        ResponseBuilder::new().description(description).content("application/problem+json", problem).build();
    operation.responses.responses.entry(status.to_owned()).or_insert(RefOr::T(response));
}
