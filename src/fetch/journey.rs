//! A whole request: from the URL over every redirect to the document, within one time.

use super::exchange::{Answer, Sent, exchange};
use super::freshness::{self, Freshness};
use super::gate::{AtHost, Gate};
use super::resolve::Resolve;
use super::rules::{Rules, Target};
use super::tls::Tls;
use super::{Document, FetchError, Fetched, Limits, Status};
use doorward_protocol::values::Timestamp;
use hyper::header::{CONTENT_TYPE, LOCATION};
use rocket::tokio::time;
use std::net::IpAddr;
use std::sync::Arc;
use url::Url;

/// What every request goes by.
pub(super) struct Guide {
    pub rules: Rules,
    pub limits: Limits,
    pub gate: Arc<Gate>,
    pub tls: Tls,
    pub resolver: Arc<dyn Resolve>,
}

impl Guide {
    /// Fetches a document, and says how long it may be kept.
    pub async fn get(&self, url: &Url, what: &Document, now: Timestamp) -> Result<(Fetched, Freshness), FetchError> {
        let _place = self.gate.enter()?;
        let whole = time::timeout(self.limits.total, self.follow(url, what, now));
        self.logged(url, whole, |(_, _)| 200).await
    }

    /// Posts a form. No redirect is followed.
    pub async fn post(&self, url: &Url, form: String) -> Result<Status, FetchError> {
        let _place = self.gate.enter()?;
        let sent = Sent::Form(form);
        let whole = time::timeout(self.limits.total, async { self.hop(url, &sent).await.map(|(answer, _)| Status(answer.status)) });
        self.logged(url, whole, |status| status.0).await
    }

    async fn follow(&self, first: &Url, what: &Document, now: Timestamp) -> Result<(Fetched, Freshness), FetchError> {
        let sent = Sent::Get { accept: what.accept };
        let mut url = first.clone();
        for _ in 0..=what.redirects {
            // The host's place is held until its whole answer was read: a slow body is a slow host.
            let (answer, _place) = self.hop(&url, &sent).await?;
            match answer.status {
                200 => {
                    let freshness = freshness::of(&answer.headers, now);
                    let content_type = answer.header(CONTENT_TYPE).map(str::to_owned);
                    let body = answer.read(what.most_bytes).await?;
                    return Ok((Fetched { body, content_type }, freshness));
                }
                301 | 302 | 303 | 307 | 308 if what.redirects == 0 => return Err(FetchError::Redirects),
                301 | 302 | 303 | 307 | 308 => url = next(&url, answer.header(LOCATION))?,
                other => return Err(FetchError::Status(other)),
            }
        }
        Err(FetchError::Redirects)
    }

    /// One request, by all rules: a hop of a redirect is nothing better than a URL somebody gave us.
    async fn hop(&self, url: &Url, sent: &Sent) -> Result<(Answer, AtHost), FetchError> {
        let target = self.rules.target(url)?;
        let place = self.gate.at(&target.host)?;
        let addresses = self.vetted(&target).await?;
        exchange(url, &target, &addresses, self.limits.connect, &self.tls, sent).await.map(|answer| (answer, place))
    }

    async fn vetted(&self, target: &Target) -> Result<Vec<IpAddr>, FetchError> {
        let found = match target.literal {
            Some(ip) => vec![ip],
            None => self.resolver.resolve(&target.host).await?,
        };
        self.rules.vet(target, &found)
    }

    async fn logged<T>(
        &self,
        url: &Url,
        whole: impl Future<Output = Result<Result<T, FetchError>, time::error::Elapsed>>,
        status: impl Fn(&T) -> u16,
    ) -> Result<T, FetchError> {
        let started = stopwatch();
        let outcome = whole.await.unwrap_or(Err(FetchError::Timeout));
        let millis = started.elapsed().as_millis();
        let host = url.host_str().unwrap_or_default();
        match &outcome {
            Ok(given) => tracing::debug!(host, status = status(given), millis, "fetched"),
            Err(why @ FetchError::Address { .. }) => {
                tracing::warn!(target: "doorward::security", host, millis, %why, "an outgoing request was refused");
            }
            Err(why) => tracing::debug!(host, millis, %why, "not fetched"),
        }
        outcome
    }
}

/// Where a redirect leads.
pub(super) fn next(from: &Url, location: Option<&str>) -> Result<Url, FetchError> {
    let to = from.join(location.ok_or(FetchError::BadRedirect)?).map_err(|_| FetchError::BadRedirect)?;
    if from.scheme() == "https" && to.scheme() == "http" { Err(FetchError::Downgrade) } else { Ok(to) }
}

#[expect(clippy::disallowed_methods, reason = "a duration for the log; nothing is decided by it")]
fn stopwatch() -> std::time::Instant {
    std::time::Instant::now()
}
