//! The key ring: made at first start, sealed at rest, published before use, kept after.

use crate::seal::Seal;
use crate::store::{Conn, StoreError, keys};
use doorward_protocol::jose::{Alg, Jwk, JwkSet, KeySource, SigningKey};
use doorward_protocol::secret::Entropy;
use doorward_protocol::values::{Seconds, Timestamp};
use std::fmt;
use std::sync::Arc;

/// How long clients and services may keep the key set.
pub const JWKS_MAX_AGE: Seconds = Seconds::minutes(5);
/// A new key is published so long before it signs: twice the time the key set is kept.
pub const PUBLISHED_BEFORE_USE: Seconds = Seconds::minutes(10);
/// A replaced key stays published so long, so that whatever it signed is verified to its end and ID tokens serve as hints.
pub const KEPT_AFTER_USE: Seconds = Seconds::days(30);

/// A key of the ring.
#[derive(Clone, Debug)]
pub struct RingKey {
    /// The key, parsed once.
    pub key: Arc<SigningKey>,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// It signs from then on.
    pub signs_from: Timestamp,
    /// It was replaced then.
    pub retired_at: Option<Timestamp>,
}

/// All keys of the server.
#[derive(Clone, Debug, Default)]
pub struct KeyRing {
    keys: Vec<RingKey>,
}

/// Why the ring can't be had.
#[derive(Clone, Debug)]
pub enum KeyError {
    /// The database can't answer.
    Store(StoreError),
    /// They are sealed with another secret, or altered.
    Sealed,
    /// A key can't be made or read.
    Key(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(why) => why.fmt(f),
            Self::Sealed => crate::seal::WrongSecret.fmt(f),
            Self::Key(why) => write!(f, "a signing key is unusable: {why}"),
        }
    }
}

impl std::error::Error for KeyError {}

impl From<StoreError> for KeyError {
    fn from(why: StoreError) -> Self {
        Self::Store(why)
    }
}

impl KeyRing {
    /// Opens the stored keys.
    ///
    /// # Errors
    /// [`KeyError`].
    pub fn load(conn: &mut Conn, seal: &Seal) -> Result<Self, KeyError> {
        let open = |row: keys::KeyRow| {
            let alg: Alg = row.alg.parse().map_err(|_| KeyError::Key(format!("unknown algorithm {}", row.alg)))?;
            let pkcs8 = seal.open(&row.kid, &row.sealed).map_err(|_| KeyError::Sealed)?;
            let key = SigningKey::from_pkcs8(alg, &pkcs8).map_err(|e| KeyError::Key(e.to_string()))?;
            Ok(RingKey {
                key: Arc::new(key),
                created_at: Timestamp(row.created_at),
                signs_from: Timestamp(row.signs_from),
                retired_at: row.retired_at.map(Timestamp),
            })
        };
        Ok(Self { keys: keys::list(conn)?.into_iter().map(open).collect::<Result<_, KeyError>>()? })
    }

    /// The key that signs with `alg` now: the newest that has been published long enough, else the oldest.
    pub fn signer(&self, alg: Alg, now: Timestamp) -> Option<&Arc<SigningKey>> {
        let mine = || self.keys.iter().filter(|k| k.key.alg() == alg);
        mine().filter(|k| k.signs_from <= now).max_by_key(|k| k.signs_from).or_else(|| mine().min_by_key(|k| k.signs_from)).map(|k| &k.key)
    }

    /// What is published.
    pub fn jwks(&self) -> JwkSet {
        JwkSet::new(self.keys.iter().map(|k| k.key.public().clone()).collect())
    }

    /// All keys, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &RingKey> {
        self.keys.iter()
    }

    /// Whether there is none yet.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Algorithms no key signs with yet.
    pub fn missing(&self) -> Vec<Alg> {
        Alg::ALL.iter().copied().filter(|alg| !self.keys.iter().any(|k| k.key.alg() == *alg)).collect()
    }
}

impl KeySource for KeyRing {
    fn keys(&self) -> Box<dyn Iterator<Item = &Jwk> + '_> {
        Box::new(self.keys.iter().map(|k| k.key.public()))
    }
}

/// Makes keys, one thread each: RSA takes a while.
///
/// # Errors
/// [`KeyError::Key`].
pub fn generate(algs: &[Alg]) -> Result<Vec<SigningKey>, KeyError> {
    std::thread::scope(|scope| {
        let made: Vec<_> = algs.iter().map(|alg| scope.spawn(move || SigningKey::generate(*alg))).collect();
        let join = |handle: std::thread::ScopedJoinHandle<'_, _>| match handle.join() {
            Ok(Ok(key)) => Ok(key),
            Ok(Err(why)) => Err(KeyError::Key(format!("{why}"))),
            Err(_) => Err(KeyError::Key("its making panicked".to_owned())),
        };
        made.into_iter().map(join).collect()
    })
}

/// A key as it is stored.
///
/// # Errors
/// [`KeyError::Key`] when the private part can't be exported.
pub fn sealed(key: &SigningKey, seal: &Seal, rng: &dyn Entropy, now: Timestamp, signs_from: Timestamp) -> Result<keys::KeyRow, KeyError> {
    let private = key.to_pkcs8().map_err(|e| KeyError::Key(e.to_string()))?;
    Ok(keys::KeyRow {
        kid: key.kid().to_owned(),
        alg: key.alg().name().to_owned(),
        sealed: seal.seal(key.kid(), &private, rng),
        created_at: now.0,
        signs_from: signs_from.0,
        retired_at: None,
    })
}
