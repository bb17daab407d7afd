//! Input that is broken, too large or out of place: a clean 4xx, one line in the log, nothing of it repeated. OWASP ASVS 5.0 2.2, 4.1, 4.3,
//! 16.2.5; RFC 9110 §15.5.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{API, Captured, PASSWORD, SECRET, World, app, basic, encode, photos};
use rocket::http::Method;
use serde_json::json;

const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");
const GETS: [&str; 7] = ["/authorize", "/logout", "/login", "/account", "/interaction/x", "/logged-out", "/"];
const POSTS: [&str; 13] = [
    "/authorize",
    "/token",
    "/introspect",
    "/revoke",
    "/userinfo",
    "/logout",
    "/login",
    "/logout/x",
    "/interaction/x/login",
    "/interaction/x/consent",
    "/interaction/x/cancel",
    "/account/sessions/x/end",
    "/account/apps/x/revoke",
];

#[rocket::async_test]
async fn asvs_4_1_1_broken_bodies_are_refused_and_nothing_breaks() {
    let world = World::usual().await;
    let huge = vec![b'a'; 65 * 1024];
    let many = (0..65).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&").into_bytes();
    let bodies: [(&str, &[u8]); 14] = [
        ("empty", b""),
        ("an ampersand", b"&"),
        ("equals signs", b"===&=&="),
        ("no UTF-8", b"username=\xff\xfe&token=\xff&grant_type=\xc3\x28"),
        ("no UTF-8, escaped", b"username=%ff&client_id=%c3%28"),
        ("NUL", b"username=a\0b&client_id=a\0b&token=\0"),
        ("NUL, escaped", b"client_id=a%00b&token=%00"),
        ("a bad escape", b"client_id=%zz&token=%"),
        ("a cut escape", b"client_id=a&token=%4"),
        (
            "everything twice",
            b"client_id=a&client_id=a&token=a&token=a&csrf=a&csrf=b&username=a&username=b&decision=a&decision=b&state=1&state=2",
        ),
        ("_method", b"_method=get&client_id=shop"),
        ("another _method", b"_method=delete&client_id=shop"),
        ("too many", &many),
        ("too large", &huge),
    ];
    let mine = basic("shop", SECRET);
    for path in POSTS {
        for (what, body) in bodies {
            for authorization in [None, Some(mine.as_str()), Some("Bearer \u{ff}"), Some("Basic"), Some("")] {
                let headers: Vec<(&str, &str)> = [FORM].into_iter().chain(authorization.map(|value| ("Authorization", value))).collect();
                let page = world.send(Method::Post, path, &headers, body).await;
                // A logout needs no parameter; a known client is told by redirect.
                let told = page
                    .header("Location")
                    .is_some_and(|to| to.starts_with("/logout/") || to.starts_with("https://shop.example/cb?error="));
                assert!(told || (400..500).contains(&page.status), "{what} at {path}: {}", page.status);
            }
        }
        for kind in [
            "application/json",
            "multipart/form-data; boundary=a",
            "text/html",
            "application/xml",
            "x",
            "",
            "application/x-www-form-urlencoded\u{0}".trim_end_matches('\0'),
        ] {
            let body = br#"{"client_id":"shop","__proto__":{}}"#;
            let page = world.send(Method::Post, path, &[("Content-Type", kind)], body).await;
            // Law: never a 5xx, and never taken for what it isn't.
            let asked = path == "/logout" && page.status == 303 && kind.starts_with("application/x-www");
            assert!(asked || (400..500).contains(&page.status), "{kind} at {path}: {}", page.status);
        }
    }
    let large = world.send(Method::Post, "/token", &[FORM], &huge).await;
    assert_eq!(large.refusal(), (413, "invalid_request".to_owned()));
}

#[rocket::async_test]
async fn asvs_2_2_broken_queries_and_paths_are_refused() {
    let world = World::usual().await;
    let long = format!("state={}", "s".repeat(20_000));
    for path in GETS {
        for query in [
            "%",
            "%zz",
            "a=%ff",
            "client_id=%00",
            "client_id=%c3%28",
            "ui_locales=%ff",
            "a=b&a=c&a=d",
            "&&&===",
            long.as_str(),
            "id_token_hint=..",
            "client_id=shop&redirect_uri=%",
        ] {
            for accept in ["text/html", "application/json", "\u{ff}", ""] {
                let page = world.send(Method::Get, &format!("{path}?{query}"), &[("Accept", accept)], &[]).await;
                assert!(page.status < 500, "{path}?{query}: {}", page.status);
                assert!(
                    page.header("Location").is_none_or(|to| to.starts_with("/login") || to.starts_with("/logout/")),
                    "{path}?{query}: {page:?}"
                );
            }
        }
    }
    for path in [
        "/%",
        "/%00",
        "/%ff",
        "/..%2f..%2fetc/passwd",
        "/static/%2e%2e/x",
        "/interaction/%ff",
        "/interaction/%00/login",
        "/logout/%zz",
        "//evil.example",
        "/\\evil.example",
        "/interaction/a/b/c/d",
        "/%2e%2e/authorize",
    ] {
        let page = world.get(path).await;
        // Law: nothing is found by a trick, and nobody is sent elsewhere.
        assert!(
            (400..500).contains(&page.status) || page.header("Location").is_some_and(|to| to.starts_with("/interaction/")),
            "{path}: {}",
            page.status
        );
    }
}

#[rocket::async_test]
async fn garbage_cookies_are_nobodys() {
    let world = World::usual().await;
    let request = world.app("shop").request();
    let huge = "x".repeat(10_000);
    for value in ["", "\u{72b6}", "a b", "%00%ff", "../..", "' OR 1=1 --", "\"", huge.as_str(), "0", "null"] {
        let mut browser = world.browser();
        for name in ["doorward_session", "doorward_browser", "doorward_known", "doorward_language", "__Host-doorward_session", "other"] {
            browser.jar.set(name, value);
        }
        assert!(browser.get("/account").await.has_form("/login"), "{value}");
        let page = browser.open(&request).await;
        assert_eq!(page.status, 200, "{value}");
        // Law: whoever comes with garbage gets in all the same, by the password.
        assert!(browser.log_in_at(&page, "ada", PASSWORD).await.status < 500, "{value}");
    }
}

#[rocket::async_test]
async fn bytes_that_are_no_request_end_the_connection_and_nothing_else() {
    let server = World::new().client(app("shop")).user("ada").seed(77).listen().await;
    let long = "a".repeat(100_000);
    let many = (0..200).fold(String::new(), |all, n| all + &format!("X-{n}: 1\r\n"));
    let requests: Vec<Vec<u8>> = vec![
        b"GET\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(),
        b"GET /login HTTP/9.9\r\nHost: x\r\n\r\n".to_vec(),
        b"GET /login HTTP/1.1\r\nHost x\r\n\r\n".to_vec(),
        b"GET /log\xffin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /login\0 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET http://evil.example/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"BREW /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /login HTTP/1.1\r\nHost: x\r\nCookie: \xff\xfe=\xff\r\nAccept-Language: \xff\r\nUser-Agent: \xff\r\nConnection: close\r\n\r\n".to_vec(),
        b"GET /login HTTP/1.1\r\nHost: \xff\xff\r\nConnection: close\r\n\r\n".to_vec(),
        b"POST /token HTTP/1.1\r\nHost: x\r\nAuthorization: Basic \xff\xfe\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1\r\nConnection: close\r\n\r\na".to_vec(),
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n".to_vec(),
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab".to_vec(),
        b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST /token HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\n\r\nZZ\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET /authorize?{long}={long} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET /login HTTP/1.1\r\nHost: x\r\nCookie: doorward_session={long}\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET /login HTTP/1.1\r\nHost: x\r\n{many}Connection: close\r\n\r\n").into_bytes(),
        format!("POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{long}", long.len()).into_bytes(),
    ];
    for request in requests {
        let answer = server.exchange(&request).await;
        let shown = String::from_utf8_lossy(&request[..request.len().min(60)]).into_owned();
        let status: u16 = answer.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or_default();
        assert!(answer.is_empty() || status < 500, "{shown}: {}", &answer[..answer.len().min(200)]);
        assert!(!answer.to_ascii_lowercase().contains("location:"), "{shown}: {answer}");
    }
    for cut in [&b""[..], b"\r\n\r\n", b"GET /login HT", b"POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"] {
        let answer = server.hang_up(cut).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    // Law: the next one is served as ever.
    let answer = server.exchange(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{answer}");
    server.stop().await;
}

#[rocket::async_test]
async fn asvs_16_2_a_refused_request_leaves_one_line_with_its_id() {
    let log = Captured::everything();
    let world = World::new().client(app("shop")).user("ada").seed(88).start().await;
    for (method, path, headers, body) in [
        (Method::Get, "/nothing", vec![], &b""[..]),
        (Method::Get, "/account?%zz", vec![], b""),
        (Method::Delete, "/login", vec![], b""),
        (Method::Get, "/static/a/b", vec![], b""),
        (Method::Post, "/login", vec![FORM], b"%zz"),
    ] {
        let page = world.send(method, path, &headers, body).await;
        let id = page.header("X-Request-Id").expect("an id");
        let lines: Vec<String> = log.lines_with(id).into_iter().filter(|line| line.contains("doorward::access")).collect();
        assert_eq!(lines.len(), 1, "{path}: {lines:?}");
        // Law: it says what was asked and what came of it, without the query.
        assert!(lines[0].contains(&format!("status={}", page.status)) && !lines[0].contains("%zz"), "{lines:?}");
    }
}

/// A person or an app's author quotes an id; the operator finds the rule that refused in the same line.
#[rocket::async_test]
async fn asvs_16_2_the_line_of_a_refusal_names_the_rule_beside_the_id() {
    let log = Captured::everything();
    let world = World::new().client(app("shop")).user("ada").seed(89).start().await;
    let redirect = "/authorize?client_id=shop&redirect_uri=https://evil.example/";
    for (method, path, body, check) in [
        (Method::Get, redirect, &b""[..], "RedirectUriExact"),
        (Method::Get, "/authorize?client_id=nobody", b"", "ClientKnown"),
        (Method::Post, "/token", b"grant_type=x", "CredentialsPresent"),
        (Method::Get, "/userinfo", b"", "BearerPresent"),
    ] {
        let page = world.send(method, path, &[FORM], body).await;
        let lines = log.lines_with(page.header("X-Request-Id").expect("an id"));
        // Law: one line, with both.
        assert!(lines.len() == 1 && lines[0].contains(check), "{path}: {lines:?}");
    }
}

/// The canary: a whole story is told with all logs on, and none of its secrets is in them.
#[rocket::async_test]
async fn asvs_16_2_5_no_log_holds_a_secret() {
    let log = Captured::everything();
    let opaque = json!({"access_token_format": "opaque", "token_endpoint_auth_method": "client_secret_post"});
    let service = json!({"resource": API, "grant_types": ["client_credentials"], "redirect_uris": null});
    let world =
        World::new().client(app("shop")).app("opaque", opaque).app("photos", service).api(photos()).user("ada").seed(99).start().await;
    let mut secrets = vec![PASSWORD.to_owned(), SECRET.to_owned(), encode(&[("", SECRET)])[1..].to_owned(), basic("shop", SECRET)];
    let mut browser = world.browser();
    let page = browser.open(&world.app("shop").request()).await;
    let typed = "a password that was mistyped";
    secrets.push(typed.to_owned());
    browser.log_in_at(&page, "ada", typed).await;
    browser.log_in_at(&page, typed, PASSWORD).await;
    for id in ["shop", "opaque"] {
        let client = world.app(id);
        let request =
            client.request().with("scope", "openid offline_access").with("nonce", "a-secret-nonce").with("state", "a-secret-state");
        let code = browser.allow(&request).await.code();
        let given = client.redeem(&code).await;
        let renewed = client.refresh(&given.text("refresh_token")).await;
        let tokens = [&given, &renewed].map(|page| [page.text("access_token"), page.text("refresh_token"), page.text("id_token")]).concat();
        client.userinfo(&tokens[0]).await;
        for token in &tokens {
            client.introspect(token).await;
            world.app("photos").revoke(token).await;
            client.userinfo(token).await;
            client.refresh(token).await;
        }
        client.redeem(&code).await;
        client.revoke(&tokens[1]).await;
        world.get(&format!("/userinfo?access_token={}", tokens[0])).await;
        world.get(&format!("/nothing/{}?x={}", "y", tokens[0])).await;
        client.raw("/token", &[("Authorization", &basic(id, SECRET))], &encode(&[("client_secret", SECRET), ("code", &code)])).await;
        browser.look(&format!("/authorize?client_id=x&code={code}&id_token_hint={}", tokens[2])).await;
        browser.look(&format!("/logout?id_token_hint={}x", tokens[2])).await;
        browser.open(&client.request().with("id_token_hint", &tokens[2]).with("prompt", "login")).await;
        secrets.push(code);
        secrets.extend(tokens);
        secrets.extend(browser.jar.values().filter(|value| value.len() > 20).map(str::to_owned));
    }
    let account = browser.get("/account").await;
    let token = account.forms()[0].value("csrf").expect("a token").to_owned();
    browser
        .post("/login", &encode(&[("csrf", &token), ("username", "ada"), ("password", PASSWORD)]), &[("Origin", "https://evil.example")])
        .await;
    browser.submit(account.form("/account/apps/shop/revoke")).await;
    secrets.push(token);
    secrets.push(world.get("/jwks.json").await.json()["keys"][0]["kid"].as_str().map_or_else(String::new, |_| "PRIVATE KEY".to_owned()));
    let text = log.text();
    assert!(
        text.contains("logged in")
            && text.contains("login failed")
            && text.contains("code reused")
            && text.contains("refresh token reused"),
        "{text}"
    );
    for secret in secrets {
        assert!(secret.len() > 8);
        // Law: who reads the logs can do nothing with them.
        assert!(!text.contains(&secret), "{secret} is in the log: {:?}", log.lines_with(&secret));
    }
}
