//! What time does to requests, with two servers at it at once.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use salur_core::decree::Signing;
use salur_core::{DecreeId, RequestId};
use salur_store::Store;
use salur_store::job::{Answer, Ask, Job};
use tokio::task::JoinSet;

use crate::home::{Home, done};
use crate::shared::{AMOUNT, CLERK, GOVERNOR, VERIFIER, act, ask, enter, founding, id, now, refusal};

const REQUESTS: u64 = 60;

/// The office of the other tests, reminded after two working days and brought before somebody after four, what was
/// verified holding for six.
fn timed() -> Job {
    let Job::Found(mut founding) = founding(&[(2026, 1_000 * AMOUNT)]) else { panic!("no founding") };
    for text in &mut founding.definitions {
        let mut sla = 0;
        let lines = text.lines().map(|line| {
            if line.starts_with("sla = ") {
                sla += 1;
                "sla = { target = \"3wd\", remind = \"2wd\", escalate = { after = \"4wd\", to = \"admin\" } }"
                    .into()
            } else if line.starts_with("[action.verify]") {
                format!("{line}\nvalid_for = \"6wd\"")
            } else if line.starts_with("valid_for = ") {
                String::new()
            } else {
                line.to_owned()
            }
        });
        *text = lines.collect::<Vec<_>>().join("\n");
        assert!(sla > 2);
    }
    Job::Found(founding)
}

fn days(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

/// How often each kind of event happened to a request.
async fn kinds(store: &Store, request: RequestId) -> BTreeMap<&'static str, usize> {
    let mut kinds = BTreeMap::new();
    for told in store.history(request).await.unwrap() {
        *kinds.entry(told.entry.event.kind()).or_default() += 1;
    }
    kinds
}

/// Both servers run their timers, twice each, at the same time.
async fn run_all(servers: &[Store; 2], at: Timestamp) -> u64 {
    let mut running = JoinSet::new();
    for turn in 0..4 {
        let store = servers[turn % 2].clone();
        running.spawn(async move { store.run_timers(at, None).await.unwrap() });
    }
    running.join_all().await.into_iter().sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_fire_each_timer_once_however_the_clock_jumps() {
    let home = Home::new();
    let servers = [home.open().await, home.open().await];
    servers[0].execute(ask(CLERK, None, timed())).await.unwrap();
    enter(&servers[0], REQUESTS).await;
    for n in 0..REQUESTS {
        if n % 3 > 0 {
            done(&servers[0], CLERK, act(&servers[0], n, "submit", None)).await;
        }
        if n % 3 > 1 {
            done(&servers[1], VERIFIER, act(&servers[0], n, "verify", None)).await;
        }
    }
    assert_eq!(run_all(&servers, days(1)).await, 0, "nothing before its time");
    assert_eq!(run_all(&servers, days(-300)).await, 0);
    let fired = run_all(&servers, days(4)).await;
    assert_eq!(fired, REQUESTS, "each is reminded of once");
    assert_eq!(run_all(&servers, days(-2)).await + run_all(&servers, days(4)).await, 0);
    // A long jump: the others are brought before somebody, and what was verified holds no longer.
    assert_eq!(run_all(&servers, days(60)).await, REQUESTS);
    assert_eq!(run_all(&servers, days(60)).await, 0);
    for n in 0..REQUESTS {
        let (kinds, request) = (kinds(&servers[1], id(n)).await, servers[1].request(id(n)).await);
        let request = request.unwrap().unwrap().request;
        let expired = usize::from(n % 3 == 2);
        assert_eq!(kinds.get("reminded"), Some(&1));
        assert_eq!(kinds.get("escalated").copied().unwrap_or_default(), 1 - expired);
        assert_eq!(kinds.get("verification_expired").copied().unwrap_or_default(), expired);
        assert_eq!(request.stage.as_str(), if n % 3 == 0 { "input" } else { "verification" });
    }
    let lines = servers[1].budget_lines().await.unwrap();
    assert!(lines.iter().all(|line| line.reserved.0 == 0), "what is verified anew is reserved anew");
    let outbox = home.database().psql("select count(*) from outbox o join event e using (pos) where e.kind in ('reminded', 'escalated', 'verification_expired')");
    assert_eq!(outbox.unwrap(), (2 * REQUESTS).to_string());
    let (verified, at) = (act(&servers[0], 2, "verify", None), days(61));
    servers[0].execute(Ask { at, ..ask(VERIFIER, None, verified) }).await.unwrap();
    // Drafted while it held, and not signed once it holds no longer.
    let decree = DecreeId(uuid::Uuid::from_u128(9));
    let draft = Job::DraftDecree {
        id: decree,
        scheme: "disaster".into(),
        year: 2026,
        requests: vec![id(2)],
        dry_run: false,
    };
    let told = servers[0].execute(Ask { at: days(62), ..ask(VERIFIER, None, draft) }).await.unwrap();
    let Answer::Decree(draft, _) = told else { panic!("not drafted: {told:?}") };
    let day = jiff::civil::date(2027, 2, 8);
    let signing = Signing { digest: draft.digest, number: "SK/1".into(), date: day };
    let sign = Job::SignDecree { id: decree, signing, assertion: None };
    let told = servers[1].execute(Ask { at: days(76), ..ask(GOVERNOR, None, sign) }).await;
    assert_eq!(refusal(told).why.code(), "verification_expired");
    for store in servers {
        store.close().await;
    }
    home.check().await;
}
