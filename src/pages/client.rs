//! The app a page speaks of, and where it will be answered.

use serde::Serialize;
use url::{Host, Url};

/// Longest name shown, in characters: a name must not push the address and the buttons out of sight.
const NAME_LENGTH: usize = 64;

/// Number of monogram colours in the stylesheet (`.tint-0` …).
const TINTS: u32 = 6;

/// An app as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientCard {
    /// Registered name; text from outside.
    pub name: String,
    /// One or two letters.
    pub monogram: String,
    /// Colour of the monogram, an index into the stylesheet's tints.
    pub tint: u8,
    /// Where the browser is sent afterwards.
    pub destination: Option<Destination>,
    /// `client_uri`.
    pub website: Option<WebLink>,
    /// `policy_uri`.
    pub policy: Option<WebLink>,
    /// `tos_uri`.
    pub terms: Option<WebLink>,
    /// Under which name its picture is at `/client-logo/`.
    pub logo: Option<String>,
    /// How it came here, where the operator didn't register it.
    pub stranger: Option<Stranger>,
}

/// How an app came here that nobody registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Stranger {
    /// It registered itself.
    Registered,
    /// It says who it is at an address of its own.
    Document {
        /// The host of that address, which whoever made the app holds.
        host: String,
    },
}

impl Stranger {
    /// An app that is the address of its metadata.
    pub fn at(address: &str) -> Self {
        Self::Document { host: Destination::of(address).host }
    }
}

impl ClientCard {
    /// An app without links; an empty name is replaced by the id. The id decides the colour.
    pub fn new(client_id: &str, name: &str) -> Self {
        let name = if name.trim().is_empty() { client_id } else { name };
        Self {
            name: shorten(name),
            monogram: monogram(name),
            tint: tint(client_id),
            destination: None,
            website: None,
            policy: None,
            terms: None,
            logo: None,
            stranger: None,
        }
    }

    /// The same app, answered at this redirect URI.
    #[must_use]
    pub fn answered_at(mut self, redirect_uri: &str) -> Self {
        self.destination = Some(Destination::of(redirect_uri));
        self
    }

    pub(super) fn sample() -> Self {
        let mut card = Self::new("s6BhdRkqt3", "Sunny Prints").answered_at("https://prints.example.com/callback");
        card.website = WebLink::parse("https://prints.example.com/");
        card.policy = WebLink::parse("https://prints.example.com/privacy");
        card.terms = WebLink::parse("https://prints.example.com/terms");
        card
    }

    pub(super) fn sample_native() -> Self {
        Self::new("cli", "photo-cli").answered_at("http://127.0.0.1:49152/done")
    }

    pub(super) fn sample_stranger() -> Self {
        let stranger = Some(Stranger::at("https://prints.example.com/oauth/client.json"));
        Self { logo: Some("czZCaGRSa3F0Mw".to_owned()), stranger, ..Self::sample() }
    }
}

/// Where an app is answered, as a person can check it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Destination {
    /// Host with port, or the scheme of an app on the device. International names stay in their ASCII form, where
    /// look-alike letters can't hide.
    pub host: String,
    /// What stands behind it.
    pub kind: DestinationKind,
}

/// What stands behind a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DestinationKind {
    /// A web site, whose name its owner had to register.
    Web,
    /// A program on the reader's own device (RFC 8252 7.3): nobody vouches for which one.
    Loopback,
    /// A private-use scheme (RFC 8252 7.1): any app can claim it.
    CustomScheme,
}

impl Destination {
    /// Reads a redirect URI. One that is no URL is shown as it is.
    pub fn of(redirect_uri: &str) -> Self {
        let Ok(url) = Url::parse(redirect_uri) else {
            return Self { host: redirect_uri.to_owned(), kind: DestinationKind::CustomScheme };
        };
        match (url.scheme(), url.host()) {
            ("http" | "https", Some(host)) => {
                let loopback = match host {
                    Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
                    Host::Ipv4(address) => address.is_loopback(),
                    Host::Ipv6(address) => address.is_loopback(),
                };
                let shown = url.port().map_or_else(|| host.to_string(), |port| format!("{host}:{port}"));
                Self { host: shown, kind: if loopback { DestinationKind::Loopback } else { DestinationKind::Web } }
            }
            (scheme, _) => Self { host: format!("{scheme}:"), kind: DestinationKind::CustomScheme },
        }
    }
}

/// A link out of the server that may stand in `href`: http or https and nothing else, so that no `javascript:` link
/// from a client's registration ever gets onto a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WebLink(String);

impl WebLink {
    /// Takes an absolute http(s) URL with a host; anything else gives none.
    pub fn parse(url: &str) -> Option<Self> {
        let parsed = Url::parse(url).ok()?;
        (matches!(parsed.scheme(), "http" | "https") && parsed.has_host()).then(|| Self(parsed.into()))
    }
}

/// A name of at most [`NAME_LENGTH`] characters; what was cut is marked by an ellipsis.
pub(super) fn shorten(name: &str) -> String {
    match name.char_indices().nth(NAME_LENGTH) {
        None => name.to_owned(),
        Some((end, _)) => format!("{}…", name[..end].trim_end()),
    }
}

/// The first letters of the first two words, or one character of a script that has no capital letters.
pub(super) fn monogram(name: &str) -> String {
    let initials: Vec<char> = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric())).take(2).collect();
    match initials.first() {
        None => "·".to_owned(),
        Some(first) if !first.is_lowercase() && !first.is_uppercase() => first.to_string(),
        Some(_) => initials.iter().filter_map(|c| c.to_uppercase().next()).collect(),
    }
}

/// A colour that stays with an id (FNV-1a: only spread matters here).
pub(super) fn tint(id: &str) -> u8 {
    let hash = id.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u8::try_from(hash % TINTS).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{ClientCard, Destination, DestinationKind, WebLink, monogram};

    #[test]
    fn only_web_addresses_become_links() {
        for url in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " data:text/html,x", "//evil", "/x", "ftp://x/", "", "https://"] {
            assert_eq!(WebLink::parse(url), None, "{url}");
        }
        assert!(WebLink::parse("https://app.example/about").is_some());
    }

    #[test]
    fn the_host_is_the_one_the_browser_goes_to_and_not_one_hidden_in_the_address() {
        for (uri, host, kind) in [
            ("https://app.example/cb", "app.example", DestinationKind::Web),
            ("https://app.example:8443/cb", "app.example:8443", DestinationKind::Web),
            ("https://bank.example@evil.example/", "evil.example", DestinationKind::Web),
            ("https://exämple.org/", "xn--exmple-cua.org", DestinationKind::Web),
            ("http://127.0.0.1:9/cb", "127.0.0.1:9", DestinationKind::Loopback),
            ("http://[::1]:9/cb", "[::1]:9", DestinationKind::Loopback),
            ("http://localhost/cb", "localhost", DestinationKind::Loopback),
            ("http://localhost.evil.example/cb", "localhost.evil.example", DestinationKind::Web),
            ("com.example.app:/cb", "com.example.app:", DestinationKind::CustomScheme),
            ("no url", "no url", DestinationKind::CustomScheme),
        ] {
            assert_eq!(Destination::of(uri), Destination { host: host.to_owned(), kind }, "{uri}");
        }
    }

    #[test]
    fn a_monogram_is_never_empty() {
        for (name, expected) in [("", "·"), ("🦊", "·"), ("打印店", "打"), ("sunny prints", "SP"), ("ßig", "S"), ("<b>", "B"), ("x", "X")]
        {
            assert_eq!(monogram(name), expected, "{name}");
        }
        assert_eq!(ClientCard::new("abc", "  ").name, "abc");
    }

    #[test]
    fn a_long_name_is_cut_by_characters_and_says_so() {
        assert_eq!(ClientCard::new("abc", &"长".repeat(64)).name.chars().count(), 64);
        let long = ClientCard::new("abc", &"长".repeat(10_000)).name;
        assert!(long.ends_with('…') && long.chars().count() == 65, "{long}");
    }
}
