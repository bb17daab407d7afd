//! The print shop against answers that must not log anybody in.
#![allow(clippy::expect_used)]

#[allow(dead_code, reason = "each test has its part of it")]
mod common;
#[allow(dead_code, reason = "each test has its part of it")]
#[path = "common/shop.rs"]
mod shop;

use common::{KID, Provider};
use doorward_demo::{DemoConfig, print_shop};
use jsonwebtoken::get_current_timestamp;
use rocket::http::Status;
use rocket::local::blocking::Client;
use serde_json::json;
use shop::{COOKIE, World};

#[test]
fn a_login_asks_with_state_nonce_and_pkce_and_never_twice_the_same() {
    let world = World::new();
    let (first, second) = (world.start(), world.start());
    assert_eq!(first.get("response_type"), "code");
    assert_eq!(first.get("client_id"), "shop");
    assert_eq!(first.get("redirect_uri"), "http://127.0.0.1:8001/callback");
    assert_eq!(first.get("scope"), "openid profile email photos:read albums:read");
    assert_eq!(first.get("code_challenge_method"), "S256");
    for name in ["state", "nonce", "code_challenge"] {
        assert!(first.get(name).len() >= 43, "{name} has 256 bits");
        assert_ne!(first.get(name), second.get(name), "{name} is made anew for each login");
    }
}

#[test]
fn the_cookie_is_http_only_and_lax_and_changes_at_login() {
    let world = World::new();
    let response = world.shop.get("/login").dispatch();
    let cookie = response.headers().get_one("Set-Cookie").expect("a cookie").to_owned();
    for part in ["print_shop_session=", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let before = world.cookie();
    world.log_in("photos:read");
    assert_ne!(world.cookie(), before, "an id from before the login is worth nothing after it");
}

#[test]
fn an_answer_without_the_right_state_is_refused() {
    let world = World::new();
    let asked = world.start();
    let iss = world.provider.issuer.as_str();
    let state = asked.get("state");
    for parameters in [
        vec![("code", "c"), ("iss", iss)],
        vec![("code", "c"), ("iss", iss), ("state", "")],
        vec![("code", "c"), ("iss", iss), ("state", "another")],
        vec![("code", "c"), ("iss", iss), ("state", &state[1..])],
        vec![("code", "c"), ("iss", iss), ("state", state), ("state", "another")],
        vec![("code", "c"), ("code", "d"), ("iss", iss), ("state", state)],
        vec![("error", "x"), ("error_description", "Call 555"), ("iss", iss), ("state", "another")],
    ] {
        let (status, page) = world.back(&parameters);
        assert_eq!(status, Status::BadRequest, "{parameters:?}");
        assert!(!page.contains("Call 555"), "a stranger's words are not shown");
    }
    world.assert_nothing_happened();
}

#[test]
fn an_answer_in_another_browser_is_refused() {
    let world = World::new();
    let asked = world.start();
    let other = Client::tracked(print_shop(&DemoConfig::new(&world.provider.issuer, "shop", "secret")));
    let other = World { provider: Provider::new(), shop: other.expect("the shop starts"), photos: None };
    let (status, _) = other.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);
    assert_eq!(status, Status::BadRequest);
    let mut no_cookie = world.shop.get(format!("/callback?code=c&state={}&iss={}", asked.get("state"), world.provider.issuer));
    no_cookie = no_cookie.cookie((COOKIE, "planted"));
    assert_eq!(no_cookie.dispatch().status(), Status::BadRequest);
    world.assert_nothing_happened();
}

#[test]
fn an_answer_of_another_issuer_or_of_none_is_refused() {
    let world = World::new();
    let slash = format!("{}/", world.provider.issuer);
    for iss in [None, Some("http://evil.example"), Some(slash.as_str()), Some("")] {
        let asked = world.start();
        let mut parameters = vec![("code", "c"), ("state", asked.get("state"))];
        parameters.extend(iss.map(|iss| ("iss", iss)));
        assert_eq!(world.back(&parameters).0, Status::BadRequest, "{iss:?}");
    }
    world.assert_nothing_happened();
}

#[test]
fn an_error_is_told_in_friendly_words_and_escaped() {
    let world = World::new();
    let asked = world.start();
    let iss = world.provider.issuer.as_str();
    let (status, page) = world.back(&[("error", "access_denied"), ("state", asked.get("state")), ("iss", iss)]);
    assert_eq!(status, Status::Ok);
    assert!(page.contains("You did not share your photos"));

    let asked = world.start();
    let (status, page) = world.back(&[
        ("error", "invalid_scope"),
        ("error_description", "<script>alert(1)</script>"),
        ("state", asked.get("state")),
        ("iss", iss),
    ]);
    assert_eq!(status, Status::BadRequest);
    assert!(page.contains("invalid_scope") && page.contains("&lt;script&gt;") && !page.contains("<script>"));
    world.assert_nothing_happened();
}

#[test]
fn a_replayed_answer_is_refused() {
    let world = World::new();
    let asked = world.start();
    let id_token = world.now_id_token(asked.get("nonce"), &json!({}));
    world.provider.answers(200, world.tokens(&id_token, "photos:read"));
    let answer = [("code", "c"), ("state", asked.get("state")), ("iss", world.provider.issuer.as_str())];
    assert_eq!(world.back(&answer).0, Status::SeeOther);
    world.provider.answers(200, world.tokens(&id_token, "photos:read"));
    assert_eq!(world.back(&answer).0, Status::BadRequest);
    assert_eq!(world.provider.saw("/token").len(), 1, "an answer counts once");
}

#[test]
fn an_id_token_that_fails_a_check_logs_nobody_in() {
    let world = World::new();
    let now = get_current_timestamp();
    for changed in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "aud": "another" }),
        json!({ "aud": ["shop", "another"], "azp": "another" }),
        json!({ "iss": "http://evil.example" }),
        json!({ "exp": now - 60 }),
        json!({ "sub": null }),
    ] {
        let asked = world.start();
        let id_token = world.now_id_token(asked.get("nonce"), &changed);
        world.provider.answers(200, world.tokens(&id_token, "photos:read"));
        let (status, _) = world.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);
        assert_eq!(status, Status::BadGateway, "{changed}");
    }
    let forger = Provider::new();
    for (header, signer) in [
        (json!({ "alg": "ES256", "typ": "JWT", "kid": KID }), &forger),
        (json!({ "alg": "none", "typ": "JWT", "kid": KID }), &world.provider),
        (json!({ "alg": "ES256", "typ": "JWT", "kid": KID, "crit": ["b64"] }), &world.provider),
        (json!({ "alg": "ES256", "typ": "JWT" }), &world.provider),
        (json!({ "alg": "HS256", "typ": "JWT", "kid": KID }), &world.provider),
        (json!({ "alg": "ES256", "typ": "at+jwt", "kid": KID }), &world.provider),
    ] {
        let asked = world.start();
        let claims = json!({
            "iss": world.provider.issuer, "aud": "shop", "sub": "ada", "nonce": asked.get("nonce"), "exp": now + 600,
        });
        world.provider.answers(200, world.tokens(&signer.sign(&header, &claims), "photos:read"));
        let (status, _) = world.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);
        assert_eq!(status, Status::BadGateway, "{header}");
    }
    assert!(world.page("/").1.contains("How it works"), "nobody may be logged in");
}

#[test]
fn a_refused_code_is_told_with_the_servers_words() {
    let world = World::new();
    let asked = world.start();
    world.provider.answers(400, json!({ "error": "invalid_grant", "error_description": "The code was used before" }));
    let (status, page) = world.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);
    assert_eq!(status, Status::BadRequest);
    assert!(page.contains("invalid_grant: The code was used before"));
}
