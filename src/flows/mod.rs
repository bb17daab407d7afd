//! Load – decide – commit: each flow loads the few facts a rule needs, asks a pure function of `doorward-protocol`, and commits its
//! decision in one transaction. No Rocket types here, no SQL, no rules.

pub mod account;
mod answering;
mod asking;
pub mod authorize;
pub mod catalog;
pub mod client_auth;
pub mod client_document;
pub mod client_keys;
pub mod consent;
pub mod deliver;
pub mod device;
pub mod dpop;
pub mod explain;
pub mod forward_auth;
mod hint;
pub mod introspect;
mod issue;
pub mod issuer_keys;
#[cfg(feature = "demo")]
pub mod learner;
pub mod login;
pub mod logo;
pub mod logout;
pub mod mint;
mod objects;
pub mod par;
pub mod register;
pub mod registration;
pub mod revoke;
pub mod sector;
pub mod session;
mod statement;
pub mod subject;
pub mod sweep;
pub mod token;
pub mod told;
pub mod traced;
pub mod trust_map;
pub mod userinfo;

use crate::clock::Clock;
use crate::fetch::Fetcher;
use crate::keys::KeyError;
use crate::passwords::{HashError, Hasher};
use crate::seal::{Seal, WrongSecret};
use crate::store::{Conn, Store, StoreError};
use crate::trace::Noting;
use catalog::CatalogCache;
use doorward_protocol::check::Checks;
use doorward_protocol::error::Refusal;
use doorward_protocol::policy::Policy;
use doorward_protocol::secret::Entropy;
use doorward_protocol::values::{Seconds, Timestamp};
use rocket::tokio::sync::Notify;
use std::fmt;
use std::sync::Arc;

/// A person may take so long over our pages.
pub const PATIENCE: Seconds = Seconds::hours(1);

/// What every flow works with.
#[derive(Clone)]
pub struct Ctx {
    /// The database.
    pub store: Store,
    /// The operator's choices.
    pub policy: Arc<Policy>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub rng: Arc<dyn Entropy>,
    /// Keys derived from the server's secret.
    pub seal: Arc<Seal>,
    /// argon2id, bounded.
    pub hasher: Hasher,
    /// Clients, APIs and signing keys, as of the version last seen.
    pub catalog: Arc<CatalogCache>,
    /// Rung when sessions were ended here, so that apps are told at once and not at the next look into the queue.
    pub sessions_ended: Arc<Notify>,
    /// The one way out, for requests of our own.
    pub fetch: Fetcher,
    /// Takes notes of this request's checks, where somebody watches.
    pub notes: Noting,
}

impl Ctx {
    /// Now, by the clock that was passed in.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The checks of this request: heard where somebody watches.
    pub fn checks(&self) -> Checks<'_> {
        self.notes.checks()
    }

    /// As [`Store::read`]; of a read that is tried again, the last time is noted.
    pub(crate) async fn read<T, E>(&self, mut work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if !self.notes.is_on() {
            return self.store.read(work).await;
        }
        let (notes, mark) = (self.notes.clone(), self.notes.so_far());
        self.store
            .read(move |conn| {
                notes.back_to(mark);
                work(conn)
            })
            .await
    }

    /// As [`Store::write`]; of a write that is tried again, the last time is noted.
    pub(crate) async fn write<T, E>(&self, mut work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        if !self.notes.is_on() {
            return self.store.write(work).await;
        }
        let (notes, mark) = (self.notes.clone(), self.notes.so_far());
        self.store
            .write(move |conn| {
                notes.back_to(mark);
                work(conn)
            })
            .await
    }
}

impl fmt::Debug for Ctx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ctx({})", self.policy.issuer)
    }
}

/// Why a flow gave no answer of its own.
#[derive(Clone, Debug)]
pub enum FlowError {
    /// A rule refused.
    Refused(Refusal),
    /// The database can't answer, now or at all.
    Store(StoreError),
    /// Too many logins wait.
    Busy,
    /// Something that can't be helped by the one who asked; the text is for the log.
    Internal(String),
}

impl fmt::Display for FlowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(f),
            Self::Store(why) => why.fmt(f),
            Self::Busy => f.write_str("too many logins wait already"),
            Self::Internal(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for FlowError {}

impl From<Refusal> for FlowError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<WrongSecret> for FlowError {
    fn from(why: WrongSecret) -> Self {
        Self::Internal(why.to_string())
    }
}

impl From<StoreError> for FlowError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

impl From<KeyError> for FlowError {
    fn from(why: KeyError) -> Self {
        match why {
            KeyError::Store(why) => Self::Store(why),
            KeyError::Sealed | KeyError::Key(_) => Self::Internal(why.to_string()),
        }
    }
}

impl From<HashError> for FlowError {
    fn from(why: HashError) -> Self {
        match why {
            HashError::Overloaded => Self::Busy,
            HashError::Broken => Self::Internal(why.to_string()),
        }
    }
}
