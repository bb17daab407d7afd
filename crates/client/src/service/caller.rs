//! Who calls: what a token that was accepted says.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::access_token::AccessToken;
use crate::time::Timestamp;

/// Whoever sent a request, proven by an access token. Only a [`Service`](super::Service) makes one, and it can be had as a request guard: see
/// [`Allowed`](super::Allowed).
#[derive(Clone)]
pub struct Caller(Arc<Told>);

/// What a token tells.
pub(super) struct Told {
    pub subject: String,
    pub client: Option<String>,
    pub scopes: Vec<String>,
    pub actors: Vec<String>,
    pub person: bool,
    pub acr: Option<String>,
    pub auth_time: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub token_id: Option<String>,
    pub binding: Option<Binding>,
    pub claims: Map<String, Value>,
    pub token: AccessToken,
}

/// The key that a token is bound to (RFC 7800 `cnf`).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binding {
    /// Thumbprint of the key that DPoP proofs are signed with (RFC 9449 §6.1).
    Key(String),
    /// Digest of the certificate of the TLS connection (RFC 8705 §3.1).
    Certificate(String),
}

impl Caller {
    pub(super) fn new(told: Told) -> Self {
        Self(Arc::new(told))
    }

    /// Whom the token speaks of: the person, or the machine, by the name that the issuer has for it. Lasting, and unique at that issuer.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The app or service that the token was given to (`client_id`; `azp` with some issuers).
    pub fn client_id(&self) -> Option<&str> {
        self.0.client.as_deref()
    }

    /// What the token allows.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.0.scopes.iter().map(String::as_str)
    }

    /// Whether it allows this. Whole words count: `photos:read` is not in `photos:readonly`.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.0.scopes.iter().any(|granted| granted == scope)
    }

    /// Whether a person stands behind the call; see [`People`](super::People).
    pub fn is_person(&self) -> bool {
        self.0.person
    }

    /// Who acts for the subject: the present actor first, then those before it (RFC 8693 §4.1). Those before it are told for the record;
    /// only the subject, the present actor and the scopes may decide what is allowed.
    pub fn actors(&self) -> impl ExactSizeIterator<Item = &str> {
        self.0.actors.iter().map(String::as_str)
    }

    /// The class of the login (`acr`).
    pub fn acr(&self) -> Option<&str> {
        self.0.acr.as_deref()
    }

    /// When the person last proved who they are.
    pub fn auth_time(&self) -> Option<Timestamp> {
        self.0.auth_time
    }

    /// From then on the token is worthless. None where an issuer that was asked didn't say.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }

    /// The token's own name (`jti`).
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// The key that was proven with this request, of a bound token.
    pub fn binding(&self) -> Option<&Binding> {
        self.0.binding.as_ref()
    }

    /// A claim by its name.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.0.claims.get(name)
    }

    /// All claims of the token, or all members of the introspection's answer.
    pub fn claims(&self) -> &Map<String, Value> {
        &self.0.claims
    }

    /// The token itself: to be exchanged for one for the next service, and never to be handed on as it is.
    pub fn token(&self) -> &AccessToken {
        &self.0.token
    }
}

impl fmt::Debug for Caller {
    /// Names, not the token and not what it says of the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("subject", &self.0.subject)
            .field("client_id", &self.0.client)
            .field("scopes", &self.0.scopes)
            .field("actors", &self.0.actors)
            .finish_non_exhaustive()
    }
}
