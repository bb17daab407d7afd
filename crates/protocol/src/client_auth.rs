//! Client authentication (RFC 6749 §2.3): an [`Authenticated`] can't be had elsewhere, so no grant is reached without it.

use crate::check::{Check, Checks, Evidence};
use crate::client::{AuthMethod, Client};
use crate::error::Refusal;
use crate::params::Params;
use crate::secret::{ClientSecret, Secret};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use percent_encoding::percent_decode_str;
use std::sync::Arc;

/// What a request shows of its client.
#[derive(Debug)]
pub enum Presented {
    /// Id and secret in HTTP Basic.
    Basic(String, Secret<ClientSecret>),
    /// Id and secret in the body.
    Post(String, Secret<ClientSecret>),
    /// The id alone.
    Public(String),
}

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

impl Presented {
    /// Reads the `Authorization` headers (any number came) and the body.
    ///
    /// # Errors
    /// [`Check::OneAuthentication`] for two ways at once, [`Check::CredentialsWellFormed`], [`Check::CredentialsPresent`],
    /// [`Check::AssertionUnsupported`].
    pub fn read(authorization: &[&str], params: &Params, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        checks
            .hold(Check::AssertionUnsupported, params.get("client_assertion").is_none() && params.get("client_assertion_type").is_none())?;
        checks.hold(Check::OneAuthentication, authorization.len() <= 1)?;
        let in_body = (params.get("client_id"), params.get("client_secret"));
        let Some(header) = authorization.first() else {
            let id = checks.some(Check::CredentialsPresent, in_body.0)?.to_owned();
            return Ok(in_body.1.map_or_else(|| Self::Public(id.clone()), |secret| Self::Post(id.clone(), Secret::shown(secret))));
        };
        let (id, secret) = checks.some(Check::CredentialsWellFormed, basic(header))?;
        // RFC 6749 §2.3: "The client MUST NOT use more than one authentication method in each request."
        checks.hold(Check::OneAuthentication, in_body.1.is_none() && in_body.0.is_none_or(|named| named == id))?;
        Ok(Self::Basic(id, Secret::shown(secret)))
    }

    /// The client it names.
    pub fn client_id(&self) -> &str {
        match self {
            Self::Basic(id, _) | Self::Post(id, _) | Self::Public(id) => id,
        }
    }

    /// How it tries to authenticate.
    pub fn method(&self) -> AuthMethod {
        match self {
            Self::Basic(..) => AuthMethod::ClientSecretBasic,
            Self::Post(..) => AuthMethod::ClientSecretPost,
            Self::Public(_) => AuthMethod::None,
        }
    }
}

/// Holds what was shown against what is registered: the one method of the registration and no other, no downgrade to none.
///
/// # Errors
/// [`Check::ClientAuthentic`], alike for an unknown client, a wrong secret and a wrong method; digests are compared in constant time.
pub fn authenticate(shown: &Presented, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Authenticated, Refusal> {
    let proven = client.filter(|client| {
        let registered = client.metadata.token_endpoint_auth_method;
        registered == shown.method()
            && match shown {
                Presented::Public(_) => true,
                Presented::Basic(_, secret) | Presented::Post(_, secret) => client.secret.as_ref() == Some(&secret.digest()),
            }
    });
    checks.require(Check::ClientAuthentic, proven.is_some(), || {
        Evidence::new("a known client, its secret and its registered method", shown.method().as_str())
    })?;
    proven.map(|client| Authenticated { client }).ok_or_else(|| Refusal::by(Check::ClientAuthentic))
}

/// RFC 7617 §2 with the form-encoding of both parts that RFC 6749 §2.3.1 asks for.
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") || encoded.len() > 8192 {
        return None;
    }
    let bytes = STANDARD.decode(encoded.trim_start_matches(' ')).ok()?;
    let text = String::from_utf8(bytes).ok()?;
    let (id, secret) = text.split_once(':')?;
    let id = form_decode(id).filter(|id| !id.is_empty())?;
    Some((id, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?.into_owned();
    (!decoded.contains('\0')).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::Metadata;
    use crate::values::{ClientId, Timestamp};
    use serde_json::json;

    const SECRET: &str = "a-secret-of-at-least-32-characters!!";

    fn client(method: &str) -> Option<Arc<Client>> {
        let metadata = Metadata::read(json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": method})).ok()?;
        let secret = (method != "none").then(|| Secret::shown(SECRET).digest());
        Some(Arc::new(Client::new(ClientId::new("app"), metadata, secret, Timestamp(0))))
    }

    fn header(id: &str, secret: &str) -> String {
        format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
    }

    fn outcome(method: &str, authorization: &[&str], body: &str) -> Result<(), Check> {
        let checks = &mut Checks::silent();
        let params = Params::parse(body.as_bytes(), &[]).map_err(|r| r.check)?;
        let shown = Presented::read(authorization, &params, checks).map_err(|r| r.check)?;
        let client = client(method).filter(|client| client.id.as_str() == shown.client_id());
        authenticate(&shown, client, checks).map(|_| ()).map_err(|r| r.check)
    }

    #[test]
    fn the_registered_method_is_accepted() {
        let post = format!("client_id=app&client_secret={SECRET}");
        assert_eq!(outcome("client_secret_basic", &[&header("app", SECRET)], ""), Ok(()));
        assert_eq!(outcome("client_secret_basic", &[&header("app", SECRET)], "client_id=app"), Ok(()));
        assert_eq!(outcome("client_secret_post", &[], &post), Ok(()));
        assert_eq!(outcome("none", &[], "client_id=app"), Ok(()));
    }

    #[test]
    fn any_other_method_secret_or_name_is_refused_alike() {
        let post = format!("client_id=app&client_secret={SECRET}");
        for (method, authorization, body) in [
            ("client_secret_basic", vec![], post.as_str()),
            ("client_secret_basic", vec![], "client_id=app"),
            ("client_secret_post", vec![header("app", SECRET)], ""),
            ("client_secret_post", vec![], "client_id=app"),
            ("client_secret_basic", vec![header("app", "wrong")], ""),
            ("client_secret_basic", vec![header("app", "")], ""),
            ("client_secret_basic", vec![header("other", SECRET)], ""),
            ("none", vec![header("app", SECRET)], ""),
            ("none", vec![header("app", "")], ""),
            ("none", vec![], post.as_str()),
        ] {
            let authorization: Vec<&str> = authorization.iter().map(String::as_str).collect();
            assert_eq!(outcome(method, &authorization, body), Err(Check::ClientAuthentic), "{method} {authorization:?} {body}");
        }
    }

    #[test]
    fn two_ways_at_once_are_refused() {
        let basic = header("app", SECRET);
        let twice = [basic.as_str(), basic.as_str()];
        assert_eq!(outcome("client_secret_basic", &twice, ""), Err(Check::OneAuthentication));
        assert_eq!(outcome("client_secret_basic", &[&basic], "client_secret=x"), Err(Check::OneAuthentication));
        assert_eq!(outcome("client_secret_basic", &[&basic], "client_id=other"), Err(Check::OneAuthentication));
    }

    #[test]
    fn malformed_credentials_are_named() {
        for header in ["Basic", "Basic !!!", "Bearer abc", "Basic YXBw", "Basic /w==", &header("", SECRET)] {
            assert_eq!(outcome("client_secret_basic", &[header], ""), Err(Check::CredentialsWellFormed), "{header}");
        }
        assert_eq!(outcome("client_secret_basic", &[], "x=1"), Err(Check::CredentialsPresent));
        assert_eq!(outcome("client_secret_basic", &[], "client_id=app&client_assertion=x"), Err(Check::AssertionUnsupported));
    }

    #[test]
    fn both_parts_of_basic_are_form_decoded() {
        assert_eq!(basic(&header("a%20b+c", "p%3Aq%2B")), Some(("a b c".to_owned(), "p:q+".to_owned())));
    }
}
