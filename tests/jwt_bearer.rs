//! Assertions of trusted issuers as grants, over HTTP: RFC 7523 §2.1.
#![allow(clippy::expect_used, missing_docs)]

use doorward::store::definitions;
use doorward::store::users::{self, User};
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::tokens::claims::Person;
use doorward_protocol::trusted_issuer::TrustedIssuer;
use doorward_protocol::values::Subject;
use doorward_testkit::{API, App, AppKey, Backend, Page, START, World, claims, each_backend, key_server, photos};
use serde_json::{Map, Value, json};
use std::net::TcpListener;

const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const ISSUER: &str = "http://127.0.0.1:8000";
const CORP: &str = "https://corp.example";

/// Ada, the photos API, a client that may use the assertions of `corp`, and one that may not.
async fn world(backend: Backend, corp: &AppKey, changes: Value) -> World {
    let machine =
        json!({"grant_types": [JWT_BEARER, "client_credentials"], "redirect_uris": null, "scope": "openid photos:read photos:write"});
    let world = World::new().on(backend).app("orders", machine.clone()).app("other", machine).api(photos()).user("ada");
    let world =
        world.app("photos", json!({"resource": API, "grant_types": ["client_credentials", EXCHANGE], "redirect_uris": null})).start().await;
    let mut issuer =
        json!({"issuer": CORP, "jwks": corp.jwks(), "algs": ["ES256"], "use": ["grant"], "users": {"claim": "sub"}, "clients": ["orders"]});
    issuer.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    issuer.as_object_mut().expect("members").retain(|_, value| !value.is_null());
    world.declare::<TrustedIssuer>(issuer).await;
    world
}

fn assertion(corp: &AppKey, jti: &str, changes: Value) -> String {
    let mut all = json!({"iss": CORP, "sub": "sub-ada", "aud": ISSUER, "iat": START, "exp": START + 60, "jti": jti});
    all.as_object_mut().expect("members").extend(changes.as_object().cloned().expect("members"));
    all.as_object_mut().expect("members").retain(|_, value| !value.is_null());
    corp.jwt(&all)
}

async fn assert_with(client: &App<'_>, assertion: &str, more: &[(&str, &str)]) -> Page {
    client.token(&[&[("grant_type", JWT_BEARER), ("assertion", assertion)], more].concat()).await
}

fn invalid_grant() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

each_backend! {
    async fn rfc_7523_2_1_an_assertion_gives_a_token_for_its_person_once(backend: Backend) {
        let corp = AppKey::new();
        let world = world(backend, &corp, json!({})).await;
        let orders = world.app("orders");
        let first = assertion(&corp, "a", json!({}));
        let page = assert_with(&orders, &first, &[("scope", "photos:read")]).await;
        let answer = page.json();
        let mut members: Vec<&str> = answer.as_object().expect("members").keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["access_token", "expires_in", "scope", "token_type"], "{}", page.body);
        let token = page.text("access_token");
        let said = claims(&token);
        assert_eq!((&said["sub"], &said["aud"], &said["client_id"]), (&json!("sub-ada"), &json!(API), &json!("orders")));
        assert_eq!((said.get("auth_time"), said.get("sid"), said.get("acr"), said.get("act")), (None, None, None, None));
        let told = world.app("photos").introspect(&token).await.json();
        assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!("sub-ada")));
        // Law: §3 rule 7, by the second time it is worthless.
        assert_eq!(assert_with(&orders, &first, &[("scope", "photos:read")]).await.refusal(), invalid_grant());
        assert_eq!(assert_with(&orders, &assertion(&corp, "b", json!({})), &[]).await.status, 200);
    }

    async fn a_person_sees_and_takes_back_what_an_app_got_by_anothers_word(backend: Backend) {
        let corp = AppKey::new();
        let world = world(backend, &corp, json!({"clients": ["orders", "other"]})).await;
        world.declare::<ExchangeRule>(json!({"name": "on", "client": "photos", "target": API, "scopes": ["photos:read"]})).await;
        let (orders, other, service) = (world.app("orders"), world.app("other"), world.app("photos"));
        let asked = [("scope", "photos:read")];
        let token = assert_with(&orders, &assertion(&corp, "a", json!({})), &asked).await.text("access_token");
        let others = assert_with(&other, &assertion(&corp, "b", json!({})), &asked).await.text("access_token");
        let exchanged = [("grant_type", EXCHANGE), ("subject_token", &token), ("subject_token_type", ACCESS_TOKEN), ("resource", API)];
        let exchanged = service.token(&exchanged).await.text("access_token");
        assert!(service.is_active(&exchanged).await);
        let mut browser = world.browser();
        browser.log_in("ada").await;
        let account = browser.get("/account").await;
        assert!(account.has_form("/account/apps/other/revoke") && !account.has_form("/account/apps/photos/revoke"));
        browser.submit(account.form("/account/apps/orders/revoke")).await;
        assert!(!service.is_active(&token).await && !service.is_active(&exchanged).await);
        let account = browser.get("/account").await;
        // Law: this app's, with what others got for it, and nobody else's.
        assert!(!account.has_form("/account/apps/orders/revoke") && service.is_active(&others).await);
    }

    async fn what_is_given_without_a_family_ends_with_its_person(backend: Backend) {
        let corp = AppKey::new();
        let world = world(backend, &corp, json!({})).await;
        let (orders, service) = (world.app("orders"), world.app("photos"));
        let give = async |jti: &str| assert_with(&orders, &assertion(&corp, jti, json!({})), &[]).await;
        let token = give("a").await.text("access_token");
        assert!(service.is_active(&token).await);
        world.disable("ada", true).await;
        assert!(!service.is_active(&token).await);
        assert_eq!(give("b").await.refusal(), invalid_grant());
        world.disable("ada", false).await;
        assert!(!service.is_active(&token).await);
        let token = give("c").await.text("access_token");
        let (sub, now) = (Subject::new("sub-ada"), world.ctx.now());
        world.change(move |conn| users::set_password(conn, &sub, "another hash", now)).await;
        assert!(!service.is_active(&token).await);
        let token = give("d").await.text("access_token");
        world.delete("ada").await;
        // Law: disabled, with a new password, or gone: nothing that apps hold works on.
        assert!(!service.is_active(&token).await);
        assert_eq!(give("e").await.refusal(), invalid_grant());
    }
}

#[rocket::async_test]
async fn what_is_no_sound_assertion_is_refused() {
    let (corp, thief) = (AppKey::new(), AppKey::new());
    let world = world(Backend::Sqlite, &corp, json!({"subjects": ["sub-ada", "sub-nobody"], "max_lifetime": 300})).await;
    let orders = world.app("orders");
    let header = |header: Value| corp.jws(&header, &json!({"iss": CORP, "sub": "sub-ada", "aud": ISSUER, "exp": START + 60, "jti": "h"}));
    let made = |changes: Value| assertion(&corp, "x", changes);
    for (what, assertion) in [
        ("nobody's", "x".to_owned()),
        ("of an issuer nobody declared", made(json!({"iss": "https://other.example"}))),
        ("of this server", made(json!({"iss": ISSUER}))),
        ("by another key", assertion(&thief, "x", json!({}))),
        ("unsigned", header(json!({"alg": "none"}))),
        ("with an HMAC's name", header(json!({"alg": "HS256", "kid": "key"}))),
        ("with a key of its own", header(json!({"alg": "ES256", "kid": "other", "jwk": thief.jwk}))),
        ("an access token by its kind", header(json!({"alg": "ES256", "kid": "key", "typ": "at+jwt"}))),
        ("for another server", made(json!({"aud": "https://other.example"}))),
        ("for several", made(json!({"aud": [ISSUER, "https://other.example"]}))),
        ("over", made(json!({"exp": START - 30}))),
        ("endless", made(json!({"exp": null}))),
        ("of too long a life", made(json!({"exp": START + 400}))),
        ("of the future", made(json!({"nbf": START + 60}))),
        ("without a name of its own", made(json!({"jti": null}))),
        ("without a subject", made(json!({"sub": null}))),
        ("of a subject that isn't listed", made(json!({"sub": "sub-bob"}))),
        ("of a subject that isn't here", made(json!({"sub": "sub-nobody"}))),
    ] {
        let page = assert_with(&orders, &assertion, &[]).await;
        assert_eq!(page.refusal(), invalid_grant(), "{what}: {}", page.body);
    }
    let sound = made(json!({}));
    let missing = orders.token(&[("grant_type", JWT_BEARER)]).await;
    assert_eq!(missing.refusal(), (400, "invalid_request".to_owned()));
    assert_eq!(assert_with(&world.app("other"), &sound, &[]).await.refusal(), (400, "unauthorized_client".to_owned()));
    assert_eq!(assert_with(&world.app("photos"), &sound, &[]).await.refusal(), (400, "unauthorized_client".to_owned()));
    for (more, error) in [
        (&[("scope", "openid")][..], "invalid_scope"),
        (&[("scope", "mail:read")], "invalid_scope"),
        (&[("resource", "https://unheard.example")], "invalid_target"),
        (&[("resource", ISSUER)], "invalid_target"),
    ] {
        assert_eq!(assert_with(&orders, &sound, more).await.refusal(), (400, error.to_owned()), "{more:?}");
    }
    // Law: after all this it still is good for its one time.
    assert_eq!(assert_with(&orders, &sound, &[]).await.status, 200);
}

#[rocket::async_test]
async fn people_are_found_by_the_claim_that_the_operator_chose() {
    let corp = AppKey::new();
    for (claim, named, fine) in [
        ("email", json!({"sub": "7", "email": "ada@example.org", "email_verified": true}), true),
        ("email", json!({"sub": "7", "email": "ada@example.org"}), false),
        ("email", json!({"sub": "7", "email": "ada@example.org", "email_verified": "true"}), false),
        ("email", json!({"sub": "7", "email": "twins@example.org", "email_verified": true}), false),
        ("email", json!({"sub": "7", "email": "unproven@example.org", "email_verified": true}), false),
        ("email", json!({"sub": "sub-ada"}), false),
        ("preferred_username", json!({"sub": "7", "preferred_username": "ada"}), true),
        ("preferred_username", json!({"sub": "7", "preferred_username": "ADA"}), false),
        ("preferred_username", json!({"sub": "7", "preferred_username": "\u{ff41}da"}), false),
        ("preferred_username", json!({"sub": "7"}), false),
        ("sub", json!({"email": "ada@example.org", "email_verified": true, "sub": "7"}), false),
    ] {
        let world = world(Backend::Sqlite, &corp, json!({"users": {"claim": claim}})).await;
        for (name, email, email_verified) in
            [("one", "twins@example.org", true), ("two", "twins@example.org", true), ("three", "unproven@example.org", false)]
        {
            let subject = Subject::new(format!("sub-{name}"));
            let person = Person { subject, username: name.to_owned(), email: Some(email.to_owned()), email_verified, claims: Map::new() };
            let user = User { person, password: "none".to_owned(), disabled: false, created_at: world.ctx.now() };
            world.change(move |conn| users::insert(conn, &user)).await;
        }
        let page = assert_with(&world.app("orders"), &assertion(&corp, "a", named.clone()), &[]).await;
        // Law: one person or nobody.
        let expected = if fine { Some("sub-ada".to_owned()) } else { None };
        let sub = (page.status == 200).then(|| claims(&page.text("access_token"))["sub"].as_str().map(str::to_owned)).flatten();
        assert_eq!(sub, expected, "{claim} {named}: {}", page.body);
    }
}

#[rocket::async_test]
async fn of_several_requests_with_one_assertion_one_gets_the_token() {
    let corp = AppKey::new();
    let world = world(Backend::Sqlite, &corp, json!({})).await;
    let (orders, sound) = (world.app("orders"), assertion(&corp, "a", json!({})));
    let all = rocket::futures::future::join_all((0..20).map(|_| assert_with(&orders, &sound, &[]))).await;
    // Law: once is once.
    assert_eq!(all.iter().filter(|page| page.status == 200).count(), 1);
}

#[rocket::async_test]
async fn an_issuer_that_is_taken_back_is_believed_no_more() {
    let corp = AppKey::new();
    let world = world(Backend::Sqlite, &corp, json!({"require_jti": false})).await;
    let (orders, sound) = (world.app("orders"), assertion(&corp, "a", json!({"jti": null})));
    for _ in 0..2 {
        assert_eq!(assert_with(&orders, &sound, &[]).await.status, 200);
    }
    world.change(|conn| definitions::delete::<TrustedIssuer>(conn, CORP)).await;
    // Law: the next request sees each change.
    assert_eq!(assert_with(&orders, &sound, &[]).await.refusal(), invalid_grant());
}

#[rocket::async_test]
async fn keys_at_an_address_are_kept_and_fetched_anew_for_one_that_is_unknown() {
    let (corp, next) = (AppKey::new(), AppKey::new());
    let (uri, state) = key_server(corp.jwks());
    let world = world(Backend::Sqlite, &corp, json!({"jwks": null, "jwks_uri": uri})).await;
    let orders = world.app("orders");
    let by_next = |jti: &str| {
        let claims = json!({"iss": CORP, "sub": "sub-ada", "aud": ISSUER, "exp": START + 90, "jti": jti});
        next.jws(&json!({"alg": "ES256", "kid": "next"}), &claims)
    };
    for jti in ["a", "b"] {
        assert_eq!(assert_with(&orders, &assertion(&corp, jti, json!({})), &[]).await.status, 200);
    }
    assert_eq!(state.lock().expect("the state").1, 1);
    assert_eq!(assert_with(&orders, &by_next("c"), &[]).await.refusal(), invalid_grant());
    world.clock.advance(31);
    let mut both = corp.jwks();
    let mut jwk = next.jwk.clone();
    jwk["kid"] = json!("next");
    both["keys"].as_array_mut().expect("keys").push(jwk);
    state.lock().expect("the state").0 = both;
    // Law: an issuer changes its keys without telling us.
    assert_eq!(assert_with(&orders, &by_next("d"), &[]).await.status, 200);
}

#[rocket::async_test]
async fn an_issuer_whose_keys_can_not_be_had_is_not_believed_and_the_client_may_try_again() {
    let corp = AppKey::new();
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let world = world(Backend::Sqlite, &corp, json!({"jwks": null, "jwks_uri": format!("http://{nobody}/jwks")})).await;
    let page = assert_with(&world.app("orders"), &assertion(&corp, "a", json!({})), &[]).await;
    // Law: no key, no trust; and nothing said of our network.
    assert_eq!(page.refusal(), (503, "temporarily_unavailable".to_owned()), "{}", page.body);
}
