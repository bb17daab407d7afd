//! Mutual TLS as the proof (RFC 8705 §2).

use super::Authenticated;
use crate::certificate::{Certificate, DistinguishedName};
use crate::check::{Check, Checks, Evidence};
use crate::client::{Client, Metadata};
use crate::error::Refusal;
use crate::judged::shown;
use crate::values::Timestamp;
use std::net::IpAddr;
use std::sync::Arc;

/// A certificate of the client's own making: whether it is registered is still to be found out.
#[derive(Debug)]
pub struct SelfSigned<'s> {
    client: Arc<Client>,
    certificate: &'s Certificate,
}

impl SelfSigned<'_> {
    /// The client.
    pub fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// The thumbprint that must be among the registered ones.
    pub fn thumbprint(&self) -> &str {
        &self.certificate.thumbprint
    }

    /// Holds it against the thumbprints of the registered certificates (RFC 8705 §2.2.2).
    ///
    /// # Errors
    /// [`Check::TlsSelfSigned`].
    pub fn verify(self, registered: &[String], checks: &mut Checks<'_>) -> Result<Authenticated, Refusal> {
        checks.require(Check::TlsSelfSigned, registered.contains(&self.certificate.thumbprint), || {
            Evidence::new(registered.join(" "), self.certificate.thumbprint.clone())
        })?;
        Ok(Authenticated { client: self.client })
    }
}

/// The certificate of a client that is registered to show one.
fn present<'s>(certificate: Option<&'s Certificate>, now: Timestamp, checks: &mut Checks<'_>) -> Result<&'s Certificate, Refusal> {
    let certificate = checks.some(Check::TlsCertificate, certificate)?;
    checks.require(Check::TlsCertificateInTime, certificate.is_in_time(now), || {
        Evidence::new(format!("{} to {}", certificate.not_before.0, certificate.not_after.0), now.0.to_string())
    })?;
    Ok(certificate)
}

/// `tls_client_auth`: a certificate of an authority that the end of the TLS connection trusts, with the registered name in it.
pub(super) fn by_subject(
    client: Arc<Client>,
    certificate: Option<&Certificate>,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Authenticated, Refusal> {
    let certificate = present(certificate, now, checks)?;
    // RFC 8705 §2.1: PKI; without an authority anybody could write the name into a certificate.
    checks.hold(Check::TlsCertificateVerified, certificate.verified)?;
    checks.require(Check::TlsSubject, is_named(&client.metadata, certificate), || {
        let Certificate { subject, names, .. } = certificate;
        Evidence::new(registered(&client.metadata), shown(&format!("{subject} {names:?}")))
    })?;
    Ok(Authenticated { client })
}

/// `self_signed_tls_client_auth`.
pub(super) fn self_signed<'s>(
    client: Arc<Client>,
    certificate: Option<&'s Certificate>,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<SelfSigned<'s>, Refusal> {
    Ok(SelfSigned { client, certificate: present(certificate, now, checks)? })
}

/// RFC 8705 §2.1.2: the one registered name is the subject, or among the alternative names of its kind.
fn is_named(metadata: &Metadata, certificate: &Certificate) -> bool {
    let names = &certificate.names;
    let among = |expected: &Option<String>, names: &[String]| expected.as_ref().is_some_and(|expected| names.contains(expected));
    let subject = metadata.tls_client_auth_subject_dn.as_deref().and_then(DistinguishedName::parse);
    let ip = metadata.tls_client_auth_san_ip.as_deref().and_then(|ip| ip.parse::<IpAddr>().ok());
    subject.is_some_and(|subject| !subject.is_empty() && subject == certificate.subject)
        || ip.is_some_and(|ip| names.ips.contains(&ip))
        || among(&metadata.tls_client_auth_san_dns, &names.dns)
        || among(&metadata.tls_client_auth_san_uri, &names.uris)
        || among(&metadata.tls_client_auth_san_email, &names.emails)
}

fn registered(metadata: &Metadata) -> String {
    let names = [
        &metadata.tls_client_auth_subject_dn,
        &metadata.tls_client_auth_san_dns,
        &metadata.tls_client_auth_san_uri,
        &metadata.tls_client_auth_san_ip,
        &metadata.tls_client_auth_san_email,
    ];
    names.into_iter().flatten().cloned().collect()
}
