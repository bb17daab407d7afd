//! What a provider says of itself: OpenID Connect Discovery section 3, RFC 8414 section 2.

use serde::Deserialize;
use url::Url;

use crate::error::ProviderError;
use crate::http::may_be_called;

/// A provider's metadata, as far as it is used here. Every address in it may be called: https, or http on the loopback when the issuer
/// itself is there.
#[derive(Clone, Debug)]
pub struct Metadata(Raw);

#[derive(Clone, Debug, Deserialize)]
struct Raw {
    issuer: String,
    authorization_endpoint: Option<Url>,
    token_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    userinfo_endpoint: Option<Url>,
    end_session_endpoint: Option<Url>,
    introspection_endpoint: Option<Url>,
    revocation_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Declares the addresses: the methods that give them, and what [`Metadata::judged`] looks through.
macro_rules! endpoints {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        impl Metadata {
            $($(#[$doc])*
            ///
            /// # Errors
            /// [`ProviderError::NotOffered`] where the metadata has none.
            pub fn $name(&self) -> Result<&Url, ProviderError> {
                self.0.$name.as_ref().ok_or(ProviderError::NotOffered(stringify!($name)))
            })+
        }

        impl Raw {
            fn endpoints(&self) -> impl Iterator<Item = (&'static str, &Url)> {
                [$((stringify!($name), &self.$name)),+].into_iter().filter_map(|(name, url)| Some((name, url.as_ref()?)))
            }
        }
    };
}

endpoints! {
    /// Where browsers are sent to log in (RFC 6749 section 3.1).
    authorization_endpoint;
    /// Where codes become tokens (RFC 6749 section 3.2).
    token_endpoint;
    /// The provider's public keys (RFC 7517).
    jwks_uri;
    /// Who a person is (OpenID Connect Core section 5.3).
    userinfo_endpoint;
    /// Where browsers are sent to log out (OpenID Connect RP-Initiated Logout 1.0).
    end_session_endpoint;
    /// What a token is worth (RFC 7662).
    introspection_endpoint;
    /// Where a token is given back (RFC 7009).
    revocation_endpoint;
}

impl Metadata {
    /// Reads a document that must be of `issuer`.
    ///
    /// # Errors
    /// [`ProviderError::OtherIssuer`] unless it names exactly this issuer, [`ProviderError::BadEndpoint`], and
    /// [`ProviderError::BadAnswer`] when it is no such document (`url` and status say where it came from).
    pub(crate) fn read(json: &[u8], issuer: &str, url: &Url) -> Result<Self, ProviderError> {
        let bad = |_| ProviderError::BadAnswer { url: url.to_string(), status: 200, what: "that is no provider metadata" };
        Self::judged(serde_json::from_slice(json).map_err(bad)?, issuer)
    }

    fn judged(raw: Raw, issuer: &str) -> Result<Self, ProviderError> {
        // RFC 8414 section 3.3: "MUST be identical".
        if raw.issuer != issuer {
            return Err(ProviderError::OtherIssuer { expected: issuer.to_owned(), found: raw.issuer.chars().take(200).collect() });
        }
        // What speaks for an https issuer is https: it has no business on the machine of its apps.
        let confidential = issuer.starts_with("https:");
        let bad = raw.endpoints().find(|(_, url)| !may_be_called(url) || confidential && url.scheme() != "https").map(|(name, _)| name);
        bad.map_or(Ok(Self(raw)), |name| Err(ProviderError::BadEndpoint(name)))
    }

    /// The issuer, exactly as its tokens name it.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// Whether its answers through the browser say whose they are (RFC 9207 section 3): then one that doesn't is refused.
    pub fn says_iss(&self) -> bool {
        self.0.authorization_response_iss_parameter_supported
    }
}

#[cfg(test)]
mod tests {
    use super::Metadata;
    use crate::error::ProviderError;
    use serde_json::{Value, json};
    use url::Url;

    const ISSUER: &str = "https://login.example";

    fn read(issuer: &str, changes: Value) -> Result<Metadata, ProviderError> {
        let mut json = json!({"issuer": ISSUER, "token_endpoint": "https://login.example/token"});
        json.as_object_mut().expect("members").extend(changes.as_object().expect("members").clone());
        let url = Url::parse("https://login.example/.well-known/openid-configuration").expect("a URL");
        Metadata::read(json.to_string().as_bytes(), issuer, &url)
    }

    #[test]
    fn the_issuer_is_compared_as_it_is_written() {
        assert!(read(ISSUER, json!({})).is_ok_and(|found| found.issuer() == ISSUER));
        for other in ["https://login.example/", "https://LOGIN.example", "https://login.example:443", "https://evil.example", ""] {
            // Law: another text is another issuer.
            assert!(matches!(read(ISSUER, json!({"issuer": other})), Err(ProviderError::OtherIssuer { .. })), "{other}");
        }
    }

    #[test]
    fn an_https_provider_sends_nobody_to_the_apps_own_machine_or_over_plain_http() {
        for bad in
            ["http://127.0.0.1/token", "http://localhost:9/token", "http://login.example/token", "https://a:b@login.example/", "ftp://x/"]
        {
            assert!(matches!(read(ISSUER, json!({"token_endpoint": bad})), Err(ProviderError::BadEndpoint("token_endpoint"))), "{bad}");
        }
        let local = json!({"issuer": "http://127.0.0.1:8000", "token_endpoint": "http://127.0.0.1:8000/token"});
        assert!(read("http://127.0.0.1:8000", local).is_ok());
    }

    #[test]
    fn what_is_not_offered_is_said_by_name_and_what_is_no_metadata_is_an_error() {
        let found = read(ISSUER, json!({})).expect("metadata");
        assert!(found.token_endpoint().is_ok() && !found.says_iss());
        assert_eq!(found.userinfo_endpoint(), Err(ProviderError::NotOffered("userinfo_endpoint")));
        for bad in [json!({"issuer": 7}), json!({"token_endpoint": "/token"}), json!({"jwks_uri": ["https://a.example"]})] {
            assert!(matches!(read(ISSUER, bad.clone()), Err(ProviderError::BadAnswer { .. })), "{bad}");
        }
    }
}
