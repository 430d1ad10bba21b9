//! An office with invented people, and as many requests as a measurement asks for.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use salur_core::calendar::{Calendar, Holiday};
use salur_core::form::{Facts, Regions, Value};
use salur_core::roster::{Grant, Person};
use salur_core::workflow::BudgetLine;
use salur_core::world::Policy;
use salur_core::{ImportId, PersonId, RecipientId, RequestId, Rupiah};
use salur_store::facts::seal_new;
use salur_store::job::{Ask, Entry, Founding, ImportPhase, ImportState, Job, Key, SessionRow};
use salur_store::{Office, Store, token_digest};
use uuid::Uuid;

/// The scheme measured: any shipped one would do.
pub(crate) const SCHEME: &str = "disaster";
pub(crate) const YEAR: i16 = 2026;
const REGIONS: [&str; 10] =
    ["64.01", "64.02", "64.03", "64.07", "64.08", "64.09", "64.11", "64.71", "64.72", "64.74"];

pub(crate) const CLERK: PersonId = PersonId(Uuid::from_u128(1));
pub(crate) const VERIFIER: PersonId = PersonId(Uuid::from_u128(2));
pub(crate) const GOVERNOR: PersonId = PersonId(Uuid::from_u128(3));
pub(crate) const TREASURER: PersonId = PersonId(Uuid::from_u128(4));

pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_000_000).unwrap_or_default()
}

pub(crate) fn office() -> Result<Office> {
    let mut rows =
        csv::Reader::from_reader(include_bytes!("../../../data/holidays/id_libur_2024_2027.csv").as_slice());
    let holidays = rows.deserialize::<Holiday>().collect::<Result<Vec<_>, _>>()?;
    let regions = Regions::parse([
        include_str!("../../../data/regions/provinsi_kabupaten_kota.csv"),
        include_str!("../../../data/regions/kaltim_64_semua_tingkat.csv"),
    ])?;
    Ok(Office {
        calendar: Arc::new(Calendar::new("Asia/Makassar", holidays, 2024..=2027)?),
        policy: Arc::new(Policy::parse(include_str!("../../../data/policy.toml"))?),
        regions: Arc::new(regions.serving("64".into())),
        places: salur_store::Places::default(),
    })
}

pub(crate) async fn open(path: &Path) -> Result<Store> {
    open_at(&format!("sqlite://{}", path.display()), &path.with_extension("key")).await
}

/// Opens either database by its address.
pub(crate) async fn open_at(address: &str, key: &Path) -> Result<Store> {
    let mut office = office()?;
    office.places.key = Some(key.to_owned());
    Ok(Store::open(address, office).await?)
}

/// A new office with one person in each role.
pub(crate) async fn found(path: &Path) -> Result<Store> {
    let store = open(path).await?;
    found_in(&store).await?;
    Ok(store)
}

/// Founds the office in an empty database.
pub(crate) async fn found_in(store: &Store) -> Result<()> {
    let person = |id: PersonId, role: &str| Person {
        id,
        staff_no: format!("BENCH-{role}"),
        name: format!("Invented {role}"),
        active: true,
        grants: vec![Grant { role: role.into(), region: "64".into() }],
    };
    let founding = Founding {
        at: now(),
        people: vec![
            person(CLERK, "clerk"),
            person(VERIFIER, "verifier"),
            person(GOVERNOR, "governor"),
            person(TREASURER, "treasurer"),
        ],
        lines: vec![BudgetLine {
            id: format!("{YEAR}/{SCHEME}/apbd").as_str().into(),
            scheme: SCHEME.into(),
            year: YEAR,
            fund: "apbd".into(),
            account: "illustrative".into(),
            ceiling: Rupiah(9_000_000_000_000),
            reserved: Rupiah::ZERO,
            committed: Rupiah::ZERO,
            paid: Rupiah::ZERO,
        }],
        definitions: vec![include_str!("../../../workflows/disaster.toml").to_owned()],
        sessions: [CLERK, VERIFIER, GOVERNOR, TREASURER].into_iter().map(session).collect(),
    };
    store.execute(ask(CLERK, None, Job::Found(Box::new(founding)))).await?;
    Ok(())
}

/// The bearer token of one of the invented people.
pub(crate) fn token(person: PersonId) -> String {
    format!("bench-{}", person.0)
}

fn session(person: PersonId) -> SessionRow {
    SessionRow {
        digest: token_digest(&token(person)),
        person,
        label: "bench".into(),
        opened_at: now(),
        expires_at: now() + jiff::SignedDuration::from_hours(24 * 3_650),
    }
}

pub(crate) fn ask(actor: PersonId, key: Option<Key>, job: Job) -> Ask {
    Ask { actor, for_whom: None, at: now(), key, job }
}

pub(crate) fn request_id(n: u64) -> RequestId {
    RequestId(Uuid::from_u128((0x0199_0000_0000_7000_8000_u128 << 48) + u128::from(n)))
}

/// Requests numbered from..to at the first stage.
pub(crate) async fn enter(store: &Store, from: u64, to: u64) -> Result<()> {
    let mut next = from;
    while next < to {
        let until = to.min(next + 2_000);
        let entries = (next..until).map(|n| entry(store, n)).collect::<Result<Vec<_>>>()?;
        let rows = u32::try_from(until)?;
        let state = ImportState {
            state: ImportPhase::Done,
            version: u32::try_from(next / 2_000 + 1)?,
            revision: u32::try_from(next / 2_000)?,
            rows,
            sound: rows,
            row_reached: rows,
            ..ImportState::new(ImportId(Uuid::from_u128(9)), SCHEME.into(), YEAR, CLERK, now())
        };
        store.execute(ask(CLERK, None, Job::Accept { entries, state })).await?;
        next = until;
    }
    Ok(())
}

fn entry(store: &Store, n: u64) -> Result<Entry> {
    let region = REGIONS[usize::try_from(n % 10).unwrap_or(0)];
    let text = |text: String| Value::Text(text);
    let facts = Facts {
        fields: [
            ("nik", text(format!("9972{n:012}"))),
            ("name", text(format!("Invented {n}"))),
            ("amount", Value::Money(Rupiah(1_500_000))),
            ("region", text(region.into())),
            ("bank", text("BRI".into())),
            ("account_no", text(format!("12345{n:05}"))),
            ("account_name", text(format!("Invented {n}"))),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect(),
        members: Vec::new(),
    };
    let recipient = RecipientId(Uuid::from_u128((0x0199_0001_0000_7000_8000_u128 << 48) + u128::from(n)));
    let world = store.world();
    let form = &world.workflows.current(&SCHEME.into()).context("no workflow")?.form;
    Ok(Entry {
        request: request_id(n),
        scheme: SCHEME.into(),
        year: YEAR,
        region: region.into(),
        amount: Rupiah(1_500_000),
        referred: false,
        facts: seal_new(store.vault(), recipient, form, &facts)?,
        subject_key: format!("{n:032x}"),
        row: Some(u32::try_from(n + 2).unwrap_or(u32::MAX)),
        import: Some(ImportId(Uuid::from_u128(9))),
    })
}

/// Copies a closed database with the files beside it.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    for extension in ["db", "key"] {
        let (from, to) = (from.with_extension(extension), to.with_extension(extension));
        std::fs::copy(&from, &to).with_context(|| format!("failed to copy {}", from.display()))?;
    }
    for extension in ["db-wal", "db-shm"] {
        let _ = std::fs::remove_file(to.with_extension(extension));
    }
    Ok(())
}
