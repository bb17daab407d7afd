//! Client authentication (RFC 6749 §2.3): an [`Authenticated`] can't be had elsewhere, so no grant is reached without it.
//!
//! [`Presented::read`] says what a request shows, [`begin`] holds it against the registered client. What needs more than the
//! registration, such as an assertion that is to be verified with keys from elsewhere, comes back as a [`Step`] to be finished.

mod asserted;
mod basic;
mod presented;
#[cfg(test)]
mod tests;
mod tls;

pub use asserted::{Asserted, Found, Needs, Unspent};
pub use presented::{Assertion, Presented};
pub use tls::SelfSigned;

use crate::certificate::Certificate;
use crate::check::{Check, Checks, Evidence};
use crate::client::{AuthMethod, Client};
use crate::error::Refusal;
use crate::values::Timestamp;
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
    /// To a certificate that is to be found among the client's own.
    SelfSigned(SelfSigned<'s>),
}

/// What was shown, where it is what the client is registered for.
enum Way<'s> {
    Done,
    Assertion(&'s Assertion),
    Subject,
    OwnCertificate,
}

/// Holds what was shown against what is registered: the one method of the registration and no other, no downgrade to none.
///
/// # Errors
/// [`Check::ClientAuthentic`], alike for an unknown client, a wrong secret and a wrong method; digests are compared in constant time.
/// [`Check::TlsCertificate`] and its neighbours for a client registered to show a certificate: they tell a stranger the same.
pub fn begin<'s>(
    shown: &'s Presented,
    certificate: Option<&'s Certificate>,
    client: Option<Arc<Client>>,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Step<'s>, Refusal> {
    let found = client.and_then(|client| way(shown, &client).map(|way| (way, client)));
    let (way, client) = checks.require_some(Check::ClientAuthentic, found, || {
        Evidence::new("a known client, its secret and its registered method", shown.described())
    })?;
    match way {
        Way::Done => Ok(Step::Proven(Authenticated { client })),
        Way::Assertion(assertion) => Ok(Step::Asserted(Asserted { client, assertion })),
        Way::Subject => tls::by_subject(client, certificate, now, checks).map(Step::Proven),
        Way::OwnCertificate => tls::self_signed(client, certificate, now, checks).map(Step::SelfSigned),
    }
}

fn way<'s>(shown: &'s Presented, client: &Client) -> Option<Way<'s>> {
    match (shown, client.metadata.token_endpoint_auth_method) {
        (Presented::Basic(_, secret), AuthMethod::ClientSecretBasic) | (Presented::Post(_, secret), AuthMethod::ClientSecretPost) => {
            (client.secret.as_ref() == Some(&secret.digest())).then_some(Way::Done)
        }
        (Presented::Public(_), AuthMethod::None) => Some(Way::Done),
        // RFC 8705 §2: "the client MUST include the client_id parameter"; nothing else is shown.
        (Presented::Public(_), AuthMethod::TlsClientAuth) => Some(Way::Subject),
        (Presented::Public(_), AuthMethod::SelfSignedTlsClientAuth) => Some(Way::OwnCertificate),
        (Presented::Assertion(assertion), AuthMethod::PrivateKeyJwt | AuthMethod::ClientSecretJwt) => Some(Way::Assertion(assertion)),
        (Presented::Basic(..) | Presented::Post(..) | Presented::Assertion(_) | Presented::Public(_), _) => None,
    }
}

/// [`begin`] where the registration alone leads to the end: for the tests of other rules.
#[cfg(test)]
pub(crate) fn authenticate(shown: &Presented, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Authenticated, Refusal> {
    match begin(shown, None, client, Timestamp(0), checks)? {
        Step::Proven(by) => Ok(by),
        Step::Asserted(_) | Step::SelfSigned(_) => Err(Refusal::by(Check::ClientAuthentic)),
    }
}
