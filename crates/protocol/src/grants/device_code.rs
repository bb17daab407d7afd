//! Polling with a device code (RFC 8628 §3.4, §3.5).

use super::{Grant, GrantType, Grantee, TokenRequest, authorization_code};
use crate::api::Apis;
use crate::audience::{self, Granted, Narrowing};
use crate::check::{Check, Checks, Evidence};
use crate::client_auth::Authenticated;
use crate::error::Refusal;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::values::{ClientId, Seconds, Timestamp};

/// How long a device waits between polls at first (RFC 8628 §3.2 `interval`).
pub const INTERVAL: Seconds = Seconds(5);
/// How much longer after each `slow_down` (RFC 8628 §3.5).
pub const SLOWER_BY: Seconds = Seconds(5);
/// A poll may come so much too early: moments are whole seconds here, and the network is uneven.
const TOLERANCE: Seconds = Seconds(1);

/// A stored device code.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceRecord {
    /// Whose device.
    pub client_id: ClientId,
    /// What has become of it.
    pub state: DeviceState,
    /// The code challenge of its request, where one was sent.
    pub challenge: Option<Challenge>,
    /// How long this device has to wait between polls.
    pub interval: Seconds,
    /// When it polled last; long ago when it never did.
    pub polled_at: Timestamp,
    /// From then on it is worthless.
    pub expires_at: Timestamp,
}

/// What has become of a device code.
#[derive(Clone, Debug, PartialEq)]
pub enum DeviceState {
    /// The person has not answered.
    Pending,
    /// The person said no.
    Denied,
    /// The person said yes: this begins with it.
    Allowed(Box<Grant>),
    /// Tokens were given for it.
    Spent,
}

/// Decides over a poll. When it gives tokens the caller spends the code in the same transaction by a conditional update, and treats a code
/// that somebody else spent meanwhile as [`Check::DeviceCodeUnspent`] refused.
///
/// # Errors
/// The first rule that refuses. [`Check::DeviceAnswered`] obliges the caller to note the poll, conditional on nobody having polled in
/// between, which would be [`Check::DevicePollPaced`]; that one obliges the caller to lengthen the device's interval by [`SLOWER_BY`].
pub fn redeem(
    req: &TokenRequest,
    by: &Authenticated,
    code: Option<&DeviceRecord>,
    apis: &Apis,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Grantee, Refusal> {
    let client = by.client();
    let code = checks.some(Check::DeviceCodeKnown, code)?;
    // RFC 8628 §3.4: the code belongs to the client it was issued to; what became of it is nobody else's business.
    checks.hold(Check::DeviceCodeOfClient, code.client_id == client.id)?;
    checks.hold(Check::DeviceCodeUnspent, code.state != DeviceState::Spent)?;
    checks.require(Check::DeviceCodeInTime, now < code.expires_at, || {
        Evidence::new(format!("before {}", code.expires_at.0), format!("at {}", now.0))
    })?;
    authorization_code::verify(code.challenge.as_ref(), req.param("code_verifier"), checks)?;
    let grant = match &code.state {
        DeviceState::Allowed(grant) => grant,
        DeviceState::Denied => return checks.some(Check::DeviceAllowed, None),
        DeviceState::Spent => return checks.some(Check::DeviceCodeUnspent, None),
        DeviceState::Pending => {
            // RFC 8628 §3.5: slow_down is "a variant of authorization_pending": an answered code is not held back.
            let waited = now.since(code.polled_at);
            checks.require(Check::DevicePollPaced, waited.0 >= code.interval.0 - TOLERANCE.0, || {
                Evidence::new(format!("{} seconds after the last poll", code.interval.0), format!("{} seconds", waited.0))
            })?;
            return checks.some(Check::DeviceAnswered, None);
        }
    };
    grant.usable(now, checks)?;
    let (scopes, details) = (grant.scopes_of(client), grant.details_of(client));
    let granted = Granted { scopes: &scopes, resources: &grant.resources, details: &details };
    let asked = Narrowing { resources: &req.resources, scope: req.scope.as_ref(), details: req.details.as_ref() };
    Ok(Grantee {
        access: audience::plan(granted, asked, client, apis, policy, checks)?,
        refresh_until: client.may(GrantType::RefreshToken).then(|| now.plus(policy.refresh_idle).min(grant.expires_at)),
        id_token: scopes.has("openid"),
    })
}
