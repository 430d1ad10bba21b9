//! An invented office and what is asked of it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use salur_core::calendar::Calendar;
use salur_core::command::Command;
use salur_core::form::{Facts, Regions, Value};
use salur_core::refusal::Refusal;
use salur_core::roster::{Grant, Person};
use salur_core::workflow::BudgetLine;
use salur_core::world::Policy;
use salur_core::{ActionName, Digest, PersonId, RecipientId, RegionCode, RequestId, Rupiah};
use salur_store::facts::{seal_new, seal_note, subject_key};
use salur_store::job::{Act, Answer, Ask, Entry, Founding, Job, Key};
use salur_store::{ExecuteError, Office, Places, Store};
use uuid::Uuid;

pub(crate) const CLERK: PersonId = PersonId(Uuid::from_u128(1));
pub(crate) const VERIFIER: PersonId = PersonId(Uuid::from_u128(2));
pub(crate) const GOVERNOR: PersonId = PersonId(Uuid::from_u128(3));
pub(crate) const TREASURER: PersonId = PersonId(Uuid::from_u128(4));
pub(crate) const OUTSIDER: PersonId = PersonId(Uuid::from_u128(5));
pub(crate) const AMOUNT: i64 = 2_000_000;

pub(crate) fn now() -> Timestamp {
    "2026-11-24T02:00:00Z".parse().unwrap()
}

/// What the office has besides its database; its key is in a folder.
pub(crate) fn office(folder: &Path) -> Office {
    let regions = Regions::parse([
        include_str!("../../../../data/regions/provinsi_kabupaten_kota.csv"),
        include_str!("../../../../data/regions/kaltim_64_semua_tingkat.csv"),
    ]);
    Office {
        calendar: Arc::new(Calendar::new("Asia/Makassar", [], 2024..=2027).unwrap()),
        policy: Arc::new(Policy::parse(include_str!("../../../../data/policy.toml")).unwrap()),
        regions: Arc::new(regions.unwrap().serving("64".into())),
        places: Places { key: Some(folder.join("office.key")), ..Places::default() },
    }
}

/// A new office with these budgets for disasters: a year and its ceiling.
pub(crate) fn founding(budgets: &[(i16, i64)]) -> Job {
    let person = |id, role: &str, region: &str| Person {
        id,
        staff_no: format!("TEST-{role}-{region}"),
        name: format!("Invented {role}"),
        active: true,
        grants: vec![Grant { role: role.into(), region: region.into() }],
    };
    let line = |&(year, ceiling): &(i16, i64)| BudgetLine {
        id: format!("{year}/disaster/apbd").as_str().into(),
        scheme: "disaster".into(),
        year,
        fund: "apbd".into(),
        account: "illustrative".into(),
        ceiling: Rupiah(ceiling),
        reserved: Rupiah::ZERO,
        committed: Rupiah::ZERO,
        paid: Rupiah::ZERO,
    };
    Job::Found(Box::new(Founding {
        at: now(),
        people: vec![
            person(CLERK, "clerk", "64"),
            person(VERIFIER, "verifier", "64"),
            person(GOVERNOR, "governor", "64"),
            person(TREASURER, "treasurer", "64"),
            person(OUTSIDER, "clerk", "64.01"),
        ],
        lines: budgets.iter().map(line).collect(),
        definitions: vec![include_str!("../../../../workflows/disaster.toml").to_owned()],
        sessions: Vec::new(),
    }))
}

pub(crate) fn ask(actor: PersonId, key: Option<&str>, job: Job) -> Ask {
    let key = key.map(|text| Key { text: text.to_owned(), fingerprint: Digest([1; 32]) });
    Ask { actor, for_whom: None, at: now(), key, job }
}

pub(crate) fn id(n: u64) -> RequestId {
    RequestId(Uuid::from_u128(1_000_000 + u128::from(n)))
}

pub(crate) fn entry(store: &Store, n: u64) -> Entry {
    let facts = Facts {
        fields: [
            ("nik", Value::Text(format!("9972{:02}0101{:06}", n % 28 + 1, n))),
            ("name", Value::Text(format!("Rekaan {n}"))),
            ("amount", Value::Money(Rupiah(AMOUNT))),
            ("account_no", Value::Text("1234567890".into())),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect(),
        members: Vec::new(),
    };
    let world = store.world();
    let form = &world.workflows.current(&"disaster".into()).unwrap().form;
    let recipient = RecipientId(Uuid::from_u128(9_000_000 + u128::from(n)));
    Entry {
        request: id(n),
        scheme: "disaster".into(),
        year: 2026,
        region: RegionCode::from("64.72"),
        amount: Rupiah(AMOUNT),
        referred: false,
        facts: seal_new(store.vault(), recipient, form, &facts).unwrap(),
        subject_key: subject_key(store.vault(), form, &facts).unwrap(),
        row: None,
        import: None,
    }
}

pub(crate) async fn enter(store: &Store, count: u64) {
    for n in 0..count {
        store.execute(ask(CLERK, None, Job::Enter(Box::new(entry(store, n))))).await.unwrap();
    }
}

pub(crate) fn act(store: &Store, n: u64, action: &str, seen: Option<u32>) -> Job {
    let fields: BTreeMap<_, _> = if action == "verify" {
        [("identity", "match"), ("documents", "complete")]
            .map(|(name, value)| (name.into(), value.into()))
            .into_iter()
            .collect()
    } else {
        BTreeMap::new()
    };
    let note = matches!(action, "return" | "reject" | "withdraw").then(|| {
        seal_note(store.vault(), Uuid::from_u128(77_000 + u128::from(n)), "invented reason").unwrap()
    });
    let command = Command::named(ActionName::from(action), note.as_ref().map(|note| note.note), fields);
    Job::Act(Box::new(Act { request: id(n), command, seen, note, facts: None, subject_key: None }))
}

pub(crate) async fn run(store: &Store, actor: PersonId, job: Job) -> Result<Answer, ExecuteError> {
    store.execute(ask(actor, None, job)).await
}

pub(crate) fn refusal(told: Result<Answer, ExecuteError>) -> Refusal {
    match told {
        Err(ExecuteError::Refused(refusal)) => *refusal,
        other => panic!("not refused: {other:?}"),
    }
}
