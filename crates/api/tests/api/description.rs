//! `/openapi.json` names every route, and describes all that it names.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::support::Desk;

/// Every route there is: method and path.
const ROUTES: &[&str] = &[
    "GET /api/v1/budget-lines",
    "GET /api/v1/decrees",
    "GET /api/v1/decrees/{id}",
    "GET /api/v1/decrees/{id}/lines",
    "GET /api/v1/events",
    "GET /api/v1/events/stream",
    "GET /api/v1/freezes",
    "GET /api/v1/me",
    "GET /api/v1/payment-orders",
    "GET /api/v1/payment-orders/{id}",
    "GET /api/v1/payment-orders/{id}/bank.csv",
    "GET /api/v1/payment-orders/{id}/lines",
    "GET /api/v1/proposals",
    "GET /api/v1/proposals/{id}",
    "GET /api/v1/regions",
    "GET /api/v1/requests",
    "GET /api/v1/requests/{id}",
    "GET /api/v1/requests/{id}/actions",
    "GET /api/v1/requests/{id}/history",
    "GET /api/v1/roster",
    "GET /api/v1/schemes",
    "GET /api/v1/stages",
    "GET /api/v1/stuck",
    "GET /api/v1/workflows",
    "GET /api/v1/workflows/{scheme}",
    "GET /api/v1/workflows/{scheme}/migration",
    "GET /api/v1/workflows/{scheme}/proof",
    "GET /healthz",
    "GET /readyz",
    "POST /api/v1/batch-actions",
    "POST /api/v1/decrees",
    "POST /api/v1/decrees/{id}/cancel",
    "POST /api/v1/decrees/{id}/sign",
    "POST /api/v1/decrees/{id}/sign/options",
    "GET /api/v1/decrees/{id}/assertion",
    "POST /api/v1/decrees/{id}/strikes",
    "POST /api/v1/payment-orders",
    "POST /api/v1/payment-orders/{id}/cancel",
    "POST /api/v1/payment-orders/{id}/results",
    "POST /api/v1/payment-orders/{id}/sp2d",
    "POST /api/v1/proposals",
    "POST /api/v1/proposals/{id}/confirm",
    "POST /api/v1/proposals/{id}/decline",
    "POST /api/v1/proposals/{id}/withdraw",
    "POST /api/v1/requests",
    "POST /api/v1/requests/{id}/actions",
    "POST /api/v1/requests/{id}/amend",
    "POST /api/v1/workflows/check",
    "DELETE /api/v1/people/{id}/sessions",
    "DELETE /api/v1/session",
    "DELETE /api/v1/session/passkeys/{id}",
    "DELETE /api/v1/session/totp",
    "DELETE /api/v1/sessions/{id}",
    "DELETE /api/v1/tokens/{id}",
    "GET /api/v1/session",
    "GET /api/v1/session/factors",
    "GET /api/v1/sessions",
    "GET /api/v1/tokens",
    "POST /api/v1/links",
    "POST /api/v1/links/redeem",
    "POST /api/v1/session",
    "POST /api/v1/session/code",
    "POST /api/v1/session/passkey",
    "POST /api/v1/session/passkey/options",
    "POST /api/v1/session/passkeys",
    "POST /api/v1/session/passkeys/options",
    "POST /api/v1/session/password",
    "POST /api/v1/session/recovery-codes",
    "POST /api/v1/session/totp",
    "POST /api/v1/session/totp/secret",
    "POST /api/v1/tokens",
];

fn described(api: &Value) -> Vec<String> {
    let mut routes = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            routes.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    routes.sort();
    routes
}

#[tokio::test]
async fn every_route_is_described_and_every_described_route_is_there() {
    let desk = Desk::open().await;
    let api = desk.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await.expect(200);
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    let routes = described(&api);
    for route in ROUTES {
        assert!(routes.iter().any(|known| known == route), "{route} is not described");
    }
    for route in &routes {
        let (method, path) = route.split_once(' ').unwrap();
        let path = path.replace("{id}", "01900000-0000-7000-8000-000000000000").replace(['{', '}'], "");
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let status = desk.send(request).await.status.as_u16();
        // Whoever is at the door has no session yet, and is asked for a body.
        let wanted = match route.as_str() {
            "POST /api/v1/session" | "POST /api/v1/links/redeem" => 415,
            route if route.contains("/api/v1/") => 401,
            _ => 200,
        };
        assert_eq!(status, wanted, "{route}");
    }
}

/// A property says what it is, by itself or where it may also be null.
fn has_words(property: &Value) -> bool {
    let variants = property["oneOf"].as_array();
    property["description"].is_string()
        || variants.is_some_and(|variants| variants.iter().any(|variant| variant["description"].is_string()))
}

#[tokio::test]
async fn everything_described_has_words() {
    let desk = Desk::open().await;
    let api = desk.send(Request::get("/openapi.json").body(Body::empty()).unwrap()).await.expect(200);
    assert_eq!(api["components"]["securitySchemes"]["session"]["scheme"], "bearer");
    for (name, schema) in api["components"]["schemas"].as_object().unwrap() {
        assert!(schema["description"].is_string(), "{name} has no description");
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(has_words(property), "{name}.{field} has no description");
        }
    }
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(operation["summary"].is_string(), "{method} {path}");
            let problem = &operation["responses"]["default"]["content"]["application/problem+json"];
            assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem", "{method} {path}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert!(parameter["description"].is_string(), "{method} {path} {parameter}");
            }
        }
    }
    let act = &api["paths"]["/api/v1/requests/{id}/actions"]["post"];
    assert!(act["responses"]["412"].is_object() && act["responses"]["428"].is_object());
}

/// Every source file below a folder.
fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_two_bodies_have_one_name() {
    // The description knows bodies by name: of two with the same, one would stand for both.
    let mut found = Vec::new();
    sources(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let mut names = std::collections::BTreeSet::new();
    for text in &found {
        for part in text
            .split("#[derive(")
            .skip(1)
            .filter(|part| part.split_once(')').is_some_and(|(derived, _)| derived.contains("ToSchema")))
        {
            let words: Vec<&str> = part.split(|c: char| !c.is_alphanumeric()).collect();
            let place = words.iter().position(|word| matches!(*word, "struct" | "enum")).unwrap();
            let name = words[place + 1];
            assert!(names.insert(name), "two bodies are called {name}");
        }
    }
    assert!(names.len() > 50, "{names:?}");
}

#[tokio::test]
async fn the_server_tells_how_it_is() {
    let desk = Desk::open().await;
    desk.get("", "/me").await.problem(401, "unauthenticated");
    let plain = |path: &str| {
        Request::get(path.to_owned()).header("x-request-id", "abc-1").body(Body::empty()).unwrap()
    };
    let metrics = desk.send(plain("/metrics")).await;
    let text = String::from_utf8(metrics.bytes.to_vec()).unwrap();
    assert!(text.contains("salur_problems_total{code=\"unauthenticated\"} 1"), "{text}");
    assert!(text.contains("salur_http_responses_total{class=\"4xx\"} 1"), "{text}");
    let front = desk.send(plain("/healthz")).await;
    assert_eq!((front.header("x-request-id"), front.header("x-content-type-options")), ("abc-1", "nosniff"));
    let odd = Request::get("/healthz").header("x-request-id", "a b").body(Body::empty()).unwrap();
    assert_ne!(desk.send(odd).await.header("x-request-id"), "a b");
    assert_eq!(desk.send(plain("/readyz")).await.expect(200)["status"], "ok");
}
