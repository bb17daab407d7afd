//! A person's answer on the pages of a stored request: allow, deny, cancel, another account.

use super::answering;
use super::authorize::{Opened, Who, consent_of, open};
use super::issue::{Issue, Stands};
use super::{Ctx, FlowError};
use crate::store::{interactions, sessions};
use doorward_protocol::authorize::response::Response;
use doorward_protocol::authorize::{Answer, Approval, Facts, Next, RedirectError, Request, answer, decide};
use doorward_protocol::check::Check;
use doorward_protocol::client::Client;
use doorward_protocol::error::Refusal;
use doorward_protocol::secret::{Browser, Digest};
use doorward_protocol::values::InteractionId;
use std::sync::Arc;

/// What an answer led to.
#[derive(Debug)]
pub enum Answered {
    /// Answer the client.
    Respond(Response),
    /// Show the request's page again: something else is to be done first, or it can't be gone on with.
    Again,
}

/// Carries out a person's answer to the consent page. The question is asked anew of the rules, so that a form can't answer another one.
///
/// # Errors
/// [`FlowError`].
pub async fn decided(
    ctx: &Ctx,
    id: InteractionId,
    browser: Option<Digest<Browser>>,
    who: Option<Who>,
    given: Answer,
) -> Result<Answered, FlowError> {
    let Some(who) = who else { return Ok(Answered::Again) };
    let (now, inner, here, key) = (ctx.now(), ctx.clone(), who.clone(), id.clone());
    let decided = ctx
        .read(move |conn| {
            let (interaction, client, catalog) = match open(conn, &inner, &key, browser.as_ref())? {
                Opened::Open(open) => *open,
                Opened::Not(_) => return Ok(None),
            };
            let consent = consent_of(conn, Some(&here.session), &client)?;
            let person = here.seen_by(&inner, &client);
            let facts = Facts {
                client: &client,
                session: Some(&here.session),
                person: Some(&person),
                consent: consent.as_ref(),
                progress: &interaction.progress,
                apis: &catalog.apis,
            };
            let Next::Consent(ask) = decide(&interaction.request, facts, now, &mut inner.checks()) else { return Ok(None) };
            let outcome = answer(&interaction.request, &ask, &given, consent.as_ref(), &inner.policy, now, &mut inner.checks());
            Ok::<Option<Decided>, FlowError>(Some((interaction.request, client, outcome)))
        })
        .await?;
    let Some((request, client, outcome)) = decided else { return Ok(Answered::Again) };
    let approval = match outcome {
        Ok(approval) => approval,
        Err(refused) => return refuse(ctx, id, &client, refused).await,
    };
    let issue = Issue::draw(ctx, request, &client, who.session, approval);
    match ctx.write(move |conn| issue.commit(conn, Stands::Stored(&id))).await? {
        Some(draft) => answering::leave(ctx, &client, draft).await.map(Answered::Respond),
        None => Ok(Answered::Again),
    }
}

type Decided = (Request, Arc<Client>, Result<Approval, RedirectError>);

/// Leaves a request from any of its pages: the app hears `access_denied`.
///
/// # Errors
/// [`FlowError`].
pub async fn cancel(ctx: &Ctx, id: InteractionId, browser: Option<Digest<Browser>>) -> Result<Answered, FlowError> {
    let (inner, key) = (ctx.clone(), id.clone());
    let opened = ctx
        .read(move |conn| match open(conn, &inner, &key, browser.as_ref())? {
            Opened::Open(open) => Ok::<_, FlowError>(Some((open.0.request.target, open.1))),
            Opened::Not(_) => Ok(None),
        })
        .await?;
    let Some((target, client)) = opened else { return Ok(Answered::Again) };
    refuse(ctx, id, &client, RedirectError { refusal: Refusal::by(Check::PersonAllows), target }).await
}

async fn refuse(ctx: &Ctx, id: InteractionId, client: &Client, refused: RedirectError) -> Result<Answered, FlowError> {
    let first = ctx.write(move |conn| Ok::<_, FlowError>(interactions::finish(conn, &id)?)).await?;
    if first { answering::refuse(ctx, client, refused).await.map(Answered::Respond) } else { Ok(Answered::Again) }
}

/// Goes on with the account in use.
///
/// # Errors
/// [`FlowError`].
pub async fn keep_account(ctx: &Ctx, id: InteractionId, browser: Option<Digest<Browser>>, who: &Who) -> Result<(), FlowError> {
    let (inner, session) = (ctx.clone(), who.session.id.clone());
    ctx.write(move |conn| {
        if let Opened::Open(open) = open(conn, &inner, &id, browser.as_ref())? {
            let mut progress = open.0.progress;
            progress.chosen = Some(session.clone());
            interactions::advance(conn, &id, &progress)?;
        }
        Ok(())
    })
    .await
}

/// Ends the session in use, so that another account can log in; the request stays.
///
/// # Errors
/// [`FlowError`].
pub async fn switch_account(ctx: &Ctx, who: &Who) -> Result<(), FlowError> {
    let (id, now) = (who.session.id.clone(), ctx.now());
    ctx.write(move |conn| {
        sessions::end(conn, &id, now)?;
        Ok::<_, FlowError>(())
    })
    .await?;
    ctx.sessions_ended.notify_one();
    Ok(())
}
