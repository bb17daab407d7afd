//! Answers as signed JWTs: OpenID Connect Core §5.3.2, RFC 9701.
#![allow(clippy::expect_used, missing_docs)]

use doorward_protocol::jose::{Alg, JwkSet, Rules, Typ, verify};
use doorward_testkit::{API, Page, SECRET, START, World, app, basic, claims, encode, header, photos};
use rocket::http::Method;
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8000";
const JWT: &str = "application/token-introspection+jwt";

async fn world(shop: Value, service: Value) -> World {
    let mut photo_service = json!({"resource": API, "grant_types": ["client_credentials"], "redirect_uris": null});
    for (name, value) in service.as_object().expect("members") {
        photo_service[name] = value.clone();
    }
    let world = World::new().app("shop", shop).app("photos", photo_service).client(app("plain")).api(photos());
    world.user("ada").start().await
}

async fn given(world: &World, name: &str, scope: &str) -> Page {
    let app = world.app(name);
    let code = world.browser().allow(&app.request().with("scope", scope)).await.code();
    let page = app.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

/// Verifies by the published keys, as a client's library would, and gives the claims.
async fn verified(world: &World, jwt: &str, alg: Alg, typ: &str) -> Value {
    let keys = JwkSet::from_value(&world.get("/jwks.json").await.json()).expect("keys");
    let token = verify(jwt, &Rules::new(&[alg], Typ::Required(&[typ])), &keys).expect("it verifies");
    Value::Object(token.claims().clone())
}

async fn introspect(world: &World, name: &str, token: &str, accept: &[&str]) -> Page {
    let authorization = basic(name, SECRET);
    let mut headers = vec![("Authorization", authorization.as_str())];
    headers.extend(accept.iter().map(|accept| ("Accept", *accept)));
    world.app(name).raw("/introspect", &headers, &encode(&[("token", token)])).await
}

#[rocket::async_test]
async fn oidc_core_5_3_2_userinfo_is_signed_for_who_registered_so() {
    for alg in Alg::ALL {
        let world = world(json!({"userinfo_signed_response_alg": alg.name()}), json!({})).await;
        let token = given(&world, "shop", "openid email").await.text("access_token");
        for method in [Method::Get, Method::Post] {
            let page = world
                .send(method, "/userinfo", &[("Authorization", &format!("Bearer {token}")), ("Accept", "application/json")], &[])
                .await;
            assert_eq!(
                (page.status, page.header("Content-Type"), page.header("Cache-Control")),
                (200, Some("application/jwt"), Some("no-store"))
            );
            let told = verified(&world, &page.body, alg, "JWT").await;
            let expected = json!({"iss": ISSUER, "aud": "shop", "sub": "sub-ada", "email": "ada@example.org", "email_verified": true});
            assert_eq!(told, expected);
        }
        // Errors stay what they are (§5.3.3).
        let page = world.app("shop").userinfo("dwa_unknown").await;
        assert_eq!(page.refusal(), (401, "invalid_token".to_owned()));
    }
}

#[rocket::async_test]
async fn rfc_8725_3_12_signed_userinfo_is_no_id_token_and_no_access_token() {
    let world = world(json!({"userinfo_signed_response_alg": "ES256"}), json!({})).await;
    let shop = world.app("shop");
    let token = given(&world, "shop", "openid").await.text("access_token");
    let signed = shop.userinfo(&token).await.body;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let landing = browser.open(&shop.request().with("id_token_hint", &signed)).await.landing();
    assert_eq!(landing.error(), "invalid_request");
    assert_eq!(shop.userinfo(&signed).await.refusal(), (401, "invalid_token".to_owned()));
    // Law: nor a hint at logout.
    assert_eq!(browser.get(&format!("/logout?id_token_hint={signed}")).await.status, 400);
}

#[rocket::async_test]
async fn rfc_9701_5_an_answer_is_signed_where_accept_asks_for_it() {
    let world = world(json!({}), json!({})).await;
    let token = given(&world, "shop", "openid photos:read").await.text("access_token");
    let plain = introspect(&world, "photos", &token, &["application/json"]).await;
    assert_eq!(plain.header("Content-Type"), Some("application/json"));
    for accept in [&[JWT][..], &["application/json;q=0.5, Application/Token-Introspection+JWT ; q=1.0"], &["text/html", JWT]] {
        let page = introspect(&world, "photos", &token, accept).await;
        assert_eq!(
            (page.status, page.header("Content-Type"), page.header("Cache-Control")),
            (200, Some(JWT), Some("no-store")),
            "{accept:?}"
        );
        // §6: RS256 unless registered otherwise; §5: the members of the RFC's example.
        let told = verified(&world, &page.body, Alg::Rs256, "token-introspection+jwt").await;
        assert_eq!(told, json!({"iss": ISSUER, "aud": "photos", "iat": START, "token_introspection": plain.json()}));
        assert_eq!(header(&page.body)["typ"], "token-introspection+jwt");
    }
    for accept in
        [&[][..], &["*/*"], &["application/*"], &["application/jwt"], &["application/token-introspection+jwt;q=0"], &["garbage;;,="]]
    {
        let page = introspect(&world, "photos", &token, accept).await;
        assert_eq!((page.header("Content-Type"), page.body.as_str()), (Some("application/json"), plain.body.as_str()), "{accept:?}");
    }
    // What is none of the caller's business says so signed as well, and no more.
    let stranger = introspect(&world, "plain", &token, &[JWT]).await;
    assert_eq!(claims(&stranger.body)["token_introspection"], json!({"active": false}));
    // Law: a refusal is JSON (RFC 9701 §5 speaks of answers).
    let authorization = basic("photos", "wrong");
    let refused = world.app("photos").raw("/introspect", &[("Authorization", &authorization), ("Accept", JWT)], "token=x").await;
    assert_eq!(refused.refusal(), (401, "invalid_client".to_owned()));
}

#[rocket::async_test]
async fn rfc_9701_6_a_registered_algorithm_is_used_always() {
    for alg in Alg::ALL {
        let world = world(json!({}), json!({"introspection_signed_response_alg": alg.name()})).await;
        let token = given(&world, "shop", "openid photos:read").await.text("access_token");
        for accept in [&[][..], &["application/json"], &[JWT]] {
            let page = introspect(&world, "photos", &token, accept).await;
            assert_eq!(page.header("Content-Type"), Some(JWT));
            let told = verified(&world, &page.body, alg, "token-introspection+jwt").await;
            assert_eq!((told["token_introspection"]["active"].as_bool(), told.get("exp"), told.get("sub")), (Some(true), None, None));
        }
        // Law: a signed answer is no token.
        let answer = introspect(&world, "photos", &token, &[]).await.body;
        assert_eq!(world.app("shop").userinfo(&answer).await.status, 401);
        assert_eq!(claims(&introspect(&world, "photos", &answer, &[]).await.body)["token_introspection"], json!({"active": false}));
    }
}

#[rocket::async_test]
async fn discovery_lists_with_what_answers_are_signed() {
    let world = World::new().client(app("shop")).start().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    let all: Vec<&str> = Alg::ALL.iter().map(|alg| alg.name()).collect();
    // Law: exactly what signs.
    assert_eq!(
        (&document["userinfo_signing_alg_values_supported"], &document["introspection_signing_alg_values_supported"]),
        (&json!(all), &json!(all))
    );
}
