//! `/learn/app`, as a browser sees it: whose app it is, what may be registered, and where the page isn't.
#![cfg(feature = "demo")]
#![allow(clippy::expect_used, missing_docs)]

mod workshop;

use doorward_testkit::{Browser, Page, World};
use std::fs;
use std::path::Path;
use workshop::demo;

const USUAL: &str = "http://localhost:8080";

async fn register(browser: &mut Browser<'_>, origin: &str) -> Page {
    let page = browser.get("/learn/app").await;
    browser.submit(page.form("/learn/app").with("origin", origin)).await
}

/// What stands in the element of that id.
fn told(page: &Page, id: &str) -> Option<String> {
    let rest = page.body.split_once(&format!("id=\"{id}\">"))?.1;
    let text = rest.split_once("</code>")?.0.replace("<bdi>", "").replace("</bdi>", "").replace("&#x2F;", "/");
    Some(text.trim().to_owned())
}

#[rocket::async_test]
async fn outside_of_the_demo_there_is_no_such_page_and_nobody_who_plays() {
    let world = World::new().user("ada").start().await;
    let mut browser = world.browser();
    assert_eq!(browser.get("/learn/app").await.status, 404);
    for path in ["/learn/app", "/learn/app/check"] {
        let page = browser.post(path, "origin=http://localhost:8080&through=6", &[]).await;
        // Law: no server for people makes requests at a visitor's wish.
        assert!(matches!(page.status, 404 | 405), "{path}: {}", page.status);
    }
}

#[rocket::async_test]
async fn an_app_is_registered_once_shown_once_and_kept() {
    let world = demo().await;
    let mut browser = world.browser();
    assert!(browser.get("/learn/app").await.body.contains(&USUAL.replace('/', "&#x2F;")), "what most will choose stands there");
    let page = register(&mut browser, USUAL).await;
    let (id, secret) = (told(&page, "client-id").expect("an id"), told(&page, "client-secret").expect("a secret"));
    assert_eq!(told(&page, "redirect-uri").as_deref(), Some("http://localhost:8080/callback"));
    let lines = told(&page, "environment").expect("lines");
    let expected = format!(
        "export DOORWARD_ISSUER=http://127.0.0.1:8000\nexport CLIENT_ID={id}\nexport CLIENT_SECRET={secret}\nexport PHOTOS=http://127.0.0.1:8002/"
    );
    assert_eq!(lines, expected);
    let later = browser.get("/learn/app").await;
    assert_eq!(told(&later, "client-id"), Some(id.clone()));
    assert!(!later.body.contains(&secret), "it was shown once");
    let again = register(&mut browser, "http://127.0.0.1:3000").await;
    assert_eq!(told(&again, "client-id"), Some(id), "the name stays");
    assert_ne!(told(&again, "client-secret"), Some(secret), "the secret doesn't");
    // Law: what is registered last counts, with all that the app has to be told.
    let lines = told(&again, "environment").expect("lines");
    assert!(lines.ends_with("export ROCKET_PORT=3000\nexport APP_URL=http://127.0.0.1:3000"), "{lines}");
}

#[rocket::async_test]
async fn somebody_elses_app_is_not_shown() {
    let world = demo().await;
    let (mut mine, mut theirs) = (world.browser(), world.browser());
    let id = told(&register(&mut mine, USUAL).await, "client-id").expect("an id");
    let page = theirs.get("/learn/app").await;
    assert!(told(&page, "client-id").is_none() && !page.body.contains(&id));
    let check = page.form("/learn/app/check").and("through", "1");
    let answered = theirs.submit(check).await;
    // Law: who registered nothing has nothing to check.
    assert!(answered.body.contains("id=\"notice\"") && !answered.body.contains("id=\"outcome\""));
}

#[rocket::async_test]
async fn nothing_but_the_loopback_is_registered_and_no_port_of_the_demo() {
    let world = demo().await;
    let mut browser = world.browser();
    for origin in [
        "",
        "http://localhost:8000",
        "http://127.0.0.1:8007",
        "https://localhost:8080",
        "http://app.example:8080",
        "http://169.254.169.254:8080",
        "http://localhost:8080@evil.example",
        "http://localhost:8080/app",
        "javascript:alert(1)",
        "<script>alert(1)</script>",
    ] {
        let page = register(&mut browser, origin).await;
        assert_eq!(page.status, 400, "{origin}");
        assert!(page.body.contains("role=\"alert\"") && !page.body.contains("<script"), "{origin}");
        // Law: nothing is made of it.
        assert!(told(&page, "client-id").is_none(), "{origin}");
    }
    let page = register(&mut browser, "http://[::1]:8080").await;
    assert_eq!(told(&page, "redirect-uri").as_deref(), Some("http://[::1]:8080/callback"));
}

#[rocket::async_test]
async fn no_other_site_registers_or_checks_anything() {
    let world = demo().await;
    let mut browser = world.browser();
    register(&mut browser, USUAL).await;
    for (path, body) in [("/learn/app", "origin=http://localhost:9999"), ("/learn/app/check", "through=6")] {
        for csrf in ["", "&csrf=", "&csrf=guessed"] {
            assert_eq!(browser.post(path, &format!("{body}{csrf}"), &[]).await.status, 403, "{path}");
        }
        let token = browser.get("/learn/app").await.form("/learn/app").value("csrf").expect("a token").to_owned();
        let page = browser.post_from("https://evil.example", path, &format!("{body}&csrf={token}")).await;
        assert_eq!(page.status, 403, "{path}");
    }
    // Law: the registration is what it was.
    let page = browser.get("/learn/app").await;
    assert_eq!(told(&page, "redirect-uri").as_deref(), Some("http://localhost:8080/callback"));
    assert!(!page.body.contains("id=\"outcome\""));
}

#[rocket::async_test]
async fn the_page_speaks_chinese_and_offers_every_step() {
    let world = demo().await;
    let mut browser = world.browser();
    register(&mut browser, USUAL).await;
    let page = browser.get("/learn/app?ui_locales=zh-CN").await;
    assert!(page.body.contains("检查我的应用"));
    assert_eq!(page.body.matches("aria-current=\"page\"").count(), 1);
    for through in ["1", "2", "3", "4", "5", "6", "all"] {
        // Law: the tutorial's tasks and their buttons meet here.
        assert!(page.body.contains(&format!("name=\"through\" value=\"{through}\"")), "{through}");
    }
}

#[test]
fn nothing_but_the_demo_opens_the_workshop_or_makes_its_person() {
    fn callers(folder: &Path, word: &str, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                callers(&path, word, found);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains(word)) {
                found.push(path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("inside").display().to_string());
            }
        }
    }
    for word in ["setup.open_workshop(", "checker::workshop("] {
        let mut found = Vec::new();
        callers(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), word, &mut found);
        // Law: one caller, which `serve` asks with `--demo` alone.
        assert_eq!(found, ["src/cli/demo.rs"], "{word}");
    }
}
