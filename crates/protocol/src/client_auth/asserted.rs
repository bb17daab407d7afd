//! An assertion held against what is registered of its client.

use super::{Assertion, Authenticated};
use crate::check::{Check, Checks};
use crate::client::{AuthMethod, Client};
use crate::client_assertion::{self, Key, Once};
use crate::error::Refusal;
use crate::jose::{Alg, KeySource};
use crate::trusted_issuer::{self, TrustedIssuer};
use crate::values::{Issuer, Timestamp};
use std::sync::Arc;

/// An assertion of a client whose registration takes assertions: with what it must be verified is still to be found.
#[derive(Debug)]
pub struct Asserted<'s> {
    pub(super) client: Arc<Client>,
    pub(super) assertion: &'s Assertion,
}

/// With what an assertion must be verified: the registration says so, the assertion has no say (RFC 8725 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs<'c> {
    /// The keys of the client; the assertion names this one, if any.
    ClientKeys(Option<&'c str>),
    /// The secret of the client.
    ClientSecret,
    /// The keys of this trusted issuer; the assertion names this one, if any.
    IssuerKeys(&'c str, Option<&'c str>),
}

/// What was found.
#[derive(Clone, Copy)]
pub enum Found<'k> {
    /// Keys of the client.
    Keys(&'k dyn KeySource),
    /// The trusted issuer that the client is registered with, and its keys.
    IssuerKeys(&'k TrustedIssuer, &'k dyn KeySource),
    /// The client's secret.
    Secret(&'k [u8]),
}

/// An assertion that holds. It is the client's proof when it was not shown before.
#[derive(Debug)]
pub struct Unspent {
    client: Arc<Client>,
    once: Option<Once>,
}

impl Asserted<'_> {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// With what it must be verified.
    pub fn needs(&self) -> Needs<'_> {
        let (metadata, kid) = (&self.client.metadata, self.assertion.claimed.kid.as_deref());
        match (&metadata.assertion_issuer, metadata.token_endpoint_auth_method) {
            (_, AuthMethod::ClientSecretJwt) => Needs::ClientSecret,
            (Some(issuer), _) => Needs::IssuerKeys(issuer, kid),
            (None, _) => Needs::ClientKeys(kid),
        }
    }

    /// Verifies the assertion and checks what it says (RFC 7523 §3).
    ///
    /// # Errors
    /// As [`client_assertion::verify`], [`client_assertion::check`] and [`trusted_issuer::check_client_assertion`]; [`Check::AssertionTrusted`]
    /// for an issuer that is not trusted with this client.
    pub fn verify(self, found: Found<'_>, issuer: &Issuer, now: Timestamp, checks: &mut Checks<'_>) -> Result<Unspent, Refusal> {
        let algs = algs(&self.client);
        let once = match found {
            Found::Keys(keys) => Some(self.own(Key::Public(keys, &algs), issuer, now, checks)?),
            Found::Secret(secret) => Some(self.own(Key::Secret(secret), issuer, now, checks)?),
            Found::IssuerKeys(trusted, keys) => {
                self.workload(trusted, &algs, keys, issuer, now, checks)?;
                None
            }
        };
        Ok(Unspent { client: self.client, once })
    }

    fn own(&self, key: Key<'_>, issuer: &Issuer, now: Timestamp, checks: &mut Checks<'_>) -> Result<Once, Refusal> {
        let claims = client_assertion::verify(&self.assertion.jwt, key, checks)?;
        // FAPI 2.0 Security Profile §5.3.2.1: the issuer "as a string"; others may write a list of that one.
        checks.hold(Check::AssertionAudience, !self.client.is_fapi2() || claims.get("aud").is_some_and(serde_json::Value::is_string))?;
        client_assertion::check(&claims, self.client.id.as_str(), issuer, now, checks)
    }

    fn workload(
        &self,
        trusted: &TrustedIssuer,
        algs: &[Alg],
        keys: &dyn KeySource,
        issuer: &Issuer,
        now: Timestamp,
        checks: &mut Checks<'_>,
    ) -> Result<(), Refusal> {
        let metadata = &self.client.metadata;
        checks.hold(Check::AssertionTrusted, metadata.assertion_issuer.as_ref() == Some(&trusted.issuer))?;
        let subject = metadata.assertion_subject.as_deref().unwrap_or_default();
        // Both the operator's word on the issuer and the client's profile hold.
        let algs = trusted.algs.iter().copied().filter(|alg| algs.contains(alg)).collect();
        let trusted = TrustedIssuer { algs, ..trusted.clone() };
        trusted_issuer::check_client_assertion(&self.assertion.jwt, (&trusted, keys), subject, issuer, now, checks)
    }
}

impl Unspent {
    /// What must be remembered, so that the assertion works once; workloads may show theirs until it has expired.
    pub fn once(&self) -> Option<&Once> {
        self.once.as_ref()
    }

    /// The client has proven itself, if this was the first use of its assertion on any node.
    ///
    /// # Errors
    /// [`Check::AssertionOnce`].
    pub fn used(self, first: bool, checks: &mut Checks<'_>) -> Result<Authenticated, Refusal> {
        checks.hold(Check::AssertionOnce, first || self.once.is_none())?;
        Ok(Authenticated { client: self.client })
    }
}

/// The one registered, else all that the client's profile takes (OpenID Connect Registration §2, FAPI 2.0 Security Profile §5.4.1).
pub(super) fn algs(client: &Client) -> Vec<Alg> {
    let all: &[Alg] = if client.is_fapi2() { &Alg::FAPI2 } else { &Alg::ALL };
    match &client.metadata.token_endpoint_auth_signing_alg {
        Some(name) => all.iter().copied().filter(|alg| alg.name() == name).collect(),
        None => all.to_vec(),
    }
}
