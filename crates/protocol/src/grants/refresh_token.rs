//! Refreshing (RFC 6749 §6) with rotation (RFC 9700 §4.14.2), strict unless the client was registered with a retry window.

use super::{Grant, Grantee, TokenRequest};
use crate::api::Apis;
use crate::audience::{self, Granted, Narrowing};
use crate::check::{Check, Checks, Evidence};
use crate::client_auth::Authenticated;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::values::{Seconds, Timestamp};

/// A stored refresh token.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshRecord {
    /// Its family.
    pub grant: Grant,
    /// From then on it is dead though unused.
    pub expires_at: Timestamp,
    /// Whether and how it was used before.
    pub state: RefreshState,
}

/// Whether a refresh token was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshState {
    /// It is the family's live leaf.
    Unspent,
    /// It was used at a moment; its successor is still unused, or isn't.
    Spent {
        /// When.
        at: Timestamp,
        /// Whether its successor was used in turn.
        successor_used: bool,
    },
}

/// How the caller commits a refresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// Spend this token, insert a successor.
    Spend,
    /// It was spent within the client's retry window: replace the unused successor, so that one leaf lives.
    ReplaceSuccessor,
    /// It stays what it is: the client proves itself and its key at each use, and a lost answer costs nothing.
    Keep,
}

/// Decides over a refresh. The caller commits the [`Rotation`] by conditional updates in the same transaction, and asks again when another
/// request came first.
///
/// # Errors
/// The first rule that refuses. [`Check::RefreshUnspent`] obliges the caller to revoke the family; it is asked only once the token is known
/// to be this client's.
pub fn refresh(
    req: &TokenRequest,
    by: &Authenticated,
    token: Option<&RefreshRecord>,
    apis: &Apis,
    policy: &Policy,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<(Grantee, Rotation), Refusal> {
    let client = by.client();
    let token = checks.some(Check::RefreshKnown, token)?;
    checks.hold(Check::RefreshOfClient, token.grant.client_id == client.id)?;
    let rotation = match token.state {
        // FAPI 2.0 Security Profile §5.3.2.1: "shall not use refresh token rotation except in extraordinary circumstances".
        RefreshState::Unspent if client.is_fapi2() => Rotation::Keep,
        RefreshState::Unspent => Rotation::Spend,
        RefreshState::Spent { at, successor_used } => {
            // A clock set back makes the age negative: that is within the window, the replay is still answered at most by replacement.
            let window = client.metadata.refresh_retry_window;
            let tolerated = window > Seconds(0) && now.since(at) <= window;
            checks.require(Check::RefreshUnspent, tolerated, || Evidence::new("first use", format!("used at {}", at.0)))?;
            checks.hold(Check::RefreshReplayTolerated, !successor_used)?;
            Rotation::ReplaceSuccessor
        }
    };
    checks.require(Check::RefreshInTime, now < token.expires_at, || {
        Evidence::new(format!("before {}", token.expires_at.0), format!("at {}", now.0))
    })?;
    token.grant.held_by(&req.proven, checks)?;
    token.grant.usable(now, checks)?;
    let (scopes, details) = (token.grant.scopes_of(client), token.grant.details_of(client));
    let granted = Granted { scopes: &scopes, resources: &token.grant.resources, details: &details };
    let asked = Narrowing { resources: &req.resources, scope: req.scope.as_ref(), details: req.details.as_ref() };
    let access = audience::plan(granted, asked, client, apis, policy, checks)?;
    let refresh_until = Some(now.plus(policy.refresh_idle).min(token.grant.expires_at));
    Ok((Grantee { access, refresh_until, id_token: scopes.has("openid") }, rotation))
}
