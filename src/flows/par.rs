//! `POST /par`: a client pushes an authorization request and gets a reference to it (RFC 9126).

use super::asking::{self, Refused};
use super::catalog::Catalog;
use super::client_auth::{Sender, authenticate};
use super::dpop::{self, At};
use super::{Ctx, FlowError, objects};
use crate::store::{pushed, replays};
use doorward_protocol::authorize::{Carried, Manner, PUSHED, Raw, Request};
use doorward_protocol::binding::Proven;
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::error::Refusal;
use doorward_protocol::metadata::path;
use doorward_protocol::params::Params;
use doorward_protocol::request_object::{Once, Opened};
use doorward_protocol::secret::{PushedRequest, Secret};
use serde::Serialize;
use std::sync::Arc;

/// RFC 9126 §2.2.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    request_uri: String,
    expires_in: i64,
}

/// Takes a request. Everything is checked now: what is stored can be answered.
///
/// # Errors
/// [`FlowError::Refused`] with the rule that refused (§2.3), [`FlowError::Store`] when nothing could be committed.
pub async fn push(ctx: &Ctx, sender: &Sender, params: Params) -> Result<Answer, FlowError> {
    // Before the client is proven: an assertion works once, and whoever is asked for a nonce comes again with the same one.
    let proof = dpop::prove(ctx, &sender.dpop, At { method: "POST", path: path::PUSHED, token: None })?;
    let (by, catalog) = authenticate(ctx, sender).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    dpop::fits(ctx, proof.as_ref(), by.client())?;
    let proven = dpop::proven(proof.as_ref(), sender.certificate.as_deref());
    let (raw, once) = opened(ctx, by.client(), params).await.map_err(|why| match why {
        FlowError::Refused(refusal) => as_client(refusal),
        other => other,
    })?;
    let request = hold(ctx, &catalog, by.client(), raw, &proven).map_err(as_client)?;
    let reference = Secret::<PushedRequest>::mint(&*ctx.rng);
    let (digest, lives) = (reference.digest(), ctx.policy.pushed_request_lifetime);
    let (until, notes) = (ctx.now().plus(lives), ctx.notes.clone());
    let commit = move |conn: &mut _| {
        if let Err(refusal) = dpop::first_use(conn, proof.as_ref(), &notes)? {
            return Ok(Err(refusal));
        }
        if let Some(Once { key, expires_at }) = &once
            && !replays::first_use(conn, key, *expires_at)?
        {
            return Ok(Err(Refusal::by(Check::RequestObjectOnce)));
        }
        pushed::insert(conn, &digest, &request, until)?;
        Ok::<_, FlowError>(Ok(()))
    };
    ctx.write(commit).await?.map_err(as_client)?;
    Ok(Answer { request_uri: format!("{PUSHED}{}", reference.expose()), expires_in: lives.0 })
}

/// The parameters, which may stand in a signed object: then nothing beside it counts (§3, RFC 9101 §6.3).
async fn opened(ctx: &Ctx, client: &Arc<Client>, params: Params) -> Result<(Raw, Option<Once>), FlowError> {
    let Some(object) = Carried::pushed(&params, &mut ctx.checks())? else {
        return Ok((Raw::by(Manner { pushed: true, signed: false }, params), None));
    };
    let Opened { params, once } = objects::open(ctx, client, object).await?;
    Ok((Raw::by(Manner { pushed: true, signed: true }, params), once))
}

/// Holds the parameters against every rule of the authorization endpoint (§2.1 step 3), as those of the client that proved itself.
fn hold(ctx: &Ctx, catalog: &Catalog, client: &Arc<Client>, raw: Raw, proven: &Proven) -> Result<Request, Refusal> {
    let checks = &mut ctx.checks();
    let asked = asking::hold(ctx, catalog, raw, Some(Arc::clone(client)), checks).map_err(Refused::into_refusal)?;
    asked.request.proven_by(proven, checks)
}
