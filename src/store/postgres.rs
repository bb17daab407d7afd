//! `PostgreSQL`: a bounded pool, used from blocking threads.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{HandleError, ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, PgConnection};
use rocket::tokio::sync::{OwnedSemaphorePermit, Semaphore};
use rocket::tokio::task::spawn_blocking;
use rocket::tokio::time::timeout;

use super::OpenOptions;
use super::conn::{Conn, Link};
use super::error::{Ailment, StoreError};
use super::job::caught;
use super::url::PostgresUrl;

/// How often work is run at most: another transaction was in the way, or the connection broke before the commit.
const ATTEMPTS: u32 = 5;

/// How long a turn is waited for, and then a connection; bridges a restart of the server.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(super) struct Postgres {
    pool: Pool<Manager>,
    size: u32,
    /// As many as connections: a thread is taken only when a connection is free.
    turns: Arc<Semaphore>,
    /// Turns and those who may wait for one.
    places: Arc<Semaphore>,
}

impl Postgres {
    /// Connects; also returns the migrations that were applied.
    pub(super) fn open(url: PostgresUrl, options: &OpenOptions) -> Result<(Self, Vec<String>), StoreError> {
        let manager = Manager {
            url,
            setup: format!(
                "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED; \
                 SET statement_timeout = {0}; SET idle_in_transaction_session_timeout = {0}; SET lock_timeout = {0}",
                options.statement_timeout_ms
            ),
        };
        // Outside the pool: a wrong address is told at once, and the advisory lock ends with the connection.
        let applied = super::bring_up(&mut manager.connect()?.link.conn, options)?;
        let size = options.connections.max(1);
        let pool = Pool::builder()
            .max_size(size)
            // No spare is opened beside the work: it may be half open when the process ends, and libpq then crashes in its exit handlers.
            .min_idle(Some(0))
            // A ping at each use is a round trip; a broken connection shows at BEGIN, and the work is run again.
            .test_on_check_out(false)
            .connection_timeout(PATIENCE)
            .error_handler(Box::new(Tell))
            .build_unchecked(manager);
        let turns = Arc::new(Semaphore::new(size as usize));
        let places = Arc::new(Semaphore::new(options.queue + size as usize));
        Ok((Self { pool, size, turns, places }, applied))
    }

    /// Runs blocking work when it is its turn, on a runtime with its timer enabled. Whoever leaves while waiting gives up their place.
    pub(super) async fn in_turn<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&Self) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let place = self.place()?;
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| StoreError::Overloaded)?
            .map_err(|_| StoreError::closing())?;
        let store = self.clone();
        let task = spawn_blocking(move || {
            let outcome = work(&store);
            drop((turn, place));
            outcome
        });
        task.await.unwrap_or_else(|_| Err(StoreError::Panicked.into()))
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, StoreError> {
        if self.turns.is_closed() {
            return Err(StoreError::closing());
        }
        Arc::clone(&self.places).try_acquire_owned().map_err(|_| StoreError::Overloaded)
    }

    /// One transaction, run again while the circumstances, not the work's own rule, make it fail.
    pub(super) fn write<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut attempt = 1;
        loop {
            let mut slot = self.slot(attempt > 1)?;
            match transact(&mut slot, &mut work) {
                Outcome::Final(result) => return result,
                Outcome::Again(result) if attempt == ATTEMPTS => return result,
                Outcome::Again(_) => attempt += 1,
            }
        }
    }

    /// Statements without a transaction; each sees what was committed before it began.
    pub(super) fn read<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut attempt = 1;
        loop {
            let mut slot = self.slot(attempt > 1)?;
            slot.link.health.clear();
            let result = caught(|| work(&mut slot.link.conn));
            let outage = slot.link.health.outage();
            slot.dead = outage || !slot.link.conn.unwind_to(0);
            if result.is_ok() || !outage || attempt == ATTEMPTS {
                return result;
            }
            attempt += 1;
        }
    }

    /// A connection; `tested` after one was found broken, since its idle neighbours broke with it.
    fn slot(&self, tested: bool) -> Result<PooledConnection<Manager>, StoreError> {
        for _ in 0..=self.size {
            let mut slot = self.pool.get().map_err(|error| {
                // r2d2 quotes the last error of Manager::connect, which is scrubbed.
                StoreError::Unavailable(error.to_string())
            })?;
            if !tested || slot.link.conn.ping().is_ok() {
                return Ok(slot);
            }
            slot.dead = true;
        }
        Err(StoreError::Unavailable("every connection broke".into()))
    }

    /// Takes no more, and returns when what has begun is done.
    pub(super) async fn close(&self) {
        let all = self.turns.acquire_many(self.size).await;
        self.turns.close();
        drop(all);
    }
}

enum Outcome<T, E> {
    Final(Result<T, E>),
    /// Nothing is written, and another attempt may succeed.
    Again(Result<T, E>),
}

fn transact<T, E, F>(slot: &mut Slot, work: &mut F) -> Outcome<T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E>,
    E: From<StoreError>,
{
    slot.link.health.clear();
    if let Err(error) = slot.link.conn.begin_write() {
        slot.dead = true;
        return Outcome::Again(Err(StoreError::from(error).into()));
    }
    let result = caught(|| work(&mut slot.link.conn));
    let health = slot.link.health.clone();
    let misuse = if health.aborted() {
        // COMMIT would roll back and report success.
        Some("it passed over a failed statement")
    } else if slot.link.conn.depth() != Some(1) {
        Some("it left a transaction open")
    } else {
        None
    };
    let result = match (result, misuse) {
        (Ok(value), None) => match slot.link.conn.commit() {
            Ok(()) => return Outcome::Final(Ok(value)),
            Err(error) if Ailment::of(&error) == Some(Ailment::Outage) => {
                slot.dead = true;
                // It may have reached the server: to run the work again could do it twice.
                return Outcome::Final(Err(StoreError::Unavailable("the connection broke during the commit".into()).into()));
            }
            Err(error) => Err(StoreError::from(error).into()),
        },
        (Ok(_), Some(misuse)) => Err(StoreError::Misused(misuse).into()),
        (Err(error), _) => Err(error),
    };
    let again = health.outage() || health.contention();
    slot.dead = !slot.link.conn.unwind_to(0) || health.outage();
    if again { Outcome::Again(result) } else { Outcome::Final(result) }
}

/// A pooled connection; `dead` once it is not to be used again.
struct Slot {
    link: Link,
    dead: bool,
}

/// Opens connections for the pool.
struct Manager {
    url: PostgresUrl,
    setup: String,
}

impl ManageConnection for Manager {
    type Connection = Slot;
    type Error = StoreError;

    fn connect(&self) -> Result<Slot, StoreError> {
        let mut conn = PgConnection::establish(self.url.expose())
            .map_err(|error| StoreError::connecting(&error, |message| self.url.scrub(message)))?;
        conn.batch_execute(&self.setup)?;
        Ok(Slot { link: Link::new(Conn::Postgres(conn)), dead: false })
    }

    fn is_valid(&self, slot: &mut Slot) -> Result<(), StoreError> {
        Ok(slot.link.conn.ping()?)
    }

    fn has_broken(&self, slot: &mut Slot) -> bool {
        slot.dead || slot.link.conn.is_broken()
    }
}

/// The pool connects in the background, where nobody waits for the error.
#[derive(Debug)]
struct Tell;

impl HandleError<StoreError> for Tell {
    fn handle_error(&self, error: StoreError) {
        tracing::warn!(%error, "no connection to the database");
    }
}

/// Takes no row, but fails on a read-only replica and where nothing was migrated.
pub(super) const READY: &str = "UPDATE __diesel_schema_migrations SET version = version WHERE false";
