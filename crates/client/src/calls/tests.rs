#![allow(clippy::expect_used)]

use super::answer::{read, span};
use super::*;
use crate::time::Seconds;
use serde_json::{Value, json};

fn given(changed: &Value) -> Result<answer::Given, CallError> {
    let mut body = json!({"access_token": "a.b.c", "token_type": "Bearer", "expires_in": 600});
    body.as_object_mut().expect("members").extend(changed.as_object().expect("members").clone());
    body.as_object_mut().expect("members").retain(|_, value| !value.is_null());
    read(200, body.to_string().as_bytes())
}

#[test]
fn a_good_answer_is_read_with_what_it_says() {
    let token = given(&json!({"scope": "a b", "token_type": "bearer"})).expect("a token");
    assert_eq!((token.token.expose(), token.life), ("a.b.c", Some(Seconds(600))));
    assert_eq!(token.scopes, Some(vec!["a".to_owned(), "b".to_owned()]));
    assert!(given(&json!({"issued_token_type": ACCESS_TOKEN})).is_ok());
    assert_eq!(given(&json!({"expires_in": null})).expect("a token").life, None);
    // Law: no life is believed to be longer than a day.
    assert_eq!(given(&json!({"expires_in": u32::MAX})).expect("a token").life, Some(Seconds::days(1)));
}

#[test]
fn an_answer_that_can_not_be_used_is_none() {
    for changed in [
        json!({"access_token": null}),
        json!({"access_token": ""}),
        json!({"access_token": "a b"}),
        json!({"access_token": "a\r\nX: y"}),
        json!({"access_token": 7}),
        json!({"token_type": null}),
        json!({"token_type": "DPoP"}),
        json!({"token_type": "N_A"}),
        json!({"issued_token_type": "urn:ietf:params:oauth:token-type:refresh_token"}),
        json!({"issued_token_type": "urn:ietf:params:oauth:token-type:id_token"}),
    ] {
        assert!(matches!(given(&changed), Err(CallError::BadAnswer { status: 200, .. })), "{changed}");
    }
    for (status, body) in [(200, "x"), (204, ""), (302, "{}"), (500, r#"{"error":"server_error"}"#), (400, "{}"), (400, "<html>")] {
        assert!(matches!(read(status, body.as_bytes()), Err(CallError::BadAnswer { .. })), "{status} {body}");
    }
}

#[test]
fn what_the_provider_says_is_passed_on_bounded_and_in_one_line() {
    let body = json!({"error": "invalid_target", "error_description": "no edge\r\nfrom here", "error_uri": "https://a.example/1"});
    let refused = read(400, body.to_string().as_bytes()).expect_err("a refusal");
    assert_eq!(refused.code(), Some("invalid_target"));
    assert_eq!(refused.to_string(), "the provider refused: invalid_target: no edgefrom here");
    let long = json!({"error": "e".repeat(10_000)});
    assert_eq!(read(401, long.to_string().as_bytes()).expect_err("a refusal").code().map(str::len), Some(500));
}

#[test]
fn a_token_is_renewed_before_it_ends_and_not_used_up_to_the_end() {
    let now = Timestamp(1_000);
    assert_eq!(span(Some(Seconds(600)), now), (Timestamp(1_480), Timestamp(1_595)));
    assert_eq!(span(Some(Seconds(8)), now), (Timestamp(1_004), Timestamp(1_006)));
    // Law: what doesn't say how long it lives isn't kept.
    assert_eq!(span(None, now), (now, now));
    assert_eq!(span(Some(Seconds(0)), now), (now, now));
}

#[test]
fn tokens_are_kept_apart_by_audience_scopes_and_whose_they_are() {
    let (ada, bob) = (AccessToken::new("ada's"), AccessToken::new("bob's"));
    let key = |subject, audience, scopes: &[&str]| Wanted::new(subject, audience, scopes).expect("good").key();
    let keys = [
        key(None, "https://a.example/", &["x"]),
        key(None, "https://b.example/", &["x"]),
        key(None, "https://a.example/", &["x", "y"]),
        key(None, "https://a.example/", &[]),
        key(Some(&ada), "https://a.example/", &["x"]),
        key(Some(&bob), "https://a.example/", &["x"]),
    ];
    for (at, one) in keys.iter().enumerate() {
        assert!(keys.iter().skip(at + 1).all(|other| other != one), "{at}");
    }
    assert_eq!(key(None, "a", &["x", "y"]), key(None, "a", &["y", "x", "y"]), "the order of scopes says nothing");
    // Law: no key holds a token.
    assert!(!keys.iter().any(|key| key.contains("ada")));
}

#[test]
fn what_is_asked_is_asked_as_its_specification_says() {
    let subject = AccessToken::new("s");
    let form = |subject, audience| Wanted::new(subject, audience, &["b", "a"]).expect("good").form();
    let text = |name, value: &str| (name, value.to_owned());
    assert_eq!(
        form(None, "https://a.example/"),
        [text("resource", "https://a.example/"), text("scope", "a b"), text("grant_type", "client_credentials")]
    );
    let exchanging = form(Some(&subject), "stock");
    assert_eq!(exchanging[0], text("audience", "stock"), "a logical name is no resource");
    assert!(exchanging.contains(&text("subject_token", "s")) && exchanging.contains(&text("subject_token_type", ACCESS_TOKEN)));
    for (audience, scope) in [("", "a"), ("https://a.example/", "a b"), ("https://a.example/", ""), ("https://a.example/", "a\"b")] {
        assert_eq!(Wanted::new(None, audience, &[scope]).err(), Some(CallError::Request), "{audience} {scope}");
    }
}

#[test]
fn nothing_that_prints_shows_a_token() {
    let token = CallToken { token: AccessToken::new("hush"), scopes: vec!["a".to_owned()], expires_at: None, kept_under: "k".to_owned() };
    assert!(!format!("{token:?} {:?}", token.token()).contains("hush"));
    assert_eq!(token.bearer(), "Bearer hush");
}
