//! `POST /revoke` (RFC 7009).

use super::client_auth::{Sender, authenticate_for};
use super::client_document::Need;
use super::{Ctx, FlowError, userinfo};
use crate::store::{grants, tokens};
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use doorward_protocol::secret::{Refresh, Secret};
use doorward_protocol::values::ClientId;

/// Revokes a token of the client that asks: an access token alone, a refresh token with everything of its grant (§2.1).
///
/// An unknown token is fine (§2.2), and the hint changes nothing. What was acknowledged is durable.
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::TokenOfClient`] for somebody else's, [`FlowError::Store`] when it couldn't be done (§2.2.1: 503).
pub async fn revoke(ctx: &Ctx, sender: &Sender, params: &Params) -> Result<(), FlowError> {
    let (by, catalog) = authenticate_for(ctx, sender, Need::Held).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    params.no_repeats(&mut ctx.checks()).map_err(as_client)?;
    let presented = params.get("token").ok_or_else(|| as_client(Refusal::by(Check::TokenPresent)))?.to_owned();
    let now = ctx.now();
    let mine = move |owner: &ClientId| {
        if *owner == by.client().id { Ok(()) } else { Err(FlowError::Refused(Refusal::by(Check::TokenOfClient).authenticated())) }
    };
    ctx.write(move |conn| {
        let digest = Secret::<Refresh>::shown(presented.as_str()).digest();
        if let Some((token, _)) = tokens::find_refresh(conn, &digest, now)? {
            mine(&token.grant.client_id)?;
            grants::revoke(conn, &token.grant.id, now)?;
        } else if let Some(token) = userinfo::find(conn, &presented, &catalog, now)? {
            mine(&token.client_id)?;
            tokens::revoke_access(conn, &token.id, now)?;
        }
        Ok(())
    })
    .await
}
