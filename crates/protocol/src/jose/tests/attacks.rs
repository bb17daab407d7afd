//! What an attacker sends in place of a token, and what refuses it.

use aws_lc_rs::hmac;
use serde_json::json;

use super::{b64, claims, key, refusal, signed, token};
use crate::jose::{Alg, JwkSet, JwsError, MAX_CANDIDATES, Rules, SigningKey, Typ, verify};

const ES256: Rules<'static> = Rules::new(&[Alg::Es256], Typ::Any);
const ALL: Rules<'static> = Rules::new(&Alg::ALL, Typ::Any);

#[test]
fn a_token_without_signature_is_refused_whatever_it_calls_its_algorithm() {
    let key = key(Alg::Es256);
    for none in ["none", "None", "nOnE", ""] {
        let unsigned = format!("{}.{}.", b64(format!(r#"{{"alg":"{none}"}}"#)), b64("{}"));
        assert_eq!(refusal(&unsigned, &ALL, &key), JwsError::AlgNotAllowed, "{none}");
    }
    let stripped = token(&key);
    let stripped = &stripped[..=stripped.rfind('.').expect("a token has dots")];
    assert_eq!(refusal(stripped, &ALL, &key), JwsError::BadSignature);
}

#[test]
fn a_public_key_is_never_an_hmac_secret() {
    for alg in Alg::ALL {
        let key = key(alg);
        let secret = serde_json::to_vec(key.public()).expect("a key is JSON");
        let input = format!("{}.{}", b64(r#"{"alg":"HS256"}"#), b64("{}"));
        let mac = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
        let forged = format!("{input}.{}", b64(mac));
        assert_eq!(refusal(&forged, &ALL, &key), JwsError::AlgNotAllowed);
    }
}

#[test]
fn an_algorithm_outside_the_callers_list_is_refused_before_any_key_is_looked_for() {
    let key = key(Alg::Es256);
    assert_eq!(refusal(&token(&key), &Rules::new(&[Alg::EdDsa, Alg::Rs256], Typ::Any), &key), JwsError::AlgNotAllowed);
    assert_eq!(refusal(&token(&key), &Rules::new(&[], Typ::Any), &key), JwsError::AlgNotAllowed);
}

#[test]
fn a_key_verifies_no_other_algorithm_than_its_own() {
    let keys: Vec<SigningKey> = Alg::ALL.into_iter().map(key).collect();
    for signer in &keys {
        for claimed in Alg::ALL {
            for holder in &keys {
                let forged = signed(signer, &format!(r#"{{"alg":"{claimed}"}}"#), "{}");
                let verdict = verify(&forged, &ALL, holder);
                let honest = claimed == signer.alg() && holder.kid() == signer.kid();
                assert_eq!(verdict.is_ok(), honest, "{signer:?} as {claimed} under {holder:?}");
            }
        }
    }
}

#[test]
fn one_rsa_key_published_for_rs256_does_not_verify_ps256() {
    let rs = key(Alg::Rs256);
    let pkcs8 = rs.to_pkcs8().expect("the key is exported");
    let ps = SigningKey::from_pkcs8(Alg::Ps256, &pkcs8).expect("the same numbers");
    assert_eq!(ps.kid(), rs.kid());
    assert_eq!(refusal(&token(&ps), &ALL, &rs), JwsError::UnknownKey);
}

#[test]
fn every_extension_said_to_be_critical_is_refused_even_an_empty_list() {
    let key = key(Alg::Es256);
    for extra in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":["b64"],"b64":false"#,
        r#""crit":["x"]"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":true"#,
    ] {
        let token = signed(&key, &format!(r#"{{"alg":"ES256",{extra}}}"#), "{}");
        assert_eq!(refusal(&token, &ES256, &key), JwsError::Critical, "{extra}");
    }
}

#[test]
fn a_key_in_the_header_is_not_read() {
    let (ours, theirs) = (key(Alg::Es256), key(Alg::Es256));
    let jwk = json!(theirs.public());
    for header in [
        json!({"alg": "ES256", "jwk": jwk}),
        json!({"alg": "ES256", "jwk": jwk, "kid": ours.kid()}),
        json!({"alg": "ES256", "jku": "https://evil.example/jwks", "kid": ours.kid()}),
        json!({"alg": "ES256", "x5u": "https://evil.example/cert", "x5c": ["MIIB"], "kid": ours.kid()}),
    ] {
        let forged = signed(&theirs, &header.to_string(), "{}");
        assert_eq!(refusal(&forged, &ES256, &ours), JwsError::BadSignature, "{header}");
    }
    // Read, it would have had to be checked; ignored, it does no harm to a token by a key of ours.
    let honest = signed(&ours, &json!({"alg": "ES256", "jwk": jwk}).to_string(), "{}");
    assert!(verify(&honest, &ES256, &ours).is_ok());
}

#[test]
fn a_kid_that_is_a_path_or_a_query_names_no_key() {
    let key = key(Alg::Es256);
    for kid in ["", "../../dev/null", "' OR 1=1 --", "other", " "] {
        let forged = signed(&key, &json!({"alg": "ES256", "kid": kid}).to_string(), "{}");
        assert_eq!(refusal(&forged, &ES256, &key), JwsError::UnknownKey, "{kid}");
    }
    assert_eq!(refusal(&token(&key), &ES256, &JwkSet::default()), JwsError::UnknownKey);
}

#[test]
fn without_a_kid_only_so_many_keys_are_tried() {
    let signer = key(Alg::EdDsa);
    let others = (0..MAX_CANDIDATES).map(|_| key(Alg::EdDsa).public().clone());
    let mut keys: Vec<_> = others.chain([signer.public().clone()]).collect();
    let nameless = signed(&signer, r#"{"alg":"EdDSA"}"#, "{}");
    assert_eq!(refusal(&nameless, &ALL, &JwkSet::new(keys.clone())), JwsError::BadSignature);
    assert!(verify(&token(&signer), &ALL, &JwkSet::new(keys.clone())).is_ok());
    keys.swap_remove(0);
    assert!(verify(&nameless, &ALL, &JwkSet::new(keys)).is_ok());
}

#[test]
fn a_token_of_another_type_is_refused() {
    let key = key(Alg::EdDsa);
    let typed = |typ: &str| key.sign(typ, &claims()).expect("it is signed");
    let untyped = signed(&key, r#"{"alg":"EdDSA"}"#, "{}");
    let access = Rules::new(&[Alg::EdDsa], Typ::Required(&["at+jwt"]));
    let id = Rules::new(&[Alg::EdDsa], Typ::Optional(&["JWT"]));

    for good in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
        assert!(verify(&typed(good), &access, &key).is_ok(), "{good}");
        assert_eq!(refusal(&typed(good), &id, &key), JwsError::WrongTyp, "{good}");
    }
    for bad in ["JWT", "", "at", "at+jwt ", "xat+jwt", "application/application/at+jwt", "text/at+jwt"] {
        assert_eq!(refusal(&typed(bad), &access, &key), JwsError::WrongTyp, "{bad}");
    }
    assert_eq!(refusal(&untyped, &access, &key), JwsError::WrongTyp);
    assert!(verify(&untyped, &id, &key).is_ok());
    assert!(verify(&typed("jwt"), &id, &key).is_ok());
}
