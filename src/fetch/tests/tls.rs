//! Who is on the other side is proven: by the host's name, and by an authority that is trusted.

use super::super::Authorities;
use super::server::{answer, redirect};
use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

/// An authority for one test.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "Throwaway CA");
        let own = params.self_signed(&key).expect("a certificate");
        let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode(own.der()));
        Self { issuer: Issuer::new(params, key), pem }
    }

    fn trusted(&self) -> Authorities {
        Authorities::from_pem(self.pem.as_bytes()).expect("an authority")
    }

    /// A server's settings, with a certificate for these names.
    fn for_names(&self, names: &[&str]) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).expect("parameters");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("a certificate");
        Arc::new(config)
    }
}

fn fetcher(entries: &[&str], authorities: Authorities) -> Fetcher {
    let options = Options { authorities, ..production(entries) };
    Fetcher::with_resolver(options, Told::new(&[("jwks.internal", &[&["127.0.0.1"]]), ("other.internal", &[&["127.0.0.1"]])]))
}

#[rocket::async_test]
async fn an_allowed_host_with_a_certificate_of_a_trusted_authority_is_heard() {
    let authority = Authority::new();
    let server = Server::tls(authority.for_names(&["jwks.internal", "127.0.0.1"]), |_| answer(200, "", "{}"));
    let port = server.address.port();
    for (entries, host) in [
        (&["jwks.internal"][..], "jwks.internal"),
        (&["127.0.0.0/8"], "jwks.internal"),
        (&["127.0.0.1"], "127.0.0.1"),
        (&["jwks.internal"], "jwks.internal."),
    ] {
        let got = get(&fetcher(entries, authority.trusted()), &format!("https://{host}:{port}/keys")).await;
        assert_eq!(got.expect("a document").body, b"{}", "{entries:?} {host}");
    }
    let posted =
        fetcher(&["jwks.internal"], authority.trusted()).post_form(&url(&format!("https://jwks.internal:{port}/")), &[("a", "b")]).await;
    // Law: name or network, document or form.
    assert!(posted.expect("an answer").is_delivered());
}

#[rocket::async_test]
async fn a_certificate_for_somebody_else_or_by_nobody_is_refused() {
    let authority = Authority::new();
    let server = Server::tls(authority.for_names(&["jwks.internal"]), |_| answer(200, "", "{}"));
    let port = server.address.port();
    for (host, authorities) in [
        ("other.internal", authority.trusted()),
        ("127.0.0.1", authority.trusted()),
        ("jwks.internal", Authorities::default()),
        ("jwks.internal", Authority::new().trusted()),
    ] {
        let refused = get(&fetcher(&["127.0.0.0/8"], authorities), &format!("https://{host}:{port}/")).await;
        assert!(matches!(refused, Err(FetchError::Tls(_))), "{host}: {refused:?}");
    }
    // Law: no request was made to a host that was not proven.
    assert_eq!(server.seen().len(), 0);
}

#[rocket::async_test]
async fn from_tls_no_redirect_leads_out_of_it() {
    let authority = Authority::new();
    let plain = Server::start(|_| answer(200, "", "{}"));
    let to = plain.url("/");
    let server = Server::tls(authority.for_names(&["localhost"]), move |_| redirect(302, &to));
    let options = Options { authorities: authority.trusted(), ..development() };
    let fetcher = Fetcher::with_resolver(options, Told::new(&[("localhost", &[&["127.0.0.1"]])]));
    let refused = get(&fetcher, &format!("https://localhost:{}/", server.address.port())).await;
    // Law: not even on a development server, where the target itself may be called.
    assert_eq!((refused, plain.seen().len()), (Err(FetchError::Downgrade), 0));
}

#[rocket::async_test]
async fn a_server_without_tls_is_no_server() {
    let server = Server::start(|_| answer(200, "", "{}"));
    let options = hasty(production(&["jwks.internal"]));
    let fetcher = Fetcher::with_resolver(options, Told::new(&[("jwks.internal", &[&["127.0.0.1"]])]));
    let refused = get(&fetcher, &format!("https://jwks.internal:{}/", server.address.port())).await;
    // Law: the handshake is not optional.
    assert!(matches!(refused, Err(FetchError::Tls(_) | FetchError::Timeout)), "{refused:?}");
}

#[test]
fn a_file_of_authorities_holds_authorities() {
    let pem = Authority::new().pem;
    assert!(Authorities::from_pem(format!("a comment\n{pem}{pem}").as_bytes()).is_ok());
    for bad in [
        "",
        "no PEM",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    ] {
        // Law: a file that helps nobody is an error at start.
        assert!(Authorities::from_pem(bad.as_bytes()).is_err(), "{bad:?}");
    }
}
