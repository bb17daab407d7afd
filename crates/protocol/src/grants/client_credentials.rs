//! A client acting for itself (RFC 6749 §4.4).

use super::{Grantee, TokenRequest};
use crate::api::Apis;
use crate::audience::{self, Granted, Narrowing};
use crate::check::{Check, Checks, Evidence};
use crate::client_auth::Authenticated;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::scopes::is_openid_scope;
use crate::values::ResourceUri;

/// Decides over a machine's own token. Without `scope` it gets all API scopes it is registered for, of the resource it names.
///
/// # Errors
/// [`Check::ClientConfidential`], [`Check::NoOpenidForMachines`], [`Check::ScopeRegistered`], and those of [`Details::allowed`](crate::details::Details::allowed) and
/// [`audience::plan`].
pub fn grant(req: &TokenRequest, by: &Authenticated, apis: &Apis, policy: &Policy, checks: &mut Checks<'_>) -> Result<Grantee, Refusal> {
    for_apis(req, by, (apis, policy), Check::NoOpenidForMachines, checks)
}

/// A token of what a client is registered for at APIs; `personal` refuses the scopes that speak of a person.
pub(super) fn for_apis(
    req: &TokenRequest,
    by: &Authenticated,
    (apis, policy): (&Apis, &Policy),
    personal: Check,
    checks: &mut Checks<'_>,
) -> Result<Grantee, Refusal> {
    let client = by.client();
    // RFC 6749 §4.4: "MUST only be used by confidential clients".
    checks.hold(Check::ClientConfidential, !client.is_public())?;
    let own = client.allowed_scopes().only(|scope| !is_openid_scope(scope) && apis.knows(scope));
    if let Some(asked) = &req.scope {
        let of_people = asked.only(is_openid_scope);
        checks.require(personal, of_people.is_empty(), || Evidence::new("scopes of APIs", of_people.to_string()))?;
        checks.require(Check::ScopeRegistered, asked.within(&own), || Evidence::new(own.to_string(), asked.without(&own).to_string()))?;
    }
    // An API without scopes is for any machine that names it; one with scopes needs one of them.
    let named: Vec<ResourceUri> = req.resources.iter().filter_map(|resource| apis.get(resource)).map(|api| api.resource.clone()).collect();
    let scopes = req.scope.clone().unwrap_or(own);
    let details = req.details.clone().unwrap_or_default();
    details.allowed(client, &named, apis, checks)?;
    let asked = Narrowing { resources: &req.resources, scope: None, details: None };
    let access = audience::plan(Granted { scopes: &scopes, resources: &named, details: &details }, asked, client, apis, policy, checks)?;
    Ok(Grantee { access, refresh_until: None, id_token: false })
}
