//! Logging out: OpenID Connect RP-Initiated Logout 1.0, and the person's own wish.
#![allow(clippy::expect_used, missing_docs)]

use doorward_testkit::{App, Browser, Page, World, app, each_backend, encode};

/// What a login gave: the browser, and the tokens.
async fn logged_in<'w>(world: &'w World, app: &App<'_>, scope: &str) -> (Browser<'w>, Page) {
    let mut browser = world.browser();
    let code = browser.allow(&app.request().with("scope", scope)).await.code();
    (browser, app.redeem(&code).await)
}

async fn two_apps() -> World {
    World::new().client(app("shop")).client(app("mail")).user("ada").start().await
}

async fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.get("/account").await.path.ends_with("/account")
}

fn request(pairs: &[(&str, &str)]) -> String {
    format!("/logout?{}", encode(pairs))
}

each_backend! {
    async fn rp_logout_2_an_app_that_proves_itself_logs_out_without_a_question(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let (mut browser, page) = logged_in(&world, &world.app("shop"), "openid").await;
        let hint = page.text("id_token");
        let state = "a b+&=%\u{72b6}";
        let path = request(&[("id_token_hint", &hint), ("post_logout_redirect_uri", "https://shop.example/bye"), ("state", state)]);
        // The hint is good long after its end.
        world.clock.advance(3 * 3600);
        let old = browser.clone();
        let left = browser.look(&path).await;
        let landing = left.landing();
        assert_eq!((landing.get("state"), landing.address.starts_with("https://shop.example/bye?state=")), (Some(state), true));
        assert_eq!(browser.jar.get("session"), None);
        let mut old = old;
        // Law: it ended at the server, whoever kept the cookie.
        assert!(!is_in(&mut old).await);
    }
}

#[rocket::async_test]
async fn rp_logout_2_without_proof_the_person_is_asked() {
    let world = two_apps().await;
    let shop = world.app("shop");
    let (_, elsewhere) = logged_in(&world, &shop, "openid").await;
    let (mut browser, page) = logged_in(&world, &shop, "openid").await;
    for path in [
        "/logout".to_owned(),
        request(&[("client_id", "shop")]),
        request(&[("client_id", "shop"), ("post_logout_redirect_uri", "https://shop.example/bye")]),
        // A hint of another session of the same person proves nothing about this one.
        request(&[("id_token_hint", &elsewhere.text("id_token"))]),
    ] {
        let asked = browser.get(&path).await;
        assert!(asked.path.starts_with("/logout/") && asked.status == 200, "{path}: {}", asked.title());
        assert!(is_in(&mut browser).await, "{path}");
        let stays = browser.submit(asked.form(&asked.path).press("decision", "stay")).await;
        assert!(stays.left() || stays.path == "/account", "{}", stays.title());
        assert!(is_in(&mut browser).await, "{path}");
    }
    let asked =
        browser.get(&request(&[("client_id", "shop"), ("post_logout_redirect_uri", "https://shop.example/bye"), ("state", "s")])).await;
    assert!(asked.body.contains("App shop"));
    assert_eq!(browser.submit(asked.form(&asked.path).press("decision", "logout")).await.location(), "https://shop.example/bye?state=s");
    assert!(!is_in(&mut browser).await);
    // Law: who is not logged in is not asked.
    assert_eq!(browser.get("/logout").await.status, 200);
    assert_eq!(world.app("shop").userinfo(&page.text("access_token")).await.status, 401);
}

#[rocket::async_test]
async fn rp_logout_4_never_redirects_to_what_is_not_registered_for_that_app() {
    let world = two_apps().await;
    let (mut browser, page) = logged_in(&world, &world.app("shop"), "openid").await;
    let hint = page.text("id_token");
    let (hint, access) = (hint.as_str(), page.text("access_token"));
    let bye = ("post_logout_redirect_uri", "https://shop.example/bye");
    for (what, pairs) in [
        ("a stranger's address", vec![("id_token_hint", hint), ("post_logout_redirect_uri", "https://evil.example/")]),
        ("another app's", vec![("id_token_hint", hint), ("post_logout_redirect_uri", "https://mail.example/bye")]),
        ("the address for codes", vec![("id_token_hint", hint), ("post_logout_redirect_uri", "https://shop.example/cb")]),
        ("a longer one", vec![("id_token_hint", hint), ("post_logout_redirect_uri", "https://shop.example/bye/")]),
        ("no app", vec![bye]),
        ("another app", vec![("id_token_hint", hint), ("client_id", "mail"), bye]),
        ("an unknown app", vec![("client_id", "nobody"), bye]),
        ("a garbage hint", vec![("id_token_hint", "garbage"), bye]),
        ("a cut hint", vec![("id_token_hint", &hint[..hint.len() - 3]), bye]),
        ("an access token as hint", vec![("id_token_hint", access.as_str()), bye]),
        ("the address twice", vec![("id_token_hint", hint), bye, bye]),
        ("the state twice", vec![("id_token_hint", hint), bye, ("state", "1"), ("state", "2")]),
    ] {
        let refused = browser.look(&request(&pairs)).await;
        assert_eq!((refused.status, refused.header("Location"), refused.is_html()), (400, None, true), "{what}");
        let posted = browser.post("/logout", &encode(&pairs), &[]).await;
        assert_eq!((posted.status, posted.header("Location")), (400, None), "{what}");
    }
    // Law: and nobody was logged out by it.
    assert!(is_in(&mut browser).await);
}

#[rocket::async_test]
async fn a_logout_posted_from_another_site_is_asked_at_our_own_page() {
    let world = two_apps().await;
    let (mut browser, page) = logged_in(&world, &world.app("shop"), "openid").await;
    let asked = browser.post_from("https://evil.example", "/logout", "").await;
    assert!(asked.has_form(&asked.path), "{}", asked.title());
    assert!(is_in(&mut browser).await);
    // Somebody else can't answer for her.
    let mut eve = world.browser();
    assert_eq!(eve.get(&asked.path).await.status, 410);
    let body = encode(&[("id_token_hint", &page.text("id_token")), ("post_logout_redirect_uri", "https://shop.example/bye")]);
    let left = browser.post_from("https://shop.example", "/logout", &body).await;
    // Law: with the session's own hint the app need not ask.
    assert_eq!(left.location(), "https://shop.example/bye");
    assert!(!is_in(&mut browser).await);
}

#[rocket::async_test]
async fn the_form_of_the_logout_page_is_proven_and_used_by_its_browser_only() {
    let world = two_apps().await;
    let (mut browser, _) = logged_in(&world, &world.app("shop"), "openid").await;
    let (mut other, _) = logged_in(&world, &world.app("shop"), "openid").await;
    let asked = browser.get("/logout").await;
    let form = asked.form(&asked.path).press("decision", "logout");
    for form in [form.clone().without("csrf"), form.clone().with("csrf", "x")] {
        assert_eq!(browser.submit(form).await.status, 403);
    }
    assert_eq!(other.submit(form.clone()).await.status, 403);
    let token = other.get("/account").await.forms()[0].value("csrf").expect("a token").to_owned();
    assert_eq!(other.submit(form.clone().with("csrf", &token)).await.status, 410);
    assert!(is_in(&mut browser).await && is_in(&mut other).await);
    world.clock.advance(3601);
    assert_eq!(browser.submit(form).await.status, 410);
    // Law: after an hour it is asked anew.
    assert!(is_in(&mut browser).await);
}

each_backend! {
    async fn logging_out_everywhere_ends_all_sessions_and_what_they_gave_but_offline_access(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let shop = world.app("shop");
        let (mut phone, on_phone) = logged_in(&world, &shop, "openid").await;
        let (_, offline) = logged_in(&world, &shop, "openid offline_access").await;
        let (mut browser, here) = logged_in(&world, &shop, "openid").await;
        let asked = browser.get("/logout").await;
        browser.submit(asked.form(&asked.path).press("decision", "logout")).await;
        assert!(!is_in(&mut browser).await && is_in(&mut phone).await);
        assert_eq!(shop.userinfo(&here.text("access_token")).await.status, 401);
        assert_eq!(shop.userinfo(&on_phone.text("access_token")).await.status, 200);
        browser.log_in("ada").await;
        let asked = browser.get("/logout").await;
        let form = asked.form(&asked.path).tick("everywhere", "true").press("decision", "logout");
        assert_eq!(browser.submit(form).await.status, 200);
        assert!(!is_in(&mut browser).await && !is_in(&mut phone).await);
        assert_eq!(shop.userinfo(&on_phone.text("access_token")).await.status, 401);
        // Law: what the person gave for longer stays, until it is taken away at the account page.
        let renewed = shop.refresh(&offline.text("refresh_token")).await;
        assert_eq!(renewed.status, 200);
        browser.log_in("ada").await;
        let account = browser.get("/account").await;
        browser.submit(account.form("/account/apps/shop/revoke")).await;
        assert_eq!(shop.refresh(&renewed.text("refresh_token")).await.refusal(), (400, "invalid_grant".to_owned()));
        assert!(browser.open(&shop.request()).await.has_form("/consent"));
    }
}

#[rocket::async_test]
async fn sessions_are_ended_one_by_one_at_the_account_page_by_their_person_only() {
    let world = World::new().client(app("shop")).user("ada").user("eve").start().await;
    let (mut phone, mut here, mut eve) = (world.browser(), world.browser(), world.browser());
    phone.log_in("ada").await;
    here.log_in("ada").await;
    eve.log_in("eve").await;
    let account = here.get("/account").await;
    let of_phone = account.forms().into_iter().find(|form| {
        form.action.contains("/account/sessions/") && !form.action.contains("others") && !phone_is_current(&account, &form.action)
    });
    let of_phone = of_phone.expect("the phone's session");
    let token = eve.get("/account").await.forms()[0].value("csrf").expect("a token").to_owned();
    eve.submit(of_phone.clone().with("csrf", &token)).await;
    assert!(is_in(&mut phone).await);
    here.submit(of_phone).await;
    assert!(!is_in(&mut phone).await && is_in(&mut here).await);
    phone.log_in("ada").await;
    let account = here.get("/account").await;
    here.submit(account.form("/account/sessions/others/end")).await;
    assert!(!is_in(&mut phone).await && is_in(&mut here).await);
    // Law: ending the one in use is logging out.
    let account = here.get("/account").await;
    let ended = here.submit(account.forms().into_iter().find(|form| form.action.contains("/sessions/")).expect("this session")).await;
    assert!(ended.status == 200 && ended.title().starts_with("You’re signed out"), "{}", ended.title());
    assert!(!is_in(&mut here).await && is_in(&mut eve).await);
}

/// Whether a session's form stands in the row that says it is this browser.
fn phone_is_current(account: &Page, action: &str) -> bool {
    account.body.split("<li class=\"row\">").any(|row| row.contains(action) && row.contains("tag good"))
}
