//! Trouble between transactions and with the server.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Barrier};

use super::*;

/// Kills the connection from the server's side.
fn kill(place: &Place, pid: i32) {
    place.connect().batch_execute(&format!("SELECT pg_terminate_backend({pid}, 5000)")).expect("to end a connection");
}

fn pid(conn: &mut Conn) -> QueryResult<i32> {
    diesel::dsl::sql::<diesel::sql_types::Integer>("SELECT pg_backend_pid()").get_result(conn)
}

#[test]
fn a_failed_statement_that_was_passed_over_is_refused() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open(&OpenOptions::default());
    store.write_blocking(note(1)).expect("a first note");
    let answer = store.write_blocking(|conn| {
        insert(conn, 2, "two")?;
        let _ = insert(conn, 3, "note 1");
        Ok::<(), StoreError>(())
    });
    assert!(matches!(answer, Err(StoreError::Misused(_))), "{answer:?}");
    // Law: COMMIT of an aborted transaction reports success; we do not.
    assert_eq!(ids(&store), [1]);
}

#[test]
fn connections_that_broke_while_idle_are_replaced_unseen() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open(&OpenOptions::default());
    for id in 1..4 {
        let backend = store.read_blocking(|conn| Ok::<_, StoreError>(pid(conn)?)).expect("a connection");
        kill(&place, backend);
        store.write_blocking(note(id)).expect("to be written");
        let backend = store.read_blocking(|conn| Ok::<_, StoreError>(pid(conn)?)).expect("a connection");
        kill(&place, backend);
        // Law: a restart of the server is not seen by who writes or reads after it.
        assert_eq!(ids(&store).len(), usize::try_from(id).expect("a small number"));
    }
}

#[test]
fn more_broken_connections_than_attempts_are_replaced_unseen() {
    let Some(place) = Place::postgres() else { return };
    // No more than are broken: the pool keeps no spare.
    let options = OpenOptions { connections: 12, ..OpenOptions::default() };
    let store = place.open(&options);
    let all = Barrier::new(12);
    let backends: Vec<i32> = std::thread::scope(|scope| {
        let hold = || {
            let together = |conn: &mut Conn| {
                let backend = pid(conn)?;
                all.wait();
                Ok::<_, StoreError>(backend)
            };
            store.read_blocking(together).expect("a connection")
        };
        let threads: Vec<_> = (0..12).map(|_| scope.spawn(hold)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for backend in backends {
        kill(&place, backend);
    }
    store.write_blocking(note(1)).expect("to be written");
    // Law: a pool broken as a whole heals within one call.
    assert_eq!(ids(&store), [1]);
}

#[test]
fn a_connection_that_breaks_before_the_commit_costs_a_second_run() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open(&OpenOptions::default());
    let place = Arc::new(place);
    let (server, broken) = (Arc::clone(&place), AtomicBool::new(false));
    store
        .write_blocking(move |conn| {
            insert(conn, 1, "one")?;
            if !broken.swap(true, Ordering::SeqCst) {
                kill(&server, pid(conn)?);
            }
            insert(conn, 2, "two")?;
            Ok::<(), StoreError>(())
        })
        .expect("to be written by the second run");
    // Law: run twice, written once.
    assert_eq!(ids(&store), [1, 2]);
}

#[test]
fn a_connection_that_breaks_in_the_commit_is_not_run_again() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open(&OpenOptions::default());
    let place = Arc::new(place);
    let server = Arc::clone(&place);
    let answer = store.write_blocking(move |conn| {
        insert(conn, 1, "one")?;
        kill(&server, pid(conn)?);
        Ok::<(), StoreError>(())
    });
    // Law: where the outcome is unknown, nothing is done twice.
    assert!(matches!(answer, Err(StoreError::Unavailable(ref why)) if why.contains("commit")), "{answer:?}");
}

#[test]
fn a_deadlock_is_run_again() {
    let Some(place) = Place::postgres() else { return };
    let store = place.open(&OpenOptions::default());
    for id in 1..=2 {
        store.write_blocking(note(id)).expect("a note");
    }
    let both = Arc::new(Barrier::new(2));
    std::thread::scope(|scope| {
        for (first, second) in [(1, 2), (2, 1)] {
            let (store, both) = (store.clone(), Arc::clone(&both));
            scope.spawn(move || {
                let met = AtomicBool::new(false);
                store
                    .write_blocking(move |conn| {
                        let touch = |conn: &mut Conn, id: i64| {
                            diesel::update(notes::table.find(id)).set(notes::body.eq(format!("touched {id} after {first}"))).execute(conn)
                        };
                        touch(conn, first)?;
                        if !met.swap(true, Ordering::SeqCst) {
                            both.wait();
                        }
                        touch(conn, second)?;
                        Ok::<(), StoreError>(())
                    })
                    .expect("both to be written");
            });
        }
    });
    // Law: who lost a deadlock through no fault of its own is not told.
    assert_eq!(ids(&store), [1, 2]);
}

#[test]
fn a_statement_that_runs_away_is_stopped() {
    let Some(place) = Place::postgres() else { return };
    let hasty = OpenOptions { statement_timeout_ms: 50, ..OpenOptions::default() };
    let store = place.open(&hasty);
    let answer = store.read_blocking(|conn| Ok::<_, StoreError>(conn.batch_execute("SELECT pg_sleep(30)")?));
    // Law: no statement holds a connection for long.
    assert!(matches!(answer, Err(StoreError::Busy)), "{answer:?}");
}

#[test]
fn a_replica_that_cannot_write_is_not_ready() {
    let Some(place) = Place::postgres() else { return };
    let writable = place.open(&OpenOptions::default());
    let text = place.url_text().replace("-csearch_path", "-cdefault_transaction_read_only%3Don%20-csearch_path");
    let url = DatabaseUrl::parse(&text).expect("a URL of a read-only session");
    let options = OpenOptions { migrate: false, ..OpenOptions::default() };
    let replica = Store::open(&url, &options).expect("to open for reading");
    runtime().block_on(async {
        let ready = replica.ready().await;
        // Law: ready means that a write would go through.
        assert!(matches!(ready, Err(StoreError::Unavailable(_))), "{ready:?}");
        writable.ready().await.expect("to be ready");
    });
}

#[test]
fn a_server_that_is_not_there_is_told_without_the_password() {
    for url in [
        "postgres://ada:hunter2@127.0.0.1:1/d",
        "postgres:///d?host=/nonexistent&password=hunter2&user=ada",
        "postgres://ada:hunter2@127.0.0.1:notaport/d",
    ] {
        let url = DatabaseUrl::parse(url).expect("a URL");
        let answer = Store::open(&url, &OpenOptions::default()).err().expect("an error");
        assert!(matches!(answer, StoreError::Unavailable(_)), "{answer:?}");
        // Law: an error repeats no password.
        assert!(!format!("{answer} {answer:?}").contains("hunter2"), "{answer}");
    }
}
