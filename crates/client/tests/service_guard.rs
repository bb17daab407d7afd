//! The guard as its callers meet it: who is let in, what a refusal says, what is kept and for how long.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use doorward_client::service::{Error, People, Profile, ServiceBuilder};
use doorward_protocol::jose::sha256;
use serde_json::{Value, json};
use support::api::{Answer, Api, send, without_fairing};
use support::hostile::{Forge, RESOURCE, Sent};
use support::{Key, Reply, Rogue, START};

#[tokio::test]
async fn a_good_token_is_let_in_and_tells_who_calls() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    for token in [
        forge.token(&json!({})),
        forge.token(&json!({"aud": [RESOURCE]})),
        forge.token(&json!({"exp": START - 29})),
        forge.under(&json!({"typ": "application/AT+JWT"})),
        forge.token(&json!({"scope": "albums:read photos:read"})),
    ] {
        let answer = api.get(&Sent::bearer(&token)).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "ada"));
    }
    let token = forge.token(&json!({}));
    for path in ["/people", "/pay"] {
        assert_eq!(api.get(&Sent::bearer(&token).at(path)).await.status, 200, "{path}");
    }
    let machine = forge.token(&json!({"sub": "shop", "auth_time": null, "acr": null}));
    // Law: a machine is a machine, and no person.
    assert_eq!(api.get(&Sent::bearer(&machine).at("/machines")).await.body, "shop");
}

#[tokio::test]
async fn a_bound_token_works_with_a_proof_for_each_request() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let token = forge.bound();
    for jti in ["a", "b", "c"] {
        let sent =
            Sent::to("/photos").with("Authorization", format!("DPoP {token}")).with("DPoP", forge.proof(&token, &json!({"jti": jti})));
        assert_eq!(api.get(&sent).await.status, 200, "{jti}");
    }
    let twice = forge.proof(&token, &json!({"jti": "d", "htu": "https://photos.example/twice"}));
    let sent = Sent::to("/twice").with("Authorization", format!("DPoP {token}")).with("DPoP", twice);
    // Law: two guards of one request are one use.
    assert_eq!(api.get(&sent).await.body, "ada ada");
}

#[tokio::test]
async fn a_service_may_ask_for_its_own_nonce_in_every_proof() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::with(&rogue, ServiceBuilder::require_nonce).await, Forge::new(&rogue));
    let asked = api.get(&forge.dpop(&json!({}))).await;
    assert_eq!((asked.status, asked.check().as_str()), (401, "ProofNonce"));
    assert!(asked.challenges[0].starts_with(r#"DPoP error="use_dpop_nonce""#), "{asked:?}");
    let nonce = asked.nonce.expect("a nonce");
    assert_eq!(api.get(&forge.dpop(&json!({"nonce": nonce}))).await.status, 200);
    api.clock.advance(601);
    // Law: RFC 9449 §9: a nonce ends.
    let late = forge.dpop(&json!({"nonce": nonce, "jti": "later", "iat": START + 601}));
    let late = Sent { headers: vec![("Authorization", format!("DPoP {}", forge.bound())), late.headers[1].clone()], ..late };
    assert_eq!(api.get(&late).await.check(), "ProofNonce");
}

#[tokio::test]
async fn a_certificates_token_works_where_the_app_says_which_was_shown() {
    let rogue = Rogue::start();
    let shown = |service: ServiceBuilder| {
        service.certificate(|request| request.headers().get_one("Client-Cert").map(|der| der.as_bytes().to_vec()))
    };
    let (api, forge) = (Api::with(&rogue, shown).await, Forge::new(&rogue));
    let sent = Sent::bearer(&forge.token(&json!({"cnf": {"x5t#S256": sha256(b"mine")}})));
    assert_eq!(api.get(&sent.clone().with("Client-Cert", "mine".to_owned())).await.status, 200);
    assert_eq!(api.get(&sent.clone().with("Client-Cert", "theirs".to_owned())).await.check(), "CertificateOther");
    assert_eq!(api.get(&sent).await.check(), "CertificateMissing");
}

#[tokio::test]
async fn a_request_without_a_token_is_told_where_to_get_one() {
    let rogue = Rogue::start();
    let api = Api::new(&rogue).await;
    for sent in [Sent::to("/photos"), Sent::to("/photos").with("Authorization", "Basic YTpi".to_owned())] {
        let answer = api.get(&sent).await;
        let metadata = r#"resource_metadata="https://photos.example/.well-known/oauth-protected-resource""#;
        assert_eq!((answer.status, answer.check().as_str()), (401, "NoToken"));
        let dpop = format!(r#"DPoP algs="ES256 EdDSA RS256 PS256", {metadata}"#);
        assert_eq!(answer.challenges, [format!("Bearer {metadata}"), dpop]);
    }
    let document = api.get(&Sent::to("/.well-known/oauth-protected-resource")).await;
    let document: Value = serde_json::from_str(&document.body).expect("JSON");
    // Law: RFC 9728 §3.3: the resource is the very audience of its tokens.
    assert_eq!((&document["resource"], &document["authorization_servers"]), (&json!(RESOURCE), &json!([rogue.issuer])));
    assert_eq!((&document["scopes_supported"], &document["resource_name"]), (&json!(["photos:read"]), &json!("Photos")));
}

#[tokio::test]
async fn a_challenge_says_which_scope_or_which_login_would_do() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let first = async |path: &str, changes: Value| api.get(&Sent::bearer(&forge.token(&changes)).at(path)).await.challenges[0].clone();
    assert!(first("/photos", json!({"scope": "x"})).await.contains(r#", scope="photos:read", "#));
    let weak = first("/pay", json!({"acr": "bronze"})).await;
    assert!(weak.starts_with(r#"Bearer error="insufficient_user_authentication""#), "{weak}");
    // Law: RFC 9470 §3: the client passes these on to the issuer as they are.
    assert!(weak.contains(r#"acr_values="gold silver", max_age="300""#), "{weak}");
}

#[tokio::test]
async fn a_new_key_is_found_and_a_withdrawn_one_stops_working_in_time() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let old = Sent::bearer(&forge.token(&json!({"exp": START + 9_000})));
    assert_eq!(api.get(&old).await.status, 200);
    let new = Key::new("key-2");
    rogue.serves_keys(&[&new.public()]);
    api.clock.advance(11);
    let mut header = new.header();
    header["typ"] = json!("at+jwt");
    let by_new = Sent::bearer(&new.jws(&header, &forge.claims(&json!({}))));
    assert_eq!(api.get(&by_new).await.status, 200);
    assert_eq!(rogue.seen("/jwks").len(), 2);
    // Law: what the issuer doesn't stand by is by nobody.
    assert_eq!(api.get(&old).await.check(), "UnknownKey");
}

#[tokio::test]
async fn without_the_issuers_keys_nobody_comes_in_and_nobody_is_blamed() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    rogue.always("/jwks", Reply::text(503, "text/plain", "away"));
    let answer = api.get(&Sent::bearer(&forge.token(&json!({})))).await;
    assert_eq!((answer.status, answer.check().as_str()), (503, "KeysUnavailable"));
    assert!(answer.challenges.is_empty());
    // What is wrong whatever the keys are is said all the same.
    assert_eq!(api.get(&Sent::bearer("garbage")).await.check(), "TokenMalformed");
    let lost = without_fairing().await;
    let lost = Answer::of(send(&lost, &Sent::bearer(&forge.token(&json!({})))).await).await;
    // Law: a guard without a service lets nobody in.
    assert_eq!(lost.status, 500);
}

#[tokio::test]
async fn tokens_of_issuers_without_rfc_9068_are_taken_where_that_was_said() {
    let rogue = Rogue::start();
    let forge = Forge::new(&rogue);
    let plain = forge.rogue.key.jws(&forge.header(&json!({"typ": "JWT"})), &forge.claims(&json!({"jti": null, "auth_time": null})));
    let strict = Api::new(&rogue).await;
    assert_eq!(strict.get(&Sent::bearer(&plain)).await.check(), "TokenType");
    let lenient = Api::with(&rogue, |service| service.profile(Profile::Plain).people(People::BySubject)).await;
    assert_eq!(lenient.get(&Sent::bearer(&plain).at("/people")).await.status, 200);
    let id_token = rogue.key.jwt(&forge.claims(&json!({"nonce": "n"})));
    // Law: an ID token opens nothing, even one for this audience.
    assert_eq!(lenient.get(&Sent::bearer(&id_token)).await.check(), "IdToken");
}

#[test]
fn every_error_has_the_status_of_its_specification() {
    for (error, status) in [
        (Error::InvalidRequest, 400),
        (Error::InvalidToken, 401),
        (Error::InvalidDpopProof, 401),
        (Error::InsufficientScope, 403),
        (Error::InsufficientUserAuthentication, 401),
    ] {
        assert_eq!(error.status(), status);
    }
}
