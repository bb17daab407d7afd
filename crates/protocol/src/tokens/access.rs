//! JWT access tokens (RFC 9068).

use crate::binding::{Actor, Confirmation};
use crate::details::Details;
use crate::scopes::Scopes;
use crate::values::{ClientId, SessionId, Timestamp, TokenId};
use serde::Serialize;

/// The claims of a JWT access token (RFC 9068 §2.2).
#[derive(Clone, Debug, Serialize)]
pub struct AccessClaims<'c> {
    /// Who issued it.
    pub iss: &'c str,
    /// The person; for a machine's own token the client (RFC 9068 §2.2), never a name that is a person's.
    pub sub: &'c str,
    /// The one audience.
    pub aud: &'c str,
    /// From then on it is worthless.
    pub exp: Timestamp,
    /// When it was made.
    pub iat: Timestamp,
    /// Its own name.
    pub jti: &'c TokenId,
    /// For which client.
    pub client_id: &'c ClientId,
    /// What it allows; absent when empty.
    #[serde(skip_serializing_if = "Scopes::is_empty")]
    pub scope: &'c Scopes,
    /// When the person last proved who they are (§2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<Timestamp>,
    /// What it allows beyond scopes (RFC 9396 §9.1); absent when nothing.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub authorization_details: &'c Details,
    /// The key it is bound to (RFC 7800 §3, RFC 9449 §6.1, RFC 8705 §3.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cnf: Option<&'c Confirmation>,
    /// Who acts with it for its subject (RFC 8693 §4.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<&'c Actor>,
    /// How sure this server was of them then (§2.2.1, RFC 9470 §6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acr: Option<&'static str>,
    /// The login session it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<&'c SessionId>,
}
