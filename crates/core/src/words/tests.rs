use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::refusal::{Refusal, RefusalKind, Why};
use crate::roster::{Capacity, Limit};
use crate::testing::*;
use crate::{DecreeId, OrderId, RequestId, Type, Value};
use jiff::civil::date as day;

#[expect(clippy::too_many_lines, reason = "one of each reason")]
fn whys() -> Vec<Why> {
    let (stage, action, line) = ("approval".into(), "verify".into(), LineId("2026/kube/apbd".into()));
    let (decree, order, request) = (DecreeId(Uuid::nil()), OrderId(Uuid::nil()), RequestId(Uuid::nil()));
    let schema = crate::guard::Schema::new()
        .with_field("identity", Type::one_of(&["match", "differs"]))
        .with_field("amount", Type::Money);
    let guard = crate::guard::Guard::parse("identity == \"match\" && amount < 50000000", &schema).unwrap();
    let atoms = guard.check(&|name| (name == "amount").then_some(Value::Money(60_000_000))).unwrap_err();
    let role_missing = |action: &str, roles: &[&str]| Why::RoleMissing {
        action: action.into(),
        roles: roles.iter().map(|role| (*role).into()).collect(),
    };
    let exceeded = |limit| Why::DelegationExceeded { action: "verify".into(), from: person("Vera"), limit };
    vec![
        Why::RequestClosed { stage: "paid".into() },
        Why::ActionUnknown { action: "fly".into() },
        Why::NotAtThisStage { action, stage },
        Why::OnlyByDecree { action: "approve".into() },
        Why::OnlyByPaymentOrder { action: "pay".into() },
        Why::InDecree { decree },
        Why::InPaymentOrder { order, line: 3 },
        role_missing("verify", &["verifier"]),
        role_missing("draft_decree", &["admin", "verifier"]),
        role_missing("hold", &["admin", "clerk", "treasurer"]),
        Why::DutyConflict { duty: "verify".into(), earlier: "submit".into(), person: person("Cici") },
        Why::DutyConflict { duty: "pay".into(), earlier: "rule".into(), person: person("Adi") },
        Why::SamePerson { duty: "verify".into(), earlier: "submit".into(), person: person("Cici") },
        Why::RolesExclusive { role: "verifier".into(), other: "treasurer".into(), person: person("Vera") },
        Why::ActingMayNot {
            action: "approve".into(),
            capacity: Capacity::Plh,
            source: "UU 30/2014 pasal 14".into(),
        },
        exceeded(Limit::Amount(Rupiah(50_000_000))),
        exceeded(Limit::Schemes(vec!["kube".into(), "wrse".into()])),
        exceeded(Limit::Region("64.72".into())),
        exceeded(Limit::Days(day(2026, 3, 1), day(2026, 3, 27))),
        Why::NeedsSecond { person: person("Adi") },
        Why::OwnFavour { person: person("Ani") },
        Why::PersonInactive { person: person("Vito") },
        Why::ForOneself { person: person("Vera") },
        Why::DaysInvalid { from: day(2026, 3, 9), to: day(2026, 3, 1), today: None },
        Why::DaysInvalid { from: day(2026, 3, 1), to: day(2026, 3, 9), today: Some(day(2026, 3, 2)) },
        Why::DelegationTooLong { days: 31, most: 30, source: "kebijakan kantor [K]".into() },
        Why::DelegationChained { person: person("Adi"), role: "verifier".into() },
        Why::GrantMissing { person: person("Adi"), role: "verifier".into(), region: "64".into() },
        Why::SeatHeld { person: person("Gita"), role: "governor".into() },
        Why::BreaksDuty {
            role: "verifier".into(),
            duty: "pay".into(),
            persons: vec![person("Tono"), person("Vera")],
            beside: None,
        },
        Why::BreaksDuty {
            role: "verifier".into(),
            duty: "verify".into(),
            persons: vec![person("Tono")],
            beside: Some(("treasurer".into(), "pay".into())),
        },
        Why::OnHold { cause: "missing_document".into() },
        Why::NotOnHold,
        Why::HoldCauseUnknown { cause: "x".into(), known: vec!["a".into(), "b".into()] },
        Why::ClaimedByOther { by: person("Vera") },
        Why::NotClaimed,
        Why::ReasonMissing { action: "return".into() },
        Why::ReasonMissing { action: "strike".into() },
        Why::FieldMissing { fields: vec!["identity".into(), "account_no".into(), "number".into()] },
        Why::FieldUnknown { field: "x".into(), known: vec!["identity".into()] },
        Why::FieldUnknown { field: "x".into(), known: vec![] },
        Why::FieldInvalid {
            field: "identity".into(),
            found: "\"x\"".into(),
            wanted: "match | differs".into(),
        },
        Why::GuardFailed { atoms },
        Why::VisitsUsedUp { stage: "input".into(), most: 5 },
        Why::TooFewPersons { have: 3, need: 4 },
        Why::AlreadyEndorsed { action: "rule_payment".into() },
        Why::FactsFrozen { stage: "verification".into() },
        Why::BudgetShort { line: line.clone(), missing: Rupiah(12_000_000) },
        Why::NotBudgeted { line },
        Why::Frozen { source: "SE 1/2026".into(), until: day(2026, 3, 27) },
        Why::ListEmpty,
        Why::OtherScheme { scheme: "wrse".into(), year: 2026 },
        Why::DigestStale { found: "aa".into(), current: "bb".into() },
        Why::ListClosed { state: "signed".into() },
        Why::ListClosed { state: "cancelled".into() },
        Why::SignedOtherwise { number: "1".into() },
        Why::NotOnList { request },
        Why::BankFileIsOut,
        Why::BankFileNotOut,
        Why::Sp2dOtherwise { number: "1/LS".into() },
        Why::DateAhead { date: day(2026, 3, 3), today: day(2026, 3, 2) },
        Why::DateBeforeDraft { date: day(2026, 3, 1), drafted: day(2026, 3, 2) },
        Why::DecreeNumberTaken { number: "1".into(), decree: crate::DecreeId(uuid::Uuid::nil()) },
        Why::Sp2dNumberTaken { number: "1/LS".into(), order },
        Why::OtherOrder { found: "aa".into(), current: "bb".into() },
        Why::ResultsUnbound { other: order },
        Why::NotOnLine { line: 3, request },
        Why::NothingToRule,
        Why::AlreadyPaid { line: 3 },
        Why::AmountTooLarge,
        Why::DuplicateExisting { request: Some(request) },
        Why::DuplicateExisting { request: None },
        Why::DefinitionMissing,
        Why::VerificationExpired { action: "verify".into(), stage: "verification".into() },
        Why::RepairNotAllowed { stage: "approval".into() },
        Why::PaymentBegun { order, line: 3 },
        Why::VersionNotLater { version: 1 },
        Why::StageUnmapped { stage: "verification".into(), version: 2 },
        Why::ApprovalCrossed { stage: "disbursement".into() },
        Why::OtherMoney { version: 2 },
        Why::FieldChanged { field: "identity".into() },
        Why::DutyWeakened { duty: "submit".into(), other: "verify".into() },
        Why::SameWeakened { duty: "submit".into(), other: "verify".into() },
        Why::RolesWeakened { role: "verifier".into(), other: "treasurer".into() },
        Why::ActionWeakened { action: "correct_account".into(), have: 1, need: 2 },
        Why::PersonsWeakened { have: 3, need: 4 },
        Why::Stale { seen: 3, actual: 4 },
        Why::NotFound,
    ]
}

#[test]
fn every_refusal_is_a_sentence_in_both_languages_with_its_code() {
    let desk = Desk::new();
    let workflow = desk.world.workflows.current(&"kube".into()).unwrap();
    let mut told = String::new();
    for why in whys() {
        let kind = match why.kind() {
            RefusalKind::NotYou => "not you",
            RefusalKind::NotNow => "not now",
            RefusalKind::NotLikeThis => "not like this",
        };
        let json = serde_json::to_value(&why).unwrap();
        let code = json.as_str().or_else(|| json.as_object().unwrap().keys().next().map(String::as_str));
        assert_eq!(code, Some(why.code()));
        let refusal = Refusal::from(why);
        writeln!(told, "== {} ({kind})", refusal.why.code()).unwrap();
        for lang in [Lang::Id, Lang::En] {
            told += &refusal.sentence(lang, &desk.world, Some(workflow));
            told.push('\n');
        }
        // Without the workflow or the people at hand there is still a sentence.
        assert!(!refusal.sentence(Lang::Id, &world_of(&[], "[role]\n[hold]\n"), None).is_empty());
    }
    check_text("src/words/refusals.txt", &told);
}

#[test]
fn days_are_written_as_people_write_them() {
    assert_eq!(date(day(2026, 11, 4), Lang::Id), "4 November 2026");
    assert_eq!(date(day(2026, 8, 17), Lang::Id), "17 Agustus 2026");
    assert_eq!(date(day(2026, 8, 17), Lang::En), "17 August 2026");
}

#[test]
fn a_sentence_ends_once_whoever_it_names_last() {
    let ended = |text: &str| super::ended(text.to_owned());
    assert_eq!(ended("Tanyakan kepada Dr. Aji, M.Si.."), "Tanyakan kepada Dr. Aji, M.Si.");
    assert_eq!(ended("Tulis a, b, ..."), "Tulis a, b, ...");
    assert_eq!(ended("Selesai."), "Selesai.");
}
