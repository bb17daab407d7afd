//! Logging out: asked by an app (OpenID Connect RP-Initiated Logout) or by the person.

use super::hint;
use super::session::SignedIn;
use super::told::{self, Told};
use super::{Ctx, FlowError};
use crate::store::{interactions, sessions};
use doorward_protocol::authorize::response::append_query;
use doorward_protocol::client::Client;
use doorward_protocol::logout::{self, LogoutRequest};
use doorward_protocol::params::Params;
use doorward_protocol::secret::{Browser, Digest, random_id};
use doorward_protocol::values::InteractionId;
use std::sync::Arc;

/// What became of a logout request.
#[derive(Debug)]
pub enum Begun {
    /// It is stored: ask the person at its page.
    Ask(InteractionId),
    /// Nothing is left to ask: the person is logged out, or was not logged in.
    Done(Done),
}

/// Logged out.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// The app that asked.
    pub client: Option<Arc<Client>>,
    /// Where to go now, registered for that app.
    pub redirect: Option<String>,
    /// On all devices.
    pub everywhere: bool,
    /// The apps that took part in what ended.
    pub apps: Vec<Told>,
}

/// Takes a logout request. With a hint that proves the caller to have taken part in this very session it is carried out; otherwise the
/// person is asked. With `stay`, for requests posted from other sites, it is only stored.
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`logout`], to be shown as a page.
pub async fn begin(ctx: &Ctx, params: Params, browser: Digest<Browser>, who: Option<SignedIn>, stay: bool) -> Result<Begun, FlowError> {
    let (cache, issuer, asked, notes) = (Arc::clone(&ctx.catalog), ctx.policy.issuer.as_str().to_owned(), params, ctx.notes.clone());
    let (request, client) = ctx
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            let checks = &mut notes.checks();
            let hint = asked.get("id_token_hint").map(|token| hint::read(token, &catalog, &issuer));
            let named = logout::client_named(&asked, hint.as_ref().map(|hint| hint.as_ref().map_err(ToOwned::to_owned)), checks)?;
            let client = match &named {
                Some(id) => catalog.client(conn, id)?,
                None => None,
            };
            if let Some(id) = &named {
                notes.client(id);
            }
            let hint = hint.and_then(Result::ok);
            Ok::<_, FlowError>((logout::validate(&asked, named.as_ref(), client.as_ref(), hint.as_ref(), checks)?, client))
        })
        .await?;
    let proven = who.as_ref().is_some_and(|who| logout::is_proven(&request, &who.record.session.id));
    if !stay && (proven || who.is_none()) {
        let apps = match who {
            Some(who) => end(ctx, who, false).await?,
            None => Vec::new(),
        };
        // With neither a session nor a token of ours, nobody has logged in to an app that registered itself: it is linked, not gone to.
        let known = proven || request.session.is_some() || client.as_ref().is_none_or(|client| client.is_trusted_to_redirect());
        return Ok(Begun::Done(Done { redirect: redirect(&request).filter(|_| known), client, everywhere: false, apps }));
    }
    let id = InteractionId::new(random_id(&*ctx.rng));
    let (key, until) = (id.clone(), ctx.now().plus(super::PATIENCE));
    ctx.write(move |conn| Ok::<_, FlowError>(interactions::insert_logout(conn, &key, &browser, &request, until)?)).await?;
    Ok(Begun::Ask(id))
}

/// A stored logout request with its app.
#[derive(Debug)]
pub struct Asked {
    /// The request.
    pub request: LogoutRequest,
    /// The app that asks.
    pub client: Option<Arc<Client>>,
}

/// The stored logout request of this browser; none when it is unknown or too old.
///
/// # Errors
/// [`FlowError`].
pub async fn find(ctx: &Ctx, id: InteractionId, browser: Digest<Browser>) -> Result<Option<Asked>, FlowError> {
    let (now, cache, notes) = (ctx.now(), Arc::clone(&ctx.catalog), ctx.notes.clone());
    ctx.read(move |conn| {
        let Some(request) = interactions::find_logout(conn, &id, &browser, now)? else { return Ok(None) };
        let client = match &request.client_id {
            Some(client) => {
                notes.client(client);
                cache.get(conn)?.client(conn, client)?
            }
            None => None,
        };
        Ok::<_, FlowError>(Some(Asked { request, client }))
    })
    .await
}

/// Ends this browser's session, or all of the person's. What was given without `offline_access` ends with them, and the apps that took part
/// are queued to be told: nobody waits here until they were. Returns them.
///
/// # Errors
/// [`FlowError`].
pub async fn end(ctx: &Ctx, who: SignedIn, everywhere: bool) -> Result<Vec<Told>, FlowError> {
    let (session, now, cache, issuer) = (who.record.session, ctx.now(), Arc::clone(&ctx.catalog), ctx.policy.issuer.clone());
    let apps = ctx
        .write(move |conn| {
            let catalog = cache.get(conn)?;
            let apps = told::all(conn, &catalog, &issuer, &session, everywhere, now)?;
            sessions::end(conn, &session.id, now)?;
            if everywhere {
                sessions::end_all(conn, &session.subject, None, now)?;
            }
            tracing::info!(target: "doorward::security", sub = %session.subject, everywhere, "logged out");
            Ok::<_, FlowError>(apps)
        })
        .await?;
    ctx.sessions_ended.notify_one();
    Ok(apps)
}

/// Where a request wants the browser to go, with its state (§3).
pub fn redirect(request: &LogoutRequest) -> Option<String> {
    let uri = request.redirect_uri.as_ref()?.uri();
    Some(append_query(uri.as_str(), request.state.iter().map(|state| ("state", state.as_str()))))
}
