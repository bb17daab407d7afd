//! Tests of the module as a whole: the vectors of the specifications, attacks, and laws over arbitrary input.
#![allow(clippy::expect_used)]

mod attacks;
mod embedded;
mod hmac;
mod keys;
mod laws;
mod shape;
mod time;
mod vectors;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{Alg, JwkError, JwsError, KeySource, Rules, SigningKey, UnknownAlg, verify};

fn key(alg: Alg) -> SigningKey {
    SigningKey::generate(alg).expect("the generator works")
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn claims() -> Value {
    json!({"iss": "https://issuer.example", "sub": "ada", "n": 1})
}

fn token(key: &SigningKey) -> String {
    key.sign("JWT", &claims()).expect("an object is signed")
}

/// A compact JWS by `key` over a header and a payload of any kind.
fn signed(key: &SigningKey, header: &str, payload: &str) -> String {
    let signing_input = format!("{}.{}", b64(header), b64(payload));
    let signature = key.signature(signing_input.as_bytes()).expect("the key signs");
    format!("{signing_input}.{}", b64(signature))
}

fn refusal(compact: &str, rules: &Rules<'_>, keys: &(impl KeySource + ?Sized)) -> JwsError {
    verify(compact, rules, keys).expect_err("it is refused")
}

#[test]
fn every_reason_can_stand_in_an_error_description() {
    let jws = [
        JwsError::TooLarge,
        JwsError::Malformed("its header"),
        JwsError::AlgNotAllowed,
        JwsError::Critical,
        JwsError::WrongTyp,
        JwsError::UnknownKey,
        JwsError::EmbeddedKey(JwkError::Private("d")),
        JwsError::WeakSecret,
        JwsError::BadSignature,
        JwsError::MissingClaim("exp"),
        JwsError::BadDate("exp"),
        JwsError::Expired,
        JwsError::NotYetValid,
        JwsError::IssuedInFuture,
    ];
    let jwk = [
        JwkError::TooLarge,
        JwkError::TooManyKeys,
        JwkError::Empty,
        JwkError::Malformed("x"),
        JwkError::Private("d"),
        JwkError::UnsupportedKey,
        JwkError::NotForSignatures,
        JwkError::UnsupportedAlg,
        JwkError::RsaSize,
        JwkError::InvalidKey,
    ];
    let sentences = jws.map(|e| e.to_string()).into_iter();
    for sentence in sentences.chain(jwk.map(|e| e.to_string())).chain([UnknownAlg.to_string()]) {
        // RFC 6749 section 5.2: %x20-21 / %x23-5B / %x5D-7E.
        let good = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
        assert!(sentence.chars().all(good), "{sentence}");
    }
}
