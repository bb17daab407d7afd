//! `error_uri`: errors that explain themselves to the owner of a client, and to nobody else (RFC 6749 §4.1.2.1, §5.2).
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{Builder, Page, World, app, basic};
use serde_json::json;
use std::collections::BTreeSet;

/// Ada owns `shop`, Ben owns nothing, `lone` is nobody's.
fn owned() -> Builder {
    World::new().app("shop", json!({"owner": "ada"})).client(app("lone")).user("ada").user("ben")
}

fn explanation(page: &Page) -> String {
    page.text("error_uri")
}

fn below(world: &World, uri: &str) -> String {
    uri.strip_prefix(world.issuer.origin().as_str()).unwrap_or_else(|| panic!("{uri} is elsewhere")).to_owned()
}

/// A refusal at the token endpoint: `shop` redeems what is no code.
async fn refused(world: &World, id: &str) -> String {
    let page = world.app(id).redeem("no code").await;
    assert_eq!(page.refusal(), (400, "invalid_grant".to_owned()), "{}", page.body);
    below(world, &explanation(&page))
}

#[rocket::async_test]
async fn rfc_6749_5_2_the_owner_reads_the_check_and_a_stranger_the_same_bytes_whatever_happened() {
    let world = owned().start().await;
    let (mut ada, mut ben, mut nobody) = (world.browser(), world.browser(), world.browser());
    ada.log_in("ada").await;
    ben.log_in("ben").await;
    let shown = ada.get(&refused(&world, "shop").await).await;
    assert!(shown.body.contains("CodeKnown") && shown.body.contains("The code is unknown here or long expired."), "{}", shown.body);
    // Of nobody's client, altered, cut, made up; and the list itself, which is all that unknown clients get.
    let unknown = world.app("shop").raw("/token", &[("Authorization", &basic("ghost", "secret"))], "grant_type=refresh_token").await;
    assert_eq!(below(&world, &explanation(&unknown)), "/errors");
    let theirs = refused(&world, "shop").await;
    let others = [
        refused(&world, "lone").await,
        theirs.replace(&theirs[8..12], "AAAA"),
        theirs[..theirs.len() - 4].to_owned(),
        "/errors/made-up".to_owned(),
    ];
    let plain = nobody.get("/errors").await;
    assert!(plain.body.contains("invalid_grant") && !plain.body.contains("CodeKnown"));
    let mut bodies = BTreeSet::from([plain.body]);
    for uri in &others {
        bodies.insert(ada.get(uri).await.body);
    }
    for uri in others.iter().chain([&theirs]) {
        bodies.insert(ben.get(uri).await.body);
        bodies.insert(nobody.get(uri).await.body);
    }
    // Law: who isn't the owner learns nothing, not even that there was something.
    assert_eq!(bodies.len(), 1);
}

#[rocket::async_test]
async fn the_address_has_one_length_whatever_it_holds() {
    let world = owned().start().await;
    let shop = world.app("shop");
    let long = "x".repeat(900);
    let mut lengths = BTreeSet::new();
    let tries: [&[(&str, &str)]; 4] = [
        &[("grant_type", "authorization_code")],
        &[("grant_type", &long)],
        &[("grant_type", "authorization_code"), ("code", "none")],
        &[("grant_type", "refresh_token"), ("refresh_token", &long)],
    ];
    for pairs in tries {
        lengths.insert(explanation(&shop.token(pairs).await).len());
    }
    let mut browser = world.browser();
    let landing = browser.open(&shop.request().with("scope", &format!("openid {long}"))).await.landing();
    lengths.insert(landing.get("error_uri").expect("an address").len());
    // Law: nobody can tell what happened by it.
    assert_eq!(lengths.len(), 1);
}

#[rocket::async_test]
async fn it_says_where_a_redirect_uri_differs_and_ends_after_a_quarter_of_an_hour() {
    let world = owned().start().await;
    let shop = world.app("shop");
    let mut ada = world.browser();
    ada.log_in("ada").await;
    let page = ada.open(&shop.request().with("redirect_uri", &format!("{}/", shop.redirect_uri))).await;
    assert_eq!(page.status, 400);
    let uri = page.links().into_iter().find(|link| link.contains("/errors/")).expect("a link for the developer");
    let uri = below(&world, &uri);
    let shown = ada.get(&uri).await;
    let differs = format!("differ at character {}.", shop.redirect_uri.chars().count() + 1);
    assert!(shown.body.contains("RedirectUriExact") && shown.body.contains(&differs), "{}", shown.body);
    let chinese = ada.get(&format!("{uri}?ui_locales=zh-CN")).await;
    assert!(chinese.body.contains("redirect_uri 必须与注册的某个地址逐字节相同。"), "{}", chinese.body);
    world.clock.advance(15 * 60 + 1);
    // Law: it lives for some minutes.
    assert!(!ada.get(&format!("{uri}?ui_locales=en")).await.body.contains("RedirectUriExact"));
}

#[rocket::async_test]
async fn in_the_demo_a_learner_needs_no_login_to_read_it() {
    let world = owned().demo().start().await;
    for id in ["shop", "lone"] {
        let uri = refused(&world, id).await;
        assert!(world.get(&uri).await.body.contains("CodeKnown"), "{id}");
    }
    let wrong = world.app("shop").raw("/token", &[("Authorization", &basic("shop", "a secret nobody may see"))], "grant_type=x").await;
    let shown = world.get(&below(&world, &explanation(&wrong))).await;
    // Law: even there no secret is told.
    assert!(shown.body.contains("ClientAuthentic") && !shown.body.contains("nobody may see"), "{}", shown.body);
}

#[rocket::async_test]
async fn a_device_that_goes_on_polling_is_given_none() {
    let device = json!({"grant_types": ["urn:ietf:params:oauth:grant-type:device_code"], "owner": "ada"});
    let world = World::new().app("tv", device).user("ada").start().await;
    let tv = world.app("tv");
    let code = tv.post("/device_authorization", &[("scope", "openid")]).await.text("device_code");
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let page = tv.token(&[("grant_type", grant), ("device_code", &code)]).await;
    assert_eq!(page.refusal().1, "authorization_pending", "{}", page.body);
    // Law: it has done nothing wrong.
    assert!(page.json().get("error_uri").is_none());
}

#[rocket::async_test]
async fn rfc_6749_4_1_2_1_an_answer_by_redirect_carries_it_and_a_signed_one_inside() {
    let world = owned().start().await;
    let shop = world.app("shop");
    let mut ada = world.browser();
    ada.log_in("ada").await;
    let landing = ada.open(&shop.request().with("prompt", "sometimes")).await.landing();
    let uri = landing.get("error_uri").expect("an address").to_owned();
    assert!(ada.get(&below(&world, &uri)).await.body.contains("PromptKnown"));
    let signed = ada.open(&shop.request().with("prompt", "sometimes").with("response_mode", "jwt")).await.landing();
    assert_eq!(signed.get("error_uri"), None);
    let claims = doorward_testkit::claims(signed.get("response").expect("a signed answer"));
    // Law: nothing travels beside a signed answer.
    assert!(ada.get(&below(&world, claims["error_uri"].as_str().expect("an address"))).await.body.contains("PromptKnown"));
}
