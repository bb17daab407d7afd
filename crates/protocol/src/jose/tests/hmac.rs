//! Shared secrets: the vector, and what must not pass for one.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::{b64, key, token};
use crate::jose::{Alg, JwsError, MAX_COMPACT_LEN, MIN_SECRET_LEN, Typ, verify_hmac};

const SECRET: &[u8] = b"a shared secret of more than 32 bytes";

fn mac(algorithm: hmac::Algorithm, secret: &[u8], header: &str, payload: &str) -> String {
    let input = format!("{}.{}", b64(header), b64(payload));
    let tag = hmac::sign(&hmac::Key::new(algorithm, secret), input.as_bytes());
    format!("{input}.{}", b64(tag))
}

fn hs256(header: &str) -> String {
    mac(hmac::HMAC_SHA256, SECRET, header, r#"{"iss":"app"}"#)
}

fn refusal(compact: &str) -> Option<JwsError> {
    verify_hmac(compact, SECRET, Typ::Optional(&["JWT"])).err()
}

#[test]
fn hs256_verifies_rfc_7515_a_1() {
    let secret = URL_SAFE_NO_PAD
        .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
        .expect("the key of the RFC is base64url");
    let token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let claims = verify_hmac(token, &secret, Typ::Required(&["JWT"])).expect("the RFC verifies");
    assert_eq!(claims["iss"], "joe");
}

#[test]
fn every_other_algorithm_is_refused_whoever_made_the_tag() {
    for alg in ["none", "hs256", "HS384", "HS512", "ES256", "RS256", ""] {
        assert_eq!(refusal(&hs256(&format!(r#"{{"alg":"{alg}"}}"#))), Some(JwsError::AlgNotAllowed), "{alg}");
    }
    let wider = mac(hmac::HMAC_SHA512, SECRET, r#"{"alg":"HS256"}"#, "{}");
    assert_eq!(refusal(&wider), Some(JwsError::BadSignature));
    assert_eq!(refusal(&token(&key(Alg::EdDsa))), Some(JwsError::AlgNotAllowed));
}

#[test]
fn a_secret_shorter_than_the_hash_verifies_nothing() {
    for len in [0, 1, MIN_SECRET_LEN - 1] {
        let short = vec![b'x'; len];
        let token = mac(hmac::HMAC_SHA256, &short, r#"{"alg":"HS256"}"#, "{}");
        assert_eq!(verify_hmac(&token, &short, Typ::Any).err(), Some(JwsError::WeakSecret), "{len}");
    }
    let just = vec![b'x'; MIN_SECRET_LEN];
    assert!(verify_hmac(&mac(hmac::HMAC_SHA256, &just, r#"{"alg":"HS256"}"#, "{}"), &just, Typ::Any).is_ok());
}

#[test]
fn a_tag_that_is_cut_bent_empty_or_by_another_secret_is_refused() {
    let good = hs256(r#"{"alg":"HS256"}"#);
    assert_eq!(refusal(&good), None);
    let (input, tag) = good.rsplit_once('.').expect("a token has dots");
    let mut bytes = URL_SAFE_NO_PAD.decode(tag).expect("the tag is base64url");
    for cut in [0, 1, 16, 31] {
        assert_eq!(refusal(&format!("{input}.{}", b64(&bytes[..cut]))), Some(JwsError::BadSignature), "{cut}");
    }
    bytes[0] ^= 1;
    assert_eq!(refusal(&format!("{input}.{}", b64(&bytes))), Some(JwsError::BadSignature));
    let other = mac(hmac::HMAC_SHA256, b"another secret of more than 32 bytes", r#"{"alg":"HS256"}"#, "{}");
    assert_eq!(refusal(&other), Some(JwsError::BadSignature));
}

#[test]
fn extensions_other_kinds_and_claims_that_are_no_object_are_refused() {
    assert_eq!(refusal(&hs256(r#"{"alg":"HS256","crit":["x"],"x":1}"#)), Some(JwsError::Critical));
    assert_eq!(refusal(&hs256(r#"{"alg":"HS256","b64":false}"#)), Some(JwsError::Critical));
    assert_eq!(refusal(&hs256(r#"{"alg":"HS256","typ":"at+jwt"}"#)), Some(JwsError::WrongTyp));
    assert_eq!(refusal(&"x".repeat(MAX_COMPACT_LEN + 1)), Some(JwsError::TooLarge));
    for payload in ["", "[]", r#"{"sub":"a","sub":"b"}"#] {
        let token = mac(hmac::HMAC_SHA256, SECRET, r#"{"alg":"HS256"}"#, payload);
        assert_eq!(refusal(&token), Some(JwsError::Malformed("its claims")), "{payload}");
    }
}
