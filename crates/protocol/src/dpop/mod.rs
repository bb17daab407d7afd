//! Proofs of possession for tokens (DPoP, RFC 9449): the twelve checks of §4.3, and nonces that need no memory.

mod htu;
mod nonce;
#[cfg(test)]
mod tests;

pub use nonce::{make_nonce, nonce_holds};

use crate::check::{Check, Checks, Evidence};
use crate::client::Client;
use crate::error::Refusal;
use crate::jose::{Alg, Embedded, Jwk, JwsError, Rules, Typ, numeric_date, sha256, verify_embedded};
use crate::judged::{judged, shown};
use crate::values::{Seconds, Timestamp};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How old the `iat` of a proof without a nonce may be. RFC 9449 §11.1 wants "seconds or minutes"; a proof works once
/// however old it is, so this bounds the memory of replays and what a stolen, unused proof is good for, and five minutes
/// forgive the clock of a phone.
pub const MAX_AGE: Seconds = Seconds::minutes(5);

/// How far ahead a client's clock may be: FAPI 2.0 Security Profile §5.3.2.1 asks to take 10 seconds and to refuse more
/// than 60.
pub const MAX_AHEAD: Seconds = Seconds(60);

/// The longest `jti`, in bytes.
pub const MAX_JTI_LEN: usize = 256;

const RULES: Rules<'static> = Rules { algs: &Alg::ALL, typ: Typ::Required(&["dpop+jwt"]), max_len: 8 * 1024 };

/// The thumbprint of the key that a token, a code or a request is bound to (RFC 9449 §6.1 `jkt`, §10 `dpop_jkt`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Jkt(String);

impl Jkt {
    /// The thumbprint of a key.
    pub fn of(key: &Jwk) -> Self {
        Self(key.thumbprint())
    }

    /// Reads the 43 characters of a SHA-256 in base64url, as `dpop_jkt` carries it.
    pub fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
        whole.then(|| Self(text.to_owned()))
    }

    /// As it stands in `cnf.jkt`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Jkt {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("it is not the base64url of a SHA-256")
    }
}

impl From<Jkt> for String {
    fn from(jkt: Jkt) -> Self {
        jkt.0
    }
}

/// What is asked of the `nonce` of a proof (RFC 9449 §8, §9). The key is the one of [`make_nonce`].
#[derive(Clone, Copy)]
pub enum NonceCheck<'k> {
    /// It may be absent; one that is there must hold.
    Optional(&'k [u8; 32]),
    /// It must be there.
    Required(&'k [u8; 32]),
}

/// A proof as it came, not looked at yet.
#[derive(Clone)]
pub struct Proof(String);

/// A proof that holds. That nobody has used it before is for the caller to find out: see [`Check::DpopReplay`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// The key whose holder sent it.
    pub jkt: Jkt,
    /// With what it was signed: some profiles take fewer algorithms.
    pub alg: Alg,
    /// What to remember of it: a digest over key, address and `jti` (RFC 9449 §11.1).
    pub jti_key: String,
    /// Until when to remember it: from then on the proof is refused without memory.
    pub expires_at: Timestamp,
}

impl Proven {
    /// Holds the algorithm against the client's profile.
    ///
    /// # Errors
    /// [`Check::ProfileAlg`].
    pub fn fits(&self, client: &Client, checks: &mut Checks<'_>) -> Result<(), Refusal> {
        // FAPI 2.0 Security Profile §5.4.1: "shall use PS256, ES256, or EdDSA (using the Ed25519 variant) algorithms".
        checks.require(Check::ProfileAlg, !client.is_fapi2() || Alg::FAPI2.contains(&self.alg), || {
            Evidence::new("PS256, ES256, EdDSA", self.alg.name())
        })
    }
}

impl Proof {
    /// Takes the values of all `DPoP` headers; `None` when there is none.
    ///
    /// # Errors
    /// [`Check::DpopOneHeader`].
    pub fn read(headers: &[&str], checks: &mut Checks<'_>) -> Result<Option<Self>, Refusal> {
        // RFC 9449 §4.3 check 1.
        checks.require(Check::DpopOneHeader, headers.len() <= 1, || Evidence::new("one header", headers.len().to_string()))?;
        Ok(headers.first().map(|header| Self((*header).to_owned())))
    }

    /// Makes the checks of RFC 9449 §4.3 for a request with `method` to our endpoint `url`; `access_token` is the one that
    /// came along, at resources.
    ///
    /// # Errors
    /// The `Dpop…` check that refused first.
    pub fn verify(
        &self,
        method: &str,
        url: &str,
        access_token: Option<&str>,
        nonce: NonceCheck<'_>,
        now: Timestamp,
        checks: &mut Checks<'_>,
    ) -> Result<Proven, Refusal> {
        let order = [Check::DpopWellFormed, Check::DpopAlg, Check::DpopTyp, Check::DpopJwkPublic, Check::DpopSignature];
        let proof = judged(verify_embedded(&self.0, &RULES), &order, check_of, checks)?;
        let text = |claim: &str| proof.claims().get(claim).and_then(Value::as_str);

        let jti = text("jti").filter(|jti| !jti.is_empty() && jti.len() <= MAX_JTI_LEN);
        let jti = checks.some(Check::DpopJtiPresent, jti)?;
        // Check 8; methods are case-sensitive (RFC 9110 §9.1).
        checks.require(Check::DpopHtm, text("htm") == Some(method), || {
            Evidence::new(method.to_owned(), shown(text("htm").unwrap_or_default()))
        })?;
        // Check 9.
        let ours = htu::normal(url);
        let same = ours.is_some() && text("htu").and_then(htu::normal) == ours;
        checks.require(Check::DpopHtu, same, || Evidence::new(url.to_owned(), shown(text("htu").unwrap_or_default())))?;
        let dated = dated_by_nonce(&proof, nonce, now, checks)?;
        let until = in_time(&proof, dated, now, checks)?;
        if let Some(token) = access_token {
            // Check 12, first half; the second, the key, is the token's affair.
            checks.hold(Check::DpopAth, text("ath") == Some(sha256(token.as_bytes()).as_str()))?;
        }
        let jkt = Jkt::of(proof.key());
        let jti_key = sha256(format!("{}\n{}\n{jti}", jkt.as_str(), ours.unwrap_or_default()).as_bytes());
        Ok(Proven { jkt, alg: proof.alg(), jti_key, expires_at: until })
    }
}

fn check_of(error: JwsError) -> Check {
    match error {
        JwsError::TooLarge | JwsError::Malformed(_) | JwsError::Critical => Check::DpopWellFormed,
        JwsError::AlgNotAllowed => Check::DpopAlg,
        JwsError::WrongTyp => Check::DpopTyp,
        JwsError::EmbeddedKey(_) | JwsError::UnknownKey | JwsError::WeakSecret => Check::DpopJwkPublic,
        JwsError::BadSignature => Check::DpopSignature,
        JwsError::MissingClaim(_) | JwsError::BadDate(_) | JwsError::Expired | JwsError::NotYetValid | JwsError::IssuedInFuture => {
            Check::DpopIat
        }
    }
}

/// Check 10. Whether a nonce of ours says when the proof was made.
fn dated_by_nonce(proof: &Embedded, asked: NonceCheck<'_>, now: Timestamp, checks: &mut Checks<'_>) -> Result<bool, Refusal> {
    let (key, required) = match asked {
        NonceCheck::Optional(key) => (key, false),
        NonceCheck::Required(key) => (key, true),
    };
    let sent = proof.claims().get("nonce");
    let holds = sent.and_then(Value::as_str).is_some_and(|nonce| nonce_holds(key, nonce, now));
    checks.require(Check::DpopNonce, holds || (sent.is_none() && !required), || {
        Evidence::new("a nonce of this server, at most ten minutes old", if sent.is_some() { "another one" } else { "none" })
    })?;
    Ok(holds)
}

/// Check 11: "The creation time of the JWT, as determined by either the iat claim or a server managed timestamp via the
/// nonce claim, is within an acceptable window." Gives the end of that window.
fn in_time(proof: &Embedded, dated_by_nonce: bool, now: Timestamp, checks: &mut Checks<'_>) -> Result<Timestamp, Refusal> {
    let date = |claim| numeric_date(proof.claims(), claim);
    let iat = date("iat").ok().flatten();
    let recent = |iat: Timestamp| dated_by_nonce || (iat >= now.minus(MAX_AGE) && iat <= now.plus(MAX_AHEAD));
    // RFC 7519 §4.1.4, §4.1.5: neither is asked for, both count where they are.
    let alive = date("exp").is_ok_and(|exp| exp.is_none_or(|exp| now.minus(MAX_AHEAD) < exp))
        && date("nbf").is_ok_and(|nbf| nbf.is_none_or(|nbf| nbf <= now.plus(MAX_AHEAD)));
    checks.require(Check::DpopIat, alive && iat.is_some_and(recent), || {
        Evidence::new(
            format!("between {} and {}", now.minus(MAX_AGE).0, now.plus(MAX_AHEAD).0),
            iat.map_or("none".into(), |t| t.0.to_string()),
        )
    })?;
    let end = if dated_by_nonce { nonce::all_dead(now) } else { iat.unwrap_or(now).plus(MAX_AGE).plus(Seconds(1)) };
    Ok(end)
}
