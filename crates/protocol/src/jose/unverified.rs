//! What a token says of itself before anybody has verified it.

use serde_json::{Map, Value};

use super::compact::Compact;
use super::error::JwsError;
use super::verify::{MAX_COMPACT_LEN, Typ};

/// A token taken apart and **not** verified: good for finding out whose keys to verify it with, and for nothing else.
#[derive(Clone, Debug)]
pub struct Unverified {
    alg: String,
    kid: Option<String>,
    claims: Map<String, Value>,
}

impl Unverified {
    /// The algorithm that it names, of whatever kind.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// The key that it names: where it is none of those at hand, they may be out of date.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// A claim that is a string, as an unproven assertion.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }
}

/// Reads a token without verifying it: its parts, its kind and that it asks for no extension.
///
/// # Errors
/// [`JwsError::TooLarge`] beyond [`MAX_COMPACT_LEN`], [`JwsError::Malformed`], [`JwsError::Critical`], [`JwsError::WrongTyp`].
pub fn peek(compact: &str, typ: Typ<'_>) -> Result<Unverified, JwsError> {
    let token = Compact::read(compact, MAX_COMPACT_LEN)?;
    token.plain(typ)?;
    Ok(Unverified { alg: token.alg()?.to_owned(), kid: token.kid()?.map(str::to_owned), claims: token.into_claims()? })
}
