//! What two persons do to requests: a stuck one is put back, and those of one version go on under the next, while everybody
//! works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use salur_core::office::Change;
use salur_core::roster::{Grant, Person};
use salur_core::{PersonId, ProposalId};
use salur_store::job::{Answer, Job};
use salur_store::requests::Place;
use salur_store::{ExecuteError, Store};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::home::{Chance, Home, done};
use crate::shared::{AMOUNT, CLERK, GOVERNOR, VERIFIER, act, ask, enter, founding, id, now, refusal, run};

const ADMIN: PersonId = PersonId(Uuid::from_u128(31));
const OTHER: PersonId = PersonId(Uuid::from_u128(32));
const AUDITOR: PersonId = PersonId(Uuid::from_u128(33));
const REQUESTS: u64 = 240;
const REPAIR: &str = "\n[repair]\nby = [\"admin\"]\nconfirm_by = [\"auditor\"]\nmay_enter = [\"input\", \"verification\"]\n\n[hold]\n";

/// An office with administrators and an auditor; its definition says who repairs.
async fn found(home: &Home) -> (Store, String) {
    let store = home.open().await;
    let Job::Found(mut office) = founding(&[(2026, 1_000 * AMOUNT)]) else { panic!("not a founding") };
    for (id, role, number) in [(ADMIN, "admin", "A-1"), (OTHER, "admin", "A-2"), (AUDITOR, "auditor", "P-1")]
    {
        office.people.push(Person {
            id,
            staff_no: number.into(),
            name: format!("Invented {number}"),
            active: true,
            grants: vec![Grant { role: role.into(), region: "64".into() }],
        });
    }
    let text = &mut office.definitions[0];
    if !text.contains("[repair]") {
        *text = text.replace("\n[hold]\n", REPAIR);
    }
    let text = text.clone();
    store.execute(ask(CLERK, None, Job::Found(office))).await.unwrap();
    (store, text)
}

fn proposal(n: u128) -> ProposalId {
    ProposalId(Uuid::from_u128(6_000_000 + n))
}

async fn mend(
    store: &Store,
    n: u128,
    request: u64,
    to: &str,
    by: [PersonId; 2],
) -> Result<Answer, ExecuteError> {
    let job = store.proposing_repair(proposal(n), id(request), to.into(), "an invented reason").unwrap();
    run(store, by[0], job).await?;
    run(store, by[1], Job::Confirm { id: proposal(n) }).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repair_takes_two_persons_and_never_comes_to_money() {
    let home = Home::new();
    let (store, _) = found(&home).await;
    enter(&store, 2).await;
    done(&store, CLERK, act(&store, 0, "submit", None)).await;
    done(&store, VERIFIER, act(&store, 0, "verify", None)).await;
    let reserved = |lines: Vec<salur_core::workflow::BudgetLine>| lines[0].reserved.0;
    assert_eq!(reserved(store.budget_lines().await.unwrap()), AMOUNT);
    for (n, to, by, code) in [
        (1, "approval", [ADMIN, AUDITOR], "repair_not_allowed"),
        (2, "disbursement", [ADMIN, AUDITOR], "repair_not_allowed"),
        (3, "paid", [ADMIN, AUDITOR], "repair_not_allowed"),
        (4, "verification", [ADMIN, ADMIN], "needs_second"),
        (5, "verification", [ADMIN, OTHER], "role_missing"),
        (6, "verification", [VERIFIER, AUDITOR], "change_role_missing"),
        (7, "verification", [ADMIN, GOVERNOR], "not_found"),
    ] {
        assert_eq!(refusal(mend(&store, n, 0, to, by).await).why.code(), code, "{n}");
    }
    assert_eq!(store.request(id(0)).await.unwrap().unwrap().request.version, 3, "nothing has happened");
    mend(&store, 8, 0, "verification", [ADMIN, AUDITOR]).await.unwrap();
    let request = store.request(id(0)).await.unwrap().unwrap().request;
    assert_eq!((request.stage.as_str(), request.version), ("verification", 4));
    assert_eq!(reserved(store.budget_lines().await.unwrap()), 0);
    // Confirmed once, it is done; a proposal left open meanwhile is asked anew and finds nothing to go back from.
    assert!(run(&store, AUDITOR, Job::Confirm { id: proposal(8) }).await.is_err());
    assert_eq!(
        refusal(run(&store, AUDITOR, Job::Confirm { id: proposal(4) }).await).why.code(),
        "repair_not_allowed"
    );
    store.close().await;
    home.check().await;
}

/// Claims and puts back what it can, until told to stop.
async fn work(store: Store, chance: Arc<Chance>, stop: Arc<AtomicBool>, acts: Arc<AtomicU64>) {
    while !stop.load(Ordering::Relaxed) {
        let n = chance.below(REQUESTS);
        for action in ["claim", "release"] {
            if run(&store, CLERK, act(&store, n, action, None)).await.is_ok() {
                acts.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// Requests at several stages; those on a draft decree are told.
async fn spread(store: &Store) -> Vec<salur_core::RequestId> {
    enter(store, REQUESTS).await;
    for n in 0..REQUESTS {
        if n % 2 > 0 {
            done(store, CLERK, act(store, n, "submit", None)).await;
        }
        if n % 4 > 2 {
            done(store, VERIFIER, act(store, n, "verify", None)).await;
        }
    }
    let frozen: Vec<_> = (0..REQUESTS).filter(|n| n % 8 == 7).map(id).collect();
    let decree = Job::DraftDecree {
        id: salur_core::DecreeId(Uuid::from_u128(9)),
        scheme: "disaster".into(),
        year: 2026,
        requests: frozen.clone(),
        dry_run: false,
    };
    done(store, VERIFIER, decree).await;
    frozen
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_go_on_under_the_next_version_while_everybody_works() {
    let home = Home::new();
    let (store, text) = found(&home).await;
    let servers = [store, home.open().await];
    let frozen = spread(&servers[0]).await;
    // The next version calls `verification` by another name.
    let next = text
        .replace("\nversion = 1\n", "\nversion = 2\n")
        .replace("[stage.verification]", "[stage.checking]")
        .replace("\"verification\"", "\"checking\"")
        .replace("phase = \"checking\"", "phase = \"verification\"")
        .replace("\n[hold]\n", "\n[migrate.1]\nverification = \"checking\"\n\n[hold]\n");
    let publish = servers[0].proposing(proposal(1), Change::PublishDefinition { text: next }).unwrap();
    done(&servers[0], ADMIN, publish).await;
    done(&servers[0], OTHER, Job::Confirm { id: proposal(1) }).await;
    let world = servers[0].world();
    let new = world.workflows.current(&"disaster".into()).unwrap();
    assert_eq!(new.version, 2);
    let page = servers[0].migration_preview(new, None, now(), Place::START, 1_000).await.unwrap();
    let count = |code: &str| page.data.iter().filter(|(_, preview)| preview.code() == code).count();
    let quarter = usize::try_from(REQUESTS / 4).unwrap();
    assert_eq!((count("stays"), count("renamed"), count("blocked")), (5 * quarter / 2, quarter, quarter / 2));
    let order = Change::Migrate { scheme: "disaster".into(), from: Some(1), to: 2 };
    done(&servers[0], ADMIN, servers[0].proposing(proposal(2), order).unwrap()).await;
    assert_eq!(servers[0].run_migrations(now(), None).await.unwrap(), 0, "one person's word moves nothing");
    let forged = Job::Migrate { proposal: proposal(2), requests: vec![id(0)] };
    assert!(run(&servers[0], ADMIN, forged).await.is_err());
    done(&servers[0], OTHER, Job::Confirm { id: proposal(2) }).await;

    let (stop, acts) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let chance = Arc::new(Chance::new(0x5a1_0077));
    let mut working = JoinSet::new();
    for caller in 0..8 {
        working.spawn(work(servers[caller % 2].clone(), chance.clone(), stop.clone(), acts.clone()));
    }
    let mut moving = JoinSet::new();
    for store in servers.clone() {
        moving.spawn(async move { store.run_migrations(now(), None).await.unwrap() });
    }
    let moved: u64 = moving.join_all().await.into_iter().sum();
    stop.store(true, Ordering::Relaxed);
    working.join_all().await;
    assert!(acts.load(Ordering::Relaxed) > 0, "nobody worked");
    let mut migrated = 0;
    for n in 0..REQUESTS {
        let request = servers[1].request(id(n)).await.unwrap().unwrap().request;
        let is_frozen = frozen.contains(&id(n));
        assert_eq!(request.definition.version, if is_frozen { 1 } else { 2 });
        assert_ne!(request.stage.as_str(), "verification");
        let history = servers[1].history(id(n)).await.unwrap();
        migrated += history.iter().filter(|told| told.entry.event.kind() == "migrated").count();
    }
    assert_eq!(migrated, usize::try_from(REQUESTS).unwrap() - frozen.len(), "each once");
    assert_eq!(moved, u64::try_from(migrated).unwrap(), "told as many as were moved");
    done(&servers[1], VERIFIER, act(&servers[1], 1, "verify", None)).await;
    // What was blocked follows once nothing blocks it.
    done(&servers[0], VERIFIER, Job::CancelDecree { id: salur_core::DecreeId(Uuid::from_u128(9)) }).await;
    assert_eq!(servers[1].run_migrations(now(), None).await.unwrap(), u64::try_from(frozen.len()).unwrap());
    for store in servers {
        store.close().await;
    }
    home.check().await;
}
