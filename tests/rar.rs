//! Authorization details, transaction by transaction: RFC 9396.
#![allow(clippy::expect_used, missing_docs)]

use doorward::store::definitions;
use doorward_protocol::detail_type::DetailType;
use doorward_testkit::{Page, World, app, claims};
use serde_json::{Value, json};

const BANK: &str = "https://bank.example";
const PAYMENT: &str = r#"[{"type":"payment","amount":"12.50","to":"Merchant A"}]"#;
const OTHER: &str = r#"[{"type":"payment","amount":"99.00","to":"Merchant A"}]"#;

fn bank() -> Value {
    json!({"resource": BANK, "name": "The bank", "scopes": {"accounts": {"en": "See your accounts", "zh-CN": "查看你的账户"}}})
}

/// `shop` may ask for payments, `other` for nothing beyond scopes, `first` belongs to the bank itself.
async fn world() -> World {
    let member = json!({
        "scope": "openid offline_access accounts", "authorization_details_types": ["payment"],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
    });
    let world = World::new()
        .app("shop", member.clone())
        .client(app("other"))
        .app("first", json!({"require_consent": false, "authorization_details_types": ["payment"], "scope": "openid"}))
        .app("opaque", {
            let mut member = member;
            member["access_token_format"] = json!("opaque");
            member
        })
        .api(bank())
        .user("ada")
        .start()
        .await;
    let payment: DetailType = serde_json::from_value(json!({
        "type": "payment",
        "resource": BANK,
        "schema": {
            "required": ["amount", "to"],
            "properties": {"type": {}, "amount": {"type": "string"}, "to": {"type": "string"}, "locations": {"type": "array"}},
            "additionalProperties": false,
        },
        "sentence": {"en": "Pay {amount} to {to}", "zh-CN": "向{to}支付{amount}"},
    }))
    .expect("a type");
    world
        .change(move |conn| {
            definitions::insert(conn, &payment, doorward_protocol::values::Timestamp(0))?;
            Ok(())
        })
        .await;
    world
}

/// The tokens for a request with these details and that scope.
async fn given(world: &World, client: &str, details: &str, scope: &str) -> Page {
    let app = world.app(client);
    let code = world.browser().allow(&app.request().with("authorization_details", details).with("scope", scope)).await.code();
    let page = app.redeem(&code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

fn parsed(details: &str) -> Value {
    serde_json::from_str(details).expect("JSON")
}

#[rocket::async_test]
async fn rfc_9396_7_what_was_allowed_is_told_to_the_client_and_carried_by_the_token() {
    let world = world().await;
    let page = given(&world, "shop", PAYMENT, "openid").await;
    assert_eq!(page.json()["authorization_details"], parsed(PAYMENT));
    let token = claims(&page.text("access_token"));
    // Law: §9.1: the token is for the API that the type belongs to, and says what it allows.
    assert_eq!((&token["aud"], &token["authorization_details"], token.get("scope")), (&json!(BANK), &parsed(PAYMENT), None));
}

#[rocket::async_test]
async fn rfc_9396_9_2_introspection_tells_the_details() {
    let world = world().await;
    let page = given(&world, "opaque", PAYMENT, "accounts").await;
    let told = world.app("opaque").introspect(&page.text("access_token")).await.json();
    assert_eq!((&told["authorization_details"], &told["scope"]), (&parsed(PAYMENT), &json!("accounts")));
}

#[rocket::async_test]
async fn the_consent_page_says_what_this_very_transaction_is_and_asks_each_time() {
    let world = world().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let request = shop.request().with("authorization_details", PAYMENT).with("scope", "openid accounts");
    let page = browser.open(&request).await;
    let page = browser.log_in_at(&page, "ada", doorward_testkit::PASSWORD).await;
    assert!(page.body.contains("Pay 12.50 to Merchant A") && page.body.contains("The bank"), "{}", page.body);
    assert!(!page.form("/consent").offered("scope").contains(&"payment"));
    browser.allow(&request).await.code();
    let again = browser.open(&request).await;
    // Law: a payment allowed once is not allowed again by being remembered.
    assert!(again.body.contains("Pay 12.50 to Merchant A"), "{}", again.body);
    let chinese = browser.open(&request.clone().with("ui_locales", "zh-CN")).await;
    assert!(chinese.body.contains("向Merchant A支付12.50"), "{}", chinese.body);
    let silent = browser.open(&request.with("prompt", "none")).await;
    assert!(silent.location().contains("error=consent_required"), "{}", silent.location());
}

#[rocket::async_test]
async fn a_denied_transaction_gives_nothing() {
    let world = world().await;
    let mut browser = world.browser();
    let request = world.app("shop").request().with("authorization_details", PAYMENT);
    let page = browser.open(&request).await;
    let page = browser.log_in_at(&page, "ada", doorward_testkit::PASSWORD).await;
    let answer = browser.submit(page.form("/consent").press("decision", "deny")).await;
    assert!(answer.location().contains("error=access_denied"), "{}", answer.location());
}

#[rocket::async_test]
async fn rfc_9396_5_what_is_malformed_unknown_or_not_the_clients_is_refused() {
    let world = world().await;
    for (client, details) in [
        ("shop", "[]"),
        ("shop", "{}"),
        ("shop", "payment"),
        ("shop", r#"[{"amount":"1"}]"#),
        ("shop", r#"[{"type":"payment"}]"#),
        ("shop", r#"[{"type":"payment","amount":1,"to":"x"}]"#),
        ("shop", r#"[{"type":"payment","amount":"1","to":"x","more":1}]"#),
        ("shop", r#"[{"type":"transfer","amount":"1","to":"x"}]"#),
        ("other", PAYMENT),
    ] {
        let app = world.app(client);
        let page = world.browser().open(&app.request().with("authorization_details", details)).await;
        // Law: by redirect, before anybody is asked anything.
        assert!(page.location().contains("error=invalid_authorization_details"), "{client} {details}: {} {}", page.status, page.location());
    }
}

#[rocket::async_test]
async fn rfc_9396_6_a_token_request_narrows_and_never_widens() {
    let world = world().await;
    let shop = world.app("shop");
    let both = r#"[{"type":"payment","amount":"12.50","to":"Merchant A"},{"type":"payment","amount":"1.00","to":"B"}]"#;
    let page = given(&world, "shop", both, "openid offline_access").await;
    let refresh = page.text("refresh_token");
    for more in [OTHER, r#"[{"type":"payment","amount":"12.50"}]"#, "x"] {
        let refused = shop.refresh_with(&refresh, &[("authorization_details", more)]).await;
        assert_eq!(refused.refusal(), (400, "invalid_authorization_details".to_owned()), "{more}");
    }
    let narrowed = shop.refresh_with(&refresh, &[("authorization_details", PAYMENT)]).await;
    assert_eq!(narrowed.json()["authorization_details"], parsed(PAYMENT), "{}", narrowed.body);
    let whole = shop.refresh(&narrowed.text("refresh_token")).await;
    // Law: RFC 6749 §6 in spirit: what one token left out, the next may have again.
    assert_eq!(whole.json()["authorization_details"], parsed(both));
}

#[rocket::async_test]
async fn a_machine_asks_for_itself_what_it_is_registered_for() {
    let world = world().await;
    let page = world.app("shop").machine(&[("authorization_details", PAYMENT), ("resource", BANK)]).await;
    assert_eq!(page.json()["authorization_details"], parsed(PAYMENT), "{}", page.body);
    for (details, error) in [(r#"[{"type":"payment"}]"#, "invalid_authorization_details"), ("[1]", "invalid_authorization_details")] {
        assert_eq!(world.app("shop").machine(&[("authorization_details", details)]).await.refusal().1, error);
    }
}

#[rocket::async_test]
async fn a_first_party_app_is_not_asked_for_its_own_transactions() {
    let world = world().await;
    let mut browser = world.browser();
    let first = world.app("first");
    let request = first.request().with("authorization_details", PAYMENT);
    let page = browser.open(&request).await;
    let page = browser.log_in_at(&page, "ada", doorward_testkit::PASSWORD).await;
    // Law: require_consent false is the operator's word.
    assert!(page.location().contains("code="), "{} {}", page.status, page.body);
}

#[rocket::async_test]
async fn discovery_lists_the_declared_types() {
    let world = world().await;
    let document = world.get("/.well-known/oauth-authorization-server").await.json();
    assert_eq!(document["authorization_details_types_supported"], json!(["payment"]));
}
