//! Keys: our own from end to end, and foreign ones with everything that may be wrong with them.

use serde_json::{Value, json};

use super::{b64, claims, key, token};
use crate::jose::{Alg, JoseError, Jwk, JwkError, JwkSet, KeySource, Kty, Rules, SigningKey, Typ, verify};

fn reason(key: &Value) -> JwkError {
    Jwk::from_value(key).expect_err("the key is refused")
}

/// `key` with some members replaced; null removes one.
fn with(key: &Value, changes: &Value) -> Value {
    let mut key = key.clone();
    for (name, value) in changes.as_object().expect("changes are an object") {
        let members = key.as_object_mut().expect("a key is an object");
        if value.is_null() {
            members.remove(name);
        } else {
            members.insert(name.clone(), value.clone());
        }
    }
    key
}

#[test]
fn every_algorithm_signs_verifies_and_survives_storage() {
    for alg in Alg::ALL {
        let made = key(alg);
        let pkcs8 = made.to_pkcs8().expect("the key is exported");
        let read = SigningKey::from_pkcs8(alg, &pkcs8).expect("it is read again");
        assert_eq!((read.alg(), read.kid(), read.public()), (alg, made.kid(), made.public()));

        let verified = verify(&token(&read), &Rules::new(&[alg], Typ::Optional(&["JWT"])), &made);
        let verified = verified.expect("what one signs the other verifies");
        assert_eq!((verified.alg(), verified.kid()), (alg, Some(made.kid())));
        assert_eq!(Value::Object(verified.into_claims()), claims());
    }
}

#[test]
fn another_implementation_reads_our_tokens_and_keys() {
    for alg in Alg::ALL {
        let key = key(alg);
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(json!(key.public())).expect("a JWK");
        let algorithm: jsonwebtoken::Algorithm = alg.name().parse().expect("a known algorithm");
        let mut validation = jsonwebtoken::Validation::new(algorithm);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let decoding = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a usable key");
        let read = jsonwebtoken::decode::<Value>(token(&key), &decoding, &validation).expect("it verifies");
        assert_eq!(read.claims, claims());
        assert_eq!(read.header.kid.as_deref(), Some(key.kid()));
        assert_eq!(key.public().thumbprint(), jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256).expect("a thumbprint"));
    }
}

#[test]
fn es256_signatures_are_r_and_s_in_64_bytes_always() {
    let key = key(Alg::Es256);
    for i in 0..300_u32 {
        // In ASN.1 their length would vary with leading zeros, about one in 128 signatures.
        assert_eq!(key.signature(&i.to_be_bytes()).expect("it signs").len(), 64);
    }
}

#[test]
fn a_published_key_has_its_public_members_and_no_others() {
    for alg in Alg::ALL {
        let key = key(alg);
        let json = json!(key.public());
        let mut names: Vec<&str> = json.as_object().expect("an object").keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected: &[&str] = match alg.kty() {
            Kty::Ec => &["alg", "crv", "kid", "kty", "use", "x", "y"],
            Kty::Okp => &["alg", "crv", "kid", "kty", "use", "x"],
            Kty::Rsa => &["alg", "e", "kid", "kty", "n", "use"],
        };
        assert_eq!(names, expected);
        assert_eq!(json["kid"], key.public().thumbprint());
        assert_eq!(Jwk::from_value(&json).as_ref(), Ok(key.public()));
        assert_eq!(format!("{key:?}"), format!("SigningKey({})", key.kid()));
    }
}

#[test]
fn a_stored_key_of_another_type_or_damaged_is_refused() {
    for alg in Alg::ALL {
        let pkcs8 = key(alg).to_pkcs8().expect("the key is exported");
        for other in Alg::ALL {
            if other.kty() != alg.kty() {
                assert_eq!(SigningKey::from_pkcs8(other, &pkcs8).err(), Some(JoseError::KeyRejected));
            }
        }
        for damaged in [&[][..], &pkcs8[1..], &pkcs8[..pkcs8.len() - 1], &[0x30, 0x80], b"-----BEGIN PRIVATE KEY-----"] {
            assert_eq!(SigningKey::from_pkcs8(alg, damaged).err(), Some(JoseError::KeyRejected));
        }
    }
}

#[test]
fn claims_that_are_no_object_are_not_signed() {
    let key = key(Alg::EdDsa);
    for claims in [json!([]), json!(null), json!("x"), json!(1)] {
        assert_eq!(key.sign("JWT", &claims), Err(JoseError::Claims));
    }
}

#[test]
fn a_ring_of_keys_is_a_source_and_a_key_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>(_: &T) {}
    let (old, new) = (key(Alg::Es256), key(Alg::Es256));
    shared(&old);
    let ring: &[&SigningKey] = &[&new, &old];
    let source: &dyn KeySource = &JwkSet::new(ring.keys().cloned().collect());
    for signer in ring {
        let rules = Rules::new(&[Alg::Es256], Typ::Any);
        assert!(verify(&token(signer), &rules, ring).is_ok());
        assert!(verify(&token(signer), &rules, source).is_ok());
    }
}

#[test]
fn a_foreign_private_or_symmetric_key_is_refused_with_its_whole_set() {
    let public = json!(key(Alg::Es256).public());
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        for value in [json!("AQAB"), json!([]), Value::Null] {
            let mut private = public.clone();
            private[member] = value;
            assert_eq!(reason(&private), JwkError::Private(member));
            assert_eq!(JwkSet::from_value(&json!({"keys": [public, private]})), Err(JwkError::Private(member)));
        }
    }
    assert_eq!(reason(&json!({"kty": "oct", "k": "c2VjcmV0"})), JwkError::Private("k"));
}

#[test]
fn a_foreign_key_for_another_purpose_is_refused() {
    let ec = json!(key(Alg::Es256).public());
    for (changes, expected) in [
        (json!({"use": "enc"}), JwkError::NotForSignatures),
        (json!({"use": 1}), JwkError::Malformed("use")),
        (json!({"key_ops": []}), JwkError::NotForSignatures),
        (json!({"key_ops": ["sign"]}), JwkError::NotForSignatures),
        (json!({"key_ops": "verify"}), JwkError::Malformed("key_ops")),
        (json!({"alg": "EdDSA"}), JwkError::UnsupportedAlg),
        (json!({"alg": "RS256"}), JwkError::UnsupportedAlg),
        (json!({"alg": "HS256"}), JwkError::UnsupportedAlg),
        (json!({"alg": "none"}), JwkError::UnsupportedAlg),
        (json!({"alg": "ECDH-ES"}), JwkError::UnsupportedAlg),
        (json!({"alg": 7}), JwkError::Malformed("alg")),
        (json!({"kid": ""}), JwkError::Malformed("kid")),
        (json!({"kid": 7}), JwkError::Malformed("kid")),
        (json!({"kid": "x".repeat(257)}), JwkError::Malformed("kid")),
    ] {
        assert_eq!(reason(&with(&ec, &changes)), expected, "{changes}");
    }
    let plain = with(&ec, &json!({"use": null, "alg": null, "kid": null, "key_ops": ["verify"], "x5c": ["MIIB"]}));
    let plain = Jwk::from_value(&plain).expect("everything but the numbers is optional");
    assert!(plain.fits(Alg::Es256) && !plain.fits(Alg::Rs256));
}

#[test]
fn a_foreign_elliptic_key_must_be_a_point_on_its_curve() {
    let ec = json!(key(Alg::Es256).public());
    let okp = json!(key(Alg::EdDsa).public());
    for (key, changes, expected) in [
        (&ec, json!({"kty": null}), JwkError::Malformed("kty")),
        (&ec, json!({"kty": "ec"}), JwkError::UnsupportedKey),
        (&ec, json!({"crv": null}), JwkError::UnsupportedKey),
        (&ec, json!({"crv": "P-384"}), JwkError::UnsupportedKey),
        (&ec, json!({"crv": "secp256k1"}), JwkError::UnsupportedKey),
        (&ec, json!({"y": null}), JwkError::Malformed("y")),
        (&ec, json!({"x": 1}), JwkError::Malformed("x")),
        (&ec, json!({"x": b64([1; 31])}), JwkError::Malformed("x")),
        (&ec, json!({"x": b64([0; 33])}), JwkError::Malformed("x")),
        (&ec, json!({"x": format!("{}=", b64([1; 32]))}), JwkError::Malformed("x")),
        (&ec, json!({"x": b64([0; 32]), "y": b64([0; 32])}), JwkError::InvalidKey),
        (&ec, json!({"x": b64([255; 32])}), JwkError::InvalidKey),
        (&ec, json!({"y": ec["x"]}), JwkError::InvalidKey),
        (&okp, json!({"crv": "X25519"}), JwkError::UnsupportedKey),
        (&okp, json!({"crv": "Ed448"}), JwkError::UnsupportedKey),
        (&okp, json!({"x": null}), JwkError::Malformed("x")),
        (&okp, json!({"x": b64([1; 33])}), JwkError::Malformed("x")),
    ] {
        assert_eq!(reason(&with(key, &changes)), expected, "{changes}");
    }
}

#[test]
fn a_foreign_rsa_key_has_2048_to_8192_bits_and_an_odd_exponent_above_one() {
    let rsa = json!({"kty": "RSA", "n": b64([255; 256]), "e": "AQAB"});
    assert!(Jwk::from_value(&rsa).is_ok());
    assert!(Jwk::from_value(&with(&rsa, &json!({"n": b64([255; 1024]), "e": "Aw"}))).is_ok());
    let mut even = [255; 256];
    even[255] = 254;
    let mut short = [255; 256];
    short[0] = 127;
    for (changes, expected) in [
        (json!({"n": null}), JwkError::Malformed("n")),
        (json!({"n": ""}), JwkError::Malformed("n")),
        (json!({"n": "+/+/"}), JwkError::Malformed("n")),
        (json!({"n": b64([&[0][..], &[255; 256]].concat())}), JwkError::Malformed("n")),
        (json!({"n": b64([255; 128])}), JwkError::RsaSize),
        (json!({"n": b64(short)}), JwkError::RsaSize),
        (json!({"n": b64([255; 1025])}), JwkError::RsaSize),
        (json!({"n": b64(even)}), JwkError::InvalidKey),
        (json!({"e": null}), JwkError::Malformed("e")),
        (json!({"e": ""}), JwkError::Malformed("e")),
        (json!({"e": "AAEAAQ"}), JwkError::Malformed("e")),
        (json!({"e": "AQ"}), JwkError::InvalidKey),
        (json!({"e": "Ag"}), JwkError::InvalidKey),
        (json!({"e": b64([1, 0, 0, 0, 1])}), JwkError::InvalidKey),
    ] {
        assert_eq!(reason(&with(&rsa, &changes)), expected, "{changes}");
    }
}

#[test]
fn a_foreign_set_keeps_what_it_understands_and_says_why_nothing_is_left() {
    let good = json!(key(Alg::EdDsa).public());
    let weak = json!({"kty": "RSA", "n": b64([255; 128]), "e": "AQAB"});
    let odd = json!({"kty": "AKP"});
    let keys = |keys: Value| JwkSet::from_value(&json!({"keys": keys}));

    assert_eq!(keys(json!([odd, weak, good])).map(|set| set.keys().len()), Ok(1));
    assert_eq!(keys(json!([weak, odd])), Err(JwkError::RsaSize));
    assert_eq!(keys(json!([7])), Err(JwkError::Malformed("keys")));
    assert_eq!(keys(json!([])), Err(JwkError::Empty));
    assert_eq!(keys(json!(vec![&good; JwkSet::MAX_KEYS + 1])), Err(JwkError::TooManyKeys));
    assert_eq!(keys(json!({})), Err(JwkError::Malformed("keys")));
    assert_eq!(JwkSet::from_value(&good), Err(JwkError::Malformed("keys")));
    assert_eq!(JwkSet::from_json(b"not json"), Err(JwkError::Malformed("keys")));
    assert_eq!(JwkSet::from_json(&vec![b' '; JwkSet::MAX_LEN + 1]), Err(JwkError::TooLarge));

    let set = keys(json!([good, odd])).expect("one key is good");
    let written = serde_json::to_vec(&set).expect("a set is JSON");
    assert_eq!(JwkSet::from_json(&written), Ok(set));
}
