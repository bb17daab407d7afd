//! Verifying a compact JWS against rules and keys that the caller chose.

use serde_json::{Map, Value};

use super::alg::Alg;
use super::compact::{Compact, claims};
use super::error::JwsError;
use super::jwk::{Jwk, JwkSet};
use super::sign::SigningKey;

/// The longest token looked at unless the rules say otherwise, in bytes.
pub const MAX_COMPACT_LEN: usize = 16 * 1024;

/// How many keys are tried for one token. More than one fits only when the token names no `kid`, or a set
/// repeats one; a set of many keys must not make one request cost many verifications.
pub const MAX_CANDIDATES: usize = 4;

/// What a token must look like, besides being signed.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The algorithms that are good here: from the client's registration or from our own keys, never from the
    /// token (RFC 8725 section 3.1).
    pub algs: &'a [Alg],
    /// The kind of token wanted.
    pub typ: Typ<'a>,
    /// The longest token, in bytes; see [`MAX_COMPACT_LEN`].
    pub max_len: usize,
}

impl<'a> Rules<'a> {
    /// Rules with the usual limit of length.
    pub const fn new(algs: &'a [Alg], typ: Typ<'a>) -> Self {
        Self { algs, typ, max_len: MAX_COMPACT_LEN }
    }

    /// The algorithm of that name, if it is good here.
    pub(super) fn alg(&self, name: &str) -> Result<Alg, JwsError> {
        name.parse().ok().filter(|alg| self.algs.contains(alg)).ok_or(JwsError::AlgNotAllowed)
    }
}

/// Which `typ` header is good (RFC 8725 section 3.11). Names are media types: case does not matter, and
/// `application/` may be left out (RFC 7515 section 4.1.9).
#[derive(Clone, Copy, Debug)]
pub enum Typ<'a> {
    /// Any, or none.
    Any,
    /// One of these must be there: access tokens (RFC 9068 section 4), logout tokens.
    Required(&'a [&'a str]),
    /// One of these, or none: ID tokens and client assertions, whose specifications ask for no `typ`, while a
    /// token of another declared kind is still refused.
    Optional(&'a [&'a str]),
}

impl Typ<'_> {
    pub(super) fn accepts(self, typ: Option<&str>) -> bool {
        let among = |good: &[&str], typ: &str| good.iter().any(|good| media_type(good) == media_type(typ));
        match (self, typ) {
            (Self::Any, _) | (Self::Optional(_), None) => true,
            (Self::Required(_), None) => false,
            (Self::Required(good) | Self::Optional(good), Some(typ)) => among(good, typ),
        }
    }
}

fn media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    match typ.strip_prefix("application/") {
        Some(short) if !short.contains('/') => short.to_owned(),
        Some(_) | None => typ,
    }
}

/// Where keys come from: a client's set, or the ring of our own keys.
pub trait KeySource {
    /// All keys that a signature may be by.
    fn keys(&self) -> Box<dyn Iterator<Item = &Jwk> + '_>;
}

impl KeySource for JwkSet {
    fn keys(&self) -> Box<dyn Iterator<Item = &Jwk> + '_> {
        Box::new(self.keys.iter())
    }
}

impl KeySource for [&SigningKey] {
    fn keys(&self) -> Box<dyn Iterator<Item = &Jwk> + '_> {
        Box::new(self.iter().map(|key| key.public()))
    }
}

impl KeySource for SigningKey {
    fn keys(&self) -> Box<dyn Iterator<Item = &Jwk> + '_> {
        Box::new(std::iter::once(self.public()))
    }
}

/// A token whose signature, algorithm and type are as the rules demand. Only [`verify`] makes one. Its time
/// claims have **not** been looked at: see [`check_times`](super::check_times).
#[derive(Clone, Debug)]
pub struct Verified {
    alg: Alg,
    kid: Option<String>,
    claims: Map<String, Value>,
}

impl Verified {
    /// The algorithm it is signed with.
    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// The `kid` of the key that verified it, if that key has one.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The claims.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }

    /// The claims, owned.
    pub fn into_claims(self) -> Map<String, Value> {
        self.claims
    }
}

/// Verifies a compact JWS (RFC 7515 section 5.2) that carries a JWT claims set (RFC 7519 section 7.2).
///
/// The key is the one in `keys` whose `kid` is the token's and whose type and `alg` fit the algorithm; without a
/// `kid`, the first [`MAX_CANDIDATES`] that fit are tried. `jwk`, `jku`, `x5u`, `x5c` in the header are not read at
/// all: a token does not bring its own key. The claims are parsed only after the signature was found good.
///
/// # Errors
/// Every variant of [`JwsError`] down to [`JwsError::BadSignature`]; the first check that fails decides.
pub fn verify(compact: &str, rules: &Rules<'_>, keys: &(impl KeySource + ?Sized)) -> Result<Verified, JwsError> {
    let (alg, key, payload) = open(compact, rules, keys)?;
    Ok(Verified { alg, kid: key.kid().map(str::to_owned), claims: claims(&payload)? })
}

/// The JWS alone: everything but the meaning of the payload.
pub(super) fn open<'k>(compact: &str, rules: &Rules<'_>, keys: &'k (impl KeySource + ?Sized)) -> Result<(Alg, &'k Jwk, Vec<u8>), JwsError> {
    let token = Compact::read(compact, rules.max_len)?;
    // RFC 8725 section 3.1: the algorithm is ours to choose.
    let alg = rules.alg(token.alg()?)?;
    token.plain(rules.typ)?;
    let kid = token.kid()?;
    let mut candidates = keys.keys().filter(|key| key.fits(alg) && (kid.is_none() || key.kid() == kid)).take(MAX_CANDIDATES).peekable();
    if candidates.peek().is_none() {
        return Err(JwsError::UnknownKey);
    }
    let key = candidates.find(|key| key.verifies(alg, token.signed.as_bytes(), &token.signature)).ok_or(JwsError::BadSignature)?;
    Ok((alg, key, token.into_payload()))
}
