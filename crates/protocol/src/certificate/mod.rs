//! Certificates of clients (RFC 8705): what of one the rules look at. Reading one, and believing where it came from, is done elsewhere.

mod name;
#[cfg(test)]
mod tests;

pub use name::{Attribute, DistinguishedName, Text};

use crate::jose::x5t_s256;
use crate::values::Timestamp;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use std::net::IpAddr;

/// A client's certificate, as the end of its TLS connection saw it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// SHA-256 of its DER form, as `x5t#S256` writes it.
    pub thumbprint: String,
    /// Whose it is.
    pub subject: DistinguishedName,
    /// The other names in it.
    pub names: AlternativeNames,
    /// From when on it is good.
    pub not_before: Timestamp,
    /// Until when it is good, this moment included (RFC 5280 §4.1.2.5).
    pub not_after: Timestamp,
    /// Whether the end of the TLS connection has found it to be of an authority it trusts.
    pub verified: bool,
}

/// Subject alternative names by kind (RFC 5280 §4.2.1.6).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlternativeNames {
    /// `dNSName`.
    pub dns: Vec<String>,
    /// `uniformResourceIdentifier`.
    pub uris: Vec<String>,
    /// `iPAddress`.
    pub ips: Vec<IpAddr>,
    /// `rfc822Name`.
    pub emails: Vec<String>,
}

impl Certificate {
    /// Whether it is good at this moment.
    pub fn is_in_time(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

/// The thumbprints of the certificates in a JWK Set: `x5t#S256`, or the first of `x5c` (RFC 7517 §4.7, §4.9; RFC 8705 §2.2.2).
pub fn thumbprints(jwks: &Value) -> Vec<String> {
    let keys = jwks.get("keys").and_then(Value::as_array);
    keys.into_iter().flatten().flat_map(of_key).collect()
}

fn of_key(key: &Value) -> impl Iterator<Item = String> {
    let first = key.get("x5c").and_then(|chain| chain.get(0)).and_then(Value::as_str);
    let named = key.get("x5t#S256").and_then(Value::as_str).map(str::to_owned);
    first.and_then(|der| STANDARD.decode(der).ok()).map(|der| x5t_s256(&der)).into_iter().chain(named)
}
