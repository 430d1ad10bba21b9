//! Whoever has the database to themselves writes the chain anew, hashes and all: what stands in it must still follow.

use std::path::Path;

use rusqlite::{Connection, params};
use salur_core::event::{Event, Migrated, NoteRef, Pin, Repaired};
use salur_core::office::Change;
use salur_core::workflow::Standing;
use salur_core::{Digest, NoteId, PersonId};
use salur_store::Store;
use salur_store::chain::{Link, link};
use salur_testbed::home::is_postgres;
use uuid::Uuid;

use crate::office::{CLERK, act, check, enter, id, now, open, run, verify};
use crate::proposing::{ADMIN, OTHER, definition, found, make, publish};

#[derive(Clone)]
struct Row {
    at: i64,
    actor: Uuid,
    for_whom: Option<Uuid>,
    subject_kind: String,
    subject_id: Uuid,
    seq: u32,
    kind: String,
    data: String,
}

const READ: &str =
    "select at, actor, for_whom, subject_kind, subject_id, seq, kind, data from event order by pos";
const WRITE: &str = "insert into event
    (pos, at, actor, for_whom, subject_kind, subject_id, seq, kind, data, prev_hash, hash)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";

fn uuid(bytes: &[u8]) -> Uuid {
    Uuid::from_slice(bytes).unwrap()
}

/// Writes the whole chain anew.
fn forge(folder: &Path, change: impl FnOnce(&mut Vec<Row>)) {
    let office = Connection::open(folder.join("office.db")).unwrap();
    office.execute_batch("pragma foreign_keys = off").unwrap();
    let triggers = "select name from sqlite_master where type = 'trigger' and tbl_name in ('event', 'head')";
    let names: Vec<String> = office
        .prepare(triggers)
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for name in names {
        office.execute_batch(&format!("drop trigger {name}")).unwrap();
    }
    let mut rows: Vec<Row> = office
        .prepare(READ)
        .unwrap()
        .query_map([], |row| {
            Ok(Row {
                at: row.get(0)?,
                actor: uuid(&row.get::<_, Vec<u8>>(1)?),
                for_whom: row.get::<_, Option<Vec<u8>>>(2)?.map(|bytes| uuid(&bytes)),
                subject_kind: row.get(3)?,
                subject_id: uuid(&row.get::<_, Vec<u8>>(4)?),
                seq: row.get(5)?,
                kind: row.get(6)?,
                data: row.get(7)?,
            })
        })
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    change(&mut rows);
    office.execute("delete from event", []).unwrap();
    let mut prev = Digest::ZERO;
    for (pos, row) in (1_i64..).zip(&rows) {
        let linked = Link {
            at: row.at,
            actor: row.actor,
            for_whom: row.for_whom,
            subject_kind: &row.subject_kind,
            subject_id: row.subject_id,
            seq: row.seq,
            kind: &row.kind,
            data: &row.data,
        };
        let hash = link(pos, &linked, &prev);
        let for_whom = row.for_whom.map(|id| id.as_bytes().to_vec());
        let (actor, subject) = (row.actor.as_bytes().to_vec(), row.subject_id.as_bytes().to_vec());
        office
            .execute(
                WRITE,
                params![
                    pos,
                    row.at,
                    actor,
                    for_whom,
                    row.subject_kind,
                    subject,
                    row.seq,
                    row.kind,
                    row.data,
                    prev.0.to_vec(),
                    hash.0.to_vec()
                ],
            )
            .unwrap();
        prev = hash;
    }
    let last = i64::try_from(rows.len()).unwrap();
    office.execute("update head set pos = ?1, hash = ?2", params![last, prev.0.to_vec()]).unwrap();
}

/// One event more, upon the first request.
fn appended(by: PersonId, event: &Event) -> impl FnOnce(&mut Vec<Row>) {
    let (kind, data) = (event.kind().to_owned(), serde_json::to_string(event).unwrap());
    move |rows| {
        let last = rows.iter().rev().find(|row| row.subject_id == id(0).0).unwrap().clone();
        rows.push(Row { actor: by.0, for_whom: None, seq: last.seq + 1, kind, data, ..last });
    }
}

/// A request that was entered under version 2, a third version, and an order for those of version 1.
async fn filled(folder: &Path) -> Store {
    let store = found(folder).await;
    for version in [2, 3] {
        make(&store, u128::from(version), publish(definition(version))).await;
        if version == 2 {
            enter(&store, 1).await;
            run(&store, CLERK, act(&store, 0, "submit", None)).await.unwrap();
        }
    }
    make(&store, 9, Change::Migrate { scheme: "disaster".into(), from: Some(1), to: 3 }).await;
    store
}

async fn found_out(change: impl FnOnce(&mut Vec<Row>)) -> Option<&'static str> {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path()).await.close().await;
    check(folder.path()).await;
    forge(folder.path(), change);
    verify(folder.path()).await.broken.map(|broken| broken.invariant)
}

fn migrated(digest: Digest) -> Event {
    Event::Migrated(Box::new(Migrated {
        definition: Pin { version: 3, digest },
        from: "verification".into(),
        to: "verification".into(),
        renamed: std::collections::BTreeMap::default(),
        same_stage: false,
        due_on: None,
        budget: Standing::None,
    }))
}

#[tokio::test]
async fn a_chain_written_anew_without_two_persons_word_is_found() {
    if is_postgres() {
        // The chain is the same there, and so is what reads it.
        return;
    }
    assert_eq!(found_out(|_| ()).await, None, "the same chain again");
    let reason = NoteRef { id: NoteId(Uuid::from_u128(1)), digest: Digest::ZERO };
    let repaired = Event::Repaired(Box::new(Repaired {
        from: "verification".into(),
        to: "input".into(),
        asked_by: ADMIN,
        reason,
        due_on: None,
        budget: Standing::None,
    }));
    assert_eq!(found_out(appended(OTHER, &repaired)).await, Some("change_by_two"));
    // Two persons have moved those of version 1: this one is none of them.
    assert_eq!(found_out(appended(OTHER, &migrated(Digest::ZERO))).await, Some("change_by_two"));
    let unconfirmed = |rows: &mut Vec<Row>| {
        let place = rows.iter().position(|row| row.kind == "proposal_confirmed").unwrap();
        rows.remove(place);
    };
    assert_eq!(found_out(unconfirmed).await, Some("change_by_two"));
}

#[tokio::test]
async fn orders_to_migrate_are_found_among_any_number_of_other_confirmed_proposals() {
    let folder = tempfile::tempdir().unwrap();
    let store = found(folder.path()).await;
    enter(&store, 1).await;
    make(&store, 2, publish(definition(2))).await;
    make(&store, 3, Change::Migrate { scheme: "disaster".into(), from: Some(1), to: 2 }).await;
    store.close().await;
    if !is_postgres() {
        // As many others as there may be, each later: what is in them does not matter.
        let office = Connection::open(folder.path().join("office.db")).unwrap();
        let many = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500)
            insert into proposal (id, kind, state, at, body)
            select cast(x'ff' || randomblob(15) as blob), 'grant_role', 'confirmed', at, body
            from n, (select at, body from proposal where kind = 'publish_definition' limit 1)";
        assert_eq!(office.execute(many, []).unwrap(), 1_500);
    }
    let store = open(folder.path()).await;
    assert_eq!(store.run_migrations(now(), None).await.unwrap(), 1);
    store.close().await;
}
