//! An OpenID provider, or an authorization server, as its apps and services see it.

use std::fmt;
use std::sync::Arc;

use doorward_protocol::jose::JwkSet;
use url::Url;

use crate::error::ProviderError;
use crate::http::{Http, HttpError, may_be_called};
use crate::kept::{Kept, Life, Wish};
use crate::metadata::Metadata;
use crate::time::{Clock, Seconds, SystemClock, Timestamp};

const METADATA: Life = Life { fresh: Seconds::minutes(30), stale: Seconds::hours(24), rest: Seconds::minutes(1) };

/// A provider, known by its issuer alone. What it says of itself is asked for at first use, kept, and asked for again in time, so that an
/// app may start before its provider does. Cheap to clone; clones share what is kept.
///
/// ```no_run
/// # async fn example() -> Result<(), doorward_client::error::ProviderError> {
/// use doorward_client::Provider;
///
/// let provider = Provider::new("https://login.example")?;
/// let metadata = provider.metadata().await?;
/// println!("log in at {}", metadata.authorization_endpoint()?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    issuer: String,
    http: Http,
    clock: Arc<dyn Clock>,
    metadata: Arc<Kept<Metadata>>,
    keys: Arc<Kept<JwkSet>>,
}

/// Says how a [`Provider`] is to be reached.
#[derive(Clone, Debug)]
#[must_use]
pub struct ProviderBuilder {
    issuer: String,
    http: Http,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Provider({})", self.0.issuer)
    }
}

impl Provider {
    /// A provider with the usual bounds and the machine's clock. Nothing is asked of it yet.
    ///
    /// `issuer` is compared as it is written, to its metadata and tokens: take it from the provider's own metadata, with or without
    /// a slash at the end.
    ///
    /// # Errors
    /// [`ProviderError::IssuerUrl`].
    pub fn new(issuer: &str) -> Result<Self, ProviderError> {
        Self::builder(issuer).build()
    }

    /// Starts from the usual.
    pub fn builder(issuer: &str) -> ProviderBuilder {
        ProviderBuilder { issuer: issuer.to_owned(), http: Http::default(), clock: Arc::new(SystemClock) }
    }

    /// Its name.
    pub fn issuer(&self) -> &str {
        &self.0.issuer
    }

    /// What its requests go through.
    pub fn http(&self) -> &Http {
        &self.0.http
    }

    /// What time it is, by the clock it was built with.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The clock it was built with.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    /// What it says of itself: from memory for half an hour, and up to a day while it can't be reached.
    ///
    /// It is looked for where OpenID Connect Discovery section 4 has it, and when there is none, where RFC 8414 section 3 has it.
    ///
    /// # Errors
    /// [`ProviderError`].
    pub async fn metadata(&self) -> Result<Arc<Metadata>, ProviderError> {
        let own = self.clone();
        self.0.metadata.get(self.now(), Wish::Kept, async move { own.discover().await }).await
    }

    pub(crate) fn kept_keys(&self) -> &Arc<Kept<JwkSet>> {
        &self.0.keys
    }

    async fn discover(&self) -> Result<Metadata, ProviderError> {
        let (openid, oauth) = documents(&self.0.issuer).ok_or(ProviderError::IssuerUrl)?;
        match self.document(&openid, "application/json").await {
            Ok(json) => Metadata::read(&json, &self.0.issuer, &openid),
            Err(ProviderError::BadAnswer { status: 404, .. }) => {
                Metadata::read(&self.document(&oauth, "application/json").await?, &self.0.issuer, &oauth)
            }
            Err(why) => Err(why),
        }
    }

    /// A document that comes with status 200.
    pub(crate) async fn document(&self, url: &Url, accept: &str) -> Result<Vec<u8>, ProviderError> {
        let away = |why: HttpError| ProviderError::Unreachable { url: url.to_string(), why };
        let answer = self.0.http.get(url, accept).await.map_err(away)?;
        let bad = |what| Err(ProviderError::BadAnswer { url: url.to_string(), status: answer.status().as_u16(), what });
        match answer.status().as_u16() {
            200 => Ok(answer.into_body()),
            300..400 => bad("redirects are not followed"),
            404 => bad("there is nothing there"),
            _ => bad("that is no success"),
        }
    }
}

impl ProviderBuilder {
    /// Sends requests through this client.
    pub fn http(mut self, http: Http) -> Self {
        self.http = http;
        self
    }

    /// Asks this clock for the time.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The provider. Nothing is asked of it yet.
    ///
    /// # Errors
    /// [`ProviderError::IssuerUrl`].
    pub fn build(self) -> Result<Provider, ProviderError> {
        documents(&self.issuer).ok_or(ProviderError::IssuerUrl)?;
        let Self { issuer, http, clock } = self;
        let (metadata, keys) = (Kept::new(METADATA), Kept::new(crate::keys::LIFE));
        Ok(Provider(Arc::new(Inner { issuer, http, clock, metadata, keys })))
    }
}

/// Where the metadata of an issuer may be: OpenID Connect Discovery section 4.1 appends, RFC 8414 section 3.1 inserts.
fn documents(issuer: &str) -> Option<(Url, Url)> {
    let url = Url::parse(issuer).ok()?;
    if !may_be_called(&url) || url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    let path = url.path().trim_end_matches('/');
    let at = |path: String| {
        let mut url = url.clone();
        url.set_path(&path);
        url
    };
    Some((at(format!("{path}/.well-known/openid-configuration")), at(format!("/.well-known/oauth-authorization-server{path}"))))
}

#[cfg(test)]
mod tests {
    use super::documents;

    #[test]
    fn metadata_is_looked_for_where_both_specifications_have_it() {
        for (issuer, openid, oauth) in [
            (
                "https://a.example",
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.example/",
                "https://a.example/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server",
            ),
            (
                "https://a.example/tenant",
                "https://a.example/tenant/.well-known/openid-configuration",
                "https://a.example/.well-known/oauth-authorization-server/tenant",
            ),
        ] {
            let (first, second) = documents(issuer).expect("an issuer");
            assert_eq!((first.as_str(), second.as_str()), (openid, oauth));
        }
    }

    #[test]
    fn an_issuer_is_a_name_that_can_be_called() {
        for bad in [
            "",
            "login.example",
            "http://login.example",
            "https://login.example/?x",
            "https://login.example/#x",
            "https://me@login.example",
        ] {
            assert!(documents(bad).is_none(), "{bad}");
        }
    }
}
