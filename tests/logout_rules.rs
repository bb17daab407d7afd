//! Every rule of OpenID Connect RP-Initiated Logout 1.0 on hints, addresses and answers, beside the stories in `logout.rs`.
#![allow(clippy::expect_used, missing_docs)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_testkit::{Browser, World, app, claims, each_backend, encode};
use serde_json::{Value, json};

const BYE: &str = "https://shop.example/bye";

async fn world() -> World {
    World::new().client(app("shop")).client(app("mail")).user("ada").user("eve").start().await
}

/// Logs Ada in at an app; her ID token.
async fn hint(world: &World, browser: &mut Browser<'_>, app: &str) -> String {
    let app = world.app(app);
    let code = browser.allow(&app.request()).await.code();
    app.redeem(&code).await.text("id_token")
}

fn request(pairs: &[(&str, &str)]) -> String {
    format!("/logout?{}", encode(pairs))
}

async fn is_in(browser: &mut Browser<'_>) -> bool {
    browser.get("/account").await.path.ends_with("/account")
}

each_backend! {
    async fn rp_logout_2_a_hint_is_good_long_expired_and_signed_by_a_key_that_was_replaced(backend: Backend) {
        let world = World::new().on(backend).client(app("shop")).user("ada").start().await;
        let mut browser = world.browser();
        let hint = hint(&world, &mut browser, "shop").await;
        let (seal, rng, now) = (std::sync::Arc::clone(&world.ctx.seal), std::sync::Arc::clone(&world.ctx.rng), world.ctx.now());
        let fresh = doorward::keys::generate(&[doorward_protocol::jose::Alg::Rs256]).expect("a key").pop().expect("a key");
        world
            .change(move |conn| {
                let row = doorward::keys::sealed(&fresh, &seal, &*rng, now, now).expect("to seal");
                doorward::store::keys::retire_others(conn, "RS256", &row.kid, now)?;
                doorward::store::keys::insert(conn, &row)
            })
            .await;
        world.clock.advance(6 * 3600);
        // Law: what it proves doesn't age with it.
        let left = browser.look(&request(&[("id_token_hint", &hint), ("post_logout_redirect_uri", BYE)])).await;
        assert_eq!(left.location(), BYE);
        assert!(!is_in(&mut browser).await);
    }
}

#[rocket::async_test]
async fn rp_logout_2_a_hint_of_a_session_that_is_over_leads_back_and_ends_no_other() {
    let world = world().await;
    let mut browser = world.browser();
    let old = hint(&world, &mut browser, "shop").await;
    let pairs = [("id_token_hint", old.as_str()), ("post_logout_redirect_uri", BYE), ("state", "s")];
    assert_eq!(browser.look(&request(&pairs)).await.location(), "https://shop.example/bye?state=s");
    // Nobody is logged in: nothing to ask, nothing to end.
    assert_eq!(browser.look(&request(&pairs)).await.location(), "https://shop.example/bye?state=s");
    hint(&world, &mut browser, "shop").await;
    let asked = browser.get(&request(&pairs)).await;
    // Law: a request with yesterday's hint is suspect: the person decides.
    assert!(asked.has_form(&asked.path) && is_in(&mut browser).await);
}

#[rocket::async_test]
async fn rp_logout_2_a_hint_of_another_person_is_suspect() {
    let world = world().await;
    let (mut browser, mut eve) = (world.browser(), world.browser());
    hint(&world, &mut browser, "shop").await;
    eve.log_in("eve").await;
    let page = eve.open(&world.app("shop").request()).await;
    let code = eve.go_on(page).await.code();
    let hers = world.app("shop").redeem(&code).await.text("id_token");
    assert_eq!(claims(&hers)["sub"], "sub-eve");
    let pairs = [("id_token_hint", hers.as_str()), ("post_logout_redirect_uri", BYE)];
    let asked = browser.get(&request(&pairs)).await;
    assert!(asked.has_form(&asked.path));
    browser.post_from("https://shop.example", "/logout", &encode(&pairs)).await;
    // Law: nobody is logged out by somebody else's token.
    assert!(is_in(&mut browser).await && is_in(&mut eve).await);
}

#[rocket::async_test]
async fn rp_logout_2_get_and_post_are_served_alike() {
    let world = world().await;
    for post in [false, true] {
        let mut browser = world.browser();
        let hint = hint(&world, &mut browser, "shop").await;
        // Every character that a state may be made of, RFC 6749 appendix A.5.
        let state: String = (' '..='~').collect();
        let pairs = [("id_token_hint", hint.as_str()), ("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("state", &state)];
        let left = if post {
            browser.post_from("https://shop.example", "/logout", &encode(&pairs)).await
        } else {
            browser.look(&request(&pairs)).await
        };
        let landing = left.landing();
        // §3: the state comes back as it was, and nothing else with it.
        assert_eq!(landing.params, [("state".to_owned(), state)]);
        assert!(landing.address.starts_with("https://shop.example/bye?state="));
        assert!(!is_in(&mut browser).await);
    }
}

#[rocket::async_test]
async fn rp_logout_2_without_a_hint_the_person_is_asked_and_then_sent_back() {
    let world = world().await;
    for (answer, stays) in [("logout", false), ("stay", true)] {
        let mut browser = world.browser();
        hint(&world, &mut browser, "shop").await;
        let pairs =
            [("client_id", "shop"), ("post_logout_redirect_uri", BYE), ("state", "x"), ("logout_hint", "ada"), ("ui_locales", "zh-CN en")];
        let asked = browser.get(&request(&pairs)).await;
        assert!(asked.title().starts_with("要退出登录吗"), "{}", asked.title());
        let left = browser.submit(asked.form(&asked.path).press("decision", answer)).await;
        // Law: the app learns where the person went, whatever they answered.
        assert_eq!((left.location(), is_in(&mut browser).await), ("https://shop.example/bye?state=x", stays));
    }
}

#[rocket::async_test]
async fn rp_logout_3_without_an_address_the_browser_stays_here() {
    let world = world().await;
    for more in [&[][..], &[("state", "x")], &[("logout_hint", "ada")], &[("client_id", "shop"), ("state", "x")]] {
        let mut browser = world.browser();
        hint(&world, &mut browser, "shop").await;
        let asked = browser.get(&request(more)).await;
        let done = browser.submit(asked.form(&asked.path).press("decision", "logout")).await;
        // Law: there is no address but a registered one.
        assert_eq!((done.status, done.header("Location"), done.header("Refresh")), (200, None, None), "{more:?}");
        assert!(!is_in(&mut browser).await);
    }
    let mut browser = world.browser();
    let hint = hint(&world, &mut browser, "shop").await;
    let done = browser.look(&request(&[("id_token_hint", &hint), ("state", "x")])).await;
    assert_eq!((done.status, done.header("Location")), (200, None));
}

#[rocket::async_test]
async fn rp_logout_4_a_hint_that_was_made_up_is_refused_with_a_page() {
    let world = world().await;
    let mut browser = world.browser();
    let hint = hint(&world, &mut browser, "shop").await;
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let (claims, mut moved) = (claims(&hint), claims(&hint));
    moved["aud"] = json!("mail");
    let signature = hint.rsplit('.').next().expect("a signature");
    let header = hint.split('.').next().expect("a header");
    for (what, forged) in [
        ("unsigned", format!("{}.{}.", part(&json!({"alg": "none"})), part(&claims))),
        ("none, with the old signature", format!("{}.{}.{signature}", part(&json!({"alg": "none"})), part(&claims))),
        ("another audience", format!("{header}.{}.{signature}", part(&moved))),
        ("without its signature", format!("{header}.{}.", part(&claims))),
        ("long", "x.".repeat(4000)),
    ] {
        for uri in [&[][..], &[("post_logout_redirect_uri", BYE)], &[("post_logout_redirect_uri", BYE), ("client_id", "shop")]] {
            let pairs = [&[("id_token_hint", forged.as_str())], uri].concat();
            let refused = browser.look(&request(&pairs)).await;
            assert_eq!((refused.status, refused.header("Location"), refused.header("Refresh")), (400, None, None), "{what}");
            assert!(refused.is_html(), "{what}");
        }
    }
    // Law: §4, whatever fails, nobody is logged out and nobody is sent anywhere.
    assert!(is_in(&mut browser).await);
}
