//! `POST /token`: load and decide inside the transaction that commits, sign after it.

use super::catalog::Catalog;
use super::mint::{self, AccessSeed};
use super::{Ctx, FlowError};
use crate::store::{Conn, StoreError, codes, grants, tokens, users};
use doorward_protocol::check::{Check, Checks};
use doorward_protocol::client::Client;
use doorward_protocol::client_auth::{self, Authenticated, Presented};
use doorward_protocol::error::Refusal;
use doorward_protocol::grants::refresh_token::{RefreshRecord, RefreshState, Rotation};
use doorward_protocol::grants::{Grant, GrantType, Grantee, TokenRequest, authorization_code, client_credentials, refresh_token};
use doorward_protocol::params::Params;
use doorward_protocol::resource::AccessRecord;
use doorward_protocol::secret::{Code, Refresh, Secret};
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::values::{ClientId, Timestamp};
use serde::Serialize;
use std::sync::Arc;

/// RFC 6749 §5.1, OpenID Connect Core §3.1.3.3.
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
    scope: String,
}

/// Proves who the client is, with the catalog as of now: one read.
///
/// # Errors
/// [`FlowError::Refused`] by [`Check::ClientAuthentic`].
pub async fn authenticate(ctx: &Ctx, shown: &Presented) -> Result<(Authenticated, Arc<Catalog>), FlowError> {
    let id = ClientId::new(shown.client_id());
    let cache = Arc::clone(&ctx.catalog);
    let (client, catalog) = ctx
        .store
        .read(move |conn| {
            let catalog = cache.get(conn)?;
            Ok::<_, FlowError>((catalog.client(conn, &id)?, catalog))
        })
        .await?;
    Ok((client_auth::authenticate(shown, client, &mut Checks::silent())?, catalog))
}

/// What the transaction decided. A refusal that leaves a trace is an outcome, so that the trace is committed.
enum Outcome {
    Given(Box<Given>),
    Refused(Refusal),
}

struct Given {
    grantee: Grantee,
    record: AccessRecord,
    grant: Option<Grant>,
    person: Option<Person>,
    with_nonce: bool,
}

/// Answers a token request.
///
/// # Errors
/// [`FlowError::Refused`] with the rule that refused, [`FlowError::Store`] when nothing could be committed.
pub async fn token(ctx: &Ctx, shown: &Presented, params: Params) -> Result<TokenResponse, FlowError> {
    let (by, catalog) = authenticate(ctx, shown).await?;
    let as_client = |refusal: Refusal| FlowError::Refused(refusal.authenticated());
    let request = TokenRequest::read(params, &by, &mut Checks::silent()).map_err(as_client)?;
    let attempt = Attempt {
        request,
        by,
        catalog: Arc::clone(&catalog),
        ctx: ctx.clone(),
        now: ctx.now(),
        seed: Arc::new(AccessSeed::draw(ctx)),
        successor: Arc::new(Secret::mint(&*ctx.rng)),
    };
    let (seed, successor, client) = (Arc::clone(&attempt.seed), Arc::clone(&attempt.successor), Arc::clone(attempt.by.client()));
    let given = match ctx.store.write(move |conn| attempt.run(conn)).await? {
        Outcome::Given(given) => given,
        Outcome::Refused(refusal) => return Err(as_client(refusal)),
    };
    // Signed only now: what a client holds is durable.
    let Given { grantee, record, grant, person, with_nonce } = *given;
    let access_token = seed.token(&record, &grantee.access, grant.as_ref(), &catalog, ctx)?;
    let id_token = match &grant {
        Some(grant) if grantee.id_token => {
            let nonce = grant.nonce.as_deref().filter(|_| with_nonce);
            Some(mint::id_token(ctx, &catalog, &client, grant, nonce, (&record, &access_token), person.as_ref())?)
        }
        _ => None,
    };
    Ok(TokenResponse {
        access_token,
        token_type: "Bearer",
        expires_in: grantee.access.lifetime.0,
        refresh_token: grantee.refresh_until.map(|_| successor.expose().to_owned()),
        id_token,
        scope: record.scopes.to_string(),
    })
}

/// One token request, to be run in a transaction as often as that takes.
struct Attempt {
    request: TokenRequest,
    by: Authenticated,
    catalog: Arc<Catalog>,
    ctx: Ctx,
    now: Timestamp,
    seed: Arc<AccessSeed>,
    successor: Arc<Secret<Refresh>>,
}

impl Attempt {
    fn run(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        match self.request.grant_type {
            GrantType::AuthorizationCode => self.redeem(conn),
            GrantType::RefreshToken => self.refresh(conn),
            GrantType::ClientCredentials => self.machine(conn),
        }
    }

    fn redeem(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(shown) = self.request.param("code") else { return Ok(Outcome::Refused(Refusal::by(Check::CodePresent))) };
        let digest = Secret::<Code>::shown(shown).digest();
        let code = codes::find(conn, &digest, self.now)?;
        let checks = &mut Checks::silent();
        let verdict =
            authorization_code::redeem(&self.request, &self.by, code.as_ref(), &self.catalog.apis, &self.ctx.policy, self.now, checks);
        // RFC 6749 §4.1.2: one conditional update decides who was first, on one node or on many.
        let verdict = match verdict {
            Ok(_) if !codes::spend(conn, &digest, self.now)? => Err(Refusal::by(Check::CodeUnspent)),
            other => other,
        };
        match (verdict, code) {
            (Ok(grantee), Some(code)) => self.give(conn, grantee, code.grant, true),
            (Err(refusal), Some(code)) if refusal.check == Check::CodeUnspent => {
                tracing::warn!(target: "doorward::security", client = %code.grant.client_id, grant = %code.grant.id, "code reused: its grant is revoked");
                grants::revoke(conn, &code.grant.id, self.now)?;
                Ok(Outcome::Refused(refusal))
            }
            (Err(refusal), _) => Ok(Outcome::Refused(refusal)),
            (Ok(_), None) => Ok(Outcome::Refused(Refusal::by(Check::CodeKnown))),
        }
    }

    fn refresh(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let Some(shown) = self.request.param("refresh_token") else { return Ok(Outcome::Refused(Refusal::by(Check::RefreshPresent))) };
        let digest = Secret::<Refresh>::shown(shown).digest();
        // Another round when another request came first (PostgreSQL): it then sees the token spent; and one to look again once replacing is ours.
        let mut held = false;
        for _ in 0..4 {
            let found = tokens::find_refresh(conn, &digest, self.now)?;
            let (token, next) = found.map_or((None, None), |(token, next)| (Some(token), next));
            let checks = &mut Checks::silent();
            let verdict =
                refresh_token::refresh(&self.request, &self.by, token.as_ref(), &self.catalog.apis, &self.ctx.policy, self.now, checks);
            let (grantee, rotation) = match verdict {
                Ok(decided) => decided,
                Err(refusal) => return self.refuse_refresh(conn, refusal, token.as_ref()),
            };
            if rotation == Rotation::ReplaceSuccessor && !held {
                tokens::hold_refresh(conn, &digest)?;
                held = true;
                continue;
            }
            let first = match (rotation, &next) {
                (Rotation::Spend, _) => tokens::spend_refresh(conn, &digest, &self.successor.digest(), self.now)?,
                (Rotation::ReplaceSuccessor, Some(old)) => tokens::replace_successor(conn, &digest, old, &self.successor.digest())?,
                (Rotation::ReplaceSuccessor, None) => false,
            };
            if let (true, Some(token)) = (first, token) {
                return self.give(conn, grantee, token.grant, false);
            }
        }
        Err(FlowError::Store(StoreError::Busy))
    }

    fn refuse_refresh(&self, conn: &mut Conn, refusal: Refusal, token: Option<&RefreshRecord>) -> Result<Outcome, FlowError> {
        if let (Check::RefreshUnspent, Some(RefreshRecord { grant, state: RefreshState::Spent { .. }, .. })) = (refusal.check, token) {
            tracing::warn!(target: "doorward::security", client = %grant.client_id, grant = %grant.id, "refresh token reused: its family is revoked");
            grants::revoke(conn, &grant.id, self.now)?;
        }
        Ok(Outcome::Refused(refusal))
    }

    fn machine(&self, conn: &mut Conn) -> Result<Outcome, FlowError> {
        let checks = &mut Checks::silent();
        let grantee = match client_credentials::grant(&self.request, &self.by, &self.catalog.apis, &self.ctx.policy, checks) {
            Ok(grantee) => grantee,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let record = self.seed.record(&grantee.access, self.client(), None, self.now);
        tokens::insert_access(conn, &record)?;
        Ok(Outcome::Given(Box::new(Given { grantee, record, grant: None, person: None, with_nonce: false })))
    }

    fn give(&self, conn: &mut Conn, grantee: Grantee, grant: Grant, first: bool) -> Result<Outcome, FlowError> {
        let record = self.seed.record(&grantee.access, self.client(), Some(&grant), self.now);
        tokens::insert_access(conn, &record)?;
        if let Some(until) = grantee.refresh_until {
            tokens::insert_refresh(conn, &self.successor.digest(), &grant.id, until)?;
        }
        if !first {
            grants::used(conn, &grant.id, self.now)?;
        }
        // Only an ID token beside a token for an API carries claims: see `mint::id_token`.
        let told = grantee.id_token && record.audience != self.ctx.policy.issuer.as_str();
        let person = if told { users::find(conn, &grant.subject)?.map(|user| user.person) } else { None };
        Ok(Outcome::Given(Box::new(Given { grantee, record, grant: Some(grant), person, with_nonce: first })))
    }

    fn client(&self) -> &Client {
        self.by.client()
    }
}
