//! A provider, or somebody in its place, who lies in every way that a login knows: nobody is logged in.
#![allow(clippy::expect_used)]

mod support;

use doorward_client::error::TokenError;
use doorward_client::login::{Answer, Ask, LoginError};
use doorward_protocol::jose::JwsError;
use serde_json::{Value, json};
use support::story::{ACCESS, CLIENT, Story};
use support::{Key, Reply, part};

fn token_error(outcome: Result<impl std::fmt::Debug, LoginError>) -> TokenError {
    match outcome {
        Err(LoginError::IdToken(why)) => why,
        other => panic!("an ID token that is not believed, and not {other:?}"),
    }
}

#[tokio::test]
async fn an_id_token_is_refused_for_each_claim_that_is_wrong() {
    let story = Story::new();
    let now = support::START;
    for (changes, why) in [
        (json!({"iss": "https://evil.example"}), TokenError::Issuer),
        (json!({"iss": format!("{}/", story.rogue.issuer)}), TokenError::Issuer),
        (json!({"iss": null}), TokenError::Issuer),
        (json!({"iss": [story.rogue.issuer]}), TokenError::Issuer),
        (json!({"aud": "another-app"}), TokenError::Audience),
        (json!({"aud": ["another-app"]}), TokenError::Audience),
        (json!({"aud": []}), TokenError::Audience),
        (json!({"aud": null}), TokenError::Audience),
        (json!({"aud": {"shop": true}}), TokenError::Audience),
        (json!({"aud": [CLIENT, 7], "azp": CLIENT}), TokenError::Audience),
        (json!({"aud": [CLIENT, "another-app"]}), TokenError::AuthorizedParty),
        (json!({"aud": [CLIENT, "another-app"], "azp": "another-app"}), TokenError::AuthorizedParty),
        (json!({"azp": "another-app"}), TokenError::AuthorizedParty),
        (json!({"nonce": "another-login's"}), TokenError::Nonce),
        (json!({"nonce": null}), TokenError::Nonce),
        (json!({"exp": now - 31}), TokenError::Jws(JwsError::Expired)),
        (json!({"exp": null}), TokenError::Jws(JwsError::MissingClaim("exp"))),
        (json!({"exp": "tomorrow"}), TokenError::Jws(JwsError::BadDate("exp"))),
        (json!({"exp": 1e300}), TokenError::Jws(JwsError::BadDate("exp"))),
        (json!({"iat": now + 31}), TokenError::Jws(JwsError::IssuedInFuture)),
        (json!({"iat": null}), TokenError::Jws(JwsError::MissingClaim("iat"))),
        (json!({"nbf": now + 31}), TokenError::Jws(JwsError::NotYetValid)),
        (json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), TokenError::AccessTokenHash),
        (json!({"at_hash": 7}), TokenError::AccessTokenHash),
        (json!({"sub": null}), TokenError::Claim("sub")),
        (json!({"sub": ""}), TokenError::Claim("sub")),
        (json!({"sub": 7}), TokenError::Claim("sub")),
        (json!({"sub": "a".repeat(256)}), TokenError::Claim("sub")),
    ] {
        // Law: one lie is enough.
        assert_eq!(token_error(story.with_claims(&changes).await), why, "{changes}");
    }
}

#[tokio::test]
async fn what_is_a_little_early_or_late_or_for_several_with_a_name_on_it_is_believed() {
    let story = Story::new();
    let now = support::START;
    for changes in [
        json!({"exp": now - 29}),
        json!({"iat": now + 30}),
        json!({"aud": [CLIENT]}),
        json!({"aud": [CLIENT, "an-api"], "azp": CLIENT}),
        json!({"azp": CLIENT}),
        json!({"at_hash": null}),
    ] {
        assert!(story.with_claims(&changes).await.is_ok(), "{changes}");
    }
}

/// Makes an ID token out of the nonce.
type Forge<'f> = Box<dyn Fn(&str) -> String + 'f>;

#[tokio::test]
async fn the_header_of_a_token_chooses_neither_algorithm_nor_key() {
    let story = Story::new();
    let mallory = Key::new("mallory");
    let good = |nonce: &str| story.claims(nonce, &json!({}));
    let own = |more: Value| {
        let mut header = json!({"alg": "ES256", "kid": "key-1", "typ": "JWT"});
        support::merge(&mut header, &more);
        header
    };
    let none = |nonce: &str, alg: &str| format!("{}.{}.", part(&json!({"alg": alg})), part(&good(nonce)));
    let tokens: Vec<(Forge<'_>, JwsError)> = vec![
        (Box::new(|n| none(n, "none")), JwsError::AlgNotAllowed),
        (Box::new(|n| none(n, "None")), JwsError::AlgNotAllowed),
        (Box::new(|n| none(n, "")), JwsError::AlgNotAllowed),
        (Box::new(|n| none(n, "ES256")), JwsError::BadSignature),
        (Box::new(|n| story.rogue.key.hmac(&good(n))), JwsError::AlgNotAllowed),
        (Box::new(|n| story.rogue.key.jws(&own(json!({"alg": "RS256"})), &good(n))), JwsError::AlgNotAllowed),
        (Box::new(|n| mallory.jwt(&good(n))), JwsError::UnknownKey),
        (Box::new(|n| mallory.jws(&own(json!({})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| mallory.jws(&own(json!({"kid": null})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| mallory.jws(&own(json!({"jwk": mallory.public()})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| mallory.jws(&own(json!({"kid": null, "jwk": mallory.public()})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| mallory.jws(&own(json!({"jku": format!("{}/mallory", story.rogue.issuer)})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| mallory.jws(&own(json!({"x5u": format!("{}/mallory", story.rogue.issuer)})), &good(n))), JwsError::BadSignature),
        (Box::new(|n| story.rogue.key.jws(&own(json!({"crit": ["exp"]})), &good(n))), JwsError::Critical),
        (Box::new(|n| story.rogue.key.jws(&own(json!({"b64": false})), &good(n))), JwsError::Critical),
        (Box::new(|n| story.rogue.key.jws(&own(json!({"typ": "at+jwt"})), &good(n))), JwsError::WrongTyp),
        (Box::new(|n| story.rogue.key.jws(&own(json!({"typ": "logout+jwt"})), &good(n))), JwsError::WrongTyp),
        (Box::new(|n| format!("{}x", story.rogue.key.jwt(&good(n)))), JwsError::Malformed("its signature")),
        (Box::new(|_| "not.a.token".to_owned()), JwsError::Malformed("its header")),
        (Box::new(|_| String::new()), JwsError::Malformed("its number of parts")),
        (Box::new(|_| "a".repeat(20_000)), JwsError::TooLarge),
    ];
    for (number, (token, why)) in tokens.into_iter().enumerate() {
        let refused = token_error(story.with_id_token(&Ask::new(), token).await);
        assert_eq!(refused, TokenError::Jws(why), "number {number}");
    }
    // Law: a token brings no key, and sends nobody to fetch one.
    assert!(story.rogue.seen("/mallory").is_empty());
}

#[tokio::test]
async fn a_payload_that_was_changed_after_it_was_signed_is_refused() {
    let story = Story::new();
    let ask = Ask::new();
    let outcome = story.with_id_token(&ask, |nonce| {
        let good = story.rogue.key.jwt(&story.claims(nonce, &json!({})));
        let (header, rest) = good.split_once('.').expect("a dot");
        let (_, signature) = rest.split_once('.').expect("a dot");
        format!("{header}.{}.{signature}", part(&story.claims(nonce, &json!({"sub": "mallory"}))))
    });
    assert_eq!(token_error(outcome.await), TokenError::Jws(JwsError::BadSignature));
}

#[tokio::test]
async fn an_answer_that_is_not_this_logins_costs_no_request() {
    let story = Story::new();
    let iss = story.rogue.issuer.clone();
    for (state, iss, why) in [
        (Some("guessed"), Some(iss.as_str()), LoginError::State),
        (Some("mine"), Some("https://evil.example"), LoginError::OtherIssuer),
        (Some("mine"), Some(""), LoginError::OtherIssuer),
        (Some("mine"), None, LoginError::OtherIssuer),
    ] {
        let (sent, pending) = story.begin(&Ask::new()).await;
        let state = if state == Some("mine") { Some(sent["state"].as_str()) } else { state };
        let params = [Some(("code", "a-code")), state.map(|state| ("state", state)), iss.map(|iss| ("iss", iss))];
        let params: Vec<_> = params.into_iter().flatten().collect();
        assert_eq!(story.finish(pending, &params).await.err(), Some(why), "{params:?}");
    }
    let (_, pending) = story.begin(&Ask::new()).await;
    assert!(matches!(story.finish(pending, &[("code", "a-code")]).await, Err(LoginError::BadAnswer(_))));
    // Law: the code went to nobody.
    assert!(story.rogue.seen("/token").is_empty());
}

#[tokio::test]
async fn another_logins_state_finishes_nothing() {
    let story = Story::new();
    let (mine, my_pending) = story.begin(&Ask::new()).await;
    let (theirs, _) = story.begin(&Ask::new()).await;
    assert_ne!(mine["state"], theirs["state"]);
    let outcome = story.finish(my_pending, &[("code", "their-code"), ("state", &theirs["state"]), ("iss", &story.rogue.issuer)]).await;
    // Law: nobody is logged in as the sender of a link.
    assert_eq!(outcome.err(), Some(LoginError::State));
}

#[tokio::test]
async fn an_error_with_a_false_iss_is_not_believed_and_a_true_one_is_told() {
    let story = Story::new();
    for (iss, believed) in [(story.rogue.issuer.clone(), true), ("https://evil.example".to_owned(), false)] {
        let (sent, pending) = story.begin(&Ask::new()).await;
        let params = [("error", "access_denied"), ("error_description", "No"), ("state", &sent["state"]), ("iss", &iss)];
        match story.finish(pending, &params).await {
            Err(LoginError::Said(said)) if believed => assert_eq!((said.error(), said.description()), ("access_denied", Some("No"))),
            Err(LoginError::OtherIssuer) if !believed => {}
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_provider_that_does_not_announce_iss_may_leave_it_out_but_not_name_another() {
    let story = Story::new();
    story.rogue.says(&json!({"authorization_response_iss_parameter_supported": null}));
    let (sent, pending) = story.begin(&Ask::new()).await;
    let id_token = story.rogue.key.jwt(&story.claims(&sent["nonce"], &json!({})));
    story.rogue.next("/token", Reply::json(200, &Story::tokens(&id_token, &json!({}))));
    assert!(story.finish(pending, &[("code", "a-code"), ("state", &sent["state"])]).await.is_ok());

    let (sent, pending) = story.begin(&Ask::new()).await;
    let outcome = story.finish(pending, &[("code", "c"), ("state", &sent["state"]), ("iss", "https://evil.example")]).await;
    assert_eq!(outcome.err(), Some(LoginError::OtherIssuer));
}

#[tokio::test]
async fn a_login_that_took_too_long_is_over() {
    let story = Story::new();
    let (sent, pending) = story.begin(&Ask::new()).await;
    story.clock.advance(3600);
    let outcome = story.finish(pending, &[("code", "a-code"), ("state", &sent["state"]), ("iss", &story.rogue.issuer)]).await;
    assert_eq!(outcome.err(), Some(LoginError::TooLate));
}

#[tokio::test]
async fn an_older_or_weaker_login_than_was_asked_for_is_refused() {
    let story = Story::new();
    let now = support::START;
    for (ask, changes, why) in [
        (Ask::new().max_age(60), json!({"auth_time": now - 91}), TokenError::AuthTime),
        (Ask::new().max_age(60), json!({"auth_time": null}), TokenError::AuthTime),
        (Ask::new().max_age(0), json!({"auth_time": now - 31}), TokenError::AuthTime),
        (Ask::new().acr(["urn:two"]), json!({"acr": "urn:one"}), TokenError::Acr),
        (Ask::new().acr(["urn:two"]), json!({"acr": null}), TokenError::Acr),
    ] {
        let outcome = story.with_id_token(&ask, |nonce| story.rogue.key.jwt(&story.claims(nonce, &changes))).await;
        assert_eq!(token_error(outcome), why, "{changes}");
    }
    let ask = Ask::new().max_age(60).acr(["urn:two", "urn:one"]);
    let changes = json!({"acr": "urn:one", "auth_time": now - 60});
    assert!(story.with_id_token(&ask, |nonce| story.rogue.key.jwt(&story.claims(nonce, &changes))).await.is_ok());
}

#[tokio::test]
async fn a_token_answer_that_is_none_logs_nobody_in() {
    let story = Story::new();
    let huge = Reply::text(200, "application/json", &format!("{{\"access_token\": \"{}\"}}", "a".repeat(300_000)));
    let endless = Reply { headers: vec![("Transfer-Encoding".to_owned(), "chunked".to_owned())], ..chunks(300_000) };
    for (reply, what) in [
        (Reply::json(200, &Story::tokens("x", &json!({"id_token": null}))), "no ID token"),
        (Reply::json(200, &Story::tokens("x", &json!({"access_token": null}))), "no access token"),
        (Reply::json(200, &Story::tokens("x", &json!({"access_token": ["a"]}))), "a list"),
        (Reply::json(200, &json!([])), "a list of nothing"),
        (Reply::text(200, "text/html", "<html>"), "a page"),
        (Reply::text(200, "application/json", "{\"access_token\": \"a\""), "half an answer"),
        (Reply::text(200, "application/json", &"[".repeat(100_000)), "depth"),
        (Reply::text(500, "text/plain", "oops"), "an error of the server"),
        (Reply::json(400, &json!({"error": "invalid_grant"})), "a refusal"),
        (Reply::redirect(&format!("{}/token", story.rogue.issuer)), "a redirect"),
        (Reply::json(200, &json!({})).with("Content-Encoding", "gzip"), "compressed"),
        (huge, "too much"),
        (endless, "too much, in pieces"),
    ] {
        let (sent, pending) = story.begin(&Ask::new()).await;
        story.rogue.next("/token", reply);
        let outcome = story.finish(pending, &[("code", "a-code"), ("state", &sent["state"]), ("iss", &story.rogue.issuer)]).await;
        // Law: an answer is whole and right, or nothing.
        assert!(outcome.is_err(), "{what}");
    }
    // Law: the code is sent once, and to where it belongs.
    assert_eq!(story.rogue.seen("/token").len(), 13);
}

#[tokio::test]
async fn a_token_that_is_no_bearer_token_is_not_used() {
    let story = Story::new();
    let (sent, pending) = story.begin(&Ask::new()).await;
    let id_token = story.rogue.key.jwt(&story.claims(&sent["nonce"], &json!({})));
    story.rogue.next("/token", Reply::json(200, &Story::tokens(&id_token, &json!({"token_type": "DPoP"}))));
    let outcome = story.finish(pending, &[("code", "c"), ("state", &sent["state"]), ("iss", &story.rogue.issuer)]).await;
    assert!(matches!(outcome, Err(LoginError::BadTokens(_))));
}

#[tokio::test]
async fn userinfo_about_somebody_else_is_refused_and_so_is_what_is_no_userinfo() {
    let story = Story::new();
    let tokens = story.log_in().await.tokens;
    story.rogue.next("/userinfo", Reply::json(200, &json!({"sub": "mallory", "name": "Ada"})));
    assert_eq!(story.login.userinfo(&tokens, "ada").await.err(), Some(LoginError::OtherPerson));
    let jwt = |key: &Key, changes: &Value| Reply::text(200, "application/jwt", &key.jwt(&story.claims("", changes)));
    for reply in [
        Reply::json(200, &json!({"name": "Ada"})),
        Reply::json(200, &json!({"sub": ["ada"]})),
        Reply::text(200, "application/json", r#"{"sub": "mallory", "sub": "ada"}"#),
        Reply::text(200, "text/html", r#"{"sub": "ada"}"#),
        Reply::json(401, &json!({"sub": "ada"})),
        Reply::json(500, &json!({"sub": "ada"})),
        Reply::redirect("https://evil.example/userinfo"),
        Reply::text(200, "application/json", &format!(r#"{{"sub": "ada", "name": "{}"}}"#, "a".repeat(300_000))),
        jwt(&Key::new("key-1"), &json!({})),
        jwt(&story.rogue.key, &json!({"aud": "another-app"})),
        jwt(&story.rogue.key, &json!({"iss": "https://evil.example"})),
        jwt(&story.rogue.key, &json!({"sub": "mallory"})),
    ] {
        story.rogue.next("/userinfo", reply.clone());
        assert!(story.login.userinfo(&tokens, "ada").await.is_err(), "{reply:?}");
    }
    story.rogue.next("/userinfo", jwt(&story.rogue.key, &json!({})));
    assert!(story.login.userinfo(&tokens, "ada").await.is_ok());
    story.rogue.next("/userinfo", Reply::json(200, &json!({"sub": "ada", "name": "Countess"})));
    let told = story.login.userinfo(&tokens, "ada").await.expect("userinfo");
    assert_eq!(told.name(), Some("Countess"));
    assert_eq!(story.rogue.seen("/userinfo")[0].headers["authorization"], format!("Bearer {ACCESS}"));
}

#[tokio::test]
async fn a_renewal_about_somebody_else_is_refused() {
    let story = Story::new();
    let tokens = story.log_in().await.tokens;
    for changes in [json!({"sub": "mallory"}), json!({"aud": "another-app"}), json!({"iss": "https://evil.example"}), json!({"exp": 1})] {
        let id_token = story.rogue.key.jwt(&story.claims("", &changes));
        story.rogue.next("/token", Reply::json(200, &Story::tokens(&id_token, &json!({"access_token": ACCESS}))));
        assert!(matches!(story.login.refresh(&tokens, "ada").await, Err(LoginError::IdToken(_))), "{changes}");
    }
    story.rogue.next("/token", Reply::json(400, &json!({"error": "invalid_grant"})));
    assert_eq!(story.login.refresh(&tokens, "ada").await.err(), Some(LoginError::Ended));
    story.rogue.next("/token", Reply::json(503, &json!({"error": "temporarily_unavailable"})));
    // Law: a provider that is busy ends nobody's login.
    assert!(matches!(story.login.refresh(&tokens, "ada").await, Err(LoginError::Said(_))));
}

#[test]
fn nothing_secret_shows_itself() {
    let answer = Answer::from_query("code=hush&state=hush").expect("an answer");
    assert!(!format!("{answer:?}").contains("hush"));
}

fn chunks(bytes: usize) -> Reply {
    let body = format!("{bytes:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(bytes));
    Reply::text(200, "application/json", &body)
}
