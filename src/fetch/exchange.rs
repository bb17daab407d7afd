//! One request and its answer, to an address that was vetted.

use super::FetchError;
use super::rules::Target;
use super::tls::Tls;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{HeaderMap, Method, Request, Response};
use hyper_util::rt::TokioIo;
use rocket::tokio::io::{AsyncRead, AsyncWrite};
use rocket::tokio::net::TcpStream;
use rocket::tokio::task::JoinHandle;
use rocket::tokio::{self, time};
use std::net::IpAddr;
use std::time::Duration;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

/// The most that an answer's head may take, in bytes and in fields.
const HEAD_BYTES: usize = 16 * 1024;
const HEAD_FIELDS: usize = 64;

/// What is sent.
pub(super) enum Sent {
    /// GET, for one of these media types.
    Get {
        /// The value of `Accept`.
        accept: &'static str,
    },
    /// POST of a form, encoded.
    Form(String),
}

/// The head of an answer, its body still to be read.
pub(super) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    body: Incoming,
    /// Drives the connection; ends with the answer.
    _driver: Driver,
}

struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request to the first of the addresses that takes a connection. The name is not resolved again.
pub(super) async fn exchange(
    url: &Url,
    target: &Target,
    addresses: &[IpAddr],
    connect_within: Duration,
    tls: &Tls,
    sent: &Sent,
) -> Result<Answer, FetchError> {
    let stream = connect(addresses, target.port, connect_within).await?;
    let request = request(url, sent)?;
    if !target.https {
        return send(stream, request).await;
    }
    let name = ServerName::try_from(target.host.clone()).map_err(|_| FetchError::Url)?;
    let stream = tls.connector().await?.connect(name, stream).await.map_err(|why| FetchError::Tls(why.to_string()))?;
    send(stream, request).await
}

async fn connect(addresses: &[IpAddr], port: u16, within: Duration) -> Result<TcpStream, FetchError> {
    for ip in addresses {
        if let Ok(Ok(stream)) = time::timeout(within, TcpStream::connect((*ip, port))).await {
            return Ok(stream);
        }
    }
    Err(FetchError::Connect)
}

/// Nothing but path and query of the URL is sent: no fragment, no cookie, no referrer, nothing of an earlier hop.
fn request(url: &Url, sent: &Sent) -> Result<Request<Full<Bytes>>, FetchError> {
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    let common = Request::builder()
        .uri(path)
        .header(HOST, host)
        .header(ACCEPT_ENCODING, "identity")
        .header(USER_AGENT, concat!("doorward/", env!("CARGO_PKG_VERSION")))
        .header(CONNECTION, "close");
    let built = match sent {
        Sent::Get { accept } => common.method(Method::GET).header(ACCEPT, *accept).body(Full::default()),
        Sent::Form(form) => {
            let media_type = "application/x-www-form-urlencoded";
            common.method(Method::POST).header(CONTENT_TYPE, media_type).body(Full::from(form.clone()))
        }
    };
    built.map_err(|_| FetchError::Url)
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, FetchError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD_BYTES).max_headers(HEAD_FIELDS).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| FetchError::Protocol)?;
    let driver = Driver(tokio::spawn(async move {
        // What goes wrong is told to the sender.
        let _ = connection.await;
    }));
    let answer: Response<Incoming> = sender.send_request(request).await.map_err(|_| FetchError::Protocol)?;
    let (head, body) = answer.into_parts();
    Ok(Answer { status: head.status.as_u16(), headers: head.headers, body, _driver: driver })
}

impl Answer {
    /// The text of a header that comes once.
    pub fn header(&self, name: hyper::header::HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Reads the body, and stops as soon as it is longer than `most` bytes.
    pub async fn read(mut self, most: usize) -> Result<Vec<u8>, FetchError> {
        if self.headers.get_all(CONTENT_ENCODING).into_iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
            return Err(FetchError::Encoding);
        }
        if self.body.size_hint().lower() > most as u64 {
            return Err(FetchError::TooLarge(most));
        }
        let mut read = Vec::new();
        while let Some(frame) = self.body.frame().await {
            let Ok(piece) = frame.map_err(|_| FetchError::Protocol)?.into_data() else { continue };
            if piece.len() > most - read.len() {
                return Err(FetchError::TooLarge(most));
            }
            read.extend_from_slice(&piece);
        }
        Ok(read)
    }
}
