//! Where outgoing requests may go: the URL before the name is resolved, the addresses after it.

use super::FetchError;
use super::address::{self, Class};
use crate::network::FetchAllow;
use std::net::IpAddr;
use url::{Host, Url};

/// The longest URL called, in bytes.
const LONGEST_URL: usize = 2048;

/// What the operator and the place of the server allow.
#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    /// Targets that are allowed although they are private.
    pub allow: FetchAllow,
    /// The issuer is on the loopback: its own machine may be called, also without TLS.
    pub development: bool,
}

/// A URL that may be called, if its addresses may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub https: bool,
    /// In normal form: an IPv6 address has no brackets, a name no final dot.
    pub host: String,
    pub port: u16,
    /// The address, where the URL names one: in any spelling that browsers know, since the parser brought it to the normal one.
    pub literal: Option<IpAddr>,
}

impl Target {
    /// Reads the parts of a URL that decide where a request goes.
    pub fn of(url: &Url) -> Result<Self, FetchError> {
        if url.as_str().len() > LONGEST_URL {
            return Err(FetchError::Url);
        }
        let https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(FetchError::Url),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Userinfo);
        }
        let (host, literal) = match url.host().ok_or(FetchError::Url)? {
            Host::Domain(name) => (name.strip_suffix('.').unwrap_or(name).to_owned(), None),
            Host::Ipv4(ip) => (ip.to_string(), Some(IpAddr::V4(ip))),
            Host::Ipv6(ip) => (ip.to_string(), Some(IpAddr::V6(ip))),
        };
        let port = url.port_or_known_default().filter(|port| *port != 0).ok_or(FetchError::Url)?;
        Ok(Self { https, host, port, literal })
    }
}

impl Rules {
    /// What can be said before the name is resolved.
    pub fn target(&self, url: &Url) -> Result<Target, FetchError> {
        let target = Target::of(url)?;
        if !target.https && !self.development { Err(FetchError::PlainHttp) } else { Ok(target) }
    }

    /// All addresses of a host, each of which must be allowed: a name that has one good and one bad address is refused.
    pub fn vet(&self, target: &Target, addresses: &[IpAddr]) -> Result<Vec<IpAddr>, FetchError> {
        let vetted: Vec<IpAddr> = addresses.iter().map(|ip| self.vet_one(target, ip.to_canonical())).collect::<Result<_, _>>()?;
        if vetted.is_empty() { Err(FetchError::Resolve) } else { Ok(vetted) }
    }

    fn vet_one(&self, target: &Target, ip: IpAddr) -> Result<IpAddr, FetchError> {
        let class = address::class(ip);
        let named = self.allow.allows_host(&target.host) || self.allow.allows_ip(ip);
        let own = self.development && class == Some(Class::Loopback);
        match class {
            Some(class) if !named && !own => Err(FetchError::Address { host: target.host.clone(), ip, class }),
            Some(_) | None if !target.https && !named && !own => Err(FetchError::PlainHttp),
            Some(_) | None => Ok(ip),
        }
    }
}
