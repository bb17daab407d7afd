//! The time claims of a token (RFC 7519 section 4.1), against a time that is handed in.

use serde_json::{Map, Value};

use super::error::JwsError;
use crate::values::{Seconds, Timestamp};

/// The last second of the year 9999: nothing we would believe lies beyond, and sums cannot overflow.
const LAST_SECOND: i64 = 253_402_300_799;

/// What the time claims must satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeRules {
    /// How far the clocks of both sides may differ. Zero for tokens of our own.
    pub leeway: Seconds,
    /// Whether a token without `exp` is refused.
    pub exp_required: bool,
    /// Whether a token without `iat` is refused.
    pub iat_required: bool,
}

/// Checks `exp`, `nbf` and `iat` against `now`. Whether a token that has expired still serves
/// some purpose, as an `id_token_hint` does, is the caller's choice: then it does not call this.
///
/// # Errors
/// [`JwsError::MissingClaim`], [`JwsError::BadDate`], [`JwsError::Expired`], [`JwsError::NotYetValid`],
/// [`JwsError::IssuedInFuture`].
pub fn check_times(claims: &Map<String, Value>, now: Timestamp, rules: TimeRules) -> Result<(), JwsError> {
    let earliest = now.minus(rules.leeway);
    let latest = now.plus(rules.leeway);

    // RFC 7519 section 4.1.4: on or after `exp` it MUST NOT be accepted.
    match numeric_date(claims, "exp")? {
        None if rules.exp_required => return Err(JwsError::MissingClaim("exp")),
        Some(exp) if earliest >= exp => return Err(JwsError::Expired),
        None | Some(_) => {}
    }
    // Section 4.1.5: before `nbf` it MUST NOT be accepted.
    if numeric_date(claims, "nbf")?.is_some_and(|nbf| latest < nbf) {
        return Err(JwsError::NotYetValid);
    }
    match numeric_date(claims, "iat")? {
        None if rules.iat_required => Err(JwsError::MissingClaim("iat")),
        Some(iat) if latest < iat => Err(JwsError::IssuedInFuture),
        None | Some(_) => Ok(()),
    }
}

/// A claim that is a `NumericDate` (RFC 7519 section 2), where a fraction is rounded up to the next
/// full second, which changes no comparison with a full second by `<` or `>=`. `None` when it is absent.
///
/// # Errors
/// [`JwsError::BadDate`] when it is no number, negative, or after the year 9999.
pub fn numeric_date(claims: &Map<String, Value>, name: &'static str) -> Result<Option<Timestamp>, JwsError> {
    let Some(value) = claims.get(name) else {
        return Ok(None);
    };
    value
        .as_i64()
        .or_else(|| value.as_f64().and_then(round_up))
        .filter(|seconds| (0..=LAST_SECOND).contains(seconds))
        .map(|seconds| Some(Timestamp(seconds)))
        .ok_or(JwsError::BadDate(name))
}

#[expect(clippy::cast_possible_truncation, reason = "the range was checked, and every whole number in it is exact in a double")]
fn round_up(seconds: f64) -> Option<i64> {
    (0.0..=253_402_300_799.0).contains(&seconds).then(|| seconds.ceil() as i64)
}
