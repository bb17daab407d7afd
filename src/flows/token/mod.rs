//! `POST /token`: load and decide inside the transaction that commits, sign after it. One file a grant.

mod assertion;
mod code;
mod device;
mod exchange;
mod machine;
mod refresh;

use super::catalog::Catalog;
use super::client_auth::{Sender, authenticate_for};
use super::client_document::Need;
use super::dpop::{self, At};
use super::mint::{self, AccessSeed};
use super::{Ctx, FlowError};
use crate::store::{Conn, grants, leases, tokens, users};
use doorward_protocol::binding::{self, Confirmation};
use doorward_protocol::client::{Client, Origin};
use doorward_protocol::client_auth::Authenticated;
use doorward_protocol::details::Details;
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::{Grant, GrantType, Grantee, TokenRequest, token_exchange};
use doorward_protocol::metadata::path;
use doorward_protocol::params::Params;
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::secret::{Refresh, Secret};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::trusted_issuer::Asserted;
use doorward_protocol::values::Timestamp;
use serde::Serialize;
use std::sync::Arc;

/// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    access_token: String,
    /// RFC 8693 §2.2.1.
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
    #[serde(skip_serializing_if = "Details::is_empty")]
    authorization_details: Details,
}

/// What the transaction decided. A refusal that leaves a trace is an outcome, so that the trace is committed.
enum Outcome {
    Given(Box<Given>),
    Refused(Refusal),
}

struct Given {
    grantee: Grantee,
    record: AccessRecord,
    /// By whose name for the person the access token tells of them.
    viewer: Arc<Client>,
    grant: Option<Grant>,
    person: Option<Person>,
    with_nonce: bool,
}

/// Answers a token request.
///
/// # Errors
/// [`FlowError::Refused`] with the rule that refused, [`FlowError::Store`] when nothing could be committed.
pub async fn token(ctx: &Ctx, sender: &Sender, params: Params) -> Result<TokenResponse, FlowError> {
    // Before the client is proven: an assertion works once, and whoever is asked for a nonce comes again with the same one.
    let proof = dpop::prove(ctx, &sender.dpop, At { method: "POST", path: path::TOKEN, token: None })?;
    let refreshes = params.unambiguous("grant_type") == Some(GrantType::RefreshToken.as_str());
    let need = if refreshes { Need::Held } else { Need::New };
    let (by, catalog) = authenticate_for(ctx, sender, need).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    dpop::fits(ctx, proof.as_ref(), by.client())?;
    let proven = dpop::proven(proof.as_ref(), sender.certificate.as_deref());
    let request = TokenRequest::read(params, &by, proven, &mut ctx.checks()).map_err(as_client)?;
    let asserted = assertion::asserted(ctx, &request, &by, &catalog).await?;
    let issued_token_type = (request.grant_type == GrantType::TokenExchange).then(|| token_exchange::issued_type(&request));
    let attempt = Attempt {
        request,
        asserted,
        proof,
        by,
        catalog: Arc::clone(&catalog),
        ctx: ctx.clone(),
        now: ctx.now(),
        seed: Arc::new(AccessSeed::draw(ctx)),
        successor: Arc::new(Secret::mint(&*ctx.rng)),
    };
    let (seed, successor, client) = (Arc::clone(&attempt.seed), Arc::clone(&attempt.successor), Arc::clone(attempt.by.client()));
    let given = match ctx.write(move |conn| attempt.run(conn)).await? {
        Outcome::Given(given) => given,
        Outcome::Refused(refusal) => return Err(as_client(refusal)),
    };
    // Signed only now: what a client holds is durable.
    let Given { grantee, record, viewer, grant, person, with_nonce } = *given;
    // RFC 9449 §5: "token_type … DPoP" tells the client to what the token is bound.
    let token_type = if matches!(record.confirmation, Some(Confirmation::Jkt(_))) { "DPoP" } else { "Bearer" };
    let access_token = seed.token(&record, &grantee.access, &viewer, grant.as_ref(), &catalog, ctx)?;
    let id_token = match &grant {
        Some(grant) if grantee.id_token => {
            let nonce = grant.nonce.as_deref().filter(|_| with_nonce);
            Some(mint::id_token(ctx, &catalog, &client, grant, nonce, (&record, &access_token), person.as_ref())?)
        }
        _ => None,
    };
    Ok(TokenResponse {
        access_token,
        issued_token_type,
        token_type,
        expires_in: grantee.access.lifetime.0,
        refresh_token: grantee.refresh_until.map(|_| successor.expose().to_owned()),
        id_token,
        scope: record.scopes.to_string(),
        // RFC 9396 §7: "as granted by the resource owner and assigned to the respective access token".
        authorization_details: record.details,
    })
}

/// One token request, to be run in a transaction as often as that takes.
struct Attempt {
    request: TokenRequest,
    /// Whom the assertion of the request speaks of, if it has one.
    asserted: Option<Asserted>,
    proof: Option<dpop::Proven>,
    by: Authenticated,
    catalog: Arc<Catalog>,
    ctx: Ctx,
    now: Timestamp,
    seed: Arc<AccessSeed>,
    successor: Arc<Secret<Refresh>>,
}

impl Attempt {
    fn run(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        if let Err(refusal) = dpop::first_use(conn, self.proof.as_ref(), &self.ctx.notes)? {
            return Ok(Outcome::Refused(refusal));
        }
        let outcome = self.decide(conn)?;
        if matches!(outcome, Outcome::Given(_)) {
            self.keep_client(conn)?;
        }
        Ok(outcome)
    }

    fn decide(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        match self.request.grant_type {
            GrantType::AuthorizationCode => self.redeem(conn),
            GrantType::RefreshToken => self.refresh(conn),
            GrantType::ClientCredentials => self.machine(conn),
            GrantType::DeviceCode => self.poll(conn),
            GrantType::TokenExchange => self.exchange(conn),
            GrantType::JwtBearer => self.assert(conn),
        }
    }

    /// A client that registered itself and works is kept.
    fn keep_client(&self, conn: &mut Conn) -> Result<(), FlowError> {
        if self.client().origin != Origin::Operator {
            leases::end(conn, &self.client().id)?;
        }
        Ok(())
    }

    fn give(&self, conn: &mut Conn, grantee: Grantee, grant: Grant, first: bool) -> Result<Outcome, FlowError> {
        let record = self.record(&grantee, Some(&grant));
        tokens::insert_access(conn, &record)?;
        if let Some(until) = grantee.refresh_until {
            tokens::insert_refresh(conn, &self.successor.digest(), &grant.id, until)?;
        }
        if !first {
            grants::used(conn, &grant.id, self.now)?;
        }
        // Only an ID token beside a token for an API, or one for which they were asked by name, carries claims: see `mint::id_token`.
        let told = grantee.id_token && (record.audience != self.ctx.policy.issuer.as_str() || !grant.claims.id_token.is_empty());
        let person = if told { users::find(conn, &grant.subject)?.map(|user| user.person) } else { None };
        Ok(Outcome::Given(Box::new(Given { grantee, record, viewer: self.viewer(), grant: Some(grant), person, with_nonce: first })))
    }

    /// A family as it begins: bound to the key that the request proved, where its refresh tokens are to be.
    fn bound(&self, conn: &mut Conn, mut grant: Grant) -> Result<Grant, FlowError> {
        grant.confirmation = binding::of_family(self.client(), self.request.confirmation.as_ref());
        if let Some(bound) = &grant.confirmation {
            grants::bind(conn, &grant.id, bound)?;
        }
        Ok(grant)
    }

    /// The row of the access token, bound to the key that the request proved.
    fn record(&self, grantee: &Grantee, grant: Option<&Grant>) -> AccessRecord {
        let record = self.seed.record(&grantee.access, self.client(), grant, self.now);
        AccessRecord { confirmation: self.request.confirmation.clone(), ..record }
    }

    /// Whoever asks, where nothing was exchanged.
    fn viewer(&self) -> Arc<Client> {
        Arc::clone(self.by.client())
    }

    fn client(&self) -> &Client {
        self.by.client()
    }
}
