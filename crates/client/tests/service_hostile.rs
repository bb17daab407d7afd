//! Whoever comes without a right to: the guard refuses each by name, and a naive service lets each in.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;

use serde_json::json;
use support::Rogue;
use support::api::{Api, naive_service, send};
use support::hostile::{Forge, Sent};

#[tokio::test]
async fn the_guard_refuses_every_row_by_the_check_that_is_about_it() {
    let rogue = Rogue::start();
    let forge = Forge::new(&rogue);
    for row in forge.table() {
        let api = Api::new(&rogue).await;
        let (last, before) = row.sent.split_last().expect("a request");
        for good in before {
            assert_eq!(api.get(good).await.status, 200, "{}", row.name);
        }
        let answer = api.get(last).await;
        assert_eq!((answer.check().as_str(), answer.status), (row.reason.name(), row.reason.error().status()), "{}", row.name);
        assert_eq!(answer.cache.as_deref(), Some("no-store"), "{}", row.name);
        // RFC 6750 §3, RFC 9728 §5.1.
        let erring = &answer.challenges[0];
        assert!(erring.contains(r#"resource_metadata="https://photos.example/.well-known/oauth-protected-resource""#), "{erring}");
        let code = row.reason.error().code();
        // Law: the code of the error stands in the challenge, and without an error none does.
        assert_eq!(code.is_some(), erring.contains("error="), "{}", row.name);
        assert!(code.is_none_or(|code| erring.contains(&format!(r#"error="{code}""#))), "{erring}");
    }
}

#[tokio::test]
async fn a_naive_service_is_caught_by_each() {
    let rogue = Rogue::start();
    let naive = naive_service().await;
    for row in Forge::new(&rogue).table() {
        let last = row.sent.last().expect("a request");
        // Law: every row of the table is an attack on somebody.
        assert_eq!(send(&naive, last).await.status().code, 200, "{}", row.name);
    }
}

#[tokio::test]
async fn no_refusal_repeats_anything_of_the_token() {
    let rogue = Rogue::start();
    let api = Api::new(&rogue).await;
    for row in Forge::new(&rogue).table() {
        let last = row.sent.last().expect("a request");
        let answer = format!("{:?}", api.get(last).await);
        for (_, value) in &last.headers {
            let token = value.split_once(' ').map_or(value.as_str(), |(_, token)| token);
            assert!(!answer.contains(&token[..token.len().min(20)]), "{}: {answer}", row.name);
        }
        assert!(!answer.contains("evil.example"), "{answer}");
    }
}

#[tokio::test]
async fn a_flood_of_made_up_keys_costs_the_issuer_one_question() {
    let rogue = Rogue::start();
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    for at in 0..30 {
        let token = forge.under(&json!({"kid": format!("made-up-{at}")}));
        assert_eq!(api.get(&Sent::bearer(&token)).await.check(), "UnknownKey");
    }
    // Law: what anybody can make doesn't become traffic.
    assert_eq!(rogue.seen("/jwks").len(), 1);
}

#[tokio::test]
async fn many_tokens_at_once_make_one_request_for_keys() {
    let rogue = Rogue::start();
    rogue.always("/jwks", support::Reply::json(200, &json!({"keys": [rogue.key.public()]})).slow(50));
    let (api, forge) = (Api::new(&rogue).await, Forge::new(&rogue));
    let sent = Sent::bearer(&forge.token(&json!({})));
    let (a, b, c) = tokio::join!(api.get(&sent), api.get(&sent), api.get(&sent));
    assert_eq!(BTreeSet::from([a.status, b.status, c.status]), BTreeSet::from([200]));
    assert_eq!(rogue.seen("/jwks").len(), 1);
}
