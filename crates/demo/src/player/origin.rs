//! Where the player may go: written out, never guessed from a name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

/// `http` at one port of this machine's loopback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    host: Host,
    port: u16,
}

/// The three names of the loopback. A browser keeps cookies for each apart, so they aren't the same here either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Host {
    Name,
    V4,
    V6,
}

impl Host {
    const ALL: [Self; 3] = [Self::Name, Self::V4, Self::V6];

    fn text(self) -> &'static str {
        match self {
            Self::Name => "localhost",
            Self::V4 => "127.0.0.1",
            Self::V6 => "[::1]",
        }
    }
}

impl Origin {
    /// Reads `http://localhost:8080`, `http://127.0.0.1:8080` or `http://[::1]:8080`, letter for letter: nothing is normalised, so that
    /// `http://0`, `http://2130706433`, `http://127.1` and whatever else some parser takes for the loopback is none.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("http://")?;
        let host = Host::ALL.into_iter().find(|host| rest.starts_with(host.text()))?;
        let port = match rest.strip_prefix(host.text())? {
            "" => 80,
            port => {
                let digits = port.strip_prefix(':')?;
                if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                digits.parse().ok().filter(|port| *port > 0)?
            }
        };
        Some(Self { host, port })
    }

    /// The origin of an absolute URL, when it is one of the loopback and names no user.
    pub fn of(url: &Url) -> Option<Self> {
        let plain = url.username().is_empty() && url.password().is_none();
        plain.then(|| Self::parse(&url.origin().ascii_serialization())).flatten()
    }

    /// Whether `url` lies here.
    pub fn holds(&self, url: &Url) -> bool {
        Self::of(url).as_ref() == Some(self)
    }

    /// The URL of a path here. `None` when the path isn't one: it begins with exactly one slash, and no parser may read a host into it.
    pub fn at(&self, path: &str) -> Option<Url> {
        let sane = path.starts_with('/') && !path.starts_with("//") && path.len() <= 2048;
        if !sane || path.contains(['\\', '\t', '\r', '\n']) {
            return None;
        }
        Url::parse(&format!("{self}{path}")).ok().filter(|url| self.holds(url))
    }

    /// Host name as cookies know it.
    pub fn host(&self) -> &'static str {
        self.host.text()
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where to connect: `localhost` is either address of the loopback, whatever a resolver says (RFC 6761 §6.3).
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        let v4 = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), self.port);
        let v6 = SocketAddr::new(IpAddr::V6(Ipv6Addr::LOCALHOST), self.port);
        match self.host {
            Host::Name => vec![v4, v6],
            Host::V4 => vec![v4],
            Host::V6 => vec![v6],
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            80 => write!(f, "http://{}", self.host.text()),
            port => write!(f, "http://{}:{port}", self.host.text()),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used)]

    use super::Origin;
    use url::Url;

    #[test]
    fn the_loopback_is_known_by_three_names_and_no_other_spelling() {
        for good in ["http://localhost:8080", "http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost"] {
            assert_eq!(Origin::parse(good).expect(good).to_string(), good);
        }
        for bad in [
            "https://localhost:8080",
            "http://localhost:8080/",
            "http://localhost:0",
            "http://localhost:08080",
            "http://localhost:65536",
            "http://localhost:+80",
            "http://localhost.:8080",
            "http://localhost.evil.example",
            "http://LOCALHOST:8080",
            "http://localhost@evil.example",
            "http://127.0.0.1@evil.example",
            "http://127.0.0.1:80@evil.example",
            "http://0.0.0.0:8080",
            "http://0:8080",
            "http://127.1:8080",
            "http://127.0.0.2:8080",
            "http://2130706433:8080",
            "http://0x7f.0.0.1:8080",
            "http://017700000001:8080",
            "http://[::]:8080",
            "http://[::ffff:127.0.0.1]:8080",
            "http://[::ffff:7f00:1]:8080",
            "http://[0:0:0:0:0:0:0:1]:8080",
            "http://evil.example",
            "http://",
            "localhost:8080",
            "",
        ] {
            // Law: one spelling for each; what isn't written out isn't allowed.
            assert_eq!(Origin::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_path_stays_on_its_origin() {
        let origin = Origin::parse("http://localhost:8080").expect("an origin");
        assert_eq!(origin.at("/me?x=1").expect("a path").as_str(), "http://localhost:8080/me?x=1");
        for bad in ["", "me", "//evil.example", "/\\evil.example", "/\t/evil.example", "http://evil.example", "@evil.example", ":80/"] {
            assert_eq!(origin.at(bad), None, "{bad:?}");
        }
        for bad in ["http://user@localhost:8080/", "http://127.0.0.1:8080/", "http://localhost:8081/", "http://localhost/"] {
            // Law: another name, another port or a user is another place.
            assert!(!origin.holds(&Url::parse(bad).expect("a URL")), "{bad}");
        }
    }
}
