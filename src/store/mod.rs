//! The store: one database, `SQLite` or `PostgreSQL`, behind two calls that take closures.
//!
//! [`Store::write`] runs a closure in a transaction that is durable when the call returns; [`Store::read`] runs one
//! outside. Neither knows what it reads or writes: that is in the modules beside this one, as plain functions on
//! [`Conn`].
//!
//! | | `SQLite` | `PostgreSQL` |
//! |---|---|---|
//! | write | queued to one thread; what waits shares one commit, each closure in a savepoint of its own | a transaction on a pooled connection, READ COMMITTED |
//! | read | on the calling thread, on an idle connection | on a blocking thread, on a pooled connection |
//!
//! Hence the rules for closures: they may run more than once, so they have no effects but SQL; they do nothing slow; a
//! refusal that must leave a trace is an `Ok`, for an `Err` rolls back; and what must happen once is decided by one
//! conditional statement and its row count, for under READ COMMITTED two transactions may read the same row.

pub mod apis;
pub mod client_documents;
pub mod client_traces;
pub mod clients;
mod codec;
pub mod codes;
mod conn;
pub mod consents;
pub mod definitions;
pub mod deliveries;
pub mod device_codes;
mod error;
pub mod failures;
pub mod grants;
pub mod interactions;
mod job;
pub mod keys;
pub mod leases;
mod migrate;
pub mod participants;
#[cfg(feature = "postgres")]
mod postgres;
pub mod pushed;
pub mod registration_tokens;
pub mod replays;
mod schema;
#[cfg(test)]
mod seam_tests;
pub mod seen;
pub mod sessions;
mod sqlite;
pub mod sweep;
#[cfg(test)]
mod tests;
pub mod tokens;
mod url;
pub mod users;
pub mod versions;
mod writer;

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use rocket::tokio::task::spawn_blocking;

pub use self::conn::{Conn, MultiBackend, insert_or_conflict};
pub use self::error::StoreError;
pub use self::url::DatabaseUrl;

use self::job::Write;

/// How a database is opened.
#[derive(Debug, Clone)]
pub struct OpenOptions {
    /// Make the `SQLite` file if it is not there.
    pub create: bool,
    /// Apply the migrations it lacks; otherwise lacking some is an error.
    pub migrate: bool,
    /// Writes that may wait (with `PostgreSQL`: calls); one more is answered by [`StoreError::Overloaded`].
    pub queue: usize,
    /// Writes that share one `SQLite` commit at most.
    pub group: usize,
    /// Connections to `PostgreSQL`; idle readers kept with `SQLite`.
    pub connections: u32,
    /// Milliseconds that one wait for another process's `SQLite` lock lasts.
    pub busy_timeout_ms: u32,
    /// How many such waits follow the first before the answer is [`StoreError::Busy`].
    pub busy_attempts: u32,
    /// Milliseconds that a `PostgreSQL` statement, a wait for a lock, or a pause within a transaction may last.
    pub statement_timeout_ms: u32,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self {
            create: true,
            migrate: true,
            queue: 1024,
            group: 256,
            connections: 16,
            busy_timeout_ms: 250,
            busy_attempts: 11,
            statement_timeout_ms: 5000,
        }
    }
}

/// A database. Clones share it; when the last is dropped, what waits is written and the files are left clean.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    backend: Backend,
    migrated: Vec<String>,
}

enum Backend {
    Sqlite(sqlite::Sqlite),
    #[cfg(feature = "postgres")]
    Postgres(postgres::Postgres),
}

impl Store {
    /// Opens, and migrates if that is wished. Blocks; meant for the start of a process.
    ///
    /// # Errors
    /// [`StoreError::Config`] when there is no such file or it cannot be made, [`StoreError::Unmigrated`],
    /// [`StoreError::TooNew`], [`StoreError::Migration`], [`StoreError::Busy`], [`StoreError::Unavailable`].
    pub fn open(url: &DatabaseUrl, options: &OpenOptions) -> Result<Self, StoreError> {
        let (backend, migrated) = match url {
            DatabaseUrl::Sqlite(path) => {
                let (sqlite, migrated) = sqlite::Sqlite::open(path.clone(), options)?;
                (Backend::Sqlite(sqlite), migrated)
            }
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => {
                let (postgres, migrated) = postgres::Postgres::open(url.clone(), options)?;
                (Backend::Postgres(postgres), migrated)
            }
        };
        Ok(Self { inner: Arc::new(Inner { backend, migrated }) })
    }

    /// The versions that opening it applied, oldest first.
    pub fn migrated(&self) -> &[String] {
        &self.inner.migrated
    }

    /// Runs a closure in a transaction: `Ok` is durable when this returns, `Err` and a panic leave nothing.
    ///
    /// See the rules for closures at the [module](self). An error of the database is to be passed on, except one that
    /// [`insert_or_conflict`] or a nested `transaction` has contained.
    ///
    /// A caller that stops waiting (its future is dropped) may or may not find the work done.
    ///
    /// # Errors
    /// The closure's own, or a [`StoreError`] made into one.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.inner.backend {
            Backend::Sqlite(sqlite) => {
                let (job, outcome) = Write::pair(work);
                sqlite.submit(job)?;
                outcome.await.unwrap_or_else(|_| Err(StoreError::closing().into()))
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.in_turn(|store| store.write(work)).await,
        }
    }

    /// Runs a closure that only reads; it sees every write that was answered before. A few short statements.
    ///
    /// # Errors
    /// As [`Store::write`]; with `SQLite`, a statement that writes is refused.
    #[cfg_attr(not(feature = "postgres"), expect(clippy::unused_async, reason = "only PostgreSQL has something to wait for"))]
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.inner.backend {
            Backend::Sqlite(sqlite) => sqlite.read(work),
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.in_turn(|store| store.read(work)).await,
        }
    }

    /// [`Store::write`] for threads of one's own, such as the command line's.
    ///
    /// # Errors
    /// As [`Store::write`].
    ///
    /// # Panics
    /// On a thread that runs asynchronous tasks, which must not be blocked.
    pub fn write_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        match &self.inner.backend {
            Backend::Sqlite(sqlite) => {
                let (job, outcome) = Write::pair(work);
                sqlite.submit(job)?;
                outcome.blocking_recv().unwrap_or_else(|_| Err(StoreError::closing().into()))
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.write(work),
        }
    }

    /// [`Store::read`] for threads of one's own.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_blocking<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        match &self.inner.backend {
            Backend::Sqlite(sqlite) => sqlite.read(work),
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.read(work),
        }
    }

    /// Whether it can write, and durably: it writes. For the readiness endpoint.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn ready(&self) -> Result<(), StoreError> {
        let statement = match &self.inner.backend {
            Backend::Sqlite(_) => sqlite::READY,
            #[cfg(feature = "postgres")]
            Backend::Postgres(_) => postgres::READY,
        };
        self.write(move |conn| Ok(conn.batch_execute(statement)?)).await
    }

    /// Takes no more work, finishes what waits, applies `SQLite`'s log and ends its thread. Calls after it, from any
    /// clone, are answered by [`StoreError::Unavailable`]; with `SQLite` reads go on.
    pub async fn shutdown(&self) {
        match &self.inner.backend {
            Backend::Sqlite(_) => {
                let inner = Arc::clone(&self.inner);
                let closing = spawn_blocking(move || match &inner.backend {
                    Backend::Sqlite(sqlite) => sqlite.close(),
                    #[cfg(feature = "postgres")]
                    Backend::Postgres(_) => {}
                });
                if closing.await.is_err() {
                    tracing::error!("closing the database was cut short");
                }
            }
            #[cfg(feature = "postgres")]
            Backend::Postgres(postgres) => postgres.close().await,
        }
    }
}

/// Migrates, or requires that it was done.
fn bring_up(conn: &mut Conn, options: &OpenOptions) -> Result<Vec<String>, StoreError> {
    if options.migrate {
        return migrate::apply(conn, &migrate::MIGRATIONS, options.busy_attempts);
    }
    let lacking = migrate::pending(conn, &migrate::MIGRATIONS)?;
    if lacking.is_empty() { Ok(lacking) } else { Err(StoreError::Unmigrated(lacking)) }
}
