//! Somebody who is logged in.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::login::{Claims, LogoutToken, Tokens};
use crate::random::random;
use crate::time::{Seconds, Timestamp};

/// A session of the app: who is logged in, what the app may do for them, and until when. It is secret, since the tokens are.
#[derive(Clone, Serialize, Deserialize)]
pub struct Session {
    id: String,
    claims: Claims,
    tokens: Tokens,
    born: Timestamp,
    ends: Timestamp,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("subject", &self.subject()).finish_non_exhaustive()
    }
}

impl Session {
    pub(super) fn new(claims: Claims, tokens: Tokens, now: Timestamp, life: Seconds) -> Self {
        Self { id: random(), claims, tokens, born: now, ends: now.plus(life) }
    }

    /// Who is logged in: the subject of the ID token.
    pub fn subject(&self) -> &str {
        self.claims.subject()
    }

    /// The provider's session, which a back-channel logout may name.
    pub fn provider_session(&self) -> Option<&str> {
        self.claims.session()
    }

    /// What the provider says about them.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// What the app may do for them.
    pub fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// When they logged in.
    pub fn began_at(&self) -> Timestamp {
        self.born
    }

    /// When it is over, whatever happens.
    pub fn ends_at(&self) -> Timestamp {
        self.ends
    }

    /// Whether a back-channel logout ends it.
    pub fn is_ended_by(&self, token: &LogoutToken) -> bool {
        token.ends(self.subject(), self.provider_session())
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends
    }

    pub(super) fn with_tokens(&self, tokens: Tokens) -> Self {
        Self { tokens, ..self.clone() }
    }
}
