//! Tokens for calling services, from a provider that a test bends.
#![allow(clippy::expect_used, missing_docs)]

mod support;

use std::sync::Arc;

use doorward_client::calls::CallError;
use doorward_client::{AccessToken, Alg, Calls, Client, Provider};
use doorward_protocol::jose::{Rules, SigningKey, Typ, verify};
use serde_json::{Value, json};
use support::{Hands, Reply, Rogue, START, merge};

const STOCK: &str = "https://stock.example/";

fn world(client: Client) -> (Rogue, Arc<Hands>, Calls) {
    let (rogue, clock) = (Rogue::start(), Hands::new());
    let provider = Provider::builder(&rogue.issuer).clock(clock.clone()).build().expect("a provider");
    (rogue, clock, Calls::new(&provider, client))
}

fn usual() -> (Rogue, Arc<Hands>, Calls) {
    world(Client::new("orders").secret("s3cret"))
}

fn given(token: &str, changes: &Value) -> Reply {
    let mut answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 600});
    merge(&mut answer, changes);
    Reply::json(200, &answer)
}

#[tokio::test]
async fn a_token_is_asked_for_once_and_kept_for_its_audience_and_scopes() {
    let (rogue, _, calls) = usual();
    rogue.next("/token", given("first", &json!({})));
    rogue.next("/token", given("second", &json!({"scope": "stock:count"})));
    rogue.next("/token", given("third", &json!({})));
    for _ in 0..3 {
        assert_eq!(calls.machine(STOCK, &["stock:reserve"]).await.expect("a token").bearer(), "Bearer first");
    }
    let other = calls.machine(STOCK, &["stock:count", "stock:reserve"]).await.expect("a token");
    assert_eq!((other.bearer().as_str(), other.scopes().collect::<Vec<_>>()), ("Bearer second", vec!["stock:count"]));
    assert_eq!(calls.machine("https://mail.example/", &["stock:reserve"]).await.expect("a token").bearer(), "Bearer third");
    let seen = rogue.seen("/token");
    assert_eq!((seen.len(), seen[0].form["grant_type"].as_str(), seen[0].form["resource"].as_str()), (3, "client_credentials", STOCK));
    // Law: RFC 6749 §2.3.1.
    assert_eq!(seen[0].headers["authorization"], "Basic b3JkZXJzOnMzY3JldA==");
}

#[tokio::test]
async fn an_exchanged_token_is_its_persons_and_no_other_persons() {
    let (rogue, _, calls) = usual();
    let (ada, bob) = (AccessToken::new("ada's-token"), AccessToken::new("bob's-token"));
    let exchanged = json!({"issued_token_type": "urn:ietf:params:oauth:token-type:access_token"});
    rogue.next("/token", given("for-ada", &exchanged));
    rogue.next("/token", given("for-bob", &exchanged));
    rogue.next("/token", given("own", &json!({})));
    let get = async |subject: &AccessToken| calls.exchange(subject, STOCK, &["stock:reserve"]).await.expect("a token").bearer();
    assert_eq!(
        (get(&ada).await.as_str(), get(&bob).await.as_str(), get(&ada).await.as_str()),
        ("Bearer for-ada", "Bearer for-bob", "Bearer for-ada")
    );
    assert_eq!(calls.machine(STOCK, &["stock:reserve"]).await.expect("a token").bearer(), "Bearer own");
    let first = &rogue.seen("/token")[0].form;
    assert_eq!(first["grant_type"], "urn:ietf:params:oauth:grant-type:token-exchange");
    assert_eq!(first["subject_token"], "ada's-token");
    // Law: RFC 8693 §2.1.
    assert_eq!(first["subject_token_type"], "urn:ietf:params:oauth:token-type:access_token");
}

#[tokio::test]
async fn a_token_is_renewed_before_it_ends_while_the_old_one_still_works() {
    let (rogue, clock, calls) = usual();
    rogue.next("/token", given("old", &json!({})));
    rogue.next("/token", given("new", &json!({})));
    let get = async || calls.machine(STOCK, &[]).await.expect("a token").bearer();
    assert_eq!(get().await, "Bearer old");
    clock.advance(479);
    assert_eq!((get().await.as_str(), rogue.seen("/token").len()), ("Bearer old", 1));
    clock.advance(1);
    assert_eq!(get().await, "Bearer old", "nobody waits for the renewal");
    while get().await == "Bearer old" {
        tokio::task::yield_now().await;
    }
    assert_eq!(rogue.seen("/token").len(), 2, "who asked meanwhile asked for nothing more");
}

#[tokio::test]
async fn a_token_that_is_over_is_not_used_even_when_there_is_no_other() {
    let (rogue, clock, calls) = usual();
    rogue.next("/token", given("old", &json!({})));
    assert!(calls.machine(STOCK, &[]).await.is_ok());
    clock.advance(595);
    rogue.always("/token", Reply::json(503, &json!({"error": "temporarily_unavailable"})));
    // Law: better no call than one with a dead token.
    assert!(matches!(calls.machine(STOCK, &[]).await, Err(CallError::BadAnswer { status: 503, .. })));
}

#[tokio::test]
async fn many_who_ask_at_once_make_one_request() {
    let (rogue, _, calls) = usual();
    rogue.always("/token", given("one", &json!({})).slow(50));
    let get = || calls.machine(STOCK, &[]);
    let all = tokio::join!(get(), get(), get(), get());
    for one in [all.0, all.1, all.2, all.3] {
        assert_eq!(one.expect("a token").bearer(), "Bearer one");
    }
    assert_eq!(rogue.seen("/token").len(), 1);
}

#[tokio::test]
async fn a_refusal_is_passed_on_by_name_and_works_once_it_was_declared() {
    let (rogue, _, calls) = usual();
    let said =
        json!({"error": "invalid_target", "error_description": "No exchange is declared for this.", "error_uri": "https://a.example/e"});
    rogue.next("/token", Reply::json(400, &said));
    rogue.next("/token", given("now", &json!({})));
    let subject = AccessToken::new("ada's-token");
    let refused = calls.exchange(&subject, STOCK, &[]).await.expect_err("a refusal");
    assert_eq!(refused.code(), Some("invalid_target"));
    assert!(refused.to_string().contains("No exchange is declared"), "{refused}");
    // Law: what was declared since works at the next call.
    assert!(calls.exchange(&subject, STOCK, &[]).await.is_ok());
}

#[tokio::test]
async fn a_token_that_a_service_refused_is_forgotten_and_only_that_one() {
    let (rogue, _, calls) = usual();
    rogue.next("/token", given("revoked", &json!({})));
    rogue.next("/token", given("fresh", &json!({})));
    let revoked = calls.machine(STOCK, &[]).await.expect("a token");
    calls.forget(&revoked);
    assert_eq!(calls.machine(STOCK, &[]).await.expect("a token").bearer(), "Bearer fresh");
    calls.forget(&revoked);
    // Law: who is late with the old one takes nothing from those who have the new one.
    assert_eq!(calls.machine(STOCK, &[]).await.expect("a token").bearer(), "Bearer fresh");
}

#[tokio::test]
async fn a_token_of_unknown_life_is_used_once() {
    let (rogue, _, calls) = usual();
    rogue.always("/token", given("who-knows", &json!({"expires_in": null})));
    for _ in 0..2 {
        assert!(calls.machine(STOCK, &[]).await.is_ok());
    }
    assert_eq!(rogue.seen("/token").len(), 2);
}

#[tokio::test]
async fn a_key_proves_the_service_to_its_issuer_and_to_nobody_else() {
    let key = Arc::new(SigningKey::generate(Alg::EdDsa).expect("a key"));
    let (rogue, _, calls) = world(Client::new("orders").key(Arc::clone(&key)));
    rogue.always("/token", given("t", &json!({})));
    assert!(calls.machine(STOCK, &[]).await.is_ok());
    let seen = &rogue.seen("/token")[0];
    assert!(!seen.headers.contains_key("authorization") && !seen.form.contains_key("client_secret"));
    let claims = verify(&seen.form["client_assertion"], &Rules::new(&[Alg::EdDsa], Typ::Any), &*key).expect("signed").into_claims();
    assert_eq!((&claims["sub"], &claims["exp"]), (&json!("orders"), &json!(START + 60)));
    // Law: RFC 10070: the issuer is the only audience.
    assert_eq!(claims["aud"], json!(rogue.issuer));
}

#[tokio::test]
async fn a_secret_may_be_sent_in_the_form_for_providers_that_want_it_so() {
    let (rogue, _, calls) = world(Client::new("orders").secret_in_form("s3cret"));
    rogue.always("/token", given("t", &json!({})));
    assert!(calls.machine("stock", &["a"]).await.is_ok());
    let seen = &rogue.seen("/token")[0];
    assert_eq!((seen.form["client_id"].as_str(), seen.form["client_secret"].as_str()), ("orders", "s3cret"));
    assert_eq!((seen.form["audience"].as_str(), seen.headers.get("authorization")), ("stock", None));
}

#[tokio::test]
async fn nothing_is_sent_for_what_is_no_request() {
    let (rogue, _, calls) = usual();
    for (audience, scope) in [("", "a"), (STOCK, "a b"), (STOCK, "\u{e9}")] {
        assert_eq!(calls.machine(audience, &[scope]).await.err(), Some(CallError::Request));
    }
    assert!(rogue.seen("/token").is_empty());
}

#[tokio::test]
async fn a_provider_that_is_another_is_asked_for_nothing() {
    let (rogue, _, calls) = usual();
    rogue.says(&json!({"issuer": "https://evil.example"}));
    assert!(matches!(calls.machine(STOCK, &[]).await, Err(CallError::Provider(_))));
    // Law: a secret goes to the issuer or nowhere.
    assert!(rogue.seen("/token").is_empty());
}
