//! What a client may say of itself, and what others say in its place.
#![allow(clippy::expect_used)]

use super::*;
use crate::jose::{JwkSet, SigningKey};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

const NOW: Timestamp = Timestamp(1_800_000_000);
const ISSUER: &str = "https://login.example";
const SECRET: &str = "a-secret-of-at-least-32-characters!!";

fn issuer() -> Issuer {
    Issuer::parse(ISSUER).expect("an issuer")
}

fn claims(changes: &Value) -> Value {
    let mut claims = json!({"iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW.0 + 60, "iat": NOW.0, "jti": "a"});
    for (name, value) in changes.as_object().expect("changes are an object") {
        claims[name] = value.clone();
    }
    claims
}

fn without(claim: &str) -> Map<String, Value> {
    let mut claims = claims(&json!({})).as_object().cloned().expect("an object");
    claims.remove(claim);
    claims
}

fn checked(claims: &Value) -> Result<Once, Check> {
    let claims = claims.as_object().expect("claims are an object");
    check(claims, "app", &issuer(), NOW, &mut Checks::silent()).map_err(|r| r.check)
}

fn peeked(assertion: &str, client_id: Option<&str>) -> Result<Claimed, Check> {
    peek(Some(JWT_BEARER), Some(assertion), client_id, &mut Checks::silent()).map_err(|r| r.check)
}

fn verified(assertion: &str, key: Key<'_>) -> Result<Map<String, Value>, Check> {
    verify(assertion, key, &mut Checks::silent()).map_err(|r| r.check)
}

fn b64(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn mac(secret: &[u8], header: &str, claims: &Value) -> String {
    let input = format!("{}.{}", b64(header), b64(claims.to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", b64(tag))
}

#[test]
fn an_honest_assertion_passes_and_is_remembered_until_it_has_expired() {
    for alg in Alg::ALL {
        let key = SigningKey::generate(alg).expect("a key");
        let set = JwkSet::new(vec![key.public().clone()]);
        for typ in ["JWT", "client-authentication+jwt"] {
            let assertion = key.sign(typ, &claims(&json!({}))).expect("it is signed");
            let claimed = peeked(&assertion, Some("app")).expect("it is well formed");
            assert_eq!((claimed.sub.as_str(), claimed.kid.as_deref(), claimed.is_own()), ("app", Some(key.kid()), true));
            let claims = verified(&assertion, Key::Public(&set, &Alg::ALL)).expect("it verifies");
            let once = checked(&Value::Object(claims)).expect("it holds");
            assert_eq!(once.expires_at, Timestamp(NOW.0 + 60 + LEEWAY.0));
        }
    }
    let symmetric = mac(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims(&json!({})));
    assert!(verified(&symmetric, Key::Secret(SECRET.as_bytes())).is_ok());
    assert!(peeked(&symmetric, None).is_ok());
}

#[test]
fn another_type_or_no_assertion_is_refused() {
    let assertion = mac(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims(&json!({})));
    let saml = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    for (kind, text) in [(None, Some(&assertion)), (Some(saml), Some(&assertion)), (Some(""), Some(&assertion)), (Some(JWT_BEARER), None)] {
        let outcome = peek(kind, text.map(String::as_str), None, &mut Checks::silent());
        assert_eq!(outcome.err().map(|r| r.check), Some(Check::AssertionType), "{kind:?}");
    }
}

#[test]
fn what_is_malformed_or_of_another_kind_is_refused_before_any_client_is_looked_for() {
    let with = |header: &str| mac(SECRET.as_bytes(), header, &claims(&json!({})));
    for bad in [
        String::new(),
        "a.b.c".to_owned(),
        "x".repeat(20_000),
        with(r#"{"alg":"HS256","crit":["x"]}"#),
        with(r#"{"alg":"HS256","typ":"at+jwt"}"#),
        with(r#"{"alg":"HS256","typ":"dpop+jwt"}"#),
        with(r#"{"alg":"HS256","typ":"oauth-authz-req+jwt"}"#),
        with(r#"{"typ":"JWT"}"#),
        format!("{}.{}.{}", b64(r#"{"alg":"HS256"}"#), b64(r#"{"sub":"app","sub":"eve"}"#), b64("x")),
    ] {
        assert_eq!(peeked(&bad, None), Err(Check::AssertionWellFormed), "{bad}");
    }
    for (changes, refusal) in [
        (json!({"iss": null}), Check::AssertionIssSub),
        (json!({"sub": 7}), Check::AssertionIssSub),
        (json!({"sub": ""}), Check::AssertionIssSub),
        (json!({"iss": ["app"]}), Check::AssertionIssSub),
    ] {
        let assertion = mac(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims(&changes));
        assert_eq!(peeked(&assertion, None), Err(refusal), "{changes}");
    }
}

#[test]
fn a_client_id_beside_the_assertion_is_the_same_client() {
    let own = mac(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims(&json!({})));
    assert_eq!(peeked(&own, Some("other")), Err(Check::AssertionClientId));
    assert_eq!(peeked(&own, Some("APP")), Err(Check::AssertionClientId));
    let workload = mac(SECRET.as_bytes(), r#"{"alg":"HS256"}"#, &claims(&json!({"iss": "https://cluster.example"})));
    let claimed = peeked(&workload, Some("batch")).expect("the registration decides");
    assert!(!claimed.is_own());
}

#[test]
fn only_the_registered_algorithm_and_the_registered_keys_verify() {
    let (key, other) = (SigningKey::generate(Alg::Es256).expect("a key"), SigningKey::generate(Alg::Es256).expect("a key"));
    let set = JwkSet::new(vec![key.public().clone()]);
    let assertion = key.sign("JWT", &claims(&json!({}))).expect("it is signed");
    assert_eq!(verified(&assertion, Key::Public(&set, &[Alg::Ps256])), Err(Check::AssertionAlg));
    assert_eq!(verified(&assertion, Key::Public(&set, &[])), Err(Check::AssertionAlg));
    assert_eq!(verified(&assertion, Key::Secret(SECRET.as_bytes())), Err(Check::AssertionAlg));
    let strangers = other.sign("JWT", &claims(&json!({}))).expect("it is signed");
    assert_eq!(verified(&strangers, Key::Public(&set, &Alg::ALL)), Err(Check::AssertionSignature));
    let unsigned = format!("{}.{}.", b64(r#"{"alg":"none"}"#), b64(claims(&json!({})).to_string()));
    assert_eq!(verified(&unsigned, Key::Public(&set, &Alg::ALL)), Err(Check::AssertionAlg));
    // The key that an assertion brings along is not looked at.
    let brought = json!({"alg": "ES256", "jwk": other.public(), "jku": "https://evil.example/"});
    let brought = other.sign_under(&brought, &claims(&json!({}))).expect("it is signed");
    assert_eq!(verified(&brought, Key::Public(&set, &Alg::ALL)), Err(Check::AssertionSignature));
}

#[test]
fn a_public_key_is_no_secret_and_a_short_secret_is_none() {
    let key = SigningKey::generate(Alg::Rs256).expect("a key");
    let set = JwkSet::new(vec![key.public().clone()]);
    let public = serde_json::to_vec(key.public()).expect("a key is JSON");
    let forged = mac(&public, r#"{"alg":"HS256"}"#, &claims(&json!({})));
    assert_eq!(verified(&forged, Key::Public(&set, &Alg::ALL)), Err(Check::AssertionAlg));
    let short = mac(b"short", r#"{"alg":"HS256"}"#, &claims(&json!({})));
    assert_eq!(verified(&short, Key::Secret(b"short")), Err(Check::AssertionSignature));
    assert_eq!(verified(&forged, Key::Secret(SECRET.as_bytes())), Err(Check::AssertionSignature));
}

#[test]
fn iss_and_sub_are_both_the_client() {
    for changes in [
        json!({"iss": "other"}),
        json!({"sub": "other"}),
        json!({"iss": "other", "sub": "other"}),
        json!({"iss": null}),
        json!({"sub": ["app"]}),
        json!({"sub": "app "}),
    ] {
        assert_eq!(checked(&claims(&changes)), Err(Check::AssertionIssSub), "{changes}");
    }
}

#[test]
fn the_issuer_is_the_only_audience() {
    for aud in [json!(ISSUER), json!([ISSUER])] {
        assert!(checked(&claims(&json!({"aud": aud}))).is_ok(), "{aud}");
    }
    for aud in [
        json!(null),
        json!(""),
        json!([]),
        json!({}),
        json!("https://login.example/"),
        json!("https://login.example/token"),
        json!("https://LOGIN.example"),
        json!("login.example"),
        json!("https://evil.example"),
        json!([ISSUER, "https://evil.example"]),
        json!([ISSUER, ISSUER]),
        json!([[ISSUER]]),
        json!({"aud": ISSUER}),
        json!(["https://login.example/token"]),
    ] {
        assert_eq!(checked(&claims(&json!({"aud": aud}))), Err(Check::AssertionAudience), "{aud}");
    }
    assert_eq!(checked(&Value::Object(without("aud"))), Err(Check::AssertionAudience));
}

#[test]
fn an_assertion_lives_an_hour_at_most_and_is_not_from_the_future() {
    for (changes, holds) in [
        (json!({"exp": NOW.0 + 3600}), true),
        (json!({"exp": NOW.0 + 3600 + 31}), false),
        (json!({"exp": NOW.0 - 29}), true),
        (json!({"exp": NOW.0 - 30}), false),
        (json!({"exp": NOW.0 - 300}), false),
        (json!({"exp": "soon"}), false),
        (json!({"exp": null}), false),
        (json!({"iat": NOW.0 + 10, "nbf": NOW.0 + 10}), true),
        (json!({"iat": NOW.0 + 61}), false),
        (json!({"nbf": NOW.0 + 61}), false),
        (json!({"nbf": []}), false),
        (json!({"iat": NOW.0 - 86_400}), true),
    ] {
        assert_eq!(checked(&claims(&changes)).err(), (!holds).then_some(Check::AssertionInTime), "{changes}");
    }
    assert_eq!(checked(&Value::Object(without("exp"))), Err(Check::AssertionInTime));
    assert!(checked(&Value::Object(without("iat"))).is_ok());
}

#[test]
fn a_jti_is_there_and_bounded_and_another_clients_is_another() {
    for jti in [json!(""), json!(null), json!(7), json!("x".repeat(256))] {
        assert_eq!(checked(&claims(&json!({"jti": jti}))), Err(Check::AssertionOnce), "{jti}");
    }
    assert_eq!(checked(&Value::Object(without("jti"))), Err(Check::AssertionOnce));
    let first = checked(&claims(&json!({}))).expect("it holds");
    assert_eq!(checked(&claims(&json!({"iat": NOW.0 - 1}))).expect("it holds").key, first.key);
    assert_ne!(checked(&claims(&json!({"jti": "b"}))).expect("it holds").key, first.key);
    let others = claims(&json!({"iss": "other", "sub": "other"}));
    let others = check(others.as_object().expect("an object"), "other", &issuer(), NOW, &mut Checks::silent());
    assert_ne!(others.expect("it holds").key, first.key);
    // It is remembered exactly as long as it would be accepted.
    let late = |now| check(&without("iat"), "app", &issuer(), now, &mut Checks::silent()).is_ok();
    assert!(late(Timestamp(first.expires_at.0 - 1)) && !late(first.expires_at));
}

#[test]
fn a_workload_is_the_one_its_trusted_issuer_names_and_may_show_its_assertion_again() {
    let cluster = ("https://cluster.example", "system:serviceaccount:shop:stock");
    let spoken = |changes: &Value| {
        let mut whole = claims(&json!({"iss": cluster.0, "sub": cluster.1, "aud": [ISSUER]}));
        for (name, value) in changes.as_object().expect("an object") {
            whole[name] = value.clone();
        }
        check_workload(whole.as_object().expect("an object"), cluster, &issuer(), NOW, &mut Checks::silent()).err().map(|r| r.check)
    };
    assert_eq!(spoken(&json!({})), None);
    assert_eq!(spoken(&json!({"jti": null, "exp": NOW.0 + 86_400})), None);
    for (changes, check) in [
        (json!({"sub": "system:serviceaccount:shop:other"}), Check::AssertionIssSub),
        (json!({"iss": "https://evil.example"}), Check::AssertionIssSub),
        (json!({"aud": ["https://kubernetes.default.svc"]}), Check::AssertionAudience),
        (json!({"aud": [ISSUER, "https://kubernetes.default.svc"]}), Check::AssertionAudience),
        (json!({"exp": NOW.0 + 86_400 + 31}), Check::AssertionInTime),
        (json!({"exp": NOW.0 - 60}), Check::AssertionInTime),
        (json!({"nbf": NOW.0 + 61}), Check::AssertionInTime),
    ] {
        assert_eq!(spoken(&changes), Some(check), "{changes}");
    }
}

#[test]
fn a_stranger_is_not_told_whether_the_client_has_such_a_key() {
    for check in [Check::AssertionAlg, Check::AssertionSignature] {
        assert_eq!(Refusal::by(check).description(), Refusal::by(Check::ClientAuthentic).description());
        assert_eq!(Refusal::by(check).code(), Refusal::by(Check::ClientAuthentic).code());
    }
}
