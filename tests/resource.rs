//! Userinfo, introspection, revocation over HTTP: OpenID Connect Core §5.3, RFC 6750, RFC 7662, RFC 7009.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{API, Page, SECRET, START, World, app, basic, each_backend, encode, photos};
use rocket::http::Method;
use serde_json::json;

const ISSUER: &str = "http://127.0.0.1:8000";

/// Ada, the app, and the photo service, which may introspect tokens for itself.
async fn world() -> World {
    let photo_service = json!({"resource": API, "grant_types": ["client_credentials"], "redirect_uris": null});
    let mail_service = json!({"resource": "https://mail.example", "grant_types": ["client_credentials"], "redirect_uris": null});
    let world = World::new().client(app("shop")).app("photos", photo_service).app("mail", mail_service).api(photos());
    world.public("spa", "https://spa.example/cb").user("ada").start().await
}

async fn given(world: &World, app: &str, scope: &str) -> Page {
    let app = world.app(app);
    let code = world.browser().allow(&app.request().with("scope", scope)).await.code();
    let page = app.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

#[rocket::async_test]
async fn oidc_core_5_3_userinfo_tells_what_the_scopes_allow() {
    let world = world().await;
    for (scope, names) in [
        ("openid", vec!["sub"]),
        ("openid email", vec!["email", "email_verified", "sub"]),
        ("openid profile", vec!["given_name", "name", "preferred_username", "sub"]),
    ] {
        let token = given(&world, "shop", scope).await.text("access_token");
        let bearer = format!("Bearer {token}");
        for method in [Method::Get, Method::Post] {
            let page = world.send(method, "/userinfo", &[("Authorization", &bearer)], &[]).await;
            let told = page.json();
            let mut keys: Vec<&str> = told.as_object().expect("claims").keys().map(String::as_str).collect();
            keys.sort_unstable();
            assert_eq!((page.status, keys), (200, names.clone()), "{method} {scope}");
            // Law: the same `sub` as in the ID token, and nothing kept by anybody on the way.
            assert_eq!((told["sub"].as_str(), page.header("Cache-Control")), (Some("sub-ada"), Some("no-store")));
        }
    }
}

#[rocket::async_test]
async fn rfc_6750_3_1_a_refusal_says_which_error_in_the_challenge() {
    let world = world().await;
    let page = given(&world, "shop", "openid photos:read").await;
    let for_photos = page.text("access_token");
    let (refresh, id) = (page.text("refresh_token"), page.text("id_token"));
    let sound = given(&world, "shop", "openid").await.text("access_token");
    let nothing = world.get("/userinfo").await;
    assert_eq!((nothing.status, nothing.header("WWW-Authenticate"), nothing.body.as_str()), (401, Some("Bearer realm=\"doorward\""), ""));
    let mut altered = sound.clone();
    altered.replace_range(altered.len() - 4.., "AAAA");
    for (what, authorization, status, error) in [
        ("unknown", "Bearer dwa_unknown".to_owned(), 401, "invalid_token"),
        ("for another audience", format!("Bearer {for_photos}"), 401, "invalid_token"),
        ("a refresh token", format!("Bearer {refresh}"), 401, "invalid_token"),
        ("an ID token", format!("Bearer {id}"), 401, "invalid_token"),
        ("with another signature", format!("Bearer {altered}"), 401, "invalid_token"),
        (
            "unsigned",
            format!("Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{}.", sound.split('.').nth(1).expect("claims")),
            401,
            "invalid_token",
        ),
        ("two words", format!("Bearer {sound} {sound}"), 400, "invalid_request"),
        ("odd letters", "Bearer a\u{e9}".to_owned(), 400, "invalid_request"),
        ("empty", "Bearer ".to_owned(), 400, "invalid_request"),
        ("dots", "Bearer ...".to_owned(), 401, "invalid_token"),
    ] {
        let page = world.send(Method::Get, "/userinfo", &[("Authorization", &authorization)], &[]).await;
        assert_eq!(page.refusal(), (status, error.to_owned()), "{what}");
        let challenge = page.header("WWW-Authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer realm=") && challenge.contains(&format!("error=\"{error}\"")), "{what}: {challenge}");
    }
    let bearer = format!("Bearer {sound}");
    let twice = world.send(Method::Get, "/userinfo", &[("Authorization", &bearer), ("Authorization", &bearer)], &[]).await;
    assert_eq!(twice.refusal(), (400, "invalid_request".to_owned()));
    let basic = world.send(Method::Get, "/userinfo", &[("Authorization", &basic("shop", SECRET))], &[]).await;
    assert_eq!((basic.status, basic.header("WWW-Authenticate")), (401, Some("Bearer realm=\"doorward\"")));
    let machine = world.app("photos").machine(&[("resource", ISSUER)]).await;
    assert_ne!(machine.status, 200, "{}", machine.body);
    // Law: a token is dead from its very last second on.
    world.clock.set(START + 599);
    assert_eq!(world.app("shop").userinfo(&sound).await.status, 200);
    world.clock.advance(1);
    assert_eq!(world.app("shop").userinfo(&sound).await.refusal(), (401, "invalid_token".to_owned()));
}

#[rocket::async_test]
async fn rfc_9700_4_3_2_a_token_elsewhere_than_in_the_header_is_not_looked_at() {
    let world = world().await;
    let token = given(&world, "shop", "openid").await.text("access_token");
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let body = format!("access_token={token}");
    assert_eq!(world.get(&format!("/userinfo?access_token={token}")).await.status, 401);
    // Law: not in the query, not in the body.
    assert_eq!(world.send(Method::Post, "/userinfo", &form, body.as_bytes()).await.status, 401);
}

#[rocket::async_test]
async fn rfc_7662_4_only_the_tokens_own_api_and_client_learn_anything() {
    let world = world().await;
    let token = given(&world, "shop", "openid photos:read").await.text("access_token");
    let told = world.app("photos").introspect(&token).await;
    assert_eq!((told.status, told.header("Cache-Control")), (200, Some("no-store")));
    let told = told.json();
    for (name, value) in [
        ("active", json!(true)),
        ("iss", json!(ISSUER)),
        ("sub", json!("sub-ada")),
        ("aud", json!(API)),
        ("client_id", json!("shop")),
        ("scope", json!("photos:read")),
        ("token_type", json!("Bearer")),
        ("iat", json!(START)),
        ("exp", json!(START + 600)),
    ] {
        assert_eq!(told[name], value, "{name}");
    }
    assert!(world.app("shop").is_active(&token).await);
    // Everybody else hears the same bytes as of a token that is none.
    let nothing = world.app("mail").introspect("dwa_unknown").await;
    assert_eq!(nothing.body, "{\"active\":false}");
    for (client, token) in
        [("mail", token.as_str()), ("photos", "dwa_unknown"), ("photos", "a.b.c"), ("mail", "dwr_x"), ("shop", "\u{0}".trim_matches('\0'))]
    {
        let page = world.app(client).introspect(token).await;
        if token.is_empty() {
            assert_eq!(page.refusal(), (400, "invalid_request".to_owned()));
        } else {
            assert_eq!((page.status, page.body.as_str()), (200, nothing.body.as_str()), "{client} {token}");
        }
    }
    // A token for userinfo is none of the photo service's business, nor is anybody's refresh or ID token.
    let page = given(&world, "shop", "openid").await;
    for token in [page.text("access_token"), page.text("refresh_token"), page.text("id_token")] {
        assert_eq!(world.app("photos").introspect(&token).await.body, nothing.body);
    }
    // Law: what has expired is like what never was.
    world.clock.advance(600);
    assert_eq!(world.app("photos").introspect(&token).await.body, nothing.body);
}

#[rocket::async_test]
async fn rfc_7662_2_1_introspection_needs_a_client_that_authenticates() {
    let world = world().await;
    let token = given(&world, "spa", "openid").await.text("access_token");
    let public = world.app("spa").introspect(&token).await;
    assert_eq!(public.refusal(), (401, "invalid_client".to_owned()));
    let shop = world.app("shop");
    for (headers, body) in [
        (vec![], encode(&[("token", &token)])),
        (vec![("Authorization", basic("shop", "wrong"))], encode(&[("token", &token)])),
        (vec![("Authorization", format!("Bearer {token}"))], encode(&[("token", &token)])),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let page = shop.raw("/introspect", &headers, &body).await;
        assert_eq!((page.status, page.text("error").as_str()), (401, "invalid_client"), "{headers:?}");
        assert!(page.header("WWW-Authenticate").is_some());
    }
    assert_eq!(shop.post("/introspect", &[]).await.refusal(), (400, "invalid_request".to_owned()));
    assert_eq!(shop.post("/introspect", &[("token", "a"), ("token", "b")]).await.refusal(), (400, "invalid_request".to_owned()));
    // Law: no GET, no query.
    let page = world.get("/introspect?token=x").await;
    assert_eq!((page.status, page.header("Allow")), (405, Some("POST")));
}

#[rocket::async_test]
async fn rfc_7662_2_2_a_refresh_token_is_told_of_to_its_client_alone() {
    let world = world().await;
    let shop = world.app("shop");
    let refresh = given(&world, "shop", "openid photos:read").await.text("refresh_token");
    let told = shop.introspect(&refresh).await.json();
    assert_eq!(
        (told["active"].as_bool(), told["scope"].as_str(), told.get("aud"), told.get("token_type")),
        (Some(true), Some("openid photos:read"), None, None)
    );
    assert!(!world.app("photos").is_active(&refresh).await);
    // A hint that is wrong changes nothing.
    let hinted = shop.post("/introspect", &[("token", &refresh), ("token_type_hint", "access_token")]).await;
    assert_eq!(hinted.json()["active"], true);
    shop.refresh(&refresh).await;
    // Law: a spent one is dead.
    assert!(!shop.is_active(&refresh).await);
}

each_backend! {
    async fn rfc_7009_2_1_revoking_an_access_token_ends_it_alone(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let shop = world.app("shop");
        let first = given(&world, "shop", "openid").await;
        let second = shop.refresh(&first.text("refresh_token")).await;
        let done = shop.revoke(&second.text("access_token")).await;
        assert_eq!((done.status, done.body.as_str(), done.header("Content-Type")), (200, "", None));
        assert_eq!(shop.userinfo(&second.text("access_token")).await.status, 401);
        assert_eq!(shop.userinfo(&first.text("access_token")).await.status, 200);
        // Law: the grant lives on.
        assert_eq!(shop.refresh(&second.text("refresh_token")).await.status, 200);
    }

    async fn rfc_7009_2_1_revoking_a_refresh_token_ends_everything_of_its_grant(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let shop = world.app("shop");
        let other = given(&world, "shop", "openid").await;
        for spent in [false, true] {
            let first = given(&world, "shop", "openid offline_access").await;
            let second = if spent { shop.refresh(&first.text("refresh_token")).await } else { first.clone() };
            // The wrong hint changes nothing; neither does its being spent.
            let body = [("token", first.text("refresh_token")), ("token_type_hint", "access_token".to_owned())];
            let body: Vec<(&str, &str)> = body.iter().map(|(name, value)| (*name, value.as_str())).collect();
            assert_eq!(shop.post("/revoke", &body).await.status, 200);
            for token in [first.text("access_token"), second.text("access_token")] {
                assert_eq!(shop.userinfo(&token).await.status, 401);
            }
            assert_eq!(shop.refresh(&second.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
        }
        // Law: another grant of the same person and app is another grant.
        assert_eq!(shop.userinfo(&other.text("access_token")).await.status, 200);
    }
}

#[rocket::async_test]
async fn rfc_7009_2_1_nobody_revokes_somebody_elses_token() {
    let world = world().await;
    let (shop, photos) = (world.app("shop"), world.app("photos"));
    let page = given(&world, "shop", "openid photos:read").await;
    for token in [page.text("access_token"), page.text("refresh_token")] {
        assert_eq!(photos.revoke(&token).await.refusal(), (400, "invalid_grant".to_owned()));
        assert_eq!(world.app("spa").revoke(&token).await.refusal(), (400, "invalid_grant".to_owned()));
        let stranger = shop.raw("/revoke", &[], &encode(&[("token", &token), ("client_id", "shop")])).await;
        assert_eq!(stranger.refusal(), (401, "invalid_client".to_owned()));
        assert_eq!(shop.raw("/revoke", &[], &encode(&[("token", &token)])).await.refusal(), (401, "invalid_client".to_owned()));
        assert!(shop.is_active(&token).await);
    }
    assert_eq!(shop.post("/revoke", &[]).await.refusal(), (400, "invalid_request".to_owned()));
    // Law: an unknown one is fine (§2.2), with an empty answer.
    for unknown in ["dwr_unknown", "x.y.z", "\u{72b6}", &"a".repeat(8000)] {
        let done = shop.revoke(unknown).await;
        assert_eq!((done.status, done.body.as_str(), done.header("Content-Type")), (200, "", None), "{unknown}");
    }
}

#[rocket::async_test]
async fn rfc_7009_2_1_a_public_client_revokes_by_its_name() {
    let world = world().await;
    let spa = world.app("spa");
    let page = given(&world, "spa", "openid").await;
    assert_eq!(spa.revoke(&page.text("refresh_token")).await.status, 200);
    // Law: it did something (CVE-2018-1000211).
    assert_eq!(spa.userinfo(&page.text("access_token")).await.status, 401);
    assert_eq!(spa.refresh(&page.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[rocket::async_test]
async fn rfc_8725_3_12_a_value_of_one_kind_never_works_as_another() {
    let world = World::new().app("shop", json!({"access_token_format": "opaque"})).client(app("mail")).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let code = browser.allow(&shop.request()).await.code();
    let page = given(&world, "shop", "openid").await;
    let jwt = given(&world, "mail", "openid").await;
    let session = browser.jar.get("session").expect("a session").to_owned();
    let all = [
        page.text("access_token"),
        page.text("refresh_token"),
        page.text("id_token"),
        code.clone(),
        session.clone(),
        jwt.text("access_token"),
    ];
    let [access, refresh, ..] = &all;
    assert!(access.starts_with("dwa_") && refresh.starts_with("dwr_") && code.starts_with("dwc_"));
    for value in all.iter().filter(|value| *value != refresh) {
        assert_eq!(shop.refresh(value).await.refusal(), (400, "invalid_grant".to_owned()), "{value}");
    }
    for value in all.iter().filter(|value| **value != code) {
        assert_eq!(shop.redeem(value).await.refusal(), (400, "invalid_grant".to_owned()), "{value}");
    }
    for value in all.iter().filter(|value| *value != access && **value != jwt.text("access_token")) {
        assert_eq!(shop.userinfo(value).await.status, 401, "{value}");
    }
    for value in all.iter().filter(|value| **value != session) {
        let mut planted = world.browser();
        planted.jar.set("doorward_session", value);
        assert!(planted.get("/account").await.has_form("/login"), "{value}");
    }
    // Law: and each still works as what it is.
    assert_eq!((shop.redeem(&code).await.status, shop.userinfo(access).await.status, shop.refresh(refresh).await.status), (200, 200, 200));
}
