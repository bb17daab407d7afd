//! `GET`/`POST /authorize`, and going on with a stored request.

use super::catalog::Catalog;
use super::subject::sub_for;
use super::{Ctx, FlowError};
use super::{PATIENCE, hint};
use crate::store::interactions::{self, Interaction};
use crate::store::users::User;
use crate::store::{Conn, StoreError, codes, consents, grants, sessions};
use doorward_protocol::authorize::response::Response;
use doorward_protocol::authorize::{Approval, ConsentAsk, Facts, LoginAsk, Next, PageError, Progress, Raw, Request, Session, decide};
use doorward_protocol::check::Checks;
use doorward_protocol::client::Client;
use doorward_protocol::consent::Consent;
use doorward_protocol::grants::authorization_code::CodeRecord;
use doorward_protocol::grants::{Grant, GrantType};
use doorward_protocol::secret::{Browser, Code, Digest, Secret, random_id};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, GrantId, InteractionId, Subject, Timestamp};
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
    let (inner, policy, here) = (ctx.clone(), Arc::clone(&ctx.policy), who.clone());
    let decided = ctx
        .store
        .read(move |conn| {
            let catalog = inner.catalog.get(conn)?;
            let checks = &mut Checks::silent();
            let id = match raw.client_id(checks) {
                Err(page) => return Ok(Decided::Page(page)),
                Ok(id) => id,
            };
            let bound = match raw.clone().bind(catalog.client(conn, &id)?, checks) {
                Err(page) => return Ok(Decided::Page(page)),
                Ok(bound) => bound,
            };
            let client = Arc::clone(bound.client());
            let hinted = bound.id_token_hint().map(|hint| hinted(hint, &client.id, &catalog, policy.issuer.as_str())).transpose();
            let request = match bound.validate(hinted, &catalog.apis, &policy, checks) {
                Err(refused) => return Ok(Decided::Respond(Response::error(refused.target, &refused.refusal, &policy))),
                Ok(request) => request,
            };
            if stay {
                return Ok(Decided::Interact(Box::new(request)));
            }
            let session = here.as_ref().map(|who| &who.session);
            let consent = consent_of(conn, session, &client)?;
            let person = here.as_ref().map(|who| who.seen_by(&inner, &client));
            let facts = Facts {
                client: &client,
                session,
                person: person.as_ref(),
                consent: consent.as_ref(),
                progress: &Progress::default(),
                apis: &catalog.apis,
            };
            Ok::<_, FlowError>(match decide(&request, facts, now, checks) {
                Next::Issue(approval) => Decided::Issue(Box::new((request, client, approval))),
                Next::Refuse(refused) => Decided::Respond(Response::error(refused.target, &refused.refusal, &policy)),
                Next::Login(_) | Next::SelectAccount | Next::Consent(_) => Decided::Interact(Box::new(request)),
            })
        })
        .await?;
    match (decided, who) {
        (Decided::Page(page), _) => Ok(Begun::Page(page)),
        (Decided::Respond(response), _) => Ok(Begun::Respond(response)),
        (Decided::Issue(issue), Some(who)) => {
            let (request, client, approval) = *issue;
            let issue = Issue::draw(ctx, request, &client, who.session, approval).without_asking(&client);
            ctx.store.write(move |conn| issue.commit(conn, None)).await?.map(Begun::Respond).ok_or_else(ended)
        }
        (Decided::Issue(_), None) => Err(FlowError::Internal("a code without a session".to_owned())),
        (Decided::Interact(request), _) => {
            let interaction = Interaction {
                id: InteractionId::new(random_id(&*ctx.rng)),
                browser,
                request: *request,
                progress: Progress::default(),
                locale: None,
                done: false,
                expires_at: now.plus(PATIENCE),
            };
            let id = interaction.id.clone();
            ctx.store.write(move |conn| Ok::<_, FlowError>(interactions::insert(conn, &interaction)?)).await?;
            Ok(Begun::Interact(id))
        }
    }
}

enum Decided {
    Page(PageError),
    Respond(Response),
    Issue(Box<(Request, Arc<Client>, Approval)>),
    Interact(Box<Request>),
}

/// The session ended while its request was decided: asked again, it leads to the login.
fn ended() -> FlowError {
    FlowError::Store(StoreError::Busy)
}

/// Whom an ID token of ours names, if it was issued to this client; its age doesn't matter (OpenID Connect Core §3.1.2.1).
fn hinted(token: &str, client: &ClientId, catalog: &Catalog, issuer: &str) -> Result<Subject, ()> {
    let hint = hint::read(token, catalog, issuer)?;
    if hint.client_id == *client { Ok(hint.subject) } else { Err(()) }
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
        Some(client) if ctx.now() < interaction.expires_at && client.has_redirect_uri(interaction.request.target.uri.as_str()) => {
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
    if ctx.store.read(move |conn| Ok::<_, FlowError>(interactions::is_unbound(conn, &key)?)).await? {
        let key = id.clone();
        ctx.store.write(move |conn| Ok::<_, FlowError>(interactions::claim(conn, &key, &browser)?)).await?;
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
        .store
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
            let next = decide(&interaction.request, facts, now, &mut Checks::silent());
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
            let response = ctx.store.write(move |conn| issue.commit(conn, Some(&id))).await?;
            Ok(response.map_or(Step::Finished, Step::Respond))
        }
        (Next::Issue(_), None) => Err(FlowError::Internal("a code without a session".to_owned())),
        (Next::Refuse(refused), _) => {
            let id = interaction.id;
            let first = ctx.store.write(move |conn| Ok::<_, FlowError>(interactions::finish(conn, &id)?)).await?;
            Ok(if first { Step::Respond(Response::error(refused.target, &refused.refusal, &ctx.policy)) } else { Step::Finished })
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

/// A code about to be given: its secrets are drawn before the transaction, which may run more than once.
pub(super) struct Issue {
    code: CodeRecord,
    secret: Secret<Code>,
    consent: Option<Consent>,
    remembered: bool,
    request: Request,
    ctx: Ctx,
    now: Timestamp,
}

impl Issue {
    pub(super) fn draw(ctx: &Ctx, request: Request, client: &Client, session: Session, approval: Approval) -> Self {
        let now = ctx.now();
        let lives = ctx.policy.family_lifetime(client.may(GrantType::RefreshToken));
        let grant = Grant {
            id: GrantId::new(random_id(&*ctx.rng)),
            client_id: client.id.clone(),
            subject: session.subject,
            session: session.id,
            scopes: approval.scopes,
            resources: request.resources.clone(),
            auth_time: session.auth_time,
            nonce: request.nonce.clone(),
            claims: request.claims.clone(),
            details: request.details.clone(),
            confirmation: None,
            expires_at: now.plus(lives),
            alive: true,
            person_active: true,
        };
        let code = CodeRecord {
            grant,
            redirect_uri: request.redirect_uri_sent.then(|| request.target.uri.as_str().to_owned()),
            challenge: request.challenge.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            expires_at: now.plus(ctx.policy.code_lifetime),
            spent: false,
        };
        Self { code, secret: Secret::mint(&*ctx.rng), consent: approval.consent, remembered: false, request, ctx: ctx.clone(), now }
    }

    /// It rests on an answer given before, where the client needs one at all: withdrawn meanwhile, it gives nothing.
    fn without_asking(self, client: &Client) -> Self {
        Self { remembered: client.metadata.require_consent, ..self }
    }

    /// Commits consent, grant and code together; none when the request was answered before, or the session or the remembered consent ended
    /// meanwhile.
    pub(super) fn commit(&self, conn: &mut Conn, interaction: Option<&InteractionId>) -> Result<Option<Response>, FlowError> {
        if !sessions::hold(conn, &self.code.grant.session, self.now)? {
            return Ok(None);
        }
        let grant = &self.code.grant;
        if self.remembered && !consents::hold(conn, &grant.subject, &grant.client_id)? {
            return Ok(None);
        }
        if let Some(id) = interaction
            && !interactions::finish(conn, id)?
        {
            return Ok(None);
        }
        if let Some(consent) = &self.consent {
            consents::put(conn, &grant.subject, &grant.client_id, consent)?;
        }
        grants::insert(conn, grant, self.now)?;
        codes::insert(conn, &self.secret.digest(), &self.code)?;
        Ok(Some(Response::code(self.request.target.clone(), &self.secret, &self.ctx.policy)))
    }
}
