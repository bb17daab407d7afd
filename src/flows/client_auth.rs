//! Who sends a request: the client, as it proves itself, and the keys it holds.

use super::catalog::Catalog;
use super::client_document::{Need, ensure};
use super::{Ctx, FlowError, client_keys, issuer_keys};
use crate::client_secrets;
use crate::store::replays;
use doorward_protocol::certificate::Certificate;
use doorward_protocol::check::Check;
use doorward_protocol::client_auth::{self, Asserted, Authenticated, Found, Needs, Presented, Step};
use doorward_protocol::trusted_issuer::TrustedFor;
use doorward_protocol::values::ClientId;
use std::sync::Arc;

/// What a request shows of its sender beside its parameters.
#[derive(Debug)]
pub struct Sender {
    /// What it shows of its client.
    pub shown: Presented,
    /// The values of its `DPoP` headers (RFC 9449 §4.1).
    pub dpop: Vec<String>,
    /// The client certificate of its connection (RFC 8705).
    pub certificate: Option<Arc<Certificate>>,
}

/// Proves who the client is, with the catalog as of now: one read; where it shows an assertion, one write in addition.
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::ClientAuthentic`] or a check of the assertion.
pub async fn authenticate(ctx: &Ctx, sender: &Sender) -> Result<(Authenticated, Arc<Catalog>), FlowError> {
    authenticate_for(ctx, sender, Need::New).await
}

/// The same, where less may be asked of a client's metadata document.
///
/// # Errors
/// As [`authenticate`].
pub async fn authenticate_for(ctx: &Ctx, sender: &Sender, need: Need) -> Result<(Authenticated, Arc<Catalog>), FlowError> {
    let id = ClientId::new(sender.shown.client_id());
    ctx.notes.client(&id);
    ensure(ctx, &id, need).await?;
    let cache = Arc::clone(&ctx.catalog);
    let (client, catalog) = ctx
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            Ok::<_, FlowError>((catalog.client(conn, &id)?, catalog))
        })
        .await?;
    let by = match client_auth::begin(&sender.shown, sender.certificate.as_deref(), client, ctx.now(), &mut ctx.checks())? {
        Step::Proven(by) => by,
        Step::Asserted(asserted) => by_assertion(ctx, asserted, &catalog).await?,
        Step::SelfSigned(own) => {
            let registered = client_keys::certificates_of(ctx, own.client(), own.thumbprint()).await?;
            own.verify(&registered, &mut ctx.checks())?
        }
    };
    Ok((by, catalog))
}

/// Spends an assertion. It is remembered before anything is granted, whatever comes of the request: in a write of its own, since
/// endpoints that only read take assertions, too.
async fn by_assertion(ctx: &Ctx, asserted: Asserted<'_>, catalog: &Catalog) -> Result<Authenticated, FlowError> {
    let (issuer, now) = (&ctx.policy.issuer, ctx.now());
    let client = Arc::clone(asserted.client());
    let unspent = match asserted.needs() {
        Needs::ClientSecret => {
            let secret = client_secrets::open(&ctx.seal, &client)?;
            asserted.verify(Found::Secret(&secret), issuer, now, &mut ctx.checks())?
        }
        Needs::ClientKeys(kid) => {
            let keys = client_keys::keys_of(ctx, &client, kid).await?;
            asserted.verify(Found::Keys(&*keys), issuer, now, &mut ctx.checks())?
        }
        Needs::IssuerKeys(name, kid) => {
            let trusted = ctx.checks().some(Check::AssertionTrusted, catalog.issuers.get(name, TrustedFor::ClientAuth))?;
            let keys = ctx.checks().some(Check::AssertionKeys, issuer_keys::of(ctx, trusted, kid).await)?;
            asserted.verify(Found::IssuerKeys(trusted, &keys), issuer, now, &mut ctx.checks())?
        }
    };
    let first = match unspent.once().cloned() {
        Some(once) => ctx.write(move |conn| replays::first_use(conn, &once.key, once.expires_at)).await?,
        None => true,
    };
    Ok(unspent.used(first, &mut ctx.checks())?)
}
