//! `POST /introspect` (RFC 7662).

use super::client_auth::{Sender, authenticate_for};
use super::client_document::Need;
use super::mint::Told;
use super::subject::sub_for;
use super::{Ctx, FlowError, mint, subject, userinfo};
use crate::store::tokens;
use doorward_protocol::check::Check;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use doorward_protocol::resource;
use doorward_protocol::secret::{Refresh, Secret};
use serde_json::Value;
use std::sync::Arc;

/// What a client may know of a token; signed where it asks for a JWT or is registered so.
///
/// # Errors
/// [`FlowError::Refused`] when the client isn't authentic or names no token.
pub async fn introspect(ctx: &Ctx, sender: &Sender, params: &Params, wants_jwt: bool) -> Result<Told<Value>, FlowError> {
    let (by, catalog) = authenticate_for(ctx, sender, Need::Held).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    params.no_repeats(&mut ctx.checks()).map_err(as_client)?;
    let presented = params.get("token").ok_or_else(|| as_client(Refusal::by(Check::TokenPresent)))?.to_owned();
    let now = ctx.now();
    let (seal, issuer, notes) = (Arc::clone(&ctx.seal), ctx.policy.issuer.as_str().to_owned(), ctx.notes.clone());
    let signed = resource::introspection_alg(by.client(), wants_jwt);
    let (asked_by, keys) = (Arc::clone(by.client()), Arc::clone(&catalog));
    let answer = ctx
        .read(move |conn| {
            let mut access = userinfo::find(conn, &presented, &catalog, now)?;
            // The person as its JWT names them, whoever asks.
            if let Some(token) = &mut access
                && let Some(subject) = &token.subject
            {
                match subject::viewer(conn, &catalog, token)? {
                    Some(client) => token.subject = Some(sub_for(&seal, &client, subject)),
                    // By whose name to call the person is gone with that client.
                    None => access = None,
                }
            }
            let refresh = match &access {
                Some(_) => None,
                None => tokens::find_refresh(conn, &Secret::<Refresh>::shown(presented.as_str()).digest(), now)?,
            };
            let checks = &mut notes.checks();
            match refresh {
                Some((mut token, _)) => {
                    token.grant.subject = sub_for(&seal, by.client(), &token.grant.subject);
                    resource::introspect_refresh(&by, &token, &issuer, now, checks)
                }
                None => resource::introspect(&by, access.as_ref(), &issuer, now, checks),
            }
            .map_err(as_client)
        })
        .await?;
    match signed {
        None => Ok(Told::Plain(answer)),
        Some(alg) => mint::introspection(ctx, &keys, &asked_by, alg, &answer).map(Told::Signed),
    }
}
