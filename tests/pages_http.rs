//! What pages and answers carry, and which forms are taken: OWASP ASVS 5.0 V3, RFC 9700 §4.7 and §4.16, RFC 9110.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{Browser, Form, PASSWORD, Page, World, app, encode, photos};
use rocket::http::Method;
use serde_json::json;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const STRICT: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'";

/// What every answer must carry.
fn fenced(page: &Page) {
    let one = |name| {
        assert_eq!(page.all(name).count(), 1, "{name} at {}: {:?}", page.path, page.headers);
        page.header(name).expect("a value")
    };
    let csp = one("Content-Security-Policy");
    assert!(csp.starts_with("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{}: {csp}", page.path);
    assert!(!csp.contains("unsafe") && !csp.contains('*') && !csp.contains("data:"), "{}: {csp}", page.path);
    if page.is_html() {
        assert!(csp.contains("base-uri 'none'") && csp.contains("form-action 'self'"), "{}: {csp}", page.path);
        assert_eq!(one("Cache-Control"), "no-store", "{}", page.path);
        assert!(!page.body.contains(" style=") && !page.body.contains("<style") && !page.body.contains(" onclick="), "{}", page.path);
    }
    one("Cache-Control");
    assert_eq!(one("X-Content-Type-Options"), "nosniff", "{}", page.path);
    assert_eq!(one("Referrer-Policy"), "same-origin", "{}", page.path);
    assert_eq!(one("X-Frame-Options"), "DENY", "{}", page.path);
    assert!(one("X-Request-Id").len() >= 22, "{}", page.path);
    assert_eq!((page.header("Server"), page.header("Permissions-Policy")), (None, None), "{}", page.path);
}

#[rocket::async_test]
async fn asvs_3_4_every_answer_is_fenced() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    for path in [
        "/",
        "/login",
        "/logout",
        "/logged-out",
        "/account",
        "/nothing",
        "/interaction/x",
        "/authorize",
        "/static/x/y",
        "/healthz",
        "/readyz",
        "/jwks.json",
        "/robots.txt",
        "/userinfo",
        "/token",
    ] {
        fenced(&browser.look(path).await);
        fenced(&world.get(path).await);
    }
    for path in ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"] {
        fenced(&world.get(path).await);
    }
    let login = browser.open(&shop.request()).await;
    fenced(&login);
    fenced(&browser.log_in_at(&login, "ada", "wrong").await);
    let consent = browser.log_in_at(&login, "ada", PASSWORD).await;
    fenced(&consent);
    let csp = consent.header("Content-Security-Policy").expect("a policy");
    assert_eq!(csp, format!("{STRICT} https://shop.example; base-uri 'none'; frame-ancestors 'none'"));
    let answer = browser.submit_once(consent.form("/consent").press("decision", "allow")).await;
    fenced(&answer);
    fenced(&browser.get("/account").await);
    fenced(&browser.get("/logout").await);
    let token = shop.redeem(&answer.landing().code()).await;
    fenced(&token);
    fenced(&shop.refresh("x").await);
    fenced(&shop.introspect("x").await);
    fenced(&shop.revoke("x").await);
    fenced(&shop.userinfo(&token.text("access_token")).await);
    fenced(&world.send(Method::Options, "/token", &[], &[]).await);
    // Law: over https the browser is told to stay there, over the loopback it isn't.
    assert_eq!(token.header("Strict-Transport-Security"), None);
    let safe = World::new().issuer("https://login.example").start().await;
    assert!(safe.get("/login").await.header("Strict-Transport-Security").is_some_and(|value| value.starts_with("max-age=")));
}

#[rocket::async_test]
async fn a_page_names_its_request_as_the_header_does() {
    let world = World::usual().await;
    let mut browser = world.browser();
    let mut seen = Vec::new();
    for path in ["/nothing", "/authorize", "/authorize?client_id=x", "/interaction/x", "/logout?id_token_hint=x"] {
        let page = browser.look(path).await;
        let id = page.header("X-Request-Id").expect("an id").to_owned();
        assert!(page.status >= 400 && page.body.contains(&format!("<bdi>{id}</bdi>")), "{path}");
        seen.push(id);
    }
    // An id from outside isn't taken over into page and log.
    browser.extra = vec![("X-Request-Id".to_owned(), "from-outside".to_owned())];
    let page = browser.look("/nothing").await;
    assert!(!page.body.contains("from-outside"));
    // Law: each request has its own.
    seen.push(page.header("X-Request-Id").expect("an id").to_owned());
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), all);
}

/// Every form of our pages in a state where it would be taken, each with a browser of its own.
async fn forms(world: &World) -> Vec<(Browser<'_>, Form)> {
    let shop = world.app("shop");
    let mut all = Vec::new();
    let mut fresh = world.browser();
    let login = fresh.get("/login").await.form("/login").with("username", "ada").with("password", PASSWORD);
    all.push((fresh, login));
    let mut fresh = world.browser();
    let page = fresh.open(&shop.request()).await;
    all.push((fresh.clone(), page.form("/login").with("username", "ada").with("password", PASSWORD)));
    all.push((fresh.clone(), page.form("/cancel")));
    let consent = fresh.log_in_at(&page, "ada", PASSWORD).await;
    all.push((fresh.clone(), consent.form("/consent").press("decision", "allow")));
    all.push((fresh.clone(), consent.form("/switch")));
    let choose = fresh.open(&shop.request().with("prompt", "select_account")).await;
    all.push((fresh.clone(), choose.form("/keep")));
    let logout = fresh.get("/logout").await;
    all.push((fresh.clone(), logout.form(&logout.path).press("decision", "logout")));
    let mut second = world.browser();
    second.allow(&shop.request()).await.code();
    let account = fresh.get("/account").await;
    all.extend(account.forms().into_iter().map(|form| (fresh.clone(), form)));
    all
}

#[rocket::async_test]
async fn rfc_9700_4_7_a_form_is_taken_from_our_own_page_in_its_own_browser_only() {
    let world = World::usual().await;
    let mut eve = world.browser();
    eve.get("/login").await;
    let evil = eve.get("/login").await.form("/login").value("csrf").expect("a token").to_owned();
    let all = forms(&world).await;
    assert!(all.len() >= 11, "{all:?}", all = all.iter().map(|(_, form)| &form.action).collect::<Vec<_>>());
    let own = world.issuer.origin();
    let good: &[(&str, &str)] = &[("Origin", &own), ("Sec-Fetch-Site", "same-origin")];
    for (browser, form) in &all {
        let cut = {
            let token = form.value("csrf").expect("every form has a token");
            token[..token.len() - 1].to_owned()
        };
        for (what, form, headers) in [
            ("no token", form.clone().without("csrf"), good),
            ("an empty token", form.clone().with("csrf", ""), good),
            ("a cut token", form.clone().with("csrf", &cut), good),
            ("another browser's token", form.clone().with("csrf", &evil), good),
            ("a foreign Origin", form.clone(), &[("Origin", "https://evil.example"), ("Sec-Fetch-Site", "same-origin")][..]),
            ("Origin: null", form.clone(), &[("Origin", "null"), ("Sec-Fetch-Site", "same-origin")]),
            ("our Origin but for the port", form.clone(), &[("Origin", "http://127.0.0.1:8001")]),
            ("two Origins", form.clone(), &[("Origin", &own), ("Origin", "https://evil.example")]),
            ("another site", form.clone(), &[("Origin", &own), ("Sec-Fetch-Site", "cross-site")]),
            ("another app on this host", form.clone(), &[("Origin", &own), ("Sec-Fetch-Site", "same-site")]),
        ] {
            let answer = browser.clone().post(&form.action, &form.body(), headers).await;
            assert_eq!((answer.status, answer.is_html()), (403, true), "{what} at {}", form.action);
            assert!(answer.header("Set-Cookie").is_none_or(|cookie| !cookie.contains("session=")), "{what} at {}", form.action);
        }
        let cookieless = world.browser().post(&form.action, &form.body(), good).await;
        assert_eq!(cookieless.status, 403, "{}", form.action);
        let asked = browser.clone().look(&format!("{}?{}", form.action, form.body())).await;
        assert!(asked.header("Location").is_none_or(|to| !to.contains("code=")), "{}", form.action);
    }
    // Law: and the true form is taken, also by a browser that sends neither header.
    for (browser, form) in all {
        let answer = browser.clone().post(&form.action, &form.body(), &[]).await;
        assert!(matches!(answer.status, 200 | 303 | 410), "{} {}", answer.status, form.action);
    }
}

#[rocket::async_test]
async fn the_language_is_chosen_by_wish_then_cookie_then_header() {
    let world = World::usual().await;
    for (wish, cookie, header, lang) in [
        (None, None, None, "en"),
        (None, None, Some("zh"), "zh-CN"),
        (None, None, Some("fr, zh-Hans;q=0.5, en;q=0.4"), "zh-CN"),
        (None, None, Some("zh-TW, en;q=0.1"), "en"),
        (None, None, Some("\u{0}\"><script>".trim_start_matches('\0')), "en"),
        (None, Some("zh-CN"), Some("en"), "zh-CN"),
        (None, Some("nonsense"), Some("zh"), "zh-CN"),
        (Some("en"), Some("zh-CN"), Some("zh"), "en"),
        (Some("fr de"), Some("zh-CN"), Some("en"), "zh-CN"),
    ] {
        let mut browser = world.browser();
        browser.language = header.map(str::to_owned);
        if let Some(cookie) = cookie {
            browser.jar.set("doorward_language", cookie);
        }
        let path = wish.map_or_else(|| "/login".to_owned(), |wish| format!("/login?{}", encode(&[("ui_locales", wish)])));
        let page = browser.look(&path).await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\">")), "{wish:?} {cookie:?} {header:?}");
    }
    // A choice is kept; a wish of an app is not.
    let mut browser = world.browser();
    browser.open(&world.app("shop").request().with("ui_locales", "zh-CN")).await;
    assert_eq!(browser.jar.get("language"), None);
    browser.get("/login?ui_locales=zh-CN").await;
    // Law: errors speak the chosen language, too.
    assert!(browser.get("/nothing").await.body.contains("<html lang=\"zh-CN\">"));
}

#[rocket::async_test]
async fn static_files_are_kept_for_ever_under_an_address_of_their_content() {
    let world = World::usual().await;
    let page = world.browser().get("/login").await;
    let links: Vec<String> = page.links().into_iter().filter(|href| href.starts_with("/static/")).collect();
    assert_eq!(links.len(), 2, "{links:?}");
    for link in links {
        let file = world.get(&link).await;
        assert_eq!((file.status, file.header("Cache-Control")), (200, Some("public, max-age=31536000, immutable")));
        assert!(file.header("Content-Type").is_some_and(|kind| kind.starts_with("text/css") || kind == "image/svg+xml"));
        assert_eq!(file.header("Set-Cookie"), None);
        let name = link.rsplit('/').next().expect("a name");
        for other in [format!("/static/stale/{name}"), format!("{link}x"), format!("/static/{name}"), format!("/static/..%2f{name}/x")] {
            let none = world.get(&other).await;
            // Law: what is not there isn't kept.
            assert_eq!((none.status, none.header("Cache-Control")), (404, Some("no-store")), "{other}");
        }
    }
}

#[rocket::async_test]
async fn who_wants_html_gets_a_page_and_programs_get_json() {
    let world = World::usual().await;
    for (method, path, status, allow) in [
        (Method::Get, "/nothing", 404, None),
        (Method::Get, "/interaction", 404, None),
        (Method::Post, "/", 405, Some("GET")),
        (Method::Delete, "/login", 405, Some("GET, POST")),
        (Method::Put, "/authorize", 405, Some("GET, POST")),
        (Method::Get, "/introspect", 405, Some("POST")),
        (Method::Post, "/jwks.json", 405, Some("GET")),
    ] {
        let page = world.send(method, path, &[("Accept", "text/html,*/*;q=0.8")], &[]).await;
        assert_eq!((page.status, page.header("Allow"), page.is_html()), (status, allow, true), "{method} {path}");
        let json = world.send(method, path, &[("Accept", "application/json")], &[]).await;
        assert_eq!((json.status, json.header("Allow"), json.text("error").as_str()), (status, allow, "invalid_request"), "{method} {path}");
    }
    // Law: `_method` in a body or query re-routes nothing.
    let page = world.send(Method::Post, "/login", &[FORM, ("Accept", "text/html")], b"_method=delete&username=ada").await;
    assert_eq!(page.status, 403);
}

#[rocket::async_test]
async fn asvs_1_2_1_what_comes_from_outside_is_shown_and_never_obeyed() {
    let hostile = "\"><script>alert(1)</script><i>&lt;{{ 31337*7 }}{% raw %}'";
    let mut api = photos();
    api["name"] = json!(hostile);
    api["scopes"]["photos:write"]["en"] = json!(hostile);
    let changes = json!({"client_name": hostile, "client_name#zh-CN": hostile, "client_uri": "https://shop.example/\"><script>", "application_type": "web"});
    let world = World::new().app("shop", changes).api(api).user(hostile).start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.extra = vec![("User-Agent".to_owned(), hostile.to_owned())];
    let request = shop
        .request()
        .with("scope", "openid profile email photos:read photos:write")
        .with("login_hint", hostile)
        .with("ui_locales", hostile);
    let mut pages = vec![browser.open(&request).await];
    let wrong = browser.log_in_at(&pages[0], hostile, "wrong").await;
    let consent = browser.log_in_at(&wrong, hostile, PASSWORD).await;
    assert!(consent.has_form("/consent"), "{}", consent.title());
    browser.submit(consent.form("/consent").press("decision", "allow")).await.landing().code();
    let logout = browser.get(&format!("/logout?{}", encode(&[("client_id", "shop")]))).await;
    let account = browser.get(&format!("/account?{}", encode(&[("done", hostile), ("ui_locales", hostile)]))).await;
    let choose = browser.open(&request.clone().with("prompt", "select_account")).await;
    pages.extend([wrong, consent, logout, account, choose]);
    for (name, value) in [("client_id", hostile), ("redirect_uri", hostile), ("x", hostile)] {
        pages.push(browser.open(&request.clone().with(name, value).and(name, value)).await);
        pages.push(browser.get(&format!("/{}?{}", encode(&[(name, value)]), encode(&[(value, name)]))).await);
    }
    for page in pages {
        // Law: on every page it is text.
        for live in ["<script>alert", "<i>", "219359"] {
            assert!(!page.body.contains(live), "{live} at {}", page.path);
        }
        assert!(!page.headers.iter().any(|(name, value)| value.contains("<script") && name != "Location"), "{:?}", page.headers);
    }
}

#[rocket::async_test]
async fn a_page_asked_for_under_another_name_of_the_loopback_moves_to_the_issuers() {
    let world = World::usual().await;
    let request = world.app("shop").request().path();
    for (path, host) in [
        (request.as_str(), "localhost:8000"),
        ("/login?ui_locales=zh-CN", "[::1]:8000"),
        ("/", "localhost:8000"),
        ("/account", "localhost:8000"),
    ] {
        let page = world.send(Method::Get, path, &[("Host", host)], &[]).await;
        assert_eq!((page.status, page.location()), (303, format!("http://127.0.0.1:8000{path}").as_str()), "{host}");
        assert_eq!(page.header("Set-Cookie"), None);
    }
    for (method, path, host) in [
        (Method::Get, "/login", "127.0.0.1:8000"),
        (Method::Get, "/login", "localhost:8001"),
        (Method::Get, "/login", "localhost"),
        (Method::Get, "/login", "evil.example:8000"),
        (Method::Get, "/login", "localhost.evil.example:8000"),
        (Method::Get, "/jwks.json", "localhost:8000"),
        (Method::Get, "/.well-known/openid-configuration", "localhost:8000"),
        (Method::Get, "/userinfo", "localhost:8000"),
        (Method::Post, "/login", "localhost:8000"),
        (Method::Get, "/canonical-name", "127.0.0.1:8000"),
    ] {
        let page = world.send(method, path, &[("Host", host), FORM], &[]).await;
        assert_eq!(page.header("Location"), None, "{method} {path} {host}");
    }
    // Law: an issuer elsewhere redirects nobody by name.
    let safe = World::new().issuer("https://login.example").start().await;
    assert_eq!(safe.send(Method::Get, "/login", &[("Host", "localhost")], &[]).await.status, 200);
}

#[rocket::async_test]
async fn rfc_9700_4_13_host_and_forwarded_headers_reach_nothing() {
    let world = World::new().client(app("shop")).user("ada").set("TRUSTED_PROXIES", "127.0.0.0/8").start().await;
    let forged = [
        ("Host", "evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Port", "666"),
        ("X-Forwarded-Prefix", "/evil.example"),
        ("X-Original-URL", "/evil.example"),
        ("X-Rewrite-URL", "/evil.example"),
        ("Forwarded", "host=evil.example;proto=https"),
        ("X-Real-IP", "evil.example"),
    ];
    let request = world.app("shop").request().path();
    for path in ["/", "/login", "/nothing", "/.well-known/openid-configuration", "/jwks.json", "/authorize", request.as_str(), "/logout"] {
        for accept in ["text/html", "application/json"] {
            let headers: Vec<(&str, &str)> = forged.iter().copied().chain([("Accept", accept)]).collect();
            let page = world.send(Method::Get, path, &headers, &[]).await;
            // Law: the issuer alone says where we are.
            assert!(
                !page.body.contains("evil") && !page.headers.iter().any(|(_, value)| value.contains("evil") || value.contains("Secure")),
                "{path}: {page:?}"
            );
        }
    }
}

#[rocket::async_test]
async fn cors_is_open_without_credentials_where_a_browser_app_needs_it_and_nowhere_else() {
    let world = World::usual().await;
    let origin = ("Origin", "https://spa.example");
    for (method, path, open) in [
        (Method::Get, "/.well-known/openid-configuration", true),
        (Method::Get, "/.well-known/oauth-authorization-server", true),
        (Method::Get, "/jwks.json", true),
        (Method::Post, "/token", true),
        (Method::Get, "/userinfo", true),
        (Method::Post, "/userinfo", true),
        (Method::Post, "/revoke", true),
        (Method::Post, "/introspect", false),
        (Method::Get, "/authorize", false),
        (Method::Post, "/authorize", false),
        (Method::Get, "/login", false),
        (Method::Get, "/logout", false),
        (Method::Get, "/account", false),
        (Method::Get, "/", false),
        (Method::Get, "/nothing", false),
        (Method::Get, "/healthz", false),
    ] {
        let page = world.send(method, path, &[origin, FORM], &[]).await;
        assert_eq!(page.all("Access-Control-Allow-Origin").collect::<Vec<_>>(), if open { vec!["*"] } else { vec![] }, "{method} {path}");
        assert_eq!(page.header("Access-Control-Allow-Credentials"), None, "{method} {path}");
        let asking = [origin, ("Access-Control-Request-Method", method.as_str()), ("Access-Control-Request-Headers", "authorization")];
        let preflight = world.send(Method::Options, path, &asking, &[]).await;
        let allowed = preflight.header("Access-Control-Allow-Methods").is_some_and(|methods| methods.contains(method.as_str()));
        // Law: a preflight passes exactly where the answer may be read.
        assert_eq!(allowed && preflight.status == 204, open, "{method} {path}: {preflight:?}");
        assert!(!allowed || preflight.header("Access-Control-Allow-Headers").is_some_and(|names| names.contains("Authorization")));
    }
}
