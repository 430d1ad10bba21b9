//! Changes of the office take two persons, whoever tries what; publishing under load loses nothing.

use std::collections::BTreeSet;

use jiff::civil::date;
use salur_core::office::{Change, ProposalState, person_of};
use salur_core::roster::Capacity;
use salur_core::{ActingId, DelegationId, FreezeId, Rupiah};
use salur_store::Store;
use salur_store::job::{Answer, Job};
use salur_testbed::home::is_postgres;
use uuid::Uuid;

use crate::office::{
    AMOUNT, CLERK, GOVERNOR, OUTSIDER, VERIFIER, act, address, ask, check, enter, id, open, refusal, run,
    verify,
};
use crate::proposing::{
    ADMIN, LOCAL, OTHER, acting, code, confirm, definition, delegate, found, grant, make, now_of, proposal,
    propose, publish, seat,
};

#[tokio::test]
async fn a_role_is_granted_by_two_and_counts_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    enter(&store, 1).await;
    run(&store, CLERK, act(&store, 0, "submit", None)).await.unwrap();
    assert_eq!(code(run(&store, LOCAL, act(&store, 0, "verify", None)).await), "not_found");
    make(&store, 1, grant(LOCAL, "verifier")).await;
    run(&store, LOCAL, act(&store, 0, "verify", None)).await.unwrap();
    make(&store, 2, Change::RegisterPerson { staff_no: "B 1".into(), name: "Invented new".into() }).await;
    let new = person_of(proposal(2));
    assert_eq!(store.world().roster.name(new), "Invented new");
    make(&store, 3, grant(new, "clerk")).await;
    propose(&store, ADMIN, 4, Change::RevokeRole { person: new, role: "clerk".into(), region: "64".into() })
        .await
        .unwrap();
    assert!(store.world().roster.person(new).unwrap().grants.is_empty());
    propose(&store, OTHER, 5, Change::DismissPerson { person: new }).await.unwrap();
    assert!(!store.world().roster.person(new).unwrap().active);
    store.close().await;
    check(folder.path()).await;
    // What was changed is there after a start.
    let store = open(folder.path()).await;
    assert!(store.world().roster.person(LOCAL).unwrap().holds(&"verifier".into(), &"64".into()));
    assert_eq!(store.proposals(Some(ProposalState::Confirmed), Uuid::max(), 10).await.unwrap().len(), 5);
    store.close().await;
}

#[tokio::test]
async fn a_lifted_freeze_keeps_its_past_days_and_verify_agrees() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    let (from, to) = (date(2026, 11, 24), date(2090, 12, 31));
    let freeze = Change::SetFreeze {
        source: "Invented letter 3".into(),
        fund: "apbd".into(),
        schemes: BTreeSet::new(),
        exempt: BTreeSet::new(),
        from,
        to,
    };
    propose(&store, ADMIN, 1, freeze).await.unwrap();
    let lift = store.proposing(proposal(2), Change::LiftFreeze { freeze: FreezeId(proposal(1).0) }).unwrap();
    let mut later = crate::shared::ask(ADMIN, None, lift);
    later.at += jiff::SignedDuration::from_hours(240);
    let at = later.at;
    store.execute(later).await.unwrap();
    let mut second = crate::shared::ask(OTHER, None, Job::Confirm { id: proposal(2) });
    second.at = at;
    store.execute(second).await.unwrap();
    let kept = |store: &Store| store.world().policy.freeze.iter().find(|it| it.from == from).unwrap().to;
    let last = kept(&store);
    assert!(from < last && last < to);
    store.close().await;
    check(folder.path()).await;
    let store = open(folder.path()).await;
    assert_eq!(kept(&store), last);
    store.close().await;
}

#[tokio::test]
async fn nobody_gets_past_the_second_person() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    // One administrator alone.
    assert_eq!(code(propose(&store, ADMIN, 1, grant(ADMIN, "governor")).await), "own_favour");
    propose(&store, ADMIN, 2, grant(VERIFIER, "treasurer")).await.unwrap();
    let told = refusal(confirm(&store, ADMIN, 2).await);
    assert_eq!((told.why.code(), told.who_could), ("needs_second", vec![OTHER]));
    assert_eq!(code(confirm(&store, VERIFIER, 2).await), "own_favour");
    // Whoever it is none of the business of is not told that it is there.
    assert_eq!(code(confirm(&store, CLERK, 2).await), "not_found");
    assert_eq!(code(confirm(&store, LOCAL, 2).await), "change_role_missing");
    // A second account of one person: a staff number is one person's, however it is written.
    let again = Change::RegisterPerson { staff_no: " a1".into(), name: "Invented twin".into() };
    assert_eq!(code(propose(&store, ADMIN, 3, again).await), "staff_no_taken");
    // Twice, late, or by somebody else.
    confirm(&store, OTHER, 2).await.unwrap();
    assert_eq!(code(confirm(&store, OTHER, 2).await), "proposal_closed");
    assert_eq!(code(run(&store, ADMIN, Job::Withdraw { id: proposal(2) }).await), "proposal_closed");
    propose(&store, ADMIN, 4, grant(CLERK, "auditor")).await.unwrap();
    assert_eq!(code(run(&store, OTHER, Job::Withdraw { id: proposal(4) }).await), "not_its_proposer");
    run(&store, OTHER, Job::Decline { id: proposal(4), note: None }).await.unwrap();
    assert_eq!(code(confirm(&store, OTHER, 4).await), "proposal_closed");
    // An administrator of one regency grants nothing beyond it.
    assert_eq!(code(propose(&store, LOCAL, 5, grant(OUTSIDER, "verifier")).await), "change_role_missing");
    assert_eq!(code(propose(&store, LOCAL, 6, publish(definition(2))).await), "change_role_missing");
    assert_eq!(code(propose(&store, GOVERNOR, 7, grant(CLERK, "verifier")).await), "change_role_missing");
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn what_has_changed_since_is_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    make(&store, 1, grant(GOVERNOR, "admin")).await;
    // The one it is for has left; the one who proposed it may no longer; it is so already.
    propose(&store, ADMIN, 2, grant(VERIFIER, "treasurer")).await.unwrap();
    propose(&store, ADMIN, 3, Change::DismissPerson { person: VERIFIER }).await.unwrap();
    assert_eq!(code(confirm(&store, OTHER, 2).await), "person_inactive");
    propose(&store, ADMIN, 4, grant(CLERK, "auditor")).await.unwrap();
    propose(&store, ADMIN, 5, grant(CLERK, "auditor")).await.unwrap();
    confirm(&store, OTHER, 4).await.unwrap();
    assert_eq!(code(confirm(&store, OTHER, 5).await), "already_held");
    propose(&store, ADMIN, 6, grant(CLERK, "verifier")).await.unwrap();
    let revoke = Change::RevokeRole { person: ADMIN, role: "admin".into(), region: "64".into() };
    propose(&store, OTHER, 7, revoke).await.unwrap();
    assert_eq!(code(confirm(&store, GOVERNOR, 6).await), "proposer_may_not");
    // Two who can grant a role are left, and stay.
    let gone = Change::DismissPerson { person: GOVERNOR };
    assert_eq!(code(propose(&store, OTHER, 8, gone).await), "too_few_left");
    // Somebody who has left decides on nothing.
    assert_eq!(code(confirm(&store, VERIFIER, 6).await), "not_found");
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn powers_are_lent_only_by_who_has_them_and_never_to_get_round_a_second_person() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    // Not without the one whose power it is; not by the one it is for.
    propose(&store, ADMIN, 1, delegate(VERIFIER, LOCAL, "verifier")).await.unwrap();
    assert_eq!(code(confirm(&store, OTHER, 1).await), "consent_missing");
    assert_eq!(code(confirm(&store, LOCAL, 1).await), "own_favour");
    confirm(&store, VERIFIER, 1).await.unwrap();
    // What was handed on is not handed on again.
    assert_eq!(
        code(propose(&store, LOCAL, 2, delegate(LOCAL, CLERK, "verifier")).await),
        "delegation_chained"
    );
    let mut long = delegate(VERIFIER, LOCAL, "verifier");
    if let Change::Delegate { to_day, .. } = &mut long {
        *to_day = date(2027, 11, 1);
    }
    assert_eq!(code(propose(&store, VERIFIER, 3, long).await), "delegation_too_long");
    // A role of administrator that was lent changes nothing in the office.
    propose(&store, ADMIN, 4, delegate(ADMIN, LOCAL, "admin")).await.unwrap();
    confirm(&store, OTHER, 4).await.unwrap();
    assert_eq!(code(propose(&store, LOCAL, 5, grant(CLERK, "verifier")).await), "change_role_missing");
    // Two of whom one acts for the other are one.
    make(&store, 6, grant(LOCAL, "admin")).await;
    propose(&store, ADMIN, 7, grant(CLERK, "verifier")).await.unwrap();
    assert_eq!(code(confirm(&store, LOCAL, 7).await), "stands_in");
    let end = Change::EndDelegation { delegation: DelegationId(proposal(4).0) };
    propose(&store, ADMIN, 8, end).await.unwrap();
    confirm(&store, LOCAL, 7).await.unwrap();
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn a_seat_is_acted_in_where_its_holder_is_away_or_missing() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    let plh = |person| acting(person, Capacity::Plh, Some(GOVERNOR));
    assert_eq!(code(propose(&store, ADMIN, 1, plh(VERIFIER)).await), "seat_unknown");
    make(&store, 2, seat()).await;
    assert_eq!(code(propose(&store, ADMIN, 3, acting(VERIFIER, Capacity::Plt, None)).await), "seat_held");
    assert_eq!(code(propose(&store, ADMIN, 4, acting(VERIFIER, Capacity::Plh, None)).await), "field_missing");
    assert_eq!(
        code(propose(&store, ADMIN, 5, acting(OTHER, Capacity::Plh, Some(CLERK))).await),
        "grant_missing"
    );
    assert_eq!(code(propose(&store, ADMIN, 5, plh(GOVERNOR)).await), "for_oneself");
    // What a verifier has checked is approved by somebody else, decree or not.
    assert_eq!(code(propose(&store, ADMIN, 6, plh(VERIFIER)).await), "breaks_duty");
    make(&store, 12, Change::RegisterPerson { staff_no: "S1".into(), name: "Invented secretary".into() })
        .await;
    make(&store, 7, plh(person_of(proposal(12)))).await;
    let absence =
        Change::NoteAbsence { person: GOVERNOR, from_day: date(2026, 11, 24), to_day: date(2026, 11, 30) };
    propose(&store, GOVERNOR, 8, absence.clone()).await.unwrap();
    assert_eq!(code(propose(&store, GOVERNOR, 9, absence).await), "already_noted");
    let world = store.world();
    let (seat, holders) = world.roster.seats().next().unwrap();
    assert_eq!((seat.title.en.as_str(), holders), ("Governor", vec![GOVERNOR]));
    assert_eq!(world.roster.actings().count(), 1);
    assert!(world.roster.absence(GOVERNOR, date(2026, 11, 24)).is_some());
    let end = Change::EndAbsence { person: GOVERNOR, from_day: date(2026, 11, 24) };
    propose(&store, GOVERNOR, 10, end).await.unwrap();
    propose(&store, ADMIN, 11, Change::EndActing { acting: ActingId(proposal(7).0) }).await.unwrap();
    assert_eq!(store.world().roster.actings().count(), 0);
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn money_stands_still_at_one_word_and_goes_on_at_two() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    let freeze = Change::SetFreeze {
        source: "Invented letter 2".into(),
        fund: "apbd".into(),
        schemes: BTreeSet::from(["disaster".into()]),
        exempt: BTreeSet::new(),
        from: date(2026, 11, 24),
        to: date(2026, 12, 31),
    };
    propose(&store, ADMIN, 1, freeze).await.unwrap();
    let frozen = |store: &Store, scheme: &str| {
        let policy = store.world().policy.clone();
        policy.freeze_on("apbd", &scheme.into(), date(2026, 11, 24)).is_some()
    };
    assert!(frozen(&store, "disaster") && !frozen(&store, "kube"));
    let lift = Change::LiftFreeze { freeze: FreezeId(proposal(1).0) };
    propose(&store, ADMIN, 2, lift.clone()).await.unwrap();
    assert!(frozen(&store, "disaster"));
    confirm(&store, OTHER, 2).await.unwrap();
    assert!(!frozen(&store, "disaster"));
    assert_eq!(code(propose(&store, ADMIN, 3, lift).await), "paper_unknown");
    let line = || "2026/disaster/apbd".into();
    let revise =
        |ceiling| Change::ReviseCeiling { line: line(), ceiling: Rupiah(ceiling), source: "P-APBD".into() };
    enter(&store, 1).await;
    run(&store, CLERK, act(&store, 0, "submit", None)).await.unwrap();
    run(&store, VERIFIER, act(&store, 0, "verify", None)).await.unwrap();
    assert_eq!(code(propose(&store, ADMIN, 4, revise(AMOUNT - 1)).await), "ceiling_too_low");
    make(&store, 5, revise(AMOUNT)).await;
    let lines = store.budget_lines().await.unwrap();
    assert_eq!((lines[0].ceiling, lines[0].room()), (Rupiah(AMOUNT), Rupiah::ZERO));
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn a_budget_line_is_opened_by_two_and_requests_are_paid_from_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    let open_line = |year: i16, ceiling: i64| Change::OpenLine {
        scheme: "disaster".into(),
        year,
        fund: "apbd".into(),
        account: "invented 5.3".into(),
        ceiling: Rupiah(ceiling),
        source: "Invented DPA".into(),
    };
    assert_eq!(code(propose(&store, ADMIN, 1, open_line(2026, AMOUNT)).await), "line_taken");
    assert_eq!(code(propose(&store, CLERK, 1, open_line(2027, AMOUNT)).await), "change_role_missing");
    propose(&store, ADMIN, 2, open_line(2027, AMOUNT)).await.unwrap();
    propose(&store, OTHER, 3, open_line(2027, 9 * AMOUNT)).await.unwrap();
    assert_eq!(code(confirm(&store, ADMIN, 2).await), "needs_second");
    confirm(&store, OTHER, 2).await.unwrap();
    assert_eq!(code(confirm(&store, ADMIN, 3).await), "line_taken");
    let mut entry = crate::shared::entry(&store, 1);
    entry.year = 2027;
    run(&store, CLERK, Job::Enter(Box::new(entry))).await.unwrap();
    run(&store, CLERK, act(&store, 1, "submit", None)).await.unwrap();
    run(&store, VERIFIER, act(&store, 1, "verify", None)).await.unwrap();
    let lines = store.budget_lines().await.unwrap();
    let line = lines.iter().find(|line| line.year == 2027).unwrap();
    assert_eq!(
        (line.account.as_str(), line.reserved, line.room()),
        ("invented 5.3", Rupiah(AMOUNT), Rupiah::ZERO)
    );
    let revise = |ceiling| Change::ReviseCeiling {
        line: "2027/disaster/apbd".into(),
        ceiling: Rupiah(ceiling),
        source: "P-APBD".into(),
    };
    assert_eq!(code(propose(&store, ADMIN, 4, revise(AMOUNT - 1)).await), "ceiling_too_low");
    make(&store, 5, revise(2 * AMOUNT)).await;
    store.close().await;
    check(folder.path()).await;
    // A line that nobody opened, and one whose ceiling is another than two persons have said.
    for sql in [
        "insert into budget_line (id, scheme, year, fund, account, ceiling, reserved, committed, paid)
            values ('2028/disaster/apbd', 'disaster', 2028, 'apbd', 'x', 5, 0, 0, 0)",
        "delete from budget_line where year = 2028",
        "update budget_line set ceiling = ceiling + 1 where year = 2027",
    ] {
        if is_postgres() {
            salur_testbed::home::run(&address(folder.path()), sql).unwrap();
        } else {
            rusqlite::Connection::open(folder.path().join("office.db")).unwrap().execute(sql, []).unwrap();
        }
        let broken = verify(folder.path()).await.broken.map(|broken| broken.invariant);
        let wanted = (!sql.starts_with("delete")).then_some("ceiling_as_told");
        assert_eq!(broken, wanted, "{sql}");
    }
}

#[tokio::test]
async fn a_published_definition_never_changes() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    // The same again is nothing; another text under its version is refused; so is a version left out.
    let same = propose(&store, ADMIN, 1, publish(definition(1))).await.unwrap();
    assert!(matches!(same, Answer::Proposal { id: None, .. }));
    let other = format!("{}\n# another text\n", definition(1));
    assert_eq!(code(propose(&store, ADMIN, 2, publish(other)).await), "version_taken");
    assert_eq!(code(propose(&store, ADMIN, 3, publish(definition(3))).await), "version_skipped");
    assert_eq!(code(propose(&store, ADMIN, 4, publish("schema = 1".into())).await), "definition_unsound");
    // Proposed twice, the next one waits once.
    propose(&store, ADMIN, 5, publish(definition(2))).await.unwrap();
    let again = refusal(propose(&store, OTHER, 6, publish(definition(2))).await);
    assert_eq!(again.why.code(), "proposed_already");
    assert_eq!(code(propose(&store, CLERK, 6, publish(definition(2))).await), "change_role_missing");
    assert_eq!(now_of(confirm(&store, OTHER, 5).await).state, ProposalState::Confirmed);
    assert_eq!(store.world().workflows.current(&"disaster".into()).unwrap().version, 2);
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test]
async fn a_repeated_confirmation_is_answered_as_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    propose(&store, ADMIN, 1, grant(VERIFIER, "treasurer")).await.unwrap();
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let store = store.clone();
        let job = ask(OTHER, Some("k"), Job::Confirm { id: proposal(1) });
        tasks.push(tokio::spawn(async move { store.execute(job).await }));
    }
    for task in tasks {
        assert!(matches!(task.await.unwrap(), Ok(Answer::Proposal { id: Some(_), .. })));
    }
    store.close().await;
    check(folder.path()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_while_many_act_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    enter(&store, 32).await;
    let mut tasks = Vec::new();
    for n in 0..32 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            run(&store, CLERK, act(&store, n, "submit", Some(1))).await.unwrap();
            run(&store, VERIFIER, act(&store, n, "verify", Some(2))).await.unwrap();
            let entry = crate::shared::entry(&store, 100 + n);
            run(&store, CLERK, Job::Enter(Box::new(entry))).await.unwrap();
        }));
    }
    for version in 2..6 {
        let n = u128::from(version);
        propose(&store, ADMIN, n, publish(definition(version))).await.unwrap();
        confirm(&store, OTHER, n).await.unwrap();
    }
    for task in tasks {
        task.await.unwrap();
    }
    for n in 0..32 {
        let old = store.request(id(n)).await.unwrap().unwrap().request;
        assert_eq!((old.definition.version, old.version), (1, 3));
        assert!(store.request(id(100 + n)).await.unwrap().is_some());
    }
    enter_one_more(&store).await;
    store.close().await;
    check(folder.path()).await;
}

async fn enter_one_more(store: &Store) {
    let entry = crate::shared::entry(store, 500);
    run(store, CLERK, Job::Enter(Box::new(entry))).await.unwrap();
    assert_eq!(store.request(id(500)).await.unwrap().unwrap().request.definition.version, 5);
}

#[tokio::test]
async fn what_was_changed_around_the_program_is_found() {
    let cases = [
        ("update person_grant set role = 'governor' where role = 'clerk'", "grants_as_told"),
        ("update person set active = false", "grants_as_told"),
        ("update person set name = 'Somebody' where staff_no = 'B1'", "person_as_told"),
        ("update person set staff_no = 'B2' where staff_no = 'B1'", "person_as_told"),
        ("delete from paper", "paper_as_told"),
        ("update budget_line set ceiling = ceiling + 1", "ceiling_as_told"),
        ("delete from proposal", "proposal_as_told"),
        ("update proposal set body = replace(body, 'Invented new', 'Somebody')", "proposal_as_told"),
        ("update proposal set state = 'open'", "columns_equal_state"),
    ];
    for (sql, invariant) in cases {
        let folder = tempfile::tempdir().unwrap();
        let store = found(folder.path()).await;
        make(&store, 1, Change::RegisterPerson { staff_no: "B1".into(), name: "Invented new".into() }).await;
        make(&store, 2, seat()).await;
        store.close().await;
        check(folder.path()).await;
        if is_postgres() {
            salur_testbed::home::run(&address(folder.path()), sql).unwrap();
        } else {
            let connection = rusqlite::Connection::open(folder.path().join("office.db")).unwrap();
            connection.execute(sql, []).unwrap();
        }
        let broken = verify(folder.path()).await.broken;
        assert_eq!(broken.map(|broken| broken.invariant), Some(invariant), "{sql}");
    }
}
