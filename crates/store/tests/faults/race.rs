//! Two servers at work on the same requests, and what one learns from the other.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use salur_core::Digest;
use salur_store::Store;
use salur_store::job::{Answer, Job, SessionRow};
use salur_store::{ExecuteError, token_digest};
use tokio::task::JoinSet;

use crate::home::{Chance, Home, done, found, version};
use crate::shared::{AMOUNT, CLERK, VERIFIER, act, ask, enter, entry, id, now, refusal, run};

const REQUESTS: u64 = 50;
const CALLERS: u64 = 32;
const LASTS: Duration = Duration::from_secs(5);
/// How soon a server knows what another one has done.
const SOON: Duration = Duration::from_secs(2);

/// Claims and puts back requests by chance: the steps won, each a request and its version after it, and how many were
/// lost.
async fn step(store: Store, chance: std::sync::Arc<Chance>) -> (Vec<(u64, u32)>, u64) {
    let (started, mut won, mut lost) = (Instant::now(), Vec::new(), 0);
    while started.elapsed() < LASTS {
        let n = chance.below(REQUESTS);
        let seen = store.request(id(n)).await.unwrap().unwrap().request.version;
        let action = if seen % 2 == 1 { "claim" } else { "release" };
        match run(&store, CLERK, act(&store, n, action, Some(seen))).await {
            Ok(Answer::Request { version, .. }) => {
                assert_eq!(version, seen + 1);
                won.push((n, version));
            }
            told => {
                assert_eq!(refusal(told).why.code(), "stale");
                lost += 1;
            }
        }
    }
    (won, lost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_step_has_one_winner_on_either_server() {
    let home = Home::new();
    let servers = [home.found(&[(2026, 10 * AMOUNT)]).await, home.open().await];
    enter(&servers[0], REQUESTS).await;
    let chance = std::sync::Arc::new(Chance::new(0x5a1_0002));
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        callers.spawn(step(servers[usize::from(caller % 2 == 1)].clone(), chance.clone()));
    }
    let told = callers.join_all().await;
    let ended = Instant::now();
    let head: i64 = home.database().psql("select pos from head").unwrap().parse().unwrap();
    for store in &servers {
        let mut position = store.position();
        let left = SOON.saturating_sub(ended.elapsed());
        tokio::time::timeout(left, position.wait_for(|pos| *pos == head)).await.unwrap().unwrap();
        assert!(store.commits() > 50, "only one server was at work");
    }
    let lost: u64 = told.iter().map(|(_, lost)| lost).sum();
    let won: Vec<_> = told.into_iter().flat_map(|(won, _)| won).collect();
    assert!(lost > 10 && won.len() > 500, "no race: {lost} lost, {} won", won.len());
    assert_eq!(won.iter().collect::<BTreeSet<_>>().len(), won.len(), "two were told that they won");
    let mut steps: BTreeMap<u64, usize> = BTreeMap::new();
    for (n, _) in won {
        *steps.entry(n).or_default() += 1;
    }
    for n in 0..REQUESTS {
        let history = servers[1].history(id(n)).await.unwrap();
        assert_eq!(history.len(), 1 + steps.get(&n).copied().unwrap_or_default(), "{n}");
    }
    for store in servers {
        store.close().await;
    }
    // Which also says that positions have no gap.
    home.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_server_founds_and_opens_the_other_knows() {
    let home = Home::new();
    let (one, other) = (home.open().await, home.open().await);
    found(&one, &[(2026, 10 * AMOUNT)]).await;
    // Decided on with people and a definition that this server has not been told of.
    let told = other.execute(ask(CLERK, None, Job::Enter(Box::new(entry(&one, 0))))).await;
    assert_eq!(version(told), 1);
    done(&other, CLERK, act(&one, 0, "submit", None)).await;
    done(&other, VERIFIER, act(&one, 0, "verify", None)).await;
    for n in 0..20 {
        let (opens, reads) = if n % 2 == 0 { (&one, &other) } else { (&other, &one) };
        let (token, hour) = (format!("token {n}"), jiff::SignedDuration::from_hours(1));
        let session = SessionRow {
            digest: token_digest(&token),
            person: CLERK,
            label: "invented".into(),
            opened_at: now(),
            expires_at: now() + hour,
        };
        done(opens, CLERK, Job::OpenSession(session)).await;
        assert_eq!(reads.session(&token, now()).await.unwrap(), Some(CLERK), "not known at once");
        assert_eq!(reads.session(&token, now() + hour).await.unwrap(), None);
    }
    one.close().await;
    other.close().await;
    home.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_has_one_answer_whichever_server_is_asked() {
    let home = Home::new();
    let servers = [home.found(&[(2026, 10 * AMOUNT)]).await, home.open().await];
    enter(&servers[0], 20).await;
    for n in 0..20 {
        let mut asking = JoinSet::new();
        for caller in 0..32 {
            let store = servers[caller % 2].clone();
            let asked = ask(CLERK, Some(&format!("submit-{n}")), act(&store, n, "submit", None));
            asking.spawn(async move { version(store.execute(asked).await) });
        }
        assert!(asking.join_all().await.iter().all(|version| *version == 2));
        assert_eq!(servers[1].history(id(n)).await.unwrap().len(), 2);
        let mut other = ask(CLERK, Some(&format!("submit-{n}")), act(&servers[1], n, "submit", None));
        if let Some(key) = &mut other.key {
            key.fingerprint = Digest([2; 32]);
        }
        assert!(matches!(servers[1].execute(other).await, Err(ExecuteError::KeyReused)));
    }
    for store in servers {
        store.close().await;
    }
    home.check().await;
}
