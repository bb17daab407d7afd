//! An assertion of a trusted issuer as a grant (RFC 7523 §2.1): a client gets an access token for a person whom another server vouches for.

use super::{Grantee, TokenRequest, client_credentials};
use crate::api::Apis;
use crate::check::{Check, Checks, Evidence};
use crate::client_auth::Authenticated;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::trusted_issuer::Asserted;
use crate::values::Subject;

/// A person that was found under what an assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub subject: Subject,
    /// Neither disabled nor gone.
    pub active: bool,
}

/// Decides over an access token for a person whom an assertion speaks of. The operator, who listed issuer and client, stands in for the
/// person's consent; there was no login here, so neither OpenID scopes nor an ID token can
/// come of it, nor a refresh token, which would outlive the other issuer's word (RFC 7521 §4.1).
///
/// # Errors
/// [`Check::AssertedPerson`], [`Check::NoOpenidWithoutLogin`], [`Check::AssertedForApi`], and those of a machine's own token.
pub fn grant(
    req: &TokenRequest,
    by: &Authenticated,
    (asserted, person): (&Asserted, Option<&Found>),
    (apis, policy): (&Apis, &Policy),
    checks: &mut Checks<'_>,
) -> Result<Grantee, Refusal> {
    // Whether there is no such person or it is disabled is none of the client's business.
    checks.require(Check::AssertedPerson, person.is_some_and(|person| person.active), || {
        Evidence::new("an active person", asserted.claim.as_str())
    })?;
    let grantee = client_credentials::for_apis(req, by, (apis, policy), Check::NoOpenidWithoutLogin, checks)?;
    let audience = &grantee.access.audience;
    checks.require(Check::AssertedForApi, audience != policy.issuer.as_str(), || Evidence::new("an API", audience.clone()))?;
    Ok(grantee)
}
