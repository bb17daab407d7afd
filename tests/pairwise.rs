//! Pairwise subjects over HTTP: OpenID Connect Core §8.1.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{API, Page, World, app, claims, photos};
use rocket::http::Method;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};

/// Two apps of one family, one of another, and one that sees everybody under the public name.
async fn world() -> World {
    let pairwise = |uri: &str| json!({"subject_type": "pairwise", "redirect_uris": [uri], "require_consent": false});
    let service = json!({"resource": API, "grant_types": ["client_credentials"], "redirect_uris": null});
    World::new()
        .app("shop", pairwise("https://family.example/shop/cb"))
        .app("cart", pairwise("https://family.example/cart/cb"))
        .app("other", pairwise("https://other.example/cb"))
        .client(app("plain"))
        .app("photos", service)
        .api(photos())
        .user("ada")
        .user("bob")
        .start()
        .await
}

async fn given(world: &World, name: &str, scope: &str) -> Page {
    let app = world.app(name);
    let code = world.browser().allow(&app.request().with("scope", scope)).await.code();
    let page = app.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

fn sub(claims: &Value) -> String {
    claims["sub"].as_str().expect("a sub").to_owned()
}

#[rocket::async_test]
async fn oidc_core_8_1_one_sector_sees_one_name_and_another_sees_another() {
    let world = world().await;
    let mut names = Vec::new();
    for name in ["shop", "cart", "other", "plain"] {
        names.push(sub(&claims(&given(&world, name, "openid").await.text("id_token"))));
    }
    assert_eq!(names[0], names[1]);
    assert_ne!(names[0], names[2]);
    assert_eq!(names[3], "sub-ada");
    // Law: nothing of the public name is in a pairwise one.
    assert!(names[..3].iter().all(|name| !name.contains("ada") && name.len() == 43));
}

#[rocket::async_test]
async fn oidc_core_8_1_a_client_sees_the_same_name_wherever_it_looks() {
    let world = world().await;
    let shop = world.app("shop");
    let page = given(&world, "shop", "openid profile").await;
    let (access, refresh) = (page.text("access_token"), page.text("refresh_token"));
    let expected = sub(&claims(&page.text("id_token")));
    let renewed = shop.refresh(&refresh).await;
    for (what, seen) in [
        ("the JWT access token", sub(&claims(&access))),
        ("userinfo", sub(&shop.userinfo(&access).await.json())),
        ("introspection", sub(&shop.introspect(&access).await.json())),
        ("introspection of the refresh token", sub(&shop.introspect(&renewed.text("refresh_token")).await.json())),
        ("the ID token of a refresh", sub(&claims(&renewed.text("id_token")))),
        ("the access token of a refresh", sub(&claims(&renewed.text("access_token")))),
        ("another login", sub(&claims(&given(&world, "shop", "openid").await.text("id_token")))),
    ] {
        assert_eq!(seen, expected, "{what}");
    }
    // What an API reads in the token is what it hears when it asks.
    let for_api = given(&world, "shop", "openid photos:read").await.text("access_token");
    assert_eq!(sub(&claims(&for_api)), expected);
    assert_eq!(sub(&world.app("photos").introspect(&for_api).await.json()), expected);
    // Law: a machine's own token stays the client's.
    let machine = world.app("photos").machine(&[("resource", API)]).await;
    assert_eq!(sub(&claims(&machine.text("access_token"))), "photos");
}

#[rocket::async_test]
async fn oidc_core_8_1_opaque_tokens_tell_the_same_name() {
    let changes = json!({"subject_type": "pairwise", "require_consent": false, "access_token_format": "opaque"});
    let world = World::new().app("shop", changes).user("ada").start().await;
    let (shop, page) = (world.app("shop"), given(&world, "shop", "openid").await);
    let expected = sub(&claims(&page.text("id_token")));
    let token = page.text("access_token");
    // Law: whatever carries the token.
    assert_eq!((sub(&shop.introspect(&token).await.json()), sub(&shop.userinfo(&token).await.json())), (expected.clone(), expected));
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_a_hint_with_a_pairwise_name_finds_its_person() {
    let world = world().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let code = browser.allow(&shop.request()).await.code();
    let hint = shop.redeem(&code).await.text("id_token");
    let silent = shop.request().with("prompt", "none").with("id_token_hint", &hint);
    assert!(browser.open(&silent).await.landing().get("code").is_some());
    // Somebody else is logged in.
    let mut bobs = world.browser();
    bobs.log_in("bob").await;
    assert_eq!(bobs.open(&silent).await.landing().error(), "login_required");
    // Another client's hint proves nothing, not even within the sector.
    let others = world.app("cart").request().with("prompt", "none").with("id_token_hint", &hint);
    assert_eq!(browser.open(&others).await.landing().error(), "invalid_request");
    // Law: it still ends its own session without a question.
    let page = browser.get(&format!("/logout?id_token_hint={hint}")).await;
    assert!(!page.has_form("/logout") && page.status == 200, "{}", page.title());
    assert_eq!(browser.open(&silent).await.landing().error(), "login_required");
}

#[rocket::async_test]
async fn oidc_core_8_1_discovery_says_so() {
    let world = world().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    // Law: and lists nothing else.
    assert_eq!(document["subject_types_supported"], json!(["public", "pairwise"]));
}

/// A server on the loopback that answers everything with this JSON.
fn serving(body: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = listener.local_addr().expect("an address");
    // Ends with the process: a listener has no other way to be woken.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let _ = stream.read(&mut [0; 4096]);
            let head =
                format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    format!("http://{address}/sector.json")
}

#[rocket::async_test]
async fn oidc_registration_5_nobody_enters_a_sector_that_does_not_list_them() {
    let world = World::new().set("REGISTRATION", "open").start().await;
    let register = async |sector: &str, uris: &[&str]| {
        let asked = json!({"redirect_uris": uris, "subject_type": "pairwise", "sector_identifier_uri": sector}).to_string();
        world.send(Method::Post, "/register", &[("Content-Type", "application/json")], asked.as_bytes()).await
    };
    let listed = serving(r#"["https://a.example/cb", "https://b.example/cb"]"#);
    for (sector, uris) in [
        (listed.as_str(), &["https://evil.example/cb"][..]),
        (&listed, &["https://a.example/cb", "https://evil.example/cb"]),
        (&listed, &["https://a.example/cb/"]),
        (&serving("{}"), &["https://a.example/cb"]),
        // Nobody listens there.
        ("http://127.0.0.1:1/sector.json", &["https://a.example/cb"]),
    ] {
        let page = register(sector, uris).await;
        assert_eq!(page.refusal(), (400, "invalid_client_metadata".to_owned()), "{sector} {uris:?}");
        assert!(page.text("error_description").len() > 10);
    }
    let page = register(&listed, &["https://b.example/cb", "https://a.example/cb"]).await;
    assert_eq!((page.status, page.text("subject_type").as_str()), (201, "pairwise"), "{}", page.body);
    // Law: nor by a change of what is registered.
    let (uri, token) = (page.text("registration_client_uri"), page.text("registration_access_token"));
    let path = uri.strip_prefix("http://127.0.0.1:8000").expect("one of ours").to_owned();
    let mut asked = page.json();
    for member in ["registration_client_uri", "registration_access_token", "client_secret_expires_at", "client_id_issued_at"] {
        asked.as_object_mut().expect("members").remove(member);
    }
    asked["redirect_uris"] = json!(["https://evil.example/cb"]);
    let headers = [("Content-Type", "application/json"), ("Authorization", &*format!("Bearer {token}"))];
    let page = world.send(Method::Put, &path, &headers, asked.to_string().as_bytes()).await;
    assert_eq!(page.refusal(), (400, "invalid_client_metadata".to_owned()), "{}", page.body);
}
