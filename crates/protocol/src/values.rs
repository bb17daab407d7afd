//! Values with a meaning of their own, so that a client id can't be taken for a subject.

use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// A moment: whole seconds since 1970-01-01T00:00:00Z (`NumericDate`, RFC 7519 §2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment `span` later; saturates at the end of time instead of wrapping.
    #[must_use]
    pub fn plus(self, span: Seconds) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The moment `span` earlier.
    #[must_use]
    pub fn minus(self, span: Seconds) -> Self {
        Self(self.0.saturating_sub(span.0))
    }

    /// How long ago `earlier` was; negative when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Seconds {
        Seconds(self.0.saturating_sub(earlier.0))
    }
}

/// A span of whole seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub i64);

impl Seconds {
    /// So many minutes.
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }

    /// So many hours.
    pub const fn hours(n: i64) -> Self {
        Self(n * 3600)
    }

    /// So many days.
    pub const fn days(n: i64) -> Self {
        Self(n * 86400)
    }
}

macro_rules! text_ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes the text as it is; it is compared byte for byte.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

text_ids! {
    /// Names a client (RFC 6749 §2.2); public, chosen by the operator or by us.
    ClientId;
    /// Names a person towards clients: random, never reused (OpenID Connect Core §2 `sub`).
    Subject;
    /// Names a login session; goes into `sid` claims. It is not what the cookie holds.
    SessionId;
    /// Names a family of tokens that live and die together: what one approval gave.
    GrantId;
    /// Names one access token (`jti`, RFC 7519 §4.1.7).
    TokenId;
    /// Names one stored authorization or logout request in a page's address.
    InteractionId;
}

/// The issuer identifier: the one base from which every URL is derived (RFC 8414 §2, no query, no fragment).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Issuer {
    text: String,
    #[serde(skip)]
    url: Url,
}

/// Why a text is no issuer identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IssuerError {
    /// It isn't an absolute URL with a host.
    NotAUrl,
    /// Its scheme is neither https nor, on the loopback, http.
    Scheme,
    /// It has a query, a fragment or credentials.
    Parts,
}

impl fmt::Display for IssuerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAUrl => "it is not an absolute URL with a host",
            Self::Scheme => "it must begin with https:// (http:// only on 127.0.0.1, [::1] or localhost)",
            Self::Parts => "it must have no query, fragment or credentials",
        })
    }
}

impl std::error::Error for IssuerError {}

impl Issuer {
    /// Reads an issuer. A trailing slash is dropped, so that `issuer + path` is always well formed.
    ///
    /// # Errors
    /// [`IssuerError`] names what is wrong.
    pub fn parse(text: &str) -> Result<Self, IssuerError> {
        let url = Url::parse(text).map_err(|_| IssuerError::NotAUrl)?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(IssuerError::NotAUrl);
        }
        if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
            return Err(IssuerError::Parts);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            _ => return Err(IssuerError::Scheme),
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { text, url })
    }

    /// The identifier as it stands in tokens and metadata.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL of `path` (which begins with a slash) below the issuer.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.text)
    }

    /// Whether it is served over TLS: then cookies are `Secure` and `__Host-`.
    pub fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Whether its host is this machine's loopback.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.url)
    }

    /// The origin as browsers send it in `Origin` (RFC 6454 §6.2).
    pub fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// `host[:port]` as it stands in a `Host` header.
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// The path below which the server lives: empty, or `/…` without a trailing slash.
    pub fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether a URL's host is the loopback: `127.0.0.0/8`, `[::1]` or the name `localhost`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

/// The absolute URI of a protected resource: the audience of tokens for it (RFC 8707 §2).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ResourceUri(String);

impl ResourceUri {
    /// RFC 8707 §2: "MUST be an absolute URI", "MUST NOT include a fragment". Kept and compared as it was written.
    pub fn parse(text: &str) -> Option<Self> {
        let absolute = Url::parse(text).is_ok_and(|url| url.fragment().is_none());
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        (absolute && printable && text.len() <= 2048).then(|| Self(text.to_owned()))
    }

    /// The URI as registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for ResourceUri {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a resource is an absolute URI without a fragment, like https://photos.example/api"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_unless_it_is_the_loopback() {
        for good in ["https://login.example", "https://a.example/tenant", "http://127.0.0.1:8000", "http://[::1]:8000", "http://localhost"]
        {
            assert!(Issuer::parse(good).is_ok(), "{good}");
        }
        for (bad, why) in [
            ("http://login.example", IssuerError::Scheme),
            ("ftp://127.0.0.1", IssuerError::Scheme),
            ("http://127.0.0.1.evil.example", IssuerError::Scheme),
            ("https://a.example/?x", IssuerError::Parts),
            ("https://a.example/#x", IssuerError::Parts),
            ("https://me@a.example", IssuerError::Parts),
            ("login.example", IssuerError::NotAUrl),
            ("", IssuerError::NotAUrl),
        ] {
            assert_eq!(Issuer::parse(bad).err(), Some(why), "{bad}");
        }
    }

    #[test]
    fn an_issuer_has_no_trailing_slash_and_keeps_its_path() -> Result<(), IssuerError> {
        let issuer = Issuer::parse("https://a.example:8443/tenant/")?;
        assert_eq!(issuer.as_str(), "https://a.example:8443/tenant");
        assert_eq!(issuer.path(), "/tenant");
        assert_eq!(issuer.at("/token"), "https://a.example:8443/tenant/token");
        assert_eq!(issuer.authority(), "a.example:8443");
        assert_eq!(issuer.origin(), "https://a.example:8443");
        assert_eq!(Issuer::parse("https://a.example/")?.as_str(), "https://a.example");
        Ok(())
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_fragment() {
        assert!(ResourceUri::parse("https://photos.example/api").is_some());
        assert!(ResourceUri::parse("urn:example:photos").is_some());
        for bad in ["", "/photos", "photos", "https://a.example/#f", "https://a.example/ x", "https://a.example/é"] {
            assert!(ResourceUri::parse(bad).is_none(), "{bad}");
        }
    }
}
