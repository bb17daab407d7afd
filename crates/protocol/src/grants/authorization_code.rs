//! Redeeming an authorization code (RFC 6749 §4.1.3, RFC 7636 §4.6).

use super::{Grant, GrantType, Grantee, TokenRequest};
use crate::api::Apis;
use crate::audience::{self, Granted, Narrowing};
use crate::check::{Check, Checks, Evidence};
use crate::client_auth::Authenticated;
use crate::error::Refusal;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::values::Timestamp;

/// A stored code.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeRecord {
    /// The family it begins.
    pub grant: Grant,
    /// The redirect URI, where the authorization request named one.
    pub redirect_uri: Option<String>,
    /// The code challenge, where one was sent.
    pub challenge: Option<Challenge>,
    /// Thumbprint of the key it is bound to, where the request named one (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// From then on it is worthless.
    pub expires_at: Timestamp,
    /// It was redeemed before.
    pub spent: bool,
}

/// Decides over a redemption. The caller spends the code in the same transaction by a conditional update, and treats a code that somebody
/// else spent meanwhile as [`Check::CodeUnspent`] refused.
///
/// # Errors
/// The first rule that refuses. [`Check::CodeUnspent`] obliges the caller to revoke the family; it is asked only once the code is known to be
/// this client's, so that a thief can't end somebody else's grant (RFC 6749 §4.1.2).
pub fn redeem(
    req: &TokenRequest,
    by: &Authenticated,
    code: Option<&CodeRecord>,
    apis: &Apis,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Grantee, Refusal> {
    let client = by.client();
    let code = checks.some(Check::CodeKnown, code)?;
    checks.hold(Check::CodeOfClient, code.grant.client_id == client.id)?;
    checks.hold(Check::CodeUnspent, !code.spent)?;
    checks.require(Check::CodeInTime, now < code.expires_at, || {
        Evidence::new(format!("before {}", code.expires_at.0), format!("at {}", now.0))
    })?;
    let sent = req.param("redirect_uri");
    // RFC 6749 §4.1.3: required and identical "if the redirect_uri parameter was included in the authorization request". OAuth 2.1 §4.1.3
    // clients no longer send it: PKCE binds the code instead, so it may be left out where a challenge is enforced.
    let absent_fine = code.redirect_uri.is_none() || code.challenge.is_some();
    checks.require(Check::CodeRedirectUri, sent.map_or(absent_fine, |uri| code.redirect_uri.as_deref() == Some(uri)), || {
        Evidence::new(code.redirect_uri.clone().unwrap_or_else(|| "none".to_owned()), sent.unwrap_or("none").to_owned())
    })?;
    verify(code.challenge.as_ref(), req.param("code_verifier"), checks)?;
    // RFC 9449 §10: "the authorization server MUST reject the request" when the proof is by another key than dpop_jkt names, or absent.
    checks.hold(Check::DpopGrantKey, code.dpop_jkt.is_none() || code.dpop_jkt == req.proven.jkt)?;
    code.grant.usable(now, checks)?;
    let (scopes, details) = (code.grant.scopes_of(client), code.grant.details_of(client));
    let granted = Granted { scopes: &scopes, resources: &code.grant.resources, details: &details };
    let asked = Narrowing { resources: &req.resources, scope: req.scope.as_ref(), details: req.details.as_ref() };
    Ok(Grantee {
        access: audience::plan(granted, asked, client, apis, policy, checks)?,
        refresh_until: client.may(GrantType::RefreshToken).then(|| now.plus(policy.refresh_idle).min(code.grant.expires_at)),
        id_token: scopes.has("openid"),
    })
}

/// RFC 7636 §4.6: a challenge that was sent is enforced; a verifier without one is refused (RFC 9700 §4.8.2).
pub(super) fn verify(challenge: Option<&Challenge>, verifier: Option<&str>, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    let Some(challenge) = challenge else { return checks.hold(Check::PkceVerifierUnasked, verifier.is_none()) };
    let verifier = checks.some(Check::PkceVerifierPresent, verifier)?;
    checks.require(Check::PkceVerifier, challenge.is_met_by(verifier), || {
        Evidence::new(challenge.as_str().to_owned(), Challenge::of(verifier).as_str().to_owned())
    })
}
