//! Two servers race for budgets that are too small.

use std::collections::{BTreeMap, BTreeSet};

use salur_core::command::Command;
use salur_core::decree::Signing;
use salur_core::{DecreeId, RequestId};
use salur_store::Store;
use salur_store::job::{Act, Answer, Entry, Job};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::home::{Home, done};
use crate::shared::{AMOUNT, CLERK, GOVERNOR, VERIFIER, act, entry, id, refusal, run};

/// More than a hundred rounds in all, in two rows of offices at a time.
const OFFICES: i16 = 13;
/// In each office, every one in a year of its own. Few, so that checking the whole office after each is quick.
const ROUNDS: i16 = 4;
const FITS: u64 = 20;
const RACING: u64 = 64;
/// Those that get a reservation, and give it up before the race, and those that race.
const ENTERED: u64 = FITS + RACING;

/// The requests of a round.
fn of(round: i16) -> std::ops::Range<u64> {
    let first = u64::from(round.unsigned_abs()) * ENTERED;
    first..first + ENTERED
}

fn year(round: i16) -> i16 {
    2026 + round
}

/// Enters and submits the requests of a round.
async fn prepare(store: &Store, round: i16) {
    let mut entering = JoinSet::new();
    for n in of(round) {
        let (store, entry) = (store.clone(), Entry { year: year(round), ..entry(store, n) });
        entering.spawn(async move { done(&store, CLERK, Job::Enter(Box::new(entry))).await });
    }
    entering.join_all().await;
    let command = Command::named("submit".into(), None, BTreeMap::new());
    let requests = of(round).map(id).collect();
    done(store, CLERK, Job::Many { requests, command, note: None, dry_run: false }).await;
}

/// The requests of a round that have a reservation.
fn reserved(home: &Home, round: i16) -> BTreeSet<RequestId> {
    let sql = format!(
        "select id from request where year = {} and state::json ->> 'budget' = 'reserved'",
        year(round)
    );
    let rows = home.database().psql(&sql).unwrap();
    rows.lines().map(|row| RequestId(Uuid::parse_str(row).unwrap())).collect()
}

/// Both servers verify at once: so many as fit get a reservation. Then these are sent back, which frees what they held;
/// answers the others.
async fn race_for_reservations(home: &Home, servers: &[Store; 2], round: i16) -> Vec<u64> {
    let mut verifying = JoinSet::new();
    for n in of(round) {
        let store = servers[usize::from(n % 2 == 1)].clone();
        let job = act(&store, n, "verify", None);
        verifying.spawn(async move { done(&store, VERIFIER, job).await });
    }
    verifying.join_all().await;
    let reserved = reserved(home, round);
    assert_eq!(reserved.len(), 20, "round {round}");
    let waiting = of(round).filter(|n| !reserved.contains(&id(*n))).collect();
    let Job::Act(act) = act(&servers[0], of(round).start, "return", None) else { panic!("not an act") };
    let Act { command, note, .. } = *act;
    let requests = reserved.into_iter().collect();
    let back = done(&servers[1], GOVERNOR, Job::Many { requests, command, note, dry_run: false });
    let Answer::Many(outcomes) = back.await else { panic!("not many") };
    assert!(outcomes.iter().all(|outcome| outcome.refusal.is_none()), "{outcomes:?}");
    waiting
}

/// Sixty-four decrees of one request each, signed at once by two servers: the count of those approved.
async fn race_for_approvals(servers: &[Store; 2], round: i16, waiting: &[u64]) -> usize {
    let mut signing = JoinSet::new();
    for (n, waiting) in (0..).zip(waiting.iter().copied()) {
        let requests = vec![id(waiting)];
        let [one, other] = servers.clone();
        let (one, other) = if n % 2 == 0 { (one, other) } else { (other, one) };
        signing.spawn(async move {
            let decree =
                DecreeId(Uuid::from_u128(u128::from(500_000 + 100 * u64::from(round.unsigned_abs()) + n)));
            let draft = Job::DraftDecree {
                id: decree,
                scheme: "disaster".into(),
                year: year(round),
                requests,
                dry_run: false,
            };
            let Answer::Decree(draft, _) = done(&one, VERIFIER, draft).await else { panic!("no decree") };
            let (digest, number) = (draft.digest, format!("SK/{round}/{n}"));
            let signing = Signing { digest, number, date: jiff::civil::date(2026, 11, 24) };
            run(&other, GOVERNOR, Job::SignDecree { id: decree, signing, assertion: None }).await
        });
    }
    let mut approved = 0;
    for told in signing.join_all().await {
        let refused = match told {
            Ok(Answer::Decree(_, left_off)) => left_off.into_iter().find_map(|outcome| outcome.refusal),
            told => Some(refusal(told)),
        };
        match refused {
            None => approved += 1,
            Some(refusal) => assert_eq!(refusal.why.code(), "budget_short"),
        }
    }
    approved
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_never_overdraw_a_budget_and_use_it_up() {
    let mut rows = JoinSet::new();
    for _ in 0..2 {
        rows.spawn(async {
            for _ in 0..OFFICES {
                rounds_of_an_office().await;
            }
        });
    }
    rows.join_all().await;
}

async fn rounds_of_an_office() {
    let home = Home::new();
    let ceiling = 20 * AMOUNT;
    let budgets: Vec<_> = (0..ROUNDS).map(|round| (year(round), ceiling)).collect();
    let servers = [home.found(&budgets).await, home.open().await];
    for round in 0..ROUNDS {
        prepare(&servers[0], round).await;
        let before = servers.each_ref().map(Store::commits);
        let waiting = race_for_reservations(&home, &servers, round).await;
        assert_eq!(waiting.len(), 64, "round {round}");
        let approved = race_for_approvals(&servers, round, &waiting).await;
        assert_eq!(approved, 20, "round {round}: all that fits, and no more");
        let lines = servers[1].budget_lines().await.unwrap();
        let line = lines.iter().find(|line| line.year == year(round)).unwrap();
        assert_eq!((line.committed.0, line.reserved.0), (ceiling, 0), "round {round}");
        for (store, before) in servers.iter().zip(before) {
            // Each drafts one half of the decrees and signs the other.
            assert!(store.commits() - before >= 64, "only one server was at work");
        }
        home.check().await;
    }
    for store in servers {
        store.close().await;
    }
}
