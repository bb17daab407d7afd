//! Proofs of possession: the one kind of token that brings its own key.

use serde_json::{Map, Value};

use super::alg::Alg;
use super::compact::Compact;
use super::error::{JwkError, JwsError};
use super::jwk::Jwk;
use super::verify::Rules;

/// A token signed with the key in its own header. It proves that its sender holds that key and nothing about who the
/// sender is: what the key may do has been, or will be, bound to its [thumbprint](Jwk::thumbprint).
#[derive(Clone, Debug)]
pub struct Embedded {
    alg: Alg,
    key: Jwk,
    claims: Map<String, Value>,
}

impl Embedded {
    /// The algorithm it is signed with.
    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// The key that it brought and is signed with.
    pub const fn key(&self) -> &Jwk {
        &self.key
    }

    /// The claims.
    pub const fn claims(&self) -> &Map<String, Value> {
        &self.claims
    }
}

/// Verifies a compact JWS with the public key in its header `jwk` (RFC 7515 section 4.1.3), as DPoP proofs are
/// (RFC 9449 section 4.3). `jku`, `x5u`, `x5c` and `kid` are not read.
///
/// # Errors
/// Every variant of [`JwsError`] down to [`JwsError::BadSignature`] but [`JwsError::UnknownKey`]: a `jwk` that is absent,
/// private, symmetric or does not go with the algorithm is [`JwsError::EmbeddedKey`].
pub fn verify_embedded(compact: &str, rules: &Rules<'_>) -> Result<Embedded, JwsError> {
    let token = Compact::read(compact, rules.max_len)?;
    let alg = rules.alg(token.alg()?)?;
    token.plain(rules.typ)?;
    let key = token.jwk().ok_or(JwkError::Malformed("jwk")).and_then(Jwk::from_value).map_err(JwsError::EmbeddedKey)?;
    if !key.fits(alg) {
        return Err(JwsError::EmbeddedKey(JwkError::UnsupportedAlg));
    }
    if !key.verifies(alg, token.signed.as_bytes(), &token.signature) {
        return Err(JwsError::BadSignature);
    }
    Ok(Embedded { alg, key, claims: token.into_claims()? })
}
