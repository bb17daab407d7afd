//! The way out of every authorization response: signed here where its client wants it (JARM).

use super::explain::error_uri;
use super::mint::sign;
use super::{Ctx, FlowError};
use doorward_protocol::authorize::RedirectError;
use doorward_protocol::authorize::response::{Draft, Response};
use doorward_protocol::client::Client;
use std::sync::Arc;

/// Lets an answer leave. Called after the commit: what a client gets is durable.
///
/// # Errors
/// [`FlowError`] when there is no key, or the database can't give it.
pub(super) async fn leave(ctx: &Ctx, client: &Client, draft: Draft) -> Result<Response, FlowError> {
    let catalog = if draft.is_signed() {
        let cache = Arc::clone(&ctx.catalog);
        ctx.read(move |conn| cache.get(conn)).await?
    } else {
        Arc::default()
    };
    draft.leave(|draft| {
        let now = ctx.now();
        sign(&catalog, client.authorization_alg(), "JWT", &draft.claims(&client.id, &ctx.policy.issuer, now), now)
    })
}

/// Tells the client why not.
///
/// # Errors
/// As [`leave`].
pub(super) async fn refuse(ctx: &Ctx, client: &Client, refused: RedirectError) -> Result<Response, FlowError> {
    let uri = error_uri(ctx, &refused.refusal, Some(&client.id));
    leave(ctx, client, Draft::error(refused.target, &refused.refusal, uri, &ctx.policy)).await
}
