//! Signed authorization requests over HTTP: RFC 9101, OpenID Connect Core §6, RFC 9126 §3.
#![allow(clippy::expect_used, missing_docs)]

use doorward::clock::Clock as _;
use doorward_protocol::jose::{Alg, JwkSet, SigningKey};
use doorward_testkit::{App, AppKey, AuthRequest, Landing, Page, Site, World, app, claims as read_claims};
use serde_json::{Value, json};

const ISSUER: &str = "http://127.0.0.1:8000";
const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Metadata of a client that signs, asks nobody, and may do without signing.
fn signing(key: &AppKey, more: Value) -> Value {
    let mut metadata = json!({"jwks": key.jwks(), "require_consent": false});
    metadata.as_object_mut().expect("members").extend(more.as_object().cloned().unwrap_or_default());
    metadata
}

/// A sound request as claims; `more` changes them, `null` takes one out.
fn object(world: &World, app: &App<'_>, more: Value) -> Value {
    let mut all: serde_json::Map<String, Value> =
        app.request().params.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let now = world.clock.now().0;
    let about = json!({"iss": app.id, "aud": world.issuer.as_str(), "iat": now, "nbf": now, "exp": now + 300});
    all.extend(about.as_object().cloned().unwrap_or_default());
    all.extend(more.as_object().cloned().unwrap_or_default());
    all.retain(|_, value| !value.is_null());
    Value::Object(all)
}

/// What a browser brings beside an object: the client's name alone.
fn beside(app: &App<'_>, name: &str, value: &str) -> AuthRequest {
    let mut request = app.request();
    request.params = vec![("client_id".to_owned(), app.id.clone()), (name.to_owned(), value.to_owned())];
    request
}

fn stopped(page: &Page) {
    assert_eq!((page.status, page.header("Location"), page.is_html()), (400, None, true), "{} at {}", page.title(), page.path);
}

async fn push(app: &App<'_>, pairs: &[(&str, &str)]) -> Page {
    app.post("/par", pairs).await
}

#[rocket::async_test]
async fn rfc_9101_5_1_a_signed_request_is_the_whole_request() {
    let key = AppKey::new();
    let world = World::new().app("shop", signing(&key, json!({}))).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let signed = key.jwt(&object(&world, &shop, json!({"nonce": "n", "state": null, "max_age": 3600})));
    let landing = browser.open(&beside(&shop, "request", &signed)).await.landing();
    assert_eq!((landing.get("state"), landing.get("iss")), (None, Some(ISSUER)));
    let tokens = shop.redeem(&landing.code()).await;
    assert_eq!(read_claims(&tokens.text("id_token"))["nonce"], "n");
    // RFC 9101 §6.3: whatever stands beside it doesn't count, be it repeated or wrong; OpenID Connect Core §6.1 lets it stand.
    let more = beside(&shop, "request", &signed)
        .with("response_type", "token")
        .with("scope", "openid email")
        .with("state", "outside")
        .with("nonce", "outside")
        .with("redirect_uri", "https://evil.example/cb")
        .with("response_mode", "form_post")
        .and("prompt", "login")
        .and("prompt", "none");
    let landing = browser.open(&more).await.landing();
    assert!(landing.address.starts_with("https://shop.example/cb?") && landing.get("state").is_none(), "{landing:?}");
    let tokens = shop.redeem(&landing.code()).await;
    // Law: nobody adds to what a client has signed.
    assert_eq!((tokens.text("scope"), read_claims(&tokens.text("id_token"))["nonce"].clone()), ("openid".to_owned(), json!("n")));
}

#[rocket::async_test]
async fn rfc_9101_6_2_only_the_clients_own_signature_counts() {
    let (key, other) = (AppKey::new(), AppKey::new());
    let world = World::new()
        .app("shop", signing(&key, json!({})))
        .app("mail", signing(&other, json!({})))
        .client(app("keyless"))
        .user("ada")
        .start()
        .await;
    let (shop, mail, keyless) = (world.app("shop"), world.app("mail"), world.app("keyless"));
    let claims = object(&world, &shop, json!({}));
    let good = key.jwt(&claims);
    let (head, rest) = good.split_once('.').expect("dots");
    let (_, signature) = rest.split_once('.').expect("dots");
    let foreign = key.jwt(&object(&world, &shop, json!({"scope": "openid email"})));
    let payload = foreign.split('.').nth(1).expect("a payload");
    let unsigned = |alg: &str| format!("{}.{}.", encoded(&json!({"alg": alg})), rest.split('.').next().expect("a payload"));
    for (what, object) in [
        ("signed by another", other.jwt(&claims)),
        ("tampered", format!("{head}.{payload}.{signature}")),
        ("unsigned", unsigned("none")),
        ("unsigned in disguise", unsigned("nOnE")),
        ("without a signature", unsigned("ES256")),
        ("HMAC with the public key", unsigned("HS256")),
        ("a key of its own in the header", other.jws(&json!({"alg": "ES256", "jwk": other.jwk}), &claims)),
        ("critical", key.jws(&json!({"alg": "ES256", "crit": ["exp"]}), &claims)),
        ("an access token by type", key.jws(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims)),
        ("encrypted", "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d".to_owned()),
        ("nothing of the kind", "request".to_owned()),
    ] {
        stopped(&world.browser().open(&beside(&shop, "request", &object)).await);
        let page = push(&shop, &[("request", &object)]).await;
        assert_eq!(page.refusal(), (400, "invalid_request_object".to_owned()), "{what}: {}", page.body);
    }
    // The object of one client under the name of another, and one of a client without keys.
    stopped(&world.browser().open(&beside(&mail, "request", &good)).await);
    let page = push(&mail, &[("request", &good)]).await;
    assert_eq!(page.refusal(), (400, "invalid_request_object".to_owned()));
    stopped(&world.browser().open(&beside(&keyless, "request", &good)).await);
    stopped(&world.browser().open(&beside(&shop, "request", &good).without("client_id")).await);
    stopped(&world.browser().open(&beside(&shop, "request", &good).with("client_id", "nobody")).await);
    // Law: the right one holds.
    assert!(world.browser().open(&beside(&shop, "request", &good)).await.has_form("/login"));
}

fn encoded(header: &Value) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(header.to_string())
}

#[rocket::async_test]
async fn rfc_9101_4_what_the_object_says_of_itself_must_hold() {
    let key = AppKey::new();
    let world = World::new().app("shop", signing(&key, json!({}))).user("ada").start().await;
    let shop = world.app("shop");
    let now = world.clock.now().0;
    for changes in [
        json!({"client_id": "mail"}),
        json!({"client_id": null}),
        json!({"iss": "mail"}),
        json!({"aud": "https://evil.example"}),
        json!({"aud": format!("{ISSUER}/")}),
        json!({"aud": ["https://evil.example"]}),
        json!({"exp": now - 60}),
        json!({"nbf": now + 120}),
        json!({"request": "a.b.c"}),
        json!({"request_uri": format!("{URN}x")}),
        json!({"request_uri": "https://shop.example/request"}),
        json!({"state": true}),
        json!({"max_age": 1.5}),
    ] {
        let signed = key.jwt(&object(&world, &shop, changes.clone()));
        let page = push(&shop, &[("request", &signed)]).await;
        assert_eq!(page.refusal(), (400, "invalid_request_object".to_owned()), "{changes}: {}", page.body);
    }
    let long = key.jwt(&object(&world, &shop, json!({"nonce": "y".repeat(20_000)})));
    assert_eq!(push(&shop, &[("request", &long)]).await.refusal(), (400, "invalid_request".to_owned()));
    // What is wrong with the request itself is said as ever, to the address that the object names.
    for (changes, error) in [
        (json!({"response_type": "token"}), "unsupported_response_type"),
        (json!({"code_challenge": null, "code_challenge_method": null}), "invalid_request"),
        (json!({"scope": "admin"}), "invalid_scope"),
        (json!({"resource": ["https://nowhere.example"]}), "invalid_target"),
    ] {
        let signed = key.jwt(&object(&world, &shop, changes));
        let landing = world.browser().open(&beside(&shop, "request", &signed).with("state", "outside")).await.landing();
        assert_eq!((landing.error(), landing.get("state")), (error, Some("a state")), "{landing:?}");
        assert_eq!(push(&shop, &[("request", &signed)]).await.refusal(), (400, error.to_owned()));
    }
    let signed = key.jwt(&object(&world, &shop, json!({"redirect_uri": "https://evil.example/cb"})));
    // Law: no object makes an open redirector.
    stopped(&world.browser().open(&beside(&shop, "request", &signed).with("redirect_uri", "https://shop.example/cb")).await);
}

#[rocket::async_test]
async fn rfc_9101_7_a_bad_object_is_told_to_an_address_that_holds_and_else_to_the_person() {
    let key = AppKey::new();
    let world = World::new().app("shop", signing(&key, json!({}))).start().await;
    let shop = world.app("shop");
    let landing = world.browser().open(&shop.request().with("request", "a.b.c")).await.landing();
    assert_eq!((landing.error(), landing.get("state")), ("invalid_request_object", Some("a state")));
    let landing = world.browser().open(&shop.request().with("request_uri", "https://shop.example/r")).await.landing();
    assert_eq!((landing.error(), landing.get("state")), ("invalid_request_uri", Some("a state")));
    let evil = shop.request().with("redirect_uri", "https://evil.example/cb");
    stopped(&world.browser().open(&evil.clone().with("request", "a.b.c")).await);
    stopped(&world.browser().open(&evil.with("request_uri", "https://shop.example/r")).await);
    // Law: one or the other (§5), and each once.
    let both = shop.request().with("request", "a.b.c").with("request_uri", "https://shop.example/r");
    stopped(&world.browser().open(&both).await);
    stopped(&world.browser().open(&shop.request().with("request", "a.b.c").and("request", "a.b.c")).await);
}

#[rocket::async_test]
async fn rfc_9101_10_5_who_must_sign_is_refused_otherwise_and_signs_as_registered() {
    let key = AppKey::new();
    let (rs, ps) = (SigningKey::generate(Alg::Rs256).expect("a key"), SigningKey::generate(Alg::Ps256).expect("a key"));
    let jwks = serde_json::to_value(JwkSet::new(vec![rs.public().clone(), ps.public().clone()])).expect("keys");
    let world = World::new()
        .app("strict", signing(&key, json!({"require_signed_request_object": true})))
        .app("ps", json!({"jwks": jwks, "request_object_signing_alg": "PS256"}))
        .user("ada")
        .start()
        .await;
    let (strict, of_ps) = (world.app("strict"), world.app("ps"));
    let landing = world.browser().open(&strict.request()).await.landing();
    assert_eq!(landing.error(), "invalid_request");
    assert!(landing.get("error_description").is_some_and(|text| text.contains("require_signed_request_object")), "{landing:?}");
    let pairs: Vec<(String, String)> = strict.request().params;
    let plain: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(push(&strict, &plain).await.refusal(), (400, "invalid_request".to_owned()));
    let signed = key.jwt(&object(&world, &strict, json!({})));
    assert!(world.browser().open(&beside(&strict, "request", &signed)).await.has_form("/login"));
    let claims = object(&world, &of_ps, json!({}));
    let by_rs = rs.sign("oauth-authz-req+jwt", &claims).expect("it is signed");
    assert_eq!(push(&of_ps, &[("request", &by_rs)]).await.refusal(), (400, "invalid_request_object".to_owned()));
    let signed = ps.sign("oauth-authz-req+jwt", &claims).expect("it is signed");
    // Law: the algorithm of the registration and no other (OpenID Connect Registration §2).
    assert_eq!(push(&of_ps, &[("request", &signed)]).await.status, 201);
}

#[rocket::async_test]
async fn rfc_9126_3_a_signed_request_is_pushed_and_one_with_a_jti_works_once() {
    let key = AppKey::new();
    let world = World::new().app("shop", signing(&key, json!({}))).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let signed = key.jwt(&object(&world, &shop, json!({"jti": "one", "state": "inside"})));
    // No client_id beside it, parameters that don't count, the client's own authentication.
    let page = push(&shop, &[("request", &signed), ("state", "outside"), ("scope", "email"), ("nonce", "x")]).await;
    assert_eq!(page.status, 201, "{}", page.body);
    let landing: Landing = browser.open(&beside(&shop, "request_uri", &page.text("request_uri")).with("state", "outside")).await.landing();
    assert_eq!(landing.get("state"), Some("inside"));
    assert_eq!(shop.redeem(&landing.code()).await.status, 200);
    // Used: at the push and in the browser alike.
    assert_eq!(push(&shop, &[("request", &signed)]).await.refusal(), (400, "invalid_request_object".to_owned()));
    stopped(&browser.open(&beside(&shop, "request", &signed)).await);
    let another = key.jwt(&object(&world, &shop, json!({"jti": "two"})));
    assert!(browser.open(&beside(&shop, "request", &another)).await.landing().get("code").is_some());
    stopped(&browser.open(&beside(&shop, "request", &another)).await);
    // Law: who gives no jti asks for no memory.
    let lasting = key.jwt(&object(&world, &shop, json!({})));
    for _ in 0..2 {
        assert_eq!(push(&shop, &[("request", &lasting)]).await.status, 201);
    }
}

#[rocket::async_test]
async fn rfc_9101_5_2_an_object_is_fetched_from_a_registered_address_and_from_no_other() {
    let (key, site) = (AppKey::new(), Site::start());
    let uris = json!({"request_uris": [site.url("/r"), site.url("/gone"), site.url("/big")]});
    let world = World::new().app("shop", signing(&key, uris)).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    site.put("/r", "application/oauth-authz-req+jwt", key.jwt(&object(&world, &shop, json!({"state": "inside", "exp": null}))));
    site.put("/big", "application/jwt", "x".repeat(70_000));
    site.put("/other", "application/jwt", key.jwt(&object(&world, &shop, json!({}))));
    for uri in [site.url("/r"), site.url("/r#a-version")] {
        let landing = browser.open(&beside(&shop, "request_uri", &uri).with("state", "outside")).await.landing();
        assert_eq!(landing.get("state"), Some("inside"), "{uri}");
        assert_eq!(shop.redeem(&landing.code()).await.status, 200);
    }
    let asked = site.asked();
    for uri in [
        site.url("/other"),
        site.url("/r?x"),
        site.url("/r/"),
        site.url("/R"),
        site.url("/r").replace("127.0.0.1", "localhost"),
        "https://evil.example/r".to_owned(),
        "urn:example:r".to_owned(),
        "r".to_owned(),
        "#".to_owned(),
    ] {
        let landing = browser.open(&shop.request().with("request_uri", &uri)).await.landing();
        assert_eq!(landing.error(), "invalid_request_uri", "{uri}");
    }
    // Law: nothing is called that wasn't registered.
    assert_eq!(site.asked(), asked);
    for (path, error) in [("/gone", "invalid_request_uri"), ("/big", "invalid_request_uri")] {
        let landing = browser.open(&shop.request().with("request_uri", &site.url(path))).await.landing();
        assert_eq!(landing.error(), error, "{path}");
    }
    // A new version under the old address: what was kept doesn't hold any more, so it is fetched again.
    site.put("/r", "text/plain", key.jwt(&object(&world, &shop, json!({"state": "new"}))));
    world.clock.advance(31);
    let landing = browser.open(&beside(&shop, "request_uri", &site.url("/r#another-version"))).await.landing();
    assert_eq!(landing.get("state"), Some("new"));
}

#[rocket::async_test]
async fn rfc_9101_10_4_nothing_in_the_servers_own_network_is_called() {
    let (key, site) = (AppKey::new(), Site::start());
    let inside = [
        format!("https://127.0.0.1:{}/r", site.port()),
        format!("https://localhost:{}/r", site.port()),
        "https://10.0.0.1/r".to_owned(),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://[::1]/r".to_owned(),
        "https://[::ffff:10.0.0.1]/r".to_owned(),
    ];
    let world = World::new().issuer("https://login.example").app("shop", signing(&key, json!({"request_uris": inside}))).start().await;
    let shop = world.app("shop");
    for uri in &inside {
        let landing = world.browser().open(&shop.request().with("request_uri", uri)).await.landing();
        assert_eq!(landing.error(), "invalid_request_uri", "{uri}");
        // Who asked learns nothing of our network.
        assert_eq!(landing.get("error_description"), Some("The request_uri is invalid, expired or was used."), "{uri}");
    }
    // Law: a registration opens no door to the inside.
    assert!(site.asked().is_empty());
}

#[rocket::async_test]
async fn oidc_core_10_1_1_keys_come_from_the_jwks_uri_and_a_new_one_is_found() {
    let (first, second, site) = (AppKey::new(), SigningKey::generate(Alg::Es256).expect("a key"), Site::start());
    let world = World::new().app("shop", json!({"jwks_uri": site.url("/keys"), "require_consent": false})).user("ada").start().await;
    let shop = world.app("shop");
    let claims = object(&world, &shop, json!({}));
    // Nothing there yet.
    assert_eq!(push(&shop, &[("request", &first.jwt(&claims))]).await.refusal(), (400, "invalid_request_object".to_owned()));
    site.put("/keys", "application/json", first.jwks().to_string());
    world.clock.advance(120);
    let claims = object(&world, &shop, json!({}));
    assert_eq!(push(&shop, &[("request", &first.jwt(&claims))]).await.status, 201);
    let rotated = JwkSet::new(vec![second.public().clone()]);
    site.put("/keys", "application/json", serde_json::to_string(&rotated).expect("keys"));
    world.clock.advance(60);
    let signed = second.sign("oauth-authz-req+jwt", &object(&world, &shop, json!({}))).expect("it is signed");
    assert_eq!(push(&shop, &[("request", &signed)]).await.status, 201);
    // Law: a key that is gone signs nothing any more.
    let old = first.jwt(&object(&world, &shop, json!({})));
    assert_eq!(push(&shop, &[("request", &old)]).await.refusal(), (400, "invalid_request_object".to_owned()));
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["request_object_signing_alg_values_supported"], json!(["ES256", "EdDSA", "RS256", "PS256"]));
    for (member, value) in
        [("request_parameter_supported", true), ("request_uri_parameter_supported", true), ("require_request_uri_registration", true)]
    {
        assert_eq!(metadata[member], value, "{member}");
    }
}
