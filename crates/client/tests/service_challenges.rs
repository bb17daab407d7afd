//! What a refused client reads, to the letter.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use doorward_client::Provider;
use doorward_client::service::{Reason, Service, ServiceBuilder};
use rocket::local::asynchronous::Client;
use serde_json::{Value, json};
use support::Rogue;
use support::api::{Answer, Api, send};
use support::hostile::{Forge, Sent};

const METADATA: &str = r#"resource_metadata="https://photos.example/.well-known/oauth-protected-resource""#;
const ALGS: &str = r#"algs="ES256 EdDSA RS256 PS256""#;

/// The challenges of a refusal, the erring one first.
fn said(scheme: &str, error: &str, reason: Reason, more: &str) -> Vec<String> {
    let told = format!(r#"error="{error}", error_description="{}"{more}"#, reason.sentence());
    match scheme {
        "DPoP" => vec![format!("DPoP {told}, {ALGS}, {METADATA}"), format!("Bearer {METADATA}")],
        _ => vec![format!("Bearer {told}, {METADATA}"), format!("DPoP {ALGS}, {METADATA}")],
    }
}

#[tokio::test]
async fn challenges_are_those_of_the_specifications_to_the_letter() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let bearer = |changes: Value| Sent::bearer(&forge.token(&changes));
    let twice = bearer(json!({})).with("Authorization", "Bearer a".to_owned());
    for (sent, status, challenges) in [
        // RFC 6750 §3.1
        (twice, 400, said("Bearer", "invalid_request", Reason::TokensTwice, "")),
        (
            Sent::to("/photos").with("Authorization", "Bearer".to_owned()),
            400,
            said("Bearer", "invalid_request", Reason::HeaderMalformed, ""),
        ),
        (bearer(json!({"exp": 1})), 401, said("Bearer", "invalid_token", Reason::Expired, "")),
        (bearer(json!({"aud": "x"})), 401, said("Bearer", "invalid_token", Reason::Audience, "")),
        (bearer(json!({"scope": "a"})), 403, said("Bearer", "insufficient_scope", Reason::Scope, r#", scope="photos:read""#)),
        // RFC 9449 §7.1
        (Sent::bearer(&forge.bound()), 401, said("Bearer", "invalid_token", Reason::BoundSentAsBearer, "")),
        (forge.dpop(&json!({"htm": "POST"})), 401, said("DPoP", "invalid_dpop_proof", Reason::ProofMethod, "")),
        (forge.dpop(&json!({"nonce": "x"})), 401, said("DPoP", "use_dpop_nonce", Reason::ProofNonce, "")),
        // RFC 9470 §3
        (
            bearer(json!({"acr": "bronze"})).at("/pay"),
            401,
            said(
                "Bearer",
                "insufficient_user_authentication",
                Reason::LoginTooWeak,
                r#", scope="photos:read", acr_values="gold silver", max_age="300""#,
            ),
        ),
    ] {
        let answer = api.get(&sent).await;
        // Law: what a client's library parses is no sentence.
        assert_eq!((answer.status, answer.challenges), (status, challenges), "{sent:?}");
    }
}

#[tokio::test]
async fn a_nonce_comes_with_the_answer_that_asks_for_one_and_with_no_other() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::with(&rogue, ServiceBuilder::require_nonce).await, Forge::new(&rogue));
    assert!(api.get(&forge.dpop(&json!({}))).await.nonce.is_some());
    for sent in [Sent::to("/photos"), Sent::bearer(&forge.bound()), forge.dpop(&json!({"htm": "POST"}))] {
        // Law: RFC 9449 §9.
        assert_eq!(api.get(&sent).await.nonce, None, "{sent:?}");
    }
}

#[tokio::test]
async fn a_service_below_a_path_says_what_it_is_where_the_specification_has_it() {
    let rogue = Rogue::start();
    let provider = Provider::new(&rogue.issuer).expect("a provider");
    let service = Service::builder(&provider, "https://api.example/photos").certificate(|_| None).build().expect("a service");
    let client = Client::untracked(rocket::build().attach(service.fairing())).await.expect("a service");
    let get = async |path: &str| Answer::of(send(&client, &Sent::to(path)).await).await;
    // RFC 9728 §3.1: between the host and the path.
    let told = get("/.well-known/oauth-protected-resource/photos").await;
    assert_eq!((told.status, get("/.well-known/oauth-protected-resource").await.status), (200, 404));
    let told: Value = serde_json::from_str(&told.body).expect("JSON");
    assert_eq!((&told["resource"], &told["bearer_methods_supported"]), (&json!("https://api.example/photos"), &json!(["header"])));
    // Law: RFC 9728 §2: who takes certificates' tokens says so.
    assert_eq!(told["tls_client_certificate_bound_access_tokens"], json!(true));
}
