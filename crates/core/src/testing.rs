//! A small office for the tests: shipped workflows, a few people, and a desk that decides, folds and keeps the
//! books. After each act it asks what must always hold.

mod desk;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::command::Command;
use crate::event::{FactsRef, NoteRef};
use crate::payment::{BankResult, Payout};
use crate::refusal::{Refusal, Why};
use crate::roster::{Acting, Capacity, Delegation, Grant, Person, Roster};
use crate::workflow::Workflow;
use crate::world::{Policy, Workflows, World};
use crate::{ActingId, ActionName, DelegationId, Digest, FieldName, NoteId, PersonId, Role, Rupiah};

pub(crate) use desk::Desk;

pub(crate) const KUBE: &str = include_str!("../../../workflows/kube.toml");
pub(crate) const WRSE: &str = include_str!("../../../workflows/wrse.toml");
pub(crate) const LKS: &str = include_str!("../../../workflows/lks.toml");
pub(crate) const DISASTER: &str = include_str!("../../../workflows/disaster.toml");
pub(crate) const POLICY: &str = include_str!("../../../data/policy.toml");
const HOLIDAYS: &str = include_str!("../../../data/holidays/id_libur_2024_2027.csv");

/// Who works here: a name, and the roles held in the whole province (or, after an `@`, in one regency).
pub(crate) const PEOPLE: [(&str, &[&str]); 12] = [
    ("Cici", &["clerk"]),
    ("Coki", &["clerk"]),
    ("Cahya", &["clerk@64.72"]),
    ("Vera", &["verifier"]),
    ("Vito", &["verifier"]),
    ("Gita", &["governor"]),
    ("Tono", &["treasurer"]),
    ("Tuti", &["treasurer"]),
    ("Adi", &["admin"]),
    ("Ani", &["admin"]),
    ("Semua", &["clerk", "verifier", "governor", "treasurer", "admin"]),
    ("Olah", &["auditor"]),
];

pub(crate) fn person(name: &str) -> PersonId {
    let place =
        PEOPLE.iter().position(|(known, _)| *known == name).unwrap_or_else(|| panic!("nobody is {name}"));
    PersonId(Uuid::from_u128(u128::try_from(place).unwrap() + 1))
}

pub(crate) fn calendar() -> Calendar {
    let holidays = HOLIDAYS.lines().skip(1).map(|row| {
        let cells: Vec<_> = row.split(',').collect();
        let pick = |place: usize| serde_json::Value::from(cells[place]);
        let row = serde_json::json!({
            "tanggal": pick(0), "jenis": pick(1), "nama_id": pick(2), "nama_en": pick(3), "pasti": pick(4),
        });
        serde_json::from_value(row).unwrap()
    });
    Calendar::new("Asia/Makassar", holidays, 2024..=2027).unwrap()
}

pub(crate) fn world_of(definitions: &[&str], policy: &str) -> World {
    let people = PEOPLE.iter().map(|(name, roles)| Person {
        id: person(name),
        staff_no: (*name).to_owned(),
        name: (*name).to_owned(),
        active: true,
        grants: roles
            .iter()
            .map(|role| {
                let (role, region) = role.split_once('@').unwrap_or((role, "64"));
                Grant { role: Role::from(role), region: region.into() }
            })
            .collect(),
    });
    World {
        workflows: Workflows::new(
            definitions.iter().map(|text| Workflow::parse(text).unwrap_or_else(|error| panic!("{error}"))),
        ),
        roster: Arc::new(Roster::new(people)),
        calendar: Arc::new(calendar()),
        policy: Arc::new(Policy::parse(policy).unwrap()),
        regions: Arc::default(),
    }
}

/// From whom a role in the province is handed to whom, through March 2026.
pub(crate) fn delegation(from: &str, to: &str, role: &str) -> Delegation {
    Delegation {
        id: DelegationId(Uuid::from_u128(person(from).0.as_u128() * 100 + person(to).0.as_u128())),
        from: person(from),
        to: person(to),
        role: role.into(),
        region: "64".into(),
        schemes: None,
        amount_max: None,
        from_day: Date::constant(2026, 3, 1),
        to_day: Date::constant(2026, 3, 31),
        source: "ND 1/2026".into(),
    }
}

/// Who acts in the seat of a role in the province through March 2026, for whom.
pub(crate) fn acting(who: &str, role: &str, capacity: Capacity, for_whom: Option<&str>) -> Acting {
    Acting {
        id: ActingId(person(who).0),
        person: person(who),
        role: role.into(),
        region: "64".into(),
        capacity,
        decree: "SK 1/2026".into(),
        from_day: Date::constant(2026, 3, 1),
        to_day: Date::constant(2026, 3, 31),
        for_whom: for_whom.map(person),
    }
}

pub(crate) fn note() -> NoteRef {
    NoteRef { id: NoteId(Uuid::from_u128(7)), digest: Digest([7; 32]) }
}

/// Facts whose digests are these bytes.
pub(crate) fn facts(version: u32, all: u8, account: u8) -> FactsRef {
    FactsRef { version, digest: Digest([all; 32]), account: Digest([account; 32]) }
}

pub(crate) fn fields(pairs: &[(&str, serde_json::Value)]) -> BTreeMap<FieldName, serde_json::Value> {
    pairs.iter().map(|(name, value)| (FieldName::from(*name), value.clone())).collect()
}

/// What a verifier fills in, the same for every scheme.
pub(crate) fn checklist() -> BTreeMap<FieldName, serde_json::Value> {
    fields(&[("identity", "match".into()), ("documents", "complete".into())])
}

/// The command that an act's name asks for, with a reason and the usual fields.
pub(crate) fn command(act: &str) -> Command {
    let given = match act {
        "verify" => checklist(),
        "hold" => fields(&[("cause", "missing_document".into())]),
        _ => BTreeMap::new(),
    };
    Command::named(ActionName::from(act), Some(note()), given)
}

pub(crate) fn ruling(happened: bool) -> Command {
    Command::named("rule_payment".into(), None, fields(&[("payment_happened", happened.into())]))
}

pub(crate) fn correction(facts: FactsRef) -> Command {
    let (action, fields) = ("correct_account".into(), BTreeMap::new());
    Command::Act { action, reason: None, fields, facts: Some(facts) }
}

/// Facts, amount and region as they would be amended.
pub(crate) fn amendment(facts: FactsRef, amount: i64) -> Command {
    Command::Amend { facts, amount: Rupiah(amount), region: "64.71".into(), changed: vec!["name".into()] }
}

pub(crate) fn word(line: u32, outcome: Payout) -> BankResult {
    BankResult { line, request: None, outcome, reference: None, cause: Some("AC04".into()) }
}

pub(crate) fn why<T: std::fmt::Debug>(told: Result<T, Refusal>) -> &'static str {
    told.expect_err("it should be refused").why.code()
}

/// A definition with texts replaced; each must be there.
pub(crate) fn changed(definition: &str, changes: &[(&str, &str)]) -> String {
    changes.iter().fold(definition.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the definition has no `{from}`");
        text.replace(from, to)
    })
}

/// The reason somebody is refused, and by name who could act.
pub(crate) fn refused<T: std::fmt::Debug>(desk: &Desk, told: Result<T, Refusal>) -> (Why, Vec<String>) {
    let refusal = told.expect_err("it should be refused");
    let names = refusal.who_could.iter().map(|person| desk.world.roster.name(*person)).collect();
    (refusal.why, names)
}

/// Compares with a reviewed text of this crate; `SALUR_BLESS=1` writes it anew.
pub(crate) fn check_text(path: &str, found: &str) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("SALUR_BLESS").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let reviewed = std::fs::read_to_string(&path).unwrap_or_default();
    for (place, (found, reviewed)) in found.lines().zip(reviewed.lines()).enumerate() {
        assert_eq!(found, reviewed, "{path}, line {}", place + 1);
    }
    assert_eq!(found.lines().count(), reviewed.lines().count(), "{path}");
}
