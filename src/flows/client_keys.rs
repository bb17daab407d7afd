//! The public keys of a client: those in its metadata, or those that its `jwks_uri` has now. Never called inside a transaction.

use super::{Ctx, FlowError};
use crate::fetch::Document;
use doorward_protocol::certificate;
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::jose::JwkSet;
use serde_json::Value;
use std::sync::Arc;
use url::Url;

/// The keys of a client, for assertions and signed requests. Those at its `jwks_uri` are kept as long as the answer allows, and fetched
/// anew when they lack `kid` (OpenID Connect Core §10.1.1).
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::AssertionKeys`] when they can't be had.
pub async fn keys_of(ctx: &Ctx, client: &Arc<Client>, kid: Option<&str>) -> Result<Arc<JwkSet>, FlowError> {
    let Some(uri) = &client.metadata.jwks_uri else { return Ok(Arc::new(client.keys.clone())) };
    let has = |keys: &JwkSet| kid.is_none_or(|kid| keys.keys().iter().any(|key| key.kid() == Some(kid)));
    let read = |body: &[u8]| JwkSet::from_json(body).map_err(|why| why.to_string());
    Ok(Arc::new(fetched(ctx, client, uri, read, has).await?))
}

/// The thumbprints of a client's registered certificates (RFC 8705 §2.2.2); fetched anew when they lack `wanted`.
///
/// # Errors
/// As [`keys_of`].
pub async fn certificates_of(ctx: &Ctx, client: &Arc<Client>, wanted: &str) -> Result<Vec<String>, FlowError> {
    let metadata = &client.metadata;
    let Some(uri) = &metadata.jwks_uri else { return Ok(metadata.jwks.as_ref().map(certificate::thumbprints).unwrap_or_default()) };
    let read =
        |body: &[u8]| serde_json::from_slice::<Value>(body).map(|jwks| certificate::thumbprints(&jwks)).map_err(|why| why.to_string());
    fetched(ctx, client, uri, read, |known: &Vec<String>| known.iter().any(|thumbprint| thumbprint == wanted)).await
}

/// What is at `uri`; fetched once more where it lacks what is looked for. Where there is nothing newer, the kept one says so.
async fn fetched<T>(
    ctx: &Ctx,
    client: &Client,
    uri: &str,
    read: impl Fn(&[u8]) -> Result<T, String>,
    has: impl Fn(&T) -> bool,
) -> Result<T, FlowError> {
    let noted = |outcome: Result<T, String>| {
        outcome.inspect_err(|why| tracing::warn!(client = %client.id, "the keys of a client can't be had: {why}")).ok()
    };
    let url = ctx.checks().some(Check::AssertionKeys, Url::parse(uri).ok())?;
    let kept = ctx.fetch.get(&url, &Document::KEYS, ctx.now()).await;
    let kept = noted(kept.map_err(|why| why.to_string()).and_then(|document| read(&document.body)));
    let kept = match kept {
        Some(kept) if has(&kept) => return Ok(kept),
        other => other,
    };
    let newer = ctx.fetch.refresh(&url, &Document::KEYS, ctx.now()).await;
    let newer = noted(newer.map_err(|why| why.to_string()).and_then(|document| read(&document.body)));
    Ok(ctx.checks().some(Check::AssertionKeys, newer.or(kept))?)
}
