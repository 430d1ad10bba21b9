//! What the tests share: an office in a folder of its own, its people, and their requests.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use salur_core::PersonId;
use salur_core::calendar::{Calendar, Holiday};
use salur_core::form::Regions;
use salur_core::roster::{Grant, Person};
use salur_core::world::Policy;
use salur_store::job::{Ask, Founding, Job, SessionRow};
use salur_store::{Office, Places, Store, token_digest};
use serde_json::Value as Json;
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::{App, Clock, Config};

pub(crate) const CSV: &str = "text/csv";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
pub(crate) const BYTES: &str = "application/octet-stream";

/// The people: token, role, region.
const PEOPLE: [(&str, &str, &str); 6] = [
    ("province", "clerk", "64"),
    ("other", "clerk", "64"),
    ("samarinda", "clerk", "64.72"),
    ("bontang", "clerk", "64.74"),
    ("verifier", "verifier", "64"),
    ("auditor", "auditor", "64"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// An intake file: beside the project, or where `SALUR_SHARED` says.
pub(crate) fn intake(name: &str) -> Vec<u8> {
    let shared = std::env::var_os("SALUR_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    let path = shared.join("data/intake").join(name);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; set SALUR_SHARED to the folder that holds data/", path.display())
    })
}

/// The first rows of an intake file.
pub(crate) fn head_of(name: &str, rows: usize) -> Vec<u8> {
    let bytes = intake(name);
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    lines.take(rows + 1).collect::<Vec<_>>().concat()
}

/// What the office needs besides its database.
fn office(folder: &Path) -> Office {
    let holidays = text("data/holidays/id_libur_2024_2027.csv");
    let holidays = csv::Reader::from_reader(holidays.as_bytes())
        .into_deserialize()
        .collect::<Result<Vec<Holiday>, _>>()
        .unwrap();
    let lists = ["provinsi_kabupaten_kota.csv", "kaltim_64_semua_tingkat.csv"];
    let lists = lists.map(|name| text(&format!("data/regions/{name}")));
    Office {
        calendar: Arc::new(Calendar::new("Asia/Makassar", holidays, 2024..=2027).unwrap()),
        policy: Arc::new(Policy::parse(&text("data/policy.toml")).unwrap()),
        regions: Arc::new(Regions::parse(lists.iter().map(String::as_str)).unwrap().serving("64".into())),
        places: Places { key: Some(folder.join("salur.key")), ..Places::default() },
    }
}

/// When the tests happen.
fn now() -> Timestamp {
    "2024-10-01T09:00:00+08:00".parse().unwrap()
}

/// The id of one of the people.
pub(crate) fn person(token: &str) -> Uuid {
    let at = PEOPLE.iter().position(|(name, ..)| *name == token).unwrap();
    Uuid::from_u128(u128::try_from(at).unwrap() + 1)
}

fn founding() -> Founding {
    let people = PEOPLE.map(|(token, role, region)| Person {
        id: PersonId(person(token)),
        staff_no: format!("19990101-{token}"),
        name: format!("Petugas {token}"),
        active: true,
        grants: vec![Grant { role: role.into(), region: region.into() }],
    });
    let sessions = PEOPLE.map(|(token, ..)| SessionRow {
        digest: token_digest(token),
        person: PersonId(person(token)),
        label: "test".into(),
        opened_at: now(),
        expires_at: now().checked_add(jiff::SignedDuration::from_hours(24)).unwrap(),
    });
    Founding {
        at: now(),
        people: people.into(),
        lines: Vec::new(),
        definitions: ["kube", "wrse", "lks", "disaster"]
            .map(|scheme| text(&format!("workflows/{scheme}.toml")))
            .into(),
        sessions: sessions.into(),
    }
}

/// An office at work.
pub(crate) struct Desk {
    pub(crate) app: App,
    router: axum::Router,
}

/// An answer.
pub(crate) struct Answered {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Answered {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("{}: {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// The body, once the status is as expected.
    pub(crate) fn with(&self, status: u16) -> Json {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    /// The code of a problem, once the status is as expected.
    pub(crate) fn code(&self, status: u16) -> String {
        let body = self.with(status);
        assert_eq!(self.headers["content-type"], "application/problem+json");
        assert!(!body["detail"].as_str().unwrap().is_empty());
        body["code"].as_str().unwrap().to_owned()
    }
}

impl Desk {
    /// A new office in a folder.
    pub(crate) async fn found(folder: &Path) -> Desk {
        let desk = Desk::open(folder, Config::default()).await;
        let job = Job::Found(Box::new(founding()));
        let ask = Ask { actor: PersonId(Uuid::nil()), for_whom: None, at: now(), key: None, job };
        desk.app.store.execute(ask).await.unwrap();
        desk
    }

    /// An office that is there already.
    pub(crate) async fn open(folder: &Path, config: Config) -> Desk {
        let url = salur_testbed::home::address(folder, "salur").unwrap();
        let store = Store::open(&url, office(folder)).await.unwrap();
        let clock = Clock::Manual(Arc::new(AtomicI64::new(now().as_microsecond())));
        let app = App { store, clock, config: Arc::new(config) };
        Desk { router: crate::router(app.clone()), app }
    }

    /// Closes the office as a server that stops does.
    pub(crate) async fn close(self) {
        let Desk { app, router } = self;
        drop(router);
        app.store.close().await;
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answered {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answered { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answered {
        self.ask(request(token, "GET", path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, media: &str, body: Vec<u8>) -> Answered {
        let request = request(token, "POST", path).header("content-type", media).body(body.into());
        self.ask(request.unwrap()).await
    }

    pub(crate) async fn send(&self, token: &str, scheme: &str, media: &str, body: Vec<u8>) -> Answered {
        self.post(token, &format!("/imports?scheme={scheme}&year=2024"), media, body).await
    }

    /// Sends a list and waits until it is judged.
    pub(crate) async fn judged(&self, token: &str, scheme: &str, media: &str, body: Vec<u8>) -> Json {
        let sent = self.send(token, scheme, media, body).await.with(202);
        self.until(token, sent["id"].as_str().unwrap(), &["ready", "failed"]).await
    }

    /// Accepts a list and waits until it is done.
    pub(crate) async fn accepted(&self, token: &str, import: &Json) -> Json {
        let id = import["id"].as_str().unwrap();
        self.post(token, &format!("/imports/{id}/accept"), BYTES, Vec::new()).await.with(202);
        self.until(token, id, &["done"]).await
    }

    /// Waits until an import is in one of these states.
    pub(crate) async fn until(&self, token: &str, id: &str, states: &[&str]) -> Json {
        for _ in 0..6_000 {
            let import = self.get(token, &format!("/imports/{id}")).await.with(200);
            if states.contains(&import["state"].as_str().unwrap()) {
                return import;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the import {id} never came to {states:?}");
    }

    /// All that is wrong with an import, page by page.
    pub(crate) async fn faults(&self, token: &str, import: &Json) -> Vec<Json> {
        let path = format!("/imports/{}?limit=500", import["id"].as_str().unwrap());
        let mut faults = Vec::new();
        let mut cursor = String::new();
        loop {
            let mut page = self.get(token, &format!("{path}{cursor}")).await.with(200);
            faults.append(page["errors"].as_array_mut().unwrap());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return faults,
            }
        }
    }

    /// How many requests there are.
    pub(crate) async fn requests(&self) -> usize {
        let (filter, today) = (salur_store::requests::Filter::default(), jiff::civil::date(2024, 10, 1));
        let scope = salur_store::requests::Scope::Everywhere;
        self.app.store.ids(&filter, &scope, today, 1_000_000).await.unwrap().len()
    }
}

/// A request of somebody, in English.
pub(crate) fn request(token: &str, method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("accept-language", "en")
}

/// A form of parts.
pub(crate) fn form(parts: &[(&str, &str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, media, bytes) in parts {
        let head = format!(
            "--limit\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"../../{name}\"\r\nContent-Type: {media}\r\n\r\n"
        );
        body.extend(head.as_bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    ("multipart/form-data; boundary=limit".into(), body)
}

/// A list of disaster victims with these rows; each is told by its number.
pub(crate) fn victims(rows: &[(u32, &str)]) -> Vec<u8> {
    let mut list = String::from(
        "NIK;No KK;Nama Lengkap;L/P;Tgl Lahir;Kode Wilayah;Kabupaten/Kota;Kejadian;Tgl Kejadian;Dalam Panti;Jumlah Bantuan;Bank;No Rekening;Nama Rekening\n",
    );
    for (number, region) in rows {
        list.push_str(&nik(*number));
        list.push_str(";6472001507020001;Arif Santoso;L;24-02-1980;");
        list.push_str(region);
        list.push_str(";;banjir;05/06/2024;Y;2500000;BRI;6228741300;Arif Santoso\n");
    }
    list.into_bytes()
}

/// The NIK of a victim.
pub(crate) fn nik(number: u32) -> String {
    format!("647400240280{number:04}")
}
