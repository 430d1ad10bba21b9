//! An office with invented people, and a way to ask its API.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::Timestamp;
use salur_api::access::{Access, StepUp};
use salur_api::{App, Clock, Config, router};
use salur_core::calendar::{Calendar, Holiday};
use salur_core::form::Regions;
use salur_core::roster::{Grant, Person};
use salur_core::workflow::BudgetLine;
use salur_core::world::Policy;
use salur_core::{PersonId, Rupiah};
use salur_store::job::{Ask, Founding, Job, SessionRow};
use salur_store::{Office, Store, token_digest};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower::ServiceExt as _;
use uuid::Uuid;

pub(crate) const SCHEMES: [&str; 4] = ["kube", "wrse", "lks", "disaster"];
const START: &str = "2026-06-01T02:00:00Z";

/// Token, role and region of everybody.
const PEOPLE: [(&str, &str, &str); 11] = [
    ("clerk.6472", "clerk", "64.72"),
    ("clerk.6402", "clerk", "64.02"),
    ("clerk.province", "clerk", "64"),
    ("verifier.1", "verifier", "64"),
    ("verifier.2", "verifier", "64"),
    ("governor", "governor", "64"),
    ("treasurer.1", "treasurer", "64"),
    ("treasurer.2", "treasurer", "64"),
    ("auditor.1", "auditor", "64"),
    ("admin.1", "admin", "64"),
    ("admin.2", "admin", "64"),
];

pub(crate) struct Desk {
    pub(crate) router: Router,
    pub(crate) app: App,
    clock: Arc<AtomicI64>,
    /// Tells that the server stops.
    pub(crate) stop: watch::Sender<bool>,
    _folder: tempfile::TempDir,
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
}

impl Answer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// The body, of an answer with this status.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{text}");
        self.json()
    }

    /// Asserts a problem of this status and code, with a sentence.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert!(body["detail"].as_str().unwrap().ends_with('.'), "{body}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        body
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn office(folder: &Path) -> Office {
    let table = read("data/holidays/id_libur_2024_2027.csv");
    let holidays = table.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        let row = json!({
            "tanggal": cells[0], "jenis": cells[1], "nama_id": cells[2], "nama_en": cells[3], "pasti": cells[4],
        });
        serde_json::from_value::<Holiday>(row).unwrap()
    });
    let lists = ["provinsi_kabupaten_kota", "kaltim_64_semua_tingkat"];
    let lists = lists.map(|name| read(&format!("data/regions/{name}.csv")));
    Office {
        calendar: Arc::new(Calendar::new("Asia/Makassar", holidays, 2024..=2027).unwrap()),
        policy: Arc::new(Policy::parse(&read("data/policy.toml")).unwrap()),
        regions: Arc::new(Regions::parse(lists.iter().map(String::as_str)).unwrap().serving("64".into())),
        places: salur_store::Places { key: Some(folder.join("salur.key")), ..Default::default() },
    }
}

fn founding(at: Timestamp) -> Founding {
    let id = |place: usize| PersonId(Uuid::from_u128(0x1000 + u128::try_from(place).unwrap()));
    let people = PEOPLE.iter().enumerate().map(|(place, (token, role, region))| Person {
        id: id(place),
        staff_no: format!("99{place:04}"),
        name: format!("Pegawai {token}"),
        active: true,
        grants: vec![Grant { role: (*role).into(), region: (*region).into() }],
    });
    let sessions = PEOPLE.iter().enumerate().map(|(place, (token, ..))| SessionRow {
        digest: token_digest(token),
        person: id(place),
        label: "test".into(),
        opened_at: at,
        expires_at: "2027-06-01T00:00:00Z".parse().unwrap(),
    });
    let lines = SCHEMES.iter().map(|scheme| BudgetLine {
        id: salur_core::LineId(format!("2026/{scheme}/apbd").into()),
        scheme: (*scheme).into(),
        year: 2026,
        fund: "apbd".into(),
        account: "5.1.05.05".into(),
        ceiling: Rupiah(10_000_000_000),
        reserved: Rupiah::ZERO,
        committed: Rupiah::ZERO,
        paid: Rupiah::ZERO,
    });
    Founding {
        at,
        people: people.collect(),
        lines: lines.collect(),
        definitions: SCHEMES.iter().map(|scheme| read(&format!("workflows/{scheme}.toml"))).collect(),
        sessions: sessions.collect(),
    }
}

/// The id of somebody by their token.
pub(crate) fn person(token: &str) -> String {
    let place = PEOPLE.iter().position(|(known, ..)| *known == token).unwrap();
    Uuid::from_u128(0x1000 + u128::try_from(place).unwrap()).to_string()
}

impl Desk {
    pub(crate) async fn open() -> Desk {
        Desk::open_with(Access { step_up: StepUp::Demo, ..Access::default() }).await
    }

    /// An office with a door of its own.
    pub(crate) async fn open_with(access: Access) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let url = salur_testbed::home::address(folder.path(), "salur").unwrap();
        let store = Store::open(&url, office(folder.path())).await.unwrap();
        let at: Timestamp = START.parse().unwrap();
        let ask = Ask {
            actor: PersonId(Uuid::nil()),
            for_whom: None,
            at,
            key: None,
            job: Job::Found(Box::new(founding(at))),
        };
        store.execute(ask).await.unwrap();
        let clock = Arc::new(AtomicI64::new(at.as_microsecond()));
        let (stop, stopping) = watch::channel(false);
        let config = Config { stopping: Some(stopping), access, ..Config::default() };
        let app = App { store, clock: Clock::Manual(Arc::clone(&clock)), config: Arc::new(config) };
        Desk { router: router(app.clone()), app, clock, stop, _folder: folder }
    }

    pub(crate) fn pass_hours(&self, hours: i64) {
        self.clock.fetch_add(hours * 3_600_000_000, Ordering::Relaxed);
    }

    /// The office's own day.
    pub(crate) fn today(&self) -> String {
        self.app.store.world().calendar.date_of(self.app.clock.now()).to_string()
    }

    pub(crate) fn pass_minutes(&self, minutes: i64) {
        self.clock.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    /// Waits until what was handed in before is written: what a request leaves behind it is no part of its answer.
    pub(crate) async fn settle(&self) {
        for _ in 0..3 {
            tokio::task::yield_now().await;
            let nobody = PersonId(Uuid::nil());
            let job = Job::Forget { before: Timestamp::UNIX_EPOCH };
            let ask = Ask { actor: nobody, for_whom: None, at: self.app.clock.now(), key: None, job };
            self.app.store.execute(ask).await.unwrap();
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    /// Asks as somebody, with headers as `name: value`.
    pub(crate) async fn ask(
        &self,
        token: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        let uri = if path.starts_with("/api") { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = Request::builder().method(method).uri(uri);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(body.into()).unwrap()).await
    }

    pub(crate) async fn get(&self, token: &str, path: &str) -> Answer {
        self.ask(token, "GET", path, &[("accept-language", "en")], Body::empty()).await
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: &Value) -> Answer {
        self.post_with(token, path, &[], body).await
    }

    pub(crate) async fn post_with(
        &self,
        token: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Answer {
        let mut all = vec![("content-type", "application/json"), ("accept-language", "en")];
        all.extend(headers);
        self.ask(token, "POST", path, &all, body.to_string()).await
    }

    /// Acts on a request whichever version it has.
    pub(crate) async fn act(&self, token: &str, id: &str, body: &Value) -> Answer {
        self.post_with(token, &format!("/requests/{id}/actions"), &[("if-match", "*")], body).await
    }

    /// Enters a request of a scheme for the n-th recipient and answers its id.
    pub(crate) async fn enter(&self, scheme: &str, n: u32) -> String {
        let body = json!({ "scheme": scheme, "year": 2026, "fields": fields(scheme, n) });
        let entered = self.post("clerk.6472", "/requests", &body).await.expect(201);
        entered["id"].as_str().unwrap().to_owned()
    }

    /// Enters a request and brings it to the governor.
    pub(crate) async fn verified(&self, scheme: &str, n: u32) -> String {
        let id = self.enter(scheme, n).await;
        self.act("clerk.6472", &id, &json!({ "action": "submit" })).await.expect(200);
        let verify =
            json!({ "action": "verify", "fields": { "identity": "match", "documents": "complete" } });
        self.act("verifier.1", &id, &verify).await.expect(200);
        id
    }

    /// Brings requests of a scheme to their money.
    pub(crate) async fn approved(&self, scheme: &str, ids: &[&str]) {
        let draft = json!({ "scheme": scheme, "year": 2026, "ids": ids });
        let decree = self.post("verifier.1", "/decrees", &draft).await.expect(201);
        let number = format!("SK-{}", decree["id"].as_str().unwrap());
        let sign = json!({ "digest": decree["digest"], "number": number, "date": self.today() });
        let path = format!("/decrees/{}/sign", decree["id"].as_str().unwrap());
        self.post("governor", &path, &sign).await.expect(200);
    }
}

/// The facts of the n-th invented recipient; their NIKs begin with 99, so they are nobody's.
pub(crate) fn fields(scheme: &str, n: u32) -> Value {
    let nik = format!("997201010190{n:04}");
    let account = format!("00123{n:05}");
    let common = json!({
        "region": "64.72.01", "amount": 2_500_000, "bank": "Bank Kaltimtara", "account_no": account,
        "account_name": format!("Orang Ke {n}"),
    });
    let own = match scheme {
        "kube" => json!({
            "group_code": format!("KUBE-{n}"), "group_name": format!("Kelompok {n}"), "business": "warung",
            "leader_nik": nik, "leader_name": "Ketua Kelompok", "member_count": 2,
            "members": [
                { "nik": nik, "name": "Ketua Kelompok", "role": "ketua" },
                { "nik": format!("997202020291{n:04}"), "name": "Anggota Kelompok" },
            ],
        }),
        "lks" => {
            json!({ "name": format!("Panti {n}"), "tax_no": format!("0123456789{n:05}"), "clients": 12 })
        }
        "wrse" => json!({
            "nik": format!("997201410190{n:04}"), "family_card_no": "9972010101900001",
            "name": format!("Ibu Ke {n}"), "sex": "P", "birth_date": "1990-01-01",
        }),
        _ => json!({
            "nik": nik, "family_card_no": "9972010101900001", "name": format!("Orang Ke {n}"), "sex": "L",
            "birth_date": "1990-01-01", "event": "banjir", "event_date": "2026-05-20", "in_institution": true,
        }),
    };
    let mut all = common;
    all.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    all
}
