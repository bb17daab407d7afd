//! A request that holds, as it is stored.

use super::prompt::Prompts;
use super::response::Target;
use crate::binding::Proven;
use crate::check::{Check, Checks};
use crate::claims_request::ClaimsRequest;
use crate::details::Details;
use crate::error::Refusal;
use crate::pkce::Challenge;
use crate::scopes::Scopes;
use crate::values::{ClientId, ResourceUri, Seconds, Subject};
use serde::{Deserialize, Serialize};

/// An authorization request that holds. It is fixed at the start and stored; no later step reads a parameter again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Request {
    /// Who asks.
    pub client_id: ClientId,
    /// Where the answer goes.
    pub target: Target,
    /// Whether the request named its redirect URI: then the token request must, too (RFC 6749 §4.1.3).
    pub redirect_uri_sent: bool,
    /// What is asked: known here and registered for the client.
    pub scopes: Scopes,
    /// For which APIs (RFC 8707).
    pub resources: Vec<ResourceUri>,
    /// The code challenge, S256.
    pub challenge: Option<Challenge>,
    /// Goes into the ID token byte for byte.
    pub nonce: Option<String>,
    /// Which pages must or must not be shown.
    pub prompts: Prompts,
    /// The login may not be older.
    pub max_age: Option<Seconds>,
    /// Fills the login form.
    pub login_hint: Option<String>,
    /// The languages the app would like.
    pub ui_locales: Option<String>,
    /// The ways of logging in the app would like, the most wanted first: a wish alone (§3.1.2.1).
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// The claims asked for by name, and the languages of all claims.
    #[serde(default)]
    pub claims: ClaimsRequest,
    /// What is asked beyond scopes (RFC 9396).
    #[serde(default)]
    pub details: Details,
    /// Thumbprint of the key the code is to be bound to (RFC 9449 §10).
    #[serde(default)]
    pub dpop_jkt: Option<String>,
    /// Whom the ID token hint names.
    pub hinted: Option<Subject>,
}

impl Request {
    /// The same, bound to the key that was proven when it was pushed.
    ///
    /// # Errors
    /// [`Check::DpopJktMatches`] when it names another one.
    pub fn proven_by(mut self, proven: &Proven, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        // RFC 9449 §10.1: "If both mechanisms are used at the same time, the authorization server MUST reject the request if the JWK
        // Thumbprint in dpop_jkt does not match the public key in the DPoP header."
        let agree = self.dpop_jkt.is_none() || proven.jkt.is_none() || self.dpop_jkt == proven.jkt;
        checks.hold(Check::DpopJktMatches, agree)?;
        self.dpop_jkt = self.dpop_jkt.or_else(|| proven.jkt.clone());
        Ok(self)
    }
}
