//! What one closure does, no other one feels.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::*;
use crate::store::insert_or_conflict;

#[test]
fn an_err_leaves_nothing_and_its_neighbours_stay() {
    on_each(async |store| {
        let (gate, held) = Gate::hold(&store);
        let first = begin(store.write(note(1)));
        let bad = begin(store.write(|conn| {
            insert(conn, 2, "two")?;
            Err::<(), _>(StoreError::Conflict("for the test".into()))
        }));
        let last = begin(store.write(note(3)));
        gate.open();
        held.await.expect("the gate's own write");
        first.await.expect("the first to stay");
        assert!(matches!(bad.await, Err(StoreError::Conflict(_))));
        last.await.expect("the last to stay");
        // Law: an Err rolls back itself and nothing else.
        assert_eq!(ids(&store), [1, 3]);
    });
}

#[test]
fn a_panic_however_deep_leaves_nothing_and_its_neighbours_stay() {
    on_each(async |store| {
        let (gate, held) = Gate::hold(&store);
        let first = begin(store.write(note(1)));
        let bad = begin(store.write(|conn| {
            insert(conn, 2, "two")?;
            conn.transaction(|conn| {
                insert(conn, 4, "four")?;
                conn.transaction::<(), StoreError, _>(|_| panic!("a panic that the test wants"))
            })
        }));
        let last = begin(store.write(note(3)));
        gate.open();
        held.await.expect("the gate's own write");
        first.await.expect("the first to stay");
        assert!(matches!(bad.await, Err(StoreError::Panicked)));
        last.await.expect("the last to stay");
        assert_eq!(ids(&store), [1, 3]);
        // Law: a panic is an error like others; the store lives on.
        store.write(note(5)).await.expect("to write after a panic");
    });
}

#[test]
fn a_panic_in_a_read_is_an_error_like_others() {
    on_each(async |store| {
        let answer: Result<(), StoreError> = store.read(|_| panic!("a panic that the test wants")).await;
        assert!(matches!(answer, Err(StoreError::Panicked)));
        // Law: the next read is none the wiser.
        assert!(ids(&store).is_empty());
    });
}

#[test]
fn a_commit_that_fails_takes_only_the_guilty_with_it() {
    on_each(async |store| {
        let runs = Arc::new(AtomicU32::new(0));
        let (gate, held) = Gate::hold(&store);
        let first = begin(store.write(note(1)));
        let counted = Arc::clone(&runs);
        let orphan = begin(store.write(move |conn| {
            counted.fetch_add(1, Ordering::Relaxed);
            // A reply to no note: checked at the commit, since the constraint is deferred.
            Ok::<_, StoreError>(conn.batch_execute("INSERT INTO replies VALUES (1, 99)")?)
        }));
        let last = begin(store.write(note(3)));
        gate.open();
        held.await.expect("the gate's own write");
        first.await.expect("the first to stay");
        assert!(matches!(orphan.await, Err(StoreError::Query(_))));
        last.await.expect("the last to stay");
        // Law: each of a failed group is tried once more, alone, and written once.
        assert_eq!(ids(&store), [1, 3]);
        assert!(runs.load(Ordering::Relaxed) <= 2);
    });
}

#[test]
fn a_conflict_is_told_and_leaves_nothing() {
    on_each(async |store| {
        store.write(note(1)).await.expect("a first note");
        let again = store
            .write(|conn| {
                insert(conn, 2, "two")?;
                insert(conn, 3, "note 1")?;
                Ok(())
            })
            .await;
        assert!(matches!(again, Err(StoreError::Conflict(ref on)) if on.contains("body")));
        // Law: a violated unique is a Conflict on either database.
        assert_eq!(ids(&store), [1]);
    });
}

#[test]
fn a_conflict_that_was_expected_leaves_the_transaction_usable() {
    on_each(async |store| {
        let took = store
            .write(|conn| {
                let first = insert_or_conflict(conn, |conn| insert(conn, 1, "one"))?;
                let second = insert_or_conflict(conn, |conn| insert(conn, 2, "one"))?;
                insert(conn, 3, "three")?;
                Ok::<_, StoreError>((first, second))
            })
            .await
            .expect("to write past a conflict");
        assert_eq!(took, (true, false));
        // Law: an expected conflict costs its own insert alone.
        assert_eq!(ids(&store), [1, 3]);
    });
}

#[test]
fn another_failure_is_no_conflict() {
    on_each(async |store| {
        let answer = store.write(|conn| insert_or_conflict(conn, |conn| conn.batch_execute("INSERT INTO nowhere VALUES (1)"))).await;
        // Law: only a violated unique counts as "already there".
        assert!(matches!(answer, Err(StoreError::Query(_))), "{answer:?}");
    });
}

#[test]
fn a_transaction_left_open_is_refused_and_undone() {
    on_each(async |store| {
        let (gate, held) = Gate::hold(&store);
        let leave_open = |conn: &mut Conn| {
            conn.begin_savepoint()?;
            insert(conn, 1, "one")?;
            Ok::<(), StoreError>(())
        };
        let grouped = begin(store.write(leave_open));
        let neighbour = begin(store.write(note(2)));
        gate.open();
        held.await.expect("the gate's own write");
        assert!(matches!(grouped.await, Err(StoreError::Misused(_))));
        neighbour.await.expect("the neighbour to stay");
        let alone = store.write(leave_open).await;
        assert!(matches!(alone, Err(StoreError::Misused(_))));
        // Law: a closure ends with the depth it began with.
        assert_eq!(ids(&store), [2]);
    });
}

#[test]
fn many_at_once_are_each_written_once_and_stay() {
    for place in places() {
        let store = place.open(&OpenOptions::default());
        runtime().block_on(async {
            let tasks: Vec<_> = (0..64)
                .map(|id| {
                    let store = store.clone();
                    rocket::tokio::spawn(async move { store.write(note(id)).await })
                })
                .collect();
            for task in tasks {
                task.await.expect("no panic").expect("to be written");
            }
        });
        drop(store);
        let store = Store::open(&place.url, &OpenOptions::default()).expect("to open again");
        // Law: what was answered is there, once, for whoever opens the database next.
        assert_eq!(ids(&store), (0..64).collect::<Vec<i64>>());
    }
}

#[test]
fn a_read_sees_what_was_answered() {
    on_each(async |store| {
        for id in 0..50 {
            store.write(note(id)).await.expect("to be written");
            let seen: i64 = store.read(|conn| Ok::<_, StoreError>(notes::table.count().get_result(conn)?)).await.expect("to read");
            // Law: once answered, visible to everyone.
            assert_eq!(seen, id + 1);
        }
    });
}

#[test]
fn one_more_than_may_wait_is_refused_at_once() {
    let options = OpenOptions { queue: 2, connections: 1, ..OpenOptions::default() };
    for place in places() {
        let store = place.open(&options);
        runtime().block_on(async {
            let (gate, held) = Gate::hold(&store);
            let waiting = [begin(store.write(note(1))), begin(store.write(note(2)))];
            let refused = store.write(note(3)).await;
            assert!(matches!(refused, Err(StoreError::Overloaded)));
            gate.open();
            held.await.expect("the gate's own write");
            for write in waiting {
                write.await.expect("what was taken in to be written");
            }
            // Law: what was taken in is served; what was refused is not.
            assert_eq!(ids(&store), [1, 2]);
        });
    }
}

#[test]
fn a_caller_who_left_while_waiting_is_not_served() {
    let options = OpenOptions { connections: 1, ..OpenOptions::default() };
    for place in places() {
        let store = place.open(&options);
        runtime().block_on(async {
            let (gate, held) = Gate::hold(&store);
            let left = begin(store.write(note(1)));
            let stayed = begin(store.write(note(2)));
            drop(left);
            gate.open();
            held.await.expect("the gate's own write");
            stayed.await.expect("who stayed to be served");
            // Law: nobody's work is not done.
            assert_eq!(ids(&store), [2]);
        });
    }
}

#[test]
fn a_shutdown_finishes_what_waits_and_takes_no_more() {
    on_each(async |store| {
        let (gate, held) = Gate::hold(&store);
        let waiting: Vec<_> = (0..8).map(|id| begin(store.write(note(id)))).collect();
        let shutdown = begin(store.shutdown());
        gate.open();
        held.await.expect("the gate's own write");
        for write in waiting {
            write.await.expect("what waits to be written");
        }
        shutdown.await;
        // Law: nothing that was taken in is dropped, nothing is taken in after.
        let late = store.write(note(9)).await;
        assert!(matches!(late, Err(StoreError::Unavailable(_))), "{late:?}");
    });
}

#[test]
fn a_closure_may_own_the_last_store() {
    on_each(async |store| {
        let (gate, held) = Gate::hold(&store);
        drop(held);
        let (done, is_done) = channel();
        let (own, inner) = (store.clone(), store.clone());
        let write = begin(async move {
            inner
                .write(move |_| {
                    let _ = (&own, done.send(()));
                    Ok::<(), StoreError>(())
                })
                .await
        });
        drop(store);
        gate.open();
        write.await.expect("to be written");
        // Law: the writer never waits for itself.
        is_done.recv().expect("the closure to have run");
    });
}

#[test]
fn a_store_that_can_write_is_ready() {
    on_each(async |store| {
        // Law: ready means that a write went through.
        store.ready().await.expect("to be ready");
    });
}
