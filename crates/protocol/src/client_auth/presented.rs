//! What a request shows of its client.

use super::basic::basic;
use crate::check::{Check, Checks};
use crate::client::AuthMethod;
use crate::client_assertion::{self, Claimed};
use crate::error::Refusal;
use crate::params::Params;
use crate::secret::{ClientSecret, Secret};
use std::borrow::Cow;

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

    /// The same, with what can be said of a secret without telling it: what people paste by mistake has a shape of its own.
    pub(super) fn described(&self) -> Cow<'static, str> {
        let secret = match self {
            Self::Basic(_, secret) | Self::Post(_, secret) => secret.expose(),
            Self::Assertion(_) | Self::Public(_) => return self.way().into(),
        };
        if secret.trim() != secret {
            format!("{}; there is white space around the secret", self.way()).into()
        } else if is_hash(secret) {
            format!("{}; the secret has the form of a hash", self.way()).into()
        } else {
            self.way().into()
        }
    }
}

/// Whether a text looks like what a server keeps of a secret: hexadecimal digits of a digest, or a hash that names its method.
fn is_hash(text: &str) -> bool {
    let digest = matches!(text.len(), 40 | 56 | 64 | 96 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let named = ["$argon2", "$2a$", "$2b$", "$2y$", "$5$", "$6$", "$scrypt", "$pbkdf2", "pbkdf2", "scrypt:", "sha256", "sha512", "{SSHA"];
    digest || named.iter().any(|name| text.starts_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_names_the_shape_of_a_wrong_secret_and_never_the_secret() {
        let described = |secret: &str| Presented::Basic("app".to_owned(), Secret::shown(secret)).described().into_owned();
        for wrong in ["s3cret-s3cret\n", " s3cret-s3cret", "s3cret-s3cret\r\n"] {
            assert_eq!(described(wrong), "client_secret_basic; there is white space around the secret");
        }
        for hash in [
            &"0123456789abcdef".repeat(4),
            "$argon2id$v=19$m=19456$c2FsdA$aGFzaA",
            "pbkdf2_sha256$600000$salt$hash",
            "scrypt:32768:8:1$salt$hash",
        ] {
            assert_eq!(described(hash), "client_secret_basic; the secret has the form of a hash");
        }
        for other in ["s3cret-s3cret", "", "0123456789abcdef"] {
            assert_eq!(described(other), "client_secret_basic");
        }
        // Law: what is public has no shape to tell.
        assert_eq!(Presented::Public("app".to_owned()).described(), "none");
    }
}
