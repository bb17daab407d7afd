//! The fairing from login to logout, with sessions on the server and in cookies.
#![cfg(feature = "web")]
#![allow(clippy::expect_used)]

mod support;

use serde_json::json;
use support::Reply;
use support::app::App;
use support::story::Story;

async fn both() -> [App; 2] {
    [App::start(|web| web).await, App::start(doorward_client::web::Web::sessions_in_cookies).await]
}

#[rocket::async_test]
async fn somebody_logs_in_comes_back_to_where_they_were_and_logs_out() {
    for app in both().await {
        assert_eq!(app.get("/").await.body, "nobody");
        let page = app.get("/me?tab=2").await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/login?return_to=%2Fme%3Ftab%3D2")));

        let sent = app.begin("/login?return_to=%2Fme%3Ftab%3D2").await;
        assert_eq!((sent["response_type"].as_str(), sent["code_challenge_method"].as_str()), ("code", "S256"));
        assert_eq!((sent["scope"].as_str(), sent["redirect_uri"].as_str()), ("openid profile", support::story::CALLBACK));
        app.answers(&sent["nonce"], &json!({}), &json!({}));
        let page = app.get(&app.callback(&sent["state"])).await;
        assert_eq!((page.status, page.location.as_deref()), (303, Some("/me?tab=2")));
        assert_eq!(page.headers["cache-control"], "no-store");
        assert_eq!(app.get("/me").await.body, "ada an-access-token");
        assert_eq!(app.get("/").await.body, "Ada Lovelace");

        let token = &app.story.rogue.seen("/token")[0];
        assert!(token.headers["authorization"].starts_with("Basic ") && token.form["code_verifier"].len() >= 43);

        let page = app.post("/logout", &[("Sec-Fetch-Site", "same-origin")], "").await;
        let sent = page.sent();
        assert_eq!((page.status, sent["client_id"].as_str()), (303, "shop"));
        assert!(sent.contains_key("id_token_hint"));
        assert_eq!(app.get("/").await.body, "nobody");
        assert!(app.cookies("session").is_empty());
    }
}

#[rocket::async_test]
async fn a_visitor_gets_the_apps_own_page_where_there_is_one_and_a_script_the_bare_status() {
    let app = App::start(|web| web).await;
    assert_eq!(app.get("/shared").await.body, "anybody");
    let page = app.get_with("/me", &[("Sec-Fetch-Mode", "cors")]).await;
    assert_eq!((page.status, page.location), (401, None));
    app.log_in().await;
    assert_eq!(app.get("/shared").await.body, "somebody");
}

#[rocket::async_test]
async fn fifty_requests_with_an_ended_token_renew_it_once() {
    for app in both().await {
        app.log_in().await;
        app.story.clock.advance(600);
        let renewed = json!({"access_token": "renewed", "token_type": "Bearer", "expires_in": 600, "refresh_token": "second"});
        app.story.rogue.next("/token", Reply::json(200, &renewed).slow(50));
        let all = rocket::futures::future::join_all((0..50).map(|_| app.get("/me"))).await;
        assert!(all.iter().all(|page| page.body == "ada renewed"), "{:?}", all.iter().find(|page| page.body != "ada renewed"));
        assert_eq!(app.get("/me").await.body, "ada renewed");
        // Law: a refresh token is used once.
        let asked = app.story.rogue.seen("/token");
        assert_eq!(asked.iter().filter(|seen| seen.form["grant_type"] == "refresh_token").count(), 1);
        assert_eq!(asked[1].form["refresh_token"], "a-refresh-token");

        app.story.clock.advance(600);
        let again = json!({"access_token": "third", "token_type": "Bearer", "expires_in": 600});
        app.story.rogue.next("/token", Reply::json(200, &again));
        assert_eq!(app.get("/me").await.body, "ada third");
        assert_eq!(app.story.rogue.seen("/token")[2].form["refresh_token"], "second");
    }
}

#[rocket::async_test]
async fn renewed_access_reaches_the_browser_even_when_the_page_fails() {
    let app = App::start(doorward_client::web::Web::sessions_in_cookies).await;
    app.log_in().await;
    let before = app.cookies("session");
    app.story.clock.advance(600);
    let renewed = json!({"access_token": "renewed", "token_type": "Bearer", "expires_in": 600, "refresh_token": "second"});
    app.story.rogue.next("/token", Reply::json(200, &renewed));
    assert_eq!(app.get("/fails").await.status, 418);
    // Law: an error page loses no token.
    assert_ne!(app.cookies("session"), before);
    assert_eq!(app.get("/me").await.body, "ada renewed");
}

#[rocket::async_test]
async fn while_the_provider_is_away_nobody_is_logged_out_and_when_it_says_so_everybody_is() {
    for app in both().await {
        app.log_in().await;
        app.story.clock.advance(600);
        app.story.rogue.next("/token", Reply::text(503, "text/plain", "busy"));
        assert_eq!(app.get("/me").await.body, "ada an-access-token");
        assert_eq!(app.get("/me").await.body, "ada an-access-token", "the provider is left in peace for a moment");
        assert_eq!(app.story.rogue.seen("/token").len(), 2);

        app.story.clock.advance(6);
        app.story.rogue.next("/token", Reply::json(400, &json!({"error": "invalid_grant"})));
        assert_eq!(app.get("/").await.body, "nobody");
        assert!(app.cookies("session").is_empty());
        assert_eq!(app.get("/me").await.status, 303);
    }
}

#[rocket::async_test]
async fn a_session_ends_in_time_whatever_happens() {
    for app in both().await {
        app.log_in_as(&json!({}), &json!({"expires_in": 86_400})).await;
        app.story.clock.advance(12 * 3600 - 1);
        assert_eq!(app.get("/").await.body, "Ada Lovelace");
        app.story.clock.advance(1);
        assert_eq!(app.get("/").await.body, "nobody");
    }
}

#[rocket::async_test]
async fn userinfo_tells_what_the_id_token_leaves_out() {
    let app = App::start(|web| web).await;
    app.story.rogue.always("/userinfo", Reply::json(200, &json!({"sub": "ada", "name": "Countess", "nonce": "x"})));
    app.log_in_as(&json!({"name": null}), &json!({})).await;
    assert_eq!(app.get("/").await.body, "Countess");

    let app = App::start(|web| web).await;
    app.story.rogue.always("/userinfo", Reply::text(500, "text/plain", "no"));
    app.log_in_as(&json!({"name": null, "preferred_username": "ada"}), &json!({})).await;
    assert_eq!(app.get("/").await.body, "ada", "an app that can't greet by name still works");
}

#[rocket::async_test]
async fn an_app_with_access_to_another_api_learns_the_name_by_a_token_for_the_provider() {
    let story = Story::new();
    let login = story.login.clone().resource("https://photos.example/");
    let app = App::of(Story { login, ..story }, |web| web).await;
    app.story.rogue.always("/userinfo", Reply::json(200, &json!({"sub": "ada", "name": "Countess"})));
    let sent = app.begin("/login").await;
    assert_eq!(sent["resource"], "https://photos.example/");
    app.answers(&sent["nonce"], &json!({"name": null}), &json!({}));
    let own = json!({"access_token": "for-userinfo", "token_type": "Bearer", "expires_in": 600, "refresh_token": "second"});
    app.story.rogue.next("/token", Reply::json(200, &own));
    assert_eq!(app.get(&app.callback(&sent["state"])).await.status, 303);
    assert_eq!(app.get("/").await.body, "Countess");
    assert_eq!(app.story.rogue.seen("/userinfo")[0].headers["authorization"], "Bearer for-userinfo");
    assert_eq!(app.story.rogue.seen("/token")[1].form["resource"], app.story.rogue.issuer);
    // Access to the API stays, and is renewed by the refresh token that is good now.
    assert_eq!(app.get("/me").await.body, "ada an-access-token");
    app.story.clock.advance(600);
    app.story.rogue.next("/token", Reply::json(200, &json!({"access_token": "third", "token_type": "Bearer", "expires_in": 600})));
    assert_eq!(app.get("/me").await.body, "ada third");
    let renewal = &app.story.rogue.seen("/token")[2].form;
    // Law: no refresh token twice, and no token for one at another.
    assert_eq!((renewal["refresh_token"].as_str(), renewal["resource"].as_str()), ("second", "https://photos.example/"));
}

#[rocket::async_test]
async fn two_tabs_may_log_in_at_the_same_time() {
    let app = App::start(|web| web).await;
    let first = app.begin("/login?return_to=/one").await;
    let second = app.begin("/login?return_to=/two").await;
    for (sent, place) in [(second, "/two"), (first, "/one")] {
        app.answers(&sent["nonce"], &json!({}), &json!({}));
        assert_eq!(app.get(&app.callback(&sent["state"])).await.location.as_deref(), Some(place));
    }
    assert!(app.cookies("login").is_empty(), "what is finished is taken away");
}

#[rocket::async_test]
async fn a_large_session_takes_several_cookies_and_a_small_one_takes_the_rest_away() {
    let app = App::start(doorward_client::web::Web::sessions_in_cookies).await;
    app.log_in_as(&json!({"about": "a".repeat(2000)}), &json!({"access_token": "b".repeat(2000), "refresh_token": null})).await;
    // The hash of another access token is left out for this one.
    let page = app.log_in_as(&json!({"about": "a".repeat(1500), "at_hash": null}), &json!({"access_token": "b".repeat(2500)})).await;
    assert_eq!(page.status, 303, "{}", page.body);
    let many = app.cookies("session").len();
    assert!(many > 1, "{many}");
    assert!(app.get("/me").await.body.starts_with("ada bbb"));
    app.log_in().await;
    assert_eq!(app.cookies("session").len(), 1);
    assert_eq!(app.get("/me").await.body, "ada an-access-token");
}
