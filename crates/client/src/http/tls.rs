//! Whom outgoing requests trust to vouch for a host.

use std::sync::Arc;

use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::HttpError;

/// Makes connections confidential. The system's authorities are read at the first https request, once.
pub(super) struct Tls {
    more: Vec<u8>,
    connector: OnceCell<TlsConnector>,
}

impl Tls {
    pub fn new(more: Vec<u8>) -> Self {
        Self { more, connector: OnceCell::new() }
    }

    pub async fn connector(&self) -> Result<&TlsConnector, HttpError> {
        let make = || async {
            let more = self.more.clone();
            let made = tokio::task::spawn_blocking(move || config(&more)).await.map_err(|_| HttpError::Protocol)?;
            made.map(|config| TlsConnector::from(Arc::new(config))).map_err(|why| HttpError::Tls(why.to_string()))
        };
        self.connector.get_or_try_init(make).await
    }
}

/// The provider is named here and nowhere global: the app may use another.
fn config(more: &[u8]) -> Result<ClientConfig, rustls::Error> {
    let mut roots = RootCertStore::empty();
    let system = rustls_native_certs::load_native_certs();
    roots.add_parsable_certificates(system.certs);
    roots.add_parsable_certificates(CertificateDer::pem_slice_iter(more).filter_map(Result::ok));
    if roots.is_empty() {
        tracing::warn!(problems = ?system.errors, "the system has no certificate authorities: give some by SSL_CERT_FILE");
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
