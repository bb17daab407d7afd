//! The print shop from login to logout, and what it says when something is in the way.
#![allow(clippy::expect_used)]

#[allow(dead_code, reason = "each test has its part of it")]
mod common;
#[allow(dead_code, reason = "each test has its part of it")]
#[path = "common/shop.rs"]
mod shop;

use doorward_demo::{DemoConfig, print_shop};
use rocket::http::uri::Host;
use rocket::http::{ContentType, Header, Status};
use rocket::local::blocking::Client;
use rocket::uri;
use serde_json::json;
use shop::{COOKIE, World, query};

#[test]
fn the_story_ends_with_photos_and_without_the_albums_that_were_not_shared() {
    let world = World::with_photos();
    world.log_in("photos:read");
    let (authorization, body) = world.provider.saw("/token").remove(0);
    let sent = query(&format!("http://x/?{body}"));
    assert!(authorization.starts_with("Basic "));
    assert_eq!(sent["resource"], "http://127.0.0.1:8002/");
    assert!(sent["code_verifier"].len() >= 43);

    let (status, page) = world.page("/");
    assert_eq!(status, Status::Ok);
    assert!(page.contains("Hello, Ada") && page.contains("/photos/red-dunes"), "{page}");
    assert!(page.contains("You did not share your albums"));
    assert!(!page.contains("eyJ"), "no token leaves the shop");
    let photo = world.shop.get("/photos/red-dunes").dispatch();
    assert_eq!(photo.content_type(), Some(ContentType::SVG));
    assert!(photo.headers().get_one("Content-Security-Policy").is_some_and(|policy| policy.starts_with("default-src 'none'")));
    assert_eq!(world.page("/photos/no-such").0, Status::NotFound);
    assert_eq!(world.page("/photos/..%2Falbums").0, Status::NotFound);

    let chinese = world.shop.get("/").header(Header::new("Accept-Language", "zh-CN")).dispatch().into_string();
    assert!(chinese.expect("a page").contains("红色沙丘"));

    world.log_in("photos:read albums:read");
    assert!(world.page("/").1.contains("By the water"), "what is allowed later is shown later");
}

#[test]
fn what_the_photo_service_refuses_is_told_honestly() {
    let world = World::with_photos();
    world.log_in("albums:read");
    let (status, page) = world.page("/");
    assert_eq!(status, Status::Forbidden);
    assert!(page.contains("The photo service said no") && page.contains("insufficient_scope"), "{page}");
    assert_eq!(world.page("/photos/red-dunes").0, Status::Forbidden);
}

#[test]
fn a_name_that_the_id_token_lacks_is_asked_of_the_server_and_another_subs_is_ignored() {
    let world = World::with_photos();
    for (sub, greeting) in [("ada", "Hello, Countess"), ("mallory", "<h1>Hello</h1>")] {
        world.provider.knows(json!({ "sub": sub, "name": "Countess" }));
        let asked = world.start();
        let id_token = world.now_id_token(asked.get("nonce"), &json!({ "name": null }));
        world.provider.answers(200, world.tokens(&id_token, "photos:read"));
        world.provider.answers(200, json!({ "access_token": "for-userinfo", "token_type": "Bearer" }));
        let (status, _) = world.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);
        assert_eq!(status, Status::SeeOther);
        let page = world.page("/").1;
        assert!(page.contains(greeting), "userinfo is believed for the same sub only: {page}");
    }
    let refresh = query(&format!("http://x/?{}", world.provider.saw("/token")[1].1));
    assert_eq!(refresh["resource"], world.provider.issuer);
    assert_eq!(world.provider.saw("/userinfo")[0].0, "Bearer for-userinfo");
}

#[test]
fn an_access_token_that_ends_is_renewed_once_and_a_refusal_ends_the_permission() {
    let world = World::with_photos();
    let asked = world.start();
    let mut tokens = world.tokens(&world.now_id_token(asked.get("nonce"), &json!({})), "photos:read");
    tokens["expires_in"] = json!(1);
    world.provider.answers(200, tokens);
    world.back(&[("code", "c"), ("state", asked.get("state")), ("iss", &world.provider.issuer)]);

    let renewed = json!({
        "access_token": world.access_token("photos:read"), "token_type": "Bearer", "expires_in": 1, "refresh_token": "refresh-2",
    });
    world.provider.answers(200, renewed);
    assert_eq!(world.page("/").0, Status::Ok);
    let (status, page) = world.page("/");
    assert_eq!(status, Status::Forbidden);
    assert!(page.contains("Your permission has ended"));
    let sent: Vec<_> = world.provider.saw("/token").into_iter().map(|(_, body)| query(&format!("http://x/?{body}"))).collect();
    assert_eq!(sent[1]["refresh_token"], "refresh-1");
    assert_eq!(sent[2]["refresh_token"], "refresh-2", "a refresh token is used once");
}

#[test]
fn logout_needs_the_forms_token_and_goes_on_to_the_server() {
    let world = World::with_photos();
    world.log_in("photos:read");
    let forged = world.shop.post("/logout").header(ContentType::Form).body("csrf=guess").dispatch();
    assert_eq!(forged.headers().get_one("Location"), Some("/"));
    let page = world.page("/").1;
    assert!(page.contains("Hello, Ada"), "a foreign form logs nobody out");
    assert!(world.page("/goodbye").1.contains("You are still logged in"));

    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let old = world.cookie();
    let response = world.shop.post("/logout").header(ContentType::Form).body(format!("csrf={csrf}")).dispatch();
    assert_eq!(response.status(), Status::SeeOther);
    let location = response.headers().get_one("Location").expect("a redirect").to_owned();
    assert!(location.starts_with(&format!("{}/logout?", world.provider.issuer)));
    let sent = query(&location);
    assert!(sent["id_token_hint"].starts_with("eyJ"));
    assert_eq!(sent["post_logout_redirect_uri"], "http://127.0.0.1:8001/goodbye");

    assert!(world.page("/goodbye?state=guess").1.contains("You may still be logged in"), "a guess is not believed");
    world.shop.cookies().remove(COOKIE);
    let path = format!("/goodbye?state={}", sent["state"]);
    let other_browser = world.shop.get(path.clone()).cookie((COOKIE, old.clone())).dispatch().into_string();
    assert!(other_browser.expect("a page").contains("You may still be logged in"));
    let dead = world.shop.get("/").cookie((COOKIE, old)).dispatch().into_string();
    assert!(dead.expect("a page").contains("How it works"), "the old session is dead");
}

#[test]
fn logout_of_both_is_told_when_the_server_sends_the_state_back() {
    let world = World::with_photos();
    world.log_in("photos:read");
    let page = world.page("/").1;
    let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a form");
    let response = world.shop.post("/logout").header(ContentType::Form).body(format!("csrf={csrf}")).dispatch();
    let state = query(response.headers().get_one("Location").expect("a redirect"))["state"].clone();
    drop(response);
    let goodbye = world.shop.get(format!("/goodbye?state={state}")).dispatch().into_string();
    assert!(goodbye.expect("a page").contains("your login server has finished its part"));
    assert!(world.shop.cookies().get(COOKIE).is_none(), "nothing of the session is left in the browser");
}

#[test]
fn a_login_under_another_name_of_this_machine_moves_to_the_shops_own() {
    let world = World::new();
    let mut moved = world.shop.get("/login");
    moved.inner_mut().set_host(Host::from(uri!("localhost:8001")));
    let response = moved.dispatch();
    assert_eq!(response.headers().get_one("Location"), Some("http://127.0.0.1:8001/login"));
    let mut own = world.shop.get("/login");
    own.inner_mut().set_host(Host::from(uri!("127.0.0.1:8001")));
    assert!(own.dispatch().headers().get_one("Location").expect("a redirect").starts_with(&world.provider.issuer));
}

#[test]
fn every_page_is_strict_about_content_and_says_when_the_server_is_away() {
    let shop = print_shop(&DemoConfig::new("http://127.0.0.1:1", "shop", "secret"));
    let shop = Client::tracked(shop).expect("the shop starts");
    for (path, status) in [("/", 200), ("/login", 502), ("/callback", 400), ("/goodbye", 200), ("/nowhere", 404), ("/photos/x", 404)] {
        let response = shop.get(path).dispatch();
        assert_eq!(response.status().code, status, "{path}");
        let policy = response.headers().get_one("Content-Security-Policy").expect("a policy").to_owned();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        let page = response.into_string().expect("a page");
        assert!(page.contains("<html lang=\"en\">") && !page.contains("<script") && !page.contains("style=\""), "{path}");
    }
}
