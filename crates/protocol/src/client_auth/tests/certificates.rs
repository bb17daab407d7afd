//! Certificates as the proof (RFC 8705 §2).

use super::*;
use crate::certificate::{AlternativeNames, Certificate, DistinguishedName};

fn certificate() -> Certificate {
    Certificate {
        thumbprint: "the-thumbprint".to_owned(),
        subject: DistinguishedName::parse("CN=stock,O=Example,C=CN").expect("a name"),
        names: AlternativeNames {
            dns: vec!["stock.example".to_owned()],
            uris: vec!["spiffe://example/stock".to_owned()],
            ips: vec!["192.0.2.7".parse().expect("an address"), "2001:db8::7".parse().expect("an address")],
            emails: vec!["stock@example".to_owned()],
        },
        not_before: Timestamp(NOW.0 - 10),
        not_after: Timestamp(NOW.0 + 10),
        verified: true,
    }
}

fn outcome(metadata: &Value, certificate: Option<&Certificate>, body: &str, registered: &[&str]) -> Result<(), Check> {
    let mut all = json!({"redirect_uris": ["https://a.example/"], "token_endpoint_auth_method": "tls_client_auth"});
    all.as_object_mut().expect("an object").extend(metadata.as_object().cloned().unwrap_or_default());
    let client = Client::new(ClientId::new("app"), Metadata::read(all).expect("metadata"), None, Timestamp(0));
    let checks = &mut Checks::silent();
    let params = Params::parse(body.as_bytes(), &[]).expect("parameters");
    let registered: Vec<String> = registered.iter().map(|&text| text.to_owned()).collect();
    let run = || {
        let shown = Presented::read(&[], &params, checks)?;
        match begin(&shown, certificate, Some(Arc::new(client)), NOW, checks)? {
            Step::Proven(_) => Ok(()),
            Step::SelfSigned(own) => own.verify(&registered, checks).map(drop),
            Step::Asserted(_) => panic!("no assertion was shown"),
        }
    };
    run().map_err(|refusal: Refusal| refusal.check)
}

#[test]
fn the_registered_name_and_no_other() {
    for (member, good, bad) in [
        (
            "subject_dn",
            vec!["CN=stock,O=Example,C=CN", "cn=stock, o=Example, c=CN"],
            vec!["CN=stock,O=Example", "C=CN,O=Example,CN=stock", "CN=Stock,O=Example,C=CN"],
        ),
        ("san_dns", vec!["stock.example"], vec!["example", "x.stock.example", "STOCK.example", "*.example"]),
        ("san_uri", vec!["spiffe://example/stock"], vec!["spiffe://example/", "stock.example"]),
        ("san_ip", vec!["192.0.2.7", "2001:db8::7", "2001:0db8:0:0::7"], vec!["192.0.2.8", "::ffff:192.0.2.7"]),
        ("san_email", vec!["stock@example"], vec!["stock@Example", "stock"]),
    ] {
        for (names, expected) in [(good, Ok(())), (bad, Err(Check::TlsSubject))] {
            for name in names {
                let metadata = json!({format!("tls_client_auth_{member}"): name});
                assert_eq!(outcome(&metadata, Some(&certificate()), "client_id=app", &[]), expected, "{member} {name}");
            }
        }
    }
}

#[test]
fn a_certificate_without_a_name_names_nobody() {
    let bare = Certificate { subject: DistinguishedName::default(), names: AlternativeNames::default(), ..certificate() };
    for metadata in
        [json!({"tls_client_auth_subject_dn": "CN=stock"}), json!({"tls_client_auth_san_dns": ""}), json!({"tls_client_auth_san_uri": ""})]
    {
        assert_eq!(outcome(&metadata, Some(&bare), "client_id=app", &[]), Err(Check::TlsSubject), "{metadata}");
    }
}

#[test]
fn a_certificate_is_there_in_time_and_verified() {
    let metadata = json!({"tls_client_auth_san_dns": "stock.example"});
    let early = Certificate { not_before: Timestamp(NOW.0 + 1), ..certificate() };
    let late = Certificate { not_after: Timestamp(NOW.0 - 1), ..certificate() };
    let anybodys = Certificate { verified: false, ..certificate() };
    for (certificate, refusal) in [
        (None, Check::TlsCertificate),
        (Some(&early), Check::TlsCertificateInTime),
        (Some(&late), Check::TlsCertificateInTime),
        (Some(&anybodys), Check::TlsCertificateVerified),
    ] {
        assert_eq!(outcome(&metadata, certificate, "client_id=app", &[]), Err(refusal), "{refusal:?}");
    }
    assert_eq!(outcome(&metadata, Some(&certificate()), "client_id=app&client_secret=x", &[]), Err(Check::ClientAuthentic));
    assert_eq!(outcome(&metadata, Some(&certificate()), "x=y", &[]), Err(Check::CredentialsPresent));
}

#[test]
fn a_self_signed_certificate_is_a_registered_one() {
    let metadata = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth", "jwks_uri": "https://a.example/jwks"});
    let anybodys = Certificate { verified: false, ..certificate() };
    let late = Certificate { not_after: Timestamp(NOW.0 - 1), ..certificate() };
    assert_eq!(outcome(&metadata, Some(&anybodys), "client_id=app", &["other", "the-thumbprint"]), Ok(()));
    assert_eq!(outcome(&metadata, Some(&certificate()), "client_id=app", &["other"]), Err(Check::TlsSelfSigned));
    assert_eq!(outcome(&metadata, Some(&certificate()), "client_id=app", &[]), Err(Check::TlsSelfSigned));
    assert_eq!(outcome(&metadata, None, "client_id=app", &["the-thumbprint"]), Err(Check::TlsCertificate));
    assert_eq!(outcome(&metadata, Some(&late), "client_id=app", &["the-thumbprint"]), Err(Check::TlsCertificateInTime));
}

#[test]
fn a_stranger_learns_nothing_of_certificates() {
    for check in
        [Check::TlsCertificate, Check::TlsCertificateInTime, Check::TlsCertificateVerified, Check::TlsSubject, Check::TlsSelfSigned]
    {
        // Law: as for an unknown client.
        assert_eq!(Refusal::by(check).description(), Refusal::by(Check::ClientAuthentic).description());
        assert_eq!(Refusal::by(check).code(), Refusal::by(Check::ClientAuthentic).code());
    }
}
