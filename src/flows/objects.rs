//! Signed authorization requests (RFC 9101). Objects and keys are fetched here, before any transaction.

use super::{Ctx, FlowError, client_keys};
use crate::fetch::Document;
use crate::store::replays;
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::error::Refusal;
use doorward_protocol::params::Params;
use doorward_protocol::request_object::{self, Once, Opened};
use std::sync::Arc;
use url::Url;

/// Opens an object with the keys of the client that it is said to be of. That it is used once is still to be seen to.
///
/// # Errors
/// [`FlowError::Refused`] by a check of the object.
pub(super) async fn open(ctx: &Ctx, client: &Arc<Client>, object: &str) -> Result<Opened, FlowError> {
    let kid = request_object::kid(object);
    let keys = client_keys::keys_of(ctx, client, kid.as_deref()).await.map_err(|why| match why {
        FlowError::Refused(_) => Refusal::by(Check::RequestObjectKeys).into(),
        other => other,
    })?;
    Ok(request_object::open(object, &*keys, client, &ctx.policy.issuer, ctx.now(), &mut ctx.checks())?)
}

/// The parameters of an object that the browser brings. One that is for one use is spent by that, whatever comes of the request.
///
/// # Errors
/// As [`open`]; [`Check::RequestObjectOnce`].
pub(super) async fn brought(ctx: &Ctx, client: &Arc<Client>, object: &str) -> Result<Params, FlowError> {
    let Opened { params, once } = open(ctx, client, object).await?;
    let first = match once {
        Some(Once { key, expires_at }) => ctx.write(move |conn| Ok::<_, FlowError>(replays::first_use(conn, &key, expires_at)?)).await?,
        None => true,
    };
    ctx.checks().hold(Check::RequestObjectOnce, first)?;
    Ok(params)
}

/// The parameters of an object at an address. What stands there may be used again: its client leaves it there for that.
///
/// # Errors
/// As [`open`]; [`Check::RequestUriRegistered`], [`Check::RequestUriFetched`].
pub(super) async fn referred(ctx: &Ctx, client: &Arc<Client>, uri: &str) -> Result<Params, FlowError> {
    // RFC 9101 §10.4.1: only what was registered is fetched, or this server calls whatever a stranger names.
    ctx.checks().hold(Check::RequestUriRegistered, client.has_request_uri(uri))?;
    let url = Url::parse(uri).map_err(|_| Refusal::by(Check::RequestUriFetched))?;
    // OpenID Connect Core §6.2: a fragment tells versions apart, so what is kept may be another one.
    let anew = url.fragment().is_some();
    match open(ctx, client, &fetched(ctx, &url, anew).await?).await {
        Ok(opened) => Ok(opened.params),
        // What was kept may be out of date; at most now and then is it fetched again.
        Err(FlowError::Refused(_)) if !anew => Ok(open(ctx, client, &fetched(ctx, &url, true).await?).await?.params),
        Err(why) => Err(why),
    }
}

async fn fetched(ctx: &Ctx, url: &Url, anew: bool) -> Result<String, FlowError> {
    let (what, now) = (&Document::REQUEST_OBJECT, ctx.now());
    let outcome = if anew { ctx.fetch.refresh(url, what, now).await } else { ctx.fetch.get(url, what, now).await };
    let document = outcome.map_err(|why| {
        tracing::info!(host = url.host_str(), %why, "a request object could not be fetched");
        Refusal::by(Check::RequestUriFetched)
    })?;
    let text = std::str::from_utf8(&document.body).map_err(|_| Refusal::by(Check::RequestObjectWellFormed))?;
    Ok(text.trim().to_owned())
}
