//! A learner's own app, in the demo: registered for one browser, checked on request.
//!
//! Whose app it is, the browser's secret says: the client's id is made from its digest. So nothing else has to be kept, the registration
//! outlives a restart, and another browser finds nothing.

mod workshop;

pub use workshop::{Checked, Demo, Desk, Workshop};

use super::{Ctx, FlowError};
use crate::client_secrets;
use crate::store::{StoreError, clients};
use crate::trace::{Endpoint, Exchange, Flow, Mark, Traces};
use doorward_demo::checker::{self, BadOrigin, Bench, Refusal, Step};
use doorward_protocol::client::{Client, Metadata};
use doorward_protocol::secret::{Browser, ClientSecret, Digest, Secret};
use doorward_protocol::values::ClientId;
use rocket::tokio::task::spawn_blocking;
use serde_json::{Value, json};
use std::sync::Arc;

/// Ids of learners' apps begin so.
const PREFIX: &str = "my-app-";
/// So many learners' apps are kept; the oldest goes.
const MOST: usize = 32;

/// A learner's app, as it is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its id.
    pub id: ClientId,
    /// Where it is.
    pub origin: String,
    /// Where the browser comes back to.
    pub redirect_uri: String,
}

/// The id of this browser's app: twelve letters of a digest, some seventy bits.
pub fn id_of(browser: &Digest<Browser>) -> ClientId {
    let letters: String = browser.to_text().chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    ClientId::new(format!("{PREFIX}{letters}"))
}

/// The app of that id, if it was registered.
///
/// # Errors
/// [`FlowError`] when the database can't answer.
pub async fn find(ctx: &Ctx, id: &ClientId) -> Result<Option<App>, FlowError> {
    let wanted = id.clone();
    let found = ctx.read(move |conn| clients::find(conn, &wanted).map_err(FlowError::from)).await?;
    let app = |client: Client| {
        let redirect_uri = client.metadata.redirect_uris.first()?.as_str().to_owned();
        let origin = redirect_uri.strip_suffix("/callback")?.to_owned();
        Some(App { id: client.id, origin, redirect_uri })
    };
    Ok(found.and_then(app))
}

/// Registers an app at this origin, in the place of the one before. Its secret lies on the desk, to be shown once.
///
/// # Errors
/// [`FlowError`] when the database can't. `Ok(Err(_))` when no app of a learner's may live there.
pub async fn register(
    ctx: &Ctx,
    workshop: &Workshop,
    id: &ClientId,
    origin: &str,
    owner: Option<&str>,
) -> Result<Result<(), BadOrigin>, FlowError> {
    let origin = match checker::app_origin(origin, &workshop.demo.taken) {
        Ok(origin) => origin.to_string(),
        Err(why) => return Ok(Err(why)),
    };
    let Ok(metadata) = Metadata::read(metadata(&origin, owner)) else { return Ok(Err(BadOrigin::NotLoopback)) };
    let secret = Secret::<ClientSecret>::mint(&*ctx.rng);
    let bare = Client::new(id.clone(), metadata, None, ctx.now());
    let client = client_secrets::with_secret(bare, &secret, &ctx.seal, &*ctx.rng);
    ctx.write(move |conn| {
        if clients::update(conn, &client)? {
            return Ok(());
        }
        let mut others: Vec<Client> = clients::list(conn)?.into_iter().filter(|other| other.id.as_str().starts_with(PREFIX)).collect();
        others.sort_by_key(|other| other.created_at);
        for old in others.iter().take((others.len() + 1).saturating_sub(MOST)) {
            clients::delete(conn, &old.id)?;
        }
        clients::insert(conn, &client)?;
        Ok::<_, StoreError>(())
    })
    .await?;
    workshop.put(id, |desk| *desk = Desk { secret: Some(secret.expose().to_owned()), ..Desk::default() });
    Ok(Ok(()))
}

/// What is registered: as much as the six steps need, and nothing more.
fn metadata(origin: &str, owner: Option<&str>) -> Value {
    let mut metadata = json!({
        "client_name": "My app",
        "client_name#zh-CN": "我的应用",
        "redirect_uris": [format!("{origin}/callback")],
        "post_logout_redirect_uris": [format!("{origin}/")],
        "backchannel_logout_uri": format!("{origin}/backchannel-logout"),
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "openid profile email photos:read",
    });
    if let Some(owner) = owner {
        metadata["owner"] = json!(owner);
    }
    metadata
}

/// Checks the app through a step, and lays what came of it on the desk. `false` when a check is under way: the player is one person.
pub async fn check(ctx: &Ctx, workshop: &Arc<Workshop>, traces: &Traces, app: &App, through: Step) -> bool {
    let Some(turn) = workshop.turn() else { return false };
    let (ctx, traces, workshop, app) = (ctx.clone(), traces.clone(), Arc::clone(workshop), app.clone());
    let run = spawn_blocking(move || {
        let checked = run(&ctx, &workshop.demo, &traces, &app, through);
        workshop.put(&app.id, |desk| desk.checked = Some(checked));
        drop(turn);
    });
    run.await.is_ok()
}

fn run(ctx: &Ctx, demo: &Demo, traces: &Traces, app: &App, through: Step) -> Checked {
    let before = traces.mark();
    let refusals = |mark: u64| refused(traces, &app.id, Mark(mark));
    let report = checker::check(
        &Bench {
            issuer: ctx.policy.issuer.as_str(),
            client_id: app.id.as_str(),
            redirect_uri: &app.redirect_uri,
            after_logout: &format!("{}/", app.origin),
            username: &demo.username,
            password: &demo.password,
            known_as: &demo.known_as,
            photos: &demo.photos,
            heard: &demo.heard,
            lab: &demo.lab,
            now: &|| ctx.now().0,
            mark: &|| traces.mark().0,
            refusals: &refusals,
        },
        through,
    );
    // The flow of the request that was refused, or the last one of this app: there it can be watched.
    let flow = report.fault.as_ref().and_then(|fault| {
        let holds = |flow: &&Flow| flow.exchanges.iter().any(|(_, exchange)| Some(&exchange.request_id) == fault.request_id.as_ref());
        let flows = traces.flows();
        let found = flows.iter().find(holds).or_else(|| flows.iter().find(|flow| flow.is_of(&app.id) && flow.mark() > before));
        found.map(|flow| flow.id.clone())
    });
    Checked { report, flow }
}

/// What was refused to an app after a mark: also to nobody in particular, where no client may be found out, since while the player plays
/// the app is the one to ask.
fn refused(traces: &Traces, id: &ClientId, after: Mark) -> Vec<Refusal> {
    let theirs = |exchange: &Exchange| match &exchange.client {
        Some(client) => client == id,
        None => matches!(exchange.endpoint, Endpoint::Token | Endpoint::Userinfo),
    };
    let flows = traces.flows();
    let mut found: Vec<_> =
        flows.iter().flat_map(|flow| &flow.exchanges).filter(|(mark, passed)| *mark > after && theirs(passed)).collect();
    found.sort_by_key(|(mark, _)| *mark);
    let notes = found.into_iter().flat_map(|(_, passed)| passed.checks.iter().filter(|note| !note.holds).map(move |note| (passed, note)));
    notes
        .map(|(passed, note)| Refusal {
            check: note.check.rule().name.to_owned(),
            expected: note.evidence.as_ref().map(|evidence| evidence.expected.to_string()),
            received: note.evidence.as_ref().map(|evidence| evidence.received.to_string()),
            request_id: passed.request_id.clone(),
        })
        .collect()
}
