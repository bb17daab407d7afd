//! Which addresses are not the open internet.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is none that a stranger may have us call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// This machine.
    Loopback,
    /// A network behind an operator's border (RFC 1918, RFC 4193, RFC 3879).
    Private,
    /// The link, with the metadata service of most clouds (RFC 3927, RFC 4291 §2.5.6).
    LinkLocal,
    /// Between a provider and its customers (RFC 6598).
    Shared,
    /// No host, or this one (RFC 1122 §3.2.1.3, RFC 4291 §2.5.2).
    Unspecified,
    /// Many hosts.
    Multicast,
    /// For examples, benchmarks, protocols or later (RFC 6890 and its registries).
    Reserved,
    /// An IPv4 address in the clothes of IPv6, by a mechanism that leads elsewhere than it seems.
    Tunnel,
    /// A cloud's own service at a public address.
    Cloud,
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "loopback",
            Self::Private => "private",
            Self::LinkLocal => "link-local",
            Self::Shared => "shared address space",
            Self::Unspecified => "unspecified",
            Self::Multicast => "multicast",
            Self::Reserved => "reserved",
            Self::Tunnel => "transition mechanism",
            Self::Cloud => "service of a cloud",
        })
    }
}

/// The IANA registry of special IPv4 addresses, and what clouds added to it. The first row that holds counts.
const V4: &[(Ipv4Addr, u32, Class)] = &[
    (Ipv4Addr::UNSPECIFIED, 8, Class::Unspecified),
    (Ipv4Addr::new(10, 0, 0, 0), 8, Class::Private),
    (Ipv4Addr::new(100, 64, 0, 0), 10, Class::Shared),
    (Ipv4Addr::new(127, 0, 0, 0), 8, Class::Loopback),
    // Azure's platform service answers every virtual machine there.
    (Ipv4Addr::new(168, 63, 129, 16), 32, Class::Cloud),
    (Ipv4Addr::new(169, 254, 0, 0), 16, Class::LinkLocal),
    (Ipv4Addr::new(172, 16, 0, 0), 12, Class::Private),
    (Ipv4Addr::new(192, 0, 0, 0), 24, Class::Reserved),
    (Ipv4Addr::new(192, 0, 2, 0), 24, Class::Reserved),
    (Ipv4Addr::new(192, 88, 99, 0), 24, Class::Tunnel),
    (Ipv4Addr::new(192, 168, 0, 0), 16, Class::Private),
    (Ipv4Addr::new(198, 18, 0, 0), 15, Class::Reserved),
    (Ipv4Addr::new(198, 51, 100, 0), 24, Class::Reserved),
    (Ipv4Addr::new(203, 0, 113, 0), 24, Class::Reserved),
    (Ipv4Addr::new(224, 0, 0, 0), 4, Class::Multicast),
    // With the limited broadcast, 255.255.255.255.
    (Ipv4Addr::new(240, 0, 0, 0), 4, Class::Reserved),
];

const fn v6(a: u16, b: u16, c: u16) -> Ipv6Addr {
    Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)
}

/// The same for IPv6; what is outside of global unicast (RFC 4291 §2.4: `2000::/3`) is reserved anyway.
const V6: &[(Ipv6Addr, u32, Class)] = &[
    (Ipv6Addr::LOCALHOST, 128, Class::Loopback),
    (Ipv6Addr::UNSPECIFIED, 128, Class::Unspecified),
    // IPv4-compatible (RFC 4291 §2.5.5.1), NAT64 of a local network (RFC 8215), Teredo (RFC 4380), 6to4 (RFC 3056).
    (v6(0, 0, 0), 96, Class::Tunnel),
    (v6(0x64, 0xff9b, 1), 48, Class::Tunnel),
    (v6(0x2001, 0, 0), 32, Class::Tunnel),
    (v6(0x2002, 0, 0), 16, Class::Tunnel),
    (v6(0x2001, 0, 0), 23, Class::Reserved),
    (v6(0x2001, 0xdb8, 0), 32, Class::Reserved),
    (v6(0x3fff, 0, 0), 20, Class::Reserved),
    (v6(0xfc00, 0, 0), 7, Class::Private),
    (v6(0xfec0, 0, 0), 10, Class::Private),
    (v6(0xfe80, 0, 0), 10, Class::LinkLocal),
    (v6(0xff00, 0, 0), 8, Class::Multicast),
];

/// What is special about an address; nothing about one of the open internet.
///
/// An IPv4 address mapped into IPv6 is judged as the IPv4 one, and so is one behind the well-known NAT64 prefix (RFC 6052 §2.1):
/// networks without IPv4 reach everybody by it.
pub fn class(ip: IpAddr) -> Option<Class> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => class4(ip),
        IpAddr::V6(ip) => class6(ip),
    }
}

fn class4(ip: Ipv4Addr) -> Option<Class> {
    let within = |net: Ipv4Addr, prefix: u32| (net.to_bits() ^ ip.to_bits()).leading_zeros() >= prefix;
    V4.iter().find(|(net, prefix, _)| within(*net, *prefix)).map(|(_, _, class)| *class)
}

fn class6(ip: Ipv6Addr) -> Option<Class> {
    let within = |net: Ipv6Addr, prefix: u32| (net.to_bits() ^ ip.to_bits()).leading_zeros() >= prefix;
    if within(v6(0x64, 0xff9b, 0), 96) {
        let [.., a, b, c, d] = ip.octets();
        return class4(Ipv4Addr::new(a, b, c, d));
    }
    let special = V6.iter().find(|(net, prefix, _)| within(*net, *prefix)).map(|(_, _, class)| *class);
    special.or_else(|| (!within(v6(0x2000, 0, 0), 3)).then_some(Class::Reserved))
}
