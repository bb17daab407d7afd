//! The schema's history: one folder of portable SQL for both databases, part of the program.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Conn, MultiBackend};
use super::error::{Ailment, StoreError};

/// `migrations/` as it was when the program was built.
pub(super) const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Applies what the database lacks; returns the versions applied now, oldest first.
///
/// # Errors
/// [`StoreError::TooNew`] when the database holds migrations this program does not know.
pub(super) fn apply(conn: &mut Conn, source: &dyn MigrationSource<MultiBackend>, busy_attempts: u32) -> Result<Vec<String>, StoreError> {
    match conn {
        #[cfg(feature = "postgres")]
        Conn::Postgres(_) => apply_postgres(conn, source),
        Conn::Sqlite(_) => apply_sqlite(conn, source, busy_attempts),
    }
}

/// The versions the database lacks, oldest first. Writes nothing.
///
/// # Errors
/// As [`apply`].
pub(super) fn pending(conn: &mut Conn, source: &dyn MigrationSource<MultiBackend>) -> Result<Vec<String>, StoreError> {
    let applied = match sql_query("SELECT version FROM __diesel_schema_migrations").load::<Applied>(conn) {
        Ok(rows) => rows.into_iter().map(|row| row.version).collect(),
        // A database that was never migrated has no such table; diesel has no kind for that error.
        Err(DieselError::DatabaseError(DatabaseErrorKind::Unknown, info)) if info.message().contains("__diesel_schema_migrations") => {
            BTreeSet::new()
        }
        Err(other) => return Err(other.into()),
    };
    let lacking = lacking(source, &applied)?;
    Ok(lacking.into_iter().map(|(version, _)| version).collect())
}

#[derive(QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

type Known = (String, Box<dyn Migration<MultiBackend>>);

/// What this program knows and the database lacks.
fn lacking(source: &dyn MigrationSource<MultiBackend>, applied: &BTreeSet<String>) -> Result<Vec<Known>, StoreError> {
    let mut known = source
        .migrations()
        .map_err(|error| StoreError::Migration(error.to_string()))?
        .into_iter()
        .map(|migration| (migration.name().version().to_string(), migration))
        .collect::<Vec<_>>();
    let unknown: Vec<_> = applied.iter().filter(|version| known.iter().all(|(name, _)| name != *version)).cloned().collect();
    if !unknown.is_empty() {
        return Err(StoreError::TooNew(unknown));
    }
    known.retain(|(version, _)| !applied.contains(version));
    known.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(known)
}

fn run(conn: &mut Conn, source: &dyn MigrationSource<MultiBackend>) -> Result<Vec<String>, StoreError> {
    let applied = conn
        .applied_migrations()
        .map_err(|error| StoreError::Migration(error.to_string()))?
        .into_iter()
        .map(|version| version.to_string())
        .collect();
    let mut now = Vec::new();
    for (version, migration) in lacking(source, &applied)? {
        conn.run_migration(&*migration).map_err(|error| StoreError::Migration(format!("{version}: {error}")))?;
        tracing::info!(version, "migrated");
        now.push(version);
    }
    Ok(now)
}

/// All in one IMMEDIATE transaction: of two processes that start together the second waits and finds nothing to do; a
/// failure leaves the schema as it was. Foreign keys are off meanwhile, since a table is altered by building it anew
/// under its name; they are checked as a whole before the commit.
fn apply_sqlite(conn: &mut Conn, source: &dyn MigrationSource<MultiBackend>, busy_attempts: u32) -> Result<Vec<String>, StoreError> {
    conn.batch_execute("PRAGMA foreign_keys = OFF")?;
    let mut waits = busy_attempts;
    while let Err(error) = conn.begin_write() {
        if Ailment::of(&error) != Some(Ailment::Contention) {
            return Err(error.into());
        }
        waits = waits.checked_sub(1).ok_or(StoreError::Busy)?;
    }
    let outcome = run(conn, source).and_then(|applied| {
        sound(conn)?;
        conn.commit()?;
        Ok(applied)
    });
    if outcome.is_err() {
        conn.unwind_to(0);
    }
    outcome
}

#[derive(QueryableByName)]
struct Orphan {
    #[diesel(sql_type = Text)]
    child: String,
}

/// No row refers to one that is not there.
fn sound(conn: &mut Conn) -> Result<(), StoreError> {
    let orphans = sql_query("SELECT DISTINCT \"table\" AS child FROM pragma_foreign_key_check ORDER BY 1").load::<Orphan>(conn)?;
    if orphans.is_empty() {
        return Ok(());
    }
    let children: Vec<_> = orphans.into_iter().map(|orphan| orphan.child).collect();
    Err(StoreError::Migration(format!("rows of {} refer to rows that are not there", children.join(", "))))
}

/// Under an advisory lock, since two nodes may start together; each migration in a transaction of its own. The
/// connection is to serve for nothing else: its timeouts are changed.
#[cfg(feature = "postgres")]
fn apply_postgres(conn: &mut Conn, source: &dyn MigrationSource<MultiBackend>) -> Result<Vec<String>, StoreError> {
    /// "doorward" in ASCII: all who migrate a database must ask for the same number.
    const LOCK: i64 = 0x646f_6f72_7761_7264;
    // A long migration is no runaway statement, but a lock that never comes is a node that hangs.
    conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = '60s'")?;
    sql_query(format!("SELECT pg_advisory_lock({LOCK})")).execute(conn)?;
    let outcome = run(conn, source);
    sql_query(format!("SELECT pg_advisory_unlock({LOCK})")).execute(conn)?;
    outcome
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use std::fs;
    use std::path::Path;

    use diesel::connection::SimpleConnection;
    use diesel_migrations::FileBasedMigrations;

    use super::*;
    use crate::store::seam_tests::{Place, places};

    fn write(folder: &Path, name: &str, up: &str) {
        let folder = folder.join(name);
        fs::create_dir_all(&folder).expect("a folder to write to");
        fs::write(folder.join("up.sql"), up).expect("a file to write");
        fs::write(folder.join("down.sql"), "SELECT 1;").expect("a file to write");
    }

    fn source(place: &Place) -> FileBasedMigrations {
        FileBasedMigrations::from_path(place.folder()).expect("a folder of migrations")
    }

    const PEOPLE: &str = "CREATE TABLE people (id BIGINT PRIMARY KEY NOT NULL);
        CREATE TABLE pets (id BIGINT PRIMARY KEY NOT NULL, person BIGINT NOT NULL REFERENCES people (id));
        INSERT INTO people VALUES (1); INSERT INTO pets VALUES (1, 1);";

    #[test]
    fn what_is_lacking_is_applied_once_and_in_order() {
        for place in places() {
            write(place.folder(), "2026-01-02-000000_more", "INSERT INTO people VALUES (2);");
            write(place.folder(), "2026-01-01-000000_people", PEOPLE);
            let mut conn = place.connect();
            let lacking = pending(&mut conn, &source(&place)).expect("what is lacking");
            assert_eq!(lacking, ["20260101000000", "20260102000000"]);
            assert_eq!(apply(&mut conn, &source(&place), 5).expect("to migrate"), lacking);
            // Law: a second run finds nothing to do.
            assert!(apply(&mut place.connect(), &source(&place), 5).expect("to migrate").is_empty());
        }
    }

    #[test]
    fn asking_what_is_lacking_writes_nothing() {
        for place in places() {
            write(place.folder(), "2026-01-01-000000_people", PEOPLE);
            pending(&mut place.connect(), &source(&place)).expect("what is lacking");
            // Law: to look is not to make.
            assert!(place.connect().batch_execute("SELECT 1 FROM __diesel_schema_migrations").is_err());
        }
    }

    #[test]
    fn a_database_of_a_newer_program_is_refused() {
        for place in places() {
            write(place.folder(), "2026-01-01-000000_people", PEOPLE);
            write(place.folder(), "2099-01-01-000000_later", "SELECT 1;");
            apply(&mut place.connect(), &source(&place), 5).expect("to migrate");
            fs::remove_dir_all(place.folder().join("2099-01-01-000000_later")).expect("to remove");
            let mut conn = place.connect();
            for answer in [pending(&mut conn, &source(&place)), apply(&mut conn, &source(&place), 5)] {
                // Law: an old program touches no newer database.
                assert!(matches!(answer, Err(StoreError::TooNew(ref v)) if v == &["20990101000000"]), "{answer:?}");
            }
        }
    }

    #[test]
    fn a_migration_that_fails_leaves_no_trace() {
        for place in places() {
            write(place.folder(), "2026-01-01-000000_bad", "CREATE TABLE half (id BIGINT); INSERT INTO nowhere VALUES (1);");
            let answer = apply(&mut place.connect(), &source(&place), 5);
            assert!(matches!(answer, Err(StoreError::Migration(ref why)) if why.contains("20260101000000")), "{answer:?}");
            // Law: all of a migration or nothing.
            assert!(place.connect().batch_execute("SELECT 1 FROM half").is_err());
        }
    }

    #[test]
    fn programs_that_start_together_migrate_once() {
        for place in places() {
            write(place.folder(), "2026-01-01-000000_people", PEOPLE);
            let counts: Vec<usize> = std::thread::scope(|scope| {
                let start = || {
                    let mut conn = place.connect();
                    apply(&mut conn, &source(&place), 100).expect("to migrate").len()
                };
                let threads: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
                threads.into_iter().map(|t| t.join().expect("no panic")).collect()
            });
            // Law: of those who start together exactly one migrates.
            assert_eq!(counts.iter().sum::<usize>(), 1, "{counts:?}");
        }
    }

    #[test]
    fn a_sqlite_table_that_others_refer_to_can_be_built_anew() {
        let place = Place::sqlite();
        write(place.folder(), "2026-01-01-000000_people", PEOPLE);
        write(
            place.folder(),
            "2026-01-02-000000_anew",
            "CREATE TABLE people_new (id BIGINT PRIMARY KEY NOT NULL, name TEXT NOT NULL DEFAULT '');
             INSERT INTO people_new (id) SELECT id FROM people; DROP TABLE people; ALTER TABLE people_new RENAME TO people;",
        );
        let mut conn = place.connect();
        apply(&mut conn, &source(&place), 5).expect("to migrate");
        conn.batch_execute("PRAGMA foreign_keys = ON").expect("foreign keys");
        // Law: a rebuilt table is still the one that others refer to.
        assert!(conn.batch_execute("INSERT INTO pets VALUES (2, 9)").is_err());
        assert!(conn.batch_execute("INSERT INTO pets VALUES (3, 1)").is_ok());
    }

    #[test]
    fn a_sqlite_migration_that_orphans_rows_is_undone() {
        let place = Place::sqlite();
        write(place.folder(), "2026-01-01-000000_people", PEOPLE);
        write(place.folder(), "2026-01-02-000000_orphans", "DELETE FROM people;");
        let answer = apply(&mut place.connect(), &source(&place), 5);
        assert!(matches!(answer, Err(StoreError::Migration(ref why)) if why.contains("pets")), "{answer:?}");
        // Law: with foreign keys off, the whole is checked before it stays.
        assert!(place.connect().batch_execute("SELECT 1 FROM pets").is_err());
    }
}
