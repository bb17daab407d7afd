//! One connection, whichever database is behind it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use diesel::connection::{AnsiTransactionManager, Connection, Instrumentation, InstrumentationEvent, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error as DieselError, QueryResult};

use super::error::{Ailment, StoreError};

pub use self::derived::{Conn, MultiBackend};

mod derived {
    // The derive writes public items without documentation, and matches that cannot fail when there is one variant.
    #![allow(missing_docs, unreachable_pub, irrefutable_let_patterns, unreachable_patterns, clippy::pedantic)]

    /// A connection to one of the databases; queries are written once, against this type.
    ///
    /// Which variant is opened is decided by the scheme of the URL, never by trying. Match on it inside the store only,
    /// with the reason beside it.
    #[derive(diesel::MultiConnection)]
    pub enum Conn {
        #[cfg(feature = "postgres")]
        Postgres(diesel::PgConnection),
        Sqlite(diesel::SqliteConnection),
    }
}

impl Conn {
    /// Opens a transaction that may write.
    ///
    /// `SQLite` takes the write lock here and not at the first write, where it could only fail (`SQLITE_BUSY_SNAPSHOT`).
    pub(super) fn begin_write(&mut self) -> QueryResult<()> {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
            Self::Sqlite(conn) => AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE"),
        }
    }

    /// Opens a savepoint inside the open transaction.
    pub(super) fn begin_savepoint(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::begin_transaction(self)
    }

    /// Releases the innermost savepoint, or commits when there is none.
    pub(super) fn commit(&mut self) -> QueryResult<()> {
        <Self as Connection>::TransactionManager::commit_transaction(self)
    }

    /// How many transactions and savepoints are open; `None` when the connection no longer knows.
    pub(super) fn depth(&mut self) -> Option<u32> {
        <Self as Connection>::TransactionManager::transaction_manager_status_mut(self)
            .transaction_depth()
            .ok()
            .map(|depth| depth.map_or(0, NonZeroU32::get))
    }

    /// Rolls back until `depth` transactions and savepoints are open. False when that is not the state reached: then
    /// the connection is to be thrown away.
    pub(super) fn unwind_to(&mut self, depth: u32) -> bool {
        while let Some(open) = self.depth() {
            if open <= depth {
                return open == depth;
            }
            if <Self as Connection>::TransactionManager::rollback_transaction(self).is_err() {
                return false;
            }
        }
        false
    }
}

/// Runs an insert and says whether it took place; false when a unique column already holds the value.
///
/// The savepoint keeps the transaction usable: in `PostgreSQL` a violated constraint aborts all of it otherwise.
///
/// # Errors
/// Any other failure of the statement.
pub fn insert_or_conflict<R>(conn: &mut Conn, insert: impl FnOnce(&mut Conn) -> QueryResult<R>) -> Result<bool, StoreError> {
    match conn.transaction(insert) {
        Ok(_) => Ok(true),
        Err(DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        Err(other) => Err(other.into()),
    }
}

/// A connection and what was seen to go wrong on it.
pub(super) struct Link {
    pub(super) conn: Conn,
    pub(super) health: Health,
}

impl Link {
    pub(super) fn new(mut conn: Conn) -> Self {
        let health = Health::default();
        conn.set_instrumentation(Probe(health.clone()));
        Self { conn, health }
    }
}

/// What the statements of a connection met since it was last cleared.
///
/// A closure's own error type hides the database's; whether to run it again, or to distrust the connection, is decided
/// from what the connection itself reported.
#[derive(Clone, Default)]
pub(super) struct Health(Arc<AtomicU8>);

impl Health {
    const CONTENTION: u8 = 1;
    const OUTAGE: u8 = 2;
    /// A statement failed and no savepoint around it was rolled back since.
    const ABORTED: u8 = 4;

    fn mark(&self, bits: u8) {
        self.0.fetch_or(bits, Ordering::Relaxed);
    }

    fn has(&self, bits: u8) -> bool {
        self.0.load(Ordering::Relaxed) & bits != 0
    }

    pub(super) fn clear(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// The disk is full, the file unreadable, the connection gone.
    pub(super) fn outage(&self) -> bool {
        self.has(Self::OUTAGE)
    }

    /// Another transaction was in the way.
    #[cfg(feature = "postgres")]
    pub(super) fn contention(&self) -> bool {
        self.has(Self::CONTENTION)
    }

    /// `PostgreSQL` would answer COMMIT by rolling back, and report success.
    #[cfg(feature = "postgres")]
    pub(super) fn aborted(&self) -> bool {
        self.has(Self::ABORTED)
    }
}

struct Probe(Health);

impl Instrumentation for Probe {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::FinishQuery { error: Some(error), .. } => self.0.mark(
                Health::ABORTED
                    | match Ailment::of(error) {
                        Some(Ailment::Contention) => Health::CONTENTION,
                        Some(Ailment::Outage) => Health::OUTAGE,
                        Some(Ailment::Delay) | None => 0,
                    },
            ),
            InstrumentationEvent::RollbackTransaction { .. } => {
                self.0.0.fetch_and(!Health::ABORTED, Ordering::Relaxed);
            }
            // diesel's enum, not ours; the other events tell nothing about health.
            _ => {}
        }
    }
}
