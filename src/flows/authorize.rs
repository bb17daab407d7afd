//! `GET`/`POST /authorize`, and going on with a stored request.

use super::answering;
use super::asking::{self, Refused, Unasked};
use super::catalog::Catalog;
use super::issue::{Issue, Stands};
use super::subject::sub_for;
use super::{Ctx, FlowError, PATIENCE, client_document};
use crate::store::interactions::{self, Interaction};
use crate::store::pushed::{self, Pushed};
use crate::store::users::User;
use crate::store::{Conn, StoreError, consents};
use doorward_protocol::authorize::response::Response;
use doorward_protocol::authorize::{ConsentAsk, Facts, LoginAsk, Next, PageError, Progress, Raw, Session, decide};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::Client;
use doorward_protocol::consent::Consent;
use doorward_protocol::error::Refusal;
use doorward_protocol::secret::{Browser, Digest, PushedRequest, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{InteractionId, Timestamp};
use std::sync::Arc;

/// What became of an authorization request.
#[derive(Debug)]
pub enum Begun {
    /// It is stored: go on at its page.
    Interact(InteractionId),
    /// It is answered.
    Respond(Response),
    /// It can't be answered to the client.
    Page(PageError),
}

/// What a page of a stored request is to show or do.
#[derive(Debug)]
pub enum Step {
    /// Show the login page.
    Login(Box<View>, LoginAsk),
    /// Let the person choose an account.
    SelectAccount(Box<View>),
    /// Ask for consent.
    Consent(Box<View>, ConsentAsk),
    /// Answer the client.
    Respond(Response),
    /// It was answered before.
    Finished,
    /// It is unknown, or too old to go on with.
    Expired,
    /// It was brought by another browser.
    OtherBrowser,
}

/// A stored request with what its pages show.
#[derive(Debug)]
pub struct View {
    /// The request.
    pub interaction: Interaction,
    /// Who asks.
    pub client: Arc<Client>,
    /// The APIs, for the words of their scopes.
    pub catalog: Arc<Catalog>,
    /// Who is logged in.
    pub user: Option<User>,
    /// The consent that would be remembered until then.
    pub remembered_until: Timestamp,
}

/// Who is logged in in the browser that asks.
#[derive(Clone, Debug)]
pub struct Who {
    /// The session.
    pub session: Session,
    /// The person.
    pub user: User,
}

impl Who {
    /// The person as a client sees them.
    pub(super) fn seen_by(&self, ctx: &Ctx, client: &Client) -> Person {
        Person { subject: sub_for(&ctx.seal, client, &self.session.subject), ..self.user.person.clone() }
    }
}

/// Takes an authorization request. With `stay`, which is for requests posted from other sites, it is only stored (OpenID Connect Core
/// §3.1.2.1); the browser goes on by a GET of its own, which carries its cookies.
///
/// # Errors
/// [`FlowError`] when nothing can be said to anybody.
pub async fn begin(ctx: &Ctx, raw: Raw, browser: Digest<Browser>, who: Option<Who>, stay: bool) -> Result<Begun, FlowError> {
    let now = ctx.now();
    if let Ok(id) = raw.client_id(&mut Checks::silent()) {
        ctx.notes.client(&id);
        match client_document::ensure(ctx, &id, client_document::Need::New).await {
            Err(FlowError::Refused(refusal)) => return Ok(Begun::Page(refusal.into())),
            done => done?,
        }
    }
    let source = match asking::locate(ctx, raw).await? {
        Ok(source) => source,
        Err(refused) => return unasked(ctx, refused, who.is_some()).await,
    };
    let (inner, here) = (ctx.clone(), who.clone());
    let decided = ctx
        .read(move |conn| {
            let catalog = inner.catalog.get(conn)?;
            let asked = match asking::read(conn, &inner, &catalog, source.clone())? {
                Ok(asked) => asked,
                Err(unasked) => return Ok(Err(unasked)),
            };
            if stay {
                return Ok(Ok((asked, None)));
            }
            let session = here.as_ref().map(|who| &who.session);
            let consent = consent_of(conn, session, &asked.client)?;
            let person = here.as_ref().map(|who| who.seen_by(&inner, &asked.client));
            let facts = Facts {
                client: &asked.client,
                session,
                person: person.as_ref(),
                consent: consent.as_ref(),
                progress: &Progress::default(),
                apis: &catalog.apis,
            };
            let next = decide(&asked.request, facts, now, &mut inner.checks());
            Ok::<_, FlowError>(Ok((asked, Some(next))))
        })
        .await?;
    let (asked, next) = match decided {
        Ok(decided) => decided,
        Err(Unasked::Refused(refused)) => return unasked(ctx, refused, who.is_some()).await,
        Err(Unasked::Open(id)) => return Ok(Begun::Interact(id)),
    };
    match (next, who) {
        (Some(Next::Issue(approval)), Some(who)) => {
            let issue = Issue::draw(ctx, asked.request, &asked.client, who.session, approval).without_asking(&asked.client);
            let pushed = asked.pushed.clone();
            match ctx.write(move |conn| issue.commit(conn, Stands::pushed(pushed.as_ref()))).await? {
                Some(draft) => answering::leave(ctx, &asked.client, draft).await.map(Begun::Respond),
                None => lost(ctx, asked.pushed).await,
            }
        }
        (Some(Next::Issue(_)), None) => Err(FlowError::Internal("a code without a session".to_owned())),
        (Some(Next::Refuse(refused)), _) => {
            let pushed = asked.pushed.clone();
            let first = ctx.write(move |conn| Stands::pushed(pushed.as_ref()).answered(conn, now)).await?;
            if !first {
                return lost(ctx, asked.pushed).await;
            }
            answering::refuse(ctx, &asked.client, refused).await.map(Begun::Respond)
        }
        (Some(Next::Login(_) | Next::SelectAccount | Next::Consent(_)) | None, _) => {
            let interaction = Interaction {
                id: InteractionId::new(random_id(&*ctx.rng)),
                browser,
                request: asked.request,
                progress: Progress::default(),
                locale: None,
                done: false,
                expires_at: now.plus(PATIENCE),
            };
            let (id, pushed) = (interaction.id.clone(), asked.pushed.clone());
            let store = move |conn: &mut Conn| {
                let first = match &pushed {
                    Some(digest) => pushed::take(conn, digest, Some(&interaction.id), now)?,
                    None => true,
                };
                if first {
                    interactions::insert(conn, &interaction)?;
                }
                Ok::<_, FlowError>(first)
            };
            if ctx.write(store).await? { Ok(Begun::Interact(id)) } else { lost(ctx, asked.pushed).await }
        }
    }
}

async fn unasked(ctx: &Ctx, refused: Refused, logged_in: bool) -> Result<Begun, FlowError> {
    match refused {
        Refused::Page(page) => Ok(Begun::Page(page)),
        Refused::Redirect(refused, client) if !logged_in && !client.is_trusted_to_redirect() => Ok(Begun::Page(refused.refusal.into())),
        Refused::Redirect(refused, client) => answering::refuse(ctx, &client, refused).await.map(Begun::Respond),
    }
}

/// Somebody was faster, or the session ended while its request was decided: asked again, that leads to the login.
async fn lost(ctx: &Ctx, digest: Option<Digest<PushedRequest>>) -> Result<Begun, FlowError> {
    let ended = FlowError::Store(StoreError::Busy);
    let (Some(digest), now) = (digest, ctx.now()) else { return Err(ended) };
    match ctx.read(move |conn| Ok::<_, FlowError>(pushed::find(conn, &digest, now)?)).await? {
        Some(Pushed { taken: true, interaction: Some(id), .. }) => Ok(Begun::Interact(id)),
        Some(Pushed { taken: true, interaction: None, .. }) => Ok(Begun::Page(Refusal::by(Check::PushedRequestUnused).into())),
        Some(Pushed { taken: false, .. }) | None => Err(ended),
    }
}

pub(super) fn consent_of(conn: &mut Conn, session: Option<&Session>, client: &Client) -> Result<Option<Consent>, FlowError> {
    match session {
        Some(session) => Ok(consents::find(conn, &session.subject, &client.id)?),
        None => Ok(None),
    }
}

/// A stored request, opened by the browser that brought it.
pub(super) enum Opened {
    Open(Box<(Interaction, Arc<Client>, Arc<Catalog>)>),
    Not(Step),
}

pub(super) fn open(conn: &mut Conn, ctx: &Ctx, id: &InteractionId, browser: Option<&Digest<Browser>>) -> Result<Opened, FlowError> {
    let Some(interaction) = interactions::find(conn, id)? else { return Ok(Opened::Not(Step::Expired)) };
    ctx.notes.client(&interaction.request.client_id);
    if browser != Some(&interaction.browser) {
        return Ok(Opened::Not(Step::OtherBrowser));
    }
    if interaction.done {
        return Ok(Opened::Not(Step::Finished));
    }
    let catalog = ctx.catalog.get(conn)?;
    let client = catalog.client(conn, &interaction.request.client_id)?;
    match client {
        // A client that was deleted or lost this redirect URI meanwhile gets nothing.
        Some(client)
            if ctx.now() < interaction.expires_at
                && client.has_redirect_uri(interaction.request.target.uri.as_str())
                && catalog.apis.can_show(&interaction.request.details) =>
        {
            Ok(Opened::Open(Box::new((interaction, client, catalog))))
        }
        _ => Ok(Opened::Not(Step::Expired)),
    }
}

/// Binds a request that another site posted to the browser that looks at its page first.
///
/// # Errors
/// [`FlowError`].
pub async fn claim(ctx: &Ctx, id: &InteractionId, browser: Digest<Browser>) -> Result<(), FlowError> {
    let key = id.clone();
    if ctx.read(move |conn| Ok::<_, FlowError>(interactions::is_unbound(conn, &key)?)).await? {
        let key = id.clone();
        ctx.write(move |conn| Ok::<_, FlowError>(interactions::claim(conn, &key, &browser)?)).await?;
    }
    Ok(())
}

/// What is next for a stored request. Gives the code when nothing is left to ask.
///
/// # Errors
/// [`FlowError`].
pub async fn resume(ctx: &Ctx, id: InteractionId, browser: Option<Digest<Browser>>, who: Option<Who>) -> Result<Step, FlowError> {
    let (now, inner, here) = (ctx.now(), ctx.clone(), who.clone());
    let (next, interaction, client, catalog) = match ctx
        .read(move |conn| {
            let (interaction, client, catalog) = match open(conn, &inner, &id, browser.as_ref())? {
                Opened::Open(open) => *open,
                Opened::Not(step) => return Ok(Err(step)),
            };
            let session = here.as_ref().map(|who| &who.session);
            let consent = consent_of(conn, session, &client)?;
            let person = here.as_ref().map(|who| who.seen_by(&inner, &client));
            let facts = Facts {
                client: &client,
                session,
                person: person.as_ref(),
                consent: consent.as_ref(),
                progress: &interaction.progress,
                apis: &catalog.apis,
            };
            let next = decide(&interaction.request, facts, now, &mut inner.checks());
            Ok::<_, FlowError>(Ok((next, interaction, client, catalog)))
        })
        .await?
    {
        Ok(open) => open,
        Err(step) => return Ok(step),
    };
    match (next, who) {
        (Next::Issue(approval), Some(who)) => {
            let issue = Issue::draw(ctx, interaction.request, &client, who.session, approval).without_asking(&client);
            let id = interaction.id;
            match ctx.write(move |conn| issue.commit(conn, Stands::Stored(&id))).await? {
                Some(draft) => answering::leave(ctx, &client, draft).await.map(Step::Respond),
                None => Ok(Step::Finished),
            }
        }
        (Next::Issue(_), None) => Err(FlowError::Internal("a code without a session".to_owned())),
        (Next::Refuse(refused), _) => {
            let id = interaction.id;
            let first = ctx.write(move |conn| Ok::<_, FlowError>(interactions::finish(conn, &id)?)).await?;
            if first { answering::refuse(ctx, &client, refused).await.map(Step::Respond) } else { Ok(Step::Finished) }
        }
        (Next::Login(ask), who) => Ok(Step::Login(view(ctx, interaction, client, catalog, who, now), ask)),
        (Next::SelectAccount, who) => Ok(Step::SelectAccount(view(ctx, interaction, client, catalog, who, now))),
        (Next::Consent(ask), who) => Ok(Step::Consent(view(ctx, interaction, client, catalog, who, now), ask)),
    }
}

fn view(ctx: &Ctx, interaction: Interaction, client: Arc<Client>, catalog: Arc<Catalog>, who: Option<Who>, now: Timestamp) -> Box<View> {
    let remembered_until = now.plus(ctx.policy.consent_lifetime);
    Box::new(View { interaction, client, catalog, user: who.map(|who| who.user), remembered_until })
}
