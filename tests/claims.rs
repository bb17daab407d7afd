//! What is told of a person, by scope and by name, and only with their consent: OpenID Connect Core §5.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{API, App, AuthRequest, Browser, Page, World, app, claims, photos};
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8000";

/// Everything §5.1 knows, two languages, and something of the operator's own.
fn everything() -> Value {
    json!({
        "name": "Ada Lovelace", "given_name": "Ada", "family_name": "Lovelace", "middle_name": "King", "nickname": "Ada",
        "name#zh-CN": "阿达·洛芙莱斯", "family_name#zh-CN": "洛芙莱斯",
        "preferred_username": "countess", "profile": "https://ada.example/", "picture": "https://ada.example/ada.png",
        "website": "https://engine.example/", "gender": "female", "birthdate": "1815-12-10", "zoneinfo": "Europe/London", "locale": "en-GB",
        "updated_at": 1_700_000_000, "phone_number": "+44 20 7946 0958", "phone_number_verified": false,
        "address": {"formatted": "12 St James's Square\nLondon", "locality": "London", "country": "UK"},
        "department": "Engines",
    })
}

async fn world(metadata: Value) -> World {
    let mut all = json!({"scope": "openid profile email address phone offline_access photos:read"});
    for (name, value) in metadata.as_object().expect("members") {
        all[name] = value.clone();
    }
    World::new().app("shop", all).api(photos()).person("ada", everything()).user("bob").start().await
}

fn request(app: &App<'_>, scope: &str, claims: &Value) -> AuthRequest {
    app.request().with("scope", scope).with("claims", &claims.to_string())
}

/// What userinfo and the ID token tell, without what speaks of the token itself.
async fn told(app: &App<'_>, code: &str) -> (Vec<String>, Vec<String>) {
    let page = app.redeem(code).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let own = ["iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash", "sid"];
    let keys = |claims: Value| {
        let claims = claims.as_object().expect("claims").clone();
        claims.into_iter().map(|(name, _)| name).filter(|name| !own.contains(&name.as_str())).collect()
    };
    let userinfo = app.userinfo(&page.text("access_token")).await;
    (keys(userinfo.json()), keys(claims(&page.text("id_token"))))
}

/// The values of a page's boxes of that name.
fn boxes(page: &Page, name: &str) -> Vec<String> {
    page.form("/consent").offered(name).into_iter().map(str::to_owned).collect()
}

async fn at_consent<'w>(world: &'w World, request: &AuthRequest) -> (Browser<'w>, Page) {
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let page = browser.open(request).await;
    assert!(page.has_form("/consent"), "{}", page.title());
    (browser, page)
}

#[rocket::async_test]
async fn oidc_core_5_4_each_scope_tells_its_claims_in_their_types() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    for (scope, claim, expected) in [
        ("profile", "name", json!("Ada Lovelace")),
        ("profile", "name#zh-CN", json!("阿达·洛芙莱斯")),
        ("profile", "family_name", json!("Lovelace")),
        ("profile", "given_name", json!("Ada")),
        ("profile", "middle_name", json!("King")),
        ("profile", "nickname", json!("Ada")),
        ("profile", "preferred_username", json!("countess")),
        ("profile", "profile", json!("https://ada.example/")),
        ("profile", "picture", json!("https://ada.example/ada.png")),
        ("profile", "website", json!("https://engine.example/")),
        ("profile", "gender", json!("female")),
        ("profile", "birthdate", json!("1815-12-10")),
        ("profile", "zoneinfo", json!("Europe/London")),
        ("profile", "locale", json!("en-GB")),
        ("profile", "updated_at", json!(1_700_000_000)),
        ("email", "email", json!("ada@example.org")),
        ("email", "email_verified", json!(true)),
        ("phone", "phone_number", json!("+44 20 7946 0958")),
        ("phone", "phone_number_verified", json!(false)),
        ("address", "address", everything()["address"].clone()),
    ] {
        let code = world.browser().allow(&shop.request().with("scope", &format!("openid {scope}"))).await.code();
        let page = shop.redeem(&code).await;
        let userinfo = shop.userinfo(&page.text("access_token")).await.json();
        assert_eq!(userinfo[claim], expected, "{scope}");
        // §5.4: beside a token for userinfo the ID token repeats nothing.
        assert_eq!(claims(&page.text("id_token")).get(claim), None, "{scope}");
        let others = ["profile", "email", "phone", "address"].into_iter().filter(|other| *other != scope);
        let leaked = others.flat_map(doorward_protocol::tokens::claims::of_scope).find(|name| userinfo.get(**name).is_some());
        // Law: no other scope's, and nothing that none asks for.
        assert_eq!((leaked, userinfo.get("department")), (None, None), "{scope}");
    }
}

#[rocket::async_test]
async fn oidc_core_5_5_claims_come_by_name_where_they_were_asked() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    for (scope, asked, userinfo, id_token) in [
        ("openid", json!({"userinfo": {"nickname": {"essential": true}, "email": null}}), vec!["email", "nickname"], vec![]),
        ("openid", json!({"id_token": {"email": null, "family_name#zh-cn": null}}), vec![], vec!["email", "family_name#zh-CN"]),
        ("openid email", json!({"id_token": {"email_verified": null}}), vec!["email", "email_verified"], vec!["email_verified"]),
        ("openid", json!({"userinfo": {"department": null, "shoe_size": null}}), vec!["department"], vec![]),
        ("openid", json!({"userinfo": {"gender": {"value": "male"}, "locale": {"values": ["de", "en-GB"]}}}), vec!["locale"], vec![]),
        ("openid", json!({"userinfo": {"iss": null, "exp": null, "client_id": null}, "id_token": {"cnf": null}}), vec![], vec![]),
        ("openid", json!({"id_token": {"auth_time": {"essential": true}, "acr": {"essential": true}}}), vec![], vec![]),
    ] {
        let code = world.browser().allow(&request(&shop, scope, &asked)).await.code();
        let expected = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(told(&shop, &code).await, (expected(userinfo), expected(id_token)), "{asked}");
    }
    // Refreshed, they stay, also beside a token for an API.
    let asked = json!({"id_token": {"email": null}, "userinfo": {"birthdate": null}});
    let code = world.browser().allow(&request(&shop, "openid photos:read", &asked)).await.code();
    let first = shop.redeem(&code).await;
    assert_eq!(claims(&first.text("access_token"))["aud"], API);
    let renewed = shop.refresh_with(&first.text("refresh_token"), &[("resource", ISSUER)]).await;
    for page in [&first, &renewed] {
        assert_eq!(claims(&page.text("id_token"))["email"], "ada@example.org");
        assert_eq!(claims(&page.text("access_token")).get("email"), None);
    }
    // Law: userinfo tells by the same request.
    assert_eq!(shop.userinfo(&renewed.text("access_token")).await.json()["birthdate"], "1815-12-10");
}

#[rocket::async_test]
async fn a_claim_by_name_is_shown_with_its_value_and_given_only_if_it_stays_ticked() {
    let world = world(json!({})).await;
    let shop = world.app("shop");
    let asked = json!({"userinfo": {"birthdate": null, "name#zh-CN": null, "nickname": null}, "id_token": {"phone_number": null, "department": null}});
    let req = request(&shop, "openid email", &asked);
    let (mut browser, page) = at_consent(&world, &req).await;
    assert_eq!(boxes(&page, "claim"), ["birthdate", "department", "name", "nickname", "phone_number"]);
    for value in ["1815-12-10", "阿达·洛芙莱斯", "+44 20 7946 0958", "Engines"] {
        assert!(page.body.contains(value), "{value}");
    }
    assert!(!page.body.contains("Ada Lovelace ·"), "only the language that was asked for is handed over");
    let form = page.form("/consent").untick("claim", "birthdate").untick("claim", "phone_number").press("decision", "allow");
    let code = browser.submit(form).await.landing().code();
    assert_eq!(told(&shop, &code).await, (names("email email_verified name#zh-CN nickname"), names("department")));
    // Remembered as it was answered, and not asked again.
    let code = browser.open(&req).await.landing().code();
    assert_eq!(told(&shop, &code).await, (names("email email_verified name#zh-CN nickname"), names("department")));
    // One that was never shown is asked, alone.
    let more = json!({"userinfo": {"birthdate": null, "name": null, "gender": null}});
    let page = browser.open(&request(&shop, "openid email", &more)).await;
    assert_eq!((boxes(&page, "claim"), boxes(&page, "scope")), (vec!["gender".to_owned()], vec![]));
    let silent = request(&shop, "openid email", &more).with("prompt", "none");
    assert_eq!(browser.open(&silent).await.landing().error(), "consent_required");
    // What was unticked stays so when the new is allowed.
    let code = browser.submit(page.form("/consent").press("decision", "allow")).await.landing().code();
    let (userinfo, _) = told(&shop, &code).await;
    assert_eq!(userinfo, names("email email_verified gender name name#zh-CN"));
    // Law: the account page says what the app is told.
    let account = browser.get("/account").await;
    assert!(
        account.body.contains("<li>Gender</li>") && account.body.contains("department") && !account.body.contains("<li>Date of birth</li>")
    );
}

fn names(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[rocket::async_test]
async fn what_a_form_adds_or_a_scope_lost_is_not_told() {
    let world = world(json!({})).await;
    let shop = world.app("shop");
    // Claims of a scope that is asked are decided by the scope's own box.
    let asked = json!({"userinfo": {"email": {"essential": true}, "birthdate": null}, "id_token": {"email": null}});
    let (mut browser, page) = at_consent(&world, &request(&shop, "openid email", &asked)).await;
    assert_eq!(boxes(&page, "claim"), ["birthdate"]);
    let form = page.form("/consent").untick("scope", "email").and("claim", "email").and("claim", "gender").press("decision", "allow");
    let code = browser.submit(form).await.landing().code();
    assert_eq!(told(&shop, &code).await, (names("birthdate"), vec![]));
    // A claim agreed to by name is none of the scope's, and the scope's is none by name.
    let by_scope = json!({"userinfo": {"phone_number": null}});
    let (mut browser, page) = at_consent(&world, &request(&shop, "openid phone", &by_scope)).await;
    let code = browser.submit(page.form("/consent").press("decision", "allow")).await.landing().code();
    assert_eq!(told(&shop, &code).await, (names("phone_number phone_number_verified"), vec![]));
    let page = browser.open(&request(&shop, "openid", &by_scope)).await;
    assert_eq!(boxes(&page, "claim"), ["phone_number"]);
    // A token that was narrowed tells nothing of the scope it lost.
    let code = browser.open(&request(&shop, "openid phone", &by_scope)).await.landing().code();
    let refresh = shop.redeem(&code).await.text("refresh_token");
    let narrowed = shop.refresh_with(&refresh, &[("scope", "openid")]).await;
    let userinfo = shop.userinfo(&narrowed.text("access_token")).await.json();
    assert_eq!(userinfo.get("phone_number"), None);
    // Law: withdrawn, all of it is asked anew.
    browser.get("/account").await;
    let account = browser.get("/account").await;
    browser.submit(account.form("/account/apps/shop/revoke")).await;
    let page = browser.open(&request(&shop, "openid", &asked)).await;
    assert_eq!(boxes(&page, "claim"), ["birthdate", "email"]);
}

#[rocket::async_test]
async fn a_client_gets_no_claim_of_a_scope_it_may_not_ask() {
    let world = world(json!({"scope": "openid email", "require_consent": false})).await;
    let shop = world.app("shop");
    let asked = json!({"userinfo": {"name": null, "phone_number": null, "address": null, "department": null, "email": null}});
    let code = world.browser().allow(&request(&shop, "openid", &asked)).await.code();
    // Law: the operator's bound holds by name as by scope.
    assert_eq!(told(&shop, &code).await, (names("email"), vec![]));
}

#[rocket::async_test]
async fn oidc_core_5_5_what_is_malformed_is_refused_by_redirect() {
    let world = world(json!({})).await;
    let shop = world.app("shop");
    let long = format!("{{\"userinfo\": {{\"name\": {{\"value\": \"{}\"}}}}}}", "x".repeat(5000));
    for bad in
        ["[]", "null", "{", "{\"userinfo\": []}", "{\"userinfo\": {\"name\": 1}}", "{\"id_token\": {\"name\": {\"essential\": 1}}}", &long]
    {
        let landing = world.browser().open(&shop.request().with("claims", bad)).await.landing();
        assert_eq!((landing.error(), landing.get("state")), ("invalid_request", Some("a state")), "{bad:.40}");
    }
    for (asked, error) in [
        (
            json!({"id_token": {"acr": {"essential": true, "values": ["phr", "urn:mace:incommon:iap:gold"]}}}),
            Some("unmet_authentication_requirements"),
        ),
        (json!({"id_token": {"acr": {"essential": true, "values": ["urn:doorward:acr:password"]}}}), None),
        (json!({"id_token": {"acr": {"values": ["phr"]}}}), None),
    ] {
        let page = world.browser().open(&request(&shop, "openid", &asked)).await;
        assert_eq!(page.left().then(|| page.landing().error().to_owned()).as_deref(), error, "{asked}");
    }
    // Law: without openid the parameter is none of anybody's business.
    let page = world.browser().open(&shop.request().with("scope", "photos:read").with("claims", "[]")).await;
    assert!(page.has_form("/login"));
}

#[rocket::async_test]
async fn oidc_core_3_1_2_2_a_sub_with_a_value_is_the_person_who_must_log_in() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    let of = |sub: &str| request(&shop, "openid", &json!({"id_token": {"sub": {"value": sub}}}));
    let mut browser = world.browser();
    browser.log_in("ada").await;
    assert!(browser.open(&of("sub-ada").with("prompt", "none")).await.landing().get("code").is_some());
    assert_eq!(browser.open(&of("sub-bob").with("prompt", "none")).await.landing().error(), "login_required");
    // With pages, somebody else may log in; who insists on being Ada hears no.
    let page = browser.open(&of("sub-bob")).await;
    let page = browser.log_in_at(&page, "ada", doorward_testkit::PASSWORD).await;
    assert_eq!(page.landing().error(), "login_required");
    let page = browser.open(&of("sub-bob")).await;
    let landing = browser.log_in_at(&page, "bob", doorward_testkit::PASSWORD).await.landing();
    // Law: the ID token is that person's.
    assert_eq!(claims(&shop.redeem(&landing.code()).await.text("id_token"))["sub"], "sub-bob");
}

#[rocket::async_test]
async fn oidc_core_5_2_claims_locales_choose_the_languages() {
    let world = world(json!({"require_consent": false})).await;
    let shop = world.app("shop");
    for (locales, tagged) in [("", true), ("zh-CN", true), ("en zh", true), ("fr de", false), ("! \u{e9} x_y", true)] {
        let mut req = shop.request().with("scope", "openid profile");
        if !locales.is_empty() {
            req = req.with("claims_locales", locales);
        }
        let code = world.browser().allow(&req).await.code();
        let token = shop.redeem(&code).await.text("access_token");
        let userinfo = shop.userinfo(&token).await.json();
        // Law: the untagged one always.
        assert_eq!((userinfo.get("name").is_some(), userinfo.get("name#zh-CN").is_some()), (true, tagged), "{locales}");
    }
}

#[rocket::async_test]
async fn discovery_lists_what_is_there() {
    let world = World::new().client(app("shop")).start().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(document["acr_values_supported"], json!(["urn:doorward:acr:password"]));
    let all: Vec<&str> = document["claims_supported"].as_array().expect("claims").iter().filter_map(Value::as_str).collect();
    for scope in ["profile", "email", "phone", "address"] {
        // Law: every claim that a scope hands over stands there.
        assert!(doorward_protocol::tokens::claims::of_scope(scope).iter().all(|name| all.contains(name)));
    }
}
