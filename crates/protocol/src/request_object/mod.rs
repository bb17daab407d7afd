//! Signed authorization requests (RFC 9101, OpenID Connect Core §6, FAPI 2.0 Message Signing §5.3.1).
//!
//! [`verify`] holds the object against the client's keys, [`params`] checks what it says and gives the parameters. They are the
//! whole request: "The authorization server MUST only use the parameters in the Request Object" (RFC 9101 §6.3).

#[cfg(test)]
mod tests;

use crate::authorize::MAY_REPEAT;
use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::jose::{self, Alg, JwsError, KeySource, Rules, TimeRules, Typ, check_times, numeric_date};
use crate::judged::{judged, shown};
use crate::params::Params;
use crate::values::{Issuer, Seconds, Timestamp};
use serde_json::{Map, Value};

/// How long a request may live where FAPI rules, from `nbf` to `exp`, and how long ago `nbf` may be.
pub const FAPI_LIFE: Seconds = Seconds::minutes(60);

/// How far the clocks may differ, as for client assertions.
pub const LEEWAY: Seconds = Seconds(30);

/// RFC 9101 §10.8: its own type, or what it was before there was one.
const TYP: Typ<'static> = Typ::Optional(&["oauth-authz-req+jwt", "JWT"]);

/// Claims of the JWT itself (RFC 7519 §4.1): no parameters.
const ABOUT_THE_JWT: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

/// What the object must agree with.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// The `client_id` beside the object, whose keys verified it.
    pub client_id: &'a str,
    /// This server.
    pub issuer: &'a Issuer,
    /// Whether the client is held to FAPI 2.0 Message Signing.
    pub fapi: bool,
}

/// How long the `jti` of an object is remembered at most, however long the object itself is good for.
pub const REMEMBERED: Seconds = Seconds::days(1);

/// A request that its client signed.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its parameters: the whole request.
    pub params: Params,
    /// What to remember, where it says that it is for one use.
    pub once: Option<Once>,
}

/// What to remember of an object, so that it works once on all nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Once {
    /// A digest over client and `jti`.
    pub key: String,
    /// Until when to remember it.
    pub expires_at: Timestamp,
}

/// Which key the object names: where it is none of those at hand, they may be out of date.
pub fn kid(object: &str) -> Option<String> {
    jose::peek(object, TYP).ok()?.kid().map(str::to_owned)
}

/// Verifies the object of a client with its keys and reads it. That nobody has used it before is for the caller to find out: see
/// [`Check::RequestObjectOnce`].
///
/// # Errors
/// As [`verify`] and [`params`].
pub fn open(
    object: &str,
    keys: &dyn KeySource,
    client: &Client,
    issuer: &Issuer,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Opened, Refusal> {
    let fapi = client.is_fapi2();
    // OpenID Connect Registration §2 request_object_signing_alg: "All Request Objects from this Client MUST be rejected, if not
    // signed with this algorithm"; FAPI 2.0 Security Profile §5.4.1.
    let registered = client.metadata.request_object_signing_alg.as_slice();
    let of_profile: &[Alg] = if fapi { &Alg::FAPI2 } else { &Alg::ALL };
    let claims = verify(object, keys, if registered.is_empty() { of_profile } else { registered }, checks)?;
    let params = params(&claims, Expected { client_id: client.id.as_str(), issuer, fapi }, now, checks)?;
    Ok(Opened { params, once: once(&claims, client, now) })
}

/// Who gives an object a `jti` and an end wants it to be used once (RFC 7519 §4.1.7).
fn once(claims: &Map<String, Value>, client: &Client, now: Timestamp) -> Option<Once> {
    let jti = claims.get("jti").and_then(Value::as_str)?;
    let exp = numeric_date(claims, "exp").ok()??;
    let key = jose::sha256(format!("request object\0{}\0{jti}", client.id).as_bytes());
    Some(Once { key, expires_at: exp.plus(LEEWAY).min(now.plus(REMEMBERED)) })
}

/// Verifies the object with the client's keys. `algs` is the one of its registration (`request_object_signing_alg`), or all
/// that its profile takes.
///
/// # Errors
/// [`Check::RequestObjectWellFormed`], [`Check::RequestObjectSigned`], [`Check::RequestObjectTyp`],
/// [`Check::RequestObjectSignature`].
pub fn verify(object: &str, keys: &dyn KeySource, algs: &[Alg], checks: &mut Checks<'_>) -> Result<Map<String, Value>, Refusal> {
    let order = [Check::RequestObjectWellFormed, Check::RequestObjectSigned, Check::RequestObjectTyp, Check::RequestObjectSignature];
    judged(jose::verify(object, &Rules::new(algs, TYP), keys).map(jose::Verified::into_claims), &order, check_of, checks)
}

/// Checks the claims that [`verify`] gave, and makes them the parameters of the request.
///
/// # Errors
/// The `RequestObject…` check that refused first.
pub fn params(claims: &Map<String, Value>, expected: Expected<'_>, now: Timestamp, checks: &mut Checks<'_>) -> Result<Params, Refusal> {
    let Expected { client_id, issuer, fapi } = expected;
    let is = |name: &str, wanted: &str| claims.get(name).and_then(Value::as_str) == Some(wanted);
    let got = |name: &str| claims.get(name).map_or_else(|| "none".to_owned(), |value| shown(&value.to_string()));
    // RFC 9101 §6.3: "the client ID values in the client_id request parameter and in the Request Object client_id claim MUST be
    // identical". It also tells a request from an assertion, which has none.
    checks.require(Check::RequestObjectClientId, is("client_id", client_id), || Evidence::new(client_id.to_owned(), got("client_id")))?;
    let iss = is("iss", client_id) || (!fapi && !claims.contains_key("iss"));
    checks.require(Check::RequestObjectIss, iss, || Evidence::new(client_id.to_owned(), got("iss")))?;
    let aud = claims.get("aud").map_or(!fapi, |aud| names(aud, issuer));
    checks.require(Check::RequestObjectAud, aud, || Evidence::new(issuer.as_str().to_owned(), got("aud")))?;
    let timely = if fapi { fapi_times(claims, now) } else { times(claims, now, false) };
    checks.require(Check::RequestObjectInTime, timely.is_ok(), || {
        Evidence::new(now.0.to_string(), timely.err().map_or_else(String::new, |error| error.to_string()))
    })?;
    // RFC 9101 §4: "request and request_uri parameters MUST NOT be included in Request Objects."
    checks.hold(Check::RequestObjectNotNested, !claims.contains_key("request") && !claims.contains_key("request_uri"))?;
    let pairs = checks.some(Check::RequestObjectValues, pairs(claims))?;
    checks.some(Check::RequestObjectValues, Params::from_pairs(pairs, MAY_REPEAT).ok())
}

/// FAPI 2.0 Message Signing §5.3.1: `aud` is the issuer or a list that contains it.
fn names(aud: &Value, issuer: &Issuer) -> bool {
    let one = |value: &Value| value.as_str() == Some(issuer.as_str());
    aud.as_array().map_or_else(|| one(aud), |list| list.iter().any(one))
}

fn times(claims: &Map<String, Value>, now: Timestamp, exp_required: bool) -> Result<(), JwsError> {
    check_times(claims, now, TimeRules { leeway: LEEWAY, exp_required, iat_required: false })
}

/// FAPI 2.0 Message Signing §5.3.1: `nbf` "no longer than 60 minutes in the past", `exp` with "a lifetime of no longer than 60
/// minutes after the nbf claim".
fn fapi_times(claims: &Map<String, Value>, now: Timestamp) -> Result<(), JwsError> {
    times(claims, now, true)?;
    let nbf = numeric_date(claims, "nbf")?.ok_or(JwsError::MissingClaim("nbf"))?;
    let exp = numeric_date(claims, "exp")?.ok_or(JwsError::MissingClaim("exp"))?;
    let fits = nbf >= now.minus(FAPI_LIFE).minus(LEEWAY) && exp.since(nbf) <= FAPI_LIFE;
    if fits { Ok(()) } else { Err(JwsError::Expired) }
}

/// The parameters; `None` when one has a value that no parameter can have.
fn pairs(claims: &Map<String, Value>) -> Option<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (name, value) in claims.iter().filter(|(name, _)| !ABOUT_THE_JWT.contains(&name.as_str())) {
        match value {
            // RFC 8707 §2: repeated as a parameter, so a list as a claim.
            Value::Array(values) if MAY_REPEAT.contains(&name.as_str()) => {
                for value in values {
                    pairs.push((name.clone(), value.as_str()?.to_owned()));
                }
            }
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Number(number) if !number.is_f64() => pairs.push((name.clone(), number.to_string())),
            // `claims`, `authorization_details`: JSON as a claim, JSON text as a parameter (OpenID Connect Core §6.1, RFC 9396 §4).
            Value::Object(_) | Value::Array(_) => pairs.push((name.clone(), value.to_string())),
            Value::Number(_) | Value::Bool(_) | Value::Null => return None,
        }
    }
    Some(pairs)
}

fn check_of(error: JwsError) -> Check {
    match error {
        JwsError::TooLarge | JwsError::Malformed(_) | JwsError::Critical | JwsError::EmbeddedKey(_) => Check::RequestObjectWellFormed,
        JwsError::AlgNotAllowed => Check::RequestObjectSigned,
        JwsError::WrongTyp => Check::RequestObjectTyp,
        JwsError::UnknownKey | JwsError::BadSignature | JwsError::WeakSecret => Check::RequestObjectSignature,
        JwsError::MissingClaim(_) | JwsError::BadDate(_) | JwsError::Expired | JwsError::NotYetValid | JwsError::IssuedInFuture => {
            Check::RequestObjectInTime
        }
    }
}
