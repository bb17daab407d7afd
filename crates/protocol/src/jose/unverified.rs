//! What a token says of itself before anybody has verified it.

use serde_json::{Map, Value};

use super::compact::Compact;
use super::error::JwsError;

/// A token taken apart and **not** verified: good for finding out whose keys to verify it with, and for nothing else.
#[derive(Clone, Debug)]
pub struct Unverified {
    alg: String,
    claims: Map<String, Value>,
}

impl Unverified {
    /// The algorithm that it names, of whatever kind.
    pub fn alg(&self) -> &str {
        &self.alg
    }

    /// A claim that is a string, as an unproven assertion.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }
}

/// Reads a token of at most `max_len` bytes without verifying it.
///
/// # Errors
/// [`JwsError::TooLarge`], [`JwsError::Malformed`].
pub fn peek(compact: &str, max_len: usize) -> Result<Unverified, JwsError> {
    let token = Compact::read(compact, max_len)?;
    Ok(Unverified { alg: token.alg()?.to_owned(), claims: token.into_claims()? })
}
