//! ID tokens (OpenID Connect Core §2).

use crate::values::{ClientId, SessionId, Subject, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

/// The claims of an ID token.
#[derive(Clone, Debug, Serialize)]
pub struct IdClaims<'c> {
    /// Who issued it.
    pub iss: &'c str,
    /// The person.
    pub sub: &'c Subject,
    /// The client it is for.
    pub aud: &'c ClientId,
    /// From then on it isn't accepted.
    pub exp: Timestamp,
    /// When it was made.
    pub iat: Timestamp,
    /// When the person last proved who they are.
    pub auth_time: Timestamp,
    /// How sure this server was of them then.
    pub acr: &'static str,
    /// How: RFC 8176.
    pub amr: &'static [&'static str],
    /// The nonce of the request, byte for byte; absent at a refresh (§12.2: "SHOULD NOT have a nonce Claim").
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<&'c str>,
    /// Binds the access token that comes with it (§3.1.3.6).
    pub at_hash: String,
    /// The login session (RP-Initiated Logout §2, Back-Channel Logout §2.1).
    pub sid: &'c SessionId,
    /// The person's claims, where the access token beside it can't fetch them because its audience is an API.
    #[serde(flatten)]
    pub personal: Map<String, Value>,
}
