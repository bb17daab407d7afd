//! The client certificate of a request: from the TLS connection that ends here, or from the header of a proxy we trust.

use crate::http::App;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use doorward_protocol::certificate::{AlternativeNames, Attribute, Certificate, DistinguishedName, Text};
use doorward_protocol::jose::x5t_s256;
use doorward_protocol::values::Timestamp;
use percent_encoding::percent_decode_str;
use rocket::Request;
use std::net::IpAddr;
use std::sync::Arc;
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::{Ia5StringRef, PrintableStringRef, TeletexStringRef, Utf8StringRef};
use x509_cert::der::{Decode, Encode, Tag, Tagged};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::time::Time;

/// The longest certificate looked at, as text in a header.
const LONGEST: usize = 32 * 1024;

/// The certificate of a request, if one came that can be believed.
///
/// A header counts when it comes straight from a trusted proxy; then it alone, since a certificate of that very connection is the
/// proxy's own.
pub(super) async fn of(request: &Request<'_>) -> Option<Arc<Certificate>> {
    let app = request.rocket().state::<App>()?;
    let by_proxy = request.remote().is_some_and(|remote| app.trusted_proxies.contains(remote.ip()));
    let found = match &app.client_cert_header {
        Some(name) if by_proxy => handed_on(request, name, app.client_cert_verified_header.as_deref()),
        Some(_) | None => of_connection(request).await,
    };
    found.map(Arc::new)
}

/// Verified is only what the proxy says it verified: under `optional_no_ca` it hands on what anybody made.
fn handed_on(request: &Request<'_>, name: &str, verified: Option<&str>) -> Option<Certificate> {
    let headers = request.headers();
    let mut values = headers.get(name).filter(|value| !value.trim().is_empty());
    let value = values.next()?;
    let der = if values.next().is_some() { Err("it came more than once") } else { der(value) };
    match der.and_then(|der| read(&der)) {
        Ok(certificate) => {
            let said: Vec<&str> = verified.into_iter().flat_map(|name| headers.get(name)).collect();
            let verified = matches!(said[..], ["SUCCESS"]);
            Some(Certificate { verified, ..certificate })
        }
        Err(why) => {
            tracing::warn!(target: "doorward::security", header = name, why, "a certificate handed on by a proxy is not used");
            None
        }
    }
}

#[cfg(feature = "tls")]
async fn of_connection(request: &Request<'_>) -> Option<Certificate> {
    // Rocket verifies the chain against its `tls.mutual.ca_certs` in the handshake.
    let shown = request.guard::<rocket::mtls::Certificate<'_>>().await.succeeded()?;
    match read(shown.as_bytes()) {
        Ok(certificate) => Some(Certificate { verified: true, ..certificate }),
        Err(why) => {
            tracing::warn!(target: "doorward::security", why, "the certificate of a connection is not used");
            None
        }
    }
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unused_async, reason = "with TLS a guard is awaited")]
async fn of_connection(_request: &Request<'_>) -> Option<Certificate> {
    None
}

/// The DER form from the text of a header: RFC 9440 §2.1 (`:base64:`), URL-encoded PEM, or bare base64.
fn der(text: &str) -> Result<Vec<u8>, &'static str> {
    let text = text.trim();
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    let decode = |base64: &str| STANDARD.decode(base64).map_err(|_| "its base64 is malformed");
    if let Some(inner) = text.strip_prefix(':') {
        return decode(inner.strip_suffix(':').ok_or("it lacks the colon at its end")?);
    }
    let plain = percent_decode_str(text).decode_utf8().map_err(|_| "it is no UTF-8")?;
    let Some(inner) = plain.trim().strip_prefix("-----BEGIN CERTIFICATE-----") else { return decode(text) };
    let inner = inner.strip_suffix("-----END CERTIFICATE-----").ok_or("its PEM has no end, or more than one certificate")?;
    decode(&inner.chars().filter(|c| !c.is_ascii_whitespace()).collect::<String>())
}

/// What the rules look at, from the DER form.
fn read(der: &[u8]) -> Result<Certificate, &'static str> {
    let certificate = x509_cert::Certificate::from_der(der).map_err(|_| "it is no X.509 certificate")?;
    let tbs = &certificate.tbs_certificate;
    let part = |part: &x509_cert::name::RelativeDistinguishedName| part.0.iter().map(attribute).collect::<Option<Vec<_>>>();
    let parts = tbs.subject.0.iter().map(part).collect::<Option<Vec<_>>>().ok_or("its subject is malformed")?;
    let names = match tbs.get::<SubjectAltName>().map_err(|_| "its alternative names are malformed")? {
        Some((_, names)) => alternative(&names),
        None => AlternativeNames::default(),
    };
    Ok(Certificate {
        thumbprint: x5t_s256(der),
        subject: DistinguishedName::new(parts),
        names,
        not_before: moment(&tbs.validity.not_before),
        not_after: moment(&tbs.validity.not_after),
        verified: false,
    })
}

fn moment(time: &Time) -> Timestamp {
    Timestamp(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
}

fn attribute(attribute: &AttributeTypeAndValue) -> Option<Attribute> {
    let value = &attribute.value;
    let text = match value.tag() {
        Tag::Utf8String => value.decode_as::<Utf8StringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::PrintableString => value.decode_as::<PrintableStringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::Ia5String => value.decode_as::<Ia5StringRef<'_>>().ok()?.as_str().to_owned(),
        Tag::TeletexString => value.decode_as::<TeletexStringRef<'_>>().ok()?.as_str().to_owned(),
        _ => {
            let digits = |byte: &u8| [byte >> 4, byte & 15].map(|half| char::from_digit(u32::from(half), 16).unwrap_or('0'));
            let hex = value.to_der().ok()?.iter().flat_map(digits).collect();
            return Some((attribute.oid.to_string(), Text::Hex(hex)));
        }
    };
    Some((attribute.oid.to_string(), Text::Plain(text)))
}

fn alternative(names: &SubjectAltName) -> AlternativeNames {
    let mut found = AlternativeNames::default();
    for name in &names.0 {
        match name {
            GeneralName::DnsName(name) => found.dns.push(name.as_str().to_owned()),
            GeneralName::UniformResourceIdentifier(uri) => found.uris.push(uri.as_str().to_owned()),
            GeneralName::Rfc822Name(email) => found.emails.push(email.as_str().to_owned()),
            GeneralName::IpAddress(bytes) => found.ips.extend(ip(bytes.as_bytes())),
            GeneralName::OtherName(_) | GeneralName::DirectoryName(_) | GeneralName::EdiPartyName(_) | GeneralName::RegisteredId(_) => {}
        }
    }
    found
}

/// RFC 5280 §4.2.1.6: four octets for version 4, sixteen for version 6.
fn ip(bytes: &[u8]) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes).map(IpAddr::from).or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}
