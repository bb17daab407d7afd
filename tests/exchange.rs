//! Token exchange over HTTP: RFC 8693.
#![allow(clippy::expect_used, missing_docs)]

use doorward::store::{consents, definitions};
use doorward_protocol::exchange_rule::ExchangeRule;
use doorward_protocol::trust::By;
use doorward_protocol::values::{ClientId, Subject};
use doorward_testkit::{API, App, AppKey, Backend, Page, START, World, app, claims, each_backend, photos};
use serde_json::{Value, json};
use std::sync::Arc;

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const MAIL: &str = "https://mail.example/api";
const STOCK: &str = "https://stock.example/api";

fn service(resource: &str) -> Value {
    json!({"resource": resource, "grant_types": [EXCHANGE, "client_credentials"], "redirect_uris": null, "scope": "photos:read"})
}

fn api(resource: &str, scope: &str) -> Value {
    json!({"resource": resource, "scopes": {scope: {}}})
}

fn edge(name: &str, client: &str, target: &str, scope: &str) -> Value {
    json!({"name": name, "client": client, "target": target, "scopes": [scope]})
}

/// Ada, an app, and three services in a row: photos calls mail, mail calls stock.
async fn world(backend: Backend) -> World {
    let world = World::new().on(backend).client(app("shop")).user("ada");
    let world = world.api(photos()).api(api(MAIL, "mail:read")).api(api(STOCK, "stock:read"));
    let world = world.app("photos", service(API)).app("mail", service(MAIL)).app("stock", service(STOCK));
    let world = world.app("nosy", service("https://nosy.example")).start().await;
    world.declare::<ExchangeRule>(edge("photos-to-mail", "photos", MAIL, "mail:read")).await;
    world.declare::<ExchangeRule>(edge("mail-to-stock", "mail", STOCK, "stock:read")).await;
    world
}

/// What the app got of Ada for the photos service.
async fn given(world: &World) -> Page {
    let shop = world.app("shop");
    let code = world.browser().allow(&shop.request().with("scope", "openid photos:read")).await.code();
    let page = shop.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn exchange(client: &App<'_>, token: &str, more: &[(&str, &str)]) -> Page {
    let mut pairs = vec![("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS_TOKEN)];
    pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    pairs.extend(more);
    client.token(&pairs).await
}

fn invalid(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

each_backend! {
    async fn rfc_8693_2_3_a_service_calls_the_next_one_for_a_person(backend: Backend) {
        let world = world(backend).await;
        let (photos, mail, stock) = (world.app("photos"), world.app("mail"), world.app("stock"));
        let token = given(&world).await.text("access_token");
        let page = exchange(&photos, &token, &[("resource", MAIL)]).await;
        let answer = page.json();
        let mut members: Vec<&str> = answer.as_object().expect("members").keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["access_token", "expires_in", "issued_token_type", "scope", "token_type"], "{}", page.body);
        assert_eq!((&answer["issued_token_type"], &answer["token_type"], &answer["scope"]), (&json!(ACCESS_TOKEN), &json!("Bearer"), &json!("mail:read")));
        assert_eq!(page.header("Cache-Control"), Some("no-store"));
        let second = page.text("access_token");
        let said = claims(&second);
        assert_eq!((&said["sub"], &said["aud"], &said["client_id"]), (&json!("sub-ada"), &json!(MAIL), &json!("photos")));
        assert_eq!((&said["act"], &said["scope"]), (&json!({"sub": "photos"}), &json!("mail:read")));
        // §4.1: a chain of delegation nests, the current actor outermost.
        let third = exchange(&mail, &second, &[("audience", "stock"), ("requested_token_type", JWT)]).await;
        assert_eq!(third.text("issued_token_type"), JWT, "{}", third.body);
        let told = stock.introspect(&third.text("access_token")).await.json();
        assert_eq!((&told["active"], &told["sub"]), (&json!(true), &json!("sub-ada")));
        // Law: the last service sees for whom, and through whose hands.
        assert_eq!(told["act"], json!({"sub": "mail", "act": {"sub": "photos"}}));
    }

    async fn what_the_person_takes_back_is_gone_all_along_the_chain(backend: Backend) {
        let world = world(backend).await;
        let (photos, mail, stock) = (world.app("photos"), world.app("mail"), world.app("stock"));
        for by in ["consent", "account"] {
            let token = given(&world).await.text("access_token");
            let second = exchange(&photos, &token, &[("resource", MAIL)]).await.text("access_token");
            let third = exchange(&mail, &second, &[("resource", STOCK)]).await.text("access_token");
            assert!(mail.is_active(&second).await && stock.is_active(&third).await);
            if by == "consent" {
                let now = world.ctx.now();
                world.change(move |conn| consents::withdraw(conn, &Subject::new("sub-ada"), &ClientId::new("shop"), now)).await;
            } else {
                world.disable("ada", true).await;
            }
            assert!(!mail.is_active(&second).await && !stock.is_active(&third).await, "{by}");
            // Law: what is dead gives no life.
            assert_eq!(exchange(&mail, &second, &[("resource", STOCK)]).await.refusal(), invalid("invalid_request"), "{by}");
        }
    }

    async fn a_machines_token_is_exchanged_as_that_machines(backend: Backend) {
        let world = world(backend).await;
        let token = world.app("nosy").machine(&[("scope", "photos:read")]).await.text("access_token");
        let page = exchange(&world.app("photos"), &token, &[("resource", MAIL)]).await;
        let second = page.text("access_token");
        assert_eq!((&claims(&second)["sub"], &claims(&second)["act"]["sub"]), (&json!("nosy"), &json!("photos")), "{}", page.body);
        assert_eq!(claims(&second).get("auth_time"), None);
        let mail = world.app("mail");
        assert_eq!(mail.introspect(&second).await.json()["sub"], "nosy");
        world.change(|conn| doorward::store::clients::delete(conn, &ClientId::new("nosy"))).await;
        // Law: it ends with the machine it speaks of.
        assert!(!mail.is_active(&second).await);
    }
}

#[rocket::async_test]
async fn what_may_not_be_exchanged_is_refused() {
    let world = world(Backend::Sqlite).await;
    let (photos, mail, nosy) = (world.app("photos"), world.app("mail"), world.app("nosy"));
    let page = given(&world).await;
    let (token, refresh, id_token) = (page.text("access_token"), page.text("refresh_token"), page.text("id_token"));
    let to_mail = ("resource", MAIL);
    let as_id_token = ("subject_token_type", "urn:ietf:params:oauth:token-type:id_token");
    let as_refresh = ("subject_token_type", "urn:ietf:params:oauth:token-type:refresh_token");
    let wants_refresh = ("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token");
    for (what, client, subject, more, error) in [
        ("an undeclared edge", &photos, &token, vec![("resource", STOCK)], "invalid_target"),
        ("an unknown API", &photos, &token, vec![("resource", "https://unheard.example")], "invalid_target"),
        ("this server", &photos, &token, vec![("resource", "http://127.0.0.1:8000")], "invalid_target"),
        ("no target", &photos, &token, vec![], "invalid_request"),
        ("two resources", &photos, &token, vec![to_mail, ("resource", STOCK)], "invalid_target"),
        ("two audiences", &photos, &token, vec![("audience", "mail"), ("audience", "stock")], "invalid_target"),
        ("resource and another audience", &photos, &token, vec![to_mail, ("audience", "stock")], "invalid_target"),
        ("a token for another service", &mail, &token, vec![("resource", STOCK)], "invalid_request"),
        ("a token it happens to have", &nosy, &token, vec![to_mail], "invalid_request"),
        ("more scope", &photos, &token, vec![to_mail, ("scope", "mail:read photos:read")], "invalid_scope"),
        ("an OpenID scope", &photos, &token, vec![to_mail, ("scope", "openid")], "invalid_scope"),
        ("an ID token", &photos, &id_token, vec![to_mail, as_id_token], "invalid_request"),
        ("an ID token as an access token", &photos, &id_token, vec![to_mail], "invalid_request"),
        ("an ID token as a JWT", &photos, &id_token, vec![to_mail, ("subject_token_type", JWT)], "invalid_request"),
        ("a refresh token", &photos, &refresh, vec![to_mail, as_refresh], "invalid_request"),
        ("a refresh token as an access token", &photos, &refresh, vec![to_mail], "invalid_request"),
        ("a refresh token in return", &photos, &token, vec![to_mail, wants_refresh], "invalid_request"),
        ("an actor's type without an actor", &photos, &token, vec![to_mail, ("actor_token_type", ACCESS_TOKEN)], "invalid_request"),
        (
            "a person's token as the actor",
            &photos,
            &token,
            vec![to_mail, ("actor_token", &token), ("actor_token_type", ACCESS_TOKEN)],
            "invalid_request",
        ),
        ("two subjects", &photos, &token, vec![to_mail, ("subject_token", "a"), ("subject_token", "b")], "invalid_request"),
    ] {
        let refused = exchange(client, subject, &more).await;
        assert_eq!(refused.refusal(), invalid(error), "{what}: {}", refused.body);
    }
    assert_eq!(exchange(&world.app("shop"), &token, &[to_mail]).await.refusal(), invalid("unauthorized_client"));
    assert_eq!(exchange(&photos, &format!("{token}x"), &[to_mail]).await.refusal(), invalid("invalid_request"));
    let actor = photos.machine(&[("scope", "photos:read")]).await.text("access_token");
    let named = [to_mail, ("actor_token", actor.as_str()), ("actor_token_type", ACCESS_TOKEN), ("audience", "mail"), ("audience", MAIL)];
    // Law: after all this the sound request still works, and one target may be named in several ways.
    assert_eq!(exchange(&photos, &token, &named).await.status, 200);
}

#[rocket::async_test]
async fn an_exchanged_token_ends_no_later_than_the_one_it_was_exchanged_for() {
    let world = world(Backend::Sqlite).await;
    let (photos, mail) = (world.app("photos"), world.app("mail"));
    let token = given(&world).await.text("access_token");
    world.clock.set(START + 500);
    let page = exchange(&photos, &token, &[("resource", MAIL)]).await;
    let second = page.text("access_token");
    assert_eq!((&page.json()["expires_in"], &claims(&second)["exp"]), (&json!(100), &claims(&token)["exp"]));
    world.clock.set(START + 600);
    assert_eq!(exchange(&photos, &token, &[("resource", MAIL)]).await.refusal(), invalid("invalid_request"));
    // Law: an exchange is no way around the end.
    assert!(!mail.is_active(&second).await);
}

#[rocket::async_test]
async fn an_edge_that_is_taken_back_counts_no_more() {
    let world = world(Backend::Sqlite).await;
    let photos = world.app("photos");
    let token = given(&world).await.text("access_token");
    assert_eq!(exchange(&photos, &token, &[("resource", MAIL)]).await.status, 200);
    world.change(|conn| definitions::delete::<ExchangeRule>(conn, "photos-to-mail")).await;
    let refused = exchange(&photos, &token, &[("resource", MAIL)]).await;
    assert_eq!(refused.refusal(), invalid("invalid_target"));
    // Law: who has authenticated reads which thing is missing; the next request sees each change.
    assert!(refused.text("error_description").contains("No exchange is declared"), "{}", refused.body);
}

#[rocket::async_test]
async fn an_impersonation_is_declared_and_names_no_actor() {
    let world = world(Backend::Sqlite).await;
    let mut edge = edge("stock-to-photos", "stock", API, "photos:read");
    edge["mode"] = json!("impersonation");
    world.declare::<ExchangeRule>(edge).await;
    let token = given(&world).await.text("access_token");
    let second = exchange(&world.app("photos"), &token, &[("resource", MAIL)]).await.text("access_token");
    let third = exchange(&world.app("mail"), &second, &[("resource", STOCK)]).await.text("access_token");
    let fourth = exchange(&world.app("stock"), &third, &[("resource", API)]).await.text("access_token");
    // Law: those who acted before stay named.
    assert_eq!(claims(&fourth)["act"], json!({"sub": "mail", "act": {"sub": "photos"}}));
}

#[rocket::async_test]
async fn a_chain_of_actors_has_an_end() {
    let world = world(Backend::Sqlite).await;
    world.declare::<ExchangeRule>(edge("mail-to-photos", "mail", API, "photos:read")).await;
    let (photos, mail) = (world.app("photos"), world.app("mail"));
    let mut token = given(&world).await.text("access_token");
    for round in 0..6 {
        let (client, target) = if round % 2 == 0 { (&photos, MAIL) } else { (&mail, API) };
        let page = exchange(client, &token, &[("resource", target)]).await;
        if round == 5 {
            // Law: two services that call each other in a circle are stopped.
            assert_eq!(page.refusal(), invalid("invalid_request"));
        } else {
            token = page.text("access_token");
        }
    }
}

#[rocket::async_test]
async fn a_bound_token_is_exchanged_for_a_bound_one_alone() {
    let world = world(Backend::Sqlite).await;
    let (key, own) = (Arc::new(AppKey::new()), Arc::new(AppKey::new()));
    let (shop, photos) = (world.app("shop").proving(&key), world.app("photos"));
    let code = world.browser().allow(&shop.request().with("scope", "openid photos:read")).await.code();
    let token = shop.redeem(&code).await.text("access_token");
    assert_eq!(exchange(&photos, &token, &[("resource", MAIL)]).await.refusal(), invalid("invalid_request"));
    let page = exchange(&photos.proving(&own), &token, &[("resource", MAIL)]).await;
    // Law: to the key of who asks, which the next service can check.
    assert_eq!((page.text("token_type"), &claims(&page.text("access_token"))["cnf"]), ("DPoP".to_owned(), &json!({"jkt": own.jkt()})));
}

#[rocket::async_test]
async fn an_opaque_token_is_exchanged_for_an_opaque_one() {
    let photos_api = json!({"resource": API, "access_token_format": "opaque", "scopes": {"photos:read": {}}});
    let mail_api = json!({"resource": MAIL, "access_token_format": "opaque", "scopes": {"mail:read": {}}});
    let world = World::new().client(app("shop")).user("ada").api(photos_api).api(mail_api);
    let world = world.app("photos", service(API)).app("mail", service(MAIL)).start().await;
    world.declare::<ExchangeRule>(edge("photos-to-mail", "photos", MAIL, "mail:read")).await;
    let token = given(&world).await.text("access_token");
    let photos = world.app("photos");
    for kind in [("requested_token_type", JWT), ("subject_token_type", JWT)] {
        assert_eq!(exchange(&photos, &token, &[("resource", MAIL), kind]).await.refusal(), invalid("invalid_request"), "{kind:?}");
    }
    let second = exchange(&photos, &token, &[("resource", MAIL)]).await.text("access_token");
    let told = world.app("mail").introspect(&second).await.json();
    // Law: whatever the format, introspection names the actor.
    assert_eq!((second.contains('.'), &told["act"]), (false, &json!({"sub": "photos"})));
}

#[rocket::async_test]
async fn oidc_core_8_1_no_exchange_tells_a_service_more_of_who_somebody_is() {
    let private = json!({"subject_type": "pairwise", "redirect_uris": ["https://shop.example/cb"], "require_consent": false});
    let own = |resource: &str| {
        let mut members = service(resource);
        members["subject_type"] = json!("pairwise");
        members["redirect_uris"] = json!(["https://stock.example/cb"]);
        members["grant_types"] = json!([EXCHANGE, "client_credentials", "authorization_code"]);
        members
    };
    let opaque = |resource: &str, scope: &str| json!({"resource": resource, "access_token_format": "opaque", "scopes": {scope: {}}});
    let world = World::new().app("shop", private).client(app("plain")).user("ada");
    let world = world.api(photos()).api(api(MAIL, "mail:read")).api(opaque(STOCK, "stock:read"));
    let world = world.app("photos", service(API)).app("mail", service(MAIL)).app("stock", own(STOCK)).start().await;
    world.declare::<ExchangeRule>(edge("photos-to-mail", "photos", MAIL, "mail:read")).await;
    world.declare::<ExchangeRule>(edge("mail-to-stock", "mail", STOCK, "stock:read")).await;
    world.declare::<ExchangeRule>(edge("stock-to-mail", "stock", MAIL, "mail:read")).await;
    let (photos, mail, stock) = (world.app("photos"), world.app("mail"), world.app("stock"));
    let told = async |service: &App<'_>, token: &str| service.introspect(token).await.json()["sub"].as_str().map(str::to_owned);

    let token = given(&world).await.text("access_token");
    let known = claims(&token)["sub"].as_str().expect("a sub").to_owned();
    assert_ne!(known, "sub-ada");
    let second = exchange(&photos, &token, &[("resource", MAIL)]).await.text("access_token");
    assert_eq!(claims(&second)["sub"], json!(known));
    let third = exchange(&mail, &second, &[("resource", STOCK)]).await.text("access_token");
    for (what, seen) in [
        ("who exchanged it", told(&photos, &second).await),
        ("the next service", told(&mail, &second).await),
        ("the one after", told(&stock, &third).await),
    ] {
        assert_eq!(seen.as_deref(), Some(&*known), "{what}");
    }
    // A service with pairwise subjects calls the person by its own name, and so does whoever it calls.
    let fourth = exchange(&stock, &third, &[("resource", MAIL)]).await.text("access_token");
    let of_stock = claims(&fourth)["sub"].as_str().expect("a sub").to_owned();
    assert!(of_stock != known && of_stock != "sub-ada", "{of_stock}");
    let fifth = exchange(&mail, &fourth, &[("resource", STOCK)]).await.text("access_token");
    assert_eq!(told(&stock, &fifth).await.as_deref(), Some(&*of_stock));
    // What was public to begin with stays so.
    let plain = world.app("plain");
    let code = world.browser().allow(&plain.request().with("scope", "openid photos:read")).await.code();
    let public = plain.redeem(&code).await.text("access_token");
    let public = exchange(&photos, &public, &[("resource", MAIL)]).await.text("access_token");
    assert_eq!(claims(&public)["sub"], json!("sub-ada"));
    world.change(|conn| doorward::store::clients::delete(conn, &ClientId::new("shop"))).await;
    // Law: by nobody's name a token tells of nobody.
    assert_eq!((told(&mail, &second).await, told(&stock, &fifth).await), (None, None));
}

#[rocket::async_test]
async fn a_missing_edge_is_named_to_the_service_that_asked_and_what_was_given_is_seen() {
    let world = world(Backend::Sqlite).await;
    let (photos, mail) = (world.app("photos"), world.app("mail"));
    let token = given(&world).await.text("access_token");
    let told = exchange(&photos, &token, &[("resource", STOCK)]).await.text("error_description");
    assert!(told.ends_with(&format!("Missing: photos, showing a token for {API}, to {STOCK}.")), "{told}");
    let second = exchange(&photos, &token, &[("resource", MAIL)]).await.text("access_token");
    exchange(&mail, &second, &[("resource", STOCK)]).await.text("access_token");
    world.app("nosy").machine(&[("scope", "photos:read")]).await.text("access_token");
    let seen = world.change(doorward::store::seen::by_edge).await;
    let edges: Vec<(&str, &str, By, i64)> =
        seen.iter().map(|seen| (seen.client.as_str(), seen.audience.as_str(), seen.by, seen.count)).collect();
    // Law: an edge that gave nothing isn't seen.
    assert_eq!(
        edges,
        [
            ("shop", API, By::AuthorizationCode, 1),
            ("mail", STOCK, By::Exchange, 1),
            ("photos", MAIL, By::Exchange, 1),
            ("nosy", API, By::ClientCredentials, 1)
        ]
    );
}
