//! The public keys of trusted issuers: declared with them, or fetched from where they publish them.

use super::Ctx;
use crate::fetch::{Document, FetchError, Fetched};
use doorward_protocol::jose::JwkSet;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use std::sync::Arc;
use url::Url;

/// The keys that a trusted issuer signs with; none when they can't be had just now. Those at its `jwks_uri` are kept as long as the answer
/// allows, and fetched anew when they lack `kid`: the issuer may have got a new one (OpenID Connect Core §10.1.1).
pub async fn of(ctx: &Ctx, trusted: &TrustedIssuer, kid: Option<&str>) -> Option<JwkSet> {
    let Some(uri) = &trusted.jwks_uri else { return trusted.keys() };
    let url = Url::parse(uri).ok()?;
    let kept = read(trusted, ctx.fetch.get(&url, &Document::KEYS, ctx.now()).await)?;
    if kid.is_none_or(|kid| kept.keys().iter().any(|key| key.kid() == Some(kid))) {
        return Some(kept);
    }
    // Where there is nothing newer, the kept ones say that the key is unknown.
    Some(read(trusted, ctx.fetch.refresh(&url, &Document::KEYS, ctx.now()).await).unwrap_or(kept))
}

fn read(trusted: &TrustedIssuer, answer: Result<Arc<Fetched>, FetchError>) -> Option<JwkSet> {
    let keys = answer.map_err(|why| why.to_string()).and_then(|document| JwkSet::from_json(&document.body).map_err(|why| why.to_string()));
    keys.inspect_err(|why| tracing::warn!(issuer = %trusted.issuer, "the keys of a trusted issuer can't be had: {why}")).ok()
}
