//! Opaque tokens: the issuer is asked what they are worth, once and then again in time.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use doorward_client::Client;
use doorward_client::service::ServiceBuilder;
use serde_json::{Value, json};
use support::api::Api;
use support::hostile::{Forge, RESOURCE, Sent};
use support::{Reply, Rogue, START, merge};

const TOKEN: &str = "dwa_an-opaque-token";

fn asking(service: ServiceBuilder) -> ServiceBuilder {
    service.introspect(Client::new("photo-service").secret("s3cret"))
}

fn answer(rogue: &Rogue, changes: &Value) -> Value {
    let mut answer = json!({
        "active": true, "iss": rogue.issuer, "aud": RESOURCE, "sub": "ada", "client_id": "shop", "scope": "photos:read",
        "token_type": "Bearer", "exp": START + 600, "auth_time": START,
    });
    merge(&mut answer, changes);
    answer
}

async fn world(changes: &Value) -> (Rogue, Api) {
    let rogue = Rogue::start();
    rogue.says(&json!({"introspection_endpoint": format!("{}/introspect", rogue.issuer)}));
    rogue.always("/introspect", Reply::json(200, &answer(&rogue, changes)));
    let api = Api::with(&rogue, asking).await;
    (rogue, api)
}

#[tokio::test]
async fn an_opaque_token_is_asked_about_once_by_a_client_that_proves_itself() {
    let (rogue, api) = world(&json!({})).await;
    for _ in 0..5 {
        assert_eq!(api.get(&Sent::bearer(TOKEN)).await.body, "ada");
    }
    let seen = rogue.seen("/introspect");
    assert_eq!(seen.len(), 1);
    assert_eq!((seen[0].form["token"].as_str(), seen[0].method.as_str()), (TOKEN, "POST"));
    // Law: RFC 7662 §2.1: the endpoint asks who asks.
    assert_eq!(seen[0].headers["authorization"], "Basic cGhvdG8tc2VydmljZTpzM2NyZXQ=");
}

#[tokio::test]
async fn an_answer_is_believed_for_its_age_and_never_beyond_the_tokens_end() {
    let (rogue, api) = world(&json!({})).await;
    assert_eq!(api.get(&Sent::bearer(TOKEN)).await.status, 200);
    rogue.always("/introspect", Reply::json(200, &json!({"active": false})));
    api.clock.advance(29);
    assert_eq!(api.get(&Sent::bearer(TOKEN)).await.status, 200);
    api.clock.advance(1);
    assert_eq!(api.get(&Sent::bearer(TOKEN)).await.check(), "Inactive", "a revoked token stops within the age");

    let (rogue, api) = world(&json!({"exp": START + 10})).await;
    assert_eq!(api.get(&Sent::bearer(TOKEN)).await.status, 200);
    api.clock.advance(10);
    rogue.always("/introspect", Reply::json(200, &json!({"active": false})));
    // Law: RFC 7662 §4: no answer outlives its token.
    assert_eq!(api.get(&Sent::bearer(TOKEN)).await.check(), "Inactive");
    assert_eq!(rogue.seen("/introspect").len(), 2);
}

#[tokio::test]
async fn what_the_answer_says_is_held_against_the_same_rules() {
    for (changes, check) in [
        (json!({"active": false}), "Inactive"),
        (json!({"aud": "https://mail.example/"}), "Audience"),
        (json!({"aud": null}), "Audience"),
        (json!({"iss": "https://evil.example"}), "Issuer"),
        (json!({"exp": START - 60}), "Expired"),
        (json!({"nbf": START + 60}), "NotYetValid"),
        (json!({"scope": "albums:read"}), "Scope"),
        (json!({"cnf": {"jkt": "k"}, "token_type": "DPoP"}), "BoundSentAsBearer"),
        (json!({"sub": null, "client_id": null}), "ClaimMissing"),
    ] {
        let (_rogue, api) = world(&changes).await;
        assert_eq!(api.get(&Sent::bearer(TOKEN)).await.check(), check, "{changes}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_lets_nobody_in_and_is_not_kept() {
    for reply in [
        Reply::json(200, &json!({})),
        Reply::json(200, &json!({"active": "true"})),
        Reply::json(200, &json!([true])),
        Reply::text(200, "application/json", r#"{"active": false, "active": true}"#),
        Reply::json(401, &json!({"error": "invalid_client"})),
        Reply::json(500, &json!({"active": true})),
        Reply::redirect("https://evil.example/"),
    ] {
        let (rogue, api) = world(&json!({})).await;
        rogue.next("/introspect", reply.clone());
        let answer = api.get(&Sent::bearer(TOKEN)).await;
        assert_eq!((answer.status, answer.check().as_str()), (503, "IntrospectionUnavailable"), "{reply:?}");
        // Law: a moment's trouble stays a moment's.
        assert_eq!(api.get(&Sent::bearer(TOKEN)).await.status, 200);
    }
}

#[tokio::test]
async fn many_requests_with_one_token_make_one_question() {
    let (rogue, api) = world(&json!({})).await;
    rogue.always("/introspect", Reply::json(200, &answer(&rogue, &json!({}))).slow(50));
    let sent = Sent::bearer(TOKEN);
    let all = tokio::join!(api.get(&sent), api.get(&sent), api.get(&sent), api.get(&sent));
    assert_eq!([all.0.status, all.1.status, all.2.status, all.3.status], [200; 4]);
    assert_eq!(rogue.seen("/introspect").len(), 1);
}

#[tokio::test]
async fn a_jwt_costs_no_question_unless_it_was_said_so() {
    let (rogue, api) = world(&json!({})).await;
    let token = Forge::new(&rogue).token(&json!({}));
    assert_eq!(api.get(&Sent::bearer(&token)).await.status, 200);
    assert!(rogue.seen("/introspect").is_empty());
    let api = Api::with(&rogue, |service| service.introspect_all(Client::new("photo-service").secret("s3cret"))).await;
    rogue.always("/introspect", Reply::json(200, &json!({"active": false})));
    // Law: who asks about all hears of a revoked JWT.
    assert_eq!(api.get(&Sent::bearer(&token)).await.check(), "Inactive");
}

#[tokio::test]
async fn a_signed_answer_is_by_the_issuer_for_this_service_and_nothing_else_will_do() {
    let (rogue, _) = world(&json!({})).await;
    let claims = |changes: &Value| {
        let inner = answer(&rogue, &json!({}));
        let mut claims = json!({"iss": rogue.issuer, "aud": "photo-service", "iat": START, "token_introspection": inner});
        merge(&mut claims, changes);
        claims
    };
    let under = |typ: &str, changes: &Value| {
        let mut header = rogue.key.header();
        header["typ"] = json!(typ);
        let jwt = rogue.key.jws(&header, &claims(changes));
        Reply::text(200, "application/token-introspection+jwt", &jwt)
    };
    let good = "token-introspection+jwt";
    for (reply, status) in [
        (under(good, &json!({})), 200),
        (under("JWT", &json!({})), 503),
        (under("at+jwt", &json!({})), 503),
        (under(good, &json!({"iss": "https://evil.example"})), 503),
        (under(good, &json!({"aud": "another-service"})), 503),
        (under(good, &json!({"token_introspection": null, "active": true})), 503),
        (Reply::json(200, &answer(&rogue, &json!({}))), 503),
        (Reply::text(200, "application/token-introspection+jwt", "a.b.c"), 503),
    ] {
        let api = Api::with(&rogue, |service| asking(service).signed_answers()).await;
        rogue.next("/introspect", reply.clone());
        assert_eq!(api.get(&Sent::bearer(TOKEN)).await.status, status, "{reply:?}");
    }
    let asked = rogue.seen("/introspect");
    assert_eq!(asked[0].headers["accept"], "application/token-introspection+jwt");
}
