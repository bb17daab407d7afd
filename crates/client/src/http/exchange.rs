//! One request and its answer.

use std::net::SocketAddr;

use http::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, HOST, USER_AGENT};
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use oauth2::{HttpRequest, HttpResponse};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinHandle;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use super::HttpError;
use super::target::Target;
use super::tls::Tls;

/// The most that an answer's head may take, in bytes and in fields.
const HEAD_BYTES: usize = 32 * 1024;
const HEAD_FIELDS: usize = 100;

struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Sends a request to the host of its URI, and reads at most `most` bytes of an answer.
pub(super) async fn exchange(tls: &Tls, request: HttpRequest, most: usize) -> Result<HttpResponse, HttpError> {
    let url = Url::parse(&request.uri().to_string()).map_err(|_| HttpError::Address)?;
    let target = Target::of(&url)?;
    let request = origin_form(request, &url)?;
    let stream = connect(&target).await?;
    if !target.https {
        return send(stream, request, most).await;
    }
    let name = ServerName::try_from(target.host).map_err(|_| HttpError::Address)?;
    let stream = tls.connector().await?.connect(name, stream).await.map_err(|why| HttpError::Tls(why.to_string()))?;
    send(stream, request, most).await
}

/// Without TLS only the loopback's addresses count, whatever the name `localhost` leads to.
async fn connect(target: &Target) -> Result<TcpStream, HttpError> {
    let found = lookup_host((target.host.as_str(), target.port)).await.map_err(|_| HttpError::Connect)?;
    let good: Vec<SocketAddr> = found.filter(|at| target.https || at.ip().is_loopback()).collect();
    TcpStream::connect(&*good).await.map_err(|_| HttpError::Connect)
}

/// As it goes over the line: the path alone, and the headers that go with every request.
fn origin_form(request: HttpRequest, url: &Url) -> Result<Request<Full<Bytes>>, HttpError> {
    let (mut head, body) = request.into_parts();
    let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
    head.uri = path.parse::<Uri>().map_err(|_| HttpError::Address)?;
    head.headers.insert(HOST, HeaderValue::from_str(host).map_err(|_| HttpError::Address)?);
    head.headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    head.headers.insert(CONNECTION, HeaderValue::from_static("close"));
    head.headers.entry(USER_AGENT).or_insert(HeaderValue::from_static(concat!("doorward-client/", env!("CARGO_PKG_VERSION"))));
    Ok(Request::from_parts(head, Full::from(body)))
}

async fn send<S>(stream: S, request: Request<Full<Bytes>>, most: usize) -> Result<HttpResponse, HttpError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD_BYTES).max_headers(HEAD_FIELDS).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| HttpError::Protocol)?;
    let _driver = Driver(tokio::spawn(async move {
        // What goes wrong is told to the sender.
        let _ = connection.await;
    }));
    let answer = sender.send_request(request).await.map_err(|_| HttpError::Protocol)?;
    read(answer, most).await
}

async fn read(answer: Response<Incoming>, most: usize) -> Result<HttpResponse, HttpError> {
    let (head, mut body) = answer.into_parts();
    if head.headers.get_all(CONTENT_ENCODING).into_iter().any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(HttpError::Protocol);
    }
    if body.size_hint().lower() > most as u64 {
        return Err(HttpError::TooLarge(most));
    }
    let mut read = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame.map_err(|_| HttpError::Protocol)?.into_data() else { continue };
        if piece.len() > most - read.len() {
            return Err(HttpError::TooLarge(most));
        }
        read.extend_from_slice(&piece);
    }
    Ok(Response::from_parts(head, read))
}
