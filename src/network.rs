//! Addresses, networks and hosts that the operator names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// An address or a network in CIDR form. Never everybody: a prefix of zero is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// Whether an address lies in it. An IPv4 address mapped into IPv6 (`::ffff:10.0.0.1`) counts as the IPv4 one.
    pub fn contains(&self, ip: IpAddr) -> bool {
        match (self.address, ip.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(ip)) => (own.to_bits() ^ ip.to_bits()) & mask4(self.prefix) == 0,
            (IpAddr::V6(own), IpAddr::V6(ip)) => (own.to_bits() ^ ip.to_bits()) & mask6(self.prefix) == 0,
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn mask4(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

fn mask6(prefix: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(prefix)).unwrap_or(0)
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.prefix)
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (address, prefix) = text.split_once('/').map_or((text, None), |(address, prefix)| (address, Some(prefix)));
        let address: IpAddr = address.parse().map_err(|_| "is neither an IP address nor a network".to_owned())?;
        if address.to_canonical() != address {
            return Err("is an IPv4 address within IPv6: write it as IPv4".to_owned());
        }
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => most,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits
                .parse()
                .ok()
                .filter(|prefix| *prefix <= most)
                .ok_or_else(|| format!("has a prefix that is not within 1 and {most}"))?,
            Some(_) => return Err(format!("has a prefix that is not within 1 and {most}")),
        };
        if prefix == 0 {
            return Err("is everybody: name the network".to_owned());
        }
        let first = match address {
            IpAddr::V4(ip) => IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask4(prefix))),
            IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask6(prefix))),
        };
        if first != address {
            return Err(format!("is an address inside a network: write {first}/{prefix} for the network, or the address alone"));
        }
        Ok(Self { address, prefix })
    }
}

/// Several networks; empty means nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks(Vec<Network>);

impl Networks {
    /// Whether an address lies in any of them.
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(ip))
    }

    /// This machine itself.
    pub fn loopback() -> Self {
        [
            Network { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), prefix: 8 },
            Network { address: IpAddr::V6(Ipv6Addr::LOCALHOST), prefix: 128 },
        ]
        .into_iter()
        .collect()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Network> for Networks {
    fn from_iter<I: IntoIterator<Item = Network>>(networks: I) -> Self {
        Self(networks.into_iter().collect())
    }
}

/// Private or loopback targets that outgoing requests may reach all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchAllow {
    hosts: Vec<String>,
    networks: Networks,
}

impl FetchAllow {
    /// Takes one entry: a host name, an address or a network.
    ///
    /// # Errors
    /// What is wrong with it, to be read after its text.
    pub fn add(&mut self, entry: &str) -> Result<(), String> {
        let numeric = entry.rsplit('.').next().is_some_and(|label| label.starts_with(|c: char| c.is_ascii_digit()));
        if numeric || entry.contains(['/', ':']) {
            let network = entry.parse().map_err(|why| if entry.contains("//") { NOT_A_HOST.to_owned() } else { why })?;
            self.networks.0.push(network);
        } else {
            self.hosts.push(host_name(entry).ok_or(NOT_A_HOST)?);
        }
        Ok(())
    }

    /// Whether the host is allowed by name, whatever it resolves to.
    pub fn allows_host(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.hosts.iter().any(|host| host.eq_ignore_ascii_case(name))
    }

    /// Whether the address is allowed.
    pub fn allows_ip(&self, ip: IpAddr) -> bool {
        self.networks.contains(ip)
    }
}

const NOT_A_HOST: &str = "is no host name (no scheme, no port, no wildcard), address or network";

/// A host name in small letters, without the final dot (RFC 1123 section 2.1).
fn host_name(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    (name.len() <= 253 && name.split('.').all(label)).then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        text.parse().expect("a network")
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn an_address_lies_in_its_network_and_in_no_other() {
        for (net, inside, outside) in [
            ("10.0.0.0/8", "10.255.0.1", "11.0.0.0"),
            ("10.0.0.0/24", "10.0.0.255", "10.0.1.0"),
            ("127.0.0.1", "127.0.0.1", "127.0.0.2"),
            ("127.0.0.1", "::ffff:127.0.0.1", "::1"),
            ("fd00::/8", "fdff::1", "fe00::"),
            ("::1", "::1", "::2"),
            ("128.0.0.0/1", "255.255.255.255", "127.255.255.255"),
        ] {
            assert!(network(net).contains(ip(inside)), "{net} {inside}");
            // Law: nobody outside is let in.
            assert!(!network(net).contains(ip(outside)), "{net} {outside}");
        }
    }

    #[test]
    fn a_network_that_is_not_meant_is_refused() {
        for bad in [
            "",
            "localhost",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0.0/+8",
            "10.0.0.0/8/8",
            "0.0.0.0/0",
            "::/0",
            "fd00::1/8",
            "::1/129",
            "::ffff:10.0.0.1",
            "[::1]",
            "10.0.0.1:80",
            " 10.0.0.1",
            "010.0.0.1",
        ] {
            // Law: a proxy is believed only if it was named without doubt.
            assert!(bad.parse::<Network>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn no_networks_contain_nobody() {
        assert!(Networks::default().is_empty());
        // Law: nobody is trusted unless named.
        assert!(!Networks::default().contains(ip("127.0.0.1")));
    }

    #[test]
    fn hosts_are_compared_whole_and_without_case() {
        let mut allow = FetchAllow::default();
        for entry in ["JWKS.Internal.example.", "10.1.0.0/16", "localhost", "::1"] {
            allow.add(entry).expect("an entry");
        }
        assert!(allow.allows_host("jwks.internal.EXAMPLE") && allow.allows_host("localhost."));
        assert!(allow.allows_ip(ip("10.1.2.3")) && allow.allows_ip(ip("::1")));
        for name in ["internal.example", "x.jwks.internal.example", "jwks.internal.example.evil.example", "", "10.1.2.3"] {
            assert!(!allow.allows_host(name), "{name:?}");
        }
        // Law: what was not named stays out of reach.
        assert!(!allow.allows_ip(ip("127.0.0.1")) && !allow.allows_ip(ip("10.2.0.1")));
    }

    #[test]
    fn what_is_no_host_is_refused() {
        for bad in
            ["", ".", "*", "*.example", "https://a.example", "a.example:443", "a b", "-a.example", "a..b", "ä.example", "10.0.0", "0/0"]
        {
            // Law: an entry is a name, an address or a network, or an error.
            assert!(FetchAllow::default().add(bad).is_err(), "{bad:?}");
        }
    }
}
