//! Making tokens: the rows that are committed first, and what is signed after the commit.

use super::subject::sub_for;
use super::{Ctx, FlowError};
use crate::flows::catalog::Catalog;
use doorward_protocol::acr::Acr;
use doorward_protocol::api::AccessTokenFormat;
use doorward_protocol::audience::TokenPlan;
use doorward_protocol::client::Client;
use doorward_protocol::grants::Grant;
use doorward_protocol::jose::Alg;
use doorward_protocol::resource::{self, AccessRecord};
use doorward_protocol::secret::{Access, Secret, random_id};
use doorward_protocol::tokens::access::AccessClaims;
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::tokens::id_token::IdClaims;
use doorward_protocol::values::{Subject, Timestamp, TokenId};
use serde_json::{Map, Value};

/// The names and secrets of an access token, drawn before the transaction, which may run more than once.
#[derive(Debug)]
pub struct AccessSeed {
    jti: TokenId,
    opaque: Secret<Access>,
}

impl AccessSeed {
    /// Draws one.
    pub fn draw(ctx: &Ctx) -> Self {
        Self { jti: TokenId::new(random_id(&*ctx.rng)), opaque: Secret::mint(&*ctx.rng) }
    }

    /// The row of the token that `plan` describes: a JWT stands under its `jti`, an opaque token under its digest.
    pub fn record(&self, plan: &TokenPlan, client: &Client, grant: Option<&Grant>, now: Timestamp) -> AccessRecord {
        AccessRecord {
            id: match plan.format {
                AccessTokenFormat::Jwt => self.jti.clone(),
                AccessTokenFormat::Opaque => opaque_id(&self.opaque),
            },
            grant: grant.map(|grant| grant.id.clone()),
            client_id: client.id.clone(),
            subject: grant.map(|grant| grant.subject.clone()),
            machine: None,
            app: None,
            seen_by: None,
            audience: plan.audience.clone(),
            scopes: plan.scopes.clone(),
            issued_at: now,
            expires_at: now.plus(plan.lifetime),
            auth_time: grant.map(|grant| grant.auth_time),
            confirmation: None,
            details: plan.details.clone(),
            actor: None,
            alive: true,
        }
    }

    /// The token itself, signed now that its row is durable. It tells of its person by the name that `viewer` knows.
    ///
    /// # Errors
    /// [`FlowError::Internal`] when there is no key or it fails.
    pub fn token(
        &self,
        record: &AccessRecord,
        plan: &TokenPlan,
        viewer: &Client,
        grant: Option<&Grant>,
        catalog: &Catalog,
        ctx: &Ctx,
    ) -> Result<String, FlowError> {
        if plan.format == AccessTokenFormat::Opaque {
            return Ok(self.opaque.expose().to_owned());
        }
        let subject = record.subject.as_ref().map(|subject| sub_for(&ctx.seal, viewer, subject));
        let claims = AccessClaims {
            iss: ctx.policy.issuer.as_str(),
            sub: subject.as_ref().map_or_else(|| record.sub(), Subject::as_str),
            aud: &record.audience,
            exp: record.expires_at,
            iat: record.issued_at,
            jti: &record.id,
            client_id: &record.client_id,
            scope: &record.scopes,
            auth_time: record.auth_time,
            authorization_details: &record.details,
            cnf: record.confirmation.as_ref(),
            act: record.actor.as_ref(),
            acr: record.acr().map(Acr::as_str),
            sid: grant.map(|grant| &grant.session),
        };
        sign(catalog, plan.alg, plan.typ, &claims, record.issued_at)
    }
}

/// Under which name an opaque access token is stored.
pub fn opaque_id(token: &Secret<Access>) -> TokenId {
    TokenId::new(token.digest().to_text())
}

/// An ID token to go with an access token (OpenID Connect Core §3.1.3.3).
///
/// # Errors
/// [`FlowError::Internal`] when there is no key or it fails.
pub fn id_token(
    ctx: &Ctx,
    catalog: &Catalog,
    client: &Client,
    grant: &Grant,
    nonce: Option<&str>,
    access: (&AccessRecord, &str),
    person: Option<&Person>,
) -> Result<String, FlowError> {
    let alg = client.metadata.id_token_signed_response_alg;
    let (record, token) = access;
    // Where the access token is for an API it can't fetch claims at userinfo: they come here (Core §5.4 leaves both open).
    let scopes = grant.scopes_of(client);
    let for_api = record.audience != ctx.policy.issuer.as_str();
    let by_name = grant.claims_of(client, &scopes);
    let mut personal = person.filter(|_| for_api).map_or_else(Map::new, |person| person.told(&scopes, &by_name.locales));
    personal.extend(person.map(|person| person.told_by_name(&by_name.id_token, &by_name.locales)).unwrap_or_default());
    let claims = IdClaims {
        iss: ctx.policy.issuer.as_str(),
        sub: &sub_for(&ctx.seal, client, &grant.subject),
        aud: &client.id,
        exp: record.issued_at.plus(ctx.policy.id_token_lifetime),
        iat: record.issued_at,
        auth_time: grant.auth_time,
        acr: Acr::LOGIN.as_str(),
        amr: Acr::LOGIN.amr(),
        nonce,
        at_hash: alg.hash_half(token),
        sid: &grant.session,
        personal,
    };
    sign(catalog, alg, "JWT", &claims, record.issued_at)
}

/// An answer that clients take as it is, or signed.
#[derive(Clone, Debug)]
pub enum Told<T> {
    /// As it is.
    Plain(T),
    /// As a JWT.
    Signed(String),
}

/// Signed userinfo (OpenID Connect Core §5.3.2): the claims with `iss` and `aud`. Without `exp`, so that it never passes for an ID token.
///
/// # Errors
/// [`FlowError::Internal`] when there is no key or it fails.
pub fn userinfo(ctx: &Ctx, catalog: &Catalog, client: &Client, alg: Alg, mut claims: Map<String, Value>) -> Result<String, FlowError> {
    claims.insert("iss".to_owned(), ctx.policy.issuer.as_str().into());
    claims.insert("aud".to_owned(), client.id.as_str().into());
    sign(catalog, alg, "JWT", &claims, ctx.now())
}

/// A signed answer to an introspection (RFC 9701 §5).
///
/// # Errors
/// [`FlowError::Internal`] when there is no key or it fails.
pub fn introspection(ctx: &Ctx, catalog: &Catalog, by: &Client, alg: Alg, answer: &Value) -> Result<String, FlowError> {
    let now = ctx.now();
    sign(catalog, alg, "token-introspection+jwt", &resource::introspection_claims(answer, by, ctx.policy.issuer.as_str(), now), now)
}

pub(super) fn sign(catalog: &Catalog, alg: Alg, typ: &str, claims: &impl serde::Serialize, now: Timestamp) -> Result<String, FlowError> {
    let key = catalog.keys.signer(alg, now).ok_or_else(|| FlowError::Internal(format!("no {} key to sign with", alg.name())))?;
    key.sign(typ, claims).map_err(|e| FlowError::Internal(e.to_string()))
}
