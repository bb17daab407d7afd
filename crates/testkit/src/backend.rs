//! Which databases there are to test on.

use diesel::connection::SimpleConnection;
use doorward::store::{DatabaseUrl, OpenOptions, Store, StoreError};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use tempfile::TempDir;

/// A kind of database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// A file of the world's own.
    #[default]
    Sqlite,
    /// A schema of the world's own, in the database that `TEST_POSTGRES_URL` names.
    Postgres,
}

impl Backend {
    /// Whether it can be tested on: the variable is set, and this program was built for it.
    pub fn is_there(self) -> bool {
        match self {
            Self::Sqlite => true,
            Self::Postgres => base().is_some_and(|url| DatabaseUrl::parse(&url).is_ok()),
        }
    }

    pub(crate) fn place(self) -> Place {
        let folder = TempDir::with_prefix("doorward-world-").expect("a folder for the test");
        match self {
            Self::Sqlite => Place { schema: None, folder },
            Self::Postgres => {
                static NEXT: AtomicU32 = AtomicU32::new(0);
                let schema = format!("world_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
                administer(&format!("CREATE SCHEMA {schema}"));
                Place { schema: Some(schema), folder }
            }
        }
    }
}

fn base() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

/// Runs a statement outside of any world.
fn administer(statement: &str) {
    static STORE: OnceLock<Mutex<Store>> = OnceLock::new();
    let statement = statement.to_owned();
    // The store's calls block, which an asynchronous thread must not.
    let run = move || {
        let open = || {
            let url = DatabaseUrl::parse(&base().expect("TEST_POSTGRES_URL")).expect("a database URL");
            Mutex::new(Store::open(&url, &OpenOptions { connections: 1, ..OpenOptions::default() }).expect("TEST_POSTGRES_URL to work"))
        };
        let store = STORE.get_or_init(open).lock().unwrap_or_else(PoisonError::into_inner);
        store.write_blocking(move |conn| Ok::<_, StoreError>(conn.batch_execute(&statement)?)).expect("the statement to work");
    };
    std::thread::spawn(run).join().expect("the database to obey");
}

/// A database of a world's own; gone with this value.
#[derive(Debug)]
pub struct Place {
    schema: Option<String>,
    folder: TempDir,
}

impl Place {
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The URL as it stands in the settings.
    pub(crate) fn url(&self) -> String {
        match &self.schema {
            None => format!("sqlite://{}", self.file("doorward.db").display()),
            Some(schema) => {
                let base = base().expect("TEST_POSTGRES_URL");
                let join = if base.contains('?') { '&' } else { '?' };
                format!("{base}{join}options=-csearch_path%3D{schema}")
            }
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Some(schema) = &self.schema
            && !std::thread::panicking()
        {
            administer(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// Makes of one story a test on each database; without `PostgreSQL` that test has nothing to do.
#[macro_export]
macro_rules! each_backend {
    ($($(#[$meta:meta])* async fn $name:ident($backend:ident: Backend) $body:block)+) => {$(
        mod $name {
            use super::*;
            $(#[$meta])*
            async fn story($backend: $crate::Backend) $body

            #[rocket::async_test]
            async fn on_sqlite() {
                story($crate::Backend::Sqlite).await;
            }

            #[rocket::async_test]
            async fn on_postgres() {
                if $crate::Backend::Postgres.is_there() {
                    story($crate::Backend::Postgres).await;
                }
            }
        }
    )+};
}
