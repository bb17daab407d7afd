//! A device without a browser (RFC 8628): what it asks, the code that a person types for it, and what the person's answer gives.
//!
//! The channel between device and person proves nothing: anybody may send a person a code (RFC 10027 §4.1.1). So the code is typed by
//! hand, the login is recent, and the question is asked each time, whoever asks.

mod user_code;

pub use user_code::{mint, shown, typed};

use crate::api::Apis;
use crate::authorize::{Answer, ConsentAsk, Session, fixed};
use crate::check::{Check, Checks};
use crate::client::Client;
use crate::client_auth::Authenticated;
use crate::details::Details;
use crate::error::Refusal;
use crate::grants::GrantType;
use crate::params::Params;
use crate::pkce::Challenge;
use crate::policy::Policy;
use crate::requested;
use crate::scopes::Scopes;
use crate::values::{ResourceUri, Seconds, Timestamp};
use serde::{Deserialize, Serialize};

/// A person who logged in longer than this before the code was entered proves again who they are: on an unlocked machine a sentence read
/// out on the telephone must not be enough (RFC 10027 §6.1).
pub const LOGIN_MAX_AGE: Seconds = Seconds::minutes(10);

/// What a device asks, checked and stored; no later step reads a parameter again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeviceRequest {
    /// Known here and registered for the client.
    pub scopes: Scopes,
    /// For which APIs (RFC 8707).
    pub resources: Vec<ResourceUri>,
    /// What is asked beyond scopes (RFC 9396).
    #[serde(default)]
    pub details: Details,
    /// The code challenge, where one was sent: no RFC asks for it here, but a client that sends one relies on it (RFC 9700 §2.1.1).
    pub challenge: Option<Challenge>,
}

impl DeviceRequest {
    /// Reads a device authorization request of an authenticated client (RFC 8628 §3.1).
    ///
    /// # Errors
    /// [`Check::ParamNotRepeated`], [`Check::DeviceGrantRegistered`], and those of scopes, resources and the code
    /// challenge at the authorization endpoint.
    pub fn read(params: &Params, by: &Authenticated, apis: &Apis, policy: &Policy, checks: &mut Checks<'_>) -> Result<Self, Refusal> {
        let client = by.client();
        params.no_repeats(checks)?;
        checks.hold(Check::DeviceGrantRegistered, client.may(GrantType::DeviceCode))?;
        let resources = requested::resources(params, client, apis, policy, checks)?;
        let details = requested::details(params, client, &resources, apis, checks)?;
        let scopes = requested::scopes(params, client, (&resources, &details), apis, checks)?;
        let challenge = requested::challenge(params, false, checks)?;
        Ok(Self { scopes, resources, details, challenge })
    }

    /// What the person is asked: everything, each time, also for first-party apps and whatever was answered before.
    pub fn ask(&self, client: &Client, apis: &Apis) -> ConsentAsk {
        let asked = self.scopes.and(&client.allowed_scopes());
        ConsentAsk { required: fixed(&asked, apis), asked, ..ConsentAsk::default() }
    }

    /// The scopes that the person's answer grants.
    ///
    /// # Errors
    /// [`Check::DeviceAllowed`] when nothing was allowed: RFC 8628 §3.5 `access_denied`.
    pub fn granted(&self, ask: &ConsentAsk, answer: &Answer, checks: &mut Checks<'_>) -> Result<Scopes, Refusal> {
        let granted = ask.granted(answer);
        let unscoped = (self.scopes.is_empty() || !self.details.is_empty()) && *answer != Answer::Deny;
        checks.hold(Check::DeviceAllowed, !granted.is_empty() || unscoped)?;
        Ok(granted)
    }
}

/// Whether a session may answer for a code that was entered at `entered_at`: its login is no older than [`LOGIN_MAX_AGE`] then.
pub fn is_fresh(session: &Session, entered_at: Timestamp) -> bool {
    entered_at.since(session.auth_time) <= LOGIN_MAX_AGE
}

#[cfg(test)]
mod tests;
