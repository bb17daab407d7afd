//! `POST /register`: a client registers itself (RFC 7591).

use super::catalog::Catalog;
use super::{Ctx, FlowError, sector, statement};
use crate::client_secrets;
use crate::store::{Conn, clients, failures, leases, registration_tokens};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::error::Refusal;
use doorward_protocol::registration::{self, Admission, Fresh, MOST_UNUSED};
use doorward_protocol::resource::{Scheme, shown};
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{ClientSecret, Digest, InitialAccess, RegistrationAccess, Secret, typable_id};
use doorward_protocol::throttle::{ALL_REGISTRATIONS, Allowance, REGISTRATIONS, Verdict, network};
use doorward_protocol::values::{ClientId, Timestamp};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Applicant<'r> {
    /// The `Authorization` headers.
    pub authorization: &'r [&'r str],
    /// Its address, as far as it is believed.
    pub address: String,
}

/// Registers a client: the answer holds what is shown this once.
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`registration`], [`FlowError::Store`] when nothing could be committed.
pub async fn register(ctx: &Ctx, applicant: &Applicant<'_>, asked: Map<String, Value>) -> Result<Value, FlowError> {
    let (now, checks) = (ctx.now(), &mut ctx.checks());
    let rules = &ctx.policy.registration;
    checks.hold(Check::RegistrationOpen, rules.admission != Admission::Closed)?;
    let token = if rules.admission == Admission::Token { Some(initial_token(applicant.authorization)?.digest()) } else { None };
    let (cache, known) = (Arc::clone(&ctx.catalog), token.clone());
    let catalog = ctx
        .read(move |conn| {
            // Before anything is said of the metadata; it is counted when the client is stored.
            if let Some(digest) = &known
                && !registration_tokens::is_usable(conn, digest, now)?
            {
                return Err(FlowError::Refused(Refusal::by(Check::RegistrationToken)));
            }
            cache.get(conn)
        })
        .await?;
    let (asked, statement) = statement::settle(ctx, &catalog, asked).await?;
    let metadata = registration::metadata(asked, rules, &scopes(&catalog), checks)?;
    ctx.policy.takes_method_of(&metadata).map_err(registration::of_metadata)?;
    // Counted before the server calls anybody at a stranger's wish.
    let paces = paces(token.as_ref(), &applicant.address, &metadata);
    if let Some(refusal) = ctx.write(move |conn| counted(conn, &paces, now)).await? {
        return Err(FlowError::Refused(refusal));
    }
    sector::verify(&ctx.fetch, &metadata, now).await.map_err(registration::of_metadata)?;
    let access = Secret::<RegistrationAccess>::mint(&*ctx.rng);
    let secret = metadata.token_endpoint_auth_method.has_secret().then(|| Secret::<ClientSecret>::mint(&*ctx.rng));
    let client = Client::new(ClientId::new(typable_id(&*ctx.rng)), metadata, None, now);
    let client = Client { origin: Origin::Dynamic, registration: Some(access.digest()), ..client };
    let client = match &secret {
        Some(secret) => client_secrets::with_secret(client, secret, &ctx.seal, &*ctx.rng),
        None => client,
    };
    let entry = Entry { client: client.clone(), token, until: now.plus(rules.unused), now };
    if let Some(refusal) = ctx.write(move |conn| entry.commit(conn)).await? {
        return Err(FlowError::Refused(refusal));
    }
    tracing::info!(target: "doorward::security", client_id = %client.id, address = %applicant.address, "a client registered itself");
    let mut answer = registration::answer(&client, Fresh { secret: secret.as_ref(), access: &access }, &ctx.policy.issuer);
    if let Some(statement) = statement {
        // RFC 7591 §3.2.1: "its value MUST be returned unmodified".
        answer[registration::STATEMENT] = statement.text().into();
    }
    Ok(answer)
}

/// The scopes of every API.
pub(super) fn scopes(catalog: &Catalog) -> Scopes {
    catalog.apis.iter().flat_map(|api| api.scopes.keys().cloned()).collect()
}

fn initial_token(authorization: &[&str]) -> Result<Secret<InitialAccess>, Refusal> {
    let sent = shown(authorization, &mut Checks::silent()).ok().filter(|sent| sent.scheme == Scheme::Bearer);
    sent.map(|sent| Secret::shown(sent.token)).ok_or_else(|| Refusal::by(Check::RegistrationToken))
}

/// What is counted of a registration: an open one by its network and over all; one by a token, which has its own number, where it makes this
/// server ask somebody.
fn paces(token: Option<&Digest<InitialAccess>>, address: &str, metadata: &Metadata) -> Vec<(String, Allowance)> {
    match token {
        None => vec![(format!("registrations from {}", network(address)), REGISTRATIONS), ("registrations".to_owned(), ALL_REGISTRATIONS)],
        Some(token) if metadata.sector_identifier_uri.is_some() => vec![(format!("sectors by {}", token.to_text()), REGISTRATIONS)],
        Some(_) => Vec::new(),
    }
}

/// A refusal is an outcome, so that what was counted stays so.
fn counted(conn: &mut Conn, paces: &[(String, Allowance)], now: Timestamp) -> Result<Option<Refusal>, FlowError> {
    for (key, allowance) in paces {
        if let Verdict::Wait(_) = failures::count(conn, key, *allowance, now)? {
            return Ok(Some(Refusal::by(Check::RegistrationsPaced)));
        }
    }
    Ok(None)
}

struct Entry {
    client: Client,
    token: Option<Digest<InitialAccess>>,
    until: Timestamp,
    now: Timestamp,
}

impl Entry {
    /// Spends the token and stores.
    fn commit(&self, conn: &mut Conn) -> Result<Option<Refusal>, FlowError> {
        if let Some(token) = &self.token
            && !registration_tokens::spend(conn, token, self.now)?
        {
            return Ok(Some(Refusal::by(Check::RegistrationToken)));
        }
        if leases::count(conn, Origin::Dynamic)? >= MOST_UNUSED {
            // Rolled back: a token that registered nothing isn't used.
            return Err(FlowError::Refused(Refusal::by(Check::RegistrationsPaced)));
        }
        if !clients::insert(conn, &self.client)? {
            return Err(FlowError::Internal("a random client id was taken".to_owned()));
        }
        leases::insert(conn, &self.client.id, self.until)?;
        Ok(None)
    }
}
