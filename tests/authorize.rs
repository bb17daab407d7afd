//! The authorization endpoint over HTTP: OpenID Connect Core §3.1.2, RFC 6749 §4.1, RFC 9700, RFC 9207.
#![allow(clippy::expect_used, missing_docs)]

#[path = "authorize/pages.rs"]
mod pages;

use doorward_testkit::{API, AuthRequest, Browser, CHALLENGE, PASSWORD, Page, World, app, each_backend, photos};
use serde_json::json;

const ISSUER: &str = "http://127.0.0.1:8000";

/// Asserts that a request was refused by a page.
fn stopped(page: &Page) {
    assert_eq!((page.status, page.header("Location"), page.is_html()), (400, None, true), "{} at {}", page.title(), page.path);
}

#[rocket::async_test]
async fn rfc_9700_4_11_2_never_redirects_when_client_or_uri_is_unknown() {
    let world = World::new().client(app("shop")).client(app("mail")).start().await;
    let request = world.app("shop").request();
    for (what, request) in [
        ("an unknown client", request.clone().with("client_id", "nobody")),
        ("no client", request.clone().without("client_id")),
        ("two clients", request.clone().and("client_id", "shop")),
        ("no redirect URI", request.clone().without("redirect_uri")),
        ("two redirect URIs", request.clone().and("redirect_uri", "https://shop.example/cb")),
        ("another client's", request.clone().with("redirect_uri", "https://mail.example/cb")),
        ("a longer one", request.clone().with("redirect_uri", "https://shop.example/cb/")),
        ("a query more", request.clone().with("redirect_uri", "https://shop.example/cb?x")),
        ("other case", request.clone().with("redirect_uri", "https://shop.example/CB")),
        ("other host case", request.clone().with("redirect_uri", "https://SHOP.example/cb")),
        ("a default port", request.clone().with("redirect_uri", "https://shop.example:443/cb")),
        ("a subdomain", request.clone().with("redirect_uri", "https://a.shop.example/cb")),
        ("credentials", request.clone().with("redirect_uri", "https://shop.example@evil.example/cb")),
        ("traversal", request.clone().with("redirect_uri", "https://shop.example/x/../cb")),
        ("encoded traversal", request.clone().with("redirect_uri", "https://shop.example/x/%2e%2e/cb")),
        ("a fragment", request.clone().with("redirect_uri", "https://shop.example/cb#x")),
        ("a tab", request.clone().with("redirect_uri", "https://shop.example\t/cb")),
        ("a backslash", request.clone().with("redirect_uri", "https:\\\\shop.example\\cb")),
        ("javascript", request.clone().with("redirect_uri", "javascript:alert(1)")),
        // Whatever else is wrong with it.
        ("all at once", request.clone().with("client_id", "nobody").with("response_type", "token").and("state", "2").with("prompt", "x")),
    ] {
        let page = world.browser().open(&request).await;
        assert_eq!((page.status, page.header("Location")), (400, None), "{what}");
        assert!(!page.body.contains("evil.example") && !page.body.contains("<script"), "{what}");
    }
    // Law: there is no open redirector, and no error helps to find one.
    stopped(&world.get("/authorize").await);
}

#[rocket::async_test]
async fn rfc_6749_4_1_2_1_tells_a_known_client_what_is_wrong_by_redirect_with_state_and_iss() {
    let world = World::new().client(app("shop")).api(photos()).app("m2m", json!({"grant_types": ["client_credentials"]})).start().await;
    let request = world.app("shop").request();
    let sound = |changes: &[(&str, &str)]| changes.iter().fold(request.clone(), |request, (name, value)| request.with(name, value));
    for (changed, error) in [
        (sound(&[("response_type", "token")]), "unsupported_response_type"),
        (sound(&[("response_type", "code id_token")]), "unsupported_response_type"),
        (request.clone().without("response_type"), "invalid_request"),
        (sound(&[("response_mode", "fragment")]), "invalid_request"),
        (sound(&[("response_mode", "web_message")]), "invalid_request"),
        (request.clone().without("code_challenge").without("code_challenge_method"), "invalid_request"),
        (request.clone().without("code_challenge_method"), "invalid_request"),
        (request.clone().without("code_challenge"), "invalid_request"),
        (sound(&[("code_challenge_method", "plain")]), "invalid_request"),
        (sound(&[("code_challenge_method", "s256")]), "invalid_request"),
        (sound(&[("code_challenge", "short")]), "invalid_request"),
        (sound(&[("code_challenge", &format!("{}=", &CHALLENGE[..42]))]), "invalid_request"),
        (sound(&[("scope", "openid admin:all")]).with("scope", "admin:all"), "invalid_scope"),
        (sound(&[("scope", "openid \"x")]), "invalid_scope"),
        (sound(&[("scope", "profile")]), "invalid_scope"),
        (request.clone().without("scope").with("resource", "https://nowhere.example"), "invalid_target"),
        (sound(&[("resource", "photos")]), "invalid_target"),
        (sound(&[("prompt", "none login")]), "invalid_request"),
        (sound(&[("prompt", "create")]), "invalid_request"),
        (sound(&[("max_age", "-1")]), "invalid_request"),
        (sound(&[("max_age", "1.5")]), "invalid_request"),
        (sound(&[("max_age", "an hour")]), "invalid_request"),
        (sound(&[("id_token_hint", "garbage")]), "invalid_request"),
        (sound(&[("request", "eyJhbGciOiJub25lIn0.e30.")]), "invalid_request_object"),
        (sound(&[("request_uri", "https://shop.example/request")]), "invalid_request_uri"),
        (sound(&[("registration", "{}")]), "registration_not_supported"),
        (sound(&[("nonce", &"n".repeat(513))]), "invalid_request"),
    ] {
        let landing = world.browser().open(&changed).await.landing();
        assert_eq!(landing.error(), error, "{:?}", changed.params);
        assert_eq!((landing.get("state"), landing.get("iss"), landing.get("code")), (Some("a state"), Some(ISSUER), None), "{landing:?}");
        assert!(landing.address.starts_with("https://shop.example/cb?"), "{landing:?}");
    }
    // Law: the error goes to the app's own address, says whose it is (RFC 9207), and a description a developer can act on.
    let refused = world.browser().open(&request.clone().without("code_challenge")).await.landing();
    assert!(refused.get("error_description").is_some_and(|text| text.contains("require_pkce")), "{refused:?}");
}

#[rocket::async_test]
async fn rfc_6749_3_1_a_parameter_that_comes_twice_is_refused() {
    let world = World::usual().await;
    let request = world.app("shop").request().with("nonce", "n").with("prompt", "consent");
    for name in ["response_type", "scope", "nonce", "prompt", "code_challenge", "code_challenge_method", "unheard_of"] {
        let twice = request.clone().and(name, "x").and(name, "y");
        let landing = world.browser().open(&twice).await.landing();
        assert_eq!((landing.error(), landing.get("state")), ("invalid_request", Some("a state")), "{name}");
    }
    // Which state is meant can't be known: none is sent (and none of them is trusted).
    let landing = world.browser().open(&request.clone().and("state", "another")).await.landing();
    assert_eq!((landing.error(), landing.get("state"), landing.get("iss")), ("invalid_request", None, Some(ISSUER)));
    // Law: only `resource` may be repeated (RFC 8707 §2).
    let page = world.browser().open(&request.without("scope").with("scope", "photos:read").and("resource", API).and("resource", API)).await;
    assert!(page.has_form("/login"), "{}", page.title());
}

#[rocket::async_test]
async fn rfc_6749_4_1_2_state_comes_back_byte_for_byte() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    for state in [
        "a b+c%20d&e=f#g?h",
        "%00%0d%0aSet-Cookie: x=y",
        "状态 🚪 é",
        "\"><script>alert(1)</script>",
        "\u{7f}\u{202e}x",
        " ",
        "=&=&",
        "%%%",
    ] {
        let landing = browser.open(&shop.request().with("state", state)).await.landing();
        assert_eq!(landing.get("state"), Some(state));
        assert!(landing.address.is_ascii() && !landing.address.contains(['\n', '\r', '<', '"', ' ']), "{}", landing.address);
        let mut posted = browser.open(&shop.request().with("state", state).with("response_mode", "form_post")).await.landing();
        posted.params.retain(|(name, _)| name == "state");
        assert_eq!(posted.params, [("state".to_owned(), state.to_owned())]);
    }
    // Law: no state was sent, none comes back.
    assert_eq!(browser.open(&shop.request().without("state")).await.landing().get("state"), None);
    assert_eq!(browser.open(&shop.request().with("state", &"s".repeat(4097))).await.landing().error(), "invalid_request");
}

each_backend! {
    async fn oidc_core_3_1_2_1_a_request_posted_from_another_site_waits_for_the_first_browser(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let request = world.app("shop").request();
        let mut browser = world.browser();
        browser.log_in("ada").await;
        let before = browser.jar.get("session").map(str::to_owned);
        let page = browser.post_from("https://shop.example", "/authorize", &request.query()).await;
        assert_eq!(browser.jar.get("session").map(str::to_owned), before);
        assert!(page.path.starts_with("/interaction/") && page.has_form("/consent"), "{}", page.title());
        // Somebody else who learns the address gets nowhere.
        let mut thief = world.browser();
        let stolen = thief.get(&page.path).await;
        assert_eq!((stolen.status, stolen.forms().len()), (403, 0));
        let code = browser.go_on(page).await.code();
        // Law: it is stored, then acted on at our own page, in one browser.
        assert_eq!(world.app("shop").redeem(&code).await.status, 200);
    }
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_a_posted_request_gives_nothing_by_itself() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let request = world.app("shop").request();
    let mut browser = world.browser();
    browser.log_in("ada").await;
    // Even with the cookies of somebody whose consent isn't needed.
    let posted = browser.post("/authorize", &request.query(), &[("Origin", "https://evil.example")]).await;
    assert_eq!(posted.status, 303);
    assert!(posted.location().starts_with("/interaction/"), "{}", posted.location());
    for (body, status) in [(request.clone().with("client_id", "x").query(), 400), ("%zz".to_owned(), 400), (String::new(), 400)] {
        let refused = browser.post("/authorize", &body, &[]).await;
        assert_eq!((refused.status, refused.header("Location")), (status, None), "{body}");
    }
    let json =
        browser.request(rocket::http::Method::Post, "/authorize", b"{}".to_vec(), &[("Content-Type", "application/json")], true).await;
    stopped(&json);
    // Law: the query of a POST is no request.
    stopped(&browser.post(&request.path(), "", &[]).await);
}

#[rocket::async_test]
async fn a_remembered_consent_gives_a_code_at_once_and_only_what_is_new_is_asked() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.allow(&shop.request().with("scope", "openid profile")).await.code();
    // The same and less: no page.
    for scope in ["openid profile", "openid"] {
        let page = browser.look(&shop.request().with("scope", scope).path()).await;
        assert!(page.landing().get("code").is_some(), "{scope}");
    }
    let page = browser.open(&shop.request().with("scope", "openid profile email")).await;
    assert_eq!(page.form("/consent").offered("scope"), ["email"]);
    browser.go_on(page).await.code();
    // prompt=consent asks again for everything.
    let page = browser.open(&shop.request().with("scope", "openid profile").with("prompt", "consent")).await;
    assert_eq!(page.form("/consent").offered("scope"), ["profile"]);
    // It ends after its time.
    world.clock.advance(180 * 86_400 + 1);
    browser.log_in("ada").await;
    let page = browser.open(&shop.request()).await;
    // Law: what was not allowed, or no longer is, is asked.
    assert!(page.has_form("/consent"), "{}", page.title());
}

#[rocket::async_test]
async fn oidc_core_3_1_2_6_prompt_none_shows_no_page() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let silent = shop.request().with("prompt", "none");
    let mut browser = world.browser();
    assert_eq!(browser.look(&silent.path()).await.landing().error(), "login_required");
    browser.log_in("ada").await;
    assert_eq!(browser.look(&silent.path()).await.landing().error(), "consent_required");
    browser.allow(&shop.request()).await.code();
    browser.look(&silent.path()).await.landing().code();
    assert_eq!(browser.look(&silent.clone().with("scope", "openid email").path()).await.landing().error(), "consent_required");
    world.clock.advance(60);
    assert_eq!(browser.look(&silent.clone().with("max_age", "59").path()).await.landing().error(), "login_required");
    browser.look(&silent.clone().with("max_age", "60").path()).await.landing().code();
    world.disable("ada", true).await;
    // Law: nobody is logged in, and the answer still names state and issuer.
    let landing = browser.look(&silent.path()).await.landing();
    assert_eq!((landing.error(), landing.get("state"), landing.get("iss")), ("login_required", Some("a state"), Some(ISSUER)));
}

#[rocket::async_test]
async fn oidc_core_3_1_2_3_prompt_login_really_asks_for_the_password_again() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.allow(&shop.request()).await.code();
    world.clock.advance(100);
    let again = shop.request().with("prompt", "login");
    let page = browser.open(&again).await;
    assert_eq!(page.form("/login").value("username"), Some("ada"));
    // The page can't be skipped: not by asking for it again, not by an answer to the consent page.
    let here = page.path.clone();
    assert!(browser.get(&here).await.has_form("/login"));
    let token = page.form("/login").value("csrf").expect("a token").to_owned();
    let body = doorward_testkit::encode(&[("csrf", &token), ("decision", "allow"), ("scope", "openid")]);
    let skipped = browser.post(&format!("{here}/consent"), &body, &[]).await;
    let skipped = browser.follow(skipped).await;
    assert!(skipped.has_form("/login"), "{}", skipped.title());
    let wrong = browser.log_in_at(&page, "ada", "a wrong password, long enough").await;
    assert_eq!(wrong.status, 401);
    let landing = browser.log_in_at(&wrong, "ada", PASSWORD).await.landing();
    let id_token = shop.redeem(&landing.code()).await.text("id_token");
    assert_eq!(doorward_testkit::claims(&id_token)["auth_time"], json!(doorward_testkit::START + 100));
    // A login elsewhere in the same browser doesn't count either.
    let page = browser.open(&again).await;
    browser.log_in_elsewhere(&world).await;
    // Law: only a login on the pages of this very request satisfies it.
    assert!(browser.get(&page.path).await.has_form("/login"));
}

/// Logs in on the account's page while already logged in.
trait Elsewhere {
    async fn log_in_elsewhere(&mut self, world: &World);
}

impl Elsewhere for Browser<'_> {
    async fn log_in_elsewhere(&mut self, world: &World) {
        let mut other = world.browser();
        other.jar.set("doorward_browser", self.jar.get("browser").expect("a browser cookie"));
        other.log_in("ada").await;
        self.jar.set("doorward_session", other.jar.get("session").expect("a session"));
    }
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_max_age_asks_again_when_the_login_is_too_old() {
    let world = World::new().client(app("shop")).app("bank", json!({"default_max_age": 30})).user("ada").start().await;
    let (shop, bank) = (world.app("shop"), world.app("bank"));
    let mut browser = world.browser();
    browser.allow(&shop.request()).await.code();
    browser.allow(&bank.request()).await.code();
    world.clock.advance(30);
    browser.look(&bank.request().path()).await.landing().code();
    world.clock.advance(1);
    assert!(browser.open(&bank.request()).await.has_form("/login"));
    // The request's own wish counts more than the registration's default.
    browser.look(&bank.request().with("max_age", "31").path()).await.landing().code();
    browser.look(&shop.request().with("max_age", "31").path()).await.landing().code();
    let page = browser.open(&shop.request().with("max_age", "30")).await;
    assert!(page.has_form("/login"), "{}", page.title());
    browser.log_in_at(&page, "ada", PASSWORD).await.landing().code();
    // Law: max_age=0 always asks, and the login made for it satisfies it.
    let page = browser.open(&shop.request().with("max_age", "0")).await;
    assert!(page.has_form("/login"));
    browser.log_in_at(&page, "ada", PASSWORD).await.landing().code();
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_login_hint_fills_the_form_and_decides_nothing() {
    let world = World::new().client(app("shop")).user("ada").user("bob").start().await;
    let request = world.app("shop").request().with("login_hint", "\"><b>bob");
    let mut browser = world.browser();
    let page = browser.open(&request).await;
    assert_eq!(page.form("/login").value("username"), Some("\"><b>bob"));
    assert!(!page.body.contains("<b>bob"));
    // Law: who logs in is who knows a password.
    assert!(browser.log_in_at(&page, "ada", PASSWORD).await.has_form("/consent"));
}

#[rocket::async_test]
async fn oidc_core_3_1_2_1_id_token_hint_names_the_person() {
    let world = World::new().client(app("shop")).client(app("mail")).user("ada").user("bob").start().await;
    let (shop, mail) = (world.app("shop"), world.app("mail"));
    let mut browser = world.browser();
    let given = shop.redeem(&browser.allow(&shop.request()).await.code()).await;
    let (hint, access) = (given.text("id_token"), given.text("access_token"));
    let hinted = |request: AuthRequest, hint: &str| request.with("id_token_hint", hint);
    // The right person, however old the token.
    world.clock.advance(7200);
    browser.look(&hinted(shop.request(), &hint).path()).await.landing().code();
    for (what, request) in [
        ("another app's", hinted(mail.request(), &hint)),
        ("an access token", hinted(shop.request(), &access)),
        ("a cut one", hinted(shop.request(), &hint[..hint.len() - 2])),
        ("unsigned", hinted(shop.request(), &format!("eyJhbGciOiJub25lIn0.{}.", hint.split('.').nth(1).expect("claims")))),
    ] {
        assert_eq!(browser.look(&request.path()).await.landing().error(), "invalid_request", "{what}");
    }
    // Another person is logged in.
    let mut bob = world.browser();
    bob.log_in("bob").await;
    let silent = hinted(shop.request(), &hint).with("prompt", "none");
    assert_eq!(bob.look(&silent.path()).await.landing().error(), "login_required");
    let page = bob.open(&hinted(shop.request(), &hint)).await;
    assert!(page.has_form("/login"), "{}", page.title());
    // Law: a code for somebody else than the hint's person is never given.
    let landing = bob.log_in_at(&page, "bob", PASSWORD).await.landing();
    assert_eq!((landing.error(), landing.get("code")), ("login_required", None));
}
