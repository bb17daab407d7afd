//! What a request asks, by the same rules wherever a person is to be asked for it: challenge, resources, scopes.

use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::details::Details;
use crate::error::Refusal;
use crate::grants::GrantType;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::scopes::{Scopes, is_openid_scope};
use crate::values::ResourceUri;

/// The code challenge of a request (RFC 7636 §4.3).
///
/// # Errors
/// [`Check::PkceChallengePresent`] when one is required, [`Check::PkceMethodS256`], [`Check::PkceChallengeWellFormed`].
pub(crate) fn challenge(params: &Params, required: bool, checks: &mut Checks<'_>) -> Result<Option<Challenge>, Refusal> {
    let (sent, method) = (params.get("code_challenge"), params.get("code_challenge_method"));
    // RFC 9700 §2.1.1: "MUST enforce" for public clients; OAuth 2.1 §7.5.1 for all; the one exception is the operator's.
    checks.hold(Check::PkceChallengePresent, sent.is_some() || (!required && method.is_none()))?;
    let Some(text) = sent else { return Ok(None) };
    // RFC 7636 §4.3: an absent method means plain, which is refused like plain itself.
    checks
        .require(Check::PkceMethodS256, method == Some("S256"), || Evidence::new("S256", method.unwrap_or("plain (implied)").to_owned()))?;
    let evidence = || Evidence::new("43 characters of base64url", format!("{} characters", text.chars().count()));
    checks.require_some(Check::PkceChallengeWellFormed, Challenge::parse(text), evidence).map(Some)
}

/// The APIs a request names (RFC 8707 §2).
///
/// # Errors
/// [`Check::ResourceKnown`].
pub(crate) fn resources(
    params: &Params,
    client: &Client,
    apis: &Apis,
    policy: &Policy,
    checks: &mut Checks<'_>,
) -> Result<Vec<ResourceUri>, Refusal> {
    let allowed = client.allowed_scopes();
    let mut resources = Vec::new();
    for named in params.all("resource") {
        if named == policy.issuer.as_str() {
            continue; // userinfo: reached by the OpenID scopes alone
        }
        let api = apis.get(named).filter(|api| api.scopes.is_empty() || !allowed.and(&api.scope_set()).is_empty());
        let api = checks.require_some(Check::ResourceKnown, api, || Evidence::new("a registered API", named.to_owned()))?;
        if !resources.contains(&api.resource) {
            resources.push(api.resource.clone());
        }
    }
    Ok(resources)
}

/// What a request asks beyond scopes (RFC 9396 §2).
///
/// # Errors
/// Those of [`Details::read`] and [`Details::allowed`].
pub(crate) fn details(
    params: &Params,
    client: &Client,
    resources: &[ResourceUri],
    apis: &Apis,
    checks: &mut Checks<'_>,
) -> Result<Details, Refusal> {
    let details = params.get("authorization_details").map(|text| Details::read(text, checks)).transpose()?.unwrap_or_default();
    details.allowed(client, resources, apis, checks)?;
    Ok(details)
}

/// The scopes a request asks, known here and registered for the client (RFC 6749 §3.3).
///
/// # Errors
/// [`Check::ScopeWellFormed`], [`Check::ScopeRegistered`], [`Check::ScopeOfNamedResource`], [`Check::ScopePresent`].
pub(crate) fn scopes(
    params: &Params,
    client: &Client,
    (resources, details): (&[ResourceUri], &Details),
    apis: &Apis,
    checks: &mut Checks<'_>,
) -> Result<Scopes, Refusal> {
    let allowed = client.allowed_scopes();
    // Naming the issuer alone asks for userinfo alone.
    let unnamed = params.get("resource").is_none();
    let reached = |scope: &str| unnamed || apis.owner_of(scope).is_some_and(|api| resources.contains(&api.resource));
    let Some(text) = params.get("scope") else {
        // RFC 6749 §3.3: a pre-defined default. Here: all API scopes the client is registered for, of the resources it names.
        let default = allowed.only(|scope| !is_openid_scope(scope) && apis.knows(scope) && reached(scope));
        let unscoped = resources.iter().any(|r| apis.get(r.as_str()).is_some_and(|api| api.scopes.is_empty()));
        checks.hold(Check::ScopePresent, !default.is_empty() || unscoped || !details.is_empty())?;
        return Ok(default);
    };
    let parsed = checks.some(Check::ScopeWellFormed, Scopes::parse(text))?;
    // OpenID Connect Core §3.1.2.1: scope values that are not understood SHOULD be ignored.
    let mut scopes = parsed.only(|scope| apis.knows(scope));
    checks.require(Check::ScopeRegistered, scopes.within(&allowed), || {
        Evidence::new(allowed.to_string(), scopes.without(&allowed).to_string())
    })?;
    let stray = scopes.only(|scope| !is_openid_scope(scope) && !reached(scope));
    checks.require(Check::ScopeOfNamedResource, stray.is_empty(), || Evidence::new("scopes of the named resources", stray.to_string()))?;
    // OpenID Connect Core §11: offline_access means nothing where no refresh token can be given.
    if !client.may(GrantType::RefreshToken) {
        scopes = scopes.only(|scope| scope != "offline_access");
    }
    // The claim scopes mean nothing without openid (§5.4).
    if !scopes.has("openid") {
        scopes = scopes.only(|scope| !is_openid_scope(scope) || scope == "offline_access");
    }
    checks.hold(Check::ScopePresent, !scopes.is_empty() || !details.is_empty())?;
    Ok(scopes)
}
