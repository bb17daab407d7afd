//! A device without a browser: RFC 8628 over HTTP, with the mitigations of RFC 10027.
#![allow(clippy::expect_used, missing_docs)]

#[path = "device/guarding.rs"]
mod guarding;

use doorward::store::definitions;
use doorward_protocol::detail_type::DetailType;
use doorward_protocol::values::Timestamp;
use doorward_testkit::{API, App, Browser, CHALLENGE, PASSWORD, Page, VERIFIER, World, app, claims, each_backend, photos};
use rocket::http::Method;
use serde_json::{Value, json};
use std::net::SocketAddr;

const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// What makes a public television of [`app`].
fn television() -> Value {
    json!({
        "client_name": "Living room",
        "client_secret": null,
        "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE, "refresh_token"],
        "redirect_uris": null,
        "post_logout_redirect_uris": null,
    })
}

fn builder() -> doorward_testkit::Builder {
    let gateway = json!({"grant_types": [DEVICE, "refresh_token"], "redirect_uris": null, "post_logout_redirect_uris": null});
    World::new().app("tv", television()).app("gateway", gateway).client(app("shop")).api(photos()).user("ada").user("bob")
}

async fn world() -> World {
    builder().start().await
}

/// A device that waits for an answer.
struct Device<'w> {
    app: App<'w>,
    /// What it polls with.
    secret: String,
    /// What it shows.
    code: String,
}

impl<'w> Device<'w> {
    async fn ask(world: &'w World, client: &str, scope: &str) -> Self {
        Self::ask_with(world, client, &[("scope", scope)]).await
    }

    async fn ask_with(world: &'w World, client: &str, pairs: &[(&str, &str)]) -> Self {
        let app = world.app(client);
        let page = app.post("/device_authorization", pairs).await;
        assert_eq!(page.status, 200, "{}", page.body);
        Self { app, secret: page.text("device_code"), code: page.text("user_code") }
    }

    async fn poll(&self) -> Page {
        self.poll_with(&[]).await
    }

    async fn poll_with(&self, more: &[(&str, &str)]) -> Page {
        self.app.token(&[&[("grant_type", DEVICE), ("device_code", &self.secret)], more].concat()).await
    }

    /// The error of a poll.
    async fn error(&self) -> String {
        let page = self.poll().await;
        assert_eq!(page.status, 400, "{}", page.body);
        page.text("error")
    }
}

/// Types a code into the form.
async fn enter(browser: &mut Browser<'_>, code: &str) -> Page {
    let form = browser.get("/device").await.form("/device").with("user_code", code);
    browser.submit(form).await
}

/// Types a code, logs in where that is asked, and stands before the question.
async fn asked(browser: &mut Browser<'_>, name: &str, code: &str) -> Page {
    let page = enter(browser, code).await;
    let page = if page.has_form("/login") { browser.log_in_at(&page, name, PASSWORD).await } else { page };
    assert!(page.has_form("/consent"), "no question: {} {}", page.status, page.title());
    page
}

/// The same, and allows.
async fn allow(browser: &mut Browser<'_>, code: &str) -> Page {
    let page = asked(browser, "ada", code).await;
    let page = browser.submit(page.form("/consent").press("decision", "allow")).await;
    assert!(page.title().contains("connected"), "{}", page.title());
    page
}

/// What a wrong code is answered by.
fn assert_wrong(page: &Page) {
    assert_eq!(page.status, 400, "{}", page.title());
    assert!(page.has_form("/device") && page.body.contains("doesn’t work"), "{}", page.title());
}

#[rocket::async_test]
async fn rfc_8628_3_2_the_answer_says_exactly_this() {
    let world = world().await;
    for client in ["tv", "gateway"] {
        let page = world.app(client).post("/device_authorization", &[("scope", "openid")]).await;
        assert_eq!((page.status, page.header("Cache-Control")), (200, Some("no-store")));
        let answer = page.json();
        let members: Vec<&str> = answer.as_object().expect("an object").keys().map(String::as_str).collect();
        // Law: no address that brings the code along (RFC 10027 §4.1.1).
        assert_eq!(members, ["device_code", "expires_in", "interval", "user_code", "verification_uri"]);
        assert_eq!(answer["verification_uri"], "http://127.0.0.1:8000/device");
        assert_eq!((&answer["expires_in"], &answer["interval"]), (&json!(600), &json!(5)));
        let code = page.text("user_code");
        assert!(code.len() == 9 && code.as_bytes()[4] == b'-', "{code}");
    }
    let document = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(document["device_authorization_endpoint"], "http://127.0.0.1:8000/device_authorization");
    assert!(document["grant_types_supported"].as_array().expect("grants").contains(&json!(DEVICE)));
}

#[rocket::async_test]
async fn rfc_8628_3_1_who_may_not_ask_gets_no_code() {
    let world = world().await;
    let tv = world.app("tv");
    let raw = |body: &'static str| tv.raw("/device_authorization", &[], body);
    for (body, status, error) in [
        ("scope=openid", 401, "invalid_client"),
        ("client_id=nobody&scope=openid", 401, "invalid_client"),
        ("client_id=gateway&scope=openid", 401, "invalid_client"),
        ("client_id=gateway&client_secret=wrong&scope=openid", 401, "invalid_client"),
        ("client_id=tv&client_id=tv", 400, "invalid_request"),
        ("client_id=tv&scope=openid&scope=openid", 400, "invalid_request"),
        ("client_id=tv&scope=admin", 400, "invalid_scope"),
        ("client_id=tv&scope=%22", 400, "invalid_scope"),
        ("client_id=tv&scope=openid&resource=https%3A%2F%2Fnobody.example", 400, "invalid_target"),
        ("client_id=tv&scope=openid&code_challenge=x&code_challenge_method=plain", 400, "invalid_request"),
    ] {
        assert_eq!(raw(body).await.refusal(), (status, error.to_owned()), "{body}");
    }
    assert_eq!(world.app("shop").post("/device_authorization", &[]).await.refusal(), (400, "unauthorized_client".to_owned()));
    assert_eq!(tv.raw("/device_authorization?client_id=tv", &[], "scope=openid").await.refusal().0, 400);
    // Law: a code in a URL would stand in logs.
    assert_eq!(world.get("/device_authorization?client_id=tv").await.status, 405);
}

each_backend! {
    async fn rfc_8628_3_5_a_device_waits_and_gets_its_tokens_once(backend: Backend) {
        let world = builder().on(backend).start().await;
        let device = Device::ask(&world, "tv", "openid email offline_access").await;
        assert_eq!(device.error().await, "authorization_pending");
        let mut browser = world.browser();
        let page = asked(&mut browser, "ada", &device.code).await;
        world.clock.advance(5);
        assert_eq!(device.error().await, "authorization_pending");
        let done = browser.submit(page.form("/consent").press("decision", "allow")).await;
        assert!(done.title().contains("connected"));
        let tokens = device.poll().await;
        assert_eq!((tokens.status, tokens.text("token_type")), (200, "Bearer".to_owned()), "{}", tokens.body);
        assert_eq!(tokens.text("scope"), "email offline_access openid");
        let id = claims(&tokens.text("id_token"));
        assert_eq!((&id["aud"], &id["sub"], &id["nonce"]), (&json!("tv"), &json!("sub-ada"), &Value::Null));
        assert_eq!(device.app.userinfo(&tokens.text("access_token")).await.text("email"), "ada@example.org");
        let refreshed = device.app.refresh(&tokens.text("refresh_token")).await;
        assert_eq!(refreshed.status, 200, "{}", refreshed.body);
        world.clock.advance(5);
        assert_eq!(device.error().await, "invalid_grant");
        // Law: a second use gives nothing, and takes nothing from an honest device that missed the answer.
        assert_eq!(device.app.userinfo(&refreshed.text("access_token")).await.status, 200);
    }

    async fn rfc_8628_3_5_who_polls_too_fast_has_to_wait_longer_each_time(backend: Backend) {
        let world = builder().on(backend).start().await;
        let device = Device::ask(&world, "tv", "openid").await;
        assert_eq!(device.error().await, "authorization_pending");
        assert_eq!(device.error().await, "slow_down"); // 10 seconds from now on
        world.clock.advance(5);
        assert_eq!(device.error().await, "slow_down"); // 15
        world.clock.advance(13);
        assert_eq!(device.error().await, "slow_down"); // 20
        world.clock.advance(20);
        assert_eq!(device.error().await, "authorization_pending");
        world.clock.advance(20);
        assert_eq!(device.error().await, "authorization_pending");
        // Law: the answer is not held back from a device that was hasty once.
        allow(&mut world.browser(), &device.code).await;
        assert_eq!(device.poll().await.status, 200);
    }
}

#[rocket::async_test]
async fn rfc_8628_3_5_each_end_has_its_own_error() {
    let world = world().await;
    let (late, denied) = (Device::ask(&world, "tv", "openid").await, Device::ask(&world, "tv", "openid").await);
    let mut browser = world.browser();
    let page = asked(&mut browser, "ada", &denied.code).await;
    let page = browser.submit(page.form("/consent").press("decision", "deny")).await;
    assert!(page.title().contains("Nothing was allowed"), "{}", page.title());
    assert_eq!(denied.error().await, "access_denied");
    let again = browser.get(&page.path).await;
    assert!(again.title().contains("Nothing was allowed"), "an answer stands");
    world.clock.advance(600);
    assert_eq!(late.error().await, "expired_token");
    assert_wrong(&enter(&mut browser, &late.code).await);
    assert_eq!(world.app("tv").token(&[("grant_type", DEVICE), ("device_code", "dwd_nothing")]).await.text("error"), "invalid_grant");
    // Law: without a code there is nothing to say yes or no to.
    assert_eq!(world.app("tv").token(&[("grant_type", DEVICE)]).await.refusal(), (400, "invalid_request".to_owned()));
}

#[rocket::async_test]
async fn rfc_8628_3_4_a_code_is_its_clients_alone() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    allow(&mut world.browser(), &device.code).await;
    let pairs = [("grant_type", DEVICE), ("device_code", device.secret.as_str())];
    assert_eq!(world.app("gateway").token(&pairs).await.refusal(), (400, "invalid_grant".to_owned()));
    assert_eq!(world.app("shop").token(&pairs).await.refusal(), (400, "unauthorized_client".to_owned()));
    let nameless = world.app("tv").raw("/token", &[], &doorward_testkit::encode(&pairs)).await;
    assert_eq!(nameless.refusal(), (401, "invalid_client".to_owned()));
    // Law: nothing of this has used the code up.
    assert_eq!(device.poll().await.status, 200);
}

#[rocket::async_test]
async fn rfc_7636_a_challenge_that_a_device_sent_is_enforced() {
    let world = world().await;
    let pairs = [("scope", "openid"), ("code_challenge", CHALLENGE), ("code_challenge_method", "S256")];
    let device = Device::ask_with(&world, "tv", &pairs).await;
    allow(&mut world.browser(), &device.code).await;
    for more in [&[][..], &[("code_verifier", "x")]] {
        assert_eq!(device.poll_with(more).await.refusal(), (400, "invalid_grant".to_owned()));
    }
    assert_eq!(device.poll_with(&[("code_verifier", VERIFIER)]).await.status, 200);
    let plain = Device::ask(&world, "tv", "openid").await;
    allow(&mut world.browser(), &plain.code).await;
    // Law: a verifier that nothing asked for is a downgrade seen (RFC 9700 §4.8.2).
    assert_eq!(plain.poll_with(&[("code_verifier", VERIFIER)]).await.refusal(), (400, "invalid_grant".to_owned()));
}

#[rocket::async_test]
async fn rfc_8725_values_of_one_kind_never_work_as_another() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid offline_access").await;
    allow(&mut world.browser(), &device.code).await;
    assert_eq!(device.app.refresh(&device.secret).await.text("error"), "invalid_grant");
    assert_eq!(device.app.userinfo(&device.secret).await.status, 401);
    let typed = [("grant_type", DEVICE), ("device_code", device.code.as_str())];
    assert_eq!(device.app.token(&typed).await.text("error"), "invalid_grant");
    assert_wrong(&enter(&mut world.browser(), &device.secret).await);
    let tokens = device.poll().await;
    for kind in ["refresh_token", "access_token", "id_token"] {
        let pairs = [("grant_type", DEVICE), ("device_code", &tokens.text(kind))];
        assert_eq!(device.app.token(&pairs).await.text("error"), "invalid_grant", "{kind}");
    }
    let code = world.browser().allow(&world.app("shop").request()).await.code();
    // Law: an authorization code is no device code.
    assert_eq!(device.app.token(&[("grant_type", DEVICE), ("device_code", &code)]).await.text("error"), "invalid_grant");
}

#[rocket::async_test]
async fn rfc_10027_a_code_in_the_address_is_not_looked_at() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for query in ["user_code", "code", "otp"] {
        let page = browser.get(&format!("/device?{query}={}", device.code)).await;
        assert_eq!(page.status, 200);
        assert!(!page.body.contains(&device.code) && !page.has_form("/consent"), "{query}");
        let field = page.form("/device");
        assert!(field.fields.iter().all(|(name, value)| name != "user_code" || value.is_empty()), "{:?}", field.fields);
    }
    // Law: a link alone brings nobody nearer to an answer.
    assert_eq!(device.error().await, "authorization_pending");
}

#[rocket::async_test]
async fn rfc_10027_6_1_14_the_question_shows_who_asks_what_from_where_and_the_code() {
    let world = world().await;
    let path = world.path("/device_authorization");
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("User-Agent", "<b>Television</b>/4.1 (Tizen)"),
        ("X-Forwarded-For", "198.51.100.99"),
    ];
    let body = b"client_id=tv&scope=openid+photos%3Aread+photos%3Awrite";
    let answer = world.send(Method::Post, &path, &headers, body).await;
    let mut browser = world.browser();
    browser.from = SocketAddr::from(([203, 0, 113, 9], 4_000));
    let login = enter(&mut browser, &answer.text("user_code").to_lowercase().replace('-', " ")).await;
    assert!(login.has_form("/login") && login.body.contains("Living room"), "the app is named once its code was entered");
    let page = browser.log_in_at(&login, "ada", PASSWORD).await;
    for shown in ["Living room", "&lt;b&gt;Television", "127.0.0.1", "not yours", "See your photos", "Add photos", "in front of you", "UTC"]
    {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
    assert!(page.body.contains(&answer.text("user_code")), "the code is repeated");
    // Law: what nobody trusted said about the address is not shown.
    assert!(!page.body.contains("198.51.100.99") && !page.body.contains("<b>Television"));
}

#[rocket::async_test]
async fn rfc_10027_the_question_is_asked_each_time_also_of_first_parties() {
    let first = json!({"client_id": "own", "client_name": "Own", "token_endpoint_auth_method": "none", "require_consent": false,
        "grant_types": [DEVICE, "refresh_token"], "scope": "openid offline_access"});
    let world = builder().client(first).start().await;
    let mut browser = world.browser();
    for _ in 0..2 {
        for client in ["own", "tv"] {
            let device = Device::ask(&world, client, "openid").await;
            allow(&mut browser, &device.code).await;
            assert_eq!(device.poll().await.status, 200);
        }
    }
    // Law: what was remembered elsewhere answers nothing here, and nothing here is remembered elsewhere.
    let page = browser.open(&world.app("shop").request()).await;
    assert!(page.has_form("/consent"), "{}", page.title());
}

#[rocket::async_test]
async fn what_is_unticked_is_not_given_and_what_was_not_asked_cannot_be_added() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid photos:read photos:write").await;
    let mut browser = world.browser();
    let page = asked(&mut browser, "ada", &device.code).await;
    let form = page.form("/consent").without("scope").with("scope", "mail:read").press("decision", "allow");
    browser.submit(form).await;
    let tokens = device.poll().await.json();
    assert_eq!((&tokens["scope"], &claims(tokens["access_token"].as_str().expect("a token"))["aud"]), (&json!("photos:read"), &json!(API)));
    let only = Device::ask(&world, "tv", "photos:write").await;
    let page = asked(&mut browser, "ada", &only.code).await;
    let page = browser.submit(page.form("/consent").without("scope").press("decision", "allow")).await;
    assert!(page.title().contains("Nothing was allowed"), "{}", page.title());
    // Law: nothing left to grant is a refusal.
    assert_eq!(only.error().await, "access_denied");
}

#[rocket::async_test]
async fn rfc_9396_what_a_device_asks_beyond_scopes_is_shown_before_it_is_given() {
    let mut bank = television();
    bank["authorization_details_types"] = json!(["payment"]);
    let world = builder().app("till", bank).start().await;
    let payment: DetailType = serde_json::from_value(json!({"type": "payment", "resource": API,
        "schema": {"required": ["to"], "properties": {"type": {}, "to": {"type": "string"}}, "additionalProperties": false},
        "sentence": {"en": "Pay {to}", "zh-CN": "付给{to}"}}))
    .expect("a type");
    let kind = payment.clone();
    world.change(move |conn| definitions::insert(conn, &kind, Timestamp(0)).map(drop)).await;
    let details = r#"[{"type":"payment","to":"Merchant A"}]"#;
    let device = Device::ask_with(&world, "till", &[("authorization_details", details)]).await;
    let mut browser = world.browser();
    let page = asked(&mut browser, "ada", &device.code).await;
    assert!(page.body.contains("Pay Merchant A"), "{}", page.body);
    browser.submit(page.form("/consent").press("decision", "allow")).await;
    let given: Value = serde_json::from_str(details).expect("JSON");
    assert_eq!(device.poll().await.json()["authorization_details"], given);
    let refused = world.app("tv").post("/device_authorization", &[("authorization_details", details)]).await;
    assert_eq!(refused.refusal(), (400, "invalid_authorization_details".to_owned()));
    let hidden = Device::ask_with(&world, "till", &[("authorization_details", details)]).await;
    let page = asked(&mut browser, "ada", &hidden.code).await;
    world.change(move |conn| definitions::delete::<DetailType>(conn, "payment").map(drop)).await;
    // Law: what the person could not read is not given.
    let gone = browser.submit(page.form("/consent").press("decision", "allow")).await;
    assert_eq!((gone.status, hidden.error().await), (410, "authorization_pending".to_owned()));
}
