//! The one way out: every request the server makes by itself (`jwks_uri`, sector identifiers, `request_uri`, metadata documents,
//! back-channel logout) goes through a [`Fetcher`], which calls nothing in its own network at a client's wish (RFC 7591 §5,
//! RFC 9700 §4.1).
//!
//! - **https only.** http only from a development server (its issuer is on the loopback) to its own machine or to what is allowed.
//! - **No private address.** A name is resolved once; all its addresses are judged ([`Class`]), and the connection goes to one of those
//!   that were judged. [`FetchAllow`] names the exceptions.
//! - **Redirects** are followed a few times at most, each hop by all rules, never from https to http; those of a POST not at all.
//! - **Bounded** in time, bytes, and requests at once. Compressed answers are refused, proxies of the environment not used.
//! - **Kept** as long as the answer may be (RFC 9111), with one request a document at a time; failures for a moment, too.

mod address;
mod cache;
mod error;
mod exchange;
mod freshness;
mod gate;
mod journey;
mod resolve;
mod rules;
mod tls;

#[cfg(test)]
mod tests;

pub use address::Class;
pub use error::FetchError;
pub use resolve::{Addresses, Resolve, SystemResolver};
pub use tls::Authorities;

use crate::network::FetchAllow;
use cache::{Bounds, Cache, Key, Next};
use doorward_protocol::values::Timestamp;
use gate::Gate;
use journey::Guide;
use rocket::tokio;
use rules::Rules;
use std::fmt;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;
use tls::Tls;
use url::{Url, form_urlencoded};

/// What is kept.
const KEPT: Bounds = Bounds { entries: 500, bytes: 8 * 1024 * 1024 };

/// A kind of document, and how much of it is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// The value of `Accept`.
    pub accept: &'static str,
    /// The longest, in bytes.
    pub most_bytes: usize,
    /// How many redirects are followed.
    pub redirects: u8,
    /// Whether an answer that is an error is remembered for a moment; that there was no answer always is.
    pub keeps_errors: bool,
}

impl Document {
    /// A key set (RFC 7517 §8.5).
    pub const KEYS: Self = Self { accept: "application/jwk-set+json, application/json", ..Self::JSON };
    /// The redirect URIs of a sector (OpenID Connect Core 1.0 §8.1), or another JSON document.
    pub const JSON: Self = Self { accept: "application/json", most_bytes: 64 * 1024, redirects: 3, keeps_errors: true };
    /// A request object by reference (RFC 9101 §5.2).
    pub const REQUEST_OBJECT: Self = Self { accept: "application/oauth-authz-req+jwt, application/jwt", ..Self::JSON };
    /// A client's metadata at its own `client_id` (draft-ietf-oauth-client-id-metadata-document): "MUST NOT automatically follow HTTP
    /// redirects" (Client Information Discovery), "MUST NOT cache error responses" nor malformed documents (Metadata Caching; for these
    /// [`Fetcher::forget`]).
    pub const CLIENT_METADATA: Self =
        Self { accept: "application/json, application/*+json", most_bytes: 5 * 1024, redirects: 0, keeps_errors: false };
}

/// How long a request may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until the answer is whole, over all redirects.
    pub total: Duration,
    /// Until one address takes the connection.
    pub connect: Duration,
    /// Requests at once.
    pub at_once: usize,
    /// Of these, to one host.
    pub per_host: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { total: Duration::from_secs(5), connect: Duration::from_secs(2), at_once: 32, per_host: 4 }
    }
}

/// What a [`Fetcher`] is made of.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Targets that may be reached although they are private.
    pub allow: FetchAllow,
    /// Authorities trusted beside the system's.
    pub authorities: Authorities,
    /// Whether the issuer is on the loopback: then the server's own machine may be called, also without TLS.
    pub development: bool,
    /// How long and how many.
    pub limits: Limits,
}

/// A document that came with status 200.
#[derive(Clone, PartialEq, Eq)]
pub struct Fetched {
    /// Its bytes.
    pub body: Vec<u8>,
    /// Its `Content-Type` as it came.
    pub content_type: Option<String>,
}

impl Fetched {
    /// Its media type without parameters, in small letters; empty if it has none.
    pub fn media_type(&self) -> String {
        self.content_type.as_deref().unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// Whether it says that it is JSON: `application/json` or `application/…+json` (RFC 6839 §3.1).
    pub fn is_json(&self) -> bool {
        let media_type = self.media_type();
        media_type.strip_prefix("application/").is_some_and(|sub| sub == "json" || sub.ends_with("+json"))
    }
}

impl fmt::Debug for Fetched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fetched({} bytes, {:?})", self.body.len(), self.content_type)
    }
}

/// How a POST was answered; the body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(pub u16);

impl Status {
    /// Whether it was taken: 200, or 204 as frameworks answer an empty body (OpenID Connect Back-Channel Logout 1.0 §2.8).
    pub fn is_delivered(self) -> bool {
        matches!(self.0, 200 | 204)
    }
}

/// Makes the outgoing requests. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    guide: Arc<Guide>,
    cache: Arc<Cache>,
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").field("rules", &self.guide.rules).field("limits", &self.guide.limits).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// With the operating system's resolver.
    pub fn new(options: Options) -> Self {
        let most = options.limits.at_once;
        Self::with_resolver(options, Arc::new(SystemResolver::new(most)))
    }

    /// With a resolver of one's own.
    pub fn with_resolver(options: Options, resolver: Arc<dyn Resolve>) -> Self {
        let Options { allow, authorities, development, limits } = options;
        let gate = Arc::new(Gate::new(limits.at_once, limits.per_host));
        let guide = Guide { rules: Rules { allow, development }, limits, gate, tls: Tls::new(authorities), resolver };
        Self { guide: Arc::new(guide), cache: Arc::new(Cache::new(KEPT)) }
    }

    /// A document, kept or fetched. Those who ask for the same at once share one request, which goes on when they leave.
    ///
    /// # Errors
    /// [`FetchError`], remembered for a moment where it is about the target.
    pub async fn get(&self, url: &Url, what: &Document, now: Timestamp) -> Result<Arc<Fetched>, FetchError> {
        self.ask(url, what, now, false, ready(Ok(()))).await
    }

    /// The same, where `first` says yes: it is asked when a request is really made, and not by those who share one or find what is kept.
    ///
    /// # Errors
    /// As [`Self::get`], and those of `first`.
    pub async fn get_after<F>(&self, url: &Url, what: &Document, now: Timestamp, first: F) -> Result<Arc<Fetched>, FetchError>
    where
        F: Future<Output = Result<(), FetchError>> + Send + 'static,
    {
        self.ask(url, what, now, false, first).await
    }

    /// The same, newer than what is kept: for a key that a kept key set doesn't have. At most once in 30 seconds for one document;
    /// in between it gives what [`Self::get`] gives.
    ///
    /// # Errors
    /// As [`Self::get`]; what was kept before and is still fresh stays.
    pub async fn refresh(&self, url: &Url, what: &Document, now: Timestamp) -> Result<Arc<Fetched>, FetchError> {
        self.ask(url, what, now, true, ready(Ok(()))).await
    }

    /// Keeps a document no longer: it turned out to be none.
    pub fn forget(&self, url: &Url, what: &Document) {
        self.cache.forget(&Key::new(url, what));
    }

    /// Posts a form, for back-channel logout. Nothing is kept and no redirect followed.
    ///
    /// # Errors
    /// [`FetchError`] when there was no answer; any status is an answer.
    pub async fn post_form(&self, url: &Url, form: &[(&str, &str)]) -> Result<Status, FetchError> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.guide.post(url, form).await
    }

    async fn ask<F>(&self, url: &Url, what: &Document, now: Timestamp, insists: bool, first: F) -> Result<Arc<Fetched>, FetchError>
    where
        F: Future<Output = Result<(), FetchError>> + Send + 'static,
    {
        // What can't be called at all takes no room.
        self.guide.rules.target(url)?;
        let mut listener = match self.cache.ask(Key::new(url, what), now, insists) {
            Next::Have(outcome) => return outcome,
            Next::Wait(listener) => listener,
            Next::Fetch(flight, listener) => {
                let (guide, url, what) = (Arc::clone(&self.guide), url.clone(), *what);
                tokio::spawn(async move {
                    let outcome = match first.await {
                        Ok(()) => guide.get(&url, &what, now).await,
                        Err(why) => Err(why),
                    };
                    flight.land(outcome, now);
                });
                listener
            }
        };
        let told = listener.wait_for(Option::is_some).await.map_err(|_| FetchError::Broken)?;
        told.clone().unwrap_or(Err(FetchError::Broken))
    }
}
