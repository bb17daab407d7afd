//! Tests of the seam, on `SQLite` and, when `TEST_POSTGRES_URL` is set, on `PostgreSQL`.
#![allow(clippy::expect_used)]

mod isolation;
#[cfg(feature = "postgres")]
mod postgres;
mod sqlite;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::task::{Context, Waker};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rocket::tokio::runtime::{Builder, Runtime};

use super::conn::Conn;
use super::{DatabaseUrl, OpenOptions, Store, StoreError};

diesel::table! {
    notes (id) {
        id -> BigInt,
        body -> Text,
    }
}

const NOTES: &str = "CREATE TABLE notes (id BIGINT PRIMARY KEY NOT NULL, body TEXT NOT NULL UNIQUE);
    CREATE TABLE replies (id BIGINT PRIMARY KEY NOT NULL,
        note BIGINT NOT NULL REFERENCES notes (id) DEFERRABLE INITIALLY DEFERRED);";

/// An empty database of a test's own; gone when the test ends.
pub(in crate::store) struct Place {
    folder: PathBuf,
    url: DatabaseUrl,
}

impl Place {
    fn numbered() -> (PathBuf, u32) {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("doorward-seam-{}-{number}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder for the test");
        (folder, number)
    }

    pub(in crate::store) fn sqlite() -> Self {
        let (folder, _) = Self::numbered();
        let url = format!("sqlite://{}", folder.join("d.db").display());
        let url = DatabaseUrl::parse(&url).expect("a URL of a file");
        Self { folder, url }
    }

    /// A schema of its own.
    #[cfg(feature = "postgres")]
    fn postgres() -> Option<Self> {
        let base = std::env::var("TEST_POSTGRES_URL").ok()?;
        let (folder, number) = Self::numbered();
        let schema = format!("seam_{}_{number}", std::process::id());
        let mut admin = diesel::PgConnection::establish(&base).expect("TEST_POSTGRES_URL to work");
        admin.batch_execute(&format!("CREATE SCHEMA {schema}")).expect("a schema for the test");
        let join = if base.contains('?') { '&' } else { '?' };
        let url = format!("{base}{join}options=-csearch_path%3D{schema}");
        let url = DatabaseUrl::parse(&url).expect("a URL of a schema");
        Some(Self { folder, url })
    }

    pub(in crate::store) fn folder(&self) -> &Path {
        &self.folder
    }

    fn file(&self) -> &Path {
        self.url.file().expect("a SQLite place")
    }

    /// A connection beside the store.
    pub(in crate::store) fn connect(&self) -> Conn {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let path = path.to_str().expect("a UTF-8 path");
                let mut conn = SqliteConnection::establish(path).expect("a second connection");
                conn.batch_execute("PRAGMA busy_timeout = 2000").expect("a pragma");
                Conn::Sqlite(conn)
            }
            #[cfg(feature = "postgres")]
            DatabaseUrl::Postgres(url) => Conn::Postgres(diesel::PgConnection::establish(url.expose()).expect("a second connection")),
        }
    }

    fn open(&self, options: &OpenOptions) -> Store {
        let store = Store::open(&self.url, options).expect("the database to open");
        store.write_blocking(|conn| Ok::<_, StoreError>(conn.batch_execute(NOTES)?)).expect("the test's tables");
        store
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
        #[cfg(feature = "postgres")]
        if let (DatabaseUrl::Postgres(_), Some((_, schema))) = (&self.url, self.url_text().rsplit_once("%3D")) {
            let schema = schema.split('&').next().unwrap_or(schema).to_owned();
            let _ = self.connect().batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

#[cfg(feature = "postgres")]
impl Place {
    fn url_text(&self) -> String {
        match &self.url {
            DatabaseUrl::Sqlite(_) => String::new(),
            DatabaseUrl::Postgres(url) => url.expose().to_owned(),
        }
    }
}

/// One place for each database there is.
pub(in crate::store) fn places() -> Vec<Place> {
    let places = std::iter::once(Place::sqlite());
    #[cfg(feature = "postgres")]
    let places = places.chain(Place::postgres());
    places.collect()
}

/// Runs a test body on each database, inside a runtime.
fn on_each<F: Future<Output = ()>>(body: impl Fn(Store) -> F) {
    for place in places() {
        let store = place.open(&OpenOptions::default());
        runtime().block_on(body(store));
    }
}

fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// Begins a future: a write is queued by its first poll.
fn begin<F: Future>(future: F) -> Pin<Box<F>> {
    let mut future = Box::pin(future);
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_pending());
    future
}

/// A write that lasts until it is let go, so that others wait together behind it.
struct Gate {
    entered: Receiver<()>,
    release: Sender<()>,
}

impl Gate {
    fn hold(store: &Store) -> (Self, Pin<Box<impl Future<Output = Result<(), StoreError>>>>) {
        let (enter, entered) = channel();
        let (release, released) = channel::<()>();
        let held = begin(store.write(move |_| {
            let _ = enter.send(());
            let _ = released.recv();
            Ok(())
        }));
        let gate = Self { entered, release };
        gate.entered.recv().expect("the gate to be entered");
        (gate, held)
    }

    fn open(self) {
        self.release.send(()).expect("the gate to wait");
    }
}

fn insert(conn: &mut Conn, id: i64, body: &str) -> QueryResult<usize> {
    diesel::insert_into(notes::table).values((notes::id.eq(id), notes::body.eq(body))).execute(conn)
}

fn note(id: i64) -> impl FnMut(&mut Conn) -> Result<(), StoreError> + Send + 'static {
    move |conn| {
        insert(conn, id, &format!("note {id}"))?;
        Ok(())
    }
}

fn ids(store: &Store) -> Vec<i64> {
    store
        .read_blocking(|conn| {
            let ids = notes::table.select(notes::id).order(notes::id).load(conn)?;
            Ok::<_, StoreError>(ids)
        })
        .expect("to read the notes")
}
