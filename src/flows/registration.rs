//! A client's own registration: read, replaced, ended by who holds its registration access token (RFC 7592).

use super::register::scopes;
use super::{Ctx, FlowError, sector, statement};
use crate::client_secrets;
use crate::store::{Conn, clients, failures};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::{Client, Metadata, Origin};
use doorward_protocol::error::Refusal;
use doorward_protocol::registration::{self, Fresh};
use doorward_protocol::resource::{self, Scheme};
use doorward_protocol::scopes::Scopes;
use doorward_protocol::secret::{ClientSecret, Digest, RegistrationAccess, Secret};
use doorward_protocol::throttle::{REGISTRATION_UPDATES, Verdict};
use doorward_protocol::values::ClientId;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The registration access token that was sent (RFC 7592 §2: "OAuth 2.0 Bearer Token").
///
/// # Errors
/// [`Check::RegistrationAccess`] when there is none.
pub fn shown(authorization: &[&str]) -> Result<Secret<RegistrationAccess>, FlowError> {
    let sent = resource::shown(authorization, &mut Checks::silent()).ok().filter(|sent| sent.scheme == Scheme::Bearer);
    Ok(sent.map(|sent| Secret::shown(sent.token)).ok_or_else(|| Refusal::by(Check::RegistrationAccess))?)
}

/// What is registered (§2.1). A secret isn't shown again: only its digest is known.
///
/// # Errors
/// [`Check::RegistrationAccess`]: an unknown client and a wrong token look alike.
pub async fn read(ctx: &Ctx, id: ClientId, token: Secret<RegistrationAccess>) -> Result<Value, FlowError> {
    let digest = token.digest();
    let client = ctx.read(move |conn| admitted(conn, &id, &digest)).await?;
    Ok(registration::answer(&client, Fresh { secret: None, access: &token }, &ctx.policy.issuer))
}

/// Registers anew in the old one's place (§2.2). Client and token keep their names; a secret is made where there was none and is needed.
///
/// # Errors
/// [`FlowError::Refused`] by the rules of [`registration::update`] and as [`read`].
pub async fn replace(ctx: &Ctx, id: ClientId, token: Secret<RegistrationAccess>, asked: Map<String, Value>) -> Result<Value, FlowError> {
    let (digest, cache) = (token.digest(), Arc::clone(&ctx.catalog));
    let (read_id, read_digest) = (id.clone(), digest.clone());
    let (client, catalog) = ctx.read(move |conn| Ok::<_, FlowError>((admitted(conn, &read_id, &read_digest)?, cache.get(conn)?))).await?;
    let (asked, _) = statement::settle(ctx, &catalog, asked).await?;
    let apis = scopes(&catalog);
    let metadata = registration::update(&client, asked.clone(), &ctx.policy.registration, &apis, &mut ctx.checks())?;
    ctx.policy.takes_method_of(&metadata).map_err(registration::of_metadata)?;
    sector::verify(&ctx.fetch, &metadata, ctx.now()).await.map_err(registration::of_metadata)?;
    let change = Change { id, digest, asked, apis, verified: metadata, spare: Arc::new(Secret::mint(&*ctx.rng)), ctx: ctx.clone() };
    let spare = Arc::clone(&change.spare);
    let (client, renewed) = ctx.write(move |conn| change.commit(conn)).await?;
    tracing::info!(target: "doorward::security", client_id = %client.id, "a client changed its registration");
    let secret = renewed.then_some(&*spare);
    Ok(registration::answer(&client, Fresh { secret, access: &token }, &ctx.policy.issuer))
}

/// Ends a registration with all that was given to the client (§2.3).
///
/// # Errors
/// As [`read`].
pub async fn remove(ctx: &Ctx, id: ClientId, token: Secret<RegistrationAccess>) -> Result<(), FlowError> {
    let digest = token.digest();
    ctx.write(move |conn| {
        let client = held(conn, &id, &digest)?;
        clients::delete(conn, &client.id)?;
        tracing::info!(target: "doorward::security", client_id = %client.id, "a client ended its registration");
        Ok(())
    })
    .await
}

fn admitted(conn: &mut Conn, id: &ClientId, digest: &Digest<RegistrationAccess>) -> Result<Client, FlowError> {
    let client = clients::find(conn, id)?.filter(|client| client.origin == Origin::Dynamic && client.registration.as_ref() == Some(digest));
    Ok(client.ok_or_else(|| Refusal::by(Check::RegistrationAccess))?)
}

/// The same to be changed: as it stays until the commit. Nobody's row is held for a token that isn't its own.
fn held(conn: &mut Conn, id: &ClientId, digest: &Digest<RegistrationAccess>) -> Result<Client, FlowError> {
    admitted(conn, id, digest)?;
    clients::hold(conn, id)?;
    admitted(conn, id, digest)
}

struct Change {
    id: ClientId,
    digest: Digest<RegistrationAccess>,
    asked: Map<String, Value>,
    apis: Scopes,
    /// What comes of it for the client as it was read first, and was found good.
    verified: Metadata,
    spare: Arc<Secret<ClientSecret>>,
    ctx: Ctx,
}

impl Change {
    /// The client as it is then, and whether it has the new secret.
    fn commit(&self, conn: &mut Conn) -> Result<(Client, bool), FlowError> {
        let old = held(conn, &self.id, &self.digest)?;
        let key = format!("registration {}", self.id);
        if let Verdict::Wait(_) = failures::count(conn, &key, REGISTRATION_UPDATES, self.ctx.now())? {
            return Err(FlowError::Refused(Refusal::by(Check::RegistrationsPaced)));
        }
        // Once more, for the client as it is held.
        let metadata = registration::update(&old, self.asked.clone(), &self.ctx.policy.registration, &self.apis, &mut self.ctx.checks())?;
        self.ctx.policy.takes_method_of(&metadata).map_err(registration::of_metadata)?;
        if metadata.sector_identifier_uri != self.verified.sector_identifier_uri || metadata.redirect_uris != self.verified.redirect_uris {
            // The operator was quicker, and the sector was asked about something else.
            return Err(FlowError::Refused(Refusal::by(Check::RegistrationsPaced)));
        }
        let needed = metadata.token_endpoint_auth_method.has_secret();
        let new = Client::new(old.id.clone(), metadata, None, old.created_at);
        let new = Client { origin: old.origin, registration: old.registration.clone(), fixed: old.fixed.clone(), ..new };
        let kept = client_secrets::carried_over(&old, new.clone()).filter(|client| client.secret.is_some() == needed);
        let renewed = kept.is_none();
        let client = kept.unwrap_or_else(|| client_secrets::with_secret(new, &self.spare, &self.ctx.seal, &*self.ctx.rng));
        if !clients::update(conn, &client)? {
            return Err(FlowError::Refused(Refusal::by(Check::RegistrationAccess)));
        }
        Ok((client, renewed))
    }
}
