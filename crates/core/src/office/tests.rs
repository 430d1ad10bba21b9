use std::fmt::Write as _;

use jiff::civil::date;

use super::*;
use crate::refusal::{Refusal, RefusalKind, Why};
use crate::testing::*;
use crate::world::Policy;
use crate::{Lang, LineId, Rupiah};

mod warned;

fn objections() -> Vec<Objection> {
    let who = person("Vera");
    let (role, region): (crate::Role, crate::RegionCode) = ("verifier".into(), "64".into());
    let flaw = Flaw {
        code: "stage_unknown".into(),
        place: "action.verify.to".into(),
        line: Some(7),
        column: Some(1),
        text: crate::Label { id: "Tahap itu tidak ada.".into(), en: "There is no such stage.".into() },
        shown: None,
    };
    vec![
        Objection::ChangeUnruled { kind: ChangeKind::GrantRole },
        Objection::ChangeRoleMissing { kind: ChangeKind::PublishDefinition, roles: vec!["admin".into()] },
        Objection::StandsIn { person: who, other: person("Adi") },
        Objection::ConsentMissing { person: who },
        Objection::ProposerMayNot { person: who },
        Objection::NotItsProposer { person: who },
        Objection::ProposalClosed { state: ProposalState::Confirmed },
        Objection::StaffNoTaken { staff_no: "19900101".into(), person: who },
        Objection::RoleUnknown { role: "king".into(), known: vec!["admin".into(), "clerk".into()] },
        Objection::AlreadyHeld { person: who, role: role.clone(), region: region.clone() },
        Objection::NotHeld { person: who, role: role.clone(), region: region.clone() },
        Objection::TooFewLeft,
        Objection::SeatUnknown { role, region },
        Objection::SeatTaken { office: "governor".into() },
        Objection::PaperUnknown,
        Objection::AlreadyNoted,
        Objection::SchemeUnknown { scheme: "x".into() },
        Objection::DefinitionUnsound { flaws: vec![flaw] },
        Objection::VersionTaken { scheme: "kube".into(), version: 1 },
        Objection::VersionSkipped { scheme: "kube".into(), version: 4, next: 2 },
        Objection::CeilingTooLow { line: LineId("2026/kube/apbd".into()), used: Rupiah(2_000_000) },
        Objection::LineTaken { line: LineId("2026/kube/apbd".into()) },
        Objection::LineYear { year: 2020, first: 2026 },
        Objection::RegionUnknown {
            region: "64.10".into(),
            near: vec![("64.11".into(), "Kabupaten Mahakam Ulu".into())],
        },
        Objection::FreezeIdle { fund: "apbd".into() },
        Objection::ProposedAlready { proposal: ProposalId(uuid::Uuid::from_u128(7)), by: who },
        Objection::FreezeBackdated { from: date(2020, 1, 1), today: date(2026, 3, 2) },
        Objection::FundUnknown { fund: "abpd".into(), known: vec!["apbd".into(), "btt".into()] },
    ]
}

#[test]
fn every_objection_is_a_sentence_in_both_languages_with_its_code() {
    let desk = Desk::new();
    let mut told = String::new();
    for objection in objections() {
        let json = serde_json::to_value(&objection).unwrap();
        let code = json.as_str().or_else(|| json.as_object().unwrap().keys().next().map(String::as_str));
        assert_eq!(code, Some(objection.code()));
        let kind = match objection.kind() {
            RefusalKind::NotYou => "not you",
            RefusalKind::NotNow => "not now",
            RefusalKind::NotLikeThis => "not like this",
        };
        let refusal = Refusal::from(Why::Office(objection));
        writeln!(told, "== {} ({kind})", refusal.why.code()).unwrap();
        for lang in [Lang::Id, Lang::En] {
            told += &refusal.sentence(lang, &desk.world, None);
            told.push('\n');
        }
    }
    check_text("src/office/objections.txt", &told);
}

#[test]
fn no_policy_lets_one_person_give_anything() {
    let policy = |kind: &str, persons: u8, confirm: &str| {
        Policy::parse(&format!(
            "[role]\n[hold]\n[change.{kind}]\npropose = [\"admin\"]\nconfirm = [{confirm}]\npersons = {persons}\nsource = \"x\"\n"
        ))
    };
    for kind in
        ["register_person", "grant_role", "set_office", "set_acting", "delegate", "publish_definition"]
    {
        assert!(policy(kind, 1, "\"admin\"").is_err(), "{kind}");
        assert!(policy(kind, 2, "").is_err(), "{kind}");
        assert!(policy(kind, 2, "\"admin\"").is_ok(), "{kind}");
    }
    for kind in ["lift_freeze", "open_line", "revise_ceiling"] {
        assert!(policy(kind, 1, "\"admin\"").is_err(), "{kind}");
    }
    assert!(policy("revoke_role", 1, "").is_ok());
    assert!(policy("revoke_role", 0, "").is_err());
    assert!(policy("revoke_role", 3, "\"admin\"").is_err());
}

#[test]
fn a_change_is_told_without_names_and_long_texts_and_reads_back() {
    let new = Change::RegisterPerson { staff_no: "1".into(), name: "Rekaan".into() };
    let told = serde_json::to_string(&new.told()).unwrap();
    assert_eq!(told, r#"{"kind":"register_person","staff_no":"","name":""}"#);
    let text = Change::PublishDefinition { text: "schema = 1".into() };
    assert!(!serde_json::to_string(&text.told()).unwrap().contains("schema"));
    let read: Change = serde_json::from_str(&serde_json::to_string(&new).unwrap()).unwrap();
    assert_eq!(read, new);
    assert!(
        serde_json::from_str::<Change>(r#"{"kind":"register_person","staff_no":"1","name":"x","admin":1}"#)
            .is_err()
    );
}

fn freeze(fund: &str, from: (i16, i8, i8)) -> Change {
    Change::SetFreeze {
        source: "SE 1/2026".into(),
        fund: fund.into(),
        schemes: std::collections::BTreeSet::new(),
        exempt: std::collections::BTreeSet::new(),
        from: date(from.0, from.1, from.2),
        to: date(2026, 12, 31),
    }
}

#[test]
fn a_freeze_stops_a_fund_that_is_there_on_days_to_come_and_at_no_time_days_that_are_over() {
    let mut desk = Desk::new();
    let id = ProposalId(uuid::Uuid::from_u128(1));
    let ask =
        |desk: &Desk, change| propose(&desk.context("Adi"), &desk.books, id, change, crate::Digest::ZERO);
    for (change, code) in [
        (freeze("apbd", (2020, 1, 1)), "freeze_backdated"),
        (freeze("apbd", (2026, 3, 1)), "freeze_backdated"),
        (freeze("abpd", (2026, 3, 2)), "fund_unknown"),
    ] {
        assert_eq!(why(ask(&desk, change)), code);
    }
    ask(&desk, freeze("apbd", (2026, 3, 2))).unwrap();
    // Where the office wants two persons for it, the second comes too late for a day that has passed.
    let one = "[change.set_freeze]\npropose = [\"admin\"]\npersons = 1";
    let two = "[change.set_freeze]\npropose = [\"admin\"]\nconfirm = [\"admin\"]\npersons = 2";
    desk.world.policy = std::sync::Arc::new(Policy::parse(&changed(POLICY, &[(one, two)])).unwrap());
    let proposed = ask(&desk, freeze("apbd", (2026, 3, 2))).unwrap().unwrap().proposal;
    assert_eq!(proposed.state, ProposalState::Open);
    confirm(&desk.context("Ani"), &desk.books, &proposed).unwrap();
    desk.wait_days(1);
    assert_eq!(why(confirm(&desk.context("Ani"), &desk.books, &proposed)), "freeze_backdated");
}
