//! Two servers race for budgets that are too small.

use std::collections::BTreeMap;

use salur_core::DecreeId;
use salur_core::command::Command;
use salur_core::decree::Signing;
use salur_core::workflow::Standing;
use salur_store::Store;
use salur_store::job::{Act, Answer, Entry, Job};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::home::{Home, done};
use crate::shared::{AMOUNT, CLERK, GOVERNOR, VERIFIER, act, entry, id, refusal, run};

const ROUNDS: i16 = 100;
const PREPARED_AT_ONCE: i16 = 10;
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

/// Enters and submits the requests of some rounds.
async fn prepare(store: &Store, rounds: std::ops::Range<i16>) {
    let mut entering = JoinSet::new();
    let mut requests = Vec::new();
    for round in rounds {
        for n in of(round) {
            let (store, entry) = (store.clone(), Entry { year: year(round), ..entry(store, n) });
            entering.spawn(async move { done(&store, CLERK, Job::Enter(Box::new(entry))).await });
            requests.push(id(n));
        }
    }
    entering.join_all().await;
    let command = Command::named("submit".into(), None, BTreeMap::new());
    done(store, CLERK, Job::Many { requests, command, note: None, dry_run: false }).await;
}

async fn standing(store: &Store, n: u64) -> Standing {
    store.request(id(n)).await.unwrap().unwrap().request.budget
}

/// Both servers verify at once: so many as fit get a reservation. Then these are sent back, which frees what they held;
/// answers the others.
async fn race_for_reservations(servers: &[Store; 2], round: i16) -> Vec<u64> {
    let mut verifying = JoinSet::new();
    for n in of(round) {
        let store = servers[usize::from(n % 2 == 1)].clone();
        let job = act(&store, n, "verify", None);
        verifying.spawn(async move { done(&store, VERIFIER, job).await });
    }
    verifying.join_all().await;
    let (mut reserved, mut waiting, mut note) = (Vec::new(), Vec::new(), None);
    for n in of(round) {
        match standing(&servers[0], n).await {
            Standing::Reserved => {
                reserved.push(id(n));
                if let Job::Act(act) = act(&servers[0], n, "return", None) {
                    let Act { command, note: sealed, .. } = *act;
                    note = Some((command, sealed));
                }
            }
            _ => waiting.push(n),
        }
    }
    assert_eq!(reserved.len(), 20, "round {round}");
    let (command, note) = note.unwrap();
    let back = done(&servers[1], GOVERNOR, Job::Many { requests: reserved, command, note, dry_run: false });
    let Answer::Many(outcomes) = back.await else { panic!("not many") };
    assert!(outcomes.iter().all(|outcome| outcome.refusal.is_none()), "{outcomes:?}");
    waiting
}

/// A decree each, signed at once: the count of those approved.
async fn race_for_approvals(servers: &[Store; 2], round: i16, waiting: Vec<u64>) -> u64 {
    let mut signing = JoinSet::new();
    for n in waiting {
        let [one, other] = servers.clone();
        let (one, other) = if n % 2 == 0 { (one, other) } else { (other, one) };
        signing.spawn(async move {
            let decree = DecreeId(Uuid::from_u128(500_000 + u128::from(n)));
            let (scheme, requests) = ("disaster".into(), vec![id(n)]);
            let draft = Job::DraftDecree { id: decree, scheme, year: year(round), requests };
            let Answer::Decree(draft, _) = done(&one, VERIFIER, draft).await else { panic!("no decree") };
            let (digest, number) = (draft.digest, format!("SK/{n}"));
            let signing = Signing { digest, number, date: jiff::civil::date(2026, 11, 24) };
            run(&other, GOVERNOR, Job::SignDecree { id: decree, signing }).await
        });
    }
    let mut approved = 0;
    for told in signing.join_all().await {
        match told {
            Ok(_) => approved += 1,
            told => assert_eq!(refusal(told).why.code(), "budget_short"),
        }
    }
    approved
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_never_overdraw_a_budget_and_use_it_up() {
    let home = Home::new();
    let ceiling = i64::try_from(FITS).unwrap() * AMOUNT;
    let budgets: Vec<_> = (0..ROUNDS).map(|round| (year(round), ceiling)).collect();
    let servers = [home.found(&budgets).await, home.open().await];
    for round in 0..ROUNDS {
        if round % PREPARED_AT_ONCE == 0 {
            prepare(&servers[0], round..round + PREPARED_AT_ONCE).await;
        }
        let waiting = race_for_reservations(&servers, round).await;
        assert_eq!(waiting.len(), 64, "round {round}");
        let approved = race_for_approvals(&servers, round, waiting).await;
        assert_eq!(approved, FITS, "round {round}: all that fits, and no more");
        let lines = servers[1].budget_lines().await.unwrap();
        let line = lines.iter().find(|line| line.year == year(round)).unwrap();
        assert_eq!((line.committed.0, line.reserved.0), (ceiling, 0), "round {round}");
        if (round + 1) % PREPARED_AT_ONCE == 0 {
            home.check().await;
        }
    }
    for store in servers {
        assert!(store.commits() > 1_000, "only one server was at work");
        store.close().await;
    }
}
