//! Pushed authorization requests over HTTP: RFC 9126, RFC 9449 §10.1.
#![allow(clippy::expect_used, missing_docs)]

use doorward::clock::Clock as _;
use doorward_testkit::{App, AppKey, AuthRequest, CHALLENGE, Page, World, app, basic, claims, each_backend, encode};
use rocket::http::Method;
use serde_json::json;

const URN: &str = "urn:ietf:params:oauth:request_uri:";

/// Pushes a request.
async fn push(app: &App<'_>, request: &AuthRequest) -> Page {
    let pairs: Vec<(&str, &str)> = request.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    app.post("/par", &pairs).await
}

/// Pushes a sound request and gives its reference.
async fn pushed(app: &App<'_>, request: &AuthRequest) -> String {
    let page = push(app, request).await;
    assert_eq!(page.status, 201, "{}", page.body);
    page.text("request_uri")
}

/// Brings a reference to the authorization endpoint, with nothing but the client's name.
fn bring(app: &App<'_>, uri: &str) -> AuthRequest {
    let mut request = app.request();
    request.params = vec![("client_id".to_owned(), app.id.clone()), ("request_uri".to_owned(), uri.to_owned())];
    request
}

/// Asserts that a page stopped it: nothing was sent to any client.
fn stopped(page: &Page) {
    assert_eq!((page.status, page.header("Location"), page.is_html()), (400, None, true), "{} at {}", page.title(), page.path);
}

each_backend! {
    async fn rfc_9126_2_2_a_pushed_request_is_answered_as_if_the_browser_had_brought_it(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let shop = world.app("shop");
        let page = push(&shop, &shop.request().with("nonce", "n")).await;
        assert_eq!(page.status, 201, "{}", page.body);
        assert!(page.header("Cache-Control").is_some_and(|value| value.contains("no-store")), "{:?}", page.headers);
        assert_eq!(page.header("Content-Type"), Some("application/json"));
        assert_eq!(page.json()["expires_in"], 60);
        let uri = page.text("request_uri");
        // RFC 9126 §2.2: the reference part "MUST be generated using a cryptographically strong pseudorandom algorithm".
        assert!(uri.strip_prefix(URN).is_some_and(|reference| reference.len() == 43), "{uri}");
        let landing = world.browser().allow(&bring(&shop, &uri)).await;
        assert_eq!((landing.get("state"), landing.get("iss")), (Some("a state"), Some("http://127.0.0.1:8000")));
        // Law: what was pushed is what is answered.
        assert_eq!(shop.redeem(&landing.code()).await.status, 200);
    }
}

#[rocket::async_test]
async fn rfc_9126_2_1_whatever_authorize_refuses_is_refused_at_the_push() {
    let world = World::new().client(app("shop")).app("m2m", json!({"grant_types": ["client_credentials"]})).start().await;
    let shop = world.app("shop");
    let request = shop.request();
    let sound = |changes: &[(&str, &str)]| changes.iter().fold(request.clone(), |request, (name, value)| request.with(name, value));
    for (changed, error) in [
        (sound(&[("redirect_uri", "https://evil.example/cb")]), "invalid_request"),
        (request.clone().without("redirect_uri"), "invalid_request"),
        (request.clone().and("redirect_uri", "https://shop.example/cb"), "invalid_request"),
        (sound(&[("response_type", "token")]), "unsupported_response_type"),
        (request.clone().without("response_type"), "invalid_request"),
        (sound(&[("response_mode", "fragment")]), "invalid_request"),
        (request.clone().without("code_challenge").without("code_challenge_method"), "invalid_request"),
        (sound(&[("code_challenge_method", "plain")]), "invalid_request"),
        (sound(&[("scope", "admin")]), "invalid_scope"),
        (sound(&[("resource", "https://nowhere.example")]), "invalid_target"),
        (sound(&[("prompt", "none login")]), "invalid_request"),
        (sound(&[("id_token_hint", "garbage")]), "invalid_request"),
        (sound(&[("registration", "{}")]), "registration_not_supported"),
        (request.clone().and("state", "another"), "invalid_request"),
        (request.clone().and("unheard_of", "x").and("unheard_of", "y"), "invalid_request"),
        (sound(&[("dpop_jkt", "short")]), "invalid_request"),
        // §2.1 step 2: a reference can't be pushed, be it ours or another.
        (sound(&[("request_uri", "https://shop.example/request")]), "invalid_request"),
        (sound(&[("request_uri", &format!("{URN}x"))]), "invalid_request"),
    ] {
        assert_eq!(push(&shop, &changed).await.refusal(), (400, error.to_owned()), "{:?}", changed.params);
    }
    let machine = world.app("m2m");
    let refused = push(&machine, &machine.request()).await;
    assert_eq!(refused.refusal(), (400, "unauthorized_client".to_owned()), "{}", refused.body);
    // Law: a client that proved itself is told what to change (§2.3).
    let refused = push(&shop, &sound(&[("request_uri", "https://shop.example/request")])).await;
    assert!(refused.text("error_description").contains("request_uri can not be pushed"), "{}", refused.body);
}

#[rocket::async_test]
async fn rfc_9126_2_the_client_proves_itself_as_at_the_token_endpoint() {
    let world = World::new().client(app("shop")).client(app("mail")).public("spa", "https://spa.example/cb").user("ada").start().await;
    let (shop, spa) = (world.app("shop"), world.app("spa"));
    let query = shop.request().query();
    for headers in [
        vec![],
        vec![("Authorization", basic("shop", "wrong secret of more than 32 characters"))],
        vec![("Authorization", basic("nobody", shop.secret.as_deref().expect("a secret")))],
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = if headers.is_empty() { query.clone() } else { shop.request().without("client_id").query() };
        let page = shop.raw("/par", &headers, &body).await;
        assert_eq!(page.refusal(), (401, "invalid_client".to_owned()), "{headers:?}");
    }
    // Another client's request, under one's own name.
    let page = push(&world.app("mail"), &shop.request()).await;
    assert_eq!(page.refusal(), (400, "invalid_request".to_owned()), "{}", page.body);
    // §2.1: the client is known by its authentication; its client_id may be left out.
    let uri = pushed(&shop, &shop.request().without("client_id")).await;
    assert!(world.browser().open(&bring(&shop, &uri)).await.has_form("/login"));
    // A public client names itself; nothing proves it, here as at the token endpoint.
    let page = spa.raw("/par", &[], &spa.request().query()).await;
    assert_eq!(page.status, 201, "{}", page.body);
    assert!(world.browser().open(&bring(&spa, &page.text("request_uri"))).await.has_form("/login"));
    // Law: POST alone, in the body alone (§2).
    assert_eq!(world.send(Method::Get, "/par", &[], &[]).await.status, 405);
    assert_eq!(world.send(Method::Put, "/par", &[], &[]).await.status, 405);
    let in_query = shop.raw(&format!("/par?{query}"), &[], "").await;
    assert_eq!(in_query.refusal(), (400, "invalid_request".to_owned()));
}

#[rocket::async_test]
async fn rfc_9126_4_a_reference_is_good_for_its_client_in_time_and_as_it_was_given() {
    let world = World::new().set("PUSHED_REQUEST_LIFETIME", "90s").client(app("shop")).client(app("mail")).user("ada").start().await;
    let (shop, mail) = (world.app("shop"), world.app("mail"));
    let page = push(&shop, &shop.request()).await;
    assert_eq!(page.json()["expires_in"], 90);
    let uri = page.text("request_uri");
    let swapped =
        uri.chars().map(|c| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect::<String>();
    for (what, request) in [
        ("another client's", bring(&mail, &uri)),
        ("no client", bring(&shop, &uri).without("client_id")),
        ("two clients", bring(&shop, &uri).and("client_id", "mail")),
        ("an unknown client", bring(&shop, &uri).with("client_id", "nobody")),
        ("unheard of", bring(&shop, &format!("{URN}{}", "A".repeat(43)))),
        ("nothing", bring(&shop, URN)),
        ("longer", bring(&shop, &format!("{uri}x"))),
        ("in other case", bring(&shop, &format!("{URN}{}", &swapped[URN.len()..]))),
        ("twice", bring(&shop, &uri).and("request_uri", &uri)),
        ("beside an object", bring(&shop, &uri).and("request", "a.b.c")),
    ] {
        let page = world.browser().open(&request).await;
        assert_eq!((page.status, page.header("Location")), (400, None), "{what}: {}", page.title());
    }
    world.clock.advance(89);
    assert!(world.browser().open(&bring(&shop, &uri)).await.has_form("/login"));
    // Law: §2.2 expires_in, to the second, also for one that was opened.
    let uri = pushed(&shop, &shop.request()).await;
    world.clock.advance(90);
    stopped(&world.browser().open(&bring(&shop, &uri)).await);
}

#[rocket::async_test]
async fn rfc_9126_4_nothing_beside_the_reference_counts() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let uri = pushed(&shop, &shop.request().without("state")).await;
    let more = bring(&shop, &uri)
        .with("state", "from outside")
        .with("scope", "openid email")
        .with("redirect_uri", "https://evil.example/cb")
        .with("response_type", "token")
        .with("response_mode", "form_post")
        .with("prompt", "login")
        .with("code_challenge", CHALLENGE)
        .and("nonce", "1")
        .and("nonce", "2");
    let landing = browser.open(&more).await.landing();
    assert!(landing.address.starts_with("https://shop.example/cb?"), "{landing:?}");
    assert_eq!(landing.get("state"), None);
    // Law: what the browser adds is no part of the request.
    assert_eq!(shop.redeem(&landing.code()).await.text("scope"), "openid");
}

each_backend! {
    async fn rfc_9126_7_3_a_page_may_be_asked_for_again_but_the_request_is_answered_once(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let shop = world.app("shop");
        let uri = pushed(&shop, &shop.request()).await;
        let mut browser = world.browser();
        let first = browser.open(&bring(&shop, &uri)).await;
        let again = browser.open(&bring(&shop, &uri)).await;
        // One stored request, however often it is asked for, and only for the browser that came first.
        assert_eq!(first.path, again.path);
        assert_eq!(world.browser().open(&bring(&shop, &uri)).await.status, 403);
        let code = browser.go_on(again).await.code();
        assert_eq!(shop.redeem(&code).await.status, 200);
        let page = browser.open(&bring(&shop, &uri)).await;
        assert_eq!((page.status, page.header("Location")), (410, None), "{}", page.title());
        // Without a question there is no page to come back to.
        let silent = pushed(&shop, &shop.request().with("prompt", "none")).await;
        let landing = browser.open(&bring(&shop, &silent)).await.landing();
        assert!(landing.get("code").is_some(), "{landing:?}");
        stopped(&browser.open(&bring(&shop, &silent)).await);
        // Law: an error is an answer, too.
        let silent = pushed(&shop, &shop.request().with("prompt", "none")).await;
        let mut stranger = world.browser();
        assert_eq!(stranger.open(&bring(&shop, &silent)).await.landing().error(), "login_required");
        stopped(&stranger.open(&bring(&shop, &silent)).await);
        stopped(&browser.open(&bring(&shop, &silent)).await);
    }
}

#[rocket::async_test]
async fn a_reference_posted_from_another_site_waits_for_the_first_browser() {
    let world = World::new().client(app("shop")).user("ada").start().await;
    let shop = world.app("shop");
    let uri = pushed(&shop, &shop.request()).await;
    let body = encode(&[("client_id", "shop"), ("request_uri", &uri)]);
    let mut browser = world.browser();
    let page = browser.post_from("https://shop.example", "/authorize", &body).await;
    assert!(page.has_form("/login"), "{}", page.title());
    // Law: the request is that browser's from then on.
    assert_eq!(world.browser().open(&bring(&shop, &uri)).await.status, 403);
    assert!(browser.go_on(page).await.get("code").is_some());
}

#[rocket::async_test]
async fn a_client_that_lost_the_redirect_uri_meanwhile_gets_nothing() {
    let world = World::new().client(app("shop")).user("ada").start().await;
    let shop = world.app("shop");
    let uri = pushed(&shop, &shop.request()).await;
    let id = doorward_protocol::values::ClientId::new("shop");
    world
        .change(move |conn| {
            let mut client = doorward::store::clients::find(conn, &id)?.expect("the client");
            client.metadata.redirect_uris = vec![doorward_protocol::redirect_uri::RedirectUri::stored("https://shop.example/new")];
            doorward::store::clients::update(conn, &client)
        })
        .await;
    // Law: a pushed request outlives no registration.
    stopped(&world.browser().open(&bring(&shop, &uri)).await);
}

#[rocket::async_test]
async fn rfc_9126_6_who_must_push_is_refused_otherwise() {
    let strict = json!({"require_pushed_authorization_requests": true});
    let world = World::new().app("strict", strict).client(app("shop")).user("ada").start().await;
    let (strict, shop) = (world.app("strict"), world.app("shop"));
    let landing = world.browser().open(&strict.request()).await.landing();
    assert_eq!((landing.error(), landing.get("state")), ("invalid_request", Some("a state")));
    assert!(landing.get("error_description").is_some_and(|text| text.contains("pushed_authorization_request_endpoint")), "{landing:?}");
    let uri = pushed(&strict, &strict.request()).await;
    assert!(world.browser().open(&bring(&strict, &uri)).await.has_form("/login"));
    assert!(world.browser().open(&shop.request()).await.has_form("/login"));
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    assert_eq!(metadata["pushed_authorization_request_endpoint"], "http://127.0.0.1:8000/par");
    assert_eq!(metadata["require_pushed_authorization_requests"], false);

    let world = World::new().set("REQUIRE_PUSHED_REQUESTS", "true").client(app("shop")).user("ada").start().await;
    let shop = world.app("shop");
    assert_eq!(world.browser().open(&shop.request()).await.landing().error(), "invalid_request");
    let uri = pushed(&shop, &shop.request()).await;
    assert!(world.browser().open(&bring(&shop, &uri)).await.has_form("/login"));
    let metadata = world.get("/.well-known/openid-configuration").await.json();
    // Law: by one registration (§6) or for the whole server (§5), and discovery says so.
    assert_eq!(metadata["require_pushed_authorization_requests"], true);
}

#[rocket::async_test]
async fn rfc_9449_10_1_a_pushed_request_is_bound_to_the_key_that_was_proven() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let (key, other) = (std::sync::Arc::new(AppKey::new()), std::sync::Arc::new(AppKey::new()));
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    // The proof alone, the parameter alone, both: the code is bound to that key.
    let proving = shop.clone().proving(&key);
    for (pusher, request) in [
        (&proving, shop.request()),
        (&shop, shop.request().with("dpop_jkt", &key.jkt())),
        (&proving, shop.request().with("dpop_jkt", &key.jkt())),
    ] {
        let uri = pushed(pusher, &request).await;
        let code = browser.open(&bring(&shop, &uri)).await.landing().code();
        assert_eq!(shop.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
        let uri = pushed(pusher, &request).await;
        let code = browser.open(&bring(&shop, &uri)).await.landing().code();
        let page = shop.clone().proving(&other).redeem(&code).await;
        assert_eq!(page.refusal(), (400, "invalid_grant".to_owned()));
        let uri = pushed(pusher, &request).await;
        let code = browser.open(&bring(&shop, &uri)).await.landing().code();
        assert_eq!(proving.redeem(&code).await.text("token_type"), "DPoP");
    }
    let refused = push(&proving, &shop.request().with("dpop_jkt", &other.jkt())).await;
    assert_eq!(refused.refusal(), (400, "invalid_request".to_owned()));
    // A proof for another address, and one shown twice.
    let query = shop.request().query();
    let authorization = basic("shop", shop.secret.as_deref().expect("a secret"));
    let now = world.clock.now().0;
    let foreign = key.proof("POST", &world.issuer.at("/token"), now, json!({}));
    let page = shop.raw("/par", &[("Authorization", &authorization), ("DPoP", &foreign)], &query).await;
    assert_eq!(page.refusal(), (400, "invalid_dpop_proof".to_owned()));
    let proof = key.proof("POST", &world.issuer.at("/par"), now, json!({}));
    let headers = [("Authorization", authorization.as_str()), ("DPoP", proof.as_str())];
    assert_eq!(shop.raw("/par", &headers, &query).await.status, 201);
    // Law: a proof is good once, here as at the token endpoint.
    assert_eq!(shop.raw("/par", &headers, &query).await.refusal(), (400, "invalid_dpop_proof".to_owned()));
    // At the authorization endpoint itself the parameter alone binds (RFC 9449 §10).
    let code = browser.open(&shop.request().with("dpop_jkt", &key.jkt())).await.landing().code();
    assert_eq!(proving.redeem(&code).await.status, 200);
}

#[rocket::async_test]
async fn fapi_2_0_from_the_signed_push_to_the_signed_answer_and_the_bound_token() {
    let key = std::sync::Arc::new(AppKey::new());
    let metadata = json!({
        "client_secret": null, "profile": "fapi2", "token_endpoint_auth_method": "private_key_jwt", "jwks": key.jwks(),
        "dpop_bound_access_tokens": true, "id_token_signed_response_alg": "ES256", "require_signed_request_object": true,
        "authorization_signed_response_alg": "ES256", "require_consent": false,
    });
    let world = World::new().set("CODE_LIFETIME", "5m").app("bank", metadata).user("ada").start().await;
    let bank = world.app("bank").signing(&key).proving(&key);
    let now = world.clock.now().0;
    let signed = |changes: serde_json::Value| {
        let mut all: serde_json::Map<_, _> =
            bank.request().params.into_iter().map(|(name, value)| (name, serde_json::Value::from(value))).collect();
        let about = json!({"iss": "bank", "aud": [world.issuer.as_str()], "nbf": now, "exp": now + 300, "response_mode": "jwt"});
        all.extend(about.as_object().cloned().unwrap_or_default());
        all.extend(changes.as_object().cloned().unwrap_or_default());
        all.retain(|_, value| !value.is_null());
        key.jwt(&serde_json::Value::Object(all))
    };
    // Message Signing §5.3.1: no plain push, no object without its times, none that lives long; Security Profile §5.3.2.2: its redirect URI.
    let plain = push(&bank, &bank.request()).await;
    assert_eq!(plain.refusal(), (400, "invalid_request".to_owned()), "{}", plain.body);
    for (changes, error) in [
        (json!({"exp": null}), "invalid_request_object"),
        (json!({"nbf": null}), "invalid_request_object"),
        (json!({"aud": "https://evil.example"}), "invalid_request_object"),
        (json!({"aud": null}), "invalid_request_object"),
        (json!({"iss": null}), "invalid_request_object"),
        (json!({"exp": now - 60}), "invalid_request_object"),
        (json!({"exp": now + 4_000}), "invalid_request_object"),
        (json!({"nbf": now - 4_000, "exp": now + 60}), "invalid_request_object"),
        (json!({"request_uri": "urn:x"}), "invalid_request_object"),
        (json!({"redirect_uri": null}), "invalid_request"),
        (json!({"code_challenge": null, "code_challenge_method": null}), "invalid_request"),
        (json!({"response_type": "code id_token"}), "unsupported_response_type"),
    ] {
        let page = bank.post("/par", &[("request", &signed(changes.clone()))]).await;
        assert_eq!(page.refusal(), (400, error.to_owned()), "{changes}: {}", page.body);
    }
    let mut browser = world.browser();
    browser.log_in("ada").await;
    // What wasn't pushed is refused, be it signed or not; the answer to the signed one is signed as it asks.
    assert_eq!(browser.open(&bank.request()).await.landing().error(), "invalid_request");
    let mut beside = bring(&bank, "");
    beside = beside.without("request_uri").with("request", &signed(json!({})));
    let landing = browser.open(&beside).await.landing();
    assert_eq!(claims(landing.get("response").expect("a response"))["error"], "invalid_request");
    let answer = async |browser: &mut doorward_testkit::Browser<'_>| {
        let page = bank.post("/par", &[("request", &signed(json!({})))]).await;
        assert_eq!(page.status, 201, "{}", page.body);
        let landing = browser.open(&bring(&bank, &page.text("request_uri"))).await.landing();
        claims(landing.get("response").expect("a response"))["code"].as_str().expect("a code").to_owned()
    };
    let code = answer(&mut browser).await;
    let tokens = bank.redeem(&code).await;
    assert_eq!((tokens.status, tokens.text("token_type")), (200, "DPoP".to_owned()), "{}", tokens.body);
    // Law: its codes end after 60 seconds, though the operator gives others five minutes.
    let code = answer(&mut browser).await;
    world.clock.advance(60);
    assert_eq!(bank.redeem(&code).await.refusal(), (400, "invalid_grant".to_owned()));
}
