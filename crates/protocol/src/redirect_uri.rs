//! Redirect URIs: what may be registered, and when a request names a registered one.

use crate::values::is_loopback;
use serde::{Deserialize, Serialize};
use std::fmt;
use url::Url;

/// A redirect URI, byte for byte as it was registered or requested.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct RedirectUri(String);

/// Why a URI can't be registered (RFC 6749 §3.1.2; RFC 9700 §4.1; RFC 8252 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectUriError {
    /// It isn't an absolute URI of printable ASCII.
    NotAbsolute,
    /// It has a fragment (RFC 6749 §3.1.2).
    Fragment,
    /// It has credentials, a wildcard or a backslash: forms that readers of URLs take differently.
    Ambiguous,
    /// Plain http is only for the loopback.
    PlainHttp,
    /// A scheme a browser runs or reads itself, or a custom one that isn't in reverse-domain form (RFC 8252 §7.1).
    Scheme,
}

impl fmt::Display for RedirectUriError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAbsolute => "it must be an absolute URI in printable ASCII, like https://app.example/callback",
            Self::Fragment => "it must have no fragment (#…)",
            Self::Ambiguous => "it must have no user name, wildcard or backslash",
            Self::PlainHttp => "it must be https (http is for 127.0.0.1, [::1] and localhost only)",
            Self::Scheme => "a custom scheme must be in reverse-domain form, like com.example.app:/callback",
        })
    }
}

impl std::error::Error for RedirectUriError {}

impl RedirectUri {
    /// Checks a URI for registration.
    ///
    /// # Errors
    /// [`RedirectUriError`] says what is wrong with it.
    pub fn register(text: &str) -> Result<Self, RedirectUriError> {
        if text.len() > 2048 || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(RedirectUriError::NotAbsolute);
        }
        if text.contains('#') {
            return Err(RedirectUriError::Fragment);
        }
        if text.contains(['\\', '*']) {
            return Err(RedirectUriError::Ambiguous);
        }
        let url = Url::parse(text).map_err(|_| RedirectUriError::NotAbsolute)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RedirectUriError::Ambiguous);
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(RedirectUriError::PlainHttp),
            // RFC 8252 §7.1: "apps MUST use a URI scheme based on a domain name under their control, expressed in reverse order";
            // the dot also keeps javascript:, data:, file:, about: … out.
            scheme if scheme.contains('.') => {}
            _ => return Err(RedirectUriError::Scheme),
        }
        Ok(Self(text.to_owned()))
    }

    /// Takes a URI that was registered before: from the store.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The URI.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request's `asked` means this one: the same bytes (RFC 9700 §2.1), or, where `any_port` grants it, the same but for
    /// the port on a loopback host (RFC 8252 §7.3: "MUST allow any port").
    pub fn matches(&self, asked: &str, any_port: LoopbackPorts) -> bool {
        self.0 == asked || self.matches_but_for_port(asked, any_port)
    }

    fn matches_but_for_port(&self, asked: &str, any_port: LoopbackPorts) -> bool {
        let (Some(mine), Some(theirs)) = (LoopbackUri::read(&self.0), LoopbackUri::read(asked)) else {
            return false;
        };
        let allowed = match any_port {
            LoopbackPorts::Exact => false,
            LoopbackPorts::AddressesOnly => mine.host != "localhost",
            LoopbackPorts::NameToo => true,
        };
        allowed && mine.host == theirs.host && mine.rest == theirs.rest
    }

    /// The host to show to a person, or the scheme of an app's own.
    pub fn shown_host(&self) -> String {
        Url::parse(&self.0).ok().map_or_else(
            || self.0.clone(),
            |url| match (url.host_str(), url.port()) {
                (Some(host), Some(port)) => format!("{host}:{port}"),
                (Some(host), None) if !host.is_empty() => host.to_owned(),
                _ => format!("{}:", url.scheme()),
            },
        )
    }

    /// Whether nobody vouches for who receives it: a loopback address or an app's own scheme.
    pub fn is_unvouched(&self) -> bool {
        Url::parse(&self.0).map_or(true, |url| is_loopback(&url) || !matches!(url.scheme(), "https" | "http"))
    }

    /// Its origin for a `form-action` source list, unless it can't be written as one (a custom scheme, an IPv6 address).
    pub fn csp_source(&self) -> Option<String> {
        let url = Url::parse(&self.0).ok()?;
        let expressible = matches!(url.scheme(), "https" | "http") && !matches!(url.host(), Some(url::Host::Ipv6(_)) | None);
        expressible.then(|| url.origin().ascii_serialization())
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for RedirectUri {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        Self::register(&text).map_err(|why| serde::de::Error::custom(format!("redirect URI {text:?}: {why}")))
    }
}

/// For which loopback hosts a request may choose the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopbackPorts {
    /// None: the port is part of the exact comparison.
    Exact,
    /// `127.0.0.1` and `[::1]` (RFC 8252 §7.3).
    AddressesOnly,
    /// These and the name `localhost`, for public clients that register it.
    NameToo,
}

/// An `http` URI on the loopback, cut by its text alone: nothing is normalised.
struct LoopbackUri<'u> {
    host: &'u str,
    rest: &'u str,
}

impl<'u> LoopbackUri<'u> {
    fn read(text: &'u str) -> Option<Self> {
        let after = text.strip_prefix("http://")?;
        let end = after.find(['/', '?']).unwrap_or(after.len());
        let (authority, rest) = after.split_at(end);
        let host = ["127.0.0.1", "[::1]", "localhost"].into_iter().find(|host| authority.starts_with(host))?;
        let port = &authority[host.len()..];
        let port_fine = port.is_empty()
            || port.strip_prefix(':').is_some_and(|digits| {
                digits.len() <= 5 && digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok_and(|p| p > 0)
            });
        let rest_fine = rest.bytes().all(|b| b.is_ascii_graphic() && b != b'\\' && b != b'#');
        (port_fine && rest_fine).then_some(Self { host, rest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LoopbackPorts::{AddressesOnly, Exact, NameToo};
    use proptest::prelude::*;

    fn uri(text: &str) -> RedirectUri {
        RedirectUri::stored(text)
    }

    #[test]
    fn what_may_not_be_registered() {
        use RedirectUriError::*;
        for (bad, why) in [
            ("", NotAbsolute),
            ("/callback", NotAbsolute),
            ("https://app.example/cb#x", Fragment),
            ("https://me@app.example/cb", Ambiguous),
            ("https://*.app.example/cb", Ambiguous),
            ("https://app.example\\@evil.example", Ambiguous),
            ("http://app.example/cb", PlainHttp),
            ("http://127.0.0.1.evil.example/cb", PlainHttp),
            ("javascript:alert(1)", Scheme),
            ("data:text/html,x", Scheme),
            ("myapp:/cb", Scheme),
            ("https://app.example/c b", NotAbsolute),
            ("https://äpp.example/cb", NotAbsolute),
        ] {
            assert_eq!(RedirectUri::register(bad).err(), Some(why), "{bad}");
        }
        for good in
            ["https://app.example/cb?x=1", "http://127.0.0.1/cb", "http://[::1]:4000/cb", "http://localhost:3000", "com.example.app:/cb"]
        {
            assert!(RedirectUri::register(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn a_request_must_name_the_very_bytes() {
        let registered = uri("https://app.example/cb");
        for asked in [
            "https://app.example/cb/",
            "https://app.example/cb?x",
            "https://APP.example/cb",
            "https://app.example:443/cb",
            "https://app.example/%63b",
            "https://app.example/cb#",
            "https://app.example/x/../cb",
            "https://app.example@evil.example/cb",
            "https://app.example/cb\\",
            "http://app.example/cb",
            "",
        ] {
            assert!(!registered.matches(asked, NameToo), "{asked}");
        }
        assert!(registered.matches("https://app.example/cb", Exact));
    }

    #[test]
    fn any_port_on_the_loopback_and_nothing_else_may_differ() {
        let registered = uri("http://127.0.0.1/cb?x=1");
        assert!(registered.matches("http://127.0.0.1:51004/cb?x=1", AddressesOnly));
        assert!(!registered.matches("http://127.0.0.1:51004/cb?x=1", Exact));
        for asked in [
            "http://127.0.0.1:51004/cb",
            "http://127.0.0.1:51004/CB?x=1",
            "http://127.0.0.2:1/cb?x=1",
            "http://localhost:1/cb?x=1",
            "http://[::1]:1/cb?x=1",
            "https://127.0.0.1:1/cb?x=1",
            "http://127.0.0.1:80@evil.example/cb?x=1",
            "http://127.0.0.1:/cb?x=1",
            "http://127.0.0.1:99999/cb?x=1",
            "http://127.0.0.1:0/cb?x=1",
            "http://127.0.0.1.evil.example/cb?x=1",
            "http://127.0.0.1:1/cb?x=1#f",
            "http://127.0.0.1evil:1/cb?x=1",
            "http://127.0.0.1:1\\@evil.example/cb?x=1",
        ] {
            assert!(!registered.matches(asked, NameToo), "{asked}");
        }
    }

    #[test]
    fn the_name_localhost_has_free_ports_for_public_clients_only() {
        let registered = uri("http://localhost:3000/cb");
        assert!(registered.matches("http://localhost:4000/cb", NameToo));
        assert!(!registered.matches("http://localhost:4000/cb", AddressesOnly));
    }

    #[test]
    fn what_csp_cannot_express_has_no_source() {
        assert_eq!(uri("https://app.example:8443/cb").csp_source().as_deref(), Some("https://app.example:8443"));
        assert_eq!(uri("http://[::1]:1/cb").csp_source(), None);
        assert_eq!(uri("com.example.app:/cb").csp_source(), None);
        assert_eq!(uri("com.example.app:/cb").shown_host(), "com.example.app:");
    }

    proptest! {
        #[test]
        fn no_other_text_matches_an_https_uri(asked in "[ -~]{0,60}") {
            prop_assume!(asked != "https://app.example/cb");
            prop_assert!(!uri("https://app.example/cb").matches(&asked, NameToo));
        }
    }
}
