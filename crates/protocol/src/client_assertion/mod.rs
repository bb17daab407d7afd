//! Client authentication by a signed assertion (RFC 7521 §4.2, RFC 7523 §2.2 and §3, RFC 10070, OpenID Connect Core §9).
//!
//! In order: [`peek`] finds out whom to load, [`verify`] holds the assertion against that client's keys or secret, [`check`]
//! looks at what it says, and the caller remembers [`Once`], refusing by [`Check::AssertionOnce`] what it has seen before.

#[cfg(test)]
mod tests;

use crate::check::{Check, Checks, Evidence};
use crate::error::Refusal;
use crate::jose::{self, Alg, JwsError, KeySource, Rules, TimeRules, Typ, check_times, numeric_date, sha256, verify_hmac};
use crate::judged::{judged, shown};
use crate::values::{Issuer, Seconds, Timestamp};
use serde_json::{Map, Value};

/// The value of `client_assertion_type` (RFC 7523 §2.2).
pub const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far ahead `exp` may lie, so that what must be remembered is forgotten some day.
pub const MAX_LIFE: Seconds = Seconds::minutes(60);

/// The same for workloads, whose platform makes one assertion for many requests.
pub const MAX_WORKLOAD_LIFE: Seconds = Seconds::hours(24);

/// How far the clocks may differ: FAPI 2.0 Security Profile §5.3.2.1 asks to take `iat` and `nbf` 10 seconds ahead and to
/// refuse more than 60.
pub const LEEWAY: Seconds = Seconds(30);

/// The longest `jti`, in bytes.
pub const MAX_JTI_LEN: usize = 255;

/// RFC 10070 §4 gives assertions a type of their own; older ones have none.
const TYP: Typ<'static> = Typ::Optional(&["JWT", "client-authentication+jwt"]);

/// What an assertion says of itself, **not** verified: good for finding the client, and for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Who made it.
    pub iss: String,
    /// Whom it speaks of.
    pub sub: String,
    /// With what it says that it is signed.
    pub alg: String,
    /// The key it says that it is signed with: where the client has none of that name, fetch its keys anew.
    pub kid: Option<String>,
}

impl Claimed {
    /// Whether a client speaks for itself; otherwise another issuer speaks of a workload.
    pub fn is_own(&self) -> bool {
        self.iss == self.sub
    }
}

/// What an assertion is verified with: what is registered decides, never the assertion (RFC 8725 §3.1).
#[derive(Clone, Copy)]
pub enum Key<'k> {
    /// `private_key_jwt`: these keys with these algorithms: the one of `token_endpoint_auth_signing_alg`, or all that the
    /// client's profile takes.
    Public(&'k dyn KeySource, &'k [Alg]),
    /// `client_secret_jwt`: the client's secret with HS256.
    Secret(&'k [u8]),
}

/// What to remember of an assertion, so that it works once on all nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// A digest over issuer and `jti`.
    pub key: String,
    /// Until when to remember it: from then on the assertion has expired.
    pub expires_at: Timestamp,
}

/// Reads the parameters of the request. `client_id` may come along, if it is the same.
///
/// # Errors
/// [`Check::AssertionType`], [`Check::AssertionWellFormed`], [`Check::AssertionIssSub`], [`Check::AssertionClientId`]: all
/// before any client is looked for, so that none of them tells whether there is one.
pub fn peek(
    assertion_type: Option<&str>,
    assertion: Option<&str>,
    client_id: Option<&str>,
    checks: &mut Checks<'_>,
) -> Result<Claimed, Refusal> {
    checks.require(Check::AssertionType, assertion_type == Some(JWT_BEARER) && assertion.is_some(), || {
        Evidence::new(JWT_BEARER, shown(assertion_type.unwrap_or_default()))
    })?;
    let seen = judged(jose::peek(assertion.unwrap_or_default(), TYP), &[Check::AssertionWellFormed], check_of, checks)?;
    let text = |claim| seen.text(claim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (iss, sub) = checks.some(Check::AssertionIssSub, text("iss").zip(text("sub")))?;
    let claimed = Claimed { iss, sub, alg: seen.alg().to_owned(), kid: seen.kid().map(str::to_owned) };
    // RFC 7521 §4.2: a client_id "MUST identify the same client". Which one a workload is, the registration knows.
    let same = !claimed.is_own() || client_id.is_none_or(|id| id == claimed.sub);
    checks.require(Check::AssertionClientId, same, || Evidence::new(shown(&claimed.sub), shown(client_id.unwrap_or_default())))?;
    Ok(claimed)
}

/// Verifies the assertion and gives its claims.
///
/// # Errors
/// [`Check::AssertionWellFormed`], [`Check::AssertionAlg`], [`Check::AssertionSignature`]; the last two speak to the owner
/// alone, since a stranger could try them to find out which clients there are.
pub fn verify(assertion: &str, key: Key<'_>, checks: &mut Checks<'_>) -> Result<Map<String, Value>, Refusal> {
    let verified = match key {
        Key::Public(keys, algs) => jose::verify(assertion, &Rules::new(algs, TYP), keys).map(jose::Verified::into_claims),
        Key::Secret(secret) => verify_hmac(assertion, secret, TYP),
    };
    judged(verified, &[Check::AssertionAlg, Check::AssertionWellFormed, Check::AssertionSignature], check_of, checks)
}

/// Checks what a client says of itself; `claims` are those that [`verify`] gave.
///
/// # Errors
/// [`Check::AssertionIssSub`], [`Check::AssertionAudience`], [`Check::AssertionInTime`], [`Check::AssertionOnce`] for a `jti`
/// that is none.
pub fn check(
    claims: &Map<String, Value>,
    client_id: &str,
    issuer: &Issuer,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Once, Refusal> {
    spoken_by(claims, client_id, client_id, checks)?;
    let exp = meant_for_us(claims, issuer, MAX_LIFE, now, checks)?;
    let jti = text(claims, "jti").filter(|jti| !jti.is_empty() && jti.len() <= MAX_JTI_LEN);
    let jti = checks.some(Check::AssertionOnce, jti)?;
    let key = sha256(format!("client assertion\n{client_id}\n{jti}").as_bytes());
    Ok(Once { key, expires_at: exp.plus(LEEWAY) })
}

/// Checks what a trusted issuer, such as the one of a Kubernetes cluster, says of a workload. It may be shown many times: the
/// platform, not the workload, makes it, and makes a new one only now and then.
///
/// # Errors
/// As [`check`], but for [`Check::AssertionOnce`].
pub fn check_workload(
    claims: &Map<String, Value>,
    (trusted, subject): (&str, &str),
    issuer: &Issuer,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<(), Refusal> {
    spoken_by(claims, trusted, subject, checks)?;
    meant_for_us(claims, issuer, MAX_WORKLOAD_LIFE, now, checks).map(|_| ())
}

/// Whether `aud` is the issuer and nothing else, as a text or as a list of that one text (RFC 10070 §4).
///
/// "And nothing else", since another server that a client was talked into using could hand the assertion on to us.
pub fn sole_audience(claims: &Map<String, Value>, issuer: &Issuer) -> bool {
    let aud = claims.get("aud");
    let only = aud.and_then(Value::as_array).map_or(aud, |list| if list.len() == 1 { list.first() } else { None });
    only.and_then(Value::as_str) == Some(issuer.as_str())
}

fn text<'c>(claims: &'c Map<String, Value>, name: &str) -> Option<&'c str> {
    claims.get(name).and_then(Value::as_str)
}

fn spoken_by(claims: &Map<String, Value>, iss: &str, sub: &str, checks: &mut Checks<'_>) -> Result<(), Refusal> {
    let (said_iss, said_sub) = (text(claims, "iss"), text(claims, "sub"));
    checks.require(Check::AssertionIssSub, said_iss == Some(iss) && said_sub == Some(sub), || {
        let said = format!("iss {}, sub {}", shown(said_iss.unwrap_or("none")), shown(said_sub.unwrap_or("none")));
        Evidence::new(format!("iss {iss}, sub {sub}"), said)
    })
}

/// Audience and time; gives `exp`.
fn meant_for_us(
    claims: &Map<String, Value>,
    issuer: &Issuer,
    longest: Seconds,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Timestamp, Refusal> {
    checks.require(Check::AssertionAudience, sole_audience(claims, issuer), || {
        Evidence::new(issuer.as_str().to_owned(), claims.get("aud").map_or_else(|| "none".to_owned(), |aud| shown(&aud.to_string())))
    })?;
    let rules = TimeRules { leeway: LEEWAY, exp_required: true, iat_required: false };
    let timely = check_times(claims, now, rules).and_then(|()| numeric_date(claims, "exp"));
    let exp = timely.ok().flatten().filter(|exp| *exp <= now.plus(longest).plus(LEEWAY));
    checks.require_some(Check::AssertionInTime, exp, || {
        let reason = timely.err().map_or_else(|| "an exp further ahead".to_owned(), |error| error.to_string());
        Evidence::new(format!("exp after {} and at most {} seconds later", now.0, longest.0), reason)
    })
}

fn check_of(error: JwsError) -> Check {
    match error {
        JwsError::TooLarge | JwsError::Malformed(_) | JwsError::Critical | JwsError::WrongTyp | JwsError::EmbeddedKey(_) => {
            Check::AssertionWellFormed
        }
        JwsError::AlgNotAllowed => Check::AssertionAlg,
        JwsError::UnknownKey | JwsError::BadSignature | JwsError::WeakSecret => Check::AssertionSignature,
        JwsError::MissingClaim(_) | JwsError::BadDate(_) | JwsError::Expired | JwsError::NotYetValid | JwsError::IssuedInFuture => {
            Check::AssertionInTime
        }
    }
}
