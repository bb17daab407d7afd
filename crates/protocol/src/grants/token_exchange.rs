//! Token exchange (RFC 8693): a service that was called gets a token for the next one, along an edge that the operator declared, and
//! never for more than the token it shows.

use super::{Grantee, TokenRequest};
use crate::api::{AccessTokenFormat, Api, Apis};
use crate::audience::TokenPlan;
use crate::binding::Actor;
use crate::check::{Check, Checks, Evidence};
use crate::client::{Client, SubjectType};
use crate::client_auth::Authenticated;
use crate::details::Details;
use crate::error::Refusal;
use crate::exchange_rule::{ExchangeMode, ExchangeRule, ExchangeRules};
use crate::judged::shown;
use crate::policy::Policy;
use crate::resource::AccessRecord;
use crate::scopes::Scopes;
use crate::values::{ClientId, Seconds, Timestamp};
use std::collections::BTreeSet;

/// An access token of this server, of whatever format (RFC 8693 §3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// A JWT; here, an access token in that format.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// So many parties a chain of actors names at most: a token is carried in a header.
pub const MAX_ACTORS: usize = 5;

/// What this server knows that an exchange is held against.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The APIs.
    pub apis: &'k Apis,
    /// The declared edges.
    pub rules: &'k ExchangeRules,
    /// The operator's choices.
    pub policy: &'k Policy,
}

/// What was found under the tokens of a request, and the API it names.
#[derive(Clone, Copy, Debug)]
pub struct Found<'f> {
    /// Under `subject_token`.
    pub subject: Option<&'f AccessRecord>,
    /// Under `actor_token`.
    pub actor: Option<&'f AccessRecord>,
    /// What `resource` and `audience` name, a client's id resolved to the API that the client is.
    pub targets: &'f BTreeSet<String>,
}

/// What an exchange gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanged {
    /// The access token to make; neither refresh nor ID token comes with it (§2.2.1).
    pub grantee: Grantee,
    /// Who acts with it.
    pub actor: Option<Actor>,
}

/// The values of `audience` (§2.1): "Multiple audience parameters may be used".
pub fn audiences(req: &TokenRequest) -> impl Iterator<Item = &str> {
    req.params.all("audience")
}

/// What the response calls the token that was issued (§2.2.1 `issued_token_type`).
pub fn issued_type(req: &TokenRequest) -> &'static str {
    if req.param("requested_token_type") == Some(JWT) { JWT } else { ACCESS_TOKEN }
}

/// Decides over an exchange. Its token belongs to the subject token's grant and person, and to no other.
///
/// # Errors
/// The first rule that refuses.
pub fn exchange(
    req: &TokenRequest,
    by: &Authenticated,
    found: Found<'_>,
    known: Known<'_>,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Exchanged, Refusal> {
    let client = by.client();
    checks.hold(Check::ClientConfidential, !client.is_public())?;
    kinds(req, checks)?;
    let subject = subject(req, client, found.subject, now, checks)?;
    let api = target(found.targets, known.apis, checks)?;
    let edge = known.rules.edge(&client.id, &subject.audience, api.resource.as_str());
    let missing = || missing_edge(&client.id, &subject.audience, api.resource.as_str());
    let edge = checks.require_some(Check::ExchangeDeclared, edge, missing)?;
    let actor = actor(req, client, (subject, found.actor), edge, now, checks)?;
    let format = format(req, client, api, checks)?;
    let scopes = scopes(req, subject, edge, api, checks)?;
    // Never longer than the token that is shown.
    let longest =
        [Some(subject.expires_at.since(now)), edge.lifetime, Some(api.token_lifetime.unwrap_or(known.policy.access_token_lifetime))];
    let lifetime = longest.into_iter().flatten().min().unwrap_or(Seconds(0));
    let (typ, alg) = (api.token_typ.as_str(), client.access_token_alg(api.signing_alg));
    let access = TokenPlan { audience: api.resource.as_str().to_owned(), scopes, details: Details::default(), format, typ, alg, lifetime };
    Ok(Exchanged { grantee: Grantee { access, refresh_until: None, id_token: false }, actor })
}

/// The evidence of [`Check::ExchangeDeclared`]: both ends of the edge.
pub(super) fn missing_edge(client: &ClientId, shown: &str, wanted: &str) -> Evidence {
    Evidence::new("a declared exchange", format!("{client}, showing a token for {shown}{TO}{wanted}"))
}

const TO: &str = ", to ";

/// The API at the far end of an edge that was missing, as what [`Check::ExchangeDeclared`] received tells it.
pub fn missing_target(received: &str) -> Option<&str> {
    received.rsplit_once(TO).map(|(_, api)| api)
}

/// The types of token that are taken and given.
fn kinds(req: &TokenRequest, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    // §2.1: "subject_token REQUIRED", "subject_token_type REQUIRED".
    let token = checks.some(Check::SubjectTokenPresent, req.param("subject_token"))?;
    let fits = |kind: Option<&str>, token: &str| kind == Some(ACCESS_TOKEN) || kind == Some(JWT) && token.contains('.');
    let kind = req.param("subject_token_type");
    checks.require(Check::SubjectTokenType, fits(kind, token), || {
        Evidence::new(format!("{ACCESS_TOKEN}, or {JWT} for one that is a JWT"), shown(kind.unwrap_or("none")))
    })?;
    let asked = req.param("requested_token_type");
    checks.require(Check::RequestedTokenType, asked.is_none_or(|asked| [ACCESS_TOKEN, JWT].contains(&asked)), || {
        Evidence::new(format!("{ACCESS_TOKEN} or {JWT}"), shown(asked.unwrap_or_default()))
    })?;
    // §2.1: actor_token_type is "REQUIRED when the actor_token parameter is present … but MUST NOT be included otherwise".
    let kind = req.param("actor_token_type");
    let matching = req.param("actor_token").map_or(kind.is_none(), |token| fits(kind, token));
    checks.require(Check::ActorTokenType, matching, || Evidence::new(ACCESS_TOKEN, shown(kind.unwrap_or("none"))))
}

/// The subject token: alive, meant for this client to have, and in its hands.
fn subject<'f>(
    req: &TokenRequest,
    client: &Client,
    found: Option<&'f AccessRecord>,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<&'f AccessRecord, Refusal> {
    // §2.2.2: of a subject token that is "invalid for any reason", invalid_request.
    let token = checks.some(Check::SubjectTokenActive, found.filter(|token| token.is_active(now)))?;
    let own = token.client_id == client.id;
    // A token that went astray is worth nothing to its finder (§5: "only … to be used by the intended recipient").
    checks.require(Check::SubjectTokenForClient, own || client.is_resource(&token.audience), || {
        Evidence::new(format!("a token for an API that {} is, or issued to it", client.id), token.audience.clone())
    })?;
    // A bound token never becomes a free one. Its own client shows the very key; a service that was called can't have that one and shows
    // its own, to which the new token is bound.
    let held = token.confirmation.as_ref().is_none_or(|bound| if own { req.proven.meets(bound) } else { req.confirmation.is_some() });
    checks.hold(Check::SubjectTokenHeld, held)?;
    Ok(token)
}

/// The one API that `resource` and `audience` name.
fn target<'k>(targets: &BTreeSet<String>, apis: &'k Apis, checks: &mut Checks<'_>) -> Result<&'k Api, Refusal> {
    let named = checks.some(Check::ExchangeTargetPresent, targets.first())?;
    checks.require(Check::OneResource, targets.len() == 1, || {
        Evidence::new("one target", shown(&targets.iter().map(String::as_str).collect::<Vec<_>>().join(" ")))
    })?;
    let api = apis.get(named);
    // §2.2.2: "unwilling or unable to issue a token for any target service indicated": invalid_target.
    checks.require_some(Check::ExchangeTargetKnown, api, || Evidence::new("a registered API", shown(named)))
}

/// Who acts with the new token: this client for whoever the subject token speaks of, those before it below it (§4.1).
fn actor(
    req: &TokenRequest,
    client: &Client,
    (subject, shown): (&AccessRecord, Option<&AccessRecord>),
    edge: &ExchangeRule,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Option<Actor>, Refusal> {
    if req.param("actor_token").is_some() {
        checks.require(Check::ActorTokenUnasked, edge.mode == ExchangeMode::Delegation, || {
            Evidence::new("no actor_token", edge.name.clone())
        })?;
        let own = |token: &&AccessRecord| {
            token.is_active(now)
                && token.client_id == client.id
                && token.subject.is_none()
                && token.actor.is_none()
                && token.machine.is_none()
        };
        let token = checks.some(Check::ActorTokenOwn, shown.filter(own))?;
        checks.hold(Check::ActorTokenOwn, token.confirmation.as_ref().is_none_or(|bound| req.proven.meets(bound)))?;
    }
    let before = subject.actor.clone();
    let chain = match edge.mode {
        ExchangeMode::Delegation => Some(Actor { sub: client.id.as_str().to_owned(), act: before.map(Box::new) }),
        ExchangeMode::Impersonation => before,
    };
    let depth = chain.as_ref().map_or(0, Actor::depth);
    checks.require(Check::ActorChainBounded, depth <= MAX_ACTORS, || {
        Evidence::new(format!("at most {MAX_ACTORS} actors"), depth.to_string())
    })?;
    Ok(chain)
}

fn format(req: &TokenRequest, client: &Client, api: &Api, checks: &mut Checks<'_>) -> Result<AccessTokenFormat, Refusal> {
    if issued_type(req) == JWT {
        checks.hold(Check::RequestedTokenJwt, api.access_token_format != Some(AccessTokenFormat::Opaque))?;
        return Ok(AccessTokenFormat::Jwt);
    }
    Ok(api.access_token_format.unwrap_or(client.metadata.access_token_format))
}

/// Without `scope`, all that the edge allows; at the same API, no more than the subject token does.
fn scopes(req: &TokenRequest, subject: &AccessRecord, edge: &ExchangeRule, api: &Api, checks: &mut Checks<'_>) -> Result<Scopes, Refusal> {
    let allowed = edge.scope_set().and(&api.scope_set());
    let allowed = if subject.audience == api.resource.as_str() { allowed.and(&subject.scopes) } else { allowed };
    let wanted = req.scope.clone().unwrap_or_else(|| allowed.clone());
    checks.require(Check::ExchangeScope, wanted.within(&allowed), || {
        Evidence::new(allowed.to_string(), wanted.without(&allowed).to_string())
    })?;
    Ok(wanted)
}

/// The machine that a new token speaks of, where no person stands behind the subject token and it isn't the client itself.
pub fn machine_of(subject: &AccessRecord, client: &Client) -> Option<ClientId> {
    let whose = subject.machine.as_ref().unwrap_or(&subject.client_id);
    if subject.subject.is_some() || *whose == client.id { None } else { Some(whose.clone()) }
}

/// The app whose token stands at the beginning of the chain that the new token goes on.
pub fn app_of(subject: &AccessRecord, client: &Client) -> Option<ClientId> {
    other_than(client, subject, subject.app())
}

/// As whom the new token sees its person: no service learns more of who it is than the token that it was shown tells. One that sees people by
/// pairwise names has its own for them (OpenID Connect Core §8.1).
pub fn seen_by(subject: &AccessRecord, client: &Client) -> Option<ClientId> {
    match client.metadata.subject_type {
        SubjectType::Pairwise => None,
        SubjectType::Public => other_than(client, subject, subject.seen_by()),
    }
}

fn other_than(client: &Client, subject: &AccessRecord, named: &ClientId) -> Option<ClientId> {
    (subject.subject.is_some() && *named != client.id).then(|| named.clone())
}
