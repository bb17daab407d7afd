//! Tokens authenticated with a shared secret: for `client_secret_jwt` alone.
//!
//! This stands apart from [`verify`](super::verify) on purpose. [`Alg`](super::Alg) can't name HMAC and this function takes
//! no key, so that no header, setting or key set can turn a public key into a secret (RFC 8725 section 2.1).

use aws_lc_rs::hmac;
use serde_json::{Map, Value};

use super::compact::Compact;
use super::error::JwsError;
use super::verify::{MAX_COMPACT_LEN, Typ};

/// HMAC with SHA-256 (RFC 7518 section 3.2). HS384 and HS512 would need secrets of 48 and 64 bytes, longer than those this
/// server gives out, and are safer in no way that matters here.
pub const HS256: &str = "HS256";

/// The shortest secret, in bytes: "A key of the same size as the hash output or larger MUST be used" (RFC 7518 section 3.2).
pub const MIN_SECRET_LEN: usize = 32;

/// Verifies a compact JWS with HS256 and gives its claims, whose times have **not** been looked at: see
/// [`check_times`](super::check_times). The comparison takes constant time.
///
/// # Errors
/// [`JwsError::TooLarge`], [`JwsError::Malformed`], [`JwsError::AlgNotAllowed`] for everything but HS256,
/// [`JwsError::Critical`], [`JwsError::WrongTyp`], [`JwsError::WeakSecret`], [`JwsError::BadSignature`].
pub fn verify_hmac(compact: &str, secret: &[u8], typ: Typ<'_>) -> Result<Map<String, Value>, JwsError> {
    let token = Compact::read(compact, MAX_COMPACT_LEN)?;
    if token.alg()? != HS256 {
        return Err(JwsError::AlgNotAllowed);
    }
    token.plain(typ)?;
    if secret.len() < MIN_SECRET_LEN {
        return Err(JwsError::WeakSecret);
    }
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::verify(&key, token.signed.as_bytes(), &token.signature).map_err(|_| JwsError::BadSignature)?;
    token.into_claims()
}
