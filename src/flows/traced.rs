//! Whose flows somebody may see in the glass box: the owner of a client, those of that client.

use super::session::SignedIn;
use super::{Ctx, FlowError};
use crate::store::users;
use crate::trace::Traces;
use doorward_protocol::values::{ClientId, Seconds, Timestamp};
use std::collections::HashMap;
use std::sync::Arc;

/// What was said is shown to somebody who proved who they are within this time.
pub const RECENT: Seconds = Seconds::hours(1);

/// Whether a person logged in of late.
pub fn is_recent(ctx: &Ctx, reader: &SignedIn) -> bool {
    ctx.now().since(reader.record.session.auth_time) <= RECENT
}

/// Tells the glass box whose flows to keep, as the database says now.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn follow(ctx: &Ctx, traces: &Traces) -> Result<(), FlowError> {
    traces.watch(all(ctx).await?);
    traces.forget_old(ctx.now());
    Ok(())
}

/// Every client whose flows are kept or may still be seen, and until when they are kept.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn all(ctx: &Ctx) -> Result<HashMap<ClientId, Timestamp>, FlowError> {
    let cache = Arc::clone(&ctx.catalog);
    ctx.store.read(move |conn| Ok::<_, FlowError>(cache.get(conn)?.traced.clone())).await
}

/// Those of `clients` that the reader owns.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn owned(ctx: &Ctx, reader: &SignedIn, clients: Vec<ClientId>) -> Result<Vec<ClientId>, FlowError> {
    let (cache, name) = (Arc::clone(&ctx.catalog), users::fold(&reader.user.person.username));
    ctx.store
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            let mut theirs = Vec::new();
            for id in &clients {
                let client = catalog.client(conn, id)?;
                let owner = client.and_then(|client| client.metadata.owner.as_deref().map(users::fold));
                theirs.extend(owner.filter(|owner| *owner == name).map(|_| id.clone()));
            }
            Ok::<_, FlowError>(theirs)
        })
        .await
}
