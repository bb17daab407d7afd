//! What a request shows of its client.

use super::basic::basic;
use crate::check::{Check, Checks};
use crate::client::AuthMethod;
use crate::client_assertion::{self, Claimed};
use crate::error::Refusal;
use crate::params::Params;
use crate::secret::{ClientSecret, Secret};

/// What a request shows of its client in header and body.
#[derive(Debug)]
pub enum Presented {
    /// Id and secret in HTTP Basic.
    Basic(String, Secret<ClientSecret>),
    /// Id and secret in the body.
    Post(String, Secret<ClientSecret>),
    /// A signed assertion (RFC 7521 §4.2).
    Assertion(Assertion),
    /// The id alone.
    Public(String),
}

/// An assertion, not verified yet.
#[derive(Debug)]
pub struct Assertion {
    /// The client it is about.
    pub(super) client_id: String,
    /// The JWT as it came.
    pub(super) jwt: String,
    /// What it says of itself.
    pub(super) claimed: Claimed,
}

impl Presented {
    /// Reads the `Authorization` headers (any number came) and the body.
    ///
    /// # Errors
    /// [`Check::OneAuthentication`] for two ways at once, [`Check::CredentialsWellFormed`], [`Check::CredentialsPresent`], and those of
    /// [`client_assertion::peek`].
    pub fn read(authorization: &[&str], params: &Params, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        checks.hold(Check::OneAuthentication, authorization.len() <= 1)?;
        let (named, secret) = (params.get("client_id"), params.get("client_secret"));
        let asserted = (params.get("client_assertion_type"), params.get("client_assertion"));
        let header = authorization.first();
        if asserted != (None, None) {
            // RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
            checks.hold(Check::OneAuthentication, header.is_none() && secret.is_none())?;
            let claimed = client_assertion::peek(asserted.0, asserted.1, named, checks)?;
            // RFC 7521 §4.2: client_id is optional, since sub names the client; another issuer calls it by a name of its own.
            let own = claimed.is_own().then_some(claimed.sub.as_str());
            let client_id = checks.some(Check::CredentialsPresent, named.or(own))?.to_owned();
            return Ok(Self::Assertion(Assertion { client_id, jwt: asserted.1.unwrap_or_default().to_owned(), claimed }));
        }
        let Some(header) = header else {
            let id = checks.some(Check::CredentialsPresent, named)?.to_owned();
            return Ok(secret.map_or_else(|| Self::Public(id.clone()), |secret| Self::Post(id.clone(), Secret::shown(secret))));
        };
        let (id, password) = checks.some(Check::CredentialsWellFormed, basic(header))?;
        checks.hold(Check::OneAuthentication, secret.is_none() && named.is_none_or(|named| named == id))?;
        Ok(Self::Basic(id, Secret::shown(password)))
    }

    /// The client it names.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Basic(id, _) | Self::Post(id, _) | Self::Public(id) => id,
            Self::Assertion(assertion) => &assertion.client_id,
        }
    }

    /// How it tries to authenticate, for the log.
    pub fn way(&self) -> &'static str {
        match self {
            Self::Basic(..) => AuthMethod::ClientSecretBasic.as_str(),
            Self::Post(..) => AuthMethod::ClientSecretPost.as_str(),
            Self::Assertion(_) => "client_assertion",
            Self::Public(_) => AuthMethod::None.as_str(),
        }
    }
}
