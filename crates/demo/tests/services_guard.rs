//! The tea shop's services against tokens that must not open them, and what each hands on.
#![allow(clippy::expect_used)]

#[allow(dead_code, reason = "each test has its part of it")]
mod common;

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{KID, Provider};
use doorward_client::time::{Clock, Timestamp};
use doorward_demo::services::{Program, ServicesConfig, services_at};
use rocket::http::Header;
use rocket::local::asynchronous::{Client, LocalResponse};
use serde_json::{Value, json};

/// When it is here.
const NOW: i64 = 1_800_000_000;
const ORDER: &str = r#"{"tea":"oolong","quantity":2}"#;

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp(NOW)
    }
}

struct World {
    provider: Provider,
    config: ServicesConfig,
    programs: Vec<(Program, Client)>,
}

impl World {
    async fn new() -> Self {
        let provider = Provider::new();
        let config = ServicesConfig::new(&provider.issuer, 8003, || "a secret".to_owned()).expect("ports");
        let mut programs = Vec::new();
        for (program, rocket) in services_at(&config, Arc::new(Still)).expect("programs") {
            programs.push((program, Client::untracked(rocket).await.expect("it starts")));
        }
        Self { provider, config, programs }
    }

    fn at(&self, program: Program) -> &Client {
        &self.programs.iter().find(|(one, _)| *one == program).expect("a program").1
    }

    /// A good token for a service, but for the claims that are changed (`null` takes one away).
    fn token(&self, program: Program, scope: &str, changed: &Value) -> String {
        let mut claims = json!({
            "iss": self.provider.issuer, "aud": self.config.audience(program), "sub": "robin", "client_id": "gateway", "jti": "1",
            "iat": NOW - 10, "exp": NOW + 60, "auth_time": NOW - 20, "scope": scope,
        });
        for (name, value) in changed.as_object().expect("members") {
            claims[name] = value.clone();
        }
        claims.as_object_mut().expect("members").retain(|_, value| !value.is_null());
        self.provider.sign(&json!({"alg": "ES256", "typ": "at+jwt", "kid": KID}), &claims)
    }

    async fn post(&self, program: Program, path: &'static str, token: &str, body: &str) -> (u16, Value) {
        let request = self.at(program).post(path).header(Header::new("Authorization", format!("Bearer {token}")));
        read(request.body(body).dispatch().await).await
    }

    async fn get(&self, program: Program, path: &'static str, token: &str) -> (u16, Value) {
        read(self.at(program).get(path).header(Header::new("Authorization", format!("Bearer {token}"))).dispatch().await).await
    }
}

async fn read(answer: LocalResponse<'_>) -> (u16, Value) {
    let status = answer.status().code;
    (status, serde_json::from_str(&answer.into_string().await.unwrap_or_default()).unwrap_or_default())
}

#[rocket::async_test]
async fn each_service_refuses_by_name_what_is_not_for_it() {
    let world = World::new().await;
    let machine = json!({"sub": "stock", "client_id": "stock", "auth_time": null});
    let orders = world.config.audience(Program::Orders);
    for (program, path, scope) in [
        (Program::Orders, "/orders", "orders:place"),
        (Program::Stock, "/reservations", "stock:reserve"),
        (Program::Shipping, "/parcels", "shipping:book"),
    ] {
        let other = if program == Program::Orders { world.config.audience(Program::Stock) } else { orders.clone() };
        let two = json!({"aud": [world.config.audience(program), other]});
        for (scope, changed, status, check) in [
            (scope, json!({"aud": other}), 401, "Audience"),
            (scope, two, 401, "Audience"),
            (scope, json!({"iss": "http://127.0.0.1:1"}), 401, "Issuer"),
            (scope, json!({"exp": NOW - 60}), 401, "Expired"),
            (scope, machine.clone(), 403, "PersonNeeded"),
            ("openid", json!({}), 403, "Scope"),
            ("", json!({"scope": null}), 403, "Scope"),
        ] {
            let (got, body) = world.post(program, path, &world.token(program, scope, &changed), ORDER).await;
            assert_eq!((got, body["check"].as_str()), (status, Some(check)), "{path} {changed}");
        }
        let mut signed = world.token(program, scope, &json!({}));
        let none = signed.split('.').nth(1).expect("claims").to_owned();
        signed.replace_range(signed.len() - 4.., "AAAA");
        assert_eq!(world.post(program, path, &signed, ORDER).await.1["check"], "Signature", "{path}");
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        assert_eq!(world.post(program, path, &format!("{header}.{none}."), ORDER).await.0, 401, "{path}");
        // Law: whoever shows nothing is told so, before anything they want is read.
        let bare = world.at(program).post(path).body("{").dispatch().await;
        let challenge = bare.headers().get_one("WWW-Authenticate").expect("a challenge").to_owned();
        assert!(challenge.starts_with("Bearer resource_metadata=") && read(bare).await.0 == 401, "{challenge}");
    }
}

#[rocket::async_test]
async fn what_is_between_services_is_for_no_person_and_tells_what_it_was_held_against() {
    let world = World::new().await;
    let person = world.token(Program::Shipping, "shipping:rates", &json!({}));
    assert_eq!(world.get(Program::Shipping, "/rates", &person).await.1["check"], "MachineNeeded");
    let machine = json!({"sub": "stock", "client_id": "stock", "auth_time": null});
    let (status, body) = world.get(Program::Shipping, "/rates", &world.token(Program::Shipping, "shipping:rates", &machine)).await;
    assert_eq!((status, &body["hop"]["from"], &body["hop"]["person"]), (200, &json!("stock"), &json!(false)));
    // Law: claims are shown, the token never.
    assert!(!body.to_string().contains("eyJ"), "{body}");
}

#[rocket::async_test]
async fn an_order_that_makes_no_sense_is_refused_and_asks_nobody_for_a_token() {
    let world = World::new().await;
    let token = world.token(Program::Orders, "orders:place", &json!({}));
    let long = format!(r#"{{"tea":"oolong","quantity":2{}}}"#, " ".repeat(2_000));
    for body in [
        "",
        "{",
        "[]",
        r#"{"tea":"coffee","quantity":1}"#,
        r#"{"tea":"oolong","quantity":0}"#,
        r#"{"tea":"oolong","quantity":10}"#,
        r#"{"tea":"oolong","quantity":1,"price":0}"#,
        &long,
    ] {
        assert_eq!(world.post(Program::Orders, "/orders", &token, body).await.0, 422, "{body}");
    }
    // Law: nothing went out.
    assert_eq!(world.provider.saw("/token").len(), 0);
}

#[rocket::async_test]
async fn orders_shows_the_token_it_got_as_itself_and_passes_a_refusal_on() {
    let world = World::new().await;
    let token = world.token(Program::Orders, "orders:place", &json!({}));
    world.provider.answers(400, json!({"error": "invalid_target", "error_description": "Missing: an edge."}));
    let (status, body) = world.post(Program::Orders, "/orders", &token, ORDER).await;
    let refused = &body["refused"];
    assert_eq!((status, &refused["by"], &refused["error"]), (502, &json!("Doorward"), &json!("invalid_target")));
    let (authorization, form) = world.provider.saw("/token").remove(0);
    assert!(authorization.starts_with("Basic ") && form.contains(&token) && form.contains("scope=stock%3Areserve"), "{form}");
    // Law: for the next service alone.
    let stock: String = url::form_urlencoded::byte_serialize(world.config.audience(Program::Stock).as_bytes()).collect();
    assert!(form.contains(&format!("resource={stock}")), "{form}");
}

#[rocket::async_test]
async fn a_form_of_somebody_elses_does_nothing_at_the_gateway() {
    let world = World::new().await;
    let gateway = world.at(Program::Gateway);
    let own = world.config.address(Program::Gateway);
    for (origin, site) in
        [(None, None), (Some("null"), None), (Some("http://127.0.0.1:8001"), None), (Some(own.as_str()), Some("same-site"))]
    {
        for path in ["/orders", "/tries/edge"] {
            let mut request = gateway.post(path).header(Header::new("Content-Type", "application/x-www-form-urlencoded"));
            for (name, value) in [("Origin", origin), ("Sec-Fetch-Site", site)] {
                if let Some(value) = value {
                    request.add_header(Header::new(name, value.to_owned()));
                }
            }
            let answer = request.body("tea=oolong&quantity=1").dispatch().await;
            // Law: neither an order nor a try, and nobody is asked for anything.
            assert!(answer.status().code >= 303, "{path} {origin:?}");
        }
    }
    assert_eq!(world.provider.saw("/token").len(), 0);
    for path in ["/orders/1", "/orders/1/hops", "/tries/1"] {
        let answer = gateway.get(path).dispatch().await;
        assert!(matches!(answer.status().code, 303 | 401), "{path}: {}", answer.status());
    }
}
