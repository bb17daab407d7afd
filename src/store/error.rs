//! What can go wrong between a flow and its rows.

use std::fmt;
use std::sync::Arc;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};

/// Why a read or a write did not happen. Its text names no secret and no row's values.
///
/// A row that is absent is no error: aggregates answer with `Option` or an outcome of their own.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum StoreError {
    /// Another process or transaction held what this one needed for too long.
    Busy,
    /// Too many writes or connections are already waiting.
    Overloaded,
    /// The database cannot serve now (disk full, read-only, unreachable, closing). It is tried afresh by the next call.
    Unavailable(String),
    /// A unique column already holds the value; the text names the constraint.
    Conflict(String),
    /// The statement failed for any other reason.
    Query(Arc<DieselError>),
    /// The work panicked; what it had written is rolled back.
    Panicked,
    /// The work misused its transaction (left one open, or passed over a failed statement); it is rolled back.
    Misused(&'static str),
    /// The database URL, or what it points to, is wrong; the text says what would be right.
    Config(String),
    /// The database lacks these migrations, and was not to be migrated.
    Unmigrated(Vec<String>),
    /// The database holds migrations that this program does not know: it was written by a newer one.
    TooNew(Vec<String>),
    /// A migration failed.
    Migration(String),
}

impl StoreError {
    /// Whether the same call may succeed in a while (to be answered by 503 and `Retry-After`).
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Busy | Self::Overloaded | Self::Unavailable(_) => true,
            Self::Conflict(_)
            | Self::Query(_)
            | Self::Panicked
            | Self::Misused(_)
            | Self::Config(_)
            | Self::Unmigrated(_)
            | Self::TooNew(_)
            | Self::Migration(_) => false,
        }
    }

    pub(super) fn closing() -> Self {
        Self::Unavailable("the database is being closed".into())
    }

    /// A failure to connect; `scrub` takes out of the text what must not be shown.
    pub(super) fn connecting(error: &ConnectionError, scrub: impl Fn(&str) -> String) -> Self {
        match error {
            ConnectionError::CouldntSetupConfiguration(inner) => match Ailment::of(inner) {
                Some(Ailment::Contention | Ailment::Delay) => Self::Busy,
                Some(Ailment::Outage) | None => Self::Unavailable(scrub(&inner.to_string())),
            },
            other => Self::Unavailable(scrub(&other.to_string())),
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Busy => f.write_str("the database is busy with other work"),
            Self::Overloaded => f.write_str("too many requests wait for the database"),
            Self::Unavailable(why) => write!(f, "the database is unavailable: {why}"),
            Self::Conflict(on) => write!(f, "already taken: {on}"),
            Self::Query(error) => write!(f, "the database refused a statement: {error}"),
            Self::Panicked => f.write_str("work on the database panicked and was rolled back"),
            Self::Misused(how) => write!(f, "work on the database was rolled back: {how}"),
            Self::Config(what) => f.write_str(what),
            Self::Unmigrated(lacking) => write!(f, "the database lacks {}: run `doorward migrate`", migrations(lacking)),
            Self::TooNew(unknown) => write!(
                f,
                "the database was written by a newer doorward (it holds {}): run that version, or restore a backup",
                migrations(unknown)
            ),
            Self::Migration(why) => write!(f, "the database could not be migrated: {why}"),
        }
    }
}

fn migrations(versions: &[String]) -> String {
    let noun = if versions.len() == 1 { "migration" } else { "migrations" };
    format!("{noun} {}", versions.join(", "))
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Query(error) => Some(error.as_ref()),
            Self::Busy
            | Self::Overloaded
            | Self::Unavailable(_)
            | Self::Conflict(_)
            | Self::Panicked
            | Self::Misused(_)
            | Self::Config(_)
            | Self::Unmigrated(_)
            | Self::TooNew(_)
            | Self::Migration(_) => None,
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match Ailment::of(&error) {
            Some(Ailment::Contention | Ailment::Delay) => return Self::Busy,
            Some(Ailment::Outage) => return Self::Unavailable(error.to_string()),
            None => {}
        }
        match &error {
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, info) => {
                let message = info.message();
                let on = info.constraint_name().unwrap_or_else(|| message.strip_prefix("UNIQUE constraint failed: ").unwrap_or(message));
                Self::Conflict(on.to_owned())
            }
            _ => Self::Query(Arc::new(error)),
        }
    }
}

/// A failure that lies in the circumstances, not in the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ailment {
    /// Another transaction was in the way: the same work may be done again at once.
    Contention,
    /// It was waited for long enough: the caller decides about more.
    Delay,
    /// The file, disk or connection failed: the connection is not to be trusted further.
    Outage,
}

impl Ailment {
    /// Texts, because diesel passes on neither `SQLite`'s result code nor `PostgreSQL`'s SQLSTATE beyond its own kinds.
    const TEXTS: &'static [(&'static str, Self)] = &[
        // SQLite, sqlite3_errstr: BUSY, LOCKED, PROTOCOL
        ("database is locked", Self::Contention),
        ("database table is locked", Self::Contention),
        ("database schema is locked", Self::Contention),
        ("locking protocol", Self::Contention),
        // SQLite: FULL, READONLY, IOERR, CANTOPEN, CORRUPT, NOTADB, NOMEM
        ("database or disk is full", Self::Outage),
        ("attempt to write a readonly database", Self::Outage),
        ("disk I/O error", Self::Outage),
        ("unable to open database file", Self::Outage),
        ("database disk image is malformed", Self::Outage),
        ("file is not a database", Self::Outage),
        ("out of memory", Self::Outage),
        // PostgreSQL: 40P01, 55P03, 57014
        ("deadlock detected", Self::Contention),
        ("canceling statement due to lock timeout", Self::Delay),
        ("canceling statement due to statement timeout", Self::Delay),
        // PostgreSQL: 53100, 57P01 to 57P03, 53300
        ("could not extend file", Self::Outage),
        ("No space left on device", Self::Outage),
        ("terminating connection", Self::Outage),
        ("the database system is", Self::Outage),
        ("sorry, too many clients", Self::Outage),
    ];

    pub(super) fn of(error: &DieselError) -> Option<Self> {
        match error {
            DieselError::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::SerializationFailure => Some(Self::Contention),
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ReadOnlyTransaction => {
                    Some(Self::Outage)
                }
                DatabaseErrorKind::Unknown => {
                    let message = info.message();
                    Self::TEXTS.iter().find(|(text, _)| message.contains(text)).map(|(_, ailment)| *ailment)
                }
                _ => None,
            },
            DieselError::BrokenTransactionManager => Some(Self::Outage),
            DieselError::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unknown(message: &str) -> DieselError {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message.to_owned()))
    }

    #[test]
    fn a_lock_passes_and_a_full_disk_passes_too() {
        assert!(matches!(StoreError::from(unknown("database is locked")), StoreError::Busy));
        let full = StoreError::from(unknown("database or disk is full"));
        assert!(matches!(full, StoreError::Unavailable(_)));
        // Law: circumstances are answered by "later".
        assert!(full.is_passing());
    }

    #[test]
    fn a_violated_unique_names_its_columns_alone() {
        let error = StoreError::from(DieselError::DatabaseError(
            DatabaseErrorKind::UniqueViolation,
            Box::new("UNIQUE constraint failed: users.name".to_owned()),
        ));
        // Law: a conflict is told by its place, never by a value.
        assert_eq!(error.to_string(), "already taken: users.name");
    }

    #[test]
    fn a_wrong_statement_does_not_pass() {
        let error = StoreError::from(unknown("no such table: nothing"));
        // Law: a defect is never answered by "later".
        assert!(!error.is_passing() && matches!(error, StoreError::Query(_)));
    }

    #[test]
    fn an_absent_row_does_not_pass() {
        // Law: an absent row never looks like an outage.
        assert!(!StoreError::from(DieselError::NotFound).is_passing());
    }

    #[test]
    fn a_newer_database_says_so() {
        let text = StoreError::TooNew(vec!["20990101".into()]).to_string();
        // Law: the operator learns which side is behind.
        assert!(text.contains("newer doorward") && text.contains("20990101"));
    }
}
