//! Client authentication (RFC 6749 §2.3): an [`Authenticated`] can't be had elsewhere, so no grant is reached without it.
//!
//! [`Presented::read`] says what a request shows, [`begin`] holds it against the registered client. What needs more than the
//! registration, such as an assertion that is to be verified with keys from elsewhere, comes back as a [`Step`] to be finished.

mod asserted;
mod basic;
mod presented;
#[cfg(test)]
mod tests;

pub use asserted::{Asserted, Found, Needs, Unspent};
pub use presented::{Assertion, Presented};

use crate::check::{Check, Checks, Evidence};
use crate::client::{AuthMethod, Client};
use crate::error::Refusal;
use std::sync::Arc;

/// A client that has proven to be who it says, or a public one that is known.
#[derive(Clone, Debug)]
pub struct Authenticated {
    client: Arc<Client>,
}

impl Authenticated {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }
}

/// How far the registration alone leads.
#[derive(Debug)]
pub enum Step<'s> {
    /// To the end.
    Proven(Authenticated),
    /// To an assertion that is to be verified.
    Asserted(Asserted<'s>),
}

/// Holds what was shown against what is registered: the one method of the registration and no other, no downgrade to none.
///
/// # Errors
/// [`Check::ClientAuthentic`], alike for an unknown client, a wrong secret and a wrong method; digests are compared in constant time.
pub fn begin<'s>(shown: &'s Presented, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Step<'s>, Refusal> {
    let step = client.and_then(|client| {
        let registered = client.metadata.token_endpoint_auth_method;
        let step = match (shown, registered) {
            (Presented::Basic(_, secret), AuthMethod::ClientSecretBasic) | (Presented::Post(_, secret), AuthMethod::ClientSecretPost) => {
                (client.secret.as_ref() == Some(&secret.digest())).then_some(None)
            }
            (Presented::Public(_), AuthMethod::None) => Some(None),
            (Presented::Assertion(assertion), AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) => Some(Some(assertion)),
            (Presented::Basic(..) | Presented::Post(..) | Presented::Assertion(_) | Presented::Public(_), _) => None,
        };
        step.map(|assertion| match assertion {
            None => Step::Proven(Authenticated { client }),
            Some(assertion) => Step::Asserted(Asserted { client, assertion }),
        })
    });
    checks.require(Check::ClientAuthentic, step.is_some(), || {
        Evidence::new("a known client, its secret and its registered method", shown.way())
    })?;
    step.ok_or_else(|| Refusal::by(Check::ClientAuthentic))
}

/// [`begin`] where the registration alone leads to the end: for the tests of other rules.
#[cfg(test)]
pub(crate) fn authenticate(shown: &Presented, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Authenticated, Refusal> {
    match begin(shown, client, checks)? {
        Step::Proven(by) => Ok(by),
        Step::Asserted(_) => Err(Refusal::by(Check::ClientAuthentic)),
    }
}
