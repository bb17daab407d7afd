//! The pages of a request, and what a person answers on them.

use super::*;

#[rocket::async_test]
async fn form_post_is_a_page_of_ours_that_keeps_everything_in() {
    let world = World::new().app("shop", json!({"require_consent": false})).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let state = "\"'><img src=x onerror=alert(1)>";
    let page = browser.open(&shop.request().with("response_mode", "form_post").with("state", state)).await;
    assert_eq!((page.status, page.header("Cache-Control")), (200, Some("no-store")));
    let csp = page.header("Content-Security-Policy").expect("a policy");
    assert!(
        csp.contains("form-action 'self' https://shop.example;") && csp.contains("script-src 'self'") && !csp.contains("unsafe"),
        "{csp}"
    );
    assert!(!page.body.contains("<img"), "{}", page.body);
    let landing = page.landing();
    assert_eq!(
        (landing.address.as_str(), landing.get("state"), landing.get("iss")),
        ("https://shop.example/cb", Some(state), Some(ISSUER))
    );
    // Errors go the same way.
    let refused = browser.open(&shop.request().with("response_mode", "form_post").with("scope", "admin:x")).await;
    assert_eq!(refused.landing().error(), "invalid_scope");
    // Law: what it carries is a code that works.
    assert_eq!(shop.redeem(&landing.code()).await.status, 200);
}

#[rocket::async_test]
async fn ui_locales_choose_the_language_of_the_pages_of_a_request() {
    let world = World::usual().await;
    let request = world.app("shop").request();
    for (wish, lang) in
        [("zh-CN", "zh-CN"), ("fr zh", "zh-CN"), ("zh-Hans-CN en", "zh-CN"), ("en zh-CN", "en"), ("fr-CA", "en"), ("\"><x", "en")]
    {
        let page = world.browser().open(&request.clone().with("ui_locales", wish)).await;
        assert!(page.body.contains(&format!("<html lang=\"{lang}\">")), "{wish}");
    }
    // Law: the person's own choice on the page counts more.
    let mut browser = world.browser();
    let page = browser.open(&request.with("ui_locales", "zh-CN")).await;
    let page = browser.get(&format!("{}?ui_locales=en", page.path)).await;
    assert!(page.body.contains("<html lang=\"en\">"));
    assert!(browser.log_in_at(&page, "ada", PASSWORD).await.body.contains("<html lang=\"en\">"));
}

each_backend! {
    async fn an_interaction_belongs_to_the_browser_that_began_it(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").user("eve").start().await;
        let request = world.app("shop").request();
        // Eve begins, and sends Ada the link to her page (login fixation).
        let mut eve = world.browser();
        let login = eve.open(&request).await;
        let mut ada = world.browser();
        ada.log_in("ada").await;
        let page = ada.get(&login.path).await;
        assert_eq!((page.status, page.forms().len()), (403, 0));
        // Nor can Ada's own form token open it.
        let account = ada.get("/account").await;
        let token = account.forms()[0].value("csrf").expect("a token").to_owned();
        for (step, body) in [("consent", "&decision=allow&scope=openid"), ("cancel", ""), ("keep", "")] {
            let body = format!("csrf={token}{body}");
            let answer = ada.post(&format!("{}/{step}", login.path), &body, &[]).await;
            assert!(!answer.header("Location").is_some_and(|to| to.contains("code=") || to.contains("shop.example")), "{step}");
            assert_ne!(ada.follow(answer).await.status, 200, "{step}");
        }
        // Law: Eve's own browser still can.
        assert!(eve.log_in_at(&login, "eve", PASSWORD).await.has_form("/consent"));
    }

    async fn a_form_sent_twice_gives_one_code(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let mut browser = world.browser();
        let page = browser.open(&world.app("shop").request()).await;
        let consent = browser.log_in_at(&page, "ada", PASSWORD).await;
        let form = consent.form("/consent").press("decision", "allow");
        let mut twin = browser.clone();
        let (one, two) = rocket::tokio::join!(browser.submit_once(form.clone()), twin.submit_once(form.clone()));
        let codes = [&one, &two].iter().filter(|page| page.header("Location").is_some_and(|to| to.contains("code="))).count();
        assert_eq!(codes, 1, "{:?} {:?}", one.headers, two.headers);
        let late = browser.submit(form).await;
        // Law: afterwards the request is finished, and says so.
        assert_eq!((late.status, late.is_html()), (410, true), "{}", late.title());
    }
}

#[rocket::async_test]
async fn an_interaction_ends_after_an_hour_and_with_its_client() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let page = browser.open(&shop.request()).await;
    world.clock.advance(3600);
    let late = browser.log_in_at(&page, "ada", PASSWORD).await;
    assert_eq!(late.status, 410, "{}", late.title());
    assert_eq!(browser.get("/interaction/unheard-of").await.status, 410);
    let page = browser.open(&shop.request()).await;
    assert!(page.has_form("/consent"));
    let id = doorward_protocol::values::ClientId::new("shop");
    world.change(move |conn| doorward::store::clients::delete(conn, &id)).await;
    let gone = browser.submit(page.form("/consent").press("decision", "allow")).await;
    // Law: a client that is gone gets no code.
    assert_eq!((gone.status, gone.header("Location")), (410, None), "{}", gone.title());
}

#[rocket::async_test]
async fn consent_grants_what_was_ticked_and_nothing_else() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let request = shop.request().with("scope", "openid profile email photos:read photos:write");
    let page = browser.open(&request).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    let form = page.form("/consent");
    assert_eq!(form.offered("scope"), ["profile", "email", "photos:write"]);
    assert!(page.body.contains("shop.example") && page.body.contains("ada@example.org"));
    // Nothing that wasn't asked can be added.
    let form = form.untick("scope", "email").and("scope", "offline_access").and("scope", "mail:read").and("scope", "phone");
    let code = browser.submit(form.press("decision", "allow")).await.landing().code();
    let given = shop.redeem(&code).await;
    assert_eq!(given.text("scope"), "photos:read photos:write");
    let told = shop.refresh_with(&given.text("refresh_token"), &[("resource", ISSUER)]).await;
    // Law: unticked isn't granted, added isn't granted, what can't be unticked is.
    assert_eq!(told.text("scope"), "openid profile");
}

#[rocket::async_test]
async fn consent_refused_is_access_denied_and_is_asked_again() {
    let world = World::usual().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    let page = browser.open(&shop.request()).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    let landing = browser.submit(page.form("/consent").press("decision", "deny")).await.landing();
    assert_eq!((landing.error(), landing.get("state"), landing.get("iss")), ("access_denied", Some("a state"), Some(ISSUER)));
    // Leaving from the login page is the same.
    let mut other = world.browser();
    let page = other.open(&shop.request()).await;
    assert_eq!(other.submit(page.form("/cancel")).await.landing().error(), "access_denied");
    // Nothing left to grant.
    let page = browser.open(&shop.request().with("scope", "photos:write")).await;
    let form = page.form("/consent").untick("scope", "photos:write").press("decision", "allow");
    assert_eq!(browser.submit(form).await.landing().error(), "access_denied");
    // No decision is none.
    let page = browser.open(&shop.request()).await;
    let undecided = browser.submit(page.form("/consent")).await;
    assert!(undecided.has_form("/consent"), "{}", undecided.title());
    // Law: a refusal is not remembered as a consent.
    assert!(browser.open(&shop.request()).await.has_form("/consent"));
}

#[rocket::async_test]
async fn rfc_8252_8_6_a_public_client_on_the_loopback_is_asked_each_time() {
    let world = World::new().public("cli", "http://127.0.0.1/cb").public("tool", "http://localhost:9/cb").user("ada").start().await;
    let cli = world.app("cli");
    let mut browser = world.browser();
    // Any port (§7.3), nothing else.
    let request = cli.request().with("redirect_uri", "http://127.0.0.1:51004/cb");
    for _ in 0..2 {
        let landing = browser.allow(&request).await;
        assert!(landing.address.starts_with("http://127.0.0.1:51004/cb?code="), "{landing:?}");
        let page = browser.open(&request).await;
        assert!(page.has_form("/consent"), "{}", page.title());
    }
    assert_eq!(browser.look(&request.clone().with("prompt", "none").path()).await.landing().error(), "consent_required");
    let tool = world.app("tool").request();
    assert!(browser.open(&tool.clone().with("redirect_uri", "http://localhost:51004/cb")).await.has_form("/consent"));
    for bad in [
        "http://127.0.0.1:51004/cb/",
        "http://127.0.0.1:51004/cb?x=1",
        "http://127.0.0.2/cb",
        "http://localhost/cb",
        "http://127.0.0.1:80@evil.example/cb",
        "https://127.0.0.1/cb",
        "http://127.0.0.1:99999/cb",
        "http://127.0.0.1.evil.example/cb",
    ] {
        stopped(&browser.open(&cli.request().with("redirect_uri", bad)).await);
    }
    // Law: path, query and host stay exact.
    stopped(&browser.open(&tool.with("redirect_uri", "http://127.0.0.1:9/cb")).await);
}

#[rocket::async_test]
async fn a_first_party_app_asks_for_no_consent_unless_it_wants_to() {
    let world = World::new().app("own", json!({"require_consent": false})).user("ada").start().await;
    let own = world.app("own");
    let mut browser = world.browser();
    let page = browser.open(&own.request()).await;
    let page = browser.log_in_at(&page, "ada", PASSWORD).await;
    page.landing().code();
    // Law: prompt=consent still asks.
    assert!(browser.open(&own.request().with("prompt", "consent")).await.has_form("/consent"));
}

#[rocket::async_test]
async fn two_tabs_and_the_back_button_work() {
    let world = World::new().client(app("shop")).client(app("mail")).user("ada").start().await;
    let mut browser = world.browser();
    let one = browser.open(&world.app("shop").request().with("state", "one")).await;
    let two = browser.open(&world.app("mail").request().with("state", "two")).await;
    let two = browser.log_in_at(&two, "ada", PASSWORD).await;
    // The first tab's old form is sent after all, back from a language link, or asked for again.
    let again = browser.log_in_at(&one, "ada", PASSWORD).await;
    let landing = browser.go_on(again).await;
    assert_eq!(landing.get("state"), Some("one"));
    assert!(browser.get(&format!("{}/login", two.path)).await.has_form("/consent"));
    let landing = browser.go_on(two).await;
    // Law: each tab answers its own app.
    assert_eq!((landing.get("state"), landing.address.starts_with("https://mail.example/cb")), (Some("two"), true));
}

#[rocket::async_test]
async fn another_account_can_be_chosen_and_the_old_session_ends() {
    let world = World::new().client(app("shop")).user("ada").user("bob").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.allow(&shop.request()).await.code();
    let old = browser.clone();
    let choose = shop.request().with("prompt", "select_account");
    // Going on with the account in use.
    let page = browser.open(&choose).await;
    let kept = browser.submit(page.form("/keep")).await;
    kept.landing().code();
    // Or not.
    let page = browser.open(&choose).await;
    let login = browser.submit(page.form("/switch")).await;
    assert!(login.has_form("/login"), "{}", login.title());
    let page = browser.log_in_at(&login, "bob", PASSWORD).await;
    assert!(page.body.contains("bob@example.org"));
    let id_token = shop.redeem(&browser.go_on(page).await.code()).await.text("id_token");
    assert_eq!(doorward_testkit::claims(&id_token)["sub"], "sub-bob");
    // Law: the session that was left is dead, for whoever kept its cookie.
    let mut old = old;
    assert!(old.get("/account").await.has_form("/login"));
}

#[rocket::async_test]
async fn rfc_8707_2_resources_bound_the_scopes_that_may_be_asked() {
    let mail = json!({"resource": "https://mail.example", "scopes": {"mail:read": {"en": "Read"}}});
    let world = World::new().client(app("shop")).api(photos()).api(mail).user("ada").start().await;
    let shop = world.app("shop");
    let mut browser = world.browser();
    browser.log_in("ada").await;
    let stray = shop.request().with("scope", "photos:read mail:read").with("resource", API);
    assert_eq!(browser.open(&stray).await.landing().error(), "invalid_scope");
    for unknown in ["https://photos.example/", "HTTPS://photos.example", "https://photos.example#x", "", "photos"] {
        let request = shop.request().with("resource", unknown).with("scope", "photos:read");
        let page = browser.open(&request).await;
        assert!(if unknown.is_empty() { page.has_form("/consent") } else { page.landing().error() == "invalid_target" }, "{unknown}");
    }
    // Law: without a scope, what the client may ask of that resource.
    let page = browser.open(&shop.request().without("scope").with("resource", API)).await;
    assert_eq!(page.form("/consent").offered("scope"), ["photos:write"]);
}
