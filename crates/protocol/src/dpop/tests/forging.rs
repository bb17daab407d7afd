//! Proofs with another kind, algorithm, key, signature or shape.

use super::*;
use crate::check::Heard;

#[test]
fn what_is_no_signed_jwt_is_refused() {
    let good = proof(&claims());
    let (signed, _) = good.rsplit_once('.').expect("a proof has dots");
    for bad in ["", ".", "..", "a.b.c", "DPoP", &format!("{good}.x"), &format!(" {good}"), &good[1..], &format!("{good}=")] {
        assert_eq!(refused(bad), Some(Check::DpopWellFormed), "{bad}");
    }
    assert_eq!(refused(&format!("{signed}.")), Some(Check::DpopSignature));
    let long = proof(&with(&json!({"x": "x".repeat(9000)})));
    assert_eq!(refused(&long), Some(Check::DpopWellFormed));
    let key = SigningKey::generate(Alg::Es256).expect("the generator works");
    for extension in [json!({"crit": ["x"], "x": 1}), json!({"b64": false})] {
        assert_eq!(refused(&proof_with(&key, &extension, &claims())), Some(Check::DpopWellFormed), "{extension}");
    }
}

#[test]
fn another_typ_is_refused() {
    let key = SigningKey::generate(Alg::Es256).expect("the generator works");
    for typ in ["JWT", "at+jwt", "dpop", "dpop+jwt2", ""] {
        assert_eq!(refused(&proof_with(&key, &json!({"typ": typ}), &claims())), Some(Check::DpopTyp), "{typ}");
    }
    assert_eq!(refused(&key.sign("JWT", &claims()).expect("it is signed")), Some(Check::DpopTyp));
}

#[test]
fn none_and_shared_secrets_are_no_algorithms_of_a_proof() {
    let key = SigningKey::generate(Alg::Es256).expect("the generator works");
    for alg in ["none", "HS256", "ES384", "es256", ""] {
        assert_eq!(refused(&proof_with(&key, &json!({"alg": alg}), &claims())), Some(Check::DpopAlg), "{alg}");
    }
}

#[test]
fn a_private_symmetric_or_absent_key_is_refused() {
    let key = SigningKey::generate(Alg::Es256).expect("the generator works");
    let mut private = serde_json::to_value(key.public()).expect("a key is JSON");
    private["d"] = json!("AAAA");
    for jwk in [private, json!({"kty": "oct", "k": "AAAA"}), json!({}), json!(null), json!("https://evil.example/key")] {
        assert_eq!(refused(&proof_with(&key, &json!({"jwk": jwk}), &claims())), Some(Check::DpopJwkPublic), "{jwk}");
    }
}

#[test]
fn a_key_that_did_not_sign_is_refused() {
    let (one, other) = (SigningKey::generate(Alg::Es256).expect("a key"), SigningKey::generate(Alg::Es256).expect("a key"));
    let borrowed = proof_with(&one, &json!({"jwk": other.public()}), &claims());
    assert_eq!(refused(&borrowed), Some(Check::DpopSignature));
    let (mine, theirs) = (proof_with(&one, &json!({}), &claims()), proof_with(&one, &json!({}), &with(&json!({"jti": "b"}))));
    let spliced = format!("{}.{}", mine.rsplit_once('.').expect("dots").0, theirs.rsplit_once('.').expect("dots").1);
    assert_eq!(refused(&spliced), Some(Check::DpopSignature));
}

#[test]
fn a_jti_is_a_text_of_bounded_length() {
    for jti in [json!(""), json!(null), json!(1), json!(["a"]), json!("x".repeat(MAX_JTI_LEN + 1))] {
        assert_eq!(refused(&proof(&with(&json!({"jti": jti})))), Some(Check::DpopJtiPresent), "{jti}");
    }
    assert_eq!(refused(&proof(&without("jti"))), Some(Check::DpopJtiPresent));
    assert_eq!(refused(&proof(&with(&json!({"jti": "x".repeat(MAX_JTI_LEN)})))), None);
}

#[test]
fn the_check_that_refused_is_the_last_one_told() {
    let listener = Heard::default();
    let checks = &mut Checks::told_to(&listener);
    let outcome = Proof(proof(&with(&json!({"htm": "GET"})))).verify("POST", TOKEN, None, OPTIONAL, NOW, checks);
    assert_eq!(outcome.err().map(|r| r.check), Some(Check::DpopHtm));
    assert_eq!(
        listener.all(),
        [
            (Check::DpopWellFormed, true),
            (Check::DpopAlg, true),
            (Check::DpopTyp, true),
            (Check::DpopJwkPublic, true),
            (Check::DpopSignature, true),
            (Check::DpopJtiPresent, true),
            (Check::DpopHtm, false),
        ]
    );
}
