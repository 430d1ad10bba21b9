//! What pages load besides themselves: one sheet of style, two scripts, under names that change with their content.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing};
use salur_api::App;
use sha2::{Digest as _, Sha256};

/// A file that is part of the program.
#[derive(Debug)]
struct Asset {
    name: String,
    media_type: &'static str,
    bytes: Vec<u8>,
}

impl Asset {
    fn new(stem: &str, ending: &str, media_type: &'static str, bytes: &[u8]) -> Asset {
        use std::fmt::Write as _;
        let mut name = format!("{stem}.");
        for byte in Sha256::digest(bytes).iter().take(6) {
            // Writing to a String cannot fail.
            let _ = write!(name, "{byte:02x}");
        }
        name.push('.');
        name.push_str(ending);
        Asset { name, media_type, bytes: bytes.to_owned() }
    }
}

/// The pages' own rules, and those of the charts that stand in pages.
static SHEET: LazyLock<Asset> = LazyLock::new(|| {
    let sheet = [include_str!("../assets/salur.css"), salur_flow::chart::CSS].join("\n");
    Asset::new("salur", "css", "text/css; charset=utf-8", sheet.as_bytes())
});
static SCRIPT: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("salur", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/salur.js"))
});
static HTMX: LazyLock<Asset> = LazyLock::new(|| {
    Asset::new("htmx", "js", "text/javascript; charset=utf-8", include_bytes!("../assets/htmx.min.js"))
});

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/assets/{name}", routing::get(asset))
}

/// Where the sheet of style is.
pub(crate) fn sheet() -> String {
    format!("/assets/{}", SHEET.name)
}

/// Where the pages' own script is.
pub(crate) fn script() -> String {
    format!("/assets/{}", SCRIPT.name)
}

/// Where htmx is.
pub(crate) fn htmx() -> String {
    format!("/assets/{}", HTMX.name)
}

async fn asset(Path(name): Path<String>) -> Response {
    let known = [&*SHEET, &*SCRIPT, &*HTMX].into_iter().find(|asset| asset.name == name);
    let Some(asset) = known else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(asset.media_type)),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, asset.bytes.as_slice()).into_response()
}
