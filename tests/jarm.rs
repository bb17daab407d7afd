//! Signed authorization responses over HTTP: JWT Secured Authorization Response Mode (JARM).
#![allow(clippy::expect_used, missing_docs)]

use doorward::clock::Clock as _;
use doorward_protocol::jose::{Alg, JwkSet, Rules, Typ, verify};
use doorward_testkit::{Landing, World, app, claims, header};
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8000";

/// Verifies the answer with the published keys, as the client does (JARM §2.4), and gives its claims.
async fn opened(world: &World, landing: &Landing, client: &str, alg: Alg) -> Value {
    let names: Vec<&str> = landing.params.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["response"], "{landing:?}");
    let jwt = landing.get("response").expect("a response");
    let keys = JwkSet::from_value(&world.get("/jwks.json").await.json()).expect("keys");
    verify(jwt, &Rules::new(&[alg], Typ::Optional(&["JWT"])), &keys).expect("it verifies");
    assert!(header(jwt)["kid"].is_string());
    let claims = claims(jwt);
    let left = claims["exp"].as_i64().expect("exp") - world.clock.now().0;
    assert!((10..=600).contains(&left), "{left}");
    assert_eq!((claims["iss"].as_str(), claims["aud"].as_str()), (Some(ISSUER), Some(client)));
    claims
}

#[rocket::async_test]
async fn jarm_2_3_a_code_travels_signed_in_every_mode_and_works() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for mode in ["jwt", "query.jwt", "form_post.jwt"] {
        let page = browser.open(&shop.request().with("response_mode", mode).with("state", "a \"b\" é")).await;
        assert_eq!(page.status, if mode == "form_post.jwt" { 200 } else { 303 }, "{mode}");
        if mode == "form_post.jwt" {
            let csp = page.header("Content-Security-Policy").expect("a policy");
            assert!(csp.contains("form-action 'self' https://shop.example;"), "{csp}");
        }
        let landing = page.landing();
        assert!(landing.address.starts_with("https://shop.example/cb"), "{landing:?}");
        // JARM §3: RS256 unless the client is registered otherwise.
        let claims = opened(&world, &landing, "shop", Alg::Rs256).await;
        assert_eq!(claims["state"], "a \"b\" é");
        let code = claims["code"].as_str().expect("a code");
        // Law: nothing of the answer stands outside of the signature, and the code is a code.
        assert_eq!(shop.redeem(code).await.status, 200, "{mode}");
    }
}

#[rocket::async_test]
async fn jarm_2_1_errors_travel_signed_as_well_from_wherever_they_come() {
    let world = World::new().client(app("shop")).user("ada").start().await;
    let shop = world.app("shop");
    let request = shop.request().with("response_mode", "jwt");
    let mut browser = world.browser();
    // Of the request, of the session, of the person.
    let refused = browser.open(&request.clone().with("scope", "admin")).await.landing();
    assert_eq!(opened(&world, &refused, "shop", Alg::Rs256).await["error"], "invalid_scope");
    let silent = browser.open(&request.clone().with("prompt", "none")).await.landing();
    assert_eq!(opened(&world, &silent, "shop", Alg::Rs256).await["error"], "login_required");
    let page = browser.open(&request).await;
    let left = browser.submit(page.form("/cancel")).await.landing();
    assert_eq!(opened(&world, &left, "shop", Alg::Rs256).await["error"], "access_denied");
    browser.log_in("ada").await;
    let page = browser.open(&request).await;
    let denied = browser.submit(page.form("/consent").press("decision", "deny")).await.landing();
    let claims = opened(&world, &denied, "shop", Alg::Rs256).await;
    assert_eq!((&claims["error"], &claims["state"], &claims["code"]), (&json!("access_denied"), &json!("a state"), &Value::Null));
    let allowed = browser.allow(&request).await;
    assert!(opened(&world, &allowed, "shop", Alg::Rs256).await["code"].is_string());
    // Law: a page is no answer to a client, and is signed for nobody.
    let page = browser.open(&request.clone().with("redirect_uri", "https://evil.example/cb")).await;
    assert_eq!((page.status, page.header("Location")), (400, None));
}

#[rocket::async_test]
async fn jarm_3_the_algorithm_is_the_clients_and_a_registered_one_asks_for_nothing() {
    let quiet = |alg: &str| json!({"require_consent": false, "authorization_signed_response_alg": alg});
    let world = World::new().app("es", quiet("ES256")).app("ps", quiet("PS256")).app("ed", quiet("EdDSA")).user("ada").start().await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for (name, alg) in [("es", Alg::Es256), ("ps", Alg::Ps256), ("ed", Alg::EdDsa)] {
        let app = world.app(name);
        let landing = browser.open(&app.request().with("response_mode", "jwt")).await.landing();
        opened(&world, &landing, name, alg).await;
        // Who doesn't ask for it gets the plain answer.
        let plain = browser.open(&app.request()).await.landing();
        assert!(plain.get("code").is_some() && plain.get("response").is_none(), "{plain:?}");
    }
    // Law: a signed answer is for one client, and no ID token (RFC 8725 §3.12).
    let landing = browser.open(&world.app("es").request().with("response_mode", "jwt")).await.landing();
    let hint = landing.get("response").expect("a response");
    let refused = browser.open(&world.app("es").request().with("id_token_hint", hint)).await.landing();
    assert_eq!(refused.error(), "invalid_request");
}

#[rocket::async_test]
async fn jarm_4_discovery_lists_what_works_and_nothing_travels_in_a_fragment() {
    let world = World::new().client(app("shop")).start().await;
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["response_modes_supported"], json!(["query", "form_post", "query.jwt", "form_post.jwt", "jwt"]));
    assert_eq!(metadata["authorization_signing_alg_values_supported"], json!(["ES256", "EdDSA", "RS256", "PS256"]));
    let shop = world.app("shop");
    for mode in ["fragment", "fragment.jwt", "web_message", "JWT", "query.jwt.jwt"] {
        let landing = world.browser().open(&shop.request().with("response_mode", mode)).await.landing();
        assert_eq!((landing.error(), landing.address.contains('#')), ("invalid_request", false), "{mode}");
    }
    // Law: an unknown mode is said by query, since nothing else is known.
    let twice = shop.request().with("response_mode", "jwt").and("response_mode", "jwt");
    assert_eq!(world.browser().open(&twice).await.landing().error(), "invalid_request");
}
