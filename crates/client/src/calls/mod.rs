//! For services that call others: tokens of their own, and tokens for the person that called them.
//!
//! A token is for one audience, so the one that came in is never handed on. A service asks for one of its own by `client_credentials`
//! (RFC 6749 §4.4), or exchanges the one that came for one for the next service (RFC 8693): it speaks of the same person, allows no more
//! than was declared, and names the service as the actor.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use doorward_client::{Calls, Client, Provider};
//!
//! let provider = Provider::new("https://login.example")?;
//! let calls = Calls::new(&provider, Client::new("orders").secret("what the provider gave me"));
//!
//! // As itself:
//! let own = calls.machine("https://stock.example/", &["stock:count"]).await?;
//! // For the person whose token a guard has let in:
//! # let caller_token = doorward_client::AccessToken::new("…");
//! let theirs = calls.exchange(&caller_token, "https://stock.example/", &["stock:reserve"]).await?;
//!
//! let header = ("Authorization", theirs.bearer());
//! # let _ = (own, header);
//! # Ok(())
//! # }
//! ```
//!
//! With the guards of [`service`](crate::service) the token to exchange is [`Caller::token`](crate::service::Caller::token).
//!
//! # What is kept
//!
//! Tokens are kept by audience, scopes and the digest of the token they were exchanged for, at most some thousands of them, and never
//! beyond their life. After four fifths of it, the next who asks sets off a renewal, and nobody waits for it. However many ask at once, one
//! request is made. A refusal is not kept: what the operator has declared since works at the next call. Should another service refuse a token before
//! its time, [`Calls::forget`] it.
//!
//! # What goes wrong
//!
//! [`CallError`] passes on what the provider said: its error code, and its sentence for a client that has proven to be one. An exchange that
//! nobody declared is `invalid_target` at Doorward.

mod answer;
mod error;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

use doorward_protocol::jose::sha256;
use doorward_protocol::scopes::is_scope_token;
use url::Url;

pub use error::CallError;

use crate::memory::{Held, Memory};
use crate::time::Timestamp;
use crate::{AccessToken, Client, Provider};

/// So many tokens are kept.
const MOST: usize = 5_000;

/// The longest list of scopes in one request.
const MOST_SCOPES: usize = 64;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Gets tokens for calling other services, as one client of a provider. Cheap to clone; clones share what is kept.
#[derive(Clone)]
pub struct Calls(Arc<Inner>);

struct Inner {
    provider: Provider,
    client: Client,
    tokens: Memory<CallToken, CallError>,
}

/// A token for calling one service. `Debug` doesn't show it.
#[derive(Clone, PartialEq, Eq)]
pub struct CallToken {
    token: AccessToken,
    scopes: Vec<String>,
    expires_at: Option<Timestamp>,
    kept_under: String,
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Calls").field("provider", &self.0.provider).field("client", &self.0.client).finish_non_exhaustive()
    }
}

impl fmt::Debug for CallToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallToken").field("scopes", &self.scopes).field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

impl CallToken {
    /// The token.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// The value of the `Authorization` header of a call with it.
    pub fn bearer(&self) -> String {
        format!("Bearer {}", self.token.expose())
    }

    /// What it allows: as the provider said, else as was asked.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scopes.iter().map(String::as_str)
    }

    /// From then on it is worthless, if the provider said so.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl Calls {
    /// Asks this provider as this client. Nothing is asked yet.
    pub fn new(provider: &Provider, client: Client) -> Self {
        Self(Arc::new(Inner { provider: provider.clone(), client, tokens: Memory::new(MOST) }))
    }

    /// A token of the service's own for `audience` (`client_credentials`). Without scopes, what the provider gives by itself.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn machine(&self, audience: &str, scopes: &[&str]) -> Result<CallToken, CallError> {
        self.get(None, audience, scopes).await
    }

    /// A token for `audience` that speaks of whom `subject` speaks of (RFC 8693), for a token that was shown to this service or given to it.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn exchange(&self, subject: &AccessToken, audience: &str, scopes: &[&str]) -> Result<CallToken, CallError> {
        self.get(Some(subject), audience, scopes).await
    }

    /// Forgets a token, so that the next who asks gets a new one: for one that a service has refused before its time.
    pub fn forget(&self, token: &CallToken) {
        self.0.tokens.forget(&token.kept_under, |kept| kept == token);
    }

    async fn get(&self, subject: Option<&AccessToken>, audience: &str, scopes: &[&str]) -> Result<CallToken, CallError> {
        let wanted = Wanted::new(subject, audience, scopes)?;
        let now = self.0.provider.now();
        let (key, own) = (wanted.key(), Arc::clone(&self.0));
        self.0.tokens.get(&key.clone(), now, async move { own.fetch(&wanted, key, now).await }).await
    }
}

/// What is asked for.
struct Wanted {
    subject: Option<AccessToken>,
    audience: String,
    scopes: Vec<String>,
}

impl Wanted {
    fn new(subject: Option<&AccessToken>, audience: &str, scopes: &[&str]) -> Result<Self, CallError> {
        if audience.is_empty() || scopes.len() > MOST_SCOPES || !scopes.iter().all(|scope| is_scope_token(scope)) {
            return Err(CallError::Request);
        }
        let mut scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Ok(Self { subject: subject.cloned(), audience: audience.to_owned(), scopes })
    }

    /// One text for each thing that may be asked. Scopes hold no blank, a digest no line break, and the audience comes last.
    fn key(&self) -> String {
        let subject = self.subject.as_ref().map(AccessToken::digest).unwrap_or_default();
        sha256(format!("{subject}\n{}\n{}", self.scopes.join(" "), self.audience).as_bytes())
    }

    fn form(&self) -> Vec<(&'static str, String)> {
        // RFC 8707 §2: a resource is an absolute URI; what isn't one is a service's logical name (RFC 8693 §2.1).
        let uri = Url::parse(&self.audience).is_ok_and(|url| url.fragment().is_none());
        let mut form = vec![(if uri { "resource" } else { "audience" }, self.audience.clone())];
        if !self.scopes.is_empty() {
            form.push(("scope", self.scopes.join(" ")));
        }
        match &self.subject {
            None => form.push(("grant_type", "client_credentials".to_owned())),
            Some(subject) => form.extend([
                ("grant_type", EXCHANGE.to_owned()),
                ("subject_token", subject.expose().to_owned()),
                ("subject_token_type", ACCESS_TOKEN.to_owned()),
            ]),
        }
        form
    }
}

impl Inner {
    async fn fetch(&self, wanted: &Wanted, key: String, now: Timestamp) -> Result<Held<CallToken>, CallError> {
        let metadata = self.provider.metadata().await?;
        let form = wanted.form();
        let pairs: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = self.client.request(metadata.token_endpoint()?, &pairs, self.provider.issuer(), now)?;
        let answer = self.provider.http().send(request).await?;
        let given = answer::read(answer.status().as_u16(), answer.body()).inspect_err(|why| {
            tracing::warn!(client = self.client.id(), audience = wanted.audience, %why, "no token for calling a service");
        })?;
        let scopes = given.scopes.unwrap_or_else(|| wanted.scopes.clone());
        let (renew_at, until) = answer::span(given.life, now);
        let expires_at = given.life.map(|life| now.plus(life));
        Ok(Held { value: CallToken { token: given.token, scopes, expires_at, kept_under: key }, renew_at, until })
    }
}
