//! Each class of address, at its borders and in its disguises.

use super::super::address::{Class, class};
use super::super::{FetchError, Fetcher};
use super::{Told, development, get, ip, production};

/// First and last of each special range, by class.
const SPECIAL: &[(Class, &[&str])] = &[
    (Class::Loopback, &["127.0.0.0", "127.0.0.1", "127.255.255.255", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "64:ff9b::127.0.0.1"]),
    (
        Class::Private,
        &[
            "10.0.0.0",
            "10.255.255.255",
            "172.16.0.0",
            "172.31.255.255",
            "192.168.0.0",
            "192.168.255.255",
            "fc00::",
            "fd00:ec2::254",
            "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "fec0::1",
            "::ffff:10.0.0.1",
            "64:ff9b::10.0.0.1",
        ],
    ),
    (
        Class::LinkLocal,
        &["169.254.0.0", "169.254.169.254", "169.254.255.255", "fe80::", "febf::1", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254"],
    ),
    (Class::Shared, &["100.64.0.0", "100.100.100.200", "100.127.255.255"]),
    (Class::Unspecified, &["0.0.0.0", "0.1.2.3", "0.255.255.255", "::", "::ffff:0.0.0.0"]),
    (Class::Multicast, &["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1", "ffff::"]),
    (
        Class::Reserved,
        &[
            "192.0.0.0",
            "192.0.0.192",
            "192.0.2.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.255",
            "240.0.0.0",
            "255.255.255.255",
            "100::1",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff::1",
            "5f00::1",
            "4000::1",
            "1fff::1",
        ],
    ),
    (
        Class::Tunnel,
        &[
            "192.88.99.1",
            "::10.0.0.1",
            "::8.8.8.8",
            "64:ff9b:1::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:f5ff:fffe",
            "2002:a00:1::",
            "2002:808:808::1",
        ],
    ),
    (Class::Cloud, &["168.63.129.16", "::ffff:168.63.129.16"]),
];

/// Neighbours of the ranges above, and some of the open internet.
const OPEN: &[&str] = &[
    "1.0.0.0",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "168.63.129.15",
    "168.63.129.17",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700::1111",
    "3ffe::1",
];

#[test]
fn every_special_address_has_its_class_and_no_other_has_one() {
    for (expected, addresses) in SPECIAL {
        for text in *addresses {
            assert_eq!(class(ip(text)), Some(*expected), "{text}");
        }
    }
    for text in OPEN {
        // Law: the open internet can be reached.
        assert_eq!(class(ip(text)), None, "{text}");
    }
}

#[rocket::async_test]
async fn a_name_at_a_special_address_is_refused_before_a_connection() {
    for (expected, addresses) in SPECIAL {
        for text in *addresses {
            let resolver = Told::new(&[("client.example", &[&[*text]])]);
            let fetcher = Fetcher::with_resolver(production(&[]), resolver);
            let refused = get(&fetcher, "https://client.example/").await;
            // Law: nothing in our own network is called at a client's wish.
            assert!(matches!(refused, Err(FetchError::Address { class, .. }) if class == *expected), "{text}: {refused:?}");
        }
    }
}

#[rocket::async_test]
async fn one_bad_address_among_good_ones_is_one_too_many() {
    for list in [&["8.8.8.8", "10.0.0.1"][..], &["10.0.0.1", "8.8.8.8"], &["2606:4700::1111", "8.8.8.8", "::1"]] {
        let fetcher = Fetcher::with_resolver(production(&[]), Told::new(&[("client.example", &[list])]));
        // Law: which address is taken is not left to chance.
        assert!(matches!(get(&fetcher, "https://client.example/").await, Err(FetchError::Address { .. })), "{list:?}");
    }
}

#[rocket::async_test]
async fn an_address_is_known_in_every_spelling() {
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "%31%32%37.0.0.1",
        "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
        "127\u{3002}0\u{3002}0\u{3002}1",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "[fd00:ec2::254]",
        "[::]",
    ] {
        let resolver = Told::new(&[]);
        let fetcher = Fetcher::with_resolver(production(&[]), resolver.clone());
        let refused = get(&fetcher, &format!("https://{host}/")).await;
        assert!(matches!(refused, Err(FetchError::Address { .. })), "{host}: {refused:?}");
        // Law: a number is no name, and nobody is asked about it.
        assert_eq!(resolver.asked(), 0, "{host}");
    }
}

#[rocket::async_test]
async fn a_development_server_reaches_its_own_machine_and_nothing_else_that_is_private() {
    for text in ["10.0.0.1", "169.254.169.254", "192.168.1.1", "0.0.0.0", "::", "fd00::1", "fe80::1", "100.64.0.1", "::127.0.0.1"] {
        for scheme in ["https", "http"] {
            let fetcher = Fetcher::with_resolver(development(), Told::new(&[("client.example", &[&[text]])]));
            let refused = get(&fetcher, &format!("{scheme}://client.example/")).await;
            // Law: the exception is the loopback alone.
            assert!(matches!(refused, Err(FetchError::Address { .. })), "{scheme} {text}: {refused:?}");
        }
    }
}
