//! What the assertion of a trusted issuer must be (RFC 7523 §3), as a grant and in place of a client's secret.

use super::{PersonClaim, TrustedFor, TrustedIssuer};
use crate::check::{Check, Checks, Evidence};
use crate::client_assertion::{self, Key, LEEWAY, MAX_JTI_LEN, Once};
use crate::error::Refusal;
use crate::jose::{self, JwsError, KeySource, Rules, TimeRules, Typ, Verified, check_times, numeric_date, sha256};
use crate::judged::{judged, shown};
use crate::metadata::path;
use crate::values::{ClientId, Issuer, Seconds, Timestamp};
use serde_json::{Map, Value};

/// No type asks for none; of another declared kind it is refused (RFC 8725 §3.11).
const TYP: Typ<'static> = Typ::Optional(&["JWT"]);

/// What an assertion says of itself, **not** verified: good for finding the issuer's keys, and for nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Who made it.
    pub iss: String,
    /// The key it says that it is signed with: where the issuer's kept keys have none of that name, fetch them anew.
    pub kid: Option<String>,
}

/// A person that a trusted issuer has vouched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asserted {
    /// By which claim the person is found.
    pub claim: PersonClaim,
    /// Its value.
    pub value: String,
    /// What to remember, so that the assertion works once on all nodes; nothing where its issuer was declared without.
    pub once: Option<Once>,
}

/// Reads who made the assertion of a request.
///
/// # Errors
/// [`Check::AssertedWellFormed`].
pub fn peek(assertion: &str, checks: &mut Checks<'_>) -> Result<Claimed, Refusal> {
    let seen = judged(jose::peek(assertion, TYP), &[Check::AssertedWellFormed], check_of, checks)?;
    let iss = checks.some(Check::AssertedWellFormed, seen.text("iss"))?.to_owned();
    Ok(Claimed { iss, kid: seen.kid().map(str::to_owned) })
}

/// Holds the assertion of a grant (RFC 7523 §2.1) against the issuer that was declared, and gives the person it speaks of.
///
/// # Errors
/// The first rule that refuses.
pub fn check_grant(
    assertion: &str,
    (trusted, keys): (&TrustedIssuer, &dyn KeySource),
    client: &ClientId,
    issuer: &Issuer,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<Asserted, Refusal> {
    checks.hold(Check::AssertedIssuer, trusted.is_for(TrustedFor::Grant))?;
    checks.hold(Check::AssertedForClient, trusted.clients.contains(client))?;
    let verified = jose::verify(assertion, &Rules::new(&trusted.algs, TYP), keys).map(Verified::into_claims);
    let claims = judged(verified, &[Check::AssertedAlg, Check::AssertedWellFormed, Check::AssertedSignature], check_of, checks)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    // §3 rule 1: keys speak for their own issuer.
    checks.hold(Check::AssertedIssuer, text("iss") == Some(&trusted.issuer))?;
    // §3 rule 3: an audience "that identifies the authorization server"; "the token endpoint URL … MAY be used".
    checks.require(Check::AssertedAudience, is_for_us(&claims, issuer), || {
        Evidence::new(issuer.as_str().to_owned(), shown(&claims.get("aud").map_or_else(|| "none".to_owned(), Value::to_string)))
    })?;
    let expires_at = in_time(&claims, trusted.max_lifetime, now, Check::AssertedInTime, checks)?;
    // §3 rule 2: "The JWT MUST contain a sub (subject) claim".
    let subject = checks.some(Check::AssertedSubject, text("sub"))?;
    checks.require(Check::AssertedSubject, trusted.speaks_of(subject), || Evidence::new("a listed subject", shown(subject)))?;
    let (claim, value) = person(trusted, &claims, checks)?;
    Ok(Asserted { claim, value, once: once(trusted, &claims, expires_at, checks)? })
}

/// Holds the assertion of a workload (RFC 7523 §2.2) against the issuer that speaks for it: verified by the issuer's keys with the
/// algorithms it was declared with, its only audience this server's issuer, its subject exactly that of the client's registration, in
/// time by the issuer's `max_lifetime`. It may be shown until it expires: its platform makes a new one only now and then.
///
/// # Errors
/// Those of [`client_assertion::verify`] and [`client_assertion::check_workload`], and [`Check::AssertionIssSub`] where the issuer isn't
/// declared for clients or for that subject.
pub fn check_client_assertion(
    assertion: &str,
    (trusted, keys): (&TrustedIssuer, &dyn KeySource),
    subject: &str,
    issuer: &Issuer,
    now: Timestamp,
    checks: &mut Checks<'_>,
) -> Result<(), Refusal> {
    let claims = client_assertion::verify(assertion, Key::Public(keys, &trusted.algs), checks)?;
    checks.hold(Check::AssertionIssSub, trusted.is_for(TrustedFor::ClientAuth) && trusted.speaks_of(subject))?;
    client_assertion::check_workload(&claims, (&trusted.issuer, subject), issuer, now, checks)?;
    in_time(&claims, trusted.max_lifetime, now, Check::AssertionInTime, checks).map(|_| ())
}

/// Whether `aud` names this server, by issuer or token endpoint, and nobody else: another of its receivers could hand it on to us.
fn is_for_us(claims: &Map<String, Value>, issuer: &Issuer) -> bool {
    let (token, us) = (issuer.at(path::TOKEN), issuer.as_str());
    let ours = |aud: &Value| aud.as_str().is_some_and(|aud| aud == us || aud == token);
    match claims.get("aud") {
        Some(Value::Array(list)) => !list.is_empty() && list.iter().all(ours),
        Some(one) => ours(one),
        None => false,
    }
}

/// §3 rules 4 to 6, and no longer than the operator allows; gives `exp`.
fn in_time(
    claims: &Map<String, Value>,
    longest: Seconds,
    now: Timestamp,
    check: Check,
    checks: &mut Checks<'_>,
) -> Result<Timestamp, Refusal> {
    let rules = TimeRules { leeway: LEEWAY, exp_required: true, iat_required: false };
    let timely = check_times(claims, now, rules).and_then(|()| Ok((numeric_date(claims, "exp")?, numeric_date(claims, "iat")?)));
    let exp = timely.ok().and_then(|(exp, iat)| {
        let ahead = exp.filter(|exp| *exp <= now.plus(longest).plus(LEEWAY));
        ahead.filter(|exp| iat.is_none_or(|iat| exp.since(iat) <= longest))
    });
    checks.require_some(check, exp, || {
        let reason = timely.err().map_or_else(|| "a longer life".to_owned(), |error| error.to_string());
        Evidence::new(format!("exp after {}, and a life of at most {} seconds", now.0, longest.0), reason)
    })
}

/// The claim by which its person is found here.
fn person(trusted: &TrustedIssuer, claims: &Map<String, Value>, checks: &mut Checks<'_>) -> Result<(PersonClaim, String), Refusal> {
    let claim = checks.some(Check::AssertedSubject, trusted.users)?.claim;
    let value = claims.get(claim.as_str()).and_then(Value::as_str).filter(|text| !text.is_empty());
    let value = checks.some(Check::AssertedSubject, value)?;
    // An address that nobody has proven is anybody's.
    let proven = claim != PersonClaim::Email || claims.get("email_verified") == Some(&Value::Bool(true));
    checks.require(Check::AssertedSubject, proven, || Evidence::new("email_verified: true", "an address without it"))?;
    Ok((claim, value.to_owned()))
}

/// §3 rule 7: "A JWT may contain a jti"; here it must, unless the operator declared otherwise.
fn once(trusted: &TrustedIssuer, claims: &Map<String, Value>, exp: Timestamp, checks: &mut Checks<'_>) -> Result<Option<Once>, Refusal> {
    let jti = claims.get("jti");
    let text = jti.and_then(Value::as_str).filter(|jti| (1..=MAX_JTI_LEN).contains(&jti.len()));
    checks.hold(Check::AssertedOnce, text.is_some() || jti.is_none() && !trusted.require_jti)?;
    Ok(text.map(|jti| Once { key: sha256(format!("jwt bearer\n{}\n{jti}", trusted.issuer).as_bytes()), expires_at: exp.plus(LEEWAY) }))
}

fn check_of(error: JwsError) -> Check {
    match error {
        JwsError::TooLarge | JwsError::Malformed(_) | JwsError::Critical | JwsError::WrongTyp | JwsError::EmbeddedKey(_) => {
            Check::AssertedWellFormed
        }
        JwsError::AlgNotAllowed => Check::AssertedAlg,
        JwsError::UnknownKey | JwsError::BadSignature | JwsError::WeakSecret => Check::AssertedSignature,
        JwsError::MissingClaim(_) | JwsError::BadDate(_) | JwsError::Expired | JwsError::NotYetValid | JwsError::IssuedInFuture => {
            Check::AssertedInTime
        }
    }
}
