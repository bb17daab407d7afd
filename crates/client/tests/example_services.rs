//! The examples of a service, and of one that calls another.
#![cfg(feature = "service")]
#![allow(clippy::expect_used, missing_docs)]

#[allow(dead_code, reason = "the test starts the app in its own way")]
#[path = "../examples/calls.rs"]
mod calls;
#[allow(dead_code, reason = "the test starts the app in its own way")]
#[path = "../examples/service.rs"]
mod service;
mod support;

use doorward_client::Provider;
use rocket::http::{Header, Status};
use rocket::local::asynchronous::Client;
use serde_json::json;
use support::hostile::{Forge, RESOURCE};
use support::{Hands, Reply, Rogue};

fn provider(rogue: &Rogue) -> Provider {
    Provider::builder(&rogue.issuer).clock(Hands::new()).build().expect("a provider")
}

fn bearer(token: &str) -> Header<'static> {
    Header::new("Authorization", format!("Bearer {token}"))
}

#[rocket::async_test]
async fn the_service_lets_in_whoever_has_a_token_for_it_and_says_to_others_what_is_missing() {
    let rogue = Rogue::start();
    let forge = Forge::new(&rogue);
    let app =
        service::app(&service::service(&provider(&rogue), |name| (name == "RESOURCE").then(|| RESOURCE.to_owned())).expect("a service"));
    let app = Client::untracked(app).await.expect("an app");
    let ask = async |path: &'static str, token: String| app.get(path).header(bearer(&token)).dispatch().await.status();
    for path in ["/photos", "/profile", "/token"] {
        assert_eq!(ask(path, forge.token(&json!({}))).await, Status::Ok, "{path}");
        assert_eq!(ask(path, forge.token(&json!({"aud": "https://mail.example/"}))).await, Status::Unauthorized, "{path}");
        assert_eq!(app.get(path).dispatch().await.status(), Status::Unauthorized, "{path}");
    }
    let machine = json!({"sub": "shop", "auth_time": null, "acr": null});
    assert_eq!(ask("/profile", forge.token(&machine)).await, Status::Forbidden);
    assert_eq!(ask("/photos", forge.token(&json!({"scope": "albums:read"}))).await, Status::Forbidden);
    assert!(service::service(&provider(&rogue), |_| None).expect_err("no audience").to_string().contains("RESOURCE"));
}

#[rocket::async_test]
async fn an_order_reaches_the_stock_with_a_token_of_its_own() {
    let rogue = Rogue::start();
    let forge = Forge::new(&rogue);
    let stock = format!("{}/stock/", rogue.issuer);
    let settings = |name: &str| match name {
        "RESOURCE" => Some(RESOURCE.to_owned()),
        "CLIENT_ID" => Some("orders".to_owned()),
        "CLIENT_SECRET" => Some("s3cret".to_owned()),
        "STOCK" => Some(stock.clone()),
        _ => None,
    };
    let app = Client::untracked(calls::app(&provider(&rogue), settings).expect("an app")).await.expect("an app");
    let exchanged = json!({"access_token": "for-the-stock", "token_type": "Bearer", "expires_in": 600,
        "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"});
    rogue.next("/token", Reply::json(200, &exchanged));
    rogue.always("/stock/reservations", Reply::text(200, "text/plain", "reserved"));
    let came = forge.token(&json!({"scope": "orders:write"}));
    let answer = app.post("/orders").header(bearer(&came)).dispatch().await;
    assert_eq!(answer.into_string().await.as_deref(), Some("reserved"));
    let (asked, called) = (&rogue.seen("/token")[0], &rogue.seen("/stock/reservations")[0]);
    assert_eq!((asked.form["subject_token"].as_str(), asked.form["resource"].as_str()), (came.as_str(), stock.as_str()));
    // Law: the token that came in goes to nobody but the provider.
    assert_eq!(called.headers["authorization"], "Bearer for-the-stock");

    rogue.next("/token", Reply::json(200, &json!({"access_token": "own", "token_type": "Bearer", "expires_in": 600})));
    rogue.always("/stock/count", Reply::text(200, "text/plain", "7"));
    assert_eq!(app.get("/health").dispatch().await.into_string().await.as_deref(), Some("7"));

    let other = forge.token(&json!({"scope": "orders:write", "sub": "grace"}));
    rogue.next("/token", Reply::json(400, &json!({"error": "invalid_target"})));
    let answer = app.post("/orders").header(bearer(&other)).dispatch().await;
    assert_eq!(answer.status(), Status::BadGateway);
    assert!(answer.into_string().await.expect("a text").contains("invalid_target"));
    // A token without the scope reserves nothing.
    assert_eq!(app.post("/orders").header(bearer(&forge.token(&json!({})))).dispatch().await.status(), Status::Forbidden);
    assert_eq!(rogue.seen("/stock/reservations").len(), 1);
}
