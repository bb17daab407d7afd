//! Where sessions are kept on the server.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Session;
use crate::login::LogoutToken;
use crate::room::make_room;
use crate::time::{Clock, SystemClock};

/// Why a store could not do its work, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError(String);

impl StoreError {
    /// In words that hold no secret.
    pub fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the store of sessions: {}", self.0)
    }
}

impl std::error::Error for StoreError {}

/// A place for sessions: [`MemorySessions`], or one of yours for several servers.
///
/// A key is a digest of what the browser's cookie holds, so that whoever reads the store can't take a session over. A [`Session`] is
/// serialized by serde; it holds tokens, so encrypt what is written to a disk. Remove what is past [`Session::ends_at`].
///
/// With several servers, two of them may renew the same tokens at the same moment, which a provider that rotates refresh tokens takes for
/// theft: send a browser to the same server, or have the provider allow a short window.
#[rocket::async_trait]
pub trait Sessions: Send + Sync + 'static {
    /// Keeps a new session.
    async fn insert(&self, key: &str, session: &Session) -> Result<(), StoreError>;

    /// The session of this key.
    async fn get(&self, key: &str) -> Result<Option<Session>, StoreError>;

    /// Puts a session in the place of the one of this key. When there is none any more, nothing happens: it has ended meanwhile.
    async fn update(&self, key: &str, session: &Session) -> Result<(), StoreError>;

    /// Ends the session of this key.
    async fn remove(&self, key: &str) -> Result<(), StoreError>;

    /// Ends every session that [is ended](Session::is_ended_by) by this logout.
    async fn end(&self, token: &LogoutToken) -> Result<(), StoreError>;
}

/// Sessions in the memory of this process: they end with it. What is over gives way, and when it is full, who logged in first.
#[derive(Debug)]
pub struct MemorySessions {
    most: usize,
    clock: Arc<dyn Clock>,
    all: Mutex<HashMap<String, Session>>,
}

impl MemorySessions {
    /// Room for so many sessions; each takes a few kilobytes.
    pub fn new(most: usize) -> Self {
        Self::with_clock(most, Arc::new(SystemClock))
    }

    /// The same with another clock.
    pub fn with_clock(most: usize, clock: Arc<dyn Clock>) -> Self {
        Self { most: most.max(1), clock, all: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Session>> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[rocket::async_trait]
impl Sessions for MemorySessions {
    async fn insert(&self, key: &str, session: &Session) -> Result<(), StoreError> {
        let mut all = self.lock();
        let now = self.clock.now();
        make_room(&mut all, self.most, 1, |session| session.is_over(now), Session::began_at);
        all.insert(key.to_owned(), session.clone());
        Ok(())
    }

    async fn get(&self, key: &str) -> Result<Option<Session>, StoreError> {
        Ok(self.lock().get(key).cloned())
    }

    async fn update(&self, key: &str, session: &Session) -> Result<(), StoreError> {
        if let Some(known) = self.lock().get_mut(key) {
            *known = session.clone();
        }
        Ok(())
    }

    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.lock().remove(key);
        Ok(())
    }

    async fn end(&self, token: &LogoutToken) -> Result<(), StoreError> {
        self.lock().retain(|_, session| !session.is_ended_by(token));
        Ok(())
    }
}
