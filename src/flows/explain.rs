//! What `error_uri` leads to: sealed into the address itself, opened for the owner of the client.

use super::{Ctx, FlowError};
use crate::store::users::{self, User};
use doorward_protocol::error::Refusal;
use doorward_protocol::explain::{Explanation, is_explained};
use doorward_protocol::metadata::path;
use doorward_protocol::values::ClientId;
use std::sync::Arc;

/// The `error_uri` of a refusal (RFC 6749 §4.1.2.1, §5.2): alike in form and length whatever happened and whoever was named, so that it
/// tells a stranger nothing.
pub fn error_uri(ctx: &Ctx, refusal: &Refusal, client: Option<&ClientId>) -> Option<String> {
    is_explained(refusal.code()).then(|| {
        let explanation = Explanation::of(refusal, client, ctx.now());
        let sealed = ctx.seal.seal_explanation(&explanation.to_bytes(), &*ctx.rng);
        ctx.policy.issuer.at(&format!("{}/{sealed}", path::ERRORS))
    })
}

/// Where all error codes are explained and no refusal is.
pub fn general_uri(ctx: &Ctx) -> String {
    ctx.policy.issuer.at(path::ERRORS)
}

/// Opens one: for the owner of the client it is about, and in the demo for anybody. Everybody else gets what anybody gets for an address
/// that never was one.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn open(ctx: &Ctx, id: &str, reader: Option<&User>, demo: bool) -> Result<Option<Explanation>, FlowError> {
    let opened = ctx.seal.open_explanation(id).ok().and_then(|bytes| Explanation::from_bytes(&bytes, ctx.now()));
    let Some(explanation) = opened else { return Ok(None) };
    if demo {
        return Ok(Some(explanation));
    }
    let (Some(reader), Some(id)) = (reader, explanation.client.clone()) else { return Ok(None) };
    let cache = Arc::clone(&ctx.catalog);
    let client = ctx.store.read(move |conn| Ok::<_, FlowError>(cache.get(conn)?.client(conn, &id)?)).await?;
    let owner = client.and_then(|client| client.metadata.owner.as_deref().map(users::fold));
    Ok(owner.is_some_and(|owner| owner == users::fold(&reader.person.username)).then_some(explanation))
}
