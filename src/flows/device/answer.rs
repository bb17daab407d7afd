//! What the page of an entered code is to show, and the person's answer.

use super::enter::CONTEXT;
use crate::flows::authorize::Who;
use crate::flows::catalog::Catalog;
use crate::flows::{Ctx, FlowError};
use crate::store::device_codes::{self, Entered};
use crate::store::users::User;
use crate::store::{Conn, grants, sessions};
use doorward_protocol::authorize::{Answer, ConsentAsk};
use doorward_protocol::claims_request::ClaimsRequest;
use doorward_protocol::client::Client;
use doorward_protocol::device::{is_fresh, shown};
use doorward_protocol::grants::{Grant, GrantType};
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{Browser, Digest, Secret, UserCode, random_id};
use doorward_protocol::values::{GrantId, InteractionId, Timestamp};
use std::sync::Arc;

/// What the page of an entered code is to show.
#[derive(Debug)]
pub enum Step {
    /// The login page; `again` when the person is known and only has to prove it anew.
    Login {
        /// For what.
        view: Box<View>,
        /// Whether somebody is logged in.
        again: bool,
    },
    /// The question.
    Ask(Box<View>, ConsentAsk),
    /// It was answered: allowed, or not.
    Answered(Box<View>, bool),
    /// It is unknown, or too old to go on with.
    Expired,
    /// It was entered in another browser.
    OtherBrowser,
}

/// An entered code with what its pages show.
#[derive(Debug)]
pub struct View {
    /// What was asked, and from where.
    pub entered: Entered,
    /// The code as the device shows it.
    pub code: String,
    /// Who asks.
    pub client: Arc<Client>,
    /// The APIs, for the words of their scopes.
    pub catalog: Arc<Catalog>,
    /// Who is logged in.
    pub user: Option<User>,
}

/// The code of a page, opened by the browser that entered it.
fn open(conn: &mut Conn, ctx: &Ctx, page: &InteractionId, browser: Option<&Digest<Browser>>) -> Result<Result<View, Step>, FlowError> {
    let Some(entered) = device_codes::on_page(conn, page)? else { return Ok(Err(Step::Expired)) };
    ctx.notes.client(&entered.asked.client_id);
    // RFC 10027 §6.1.3: a code is one browser's; a link to its page opens nothing elsewhere.
    if browser != Some(&entered.browser) {
        return Ok(Err(Step::OtherBrowser));
    }
    let catalog = ctx.catalog.get(conn)?;
    // A client that was deleted or lost the grant meanwhile gets nothing.
    let client = catalog.client(conn, &entered.asked.client_id)?.filter(|client| client.may(GrantType::DeviceCode));
    let living = entered.allowed.is_some() || ctx.now() < entered.asked.valid_until;
    // What can't be shown can't be asked: an operator took the type of a transaction away.
    let shown_whole = catalog.apis.can_show(&entered.asked.request.details);
    let Some(client) = client.filter(|_| living && shown_whole) else { return Ok(Err(Step::Expired)) };
    let plain = ctx.seal.open(CONTEXT, &entered.sealed_code).map_err(|why| FlowError::Internal(why.to_string()))?;
    let code = shown(&Secret::<UserCode>::shown(String::from_utf8_lossy(&plain)));
    Ok(Ok(View { entered, code, client, catalog, user: None }))
}

/// What is next for an entered code: it is never answered without being asked.
///
/// # Errors
/// [`FlowError`].
pub async fn resume(ctx: &Ctx, page: InteractionId, browser: Option<Digest<Browser>>, who: Option<Who>) -> Result<Step, FlowError> {
    let inner = ctx.clone();
    let mut view = match ctx.read(move |conn| open(conn, &inner, &page, browser.as_ref())).await? {
        Ok(view) => Box::new(view),
        Err(step) => return Ok(step),
    };
    if let Some(allowed) = view.entered.allowed {
        return Ok(Step::Answered(view, allowed));
    }
    let fresh = who.as_ref().is_some_and(|who| is_fresh(&who.session, view.entered.at));
    view.user = who.map(|who| who.user);
    if !fresh {
        let again = view.user.is_some();
        return Ok(Step::Login { view, again });
    }
    let ask = view.entered.asked.request.ask(&view.client, &view.catalog.apis);
    Ok(Step::Ask(view, ask))
}

/// Carries out a person's answer. The question is asked anew of the rules, so that a form can't answer another one; the page then shows
/// what became of it.
///
/// # Errors
/// [`FlowError`].
pub async fn decided(
    ctx: &Ctx,
    page: InteractionId,
    browser: Option<Digest<Browser>>,
    who: Option<Who>,
    given: Answer,
) -> Result<(), FlowError> {
    let (inner, now, id) = (ctx.clone(), ctx.now(), GrantId::new(random_id(&*ctx.rng)));
    let work = move |conn: &mut Conn| {
        let Ok(view) = open(conn, &inner, &page, browser.as_ref())? else { return Ok(()) };
        let request = &view.entered.asked.request;
        let ask = request.ask(&view.client, &view.catalog.apis);
        let Ok(scopes) = request.granted(&ask, &given, &mut inner.checks()) else {
            if device_codes::hold(conn, &page, now)? {
                device_codes::deny(conn, &page, now)?;
                tracing::info!(target: "doorward::security", client = %view.client.id, "device refused");
            }
            return Ok(());
        };
        let Some(who) = who.as_ref().filter(|who| is_fresh(&who.session, view.entered.at)) else { return Ok(()) };
        if !sessions::hold(conn, &who.session.id, now)? || !device_codes::hold(conn, &page, now)? {
            return Ok(());
        }
        let grant = grant(&inner, &view, who, scopes, id.clone(), now);
        grants::insert(conn, &grant, now)?;
        // As an authorization code: what was allowed at the last moment can still be fetched.
        let until = view.entered.asked.valid_until.max(now.plus(inner.policy.code_lifetime));
        device_codes::allow(conn, &page, &grant.id, until)?;
        tracing::info!(target: "doorward::security", client = %grant.client_id, sub = %grant.subject, grant = %grant.id, "device allowed");
        Ok::<_, FlowError>(())
    };
    ctx.write(work).await
}

fn grant(ctx: &Ctx, view: &View, who: &Who, scopes: Scopes, id: GrantId, now: Timestamp) -> Grant {
    let request = &view.entered.asked.request;
    Grant {
        id,
        client_id: view.client.id.clone(),
        subject: who.session.subject.clone(),
        session: who.session.id.clone(),
        scopes,
        resources: request.resources.clone(),
        auth_time: who.session.auth_time,
        nonce: None,
        claims: ClaimsRequest::default(),
        details: request.details.clone(),
        confirmation: None,
        expires_at: now.plus(ctx.policy.family_lifetime(view.client.may(GrantType::RefreshToken))),
        alive: true,
        person_active: true,
    }
}
