//! Access is renewed by one request, however many need it at once.

use std::sync::Arc;

use doorward_protocol::jose::sha256;

use super::Session;
use super::core::{Core, Keep};
use crate::login::{LoginError, Tokens};
use crate::memory::{Held, Memory};
use crate::time::{Seconds, Timestamp};

/// Renewals that are remembered at most.
const MOST: usize = 10_000;
/// What is remembered of a renewal that failed for no reason of the session's: the provider is left in peace so long.
const PAUSE: Seconds = Seconds(5);
/// How long a new token is remembered for requests that still show the old one: they were under way, or their answer got lost.
const LATE: Seconds = Seconds::minutes(10);

/// Renewals by the refresh token that they spent.
pub(super) struct Renewals(Memory<Outcome, std::convert::Infallible>);

/// `Ok` with new tokens, or why there are none.
pub(super) type Outcome = Result<Tokens, LoginError>;

impl Renewals {
    pub fn new() -> Self {
        Self(Memory::new(MOST))
    }
}

impl Core {
    /// The session with access that is good for a while, and whether that is news. `None` when the provider has ended it.
    ///
    /// While the provider is away, the session stays as it is.
    pub async fn renewed(self: &Arc<Self>, session: Session, cookie: Option<&str>) -> Option<(Session, bool)> {
        let now = self.login.provider().now();
        if !session.tokens().needs_renewal(now) || !session.tokens().can_be_renewed() {
            return Some((session, false));
        }
        let spent = sha256(session.tokens().refresh_token().unwrap_or_default().as_bytes());
        let (core, old, key) = (Arc::clone(self), session.clone(), cookie.map(super::core::key));
        let fetch = async move {
            let value = core.renew(&old, key.as_deref(), now).await;
            let until = match &value {
                Ok(_) | Err(LoginError::Ended) => now.plus(LATE),
                Err(_) => now.plus(PAUSE),
            };
            Ok(Held { value, renew_at: until, until })
        };
        let Ok(outcome) = self.renewals.0.get(&spent, now, fetch).await;
        match outcome {
            Ok(tokens) => Some((session.with_tokens(tokens), true)),
            Err(LoginError::Ended) => None,
            Err(why) => {
                tracing::warn!(%why, "access could not be renewed");
                Some((session, false))
            }
        }
    }

    /// Asks the provider, and puts what it gives into the store.
    async fn renew(&self, old: &Session, key: Option<&str>, now: Timestamp) -> Outcome {
        if let Some(tokens) = self.newer(old, key, now).await {
            return Ok(tokens);
        }
        let tokens = match self.login.refresh(old.tokens(), old.subject()).await {
            // Another server may have been quicker.
            Err(LoginError::Ended) => return self.newer(old, key, now).await.ok_or(LoginError::Ended),
            outcome => outcome?,
        };
        if let (Keep::Store(store), Some(key)) = (&self.keep, key)
            && let Err(why) = store.update(key, &old.with_tokens(tokens.clone())).await
        {
            tracing::warn!(%why, "renewed access could not be kept");
        }
        Ok(tokens)
    }

    /// What the store has by now.
    async fn newer(&self, old: &Session, key: Option<&str>, now: Timestamp) -> Option<Tokens> {
        let (Keep::Store(store), Some(key)) = (&self.keep, key) else { return None };
        let found = store.get(key).await.ok()??;
        let other = found.tokens().refresh_token() != old.tokens().refresh_token() && found.subject() == old.subject();
        (other && !found.tokens().needs_renewal(now)).then(|| found.tokens().clone())
    }
}
