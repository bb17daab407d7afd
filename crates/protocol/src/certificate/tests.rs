//! Names as people write them.
#![allow(clippy::expect_used)]

use super::*;
use serde_json::json;

fn name(parts: &[&[(&str, &str)]]) -> DistinguishedName {
    let own = |part: &&[(&str, &str)]| part.iter().map(|(kind, value)| ((*kind).to_owned(), Text::Plain((*value).to_owned()))).collect();
    DistinguishedName::new(parts.iter().map(own).collect())
}

const CN: &str = "2.5.4.3";
const O: &str = "2.5.4.10";
const OU: &str = "2.5.4.11";

#[test]
fn a_name_is_read_from_its_end() {
    let expected = name(&[&[(O, "Example, Inc.")], &[(OU, "Sales")], &[(CN, "client")]]);
    for text in [
        r"CN=client,OU=Sales,O=Example\, Inc.",
        r"cn=client, ou = Sales , O=Example\2C Inc.",
        r"2.5.4.3=client,2.5.4.11=Sales,2.5.4.10=Example\, Inc.",
        r"CN=\63lient,OU=Sales,O=Example\, Inc.  ",
    ] {
        assert_eq!(DistinguishedName::parse(text).as_ref(), Some(&expected), "{text}");
    }
    // Law: what is written is read again.
    assert_eq!(expected.to_string(), r"CN=client,OU=Sales,O=Example\, Inc.");
}

#[test]
fn rfc_4514_4_the_examples() {
    // RFC 4514 §4: each as it stands there.
    let dc = "0.9.2342.19200300.100.1.25";
    for (text, expected) in [
        ("UID=jsmith,DC=example,DC=net", name(&[&[(dc, "net")], &[(dc, "example")], &[("0.9.2342.19200300.100.1.1", "jsmith")]])),
        ("OU=Sales+CN=J.  Smith,DC=example,DC=net", name(&[&[(dc, "net")], &[(dc, "example")], &[(OU, "Sales"), (CN, "J.  Smith")]])),
        (
            r#"CN=James \"Jim\" Smith\, III,DC=example,DC=net"#,
            name(&[&[(dc, "net")], &[(dc, "example")], &[(CN, "James \"Jim\" Smith, III")]]),
        ),
        (r"CN=Before\0dAfter,DC=example,DC=net", name(&[&[(dc, "net")], &[(dc, "example")], &[(CN, "Before\rAfter")]])),
        (
            "1.3.6.1.4.1.1466.0=#04024869",
            DistinguishedName::new(vec![vec![("1.3.6.1.4.1.1466.0".to_owned(), Text::Hex("04024869".to_owned()))]]),
        ),
        (r"CN=Lu\C4\8Di\C4\87", name(&[&[(CN, "Lučić")]])),
    ] {
        assert_eq!(DistinguishedName::parse(text), Some(expected.clone()), "{text}");
        // Law: parse(print(x)) == x.
        assert_eq!(DistinguishedName::parse(&expected.to_string()), Some(expected), "{text}");
    }
}

#[test]
fn text_that_looks_like_a_number_is_text() {
    let text = name(&[&[(CN, "#04024869")]]);
    assert_eq!(DistinguishedName::parse(&text.to_string()).as_ref(), Some(&text));
    // Law: no value of one kind works as one of another.
    assert_ne!(DistinguishedName::parse("CN=#04024869"), Some(text));
}

#[test]
fn a_set_has_no_order_and_a_sequence_has() {
    let parse = |text| DistinguishedName::parse(text).expect("a name");
    assert_eq!(parse("OU=Sales+CN=client,O=x"), parse("CN=client+OU=Sales,O=x"));
    for other in
        ["O=x,CN=client+OU=Sales", "CN=client,OU=Sales,O=x", "CN=client+OU=Sales", "CN=client+OU=sales,O=x", "CN=Client+OU=Sales,O=x"]
    {
        // Law: another name is another party.
        assert_ne!(parse("CN=client+OU=Sales,O=x"), parse(other), "{other}");
    }
}

#[test]
fn what_is_no_name_is_none() {
    for text in [
        "",
        " ",
        "CN",
        "CN=",
        "=x",
        "CN=a,",
        ",CN=a",
        "CN=a,,O=b",
        "XX=a",
        "CN=a\\",
        "CN=\\zz",
        "CN=a;O=b",
        "CN=\"a\"",
        "CN=\\ff",
        "1..2=a",
        "CN=#",
        "CN=#0",
        "CN=#zz",
        "12=a",
    ] {
        assert_eq!(DistinguishedName::parse(text), None, "{text:?}");
    }
}

#[test]
fn certificates_of_a_key_set_are_known_by_thumbprint() {
    let jwks = json!({"keys": [{"kty": "EC", "x5c": ["AQID", "BAUG"]}, {"kty": "RSA", "x5t#S256": "abc"}, {"kty": "EC"}, {"x5c": []}, {"x5c": "AQID"}, {"x5c": ["!"]}]});
    // Law: the first of a chain is the key's own.
    assert_eq!(thumbprints(&jwks), [x5t_s256(&[1, 2, 3]), "abc".to_owned()]);
    assert!(thumbprints(&json!({})).is_empty() && thumbprints(&json!({"keys": {}})).is_empty());
}

#[test]
fn a_certificate_has_its_time() {
    let certificate = Certificate { not_before: Timestamp(10), not_after: Timestamp(20), ..Certificate::default() };
    for (now, good) in [(9, false), (10, true), (20, true), (21, false)] {
        assert_eq!(certificate.is_in_time(Timestamp(now)), good, "{now}");
    }
}
