//! What an authorization request asks: read and held against the rules, or found where it was pushed.

use super::catalog::Catalog;
use super::{Ctx, FlowError, hint, objects};
use crate::store::{Conn, pushed};
use doorward_protocol::authorize::{Bound, Carried, Manner, PageError, Raw, RedirectError, Request};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::Client;
use doorward_protocol::error::Refusal;
use doorward_protocol::secret::{Digest, PushedRequest};
use doorward_protocol::values::{ClientId, InteractionId, Subject};
use std::sync::Arc;

/// A request that holds.
pub(super) struct Asked {
    pub(super) request: Request,
    pub(super) client: Arc<Client>,
    /// Under what it was pushed.
    pub(super) pushed: Option<Digest<PushedRequest>>,
}

/// Why there is none.
pub(super) enum Unasked {
    /// A rule refused.
    Refused(Refused),
    /// It is being answered: its pages stand here.
    Open(InteractionId),
}

/// Where a refusal goes.
pub(super) enum Refused {
    /// To the person.
    Page(PageError),
    /// To the client.
    Redirect(RedirectError, Arc<Client>),
}

impl Refused {
    /// The refusal, where it goes to the client itself.
    pub(super) fn into_refusal(self) -> Refusal {
        match self {
            Self::Page(page) => page.0,
            Self::Redirect(error, _) => error.refusal,
        }
    }
}

impl From<PageError> for Refused {
    fn from(page: PageError) -> Self {
        Self::Page(page)
    }
}

impl From<Refusal> for Unasked {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(PageError(refusal).into())
    }
}

/// Where the parameters are that count, and whose they are said to be.
#[derive(Clone)]
pub(super) enum Source {
    /// At hand.
    Here(ClientId, Raw),
    /// In the store.
    Pushed(ClientId, Digest<PushedRequest>),
}

/// Finds the parameters of what came to `/authorize`. What a signed object says takes the place of all that came with it (RFC 9101 §6.3).
pub(super) async fn locate(ctx: &Ctx, raw: Raw) -> Result<Result<Source, Refused>, FlowError> {
    let checks = &mut ctx.checks();
    let (id, carried) = match raw.client_id(checks).and_then(|id| Ok((id, Carried::of(raw.params(), checks)?))) {
        Ok(both) => both,
        Err(page) => return Ok(Err(page.into())),
    };
    let (object, uri) = match carried {
        Carried::Here => return Ok(Ok(Source::Here(id, raw))),
        Carried::Pushed(reference) => return Ok(Ok(Source::Pushed(id, reference.digest()))),
        Carried::Object(object) => (object, None),
        Carried::At(uri) => (String::new(), Some(uri)),
    };
    let (cache, key) = (Arc::clone(&ctx.catalog), id.clone());
    let Some(client) = ctx.read(move |conn| Ok::<_, FlowError>(cache.get(conn)?.client(conn, &key)?)).await? else {
        return Ok(Err(PageError(Refusal::by(Check::ClientKnown)).into()));
    };
    let params = match uri {
        Some(uri) => objects::referred(ctx, &client, &uri).await,
        None => objects::brought(ctx, &client, &object).await,
    };
    match params {
        Ok(params) => Ok(Ok(Source::Here(id, Raw::by(Manner { pushed: false, signed: true }, params)))),
        Err(FlowError::Refused(refusal)) => Ok(Err(told(raw, client, refusal))),
        Err(why) => Err(why),
    }
}

/// Where a refusal goes whose request can't be read: to the client if what came with it names a redirect URI that holds.
fn told(raw: Raw, client: Arc<Client>, refusal: Refusal) -> Refused {
    let bound = raw.bind(Some(Arc::clone(&client)), &mut Checks::silent()).ok();
    match bound.as_ref().and_then(Bound::named_target) {
        Some(target) => Refused::Redirect(RedirectError { refusal, target: target.clone() }, client),
        None => PageError(refusal).into(),
    }
}

/// Reads the parameters.
pub(super) fn read(conn: &mut Conn, ctx: &Ctx, catalog: &Catalog, source: Source) -> Result<Result<Asked, Unasked>, FlowError> {
    let checks = &mut ctx.checks();
    match source {
        Source::Here(id, raw) => Ok(hold(ctx, catalog, raw, catalog.client(conn, &id)?, checks).map_err(Unasked::Refused)),
        Source::Pushed(id, digest) => {
            let client = catalog.client(conn, &id)?;
            find(conn, ctx, &digest, client, checks)
        }
    }
}

/// Holds parameters against the rules.
pub(super) fn hold(ctx: &Ctx, catalog: &Catalog, raw: Raw, client: Option<Arc<Client>>, checks: &mut Checks<'_>) -> Result<Asked, Refused> {
    let bound = raw.bind(client, checks)?;
    let client = Arc::clone(bound.client());
    let hinted = bound.id_token_hint().map(|hint| hinted(hint, &client.id, catalog, ctx.policy.issuer.as_str())).transpose();
    match bound.validate(hinted, &catalog.apis, &ctx.policy, checks) {
        Ok(request) => Ok(Asked { request, client, pushed: None }),
        Err(error) => Err(Refused::Redirect(error, client)),
    }
}

/// Finds what was pushed. Whatever else the browser brings is no part of the request (RFC 9126 §4, RFC 9101 §6.3).
fn find(
    conn: &mut Conn,
    ctx: &Ctx,
    digest: &Digest<PushedRequest>,
    client: Option<Arc<Client>>,
    checks: &mut Checks<'_>,
) -> Result<Result<Asked, Unasked>, FlowError> {
    let found = pushed::find(conn, digest, ctx.now())?;
    // RFC 9126 §4: bound to the client that pushed it; one that lost this redirect URI meanwhile gets nothing.
    let own = found
        .zip(client)
        .filter(|(pushed, client)| pushed.request.client_id == client.id && client.has_redirect_uri(pushed.request.target.uri.as_str()));
    let (pushed, client) = match checks.some(Check::PushedRequestKnown, own) {
        Ok(own) => own,
        Err(refusal) => return Ok(Err(refusal.into())),
    };
    Ok(match (pushed.taken, pushed.interaction) {
        (false, _) => Ok(Asked { request: pushed.request, client, pushed: Some(digest.clone()) }),
        // RFC 9126 §7.3: a page asked for again, as long as the request is not answered.
        (true, Some(id)) => Err(Unasked::Open(id)),
        (true, None) => Err(Refusal::by(Check::PushedRequestUnused).into()),
    })
}

/// Whom an ID token of ours names, if it was issued to this client; its age doesn't matter (OpenID Connect Core §3.1.2.1).
fn hinted(token: &str, client: &ClientId, catalog: &Catalog, issuer: &str) -> Result<Subject, ()> {
    let hint = hint::read(token, catalog, issuer)?;
    if hint.client_id == *client { Ok(hint.subject) } else { Err(()) }
}
