//! A certificate of an app's own.

use crate::START;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use doorward_protocol::jose::x5t_s256;
use rcgen::string::Ia5String;
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use serde_json::{Value, json};
use time::OffsetDateTime;

/// A self-signed certificate: what a proxy would hand on.
#[derive(Clone, Debug)]
pub struct AppCertificate {
    /// Its DER form.
    pub der: Vec<u8>,
    key: Vec<u8>,
}

impl AppCertificate {
    /// `CN=NAME,O=Example`, the alternative names `NAME.example` and its like, good for a day around [`START`].
    pub fn new(name: &str) -> Self {
        Self::lasting(name, START - 86_400, START + 86_400)
    }

    /// The same, good from and until these seconds.
    pub fn lasting(name: &str, from: i64, until: i64) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        params.distinguished_name.push(DnType::CommonName, name);
        let text = |text: String| Ia5String::try_from(text).expect("ASCII");
        params.subject_alt_names = vec![
            SanType::DnsName(text(format!("{name}.example"))),
            SanType::URI(text(format!("spiffe://example/{name}"))),
            SanType::Rfc822Name(text(format!("{name}@example.org"))),
            SanType::IpAddress("192.0.2.7".parse().expect("an address")),
            SanType::IpAddress("2001:db8::7".parse().expect("an address")),
        ];
        let moment = |at| OffsetDateTime::from_unix_timestamp(at).expect("a moment");
        (params.not_before, params.not_after) = (moment(from), moment(until));
        let key = KeyPair::generate().expect("a key");
        let der = params.self_signed(&key).expect("a certificate").der().to_vec();
        Self { der, key: key.public_key_raw().to_vec() }
    }

    /// Its thumbprint, as `x5t#S256` has it.
    pub fn thumbprint(&self) -> String {
        x5t_s256(&self.der)
    }

    /// The value of `Client-Cert` (RFC 9440 §2.1).
    pub fn rfc9440(&self) -> String {
        format!(":{}:", self.base64())
    }

    /// Its DER form in base64.
    pub fn base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// URL-encoded PEM, as nginx writes `$ssl_client_escaped_cert`.
    pub fn escaped_pem(&self) -> String {
        let base64 = self.base64();
        let lines: Vec<&str> = base64.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
        url::form_urlencoded::byte_serialize(pem.as_bytes()).collect::<String>().replace('+', "%20")
    }

    /// A JWK Set with the certificate as `x5c` (RFC 8705 §2.2.2).
    pub fn jwks(&self) -> Value {
        let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
        let (x, y) = (encode(&self.key[1..33]), encode(&self.key[33..65]));
        json!({"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "x": x, "y": y, "x5c": [self.base64()]}]})
    }
}
