//! The service itself: what it takes, and the checks in their order.

use std::fmt;
use std::sync::Arc;

use doorward_protocol::jose::{self, Alg, Rules, Typ};

use super::caller::Caller;
use super::expected::{Expected, Profile, Source, reason_of};
use super::introspection::Introspection;
use super::needs::{Needs, Party};
use super::proof::Proofs;
use super::refusal::Terms;
use super::shown::{LONGEST_TOKEN, Presented, Scheme};
use super::{Reason, Refusal};
use crate::Provider;
use crate::access_token::AccessToken;
use crate::error::TokenError;
use crate::time::{Seconds, Timestamp};

/// An API, and whose tokens it takes. Cheap to clone; clones share what they remember.
#[derive(Clone)]
pub struct Service(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub provider: Provider,
    pub expected: Expected,
    pub algs: Vec<Alg>,
    pub introspection: Option<Introspection>,
    pub always_ask: bool,
    pub proofs: Proofs,
    pub metadata_at: Option<String>,
    pub metadata: String,
    #[cfg(feature = "service")]
    pub certificate: Option<super::guard::CertificateOf>,
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Service({} of {})", self.0.expected.audience, self.0.expected.issuer)
    }
}

impl Service {
    /// Its name: the only audience that it takes.
    pub fn resource(&self) -> &str {
        &self.0.expected.audience
    }

    /// The issuer whose tokens it takes.
    pub fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// What it says of itself, as JSON: who gives tokens for it, and how to send them (RFC 9728 §2). For anybody to read.
    pub fn metadata(&self) -> &str {
        &self.0.metadata
    }

    /// Where clients look for that (RFC 9728 §3): at the host of its resource. None where the resource has no host.
    pub fn metadata_url(&self) -> Option<&str> {
        self.0.metadata_at.as_deref()
    }

    /// Who calls. Ask once a request: a DPoP proof works once.
    ///
    /// # Errors
    /// The [`Refusal`] of the first check that failed.
    pub async fn authenticate(&self, shown: &Presented<'_>) -> Result<Caller, Refusal> {
        let now = self.now();
        let (scheme, token) = shown.token().map_err(|reason| self.refusal(reason, None, &Needs::nothing()))?;
        let judged = self.judge(scheme, token, shown, now).await;
        judged.map_err(|reason| self.refusal(reason, Some(scheme), &Needs::nothing()))
    }

    /// Whether this caller may do what needs that much.
    ///
    /// # Errors
    /// The [`Refusal`] of the first need that isn't met.
    pub fn allow(&self, caller: &Caller, needs: &Needs) -> Result<(), Refusal> {
        let scheme = if matches!(caller.binding(), Some(super::Binding::Key(_))) { Scheme::Dpop } else { Scheme::Bearer };
        met(caller, needs, self.now()).map_err(|reason| self.refusal(reason, Some(scheme), needs))
    }

    async fn judge(&self, scheme: Scheme, token: &str, shown: &Presented<'_>, now: Timestamp) -> Result<Caller, Reason> {
        let kept = AccessToken::new(token);
        let (claims, source) = match &self.0.introspection {
            Some(issuer) if self.0.always_ask || !is_jws(token) => (issuer.ask(&kept, now).await?, Source::Introspection),
            Some(_) | None => (self.verified(token).await?, Source::Jwt),
        };
        let told = self.0.expected.read(claims, source, kept, now)?;
        self.0.proofs.held(told.binding.as_ref(), scheme, token, shown, now)?;
        Ok(Caller::new(told))
    }

    /// The claims of a JWT whose algorithm, type, key and signature are as they must be.
    async fn verified(&self, token: &str) -> Result<serde_json::Map<String, serde_json::Value>, Reason> {
        let typ = match self.0.expected.profile {
            // RFC 9068 §4: "The resource server MUST verify that the typ header value is at+jwt or application/at+jwt".
            Profile::Rfc9068 => Typ::Required(&["at+jwt"]),
            Profile::Plain => Typ::Optional(&["at+jwt", "JWT"]),
        };
        let rules = Rules { algs: &self.0.algs, typ, max_len: LONGEST_TOKEN };
        let verified = self.0.provider.verify(token, &rules).await.map_err(|error| match error {
            TokenError::Jws(error) => reason_of(error),
            why => {
                tracing::warn!(%why, "an access token could not be verified");
                Reason::KeysUnavailable
            }
        })?;
        // RFC 7515 §4.1.4: where keys have names, a token says by which it was signed.
        let named = jose::peek(token, Typ::Any).is_ok_and(|token| token.kid().is_some());
        if verified.kid().is_some() && !named { Err(Reason::UnknownKey) } else { Ok(verified.into_claims()) }
    }

    pub(super) fn refusal(&self, reason: Reason, scheme: Option<Scheme>, needs: &Needs) -> Refusal {
        tracing::debug!(check = reason.name(), resource = self.resource(), "a request was refused");
        let nonce = Some(self.0.proofs.nonce(self.now()));
        Refusal::new(reason, Terms { scheme, needs, algs: &Alg::ALL, metadata: self.0.metadata_at.as_deref(), nonce })
    }

    fn now(&self) -> Timestamp {
        self.0.provider.now()
    }
}

/// Two dots make a JWS; what else there is, only its issuer can read.
fn is_jws(token: &str) -> bool {
    token.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// What a handler needs, in the order in which a client can do something about it.
fn met(caller: &Caller, needs: &Needs, now: Timestamp) -> Result<(), Reason> {
    match needs.party() {
        Party::Person if !caller.is_person() => return Err(Reason::PersonNeeded),
        Party::Machine if caller.is_person() => return Err(Reason::MachineNeeded),
        Party::Anybody | Party::Person | Party::Machine => {}
    }
    if !needs.scope_list().iter().all(|scope| caller.has_scope(scope)) {
        return Err(Reason::Scope);
    }
    // RFC 9470 §4: what isn't told can't be enough.
    if !needs.acr_values().is_empty() && !caller.acr().is_some_and(|acr| needs.acr_values().contains(&acr)) {
        return Err(Reason::LoginTooWeak);
    }
    let recent = |oldest: u32| caller.auth_time().is_some_and(|at| now.since(at) <= Seconds(i64::from(oldest)));
    if needs.oldest_login().is_some_and(|oldest| !recent(oldest)) { Err(Reason::LoginTooOld) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
