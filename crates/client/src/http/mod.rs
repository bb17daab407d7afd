//! The one way out: every request this crate makes by itself goes through an [`Http`].
//!
//! - **https**, or http to the machine's own loopback, for development. The loopback is meant by its addresses: a name that leads
//!   elsewhere is refused.
//! - **No redirect is followed**: a secret or a token goes where it was meant to, or nowhere.
//! - **Bounded** in time and bytes, heads included. Compressed answers are refused, proxies of the environment are not used.

mod exchange;
mod target;
mod tls;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use tls::Tls;
use url::Url;

/// What is sent and what comes back, of the crate `http`.
pub use http::{Request, Response};
pub(crate) use target::may_be_called;

/// The longest answer unless it is said otherwise, in bytes. No document, token or person needs more.
pub const LONGEST_ANSWER: usize = 256 * 1024;

/// How long a request may take unless it is said otherwise, until its whole answer was read.
pub const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Makes the outgoing requests. Cheap to clone.
#[derive(Clone)]
pub struct Http(Arc<Inner>);

struct Inner {
    tls: Tls,
    within: Duration,
    most_bytes: usize,
}

/// Says how an [`Http`] is to be.
#[derive(Clone, Debug)]
#[must_use]
pub struct HttpBuilder {
    within: Duration,
    most_bytes: usize,
    authorities: Vec<u8>,
}

/// Why there is no answer. It holds nothing that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpError {
    /// The address is not https, nor http to the loopback; or it has credentials, or no host.
    Address,
    /// The host has no address, or none takes the connection.
    Connect,
    /// No confidential connection: mostly a certificate that isn't trusted.
    Tls(String),
    /// It took too long.
    Timeout,
    /// The answer is longer than this many bytes.
    TooLarge(usize),
    /// The answer is no HTTP/1.1, breaks off, or is compressed.
    Protocol,
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address => f.write_str("the address is neither https nor http to this machine's loopback"),
            Self::Connect => f.write_str("the host is not there, or takes no connection"),
            Self::Tls(why) => write!(f, "no TLS: {why}"),
            Self::Timeout => f.write_str("no answer came in time"),
            Self::TooLarge(most) => write!(f, "the answer is longer than {most} bytes"),
            Self::Protocol => f.write_str("the answer is broken or not plain HTTP/1.1"),
        }
    }
}

impl std::error::Error for HttpError {}

impl Default for Http {
    fn default() -> Self {
        Self::builder().build()
    }
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("within", &self.0.within).field("most_bytes", &self.0.most_bytes).finish_non_exhaustive()
    }
}

impl Http {
    /// With the usual bounds and the system's certificate authorities.
    pub fn new() -> Self {
        Self::default()
    }

    /// Starts from the usual bounds.
    pub fn builder() -> HttpBuilder {
        HttpBuilder { within: LONGEST_WAIT, most_bytes: LONGEST_ANSWER, authorities: Vec::new() }
    }

    /// Sends a request, whose URI is absolute, and reads the whole answer. Any status is an answer, a redirect too.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let whole = exchange::exchange(&self.0.tls, request, self.0.most_bytes);
        tokio::time::timeout(self.0.within, whole).await.unwrap_or(Err(HttpError::Timeout))
    }

    /// Asks for a document of this media type.
    ///
    /// # Errors
    /// [`HttpError`].
    pub async fn get(&self, url: &Url, accept: &str) -> Result<HttpResponse, HttpError> {
        let request = http::Request::get(url.as_str()).header(http::header::ACCEPT, accept).body(Vec::new());
        self.send(request.map_err(|_| HttpError::Address)?).await
    }
}

impl HttpBuilder {
    /// How long a request may take, until its whole answer was read.
    pub fn within(mut self, time: Duration) -> Self {
        self.within = time;
        self
    }

    /// The longest answer that is read, in bytes.
    pub fn most_bytes(mut self, bytes: usize) -> Self {
        self.most_bytes = bytes;
        self
    }

    /// Certificate authorities in PEM that are trusted beside the system's. What is no certificate in it is passed over.
    pub fn authorities(mut self, pem: &[u8]) -> Self {
        pem.clone_into(&mut self.authorities);
        self
    }

    /// The client. Nothing is read or sent yet.
    pub fn build(self) -> Http {
        let Self { within, most_bytes, authorities } = self;
        Http(Arc::new(Inner { tls: Tls::new(authorities), within, most_bytes }))
    }
}

/// So that the `oauth2` crate sends its requests here.
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
