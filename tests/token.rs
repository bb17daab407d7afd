//! The token endpoint over HTTP: RFC 6749 §3.2, §4.1.3, §4.4, §5, §6; RFC 7636; RFC 8707; RFC 9068; RFC 9700; OpenID Connect Core §3.1.3.
#![allow(clippy::expect_used, missing_docs)]

#[path = "token/contents.rs"]
mod contents;

use base64::Engine as _;
use doorward_testkit::{API, PASSWORD, Page, SECRET, START, VERIFIER, World, app, basic, claims, each_backend, encode, header, photos};
use rocket::http::Method;
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8000";
const MAIL: &str = "https://mail.example";

fn mail() -> Value {
    json!({"resource": MAIL, "scopes": {"mail:read": {"en": "Read your mail"}}, "access_token_format": "opaque", "token_lifetime": 60})
}

/// Tokens for `shop` with that scope, from a new browser.
async fn given(world: &World, scope: &str) -> Page {
    let shop = world.app("shop");
    let code = world.browser().allow(&shop.request().with("scope", scope)).await.code();
    let page = shop.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

/// Verifies a token against the served key set, by a library that isn't ours.
async fn verified(world: &World, token: &str, audience: &str) -> Value {
    let header = jsonwebtoken::decode_header(token).expect("a JWT");
    let jwks = world.get(&world.path("/jwks.json")).await.json();
    let set: jsonwebtoken::jwk::JwkSet = serde_json::from_value(jwks).expect("a key set");
    let jwk = set.find(header.kid.as_deref().expect("a kid")).expect("a published key");
    let mut rules = jsonwebtoken::Validation::new(header.alg);
    rules.set_audience(&[audience]);
    rules.set_issuer(&[world.issuer.as_str()]);
    // The world's clock isn't this machine's.
    rules.validate_exp = false;
    jsonwebtoken::decode(token, &jsonwebtoken::DecodingKey::from_jwk(jwk).expect("a key"), &rules).expect("it verifies").claims
}

#[rocket::async_test]
async fn rfc_6749_2_3_each_client_authenticates_by_its_registered_method_and_no_other() {
    let world = World::new()
        .client(app("basic"))
        .app("post", json!({"token_endpoint_auth_method": "client_secret_post"}))
        .public("none", "https://none.example/cb")
        .user("ada")
        .start()
        .await;
    let mut browser = world.browser();
    for id in ["basic", "post", "none"] {
        let client = world.app(id);
        let code = browser.allow(&client.request()).await.code();
        let body =
            [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", &client.redirect_uri), ("code_verifier", VERIFIER)];
        let named = encode(&[&body[..], &[("client_id", id)]].concat());
        let posted = |secret| encode(&[&body[..], &[("client_id", id), ("client_secret", secret)]].concat());
        let mut tries = vec![
            ("a wrong secret in Basic", Some(basic(id, "wrong")), encode(&body)),
            ("an empty secret in Basic", Some(basic(id, "")), encode(&body)),
            ("an unknown name", Some(basic("nobody", SECRET)), encode(&body)),
            ("a wrong secret in the body", None, posted("wrong")),
            ("nothing", None, encode(&body)),
        ];
        if id != "basic" {
            tries.push(("Basic", Some(basic(id, SECRET)), encode(&body)));
        }
        if id != "post" {
            tries.push(("post", None, posted(SECRET)));
        }
        if id != "none" {
            tries.push(("the name alone", None, named));
        }
        for (what, authorization, body) in tries {
            let headers: Vec<(&str, &str)> = authorization.iter().map(|value| ("Authorization", value.as_str())).collect();
            let page = client.raw("/token", &headers, &body).await;
            assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{id}: {what}");
            assert!(page.header("WWW-Authenticate").is_some_and(|value| value.starts_with("Basic realm=")), "{id}: {what}");
        }
        // Law: nothing of this has used up the code.
        assert_eq!(client.redeem(&code).await.status, 200, "{id}");
    }
}

#[rocket::async_test]
async fn rfc_6749_2_3_two_authentications_in_one_request_are_refused() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let (mine, other) = (basic("shop", SECRET), basic("other", SECRET));
    let body = [("grant_type", "client_credentials")];
    let with = |more: &[(&str, &str)]| encode(&[&body[..], more].concat());
    for (headers, body) in [
        (vec![("Authorization", mine.as_str())], with(&[("client_secret", SECRET)])),
        (vec![("Authorization", mine.as_str())], with(&[("client_id", "other")])),
        (vec![("Authorization", mine.as_str()), ("Authorization", other.as_str())], with(&[])),
        (vec![("Authorization", mine.as_str()), ("Authorization", mine.as_str())], with(&[])),
        (vec![], with(&[("client_id", "shop"), ("client_id", "other"), ("client_secret", SECRET)])),
        (vec![], with(&[("client_id", "shop"), ("client_secret", "x"), ("client_secret", SECRET)])),
    ] {
        assert_eq!(shop.raw("/token", &headers, &body).await.refusal(), (400, "invalid_request".to_owned()), "{headers:?} {body}");
    }
    for malformed in ["Basic", "Basic !", "Basic YXBw", "Bearer abc", "Basic /w==", "basic\u{a0}x", "Digest x"] {
        let page = shop.raw("/token", &[("Authorization", malformed)], &with(&[])).await;
        assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{malformed}");
    }
    // Law: an assertion is a way to authenticate, too: beside another it is never passed over.
    let page = shop.raw("/token", &[("Authorization", &mine)], &with(&[("client_assertion", "x")])).await;
    assert_eq!(page.refusal(), (400, "invalid_request".to_owned()));
}

#[rocket::async_test]
async fn rfc_7636_4_6_the_verifier_is_enforced() {
    let world = World::new().client(app("shop")).app("old", json!({"require_pkce": false})).user("ada").start().await;
    let (shop, old) = (world.app("shop"), world.app("old"));
    let mut browser = world.browser();
    let code = browser.allow(&shop.request()).await.code();
    let base = [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", &shop.redirect_uri)];
    for wrong in ["", "short", doorward_testkit::CHALLENGE, &VERIFIER[..42], &VERIFIER.to_lowercase()] {
        let page = shop.token(&[&base[..], &[("code_verifier", wrong)]].concat()).await;
        assert_eq!(page.refusal(), (400, "invalid_grant".to_owned()), "{wrong}");
    }
    assert_eq!(shop.token(&base).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(shop.redeem(&code).await.status, 200);
    // A client that may go without: a challenge that was sent is enforced, a verifier without one is refused (RFC 9700 §4.8.2).
    let code = browser.allow(&old.request()).await.code();
    let base = |code| vec![("grant_type", "authorization_code"), ("code", code), ("redirect_uri", old.redirect_uri.as_str())];
    assert_eq!(old.token(&base(&code)).await.refusal(), (400, "invalid_grant".to_owned()));
    let plain = old.request().without("code_challenge").without("code_challenge_method");
    let code = browser.allow(&plain).await.code();
    assert_eq!(old.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
    // Law: there is no downgrade, and without PKCE at all it works for whom the operator allowed it.
    assert_eq!(old.token(&base(&code)).await.status, 200);
}

each_backend! {
    async fn rfc_6749_4_1_2_a_replayed_code_revokes_what_it_gave(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).client(app("mail")).api(photos()).user("ada").start().await;
        let (shop, mail) = (world.app("shop"), world.app("mail"));
        let code = world.browser().allow(&shop.request()).await.code();
        let given = shop.redeem(&code).await;
        let (access, refresh) = (given.text("access_token"), given.text("refresh_token"));
        // A thief with another client's name ends nothing.
        assert_eq!(mail.redeem_with(&code, &[]).await.refusal(), (400, "invalid_grant".to_owned()));
        assert_eq!(shop.userinfo(&access).await.status, 200);
        assert_eq!(shop.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
        // Law: the winner's tokens are dead everywhere.
        assert_eq!(shop.userinfo(&access).await.status, 401);
        assert!(!shop.is_active(&access).await && !shop.is_active(&refresh).await);
        assert_eq!(shop.refresh(&refresh).await.refusal(), (400, "invalid_grant".to_owned()));
    }

    async fn rfc_9700_4_14_2_a_replayed_refresh_token_ends_the_family(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).client(app("mail")).user("ada").start().await;
        let (shop, mail) = (world.app("shop"), world.app("mail"));
        let first = shop.redeem(&world.browser().allow(&shop.request()).await.code()).await;
        let second = shop.refresh(&first.text("refresh_token")).await;
        assert_eq!(second.status, 200);
        assert_ne!(first.text("refresh_token"), second.text("refresh_token"));
        // Somebody else's replay ends nothing.
        assert_eq!(mail.refresh(&first.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
        assert!(shop.is_active(&second.text("refresh_token")).await);
        assert_eq!(shop.refresh(&first.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
        assert_eq!(shop.refresh(&second.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
        // Law: the winner's access token and those before it are dead.
        for token in [first.text("access_token"), second.text("access_token")] {
            assert_eq!(shop.userinfo(&token).await.status, 401);
        }
    }

    async fn a_retry_window_answers_a_replay_while_the_successor_is_unused(backend: Backend) {
        let world = World::new().on(backend).app("shop", json!({"refresh_retry_window": 10})).user("ada").start().await;
        let shop = world.app("shop");
        let first = shop.redeem(&world.browser().allow(&shop.request()).await.code()).await.text("refresh_token");
        let second = shop.refresh(&first).await.text("refresh_token");
        world.clock.advance(10);
        let third = shop.refresh(&first).await.text("refresh_token");
        // One live leaf: the successor that was replaced is none any more.
        assert!(!shop.is_active(&second).await);
        assert!(shop.is_active(&third).await);
        let fourth = shop.refresh(&third).await.text("refresh_token");
        assert!(!fourth.is_empty());
        // With a used successor it is refused, and the family lives.
        assert_eq!(shop.refresh(&first).await.refusal(), (400, "invalid_grant".to_owned()));
        assert!(shop.is_active(&fourth).await);
        world.clock.advance(11);
        assert_eq!(shop.refresh(&third).await.refusal(), (400, "invalid_grant".to_owned()));
        // Law: after the window a replay is theft.
        assert!(!shop.is_active(&fourth).await);
    }
}

#[rocket::async_test]
async fn rfc_6749_4_1_3_a_code_is_for_one_client_one_address_and_one_minute() {
    let world = World::new().client(app("shop")).client(app("mail")).user("ada").start().await;
    let (shop, mail) = (world.app("shop"), world.app("mail"));
    let mut browser = world.browser();
    let code = browser.allow(&shop.request()).await.code();
    let redirected =
        |uri| [("grant_type", "authorization_code"), ("code", code.as_str()), ("redirect_uri", uri), ("code_verifier", VERIFIER)];
    for uri in ["https://shop.example/cb/", "https://shop.example/CB", "https://mail.example/cb", "x"] {
        assert_eq!(shop.token(&redirected(uri)).await.refusal(), (400, "invalid_grant".to_owned()), "{uri}");
    }
    assert_eq!(mail.token(&redirected(&shop.redirect_uri)).await.refusal(), (400, "invalid_grant".to_owned()));
    for code in ["", "dwc_", "x", &code[..code.len() - 1], &code.to_uppercase(), &format!(" {code}")] {
        let page = shop.redeem(code).await;
        assert_eq!(page.refusal(), (400, if code.is_empty() { "invalid_request" } else { "invalid_grant" }.to_owned()), "{code}");
    }
    world.clock.advance(59);
    assert_eq!(shop.redeem(&code).await.status, 200);
    let code = browser.allow(&shop.request()).await.code();
    world.clock.advance(60);
    // Law: after its time it is worthless, and its being tried late revokes nothing else.
    assert_eq!(shop.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[rocket::async_test]
async fn rfc_6749_6_refresh_narrows_and_never_widens() {
    let world = World::new().client(app("shop")).client(app("mail")).api(photos()).user("ada").start().await;
    let shop = world.app("shop");
    let mut token = given(&world, "openid profile photos:read").await.text("refresh_token");
    for (more, error) in [
        (vec![("scope", "openid email")], "invalid_scope"),
        (vec![("scope", "photos:write")], "invalid_scope"),
        (vec![("scope", "\u{e9}")], "invalid_scope"),
        (vec![("resource", MAIL)], "invalid_target"),
        (vec![("resource", API), ("resource", ISSUER)], "invalid_target"),
        (vec![("scope", "openid"), ("scope", "profile")], "invalid_request"),
        (vec![("refresh_token", "x")], "invalid_request"),
    ] {
        assert_eq!(shop.refresh_with(&token, &more).await.refusal(), (400, error.to_owned()), "{more:?}");
    }
    let narrow = shop.refresh_with(&token, &[("scope", "openid")]).await;
    assert_eq!((narrow.text("scope").as_str(), claims(&narrow.text("access_token"))["aud"].as_str()), ("openid", Some(ISSUER)));
    token = narrow.text("refresh_token");
    // Law: a narrow token was one token; the grant is whole.
    assert_eq!(shop.refresh(&token).await.text("scope"), "photos:read");
}

#[rocket::async_test]
async fn refresh_tokens_end_by_idleness_by_age_and_with_the_person() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let offline = "openid offline_access";
    let (day, mut token) = (86_400, given(&world, offline).await.text("refresh_token"));
    let idle = given(&world, offline).await.text("refresh_token");
    world.clock.advance(30 * day - 1);
    token = shop.refresh(&token).await.text("refresh_token");
    world.clock.advance(1);
    assert_eq!(shop.refresh(&idle).await.refusal(), (400, "invalid_grant".to_owned()));
    for _ in 0..2 {
        world.clock.advance(29 * day);
        token = shop.refresh(&token).await.text("refresh_token");
    }
    world.clock.advance(2 * day);
    assert_eq!(shop.refresh(&token).await.refusal(), (400, "invalid_grant".to_owned()));
    // Disabled, and enabled again: what was given is gone for good.
    let given = given(&world, offline).await;
    world.disable("ada", true).await;
    assert_eq!(shop.refresh(&given.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(shop.userinfo(&given.text("access_token")).await.status, 401);
    world.disable("ada", false).await;
    assert_eq!(shop.refresh(&given.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
    // A code that waits when its person is deleted.
    let code = world.browser().allow(&shop.request()).await.code();
    world.delete("ada").await;
    // Law: nobody's code gives nothing.
    assert_eq!(shop.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[rocket::async_test]
async fn oidc_core_11_only_offline_access_outlives_the_session() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let online = shop.redeem(&browser.allow(&shop.request()).await.code()).await;
    let offline = shop.redeem(&browser.allow(&shop.request().with("scope", "openid offline_access")).await.code()).await;
    let late = browser.allow(&shop.request()).await.code();
    let page = browser.get("/logout").await;
    browser.submit(page.form(&page.path).press("decision", "logout")).await;
    assert_eq!(shop.refresh(&online.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(shop.userinfo(&online.text("access_token")).await.status, 401);
    assert_eq!(shop.redeem(&late).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(shop.refresh(&offline.text("refresh_token")).await.status, 200);
    // A session that ends by itself counts, too.
    let lapsing = given(&world, "openid").await;
    world.clock.advance(12 * 3600);
    // Law: without offline_access a refresh token ends with its session.
    assert_eq!(shop.refresh(&lapsing.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[rocket::async_test]
async fn rfc_8707_2_2_a_token_has_one_audience() {
    let bare = json!({"resource": "https://bare.example"});
    let world = World::new().client(app("shop")).api(photos()).api(mail()).api(bare).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    // Only OpenID scopes: for the issuer.
    let page = shop.redeem(&browser.allow(&shop.request().with("scope", "openid email")).await.code()).await;
    assert_eq!((claims(&page.text("access_token"))["aud"].as_str(), page.text("scope").as_str()), (Some(ISSUER), "email openid"));
    // Scopes of one API: for it, without the OpenID ones; a refresh with `resource` gives the other.
    let page = shop.redeem(&browser.allow(&shop.request().with("scope", "openid email photos:read")).await.code()).await;
    assert_eq!((claims(&page.text("access_token"))["aud"].as_str(), page.text("scope").as_str()), (Some(API), "photos:read"));
    assert_eq!(shop.userinfo(&page.text("access_token")).await.status, 401);
    let other = shop.refresh_with(&page.text("refresh_token"), &[("resource", ISSUER)]).await;
    assert_eq!(shop.userinfo(&other.text("access_token")).await.json()["email"], "ada@example.org");
    // Of several: one must be named.
    let several = shop.request().with("scope", "openid photos:read mail:read");
    let code = browser.allow(&several).await.code();
    assert_eq!(shop.redeem(&code).await.refusal(), (400, "invalid_target".to_owned()));
    assert_eq!(shop.redeem_with(&code, &[("resource", "https://bare.example")]).await.refusal(), (400, "invalid_target".to_owned()));
    assert_eq!(shop.redeem_with(&code, &[("resource", API), ("resource", MAIL)]).await.refusal(), (400, "invalid_target".to_owned()));
    let page = shop.redeem_with(&code, &[("resource", MAIL)]).await;
    assert_eq!((page.text("scope").as_str(), page.json()["expires_in"].as_i64()), ("mail:read", Some(60)));
    assert!(!page.text("access_token").contains('.'), "mail's tokens are opaque");
    // An API without scopes, asked for by name.
    let page = browser.allow(&shop.request().with("resource", "https://bare.example")).await;
    let page = shop.redeem_with(&page.code(), &[("resource", "https://bare.example")]).await;
    // Law: exactly one audience, always.
    assert_eq!(claims(&page.text("access_token"))["aud"], "https://bare.example");
}
