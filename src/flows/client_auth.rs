//! Who sends a request: the client, as it proves itself, and the keys it holds.

use super::catalog::Catalog;
use super::{Ctx, FlowError};
use doorward_protocol::check::Checks;
use doorward_protocol::client_auth::{self, Authenticated, Presented};
use doorward_protocol::values::ClientId;
use std::sync::Arc;

/// What a request shows of its sender beside its parameters.
#[derive(Debug)]
pub struct Sender {
    /// What it shows of its client.
    pub shown: Presented,
    /// The values of its `DPoP` headers (RFC 9449 §4.1).
    pub dpop: Vec<String>,
}

/// Proves who the client is, with the catalog as of now: one read.
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::ClientAuthentic`](doorward_protocol::check::Check::ClientAuthentic).
pub async fn authenticate(ctx: &Ctx, sender: &Sender) -> Result<(Authenticated, Arc<Catalog>), FlowError> {
    let id = ClientId::new(sender.shown.client_id());
    let cache = Arc::clone(&ctx.catalog);
    let (client, catalog) = ctx
        .store
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            Ok::<_, FlowError>((catalog.client(conn, &id)?, catalog))
        })
        .await?;
    Ok((client_auth::authenticate(&sender.shown, client, &mut Checks::silent())?, catalog))
}
