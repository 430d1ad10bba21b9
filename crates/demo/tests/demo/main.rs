//! The demo as a whole: a small one is loaded into a real database, and everything in it is looked at.

#![expect(clippy::unwrap_used, reason = "tests say what they expect")]

mod history;
mod people;
mod sign_ins;

use std::path::Path;

use jiff::Timestamp;
use salur_core::decree::DecreeState;
use salur_core::payment::OrderState;
use salur_demo::{Loaded, Options, Phase, Progress, shipped};
use salur_store::Store;
use salur_store::requests::{Filter, Listed, Place, Scope};
use tempfile::TempDir;

/// A demo in a folder that goes with it.
struct Demo {
    store: Store,
    loaded: Loaded,
    as_of: Timestamp,
    dir: TempDir,
}

impl Demo {
    /// A sixtieth of the office.
    async fn small(as_of: &str) -> Demo {
        let as_of: Timestamp = as_of.parse().unwrap();
        Demo::of(Options { shrink: 60, ..Options::at(as_of) }).await
    }

    async fn of(options: Options) -> Demo {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path()).await;
        let mut last = Progress { phase: Phase::Founding, done: 0, total: 1 };
        let loaded = salur_demo::load(&store, &options, |progress| {
            assert!(progress.done <= progress.total, "{progress:?}");
            assert!(
                progress.phase != last.phase || progress.done >= last.done,
                "{progress:?} after {last:?}"
            );
            last = progress;
        })
        .await
        .unwrap();
        assert_eq!(last.phase, Phase::SigningIn);
        Demo { store, loaded, as_of: options.as_of, dir }
    }

    /// Every request.
    async fn requests(&self) -> Vec<Listed> {
        let today = self.store.world().calendar.date_of(self.as_of);
        let (mut all, mut after) = (Vec::new(), Place::START);
        loop {
            let page =
                self.store.requests(&Filter::default(), &Scope::Everywhere, today, after, 500).await.unwrap();
            all.extend(page.data);
            match page.next {
                Some(next) => after = next,
                None => return all,
            }
        }
    }

    async fn decrees(&self, state: DecreeState) -> usize {
        let all = self.store.decrees(LAST, 1_000).await.unwrap();
        all.iter().filter(|decree| decree.state == state).count()
    }

    async fn orders(&self, state: OrderState) -> usize {
        let all = self.store.orders(LAST, 1_000).await.unwrap();
        all.iter().filter(|order| order.state == state).count()
    }
}

/// After everything.
const LAST: Place = Place { at: i64::MAX, id: uuid::Uuid::max() };

fn database(dir: &Path) -> String {
    salur_testbed::home::address(dir, "salur").unwrap()
}

async fn open(dir: &Path) -> Store {
    let mut office = shipped::office().unwrap();
    office.places.key = Some(dir.join("salur.key"));
    Store::open(&database(dir), office).await.unwrap()
}
