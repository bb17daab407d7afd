//! Tokens bound to a key by DPoP, over HTTP: RFC 9449.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{AppKey, Page, START, World, app, claims, photos};
use rocket::http::Method;
use serde_json::{Value, json};
use std::sync::Arc;

const TOKEN: &str = "http://127.0.0.1:8000/token";
const USERINFO: &str = "http://127.0.0.1:8000/userinfo";

fn key() -> Arc<AppKey> {
    Arc::new(AppKey::new())
}

/// `shop`, which may prove keys; `bound`, which must; `phone`, which is public.
async fn world() -> World {
    World::new()
        .client(app("shop"))
        .app(
            "bound",
            json!({"dpop_bound_access_tokens": true, "grant_types": ["authorization_code", "refresh_token", "client_credentials"]}),
        )
        .app("phone", json!({"token_endpoint_auth_method": "none", "client_secret": null}))
        .api(photos())
        .user("ada")
        .start()
        .await
}

async fn code(world: &World, client: &str, more: &[(&str, &str)]) -> String {
    let request = more.iter().fold(world.app(client).request(), |request, (name, value)| request.with(name, value));
    world.browser().allow(&request).await.code()
}

/// Asks for userinfo with these headers.
async fn userinfo(world: &World, authorization: &str, proofs: &[&str]) -> Page {
    let mut headers = vec![("Authorization", authorization)];
    headers.extend(proofs.iter().map(|proof| ("DPoP", *proof)));
    world.send(Method::Get, "/userinfo", &headers, &[]).await
}

fn challenge(page: &Page) -> String {
    page.all("WWW-Authenticate").collect::<Vec<_>>().join(", ")
}

#[rocket::async_test]
async fn rfc_9449_5_a_proof_binds_the_tokens_it_asks_for() {
    let (world, key) = (world().await, key());
    let shop = world.app("shop").proving(&key);
    let given = shop.redeem(&code(&world, "shop", &[]).await).await;
    assert_eq!((given.status, &given.json()["token_type"]), (200, &json!("DPoP")), "{}", given.body);
    let token = given.text("access_token");
    assert_eq!(claims(&token)["cnf"], json!({"jkt": key.jkt()}));
    assert_eq!(shop.userinfo(&token).await.status, 200);
    let told = shop.introspect(&token).await.json();
    // Law: §6.2, whoever asks learns to which key a token is bound.
    assert_eq!((&told["token_type"], &told["cnf"]["jkt"]), (&json!("DPoP"), &json!(key.jkt())));
}

#[rocket::async_test]
async fn rfc_9449_7_1_a_bound_token_works_with_a_fresh_proof_of_its_key_alone() {
    let (world, key, other) = (world().await, key(), key());
    let token = world.app("shop").proving(&key).redeem(&code(&world, "shop", &[]).await).await.text("access_token");
    let dpop = format!("DPoP {token}");
    let good = || key.proof_with("GET", USERINFO, START, &token);
    let bare = |more: Value| key.proof("GET", USERINFO, START, more);
    let replayed = good();
    assert_eq!(userinfo(&world, &dpop, &[&replayed]).await.status, 200);
    for (what, authorization, proofs, code) in [
        ("sent as Bearer", format!("Bearer {token}"), vec![], "invalid_token"),
        ("sent as Bearer with a proof", format!("Bearer {token}"), vec![good()], "invalid_token"),
        ("without a proof", dpop.clone(), vec![], "invalid_dpop_proof"),
        ("with two proofs", dpop.clone(), vec![good(), good()], "invalid_dpop_proof"),
        ("a proof by another key", dpop.clone(), vec![other.proof_with("GET", USERINFO, START, &token)], "invalid_token"),
        ("a proof used before", dpop.clone(), vec![replayed], "invalid_dpop_proof"),
        ("a proof for another token", dpop.clone(), vec![key.proof_with("GET", USERINFO, START, "x")], "invalid_dpop_proof"),
        ("a proof for no token", dpop.clone(), vec![bare(json!({}))], "invalid_dpop_proof"),
        ("a proof for another method", dpop.clone(), vec![key.proof_with("POST", USERINFO, START, &token)], "invalid_dpop_proof"),
        ("a proof for another address", dpop.clone(), vec![key.proof_with("GET", TOKEN, START, &token)], "invalid_dpop_proof"),
        ("an old proof", dpop.clone(), vec![key.proof_with("GET", USERINFO, START - 301, &token)], "invalid_dpop_proof"),
        ("a proof from the future", dpop.clone(), vec![key.proof_with("GET", USERINFO, START + 61, &token)], "invalid_dpop_proof"),
        ("no JWT", dpop.clone(), vec!["x".to_owned()], "invalid_dpop_proof"),
    ] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let page = userinfo(&world, &authorization, &proofs).await;
        assert_eq!(page.status, 401, "{what}");
        // Law: §7.1, the challenge names the scheme, the error and the algorithms.
        let said = challenge(&page);
        assert!(
            said.starts_with("DPoP ") && said.contains(&format!("error=\"{code}\"")) && said.contains("algs=\"ES256"),
            "{what}: {said}"
        );
    }
    assert_eq!(userinfo(&world, &dpop, &[&good()]).await.status, 200);
}

#[rocket::async_test]
async fn proofs_for_tokens_that_are_none_fill_no_memory() {
    let (world, key) = (world().await, key());
    let proof = key.proof_with("GET", USERINFO, START, "none");
    for _ in 0..2 {
        // Law: a stranger who makes keys and proofs without end, and has no token, leaves nothing behind: not even that a proof was used.
        assert_eq!(userinfo(&world, "DPoP none", &[&proof]).await.json()["error"], "invalid_token");
    }
}

#[rocket::async_test]
async fn rfc_9449_7_1_a_free_token_is_not_taken_with_a_proof() {
    let (world, key) = (world().await, key());
    let token = world.app("shop").redeem(&code(&world, "shop", &[]).await).await.text("access_token");
    let page = userinfo(&world, &format!("DPoP {token}"), &[&key.proof_with("GET", USERINFO, START, &token)]).await;
    assert_eq!((page.status, page.json()["error"].clone()), (401, json!("invalid_token")));
    let nobody = world.get("/userinfo").await;
    // Law: who comes without a token learns both schemes.
    assert!(challenge(&nobody).contains("Bearer ") && challenge(&nobody).contains("DPoP "), "{}", challenge(&nobody));
}

#[rocket::async_test]
async fn rfc_9449_5_2_a_client_registered_for_bound_tokens_gets_no_others() {
    let (world, key) = (world().await, key());
    let bound = world.app("bound");
    let first = code(&world, "bound", &[]).await;
    let refused = bound.redeem(&first).await;
    assert_eq!(refused.refusal(), (400, "invalid_dpop_proof".to_owned()));
    assert!(refused.header("DPoP-Nonce").is_some());
    assert_eq!(bound.machine(&[("scope", "photos:read")]).await.refusal().1, "invalid_dpop_proof");
    // Law: the refusal cost nothing: the code is still good, with a proof.
    let given = bound.clone().proving(&key).redeem(&first).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let refresh = given.text("refresh_token");
    assert_eq!(bound.refresh(&refresh).await.refusal().1, "invalid_dpop_proof");
    assert_eq!(bound.clone().proving(&key).refresh(&refresh).await.json()["token_type"], "DPoP");
}

#[rocket::async_test]
async fn rfc_9449_5_the_refresh_tokens_of_a_public_client_are_bound_to_its_key() {
    let (world, key, other) = (world().await, key(), key());
    let phone = world.app("phone");
    let given = phone.clone().proving(&key).redeem(&code(&world, "phone", &[("scope", "openid offline_access")]).await).await;
    let refresh = given.text("refresh_token");
    // Law: stolen, they are of no use, and the theft ends nothing.
    assert_eq!(phone.refresh(&refresh).await.refusal().1, "invalid_grant");
    assert_eq!(phone.clone().proving(&other).refresh(&refresh).await.refusal().1, "invalid_grant");
    let next = phone.clone().proving(&key).refresh(&refresh).await;
    assert_eq!((next.status, &next.json()["token_type"]), (200, &json!("DPoP")), "{}", next.body);
    assert_eq!(phone.proving(&other).refresh(&next.text("refresh_token")).await.refusal().1, "invalid_grant");
}

#[rocket::async_test]
async fn rfc_9449_5_a_confidential_client_may_change_its_key() {
    let (world, first, second) = (world().await, key(), key());
    let shop = world.app("shop");
    let given = shop.clone().proving(&first).redeem(&code(&world, "shop", &[]).await).await;
    let next = shop.proving(&second).refresh(&given.text("refresh_token")).await;
    // Law: it proves itself by its own authentication; its new tokens are bound to the new key.
    assert_eq!(claims(&next.text("access_token"))["cnf"]["jkt"], json!(second.jkt()));
}

#[rocket::async_test]
async fn rfc_9449_5_a_proof_at_the_token_endpoint_works_once_and_only_there() {
    let (world, key) = (world().await, key());
    let shop = world.app("shop");
    let authorization = doorward_testkit::basic("shop", doorward_testkit::SECRET);
    let post = async |proofs: &[&str]| {
        let mut headers = vec![("Authorization", authorization.as_str())];
        headers.extend(proofs.iter().map(|proof| ("DPoP", *proof)));
        let first = code(&world, "shop", &[]).await;
        let body = doorward_testkit::encode(&[
            ("grant_type", "authorization_code"),
            ("code", &first),
            ("redirect_uri", &shop.redirect_uri),
            ("code_verifier", doorward_testkit::VERIFIER),
        ]);
        shop.raw("/token", &headers, &body).await
    };
    let good = || key.proof("POST", TOKEN, START, json!({}));
    let used = good();
    assert_eq!(post(&[&used]).await.status, 200);
    for (what, proofs) in [
        ("used before", vec![used]),
        ("two", vec![good(), good()]),
        ("for GET", vec![key.proof("GET", TOKEN, START, json!({}))]),
        ("for another endpoint", vec![key.proof("POST", USERINFO, START, json!({}))]),
        ("for another server", vec![key.proof("POST", "https://other.example/token", START, json!({}))]),
        ("old", vec![key.proof("POST", TOKEN, START - 301, json!({}))]),
        ("without a jti", vec![key.proof("POST", TOKEN, START, json!({"jti": null}))]),
        ("with a foreign nonce", vec![key.proof("POST", TOKEN, START, json!({"nonce": "x"}))]),
        ("signed by nobody", vec![format!("{}x", good())]),
    ] {
        let page = post(&proofs.iter().map(String::as_str).collect::<Vec<_>>()).await;
        let expected = if what.contains("nonce") { "use_dpop_nonce" } else { "invalid_dpop_proof" };
        // Law: §5, RFC 6749 §5.2: 400 at the token endpoint, with a nonce for the next try.
        assert_eq!(page.refusal(), (400, expected.to_owned()), "{what}");
        assert!(page.header("DPoP-Nonce").is_some(), "{what}");
    }
    // A query and a fragment are not looked at (§4.3 check 9).
    assert_eq!(post(&[&key.proof("POST", &format!("{TOKEN}?a=b#c"), START, json!({}))]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_9449_8_a_nonce_may_be_required() {
    let key = key();
    let world = World::new().set("REQUIRE_DPOP_NONCE", "true").client(app("shop")).user("ada").start().await;
    let shop = world.app("shop");
    let first = code(&world, "shop", &[]).await;
    let refused = shop.clone().proving(&key).redeem(&first).await;
    assert_eq!(refused.refusal(), (400, "use_dpop_nonce".to_owned()));
    let nonce = refused.header("DPoP-Nonce").expect("a nonce").to_owned();
    let authorization = doorward_testkit::basic("shop", doorward_testkit::SECRET);
    let proof = key.proof("POST", TOKEN, START, json!({"nonce": nonce}));
    let body = doorward_testkit::encode(&[
        ("grant_type", "authorization_code"),
        ("code", &first),
        ("redirect_uri", &shop.redirect_uri),
        ("code_verifier", doorward_testkit::VERIFIER),
    ]);
    let given = shop.raw("/token", &[("Authorization", &authorization), ("DPoP", &proof)], &body).await;
    assert_eq!(given.status, 200, "{}", given.body);
    let token = given.text("access_token");
    let page = userinfo(&world, &format!("DPoP {token}"), &[&key.proof_with("GET", USERINFO, START, &token)]).await;
    // Law: §9, a resource asks by 401 and a challenge.
    assert_eq!((page.status, challenge(&page).contains("error=\"use_dpop_nonce\"")), (401, true));
    assert!(page.header("DPoP-Nonce").is_some());
}

#[rocket::async_test]
async fn browser_apps_may_send_proofs_and_read_nonces() {
    let world = world().await;
    let preflight = world.send(Method::Options, "/token", &[("Origin", "https://spa.example")], &[]).await;
    assert!(preflight.header("Access-Control-Allow-Headers").is_some_and(|names| names.contains("DPoP")));
    let page = world.get("/userinfo").await;
    // Law: §8: "the DPoP-Nonce header … MUST be … accessible" to them.
    assert!(page.header("Access-Control-Expose-Headers").is_some_and(|names| names.contains("DPoP-Nonce")));
}
