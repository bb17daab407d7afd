//! Who registers itself can't make this server send people on to any address (RFC 9700 §4.11.2).
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{PASSWORD, Page, World, encode, photos};
use rocket::http::Method;
use serde_json::{Value, json};

async fn newcomer(world: &World) -> Value {
    let asked = json!({
        "client_name": "Newcomer", "redirect_uris": ["https://phish.example/cb"], "post_logout_redirect_uris": ["https://phish.example/bye"],
    });
    let page = world.send(Method::Post, "/register", &[("Content-Type", "application/json")], asked.to_string().as_bytes()).await;
    assert_eq!(page.status, 201, "{}", page.body);
    page.json()
}

async fn world() -> World {
    World::new().set("REGISTRATION", "open").client(doorward_testkit::app("shop")).api(photos()).user("ada").start().await
}

fn stays(page: &Page, what: &str) {
    assert_eq!((page.status, page.header("Location")), (400, None), "{what}: {}", page.body);
}

#[rocket::async_test]
async fn a_broken_request_of_a_client_that_registered_itself_sends_no_stranger_away() {
    let world = world().await;
    let app = world.registered(&newcomer(&world).await);
    let mut stranger = world.browser();
    for (name, value) in
        [("scope", "nonsense"), ("response_type", "token"), ("code_challenge_method", "plain"), ("prompt", "x"), ("max_age", "x")]
    {
        stays(&stranger.get(&app.request().with(name, value).path()).await, name);
    }
    let posted = stranger.post("/authorize", &app.request().with("scope", "nonsense").query(), &[]).await;
    stays(&posted, "posted");
    // Law: an app that the operator registered hears of its mistakes at once, and so does anybody's once a person has logged in.
    let known = stranger.get(&world.app("shop").request().with("scope", "nonsense").path()).await;
    assert!(known.location().starts_with("https://shop.example/cb?error=invalid_scope"), "{}", known.location());
    let mut ada = world.browser();
    ada.log_in("ada").await;
    let told = ada.get(&app.request().with("scope", "nonsense").path()).await;
    assert!(told.location().starts_with("https://phish.example/cb?error=invalid_scope"), "{}", told.location());
}

#[rocket::async_test]
async fn silent_authentication_is_the_exception_that_the_rule_names() {
    let world = world().await;
    let app = world.registered(&newcomer(&world).await);
    let page = world.browser().get(&app.request().with("prompt", "none").path()).await;
    // Law: RFC 9700 §4.11.2 excepts it, and single-page apps depend on it.
    assert!(page.location().starts_with("https://phish.example/cb?error=login_required"), "{}", page.location());
}

#[rocket::async_test]
async fn a_logout_without_anybody_links_to_such_an_app_and_does_not_go_there() {
    let world = world().await;
    let client = newcomer(&world).await;
    let app = world.registered(&client);
    let asked = |id: &str, uri: &str| format!("/logout?{}", encode(&[("client_id", id), ("post_logout_redirect_uri", uri)]));
    let page = world.browser().get(&asked(&app.id, "https://phish.example/bye")).await;
    assert_eq!((page.status, page.header("Location")), (200, None), "{}", page.body);
    let page = world.browser().get(&asked("shop", "https://shop.example/bye")).await;
    assert_eq!(page.location(), "https://shop.example/bye");
    // With an ID token of ours somebody has logged in there.
    let mut ada = world.browser();
    let first = ada.open(&app.request()).await;
    let first = ada.log_in_at(&first, "ada", PASSWORD).await;
    let code = ada.go_on(first).await.code();
    let hint = app.redeem(&code).await.text("id_token");
    let proven = format!("{}&id_token_hint={hint}", asked(&app.id, "https://phish.example/bye"));
    // Law: RP-Initiated Logout §3: the app that took part is gone back to, also when its session is over.
    assert_eq!(world.browser().get(&proven).await.location(), "https://phish.example/bye");
}
