//! What keeps a device's code from being answered by the wrong one, or too late.

use super::*;

#[rocket::async_test]
async fn a_code_is_one_browsers_and_its_page_opens_in_no_other() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    let (mut mine, mut other) = (world.browser(), world.browser());
    let page = asked(&mut mine, "ada", &device.code).await;
    other.log_in("bob").await;
    assert_wrong(&enter(&mut other, &device.code).await);
    let foreign = other.get(&page.path).await;
    assert_eq!(foreign.status, 403, "{}", foreign.title());
    assert!(!foreign.body.contains("Living room") && !foreign.body.contains(&device.code));
    let own = other.get("/device").await.form("/device");
    let token = own.fields.iter().find(|(name, _)| name == "csrf").map(|(_, value)| value.clone()).expect("a token");
    for decision in ["allow", "deny"] {
        other.submit(page.form("/consent").with("csrf", &token).press("decision", decision)).await;
    }
    assert_eq!(device.error().await, "authorization_pending");
    // Law: its own browser may come back to it by entering it again.
    assert_eq!(enter(&mut mine, &device.code).await.path, page.path);
}

#[rocket::async_test]
async fn a_form_without_this_browsers_token_does_nothing() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    let mut browser = world.browser();
    let page = asked(&mut browser, "ada", &device.code).await;
    let consent = page.form("/consent").press("decision", "allow");
    let own = [("Origin", "http://127.0.0.1:8000")];
    assert_eq!(browser.submit(consent.clone().without("csrf")).await.status, 403);
    assert_eq!(browser.submit(consent.clone().with("csrf", "wrong")).await.status, 403);
    assert_eq!(browser.post(&consent.action, &consent.body(), &[("Origin", "https://evil.example")]).await.status, 403);
    assert_eq!(browser.post_from("https://evil.example", &consent.action, &consent.body()).await.status, 403);
    let code = format!("user_code={}", device.code);
    assert_eq!(browser.post("/device", &code, &own).await.status, 403);
    assert_eq!(browser.post_from("https://evil.example", "/device", &code).await.status, 403);
    assert_eq!(browser.look(&format!("{}?decision=allow", consent.action)).await.status, 303);
    // Law: nothing is answered but by the person's own form.
    assert_eq!(device.error().await, "authorization_pending");
}

#[rocket::async_test]
async fn an_old_login_has_to_be_proven_again_before_the_question() {
    let world = world().await;
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let soon = Device::ask(&world, "tv", "openid").await;
    assert!(enter(&mut browser, &soon.code).await.has_form("/consent"), "a login of just now is enough");
    world.clock.advance(601);
    let device = Device::ask(&world, "tv", "openid").await;
    let page = enter(&mut browser, &device.code).await;
    assert!(page.has_form("/login") && page.body.contains("value=\"ada\""), "{}", page.title());
    let unproven = format!("{}/consent", page.path);
    let token = page.form("/login").fields.into_iter().find(|(name, _)| name == "csrf").expect("a token").1;
    browser.post(&unproven, &format!("csrf={token}&decision=allow"), &[("Origin", "http://127.0.0.1:8000")]).await;
    assert_eq!(device.error().await, "authorization_pending");
    let wrong = browser.log_in_at(&page, "ada", "not the password").await;
    assert_eq!(wrong.status, 401);
    let page = browser.log_in_at(&wrong, "ada", PASSWORD).await;
    // Law: and a person who reads slowly is not asked a second time.
    world.clock.advance(590);
    let done = browser.submit(page.form("/consent").press("decision", "allow")).await;
    assert!(done.title().contains("connected"), "{}", done.title());
}

#[rocket::async_test]
async fn what_was_allowed_at_the_last_moment_can_still_be_fetched() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    let mut browser = world.browser();
    let page = asked(&mut browser, "ada", &device.code).await;
    world.clock.advance(599);
    browser.submit(page.form("/consent").press("decision", "allow")).await;
    world.clock.advance(30);
    assert_eq!(device.poll().await.status, 200);
    let late = Device::ask(&world, "tv", "openid").await;
    let page = asked(&mut browser, "ada", &late.code).await;
    world.clock.advance(600);
    let gone = browser.submit(page.form("/consent").press("decision", "allow")).await;
    // Law: an expired code can't be allowed.
    assert_eq!((gone.status, late.error().await), (410, "expired_token".to_owned()));
}

#[rocket::async_test]
async fn whoever_is_disabled_or_gone_gets_a_device_nothing() {
    let world = world().await;
    let (before, during, deleted) =
        (Device::ask(&world, "tv", "openid").await, Device::ask(&world, "tv", "openid").await, Device::ask(&world, "tv", "openid").await);
    let (mut ada, mut bob) = (world.browser(), world.browser());
    allow(&mut ada, &before.code).await;
    let page = asked(&mut ada, "ada", &during.code).await;
    let question = asked(&mut bob, "bob", &deleted.code).await;
    bob.submit(question.form("/consent").press("decision", "allow")).await;
    world.disable("ada", true).await;
    world.delete("bob").await;
    let page = ada.submit(page.form("/consent").press("decision", "allow")).await;
    assert!(page.has_form("/login"), "{}", page.title());
    assert_eq!(before.error().await, "invalid_grant");
    assert_eq!(deleted.error().await, "invalid_grant");
    // Law: the code of a person who could not answer still waits.
    assert_eq!(during.error().await, "authorization_pending");
}

#[rocket::async_test]
async fn a_client_deleted_or_narrowed_meanwhile_gets_nothing_or_less() {
    let world = world().await;
    let (open, allowed) = (Device::ask(&world, "tv", "openid").await, Device::ask(&world, "tv", "openid").await);
    let mut browser = world.browser();
    allow(&mut browser, &allowed.code).await;
    let page = asked(&mut browser, "ada", &open.code).await;
    let id = doorward_protocol::values::ClientId::new("tv");
    assert!(world.change(move |conn| doorward::store::clients::delete(conn, &id)).await, "to delete the client");
    let gone = browser.submit(page.form("/consent").press("decision", "allow")).await;
    assert_eq!(gone.status, 410, "{}", gone.title());
    for device in [open, allowed] {
        assert_eq!(device.poll().await.refusal(), (401, "invalid_client".to_owned()));
    }
}

#[rocket::async_test]
async fn logging_out_ends_what_a_device_got_without_offline_access() {
    let world = world().await;
    let mut browser = world.browser();
    let (here, away) = (Device::ask(&world, "tv", "openid").await, Device::ask(&world, "tv", "openid offline_access").await);
    allow(&mut browser, &here.code).await;
    allow(&mut browser, &away.code).await;
    let (here, away) = (here.poll().await, away.poll().await);
    let account = browser.get("/account").await;
    assert!(account.body.contains("Living room"), "the device's app stands on the account page");
    let page = browser.get("/logout").await;
    browser.submit(page.form(&page.path.clone()).press("decision", "logout")).await;
    let tv = world.app("tv");
    assert_eq!(tv.refresh(&here.text("refresh_token")).await.text("error"), "invalid_grant");
    // Law: what a device is to keep is asked for by name.
    assert_eq!(tv.refresh(&away.text("refresh_token")).await.status, 200);
}

#[rocket::async_test]
async fn rfc_8628_5_1_guesses_are_throttled_by_browser_account_and_network() {
    let world = world().await;
    let device = Device::ask(&world, "tv", "openid").await;
    let mut browser = world.browser();
    for _ in 0..5 {
        assert_wrong(&enter(&mut browser, "BBBB-BBBB").await);
    }
    let page = enter(&mut browser, &device.code).await;
    assert_eq!((page.status, page.header("Retry-After")), (429, Some("2")), "the right one, too, has to wait");
    let mut ada = world.browser();
    ada.log_in("ada").await;
    for guess in 0..5 {
        // A new nonce each time: the account is counted all the same.
        ada.jar.forget("doorward_browser");
        assert_wrong(&enter(&mut ada, if guess % 2 == 0 { "nonsense" } else { "CCCC-CCCC" }).await);
    }
    ada.jar.forget("doorward_browser");
    assert_eq!(enter(&mut ada, "DDDD-DDDD").await.status, 429);
    for _ in 0..8 {
        assert_wrong(&enter(&mut world.browser(), "FFFF-FFFF").await);
    }
    assert_eq!(enter(&mut world.browser(), &device.code).await.status, 429, "a network without cookies");
    let mut elsewhere = world.browser();
    elsewhere.from = SocketAddr::from(([203, 0, 113, 9], 4_000));
    // Law: the owner elsewhere isn't locked out.
    assert!(enter(&mut elsewhere, &device.code).await.has_form("/login"));
}

#[rocket::async_test]
async fn rfc_8628_5_1_a_right_code_forgives_no_wrong_ones() {
    let world = world().await;
    let mut browser = world.browser();
    for _ in 0..5 {
        assert_wrong(&enter(&mut browser, "BBBB-BBBB").await);
        let own = Device::ask(&world, "tv", "openid").await;
        let page = enter(&mut browser, &own.code).await;
        assert!(page.has_form("/login") || page.status == 429, "{}", page.title());
    }
    // Law: codes of the attacker's own device buy no further guesses.
    assert_eq!(enter(&mut browser, "BBBB-BBBB").await.status, 429);
}

#[rocket::async_test]
async fn rfc_10027_6_1_11_codes_for_public_clients_are_not_given_without_end() {
    let world = world().await;
    let tv = world.app("tv");
    for _ in 0..60 {
        assert_eq!(tv.post("/device_authorization", &[("scope", "openid")]).await.status, 200);
    }
    let page = tv.post("/device_authorization", &[("scope", "openid")]).await;
    assert_eq!(page.refusal(), (503, "temporarily_unavailable".to_owned()));
    assert_eq!(world.app("gateway").post("/device_authorization", &[("scope", "openid")]).await.status, 200);
    world.clock.advance(60);
    // Law: it passes.
    assert_eq!(tv.post("/device_authorization", &[("scope", "openid")]).await.status, 200);
}

#[rocket::async_test]
async fn the_pages_speak_chinese_and_live_below_an_issuers_path() {
    let world = builder().issuer("http://127.0.0.1:8000/tenant").set("DEVICE_CODE_LIFETIME", "2m").start().await;
    let answer = world.app("tv").post("/device_authorization", &[("scope", "openid")]).await.json();
    assert_eq!((&answer["verification_uri"], &answer["expires_in"]), (&json!("http://127.0.0.1:8000/tenant/device"), &json!(120)));
    let mut browser = world.browser();
    browser.language = Some("zh-CN".to_owned());
    let page = browser.get("/tenant/device").await;
    assert!(page.title().contains("连接设备"), "{}", page.title());
    let page = browser.submit(page.form("/device").with("user_code", answer["user_code"].as_str().expect("a code"))).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    assert!(page.path.starts_with("/tenant/device/") && page.body.contains("眼前的设备"), "{}", page.title());
    let english = browser.get(&format!("{}?ui_locales=en", page.path)).await;
    assert!(english.title().contains("on your device"), "{}", english.title());
    let back = browser.get(&format!("{}/consent?ui_locales=zh-CN", page.path)).await;
    assert!(back.has_form("/consent"), "a page asked for by its form's address is shown");
}
