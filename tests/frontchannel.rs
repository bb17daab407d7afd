//! Front-Channel Logout 1.0: apps that are told through the browser, and what the pages of a logout say of all apps.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{Browser, Page, World, app, claims, each_backend, encode};
use serde_json::json;

/// `shop` is told by a frame, `mail` by the server, `notes` by nobody.
fn three_apps() -> doorward_testkit::Builder {
    World::new()
        .app("shop", json!({"frontchannel_logout_uri": "https://shop.example/out?tenant=1", "frontchannel_logout_session_required": true}))
        .app("mail", json!({"backchannel_logout_uri": "https://mail.example/told"}))
        .client(app("notes"))
        .user("ada")
}

/// Logs in at an app; what its code gave.
async fn join(world: &World, browser: &mut Browser<'_>, app: &str, scope: &str) -> Page {
    let app = world.app(app);
    let code = browser.allow(&app.request().with("scope", scope)).await.code();
    app.redeem(&code).await
}

/// The addresses of the frames of a page, as a browser reads them.
fn frames(page: &Page) -> Vec<String> {
    let sources = page.body.split("<iframe src=\"").skip(1).filter_map(|rest| rest.split('"').next());
    sources.map(|source| source.replace("&#x2F;", "/").replace("&amp;", "&")).collect()
}

/// A directive of the page's policy.
fn directive<'p>(page: &'p Page, name: &str) -> Option<&'p str> {
    let policy = page.header("Content-Security-Policy").expect("a policy");
    policy.split("; ").find_map(|directive| directive.strip_prefix(name)?.strip_prefix(' '))
}

fn logout(pairs: &[(&str, &str)]) -> String {
    format!("/logout?{}", encode(pairs))
}

each_backend! {
    async fn frontchannel_3_the_page_shows_one_frame_for_each_app_with_iss_and_sid_and_goes_on_by_itself(backend: Backend) {
        let world = three_apps().on(backend).start().await;
        let mut browser = world.browser();
        let tokens = join(&world, &mut browser, "shop", "openid").await;
        join(&world, &mut browser, "shop", "openid").await;
        join(&world, &mut browser, "mail", "openid").await;
        let hint = tokens.text("id_token");
        let sid = claims(&hint)["sid"].as_str().expect("a sid").to_owned();
        let bye = ("post_logout_redirect_uri", "https://shop.example/bye");
        let page = browser.look(&logout(&[("id_token_hint", &hint), bye, ("state", "a&b")])).await;
        assert_eq!((page.status, page.header("Location")), (200, None));
        // §3: the registered query stays, iss and sid come after it.
        assert_eq!(frames(&page), [format!("https://shop.example/out?tenant=1&iss=http%3A%2F%2F127.0.0.1%3A8000&sid={sid}")]);
        assert_eq!(directive(&page, "frame-src"), Some("https://shop.example"));
        assert_eq!(page.header("Refresh"), Some("3; url=https://shop.example/bye?state=a%26b"));
        assert!(page.links().iter().any(|link| link == "https://shop.example/bye?state=a%26b"), "{:?}", page.links());
        assert!(page.body.contains("App shop") && page.body.contains("App mail") && !page.body.contains("App notes"));
        assert!(!page.body.contains("<script"));
        assert_eq!(browser.jar.get("session"), None);
        // Law: a frame is shown where the session ended, and nowhere later.
        assert_eq!(frames(&browser.get("/logged-out").await), Vec::<String>::new());
    }
}

#[rocket::async_test]
async fn without_frames_an_app_is_gone_back_to_at_once() {
    let world = three_apps().start().await;
    let mut browser = world.browser();
    let tokens = join(&world, &mut browser, "mail", "openid").await;
    let pairs = [("id_token_hint", tokens.text("id_token")), ("post_logout_redirect_uri", "https://mail.example/bye".to_owned())];
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // Law: nobody waits for what needs no waiting.
    assert_eq!(browser.look(&logout(&pairs)).await.location(), "https://mail.example/bye");
}

#[rocket::async_test]
async fn the_page_that_asks_names_the_apps_and_the_page_after_it_says_how_each_is_told() {
    let world = three_apps().start().await;
    let (mut browser, mut other) = (world.browser(), world.browser());
    for name in ["shop", "mail", "notes"] {
        join(&world, &mut browser, name, "openid").await;
    }
    join(&world, &mut other, "mail", "openid").await;
    let asked = browser.get("/logout").await;
    for name in ["App shop", "App mail", "App notes"] {
        assert!(asked.body.contains(name), "{name}");
    }
    assert!(!other.get("/logout").await.body.contains("App notes"));
    assert!(frames(&asked).is_empty() && directive(&asked, "frame-src").is_none());
    let done = browser.submit(asked.form(&asked.path).press("decision", "logout")).await;
    assert_eq!((done.status, done.header("Refresh"), frames(&done).len()), (200, None, 1));
    let says = |name: &str| {
        let item = done.body.split("<li>").find(|item| item.contains(name)).unwrap_or_default();
        item.split("</li>").next().unwrap_or_default().to_owned()
    };
    assert!(says("App shop").contains("is being told") && says("App mail").contains("is being told"));
    // Its access token lives ten minutes from 08:00.
    assert!(says("App notes").contains("15 January 2027, 08:10 UTC"), "{}", says("App notes"));
    // Law: a second logout has nobody to tell.
    let again = browser.get("/logout").await;
    assert!(frames(&again).is_empty() && !again.body.contains("App shop"));
}

#[rocket::async_test]
async fn what_was_given_for_longer_is_not_said_to_end() {
    let world = three_apps().start().await;
    let mut browser = world.browser();
    join(&world, &mut browser, "notes", "openid offline_access").await;
    browser.language = Some("zh-CN".to_owned());
    let asked = browser.get("/logout").await;
    assert!(asked.body.contains("你已登录的应用"));
    let done = browser.submit(asked.form(&asked.path).press("decision", "logout")).await;
    // Law: no promise that nobody keeps.
    assert!(done.body.contains("请在该应用中也退出登录") && !done.body.contains("自行失效"), "{}", done.body);
}

#[rocket::async_test]
async fn everywhere_frames_reach_this_browser_and_servers_are_told_of_the_others() {
    let world = three_apps().start().await;
    let (mut browser, mut phone) = (world.browser(), world.browser());
    join(&world, &mut phone, "shop", "openid").await;
    join(&world, &mut phone, "mail", "openid").await;
    join(&world, &mut browser, "notes", "openid").await;
    let asked = browser.get("/logout").await;
    let done = browser.submit(asked.form(&asked.path).tick("everywhere", "true").press("decision", "logout")).await;
    assert!(frames(&done).is_empty() && directive(&done, "frame-src").is_none());
    let shop = done.body.split("<li>").find(|item| item.contains("App shop")).expect("the shop");
    // Law: a frame here can't end what another browser holds, and the page doesn't say it does.
    assert!(!shop.contains("is being told") && done.body.contains("App mail"), "{shop}");
}

#[rocket::async_test]
async fn ending_the_session_in_use_at_the_account_page_shows_the_frames_as_well() {
    let world = three_apps().start().await;
    let mut browser = world.browser();
    join(&world, &mut browser, "shop", "openid").await;
    let account = browser.get("/account").await;
    let form = account.forms().into_iter().find(|form| form.action.contains("/account/sessions/")).expect("this session");
    let done = browser.submit(form).await;
    assert_eq!((done.status, frames(&done).len(), browser.jar.get("session")), (200, 1, None));
    // Law: whichever button it was.
    assert_eq!(directive(&done, "frame-src"), Some("https://shop.example"));
}

#[rocket::async_test]
async fn a_hostile_registration_can_put_nothing_else_into_page_or_policy() {
    let name = "<script>alert(1)</script>\"; frame-src *";
    let uri = "https://shop.example/out?a=\"><script>;frame-src%20*";
    let changes = json!({"client_name": name, "frontchannel_logout_uri": uri});
    let world = World::new().app("shop", changes).user("ada").start().await;
    let mut browser = world.browser();
    join(&world, &mut browser, "shop", "openid").await;
    let asked = browser.get("/logout").await;
    let done = browser.submit(asked.form(&asked.path).press("decision", "logout")).await;
    assert!(!asked.body.contains("<script") && !done.body.contains("<script"), "{}", done.body);
    assert_eq!(frames(&done).len(), 1);
    // Law: the policy is made of the origin alone.
    assert_eq!(directive(&done, "frame-src"), Some("https://shop.example"));
}

#[rocket::async_test]
async fn frontchannel_2_1_discovery_says_so() {
    let world = three_apps().start().await;
    let document = world.get("/.well-known/openid-configuration").await.json();
    // Law: each with the session's sid.
    assert_eq!(
        (&document["frontchannel_logout_supported"], &document["frontchannel_logout_session_supported"]),
        (&json!(true), &json!(true))
    );
}
