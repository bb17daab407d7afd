//! The example of a web app, from its settings to its logout.
#![cfg(feature = "web")]
#![allow(clippy::expect_used, missing_docs)]

mod support;
#[allow(dead_code, reason = "the test starts the app in its own way")]
#[path = "../examples/web.rs"]
mod web;

use rocket::http::Status;
use rocket::local::asynchronous::Client as Browser;

fn settings(issuer: &str) -> impl Fn(&str) -> Option<String> + use<'_> {
    move |name| match name {
        "ISSUER" => Some(issuer.to_owned()),
        "CLIENT_ID" => Some("shop".to_owned()),
        "CLIENT_SECRET" => Some("s3cret".to_owned()),
        _ => None,
    }
}

#[rocket::async_test]
async fn the_example_greets_visitors_and_sends_them_to_the_provider_of_its_settings() {
    let rogue = support::Rogue::start();
    let settings = settings(&rogue.issuer);
    for key in [None, Some("0123456789abcdef0123456789abcdef".to_owned())] {
        let web = web::web(|name| if name == "COOKIE_KEY" { key.clone() } else { settings(name) }).expect("an app");
        let browser = Browser::tracked(web::app(web.fairing())).await.expect("an app");
        let home = browser.get("/").dispatch().await;
        assert_eq!(home.status(), Status::Ok);
        assert!(home.into_string().await.expect("a page").contains("href=/login"));
        let me = browser.get("/me").header(rocket::http::Accept::HTML).dispatch().await;
        assert_eq!(me.headers().get_one("Location"), Some("/login?return_to=%2Fme"));
        let login = browser.get("/login").dispatch().await;
        let to = login.headers().get_one("Location").expect("a redirect").to_owned();
        assert!(to.starts_with(&format!("{}/authorize?", rogue.issuer)) && to.contains("client_id=shop"), "{to}");
    }
}

#[test]
fn the_example_says_which_setting_is_missing_or_wrong() {
    for (missing, said) in [("ISSUER", "set ISSUER"), ("CLIENT_ID", "set CLIENT_ID"), ("CLIENT_SECRET", "set CLIENT_SECRET")] {
        let settings = settings("http://127.0.0.1:1");
        let why = web::web(|name| if name == missing { None } else { settings(name) }).expect_err("a setting is missing");
        assert!(why.to_string().starts_with(said), "{why}");
    }
    let plain = settings("http://login.example");
    assert!(web::web(plain).expect_err("no https").to_string().contains("https"));
}
