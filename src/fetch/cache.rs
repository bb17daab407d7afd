//! What was fetched, as long as it may be kept: bounded in entries and bytes, one request a document at a time.

use super::freshness::Freshness;
use super::{Document, FetchError, Fetched};
use doorward_protocol::values::{Seconds, Timestamp};
use rocket::tokio::sync::watch;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// What a fetch gave.
pub(super) type Outcome = Result<Arc<Fetched>, FetchError>;
/// Where those who wait for a fetch hear of its outcome.
pub(super) type Listener = watch::Receiver<Option<Outcome>>;

/// A failure is remembered for so long: a host that is down is not asked again at each request.
pub(super) const FAILED: Seconds = Seconds(10);
/// Between two fetches that a caller insists on, at least.
pub(super) const INSISTED: Seconds = Seconds(30);
/// Callers may read the clock in another order than they come here.
const CROSSING: Seconds = Seconds(5);

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    /// Documents and failures.
    pub entries: usize,
    /// Their bytes with their URLs'.
    pub bytes: usize,
}

/// Which document: a URL without its fragment, asked for as one of these media types.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    url: String,
    accept: &'static str,
    most_bytes: usize,
    redirects: u8,
    keeps_errors: bool,
}

impl Key {
    pub fn new(url: &Url, what: &Document) -> Self {
        let url = url[..url::Position::AfterQuery].to_owned();
        let Document { accept, most_bytes, redirects, keeps_errors } = *what;
        Self { url, accept, most_bytes, redirects, keeps_errors }
    }

    fn keeps(&self, why: &FetchError) -> bool {
        why.is_about_the_target() && (self.keeps_errors || !why.is_an_answer())
    }
}

/// What is known of one document.
#[derive(Default)]
struct Entry {
    held: Option<Held>,
    /// When somebody last insisted, whatever came of it.
    insisted: Option<Timestamp>,
    flying: Option<Listener>,
    used: u64,
}

struct Held {
    outcome: Outcome,
    since: Timestamp,
    until: Timestamp,
}

impl Held {
    /// A clock that was set back ends it, too.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.since.minus(CROSSING) <= now && now < self.until
    }
}

/// The documents.
pub(super) struct Cache {
    inner: Mutex<Inner>,
    bounds: Bounds,
}

#[derive(Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    uses: u64,
}

/// What the caller is to do.
pub(super) enum Next {
    /// Nothing: here it is.
    Have(Outcome),
    /// Wait for somebody else's request.
    Wait(Listener),
    /// Fetch it, tell the others, and listen with them.
    Fetch(Flight, Listener),
}

/// A request under way. Dropped without an outcome, those who wait hear that it broke down.
pub(super) struct Flight {
    cache: Arc<Cache>,
    key: Key,
    told: watch::Sender<Option<Outcome>>,
    landed: bool,
}

impl Cache {
    pub fn new(bounds: Bounds) -> Self {
        Self { inner: Mutex::default(), bounds }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be done for a document. Who insists wants a newer one than is kept, and gets it once in [`INSISTED`].
    pub fn ask(self: &Arc<Self>, key: Key, now: Timestamp, insists: bool) -> Next {
        let mut inner = self.lock();
        inner.uses += 1;
        let used = inner.uses;
        let entry = inner.entries.entry(key.clone()).or_default();
        entry.used = used;
        let lately = entry.insisted.is_some_and(|at| at.minus(CROSSING) <= now && now < at.plus(INSISTED));
        if let Some(held) = entry.held.as_ref().filter(|held| held.is_fresh(now)) {
            // Who insists while somebody's request is under way gets that one's; a failure is not worth insisting.
            let enough = !insists || held.outcome.is_err() || lately && entry.flying.is_none();
            if enough {
                return Next::Have(held.outcome.clone());
            }
        }
        if let Some(listener) = &entry.flying {
            return Next::Wait(listener.clone());
        }
        let (told, listener) = watch::channel(None);
        entry.flying = Some(listener.clone());
        if insists {
            entry.insisted = Some(now);
        }
        Next::Fetch(Flight { cache: Arc::clone(self), key, told, landed: false }, listener)
    }

    /// Keeps a document no longer. Requests under way are not touched.
    pub fn forget(&self, key: &Key) {
        let mut inner = self.lock();
        if let Some(entry) = inner.entries.get_mut(key) {
            entry.held = None;
            if entry.flying.is_none() {
                inner.entries.remove(key);
            }
        }
    }

    /// How many documents and failures are kept, and their bytes.
    #[cfg(test)]
    pub fn size(&self) -> (usize, usize) {
        let inner = self.lock();
        (inner.entries.len(), inner.bytes())
    }
}

impl Flight {
    /// Keeps the outcome as long as it may be kept, and tells everybody.
    pub fn land(mut self, outcome: Result<(Fetched, Freshness), FetchError>, now: Timestamp) {
        let (outcome, span) = match outcome {
            Ok((fetched, Freshness::For(span))) => (Ok(Arc::new(fetched)), Some(span)),
            Ok((fetched, Freshness::NotStored)) => (Ok(Arc::new(fetched)), None),
            Err(why) if self.key.keeps(&why) => (Err(why), Some(FAILED)),
            Err(why) => (Err(why), None),
        };
        let mut inner = self.cache.lock();
        if let Some(entry) = inner.entries.get_mut(&self.key) {
            // A failed refresh takes away nothing that is still good.
            let keep = outcome.is_err() && entry.held.as_ref().is_some_and(|held| held.outcome.is_ok() && held.is_fresh(now));
            if !keep {
                entry.held = span.map(|span| Held { outcome: outcome.clone(), since: now, until: now.plus(span) });
            }
            entry.flying = None;
        }
        inner.make_room(self.cache.bounds, now);
        drop(inner);
        self.landed = true;
        self.told.send_replace(Some(outcome));
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        // Once landed, the next flight of this document may be under way.
        if self.landed {
            return;
        }
        let mut inner = self.cache.lock();
        if let Some(entry) = inner.entries.get_mut(&self.key) {
            entry.flying = None;
            if entry.held.is_none() {
                inner.entries.remove(&self.key);
            }
        }
    }
}

impl Inner {
    fn bytes(&self) -> usize {
        self.entries.iter().map(|(key, entry)| key.url.len() + entry.bytes()).sum()
    }

    /// Forgets what has ended, then what was used longest ago, until the rest is within bounds. Requests under way stay.
    fn make_room(&mut self, bounds: Bounds, now: Timestamp) {
        self.entries.retain(|_, entry| entry.flying.is_some() || entry.held.as_ref().is_some_and(|held| held.is_fresh(now)));
        let mut bytes = self.bytes();
        while self.entries.len() > bounds.entries || bytes > bounds.bytes {
            let idle = self.entries.iter().filter(|(_, entry)| entry.flying.is_none() || entry.held.is_some());
            let Some(key) = idle.min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone()) else { return };
            let Some(entry) = self.entries.get_mut(&key) else { return };
            bytes -= entry.bytes();
            entry.held = None;
            if entry.flying.is_none() {
                bytes -= key.url.len();
                self.entries.remove(&key);
            }
        }
    }
}

impl Entry {
    fn bytes(&self) -> usize {
        match self.held.as_ref().map(|held| &held.outcome) {
            Some(Ok(fetched)) => fetched.body.len() + fetched.content_type.as_ref().map_or(0, String::len),
            Some(Err(_)) | None => 0,
        }
    }
}
