//! The ends of a session: by the person, by the provider, and by nobody else.
#![cfg(feature = "web")]
#![allow(clippy::expect_used)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use doorward_client::error::Check;
use doorward_client::login::LogoutToken;
use doorward_client::web::{MemorySessions, Session, Sessions, StoreError, Web};
use doorward_client::{Alg, Rules, Typ};
use serde_json::{Value, json};
use support::app::{App, Page};
use support::story::{CLIENT, Story};
use support::{Key, Reply, merge, part};

const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

async fn both() -> [App; 2] {
    [App::start(|web| web).await, App::start(Web::sessions_in_cookies).await]
}

/// The claims of a good logout token, changed.
fn claims(app: &App, changes: &Value) -> Value {
    let now = support::START;
    let mut claims = json!({
        "iss": app.story.rogue.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": "token-1", "events": {EVENT: {}},
        "sub": "ada", "sid": "session-1",
    });
    merge(&mut claims, changes);
    claims
}

fn token(app: &App, changes: &Value) -> String {
    let mut header = app.story.rogue.key.header();
    header["typ"] = json!("logout+jwt");
    app.story.rogue.key.jws(&header, &claims(app, changes))
}

async fn told(app: &App, token: &str) -> Page {
    app.post("/backchannel-logout", &[], &format!("logout_token={token}")).await
}

#[rocket::async_test]
async fn who_logs_out_is_out_here_and_sent_to_the_provider_with_all_that_it_needs() {
    let story = Story::new();
    let login = story.login.clone().after_logout("http://localhost:8080/bye").expect("an address");
    let app = App::of(Story { login, ..story }, |web| web).await;
    app.log_in().await;
    let page = app.post("/logout", &[("Sec-Fetch-Site", "same-origin"), ("Origin", "http://localhost:8080")], "").await;
    let sent = page.sent();
    assert!(page.location.expect("a redirect").starts_with(&format!("{}/end?", app.story.rogue.issuer)));
    assert_eq!((sent["client_id"].as_str(), sent["post_logout_redirect_uri"].as_str()), (CLIENT, "http://localhost:8080/bye"));
    let rules = Rules::new(&[Alg::Es256], Typ::Any);
    let hint = app.story.login.provider().verify(&sent["id_token_hint"], &rules).await.expect("the ID token of this login");
    assert_eq!(hint.claims()["sub"], "ada");
    assert!(sent.contains_key("state") && !app.is_somebody().await && app.cookies("session").is_empty());
    // Law: no token but the hint goes through the browser.
    assert!(!sent.values().any(|value| value.contains("an-access-token") || value.contains("a-refresh-token")));
}

#[rocket::async_test]
async fn who_logs_out_is_out_whatever_the_provider_offers_or_does() {
    for (metadata, later) in [(None, 0), (Some(Reply::text(500, "text/plain", "away")), 12 * 3600 - 1)] {
        let app = App::start(|web| web).await;
        app.story.rogue.says(&json!({"end_session_endpoint": null}));
        app.log_in_as(&json!({}), &json!({"expires_in": null})).await;
        if let Some(reply) = metadata {
            app.story.rogue.always("/.well-known/openid-configuration", reply);
        }
        app.story.clock.advance(later);
        let page = app.post("/logout", &[], "").await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/")));
        // Law: the app's own session never depends on somebody else.
        assert!(!app.is_somebody().await && app.cookies("session").is_empty());
    }
    let app = App::start(|web| web).await;
    let page = app.post("/logout", &[], "").await;
    assert_eq!((page.status, page.location.as_deref()), (303, Some("/")), "who isn't logged in goes home");
}

#[rocket::async_test]
async fn nobody_is_logged_out_by_a_link_or_another_sites_form() {
    for app in both().await {
        app.log_in().await;
        for headers in [
            vec![("Sec-Fetch-Site", "cross-site")],
            vec![("Sec-Fetch-Site", "same-site")],
            vec![("Sec-Fetch-Site", "none")],
            vec![("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")],
            vec![("Origin", "https://evil.example")],
            vec![("Origin", "http://localhost:8081")],
            vec![("Origin", "http://127.0.0.1:8080")],
            vec![("Origin", "http://localhost:8080.evil.example")],
            vec![("Origin", "null")],
            vec![("Origin", "")],
        ] {
            let page = app.post("/logout", &headers, "").await;
            page.names(Check::FormOrigin);
            assert_eq!(page.status, 403, "{headers:?}");
        }
        assert_eq!(app.get("/logout").await.status, 404);
        // Law: a session ends by the wish of its person.
        assert!(app.is_somebody().await);
    }
}

#[rocket::async_test]
async fn the_provider_ends_the_session_or_all_of_the_person_that_it_names() {
    for (named, ends) in [
        (json!({}), true),
        (json!({"sub": null}), true),
        (json!({"sid": null}), true),
        (json!({"sid": "session-2"}), false),
        (json!({"sub": "grace"}), false),
        (json!({"sub": null, "sid": "session-2"}), false),
        (json!({"sub": "grace", "sid": null}), false),
    ] {
        for app in both().await {
            app.log_in().await;
            let page = told(&app, &token(&app, &named)).await;
            assert_eq!((page.status, page.body.as_str(), page.headers["cache-control"].as_str()), (200, "", "no-store"));
            // Law: exactly what was named is over.
            assert_eq!(app.is_somebody().await, !ends, "{named}");
            app.story.clock.advance(1);
            app.log_in().await;
            assert!(app.is_somebody().await, "a later login is another session");
        }
    }
}

#[rocket::async_test]
async fn a_logout_token_that_isnt_all_right_ends_nothing_and_names_the_check() {
    for app in both().await {
        app.log_in().await;
        let now = support::START;
        let key = &app.story.rogue.key;
        let mallory = Key::new("key-1");
        let header = |more: Value| {
            let mut header = json!({"alg": "ES256", "kid": "key-1", "typ": "logout+jwt"});
            merge(&mut header, &more);
            header
        };
        let good = claims(&app, &json!({}));
        let signed = |changes: Value| key.jws(&header(json!({})), &claims(&app, &changes));
        for (token, check) in [
            (key.jws(&header(json!({"typ": "at+jwt"})), &good), Check::TokenType),
            (key.jws(&header(json!({"typ": "dpop+jwt"})), &good), Check::TokenType),
            (key.jws(&header(json!({"alg": "RS256"})), &good), Check::TokenAlg),
            (key.hmac(&good), Check::TokenAlg),
            (format!("{}.{}.", part(&header(json!({"alg": "none"}))), part(&good)), Check::TokenAlg),
            (mallory.jws(&header(json!({})), &good), Check::TokenSignature),
            (mallory.jws(&header(json!({"kid": "key-9"})), &good), Check::TokenKey),
            (signed(json!({"iss": "https://evil.example"})), Check::TokenIssuer),
            (signed(json!({"iss": null})), Check::TokenIssuer),
            (signed(json!({"aud": "another-app"})), Check::TokenAudience),
            (signed(json!({"aud": null})), Check::TokenAudience),
            (signed(json!({"exp": now - 31})), Check::TokenExpired),
            (signed(json!({"exp": null})), Check::TokenClaim),
            (signed(json!({"iat": null})), Check::TokenClaim),
            (signed(json!({"iat": now + 31})), Check::TokenEarly),
            (signed(json!({"nonce": "n"})), Check::TokenNonce),
            (signed(json!({"nonce": ""})), Check::TokenNonce),
            (signed(json!({"events": null})), Check::TokenClaim),
            (signed(json!({"events": {}})), Check::TokenClaim),
            (signed(json!({"events": [EVENT]})), Check::TokenClaim),
            (signed(json!({"events": EVENT})), Check::TokenClaim),
            (signed(json!({"events": {EVENT: true}})), Check::TokenClaim),
            (signed(json!({"events": {"http://schemas.openid.net/event/other": {}}})), Check::TokenClaim),
            (signed(json!({"jti": null})), Check::TokenClaim),
            (signed(json!({"jti": ""})), Check::TokenClaim),
            (signed(json!({"jti": 7})), Check::TokenClaim),
            (signed(json!({"jti": "j".repeat(513)})), Check::TokenClaim),
            (signed(json!({"sub": null, "sid": null})), Check::TokenClaim),
            (signed(json!({"sub": 7})), Check::TokenClaim),
            (signed(json!({"sid": ["session-1"]})), Check::TokenClaim),
            (key.jwt(&app.story.claims("n", &json!({}))), Check::TokenClaim),
            ("garbage".to_owned(), Check::TokenForm),
        ] {
            let page = told(&app, &token).await;
            assert_eq!((page.status, page.headers["cache-control"].as_str()), (400, "no-store"), "{check:?}");
            assert_eq!(serde_json::from_str::<Value>(&page.body).expect("JSON")["error_description"], check.code(), "{token}");
            // Law: who isn't the provider ends nobody's session.
            assert!(app.is_somebody().await, "{check:?}");
        }
        // None of them used the good one up.
        assert_eq!(told(&app, &signed(json!({}))).await.status, 200);
        assert!(!app.is_somebody().await);
    }
}

#[rocket::async_test]
async fn a_logout_token_works_once() {
    for app in both().await {
        let token = token(&app, &json!({}));
        assert_eq!(told(&app, &token).await.status, 200);
        app.story.clock.advance(1);
        app.log_in().await;
        let page = told(&app, &token).await;
        assert_eq!(page.status, 400);
        assert!(page.body.contains(Check::TokenReplayed.code()));
        // Law: who recorded a logout can't repeat it.
        assert!(app.is_somebody().await);
    }
}

#[rocket::async_test]
async fn what_is_no_form_with_one_logout_token_is_not_looked_at() {
    let app = App::start(|web| web).await;
    app.log_in().await;
    let good = token(&app, &json!({}));
    for body in [
        String::new(),
        "logout_token=".to_owned(),
        format!("token={good}"),
        format!("logout_token={good}&logout_token={good}"),
        format!("logout_token={good}&padding={}", "a".repeat(70_000)),
        "logout_token=%zz".to_owned(),
    ] {
        assert_eq!(app.post("/backchannel-logout", &[], &body).await.status, 400);
    }
    let json = app.browser.post("/backchannel-logout").header(rocket::http::ContentType::JSON);
    let page = Page::of(json.body(format!("logout_token={good}")).dispatch().await).await;
    assert_eq!(page.status, 400);
    assert_eq!(app.get(&format!("/backchannel-logout?logout_token={good}")).await.status, 404);
    assert!(app.is_somebody().await);
}

#[rocket::async_test]
async fn while_the_providers_keys_are_away_it_is_asked_to_come_again() {
    let app = App::start(|web| web).await;
    app.story.rogue.always("/jwks", Reply::text(503, "text/plain", "busy"));
    let token = token(&app, &json!({}));
    assert_eq!(told(&app, &token).await.status, 503);
    app.story.rogue.serves_keys(&[&app.story.rogue.key.public()]);
    app.story.clock.advance(60);
    // Law: what could not be looked at was not refused.
    assert_eq!(told(&app, &token).await.status, 200);
}

/// A store that can't end sessions for a while.
struct Shaky(MemorySessions, AtomicBool);

#[rocket::async_trait]
impl Sessions for Shaky {
    async fn insert(&self, key: &str, session: &Session) -> Result<(), StoreError> {
        self.0.insert(key, session).await
    }
    async fn get(&self, key: &str) -> Result<Option<Session>, StoreError> {
        self.0.get(key).await
    }
    async fn update(&self, key: &str, session: &Session) -> Result<(), StoreError> {
        self.0.update(key, session).await
    }
    async fn remove(&self, key: &str) -> Result<(), StoreError> {
        self.0.remove(key).await
    }
    async fn end(&self, token: &LogoutToken) -> Result<(), StoreError> {
        if self.1.swap(false, Ordering::SeqCst) { Err(StoreError::new("no connection")) } else { self.0.end(token).await }
    }
}

#[rocket::async_test]
async fn a_logout_that_the_store_could_not_do_may_be_told_again() {
    let story = Story::new();
    let sessions = MemorySessions::with_clock(10, story.clock.clone());
    let app = App::of(story, |web| web.sessions(Arc::new(Shaky(sessions, AtomicBool::new(true))))).await;
    app.log_in().await;
    let token = token(&app, &json!({}));
    assert_eq!(told(&app, &token).await.status, 503);
    assert!(app.is_somebody().await);
    // Law: a logout is not lost to a hiccup.
    assert_eq!(told(&app, &token).await.status, 200);
    assert!(!app.is_somebody().await);
    assert_eq!(told(&app, &token).await.status, 400);
}
