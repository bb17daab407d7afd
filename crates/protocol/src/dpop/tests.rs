//! The vectors of RFC 9449, and for each check of its §4.3 the proofs that must fail it.
#![allow(clippy::expect_used)]

use super::*;
use crate::error::ErrorCode;
use crate::jose::SigningKey;
use serde_json::json;

mod forging;
mod time;

const NOW: Timestamp = Timestamp(1_800_000_000);
const TOKEN: &str = "https://login.example/token";
const NONCES: [u8; 32] = [7; 32];
const OPTIONAL: NonceCheck<'static> = NonceCheck::Optional(&NONCES);
const REQUIRED: NonceCheck<'static> = NonceCheck::Required(&NONCES);

fn claims() -> Value {
    json!({"jti": "a", "htm": "POST", "htu": TOKEN, "iat": NOW.0})
}

fn with(changes: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().expect("changes are an object") {
        claims[name] = value.clone();
    }
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().expect("claims are an object").remove(claim);
    claims
}

/// A proof by `key` over these claims, with the header as it should be but for `header`.
fn proof_with(key: &SigningKey, header: &Value, claims: &Value) -> String {
    let mut whole = json!({"typ": "dpop+jwt", "alg": key.alg(), "jwk": key.public()});
    for (name, value) in header.as_object().expect("a header is an object") {
        whole[name] = value.clone();
    }
    key.sign_under(&whole, claims).expect("the key signs")
}

fn proof(claims: &Value) -> String {
    SigningKey::generate(Alg::Es256).expect("the generator works").sign_proof(claims).expect("the key signs")
}

fn verified(proof: &str, nonce: NonceCheck<'_>, now: Timestamp) -> Result<Proven, Check> {
    let checks = &mut Checks::silent();
    let proof = Proof::read(&[proof], checks).map_err(|r| r.check)?.expect("a header came");
    proof.verify("POST", TOKEN, None, nonce, now, checks).map_err(|r| r.check)
}

fn refused(proof: &str) -> Option<Check> {
    verified(proof, OPTIONAL, NOW).err()
}

const RFC_KEY: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19";

#[test]
fn the_proof_for_the_token_endpoint_of_rfc_9449_section_5_holds() {
    let text = format!(
        "{RFC_KEY}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg"
    );
    let checks = &mut Checks::silent();
    let proof = Proof::read(&[&text], checks).expect("one header").expect("a header came");
    let now = Timestamp(1_562_262_616);
    let proven = proof.verify("POST", "https://server.example.com/token", None, OPTIONAL, now, checks).expect("the RFC verifies");
    assert_eq!(proven.jkt.as_str(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    assert_eq!(proven.expires_at, Timestamp(1_562_262_917));
}

#[test]
fn the_proof_for_a_resource_of_rfc_9449_section_7_1_holds_with_its_token_alone() {
    let text = format!(
        "{RFC_KEY}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA"
    );
    let proof = Proof::read(&[&text], &mut Checks::silent()).expect("one header").expect("a header came");
    let at = |method: &str, token: &str| {
        let (url, now) = ("https://resource.example.org/protectedresource", Timestamp(1_562_262_618));
        proof.verify(method, url, Some(token), OPTIONAL, now, &mut Checks::silent()).map(|p| p.jkt).map_err(|r| r.check)
    };
    let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    assert_eq!(at("GET", token).expect("the RFC verifies").as_str(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    assert_eq!(at("GET", "another token"), Err(Check::DpopAth));
    assert_eq!(at("POST", token), Err(Check::DpopHtm));
}

#[test]
fn an_honest_proof_holds_with_every_algorithm() {
    for alg in Alg::ALL {
        let key = SigningKey::generate(alg).expect("the generator works");
        let proven = verified(&proof_with(&key, &json!({}), &claims()), OPTIONAL, NOW).expect("an honest proof");
        assert_eq!((proven.jkt.as_str(), proven.alg), (key.kid(), alg));
        let extras = proof_with(&key, &json!({"x": 1, "kid": "k", "jku": "https://evil.example/"}), &with(&json!({"y": [1]})));
        assert!(verified(&extras, OPTIONAL, NOW).is_ok());
    }
}

#[test]
fn no_header_is_no_proof_and_two_are_refused() {
    let checks = &mut Checks::silent();
    assert!(Proof::read(&[], checks).expect("no header is no error").is_none());
    let one = proof(&claims());
    assert_eq!(Proof::read(&[&one, &one], checks).err().map(|r| r.check), Some(Check::DpopOneHeader));
    // A proxy may join two headers into one.
    assert_eq!(refused(&format!("{one}, {one}")), Some(Check::DpopWellFormed));
}

#[test]
fn a_proof_for_another_method_or_address_is_refused() {
    for htm in [json!("GET"), json!("post"), json!("POST "), json!(""), json!(null), json!(["POST"])] {
        assert_eq!(refused(&proof(&with(&json!({"htm": htm})))), Some(Check::DpopHtm), "{htm}");
    }
    for htu in [json!("https://login.example/userinfo"), json!("http://login.example/token"), json!("/token"), json!(""), json!(1)] {
        assert_eq!(refused(&proof(&with(&json!({"htu": htu})))), Some(Check::DpopHtu), "{htu}");
    }
    assert_eq!(refused(&proof(&without("htm"))), Some(Check::DpopHtm));
    assert_eq!(refused(&proof(&without("htu"))), Some(Check::DpopHtu));
    for htu in ["https://LOGIN.example:443/x/../token", "https://login.example/token?a=1#b"] {
        assert_eq!(refused(&proof(&with(&json!({"htu": htu})))), None, "{htu}");
    }
}

#[test]
fn an_address_of_ours_that_is_none_matches_nothing() {
    let proof = Proof(proof(&with(&json!({"htu": "nonsense"}))));
    let outcome = proof.verify("POST", "nonsense", None, OPTIONAL, NOW, &mut Checks::silent());
    assert_eq!(outcome.err().map(|r| r.check), Some(Check::DpopHtu));
}

#[test]
fn a_token_sent_along_needs_its_own_hash_in_the_proof() {
    let checks = |proof: &str, token: Option<&str>| {
        Proof(proof.to_owned()).verify("POST", TOKEN, token, OPTIONAL, NOW, &mut Checks::silent()).err().map(|r| r.check)
    };
    let bound = proof(&with(&json!({"ath": sha256(b"the token")})));
    assert_eq!(checks(&bound, Some("the token")), None);
    assert_eq!(checks(&bound, None), None);
    for ath in [json!(""), json!(sha256(b"another")), json!(format!("{}=", sha256(b"the token"))), json!(null), json!(7)] {
        assert_eq!(checks(&proof(&with(&json!({"ath": ath}))), Some("the token")), Some(Check::DpopAth), "{ath}");
    }
    assert_eq!(checks(&proof(&claims()), Some("the token")), Some(Check::DpopAth));
}

#[test]
fn what_is_remembered_differs_by_key_and_jti_and_is_the_same_for_a_replay() {
    let (one, other) = (SigningKey::generate(Alg::EdDsa).expect("a key"), SigningKey::generate(Alg::EdDsa).expect("a key"));
    let remembered =
        |key: &SigningKey, claims: &Value| verified(&proof_with(key, &json!({}), claims), OPTIONAL, NOW).expect("it holds").jti_key;
    let first = remembered(&one, &claims());
    assert_eq!(remembered(&one, &with(&json!({"htu": "https://login.example:443/token?x"}))), first);
    assert_ne!(remembered(&other, &claims()), first);
    assert_ne!(remembered(&one, &with(&json!({"jti": "b"}))), first);
    assert_eq!(first.len(), 43);
}

#[test]
fn a_thumbprint_is_43_characters_of_base64url_and_nothing_else() {
    let good = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    assert_eq!(Jkt::parse(good).as_ref().map(Jkt::as_str), Some(good));
    for bad in [
        "",
        "a",
        &good[1..],
        &format!("{good}="),
        &format!("{good}A"),
        &good.replace('Z', "+"),
        &good.replace('I', "J"),
        &good.replace('Z', " "),
    ] {
        assert_eq!(Jkt::parse(bad), None, "{bad}");
        assert!(serde_json::from_value::<Jkt>(json!(bad)).is_err(), "{bad}");
    }
    assert_eq!(serde_json::to_value(Jkt::parse(good)).ok(), Some(json!(good)));
}

#[test]
fn the_errors_are_those_of_the_rfc_and_401_at_resources() {
    for check in Check::ALL.iter().filter(|check| check.rule().name.starts_with("Dpop")) {
        let code = check.rule().error;
        let expected = match check {
            Check::DpopNonce => ErrorCode::UseDpopNonce,
            Check::DpopKeyMatches | Check::DpopScheme | Check::DpopTokenBound => ErrorCode::InvalidToken,
            Check::DpopGrantKey => ErrorCode::InvalidGrant,
            Check::DpopJktWellFormed | Check::DpopJktMatches => ErrorCode::InvalidRequest,
            _ => ErrorCode::InvalidDpopProof,
        };
        assert_eq!(code, expected, "{check:?}");
    }
    for code in [ErrorCode::InvalidDpopProof, ErrorCode::UseDpopNonce] {
        assert_eq!((code.status(), code.status_at_resource()), (400, 401));
    }
    assert_eq!(ErrorCode::InsufficientScope.status_at_resource(), 403);
}
