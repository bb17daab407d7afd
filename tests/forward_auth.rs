//! `/forward-auth` over HTTP: what a proxy is told of a request, and what nobody is told.
#![allow(clippy::expect_used, missing_docs)]

use doorward::store::consents;
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::values::{ClientId, Subject};
use doorward_testkit::{API, AppCertificate, AppKey, Backend, Page, START, World, app, basic, each_backend, photos};
use rocket::http::{Header, Method};
use serde_json::{Value, json};
use std::sync::Arc;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const STOCK: &str = "https://stock.example/api";
const PHOTOS: &str = "/forward-auth?resource=https://photos.example&scope=photos:read";

/// Ada, an app, the photos service, which may call stock, and a machine.
async fn world(backend: Backend) -> World {
    let service = |resource: &str| json!({"resource": resource, "grant_types": [EXCHANGE, "client_credentials"], "redirect_uris": null});
    let opaque = json!({"resource": STOCK, "access_token_format": "opaque", "scopes": {"stock:read": {}, "stock:write": {}}});
    let world = World::new().on(backend).client(app("shop")).user("ada").api(photos()).api(opaque);
    let world = world.app("photos", service(API)).app("stock", service(STOCK));
    let robot = json!({"grant_types": ["client_credentials"], "redirect_uris": null, "scope": "photos:read"});
    let world = world.app("robot", robot).public("spa", "https://spa.example/cb").start().await;
    let edge = json!({"name": "photos-to-stock", "client": "photos", "target": STOCK, "scopes": ["stock:read"]});
    world.declare::<ExchangeRule>(edge).await;
    world
}

async fn given(world: &World, scope: &str) -> Page {
    let shop = world.app("shop");
    let code = world.browser().allow(&shop.request().with("scope", scope)).await.code();
    let page = shop.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn asked(world: &World, path: &str, authorization: &str) -> Page {
    world.send(Method::Get, path, &[("Authorization", authorization)], &[]).await
}

fn told(page: &Page) -> Vec<(&str, &str)> {
    let ours = page.headers.iter().filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-auth-"));
    ours.map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// All that an answer says, but for the name of its request.
fn bytes(page: &Page) -> (u16, Vec<(String, String)>, String) {
    let headers = page.headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("x-request-id")).cloned();
    (page.status, headers.collect(), page.body.clone())
}

each_backend! {
    async fn a_request_with_a_good_token_passes_and_the_service_is_told_whose_it_is(backend: Backend) {
        let world = world(backend).await;
        let token = given(&world, "openid photos:read photos:write").await.text("access_token");
        let page = asked(&world, PHOTOS, &format!("Bearer {token}")).await;
        assert_eq!((page.status, page.body.as_str(), page.header("Cache-Control")), (204, "", Some("no-store")));
        let until = (START + 600).to_string();
        assert_eq!(told(&page), [
            ("X-Auth-Subject", "sub-ada"), ("X-Auth-Kind", "person"), ("X-Auth-Client", "shop"), ("X-Auth-Actor", "-"),
            ("X-Auth-Audience", API), ("X-Auth-Scope", "photos:read photos:write"), ("X-Auth-Expires", until.as_str()),
        ]);
        let machine = world.app("robot").machine(&[("scope", "photos:read")]).await.text("access_token");
        let page = asked(&world, PHOTOS, &format!("Bearer {machine}")).await;
        // Law: a machine is told to be one.
        assert_eq!((page.header("X-Auth-Kind"), page.header("X-Auth-Subject")), (Some("machine"), Some("robot")));
    }

    async fn an_opaque_token_of_a_chain_passes_with_all_its_actors(backend: Backend) {
        let world = world(backend).await;
        let first = given(&world, "openid photos:read").await.text("access_token");
        let pairs = [("grant_type", EXCHANGE), ("subject_token", first.as_str()), ("subject_token_type", ACCESS_TOKEN), ("resource", STOCK)];
        let second = world.app("photos").token(&pairs).await.text("access_token");
        let stock = format!("/forward-auth?resource={STOCK}&scope=stock:read");
        let page = asked(&world, &stock, &format!("Bearer {second}")).await;
        assert_eq!((page.status, page.header("X-Auth-Actor"), page.header("X-Auth-Client")), (204, Some("photos"), Some("photos")));
        // Law: the first token is for the first service, the second for the second, and neither for both.
        assert_eq!(asked(&world, &stock, &format!("Bearer {first}")).await.refusal(), (401, "invalid_token".to_owned()));
        assert_eq!(asked(&world, PHOTOS, &format!("Bearer {second}")).await.refusal(), (401, "invalid_token".to_owned()));
        let writing = format!("/forward-auth?resource={STOCK}&scope=stock:read+stock:write");
        let page = asked(&world, &writing, &format!("Bearer {second}")).await;
        assert_eq!(page.refusal(), (403, "insufficient_scope".to_owned()));
        // RFC 6750 §3.1: what would be needed.
        let challenge = page.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer ") && challenge.contains("scope=\"stock:read stock:write\""), "{challenge}");
    }

    async fn what_was_taken_back_is_refused_at_once_signed_or_not(backend: Backend) {
        let world = world(backend).await;
        for by in ["revocation", "consent", "account", "expiry"] {
            let token = given(&world, "openid photos:read").await.text("access_token");
            let bearer = format!("Bearer {token}");
            assert_eq!(asked(&world, PHOTOS, &bearer).await.status, 204, "{by}");
            let now = world.ctx.now();
            match by {
                "revocation" => assert_eq!(world.app("shop").revoke(&token).await.status, 200),
                "consent" => world.change(move |conn| consents::withdraw(conn, &Subject::new("sub-ada"), &ClientId::new("shop"), now)).await,
                "account" => world.disable("ada", true).await,
                _ => world.clock.advance(600),
            }
            // Law: a JWT that is good by its signature is as dead as an opaque token.
            assert_eq!(asked(&world, PHOTOS, &bearer).await.refusal(), (401, "invalid_token".to_owned()), "{by}");
            world.disable("ada", false).await;
        }
    }
}

#[rocket::async_test]
async fn rfc_7662_4_of_a_token_for_another_audience_nothing_is_learned() {
    let world = world(Backend::Sqlite).await;
    let token = given(&world, "openid photos:read").await.text("access_token");
    let stock = format!("/forward-auth?resource={STOCK}&scope=stock:read");
    let foreign = bytes(&asked(&world, &stock, &format!("Bearer {token}")).await);
    let unknown = bytes(&asked(&world, &stock, "Bearer dwa_unknown").await);
    let altered = bytes(&asked(&world, &stock, &format!("Bearer {}AAAA", &token[..token.len() - 4])).await);
    assert_eq!(world.app("shop").revoke(&token).await.status, 200);
    let dead = bytes(&asked(&world, &stock, &format!("Bearer {token}")).await);
    // Law: foreign, unknown, altered and dead are one answer, to the byte.
    assert_eq!((&foreign, &foreign, &foreign), (&unknown, &altered, &dead));
    assert_eq!(foreign.0, 401);
}

#[rocket::async_test]
async fn whoever_isnt_named_as_a_proxy_gets_no_answer_whatever_they_say_of_themselves() {
    let world = World::new().client(app("shop")).user("ada").api(photos()).set("FORWARD_AUTH", "10.1.0.0/16");
    let world = world.set("TRUSTED_PROXIES", "127.0.0.1").start().await;
    let token = given(&world, "openid photos:read").await.text("access_token");
    let from = async |from: &str, more: &[(&'static str, &'static str)]| {
        let mut request = world.local.get(PHOTOS).remote(from.parse().expect("an address"));
        request.add_header(Header::new("Authorization", format!("Bearer {token}")));
        for (name, value) in more {
            request.add_header(Header::new(*name, *value));
        }
        let answer = request.dispatch().await;
        let told = answer.headers().iter().any(|header| header.name().as_str().to_ascii_lowercase().starts_with("x-auth-"));
        (answer.status().code, told)
    };
    assert_eq!(from("10.1.2.3:5000", &[]).await, (204, true));
    for (address, more) in [
        ("10.2.0.1:5000", &[][..]),
        ("127.0.0.1:5000", &[]),
        ("127.0.0.1:5000", &[("X-Forwarded-For", "10.1.2.3")]),
        ("192.0.2.1:5000", &[("X-Real-IP", "10.1.2.3"), ("Forwarded", "for=10.1.2.3")]),
    ] {
        // Law: the address of the connection counts and no header.
        assert_eq!(from(address, more).await, (404, false), "{address} {more:?}");
    }
}

#[rocket::async_test]
async fn in_production_nobody_may_ask_unless_named() {
    let world = World::new().issuer("https://login.example").client(app("shop")).api(photos()).start().await;
    // Law: the loopback is where the public proxy of a real server comes from.
    assert_eq!(asked(&world, PHOTOS, "Bearer dwa_unknown").await.status, 404);
    let named = World::new().issuer("https://login.example").api(photos()).set("FORWARD_AUTH", "127.0.0.1").start().await;
    assert_eq!(asked(&named, PHOTOS, "Bearer dwa_unknown").await.status, 401);
    let home = World::new().api(photos()).set("FORWARD_AUTH", "").start().await;
    assert_eq!(asked(&home, PHOTOS, "Bearer dwa_unknown").await.status, 404);
}

#[rocket::async_test]
async fn a_location_that_was_written_wrong_lets_nobody_through() {
    let world = world(Backend::Sqlite).await;
    let bearer = format!("Bearer {}", given(&world, "openid photos:read").await.text("access_token"));
    for (query, error) in [
        ("", "invalid_target"),
        ("?resource=", "invalid_request"),
        ("?resource=photos", "invalid_target"),
        ("?resource=https://unheard.example", "invalid_target"),
        ("?resource=http://127.0.0.1:8000", "invalid_target"),
        ("?resource=https://photos.example&resource=https://photos.example", "invalid_request"),
        ("?resource=https://photos.example&scope=photos:read&scope=photos:read", "invalid_request"),
        ("?resource=https://photos.example&scope=", "invalid_request"),
        ("?resource=https://photos.example&scopes=photos:write", "invalid_request"),
        ("?resource=https://photos.example&scope=photos:typo", "invalid_scope"),
        ("?resource=https://photos.example&scope=stock:read", "invalid_scope"),
        ("?resource=https://photos.example&audience=https://photos.example", "invalid_request"),
        ("?resource=https://photos.example&access_token=x", "invalid_request"),
        ("?resource=https://photos.example&origin=https://a.example/path", "invalid_request"),
        ("?resource=https://photos.example%00", "invalid_request"),
    ] {
        let page = asked(&world, &format!("/forward-auth{query}"), &bearer).await;
        // Law: neither 2xx nor a verdict about the token: every proxy shuts the door, and its log says why.
        assert_eq!((page.refusal(), told(&page).len()), ((400, error.to_owned()), 0), "{query}");
    }
}

#[rocket::async_test]
async fn only_an_access_token_in_the_one_header_counts() {
    let world = world(Backend::Sqlite).await;
    let page = given(&world, "openid photos:read").await;
    let token = page.text("access_token");
    let (refresh, id, whole) = (page.text("refresh_token"), page.text("id_token"), format!("Bearer {token}"));
    let nothing = world.get(PHOTOS).await;
    assert_eq!((nothing.status, nothing.body.as_str()), (401, ""));
    let challenges: Vec<&str> = nothing.all("WWW-Authenticate").collect();
    // RFC 6750 §3.1: no error code where no token was sent.
    assert!(challenges[0] == "Bearer realm=\"doorward\"" && challenges[1].starts_with("DPoP realm="), "{challenges:?}");
    for (what, headers) in [
        ("a refresh token", vec![("Authorization", format!("Bearer {refresh}"))]),
        ("an ID token", vec![("Authorization", format!("Bearer {id}"))]),
        ("two headers", vec![("Authorization", whole.clone()), ("Authorization", whole.clone())]),
        ("two tokens", vec![("Authorization", format!("{whole} {token}"))]),
        ("a client's secret", vec![("Authorization", basic("photos", doorward_testkit::SECRET))]),
        ("a cookie", vec![("Cookie", format!("access_token={token}"))]),
        ("another header", vec![("X-Auth-Token", token.clone()), ("X-Forwarded-Authorization", whole.clone())]),
        ("its own verdict", vec![("X-Auth-Subject", "sub-ada".to_owned()), ("X-Auth-Scope", "photos:read".to_owned())]),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = world.send(Method::Get, PHOTOS, &headers, &[]).await;
        assert_eq!((page.status, told(&page).len()), (401, 0), "{what}");
        assert!(page.header("WWW-Authenticate").is_some(), "{what}");
    }
    // Law: a question changes nothing, so it is a GET.
    for method in [Method::Post, Method::Put, Method::Options] {
        assert_eq!(world.send(method, PHOTOS, &[("Authorization", &whole)], &[]).await.status, 405, "{method}");
    }
}

/// A token of the single-page app, bound to its key, for the photos service.
async fn bound(world: &World, key: &Arc<AppKey>) -> String {
    let spa = world.app("spa").proving(key);
    let code = world.browser().allow(&spa.request().with("scope", "openid photos:read")).await.code();
    spa.redeem(&code).await.text("access_token")
}

#[rocket::async_test]
async fn rfc_9449_7_1_a_bound_token_passes_with_a_fresh_proof_for_this_very_request() {
    let world = world(Backend::Sqlite).await;
    let key = Arc::new(AppKey::new());
    let token = bound(&world, &key).await;
    let ask = async |authorization: &str, proof: &str, forwarded: &[(&str, &str)]| {
        let mut headers = vec![("Authorization", authorization), ("DPoP", proof)];
        headers.extend(forwarded);
        world.send(Method::Get, PHOTOS, &headers, &[]).await
    };
    let (dpop, seen) = (format!("DPoP {token}"), [("X-Forwarded-Method", "POST"), ("X-Forwarded-Uri", "/albums?page=2")]);
    let prove = |method: &str, url: &str, token: &str| key.proof_with(method, url, START, token);
    let fine = prove("POST", "https://photos.example/albums", &token);
    let page = ask(&dpop, &fine, &seen).await;
    assert_eq!((page.status, page.header("X-Auth-Client"), page.header("DPoP-Nonce").is_some()), (204, Some("spa"), true), "{}", page.body);
    let host = [seen[0], seen[1], ("X-Forwarded-Host", "evil.example"), ("Host", "evil.example")];
    let other = AppKey::new();
    for (what, authorization, proof, forwarded, status, error) in [
        ("used before", &dpop, fine.clone(), &seen[..], 401, "invalid_dpop_proof"),
        ("for another method", &dpop, prove("GET", "https://photos.example/albums", &token), &seen, 401, "invalid_dpop_proof"),
        ("for another path", &dpop, prove("POST", "https://photos.example/", &token), &seen, 401, "invalid_dpop_proof"),
        ("for our own address", &dpop, prove("GET", "http://127.0.0.1:8000/forward-auth", &token), &seen, 401, "invalid_dpop_proof"),
        ("for the host that a header names", &dpop, prove("POST", "https://evil.example/albums", &token), &host, 401, "invalid_dpop_proof"),
        ("for another token", &dpop, prove("POST", "https://photos.example/albums", "x"), &seen, 401, "invalid_dpop_proof"),
        ("of another key", &dpop, other.proof_with("POST", "https://photos.example/albums", START, &token), &seen, 401, "invalid_token"),
        ("no proof", &dpop, String::new(), &seen, 401, "invalid_dpop_proof"),
        ("as Bearer", &format!("Bearer {token}"), prove("POST", "https://photos.example/albums", &token), &seen, 401, "invalid_token"),
        ("not said for what", &dpop, prove("POST", "https://photos.example/albums", &token), &[], 400, "invalid_request"),
        (
            "said twice for what",
            &dpop,
            prove("POST", "https://photos.example/albums", &token),
            &[seen[0], seen[1], seen[1]],
            400,
            "invalid_request",
        ),
    ] {
        let page = ask(authorization, &proof, forwarded).await;
        assert_eq!((page.refusal(), told(&page).len()), ((status, error.to_owned()), 0), "{what}");
    }
    // Law: where a service stands is the operator's word.
    let path = format!("{PHOTOS}&origin=http://127.0.0.1:8443");
    let proof = prove("POST", "http://127.0.0.1:8443/albums", &token);
    let headers = [("Authorization", dpop.as_str()), ("DPoP", proof.as_str()), seen[0], seen[1]];
    assert_eq!(world.send(Method::Get, &path, &headers, &[]).await.status, 204);
}

#[rocket::async_test]
async fn rfc_8705_3_a_token_bound_to_a_certificate_passes_with_that_one_alone() {
    let bound = json!({"tls_client_certificate_bound_access_tokens": true});
    let world = World::new().app("shop", bound).user("ada").api(photos());
    let world = world.set("TRUSTED_PROXIES", "127.0.0.1").set("CLIENT_CERT_HEADER", "Client-Cert").start().await;
    let (own, other) = (AppCertificate::new("shop"), AppCertificate::new("other"));
    let shop = world.app("shop").showing(&own);
    let code = world.browser().allow(&shop.request().with("scope", "openid photos:read")).await.code();
    let bearer = format!("Bearer {}", shop.redeem(&code).await.text("access_token"));
    let with =
        async |certificate: &str| world.send(Method::Get, PHOTOS, &[("Authorization", &bearer), ("Client-Cert", certificate)], &[]).await;
    assert_eq!(with(&own.rfc9440()).await.status, 204);
    // Law: not without it, not with another.
    assert_eq!(asked(&world, PHOTOS, &bearer).await.refusal(), (401, "invalid_token".to_owned()));
    assert_eq!(with(&other.rfc9440()).await.refusal(), (401, "invalid_token".to_owned()));
}

#[rocket::async_test]
async fn pairwise_people_keep_their_name_and_discovery_says_nothing_new() {
    let sector: Value = json!({"subject_type": "pairwise"});
    let world = World::new().app("shop", sector).user("ada").api(photos()).start().await;
    let page = given(&world, "openid photos:read").await;
    let token = page.text("access_token");
    let page = asked(&world, PHOTOS, &format!("Bearer {token}")).await;
    // Law: the service is told the name that the JWT tells.
    assert_eq!(page.header("X-Auth-Subject"), doorward_testkit::claims(&token)["sub"].as_str());
    assert_ne!(page.header("X-Auth-Subject"), Some("sub-ada"));
    assert!(!world.get("/.well-known/openid-configuration").await.body.contains("forward"));
}
