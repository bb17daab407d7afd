//! Putting a service together.

use std::fmt;
use std::sync::Arc;

use doorward_protocol::jose::Alg;
use doorward_protocol::resource_metadata::well_known;
use serde_json::json;
use url::Url;

use super::core::{Inner, Service};
use super::expected::{Expected, People, Profile};
use super::introspection::{Introspection, LONGEST};
use super::proof::Proofs;
use crate::time::Seconds;
use crate::{Client, Provider};
#[cfg(feature = "service")]
use {super::guard::CertificateOf, rocket::Request};

/// The furthest that clocks may be said to differ.
const WIDEST_LEEWAY: Seconds = Seconds::minutes(5);
/// How far they may differ unless it is said otherwise.
const LEEWAY: Seconds = Seconds(30);

/// Says what a [`Service`] takes.
#[must_use]
pub struct ServiceBuilder {
    provider: Provider,
    resource: String,
    name: Option<String>,
    scopes: Vec<String>,
    algs: Vec<Alg>,
    leeway: Seconds,
    people: People,
    profile: Profile,
    asked_by: Option<Client>,
    always_ask: bool,
    signed: bool,
    longest: Seconds,
    address: Option<String>,
    nonce_key: Option<[u8; 32]>,
    nonce_required: bool,
    #[cfg(feature = "service")]
    certificate: Option<CertificateOf>,
}

/// Why a service can't be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceError {
    /// The resource is no absolute URI, or has a fragment (RFC 8707 §2).
    Resource,
    /// The address is no http or https URL with nothing but a host, a port and a path.
    Address,
    /// No algorithm is left to sign tokens with.
    Algorithms,
    /// Clocks may not differ by less than nothing, nor by more than five minutes.
    Leeway,
    /// The system gave no randomness.
    Randomness,
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Resource => "the resource must be an absolute URI without a fragment",
            Self::Address => "the address must be an http or https URL without query and fragment",
            Self::Algorithms => "at least one algorithm must be good",
            Self::Leeway => "clocks may differ by 0 to 300 seconds",
            Self::Randomness => "the system gave no randomness",
        })
    }
}

impl std::error::Error for ServiceError {}

impl Service {
    /// Starts from the usual: JWTs of RFC 9068 by this provider for this resource alone.
    ///
    /// `resource` is the API's own name, an absolute URI: the `aud` of its tokens, byte for byte.
    pub fn builder(provider: &Provider, resource: impl Into<String>) -> ServiceBuilder {
        ServiceBuilder {
            provider: provider.clone(),
            resource: resource.into(),
            name: None,
            scopes: Vec::new(),
            algs: Alg::ALL.to_vec(),
            leeway: LEEWAY,
            people: People::default(),
            profile: Profile::default(),
            asked_by: None,
            always_ask: false,
            signed: false,
            longest: LONGEST,
            address: None,
            nonce_key: None,
            nonce_required: false,
            #[cfg(feature = "service")]
            certificate: None,
        }
    }
}

impl ServiceBuilder {
    /// What the service calls itself, for people (RFC 9728 §2 `resource_name`).
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The scopes it knows, for its metadata (RFC 9728 §2 `scopes_supported`). What a handler needs is said at the handler.
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }

    /// The algorithms that tokens may be signed with; all asymmetric ones otherwise. `none` and HMAC can't be named.
    pub fn algorithms(mut self, algs: &[Alg]) -> Self {
        self.algs = algs.to_vec();
        self
    }

    /// By how many seconds the issuer's clock may differ from this one, for `exp`, `nbf` and `iat`: 30 otherwise.
    pub fn leeway(mut self, seconds: u32) -> Self {
        self.leeway = Seconds(seconds.into());
        self
    }

    /// How people are told from machines.
    pub fn people(mut self, people: People) -> Self {
        self.people = people;
        self
    }

    /// What kind of JWT is taken.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Takes opaque tokens as well, by asking the issuer about them (RFC 7662) as this client.
    pub fn introspect(mut self, client: Client) -> Self {
        self.asked_by = Some(client);
        self
    }

    /// Asks the issuer about JWTs, too: then a revoked one stops working within the age of an answer.
    pub fn introspect_all(mut self, client: Client) -> Self {
        self.always_ask = true;
        self.introspect(client)
    }

    /// Takes only signed answers about tokens (RFC 9701), which prove to others what the issuer said.
    pub fn signed_answers(mut self) -> Self {
        self.signed = true;
        self
    }

    /// For how many seconds an answer about a token is believed at most, 30 otherwise; never beyond the token's own end.
    pub fn keep_answers(mut self, seconds: u32) -> Self {
        self.longest = Seconds(seconds.into());
        self
    }

    /// Where clients reach this service, if that isn't the host of its resource: what DPoP proofs name (`htu`), before the path. It is
    /// never taken from a request.
    pub fn address(mut self, url: impl Into<String>) -> Self {
        self.address = Some(url.into());
        self
    }

    /// Asks for a nonce in every DPoP proof (RFC 9449 §9): then no proof is good that was made in advance.
    pub fn require_nonce(mut self) -> Self {
        self.nonce_required = true;
        self
    }

    /// The key that nonces are made with: the same for all instances of a service, since a nonce of one may come to another.
    pub fn nonce_key(mut self, key: [u8; 32]) -> Self {
        self.nonce_key = Some(key);
        self
    }

    /// Where the verified client certificate of a request is found, for tokens that are bound to one (RFC 8705). Without this they are
    /// refused. The function sees the request and gives DER; a header may be believed only if your proxy sets it.
    #[cfg(feature = "service")]
    pub fn certificate(mut self, of: impl for<'r> Fn(&'r Request<'_>) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        self.certificate = Some(Box::new(of));
        self
    }

    /// The service. Nothing is asked of the provider yet.
    ///
    /// # Errors
    /// [`ServiceError`].
    pub fn build(self) -> Result<Service, ServiceError> {
        let url = Url::parse(&self.resource).ok().filter(|url| url.fragment().is_none()).ok_or(ServiceError::Resource)?;
        if self.algs.is_empty() {
            return Err(ServiceError::Algorithms);
        }
        if self.leeway > WIDEST_LEEWAY {
            return Err(ServiceError::Leeway);
        }
        let base = match &self.address {
            Some(address) => Some(base(address).ok_or(ServiceError::Address)?),
            None => url.has_host().then(|| url.origin().ascii_serialization()),
        };
        let nonce_key = self.nonce_key.map_or_else(random_key, Ok)?;
        let metadata = self.metadata();
        let Self { provider, resource, algs, leeway, people, profile, always_ask, signed, longest, nonce_required, .. } = self;
        let introspection = self.asked_by.map(|client| Introspection::new(provider.clone(), client, signed, longest));
        let metadata_at = well_known(&resource);
        let expected = Expected { issuer: provider.issuer().to_owned(), audience: resource, leeway, people, profile };
        let proofs = Proofs::new(base, nonce_key, nonce_required);
        let inner = Inner {
            provider,
            expected,
            algs,
            introspection,
            always_ask,
            proofs,
            metadata_at,
            metadata,
            #[cfg(feature = "service")]
            certificate: self.certificate,
        };
        Ok(Service(Arc::new(inner)))
    }

    /// RFC 9728 §2; what would be empty is left out (§3.2).
    fn metadata(&self) -> String {
        let mut document = json!({
            "resource": self.resource,
            "authorization_servers": [self.provider.issuer()],
            // RFC 9700 §4.3.2: never in a query.
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": Alg::ALL.map(Alg::name),
        });
        #[cfg(feature = "service")]
        if self.certificate.is_some() {
            document["tls_client_certificate_bound_access_tokens"] = json!(true);
        }
        if !self.scopes.is_empty() {
            document["scopes_supported"] = json!(self.scopes);
        }
        if let Some(name) = &self.name {
            document["resource_name"] = json!(name);
        }
        document.to_string()
    }
}

impl fmt::Debug for ServiceBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceBuilder").field("provider", &self.provider).field("resource", &self.resource).finish_non_exhaustive()
    }
}

/// The address without a slash at the end.
fn base(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let plain = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    plain.then(|| url.as_str().trim_end_matches('/').to_owned())
}

fn random_key() -> Result<[u8; 32], ServiceError> {
    let mut key = [0; 32];
    aws_lc_rs::rand::fill(&mut key).map_err(|_| ServiceError::Randomness)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider() -> Provider {
        Provider::new("https://login.example").expect("an issuer")
    }

    #[test]
    fn what_makes_no_sense_is_refused_when_the_service_is_put_together() {
        let of = |resource: &str| Service::builder(&provider(), resource);
        for bad in ["", "photos", "/photos", "https://photos.example/#x"] {
            assert_eq!(of(bad).build().err(), Some(ServiceError::Resource), "{bad}");
        }
        let photos = "https://photos.example/";
        assert_eq!(of(photos).algorithms(&[]).build().err(), Some(ServiceError::Algorithms));
        assert_eq!(of(photos).leeway(301).build().err(), Some(ServiceError::Leeway));
        for bad in ["photos.example", "ftp://photos.example", "https://photos.example/?x", "https://me@photos.example/"] {
            assert_eq!(of(photos).address(bad).build().err(), Some(ServiceError::Address), "{bad}");
        }
        assert!(of("urn:example:photos").build().is_ok());
    }

    #[test]
    fn a_service_says_of_itself_what_it_was_built_with_and_nothing_empty() {
        let service = Service::builder(&provider(), "https://photos.example/api").build().expect("a service");
        let metadata: serde_json::Value = serde_json::from_str(&service.0.metadata).expect("JSON");
        assert_eq!(metadata["resource"], "https://photos.example/api");
        assert_eq!(metadata["authorization_servers"], json!(["https://login.example"]));
        assert_eq!((metadata.get("scopes_supported"), metadata.get("resource_name")), (None, None));
        assert_eq!(service.0.metadata_at.as_deref(), Some("https://photos.example/.well-known/oauth-protected-resource/api"));
    }
}
