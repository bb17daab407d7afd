//! The compact form taken apart (RFC 7515 section 7.1), and what every way of verifying asks of the header.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::error::JwsError;
use super::json::unique_object;
use super::verify::Typ;

/// The parts of a token nobody has verified yet.
pub(super) struct Compact<'t> {
    header: Map<String, Value>,
    /// What is signed: the first two parts with the dot between them.
    pub(super) signed: &'t str,
    pub(super) signature: Vec<u8>,
    payload: Vec<u8>,
}

impl<'t> Compact<'t> {
    /// Splits and decodes; the payload is decoded, but not parsed.
    pub(super) fn read(compact: &'t str, max_len: usize) -> Result<Self, JwsError> {
        if compact.len() > max_len {
            return Err(JwsError::TooLarge);
        }
        // RFC 7515 section 7.1: exactly three parts.
        let (signed, signature) = compact.rsplit_once('.').ok_or(PARTS)?;
        let (header, payload) = signed.split_once('.').ok_or(PARTS)?;
        if payload.contains('.') {
            return Err(PARTS);
        }
        Ok(Self {
            header: unique_object(&part(header, HEADER)?).ok_or(HEADER)?,
            signed,
            signature: part(signature, JwsError::Malformed("its signature"))?,
            payload: part(payload, CLAIMS)?,
        })
    }

    /// The name of the algorithm, as the token would have it.
    pub(super) fn alg(&self) -> Result<&str, JwsError> {
        self.text("alg")?.ok_or(HEADER)
    }

    /// That the header asks for no extension and names a kind that is good here.
    pub(super) fn plain(&self, typ: Typ<'_>) -> Result<(), JwsError> {
        // RFC 7515 section 4.1.11: an extension not understood MUST lead to refusal; we understand none. RFC 7797
        // section 7: b64 changes what is signed, even where its sender forgot to make it critical.
        if self.header.contains_key("crit") || self.header.contains_key("b64") {
            return Err(JwsError::Critical);
        }
        if typ.accepts(self.text("typ")?) { Ok(()) } else { Err(JwsError::WrongTyp) }
    }

    /// The name of the key, as the token would have it.
    pub(super) fn kid(&self) -> Result<Option<&str>, JwsError> {
        self.text("kid")
    }

    /// The key that the token brings along (RFC 7515 section 4.1.3). Only a proof of possession may be held against it.
    pub(super) fn jwk(&self) -> Option<&Value> {
        self.header.get("jwk")
    }

    /// The payload as it was signed.
    pub(super) fn into_payload(self) -> Vec<u8> {
        self.payload
    }

    /// The claims, parsed.
    pub(super) fn into_claims(self) -> Result<Map<String, Value>, JwsError> {
        claims(&self.payload)
    }

    /// A header parameter that is a string if it is there.
    fn text(&self, name: &str) -> Result<Option<&str>, JwsError> {
        match self.header.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(HEADER),
        }
    }
}

/// A JWT claims set (RFC 7519 section 7.2).
pub(super) fn claims(payload: &[u8]) -> Result<Map<String, Value>, JwsError> {
    unique_object(payload).ok_or(CLAIMS)
}

const PARTS: JwsError = JwsError::Malformed("its number of parts");
const HEADER: JwsError = JwsError::Malformed("its header");
const CLAIMS: JwsError = JwsError::Malformed("its claims");

/// One part: base64url without padding, white space or stray bits (RFC 7515 section 2).
fn part(text: &str, error: JwsError) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| error)
}
