//! The server as a part of somebody else's Rocket, below the path of its issuer.
#![allow(clippy::expect_used, missing_docs)]

use doorward::pages::template_root;
use doorward_testkit::{Opened, PASSWORD, World, app, claims, photos};
use rocket::http::{Method, Status};
use rocket::{Request, catch, catchers, get, routes};

const ISSUER: &str = "http://127.0.0.1:8000/auth";

#[get("/")]
fn home() -> &'static str {
    "the host's home"
}

#[get("/authority")]
fn neighbour() -> &'static str {
    "the host's neighbour"
}

#[get("/login")]
fn login() -> &'static str {
    "the host's own login"
}

#[catch(default)]
fn lost(status: Status, _: &Request<'_>) -> String {
    format!("the host's {}", status.code)
}

async fn world() -> World {
    let Opened { setup, figment, sleeping } = World::new().issuer(ISSUER).client(app("shop")).api(photos()).user("ada").open().await;
    let figment = figment.merge(("template_dir", template_root().expect("a folder")));
    let host = rocket::custom(figment).mount("/", routes![home, neighbour, login]).register("/", catchers![lost]).attach(setup.fairing());
    sleeping.wake(host).await
}

#[rocket::async_test]
async fn rfc_8414_3_1_discovery_is_found_both_ways_and_names_the_path() {
    let world = world().await;
    let inserted = world.get("/.well-known/oauth-authorization-server/auth").await;
    let appended = world.get("/auth/.well-known/openid-configuration").await;
    assert_eq!((inserted.status, appended.status), (200, 200));
    assert_eq!(inserted.json(), appended.json());
    let told = appended.json();
    assert_eq!(told["issuer"], ISSUER);
    for (name, url) in told.as_object().expect("members") {
        if name.ends_with("_endpoint") || name == "jwks_uri" {
            assert!(url.as_str().is_some_and(|url| url.starts_with("http://127.0.0.1:8000/auth/")), "{name}: {url}");
        }
    }
    // A browser app at another origin reads both.
    assert_eq!((inserted.header("Access-Control-Allow-Origin"), appended.header("Access-Control-Allow-Origin")), (Some("*"), Some("*")));
    // Law: nothing is where the host's own things are.
    for path in ["/.well-known/openid-configuration", "/jwks.json", "/token", "/.well-known/oauth-authorization-server"] {
        assert_eq!(world.get(path).await.status, 404, "{path}");
    }
}

#[rocket::async_test]
async fn the_whole_story_works_below_the_path() {
    let world = world().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let page = browser.open(&shop.request().with("scope", "openid profile")).await;
    assert!(page.path.starts_with("/auth/interaction/"), "{}", page.path);
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    let landing = browser.go_on(page).await;
    assert_eq!(landing.get("iss"), Some(ISSUER));
    let given = shop.redeem(&landing.code()).await;
    assert_eq!(claims(&given.text("id_token"))["iss"], ISSUER);
    assert_eq!(shop.userinfo(&given.text("access_token")).await.json()["name"], "ada Example");
    assert!(shop.is_active(&given.text("access_token")).await);
    assert_eq!(shop.refresh(&given.text("refresh_token")).await.status, 200);
    let account = browser.get("/auth/account").await;
    assert_eq!(account.status, 200);
    for link in account.links().into_iter().filter(|link| link.starts_with('/')) {
        assert!(link.starts_with("/auth/"), "{link}");
        assert!(browser.get(&link).await.status < 400, "{link}");
    }
    let page = browser.get("/auth/logout").await;
    browser.submit(page.form(&page.path).press("decision", "logout")).await;
    // Law: and out again.
    assert!(browser.get("/auth/account").await.path.ends_with("/auth/login"));
}

#[rocket::async_test]
async fn the_hosts_own_routes_are_left_alone() {
    let world = world().await;
    for (path, status, body) in [
        ("/", 200, "the host's home"),
        ("/authority", 200, "the host's neighbour"),
        ("/login", 200, "the host's own login"),
        ("/nothing", 404, "the host's 404"),
        ("/authx/login", 404, "the host's 404"),
    ] {
        let page = world.send(Method::Get, path, &[("Host", "localhost:8000"), ("Accept", "text/html")], &[]).await;
        assert_eq!((page.status, page.body.as_str()), (status, body), "{path}");
        for name in
            ["Content-Security-Policy", "X-Request-Id", "Cache-Control", "Referrer-Policy", "Location", "Access-Control-Allow-Origin"]
        {
            assert_eq!(page.header(name), None, "{name} at {path}");
        }
        assert_eq!(page.header("X-Frame-Options"), Some("SAMEORIGIN"), "Rocket's own shield at {path}");
    }
    // Law: below the path errors are ours, and fenced.
    let ours = world.send(Method::Get, "/auth/nothing", &[("Accept", "text/html")], &[]).await;
    assert_eq!((ours.status, ours.is_html(), ours.header("X-Frame-Options")), (404, true, Some("DENY")));
    let wrong = world.send(Method::Delete, "/auth/token", &[], &[]).await;
    assert_eq!((wrong.status, wrong.header("Allow")), (405, Some("POST")));
    let moved = world.send(Method::Get, "/auth/login", &[("Host", "localhost:8000")], &[]).await;
    assert_eq!((moved.status, moved.location()), (303, "http://127.0.0.1:8000/auth/login"));
}
