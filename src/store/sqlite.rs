//! `SQLite`: one file, one writer, readers beside it.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{Connection, RunQueryDsl, SqliteConnection};

use super::OpenOptions;
use super::conn::{Conn, Link};
use super::error::StoreError;
use super::job::{Job, caught};
use super::writer::{Habits, Writer};

/// How the file is opened, again and again.
#[derive(Clone)]
pub(super) struct SqliteFile {
    path: PathBuf,
    busy_timeout_ms: u32,
    #[cfg(test)]
    pub(super) hooks: std::sync::Arc<tests::Hooks>,
}

impl SqliteFile {
    /// Finds the file, or makes it if that is wished: readable by its owner alone, as its log files will be.
    fn prepare(path: PathBuf, options: &OpenOptions) -> Result<Self, StoreError> {
        if options.create {
            let mut how = fs::OpenOptions::new();
            how.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut how, 0o600);
            if let Err(error) = how.open(&path)
                && error.kind() != io::ErrorKind::AlreadyExists
            {
                return Err(StoreError::Config(format!("the database {} cannot be made: {error}", path.display())));
            }
        } else if !path.exists() {
            return Err(StoreError::Config(format!("there is no database {}; is the working folder the right one?", path.display())));
        }
        Ok(Self {
            path,
            busy_timeout_ms: options.busy_timeout_ms,
            #[cfg(test)]
            hooks: std::sync::Arc::default(),
        })
    }

    fn establish(&self) -> Result<SqliteConnection, StoreError> {
        // Opening would make an empty database where the file was taken away.
        if !self.path.exists() {
            return Err(StoreError::Unavailable(format!("the file {} is gone", self.path.display())));
        }
        // A name that looks like a URI would be read as one; a path that begins with a dot or slash does not.
        let path = if self.path.is_absolute() { self.path.clone() } else { PathBuf::from(".").join(&self.path) };
        let path = path.to_str().ok_or_else(|| StoreError::Config("the path of the database is not valid UTF-8".into()))?;
        let mut conn = SqliteConnection::establish(path).map_err(|error| StoreError::connecting(&error, str::to_owned))?;
        conn.batch_execute(&format!("PRAGMA busy_timeout = {}; PRAGMA trusted_schema = OFF;", self.busy_timeout_ms))?;
        let journal = sql::<Text>("PRAGMA journal_mode = WAL").get_result::<String>(&mut conn)?;
        if journal != "wal" {
            return Err(StoreError::Config(format!(
                "the database {} cannot keep a write-ahead log there; put it on a local disk",
                self.path.display()
            )));
        }
        // FULL flushes the log at each commit: what was answered survives a power loss (fullfsync does it on macOS).
        conn.batch_execute(
            "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864;",
        )?;
        #[cfg(test)]
        conn.batch_execute(&self.hooks.on_open())?;
        Ok(conn)
    }

    /// A connection that may write.
    pub(super) fn connect(&self) -> Result<Link, StoreError> {
        Ok(Link::new(Conn::Sqlite(self.establish()?)))
    }

    /// A connection that refuses to write.
    fn connect_to_read(&self) -> Result<Link, StoreError> {
        let mut conn = self.establish()?;
        conn.batch_execute("PRAGMA query_only = ON")?;
        Ok(Link::new(Conn::Sqlite(conn)))
    }

    /// Told each time the write lock of another process was waited for in vain.
    pub(super) fn busy(&self) {
        tracing::debug!(path = %self.path.display(), "another process holds the database's write lock");
        #[cfg(test)]
        self.hooks.count_busy();
    }
}

pub(super) struct Sqlite {
    pub(super) file: SqliteFile,
    writer: Writer,
    /// Idle readers, the one used last on top: its statements and pages are warm.
    readers: Mutex<Vec<Link>>,
    readers_kept: usize,
}

impl Sqlite {
    /// Opens the file; also returns the migrations that were applied.
    pub(super) fn open(path: PathBuf, options: &OpenOptions) -> Result<(Self, Vec<String>), StoreError> {
        let file = SqliteFile::prepare(path, options)?;
        // Migrations get a connection of their own: they switch foreign keys off.
        let applied = super::bring_up(&mut file.connect()?.conn, options)?;
        let link = file.connect()?;
        let habits = Habits { queue: options.queue, group: options.group, busy_attempts: options.busy_attempts };
        let writer = Writer::start(file.clone(), link, habits)?;
        let store = Self { file, writer, readers: Mutex::default(), readers_kept: options.connections as usize };
        Ok((store, applied))
    }

    pub(super) fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.writer.submit(job)
    }

    /// Reads on this thread: a hop to another one costs more than the read.
    pub(super) fn read<T, E, F>(&self, mut work: F) -> Result<T, E>
    where
        F: FnMut(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        let idle = self.idle().pop();
        let reused = idle.is_some();
        let (outcome, outage) = self.read_on(idle, &mut work)?;
        if outcome.is_err() && outage && reused {
            return self.read_on(None, &mut work)?.0;
        }
        outcome
    }

    fn read_on<T, E, F>(&self, idle: Option<Link>, work: &mut F) -> Result<(Result<T, E>, bool), E>
    where
        F: FnMut(&mut Conn) -> Result<T, E>,
        E: From<StoreError>,
    {
        let mut link = match idle {
            Some(link) => link,
            None => self.file.connect_to_read()?,
        };
        link.health.clear();
        let outcome = caught(|| work(&mut link.conn));
        let outage = link.health.outage();
        if !outage && link.conn.unwind_to(0) {
            let mut idle = self.idle();
            if idle.len() < self.readers_kept {
                idle.push(link);
            }
        }
        Ok((outcome, outage))
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Link>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes what waits, applies the log and ends the thread; blocks as long as that takes.
    pub(super) fn close(&self) {
        // A reader would keep the log from being applied in full.
        let idle = std::mem::take(&mut *self.idle());
        drop(idle);
        self.writer.close();
    }
}

/// Writes a page and flushes it: a full disk or a read-only file shows only so. `user_version` is used by nobody.
pub(super) const READY: &str = "PRAGMA user_version = 0";

#[cfg(test)]
pub(super) mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Mutex, PoisonError};

    /// What a test does to connections from outside.
    #[derive(Default)]
    pub(in crate::store) struct Hooks {
        on_open: Mutex<String>,
        busy: AtomicUsize,
    }

    impl Hooks {
        /// Statements for each connection opened from now on.
        pub(in crate::store) fn set_on_open(&self, statements: &str) {
            statements.clone_into(&mut self.on_open.lock().unwrap_or_else(PoisonError::into_inner));
        }

        pub(super) fn on_open(&self) -> String {
            self.on_open.lock().unwrap_or_else(PoisonError::into_inner).clone()
        }

        pub(super) fn count_busy(&self) {
            self.busy.fetch_add(1, Ordering::SeqCst);
        }

        pub(in crate::store) fn busy(&self) -> usize {
            self.busy.load(Ordering::SeqCst)
        }
    }
}
