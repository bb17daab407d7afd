//! Assertions of trusted issuers: each rule of RFC 7523 §3 refuses by its own name.

use super::super::{Asserted, check_client_assertion, check_grant, peek};
use super::*;
use crate::check::{Check, Checks};
use crate::jose::SigningKey;
use crate::values::{Issuer, Timestamp};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp(1_800_000_000);
const US: &str = "https://login.example";
const CI: &str = "https://ci.example";

fn us() -> Issuer {
    Issuer::parse(US).expect("an issuer")
}

fn key() -> SigningKey {
    SigningKey::generate(Alg::Es256).expect("a key")
}

/// An issuer with that key, for grants and clients.
fn trusted(key: &SigningKey, changes: &Value) -> TrustedIssuer {
    let jwks = serde_json::to_value(JwkSet::new(vec![key.public().clone()])).expect("keys");
    let mut all = json!({"jwks": jwks, "use": ["grant", "client_auth"], "users": {"claim": "sub"}, "clients": ["orders"]});
    for (name, value) in changes.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    read(&all).expect("an issuer")
}

fn claims(changes: &Value) -> Value {
    let mut all = json!({"iss": CI, "sub": "ada", "aud": US, "iat": NOW.0, "exp": NOW.0 + 60, "jti": "a"});
    for (name, value) in changes.as_object().into_iter().flatten() {
        all[name] = value.clone();
    }
    all.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    all
}

fn granted(issuer: &TrustedIssuer, assertion: &str, client: &str) -> Result<Asserted, Check> {
    let keys = issuer.keys().expect("keys");
    check_grant(assertion, (issuer, &keys), &ClientId::new(client), &us(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

fn spoken(issuer: &TrustedIssuer, assertion: &str, subject: &str) -> Result<(), Check> {
    let keys = issuer.keys().expect("keys");
    check_client_assertion(assertion, (issuer, &keys), subject, &us(), NOW, &mut Checks::silent()).map_err(|refusal| refusal.check)
}

#[test]
fn an_honest_assertion_names_a_person_once() {
    let key = key();
    let issuer = trusted(&key, &json!({}));
    let sign = |changes| key.sign("JWT", &claims(&changes)).expect("a signature");
    let first = granted(&issuer, &sign(json!({})), "orders").expect("it passes");
    assert_eq!((first.claim, first.value.as_str()), (PersonClaim::Sub, "ada"));
    let once = first.once.expect("to be remembered");
    assert_eq!(once.expires_at, Timestamp(NOW.0 + 90));
    let other = granted(&issuer, &sign(json!({"jti": "b"})), "orders").expect("it passes").once.expect("to be remembered");
    assert_ne!(once.key, other.key);
    for aud in [json!("https://login.example/token"), json!([US]), json!([US, "https://login.example/token"])] {
        assert!(granted(&issuer, &sign(json!({"aud": aud})), "orders").is_ok(), "{aud}");
    }
    let mail = trusted(&key, &json!({"users": {"claim": "email"}}));
    let named = granted(&mail, &sign(json!({"email": "ada@example.org", "email_verified": true})), "orders").expect("it passes");
    assert_eq!((named.claim, named.value.as_str()), (PersonClaim::Email, "ada@example.org"));
    let forgetful = trusted(&key, &json!({"require_jti": false}));
    assert_eq!(granted(&forgetful, &sign(json!({"jti": null})), "orders").map(|asserted| asserted.once), Ok(None));
    // Law: where a jti is there, it counts, whoever asks for it or not.
    assert!(granted(&forgetful, &sign(json!({})), "orders").is_ok_and(|asserted| asserted.once.is_some()));
}

#[test]
fn each_rule_of_rfc_7523_3_refuses_by_its_own_name() {
    let key = key();
    let issuer = trusted(&key, &json!({"subjects": ["ada", "bob"]}));
    for (changes, check) in [
        (json!({"iss": "https://other.example"}), Check::AssertedIssuer),
        (json!({"iss": null}), Check::AssertedIssuer),
        (json!({"sub": null}), Check::AssertedSubject),
        (json!({"sub": ""}), Check::AssertedSubject),
        (json!({"sub": 7}), Check::AssertedSubject),
        (json!({"sub": "eve"}), Check::AssertedSubject),
        (json!({"sub": "Ada"}), Check::AssertedSubject),
        (json!({"aud": null}), Check::AssertedAudience),
        (json!({"aud": []}), Check::AssertedAudience),
        (json!({"aud": "https://login.example/"}), Check::AssertedAudience),
        (json!({"aud": "https://login.example/token/"}), Check::AssertedAudience),
        (json!({"aud": "orders"}), Check::AssertedAudience),
        (json!({"aud": [US, "https://other.example"]}), Check::AssertedAudience),
        (json!({"exp": null}), Check::AssertedInTime),
        (json!({"exp": NOW.0 - 30}), Check::AssertedInTime),
        (json!({"exp": "soon"}), Check::AssertedInTime),
        (json!({"exp": NOW.0 + 3700}), Check::AssertedInTime),
        (json!({"exp": NOW.0 + 10, "iat": NOW.0 - 3600}), Check::AssertedInTime),
        (json!({"exp": NOW.0 + 3700, "iat": null}), Check::AssertedInTime),
        (json!({"nbf": NOW.0 + 31}), Check::AssertedInTime),
        (json!({"iat": NOW.0 + 31}), Check::AssertedInTime),
        (json!({"jti": null}), Check::AssertedOnce),
        (json!({"jti": ""}), Check::AssertedOnce),
        (json!({"jti": 7}), Check::AssertedOnce),
        (json!({"jti": "x".repeat(256)}), Check::AssertedOnce),
    ] {
        let assertion = key.sign("JWT", &claims(&changes)).expect("a signature");
        // Law: one rule, one name.
        assert_eq!(granted(&issuer, &assertion, "orders").map(|_| ()), Err(check), "{changes}");
    }
}

#[test]
fn an_issuer_is_believed_for_what_it_was_declared_for_by_its_own_keys() {
    let (key, thief, rsa) = (key(), key(), SigningKey::generate(Alg::Rs256).expect("a key"));
    let sound = claims(&json!({}));
    let sign = |by: &SigningKey, typ| by.sign(typ, &sound).expect("a signature");
    let issuer = trusted(&key, &json!({}));
    let only_clients = trusted(&key, &json!({"use": ["client_auth"], "users": null, "clients": []}));
    let mail = trusted(&key, &json!({"users": {"claim": "email"}}));
    let proven =
        |verified: Value| key.sign("JWT", &claims(&json!({"email": "a@example.org", "email_verified": verified}))).expect("a signature");
    for (what, issuer, assertion, client, check) in [
        ("for clients alone", &only_clients, sign(&key, "JWT"), "orders", Check::AssertedIssuer),
        ("for another client", &issuer, sign(&key, "JWT"), "stock", Check::AssertedForClient),
        ("by another key", &issuer, sign(&thief, "JWT"), "orders", Check::AssertedSignature),
        ("by another algorithm", &issuer, sign(&rsa, "JWT"), "orders", Check::AssertedAlg),
        ("an access token", &issuer, sign(&key, "at+jwt"), "orders", Check::AssertedWellFormed),
        ("a client's assertion", &issuer, sign(&key, "client-authentication+jwt"), "orders", Check::AssertedWellFormed),
        ("a logout token", &issuer, sign(&key, "logout+jwt"), "orders", Check::AssertedWellFormed),
        ("no JWT", &issuer, "a.b".to_owned(), "orders", Check::AssertedWellFormed),
        ("too long", &issuer, "a".repeat(20_000), "orders", Check::AssertedWellFormed),
        ("no address", &mail, sign(&key, "JWT"), "orders", Check::AssertedSubject),
        ("an unproven address", &mail, proven(json!(false)), "orders", Check::AssertedSubject),
        ("proven in words", &mail, proven(json!("true")), "orders", Check::AssertedSubject),
    ] {
        // Law: trusted is who was declared, for what was declared, and nobody else.
        assert_eq!(granted(issuer, &assertion, client).map(|_| ()), Err(check), "{what}");
    }
    let peeked = |assertion: &str| peek(assertion, &mut Checks::silent()).map(|claimed| claimed.iss).map_err(|refusal| refusal.check);
    assert_eq!(peeked(&sign(&key, "JWT")), Ok(CI.to_owned()));
    assert_eq!(peeked(&sign(&key, "at+jwt")), Err(Check::AssertedWellFormed));
    assert_eq!(peeked(&key.sign("JWT", &claims(&json!({"iss": null}))).expect("a signature")), Err(Check::AssertedWellFormed));
}

#[test]
fn a_workload_is_exactly_the_one_its_issuer_names_and_no_person() {
    let key = key();
    let orders = "system:serviceaccount:shop:orders";
    let issuer = trusted(&key, &json!({"subjects": [orders, "ada"], "max_lifetime": 7200}));
    let only_grants = trusted(&key, &json!({"use": ["grant"]}));
    let sign = |changes: Value| {
        let mut all = json!({"sub": orders, "jti": null, "exp": NOW.0 + 3600});
        all.as_object_mut().expect("an object").extend(changes.as_object().cloned().expect("an object"));
        key.sign("JWT", &claims(&all)).expect("a signature")
    };
    assert_eq!(spoken(&issuer, &sign(json!({})), orders), Ok(()));
    for (what, issuer, assertion, subject, check) in [
        ("another subject", &issuer, sign(json!({"sub": "ada"})), orders, Check::AssertionIssSub),
        ("a longer name", &issuer, sign(json!({"sub": format!("{orders}-2")})), orders, Check::AssertionIssSub),
        ("another issuer", &issuer, sign(json!({"iss": "https://other.example"})), orders, Check::AssertionIssSub),
        ("not declared for it", &issuer, sign(json!({"sub": "stock"})), "stock", Check::AssertionIssSub),
        ("declared for grants", &only_grants, sign(json!({})), orders, Check::AssertionIssSub),
        ("for the token endpoint", &issuer, sign(json!({"aud": "https://login.example/token"})), orders, Check::AssertionAudience),
        ("for others, too", &issuer, sign(json!({"aud": [US, "https://other.example"]})), orders, Check::AssertionAudience),
        ("endless", &issuer, sign(json!({"exp": null})), orders, Check::AssertionInTime),
        ("over", &issuer, sign(json!({"exp": NOW.0 - 30})), orders, Check::AssertionInTime),
        ("too long a life", &issuer, sign(json!({"exp": NOW.0 + 7201, "iat": NOW.0})), orders, Check::AssertionInTime),
        ("by another", &trusted(&self::key(), &json!({})), sign(json!({})), orders, Check::AssertionSignature),
        (
            "an access token",
            &issuer,
            key.sign("at+jwt", &claims(&json!({"sub": orders}))).expect("a signature"),
            orders,
            Check::AssertionWellFormed,
        ),
    ] {
        // Law: RFC 10070, one audience; the registration says who it is, never the assertion.
        assert_eq!(spoken(issuer, &assertion, subject), Err(check), "{what}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[A-Za-z0-9._-]{0,80}|\\PC{0,40}") {
        let key = self::key();
        let issuer = trusted(&key, &json!({}));
        let _ = peek(&text, &mut Checks::silent());
        prop_assert!(granted(&issuer, &text, "orders").is_err() && spoken(&issuer, &text, "x").is_err());
    }
}
