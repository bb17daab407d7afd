//! Step-up authentication: RFC 9470, and what a login says of itself: OpenID Connect Core §2, §3.1.2.1, §3.1.2.6.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{API, PASSWORD, START, World, claims, photos};
use serde_json::{Value, json};

const PASSWORD_ACR: &str = "urn:doorward:acr:password";

async fn world(metadata: Value) -> World {
    let service = json!({"resource": API, "grant_types": ["client_credentials"], "redirect_uris": null});
    World::new().app("shop", metadata).app("photos", service).api(photos()).user("ada").user("bob").start().await
}

/// What the photo service would do with a token: the members of a challenge (RFC 9470 §3), if it isn't content.
async fn challenge(world: &World, token: &str, max_age: i64) -> Option<Vec<(&'static str, String)>> {
    let told = world.app("photos").introspect(token).await.json();
    let fresh = told["auth_time"].as_i64().is_some_and(|at| world.ctx.now().0 - at <= max_age);
    let enough = told["acr"] == PASSWORD_ACR;
    (!(fresh && enough)).then(|| vec![("acr_values", PASSWORD_ACR.to_owned()), ("max_age", max_age.to_string())])
}

#[rocket::async_test]
async fn rfc_9470_an_old_login_is_challenged_and_a_new_one_satisfies() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let req = shop.request().with("scope", "openid photos:read");
    let code = browser.allow(&req).await.code();
    let page = shop.redeem(&code).await;
    let (first, refresh) = (page.text("access_token"), page.text("refresh_token"));
    assert_eq!(challenge(&world, &first, 300).await, None);
    world.clock.advance(400);
    let asked = challenge(&world, &first, 300).await.expect("too old");
    // §5: a refreshed token is as old as its login.
    let renewed = shop.refresh(&refresh).await.text("access_token");
    let told = claims(&renewed);
    assert_eq!((told["auth_time"].as_i64(), told["iat"].as_i64(), &told["acr"]), (Some(START), Some(START + 400), &json!(PASSWORD_ACR)));
    assert!(challenge(&world, &renewed, 300).await.is_some());
    // So is one of another silent round.
    let code = browser.open(&req).await.landing().code();
    assert!(challenge(&world, &shop.redeem(&code).await.text("access_token"), 300).await.is_some());
    // §4: the challenge's own words at the authorization endpoint.
    let stepped = asked.iter().fold(req.clone(), |req, (name, value)| req.with(name, value));
    assert_eq!(browser.open(&stepped.clone().with("prompt", "none")).await.landing().error(), "login_required");
    let page = browser.open(&stepped).await;
    assert!(page.has_form("/login"), "{}", page.title());
    let code = browser.log_in_at(&page, "ada", PASSWORD).await.landing().code();
    let page = shop.redeem(&code).await;
    for token in [page.text("access_token"), page.text("id_token")] {
        assert_eq!((claims(&token)["auth_time"].as_i64(), &claims(&token)["acr"]), (Some(START + 400), &json!(PASSWORD_ACR)));
    }
    // Law: the new token satisfies, and the old one never does again.
    assert_eq!(challenge(&world, &page.text("access_token"), 300).await, None);
    assert!(challenge(&world, &renewed, 300).await.is_some());
}

#[rocket::async_test]
async fn rfc_9470_6_opaque_tokens_tell_both_and_a_machines_tells_neither() {
    let world = world(json!({"require_consent": false, "access_token_format": "opaque"})).await;
    let shop = world.app("shop");
    let code = world.browser().allow(&shop.request()).await.code();
    let told = shop.introspect(&shop.redeem(&code).await.text("access_token")).await.json();
    assert_eq!((&told["acr"], &told["auth_time"]), (&json!(PASSWORD_ACR), &json!(START)));
    let photos = world.app("photos");
    let machine = photos.machine(&[("resource", API)]).await.text("access_token");
    let told = photos.introspect(&machine).await.json();
    assert_eq!((told["active"].as_bool(), told.get("acr"), told.get("auth_time")), (Some(true), None, None));
    // Law: nor in its JWT.
    assert_eq!((claims(&machine).get("acr"), claims(&machine).get("auth_time")), (None, None));
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_acr_values_are_a_wish_and_the_truth_is_told() {
    let world = world(json!({"require_consent": false, "default_acr_values": ["phr"]})).await;
    let shop = world.app("shop");
    for wish in ["", "phr", PASSWORD_ACR, "urn:mace:incommon:iap:silver 0 1 2", "\u{e9} \"", &"x ".repeat(2000)] {
        let code = world.browser().allow(&shop.request().with("acr_values", wish)).await.code();
        let told = claims(&shop.redeem(&code).await.text("id_token"));
        // Law: whatever was wished.
        assert_eq!((&told["acr"], &told["amr"]), (&json!(PASSWORD_ACR), &json!(["pwd"])), "{wish:.20}");
    }
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_what_a_request_may_say_without_effect() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for (name, value) in [
        ("display", "page"),
        ("display", "popup"),
        ("display", "touch"),
        ("display", "wap"),
        ("display", "hologram"),
        ("ui_locales", "xx yy"),
        ("claims_locales", "xx"),
        ("login_hint", "bob"),
        ("acr_values", "phr"),
        ("max_age", "10000"),
        ("unheard_of", "1"),
    ] {
        let landing = browser.open(&shop.request().with(name, value).with("prompt", "none")).await.landing();
        assert!(landing.get("code").is_some(), "{name}={value}: {:?}", landing.params);
    }
    for (name, value, error) in [
        ("prompt", "create", "invalid_request"),
        ("prompt", "none login", "invalid_request"),
        ("max_age", "-1", "invalid_request"),
        ("max_age", "1.5", "invalid_request"),
        ("max_age", "99999999999999999999", "invalid_request"),
        ("id_token_hint", "x", "invalid_request"),
    ] {
        assert_eq!(browser.open(&shop.request().with(name, value)).await.landing().error(), error, "{name}={value}");
    }
    // A hint fills the form, and no more.
    let page = world.browser().open(&shop.request().with("login_hint", "bob")).await;
    assert_eq!(page.form("/login").value("username"), Some("bob"));
    // Law: max_age=0 is prompt=login.
    assert!(browser.open(&shop.request().with("max_age", "0")).await.has_form("/login"));
    assert_eq!(browser.open(&shop.request().with("max_age", "0").with("prompt", "none")).await.landing().error(), "login_required");
}

#[rocket::async_test]
async fn oidc_core_3_1_2_6_prompt_none_says_what_is_missing() {
    let world = world(json!({})).await;
    let shop = world.app("shop");
    let silent = shop.request().with("prompt", "none");
    assert_eq!(world.browser().open(&silent).await.landing().error(), "login_required");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    assert_eq!(browser.open(&silent).await.landing().error(), "consent_required");
    let code = browser.allow(&shop.request()).await.code();
    let hint = shop.redeem(&code).await.text("id_token");
    let mut bobs = world.browser();
    bobs.log_in("bob").await;
    assert_eq!(bobs.open(&silent.clone().with("id_token_hint", &hint)).await.landing().error(), "login_required");
    // §3.1.2.1: the age of a hint doesn't matter.
    world.clock.advance(7 * 3600);
    assert!(browser.open(&silent.clone().with("id_token_hint", &hint)).await.landing().get("code").is_some());
    // Law: a page is never shown, and the state always comes back.
    let landing = browser.open(&silent.with("max_age", "60")).await.landing();
    assert_eq!(
        (landing.error(), landing.get("state"), landing.get("iss")),
        ("login_required", Some("a state"), Some("http://127.0.0.1:8000"))
    );
}
