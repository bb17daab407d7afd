//! The photo service against tokens that must not open it.
#![allow(clippy::expect_used)]

#[allow(dead_code, reason = "each test has its part of it")]
mod common;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::{KID, Provider, part};
use doorward_demo::{Call, DemoConfig, Heard, photo_service, photo_service_heard};
use jsonwebtoken::get_current_timestamp;
use rocket::http::Header;
use rocket::local::blocking::{Client, LocalResponse};
use serde_json::{Value, json};

const RESOURCE: &str = "http://127.0.0.1:8002/";

struct World {
    provider: Provider,
    service: Client,
}

impl World {
    fn new() -> Self {
        let provider = Provider::new();
        let cfg = DemoConfig::new(&provider.issuer, "shop", "secret");
        let service = Client::tracked(photo_service(&cfg)).expect("the service starts");
        Self { provider, service }
    }

    fn claims(&self) -> Value {
        let now = get_current_timestamp();
        json!({
            "iss": self.provider.issuer, "aud": RESOURCE, "sub": "ada", "client_id": "shop", "jti": "1",
            "iat": now, "exp": now + 600, "scope": "photos:read",
        })
    }

    /// A good token, but for the claims that are changed (`null` takes one away).
    fn token_with(&self, changed: Value) -> String {
        self.provider.sign(&header(), &merged(self.claims(), changed))
    }

    fn get(&self, path: &'static str, token: &str) -> LocalResponse<'_> {
        self.service.get(path).header(Header::new("Authorization", format!("Bearer {token}"))).dispatch()
    }

    /// The status and challenge that a token meets at `/photos`.
    fn verdict(&self, token: &str) -> (u16, String) {
        verdict(&self.get("/photos", token))
    }
}

fn header() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": KID })
}

fn merged(mut base: Value, changed: Value) -> Value {
    for (name, value) in changed.as_object().expect("an object") {
        base[name] = value.clone();
    }
    base.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    base
}

/// Status and challenge, without the sentence in it: that one is for people.
fn verdict(response: &LocalResponse<'_>) -> (u16, String) {
    let challenge = response.headers().get_one("WWW-Authenticate").unwrap_or_default();
    let told = challenge.split_once(r#", error_description=""#).and_then(|(before, rest)| Some((before, rest.split_once('"')?.1)));
    (response.status().code, told.map_or_else(|| challenge.to_owned(), |(before, after)| format!("{before}{after}")))
}

fn assert_invalid((status, challenge): (u16, String), what: &str) {
    assert_eq!(status, 401, "{what}");
    assert!(challenge.starts_with(r#"Bearer error="invalid_token""#), "{what}: {challenge}");
}

#[test]
fn a_good_token_opens_what_its_scope_names() {
    let world = World::new();
    let token = world.token_with(json!({}));
    let list = world.get("/photos", &token);
    assert_eq!(list.status().code, 200);
    assert!(list.into_string().expect("a body").contains(r#""owner":"ada""#));
    let photo = world.get("/photos/red-dunes", &token);
    assert_eq!(photo.content_type(), Some(rocket::http::ContentType::SVG));
    assert!(photo.into_string().expect("a body").starts_with("<svg"));
    assert_eq!(world.get("/photos/..%2falbums", &token).status().code, 404);
    let long_type = world.provider.sign(&merged(header(), json!({ "typ": "application/AT+JWT" })), &world.claims());
    assert_eq!(world.verdict(&long_type).0, 200, "RFC 9068 §4 allows both spellings");
}

/// A challenge with where the service says what it is (RFC 9728 §5.1).
fn challenge(text: &str) -> String {
    format!(r#"{text} resource_metadata="http://127.0.0.1:8002/.well-known/oauth-protected-resource""#)
}

#[test]
fn the_service_says_who_gives_tokens_for_it() {
    let world = World::new();
    let told = world.service.get("/.well-known/oauth-protected-resource").dispatch().into_string().expect("a body");
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(told["authorization_servers"], json!([world.claims()["iss"]]));
    // Law: RFC 9728 §3.3: the resource is the very audience of its tokens.
    assert_eq!(told["resource"], world.claims()["aud"]);
}

#[test]
fn a_token_bound_to_a_key_is_not_taken_without_its_proof() {
    let world = World::new();
    for cnf in [json!({"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}), json!({"x5t#S256": "x"}), json!({})] {
        assert_invalid(world.verdict(&world.token_with(json!({ "cnf": cnf }))), "a bound token as Bearer");
    }
}

#[test]
fn without_a_token_the_challenge_carries_no_error() {
    let world = World::new();
    assert_eq!(verdict(&world.service.get("/photos").dispatch()), (401, challenge("Bearer")));
    let basic = world.service.get("/photos").header(Header::new("Authorization", "Basic YTpi")).dispatch();
    assert_eq!(verdict(&basic), (401, challenge("Bearer")));
    let token = world.token_with(json!({}));
    let in_query = world.service.get(format!("/photos?access_token={token}")).dispatch();
    assert_eq!(verdict(&in_query), (401, challenge("Bearer")), "a token in the query is not looked at");
}

#[test]
fn two_tokens_or_an_empty_one_are_a_bad_request() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.token_with(json!({})));
    let mut twice = world.service.get("/photos");
    twice.add_header(Header::new("Authorization", bearer.clone()));
    twice.add_header(Header::new("Authorization", bearer));
    let refused = (400, challenge(r#"Bearer error="invalid_request","#));
    assert_eq!(verdict(&twice.dispatch()), refused);
    let empty = world.service.get("/photos").header(Header::new("Authorization", "Bearer")).dispatch();
    assert_eq!(verdict(&empty), refused, "which of two tokens counts is not for the service to guess");
}

#[test]
fn claims_that_are_not_exactly_right_are_refused() {
    let world = World::new();
    let now = get_current_timestamp();
    for changed in [
        json!({ "aud": "http://127.0.0.1:8003/" }),
        json!({ "aud": "http://127.0.0.1:8002" }),
        json!({ "aud": [RESOURCE, "http://127.0.0.1:8003/"] }),
        json!({ "aud": [] }),
        json!({ "aud": null }),
        json!({ "aud": { "is": RESOURCE } }),
        json!({ "iss": "http://127.0.0.1:9" }),
        json!({ "iss": format!("{}/", world.provider.issuer) }),
        json!({ "iss": [world.provider.issuer] }),
        json!({ "iss": null }),
        json!({ "exp": now - 1 }),
        json!({ "exp": 0 }),
        json!({ "exp": -5 }),
        json!({ "exp": "soon" }),
        json!({ "exp": null }),
        json!({ "nbf": now + 600 }),
        json!({ "sub": null }),
        json!({ "client_id": null }),
        json!({ "jti": null }),
        json!({ "iat": null }),
        json!({ "scope": 5 }),
    ] {
        assert_invalid(world.verdict(&world.token_with(changed.clone())), &changed.to_string());
    }
}

#[test]
fn a_header_that_is_not_the_agreed_one_is_refused() {
    let world = World::new();
    for changed in [
        json!({ "typ": "JWT" }),
        json!({ "typ": null }),
        json!({ "typ": "at+jwt+x" }),
        json!({ "alg": "none" }),
        json!({ "alg": "ES384" }),
        json!({ "alg": "RS256" }),
        json!({ "kid": null }),
        json!({ "kid": "another" }),
        json!({ "crit": ["b64"] }),
    ] {
        let token = world.provider.sign(&merged(header(), changed.clone()), &world.claims());
        assert_invalid(world.verdict(&token), &changed.to_string());
    }
}

#[test]
fn a_forged_signature_is_refused() {
    let world = World::new();
    let good = world.token_with(json!({}));
    let parts: Vec<&str> = good.split('.').collect();

    let unsigned = format!("{}.{}.", part(&json!({ "alg": "none", "typ": "at+jwt", "kid": KID })), parts[1]);
    assert_invalid(world.verdict(&unsigned), "alg none");

    let edited = part(&merged(world.claims(), json!({ "scope": "photos:read albums:read" })));
    assert_invalid(world.verdict(&format!("{}.{edited}.{}", parts[0], parts[2])), "edited payload");
    assert_invalid(world.verdict(&format!("{}.{}.", parts[0], parts[1])), "signature cut off");

    let message = format!("{}.{}", part(&json!({ "alg": "HS256", "typ": "at+jwt", "kid": KID })), parts[1]);
    let secret = hmac::Key::new(hmac::HMAC_SHA256, &world.provider.public_point());
    let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&secret, message.as_bytes()));
    assert_invalid(world.verdict(&format!("{message}.{tag}")), "HS256 with the public key");

    let stranger = Provider::new();
    assert_invalid(world.verdict(&stranger.sign(&header(), &world.claims())), "another issuer's key under our kid");
}

#[test]
fn garbage_is_refused_like_any_bad_token() {
    let world = World::new();
    for garbage in ["x", ".", "..", "a.b.c", "a.b.c.d.e", " ", "eyJ9.eyJ9.eyJ9", "照片"] {
        assert_invalid(world.verdict(garbage), garbage);
    }
    let endless = world.token_with(json!({ "jti": "x".repeat(9000) }));
    assert_invalid(world.verdict(&endless), "a token of 12,000 characters, though well signed");
}

#[test]
fn a_scope_opens_its_own_route_and_no_other() {
    let world = World::new();
    let refused = |scope: &str| (403, challenge(&format!(r#"Bearer error="insufficient_scope", scope="{scope}","#)));
    let photos_only = world.token_with(json!({}));
    assert_eq!(verdict(&world.get("/albums", &photos_only)), refused("albums:read"));
    let albums_only = world.token_with(json!({ "scope": "albums:read" }));
    assert_eq!(world.get("/albums", &albums_only).status().code, 200);
    assert_eq!(world.verdict(&albums_only), refused("photos:read"));
    assert_eq!(verdict(&world.get("/photos/red-dunes", &albums_only)), refused("photos:read"));
    for scope in [json!(null), json!(""), json!("photos:readonly"), json!("my photos:read,albums:read"), json!("PHOTOS:READ")] {
        let token = world.token_with(json!({ "scope": scope }));
        assert_eq!(world.verdict(&token), refused("photos:read"), "only the whole word is the scope: {scope}");
    }
}

#[test]
fn what_the_guard_said_is_heard_and_no_token_is_in_it() {
    let world = World::new();
    let heard = Heard::default();
    let cfg = DemoConfig::new(&world.provider.issuer, "shop", "secret");
    let service = Client::tracked(photo_service_heard(&cfg, heard.clone())).expect("the service starts");
    let id_token = world.provider.sign(&merged(header(), json!({ "typ": "JWT" })), &merged(world.claims(), json!({ "aud": "shop" })));
    for (token, call) in [
        (world.token_with(json!({})), Call::Served),
        (id_token, Call::NotAccessToken("JWT".to_owned())),
        (world.token_with(json!({ "aud": world.provider.issuer })), Call::Audience),
        (world.token_with(json!({ "scope": "albums:read" })), Call::Scope),
        (world.token_with(json!({ "exp": 1 })), Call::Refused("The access token has expired.")),
    ] {
        let mark = heard.mark();
        drop(service.get("/photos").header(Header::new("Authorization", format!("Bearer {token}"))).dispatch());
        assert_eq!(heard.after(mark), [call]);
        assert!(!format!("{heard:?}").contains(&token));
    }
    let mark = heard.mark();
    drop(service.get("/photos").dispatch());
    drop(service.get("/.well-known/oauth-protected-resource").dispatch());
    // Law: only what a guard was asked about is a call.
    assert_eq!(heard.after(mark), [Call::NoToken]);
}

#[test]
fn without_the_issuers_keys_nothing_is_believed() {
    let provider = Provider::new();
    let nowhere = DemoConfig::new("http://127.0.0.1:1", "shop", "secret");
    let service = Client::tracked(photo_service(&nowhere)).expect("the service starts");
    let token = provider.sign(&header(), &json!({}));
    let response = service.get("/photos").header(Header::new("Authorization", format!("Bearer {token}"))).dispatch();
    assert_eq!(verdict(&response), (503, String::new()), "a service that can't check says so, and lets nobody in");
}
