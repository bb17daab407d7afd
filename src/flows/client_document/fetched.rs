//! A client's metadata document, fetched and read, or why not.

use super::super::{Ctx, FlowError, register, sector};
use super::Read;
use crate::fetch::{Document, FetchError};
use crate::store::{Store, failures};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use doorward_protocol::check::{Check, Evidence};
use doorward_protocol::client_document::read;
use doorward_protocol::error::Refusal;
use doorward_protocol::jose::sha256;
use doorward_protocol::throttle::{DOCUMENTS, Verdict};
use doorward_protocol::values::{ClientId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use url::Url;

/// Why there is no document.
pub(super) enum Lack {
    /// Nothing was said of it.
    Answer(FetchError),
    /// It is gone, or none that may be used.
    Document(FlowError),
}

impl From<FlowError> for Lack {
    fn from(why: FlowError) -> Self {
        Self::Document(why)
    }
}

/// # Errors
/// [`Lack`].
pub(super) async fn fetched(ctx: &Ctx, id: &ClientId, url: &Url, now: Timestamp) -> Result<Read, Lack> {
    let count = Count { store: ctx.store.clone(), key: format!("documents of {}", url.authority()), made: Arc::default() };
    let fetched = match ctx.fetch.get_after(url, &Document::CLIENT_METADATA, now, count.clone().begin(now)).await {
        Ok(fetched) => fetched,
        Err(why) if why.is_silence() => {
            if !why.is_about_the_target() {
                count.take_back().await?;
            }
            return Err(Lack::Answer(why));
        }
        Err(why) => return Err(Lack::Document(unread(url, &why.to_string()))),
    };
    let cache = Arc::clone(&ctx.catalog);
    let catalog = ctx.read(move |conn| cache.get(conn)).await?;
    let metadata = if fetched.is_json() {
        read(id, &fetched.body, &ctx.policy, &register::scopes(&catalog), &mut ctx.checks())
    } else {
        Err(Refusal::by(Check::DocumentFit))
    };
    let metadata = metadata.inspect_err(|_| ctx.fetch.forget(url, &Document::CLIENT_METADATA)).map_err(FlowError::Refused)?;
    // OpenID Connect Core §8.1: or a stranger's document would name another's sector, and see its people under the same names.
    sector::verify(&ctx.fetch, &metadata, now).await.map_err(|why| unread(url, &why.text))?;
    count.take_back().await?;
    Ok(Read { id: id.clone(), metadata, digest: URL_SAFE_NO_PAD.encode(sha256(&fetched.body)), host: host(url), now })
}

/// The host without its port, of which everybody has many.
fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// A request that is counted before it is made, so that nobody makes this server knock at a door again and again. Those who share it aren't
/// counted, and what is good is given back.
#[derive(Clone)]
struct Count {
    store: Store,
    key: String,
    made: Arc<AtomicBool>,
}

impl Count {
    async fn begin(self, now: Timestamp) -> Result<(), FetchError> {
        let key = self.key;
        match self.store.write(move |conn| failures::count(conn, &key, DOCUMENTS, now)).await {
            Ok(Verdict::Go(_)) => {
                self.made.store(true, Ordering::SeqCst);
                Ok(())
            }
            Ok(Verdict::Wait(_)) => Err(FetchError::Paced),
            Err(_) => Err(FetchError::Broken),
        }
    }

    async fn take_back(self) -> Result<(), FlowError> {
        if self.made.swap(false, Ordering::SeqCst) {
            let key = self.key;
            self.store.write(move |conn| failures::take_back(conn, &key)).await?;
        }
        Ok(())
    }
}

pub(super) fn unread(url: &Url, why: &str) -> FlowError {
    let evidence = Evidence::new("the metadata document of the client", format!("{url}: {why}"));
    FlowError::Refused(Refusal { check: Check::DocumentRead, evidence: Some(evidence), authenticated: false })
}
