//! Whom outgoing requests trust to vouch for a host.

use super::FetchError;
use rocket::tokio::sync::OnceCell;
use rocket::tokio::task::spawn_blocking;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

/// The largest file of authorities, in bytes.
const LARGEST_FILE: u64 = 1024 * 1024;

/// Certificate authorities trusted beside the system's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Reads the certificates of a PEM file; other sections are passed over.
    ///
    /// # Errors
    /// A sentence that names the file and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, String> {
        let failed = |why: &str| format!("the file {} {why}", path.display());
        let mut text = Vec::new();
        File::open(path)
            .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut text))
            .map_err(|error| failed(&format!("can't be read: {error}")))?;
        if text.len() as u64 > LARGEST_FILE {
            return Err(failed(&format!("is longer than {LARGEST_FILE} bytes")));
        }
        Self::from_pem(&text).map_err(|why| failed(&why))
    }

    /// The same of a text.
    ///
    /// # Errors
    /// What is wrong, to be read after the name of the file.
    pub fn from_pem(text: &[u8]) -> Result<Self, String> {
        let found: Vec<_> =
            CertificateDer::pem_slice_iter(text).collect::<Result<_, _>>().map_err(|error| format!("is no PEM: {error}"))?;
        if found.is_empty() {
            return Err("holds no certificate".to_owned());
        }
        let mut roots = RootCertStore::empty();
        for certificate in &found {
            roots.add(certificate.clone()).map_err(|error| format!("holds a certificate that is no authority's: {error}"))?;
        }
        Ok(Self(found))
    }
}

/// Makes connections confidential. The system's authorities are read at the first https request, once.
#[derive(Debug)]
pub(super) struct Tls {
    more: Authorities,
    connector: OnceCell<Connector>,
}

struct Connector(TlsConnector);

impl std::fmt::Debug for Connector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Connector(…)")
    }
}

impl Tls {
    pub fn new(more: Authorities) -> Self {
        Self { more, connector: OnceCell::new() }
    }

    pub async fn connector(&self) -> Result<&TlsConnector, FetchError> {
        let make = || async {
            let more = self.more.clone();
            let made = spawn_blocking(move || config(&more)).await.map_err(|_| FetchError::Broken)?;
            made.map(|config| Connector(TlsConnector::from(Arc::new(config)))).map_err(|why| FetchError::Tls(why.to_string()))
        };
        self.connector.get_or_try_init(make).await.map(|connector| &connector.0)
    }
}

/// The provider is named here and nowhere global: Rocket's TLS has another.
fn config(more: &Authorities) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    if roots.is_empty() {
        tracing::warn!(problems = ?system.errors, "the system has no certificate authorities: give some by SSL_CERT_FILE or FETCH_CA_FILE");
    }
    roots.add_parsable_certificates(more.0.iter().cloned());
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // One client's host shall not be recognised by another request's ticket, and no memory grows with the hosts seen.
    config.resumption = Resumption::disabled();
    Ok(config)
}
