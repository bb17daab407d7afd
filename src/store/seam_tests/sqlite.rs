//! Trouble with the file, and with who else has it open.

use super::super::Backend;
use super::*;

fn hooks(store: &Store) -> &super::super::sqlite::tests::Hooks {
    match &store.inner.backend {
        Backend::Sqlite(sqlite) => &sqlite.file.hooks,
        #[cfg(feature = "postgres")]
        Backend::Postgres(_) => panic!("a SQLite store"),
    }
}

fn hasty() -> OpenOptions {
    OpenOptions { busy_timeout_ms: 1, busy_attempts: 2, ..OpenOptions::default() }
}

#[test]
fn a_lock_that_is_given_back_in_time_is_waited_for() {
    let place = Place::sqlite();
    let patient = OpenOptions { busy_attempts: 10_000, ..hasty() };
    let store = place.open(&patient);
    let mut other = place.connect();
    runtime().block_on(async {
        other.begin_write().expect("the write lock");
        let write = begin(store.write(note(1)));
        while hooks(&store).busy() == 0 {
            std::thread::yield_now();
        }
        insert(&mut other, 2, "two").expect("the other's write");
        other.commit().expect("the other's commit");
        write.await.expect("to be written after the other");
    });
    // Law: a second process is waited for.
    assert_eq!(ids(&store), [1, 2]);
}

#[test]
fn a_lock_that_is_kept_is_busy_and_forgotten_once_free() {
    let place = Place::sqlite();
    let store = place.open(&hasty());
    let mut other = place.connect();
    other.begin_write().expect("the write lock");
    let refused = store.write_blocking(note(1));
    assert!(matches!(refused, Err(StoreError::Busy)), "{refused:?}");
    assert!(ids(&store).is_empty());
    other.commit().expect("the lock to be given back");
    store.write_blocking(note(2)).expect("to be written");
    // Law: waiting is bounded, and the writer lives on.
    assert_eq!(ids(&store), [2]);
}

#[test]
fn a_full_disk_is_an_outage_that_ends_by_itself() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    // Few pages, and a fresh connection: a disk that is full.
    hooks(&store).set_on_open("PRAGMA max_page_count = 1");
    let big = |id: i64| {
        move |conn: &mut Conn| {
            insert(conn, id, &format!("{id}{}", "x".repeat(100_000)))?;
            Ok::<(), StoreError>(())
        }
    };
    distrust(&store);
    let full = store.write_blocking(big(1));
    assert!(matches!(full, Err(StoreError::Unavailable(ref why)) if why.contains("full")), "{full:?}");
    assert!(full.is_err_and(|error| error.is_passing()));
    hooks(&store).set_on_open("");
    store.write_blocking(big(2)).expect("to be written");
    // Law: a full disk loses nothing and needs no restart.
    assert_eq!(ids(&store), [2]);
}

#[test]
fn a_full_disk_spares_the_small_writes_of_the_same_group() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    // Room for a small row, not for a large one.
    let pages: i64 =
        diesel::dsl::sql::<diesel::sql_types::BigInt>("PRAGMA page_count").get_result(&mut place.connect()).expect("the size of the file");
    hooks(&store).set_on_open(&format!("PRAGMA max_page_count = {}", pages + 4));
    distrust(&store);
    runtime().block_on(async {
        let (gate, held) = Gate::hold(&store);
        let first = begin(store.write(note(1)));
        let big = begin(store.write(|conn| {
            insert(conn, 2, &"x".repeat(200_000))?;
            Ok::<(), StoreError>(())
        }));
        let last = begin(store.write(note(3)));
        gate.open();
        held.await.expect("the gate's own write");
        first.await.expect("the first to fit");
        assert!(matches!(big.await, Err(StoreError::Unavailable(_))));
        last.await.expect("the last to fit");
    });
    // Law: who fits is written, though the transaction they shared was lost.
    assert_eq!(ids(&store), [1, 3]);
}

#[test]
fn a_read_only_file_is_an_outage_that_ends_by_itself() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    hooks(&store).set_on_open("PRAGMA query_only = ON");
    distrust(&store);
    let refused = store.write_blocking(note(1));
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
    runtime().block_on(async {
        let ready = store.ready().await;
        assert!(matches!(ready, Err(StoreError::Unavailable(_))), "{ready:?}");
    });
    assert!(ids(&store).is_empty());
    hooks(&store).set_on_open("");
    runtime().block_on(async {
        store.ready().await.expect("to be ready again");
    });
    store.write_blocking(note(2)).expect("to be written");
    // Law: reads go on meanwhile, writes come back by themselves.
    assert_eq!(ids(&store), [2]);
}

/// Makes the writer open a new connection: its present one reports an outage.
fn distrust(store: &Store) {
    let lost = store.write_blocking(|conn| {
        conn.batch_execute("PRAGMA query_only = ON")?;
        insert(conn, 0, "zero")?;
        Ok::<(), StoreError>(())
    });
    assert!(matches!(lost, Err(StoreError::Unavailable(_))), "{lost:?}");
}

#[test]
fn an_outage_that_was_passed_over_is_refused() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    let answer = store.write_blocking(|conn| {
        conn.batch_execute("PRAGMA query_only = ON")?;
        let _ = insert(conn, 1, "one");
        Ok::<(), StoreError>(())
    });
    // Law: no Ok over a database that could not.
    assert!(matches!(answer, Err(StoreError::Misused(_))), "{answer:?}");
}

#[test]
fn an_outage_that_was_passed_over_in_a_group_is_refused_and_its_neighbours_stay() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    runtime().block_on(async {
        let (gate, held) = Gate::hold(&store);
        let first = begin(store.write(note(1)));
        let bad = begin(store.write(|conn| {
            conn.batch_execute("PRAGMA query_only = ON")?;
            let _ = insert(conn, 2, "two");
            Ok::<(), StoreError>(())
        }));
        let last = begin(store.write(note(3)));
        gate.open();
        held.await.expect("the gate's own write");
        first.await.expect("the first to stay");
        assert!(matches!(bad.await, Err(StoreError::Misused(_))));
        last.await.expect("the last to stay");
    });
    // Law: who shared a connection that failed is written on another one.
    assert_eq!(ids(&store), [1, 3]);
}

#[test]
fn a_read_that_writes_is_refused() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    let answer = store.read_blocking(|conn| Ok::<_, StoreError>(insert(conn, 1, "one")?));
    assert!(answer.is_err());
    // Law: there is one writer.
    assert!(ids(&store).is_empty());
}

#[test]
fn a_read_that_leaves_a_transaction_open_sees_nothing_old_the_next_time() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    store
        .read_blocking(|conn| {
            conn.begin_savepoint()?;
            let _: i64 = notes::table.count().get_result(conn)?;
            Ok::<_, StoreError>(())
        })
        .expect("to read");
    store.write_blocking(note(1)).expect("to be written");
    // Law: no snapshot outlives its closure.
    assert_eq!(ids(&store), [1]);
}

#[test]
fn every_connection_is_set_up_alike() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    let settings = |conn: &mut Conn| {
        let mut ask = |pragma: &str| -> Result<String, StoreError> {
            let text = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
            Ok(diesel::dsl::sql::<diesel::sql_types::Text>(&text).get_result(conn)?)
        };
        Ok::<_, StoreError>([ask("journal_mode")?, ask("synchronous")?, ask("foreign_keys")?, ask("trusted_schema")?])
    };
    let wished = ["wal", "2", "1", "0"].map(str::to_owned);
    assert_eq!(store.write_blocking(settings).expect("the writer's"), wished);
    // Law: durable, and its references checked, whoever asks.
    assert_eq!(store.read_blocking(settings).expect("a reader's"), wished);
}

#[cfg(unix)]
#[test]
fn a_new_file_and_its_log_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    store.write_blocking(note(1)).expect("to be written");
    for name in ["d.db", "d.db-wal", "d.db-shm"] {
        let file = std::fs::metadata(place.folder().join(name)).expect("the file");
        // Law: nobody else on the machine reads it.
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_closed_store_leaves_one_file() {
    let place = Place::sqlite();
    let store = place.open(&OpenOptions::default());
    store.write_blocking(note(1)).expect("to be written");
    assert_eq!(ids(&store), [1]);
    drop(store);
    let left: Vec<_> = std::fs::read_dir(place.folder()).expect("the folder").map(|entry| entry.expect("an entry").file_name()).collect();
    // Law: after the last drop the log has been applied.
    assert_eq!(left, ["d.db"]);
}

#[test]
fn a_missing_file_is_not_made_unless_wished() {
    let place = Place::sqlite();
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    let answer = Store::open(&place.url, &options);
    assert!(matches!(answer.err(), Some(StoreError::Config(ref why)) if why.contains("d.db")));
    // Law: to look is not to make.
    assert!(!place.file().exists());
}

#[test]
fn a_folder_that_is_not_there_is_named() {
    let url = DatabaseUrl::parse("sqlite:///nonexistent-folder/d.db").expect("a URL");
    let answer = Store::open(&url, &OpenOptions::default());
    // Law: the error names what to mend.
    assert!(matches!(answer.err(), Some(StoreError::Config(ref why)) if why.contains("/nonexistent-folder")));
}

#[test]
fn a_file_that_is_no_database_is_refused_and_untouched() {
    let place = Place::sqlite();
    let text = "not a database, but long enough to be taken for one's header ".repeat(20);
    std::fs::write(place.file(), &text).expect("a file");
    let answer = Store::open(&place.url, &OpenOptions::default());
    assert!(matches!(answer.err(), Some(StoreError::Unavailable(_))));
    let now = std::fs::read_to_string(place.file()).expect("the file");
    // Law: what is not ours is not written to.
    assert_eq!(now, text);
}
