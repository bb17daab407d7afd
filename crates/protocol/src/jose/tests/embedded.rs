//! Keys that tokens bring along: good for a proof of possession, and only the public ones.

use serde_json::{Value, json};

use super::{b64, claims, key, signed};
use crate::jose::{Alg, Jwk, JwkError, JwsError, MAX_COMPACT_LEN, Rules, SigningKey, Typ, peek, verify_embedded, x5t_s256};

const RULES: Rules<'static> = Rules::new(&Alg::ALL, Typ::Required(&["dpop+jwt"]));

fn proof(key: &SigningKey, jwk: &Value) -> String {
    let header = json!({"typ": "dpop+jwt", "alg": key.alg(), "jwk": jwk});
    signed(key, &header.to_string(), &claims().to_string())
}

fn public(key: &SigningKey) -> Value {
    serde_json::to_value(key.public()).expect("a key is JSON")
}

fn refusal(compact: &str) -> JwsError {
    verify_embedded(compact, &RULES).expect_err("it is refused")
}

#[test]
fn the_thumbprint_of_rfc_9449_section_6_1_is_the_one_of_the_key_in_its_proofs() {
    let jwk = json!({
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    });
    let key = Jwk::from_value(&jwk).expect("the key of the RFC is read");
    assert_eq!(key.thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
}

#[test]
fn every_algorithm_verifies_with_the_key_it_brought() {
    for alg in Alg::ALL {
        let key = key(alg);
        let embedded = verify_embedded(&proof(&key, &public(&key)), &RULES).expect("an honest proof");
        assert_eq!((embedded.alg(), embedded.key().thumbprint().as_str()), (alg, key.kid()));
        assert_eq!(embedded.claims()["sub"], "ada");
    }
}

#[test]
fn private_symmetric_absent_and_malformed_keys_are_refused_even_when_they_signed() {
    let key = key(Alg::Es256);
    let with = |member: &str| {
        let mut jwk = public(&key);
        jwk[member] = json!("AAAA");
        jwk
    };
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let refused = refusal(&proof(&key, &with(member)));
        assert!(matches!(refused, JwsError::EmbeddedKey(JwkError::Private(_))), "{member}: {refused:?}");
    }
    for jwk in [Value::Null, json!("x"), json!([]), json!({}), json!({"kty": "oct"}), json!({"kty": "EC", "crv": "P-521"})] {
        assert!(matches!(refusal(&proof(&key, &jwk)), JwsError::EmbeddedKey(_)), "{jwk}");
    }
    let symmetric = json!({"kty": "oct", "k": "AAAA"});
    assert_eq!(refusal(&proof(&key, &symmetric)), JwsError::EmbeddedKey(JwkError::Private("k")));
    let bare = signed(&key, r#"{"typ":"dpop+jwt","alg":"ES256"}"#, "{}");
    assert_eq!(refusal(&bare), JwsError::EmbeddedKey(JwkError::Malformed("jwk")));
    let mut encrypting = public(&key);
    encrypting["use"] = json!("enc");
    assert_eq!(refusal(&proof(&key, &encrypting)), JwsError::EmbeddedKey(JwkError::NotForSignatures));
}

#[test]
fn another_key_than_the_one_that_signed_is_refused() {
    let (one, other) = (key(Alg::Es256), key(Alg::Es256));
    assert_eq!(refusal(&proof(&one, &public(&other))), JwsError::BadSignature);
    let foreign = public(&key(Alg::EdDsa));
    assert_eq!(refusal(&proof(&one, &foreign)), JwsError::EmbeddedKey(JwkError::UnsupportedAlg));
}

#[test]
fn other_kinds_algorithms_and_extensions_are_refused() {
    let key = key(Alg::Es256);
    let jwk = public(&key);
    for (header, error) in [
        (json!({"alg": "ES256", "jwk": jwk}), JwsError::WrongTyp),
        (json!({"typ": "JWT", "alg": "ES256", "jwk": jwk}), JwsError::WrongTyp),
        (json!({"typ": "dpop+jwt", "alg": "none", "jwk": jwk}), JwsError::AlgNotAllowed),
        (json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": jwk}), JwsError::AlgNotAllowed),
        (json!({"typ": "dpop+jwt", "jwk": jwk}), JwsError::Malformed("its header")),
        (json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk, "crit": ["x"]}), JwsError::Critical),
    ] {
        assert_eq!(refusal(&signed(&key, &header.to_string(), "{}")), error, "{header}");
    }
    let narrow = Rules::new(&[Alg::Ps256], RULES.typ);
    assert_eq!(verify_embedded(&proof(&key, &jwk), &narrow).err(), Some(JwsError::AlgNotAllowed));
}

#[test]
fn a_look_at_an_unverified_token_gives_strings_and_no_more() {
    let forged = format!("{}.{}.{}", b64(r#"{"alg":"none","kid":"k"}"#), b64(r#"{"iss":"app","sub":1}"#), b64("x"));
    let seen = peek(&forged, Typ::Optional(&["JWT"])).expect("it can be read");
    assert_eq!((seen.alg(), seen.kid(), seen.text("iss"), seen.text("sub")), ("none", Some("k"), Some("app"), None));
    assert_eq!(peek(&forged, Typ::Required(&["JWT"])).err(), Some(JwsError::WrongTyp));
    assert_eq!(peek(&"x".repeat(MAX_COMPACT_LEN + 1), Typ::Any).err(), Some(JwsError::TooLarge));
    let critical = format!("{}.{}.{}", b64(r#"{"alg":"none","crit":[]}"#), b64("{}"), b64("x"));
    assert_eq!(peek(&critical, Typ::Any).err(), Some(JwsError::Critical));
    for bad in ["", "a.b", "a.b.c", "a.b.c.d.e"] {
        assert!(matches!(peek(bad, Typ::Any), Err(JwsError::Malformed(_))), "{bad}");
    }
}

#[test]
fn the_thumbprint_of_a_certificate_is_the_sha_256_of_its_bytes() {
    // NIST FIPS 180-2 appendix B.1: the hash of abc.
    assert_eq!(x5t_s256(b"abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    assert_ne!(x5t_s256(b"abd"), x5t_s256(b"abc"));
}
