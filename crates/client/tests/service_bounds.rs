//! Where a guard's patience ends: clocks, floods, and an issuer that is away.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use doorward_client::Client;
use doorward_client::service::{Reason, ServiceBuilder};
use serde_json::json;
use support::api::Api;
use support::hostile::{Forge, RESOURCE, Sent};
use support::{Key, Reply, Rogue, START};

#[tokio::test]
async fn clocks_may_differ_by_the_leeway_and_not_by_a_second_more() {
    let rogue = Rogue::start();
    let (usual, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let exact = Api::with(&rogue, |service| service.leeway(0)).await;
    for (changes, at_leeway_30, at_leeway_0) in [
        (json!({"exp": START + 1}), None, None),
        (json!({"exp": START}), None, Some(Reason::Expired)),
        (json!({"exp": START - 29}), None, Some(Reason::Expired)),
        (json!({"exp": START - 30}), Some(Reason::Expired), Some(Reason::Expired)),
        (json!({"nbf": START}), None, None),
        (json!({"nbf": START + 1}), None, Some(Reason::NotYetValid)),
        (json!({"nbf": START + 30}), None, Some(Reason::NotYetValid)),
        (json!({"nbf": START + 31}), Some(Reason::NotYetValid), Some(Reason::NotYetValid)),
        (json!({"iat": START + 30}), None, Some(Reason::IssuedInFuture)),
        (json!({"iat": START + 31}), Some(Reason::IssuedInFuture), Some(Reason::IssuedInFuture)),
        (json!({"auth_time": START + 31}), Some(Reason::ClaimMalformed), Some(Reason::ClaimMalformed)),
    ] {
        let sent = Sent::bearer(&forge.token(&changes));
        for (api, refused) in [(&usual, at_leeway_30), (&exact, at_leeway_0)] {
            let name = refused.map_or("", Reason::name);
            // Law: both ways, and on both sides.
            assert_eq!(api.get(&sent).await.check(), name, "{changes}");
        }
    }
}

#[tokio::test]
async fn a_steady_flood_of_made_up_keys_costs_the_issuer_a_question_in_ten_seconds() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let good = Sent::bearer(&forge.token(&json!({"exp": START + 9_000})));
    let stranger = Key::new("key-9");
    for second in 0..120 {
        for at in 0..5 {
            let header = forge.header(&json!({"kid": format!("made-up-{second}-{at}")}));
            let token = stranger.jws(&header, &forge.claims(&json!({"exp": START + 9_000})));
            assert_eq!(api.get(&Sent::bearer(&token)).await.check(), "UnknownKey");
        }
        assert_eq!(api.get(&good).await.status, 200, "the flood keeps nobody out");
        api.clock.advance(1);
    }
    // Law: 600 made-up keys in two minutes are 12 questions.
    assert_eq!(rogue.seen("/jwks").len(), 12);
}

#[tokio::test]
async fn keys_that_a_token_points_to_are_not_asked_for() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let stranger = Key::new("key-9");
    let at = format!("{}/stranger", rogue.issuer);
    rogue.always("/stranger", Reply::json(200, &json!({"keys": [stranger.public()]})));
    for pointer in ["jku", "x5u"] {
        let token = stranger.jws(&forge.header(&json!({"kid": "key-9", pointer: at})), &forge.claims(&json!({})));
        assert_eq!(api.get(&Sent::bearer(&token)).await.check(), "UnknownKey");
    }
    // Law: RFC 8725 §3.10: a token sends this service nowhere.
    assert!(rogue.seen("/stranger").is_empty());
}

#[tokio::test]
async fn known_keys_stay_good_for_a_while_when_the_issuer_is_away_and_not_for_ever() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let good = Sent::bearer(&forge.token(&json!({"exp": START + 9_000})));
    assert_eq!(api.get(&good).await.status, 200);
    rogue.always("/jwks", Reply::text(503, "text/plain", "away"));
    api.clock.advance(3_599);
    assert_eq!(api.get(&good).await.status, 200);
    api.clock.advance(3);
    // Law: what can't be known any more lets nobody in.
    assert_eq!(api.get(&good).await.check(), "KeysUnavailable");
}

fn asking(service: ServiceBuilder) -> ServiceBuilder {
    service.introspect(Client::new("photo-service").secret("s3cret"))
}

#[tokio::test]
async fn an_answer_that_is_over_is_not_used_while_the_issuer_is_away() {
    let rogue = Rogue::start();
    let endpoint = format!("{}/introspect", rogue.issuer);
    rogue.says(&json!({"introspection_endpoint": endpoint}));
    let active = json!({"active": true, "aud": RESOURCE, "sub": "ada", "scope": "photos:read", "exp": START + 600});
    rogue.always("/introspect", Reply::json(200, &active));
    let api = Api::with(&rogue, asking).await;
    let sent = Sent::bearer("dwa_opaque");
    assert_eq!(api.get(&sent).await.status, 200);
    rogue.always("/introspect", Reply::text(502, "text/plain", "away"));
    api.clock.advance(29);
    assert_eq!(api.get(&sent).await.status, 200);
    api.clock.advance(1);
    let answer = api.get(&sent).await;
    // Law: 503, and no challenge: the token may be good.
    assert_eq!((answer.status, answer.check().as_str(), answer.challenges.len()), (503, "IntrospectionUnavailable", 0));
}

#[tokio::test]
async fn an_issuer_that_can_not_be_asked_lets_nobody_in() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
    for metadata in [json!({}), json!({"introspection_endpoint": format!("http://{closed}/introspect")})] {
        let rogue = Rogue::start();
        rogue.says(&metadata);
        let api = Api::with(&rogue, asking).await;
        let answer = api.get(&Sent::bearer("dwa_opaque")).await;
        assert_eq!((answer.status, answer.check().as_str()), (503, "IntrospectionUnavailable"));
    }
    let rogue = Rogue::start();
    // Law: an opaque token is nothing to a service that wasn't told to ask.
    assert_eq!(Api::new(&rogue).await.get(&Sent::bearer("dwa_opaque")).await.check(), "TokenMalformed");
}
