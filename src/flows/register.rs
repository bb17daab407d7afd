//! `POST /register`: a client registers itself (RFC 7591).

use super::catalog::Catalog;
use super::{Ctx, FlowError, sector};
use crate::client_secrets;
use crate::store::{Conn, clients, failures, leases, registration_tokens};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::{Client, Origin};
use doorward_protocol::error::Refusal;
use doorward_protocol::registration::{self, Admission, Fresh, MOST_UNUSED};
use doorward_protocol::resource::{Scheme, shown};
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{ClientSecret, Digest, InitialAccess, RegistrationAccess, Secret, typable_id};
use doorward_protocol::throttle::{ALL_REGISTRATIONS, REGISTRATIONS, Verdict};
use doorward_protocol::values::{ClientId, Timestamp};
use serde_json::{Map, Value};
use std::net::IpAddr;
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
    let (now, checks) = (ctx.now(), &mut Checks::silent());
    let rules = &ctx.policy.registration;
    checks.hold(Check::RegistrationOpen, rules.admission != Admission::Closed)?;
    let token = if rules.admission == Admission::Token { Some(initial_token(applicant.authorization)?.digest()) } else { None };
    let (cache, known) = (Arc::clone(&ctx.catalog), token.clone());
    let catalog = ctx
        .store
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
    let metadata = registration::metadata(asked, rules, &scopes(&catalog), checks)?;
    ctx.policy.takes_method_of(&metadata).map_err(registration::of_metadata)?;
    sector::verify(&ctx.fetch, &metadata, now).await.map_err(registration::of_metadata)?;
    let access = Secret::<RegistrationAccess>::mint(&*ctx.rng);
    let secret = metadata.token_endpoint_auth_method.has_secret().then(|| Secret::<ClientSecret>::mint(&*ctx.rng));
    let client = Client::new(ClientId::new(typable_id(&*ctx.rng)), metadata, None, now);
    let client = Client { origin: Origin::Dynamic, registration: Some(access.digest()), ..client };
    let client = match &secret {
        Some(secret) => client_secrets::with_secret(client, secret, &ctx.seal, &*ctx.rng),
        None => client,
    };
    let entry = Entry { client: client.clone(), token, network: network(&applicant.address), until: now.plus(rules.unused), now };
    if let Some(refusal) = ctx.store.write(move |conn| entry.commit(conn)).await? {
        return Err(FlowError::Refused(refusal));
    }
    tracing::info!(target: "doorward::security", client_id = %client.id, address = %applicant.address, "a client registered itself");
    Ok(registration::answer(&client, Fresh { secret: secret.as_ref(), access: &access }, &ctx.policy.issuer))
}

/// The scopes of every API.
pub(super) fn scopes(catalog: &Catalog) -> Scopes {
    catalog.apis.iter().flat_map(|api| api.scopes.keys().cloned()).collect()
}

fn initial_token(authorization: &[&str]) -> Result<Secret<InitialAccess>, Refusal> {
    let sent = shown(authorization, &mut Checks::silent()).ok().filter(|sent| sent.scheme == Scheme::Bearer);
    sent.map(|sent| Secret::shown(sent.token)).ok_or_else(|| Refusal::by(Check::RegistrationToken))
}

/// What is counted as one place: an address, or the network of 64 bits that one subscriber has (RFC 6177 §2).
fn network(address: &str) -> String {
    match address.parse() {
        Ok(IpAddr::V6(ip)) => format!("{:x?}", &ip.segments()[..4]),
        Ok(IpAddr::V4(_)) | Err(_) => address.to_owned(),
    }
}

struct Entry {
    client: Client,
    token: Option<Digest<InitialAccess>>,
    network: String,
    until: Timestamp,
    now: Timestamp,
}

impl Entry {
    /// Counts and stores; a refusal is an outcome, so that what was counted stays so.
    fn commit(&self, conn: &mut Conn) -> Result<Option<Refusal>, FlowError> {
        if let Some(token) = &self.token {
            if !registration_tokens::spend(conn, token, self.now)? {
                return Ok(Some(Refusal::by(Check::RegistrationToken)));
            }
        } else {
            for (key, allowance) in
                [(format!("registrations from {}", self.network), REGISTRATIONS), ("registrations".to_owned(), ALL_REGISTRATIONS)]
            {
                if let Verdict::Wait(_) = failures::count(conn, &key, allowance, self.now)? {
                    return Ok(Some(Refusal::by(Check::RegistrationsPaced)));
                }
            }
        }
        if leases::count(conn)? >= MOST_UNUSED {
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
