//! This app at the provider: its name, and how it proves to be the one.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use doorward_protocol::jose::{JoseError, SigningKey};
use http::HeaderValue;
use http::header::AUTHORIZATION;
use oauth2::HttpRequest;
use serde_json::json;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};
use zeroize::Zeroizing;

use crate::random::random;
use crate::time::Timestamp;

/// How long an assertion may be used, in seconds: as long as a request may take, and a little for the clocks.
const ASSERTION_LIFE: i64 = 60;

/// An app as it is registered at a provider. Cheap to clone. `Debug` shows the name alone.
///
/// ```
/// use doorward_client::Client;
///
/// let confidential = Client::new("my-app").secret("what the provider gave me");
/// let public = Client::new("my-cli");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Client {
    id: String,
    proof: Proof,
}

/// How it authenticates (OpenID Connect Core section 9).
#[derive(Clone)]
pub(crate) enum Proof {
    /// `none`
    Public,
    /// `client_secret_basic`
    Basic(Arc<Zeroizing<String>>),
    /// `client_secret_post`
    Post(Arc<Zeroizing<String>>),
    /// `private_key_jwt`
    Key(Arc<SigningKey>),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.id)
    }
}

impl Client {
    /// An app that can keep no secret, such as a program on people's own machines (`none`).
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), proof: Proof::Public }
    }

    /// With a secret that is sent in a header (`client_secret_basic`): the usual way.
    pub fn secret(self, secret: impl Into<String>) -> Self {
        Self { proof: Proof::Basic(Arc::new(Zeroizing::new(secret.into()))), ..self }
    }

    /// With a secret that is sent in the form (`client_secret_post`), for providers that want it so.
    pub fn secret_in_form(self, secret: impl Into<String>) -> Self {
        Self { proof: Proof::Post(Arc::new(Zeroizing::new(secret.into()))), ..self }
    }

    /// With a key (`private_key_jwt`, RFC 7523): nothing that could be stolen on its way is ever sent. The provider knows the public half,
    /// whose `kid` is its thumbprint (RFC 7638), as [`SigningKey::public`] writes it.
    pub fn key(self, key: Arc<SigningKey>) -> Self {
        Self { proof: Proof::Key(key), ..self }
    }

    /// Its name at the provider.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn proof(&self) -> &Proof {
        &self.proof
    }

    /// A POST of a form by this app, with its proof, to an endpoint of the provider (RFC 6749 section 2.3): for what this crate has no
    /// method for. `issuer` is the provider's.
    ///
    /// # Errors
    /// [`JoseError`] when its key can't sign.
    pub fn request(&self, to: &Url, form: &[(&str, &str)], issuer: &str, now: Timestamp) -> Result<HttpRequest, JoseError> {
        let mut body = Serializer::new(String::new());
        body.extend_pairs(form);
        let mut header = None;
        match &self.proof {
            Proof::Public => drop(body.append_pair("client_id", &self.id)),
            Proof::Basic(secret) => header = Some(basic(&self.id, secret)),
            Proof::Post(secret) => drop(body.append_pair("client_id", &self.id).append_pair("client_secret", secret)),
            Proof::Key(key) => {
                body.append_pair("client_id", &self.id);
                body.extend_pairs(assertion(&self.id, key, issuer, now)?);
            }
        }
        let mut request = HttpRequest::new(body.finish().into_bytes());
        *request.method_mut() = http::Method::POST;
        // A URL that was parsed is a URI.
        *request.uri_mut() = to.as_str().parse().unwrap_or_default();
        let headers = request.headers_mut();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
        headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(value) = header.and_then(|text| HeaderValue::from_str(&text).ok()) {
            headers.insert(AUTHORIZATION, value);
        }
        Ok(request)
    }
}

/// RFC 6749 section 2.3.1: both are form-encoded first.
fn basic(id: &str, secret: &str) -> String {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(id), encoded(secret)));
    format!("Basic {}", STANDARD.encode(pair.as_bytes()))
}

/// The two parameters of RFC 7523 section 2.2. The issuer is the only audience (RFC 10070).
pub(crate) fn assertion(id: &str, key: &SigningKey, issuer: &str, now: Timestamp) -> Result<[(&'static str, String); 2], JoseError> {
    let claims = json!({
        "iss": id, "sub": id, "aud": issuer, "jti": random(), "iat": now.0, "exp": now.0.saturating_add(ASSERTION_LIFE),
    });
    let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    Ok([("client_assertion_type", kind.to_owned()), ("client_assertion", key.sign("JWT", &claims)?)])
}

#[cfg(test)]
mod tests {
    use super::Client;
    use crate::time::Timestamp;
    use doorward_protocol::jose::{Alg, Rules, SigningKey, Typ, verify};
    use http::header::AUTHORIZATION;
    use std::sync::Arc;
    use url::Url;

    const ISSUER: &str = "https://login.example";

    fn sent(client: &Client) -> (Option<String>, Vec<(String, String)>) {
        let url = Url::parse("https://login.example/token").expect("a URL");
        let request = client.request(&url, &[("grant_type", "x")], ISSUER, Timestamp(1_000)).expect("a request");
        let header = request.headers().get(AUTHORIZATION).map(|value| value.to_str().expect("text").to_owned());
        (header, url::form_urlencoded::parse(request.body()).into_owned().collect())
    }

    #[test]
    fn each_way_of_proof_is_sent_in_its_one_place() {
        let (header, form) = sent(&Client::new("my app").secret("p+s:s%"));
        // The pair "my+app:p%2Bs%3As%25" of RFC 6749 section 2.3.1.
        assert_eq!(header.as_deref(), Some("Basic bXkrYXBwOnAlMkJzJTNBcyUyNQ=="));
        assert_eq!(form.len(), 1, "no second proof beside the header");

        let (header, form) = sent(&Client::new("app").secret_in_form("s"));
        assert!(header.is_none());
        assert_eq!(form[1..], [("client_id".into(), "app".into()), ("client_secret".into(), "s".into())]);

        let (header, form) = sent(&Client::new("app"));
        assert!(header.is_none());
        assert_eq!(form[1..], [("client_id".into(), "app".into())]);
    }

    #[test]
    fn an_assertion_is_for_the_issuer_once_and_shortly() {
        let key = Arc::new(SigningKey::generate(Alg::Es256).expect("a key"));
        let client = Client::new("app").key(Arc::clone(&key));
        let claims = |form: &[(String, String)]| {
            let (_, jwt) = form.iter().find(|(name, _)| name == "client_assertion").expect("an assertion");
            verify(jwt, &Rules::new(&[Alg::Es256], Typ::Any), &*key).expect("a good signature").into_claims()
        };
        let (first, second) = (claims(&sent(&client).1), claims(&sent(&client).1));
        assert_eq!((&first["iss"], &first["sub"], &first["aud"]), (&"app".into(), &"app".into(), &ISSUER.into()));
        assert_eq!(first["exp"], 1_060);
        // Law: no two assertions are the same one.
        assert_ne!(first["jti"], second["jti"]);
    }

    #[test]
    fn a_secret_never_shows_itself() {
        assert_eq!(format!("{:?}", Client::new("app").secret("hush")), "Client(app)");
    }
}
