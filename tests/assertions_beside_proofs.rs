//! Client assertions where they meet DPoP and the FAPI 2.0 profile: RFC 7523, RFC 9449 §8, FAPI 2.0 Security Profile §5.3.2.1.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{ASSERTION_TYPE, AppKey, START, World, encode, photos};
use serde_json::{Value, json};
use std::sync::Arc;

#[rocket::async_test]
async fn fapi_2_0_5_3_2_1_the_audience_of_an_assertion_is_a_text() {
    let key = Arc::new(AppKey::new());
    let world = World::new()
        .app(
            "bank",
            json!({
                "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "client_secret": null, "jwks": key.jwks(),
                "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "ES256",
            }),
        )
        .app("plain", json!({"token_endpoint_auth_method": "private_key_jwt", "client_secret": null, "jwks": key.jwks()}))
        .start()
        .await;
    let post = async |app: &str, audience: Value| {
        let app = world.app(app).signing(&key);
        let assertion = app.assertion(&json!({ "aud": audience }));
        let body = encode(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion), ("response_type", "code")]);
        app.raw("/par", &[], &body).await.refusal()
    };
    let issuer = world.issuer.as_str();
    assert_eq!(post("bank", json!([issuer])).await, (401, "invalid_client".to_owned()));
    // Law: other clients may write a list of that one; nobody may name another beside it.
    assert_ne!(post("plain", json!([issuer])).await.1, "invalid_client");
    assert_eq!(post("plain", json!([issuer, "https://other.example"])).await, (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn who_is_asked_for_a_nonce_comes_again_with_the_same_assertion() {
    let key = Arc::new(AppKey::new());
    let world = World::new()
        .set("REQUIRE_DPOP_NONCE", "true")
        .app(
            "machine",
            json!({
                "token_endpoint_auth_method": "private_key_jwt", "client_secret": null, "jwks": key.jwks(),
                "grant_types": ["client_credentials"], "scope": "photos:read",
            }),
        )
        .api(photos())
        .start()
        .await;
    let app = world.app("machine").signing(&key);
    let assertion = app.assertion(&json!({}));
    let body = encode(&[("client_assertion_type", ASSERTION_TYPE), ("client_assertion", &assertion), ("grant_type", "client_credentials")]);
    let at = world.issuer.at("/token");
    let first = app.raw("/token", &[("DPoP", &key.proof("POST", &at, START, json!({})))], &body).await;
    assert_eq!(first.refusal(), (400, "use_dpop_nonce".to_owned()));
    let nonce = first.header("DPoP-Nonce").expect("a nonce").to_owned();
    let second = app.raw("/token", &[("DPoP", &key.proof("POST", &at, START, json!({ "nonce": nonce })))], &body).await;
    // Law: RFC 9449 §8: the request is to be repeated; nothing of it was used up.
    assert_eq!(second.status, 200, "{}", second.body);
}
