//! Random acts by random people over a few requests: whatever is asked, what must always hold does.

use proptest::prelude::*;

use crate::case::Through;
use crate::command::Command;
use crate::event::Event;
use crate::payment::Payout;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::roster::{Capacity, Papers};
use crate::testing::*;
use crate::workflow::Standing;
use crate::{Lang, PersonId, RequestId, Rupiah};

/// Something asked of the office.
#[derive(Debug, Clone)]
enum Ask {
    Act(&'static str),
    Amend(u8, i64),
    Hold(&'static str),
    Correct(u8),
    Rule(bool),
    RuleTogether(bool),
    Draft,
    Strike,
    Sign,
    CancelDecree,
    Order,
    Export(usize),
    CancelOrder(usize),
    Settle(usize, u32, Payout, Option<&'static str>),
    Wait(i64),
    /// The usual next act, by whom it is usually done.
    Usual,
}

#[derive(Debug, Clone)]
struct Step {
    who: &'static str,
    for_whom: Option<&'static str>,
    request: usize,
    ask: Ask,
}

const REQUESTS: usize = 3;

fn anybody() -> impl Strategy<Value = &'static str> {
    (0..PEOPLE.len()).prop_map(|place| PEOPLE[place].0)
}

fn ask() -> impl Strategy<Value = Ask> {
    let acts = ["submit", "verify", "return", "reject", "withdraw", "approve", "pay"];
    let built_in = ["resume", "claim", "release", "comment", "release"];
    let outcome = prop_oneof![Just(Payout::Paid), Just(Payout::Failed), Just(Payout::Unknown)];
    let reference = prop_oneof![Just(None), Just(Some("R1")), Just(Some("R2"))];
    prop_oneof![
        12 => Just(Ask::Usual),
        6 => prop::sample::select(acts.to_vec()).prop_map(Ask::Act),
        3 => prop::sample::select(built_in.to_vec()).prop_map(Ask::Act),
        1 => (1..4_u8, prop_oneof![Just(20_000_000), Just(70_000_000), Just(0)]).prop_map(|(facts, amount)| Ask::Amend(facts, amount)),
        1 => prop::sample::select(&["missing_document", "duplicate_suspected"][..]).prop_map(Ask::Hold),
        4 => (8..10_u8).prop_map(Ask::Correct),
        4 => any::<bool>().prop_map(Ask::Rule),
        2 => any::<bool>().prop_map(Ask::RuleTogether),
        2 => Just(Ask::Draft),
        1 => Just(Ask::Strike),
        2 => Just(Ask::Sign),
        1 => Just(Ask::CancelDecree),
        3 => Just(Ask::Order),
        1 => (0..4_usize).prop_map(Ask::Export),
        1 => (0..4_usize).prop_map(Ask::CancelOrder),
        8 => (0..4_usize, 1..4_u32, outcome, reference).prop_map(|(place, line, outcome, reference)| Ask::Settle(place, line, outcome, reference)),
        1 => (0..9_i64).prop_map(Ask::Wait),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let for_whom = prop_oneof![6 => Just(None), 1 => anybody().prop_map(Some)];
    (anybody(), for_whom, 0..REQUESTS, ask()).prop_map(|(who, for_whom, request, ask)| Step {
        who,
        for_whom,
        request,
        ask,
    })
}

fn take(desk: &mut Desk, ids: &[RequestId], step: &Step) -> Result<(), Refusal> {
    let (who, id) = (step.who, ids[step.request]);
    desk.for_whom = step.for_whom.map(person);
    let orders = desk.orders.len();
    let order = |place: usize| (orders > 0).then(|| place % orders);
    match &step.ask {
        Ask::Act(act) => desk.act(who, id, act),
        Ask::Amend(version, amount) => desk.ask(who, id, &amendment(facts(2, *version, *version), *amount)),
        Ask::Hold(cause) => desk.ask(who, id, &Command::Hold { cause: (*cause).into(), reason: None }),
        Ask::Correct(account) => desk.ask(who, id, &correction(facts(2, *account, *account))),
        Ask::Rule(happened) => desk.ask(who, id, &ruling(*happened)),
        Ask::RuleTogether(happened) => {
            desk.for_whom = None;
            let told = desk.ask("Vera", id, &ruling(*happened));
            told.and_then(|()| desk.ask("Adi", id, &ruling(*happened))).or(Ok(()))
        }
        Ask::Draft
            if desk
                .decree
                .as_ref()
                .is_none_or(|(decree, _)| decree.state != crate::decree::DecreeState::Draft) =>
        {
            desk.draft(who, ids).map(|_| ())
        }
        Ask::Strike if desk.decree.is_some() => desk.strike(who, &[id]),
        Ask::Sign if desk.decree.is_some() => desk.sign(who),
        Ask::CancelDecree if desk.decree.is_some() => desk.cancel_decree(who),
        Ask::Order => desk.order(who, &[id, ids[0]]).map(|_| ()),
        Ask::Export(place) => order(*place).map_or(Ok(()), |place| desk.export(who, place)),
        Ask::CancelOrder(place) => order(*place).map_or(Ok(()), |place| desk.cancel_order(who, place)),
        Ask::Settle(place, line, outcome, reference) => order(*place).map_or(Ok(()), |place| {
            let mut result = word(1 + line % desk.orders[place].0.count, *outcome);
            result.reference = reference.map(str::to_owned);
            desk.settle(who, place, &[result]).map(|_| ())
        }),
        Ask::Wait(days) => {
            desk.wait_days(*days);
            Ok(())
        }
        Ask::Usual => usual(desk, id),
        Ask::Draft | Ask::Strike | Ask::Sign | Ask::CancelDecree => Ok(()),
    }
}

fn usual(desk: &mut Desk, id: RequestId) -> Result<(), Refusal> {
    desk.for_whom = None;
    if desk.request(id).hold.is_some() {
        return desk.act("Adi", id, "resume");
    }
    match desk.stage(id) {
        "input" => desk.act("Cici", id, "submit"),
        "verification" => desk.act("Vera", id, "verify"),
        "approval" if desk.request(id).in_decree => desk.sign("Gita"),
        "approval" => desk.draft("Vera", &[id]).map(|_| ()),
        "disbursement" => desk.order("Tono", &[id]).map(|_| ()),
        _ => Ok(()),
    }
}

/// What must hold after any step, whether it was refused or not.
fn check(desk: &Desk, ids: &[RequestId]) {
    let mut sums = [Rupiah::ZERO; 3];
    for id in ids {
        let request = desk.request(*id);
        let pot = match request.budget {
            Standing::None => None,
            Standing::Reserved => Some(0),
            Standing::Committed => Some(1),
            Standing::Paid => Some(2),
        };
        if let Some(pot) = pot {
            sums[pot] = sums[pot].plus(request.amount).unwrap();
        }
        let paid = |event: &Event| matches!(event, Event::Advanced(step) if step.budget == Standing::Paid);
        let times = desk.histories[id].iter().filter(|entry| paid(&entry.event)).count();
        assert!(times <= 1, "paid {times} times");
        assert_eq!(times == 1, request.stage.as_str() == "paid");
    }
    let line = desk.line(ids[0]);
    assert_eq!([line.reserved, line.committed, line.paid], sums);
    check_lists(desk);
}

/// An open request explains itself, and the persons it names may act.
fn check_wait(desk: &Desk, id: RequestId) {
    let request = desk.request(id);
    for lang in [Lang::Id, Lang::En] {
        let wait = desk.wait_of(id, lang);
        assert_eq!(wait.is_none(), request.closed && request.incident.is_none());
        assert!(wait.is_none_or(|wait| !wait.sentence.is_empty() && !wait.unblock.is_empty()));
    }
    let Some(wait) = desk.wait_of(id, Lang::Id) else { return };
    let workflow = desk.case("Cici", id).workflow;
    for person in wait.persons {
        let acts =
            wait.actions.iter().filter(|name| workflow.actions.get(*name).is_some_and(|it| it.via.is_none()));
        let codes: Vec<_> = acts.map(|name| code(desk, person, id, name)).collect();
        assert!(
            codes.is_empty() || codes.iter().any(Option::is_none),
            "{}: {person} {codes:?}",
            wait.sentence
        );
    }
}

fn code(desk: &Desk, by: PersonId, id: RequestId, action: &crate::ActionName) -> Option<&'static str> {
    let name = &desk.world.roster.person(by).unwrap().name;
    desk.case(name, id).permit(action, Through::Itself).err().map(|refusal| refusal.why.code())
}

/// Whoever a refusal names instead has the role and no duty against it.
fn check_who_could(desk: &Desk, id: RequestId) {
    for (name, _) in PEOPLE {
        let case = desk.case(name, id);
        for action in case.workflow.actions.keys() {
            let Err(refusal) = case.permit(action, Through::Itself) else { continue };
            if refusal.why.code() == "claimed_by_other" {
                continue; // Who has taken it on may put it back, at least.
            }
            for other in refusal.who_could {
                let code = code(desk, other, id, action);
                assert!(!matches!(code, Some("role_missing" | "duty_conflict")), "{action}: {code:?}");
            }
        }
    }
}

fn check_lists(desk: &Desk) {
    if let Some((decree, lines)) = &desk.decree {
        assert_eq!(crate::decree::digest(decree, lines), decree.digest);
        let ended =
            [decree.approved, decree.struck, decree.refused].iter().map(|tally| tally.count).sum::<u32>();
        match decree.state {
            crate::decree::DecreeState::Signed => assert_eq!(ended, decree.count),
            crate::decree::DecreeState::Draft | crate::decree::DecreeState::Cancelled => {
                assert_eq!(ended, decree.struck.count);
            }
        }
    }
    for (order, lines) in &desk.orders {
        assert_eq!(crate::payment::digest(order, lines), order.digest);
        let of =
            |outcome| u32::try_from(lines.iter().filter(|line| line.outcome == outcome).count()).unwrap();
        let counts = (order.paid.count, order.failed.count, order.unknown.count);
        assert_eq!(counts, (of(Payout::Paid), of(Payout::Failed), of(Payout::Unknown)));
    }
}

/// At its end a request takes words, and what concerns a payment reported twice.
fn check_closed(before: &Request, after: &Request, ask: &Ask) {
    if !before.closed || before.version == after.version {
        return;
    }
    let told = matches!(ask, Ask::Act("comment") | Ask::Settle(..));
    let ruled = matches!(ask, Ask::Rule(_) | Ask::RuleTogether(_)) && before.incident.is_some();
    assert!(told || ruled, "{ask:?} changed a closed request");
    assert_eq!((&before.stage, before.budget, &before.facts), (&after.stage, after.budget, &after.facts));
}

/// Some act for others, so that random acts meet that too.
fn papers() -> Papers {
    Papers {
        delegations: vec![
            delegation("Vito", "Coki", "verifier"),
            delegation("Tuti", "Vera", "treasurer"),
            delegation("Semua", "Olah", "clerk"),
        ],
        actings: vec![
            acting("Adi", "governor", Capacity::Pj, Some("Gita")),
            acting("Ani", "treasurer", Capacity::Plh, None),
        ],
        ..Papers::default()
    }
}

fn run(steps: &[Step]) -> Desk {
    let mut desk = Desk::new();
    desk.papers(papers());
    let ids: Vec<_> = (0..REQUESTS).map(|_| desk.entered("kube")).collect();
    for step in steps {
        let before: Vec<_> = ids.iter().map(|id| desk.request(*id).clone()).collect();
        let told = take(&mut desk, &ids, step);
        if told.is_err() {
            assert!(ids.iter().zip(&before).all(|(id, before)| desk.request(*id) == before));
        }
        for (id, before) in ids.iter().zip(&before) {
            check_closed(before, desk.request(*id), &step.ask);
        }
        desk.for_whom = None;
        check(&desk, &ids);
        check_wait(&desk, ids[step.request]);
        check_who_could(&desk, ids[step.request]);
    }
    desk
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_by_whomever_what_must_hold_holds(steps in prop::collection::vec(step(), 1..90)) {
        run(&steps);
    }
}

#[test]
fn random_acts_come_to_every_end_and_every_event() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = prop::collection::vec(step(), 60..90);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..150 {
        let desk = run(&strategy.new_tree(&mut runner).unwrap().current());
        for (id, history) in &desk.histories {
            seen.insert(desk.stage(*id).to_owned());
            seen.extend(history.iter().map(|entry| entry.event.kind().to_owned()));
        }
    }
    for wanted in [
        "paid",
        "rejected",
        "withdrawn",
        "amended",
        "advanced",
        "endorsed",
        "corrected",
        "held",
        "resumed",
        "claimed",
        "released",
        "commented",
        "listed",
        "unlisted",
        "ordered",
        "unordered",
        "payment_failed",
        "payment_unknown",
        "incident_opened",
        "ruled_unpaid",
    ] {
        assert!(seen.contains(wanted), "{wanted} never happened: {seen:?}");
    }
}
